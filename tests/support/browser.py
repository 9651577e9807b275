"""A browser without JavaScript: opens pages and sends their forms with all that the controls hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
from starlette.applications import Starlette

from civicgraph import clock, crypto
from civicgraph.accounts.models import Session
from civicgraph.permissions import Actor

ADDRESS = "http://127.0.0.1:8000"


@dataclass
class DrawnForm:
    """A form of a page: where it goes, and the value of each control that would be sent."""

    action: str
    pairs: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Reads the forms of a page as a browser does."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[DrawnForm] = []
        self._select, self._is_several = "", False
        self._options: list[tuple[str, bool]] = []
        self._textarea = ""
        self._text = ""
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(DrawnForm(given.get("action", "")))
            self._is_inside = True
        elif not self._is_inside:
            return
        elif tag == "input" and given.get("name") and self._is_sent(given):
            self.forms[-1].pairs.append((given["name"], given.get("value", "")))
        elif tag == "select":
            self._select, self._options, self._is_several = given["name"], [], "multiple" in given
        elif tag == "option":
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._textarea, self._text = given["name"], ""

    def _is_sent(self, given: dict[str, str]) -> bool:
        return given.get("type") not in ("checkbox", "radio") or "checked" in given

    def handle_data(self, data: str) -> None:
        self._text += data if self._textarea else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "select" and self._options:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            if not self._is_several:
                chosen = [chosen[-1] if chosen else self._options[0][0]]
            self.forms[-1].pairs += [(self._select, one) for one in chosen]
        elif tag == "textarea" and self._textarea:
            self.forms[-1].pairs.append((self._textarea, self._text.removeprefix("\n")))
            self._textarea = ""


@dataclass
class Browser:
    """One person's browser; `text` and `status` are of the page that is open."""

    http: httpx.AsyncClient
    text: str = ""
    status: int = 0
    address: str = ""

    async def open(self, path: str, **headers: str) -> str:
        """Open a page."""
        return self._took(await self.http.get(path, headers=headers))

    def form(self, action: str = "") -> DrawnForm:
        """The form of the open page that goes to `action` (a form of the staff's goes to its own page)."""
        reader = _Forms()
        reader.feed(self.text)
        return next(form for form in reader.forms if form.action == action)

    async def send(self, action: str = "", **changed: Any) -> str:
        """Send a form of the open page with some values changed, and follow to where it leads."""
        drawn = self.form(action)
        names = {name.replace("__", ".") for name in changed}
        pairs = [(name, value) for name, value in drawn.pairs if name not in names]
        for name, value in changed.items():
            pairs += [(name.replace("__", "."), one) for one in (value if isinstance(value, list) else [value])]
        answer = await self.http.post(action or self.address, content=str(httpx.QueryParams(pairs)), headers=FORM)
        if answer.status_code == 303:
            return await self.open(answer.headers["location"])
        return self._took(answer)

    async def attach(self, action: str, files: dict[str, tuple[str, bytes]], **changed: Any) -> str:
        """Send a form of the open page with files chosen, by the names of its controls, and follow to where it leads."""
        names = {name.replace("__", "."): [value] for name, value in changed.items()}
        kept: dict[str, list[str]] = {}
        for name, value in self.form(action).pairs:
            if name not in names:
                kept.setdefault(name, []).append(value)
        answer = await self.http.post(action or self.address, data={**kept, **names}, files=files)
        if answer.status_code == 303:
            return await self.open(answer.headers["location"])
        return self._took(answer)

    def _took(self, answer: httpx.Response) -> str:
        self.status, self.text, self.address = answer.status_code, answer.text, str(answer.url)
        return self.text


FORM = {"content-type": "application/x-www-form-urlencoded"}


def visit(app: Starlette) -> Browser:
    """A stranger's browser."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return Browser(httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"accept": "text/html"}))


async def signed_in(app: Starlette, actor: Actor) -> Browser:
    """The browser of a member of staff who has signed in."""
    token, now = crypto.random_token(), clock.now()
    await Session.create(
        person_id=actor.person_id,
        token_hash=crypto.token_hash(token),
        last_seen_at=now,
        expires_at=now + timedelta(hours=1),
        created_at=now,
    )
    browser = visit(app)
    browser.http.cookies.set("session", token)
    return browser

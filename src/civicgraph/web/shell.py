"""What surrounds every page: the template's globals for a request, flashes, the chosen place."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlencode

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from civicgraph import crypto, i18n
from civicgraph.web import query
from civicgraph.web.csrf import Token, cookie_name, set_cookie
from civicgraph.web.templating import environment, render


def wants_html(request: Request) -> bool:
    """Whether a person's browser asks."""
    accept = request.headers.get("accept", "*/*")
    return "text/html" in accept or "*/*" in accept


def is_htmx(request: Request) -> bool:
    """Whether HTMX asks for a fragment (and not to restore a page from history)."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-history-restore-request") != "true"


current_request: ContextVar[Request] = ContextVar("current_request")


def url(name: str, **params: Any) -> str:
    """The address of a route of the request's application, for templates."""
    return address(current_request.get(), name, **params)


environment().globals["url"] = url
environment().globals["too_short"] = lambda: query.too_short(current_request.get())


def address(request: Request, name: str, **params: Any) -> str:
    """The path of a route by name; parameters that the path does not take become the query."""
    in_path = _parameters(request.app, name)
    path = _path(request.app, name, tuple((key, value) for key, value in params.items() if key in in_path))
    query = {key: value for key, value in params.items() if key not in in_path and value not in (None, "")}
    return f"{path}?{urlencode(query, doseq=True, errors='replace')}" if query else path


@lru_cache(1_024)
def _parameters(app: Starlette, name: str) -> frozenset[str]:
    """The parameters in the path of a route."""
    route = next((route for route in app.router.routes if getattr(route, "name", "") == name), None)
    if route is None:
        raise LookupError(f"no route is named {name}")
    return frozenset(getattr(route, "param_convertors", ()))


@lru_cache(8_192)
def _path(app: Starlette, name: str, in_path: tuple[tuple[str, Any], ...]) -> str:
    """Starlette looks through all routes for it; a page asks for hundreds."""
    return str(app.url_path_for(name, **dict(in_path)))


def chosen_place(request: Request) -> dict[str, str] | None:
    """The community that the visitor chose, from a cookie `code|name`."""
    code, _, name = unquote(request.cookies.get("place", "")).partition("|")
    return {"code": code, "name": name, "shortName": name} if code.isdigit() and len(code) <= 12 and name else None


def context(request: Request) -> dict[str, Any]:
    """The globals of every template."""
    current_request.set(request)
    token = getattr(request.state, "csrf", None) or Token(request)
    request.state.csrf = token
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return {
        "request": request,
        "actor": request.state.actor,
        "locale": i18n.current.get(),
        "csrf": token,
        "place": chosen_place(request),
        "here": here,
        "page_graphql_url": None,
        "is_htmx": is_htmx(request),
        "flashes": read_flashes(request),
    }


def html(request: Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    """A rendered template as a response, with the cookies that it needs."""
    shell = context(request)
    text = render(template, **{**shell, **values})
    response = HTMLResponse(
        text.encode("utf-8", "replace"), status
    )  # what was typed may be no text, and is shown again
    shell["csrf"].keep(response)
    if shell["flashes"]:
        response.delete_cookie(cookie_name("flash"), path="/")
    request.state.is_for_anyone = (
        status == 200 and is_for_anyone(request) and not (shell["flashes"] or shell["csrf"].is_drawn)
    )
    response.headers["vary"] = "Accept-Encoding, Cookie, HX-Request"
    response.headers["cache-control"] = "no-store" if request.state.actor.is_staff else "private, no-cache"
    return response


def is_for_anyone(request: Request) -> bool:
    """Whether an answer that holds nothing of one person's is the same for all who may ask: for strangers it is."""
    return not request.state.actor.is_staff


def flash(response: Response, text: str, level: str = "done") -> Response:
    """Say `text` on the next page that this browser sees. `level`: done, soon, late."""
    body = base64.urlsafe_b64encode(orjson.dumps([{"level": level, "text": text}])).decode()
    set_cookie(response, "flash", f"{body}.{crypto.keyed_hash('flash', body)}", max_age=60)
    return response


def read_flashes(request: Request) -> list[dict[str, str]]:
    """What the last action had to say; only what we signed."""
    body, _, signature = request.cookies.get(cookie_name("flash"), "").partition(".")
    if not body or not hmac.compare_digest(signature.encode(), crypto.keyed_hash("flash", body).encode()):
        return []
    found: list[dict[str, str]] = orjson.loads(base64.urlsafe_b64decode(body))
    return found

"""Pages kept for strangers: good until a table that they were read from changes.

What a stranger sees depends on the address and on three cookies (language, colours, chosen place). A page
with a form or a message for one person is never kept; nor is anything for those who signed in, or who have booked. Times are
shown to the minute ("40 minutes left"): a page that asked for the time is good until its minute is over, one that asked
for the day until midnight.

This is the way of most requests of a busy day, so it works on the bare scope: a hit costs little more
than the server's own work.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civicgraph import clock, compression, logs
from civicgraph.graph.versions import Snapshot, Versions, picked, read_tables
from civicgraph.web.ready import Headers, send_ready, send_whole

MAX_PAGES = 4_096
MAX_BYTES = 64 * 1024 * 1024
MAX_ANSWERS = 12
"""Ready answers of a page: one for each way in which browsers name the encodings they take."""
PUBLIC = b"public, no-cache"
"""Anybody may keep it and has to ask whether it is still good: answered 304 without drawing it."""
PERSONAL = re.compile(rb"(?:^|[ ;])(?:__Host-)?(?:session|flash|bookings)=")
CHOICES = ("lang", "theme", "place")
_SHAPING = frozenset({b"host", b"accept", b"hx-request", b"hx-history-restore-request"})
_NOT_KEPT = frozenset({b"content-length", b"cache-control", b"set-cookie", b"x-request-id", b"content-encoding"})

Key = tuple[bytes | str, ...]


@dataclass(frozen=True)
class Asked:
    """What of a stranger's request an answer depends on."""

    key: Key
    encodings: bytes
    known: bytes

    @classmethod
    def of(cls, scope: Scope) -> Asked | None:
        """None when the request is a person's, or no plain reading."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return None
        encodings = known = cookies = b""
        shaping = []
        for name, value in scope["headers"]:
            if name in _SHAPING:
                shaping.append(value)
                shaping.append(name)
            elif name == b"accept-encoding":
                encodings = value
            elif name == b"if-none-match":
                known = value
            elif name == b"cookie":
                cookies = value
            elif name == b"authorization":
                return None
        if cookies and PERSONAL.search(cookies):
            return None
        key = (scope["path"], scope["query_string"], *shaping, *(_choices(cookies) if cookies else ()))
        return cls(key, encodings, known)


def _choices(cookies: bytes) -> list[str]:
    jar = SimpleCookie(cookies.decode("latin-1"))
    return [jar[name].value if name in jar else "" for name in CHOICES]


@dataclass(frozen=True)
class Answer:
    """A page in one encoding, ready to be sent."""

    etag: bytes
    headers: Headers
    body: bytes


@dataclass
class Page:
    """A drawn page, in every encoding that was asked for."""

    body: bytes
    headers: Headers
    route: str
    tables: tuple[str, ...]
    versions: tuple[int, ...] | None
    """Those of its tables when it was read; None when they are not known, and the page is not kept."""
    asked: clock.Asked
    """How closely it looks at the time."""
    period: int | None
    """The minute or the day that it is good for; None when it says nothing that depends on the time."""
    seen: Snapshot | None = None
    """The last versions of all tables with which it was found good."""
    answers: dict[bytes, Answer] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of memory, about; encodings are a fraction of the page."""
        return 2 * len(self.body) + 2_000

    def is_good(self, now: Snapshot | None) -> bool:
        """Whether it would be drawn the same again."""
        if self.asked and self.period != clock.period(self.asked, clock.minute()):
            return False
        if now is None or now is not self.seen:
            if picked(now, self.tables) != self.versions:
                return False
            self.seen = now
        return True

    def reply(self, asked: Asked) -> tuple[int, Headers, bytes]:
        """Status, headers and body of what is sent: the page, or that the client has it."""
        answer = self.answer(asked.encodings)
        is_known = bool(asked.known) and answer.etag in asked.known
        return (304, answer.headers, b"") if is_known else (200, answer.headers, answer.body)

    def answer(self, encodings: bytes) -> Answer:
        """The page for a client that takes these encodings."""
        found = self.answers.get(encodings)
        if found is None:
            found = self._made(compression.accepted(encodings.decode("latin-1")))
            if len(self.answers) < MAX_ANSWERS:
                self.answers[encodings] = found
        return found

    def _made(self, encoding: str) -> Answer:
        if len(self.body) < compression.MIN_BYTES:
            encoding = ""
        body = compression.encode(self.body, encoding) if encoding else self.body
        # A tag of the page's own bytes: the same page a minute later is still the same.
        etag = f'"{hashlib.sha256(self.body).hexdigest()[:24]}{"-" + encoding if encoding else ""}"'.encode()
        encoded = ((b"content-encoding", encoding.encode()),) if encoding else ()
        return Answer(etag, (*self.headers, (b"etag", etag), (b"cache-control", PUBLIC), *encoded), body)


class PageCache:
    """The pages of one process, bounded by number and bytes."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self.pages: OrderedDict[Key, Page] = OrderedDict()
        self.bytes = self.hits = 0

    def __len__(self) -> int:
        return len(self.pages)

    def find(self, key: Key) -> Page | None:
        """The page, if it is still good."""
        page = self.pages.get(key)
        if page is None:
            return None
        if not page.is_good(self.versions.now()):
            self._drop(key)
            return None
        self.pages.move_to_end(key)
        self.hits += 1
        return page

    def keep(self, key: Key, page: Page) -> None:
        """Keep a page, and forget the longest unused ones beyond the bounds."""
        if key in self.pages:
            self._drop(key)
        self.pages[key] = page
        self.bytes += page.size
        while len(self.pages) > MAX_PAGES or self.bytes > MAX_BYTES:
            self._drop(next(iter(self.pages)))

    def _drop(self, key: Key) -> None:
        self.bytes -= self.pages.pop(key).size


class CachedPages:
    """Answers strangers from the cache, and keeps what is drawn for them when it would be the same for anyone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked.of(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        began = clock.monotonic()
        cache: PageCache = scope["app"].state.pages
        page = cache.find(asked.key)
        if page is not None:
            request_id = logs.new_request_id()
            status, headers, body = page.reply(asked)
            await send_ready(scope, send, status, headers, request_id, body)
            logs.request(scope["method"], page.route, status, began, request_id)
            return
        page = await _drawn(self._app, cache.versions, scope, receive, send)
        if page is not None:
            if page.versions is not None:
                cache.keep(asked.key, page)
            status, headers, body = page.reply(asked)
            await send_ready(scope, send, status, headers, scope["state"]["request_id"], body)


def at_once(app: Starlette) -> Callable[[Scope, bytes], bool]:
    """Sends kept pages of an application without asking it, on the server that can; says whether it did."""

    def answered(scope: Scope, _body: bytes) -> bool:
        asked = Asked.of(scope)
        if asked is None:
            return False
        began, request_id = clock.monotonic(), logs.new_request_id()
        page = app.state.pages.find(asked.key)
        if page is None:
            return False
        status, headers, body = page.reply(asked)
        if not send_whole(scope, status, headers, request_id, body):
            return False
        logs.request(scope["method"], page.route, status, began, request_id)
        return True

    return answered


async def _drawn(app: ASGIApp, versions: Versions, scope: Scope, receive: Receive, send: Send) -> Page | None:
    """The page as the application draws it; None when it was sent as it came, since it is not for anyone."""
    tables: set[str] = set()
    read_tables.set(tables)
    before, minute = versions.now(), clock.minute()
    clock.asked.set(clock.Asked.NOT)
    start: Message = {}
    body = bytearray()

    async def held(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_for_anyone(scope, message):
            start.update(message)
        elif start:
            body.extend(message.get("body", b""))
        else:
            await send(message)

    await app(scope, receive, held)
    if not start:
        return None
    headers = tuple((name, value) for name, value in start["headers"] if name not in _NOT_KEPT)
    named = tuple(sorted(tables))
    route = getattr(scope.get("route"), "path", "") or "-"
    asked = clock.asked.get()
    return Page(
        bytes(body), headers, route, named, picked(before, named), asked=asked, period=clock.period(asked, minute)
    )


def _is_for_anyone(scope: Scope, start: Message) -> bool:
    """Whether an answer is the same for anyone; the one who made it has the last word."""
    is_kept_by_none = (b"cache-control", b"no-store") in start["headers"]
    return bool(scope["state"].get("is_for_anyone")) and start["status"] == 200 and not is_kept_by_none

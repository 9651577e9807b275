"""Pages kept for strangers: good until a table that they were read from changes.

What a stranger sees depends on the address and on three cookies (language, colours, chosen place). A page
with a form or a message for one person is never kept; nor is anything for those who signed in. Times are
shown to the minute ("40 minutes left"): a page that asked for the time is good until its minute is over.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civicgraph import clock, compression
from civicgraph.graph.versions import Versions, picked, read_tables
from civicgraph.web.csrf import cookie_name

MAX_PAGES = 4_096
MAX_BYTES = 64 * 1024 * 1024
NOT_KEPT = frozenset({"content-length", "cache-control", "set-cookie"})
PUBLIC = "public, no-cache"
"""Anybody may keep it and has to ask whether it is still good: answered 304 without drawing it."""

Key = tuple[str, ...]


@dataclass
class Page:
    """A drawn page, in every encoding that was asked for."""

    body: bytes
    headers: Mapping[str, str]
    tables: tuple[str, ...]
    versions: tuple[int, ...]
    minute: int | None
    """The minute that it is good for; None when it says nothing that depends on the time."""
    etag: str
    encoded: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.body) + sum(map(len, self.encoded.values())) + 1_000


def this_minute() -> int:
    """The present minute."""
    return int(clock.now().timestamp()) // 60


def key_of(request: Request) -> Key | None:
    """What a stranger's page depends on; None when the request is a person's or no plain reading."""
    if request.method not in ("GET", "HEAD") or "authorization" in request.headers:
        return None
    cookies = request.cookies
    if cookie_name("session") in cookies or cookie_name("flash") in cookies:
        return None
    headers = request.headers
    fragment = headers.get("hx-request", "") + headers.get("hx-history-restore-request", "")
    chosen = (cookies.get(name, "") for name in ("lang", "theme", "place"))
    return (headers.get("host", ""), request.url.path, request.url.query, headers.get("accept", ""), fragment, *chosen)


class PageCache:
    """The pages of one process, bounded by number and bytes."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._bytes = 0

    def find(self, key: Key) -> Page | None:
        """The page, if it is still good."""
        page = self._pages.get(key)
        if page is None:
            return None
        if page.minute not in (None, this_minute()) or picked(self.versions.now(), page.tables) != page.versions:
            self._drop(key)
            return None
        self._pages.move_to_end(key)
        return page

    def keep(self, key: Key, page: Page) -> None:
        """Keep a page, and forget the longest unused ones beyond the bounds."""
        if key in self._pages:
            self._drop(key)
        self._pages[key] = page
        self._bytes += page.size
        while len(self._pages) > MAX_PAGES or self._bytes > MAX_BYTES:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: Key) -> None:
        self._bytes -= self._pages.pop(key).size

    def response(self, request: Request, page: Page) -> Response:
        """The page as an answer: in the best encoding, or 304 when the browser has it."""
        is_small = len(page.body) < compression.MIN_BYTES
        encoding = "" if is_small else compression.accepted(request.headers.get("accept-encoding", ""))
        etag = f'"{page.etag}-{encoding}"' if encoding else f'"{page.etag}"'
        headers = {**page.headers, "etag": etag, "cache-control": PUBLIC}
        if etag in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        if not encoding:
            return Response(page.body, 200, headers)
        if encoding not in page.encoded:
            page.encoded[encoding] = compression.encode(page.body, encoding)
            self._bytes += len(page.encoded[encoding])
        return Response(page.encoded[encoding], 200, {**headers, "content-encoding": encoding})


class CachedPages:
    """Answers strangers from the cache, and keeps what is drawn for them when it would be the same for anyone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = key_of(Request(scope)) if scope["type"] == "http" else None
        if key is None:
            await self._app(scope, receive, send)
            return
        cache: PageCache = scope["app"].state.pages
        page = cache.find(key)
        if page is None:
            page = await self._drawn(cache, scope, receive, send)
            if page is None:
                return
            cache.keep(key, page)
        await cache.response(Request(scope), page)(scope, receive, send)

    async def _drawn(self, cache: PageCache, scope: Scope, receive: Receive, send: Send) -> Page | None:
        """The page as the application draws it; None when it was sent as it came, since it is not for anyone."""
        tables: set[str] = set()
        read_tables.set(tables)
        before, minute = cache.versions.now(), this_minute()
        clock.asked.set(False)
        start: Message = {}
        body = bytearray()

        async def held(message: Message) -> None:
            if message["type"] == "http.response.start" and _may_be_kept(scope, message):
                start.update(message)
            elif start:
                body.extend(message.get("body", b""))
            else:
                await send(message)

        await self._app(scope, receive, held)
        if not start:
            return None
        named = tuple(sorted(tables))
        versions = picked(before, named)
        headers = {name.decode(): value.decode() for name, value in start["headers"] if name.decode() not in NOT_KEPT}
        page = Page(bytes(body), headers, named, versions or (), minute if clock.asked.get() else None, _etag(body))
        if versions is None:
            await cache.response(Request(scope), page)(scope, receive, send)
            return None
        return page


def _may_be_kept(scope: Scope, start: Message) -> bool:
    """Whether an answer is the same for anyone; the one who made it has the last word."""
    is_kept_by_none = (b"cache-control", b"no-store") in start["headers"]
    return bool(scope["state"].get("is_for_anyone")) and start["status"] == 200 and not is_kept_by_none


def _etag(body: bytes | bytearray) -> str:
    """A tag of the page's own bytes: the same page a minute later is still the same."""
    return hashlib.sha256(body).hexdigest()[:24]

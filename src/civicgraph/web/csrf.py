"""Cross-site request forgery: a token in every form, bound to a cookie, and the request's origin checked."""

from __future__ import annotations

import hmac

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from civicgraph import crypto, settings


def is_secure() -> bool:
    """Whether people reach us by https."""
    return settings.current().base_url.startswith("https://")


def cookie_name(name: str) -> str:
    """`__Host-` binds a cookie to this host over https; plain http does not allow it."""
    return f"__Host-{name}" if is_secure() else name


def set_cookie(
    response: Response, name: str, value: str, *, max_age: int | None = None, http_only: bool = True
) -> None:
    """Set a first-party cookie."""
    response.set_cookie(
        cookie_name(name), value, max_age=max_age, path="/", secure=is_secure(), httponly=http_only, samesite="lax"
    )


class Token:
    """The form token of a request; the cookie that it is bound to is set only when a form is drawn."""

    def __init__(self, request: Request) -> None:
        self._seed = request.cookies.get(cookie_name("form"), "")
        self.is_new = False
        self.is_drawn = False
        """Whether it stands in the page, which then is for this browser alone."""

    def __str__(self) -> str:
        self.is_drawn = True
        if not self._seed:
            self._seed, self.is_new = crypto.random_token(), True
        return crypto.keyed_hash("form", self._seed)

    def __html__(self) -> str:
        return str(self)

    def keep(self, response: Response) -> None:
        """Set the cookie on the response that carries the form."""
        if self.is_new:
            set_cookie(response, "form", self._seed)

    def matches(self, given: str) -> bool:
        """Whether the form was ours and drawn for this browser."""
        return bool(self._seed) and hmac.compare_digest(given.encode("utf-8", "replace"), str(self).encode())


def is_same_origin(request: HTTPConnection) -> bool:
    """Whether a browser sent this from one of our own pages; clients that are no browsers send neither header."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    base = settings.current().base_url.rstrip("/")
    scheme = "https" if is_secure() else "http"  # what people see: a proxy may have ended https before us
    return origin == base or origin == f"{scheme}://{request.headers.get('host', '')}"


def is_surely_ours(request: HTTPConnection) -> bool:
    """Whether the browser itself says that one of our own pages sent this; nothing said is no yes."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return "origin" in request.headers and is_same_origin(request)

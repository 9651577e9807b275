"""Static files: kept by browsers for good when their address carries their content's hash, encoded once a process."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from civicgraph import compression
from civicgraph.web import bundles

TEXTS = frozenset({".css", ".js", ".svg", ".html", ".json", ".map"})
KEPT = ("cache-control", "vary", "last-modified", "etag")
"""What an encoded answer says as the plain one does."""


class Assets(StaticFiles):
    """Starlette's static files with a lifetime for addresses made by `templating.static`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)
        self._encoded: dict[tuple[str, str, str], bytes] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = self._bundle(path, scope) if path in bundles.BUNDLES else await super().get_response(path, scope)
        is_hashed = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if is_hashed else "public, max-age=300"
        )
        if Path(path).suffix not in TEXTS or response.status_code not in (200, 304):
            return response
        response.headers["vary"] = "Accept-Encoding"
        headers = Headers(scope=scope)
        encoding = compression.accepted(headers.get("accept-encoding", ""))
        if response.status_code != 200 or "range" in headers or not encoding:
            return response
        return await self._smaller(path, encoding, response)

    async def _smaller(self, path: str, encoding: str, response: Response) -> Response:
        """The file in an encoding, made at its first request and kept; the tag tells files and encodings apart."""
        tag = response.headers.get("etag", "").strip('"')
        key = (path, tag, encoding)
        if key not in self._encoded:
            body = await asyncio.to_thread(self._read, path)
            if len(body) < compression.MIN_BYTES:
                return response
            self._encoded[key] = await asyncio.to_thread(compression.encode, body, encoding, is_for_good=True)
        headers = {name: response.headers[name] for name in KEPT if name in response.headers}
        headers["content-encoding"] = encoding
        return Response(self._encoded[key], 200, headers, response.headers["content-type"])

    def _read(self, path: str) -> bytes:
        if path in bundles.BUNDLES:
            return bundles.body(path)
        full, _ = self.lookup_path(path)
        return Path(full).read_bytes()

    def _bundle(self, path: str, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        body = bundles.body(path)
        headers = {"etag": f'"{hashlib.sha256(body).hexdigest()[:20]}"'}
        response = Response(body, 200, headers, mimetypes.guess_type(path)[0])
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response

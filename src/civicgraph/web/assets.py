"""Static files: kept by browsers for good when their address carries their content's hash, encoded once a process."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from civicgraph import compression

TEXTS = frozenset({".css", ".js", ".svg", ".html", ".json", ".map"})


class Assets(StaticFiles):
    """Starlette's static files with a lifetime for addresses made by `templating.static`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)
        self._encoded: dict[tuple[str, str, str], bytes] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
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
            full, _ = self.lookup_path(path)
            body = await asyncio.to_thread(lambda: Path(full).read_bytes())
            if len(body) < compression.MIN_BYTES:
                return response
            self._encoded[key] = await asyncio.to_thread(compression.encode, body, encoding, is_for_good=True)
        headers = {name: response.headers[name] for name in ("cache-control", "vary", "last-modified", "etag")}
        headers["content-encoding"] = encoding
        return Response(self._encoded[key], 200, headers, response.headers["content-type"])

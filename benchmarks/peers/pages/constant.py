"""One page's bytes, whatever is asked, behind stock Starlette: `uvicorn …:app`."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

BODY = Path(os.environ["PEERS_PAGE"]).read_bytes()


async def constant(request: Request) -> Response:
    """The page."""
    return HTMLResponse(BODY)


app = Starlette(routes=[Route("/events", constant)])

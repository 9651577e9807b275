"""Pages of the staff that stand without a connection: the script that keeps them, and answers to what they send later."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from civicgraph import settings
from civicgraph.i18n import gettext
from civicgraph.web.forms import Form
from civicgraph.web.templating import static

_WORKER = "js/kept-worker.js"


async def worker(request: Request) -> Response:
    """The service worker of these pages. Its version is that of its file: a changed one begins an empty cache."""
    source = (settings.folder("static") / _WORKER).read_text(encoding="utf-8")
    text = source.replace("VERSION_OF_THIS_FILE", static(_WORKER).rpartition("=")[2])
    return Response(text, media_type="text/javascript", headers={"cache-control": "no-cache"})


def wants_json(request: Request) -> bool:
    """Whether a script sent the form, and tells the person itself."""
    return "application/json" in request.headers.get("accept", "")


def refused(form: Form) -> Response:
    """Why what was sent is not taken, in words; 409 when it is because of what happened meanwhile."""
    words = [one.message for one in form.found] or [gettext("Somebody changed this meanwhile.")]
    is_conflict = bool(form.conflict) or any(one.code in ("conflict", "state") for one in form.found)
    return JSONResponse({"words": words}, 409 if is_conflict else 422)

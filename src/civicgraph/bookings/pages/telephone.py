"""Looking for somebody by telephone, on the lists of those who registered: the number is sent in the body, and the look recorded."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civicgraph.bookings import operations
from civicgraph.web import submit
from civicgraph.web.forms import Form


def look_form() -> Form:
    """Asks for the number."""
    return Form(operations.find_registrations_by_phone.input, leave_out=["quota_code"])


async def looked_for(request: Request, form: Form, quota_code: str = "") -> list[str] | None:
    """Numbers of the registrations that were found; None where nobody was looked for."""
    if request.method != "POST":
        return None
    found: dict[str, Any] | None = await submit(
        request, form, operations.find_registrations_by_phone, quota_code=quota_code
    )
    return None if found is None else found["numbers"]


def kept_nowhere(response: Response) -> Response:
    """The answer to a look stays out of every store of pages."""
    response.headers["cache-control"] = "no-store"
    return response

"""One's own registration, by its secret link: the confirmation, the ticket, and the way to give it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.bookings import calendar, operations, ticket
from civicgraph.bookings.known import remember
from civicgraph.i18n import N_, gettext
from civicgraph.operations import NotFound, Operation
from civicgraph.web import pressed, read, redirect, seen, submit, throttle
from civicgraph.web.forms import Form
from civicgraph.web.news import is_stream_wanted, news
from civicgraph.web.shell import html

_DOCUMENT = "bookings/own"


async def my_booking(request: Request) -> Response:
    """The holder's own view. An unknown number and a wrong secret look the same."""
    return await _drawn(request)


async def _drawn(request: Request, refused: tuple[str, Form] | None = None) -> Response:
    number, secret = _named(request)
    row = await _found(request)
    if is_stream_wanted(request):
        return await news(request, _DOCUMENT, {"number": number, "secret": secret})
    # Not `page`: the address of "this page as GraphQL" would carry the secret.
    forms = {noun: _form(act) for noun, act in ACTS.items()} | dict([refused] if refused else [])
    values = {
        "row": row,
        "secret": secret,
        "code": _code(row["number"]),
        "forms": forms,
        "errors": refused[1].errors if refused else [],
        "seen": seen(request, _DOCUMENT),
    }
    response = html(request, "bookings/own.html", values, status=422 if refused else 200)
    response.headers["cache-control"] = "no-store"
    return remember(request, response, row["quota"]["code"], row["number"])


def _named(request: Request) -> tuple[str, str]:
    return request.path_params["number"], request.path_params["secret"]


async def _found(request: Request) -> Mapping[str, Any]:
    number, secret = _named(request)
    throttle.count_try(request)
    row: Mapping[str, Any] | None = (await read(request, _DOCUMENT, {"number": number, "secret": secret}))[
        "trackedRegistration"
    ]
    if row is None or row["quota"] is None:
        raise HTTPException(404)
    throttle.was_right(request)
    return row


def _code(number: str) -> Markup:
    made = ticket.code_of(number).svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(made)  # noqa: S704 - drawn by segno from our own address


async def my_booking_calendar(request: Request) -> Response:
    """The registration for the phone's calendar."""
    row = await _found(request)
    quota = row["quota"]
    entry = calendar.entry_of(
        {
            "number": row["number"],
            "state": row["state"].lower(),
            "name": f"{quota['subject']} · {quota['title']}" if quota["title"] else quota["subject"],
            "sequence": quota["version"] + row["version"],
            "starts_at": quota["startsAt"],
            "ends_at": quota["endsAt"],
            "is_on_hold": quota["isOnHold"],
            **{name: quota[name] for name in ("weekdays", "phone")},
            "venue": quota["venue"] or quota["division"]["shortName"],
        },
        is_called_off=quota["status"] == "CALLED_OFF",
    )
    if entry is None:
        raise HTTPException(404)
    headers = {"content-disposition": f'attachment; filename="{calendar.FILE}"', "cache-control": "no-store"}
    return Response(calendar.written(entry), media_type="text/calendar; charset=utf-8", headers=headers)


async def my_booking_data(request: Request) -> Response:
    """Everything kept of the holder, as a file."""
    number, secret = _named(request)
    throttle.count_try(request)
    form = Form(operations.export_registration.input, leave_out=["number", "secret"])
    found = await pressed(request, form, operations.export_registration, number=number, secret=secret)
    throttle.was_right(request)
    headers = {"content-disposition": 'attachment; filename="registration.json"', "cache-control": "no-store"}
    return Response(found["data"], media_type="application/json", headers=headers)


@dataclass(frozen=True)
class Act:
    """What holders do with their registration, as a noun in the address: POST …/cancellation."""

    operation: Operation[Any, Any]
    said: str


ACTS: Mapping[str, Act] = {
    "cancellation": Act(operations.cancel_registration, N_("It is cancelled. Thank you for telling us.")),
    "acceptance": Act(operations.accept_places, N_("The place is yours.")),
    "erasure": Act(operations.erase_registration, N_("What was kept of you is erased.")),
    "listing": Act(operations.list_registration, N_("Saved.")),
    "people": Act(operations.take_fewer_places, N_("It is changed.")),
}


def _form(act: Act) -> Form:
    return Form(act.operation.input, leave_out=["number", "secret"])


def _handler(noun: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        number, secret = _named(request)
        form = _form(act)
        throttle.count_try(request)
        try:
            done = await submit(request, form, act.operation, number=number, secret=secret)
        except NotFound:
            raise HTTPException(404) from None
        throttle.was_right(request)
        if done is None:
            return await _drawn(request, (noun, form))
        return redirect(request, "my_booking", said=gettext(act.said), number=number, secret=secret)

    return handle


_PATH = "/my-booking/{number}/{secret}"
ROUTES = [
    Route(_PATH, my_booking, name="my_booking"),
    Route(f"{_PATH}/data", my_booking_data, name="my_booking_data", methods=["POST"]),
    Route(f"{_PATH}/{calendar.FILE}", my_booking_calendar, name="my_booking_calendar"),
    *(
        Route(f"{_PATH}/{noun}", _handler(noun, act), name=f"my_booking_{noun}", methods=["POST"])
        for noun, act in ACTS.items()
    ),
]

"""Who comes to one event or service, as CSV: for those who may see the contacts, each look kept in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock, crypto
from civicgraph.bookings import operations, rules
from civicgraph.bookings.models import Quota, Registration
from civicgraph.bookings.operations.managing import answers_of
from civicgraph.bookings.subjects import SubjectKind
from civicgraph.i18n import N_, gettext
from civicgraph.web import redirect, staff_only, submit
from civicgraph.web.forms import Form
from civicgraph.web.sheets import lines

_HEADINGS = (
    *(
        N_("What"),
        N_("Start"),
        N_("Number"),
        N_("Name"),
        N_("Number of people"),
        N_("Telephone"),
        N_("E-mail"),
        N_("State"),
    ),
    *(N_("Registered"), N_("Came"), N_("How many came"), N_("Answers")),
)


async def table(request: Request) -> Response:
    """The table of the event or service that the form names."""
    form = Form(operations.export_bookings.input)
    found = await submit(request, form, operations.export_bookings)
    if found is None:
        said = " ".join(one["message"] for one in form.errors)
        kind, slug = form.values.get("subject_kind"), form.values.get("subject_slug", "")
        there = "staff_services_edit" if kind == SubjectKind.SERVICE else "staff_events_edit"
        return redirect(request, there, said=said, level="late", slug=slug)
    rows = (_row(quota, one) for quota, registrations in found for one in registrations)
    headers = {"content-disposition": 'attachment; filename="bookings.csv"', "cache-control": "private, no-store"}
    head = [gettext(one) for one in _HEADINGS]
    return Response("".join(lines(_with(head, rows))), headers=headers, media_type="text/csv; charset=utf-8")


def _with(head: list[str], rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield head
    yield from rows


def _row(quota: Quota, one: Registration) -> list[Any]:
    answers = ((each["question"], each["answer"]) for each in answers_of(one))
    return [
        rules.name_of(quota),
        _moment(quota.starts_at),
        one.number,
        one.contact_name or gettext("(erased)"),
        one.people,
        crypto.decrypt(one.contact_phone),
        crypto.decrypt(one.contact_email),
        one.state.words,
        _moment(one.created_at),
        _moment(one.checked_in_at),
        one.attended,
        "；".join(f"{asked} {gettext('yes') if said == 'yes' else said}" for asked, said in answers),
    ]


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}" if moment else ""


ROUTES = [Route("/staff/bookings/table", staff_only(table), name="staff_bookings_table", methods=["POST"])]

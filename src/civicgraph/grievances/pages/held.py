"""Reports that a person looks at first, for the staff of their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.grievances import operations
from civicgraph.grievances.intake.spam import SAID
from civicgraph.grievances.pages.asking import danger_named
from civicgraph.grievances.pages.choices import asked, categories
from civicgraph.grievances.pages.drafts import COMMUNITY_DIGITS
from civicgraph.grievances.pages.placing import Places, way_down
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError
from civicgraph.permissions import DISPATCH_GRIEVANCES
from civicgraph.web import page, read, redirect, staff_only, submit
from civicgraph.web.forms import Choices, Form, StaleForm, read_body
from civicgraph.web.shell import address

_SEVERAL = N_("Several places have this name. Please choose one of them.")
_NONE = N_("No community of yours has this name or code. Please try a part of the name, or choose step by step.")
_OTHER = N_("You chose one community and wrote another. Please empty the field, or choose the one that you wrote.")


@dataclass(frozen=True)
class Entry:
    """What is typed or shown at one of the reports that wait."""

    number: str
    form: Form | None = None
    typed: str = ""
    """A name or code of a community."""
    offered: Choices = ()
    """Communities to choose from, besides those that are proposed."""
    contact: Mapping[str, str] = field(default_factory=dict)


async def held_reports(request: Request) -> Response:
    """What waits: what tells of danger first, then the longest."""
    return await _list(request)


async def _list(request: Request, entry: Entry | None = None) -> Response:
    actor = request.state.actor
    within = next(iter(actor.prefixes(DISPATCH_GRIEVANCES)), "")
    code = within or settings.current().city_code
    variables = {"filter": {"state": "WAITING", "within": code}, "code": code}
    found = await read(request, "staff/grievances/held", variables)
    rows = found["heldReports"]["nodes"]
    entry = entry or Entry(asked(request, "number"))
    is_refused = entry.form is not None and entry.form.is_refused
    kinds = categories(found)
    values: dict[str, Any] = {
        "categories": [("", gettext(N_("As it came"))), *kinds],
        "categories_to_choose": [("", gettext("Please choose")), *kinds],
        "entry": entry,
        "typed": entry.form.values if entry.form else {"division_code": asked(request, "division")},
        "wrong": {one.field: one.message for one in entry.form.found} if entry.form else {},
        "errors": _errors(entry),
        "places": await _places(request, rows, entry),
        "looks": {one["number"]: gettext(words) for one in rows if (words := SAID.get(one["rule"]))},
        "danger": {one["number"]: danger_named(one["danger"]) for one in rows if one["danger"]},
    }
    return await page(
        request, "staff/grievances/held", variables, values, data=found, status=422 if is_refused else 200
    )


def _errors(entry: Entry) -> list[dict[str, Any]]:
    """The summary above, each at its control of that entry."""
    found = entry.form.errors if entry.form else []
    return [{**one, "id": one["id"] and f"{one['id'].removeprefix('f-')}-{entry.number}"} for one in found]


async def _places(request: Request, rows: Sequence[Mapping[str, Any]], entry: Entry) -> dict[str, Choices]:
    """The communities that are offered for each report whose place is not known."""
    placeless = [one for one in rows if len(one["divisionCode"]) < COMMUNITY_DIGITS]
    if not placeless:
        return {}
    has_points = any(one["latitudeMicro"] is not None for one in placeless)
    places = await Places.of(request.state.actor, with_points=has_points)
    code = str(entry.form.values.get("division_code") or "") if entry.form else asked(request, "division")
    found: dict[str, Choices] = {}
    for one in placeless:
        added = [*entry.offered, *places.chosen(code)] if one["number"] == entry.number else []
        found[one["number"]] = list({choice[0]: choice for choice in [*added[::-1], *places.proposed(one)]}.values())
    return found


async def held_place(request: Request) -> Response:
    """The way to a community for a report that waits, step by step; at its end back to the report."""
    number, code = request.path_params["number"], asked(request, "division")
    if len(code) == COMMUNITY_DIGITS and not request.query_params.get("choose"):
        here = address(request, "staff_held", number=number, division=code)
        return RedirectResponse(f"{here}#held-{number}", 303)
    if not request.state.actor.prefixes(DISPATCH_GRIEVANCES):
        return redirect(request, "staff_held")
    values = {**await way_down(request), "carried": {"number": number}, "form_page": "staff_held_place"}
    return await page(request, "staff/grievances/held_place", values=values, fragment="grievances/_where")


async def release(request: Request) -> Response:
    """Let one through, to the community that was chosen, or whose name or code was written."""
    number, form = request.path_params["number"], Form(operations.release_report.input)
    try:
        pairs = await read_body(request, forgives=True)
    except StaleForm as stale:
        form.ask_again(stale)
        return await _list(request, Entry(number, form))
    form.bind(pairs)
    typed = next((value.strip()[:60] for name, value in pairs if name == "place"), "")
    offered = (await Places.of(request.state.actor)).called(typed) if typed else ()
    chosen = str(form.values.get("division_code") or "")
    if typed and (wrong := _unclear(offered, chosen)):
        form.found, form.is_refused = [FieldError("division_code", "unclear", gettext(wrong))], True
        return await _list(request, Entry(number, form, typed, offered))
    if typed and not chosen:
        form.values["division_code"] = offered[0][0]
    if await form.run(operations.release_report, request.state.actor, number=number) is None:
        return await _list(request, Entry(number, form, typed, offered))
    return redirect(request, "staff_held", said=gettext(N_("It is a grievance now.")))


def _unclear(offered: Choices, chosen: str) -> str:
    """What is wrong with a written name, by what it may mean and what was chosen; empty where it is clear."""
    if not offered:
        return _NONE
    if chosen:
        return "" if chosen in {one[0] for one in offered} else _OTHER
    return _SEVERAL if len(offered) > 1 else ""


async def drop(request: Request) -> Response:
    """Drop one."""
    number, form = request.path_params["number"], Form(operations.drop_report.input)
    if await submit(request, form, operations.drop_report, number=number) is None:
        return await _list(request, Entry(number, form))
    return redirect(request, "staff_held", said=gettext(N_("It was dropped.")))


async def contact_view(request: Request) -> Response:
    """Name, telephone and e-mail of a sender, on this one page; the look is in the audit trail."""
    number, form = request.path_params["number"], Form(operations.reveal_held_contact.input)
    contact = await submit(request, form, operations.reveal_held_contact, number=number)
    response = await _list(request, Entry(number, form, contact=contact or {}))
    response.headers["cache-control"] = "no-store"
    return response


ROUTES = [
    Route("/staff/held", staff_only(held_reports), name="staff_held"),
    Route("/staff/held/{number}/place", staff_only(held_place), name="staff_held_place"),
    Route("/staff/held/{number}/release", staff_only(release), name="staff_held_release", methods=["POST"]),
    Route("/staff/held/{number}/drop", staff_only(drop), name="staff_held_drop", methods=["POST"]),
    Route("/staff/held/{number}/contact-views", staff_only(contact_view), name="staff_held_contact", methods=["POST"]),
]

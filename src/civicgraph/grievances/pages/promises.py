"""Promised times: what every visitor may know, and where supervisors set what holds in their places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import place_field
from civicgraph.divisions.operations import remove_office_hours, set_office_hours
from civicgraph.grievances import operations
from civicgraph.grievances.kinds import names_of, reasons_of
from civicgraph.grievances.models import Counting, HoldReason, Urgency
from civicgraph.grievances.pages.choices import categories
from civicgraph.grievances.promises import OFFICE_HOURS, PROMISES, Entry, Override, holding
from civicgraph.i18n import current, gettext
from civicgraph.permissions import SET_PROMISES
from civicgraph.web import page, read, redirect, require, staff_only, submit
from civicgraph.web.forms import Form, read_body
from civicgraph.web.query import place


async def promises(request: Request) -> Response:
    """What is promised in a place, in plain words."""
    within = place(request)
    variables = {"code": within or settings.current().city_code}
    found = await read(request, "grievances/promises", variables)
    division = require(found, "division")
    values = {**_standing(found), "kept": {"within": within or ""}, "fields": [place_field(request, division, within)]}
    return await page(request, "grievances/promises", variables, values, fragment="grievances/_promises", data=found)


async def staff_promises(request: Request) -> Response:
    """What holds in a place and from whom it is inherited; its own entries are set and removed here."""
    return await _draw(request)


async def _draw(request: Request, sent: tuple[str, Form] | None = None) -> Response:
    code = _place(request)
    variables = {"code": code}
    found = await read(request, "staff/grievances/promises", variables)
    division = require(found, "division")
    rows = division["urgencyPolicies"]
    own = [one for one in rows if one["division"]["code"] == code]
    forms = {"entry": _entry_form(found, request, own), "hours": _hours_form(division, code)}
    if sent:
        forms[sent[0]] = sent[1]
    values = {
        **_standing(found),
        "own": own,
        "seen": " ".join(f"{key}={version}" for key, version in _versions(own).items()),
        "forms": forms,
        "errors": sent[1].errors if sent else [],
        "places": _places(request, division),
    }
    status = 422 if sent and sent[1].is_refused else 200
    return await page(request, "staff/grievances/promises", variables, values, data=found, status=status)


def _place(request: Request) -> str:
    """The place asked for, where the actor may set its times, else the first that they may."""
    asked = place(request)
    if asked and request.state.actor.may(SET_PROMISES, asked):
        return asked
    return next(iter(request.state.actor.prefixes(SET_PROMISES)), settings.current().city_code)


def _places(request: Request, division: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The places that one goes on to: the one above, where it may be set, and those directly below."""
    above = division["parent"]
    may = above is not None and request.state.actor.may(SET_PROMISES, above["code"])
    return [*([above] if may else []), *division["children"]["nodes"]]


def _standing(found: Mapping[str, Any]) -> dict[str, Any]:
    """The list in force in the division: each level, and each category that has another promise than its level."""
    division = found["division"]
    rows = {_override(one): one for one in division["urgencyPolicies"]}
    levels = [_line(urgency, "", division, rows) for urgency in Urgency]
    named = {one["code"]: one for one in found["grievanceCategories"]["nodes"]}
    special = sorted({(one.category, one.urgency) for one in rows if one.category})
    lines = [
        {**line, "category": named[category]}
        for category, urgency in special
        if category in named and (line := _line(urgency, category, division, rows))["is_special"]
    ]
    hours = division["officeHours"]
    return {
        "levels": levels,
        "special": lines,
        "rests": _rests([*levels, *lines]),
        "hours": hours["hours"] if hours else OFFICE_HOURS,
        "is_chinese": current.get() == "zh",
    }


def _override(one: Mapping[str, Any]) -> Override:
    times = one["responseMinutes"], one["resolutionMinutes"], Counting[one["counting"]]
    entry = Entry(*times, reasons_of(one["pausing"]))
    category = one["category"]["code"] if one["category"] else ""
    return Override(one["division"]["code"], Urgency[one["urgency"]], category, entry)


def _rests(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stops the clock of the resolution, and on which lines of the list where it is not the same on all."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(line["pausing"], []).append(line)
    return [{"reasons": reasons, "lines": of if len(found) > 1 else []} for reasons, of in found.items()]


def _line(
    urgency: Urgency, category: str, division: Mapping[str, Any], rows: Mapping[Override, Mapping[str, Any]]
) -> dict[str, Any]:
    found = holding(urgency, category, division["code"], rows)
    entry = found.entry if found else PROMISES[urgency]
    return {
        "urgency": urgency.name,
        "response": entry.response_minutes,
        "resolution": entry.resolution_minutes,
        "is_in_hours": entry.counting is Counting.WORKING_HOURS,
        "pausing": tuple(names_of(entry.pausing)),
        "source": rows[found]["division"] if found else None,
        "is_special": found is not None and found.category != "",
    }


def _entry_form(found: Mapping[str, Any], request: Request, own: list[Mapping[str, Any]]) -> Form:
    """The form of an entry; `level` and `category` in the address begin with what is set or inherited."""
    asked = request.query_params.get("level", "").upper()
    urgency = Urgency[asked] if asked in Urgency.__members__ else Urgency.GENERAL
    category = request.query_params.get("category", "")
    division = found["division"]
    line = _line(urgency, category, division, {_override(one): one for one in division["urgencyPolicies"]})
    values = {
        "urgency": urgency.value,
        "category": category,
        "response_minutes": line["response"],
        "resolution_minutes": line["resolution"],
        "counting": (Counting.WORKING_HOURS if line["is_in_hours"] else Counting.ROUND_THE_CLOCK).value,
        "pausing": [HoldReason[one].value for one in line["pausing"]],
        "division_code": division["code"],
    }
    choices = {"category": [("", gettext("Every category")), *categories(found)]}
    return Form(operations.set_urgency_policy.input, values, choices=choices, leave_out=["division_code", "version"])


def _key(urgency: str, category: str) -> str:
    return f"{urgency.lower()}:{category}"


def _versions(own: list[Mapping[str, Any]]) -> dict[str, int]:
    """The versions of the place's own entries, by level and category."""
    return {_key(one["urgency"], (one["category"] or {"code": ""})["code"]): int(one["version"]) for one in own}


def _seen(pairs: list[tuple[str, str]]) -> dict[str, int]:
    """The versions that the page showed: which of them is meant is chosen in the form."""
    written = dict(pairs).get("seen", "").split()
    found = [one.rpartition("=") for one in written]
    return {key: int(version) for key, _, version in found if version.isascii() and version.isdigit()}


def _hours_form(division: Mapping[str, Any], code: str) -> Form:
    kept = division["officeHours"]
    days = " ".join(kept["closedDays"]) if kept else ""
    values = {
        "hours": kept["hours"] if kept else OFFICE_HOURS,
        "closed_days": days,
        "version": kept["version"] if kept and kept["division"]["code"] == code else 0,
    }
    return Form(set_office_hours.input, values, leave_out=["division_code"])


async def set_entry(request: Request) -> Response:
    """Set an entry of a place's own list."""
    code = request.path_params["code"]
    found = await read(request, "staff/grievances/promises", {"code": code})
    own = [one for one in require(found, "division")["urgencyPolicies"] if one["division"]["code"] == code]
    form = _entry_form(found, request, own)
    sent = await read_body(request)
    form.bind(sent)
    meant = _key(str(form.values.get("urgency", "")), str(form.values.get("category", "")))
    fixed = {"division_code": code, "version": _seen(sent).get(meant, 0)}
    result = await form.run(operations.set_urgency_policy, request.state.actor, **fixed)
    if result is not None:
        return redirect(request, "staff_promises", within=code, said=gettext("Saved. It holds for new grievances."))
    return await _draw(request, ("entry", form))


async def remove_entry(request: Request) -> Response:
    """Remove an entry of a place's own list."""
    return await _act(request, "entry", operations.remove_urgency_policy)


async def set_hours(request: Request) -> Response:
    """Set a place's office hours."""
    return await _act(request, "hours", set_office_hours)


async def remove_hours(request: Request) -> Response:
    """Let a place go by the hours of the place above again."""
    return await _act(request, "hours", remove_office_hours)


async def _act(request: Request, part: str, operation: Any) -> Response:
    code = request.path_params["code"]
    form = Form(operation.input, leave_out=["division_code"])
    result = await submit(request, form, operation, division_code=code)
    if result is not None:
        return redirect(request, "staff_promises", within=code, said=gettext("Saved. It holds for new grievances."))
    return await _draw(request, (part, form))


_ADDRESS = "/staff/promises/{code}"
ROUTES = [
    Route("/promises", promises, name="promises"),
    Route("/staff/promises", staff_only(staff_promises), name="staff_promises"),
    Route(f"{_ADDRESS}/entries", staff_only(set_entry), name="staff_promises_set", methods=["POST"]),
    Route(f"{_ADDRESS}/entries/end", staff_only(remove_entry), name="staff_promises_end", methods=["POST"]),
    Route(f"{_ADDRESS}/hours", staff_only(set_hours), name="staff_promises_hours", methods=["POST"]),
    Route(f"{_ADDRESS}/hours/end", staff_only(remove_hours), name="staff_promises_hours_end", methods=["POST"]),
]

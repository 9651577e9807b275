"""The staff's page of an event's record: each part that its kind has, entry by entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.events import operations
from civicgraph.events.kinds import ENTRIES, KINDS
from civicgraph.events.models import EntryKind, EventKind
from civicgraph.events.operations.entries import fields_of
from civicgraph.i18n import N_, current, gettext
from civicgraph.operations import Operation
from civicgraph.uploads.forms import submit_with_files
from civicgraph.web import page, read, redirect, require, staff_only, submit
from civicgraph.web.forms import Choices, Form
from civicgraph.web.listing import from_graphql

_DOCUMENT = "staff/events/record"
_ALWAYS = ("version",)


async def record(request: Request) -> Response:
    """What was on the agenda, asked, said or found, with the forms to add and to change."""
    return await _drawn(request, await _found(request))


async def _found(request: Request) -> dict[str, Any]:
    found = await read(request, _DOCUMENT, {"slug": request.path_params["slug"]})
    if not require(found, "event")["mayEdit"]:
        raise HTTPException(403)
    return found


async def _drawn(
    request: Request,
    found: dict[str, Any],
    refused: tuple[str, Form] | None = None,
    handed_on: Mapping[str, Any] | None = None,
) -> Response:
    event = found["event"]
    kinds = KINDS[EventKind[event["kind"]]].entries
    forms: dict[str, Form] = {}
    for kind in kinds:
        forms[kind.value] = _form(operations.add_event_entry, kind, {}, kind.value)
        for row in (one for one in event["entries"] if one["kind"] == kind.name):
            key = f"{row['number']}"
            forms[key] = _form(operations.change_event_entry, kind, row, f"e{key}")
            if ENTRIES[kind].becomes_grievance and not row["grievance"] and not row["doneOn"]:
                forms[f"{key}-grievance"] = await _handing(request, event, row, found)
    if refused:
        forms[refused[0]] = refused[1]
    parts = [
        {
            "kind": kind,
            "heading": gettext(ENTRIES[kind].heading),
            "add": gettext(ENTRIES[kind].add),
            "rows": [one for one in event["entries"] if one["kind"] == kind.name],
        }
        for kind in kinds
    ]
    values = {"parts": parts, "forms": forms, "refused": refused[0] if refused else "", "handed_on": handed_on}
    variables = {"slug": event["slug"]}
    return await page(request, _DOCUMENT, variables, values, data=found, status=422 if refused else 200)


def _form(operation: Operation[Any, Any], kind: EntryKind, row: Mapping[str, Any], prefix: str) -> Form:
    """The form of an entry with the fields that entries of its kind have."""
    model = operation.input
    fields = fields_of(kind, is_grievance=bool(row and row["grievance"]))
    kept = {*fields, *_ALWAYS, *(["takes_file_away"] if row and row["file"] else [])}
    left_out = [name for name in model.model_fields if name not in kept]
    values = from_graphql(model, {**row, "file": ""}) if row else {}  # empty keeps it, what it is called is shown
    return Form(model, values, leave_out=left_out, prefix=prefix)


async def _handing(request: Request, event: Mapping[str, Any], row: Mapping[str, Any], found: dict[str, Any]) -> Form:
    """The form that makes a question a grievance: its category, and the community that it is counted for."""
    if "places" not in found:
        code = event["division"]["code"]
        county = code[:6] if len(code) > 4 else settings.current().city_code
        within = (await read(request, "staff/divisions/choices", {"code": county}))["division"]
        found["places"] = list(_communities(within, ""))
    name = "name" if current.get() == "zh" else "nameEn"
    group = "groupName" if current.get() == "zh" else "groupNameEn"
    categories = [(one["code"], one[name], one[group]) for one in found["grievanceCategories"]["nodes"]]
    choices: dict[str, Choices] = {"category": categories, "division_code": found["places"]}
    code = event["division"]["code"]
    values = {"version": row["version"], "owner": row["owner"], "division_code": code if len(code) == 12 else ""}
    return Form(
        operations.hand_on_question.input, values, choices=choices, leave_out=["id"], prefix=f"g{row['number']}"
    )


def _communities(division: Mapping[str, Any] | None, group: str) -> Any:
    if division is None:
        return
    if len(division["code"]) == 12:
        yield division["code"], division["shortName"], group
    for child in division.get("children", {}).get("nodes", []):
        yield from _communities(child, division["shortName"])


async def _add(request: Request) -> Response:
    found = await _found(request)
    kind = next((one for one in EntryKind if one.value == request.path_params["kind"]), None)
    if kind is None:
        raise HTTPException(404)
    form = _form(operations.add_event_entry, kind, {}, kind.value)
    slug = found["event"]["slug"]
    row = await submit_with_files(request, form, operations.add_event_entry, "file", slug=slug, kind=kind)
    return await _after(request, found, kind.value, form, row)


def _act(operation: Operation[Any, Any], said: str) -> Callable[[Request], Awaitable[Response]]:
    """The handler of a form about one entry."""

    async def handle(request: Request) -> Response:
        found, entry = await _entry(request)
        number = entry["number"]
        form = _form(operation, EntryKind[entry["kind"]], entry, f"e{number}")
        row = await submit_with_files(request, form, operation, "file", id=number)
        return await _after(request, found, f"{number}", form, row, said)

    return handle


async def _hand_on(request: Request) -> Response:
    """Make a question a grievance; its number and tracking secret are shown this once, for who asked it."""
    found, entry = await _entry(request)
    form = await _handing(request, found["event"], entry, found)
    handed_on = await submit(request, form, operations.hand_on_question, id=entry["number"])
    if handed_on is None:
        return await _drawn(request, found, (f"{entry['number']}-grievance", form))
    response = await _drawn(request, await _found(request), handed_on=handed_on)
    response.headers["cache-control"] = "no-store"
    return response


async def _entry(request: Request) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """The event's record, and the entry that the address names."""
    found, number = await _found(request), request.path_params["number"]
    entry = next((one for one in found["event"]["entries"] if one["number"] == number), None)
    if entry is None:
        raise HTTPException(404)
    return found, entry


async def _after(
    request: Request, found: dict[str, Any], key: str, form: Form, row: Any, said: str = N_("Saved.")
) -> Response:
    if row is None:
        return await _drawn(request, found, (key, form))
    return redirect(request, "staff_event_record", said=gettext(said), slug=found["event"]["slug"])


_PATH = "/staff/events/{slug}/record"
_ONE = _PATH + "/{number:int}"
ROUTES = [
    Route(_PATH, staff_only(record), name="staff_event_record"),
    Route(_ONE, staff_only(_act(operations.change_event_entry, N_("Saved."))), name="staff_entry", methods=["POST"]),
    Route(
        _ONE + "/removal",
        staff_only(_act(operations.remove_event_entry, N_("It is taken out."))),
        name="staff_entry_removal",
        methods=["POST"],
    ),
    Route(
        _ONE + "/grievance",
        staff_only(_hand_on),
        name="staff_entry_grievance",
        methods=["POST"],
    ),
    Route(_PATH + "/{kind}", staff_only(_add), name="staff_entry_new", methods=["POST"]),
]

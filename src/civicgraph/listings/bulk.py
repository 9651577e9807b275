"""One step with many listings at once: each for itself by its ordinary operation, and of each what became of it.

It is not all or nothing: of twenty drafts nineteen are published although somebody is changing the twentieth. The page says
of each that was not done why, and it is as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.operations import Conflict, Input, InvalidInput, NotFound, Operation, OperationError
from civicgraph.operations.inputs import validate
from civicgraph.web import page, read, redirect, staff_only
from civicgraph.web.fields import for_model
from civicgraph.web.forms import Form, read_body
from civicgraph.web.listing import Listing, from_graphql

MOST = 50
"""Listings of one page of a list, and some."""
_NONE_GIVEN = N_("Please fill in at least one of them.")


@dataclass(frozen=True)
class Act:
    """What is done with each: its operation, what is asked for it, the words on its button, who may do it at all."""

    operation: Operation[Any, Any]
    words: str
    capability: str
    fields: Sequence[str] = ()
    changes: bool = False
    """The operation takes all that a listing is, so that what is not asked for is sent as it stands."""
    is_danger: bool = False


@dataclass(frozen=True)
class Bulk:
    """The acts of a kind of listing by their nouns, and by which field people know one."""

    listing: Listing
    acts: Mapping[str, Act]
    called: str

    def buttons(self, request: Request) -> list[dict[str, Any]]:
        """The acts that the actor may do somewhere, for the bar under the list."""
        may = request.state.actor.may_anywhere
        return [
            {"noun": noun, "words": gettext(one.words), "asks": bool(one.fields), "is_danger": one.is_danger}
            for noun, one in self.acts.items()
            if may(one.capability)
        ]


def routes(bulk: Bulk, path: str) -> list[Route]:
    """The route of a listing's bulk changes under `path`; it comes before those that take any name."""

    async def handle(request: Request) -> Response:
        return await _handle(request, bulk)

    return [Route(f"{path}/bulk", staff_only(handle), name=f"{bulk.listing.name}_bulk", methods=["POST"])]


async def _handle(request: Request, bulk: Bulk) -> Response:
    pairs = await read_body(request)
    given = dict(pairs)
    picked = list(dict.fromkeys(value for name, value in pairs if name == "pick"))[:MOST]
    act = bulk.acts.get(given.get("act", ""))
    if not picked or act is None:
        words = gettext(N_("Please tick some of the list and choose what to do with them."))
        return redirect(request, bulk.listing.name, said=words, level="soon")
    if not request.state.actor.may_anywhere(act.capability):
        raise HTTPException(403)
    rows = [await _row(request, bulk, one) for one in picked]
    form = await _form(request, bulk, act)
    values: dict[str, Any] = {}
    if act.fields and given.get("asked"):
        form.bind(pairs)
        values = _values(act, form)
    if act.fields and (form.found or not values):
        shown = {"form": form, "rows": rows, "noun": given["act"], "picked": picked}
        return await _drawn(request, bulk, act, shown, status=422 if form.found else 200)
    results = [await _take(request, bulk, act, row, values) for row in rows]
    done = sum(not one["words"] for one in results)
    return await _drawn(
        request, bulk, act, {"results": results, "done": done}, status=200 if done == len(results) else 422
    )


async def _drawn(request: Request, bulk: Bulk, act: Act, values: Mapping[str, Any], status: int) -> Response:
    shared = {"listing": bulk.listing, "title": gettext(act.words), "is_danger": act.is_danger}
    return await page(request, "staff/tables/bulk", values={**shared, **values}, data={}, status=status)


async def _row(request: Request, bulk: Bulk, picked: str) -> dict[str, Any]:
    """A listing that was ticked, as it was seen in the list; only its name where there is none such any more."""
    slug, _, version = picked.partition(":")
    found = (await read(request, f"{bulk.listing.folder}/edit", {"slug": slug}))[bulk.listing.root]
    return {**(found or {}), "slug": slug, "version": version, "called": found[bulk.called] if found else None}


async def _form(request: Request, bulk: Bulk, act: Act) -> Form:
    """The form of what is asked for all of them together."""
    model: type[Input] = act.operation.input
    left_out = [name for name in model.model_fields if name not in act.fields]
    choices = await bulk.listing.choices(request) if bulk.listing.choices and act.changes else {}
    return Form(model, {}, choices=choices, leave_out=left_out)


def _values(act: Act, form: Form) -> dict[str, Any]:
    """What was filled in for all of them; what is wrong with it is found once and not for each."""
    given = {name: one for name, one in for_model(form.model, form.values).items() if one not in ("", None)}
    try:
        validate(form.model, {**given, "slug": "-", "version": 1})
    except InvalidInput as error:
        form.found = [one for one in error.errors if one.field in act.fields]
    if not form.found and not given:
        form.found = InvalidInput.at(act.fields[0], "missing", _NONE_GIVEN).errors
    form.is_refused = bool(form.found)
    return given


async def _take(
    request: Request, bulk: Bulk, act: Act, row: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Do it with one: its name, and the words of why not, empty when it is done."""
    whole = from_graphql(act.operation.input, row) if act.changes else {}
    try:
        if row["called"] is None:
            raise NotFound
        await act.operation(request.state.actor, {**whole, **values, "slug": row["slug"], "version": row["version"]})
        words = ""
    except Conflict:
        words = gettext(N_("Somebody has changed it meanwhile. Please look at it, then do this again."))
    except OperationError as error:
        words = " ".join(one.message for one in error.errors)
    return {"slug": row["slug"], "called": row["called"] or row["slug"], "words": words}

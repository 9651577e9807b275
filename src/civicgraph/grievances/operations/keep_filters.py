"""Saved filters of the queue."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph.grievances.desk.models import SavedFilter
from civicgraph.grievances.desk.rules import MAX_FILTERS, MAX_QUERY, kept_query
from civicgraph.grievances.operations.inputs import Words
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, audit, operation
from civicgraph.permissions import READ_GRIEVANCES, Actor


class SaveGrievanceFilter(Input):
    """A way of looking at the queue, under a name."""

    name: Words = Field(title=N_("Name of the filter"), min_length=1, max_length=30)
    query: Words = Field(
        title=N_("The filters, as the address of the queue holds them"),
        max_length=800,
        json_schema_extra={"widget": "hidden"},
    )
    is_shared: bool = Field(False, title=N_("Colleagues of my office see it too"))


class ForgetGrievanceFilter(Input):
    """Which filter."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def save_grievance_filter(actor: Actor, data: SaveGrievanceFilter) -> SavedFilter:
    """Keep a way of looking at the queue under a name; one of the same name is replaced."""
    office = next(iter(actor.prefixes(READ_GRIEVANCES)), "")
    if actor.person_id is None or not office:
        raise Forbidden
    query = kept_query(data.query)
    if not query:
        raise InvalidInput.at(
            "name", "no_filter", N_("Please set a filter first: what shows everything need not be kept.")
        )
    if len(query) > MAX_QUERY:
        raise InvalidInput.at("name", "too_much", N_("These are too many words to keep. Please ask for fewer."))
    values: dict[str, Any] = {"query": query, "is_shared": data.is_shared, "division_id": office}
    row = await SavedFilter.get_or_none(person_id=actor.person_id, name=data.name)
    if row is None:
        if await SavedFilter.filter(person_id=actor.person_id).count() >= MAX_FILTERS:
            raise InvalidInput.at(
                "name", "too_many", N_("You keep %(most)s filters already. Please forget one first."), most=MAX_FILTERS
            )
        row = await SavedFilter.create(person_id=actor.person_id, name=data.name, **values)
    else:
        await row.update_from_dict(values).save()
    await audit(actor, row, {"name": ["", row.name], "is_shared": ["", row.is_shared]})
    return row


@operation()
async def forget_grievance_filter(actor: Actor, data: ForgetGrievanceFilter) -> dict[str, int]:
    """Forget a filter of one's own; answers its number."""
    row = await SavedFilter.get_or_none(id=data.id, person_id=actor.person_id) if actor.person_id else None
    if row is None:
        raise NotFound
    await audit(actor, row, {"name": [row.name, ""]})
    await row.delete()
    return {"forgotten": data.id}

"""Who is told of a draft that is looked over: the editors of its place that it waits, its author what became of it."""

from __future__ import annotations

from typing import Any

from civicgraph.accounts.keepers import keepers_of
from civicgraph.accounts.models import Person
from civicgraph.listings.review import Teller
from civicgraph.model import Drafted
from civicgraph.notifications.operations import notify_person
from civicgraph.permissions import Actor


def teller(name: str, path: str, capability: str) -> Teller:
    """Tells of listings that the column `name` names and staff keep under `path`; the capability is that of their editors."""

    async def tell(actor: Actor, row: Drafted, step: str, **values: Any) -> None:
        place = str(row.division_id)  # type: ignore[attr-defined]
        author = await Person.get_or_none(id=row.submitted_by_id)  # type: ignore[attr-defined]
        people = await keepers_of(place, capability) if step == "submitted" else [author] if author else []
        for person in people:
            if person.id != actor.person_id:  # nobody is told of their own doing
                await notify_person(
                    person,
                    f"listing_{step}",
                    {"name": getattr(row, name), "by_line": actor.name, **values},
                    dedupe=f"review {step} {type(row).__name__} {row.id} {row.version}",
                    division_code=place,
                    link=f"{path}/{row.slug}",  # type: ignore[attr-defined]
                )

    return tell

"""Who is told of a draft that is looked over: the editors of its place that it waits, its author what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from civicgraph.accounts.keepers import keepers_of
from civicgraph.accounts.models import Person
from civicgraph.model import Drafted
from civicgraph.notifications.operations import notify_person
from civicgraph.permissions import Actor


@dataclass(frozen=True)
class Reviewed:
    """What a kind of listing is called, where staff find it, and who publishes it."""

    name: str
    path: str
    capability: str


_KINDS: dict[str, Reviewed] = {}


def reviews(model: type[Drafted], name: str, path: str, capability: str) -> None:
    """Say of a model which column names a listing, under which address staff keep it, and which capability publishes."""
    _KINDS[model.__name__] = Reviewed(name, path, capability)


async def tell_editors(row: Drafted) -> None:
    """It waits to be looked over: those who publish there, nearest to its place, are told once."""
    place = str(row.division_id)  # type: ignore[attr-defined]
    author = await Person.get_or_none(id=row.submitted_by_id)  # type: ignore[attr-defined]
    for person in await keepers_of(place, _KINDS[type(row).__name__].capability):
        if author is None or person.id != author.id:
            await _tell(person, row, "listing_submitted", by_line=author.name if author else "")


async def tell_author(actor: Actor, row: Drafted, template: str, **values: Any) -> None:
    """What became of it is told to whoever asked, unless they did it themselves."""
    author = await Person.get_or_none(id=row.submitted_by_id)  # type: ignore[attr-defined]
    if author is not None and author.id != actor.person_id:
        await _tell(author, row, template, by_line=actor.name, **values)


async def _tell(person: Person, row: Drafted, template: str, **values: Any) -> None:
    kind = _KINDS[type(row).__name__]
    await notify_person(
        person,
        template,
        {"name": getattr(row, kind.name), **values},
        dedupe=f"{template} {type(row).__name__} {row.id} {row.version}",
        division_code=str(row.division_id),  # type: ignore[attr-defined]
        link=f"{kind.path}/{row.slug}",  # type: ignore[attr-defined]
    )

"""Writing the entries of a batch by statement, with their lists, their changes and what they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tortoise.connection import get_connection

from civicgraph import clock
from civicgraph.enterprises.figures import keeping
from civicgraph.enterprises.figures.counting import History, Listed, count
from civicgraph.enterprises.importing.entries import COLUMNS, FACTS, Entry
from civicgraph.enterprises.models import Enterprise, EnterpriseChange, EnterpriseListing


def _stored(values: Iterable[Any], *, is_postgres: bool) -> list[Any]:
    """Values as the driver of the database takes them."""
    return list(values) if is_postgres else [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S+00:00")
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _is_postgres() -> bool:
    return get_connection("default").capabilities.dialect == "postgres"


def _marks(number: int) -> list[str]:
    is_postgres = _is_postgres()
    return [f"${place}" if is_postgres else "?" for place in range(1, number + 1)]


async def create(entries: Sequence[Entry]) -> None:
    if not entries:
        return
    now = clock.now()
    fixed = {"created_at": now, "updated_at": now, "version": 1, "is_generated": False, "is_published": True}
    names = (*fixed, "credit_code", *COLUMNS)
    is_postgres = _is_postgres()
    shared = _stored(fixed.values(), is_postgres=is_postgres)
    rows = [
        [*shared, entry.row.credit_code, *_stored(map(entry.columns.__getitem__, COLUMNS), is_postgres=is_postgres)]
        for entry in entries
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f"INSERT INTO enterprise ({columns}) VALUES ({', '.join(_marks(len(names)))})"
    await get_connection("default").execute_many(statement, rows)
    listed = {entry.row.credit_code: entry for entry in entries if entry.listings}
    numbers = await _numbers(list(listed)) if listed else {}
    await EnterpriseListing.bulk_create(
        [
            EnterpriseListing(enterprise_id=numbers[code], **one._asdict())
            for code, entry in listed.items()
            for one in entry.listings or []
        ]
    )
    await keeping.add(count((_history(entry), 1) for entry in entries))


async def _numbers(codes: list[str]) -> dict[str, int]:
    found = await Enterprise.filter(credit_code__in=codes).values_list("credit_code", "id")
    return {str(code): int(number) for code, number in found}


def _history(entry: Entry) -> History:
    columns = entry.columns
    return History(
        columns["division_id"],
        columns["industry_id"],
        columns["status"],
        True,
        columns["counted_from"],
        (),
        tuple(entry.listings or ()),
    )


async def change(entries: Sequence[Entry]) -> None:
    if not entries:
        return
    counted = [e for e in entries if e.listings or e.changed & FACTS.keys()]
    numbers = [entry.old["id"] for entry in counted if entry.old]
    before = await keeping.histories(numbers)
    await EnterpriseChange.bulk_create([one for entry in counted for one in _changes(entry)])
    marks = _marks(len(COLUMNS) + 2)
    sets = ", ".join(f'"{name}" = {mark}' for name, mark in zip((*COLUMNS, "updated_at"), marks, strict=False))
    statement = f"UPDATE enterprise SET {sets}, version = version + 1 WHERE id = {marks[-1]}"
    now, is_postgres = clock.now(), _is_postgres()
    rows = [
        _stored([*map(entry.columns.__getitem__, COLUMNS), now, entry.old["id"]], is_postgres=is_postgres)
        for entry in entries
        if entry.old
    ]
    await get_connection("default").execute_many(statement, rows)
    await _replace_listings({entry.old["id"]: entry.listings for entry in counted if entry.old and entry.listings})
    await keeping.moved(before, numbers)


def _changes(entry: Entry) -> list[EnterpriseChange]:
    assert entry.old is not None
    on = max(entry.row.status_on or clock.today(), entry.old["counted_from"] or date.min)
    return [
        EnterpriseChange(
            enterprise_id=entry.old["id"], on=on, fact=fact, before=entry.old[name], after=entry.columns[name]
        )
        for name, fact in FACTS.items()
        if name in entry.changed
    ]


async def _replace_listings(listings: Mapping[int, list[Listed]]) -> None:
    if listings:
        await EnterpriseListing.filter(enterprise_id__in=list(listings)).delete()
        await EnterpriseListing.bulk_create(
            [EnterpriseListing(enterprise_id=number, **one._asdict()) for number, of in listings.items() for one in of]
        )

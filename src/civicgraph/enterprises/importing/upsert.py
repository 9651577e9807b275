"""Entering a batch of rows: what is new is created, what differs is changed, the rest stays. By code, in a transaction.

It writes by statement and not row by row through the models: the whole register has 830,000 entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tortoise.connection import get_connection

from civicgraph import clock, crypto
from civicgraph.divisions.models import Division
from civicgraph.enterprises.figures import closing, keeping
from civicgraph.enterprises.figures.counting import History, Listed, count
from civicgraph.enterprises.importing.codes import Codes, NoCodes
from civicgraph.enterprises.importing.rows import EnterpriseRow
from civicgraph.enterprises.inputs import EnterpriseListingFields
from civicgraph.enterprises.models import (
    ChangedFact,
    Enterprise,
    EnterpriseChange,
    EnterpriseListing,
    EnterpriseScale,
    EnterpriseStatus,
    Industry,
)
from civicgraph.enterprises.rules import search_terms_of
from civicgraph.enterprises.scale import FIGURES, Figures, agreed, scale_of, year_errors
from civicgraph.i18n import N_
from civicgraph.operations import FieldError, InvalidInput
from civicgraph.operations.inputs import validate
from civicgraph.permissions import EDIT_ENTERPRISES, Actor
from civicgraph.text import mask_email, mask_phone

BATCH = 5_000
"""Rows of a transaction: a second's work, so that others do not wait long."""
_PLAIN = (
    "name",
    "brand",
    "kind",
    "status",
    "address",
    "established_on",
    "scale",
    *FIGURES,
    "summary",
)
_SEALED = {"contact_phone": mask_phone, "contact_email": mask_email}
_FACTS = {"division_id": ChangedFact.DIVISION, "industry_id": ChangedFact.INDUSTRY, "status": ChangedFact.STATUS}
_NEEDED = ("name", "kind", "industry_code", "division_code")
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("name", "brand", "kind", "address", "summary", "contact_name", "search_terms"), ""),
    **dict.fromkeys(("contact_phone", "contact_phone_masked", "contact_email", "contact_email_masked"), ""),
    **dict.fromkeys(("division_id", "industry_id"), ""),
    **dict.fromkeys(("established_on", "scale", *FIGURES, "counted_from")),
    "status": EnterpriseStatus.ACTIVE.value,
}
_COLUMNS = tuple(_EMPTY)


@dataclass
class Outcome:
    """What became of a batch."""

    created: int = 0
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    """Of each row that does not fit: its number in the file, its code, and what is wrong."""
    refused: int = 0

    def refuse(self, number: int, code: str, errors: Sequence[FieldError]) -> None:
        """Leave a row out, and say why."""
        self.refused += 1
        self.errors += [{"row": number, "code": code, "field": one.field, "message": one.message} for one in errors]


@dataclass
class _Entry:
    """A row beside what the register holds of it."""

    number: int
    row: EnterpriseRow
    old: dict[str, Any] | None
    columns: dict[str, Any] = field(default_factory=dict)
    listings: list[Listed] | None = None

    @property
    def changed(self) -> set[str]:
        """The columns that become others."""
        before = self.old or _EMPTY
        return {name for name in _COLUMNS if self.columns[name] != before[name]}


class Batch:
    """One batch while it is entered, in the transaction of its operation."""

    def __init__(self, actor: Actor, *, is_dry_run: bool = False, codes: Codes | None = None) -> None:
        self.actor = actor
        self.is_dry_run = is_dry_run
        self.codes = codes or NoCodes()
        self.outcome = Outcome()

    async def enter(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> Outcome:
        """Enter rows, each with its number in its file."""
        self.divisions = {str(code) for code in await Division.all().values_list("code", flat=True)}
        self.industries = {str(code) for code in await Industry.all().values_list("code", flat=True)}
        self.quarter = await closing.closed_quarter()
        entries = await self._entries(await self._first(self._valid(rows)))
        for entry in entries:
            self._fill(entry)
        fitting = [entry for entry in entries if self._fits(entry)]
        new = [entry for entry in fitting if entry.old is None]
        differing = [entry for entry in fitting if entry.old is not None and (entry.changed or entry.listings)]
        self.outcome.created = len(new)
        self.outcome.updated = [entry.row.credit_code for entry in differing]
        self.outcome.unchanged = len(fitting) - len(new) - len(differing)
        if not self.is_dry_run:
            await _create(new)
            await _change(differing)
        return self.outcome

    def _valid(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[str, tuple[int, EnterpriseRow]]:
        found: dict[str, tuple[int, EnterpriseRow]] = {}
        for number, raw in rows:
            try:
                row = validate(EnterpriseRow, raw)
                if row.credit_code in found:
                    raise _twice(found[row.credit_code][0])
            except InvalidInput as error:
                self.outcome.refuse(number, str(raw.get("credit_code", ""))[:18], error.errors)
            else:
                found[row.credit_code] = number, row
        return found

    async def _first(self, found: dict[str, tuple[int, EnterpriseRow]]) -> dict[str, tuple[int, EnterpriseRow]]:
        """Without those whose codes stood in an earlier batch of the same file."""
        earlier = await self.codes.earlier(list(found)) if found else {}
        for code, other in earlier.items():
            self.outcome.refuse(found[code][0], code, _twice(other).errors)
        first = {code: one for code, one in found.items() if code not in earlier}
        if first:
            await self.codes.keep({code: number for code, (number, _) in first.items()})
        return first

    async def _entries(self, rows: Mapping[str, tuple[int, EnterpriseRow]]) -> list[_Entry]:
        """The rows beside what is there, which nobody else changes meanwhile."""
        old: dict[str, dict[str, Any]] = {}
        if rows:
            kept = Enterprise.filter(credit_code__in=list(rows)).order_by("id").select_for_update()
            for one in await kept.values("id", "credit_code", "is_published", *_COLUMNS):
                for name in ("kind", "status", "scale"):
                    one[name] = getattr(one[name], "value", one[name])
                old[one["credit_code"]] = one
        entries = [_Entry(number, row, old.get(code)) for code, (number, row) in rows.items()]
        listed = {entry.old["id"]: entry for entry in entries if entry.old and entry.row.lists}
        there: dict[int, list[Listed]] = {}
        if listed:
            found = EnterpriseListing.filter(enterprise_id__in=list(listed)).order_by("listed_on", "id")
            for number, of, begins, ends in await found.values_list(
                "enterprise_id", "list", "listed_on", "delisted_on"
            ):
                there.setdefault(number, []).append(Listed(str(of), begins, ends))
        for entry in entries:
            if entry.row.lists:
                before = there.get(entry.old["id"], []) if entry.old else []
                self._merge(entry, before)
        return entries

    def _merge(self, entry: _Entry, before: list[Listed]) -> None:
        """Places on lists are added, or end; a listing is known by its list and first day."""
        merged = {(one.list, one.listed_on): one for one in before}
        for one in entry.row.lists or []:
            given = Listed(str(one.list), one.listed_on, one.delisted_on)
            there = merged.get((given.list, given.listed_on))
            if there is None or given.delisted_on is not None:
                merged[given.list, given.listed_on] = given
        after = sorted(merged.values(), key=lambda one: (one.listed_on, one.list))
        if set(after) != set(before):
            entry.listings = after

    def _fill(self, entry: _Entry) -> None:
        """The columns as they are to be: what is not given stays."""
        given, columns = entry.row.given, {name: (entry.old or _EMPTY)[name] for name in _COLUMNS}
        columns |= {name: getattr(given[name], "value", given[name]) for name in _PLAIN if _is_given(given, name)}
        for name, column in (("division_code", "division_id"), ("industry_code", "industry_id")):
            if given.get(name):
                columns[column] = given[name]
        if given.get("contact_name"):
            columns["contact_name"] = given["contact_name"]
        for name, masked in _SEALED.items():
            if given.get(name) and crypto.decrypt(columns[name]) != given[name]:
                columns[name], columns[f"{name}_masked"] = crypto.encrypt(given[name]), masked(given[name])
        columns["search_terms"] = search_terms_of(columns["name"], columns["brand"])
        if entry.old is None:
            columns["counted_from"] = closing.counted_from(columns["established_on"], self.quarter)
        entry.columns = columns

    def _fits(self, entry: _Entry) -> bool:
        errors = [*self._missing(entry), *self._unknown(entry), *self._listing_errors(entry)]
        places = {entry.columns["division_id"], entry.old["division_id"] if entry.old else entry.columns["division_id"]}
        if not errors and not all(self.actor.may(EDIT_ENTERPRISES, place) for place in places):
            errors = InvalidInput.at("division_code", "forbidden", N_("This place is not one of yours.")).errors
        if not errors and entry.old and entry.changed & _FACTS.keys():
            errors = closing.day_error("status_on", entry.row.status_on, self.quarter)
        errors = errors or year_errors(entry.row.figures_year, entry.old["figures_year"] if entry.old else None)
        errors = errors or self._settle_scale(entry)
        if errors:
            self.outcome.refuse(entry.number, entry.row.credit_code, errors)
        return not errors

    def _settle_scale(self, entry: _Entry) -> list[FieldError]:
        """The scale follows from the figures, where these say it."""
        columns = entry.columns
        figures = Figures(columns["employees"], columns["revenue_fen"], columns["assets_fen"])
        before = entry.old["scale"] if entry.old else None
        try:
            kept = agreed(_scale(columns["scale"]), _scale(before), scale_of(columns["industry_id"], figures))
        except InvalidInput as error:
            return error.errors
        columns["scale"] = kept.value if kept else None
        return []

    def _missing(self, entry: _Entry) -> list[FieldError]:
        if entry.old is not None:
            return []
        words = N_("Please fill this in: the enterprise is not in the register yet.")
        given = entry.row.given
        return [e for name in _NEEDED if not given.get(name) for e in InvalidInput.at(name, "missing", words).errors]

    def _unknown(self, entry: _Entry) -> list[FieldError]:
        found: list[FieldError] = []
        if entry.columns["division_id"] and entry.columns["division_id"] not in self.divisions:
            found += InvalidInput.at("division_code", "unknown", N_("There is no place with this code.")).errors
        if entry.columns["industry_id"] and entry.columns["industry_id"] not in self.industries:
            found += InvalidInput.at("industry_code", "unknown", N_("There is no industry with this code.")).errors
        return found

    def _listing_errors(self, entry: _Entry) -> list[FieldError]:
        if not entry.listings:
            return []
        given = {(str(one.list), one.listed_on) for one in entry.row.lists or []}
        before = [one for one in entry.listings if (one.list, one.listed_on) not in given]
        found = closing.listing_errors("lists", before, entry.listings, self.quarter)
        checked = [EnterpriseListingFields.model_validate(one._asdict()) for one in entry.listings]
        for index, one in enumerate(checked):
            if (one.delisted_on and one.delisted_on < one.listed_on) or max(
                one.listed_on, one.delisted_on or date.min
            ) > clock.today():
                found += InvalidInput.at("lists", "days", N_("The days of a list do not fit.")).errors
            if any(one.overlaps(other) for other in checked[:index]):
                found += InvalidInput.at("lists", "twice", N_("It is on this list already at that time.")).errors
        return found


def _twice(other: int) -> InvalidInput:
    words = N_("This code stands in row %(other)s already.")
    return InvalidInput.at("credit_code", "twice", words, other=other)


def _scale(value: str | None) -> EnterpriseScale | None:
    return EnterpriseScale(value) if value else None


def _is_given(given: Mapping[str, Any], name: str) -> bool:
    """Empty is a value, but not where a value is needed or is kept."""
    return name in given and (given[name] is not None or name in ("established_on", "scale"))


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


async def _create(entries: Sequence[_Entry]) -> None:
    if not entries:
        return
    now = clock.now()
    fixed = {"created_at": now, "updated_at": now, "version": 1, "is_generated": False, "is_published": True}
    names = (*fixed, "credit_code", *_COLUMNS)
    is_postgres = _is_postgres()
    shared = _stored(fixed.values(), is_postgres=is_postgres)
    rows = [
        [*shared, entry.row.credit_code, *_stored(map(entry.columns.__getitem__, _COLUMNS), is_postgres=is_postgres)]
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


def _history(entry: _Entry) -> History:
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


async def _change(entries: Sequence[_Entry]) -> None:
    if not entries:
        return
    counted = [e for e in entries if e.listings or e.changed & _FACTS.keys()]
    numbers = [entry.old["id"] for entry in counted if entry.old]
    before = await keeping.histories(numbers)
    await EnterpriseChange.bulk_create([one for entry in counted for one in _changes(entry)])
    marks = _marks(len(_COLUMNS) + 2)
    sets = ", ".join(f'"{name}" = {mark}' for name, mark in zip((*_COLUMNS, "updated_at"), marks, strict=False))
    statement = f"UPDATE enterprise SET {sets}, version = version + 1 WHERE id = {marks[-1]}"
    now, is_postgres = clock.now(), _is_postgres()
    rows = [
        _stored([*map(entry.columns.__getitem__, _COLUMNS), now, entry.old["id"]], is_postgres=is_postgres)
        for entry in entries
        if entry.old
    ]
    await get_connection("default").execute_many(statement, rows)
    await _replace_listings({entry.old["id"]: entry.listings for entry in counted if entry.old and entry.listings})
    await keeping.moved(before, numbers)


def _changes(entry: _Entry) -> list[EnterpriseChange]:
    assert entry.old is not None
    on = max(entry.row.status_on or clock.today(), entry.old["counted_from"] or date.min)
    return [
        EnterpriseChange(
            enterprise_id=entry.old["id"], on=on, fact=fact, before=entry.old[name], after=entry.columns[name]
        )
        for name, fact in _FACTS.items()
        if name in entry.changed
    ]


async def _replace_listings(listings: Mapping[int, list[Listed]]) -> None:
    if listings:
        await EnterpriseListing.filter(enterprise_id__in=list(listings)).delete()
        await EnterpriseListing.bulk_create(
            [EnterpriseListing(enterprise_id=number, **one._asdict()) for number, of in listings.items() for one in of]
        )

"""Entering a batch of rows: what is new is created, what differs is changed, the rest stays. By code, in a transaction.

It writes by statement and not row by row through the models: the whole register has 830,000 entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

from civicgraph import clock, crypto
from civicgraph.divisions.models import Division
from civicgraph.enterprises.figures import closing
from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.importing.codes import Codes, NoCodes
from civicgraph.enterprises.importing.entries import COLUMNS, EMPTY, FACTS, NEEDED, PLACED, PLAIN, SEALED, Entry
from civicgraph.enterprises.importing.headings import heading
from civicgraph.enterprises.importing.rows import names_of, read_row
from civicgraph.enterprises.importing.writing import change, create
from civicgraph.enterprises.inputs import EnterpriseListingFields
from civicgraph.enterprises.models import Enterprise, EnterpriseListing, EnterpriseScale, Industry
from civicgraph.enterprises.rules import search_terms_of
from civicgraph.enterprises.scale import FIGURES, Figures, agreed, scale_of, year_errors
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError, InvalidInput
from civicgraph.permissions import EDIT_ENTERPRISES, Actor

HEAD = 1
"""The line of a sheet that holds the headings."""
BATCH = 5_000
"""Rows of a transaction: a second's work, so that others do not wait long."""


@dataclass
class Outcome:
    """What became of a batch."""

    created: int = 0
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    """Of each row that does not fit: its number in the file, its code, and what is wrong."""
    refused: int = 0
    headings: Mapping[str, str] = field(default_factory=dict)
    """How the file heads the column of each field."""

    def pass_over(self, columns: Sequence[str]) -> None:
        """Say of columns that they are not read: their line is that of the headings."""
        words = gettext(N_("Nobody knows this column here: it is not read."))
        self.errors += [{"row": HEAD, "code": "", "field": "", "heading": one, "message": words} for one in columns]

    def refuse(self, number: int, code: str, errors: Sequence[FieldError]) -> None:
        """Leave a row out, and say everything that is wrong with it, in the words of its file."""
        self.refused += 1
        row = {"row": number, "code": code}
        self.errors += [
            {**row, "field": one.field, "heading": heading(one.field, self.headings), "message": one.message}
            for one in errors
        ]


class Batch:
    """One batch while it is entered, in the transaction of its operation."""

    def __init__(
        self,
        actor: Actor,
        *,
        is_dry_run: bool = False,
        codes: Codes | None = None,
        headings: Mapping[str, str] | None = None,
    ) -> None:
        self.actor = actor
        self.is_dry_run = is_dry_run
        self.codes = codes or NoCodes()
        self.outcome = Outcome(headings=headings or {})

    async def enter(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> Outcome:
        """Enter rows, each with its number in its file."""
        self.divisions = {str(code) for code in await Division.all().values_list("code", flat=True)}
        self.industries = {str(code) for code in await Industry.all().values_list("code", flat=True)}
        self.quarter = await closing.closed_quarter()
        entries = await self._beside(await self._first(self._read(rows)))
        for entry in entries:
            self._fill(entry)
        fitting = [entry for entry in entries if self._fits(entry)]
        new = [entry for entry in fitting if entry.old is None]
        differing = [entry for entry in fitting if entry.old is not None and (entry.changed or entry.listings)]
        self.outcome.errors.sort(key=itemgetter("row"))
        self.outcome.created = len(new)
        self.outcome.updated = [entry.row.credit_code for entry in differing]
        self.outcome.unchanged = len(fitting) - len(new) - len(differing)
        if not self.is_dry_run:
            await create(new)
            await change(differing)
        return self.outcome

    def _read(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> list[Entry]:
        """The rows whose codes can be read, each code once without a fault; the others are refused."""
        found: dict[str, Entry] = {}
        faulty: list[Entry] = []
        for number, raw in rows:
            row, faults = read_row(raw)
            if row is None:
                said = {name: raw.get(name) for name in PLACED if name not in names_of(faults)}
                self.outcome.refuse(number, str(raw.get("credit_code", ""))[:18], [*faults, *self._unknown(said)])
                continue
            if not faults and (first := found.get(row.credit_code)):
                faults = _twice(first.number).errors
            if faults:
                faulty.append(Entry(number, row, faults=faults))
            else:
                found[row.credit_code] = Entry(number, row)
        return [*found.values(), *faulty]

    async def _first(self, entries: list[Entry]) -> list[Entry]:
        """The same; those whose codes stood in an earlier batch of the same file are at fault."""
        sound = {entry.row.credit_code: entry for entry in entries if not entry.faults}
        earlier = await self.codes.earlier(list(sound)) if sound else {}
        for code, other in earlier.items():
            sound[code].faults += _twice(other).errors
        if first := {code: entry.number for code, entry in sound.items() if code not in earlier}:
            await self.codes.keep(first)
        return entries

    async def _beside(self, entries: list[Entry]) -> list[Entry]:
        """The rows beside what is there, which nobody else changes meanwhile."""
        old: dict[str, dict[str, Any]] = {}
        if entries:
            codes = sorted({entry.row.credit_code for entry in entries})
            kept = Enterprise.filter(credit_code__in=codes).order_by("id").select_for_update()
            for one in await kept.values("id", "credit_code", "is_published", *COLUMNS):
                for name in ("kind", "status", "scale"):
                    one[name] = getattr(one[name], "value", one[name])
                old[one["credit_code"]] = one
        for entry in entries:
            entry.old = old.get(entry.row.credit_code)
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

    def _merge(self, entry: Entry, before: list[Listed]) -> None:
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

    def _fill(self, entry: Entry) -> None:
        """The columns as they are to be: what is not given stays."""
        given, columns = entry.row.given, {name: (entry.old or EMPTY)[name] for name in COLUMNS}
        columns |= {name: getattr(given[name], "value", given[name]) for name in PLAIN if _is_given(given, name)}
        for name, column in PLACED.items():
            if given.get(name):
                columns[column] = given[name]
        if given.get("contact_name"):
            columns["contact_name"] = given["contact_name"]
        for name, masked in SEALED.items():
            if given.get(name) and crypto.decrypt(columns[name]) != given[name]:
                columns[name], columns[f"{name}_masked"] = crypto.encrypt(given[name]), masked(given[name])
        columns["search_terms"] = search_terms_of(columns["name"], columns["brand"])
        if entry.old is None:
            columns["counted_from"] = closing.counted_from(columns["established_on"], self.quarter)
        entry.columns = columns

    def _fits(self, entry: Entry) -> bool:
        """Whether a row can be entered; if not, everything that is wrong with it is said."""
        errors = [*entry.faults, *self._missing(entry), *self._unknown(entry.row.given), *self._listing_errors(entry)]
        errors += self._place_errors(entry)
        if entry.old and entry.changed & FACTS.keys():
            errors += closing.day_error("status_on", entry.row.status_on, self.quarter)
        errors += year_errors(entry.row.figures_year, entry.old["figures_year"] if entry.old else None)
        if not names_of(errors) & {"industry_code", "scale", *FIGURES}:
            errors += self._settle_scale(entry)
        if errors:
            self.outcome.refuse(entry.number, entry.row.credit_code, errors)
        return not errors

    def _place_errors(self, entry: Entry) -> list[FieldError]:
        """Whether the place is one of the actor's, and the one before too."""
        there = entry.columns["division_id"]
        places = {place for place in (there, entry.old and entry.old["division_id"]) if place in self.divisions}
        if all(self.actor.may(EDIT_ENTERPRISES, place) for place in places):
            return []
        return InvalidInput.at("division_code", "forbidden", N_("This place is not one of yours.")).errors

    def _settle_scale(self, entry: Entry) -> list[FieldError]:
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

    def _missing(self, entry: Entry) -> list[FieldError]:
        if entry.old is not None:
            return []
        words = N_("Please fill this in: the enterprise is not in the register yet.")
        given, wrong = entry.row.given, names_of(entry.faults)
        missing = [name for name in NEEDED if not given.get(name) and name not in wrong]
        return [error for name in missing for error in InvalidInput.at(name, "missing", words).errors]

    def _unknown(self, given: Mapping[str, Any]) -> list[FieldError]:
        found: list[FieldError] = []
        if (place := given.get("division_code")) and place not in self.divisions:
            found += InvalidInput.at("division_code", "unknown", N_("There is no place with this code.")).errors
        if (industry := given.get("industry_code")) and industry not in self.industries:
            found += InvalidInput.at("industry_code", "unknown", N_("There is no industry with this code.")).errors
        return found

    def _listing_errors(self, entry: Entry) -> list[FieldError]:
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

"""A table is entered as one: every row by the operations of the form, all of them or none.

A trial does the same and takes it back, so what it says of a row is what would become of it. A row is known by its name
in addresses (as it was taken out) or by the own number that its office gives it; one with neither is new, unless the same
is listed already: then it is refused in words, so that a table that is sent twice makes no twins.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from pydantic import Field

from civicgraph import settings
from civicgraph.i18n import N_, gettext, listed
from civicgraph.listings.review import is_draft
from civicgraph.listings.tables.columns import MOST_ROWS, Columns, RowKeys, choices_of
from civicgraph.model import Drafted
from civicgraph.operations import FieldError, Forbidden, Input, InvalidInput, NotFound, OperationError, audit
from civicgraph.operations.inputs import validate
from civicgraph.permissions import Actor

D = TypeVar("D", bound=Drafted)
F = TypeVar("F", bound=Input)
_NOT_THERE = N_("Nothing is listed under this name that you may change. Please leave it empty for a new row.")
_KEY_TAKEN = N_("Something else has this number already, and it is not yours to change. Please give another.")
_TWICE = N_("Row %(other)s is about the same.")
_TWIN = N_(
    "This is listed already (%(slug)s). To change it, take the table out and change it there; or give each row an own number."
)
_NOT_PUBLISHED = N_("You may write drafts here, but not publish. Please send the table without publishing.")
_CHANGED = N_("Somebody changed this since the table was taken out. Please take it out again and change it there.")


class TableRow(Input):
    """A row of a table."""

    number: int = Field(title=N_("Row"), ge=2)
    cells: dict[str, str] = Field(title=N_("Cells"))


class EnterTable(Input):
    """The rows of a table, and what is to become of them."""

    rows: list[TableRow] = Field(title=N_("Rows"), min_length=1, max_length=MOST_ROWS)
    publishes: bool = Field(False, title=N_("Publish the drafts of the table at once"))
    is_trial: bool = Field(False, title=N_("Only try it"))


@dataclass
class Done:
    """What became of a row: `new`, `changed` (and what of it), `same` or `wrong`."""

    number: int
    called: str
    what: str = "same"
    slug: str = ""
    changed: list[str] = field(default_factory=list)
    is_published: bool = False
    errors: list[dict[str, str]] = field(default_factory=list)
    """Of each error the `column` by its heading and the `message`."""


@dataclass
class Outcome:
    """What became of a table."""

    rows: list[Done] = field(default_factory=list)

    def count(self, what: str) -> int:
        """How many rows became this."""
        return sum(one.what == what for one in self.rows)

    @property
    def published(self) -> int:
        """How many were published."""
        return sum(one.is_published for one in self.rows)

    @property
    def does_something(self) -> bool:
        """Whether anything is there to be entered."""
        return any(one.what in ("new", "changed") or one.is_published for one in self.rows)


class NothingEntered(OperationError):
    """It was a trial, or a row was wrong, or all is as it was: nothing was entered. `outcome` says what became of each row."""

    def __init__(self, outcome: Outcome) -> None:
        wrong = [(row, error) for row in outcome.rows for error in row.errors]
        super().__init__([FieldError(f"rows.{row.number}", "row", error["message"]) for row, error in wrong])
        self.outcome = outcome


@dataclass(frozen=True)
class Table(Generic[D]):
    """What is needed to enter the tables of a kind of listing: its model and its operations."""

    model: type[D]
    columns: Columns
    change: type[Input]
    """The input of the change of what is there: the fields, its name and version."""
    writable: Callable[[Actor, str], Awaitable[D]]
    """A listing by its name in addresses, locked, for who may write it."""
    enter: Callable[[Actor, Any], Awaitable[D]]
    update: Callable[[Actor, Any], Awaitable[D]]
    publish: Callable[[Actor, D], Awaitable[None]]
    drafter: str
    publisher: str
    """The capabilities of those who write drafts of it, and of those who publish it."""
    place_of: Callable[[str], Awaitable[Any]]
    """The place of a code. Raises `InvalidInput` where there is none."""
    code_called: Callable[[str, Sequence[str]], Awaitable[str]]
    """The code of the place of a name, among those under some codes."""
    values: Callable[[D], Awaitable[dict[str, Any]]]
    called: str
    """The field by which people know it."""
    alike: Callable[[Any], Mapping[str, Any]]
    """The columns and values by which two are the same."""
    complete: Callable[[D, Any], Any] = lambda row, data: data
    """A change of what is there, with what follows from it by itself."""


async def enter(table: Table[D], actor: Actor, data: EnterTable) -> Outcome:
    """Enter a table. Raises `NothingEntered` unless every row fits and something is to be done."""
    run = _Run(table, actor, data.publishes)
    outcome = Outcome([await run.row(row) for row in data.rows])
    if data.is_trial or outcome.count("wrong") or not outcome.does_something:
        raise NothingEntered(outcome)
    return outcome


class _Run(Generic[D]):
    """One table while it is entered, in the transaction of its operation."""

    def __init__(self, table: Table[D], actor: Actor, publishes: bool) -> None:
        self.table, self.actor, self.publishes = table, actor, publishes
        self.places: dict[str, str] = {}
        """The codes of places by the names that the table has for them."""
        self.met: dict[int, int] = {}
        """The rows of the table by the numbers of the listings that they are about."""

    async def row(self, given: TableRow) -> Done:
        done = Done(given.number, given.cells.get(self.table.called, ""))
        try:
            await self._enter(given.cells, done)
        except OperationError as error:
            done.what = "wrong"
            done.errors = [self._told(one) for one in error.errors]
        return done

    async def _enter(self, cells: Mapping[str, str], done: Done) -> None:
        wrong: list[FieldError] = []
        told, values = self.table.columns.given(cells, wrong)
        keys = validate(RowKeys, told)
        there, is_open = await self._there(keys)
        wrong += await self._placed(there, values)
        row = await (self._change(there, keys, values, cells, done, wrong) if there else self._new(values, done, wrong))
        if there and not is_open and (done.what == "changed" or keys.import_key not in (None, there.import_key)):
            raise Forbidden
        self.met[row.pk] = done.number
        await self._give_key(row, keys.import_key)
        done.slug = row.slug  # type: ignore[attr-defined]
        done.called = getattr(row, self.table.called)
        if self.publishes and is_draft(row):
            await self._publish(row, done)

    async def _placed(self, there: D | None, values: dict[str, Any]) -> list[FieldError]:
        """Give the row the code of its place; what is wrong with that, to be told together with the rest."""
        place = values.get("division_code", "")
        kept = str(there.division_id) if there else ""  # type: ignore[attr-defined]
        if place in ("", kept):
            return []
        try:
            if place.isdigit():
                await self.table.place_of(place)
                if not self.actor.may(self.table.drafter, place):
                    raise Forbidden
            else:
                values["division_code"] = await self._place(place)
        except OperationError as error:
            values["division_code"] = kept or settings.current().city_code  # the rest is looked at as if it were there
            return error.errors
        return []

    def _checked(self, model: type[F], values: Mapping[str, Any], wrong: Sequence[FieldError]) -> F:
        """The input of a row. Raises `InvalidInput` with all that is wrong with it."""
        try:
            data = validate(model, values)
        except InvalidInput as error:
            raise InvalidInput([*error.errors, *wrong]) from None
        if wrong:
            raise InvalidInput(wrong)
        return data

    async def _place(self, name: str) -> str:
        if name not in self.places:
            self.places[name] = await self.table.code_called(name, self.actor.prefixes(self.table.drafter))
        return self.places[name]

    async def _there(self, keys: RowKeys) -> tuple[D | None, bool]:
        """The listing that a row is about (none when it is new), and whether it may be changed."""
        by = "slug" if keys.slug else "import_key"
        if not getattr(keys, by):
            return None, True
        found = await self.table.model.get_or_none(**{by: getattr(keys, by)})
        if found is None and by == "import_key":
            return None, True
        try:
            row, is_open = await self.table.writable(self.actor, getattr(found, "slug", "")), True
        except NotFound as error:
            raise InvalidInput.at(by, "unknown", _NOT_THERE if by == "slug" else _KEY_TAKEN) from error
        except Forbidden:  # it is public: a table with it is taken as long as it stays what it is
            assert found is not None
            row, is_open = found, False
        if row.pk in self.met:
            raise InvalidInput.at(by, "twice", _TWICE, other=self.met[row.pk])
        return row, is_open

    async def _new(self, values: dict[str, Any], done: Done, wrong: Sequence[FieldError]) -> D:
        data = self._checked(self.table.columns.fields, values, wrong)
        twin = await self.table.model.filter(**self.table.alike(data)).order_by("id").first()
        if twin is not None and twin.pk in self.met:
            raise InvalidInput.at(self.table.called, "twice", _TWICE, other=self.met[twin.pk])
        if twin is not None:
            raise InvalidInput.at(self.table.called, "twin", _TWIN, slug=twin.slug)  # type: ignore[attr-defined]
        done.what = "new"
        return await self.table.enter(self.actor, data)

    async def _change(
        self,
        row: D,
        keys: RowKeys,
        values: dict[str, Any],
        cells: Mapping[str, str],
        done: Done,
        wrong: Sequence[FieldError],
    ) -> D:
        """Change what is there as far as the table says something else; columns that it has not stay."""
        kept = await self.table.values(row)
        before = validate(self.table.columns.fields, kept)
        same = {name: one for name, one in kept.items() if name not in cells}
        given = {**same, **values, "slug": row.slug, "version": row.version}  # type: ignore[attr-defined]
        after = self._checked(self.table.change, given, wrong)
        after = self.table.complete(row, after)
        differs = [
            name
            for name in self.table.columns.declared
            if name in self.table.columns.fields.model_fields
            and not _alike(getattr(after, name), getattr(before, name))
        ]
        if not differs:
            return row
        if keys.version not in (None, row.version):
            raise InvalidInput.at("version", "conflict", _CHANGED)
        done.what, done.changed = "changed", [self.table.columns.heading(name) for name in differs]
        return await self.table.update(self.actor, after)

    async def _give_key(self, row: D, key: str | None) -> None:
        if not key or key == row.import_key:
            return
        if await self.table.model.filter(import_key=key).exists():
            raise InvalidInput.at("import_key", "taken", _KEY_TAKEN)
        before, row.import_key = row.import_key, key
        await row.save(update_fields=["import_key", "updated_at"])
        await audit(self.actor, row, {"import_key": [before, key]})

    async def _publish(self, row: D, done: Done) -> None:
        if not self.actor.may(self.table.publisher, row.division_id):  # type: ignore[attr-defined]
            raise InvalidInput.at("", "forbidden", _NOT_PUBLISHED)
        await self.table.publish(self.actor, row)
        done.is_published = True

    def _told(self, error: FieldError) -> dict[str, str]:
        """An error by the heading of its column; of a line in a cell, which one; of few choices, which there are."""
        number, declared = self.table.columns.part(error.field)
        choices = choices_of(declared) if declared and error.code in ("enum", "missing") else []
        said = [error.message]
        if number and declared:
            label = gettext(declared.title or "")
            said.insert(0, gettext(N_("Line %(line)s (%(part)s):"), line=number, part=label))
        if choices:
            said.append(gettext(N_("One of: %(choices)s."), choices=listed(choices)))
        return {"column": self.table.columns.heading(error.field.partition(".")[0]), "message": " ".join(said)}


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are the same; several of few choices are, in whichever order they stand."""
    if isinstance(one, list) and isinstance(other, list) and all(isinstance(each, Enum) for each in (*one, *other)):
        return set(one) == set(other)
    return bool(one == other)

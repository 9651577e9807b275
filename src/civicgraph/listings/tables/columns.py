"""The columns of a table: the fields of a form by their labels, what tells its rows apart, what is there to be read alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, BinaryIO

from pydantic import Field
from pydantic.fields import FieldInfo

from civicgraph.i18n import N_, Labelled, gettext, listed, translations
from civicgraph.listings.tables.cells import Named, labels_of, typed, written
from civicgraph.operations import FieldError, Input, InvalidInput
from civicgraph.web.cells import heading_of, lines_of, text_of
from civicgraph.web.fields import for_model, item_model, max_length, min_length, type_of, widget_of

MOST_ROWS = 200
"""Rows of one table: it is entered in one transaction of two or three seconds, for which other writes wait on SQLite."""
MOST_UNPACKED = 100_000_000
"""Bytes that a workbook of so few rows unpacks to, at the very most."""


_WORDS: dict[Any, str] = {
    bool: N_("Yes or no."),
    int: N_("A whole number."),
    date: N_("For instance 2026-05-22."),
    datetime: N_("For instance 2026-05-22 19:00."),
}
"""What may stand in a cell, by its type."""


class RowKeys(Input):
    """What tells the rows of a table apart, and from what is there."""

    import_key: str | None = Field(
        None,
        title=N_("Own number"),
        max_length=60,
        description=N_("Your own number for it: the same number sent again changes it instead of entering it twice."),
    )
    slug: str | None = Field(
        None,
        title=N_("Name in addresses"),
        max_length=40,
        description=N_("Of what is there already; empty for new ones."),
    )
    version: int | None = Field(
        None,
        title=N_("Version"),
        ge=1,
        description=N_("As it was taken out: what somebody changed since then is not overwritten."),
    )


class UnknownTable(ValueError):
    """A file that is no table of these columns; the words say what to do."""


@dataclass(frozen=True)
class Columns:
    """The columns of a kind of listing."""

    fields: type[Input]
    """The input model that its form is drawn from."""
    left_out: Sequence[str] = ()
    """Fields that stay on the page: what is not to leave it, or does not fit into a cell."""
    named: Named = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    """What may stand in a column, where neither its type nor its help says it."""
    read_only: Mapping[str, str] = field(default_factory=dict)
    """Headings that are written for people to read and change nothing, by the names of what stands below them."""

    @cached_property
    def declared(self) -> dict[str, FieldInfo]:
        """The fields by their names, in the order of the table."""
        own = {name: one for name, one in self.fields.model_fields.items() if name not in self.left_out}
        return {**RowKeys.model_fields, **own}

    @cached_property
    def _by_heading(self) -> dict[str, str]:
        """The names of the columns by their headings, in any language; what is read alone has none."""
        chinese = translations("zh")
        labels = {name: one.title or name for name, one in self.declared.items()}
        found: dict[str, str] = {}
        for name, label in {**labels, **self.read_only}.items():
            for said in (name, label, chinese.gettext(label)):
                found[heading_of(said)] = name if name in labels else ""
        return found

    def headings(self) -> list[str]:
        """The first row, in the language of the request."""
        return [gettext(one) for one in (*(d.title or n for n, d in self.declared.items()), *self.read_only.values())]

    def heading(self, name: str) -> str:
        """The heading of one column."""
        return gettext(self.declared[name].title or name) if name in self.declared else name

    # Reading ----------------------------------------------------------------------------------

    def read(self, file: BinaryIO, name: str) -> list[dict[str, Any]]:
        """The rows of a file as `number` in it and `cells` by column. Raises `UnknownTable` and `UnreadableFile`."""
        lines = lines_of(file, name, unpacked=MOST_UNPACKED)
        names = self._names(next(lines))
        found: list[dict[str, Any]] = []
        for number, line in enumerate(lines, 2):
            cells = {name: text_of(cell) for name, cell in zip(names, line, strict=False) if name}
            if not any(cells.values()):
                continue
            if len(found) == MOST_ROWS:
                words = N_("A table has at most %(most)s rows. Please send it in several parts.")
                raise UnknownTable(gettext(words, most=MOST_ROWS))
            found.append({"number": number, "cells": cells})
        if not found:
            raise UnknownTable(gettext(N_("There is no row below the headings.")))
        return found

    def _names(self, headings: Sequence[Any]) -> list[str]:
        given = [heading_of(one) for one in headings]
        if unknown := [
            str(one) for one, said in zip(headings, given, strict=True) if said not in self._by_heading and said
        ]:
            words = N_("No column is called like this: %(what)s. Please take the headings of the template.")
            raise UnknownTable(gettext(words, what=listed(unknown[:10])))
        found = [self._by_heading.get(one, "") for one in given]
        if twice := sorted({self.heading(name) for name in found if name and found.count(name) > 1}):
            words = N_("These columns stand there twice: %(what)s. Please keep one of each.")
            raise UnknownTable(gettext(words, what=listed(twice)))
        if not any(found):
            raise UnknownTable(gettext(N_("The first row has to name the columns. Please take the template.")))
        return found

    def given(
        self, cells: Mapping[str, str], wrong: list[FieldError] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a row says, as the inputs of its keys and of its form take it; an empty cell is a field left empty.

        Raises `InvalidInput` for cells that cannot be read, or leaves them out and adds what is wrong to `wrong`.
        """
        said: dict[str, Any] = {}
        errors: list[FieldError] = [] if wrong is None else wrong
        for name, text in cells.items():
            try:
                said[name] = typed(name, self.declared[name], text, self.named)
            except InvalidInput as error:
                errors += error.errors
        if errors and wrong is None:
            raise InvalidInput(errors)
        keys = {name: said.pop(name) or None for name in RowKeys.model_fields if name in said}
        return keys, for_model(self.fields, said)

    # Writing ----------------------------------------------------------------------------------

    def row(self, values: Mapping[str, Any], shown: Mapping[str, Any]) -> list[Any]:
        """The cells of a listing with these values; `shown` is what is there to be read alone."""
        own = [written(name, one, values.get(name), self.named) for name, one in self.declared.items()]
        return [*own, *(shown.get(name) for name in self.read_only)]

    def explained(self) -> Iterator[dict[str, Any]]:
        """Each column with its heading, whether it must be filled in, and what may stand there."""
        for name, one in self.declared.items():
            yield {
                "heading": self.heading(name),
                "is_needed": one.is_required() or min_length(one) > 0,
                "words": " ".join(self._words(name, one)),
            }

    def _words(self, name: str, declared: FieldInfo) -> Iterator[str]:
        kind, is_list = type_of(declared)
        choices = choices_of(declared)
        if inner := item_model(declared):
            yield gettext(
                N_(
                    "One a line, its parts by bars: %(parts)s.",
                ),
                parts=" | ".join(labels_of(inner)),
            )
        elif is_list:
            yield gettext(N_("Several are parted by semicolons."))
        if name in self.words:
            yield gettext(self.words[name])
        if declared.description and not (is_list and widget_of(declared) == "lines"):
            yield gettext(declared.description)
        if choices:
            yield gettext(N_("One of: %(choices)s."), choices=listed(choices))
        elif kind in _WORDS and not is_list:
            yield gettext(N_("In yuan, for instance 12.50.") if widget_of(declared) == "money" else _WORDS[kind])
        elif not inner and (most := max_length(declared)) and not is_list:
            yield gettext(N_("At most %(most)s characters."), most=most)

    def _words_of_parts(self, inner: type[Input]) -> Iterator[str]:
        for (name, declared), label in zip(inner.model_fields.items(), labels_of(inner), strict=True):
            words = [gettext(one) for one in self.named.get(name, {}).values()] or choices_of(declared)
            if words:
                yield gettext(N_("%(part)s is one of: %(choices)s."), part=label, choices=listed(words))

    def part(self, path: str) -> tuple[int, FieldInfo | None]:
        """What a path of an error is about in a cell: the number of its line (0: the whole cell), and the part's field."""
        name, _, rest = path.partition(".")
        index, _, part = rest.partition(".")
        declared = self.declared.get(name)
        inner = item_model(declared) if declared else None
        found = inner.model_fields.get(part.partition(".")[0]) if inner else None
        return (int(index) + 1, found) if found and index.isdigit() else (0, declared)


def choices_of(declared: FieldInfo) -> list[str]:
    """The words that may stand for a field of few values, in the language of the request."""
    kind, _ = type_of(declared)
    return [one.words for one in kind] if isinstance(kind, type) and issubclass(kind, Labelled) else []

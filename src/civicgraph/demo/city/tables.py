"""Tables as the generators fill them: columns in order, and how each is stored.

Generators give plain numbers: a moment as epoch seconds, a day as `date.toordinal()`, JSON as text. The
writers turn them into what their database stores, so both get the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.models import Model

MOMENT, DAY = "moment", "day"
_KINDS = {"DatetimeField": MOMENT, "DateField": DAY}

Row = tuple[Any, ...]
Batch = tuple["Table", list[Row]]
SIZE = 10_000
"""Rows of a batch: what is in memory at a time."""


@dataclass(frozen=True)
class Table:
    """A table and the columns that a generator fills."""

    name: str
    columns: tuple[str, ...]
    moments: tuple[int, ...]
    days: tuple[int, ...]


def table(model: type[Model], *columns: str) -> Table:
    """The model's table, filled in these columns: all of them, but a number that counts by itself.

    The columns of foreign keys (`…_id`) are known to the model only once it is connected; the tests look at them.
    """
    meta = model._meta
    fields = {column: meta.fields_map[name] for name, column in meta.fields_db_projection.items()}
    missing = set(fields) - set(columns) - {"id"}
    unknown = {column for column in columns if column not in fields and not column.endswith("_id")}
    if missing or unknown:
        raise ValueError(f"{meta.db_table}: columns missing {sorted(missing)}, unknown {sorted(unknown)}")
    kinds = [_KINDS.get(type(fields.get(column)).__name__) for column in columns]
    return Table(
        name=meta.db_table,
        columns=columns,
        moments=tuple(index for index, kind in enumerate(kinds) if kind == MOMENT),
        days=tuple(index for index, kind in enumerate(kinds) if kind == DAY),
    )

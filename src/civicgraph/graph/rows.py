"""Rows in scope while SQL is built, and what is known when it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from civicgraph import clock
from civicgraph.permissions import Actor

if TYPE_CHECKING:
    from civicgraph.graph.hits import Hits
    from civicgraph.graph.ways import Ways


@dataclass(frozen=True)
class Run:
    """What is known when a plan runs."""

    variables: Mapping[str, Any]
    actor: Actor

    @cached_property
    def now(self) -> datetime:
        """The moment of the run, the same for the whole statement."""
        return clock.now()


class NotFixed(Exception):
    """A parameter that the variables alone do not give."""


@dataclass(frozen=True)
class FixedRun:
    """A run of which only the variables are known. What asks for more raises `NotFixed`."""

    variables: Mapping[str, Any]

    @property
    def actor(self) -> Actor:
        """Not known."""
        raise NotFixed

    @property
    def now(self) -> datetime:
        """Not known."""
        raise NotFixed


Slot = tuple[Callable[[Run], Any], str]


class Row:
    """A row in scope: `row["title"]` is SQL for its column, and remembers that the column is used."""

    def __init__(self, alias: str, columns: Mapping[str, str]) -> None:
        self.alias = alias
        self.used: dict[str, None] = {}
        self.source = ""
        self.driving_key = ""
        self.slice: Any = None  # a `Slice`, as its room knows it
        """Which rows of a table of counts it is the sum of (`graph.sums`)."""
        self.is_by_id = False
        """Whether the rows are wanted in the order of their ids: then an index of ids can drive the list."""
        self.hits: Hits | None = None
        """Words that the list itself looks for, by what it finds out about them."""
        self.ways: Ways | None = None
        """A condition that the list itself takes apart, where it has no words."""
        self._columns = columns

    def __getitem__(self, name: str) -> str:
        real = self._columns[name]
        self.used[real] = None
        return f'{self.alias}."{real}"'

    def drive(self, table: str, driver: str, key: str) -> bool:
        """Take the rows as `driver`, whose `key` holds their ids, gives them: a page of hits ends the walk.

        False when the list is wanted in another order, or when something drives it already.
        """
        if not self.is_by_id or self.source:
            return False
        self.source = f'{driver} CROSS JOIN "{table}" {self.alias}'
        self.driving_key = key
        return True


class Slice(Protocol):
    """Which rows of a table of counts are meant; a room's own, with what its fields want to know of it."""

    premise: str
    """SQL without which there is no answer, not even of nothing; empty when there always is."""

    def condition(self, row: Row) -> str:
        """Chooses the rows."""


def columns(row: Row) -> str:
    """The columns of a row that were used, for an inner select that its JSON stands around."""
    return ", ".join(f'{row.alias}."{name}"' for name in row.used)

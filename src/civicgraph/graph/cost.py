"""What a read costs, known from its plan before anything runs.

Every object of the answer costs 1, a list its size times what its items cost, counted to the end of
the page asked for. What the database does beside it has a price as well: a total, a search. The figure
depends on the document and on the sizes given in variables, on nothing that the tables hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from typing import Any

from civicgraph.graph.limits import LimitExceeded

OBJECT = 1
TOTAL = 5
"""Counting up to a hundred rows."""
SEARCH = 10
"""Words looked up in a text index."""
WRITE = 10
"""Anything changed."""
OWNED = 10
"""Items expected in a list that a row owns, such as the prices of a service."""

Size = Callable[[Any], int]


@dataclass(frozen=True)
class Term:
    """A part of the cost: its weight, as often as the lists around it are long. The path says where it is."""

    path: str
    weight: int
    sizes: tuple[Size, ...]


class CostExceeded(LimitExceeded):
    """The operation would cost more than one may."""


def merged(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The same cost in fewer terms: those inside the same lists are one, named after the first."""
    found: dict[tuple[Size, ...], Term] = {}
    for term in terms:
        known = found.get(term.sizes)
        weight = term.weight + (known.weight if known else 0)
        found[term.sizes] = Term(known.path if known else term.path, weight, term.sizes)
    return tuple(found.values())


def total(terms: Iterable[Term], run: Any) -> int:
    """The cost of a run. Raises `BadPage` for a size out of bounds."""
    return sum(term.weight * prod(size(run) for size in term.sizes) for term in terms)


def check(terms: tuple[Term, ...], run: Any, limit: int) -> int:
    """The cost of a run. Raises `CostExceeded`, which names the dearest part, when it is over the limit, and `BadPage`."""
    found = total(terms, run)
    if found > limit:
        dearest = max(terms, key=lambda term: term.weight * prod(size(run) for size in term.sizes))
        raise CostExceeded(
            f"The operation costs {found}; the limit is {limit}. Most of it is `{dearest.path}`: ask for fewer items."
        )
    return found

"""Which sums stay hidden, so that nobody finds by subtraction what one or two enterprises were paid. Pure.

Sums of fewer than `FEW` grants are not public (primary suppression); but where one part of a shown total is hidden, the
total less the other parts tells it. So others are hidden with it (secondary suppression), as statistical offices do:
the hypercube method (Repsilber; GHMITER of τ-ARGUS), here with its proof as its rule. A *witness* of a sum is a change
of the finest sums that every shown sum would come out of unchanged, as it moves money between cells that people know are
not empty: from this county to another, from this policy to another, from this year to another. What a witness changes is
all hidden. So each hidden sum has a change that moves it and that no shown sum notices: no adding and subtracting of shown
sums, by county, by policy and category, by year, of grants and of payments at once, can give it. Of the witnesses of a
sum that takes whose newly hidden sums are the smallest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

GRANTED, PAID = "granted", "paid"
_NEAREST = 3
"""In each direction so many cells are tried: the looks grow with the product of all."""
_DEAR = 10**18
"""More than any sum: what a witness of a lesser kind is charged."""


class Fine(NamedTuple):
    """A cell of the finest sums."""

    place: str
    policy: int
    year: str
    figure: str


class Sum(NamedTuple):
    """A sum that can be asked for: of a county or the city; of a policy, a category (its policy is 0) or all; of a year or all."""

    place: str
    policy: int
    category: str
    year: str
    figure: str


class Kept(NamedTuple):
    """What a policy granted and paid in a county in a year."""

    place: str
    policy: int
    category: str
    year: str
    granted: int
    granted_fen: int
    paid: int
    paid_fen: int


Change = Counter[Fine]
Column = tuple[tuple[str, str, int], ...]
"""Years and figures of one county's policy, each with how it changes."""


def withheld(rows: Iterable[Kept], few: int, city: str, known: Iterable[int] = ()) -> set[Sum]:
    """The sums that are hidden: those of fewer grants than `few`, and what protects them.

    The amounts of `known` policies can be read in the catalogue: they hide nothing well.
    """
    return _Table(rows, few, city, frozenset(known)).withheld()


class _Table:
    def __init__(self, rows: Iterable[Kept], few: int, city: str, known: frozenset[int]) -> None:
        self.few, self.city, self.known = few, city, known
        self.counts, self.fen = Counter[Fine](), Counter[Fine]()
        self.category: dict[int, str] = {}
        self.hidden: set[Sum] = set()
        for row in rows:
            self.category[row.policy] = row.category
            numbers = ((GRANTED, row.granted, row.granted_fen), (PAID, row.paid, row.paid_fen))
            for figure, count, fen in numbers:
                if count:
                    key = Fine(row.place, row.policy, row.year, figure)
                    self.counts[key] += count
                    self.fen[key] += fen
        self._index()

    def _index(self) -> None:
        """What is near what, the smallest sums first. `paid_up`: as many were paid as granted, so both sums are the same."""
        self.years: dict[tuple[str, int, str], list[str]] = defaultdict(list)
        self.places: dict[int, list[str]] = defaultdict(list)
        self.policies: dict[str, list[int]] = defaultdict(list)
        self.within: dict[Sum, list[Fine]] = defaultdict(list)
        self.sums: dict[Fine, list[Sum]] = {}
        totals = Counter[tuple[str, int]]()
        for key in sorted(self.counts, key=lambda one: (self.fen[one], one)):
            self.years[key.place, key.policy, key.figure].append(key.year)
            totals[key.place, key.policy] += self.fen[key]
            self.sums[key] = self._sums_of(key)
            for above in self.sums[key]:
                self.within[above].append(key)
        for place, policy in sorted(totals, key=lambda one: (totals[one], one)):
            self.places[policy].append(place)
            self.policies[place].append(policy)
        self.atoms = sorted(totals, key=lambda one: (totals[one], one))
        self.paid_up = {one for one in self.atoms if self._count(one, GRANTED) == self._count(one, PAID)}
        self.total = {one: sum(self.fen[key] for key in keys) for one, keys in self.within.items()}

    def _sums_of(self, key: Fine) -> list[Sum]:
        """Every sum in which a cell counts."""
        category = self.category[key.policy]
        kinds = ((key.policy, ""), (0, category), (0, ""))
        return [
            Sum(place, *kind, year, key.figure)
            for place in (key.place, self.city)
            for kind in kinds
            for year in (key.year, "")
        ]

    def withheld(self) -> set[Sum]:
        """Hide what rests on few, the widest first: what they need protects much of what is below."""
        few = [one for one, keys in self.within.items() if sum(self.counts[key] for key in keys) < self.few]
        for one in sorted(few, key=lambda one: (-len(self.within[one]), one)):
            if one not in self.hidden:
                self.hidden |= self._cheapest(one)
        return self.hidden

    def _cheapest(self, target: Sum) -> set[Sum]:
        best: set[Sum] = set()
        least = _DEAR**2
        for change, charge in self._changes(target):
            if charge >= least:
                continue
            touched = self._touched(change)
            cost = charge + sum(self.total[one] + 1 for one in touched - self.hidden)
            if target in touched and cost < least:
                best, least = touched, cost
        return best

    def _touched(self, change: Change) -> set[Sum]:
        """The sums that a change moves."""
        moved: dict[Sum, int] = {}
        for key, by in change.items():
            for one in self.sums[key]:
                moved[one] = moved.get(one, 0) + by
        return {one for one, by in moved.items() if by}

    def _changes(self, target: Sum) -> Iterator[tuple[Change, int]]:
        """Changes that agree with all that people know: which cells are empty, and that as much was paid as was granted where
        all is paid. Each with what its lack of quality is charged."""
        keys = self.within[target]
        start = next((one for one in keys if one.policy not in self.known), keys[0])
        places = [None, *[one for one in self.places[start.policy] if one != start.place][:_NEAREST]]
        others = [None, *self._policies_near(start)]
        for column in self._columns(start, target.year != ""):
            is_even = sum(step if figure == GRANTED else -step for _, figure, step in column) == 0
            for place, policy in product(places, others):
                atoms = _corners(start, place, policy)
                if all((is_even or atom not in self.paid_up) and self._holds(atom, column) for atom, _ in atoms):
                    yield self._priced(start, atoms, [column] * len(atoms))
        here = (start.place, start.policy)
        plain = next(iter(self._columns(start, by_year=False)))
        outside = (one for one in self.atoms if one != here and not self._is_inside(one, target))
        for atom in islice(outside, _NEAREST):
            yield self._priced(start, [(here, 1), (atom, -1)], [plain, self._first(atom)])

    def _policies_near(self, start: Fine) -> list[int]:
        """Policies of the same county, those of the same category first: their exchange moves no sum of it."""
        own = self.category[start.policy]
        others = [one for one in self.policies[start.place] if one != start.policy]
        return sorted(others, key=lambda one: (one in self.known, self.category[one] != own))[:_NEAREST]

    def _columns(self, start: Fine, by_year: bool) -> Iterator[Column]:
        """How a county's policy may change over years and figures, from a cell on: to another year; or in all years at once,
        and then, as what was granted was paid, in both figures."""
        atom, figure = (start.place, start.policy), start.figure
        other = PAID if figure == GRANTED else GRANTED
        its = self.years.get((*atom, other), [])
        yield ((start.year, figure, 1), *((year, other, 1) for year in its[:1]))
        if start.year in its[1:]:
            yield ((start.year, figure, 1), (start.year, other, 1))
        if its and atom not in self.paid_up:
            yield ((start.year, figure, 1),)
        for year in [one for one in self.years[*atom, figure] if one != start.year][:_NEAREST] if by_year else []:
            yield ((start.year, figure, 1), (year, figure, -1))

    def _first(self, atom: tuple[str, int]) -> Column:
        found = [(figure, self.years.get((*atom, figure))) for figure in (GRANTED, PAID)]
        return tuple((years[0], figure, 1) for figure, years in found if years)

    def _holds(self, atom: tuple[str, int], column: Column) -> bool:
        """Whether a county's policy can change so: where people know that there is nothing, nothing changes."""
        return all(Fine(*atom, year, figure) in self.counts for year, figure, _ in column)

    def _count(self, atom: tuple[str, int], figure: str) -> int:
        return sum(self.counts[Fine(*atom, year, figure)] for year in self.years.get((*atom, figure), []))

    def _is_inside(self, atom: tuple[str, int], target: Sum) -> bool:
        place, policy = atom
        is_kind = target.policy in (0, policy) and target.category in ("", self.category[policy])
        return target.place in (self.city, place) and is_kind

    def _priced(
        self, start: Fine, atoms: Sequence[tuple[tuple[str, int], int]], columns: Sequence[Column]
    ) -> tuple[Change, int]:
        change: Change = Counter()
        for (atom, sign), column in zip(atoms, columns, strict=True):
            for year, figure, by in column:
                change[Fine(*atom, year, figure)] += sign * by
        figures = [self.counts[one] for one in change if one.figure == start.figure]
        is_known = start.policy not in self.known and any(one.policy in self.known for one in change)
        return change, _DEAR * (2 * is_known + (sum(figures) < self.few))


def _corners(start: Fine, place: str | None, policy: int | None) -> list[tuple[tuple[str, int], int]]:
    """The corners of what is exchanged between counties and policies, with their signs."""
    across = [(start.place, 1), *([(place, -1)] if place else [])]
    down = [(start.policy, 1), *([(policy, -1)] if policy else [])]
    return [((one, other), sign * turn) for one, sign in across for other, turn in down]

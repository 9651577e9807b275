"""What is not public cannot be had by subtracting what is: shown by linear algebra over whatever is published."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from civicgraph.policies.settling import FEW
from civicgraph.policies.withholding import Kept, Sum, withheld

CITY = "5203"
COUNTIES = ("520321", "520323", "520327", "520381")
CATEGORIES = {1: "employment", 2: "employment", 3: "growth", 4: "market"}
YEARS = ("2024", "2025", "2026")
PRIME = 2**61 - 1
COUNTS = some.sampled_from([0, 0, 1, 2, 3, 4, 9])
Row = dict[int, int]


@some.composite
def tables(draw: Any) -> list[Kept]:
    """What was granted and paid in some counties, policies and years; nothing is paid that was not granted."""
    counties, policies = draw(some.integers(1, 4)), draw(some.integers(1, 4))
    rows = []
    for place, policy in product(COUNTIES[:counties], range(1, policies + 1)):
        numbers = [(draw(COUNTS), draw(COUNTS)) for _ in YEARS]
        if sum(paid for _, paid in numbers) > sum(granted for granted, _ in numbers):
            numbers = [(granted, granted) for granted, _ in numbers]
        for year, (granted, paid) in zip(YEARS, numbers, strict=True):
            if granted or paid:
                fen = draw(some.integers(1, 10_000))
                rows.append(Kept(place, policy, CATEGORIES[policy], year, granted, granted * fen, paid, paid * fen))
    return rows


def asked(row: Kept) -> set[tuple[str, int, str, str]]:
    """Every place, policy, category and year under which a cell is published."""
    kinds = ((row.policy, ""), (0, row.category), (0, ""))
    return {(place, *kind, year) for place in (row.place, CITY) for kind in kinds for year in (row.year, "")}


def published(rows: list[Kept]) -> tuple[dict[Sum, Row], dict[Sum, int], list[Row]]:
    """Each sum as the cells that it adds up, how many grants it is of, and what else everybody knows: where as many
    were paid as were granted, both sums are the same."""
    sums: dict[Sum, Row] = {}
    counts = Counter[Sum]()
    atoms: dict[tuple[str, int], list[int]] = {}
    for index, row in enumerate(rows):
        atoms.setdefault((row.place, row.policy), []).append(index)
        for offset, figure, count in ((0, "granted", row.granted), (len(rows), "paid", row.paid)):
            for key in asked(row) if count else ():
                sums.setdefault(Sum(*key, figure), {})[index + offset] = 1
                counts[Sum(*key, figure)] += count
    same = []
    for its in atoms.values():
        if sum(rows[one].granted for one in its) == sum(rows[one].paid for one in its):
            paid = {one + len(rows): -1 for one in its if rows[one].paid}
            same.append({one: 1 for one in its if rows[one].granted} | paid)
    return sums, dict(counts), same


class Span:
    """What adding and subtracting of some rows can give."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}

    def left(self, row: Row) -> Row:
        """What is left of a row when all that the others give is taken away."""
        row = {key: value % PRIME for key, value in row.items() if value % PRIME}
        for key in sorted(self.rows):
            if key in row:
                by = row[key]
                for column, value in self.rows[key].items():
                    row[column] = (row.get(column, 0) - by * value) % PRIME
                row = {column: value for column, value in row.items() if value}
        return row

    def add(self, row: Row) -> None:
        row = self.left(row)
        if row:
            key = min(row)
            by = pow(row[key], -1, PRIME)
            self.rows[key] = {column: value * by % PRIME for column, value in row.items()}


def derived(rows: list[Kept], hidden: set[Sum]) -> set[Sum]:
    """The hidden sums that follow from those that are shown."""
    sums, _, same = published(rows)
    known = Span()
    for row in [*same, *(row for key, row in sums.items() if key not in hidden)]:
        known.add(row)
    return {key for key in hidden if not known.left(sums[key])}


@settings(max_examples=300, deadline=None)
@given(rows=tables())
def test_no_hidden_sum_can_be_had_from_all_that_is_published(rows: list[Kept]) -> None:
    hidden = withheld(rows, FEW, CITY)
    _, counts, _ = published(rows)
    assert {key for key, count in counts.items() if count < FEW} <= hidden
    assert hidden <= set(counts)
    assert not derived(rows, hidden)
    assert withheld(list(reversed(rows)), FEW, CITY) == hidden


@settings(max_examples=50, deadline=None)
@given(rows=tables(), known=some.sets(some.sampled_from(sorted(CATEGORIES))))
def test_policies_whose_amounts_are_known_change_nothing_of_that(rows: list[Kept], known: set[int]) -> None:
    assert not derived(rows, withheld(rows, FEW, CITY, known))


def one(place: str, policy: int, year: str, count: int, fen: int) -> Kept:
    return Kept(place, policy, CATEGORIES[policy], year, count, fen, count, fen)


def test_the_look_at_what_follows_finds_a_county_that_alone_is_hidden() -> None:
    rows = [
        one(COUNTIES[0], 1, "2025", 5, 500),
        one(COUNTIES[1], 1, "2025", 2, 300),
        one(COUNTIES[2], 1, "2025", 4, 400),
    ]
    sums, counts, _ = published(rows)
    primary = {key for key in sums if counts[key] < FEW}
    assert primary
    assert derived(rows, primary) == primary


def test_the_smallest_sum_beside_it_is_hidden_too_and_larger_ones_stay() -> None:
    rows = [
        one(COUNTIES[0], 1, "2025", 5, 500),
        one(COUNTIES[1], 1, "2025", 2, 300),
        one(COUNTIES[2], 1, "2025", 4, 400),
    ]
    hidden = withheld(rows, FEW, CITY)
    assert {key.place for key in hidden} == {COUNTIES[1], COUNTIES[2]}


def test_of_two_dimensions_a_rectangle_is_hidden_and_their_totals_stay() -> None:
    rows = [one(place, policy, "2025", 5, 500 + policy) for place in COUNTIES[:3] for policy in (1, 2)]
    rows[0] = one(COUNTIES[0], 1, "2025", 1, 100)
    hidden = withheld(rows, FEW, CITY)
    assert {(key.place, key.policy) for key in hidden} == {
        (COUNTIES[0], 1),
        (COUNTIES[0], 2),
        *((rows[2].place, n) for n in (1, 2)),
    }


def test_a_partner_of_a_fixed_amount_hides_nothing_well() -> None:
    rows = [
        one(COUNTIES[0], 1, "2025", 1, 100),
        one(COUNTIES[0], 2, "2025", 5, 50),
        one(COUNTIES[0], 3, "2025", 5, 5_000),
    ]
    open_amount = {key.policy for key in withheld(rows, FEW, CITY)}
    assert 2 in open_amount
    assert {key.policy for key in withheld(rows, FEW, CITY, {2})} >= {1, 3}
    assert 2 not in {key.policy for key in withheld(rows, FEW, CITY, {2})}

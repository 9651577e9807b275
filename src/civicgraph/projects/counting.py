"""What a project counts, and in which cells. Pure: the one place that says it.

A project counts while it is published: one, with what was contracted and invested, at the stage and in the place where
it stood at the end of each quarter, by its dated rows. A cell holds by how much that became another in a quarter, so that
what today brings changes no quarter before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from civicgraph.divisions.rules import ancestors
from civicgraph.enterprises.figures.counting import quarter_of
from civicgraph.projects.models import AmountOf, InvestmentAmount, InvestmentProject, InvestmentStageChange

KEY, NUMBERS = ("division_id", "stage", "signed", "quarter"), ("projects", "contracted_fen", "invested_fen")
Key = tuple[str, ...]
Cells = Counter[tuple[Key, int]]
"""How much is counted, by the key of a cell and the place among its numbers."""


def of_project(
    row: InvestmentProject, changes: Sequence[InvestmentStageChange], amounts: Sequence[InvestmentAmount]
) -> Cells:
    """What a project counts; nothing while it is not published. Changes and amounts in the order of their days."""
    found: Cells = Counter()
    if not row.is_published or row.counted_from is None:
        return found
    begins, signed = quarter_of(row.counted_from), quarter_of(row.signed_on)
    days = [*(one.on for one in changes), *(one.on for one in amounts)]
    turns = {max(begins, quarter_of(day)) for day in days}
    before: tuple[str, tuple[int, ...]] | None = None
    for quarter in sorted(turns):
        stage = [one.stage.value for one in changes if quarter_of(one.on) <= quarter][-1]
        now = stage, (1, *(_latest(amounts, of, quarter) for of in (AmountOf.CONTRACTED, AmountOf.INVESTED)))
        for counted, sign in ((now, 1), (before, -1)):
            if counted is not None and now != before:
                _add(found, row.division_id, (counted[0], signed, quarter), counted[1], sign)
        before = now
    return Counter({key: number for key, number in found.items() if number})


def _latest(amounts: Sequence[InvestmentAmount], of: AmountOf, quarter: str) -> int:
    known = [one.amount_fen for one in amounts if one.of is of and quarter_of(one.on) <= quarter]
    return known[-1] if known else 0


def _add(found: Cells, division: str, key: Key, numbers: Sequence[int], sign: int) -> None:
    for place in (*ancestors(division), division):
        for index, number in enumerate(numbers):
            found[(place, *key), index] += sign * number


def between(before: Cells, after: Cells) -> Cells:
    """By how much cells change."""
    found = Counter(after)
    found.subtract(before)
    return Counter({key: number for key, number in found.items() if number})


def counted_from(signed_on: date, today: date, first_open: date) -> date:
    """From which day on a project counts that is published today: its signing, unless that quarter is closed."""
    return signed_on if signed_on >= first_open else today

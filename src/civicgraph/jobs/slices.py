"""Which cells a read of the figures of referrals adds up, and their median: as SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from civicgraph.graph import divisions_below, summed

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

MAX_MONTHS = 60


@dataclass(frozen=True)
class Cells:
    """A slice of the cells: SQL for its division, and for its first and last month, empty for all."""

    division: str
    first: str = ""
    last: str = ""
    premise: str = ""

    def condition(self, row: Row) -> str:
        """Chooses the cells, by the index (division_id, month, hours)."""
        return self._where(row["division_id"], row["month"])

    def kept(self, alias: str) -> str:
        """The same condition in a query of one's own."""
        return self._where(f"{alias}.division_id", f"{alias}.month")

    def _where(self, division: str, month: str) -> str:
        bounds = ((">=", self.first), ("<=", self.last))
        return f"{division} = {self.division}" + "".join(f" AND {month} {sign} {to}" for sign, to in bounds if to)


def _pick(
    c: Compiler, row: Row | None, *, within: Given, from_month: Given | None = None, to_month: Given | None = None
) -> Cells:
    division = within.sql(c)
    return Cells(
        division=division,
        first=from_month.sql(c) if from_month else "",
        last=to_month.sql(c) if to_month else "",
        premise=f"EXISTS (SELECT 1 FROM division place WHERE place.code = {division})",
    )


def figures(target: str, division: Any) -> Any:
    """The root field of the figures."""
    return summed(
        target,
        _pick,
        arguments={
            "within": (division, "The division; everything below it is counted."),
            "from_month": (str | None, "Of applications of this month or later, for instance 2026-05."),
            "to_month": (str | None, "Of applications of this month or earlier."),
        },
        is_nullable=True,
        description="How many people applied for work in a period, how many of them are at work, and how long it took;"
        " null when there is no such division.",
    )


def median_hours(c: Compiler, row: Row) -> str:
    """The lower median of the full hours, counted from the cells; null where nobody is at work."""
    one, each, run = c.alias(), c.alias(), c.alias()
    counted = (
        f"SELECT {one}.hours AS hours, sum({one}.hired) AS hired FROM referral_cell {one}"
        f" WHERE {row.slice.kept(one)} AND {one}.hours >= 0 GROUP BY {one}.hours HAVING sum({one}.hired) > 0"
    )
    running = (
        f"SELECT {each}.hours, sum({each}.hired) OVER (ORDER BY {each}.hours) AS so_far,"
        f" sum({each}.hired) OVER () AS total FROM ({counted}) {each}"
    )
    return f"(SELECT min({run}.hours) FROM ({running}) {run} WHERE {run}.so_far * 2 >= {run}.total)"


Parts = tuple[str, str, Cells]


def by_division(c: Compiler, whole: Cells) -> Parts:
    """The divisions directly below."""
    source, code = divisions_below(c, whole.division)
    return source, code, replace(whole, premise="", division=code)


def by_month(c: Compiler, whole: Cells) -> Parts:
    """The latest months in which anybody applied, the oldest first."""
    month = c.alias()
    inner = (
        f"SELECT DISTINCT kept.month FROM referral_cell kept WHERE {whole.kept('kept')}"
        f" ORDER BY kept.month DESC LIMIT {MAX_MONTHS}"
    )
    source = f"FROM (SELECT latest.month FROM ({inner}) latest ORDER BY latest.month) {month}"
    return source, f"{month}.month", replace(whole, premise="", first=f"{month}.month", last=f"{month}.month")

"""Which cells a read of the figures of drills and teams adds up: as SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from civicgraph.events.models import Hazard
from civicgraph.events.rescue.models import RescueKind
from civicgraph.graph import divisions_below, summed

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

MAX_MONTHS = 60
_ALL = "''"


@dataclass(frozen=True)
class Counted:
    """A slice of cells: SQL for the division, for the hazard or the kind of team, and for the first and last month."""

    division: str
    of: str = _ALL
    first: str = ""
    last: str = ""
    premise: str = ""
    column: str = "hazard"

    def condition(self, row: Row) -> str:
        """Chooses the cells, by their unique index."""
        period = self.period(row["month"]) if self.column == "hazard" else ""
        return f"{row['division_id']} = {self.division} AND {row[self.column]} = {self.of}{period}"

    def period(self, month: str) -> str:
        """Bounds the months."""
        bounds = ((">=", self.first), ("<=", self.last))
        return "".join(f" AND {month} {sign} {bound}" for sign, bound in bounds if bound)


def _premise(division: str) -> str:
    return f"EXISTS (SELECT 1 FROM division place WHERE place.code = {division})"


def _drills(
    c: Compiler,
    row: Row | None,
    *,
    within: Given,
    hazard: Given | None = None,
    from_month: Given | None = None,
    to_month: Given | None = None,
) -> Counted:
    division = within.sql(c)
    return Counted(
        division=division,
        of=hazard.sql(c) if hazard else _ALL,
        first=from_month.sql(c) if from_month else "",
        last=to_month.sql(c) if to_month else "",
        premise=_premise(division),
    )


def _teams(c: Compiler, row: Row | None, *, within: Given, kind: Given | None = None) -> Counted:
    division = within.sql(c)
    return Counted(division, kind.sql(c) if kind else _ALL, premise=_premise(division), column="kind")


def drills(target: str, division: Any) -> Any:
    """The root field of the drills' figures."""
    arguments = {
        "within": (division, "The division; everything below it is counted."),
        "hazard": (Hazard | None, "Of drills for this hazard alone."),
        "from_month": (str | None, "The first month, for instance 2025-06; from the beginning if not given."),
        "to_month": (str | None, "The last month; to the end if not given."),
    }
    description = "How many drills there were and who took part, by the month of their start; null when there is no such division."
    return summed(target, _drills, arguments=arguments, is_nullable=True, description=description)


def teams(target: str, division: Any) -> Any:
    """The root field of the teams' figures."""
    arguments = {
        "within": (division, "The division; everything below it is counted."),
        "kind": (RescueKind | None, "Of teams of this kind alone."),
    }
    description = "How many rescue teams can be called now, and their members; null when there is no such division."
    return summed(target, _teams, arguments=arguments, is_nullable=True, description=description)


Parts = tuple[str, str, Counted]


def by_month(c: Compiler, whole: Counted) -> Parts:
    """The latest months in which there were drills, the oldest first."""
    month = c.alias()
    inner = (
        f"SELECT kept.month FROM drill_cell kept WHERE kept.division_id = {whole.division} AND kept.hazard = {whole.of}"
        f"{whole.period('kept.month')} ORDER BY kept.month DESC LIMIT {MAX_MONTHS}"
    )
    source = f"FROM (SELECT latest.month FROM ({inner}) latest ORDER BY latest.month) {month}"
    return source, f"{month}.month", _part(whole, first=f"{month}.month", last=f"{month}.month")


def by_division(c: Compiler, whole: Counted) -> Parts:
    """The divisions directly below."""
    source, code = divisions_below(c, whole.division)
    return source, code, _part(whole, division=code)


def by_kind(c: Compiler, whole: Counted) -> Parts:
    """Every hazard, or every kind of team."""
    one = c.alias()
    members = Hazard if whole.column == "hazard" else RescueKind
    values = " UNION ALL ".join(f"SELECT {place} AS place, '{m.value}' AS code" for place, m in enumerate(members))
    chosen = "" if whole.of == _ALL else f" WHERE code = {whole.of}"
    source = f"FROM (SELECT place, code FROM ({values}) kinds{chosen} ORDER BY place) {one}"
    return source, f"{one}.place", _part(whole, of=f"{one}.code")


def _part(whole: Counted, **of: str) -> Counted:
    return replace(whole, premise="", **of)

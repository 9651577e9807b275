"""Which cells a read of the figures of investment projects adds up: as SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from civicgraph.graph import divisions_below, summed
from civicgraph.projects.models import ProjectStage

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

MAX_QUARTERS = 40


@dataclass(frozen=True)
class Cells:
    """A slice of the cells: SQL for its division, and for its stage, quarter of signing and last quarter, empty for all."""

    division: str
    stage: str = ""
    signed: str = ""
    last: str = ""
    premise: str = ""

    def condition(self, row: Row) -> str:
        """Chooses the cells, by the index (division_id, stage, signed, quarter)."""
        return " AND ".join([f"{row['division_id']} = {self.division}", *self._bounds(lambda name: row[name])])

    def kept(self, alias: str) -> str:
        """The same condition in a query of one's own."""
        return " AND ".join([f"{alias}.division_id = {self.division}", *self._bounds(lambda name: f"{alias}.{name}")])

    def _bounds(self, column: Any) -> list[str]:
        pairs = (("stage", "=", self.stage), ("signed", "=", self.signed), ("quarter", "<=", self.last))
        return [f"{column(name)} {sign} {value}" for name, sign, value in pairs if value]


def _pick(
    c: Compiler,
    row: Row | None,
    *,
    within: Given,
    stage: Given | None = None,
    signed: Given | None = None,
    to_quarter: Given | None = None,
) -> Cells:
    division = within.sql(c)
    return Cells(
        division=division,
        stage=stage.sql(c) if stage else "",
        signed=signed.sql(c) if signed else "",
        last=to_quarter.sql(c) if to_quarter else "",
        premise=f"EXISTS (SELECT 1 FROM division place WHERE place.code = {division})",
    )


def figures(target: str, division: Any) -> Any:
    """The root field of the figures."""
    return summed(
        target,
        _pick,
        arguments={
            "within": (division, "The division; everything below it is counted."),
            "stage": (ProjectStage | None, "Of projects that stood at this stage alone."),
            "signed": (str | None, "Of those signed in this quarter alone, for instance 2026Q1."),
            "to_quarter": (str | None, "As they stood at the end of this quarter; not given: as they stand now."),
        },
        is_nullable=True,
        description="How many investment projects there are or were at the end of a quarter, and what is contracted and"
        " invested; null when there is no such division.",
    )


Parts = tuple[str, str, Cells]


def by_stage(c: Compiler, whole: Cells) -> Parts:
    """Every stage, in order."""
    kind = c.alias()
    values = " UNION ALL ".join(
        f"SELECT {place} AS place, '{one.value}' AS code" for place, one in enumerate(ProjectStage)
    )
    chosen = f" WHERE code = {whole.stage}" if whole.stage else ""
    source = f"FROM (SELECT place, code FROM ({values}) stages{chosen} ORDER BY place) {kind}"
    return source, f"{kind}.place", _part(whole, stage=f"{kind}.code")


def by_division(c: Compiler, whole: Cells) -> Parts:
    """The divisions directly below."""
    source, code = divisions_below(c, whole.division)
    return source, code, _part(whole, division=code)


def by_signing(c: Compiler, whole: Cells) -> Parts:
    """The latest quarters in which any was signed, the oldest first."""
    quarter = c.alias()
    inner = (
        f"SELECT DISTINCT kept.signed FROM investment_cell kept WHERE {whole.kept('kept')}"
        f" ORDER BY kept.signed DESC LIMIT {MAX_QUARTERS}"
    )
    source = f"FROM (SELECT latest.signed FROM ({inner}) latest ORDER BY latest.signed) {quarter}"
    return source, f"{quarter}.signed", _part(whole, signed=f"{quarter}.signed")


def _part(whole: Cells, **of: str) -> Cells:
    return replace(whole, premise="", **of)

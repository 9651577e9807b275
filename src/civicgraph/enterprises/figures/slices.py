"""Which cells a read of the register's figures adds up: as SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from civicgraph import clock
from civicgraph.clock import CITY_ZONE
from civicgraph.divisions.rules import digits_below
from civicgraph.enterprises.figures.counting import OLDEST, QUARTER, keeps_industries, quarter_of
from civicgraph.enterprises.models import EnterpriseList
from civicgraph.enterprises.rules import DIVISION_DIGITS, FIRST_SERVICE, SECTION_ENDS
from civicgraph.graph import divisions_below, summed
from civicgraph.graph.sums import BadSlice

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

MAX_QUARTERS = 40
_ALL = "''"


@dataclass(frozen=True)
class Cells:
    """A slice of the cells: SQL for its division, list and industry, its first and last quarter; none of both: now."""

    division: str
    of: str = _ALL
    industry: str = _ALL
    first: str = ""
    last: str = ""
    premise: str = ""
    digits: int = 0
    """How many digits the code of its division has."""

    @property
    def knows_industries(self) -> bool:
        """Whether its cells are kept by industry: now everywhere; the history of the whole register not below counties."""
        is_history = bool(self.first or self.last)
        return not is_history or keeps_industries(self.digits, is_of_list=self.of != _ALL)

    def condition(self, row: Row) -> str:
        """Chooses the cells, by the index (division_id, list, industry, quarter)."""
        return (
            f"{row['division_id']} = {self.division} AND {row['list']} = {self.of}"
            f" AND {row['industry']} = {self.industry} AND {self.period(row['quarter'])}"
        )

    def period(self, quarter: str) -> str:
        """Bounds the quarters."""
        if not (self.first or self.last):
            return f"{quarter} = ''"
        first = f"{quarter} >= {self.first}" if self.first else f"{quarter} > ''"
        return f"{first} AND {quarter} <= {self.last}" if self.last else first

    def filled(self) -> str:
        """How many two-digit divisions of the services are newly filled; NULL without a last quarter or where nobody keeps it."""
        is_known = self.last and self.knows_industries
        return f"(SELECT count(*) FROM ({self.filled_codes()}) filled)" if is_known else "NULL"

    def filled_codes(self) -> str:
        """The codes of those that have some at the end of the last quarter and had none a year before: by the kept cells
        alone, so it costs as much however large the register is."""
        last = f"CAST({self.last} AS text)"
        earlier = f"CAST(CAST(substr({last}, 1, 4) AS int) - 1 AS text) || substr({last}, 5)"
        until = f"CASE WHEN {earlier} < '{OLDEST}' THEN '{OLDEST}' ELSE {earlier} END"
        return (
            "SELECT kept.industry AS code FROM enterprise_cell kept"
            f" WHERE kept.division_id = {self.division} AND kept.list = {self.of} AND {self._services('kept.industry')}"
            f" AND kept.quarter > '' AND kept.quarter <= {last} GROUP BY kept.industry"
            " HAVING sum(kept.joined - kept.departed) > 0"
            f" AND sum(CASE WHEN kept.quarter <= {until} THEN kept.joined - kept.departed ELSE 0 END) = 0"
        )

    def _services(self, code: str) -> str:
        """Those divisions, of the slice's section, or the one that it is of."""
        chosen = f"{code} >= '{FIRST_SERVICE}' AND {code} <= '{max(SECTION_ENDS.values())}'"
        if self.industry == _ALL:
            return chosen
        below = f"SELECT part.code FROM industry part WHERE part.parent_id = {self.industry}"
        return f"{chosen} AND ({code} = {self.industry} OR {code} IN ({below}))"


def of_place(
    c: Compiler,
    row: Row | None,
    *,
    within: Given,
    industry: Given | None = None,
    list: Given | None = None,
    from_quarter: Given | None = None,
    to_quarter: Given | None = None,
) -> Cells:
    """The slice that the arguments ask for."""
    if industry and len(industry.value) > DIVISION_DIGITS:
        raise BadSlice("Figures are kept of sections and two-digit divisions of industry alone.")
    division = within.sql(c)
    found = Cells(
        division=division,
        of=list.sql(c) if list and list.value else _ALL,
        industry=industry.sql(c) if industry and industry.value else _ALL,
        first=from_quarter.sql(c, convert=_quarter) if from_quarter else "",
        last=to_quarter.sql(c, convert=_begun) if to_quarter else "",
        premise=f"EXISTS (SELECT 1 FROM division place WHERE place.code = {division})",
        digits=len(within.value),
    )
    if found.industry != _ALL and not found.knows_industries:
        raise BadSlice("The history of the whole register by industry is kept for counties and the city alone.")
    return found


def _quarter(value: str) -> str:
    if not re.fullmatch(QUARTER, value):
        raise BadSlice("A quarter is a year and Q1 to Q4, for instance 2025Q2.")
    return value


def _begun(value: str) -> str:
    if _quarter(value) > (latest := quarter_of(clock.today())):
        raise BadSlice(f"This quarter is still to come; the latest one is {latest}.")
    return value


def figures(target: str, industry: Any, division: Any) -> Any:
    """The root field of the figures."""
    return summed(
        target,
        of_place,
        arguments={
            "within": (division, "The division; everything below it is counted."),
            "industry": (industry | None, "Of this section or division of industry alone."),
            "list": (EnterpriseList | None, "Of those on this list alone."),
            "from_quarter": (str | None, "The first quarter whose comings and goings count, for instance 2025Q2."),
            "to_quarter": (str | None, "The last quarter; neither given: now."),
        },
        is_nullable=True,
        description="How many enterprises there are or were at the end of a quarter, and how many came and went; null when"
        " there is no such division. The history of the whole register by industry is kept for counties and the city.",
    )


Parts = tuple[str, str, Cells]


def by_quarter(c: Compiler, whole: Cells) -> Parts:
    """Up to the end of each of the latest quarters, one after another: what nothing changed in stands as it stood.

    The quarters are counted back from the last, so that they cost as much whatever happened in them.
    """
    quarter = c.alias()
    last = f"CAST({whole.last or _this_quarter(c)} AS text)"
    first = f" AND past.quarter >= {whole.first}" if whole.first else ""
    ordinals = (
        "WITH RECURSIVE back (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM back WHERE n < "
        f"{MAX_QUARTERS - 1}) SELECT CAST(substr({last}, 1, 4) AS int) * 4 + CAST(substr({last}, 6) AS int) - 1 - n AS n"
        " FROM back"
    )
    quarters = f"SELECT CAST(n / 4 AS text) || 'Q' || CAST(n % 4 + 1 AS text) AS quarter FROM ({ordinals}) ordinals"
    source = (
        f"FROM (SELECT past.quarter FROM ({quarters}) past WHERE past.quarter >= '{OLDEST}'{first}"
        f" ORDER BY past.quarter) {quarter}"
    )
    return source, f"{quarter}.quarter", _part(whole, last=f"{quarter}.quarter")


def _this_quarter(c: Compiler) -> str:
    """The quarter of today in the city."""
    return c.value(lambda run: quarter_of(run.now.astimezone(CITY_ZONE).date()), "text", share="this quarter")


def by_division(c: Compiler, whole: Cells) -> Parts | None:
    """The divisions directly below; None where nobody keeps the industry that is asked for."""
    part = _part(whole, digits=digits_below(whole.digits))
    if whole.industry != _ALL and not part.knows_industries:
        return None
    source, code = divisions_below(c, whole.division)
    return source, code, replace(part, division=code)


def by_section(c: Compiler, whole: Cells) -> Parts | None:
    """Every section of industry; None where nobody keeps them."""
    if not whole.knows_industries:
        return None
    kind = c.alias()
    source = f"FROM (SELECT code FROM industry WHERE parent_id IS NULL ORDER BY code) {kind}"
    return source, f"{kind}.code", _part(whole, industry=f"{kind}.code")


def by_industry(c: Compiler, whole: Cells) -> Parts | None:
    """Every two-digit division of industry, of the section if one is asked for; None where nobody keeps them."""
    if not whole.knows_industries:
        return None
    kind = c.alias()
    chosen = "" if whole.industry == _ALL else f" AND parent_id = {whole.industry}"
    source = f"FROM (SELECT code FROM industry WHERE length(code) = {DIVISION_DIGITS}{chosen} ORDER BY code) {kind}"
    return source, f"{kind}.code", _part(whole, industry=f"{kind}.code")


def by_list(c: Compiler, whole: Cells) -> Parts:
    """Every list."""
    kind = c.alias()
    values = " UNION ALL ".join(
        f"SELECT {place} AS place, '{one.value}' AS code" for place, one in enumerate(EnterpriseList)
    )
    source = f"FROM (SELECT place, code FROM ({values}) lists ORDER BY place) {kind}"
    return source, f"{kind}.place", _part(whole, of=f"{kind}.code")


def _part(whole: Cells, **of: Any) -> Cells:
    return replace(whole, premise="", **of)

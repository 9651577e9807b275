"""Which cells a read of figures adds up, and what is told of their sum: as SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from civicgraph.graph import divisions_below, summed
from civicgraph.graph.sums import BadSlice
from civicgraph.grievances.figures.models import BOUNDS, LONGEST
from civicgraph.grievances.models import Channel, LedKind

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

MAX_MONTHS = 60
MAX_LED_BY = 30
"""Bodies by name are at most so many, those with the most grievances."""
_ALL = "''"


@dataclass(frozen=True)
class Figures:
    """A slice of the cells: SQL for its division, its first and last month, its category and channel, or who led."""

    division: str
    first: str = ""
    last: str = ""
    category: str = _ALL
    channel: str = _ALL
    body: str = ""
    group: str = ""
    led_kind: str = _ALL
    led_by: str = _ALL
    premise: str = ""

    def __post_init__(self) -> None:
        if self.led_kind != _ALL and (self.kinds or (self.category, self.channel) != (_ALL, _ALL)):
            raise BadSlice("Figures are kept by who led, or by category and channel: ask for one of the two at a time.")

    def condition(self, row: Row) -> str:
        """Chooses the cells, by the index (division_id, channel, category, led_kind, led_by, month)."""
        category = f"= {self.category}"
        if self.category == _ALL and self.kinds:
            category = f"IN (SELECT led.code FROM grievance_category led WHERE {self.kinds})"
        return (
            f"{row['division_id']} = {self.division} AND {row['channel']} = {self.channel}"
            f" AND {row['category']} {category} AND {row['led_kind']} = {self.led_kind}"
            f" AND {row['led_by']} = {self.led_by}{self.period(row['month'])}"
        )

    @property
    def kinds(self) -> str:
        """Chooses among categories those of the body and the group; empty for all of them."""
        chosen = (f"body = {self.body}" if self.body else "", f"group_code = {self.group}" if self.group else "")
        return " AND ".join(filter(None, chosen))

    def period(self, month: str) -> str:
        """Bounds the months."""
        bounds = (
            f" AND {month} >= {self.first}" if self.first else "",
            f" AND {month} <= {self.last}" if self.last else "",
        )
        return "".join(bounds)

    @property
    def month(self) -> str:
        """The month, if it is but one."""
        return f"CASE WHEN {self.first} = {self.last} THEN {self.first} END" if self.first and self.last else "NULL"


def of_place(
    c: Compiler,
    row: Row | None,
    *,
    within: Given | None = None,
    from_month: Given | None = None,
    to_month: Given | None = None,
    category: Given | None = None,
    group: Given | None = None,
    channel: Given | None = None,
    led_kind: Given | None = None,
) -> Figures:
    """The slice that a field's arguments ask for, of a division's row or of the one that is named."""
    division = row["code"] if row is not None else within.sql(c) if within is not None else ""
    return Figures(
        division=division,
        first=from_month.sql(c) if from_month else "",
        last=to_month.sql(c) if to_month else "",
        category=category.sql(c) if category else _ALL,
        group=group.sql(c) if group and not category else "",
        channel=channel.sql(c) if channel else _ALL,
        led_kind=led_kind.sql(c) if led_kind else _ALL,
        premise="" if row is not None else f"EXISTS (SELECT 1 FROM division place WHERE place.code = {division})",
    )


def figures_of(target: str, **places: Any) -> Any:
    """A field for the figures of a division: of the row's own, or of the one that an argument `within` names."""
    arguments = {
        **places,
        "from_month": (
            str | None,
            "The first month of the reports, for instance 2026-01; from the beginning if not given.",
        ),
        "to_month": (str | None, "The last month; until now if not given."),
        "category": (str | None, "Of the category with this code alone."),
        "group": (
            str | None,
            "Of the categories of the group with this code alone, for instance enterprise; a category goes before it.",
        ),
        "channel": (Channel | None, "That came in this way alone."),
        "led_kind": (LedKind | None, "That such a body led. Not together with a category, group or channel."),
    }
    description = "How grievances fared, by the month of the report, in the division and everything below it"
    nothing = "; null when there is no such division." if places else "."
    return summed(target, of_place, arguments=arguments, is_nullable=bool(places), description=description + nothing)


Parts = tuple[str, str, Figures]


def by_month(c: Compiler, whole: Figures) -> Parts:
    """The latest months in which anything was reported there, the oldest first."""
    month = c.alias()
    inner = (
        f"SELECT kept.month FROM grievance_cell kept WHERE kept.division_id = {whole.division} AND kept.channel = ''"
        f" AND kept.category = '' AND kept.led_kind = '' AND kept.led_by = ''{whole.period('kept.month')} ORDER BY kept.month DESC LIMIT {MAX_MONTHS}"
    )
    source = f"FROM (SELECT latest.month FROM ({inner}) latest ORDER BY latest.month) {month}"
    return source, f"{month}.month", _part(whole, first=f"{month}.month", last=f"{month}.month")


def by_division(c: Compiler, whole: Figures) -> Parts:
    """The divisions directly below."""
    source, code = divisions_below(c, whole.division)
    return source, code, _part(whole, division=code)


def by_category(c: Compiler, whole: Figures) -> Parts | None:
    """Every category, as forms show them."""
    if whole.led_kind != _ALL or whole.body:
        return None
    kind = c.alias()
    chosen = (
        f" WHERE code = {whole.category}" if whole.category != _ALL else f" WHERE {whole.kinds}" if whole.kinds else ""
    )
    source = f"FROM (SELECT code, position FROM grievance_category{chosen} ORDER BY position, code) {kind}"
    return source, f"{kind}.position, {kind}.code", _part(whole, category=f"{kind}.code")


def by_body(c: Compiler, whole: Figures) -> Parts | None:
    """Every body that normally leads on a category."""
    if whole.led_kind != _ALL or whole.category != _ALL:
        return None
    body = c.alias()
    chosen = f" WHERE {whole.kinds}" if whole.kinds else ""
    source = f"FROM (SELECT DISTINCT body FROM grievance_category{chosen} ORDER BY body) {body}"
    return source, f"{body}.body", _part(whole, body=f"{body}.body")


def by_channel(c: Compiler, whole: Figures) -> Parts | None:
    """Every way in which a grievance comes in."""
    if whole.led_kind != _ALL:
        return None
    source, order, code = _every(c, Channel, whole.channel)
    return source, order, _part(whole, channel=code)


def by_led_kind(c: Compiler, whole: Figures) -> Parts | None:
    """Every sort of body that can lead."""
    if whole.kinds or (whole.category, whole.channel, whole.led_by) != (_ALL, _ALL, _ALL):
        return None
    source, order, code = _every(c, LedKind, whole.led_kind)
    return source, order, _part(whole, led_kind=code)


def by_led(c: Compiler, whole: Figures) -> Parts | None:
    """The bodies that led most of it, the office itself left out: those of the place and of the places directly below."""
    if whole.kinds or (whole.category, whole.channel, whole.led_by) != (_ALL, _ALL, _ALL):
        return None
    body = c.alias()
    kind = f" AND kept.led_kind = {whole.led_kind}" if whole.led_kind != _ALL else ""
    inner = (
        "SELECT kept.led_kind, kept.led_by, sum(kept.received) AS received FROM grievance_cell kept"
        f" WHERE kept.division_id = {whole.division} AND kept.channel = '' AND kept.category = '' AND kept.led_by > ''{kind}"
        f"{whole.period('kept.month')} GROUP BY kept.led_kind, kept.led_by HAVING sum(kept.received) > 0"
        f" ORDER BY received DESC, kept.led_by, kept.led_kind LIMIT {MAX_LED_BY}"
    )
    part = _part(whole, led_kind=f"{body}.led_kind", led_by=f"{body}.led_by")
    return f"FROM ({inner}) {body}", f"{body}.received DESC, {body}.led_by, {body}.led_kind", part


def _every(c: Compiler, of: type[Enum], only: str) -> tuple[str, str, str]:
    """Every value of an enum in its order, or only the one that is chosen: what to go through, its order, the value."""
    one = c.alias()
    values = " UNION ALL ".join(f"SELECT {place} AS place, '{each.value}' AS code" for place, each in enumerate(of))
    chosen = "" if only == _ALL else f" WHERE code = {only}"
    return f"FROM (SELECT place, code FROM ({values}) ways{chosen} ORDER BY place) {one}", f"{one}.place", f"{one}.code"


def name_of_led(c: Compiler, row: Row) -> str:
    """The name of the body of a slice, by its code (`desk.bodies`); null where it is of none."""
    if row.slice.led_by == _ALL:
        return "NULL"
    code = row.slice.led_by
    return (
        f"(CASE WHEN substr({code}, 13, 1) = 'T' THEN"
        f" (SELECT team.name FROM team WHERE team.id = CAST(substr({code}, 14) AS INTEGER))"
        f" ELSE (SELECT grid.name FROM grid WHERE grid.code = {code}) END)"
    )


def _part(whole: Figures, **of: str) -> Figures:
    """A finer slice: what it is split by is there, so there is always an answer."""
    return replace(whole, premise="", **of)


def median_hours(names: tuple[str, ...], done: str) -> Callable[[Compiler, Row], str]:
    """The median of times that are counted by bounds, in hours to two places; null where there is none.

    It lies between the first bound within which half of them are and the bound before, as far along as the
    half is among those between. See `models.BOUNDS` for how wrong that can be.
    """

    def sql(c: Compiler, row: Row) -> str:
        half, below, before = f"({row[done]} / 2.0)", 0, "0"
        steps = []
        for name, bound in (*zip(names, BOUNDS, strict=True), (done, LONGEST)):
            within = row[name]
            share = f"({half} - {before}) / ({within} - {before})"
            steps.append(f"WHEN {within} >= {half} THEN {below} + {bound - below} * {share}")
            below, before = bound, within
        chosen = f"CASE WHEN {row[done]} = 0 THEN NULL {' '.join(steps)} END"
        return f"CAST(round(({chosen}) / 60.0, 2) AS REAL)"

    return sql

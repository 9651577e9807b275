"""How much there is to do, for a person and for a place: counted in indexes of what is open, as SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from civicgraph.accounts.models import Person as Person
from civicgraph.accounts.rules import colleague
from civicgraph.clock import CITY_ZONE
from civicgraph.divisions.models import Division as Division
from civicgraph.graph import cost
from civicgraph.grievances.desk.rules import mine_of
from civicgraph.grievances.rules import OPEN_SQL, is_past

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

CAP = 1_000
"""So far is counted what is overdue in a place."""


def knows_load(c: Compiler, row: Row) -> str:
    """Oneself, and people whom one gives work to or manages."""
    return f"({row['id']} = {c.person()} OR {colleague(c, row)})" if c.is_staff else c.dialect.false


def _led(c: Compiler, row: Row, condition: str) -> str:
    """Grievances that a person leads, by the index of assignees."""
    c.charge(cost.TOTAL)
    return f"(SELECT count(*) FROM grievance led WHERE led.assignee_id = {row['id']} AND {condition})"


def _is_open(name: str) -> str:
    return f"{name}.status IN {OPEN_SQL}"


def open_(c: Compiler, row: Row) -> str:
    """Still to be resolved."""
    return _led(c, row, _is_open("led"))


def overdue(c: Compiler, row: Row) -> str:
    """A promised time has passed."""
    return _led(c, row, f"{_is_open('led')} AND {is_past(c, 'led')}")


def due_today(c: Compiler, row: Row) -> str:
    """To be resolved from now until midnight in the city."""
    end = c.value(lambda run: _midnight(run.now), "moment", share="end of today")
    return _led(c, row, f"{_is_open('led')} AND led.resolution_due_at >= {c.now()} AND led.resolution_due_at < {end}")


def resolved_this_week(c: Compiler, row: Row) -> str:
    """Resolved since Monday in the city, by the index of assignees and times."""
    start = c.value(lambda run: _monday(run.now), "moment", share="start of the week")
    return _led(c, row, f"led.resolved_at >= {start}")


def helping(c: Compiler, row: Row) -> str:
    """Work orders to help with, of the person and of their teams, that are neither done nor taken back."""
    c.charge(cost.TOTAL)
    return (
        "(SELECT count(*) FROM work_order part JOIN grievance led ON led.id = part.grievance_id"
        f" WHERE {mine_of(row['id'], 'part')} AND NOT part.is_lead AND part.done_at IS NULL AND {_is_open('led')})"
    )


def open_there(c: Compiler, row: Row) -> str:
    """By the cells of the figures: one sum of the place's months."""
    return (
        'coalesce((SELECT CAST(sum(cell."open") AS INTEGER) FROM grievance_cell cell'
        f" WHERE cell.division_id = {row['code']} AND cell.channel = '' AND cell.category = ''"
        " AND cell.led_kind = ''), 0)"
    )


def overdue_there(c: Compiler, row: Row) -> str:
    """By the partial index of what is open in places of the row's level, up to `CAP`."""
    c.charge(cost.TOTAL)
    code = row["code"]
    levels = (
        f"WHEN {digits} THEN {_counted(c, f'substr(late.division_id, 1, {digits})', code, index)}"
        for digits, index in _INDEXES.items()
    )
    return f"(CASE length({code}) {' '.join(levels)} ELSE {_counted(c, 'late.division_id', code, 'grievance_open_place')} END)"


_INDEXES = {4: "grievance_open", 6: "grievance_open_place_6", 9: "grievance_open_place_9"}
"""The partial index of what is open by the digits of a place; for the city that which holds all that is compared."""


def _counted(c: Compiler, place: str, code: str, index: str) -> str:
    """SQLite is told which index: it would read all that is open in the city by that of the status."""
    hint = f" INDEXED BY {index}" if c.dialect.name == "sqlite" else ""
    found = f"SELECT 1 FROM grievance late{hint} WHERE {_is_open('late')} AND {place} = {code} AND {is_past(c, 'late')}"
    return f"(SELECT count(*) FROM ({found} LIMIT {CAP}) l)"


def _midnight(now: datetime) -> datetime:
    """The end of the day in the city."""
    here = now.astimezone(CITY_ZONE)
    return (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _monday(now: datetime) -> datetime:
    """The start of the week in the city."""
    here = now.astimezone(CITY_ZONE)
    return (here - timedelta(days=here.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)

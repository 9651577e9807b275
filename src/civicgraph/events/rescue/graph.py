"""GraphQL of rescue teams, and of the figures of teams and drills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civicgraph.events.models import Hazard
from civicgraph.events.rescue import models, operations, slices
from civicgraph.events.rescue.models import DrillCell, RescueCell, RescueKind
from civicgraph.events.rules import visible
from civicgraph.graph import (
    MAX_DIVISIONS,
    DivisionCode,
    Order,
    any_of,
    column,
    computed,
    door,
    filter_type,
    flag,
    holds,
    json_column,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    split,
    to_many,
    to_one,
    type_,
    within,
)
from civicgraph.permissions import EDIT_EVENTS

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row


@filter_type
class RescueTeamFilter:
    """Which rescue teams."""

    kind = any_of("kind", RescueKind, "Of any of these kinds.")
    within = within("division_id")
    is_active = flag(
        "Can be called (or not).", lambda c, row: str(row["is_active"]), lambda c, row: f"NOT {row['is_active']}"
    )
    name = holds("name", description="Its name holds this.")


@order_type
class RescueTeamOrder:
    """The order of rescue teams."""

    OLDEST = Order(("id",), "By their numbers: first entered, first.")


@node(models.RescueTeam)
class RescueTeam:
    """A team that is called in an emergency."""

    number = computed(int, lambda c, row: row["id"], "Its number.")
    name = column()
    kind = column()
    base = column()
    members = column()
    equipment = json_column(str, description="Its equipment.")
    duty_phone = column()
    founded_on = column()
    is_active = column()
    is_generated = column()
    version = column()
    division = to_one("divisions.Division")
    drills = to_many(
        "EventTeam", key="team_id", order=("id",), description="Drills that it took part in, as they were entered."
    )
    may_edit = computed(bool, lambda c, row: c.covers(row["division_id"], EDIT_EVENTS), "Whether you may change it.")


def _is_shown(c: Compiler, row: Row) -> str:
    """Of events that one sees: who writes a draft has its teams in the form, or saving it would send them away."""
    _, source = c.find("Event", lambda one: f"{one['id']} = {row['event_id']} AND ({visible(c, one)})")
    return f"EXISTS (SELECT 1 {source})"


@type_(models.EventTeam, visible=_is_shown)
class EventTeam:
    """A rescue team's part in a drill."""

    number = computed(int, lambda c, row: row["team_id"], "The team’s number.")
    team = to_one("RescueTeam")
    event = to_one("events.Event")


def _of(enum: type) -> object:
    return enum | None  # type: ignore[operator]


@type_(DrillCell)
class DrillFigures:
    """What drills add up to in a division and below it: of one hazard, or of whichever."""

    division = to_one(
        "divisions.Division",
        link=lambda c, row, child: f"{child['code']} = {row.slice.division}",
        is_nullable=False,
        description="Where.",
    )
    hazard = computed(
        _of(Hazard), lambda c, row: f"nullif({row.slice.of}, '')", "Of drills for this hazard alone; null: of all."
    )
    month = computed(
        str | None,
        lambda c, row: (
            f"CASE WHEN {row.slice.first} = {row.slice.last} THEN {row.slice.first} END"
            if row.slice.first and row.slice.last
            else "NULL"
        ),
        "The month of their start; null when they are of several.",
    )
    announced = computed(int, lambda c, row: row["announced"], "Drills that are or were to take place.")
    held = computed(int, lambda c, row: row["held"], "Drills that have taken place.")
    planned = computed(int, lambda c, row: row["planned"], "People who are or were to take part.")
    participants = computed(
        int, lambda c, row: row["participants"], "People who took part in the drills that have taken place."
    )
    by_month = split(
        "DrillFigures",
        slices.by_month,
        size=12,
        description=f"Month by month: the latest {slices.MAX_MONTHS} in which there were drills.",
    )
    by_division = split(
        "DrillFigures",
        slices.by_division,
        size=20,
        description=f"In parts by the divisions directly below, at most {MAX_DIVISIONS}.",
    )
    by_hazard = split(
        "DrillFigures",
        slices.by_kind,
        size=7,
        description="In parts by hazard. A drill for several counts in each of them, so the parts are more than the whole.",
    )


@type_(RescueCell)
class RescueFigures:
    """How many rescue teams there are in a division and below it: of one kind, or of whichever."""

    division = to_one(
        "divisions.Division",
        link=lambda c, row, child: f"{child['code']} = {row.slice.division}",
        is_nullable=False,
        description="Where.",
    )
    kind = computed(_of(RescueKind), lambda c, row: f"nullif({row.slice.of}, '')", "Of this kind alone; null: of all.")
    teams = computed(int, lambda c, row: row["teams"], "Teams that can be called.")
    members = computed(int, lambda c, row: row["members"], "Their members.")
    by_division = split(
        "RescueFigures",
        slices.by_division,
        size=20,
        description=f"In parts by the divisions directly below, at most {MAX_DIVISIONS}.",
    )
    by_kind = split("RescueFigures", slices.by_kind, size=9, description="In parts by what the teams are for.")


@root
class Query:
    """Reads of rescue teams and drills."""

    rescue_team = root_one(
        "RescueTeam",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c, 'int')}",
        description="A rescue team by its number.",
    )
    rescue_teams = root_connection("RescueTeam", description="Rescue teams of the city.")
    drill_figures = slices.drills("DrillFigures", DivisionCode)
    rescue_figures = slices.teams("RescueFigures", DivisionCode)


Mutation = mutations(
    "Mutation",
    door(operations.create_rescue_team, {"rescue_team": "RescueTeam"}),
    door(operations.update_rescue_team, {"rescue_team": "RescueTeam"}),
)
TYPES = (RescueTeam, EventTeam, DrillFigures, RescueFigures)

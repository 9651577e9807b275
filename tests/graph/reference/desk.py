"""Working with grievances: what belongs to one, how much somebody and a place have to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from civicgraph.clock import CITY_ZONE
from civicgraph.grievances.clocks import next_due
from civicgraph.grievances.desk.models import GrievanceCall, TeamKind, TextPurpose
from civicgraph.grievances.models import GrievanceTag, ReadyText, SavedFilter, Team, TeamMember, WorkOrder
from civicgraph.permissions import DISPATCH_GRIEVANCES, WORK_GRIEVANCES
from tests.graph.reference import rules
from tests.graph.reference.words import NOW, mark
from tests.graph.reference.world import Thing, World
from tests.support import city

OPEN = ("SUBMITTED", "ACCEPTED", "ASSIGNED", "IN_PROGRESS", "ON_HOLD", "REOPENED")


def is_late(world: World, row: Any) -> bool:
    """Until it is accepted the response is promised, after that the resolution; once resolved nothing is due."""
    due = next_due(row.accepted_at, row.response_due_at, row.resolution_due_at)
    return row.status.name in OPEN and due < world.now


def work_orders(world: World, row: Any) -> list[Thing]:
    """Those that were not taken back, the earliest first."""
    standing = [one for one in world.rows.having("WorkOrder", "grievance_id", row.id) if one.ended_at is None]
    return world.things("WorkOrder", sorted(standing, key=lambda one: one.id))


def tags(world: World, row: Any) -> list[Thing]:
    found = world.rows.having("GrievanceTag", "grievance_id", row.id)
    return world.things("GrievanceTag", sorted(found, key=lambda one: one.name))


def offered(kind: str, name: str) -> Callable[[World, Any], list[Thing]]:
    """What a grievance's place and those above it keep, as far as it is in use, by name."""

    def find(world: World, row: Any) -> list[Thing]:
        there = [
            one for one in world.rows.tables[kind] if one.is_active and row.division_id.startswith(one.division_id)
        ]
        return world.things(kind, sorted(there, key=lambda one: (getattr(one, name), one.id)))

    return find


def members(world: World, row: Any) -> list[Thing]:
    numbers = sorted(one.person_id for one in world.rows.having("TeamMember", "team_id", row.id))
    return world.things("Person", [world.rows.one("Person", number) for number in numbers])


def led(fits: Callable[[World, Any], bool]) -> Callable[[World, Any], int]:
    """How many of the grievances that a person leads are such."""
    return lambda world, row: sum(fits(world, one) for one in world.rows.having("Grievance", "assignee_id", row.id))


def is_open(world: World, row: Any) -> bool:
    return row.status.name in OPEN


def is_due_today(world: World, row: Any) -> bool:
    """From now until midnight in the city."""
    here = world.now.astimezone(CITY_ZONE).date()
    return is_open(world, row) and row.resolution_due_at >= world.now and _day(row.resolution_due_at) == here


def is_of_this_week(world: World, row: Any) -> bool:
    """Resolved since Monday in the city."""
    today = world.now.astimezone(CITY_ZONE).date()
    monday = today - timedelta(days=today.weekday())
    return row.resolved_at is not None and _day(row.resolved_at) >= monday


def _day(moment: datetime) -> Any:
    return moment.astimezone(CITY_ZONE).date()


def helping(world: World, row: Any) -> int:
    """Parts to help with that wait, of the person and of their teams."""
    return sum(
        not one.is_lead and one.done_at is None
        for grievance in world.rows.tables["Grievance"]
        if is_open(world, grievance)
        for one in rules.orders_of(world, row.id, grievance)
    )


def open_there(world: World, row: Any) -> int:
    """By the figures."""
    cells = world.rows.having("GrievancePerformance", "division_id", row.code)
    return sum(one.open for one in cells if one.category == one.channel == one.led_kind == "")


def overdue_there(world: World, row: Any) -> int:
    rows = (one for one in world.rows.tables["Grievance"] if one.division_id.startswith(row.code))
    return min(sum(is_late(world, one) for one in rows), 1_000)


def own(kind: str) -> Callable[[World, Any], Thing | None]:
    """The same row as another type."""
    return lambda world, row: world.thing(kind, row)


def is_mine(world: World, row: Any) -> bool:
    """One's own, or of a team that one belongs to."""
    person = world.actor.person_id
    teams = {one.team_id for one in world.rows.having("TeamMember", "person_id", person)}
    return person is not None and (row.person_id == person or row.team_id in teams)


def has_tag(world: World, row: Any, name: str) -> bool:
    tagged = any(one.name == name for one in world.rows.having("GrievanceTag", "grievance_id", row.id))
    return tagged and rules.reads_private(world, row)


def is_led_by(world: World, row: Any, person: int) -> bool:
    return row.assignee_id == person and rules.reads_private(world, row)


def with_part_of(world: World, row: Any, team: int) -> bool:
    orders = world.rows.having("WorkOrder", "grievance_id", row.id)
    return any(one.team_id == team and one.ended_at is None for one in orders) and rules.reads_private(world, row)


def waits_for_my_check(world: World, row: Any) -> bool:
    """Resolved by another, of a category that asks for a look."""
    kind = next(one for one in world.rows.tables["GrievanceCategory"] if one.code == row.category_id)
    return row.status.name == "RESOLVED" and kind.is_verified and rules.checks(world, row)


def has_my_part(world: World, row: Any) -> bool:
    return bool(rules.orders_of(world, world.actor.person_id, row))


def _my_teams(world: World) -> set[int]:
    return {one.team_id for one in world.rows.having("TeamMember", "person_id", world.actor.person_id)}


def waits_for_my_answer(world: World, row: Any) -> bool:
    """A team of one's own is called to it and has not answered."""
    calls = world.rows.having("GrievanceCall", "grievance_id", row.id)
    return any(one.answered_at is None and one.team_id in _my_teams(world) for one in calls)


def may_answer(world: World, row: Any) -> bool:
    """The members of the called team, and its level, as far as they work where the grievance is."""
    place = world.rows.one("Grievance", row.grievance_id).division_id
    speaks = row.team_id in _my_teams(world) or rules.may(world, DISPATCH_GRIEVANCES, row.division_id)
    return speaks and rules.may(world, WORK_GRIEVANCES, place)


FIELDS: dict[str, Callable[..., Any]] = {
    "Backlog.open": open_there,
    "Backlog.overdue": overdue_there,
    "Division.backlog": own("Backlog"),
    "GrievanceCall.mayAnswer": may_answer,
    "Grievance.readyTexts": offered("ReadyText", "title"),
    "Grievance.tags": tags,
    "Grievance.teams": offered("Team", "name"),
    "InvestmentProject.teams": offered("Team", "name"),
    "Grievance.workOrders": work_orders,
    "Person.workload": own("Workload"),
    "Team.members": members,
    "WorkOrder.isMine": is_mine,
    "Workload.dueToday": led(is_due_today),
    "Workload.helping": helping,
    "Workload.open": led(is_open),
    "Workload.overdue": led(is_late),
    "Workload.resolvedThisWeek": led(is_of_this_week),
}


async def build_desk(dice: Random, people: list[int]) -> None:
    """Teams with and without members, and parts given, done and taken back."""
    places = (city.FENGQUAN, city.LONGQUAN, city.CITY, city.HONGQIAO)
    for number, place in enumerate((*places, city.FENGQUAN), 1):
        team = await Team.create(
            division_id=place,
            name=f"队伍{number}",
            kind=dice.choice(list(TeamKind)),
            contact_office=mark("team", "contact_office", number),
            contact_phone=mark("team", "contact_phone", number),
            is_active=number != 5,
        )
        for person in dice.sample(people, number % 4):
            await TeamMember.create(team_id=team.id, person_id=person)
        await ReadyText.create(
            division_id=place,
            title=f"常用语{number % 3}{number}",
            purpose=dice.choice(list(TextPurpose)),
            text=mark("ready_text", "text", number),
            is_active=number != 4,
        )
    for call in await GrievanceCall.all():
        await GrievanceCall.filter(id=call.id).update(team_id=call.id % 6 or None)
    for number in range(1, 9):
        await SavedFilter.create(
            person_id=dice.choice(people[:6]),
            division_id=dice.choice([city.FENGQUAN, city.LONGQUAN]),
            name=mark("saved_filter", "name", number),
            query="view=open",
            is_shared=number % 2 == 0,
        )
    for _ in range(40):
        is_team = dice.random() < 0.5
        await WorkOrder.create(
            grievance_id=dice.randint(1, 12),
            person_id=None if is_team else dice.choice(people),
            team_id=dice.randint(1, 5) if is_team else None,
            is_lead=dice.random() < 0.3,
            ordered_at=NOW,
            done_at=dice.choice([None, None, NOW]),
            ended_at=dice.choice([None, None, NOW]),
        )
    for number in range(1, 10):
        for name in dice.sample(["汛期", "高空坠物", "老旧小区"], number % 3):
            await GrievanceTag.create(grievance_id=number, name=name)

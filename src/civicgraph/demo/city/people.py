"""Grid workers of every community, their grants, the grids and who is in charge of each."""

from __future__ import annotations

from collections.abc import Iterator

from civicgraph.accounts.models import Grant, Person
from civicgraph.demo.city.ground import Community, Ground
from civicgraph.demo.city.tables import SIZE, Batch, Row, table
from civicgraph.demo.places import NETS
from civicgraph.grids.models import Grid, GridAssignment, GridLevel, GridRole
from civicgraph.permissions import Role

PERSON = table(
    Person,
    *("id", "created_at", "updated_at", "username", "name", "title", "email", "work_phone", "locale"),
    *("password_hash", "is_active", "is_generated", "version"),
)
GRANT = table(Grant, "created_at", "updated_at", "person_id", "role", "division_id")
GRID = table(
    Grid,
    *("code", "division_id", "parent_id", "level", "name", "area", "households", "nets", "is_active"),
    *("is_generated", "version", "updated_at"),
)
ASSIGNMENT = table(GridAssignment, "created_at", "updated_at", "grid_id", "person_id", "role", "from_on", "to_on")

_NETS = "[" + ",".join(f'"{name}"' for name in NETS) + "]"
_YEAR_ONE = 719_163  # date(1970, 1, 1).toordinal()


def username(code: str, number: int) -> str:
    """The sign-in name of a community's worker; without a password nobody signs in with it."""
    return f"grid.{code}.{number}"


def count(ground: Ground) -> int:
    """Rows to come."""
    return len(ground.communities) * ground.scale.grids_per_community


def rows(ground: Ground) -> Iterator[Batch]:
    """People and grants first: grids and assignments refer to them."""
    yield from _people(ground)
    random = ground.random("grid").random
    grids: list[Row] = []
    assignments: list[Row] = []
    for index, community in enumerate(ground.communities):
        new = _complete(community, ground.scale.grids_per_community)
        for position, code in enumerate(community.grids):
            if code in new:
                grids.append(_grid(ground, community, code, position, 60 + int(random() * 240)))
            lead = ground.leads.get(code)
            if lead is None:
                lead = _worker(ground, index, position)
                since = ground.today + _YEAR_ONE - 30 - int(random() * 900)
                assignments.append((ground.now, ground.now, code, lead, GridRole.LEAD.value, since, None))
            community.leads.append(lead)
        if len(grids) >= SIZE:
            yield GRID, grids
            yield ASSIGNMENT, assignments
            grids, assignments = [], []
    yield GRID, grids
    yield ASSIGNMENT, assignments


def _people(ground: Ground) -> Iterator[Batch]:
    people: list[Row] = []
    grants: list[Row] = []
    now = ground.now
    for index, community in enumerate(ground.communities):
        for number in range(ground.scale.workers_per_community):
            person = ground.last["person"] + 1 + index * ground.scale.workers_per_community + number
            name, title = f"{community.name}网格员{number + 1}", f"{community.name}网格员"
            login = username(community.code, number + 1)
            people.append((person, now, now, login, name, title, "", "", "zh", "", True, True, 1))
            grants.append((now, now, person, Role.GRID_WORKER.value, community.code))
    yield PERSON, people
    yield GRANT, grants


def _worker(ground: Ground, index: int, position: int) -> int:
    each = ground.scale.workers_per_community
    return ground.last["person"] + 1 + index * each + position * each // max(1, ground.scale.grids_per_community) % each


def _complete(community: Community, wanted: int) -> set[str]:
    """Number the community's grids up to what is wanted; the new codes."""
    taken, new = set(community.grids), set()
    number = 0
    while len(community.grids) < wanted:
        number += 1
        code = f"{community.code}{number:03d}"
        if code not in taken:
            community.grids.append(code)
            new.add(code)
    return new


def _grid(ground: Ground, community: Community, code: str, position: int, households: int) -> Row:
    first = position * 4 + 1
    area = f"{first}栋至{first + 3}栋" if community.weight > 1 else f"第{position + 1}村民组"
    name = f"第{int(code[12:])}网格"
    return (
        *(code, community.code, None, GridLevel.GRID.value, name, area, households, _NETS, True),
        *(True, 1, ground.now),
    )

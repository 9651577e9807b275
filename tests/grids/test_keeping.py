"""Entering grids, changing them, and who is in charge."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.grids import operations
from civicgraph.grids.models import Grid, GridAssignment, GridLevel, GridRole
from civicgraph.grids.rules import next_code
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.grids.conftest import FIRST
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN

MAY = datetime(2026, 5, 1, 4, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 4, tzinfo=UTC)


@given(some.sets(some.integers(1, 999), max_size=40))
def test_a_new_grid_takes_the_first_free_number_of_its_community(used: set[int]) -> None:
    code = next_code(FENGQUAN, [f"{FENGQUAN}{number:03d}" for number in used])
    assert code == f"{FENGQUAN}{next(number for number in range(1, 1000) if number not in used):03d}"


@given(some.sets(some.integers(1, 99), max_size=99))
def test_a_new_micro_grid_takes_the_first_free_number_of_its_grid_until_none_is_left(used: set[int]) -> None:
    code = next_code(FIRST, [FIRST, f"{FENGQUAN}00201", *(f"{FIRST}{number:02d}" for number in used)])
    free = next((number for number in range(1, 100) if number not in used), None)
    assert code == (None if free is None else f"{FIRST}{free:02d}")


async def test_grids_and_micro_grids_get_their_codes(editor: Actor) -> None:
    row = await operations.create_grid(
        editor,
        {"name": "第二网格", "division_code": FENGQUAN, "households": 300, "nets": ["public_safety", "emergency"]},
    )
    assert (row.code, row.level, row.nets) == (f"{FENGQUAN}002", GridLevel.GRID, ["PUBLIC_SAFETY", "EMERGENCY"])
    micro = await operations.create_grid(
        editor, {"name": "3 栋", "division_code": FENGQUAN, "parent_code": row.code, "area": "3 栋 1–2 单元"}
    )
    assert (micro.code, micro.level) == (f"{FENGQUAN}00201", GridLevel.MICRO_GRID)
    assert micro.parent_id == row.code  # type: ignore[attr-defined]
    assert await AuditEntry.filter(operation="create_grid", division_code=FENGQUAN).count() == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": ""}, {"name": "missing"}),
        ({"households": -1}, {"households": "greater_than_equal"}),
        ({"households": "很多"}, {"households": "int_parsing"}),
        ({"nets": ["fishing"]}, {"nets.0": "enum"}),
        ({"division_code": LONGQUAN}, {"division_code": "level"}),
        ({"division_code": "520327001999"}, {"division_code": "unknown_division"}),
        ({"parent_code": "123"}, {"parent_code": "string_pattern_mismatch"}),
        ({"parent_code": f"{FENGQUAN}999"}, {"parent_code": "unknown"}),
        ({"parent_code": f"{HONGQIAO}001"}, {"parent_code": "unknown"}),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field(
    editor: Actor, values: dict[str, Any], expected: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await operations.create_grid(editor, {"name": "新网格", "division_code": FENGQUAN, **values})
    assert {error.field: error.code for error in caught.value.errors} == expected
    assert await Grid.all().count() == 2


async def test_a_grid_with_99_micro_grids_is_full(editor: Actor) -> None:
    await Grid.bulk_create(
        [
            Grid(code=f"{FIRST}{number:02d}", division_id=FENGQUAN, parent_id=FIRST, name="微网格")
            for number in range(1, 100)
        ]
    )
    with pytest.raises(InvalidInput) as caught:
        await operations.create_grid(editor, {"name": "多", "division_code": FENGQUAN, "parent_code": FIRST})
    assert [(error.field, error.code) for error in caught.value.errors] == [("parent_code", "full")]


async def test_the_second_editor_is_told_and_changes_nothing(editor: Actor) -> None:
    row = await operations.update_grid(editor, {"code": FIRST, "version": 1, "name": "一网格", "is_active": False})
    assert (row.version, row.is_active) == (2, False)
    with pytest.raises(Conflict) as caught:
        await operations.update_grid(editor, {"code": FIRST, "version": 1, "name": "壹网格"})
    assert caught.value.current["name"] == "一网格"
    entry = await AuditEntry.get(operation="update_grid")
    assert entry.changes["name"] == ["第一网格", "一网格"]


async def test_nobody_writes_outside_their_county(
    editor: Actor, neighbour: Actor, supervisor: Actor, worker: Actor
) -> None:
    held = await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": worker.person_id})
    for actor in (ANONYMOUS, neighbour, worker):
        for write in (
            operations.create_grid(actor, {"name": "新", "division_code": FENGQUAN}),
            operations.update_grid(actor, {"code": FIRST, "version": 1, "name": "新"}),
            operations.assign_grid_worker(actor, {"code": FIRST, "person_id": worker.person_id}),
            operations.end_assignment(actor, {"id": held.id}),
        ):
            with pytest.raises(Forbidden):
                await write
    for write in (
        operations.assign_grid_worker(editor, {"code": FIRST, "person_id": worker.person_id}),
        operations.end_assignment(editor, {"id": held.id}),
    ):
        with pytest.raises(Forbidden):
            await write
    for write in (
        operations.update_grid(editor, {"code": f"{FENGQUAN}777", "version": 1, "name": "新"}),
        operations.end_assignment(supervisor, {"id": held.id + 1}),
    ):
        with pytest.raises(NotFound):
            await write
    assert await Grid.filter(version=1).count() == 2
    assert await GridAssignment.filter(to_on=None).count() == 1


async def test_a_new_grid_worker_takes_the_place_of_the_one_before(supervisor: Actor, worker: Actor) -> None:
    other = await place.person("zhao", Role.GRID_WORKER, FENGQUAN)
    with clock.override(MAY):
        first = await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": worker.person_id})
    with clock.override(JUNE):
        second = await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": other.person_id})
    await first.refresh_from_db()
    assert (first.from_on, first.to_on) == (date(2026, 5, 1), date(2026, 5, 31))
    assert (second.from_on, second.to_on, second.role) == (date(2026, 6, 1), None, GridRole.LEAD)
    entry = await AuditEntry.filter(operation="assign_grid_worker").order_by("-id").first()
    assert entry is not None
    assert entry.changes["person"] == ["wang", "zhao"]


async def test_a_deputy_stands_beside_the_grid_worker_and_changes_roles(supervisor: Actor, worker: Actor) -> None:
    other = await place.person("zhao", Role.GRID_WORKER, FENGQUAN)
    for actor, role in ((worker, "lead"), (other, "deputy"), (other, "lead")):
        given = {"code": FIRST, "person_id": actor.person_id, "role": role}
        await operations.assign_grid_worker(supervisor, given)
    lasting = await GridAssignment.filter(to_on=None).values_list("person_id", "role")
    assert list(lasting) == [(other.person_id, "lead")]
    ended = await GridAssignment.exclude(to_on=None)
    assert all(one.to_on is not None and one.to_on >= one.from_on for one in ended)
    with pytest.raises(Unavailable):
        await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": other.person_id})


async def test_only_people_with_a_role_over_the_place_are_put_in_charge(supervisor: Actor, worker: Actor) -> None:
    elsewhere = await place.person("elsewhere", Role.GRID_WORKER, HONGQIAO)
    above = await place.person("above", Role.DISPATCHER, FENGGANG)
    for person_id in (elsewhere.person_id, 999_999):
        with pytest.raises(InvalidInput) as caught:
            await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": person_id})
        assert [(error.field, error.code) for error in caught.value.errors] == [("person_id", "unknown")]
    await Person.filter(id=worker.person_id).update(is_active=False)
    with pytest.raises(InvalidInput):
        await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": worker.person_id})
    await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": above.person_id})


async def test_a_time_in_charge_ends_once(supervisor: Actor, worker: Actor) -> None:
    with clock.override(MAY):
        row = await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": worker.person_id})
    with clock.override(JUNE):
        row = await operations.end_assignment(supervisor, {"id": row.id})
        assert row.to_on == date(2026, 6, 1)
        with pytest.raises(Unavailable):
            await operations.end_assignment(supervisor, {"id": row.id})

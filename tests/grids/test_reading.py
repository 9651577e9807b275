"""What everyone and what the staff read of grids."""

from __future__ import annotations

from typing import Any

from civicgraph.accounts.models import Person
from civicgraph.graph.engine import Engine
from civicgraph.grids import operations
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.grids.conftest import FIRST
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, SUIYANG

ONE = """query ($code: String!) { grid(code: $code) {
  code name level nets households isActive mayEdit mayAssign division { shortName } parent { code }
  currentWorker { role person { name title workPhone email } }
  assignments { toOn person { name } }
  microGrids(first: 10) { totalCount nodes { code parent { name } } }
  grievances(first: 5) { totalCount }
} }"""


async def one(engine: Engine, code: str = FIRST, actor: Actor = ANONYMOUS) -> Any:
    """The grid as the actor sees it, in one statement."""
    before = engine.statements
    found = (await engine.read(ONE, {"code": code}, actor))["grid"]
    assert engine.statements == before + 1
    return found


async def codes(engine: Engine, actor: Actor = ANONYMOUS, **filters: Any) -> list[str]:
    """The codes that a filter finds."""
    document = "query ($filter: GridFilter) { grids(filter: $filter) { totalCount nodes { code } } }"
    data = await engine.read(document, {"filter": filters}, actor)
    assert data["grids"]["totalCount"] == len(data["grids"]["nodes"])
    return [node["code"] for node in data["grids"]["nodes"]]


async def test_a_grid_says_who_is_in_charge_and_holds_its_micro_grids(
    engine: Engine, editor: Actor, supervisor: Actor, worker: Actor
) -> None:
    await Person.filter(id=worker.person_id).update(title="凤泉社区网格员", work_phone="0851-12345", email="w@x.cn")
    await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": worker.person_id})
    await operations.create_grid(
        editor, {"name": "微一", "division_code": FENGQUAN, "parent_code": FIRST, "nets": ["party_building"]}
    )
    found = await one(engine)
    person = {"name": "wang", "title": "凤泉社区网格员", "workPhone": "0851-12345", "email": None}
    assert found["currentWorker"] == {"role": "LEAD", "person": person}
    assert found["microGrids"] == {"totalCount": 1, "nodes": [{"code": f"{FIRST}01", "parent": {"name": "第一网格"}}]}
    assert (await one(engine, f"{FIRST}01"))["nets"] == ["PARTY_BUILDING"]
    assert (found["mayEdit"], found["mayAssign"]) == (False, False)
    found = await one(engine, actor=editor)
    assert (found["mayEdit"], found["mayAssign"]) == (True, False)
    assert await one(engine, f"{FENGQUAN}999") is None


async def test_who_was_in_charge_is_for_those_who_look_after_the_place(
    engine: Engine, supervisor: Actor, neighbour: Actor, worker: Actor
) -> None:
    row = await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": worker.person_id})
    for actor in (ANONYMOUS, neighbour, supervisor):
        assert len((await one(engine, actor=actor))["assignments"]) == 1
    await operations.end_assignment(supervisor, {"id": row.id})
    for actor, seen in ((ANONYMOUS, 0), (neighbour, 0), (worker, 0), (supervisor, 1)):
        found = await one(engine, actor=actor)
        assert (found["currentWorker"], len(found["assignments"])) == (None, seen)


async def test_a_past_time_in_charge_is_not_fetched_by_its_id_either(
    engine: Engine, supervisor: Actor, worker: Actor
) -> None:
    row = await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": worker.person_id})
    await operations.end_assignment(supervisor, {"id": row.id})
    ask = "query ($code: String!) { grid(code: $code) { assignments { id } } }"
    found = await engine.read(ask, {"code": FIRST}, supervisor)
    key = found["grid"]["assignments"][0]["id"]
    document = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await engine.read(document, {"id": key}, supervisor))["node"] == {"id": key}
    assert (await engine.read(document, {"id": key}, ANONYMOUS))["node"] is None


async def test_grids_are_found_by_place_level_and_force(engine: Engine, editor: Actor) -> None:
    await operations.create_grid(editor, {"name": "微一", "division_code": FENGQUAN, "parent_code": FIRST})
    await operations.create_grid(editor, {"name": "旧网格", "division_code": FENGQUAN, "is_active": False})
    micro, old, far = f"{FIRST}01", f"{FENGQUAN}002", f"{HONGQIAO}001"
    assert await codes(engine) == [far, FIRST, micro, old]
    assert await codes(engine, within=FENGGANG) == [FIRST, micro, old]
    assert await codes(engine, within=FIRST) == [FIRST, micro]
    assert await codes(engine, within=SUIYANG) == [far]
    assert await codes(engine, level=["MICRO_GRID"]) == [micro]
    assert await codes(engine, isActive=False) == [old]
    assert await codes(engine, within=FENGQUAN, isActive=True, level=["GRID"]) == [FIRST]


async def test_a_community_leads_to_its_grids_and_their_workers_in_one_statement(
    engine: Engine, supervisor: Actor, worker: Actor
) -> None:
    other = await place.person("zhao", Role.GRID_WORKER, FENGQUAN)
    for actor in (worker, other):
        await operations.assign_grid_worker(supervisor, {"code": FIRST, "person_id": actor.person_id})
    before = engine.statements
    data = await engine.read(
        """{ division(code: "520327001901") { grids(filter: {level: [GRID]}, orderBy: CODE) {
          nodes { code currentWorker { person { name } } } } } }""",
        {},
        ANONYMOUS,
    )
    assert engine.statements == before + 1
    assert data["division"]["grids"]["nodes"] == [{"code": FIRST, "currentWorker": {"person": {"name": "zhao"}}}]

"""How much there is to do is counted in indexes of what is open: no grievance that is done is passed over."""

from __future__ import annotations

import pytest

from civicgraph.graph.engine import Engine
from civicgraph.permissions import Actor, Held, Role
from tests.support.city import CITY, FENGGANG, FENGQUAN

PLANS = [
    (
        "{ me { workload { open overdue dueToday resolvedThisWeek helping } } }",
        ("(assignee_id=? AND status=?", "resolved_at>?"),
    ),
    (
        f'{{ division(code: "{FENGGANG}") {{ backlog {{ open overdue }} }} }}',
        ("grievance_open_place_6", "grievance_open_place_9", "(division_id=?"),
    ),
    (
        f'{{ grievances(filter: {{within: "{FENGQUAN}", hasMyPart: true, isOpen: true}}) {{ totalCount }} }}',
        ("work_order",),
    ),
    ('{ grievances(filter: {tag: "汛期"}) { nodes { number } } }', ("(name=?",)),
]


@pytest.mark.parametrize(("document", "indexes"), PLANS)
async def test_what_is_counted_is_found_by_indexes(
    engine: Engine, city: None, document: str, indexes: tuple[str, ...]
) -> None:
    if engine.reader.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by what the tables hold; an empty one tells nothing")
    actor = Actor(kind="person", person_id=1, grants=(Held(Role.DISPATCHER, CITY),))
    parsed = engine.document(document)
    plan = engine.plan(parsed, parsed.operation(None), {}, actor)
    lines = await engine.reader.explain(plan.statement, engine.parameters(plan.slots, {}, actor))
    for index in indexes:
        assert [line for line in lines if index in line], "\n".join(lines)
    scanned = [line for line in lines if line.startswith(("SCAN led", "SCAN late", "SCAN part", "SCAN tagged"))]
    assert not [line for line in scanned if "grievance_open" not in line], "\n".join(lines)

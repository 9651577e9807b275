"""How much there is to do is counted in indexes of what is open: no grievance that is done is passed over."""

from __future__ import annotations

import pytest
from tortoise.connection import get_connection

from civicgraph.graph.engine import Engine
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.permissions import Actor, Held, Role
from tests.grievances.conftest import Report
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN
from tests.support.plans import plan_of_document

PLANS = [
    (
        "{ me { workload { open overdue dueToday resolvedThisWeek helping } } }",
        ("(assignee_id=? AND status=?", "resolved_at>?"),
    ),
    (
        f'{{ division(code: "{FENGGANG}") {{ backlog {{ open overdue }} }} }}',
        ("grievance_open_place_6", "grievance_open_place_9", "(division_id=?"),
    ),
    *(
        (
            f'{{ grievances(filter: {{within: "{FENGQUAN}", {part}: true, isOpen: true}}) {{ totalCount }} }}',
            ("work_order",),
        )
        for part in ("hasMyPart", "helpedByMe")
    ),
    *(
        (
            f'{{ grievances(filter: {{within: "{code}", {asked}}}) {{ {what} }} }}',
            (f"grievance_standing_{len(code)} (",),
        )
        for code in (FENGGANG, LONGQUAN)
        for asked in ("status: SHORTFALL", "status: RESOLVED, isVerified: true", "status: RETURNED")
        for what in ("totalCount", "nodes { number }")
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


@pytest.mark.parametrize("asked", ["totalCount", "nodes { number }"])
async def test_what_is_on_the_shortfall_list_of_a_county_is_found_by_an_index_of_its_own(
    engine: Engine, report: Report, asked: str
) -> None:
    """On both databases, of a county that has a thousand which are done, in a city that has some elsewhere."""
    row = await report()
    names = [name for name in row._meta.db_fields if name != "id"]
    facts = {name: getattr(row, name) for name in names} | {"status": GrievanceStatus.CLOSED}
    away = facts | {"division_id": HONGQIAO}
    listed = away | {"status": GrievanceStatus.SHORTFALL}
    made = [*[facts] * 1_000, *[away] * 3_000, *[listed] * 60]
    await Grievance.bulk_create(
        [Grievance(**one | {"number": f"ZY-0522-{number:05}"}) for number, one in enumerate(made)]
    )
    await get_connection("default").execute_query("ANALYZE grievance")
    document = f'{{ grievances(filter: {{within: "{FENGGANG}", status: SHORTFALL}}, first: 20) {{ {asked} }} }}'
    plan = await plan_of_document(engine, document, {})
    assert "grievance_standing_6" in plan, plan

"""What the public, the reporter and staff can read of grievances, and at what cost."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, datetime
from typing import Any

import pytest
from tortoise.connection import get_connection

from civicgraph import clock, migrations
from civicgraph.graph.engine import Engine
from civicgraph.grievances import operations
from civicgraph.grievances.models import Grievance, GrievanceCell
from civicgraph.permissions import ANONYMOUS, SCOPES, Actor, Held, Role
from tests.grievances.conftest import CONTACT, Report, words
from tests.grievances.steps import take
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, SUIYANG

WHOLE = """query ($number: String!) { grievance(number: $number) {
  number publicText status urgency isOverdue isPublic outcome responseDueAt resolutionDueAt
  category { code name nameEn groupName } division { code shortName }
  latestUpdate { status byLine publicNote internalNote person { name } }
  updates(orderBy: OLDEST) { nodes { status publicNote internalNote isInternal person { name } } }
  description address contactNameMasked contactPhoneMasked contactEmailMasked assignee { name } locale
  mayReadPrivate mayWork mayDispatch
  workers { nodes { name } }
} }"""
PRIVATE = (
    "description",
    "address",
    "contactNameMasked",
    "contactPhoneMasked",
    "contactEmailMasked",
    "assignee",
    "locale",
)
MARKS = ("陈阿婆", "斌鑫二期", "138****", "c***@", "13800001234", "带梯子")


async def one(engine: Engine, number: str, actor: Actor = ANONYMOUS) -> Any:
    """The grievance as the actor sees it."""
    return (await engine.read(WHOLE, {"number": number}, actor))["grievance"]


async def listed(engine: Engine, actor: Actor = ANONYMOUS, **filters: Any) -> list[str]:
    """The numbers that a filter finds."""
    document = "query ($filter: GrievanceFilter) { grievances(filter: $filter) { nodes { number } } }"
    data = await engine.read(document, {"filter": filters}, actor)
    return [node["number"] for node in data["grievances"]["nodes"]]


async def test_the_public_sees_what_was_reported_and_nothing_personal(
    engine: Engine, report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await report(**CONTACT)
    await take(dispatcher, "assign", row, assignee_id=worker.person_id, note="明天上门", internal_note="带梯子")
    found = await one(engine, row.number.lower())
    assert found["number"] == row.number
    assert found["category"]["nameEn"] == "Corridor and street lighting"
    assert [found[name] for name in PRIVATE] == [None] * len(PRIVATE)
    assert (found["mayReadPrivate"], found["mayWork"], found["mayDispatch"], found["workers"]) == (
        False,
        False,
        False,
        None,
    )
    assert [step["publicNote"] for step in found["updates"]["nodes"]] == ["", "明天上门"]
    assert found["latestUpdate"] == {
        "status": "ASSIGNED",
        "byLine": "凤泉社区联络点",
        "publicNote": "明天上门",
        "internalNote": None,
        "person": None,
    }
    assert not [mark for mark in MARKS if mark in str(found)]


async def test_staff_of_the_place_read_all_of_it_and_staff_of_another_county_nothing_more(
    engine: Engine, report: Report, dispatcher: Actor, worker: Actor, stranger: Actor
) -> None:
    row = await report(**CONTACT)
    await take(dispatcher, "assign", row, assignee_id=worker.person_id, internal_note="带梯子")
    found = await one(engine, row.number, dispatcher)
    assert (found["contactNameMasked"], found["contactPhoneMasked"]) == ("陈＊＊", "138****1234")
    assert found["assignee"] == {"name": "worker"}
    assert [step["internalNote"] for step in found["updates"]["nodes"]] == ["", "", "带梯子"]
    assert found["latestUpdate"]["internalNote"] == ""
    assert {one["name"] for one in found["workers"]["nodes"]} == {"dispatcher", "worker"}
    mine = await one(engine, row.number, worker)
    assert (mine["mayReadPrivate"], mine["mayWork"], mine["mayDispatch"]) == (True, True, False)
    theirs = await one(engine, row.number, stranger)
    assert [theirs[name] for name in PRIVATE] == [None] * len(PRIVATE)
    assert not [mark for mark in MARKS if mark in str(theirs)]


async def test_a_grid_worker_may_work_only_on_what_is_theirs(engine: Engine, report: Report, worker: Actor) -> None:
    found = await one(engine, (await report()).number, worker)
    assert (found["mayReadPrivate"], found["mayWork"]) == (True, False)


async def test_a_hidden_grievance_exists_only_for_those_who_cover_it(
    engine: Engine, report: Report, dispatcher: Actor, stranger: Actor
) -> None:
    row = await report(is_public=False)
    number = (await report()).number
    for other in (ANONYMOUS, stranger):
        assert await one(engine, row.number, other) is None
        assert await listed(engine, other) == [number]
        data = await engine.read("query ($id: ID!) { node(id: $id) { id } }", {"id": f"Grievance:{row.id}"}, other)
        assert data == {"node": None}
    assert (await one(engine, row.number, dispatcher))["number"] == row.number
    assert await listed(engine, dispatcher) == [number, row.number]


async def test_a_token_without_the_scope_reads_as_a_stranger(engine: Engine, report: Report, dispatcher: Actor) -> None:
    row = await report(**CONTACT)
    listings = Actor(
        kind="token", person_id=dispatcher.person_id, grants=dispatcher.grants, scopes=frozenset({"listings"})
    )
    assert "listings" in SCOPES
    assert (await one(engine, row.number, listings))["contactNameMasked"] is None


async def test_number_and_secret_show_the_reporter_their_own(engine: Engine, city: None, dispatcher: Actor) -> None:
    answer = await operations.file_grievance(ANONYMOUS, words(**CONTACT, is_public=False))
    row = answer["grievance"]
    await take(dispatcher, "accept", row, note="已收到")
    await take(dispatcher, "comment", row, note="带梯子")
    document = """query ($number: String!, $secret: String!) { trackedGrievance(number: $number, secret: $secret) {
      number publicText status mayRate mayWithdraw isPublic updates(orderBy: OLDEST) { nodes { status publicNote byLine } }
      latestUpdate { publicNote } } }"""

    async def tracked(number: str, secret: str) -> Any:
        return (await engine.read(document, {"number": number, "secret": secret}, ANONYMOUS))["trackedGrievance"]

    found = await tracked(row.number.lower(), answer["tracking_secret"].replace("-", "").lower())
    assert [step["publicNote"] for step in found["updates"]["nodes"]] == ["", "已收到"]
    assert not [mark for mark in MARKS if mark in str(found)]
    assert await tracked(row.number, "WRONG-SECRET") is None
    assert await tracked("ZY-0101-ZZZZ", answer["tracking_secret"]) is None


async def test_filters_find_what_they_say(engine: Engine, report: Report, dispatcher: Actor, worker: Actor) -> None:
    from datetime import timedelta

    lamp = (await report()).number
    gas = (await report(category="gas", description="闻到燃气味道，请快来")).number
    far = (await report(division_code=HONGQIAO, description="路边井盖松动了")).number
    await take(dispatcher, "assign", await Grievance.get(number=lamp), assignee_id=worker.person_id)
    resolved = await Grievance.get(number=gas)
    await take(dispatcher, "accept", resolved)
    await take(dispatcher, "resolve", resolved)
    assert await listed(engine, isOpen=True) == [far, lamp]
    assert await listed(engine, isOpen=False) == [gas]
    assert await listed(engine, status="ASSIGNED") == [lamp]
    assert await listed(engine, status="RESOLVED") == [gas]
    assert await listed(engine, category="gas") == [gas]
    assert await listed(engine, urgency="CRITICAL") == [gas]
    assert await listed(engine, text="燃气") == [gas]
    assert await listed(engine, number=far) == [far]
    assert await listed(engine, worker, assignedToMe=True) == [lamp]
    assert await listed(engine, assignedToMe=True) == []
    for within, numbers in (
        (CITY, [far, gas, lamp]),
        (FENGGANG, [gas, lamp]),
        (FENGQUAN, [gas, lamp]),
        (SUIYANG, [far]),
    ):
        assert await listed(engine, within=within) == numbers
    with clock.override(clock.now() + timedelta(hours=25)):
        assert await listed(engine, isOverdue=True) == [far]
        assert (await one(engine, far))["isOverdue"] is True
        assert (await one(engine, lamp))["isOverdue"] is False
    with clock.override(clock.now() + timedelta(hours=73)):
        assert await listed(engine, isOverdue=True) == [far, lamp]
        assert await listed(engine, isOverdue=False) == [gas]


async def test_performance_is_of_all_that_was_reported_in_the_month(
    engine: Engine, report: Report, dispatcher: Actor
) -> None:
    row = await report()
    await take(dispatcher, "accept", row)
    document = """query ($code: DivisionCode!, $month: String!) { performance(within: $code, month: $month) {
      month received responded respondedInTime resolved division { code } } }"""
    month = f"{row.submitted_at.astimezone(clock.CITY_ZONE):%Y-%m}"
    for code in (CITY, FENGGANG, FENGQUAN):
        data = await engine.read(document, {"code": code, "month": month}, ANONYMOUS)
        found = data["performance"]
        assert (found["received"], found["responded"], found["respondedInTime"], found["resolved"]) == (1, 1, 1, 0)
    assert (await engine.read(document, {"code": SUIYANG, "month": month}, ANONYMOUS))["performance"] is None


async def test_rates_are_shares_of_what_there_is_and_null_where_there_is_nothing(
    engine: Engine, report: Report, dispatcher: Actor
) -> None:
    rows = [await report() for _ in range(3)]
    for row in rows[:2]:
        await take(dispatcher, "accept", row)
    text = """query ($code: DivisionCode!) { division(code: $code) { performances { month received
      responseRate responseInTimeRate resolutionRate resolutionInTimeRate } } }"""
    expected = {
        "month": f"{rows[0].submitted_at.astimezone(clock.CITY_ZONE):%Y-%m}",
        "received": 3,
        "responseRate": 0.6667,
        "responseInTimeRate": 1.0,
        "resolutionRate": 0.0,
        "resolutionInTimeRate": None,
    }
    for code in (CITY, FENGGANG, FENGQUAN):
        assert (await engine.read(text, {"code": code}, ANONYMOUS))["division"]["performances"] == [expected]
    assert (await engine.read(text, {"code": SUIYANG}, ANONYMOUS))["division"]["performances"] == []


async def test_the_categories_come_in_the_order_of_the_form(engine: Engine, city: None) -> None:
    data = await engine.read(
        "{ grievanceCategories(first: 100) { nodes { code groupCode urgency body } } }", {}, ANONYMOUS
    )
    assert [node["code"] for node in data["grievanceCategories"]["nodes"]] == ["lighting", "gas", "ent_policy"]


HERE = '"520327001901"'
PLANS = [
    ('{ grievances(filter: {within: "520327"}) { nodes { number } } }', "grievance_place_6"),
    ('{ grievances(filter: {within: "520327001"}) { nodes { number } } }', "grievance_place_9"),
    ("{ grievances(filter: {isOpen: true}, orderBy: DUE_FIRST) { nodes { number } } }", "grievance_open_due"),
    (
        f"{{ grievances(filter: {{within: {HERE}, isOpen: true}}, orderBy: DUE_FIRST) {{ nodes {{ number }} }} }}",
        "grievance_open_place",
    ),
    ("{ grievances(filter: {isOverdue: true}) { totalCount nodes { number } } }", "grievance_open_due (due_at<?)"),
    ("{ grievances(orderBy: DUE_FIRST) { nodes { number } } }", "due_at"),
    ("{ grievances(filter: {isOverdue: true}, orderBy: DUE_FIRST) { nodes { number } } }", "grievance_open_due"),
    (
        f"{{ division(code: {HERE}) {{ grids {{ nodes {{ grievances(filter: {{isOpen: true}}, first: 3) {{ nodes {{ number }} }} }} }} }} }}",
        "grievance_open_grid",
    ),
    (
        '{ grievance(number: "ZY-0101-AAAA") { latestUpdate { status } updates { nodes { status } } } }',
        "idx_grievance_u",
    ),
    ("{ grievances(filter: {status: RESOLVED}) { nodes { number } } }", "(status=?)"),
    ('{ grievances(filter: {category: "gas"}) { nodes { number } } }', "(category_id=?)"),
    ('{ grievances(filter: {text: "路灯"}) { nodes { number } } }', "grievance_fts"),
]


@pytest.mark.parametrize(
    ("asked", "index"),
    [("", "grievance_open "), (HERE, "place"), ('"520327"', "place_6"), ('"520327001"', "place_9")],
)
async def test_what_is_open_is_counted_without_its_rows(engine: Engine, city: None, asked: str, index: str) -> None:
    if engine.reader.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by what the tables hold; an empty one tells nothing")
    within = f"within: {asked}, " if asked else ""
    parsed = engine.document(f"{{ grievances(filter: {{{within}isOpen: true}}) {{ totalCount }} }}")
    plan = engine.plan(parsed, parsed.operation(None), {}, ANONYMOUS)
    lines = await engine.reader.explain(plan.statement, engine.parameters(plan.slots, {}, ANONYMOUS))
    assert [line for line in lines if "COVERING INDEX grievance_open" in line and index.strip() in line], lines


@pytest.mark.parametrize(("document", "index"), PLANS)
async def test_lists_read_an_index_and_scan_no_big_table(engine: Engine, city: None, document: str, index: str) -> None:
    if engine.reader.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by what the tables hold; an empty one tells nothing")
    for actor in (ANONYMOUS, Actor(kind="person", person_id=1, grants=(Held(Role.DISPATCHER, FENGQUAN),))):
        parsed = engine.document(document)
        plan = engine.plan(parsed, parsed.operation(None), {}, actor)
        lines = await engine.reader.explain(plan.statement, engine.parameters(plan.slots, {}, actor))
        assert [line for line in lines if index in line], lines
        made = {line.removeprefix("CO-ROUTINE ") for line in lines}
        scanned = [line for line in lines if line.startswith("SCAN t") and "USING" not in line]
        assert not [line for line in scanned if line.removeprefix("SCAN ") not in made], lines


async def test_one_request_is_one_statement(engine: Engine, report: Report, dispatcher: Actor) -> None:
    row = await report()
    before = engine.statements
    await one(engine, row.number, dispatcher)
    assert (engine.statements - before, engine.fallbacks) == (1, 0)


async def test_a_list_can_be_counted_without_being_read(engine: Engine, report: Report) -> None:
    await report()
    data = await engine.read("{ grievances(filter: {isOpen: true}) { totalCount totalCountIsCapped } }", {}, ANONYMOUS)
    assert data == {"grievances": {"totalCount": 1, "totalCountIsCapped": False}}


async def test_a_share_counts_half_of_its_last_place_up_and_is_written_alike_by_both_databases(
    engine: Engine, city: None
) -> None:
    text = """query ($code: DivisionCode!) { performance(within: $code, month: "2026-05") { responseRate } }"""
    row = await GrievanceCell.create(division_id=FENGQUAN, month="2026-05")
    for part, whole, written in (
        (3, 160, b"0.0188"),
        (1, 160, b"0.0063"),
        (1, 3, b"0.3333"),
        (1, 1, b"1.0"),
        (0, 7, b"0.0"),
        (199_999, 200_000, b"1.0"),
    ):
        await row.update_from_dict({"received": whole, "responded": part}).save()
        found = await engine.fetch(text, {"code": FENGQUAN}, ANONYMOUS)
        assert found.replace(b" ", b"") == b'{"performance":{"responseRate":%b}}' % written


async def test_a_first_answer_due_in_minutes_stands_above_a_resolution_due_in_hours(
    engine: Engine, report: Report, dispatcher: Actor
) -> None:
    planned = await report(category="ent_policy")  # to be answered within 72 hours
    answered = await report()  # to be resolved within 72 hours
    await operations.accept_grievance(dispatcher, {"number": answered.number, "version": 1})
    urgent = await report(category="gas")  # to be answered within half an hour
    general = await report()  # to be answered within a day
    text = "{ grievances(filter: {isOpen: true}, orderBy: DUE_FIRST) { nodes { number dueAt responseDueAt } } }"
    nodes = (await engine.read(text, {}, ANONYMOUS))["grievances"]["nodes"]
    awaited = [urgent.number, general.number]
    assert [one["number"] for one in nodes][:2] == awaited
    assert {one["number"] for one in nodes[2:]} == {planned.number, answered.number}
    assert [one["dueAt"] for one in nodes[:2]] == [one["responseDueAt"] for one in nodes[:2]]
    times = [one["dueAt"] for one in nodes]
    assert times == sorted(times)
    await operations.accept_grievance(dispatcher, {"number": urgent.number, "version": 1})
    kept = await Grievance.get(id=urgent.id)
    assert kept.due_at == kept.resolution_due_at


async def test_the_migration_fills_what_is_due_next(report: Report, dispatcher: Actor) -> None:
    rows = [await report() for _ in range(2)]
    await operations.accept_grievance(dispatcher, {"number": rows[0].number, "version": 1})
    wanted = dict(await Grievance.all().values_list("id", "due_at"))
    await Grievance.all().update(due_at=datetime(1970, 1, 1, tzinfo=UTC))
    connection = get_connection("default")
    name = next(one.name for one in pkgutil.iter_modules(migrations.__path__) if one.name.endswith("_grievance_queue"))
    migration = importlib.import_module(f"civicgraph.migrations.{name}")
    for statement in migration.FILLED:
        await connection.execute_query(statement)
    assert dict(await Grievance.all().values_list("id", "due_at")) == wanted
    assert len(set(wanted.values())) == 2

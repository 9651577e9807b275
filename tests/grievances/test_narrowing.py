"""The queue narrowed by place, level, who works on it, state, channel and days: by its form, saved, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.graph.engine import Engine
from civicgraph.grievances import operations
from civicgraph.grievances.models import Grievance, SavedFilter, Team, WorkOrder
from civicgraph.grievances.pages import looking
from civicgraph.permissions import ANONYMOUS, Actor, Held, Role
from civicgraph.web.templating import document
from tests.grievances.conftest import Report
from tests.support import city as place
from tests.support.browser import Browser, signed_in
from tests.support.plans import gone_through, plan_of_document

QUEUE = "/staff/grievances"


@pytest.fixture
async def centre(app: Starlette, city: None) -> Browser:
    """The browser of the county's centre."""
    return await signed_in(app, await place.person("centre", Role.SUPERVISOR, place.FENGGANG))


async def two(report: Report) -> tuple[Grievance, Grievance]:
    """One of gas, critical, by telephone, of last week; one of the light, of today."""
    gas, lamp = await report(category="gas"), await report()
    at = clock.now() - timedelta(days=7)
    await Grievance.filter(id=gas.id).update(channel="phone", submitted_at=at, status="accepted", accepted_at=at)
    return gas, lamp


async def test_the_queue_is_narrowed_by_each_of_its_fields(
    centre: Browser, report: Report, worker: Actor, connected: object
) -> None:
    gas, lamp = await two(report)
    body = await Team.create(division_id=place.FENGQUAN, name="燃气抢修队", kind="volunteers")
    await Grievance.filter(id=gas.id).update(assignee_id=worker.person_id)
    await WorkOrder.create(grievance_id=gas.id, team_id=body.id, ordered_at=clock.now())
    week = clock.today() - timedelta(days=7)
    for query in (
        *("level=critical", "channel=phone", "state=accepted", f"holder=person:{worker.person_id}"),
        *(f"holder=team:{body.id}", f"from={week}&until={week}", f"until={week}&sort=oldest", "category=gas"),
        f"within={place.LONGQUAN}&level=critical&channel=phone&state=accepted&until={week}&sort=newest",
    ):
        for view in ("open", "all"):
            page = await centre.open(f"{QUEUE}?view={view}&{query}")
            assert centre.status == 200, query
            assert gas.number in page, query
            assert lamp.number not in page, query
    page = await centre.open(f"{QUEUE}?view=all&within={place.FENGQUAN}&from={clock.today()}")
    assert lamp.number in page
    assert gas.number not in page
    for nonsense in ("level=lost", "channel=lost", "holder=person:x", "from=gestern", "holder=team:0", "state=lost"):
        page = await centre.open(f"{QUEUE}?view=all&{nonsense}")
        assert gas.number in page
        assert lamp.number in page
    assert "其他地方的人员或队伍" in await centre.open(f"{QUEUE}?view=all&holder=person:99999")


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("zh", ("地方", "紧急程度", "来源", "反映日期从", "更多条件", "龙泉街道", "凤泉社区")),
        ("en", ("Place", "How urgent", "How it came in", "Reported from", "More filters")),
    ],
)
async def test_the_form_has_every_field_and_folds_all_but_three(
    centre: Browser, report: Report, language: str, labels: tuple[str, ...]
) -> None:
    await two(report)
    centre.http.cookies.set("lang", language)
    page = await centre.open(f"{QUEUE}?view=open")
    form = page[page.index("data-filters") : page.index("</form>", page.index("data-filters"))]
    assert [one for one in labels if one not in form] == []
    shown, folded = form.split('<details class="more">')
    assert re.findall(r'name="(\w+)"', shown) == ["view", "q", "within", "level"]
    assert re.findall(r'name="(\w+)"', folded)[:7] == ["category", "holder", "state", "channel", "from", "until", "tag"]
    narrowed = await centre.open(f"{QUEUE}?view=open&channel=phone")
    assert '<details class="more" open>' in narrowed
    assert 'name="state"' not in await centre.open(f"{QUEUE}?view=check")


async def test_a_saved_filter_keeps_every_field_and_counts_by_it(centre: Browser, report: Report) -> None:
    gas, lamp = await two(report)
    query = f"view=all&within={place.FENGQUAN}&level=critical&state=accepted&channel=phone&from=2020-01-01"
    await centre.open(f"{QUEUE}?{query}")
    page = await centre.send(f"{QUEUE}/filters", name="燃气来电")
    assert re.search(r"燃气来电 <small>1</small>", page)
    assert gas.number in page
    assert lamp.number not in page
    assert set((await SavedFilter.get()).query.split("&")) == set(query.split("&"))
    await centre.open(f"{QUEUE}?view=all&q={'灯' * 60}")
    await centre.send(f"{QUEUE}/filters", name="太长")
    assert await SavedFilter.all().count() == 1


async def test_the_public_does_not_learn_who_works_on_what_by_asking_for_it(
    engine: Engine, report: Report, worker: Actor, dispatcher: Actor
) -> None:
    row = await report()
    body = await Team.create(division_id=place.FENGQUAN, name="水电维修队", kind="volunteers")
    await operations.assign_grievance(
        dispatcher,
        {"number": row.number, "version": 1, "assignee_id": worker.person_id, "helper_team_ids": [body.id]},
    )
    for asked in (f"assignee: {worker.person_id}", f"team: {body.id}"):
        found = f"{{ grievances(filter: {{{asked}}}) {{ nodes {{ number }} }} }}"
        assert (await engine.read(found, {}, dispatcher))["grievances"]["nodes"] == [{"number": row.number}]
        assert (await engine.read(found, {}, ANONYMOUS))["grievances"]["nodes"] == []


ASKED = (
    {"level": "critical"},
    {"channel": "phone"},
    {"holder": "person:1"},
    {"holder": "team:1"},
    {"state": "accepted"},
    {"from": "2019-03-01", "until": "2019-04-30"},
    {"from": "2019-03-01", "until": "2019-04-30", "sort": "oldest"},
    {"level": "critical", "channel": "phone", "category": "gas"},
)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: "-".join(asked.values()))
@pytest.mark.parametrize("view", ["open", "all", "overdue"])
async def test_each_narrowing_is_found_by_indexes(engine: Engine, city: None, view: str, asked: dict[str, str]) -> None:
    """In a county, a subdistrict and a community nobody's queue goes through the grievances of the city."""
    for code in (place.FENGGANG, place.LONGQUAN, place.FENGQUAN):
        actor = Actor(kind="person", person_id=1, grants=(Held(Role.SUPERVISOR, code),))
        variables = _variables(actor, {"view": view, **asked})
        plan, values = engine.prepared(document("staff/grievances/list"), variables, actor)
        assert not await gone_through(plan.statement, engine.parameters(plan.slots, values, actor), ("grievance",))


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"holder": "person:1"}, r"assignee_id\b"),
        ({"holder": "team:1"}, r"work_order|part"),
        ({"from": "2019-03-01", "until": "2019-04-30"}, r"submitted_at ?>"),
    ],
)
async def test_what_is_rare_in_the_whole_city_is_found_by_its_own_index(
    engine: Engine, city: None, asked: dict[str, str], index: str
) -> None:
    actor = Actor(kind="person", person_id=1, grants=(Held(Role.SUPERVISOR, place.CITY),))
    variables = _variables(actor, {"view": "all", **asked})
    plan, values = engine.prepared(document("staff/grievances/list"), variables, actor)
    assert not await gone_through(plan.statement, engine.parameters(plan.slots, values, actor), ("grievance",))
    assert re.search(index, await plan_of_document(engine, document("staff/grievances/list"), variables, actor))


def _variables(actor: Actor, asked: dict[str, str]) -> dict[str, Any]:
    """What the page of the queue asks for."""
    kept = looking.kept(actor, asked)
    filters = looking.filters(actor, kept)
    shared = {"within": filters["within"], "city": place.CITY, "isOfCity": False, "isDispatcher": True, "first": 30}
    return {"filter": filters, "late": filters, "isSplit": False, "orderBy": looking.order(kept), **shared}

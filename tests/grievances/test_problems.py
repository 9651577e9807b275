"""Problems of enterprises: counted as a group, owned by a department, asked at a forum, worked on together."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from tortoise.connection import get_connection

from civicgraph import clock
from civicgraph.enterprises.models import Enterprise, EnterpriseKind, Industry
from civicgraph.enterprises.rules import complete
from civicgraph.events.models import Event, EventKind, EventStatus
from civicgraph.grievances import operations
from civicgraph.grievances.desk.models import Team, TeamKind, TeamMember, WorkOrder
from civicgraph.grievances.kinds import Body
from civicgraph.grievances.models import (
    Grievance,
    GrievanceCategory,
    GrievanceStatus,
    GrievanceUpdate,
    ReporterKind,
)
from civicgraph.notifications.models import InboxMessage
from civicgraph.operations import InvalidInput
from civicgraph.permissions import Actor, Role
from tests.grievances.conftest import Report
from tests.support import city as place
from tests.support.city import FENGQUAN, HONGQIAO

FIGURES = """query ($within: DivisionCode!) {
  problems: grievanceFigures(within: $within, group: "enterprise") {
    received resolved open byCategory { category { code department } open }
  }
  all: grievanceFigures(within: $within) { received }
  listed: grievances(filter: {group: "enterprise"}) { nodes { number event { slug } category { department } } }
  asked: grievances(filter: {event: "forum"}) { nodes { number } }
}"""


async def asked(client: httpx.AsyncClient, within: str) -> dict[str, Any]:
    body = {"query": FIGURES, "variables": {"within": within}}
    found: dict[str, Any] = (await client.post("/graphql", json=body, headers={"accept": "application/json"})).json()
    assert "errors" not in found, found
    data: dict[str, Any] = found["data"]
    return data


async def forum(status: EventStatus = EventStatus.PUBLISHED) -> Event:
    now = clock.now()
    return await Event.create(
        slug="forum",
        kind=EventKind.ENTERPRISE_FORUM,
        title="山地农业专场",
        division_id=FENGQUAN,
        starts_at=now,
        ends_at=now + timedelta(hours=3),
        status=status,
    )


async def test_problems_of_enterprises_are_counted_as_a_group_by_place(
    report: Report, dispatcher: Actor, client: httpx.AsyncClient
) -> None:
    await GrievanceCategory.filter(code="ent_policy").update(department="工业和信息化局")
    await report()
    problem = await report(category="ent_policy", description="想申请技改补贴，不知道差什么材料")
    solved = await report(category="ent_policy", description="申请材料被退回，想知道原因")
    await report(category="ent_policy", division_code=HONGQIAO, description="另一个县的企业想申请补贴")
    row = await operations.accept_grievance(dispatcher, {"number": solved.number, "version": solved.version})
    await operations.resolve_grievance(
        dispatcher, {"number": row.number, "version": row.version, "outcome": "材料已补齐，补贴已批。"}
    )
    found = await asked(client, FENGQUAN[:6])
    figures = found["problems"]
    assert (figures["received"], figures["resolved"], figures["open"]) == (2, 1, 1)
    assert figures["byCategory"] == [{"category": {"code": "ent_policy", "department": "工业和信息化局"}, "open": 1}]
    assert found["all"]["received"] == 3
    assert problem.number in {one["number"] for one in found["listed"]["nodes"]}
    assert len(found["listed"]["nodes"]) == 3, "the list is of the whole city"


async def test_a_question_that_is_asked_at_a_forum_arrives_with_it(report: Report, client: httpx.AsyncClient) -> None:
    event = await forum()
    row = await report(category="ent_policy", event=event.slug)
    other = await report(category="ent_policy")
    assert (row.event_id, row.reporter_kind) == (event.id, ReporterKind.ENTERPRISE)
    found = await asked(client, FENGQUAN)
    assert [one["number"] for one in found["asked"]["nodes"]] == [row.number]
    page = await client.get(f"/grievances/{row.number}")
    assert "山地农业专场" in page.text
    page = await client.get(f"/enterprise-problems?event={event.slug}")
    assert page.status_code == 200
    assert row.number in page.text
    assert other.number not in page.text


async def test_an_enterprise_that_comes_with_a_problem_finds_those_of_enterprises_first(
    report: Report, client: httpx.AsyncClient
) -> None:
    await report()
    page = (await client.get("/enterprise-problems")).text
    found = re.search(r'href="(/report\?[^"]*)"[^>]*>反映您企业的问题', page)
    assert found is not None
    where = (await client.get(found[1].replace("&amp;", "&"))).text
    assert "group=enterprise" in where  # it stays on the way to the community
    form = (await client.get(f"/report?group=enterprise&division={FENGQUAN}")).text
    chosen = re.search(r'<select[^>]*name="category".*?</select>', form, re.DOTALL)
    assert chosen is not None
    assert chosen[0].index('value="ent_policy"') < chosen[0].index('value="lighting"')
    assert '<option value="" selected>' in chosen[0]
    assert re.search(r'<form[^>]*action="[^"]*group=enterprise', form)
    form = (await client.get(f"/report?division={FENGQUAN}")).text
    assert form.index('value="lighting"') < form.index('value="ent_policy"')


async def test_an_event_that_nobody_knows_of_yet_is_refused(report: Report) -> None:
    await forum(EventStatus.DRAFT)
    for slug in ("forum", "no-such"):
        with pytest.raises(InvalidInput) as caught:
            await report(category="ent_policy", event=slug)
        assert [one.field for one in caught.value.errors] == ["event"]


async def test_who_reports_a_problem_is_named_nowhere_that_others_read(
    report: Report, dispatcher: Actor, client: httpx.AsyncClient
) -> None:
    await Industry.create(code="19", name="皮革、毛皮、羽毛及其制品和制鞋业", name_en="Leather")
    firm = await Enterprise.create(
        credit_code=complete("91520327MAK8KAK65"),
        name="凤冈虹发包包有限公司",
        brand="虹发",
        kind=EnterpriseKind.COMPANY,
        industry_id="19",
        division_id=FENGQUAN,
        contact_name="韩厂长",
    )
    told = f"凤冈虹发包包有限公司（{firm.credit_code}）缺缝纫工二十名，凤冈 虹发包包的韩厂长、虹发的人都可以来谈"
    row = await report(dispatcher, category="ent_policy", description=told, enterprise_code=firm.credit_code)
    row = await operations.accept_grievance(dispatcher, {"number": row.number, "version": row.version})
    outcome = "已为凤冈虹发包包有限公司招到二十人。"
    await operations.resolve_grievance(dispatcher, {"number": row.number, "version": row.version, "outcome": outcome})
    page = await client.get(f"/grievances/{row.number}")
    assert "缺缝纫工二十名" in page.text
    assert "招到二十人" in page.text
    for name in ("虹发", "韩厂长", firm.credit_code):
        assert name not in page.text, name
    text = "我们凤冈虹发包包有限公司缺人，找韩厂长"
    await Grievance.filter(id=row.id).update(public_text=text, search_terms="虹发", outcome="虹发招到人了")
    await GrievanceUpdate.filter(grievance_id=row.id).update(public_note=text)
    migration = import_module("civicgraph.migrations.0071_what_was_before")
    await migration.name_no_enterprise(None, SimpleNamespace(client=get_connection("default")))
    await row.refresh_from_db()
    hidden = "我们＊＊＊缺人，找＊＊＊"
    assert (row.public_text, row.outcome, "虹发" in row.search_terms) == (hidden, "＊＊＊招到人了", False)
    assert {one.public_note for one in await GrievanceUpdate.filter(grievance_id=row.id)} == {hidden}
    other = await report(category="ent_policy", description="听说虹发包包厂有补贴，我们也想申请")
    assert "虹发包包厂" in other.public_text, "what others are called is no secret of the reporter's"


async def test_the_page_tells_the_department_in_charge_and_who_works_on_it_together(
    report: Report, dispatcher: Actor, client: httpx.AsyncClient
) -> None:
    await GrievanceCategory.filter(code="ent_policy").update(department="工业和信息化局")
    row = await report(category="ent_policy", description="扩建厂房，手续涉及几个部门")
    row = await operations.accept_grievance(dispatcher, {"number": row.number, "version": row.version})
    call = {
        "number": row.number,
        "version": row.version,
        "division_code": FENGQUAN[:6],
        "departments": "自然资源局\n财政局",
        "answer_by": clock.now() + timedelta(days=2),
        "reason": "请一起商量。",
    }
    await operations.call_departments(dispatcher, call)
    page = await client.get("/enterprise-problems?state=open")
    assert all(words in page.text for words in ("工业和信息化局", "自然资源局", "财政局", row.number))
    assert "正在限期办理" in page.text
    empty = await client.get("/enterprise-problems?category=lighting")
    assert row.number not in empty.text
    assert "没有找到" in empty.text


async def test_the_department_that_owns_such_matters_has_the_problem_at_once_where_it_has_people(
    report: Report, client: httpx.AsyncClient
) -> None:
    await GrievanceCategory.filter(code="ent_policy").update(department="工业和信息化局", body=Body.DEPARTMENT)
    clerk = await place.person("clerk", Role.GRID_WORKER, FENGQUAN[:6])
    bureau = await Team.create(name="凤冈县工业和信息化局", kind=TeamKind.DEPARTMENT, division_id=FENGQUAN[:6])
    await Team.create(name="工业和信息化局", kind=TeamKind.DEPARTMENT, division_id=FENGQUAN)  # has nobody here
    unowned = await report(category="ent_policy")
    await TeamMember.create(team=bureau, person_id=clerk.person_id)

    row = await report(category="ent_policy", description="想申请技改补贴，不知道差什么材料")
    assert (unowned.team, row.team, row.status) == ("", "凤冈县工业和信息化局", GrievanceStatus.SUBMITTED)
    assert [(one.team_id, one.is_lead) for one in await WorkOrder.filter(grievance_id=row.id)] == [(bureau.id, True)]
    told = await InboxMessage.filter(person_id=clerk.person_id)
    assert [row.number in one.subject or row.number in one.link for one in told] == [True]
    elsewhere = await report(category="ent_policy", division_code=HONGQIAO)
    ordinary = await report()
    assert (elsewhere.team, ordinary.team) == ("", "")

    page = (await client.get(f"/grievances/{row.number}")).text
    assert re.search(r"<dt>牵头</dt>\s*<dd>凤冈县工业和信息化局</dd>", page)
    assert "<dt>协办</dt>" not in page


async def test_the_owner_is_proposed_where_nobody_leads_yet(report: Report, client: httpx.AsyncClient) -> None:
    await place.sign_in(client, "dispatch", Role.DISPATCHER, FENGQUAN)
    row = await report(category="ent_policy")
    await GrievanceCategory.filter(code="ent_policy").update(department="工业和信息化局")
    bureau = await Team.create(name="凤冈县工业和信息化局", kind=TeamKind.DEPARTMENT, division_id=FENGQUAN[:6])
    page = (await client.get(f"/staff/grievances/{row.number}")).text
    lead = page[page.index('name="lead_team_id"') :].partition("</select>")[0]
    assert re.search(rf'<option value="{bureau.id}"[^>]*selected', lead)


async def test_whoever_reports_for_an_enterprise_chooses_what_it_is_about_among_its_categories_first(
    report: Report, client: httpx.AsyncClient
) -> None:
    page = await client.get("/enterprise-problems")
    href = re.search(r'href="(/report\?[^"]*)"', page.text)
    assert href is not None
    assert href[1] == "/report?group=enterprise", "nothing is chosen beforehand"
    page = await client.get(f"/report?group=enterprise&division={FENGQUAN}")
    assert page.text.index('value="ent_policy"') < page.text.index('value="lighting"')
    page = await client.get(f"/report?division={FENGQUAN}")
    assert page.text.index('value="lighting"') < page.text.index('value="ent_policy"')
    page = await client.get("/report?group=enterprise&choose=1")
    assert "group=enterprise" in page.text, "the way to a community carries it along"

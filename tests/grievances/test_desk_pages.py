"""The desk's pages as staff use them without JavaScript: the queue, many at once, ready words, printing, the day, tiles."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.grievances import operations
from civicgraph.grievances.desk.models import GrievanceTag
from civicgraph.grievances.models import (
    Grievance,
    GrievanceCategory,
    GrievanceStatus,
    GrievanceUpdate,
    SavedFilter,
    Team,
    TeamMember,
    WorkOrder,
)
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from tests.grievances.conftest import CONTACT, Report
from tests.grievances.steps import lead_to, take
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit

QUEUE = "/staff/grievances"


@pytest.fixture
async def desk(app: Starlette, dispatcher: Actor) -> Browser:
    """The dispatcher's browser."""
    return await signed_in(app, dispatcher)


def pick(row: Grievance) -> str:
    return f"{row.number}:{row.version}"


async def test_many_are_accepted_at_once_and_each_is_answered_for_itself(
    desk: Browser, report: Report, dispatcher: Actor
) -> None:
    first, second = await report(), await report()
    stale = pick(second)
    await operations.tag_grievance(dispatcher, {"number": second.number, "version": 1, "add": "汛期"})
    await desk.open(f"{QUEUE}?view=new")
    page = await desk.send(f"{QUEUE}/bulk", pick=[pick(first), stale], act="accept")
    assert desk.status == 422
    assert "2 件中办成 1 件" in page
    assert (await Grievance.get(id=first.id)).accepted_at is not None
    assert (await Grievance.get(id=second.id)).accepted_at is None
    assert await AuditEntry.filter(operation="accept_grievance").count() == 1


async def test_many_are_given_to_one_person_and_tagged(desk: Browser, report: Report, worker: Actor) -> None:
    rows = [await report(), await report()]
    await desk.open(f"{QUEUE}?view=new")
    await desk.send(
        f"{QUEUE}/bulk", pick=[pick(row) for row in rows], act="assign", holder=f"person:{worker.person_id}"
    )
    assert {row.assignee_id for row in await Grievance.all()} == {worker.person_id}
    await desk.open(f"{QUEUE}?view=open")
    fresh = await Grievance.all()
    await desk.send(f"{QUEUE}/bulk", pick=[pick(row) for row in fresh], act="tag", tag="汛期")
    assert desk.status == 200
    assert "#汛期" in await desk.open(f"{QUEUE}?view=all&tag=汛期")


async def test_many_are_given_to_one_team(desk: Browser, report: Report) -> None:
    body = await Team.create(division_id=place.FENGQUAN, name="水电维修队", kind="volunteers")
    rows = [await report(), await report()]
    assert f'<option value="team:{body.id}">水电维修队</option>' in await desk.open(f"{QUEUE}?view=new")
    await desk.send(f"{QUEUE}/bulk", pick=[pick(row) for row in rows], act="assign", holder=f"team:{body.id}")
    assert desk.status == 200
    assert await WorkOrder.filter(team_id=body.id, is_lead=True).count() == 2


async def test_to_be_checked_is_what_somebody_checks(desk: Browser, report: Report) -> None:
    rows = {code: await report(category=code) for code in ("lighting", "gas")}
    await GrievanceCategory.filter(code="gas").update(is_verified=True)
    now = clock.now()
    await Grievance.all().update(status="resolved", accepted_at=now, resolved_at=now)
    page = await desk.open(f"{QUEUE}?view=check")
    assert rows["gas"].number in page
    assert rows["lighting"].number not in page


async def test_a_saved_filter_says_how_much_waits_and_is_shared_with_the_office(
    desk: Browser, app: Starlette, report: Report, worker: Actor
) -> None:
    await report()
    await desk.open(f"{QUEUE}?view=open&category=lighting")
    page = await desk.send(f"{QUEUE}/filters", name="灯", is_shared="true")
    assert re.search(r"灯 <small>1</small>", page)
    assert "灯 <small>" in await (await signed_in(app, worker)).open(QUEUE)
    row = await SavedFilter.get(name="灯")
    await desk.send(f"{QUEUE}/filters/{row.id}/removal")
    assert not await SavedFilter.all().exists()


async def test_ready_words_are_put_into_the_form_without_a_script(
    desk: Browser, report: Report, dispatcher: Actor
) -> None:
    text = await operations.create_ready_text(
        dispatcher,
        {
            "title": "收到",
            "purpose": "public",
            "division_code": place.FENGQUAN,
            "text": "您好，{number} 由{office}受理",
        },
    )
    row = await report()
    page = await desk.open(f"{QUEUE}/{row.number}?into=acceptance&text={text.id}")
    assert f"您好，{row.number} 由凤泉社区联络点受理</textarea>" in page


async def test_the_contact_is_on_paper_only_when_it_is_asked_for_and_then_in_the_trail(
    desk: Browser, report: Report, worker: Actor, dispatcher: Actor
) -> None:
    row = await report(**CONTACT)
    row = await operations.assign_grievance(
        dispatcher, {"number": row.number, "version": row.version, "assignee_id": worker.person_id}
    )
    page = await desk.open(f"{QUEUE}/{row.number}/work-order")
    assert "<svg" in page
    assert "13800001234" not in page
    assert "13800001234" in await desk.send("")
    assert await AuditEntry.filter(operation="reveal_grievance_contact").count() == 1
    assert (await WorkOrder.get(grievance_id=row.id)).is_lead


async def test_a_day_without_javascript_is_an_ordinary_page(
    app: Starlette, report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await report()
    await operations.assign_grievance(
        dispatcher, {"number": row.number, "version": row.version, "assignee_id": worker.person_id}
    )
    phone = await signed_in(app, worker)
    await phone.open("/staff/today")
    page = await phone.send(f"/staff/today/{row.number}/start")
    assert "办理中" in page
    await phone.send(f"/staff/today/{row.number}/resolution", outcome="")
    assert phone.status == 422
    await phone.send(f"/staff/today/{row.number}/resolution", outcome="换了灯泡")
    assert (await Grievance.get(id=row.id)).resolved_at is not None


async def test_a_day_shows_what_others_resolved_and_waits_for_a_look(
    app: Starlette, report: Report, dispatcher: Actor, worker: Actor
) -> None:
    await GrievanceCategory.filter(code="lighting").update(is_verified=True)
    kept, undone = [await lead_to(dispatcher, await report(), GrievanceStatus.RESOLVED) for _ in range(2)]
    own = await take(dispatcher, "assign", await report(), assignee_id=worker.person_id)
    await take(worker, "resolve", own)
    phone = await signed_in(app, worker)
    page = await phone.open("/staff/today")
    assert "要现场核实的" in page
    assert kept.number in page
    assert own.number not in page
    await phone.send(f"/staff/today/{kept.number}/verification")
    assert (await Grievance.get(id=kept.id)).status is GrievanceStatus.VERIFIED
    await phone.send(f"/staff/today/{undone.number}/send-back", reason="")
    assert phone.status == 422
    page = await phone.send(f"/staff/today/{undone.number}/send-back", reason="灯还是不亮")
    assert (await Grievance.get(id=undone.id)).status is GrievanceStatus.IN_PROGRESS
    assert "要现场核实的" not in page


async def test_who_resolved_it_is_not_offered_the_check_and_reads_who_takes_it(
    app: Starlette, desk: Browser, report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await take(dispatcher, "assign", await report(), assignee_id=worker.person_id)
    await take(worker, "resolve", row)
    path = f"{QUEUE}/{row.number}"
    grid = await signed_in(app, worker)
    page = await grid.open(path)
    assert not {f"{path}/verification", f"{path}/send-back"} & set(re.findall(r'action="([^"]+)"', page))
    assert "这类诉求不必核实" in page
    await GrievanceCategory.filter(code="lighting").update(is_verified=True)
    assert "凤泉社区的其他网格员或调度员" in await grid.open(path)
    page = await desk.open(path)
    assert {f"{path}/verification", f"{path}/send-back"} <= set(re.findall(r'action="([^"]+)"', page))
    assert "这件是您办结的" not in page
    await take(dispatcher, "reopen", row)
    assert "这件是您办结的" not in await grid.open(path)


def waiting(browser: Browser) -> dict[str, str]:
    """How much each view of the queue says that waits there."""
    return dict(re.findall(r"<a href=\"[^\"]*view=\w+[^\"]*\"[^>]*>([^<]+) <small>(\d+)</small></a>", browser.text))


async def test_a_tag_that_is_too_long_is_said_so_and_stays_to_be_shortened(desk: Browser, report: Report) -> None:
    rows = [await report() for _ in range(2)]
    long = "汛期前要逐栋排查并且登记上报的老旧小区地下室"
    await desk.open(QUEUE)
    page = await desk.send(f"{QUEUE}/bulk", pick=[pick(row) for row in rows], act="tag", tag=f"汛期 {long}")
    assert desk.status == 422
    assert f"每个标签最多 20 个字，“{long}”有 {len(long)} 个字" in page
    assert f'value="汛期 {long}"' in page
    assert not await GrievanceTag.exists()
    form = page.partition('<section class="panel stack"')[2]
    assert re.findall(r'name="pick" value="([^"]*)"', form) == [pick(row) for row in rows]
    await desk.send(f"{QUEUE}/bulk", pick=[pick(row) for row in rows], tag="汛期 地下室")
    assert await GrievanceTag.filter(name="地下室").count() == 2
    work = f"{QUEUE}/{rows[0].number}"
    await desk.open(work)
    page = await desk.send(f"{work}/tags", add=long)
    assert "每个标签最多 20 个字" in page
    assert f'value="{long}"' in page


async def test_the_audit_trail_names_who_works_on_it_and_what_it_was_joined_with(
    app: Starlette, report: Report, dispatcher: Actor, worker: Actor
) -> None:
    first, row = await report(), await report()
    helper = await place.person("陆师傅", Role.GRID_WORKER, place.FENGQUAN)
    team = await operations.create_team(
        dispatcher,
        {"division_code": place.FENGQUAN, "name": "水电队", "kind": "volunteers", "member_ids": [helper.person_id]},
    )
    await take(dispatcher, "assign", row, assignee_id=worker.person_id, team="")
    await take(dispatcher, "assign", row, lead_team_id=team.id, helper_ids=[helper.person_id], team="")
    await take(dispatcher, "merge", row, into=first.number)
    given = await AuditEntry.filter(operation="assign_grievance").order_by("-id").first()
    assert given is not None
    assert given.changes["assignee_id"] == ["worker", None]
    assert given.changes["work_orders"] == [
        [{"name": "worker", "part": "leads"}],
        [{"name": "水电队", "part": "leads"}, {"name": "陆师傅", "part": "helps"}],
    ]
    centre = await signed_in(app, await place.person("centre", Role.SUPERVISOR, place.CITY))
    page = await centre.open("/staff/audit")
    assert "<del>worker，牵头</del> → <ins>水电队，牵头 · 陆师傅，协办</ins>" in page
    assert f"<dt>并入</dt><dd><ins>{first.number}</ins>" in page
    assert "<dt>成员</dt><dd><ins>陆师傅</ins>" in page


async def test_each_view_that_counts_says_how_many_its_list_holds(
    desk: Browser, report: Report, dispatcher: Actor
) -> None:
    await GrievanceCategory.filter(code="gas").update(is_verified=True)
    for status in ("submitted", "resolved", "shortfall"):
        await lead_to(dispatcher, await report(), GrievanceStatus(status))
    await lead_to(dispatcher, await report(category="gas"), GrievanceStatus.RESOLVED)
    await desk.open(QUEUE)
    assert waiting(desk) == {
        **{"我经办的": "0", "我协办的": "0", "待受理": "1", "已超时": "0"},
        **{"待回复": "0", "待核实": "1", "短板清单": "1"},
    }


async def test_what_one_leads_is_not_what_one_helps_with(
    app: Starlette, report: Report, dispatcher: Actor, worker: Actor
) -> None:
    other = await place.person("other", Role.GRID_WORKER, place.FENGQUAN)
    for lead, helpers in ((worker, []), (other, [worker.person_id])):
        row = await take(dispatcher, "accept", await report())
        await take(dispatcher, "assign", row, assignee_id=lead.person_id, helper_ids=helpers)
    grid = await signed_in(app, worker)
    await grid.open(QUEUE)
    counts = waiting(grid)
    assert (counts["我经办的"], counts["我协办的"]) == ("1", "1")


async def test_a_called_team_finds_what_it_is_asked_and_answers_in_its_own_name(
    app: Starlette, desk: Browser, report: Report, dispatcher: Actor
) -> None:
    row = await take(dispatcher, "accept", await report())
    office = await Team.create(division_id=place.LONGQUAN, name="综合执法队", kind="department")
    member = await place.person("bureau", Role.GRID_WORKER, place.LONGQUAN)
    await TeamMember.create(team_id=office.id, person_id=member.person_id)
    path = f"{QUEUE}/{row.number}"
    await desk.open(path)
    when = clock.now().astimezone(clock.CITY_ZONE) + timedelta(hours=8)
    asked = {"team_ids": [str(office.id)], "answer_by": f"{when:%Y-%m-%dT%H:%M}", "reason": "归属不清"}
    assert "已吹哨" in await desk.send(f"{path}/call", **asked)
    bureau = await signed_in(app, member)
    assert row.number in await bureau.open(f"{QUEUE}?view=called")
    assert waiting(bureau)["待回复"] == "1"
    await bureau.open(path)
    answered = await bureau.send(f"{path}/answer", answer="今天下午到场")
    assert "综合执法队：今天下午到场" in answered
    assert row.number not in await bureau.open(f"{QUEUE}?view=called")
    assert waiting(bureau)["待回复"] == "0"
    step = await GrievanceUpdate.filter(grievance_id=row.id).order_by("-id").first()
    assert (step.verb, step.by_line) == ("answer", "综合执法队")
    await bureau.http.aclose()


async def test_tiles_lead_from_the_city_to_what_is_open_in_a_community(app: Starlette, report: Report) -> None:
    await report()
    visitor = visit(app)
    assert f"/grievances/map?within={place.FENGGANG}" in await visitor.open("/grievances/map")
    page = await visitor.open(f"/grievances/map?within={place.LONGQUAN}")
    assert f"/grievances?state=overdue&amp;within={place.FENGQUAN}" in page
    assert "未办结 1 件" in page

"""The pages of investment projects, as a browser without JavaScript walks them."""

from __future__ import annotations

import re
from datetime import timedelta

from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.enterprises.operations import create_enterprise
from civicgraph.grievances.desk.models import TeamKind
from civicgraph.grievances.models import Team, TeamMember
from civicgraph.permissions import Role
from civicgraph.projects import operations
from civicgraph.projects.models import InvestmentMilestone, InvestmentProject
from tests.enterprises.conftest import CASES
from tests.projects.conftest import PROJECT, YI, at, city, move, record, signed
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import CITY, FENGGANG, FENGQUAN, SUIYANG


async def test_anybody_finds_a_project_and_sees_its_stages_milestones_and_money_but_no_persons(app: Starlette) -> None:
    await city()
    editor = await place.person("林编辑", Role.EDITOR, FENGGANG)
    with at("2026-05-01"):
        row = await record(editor, await signed(editor), YI, "2026-03-20")
        row = await move(editor, row, "approved", "2026-02-10")
    late, day = {"project_id": row.id, "name": "办完用地手续"}, clock.today() - timedelta(days=3)
    await operations.add_investment_milestone(editor, {**late, "due_on": day.isoformat()})
    await signed(editor, is_published=False, name="没有公开的项目")
    stranger = visit(app)
    for query in ("", "?q=锌硒茶", "?stage=APPROVED&industry=C&within=520327", "?signed=2026Q1&order=LARGEST"):
        text = await stranger.open(f"/projects{query}")
        assert "锌硒茶精深加工园" in text
        assert "没有公开的项目" not in text
    for query in ("?q=白酒", "?stage=STOPPED", "?industry=A", f"?within={SUIYANG}", "?signed=2026Q2"):
        assert "没有符合的项目" in await stranger.open(f"/projects{query}")
    text = await stranger.open(f"/projects/{row.id}")
    for words in ("2亿 元", "1亿 元", "办完用地手续", "已逾期", "凤冈县投资促进局", "某茶业集团", "投产"):
        assert words in text
    assert "林编辑" not in text
    await stranger.open("/projects/999")
    assert stranger.status == 404
    await stranger.open(f"/staff/projects/{row.id}/progress")
    assert stranger.status == 303
    await stranger.http.aclose()


async def test_the_figures_are_a_page_with_charts_and_tables_and_a_sheet(app: Starlette) -> None:
    await city()
    editor = await place.person("editor", Role.EDITOR, CITY)
    with at("2026-05-01"):
        row = await move(editor, await signed(editor), "approved", "2026-04-10")
        await signed(editor, division_code="520323104001", contracted_fen=YI)
    await record(editor, row, YI, "2026-05-02")
    stranger = visit(app)
    text = await stranger.open("/projects/figures")
    for words in ("3亿 元", "凤冈县", "绥阳县", "2026 年第 1 季度", "审批", '<table class="chart">'):
        assert words in text
    assert "审批" not in (await stranger.open("/projects/figures?quarter=2026Q1")).split('id="results"')[1]
    assert "这里没有统计到项目" in await stranger.open("/projects/figures?quarter=2025Q4")
    sheet = await stranger.open(f"/projects/figures.csv?within={FENGGANG}")
    assert sheet.startswith("\ufeff")
    assert "合计,凤冈县,1,200000000.00,100000000.00" in sheet
    await stranger.http.aclose()


async def test_staff_enter_a_project_show_it_and_record_how_it_goes_on(app: Starlette) -> None:
    await city()
    page = await signed_in(app, await place.person("editor", Role.SUPERVISOR, FENGGANG))
    assert "还没有录入项目" in await page.open("/staff/projects")
    await page.open("/staff/projects/new")
    given = {key: PROJECT[key] for key in ("name", "summary", "division_code", "industry_code", "body", "signed_on")}
    text = await page.send(**given, contracted_fen="200000000", investor="")
    assert page.status == 422
    assert 'id="f-investor-error"' in text
    await page.send(investor="某茶业集团")
    row = await InvestmentProject.get()
    assert (row.contracted_fen, row.is_published) == (2 * YI, False)
    base = f"/staff/projects/{row.id}"
    assert "大家都能看到" in await page.send(f"{base}/publication")
    await page.send("", phone="0852-1")
    await page.open(f"{base}/progress")
    assert "已录入" in await page.send(f"{base}/milestones", name="办完用地手续", due_on="2026-12-31", note="")
    one = await InvestmentMilestone.get()
    change = f"{base}/milestones/{one.id}"
    assert "已修改" in await page.send(change, due_on="2027-01-31")
    assert "已修改" in await page.send(change, due_on="2027-02-28")
    assert re.search("原定 .{0,6}12月31日", await page.open(f"/projects/{row.id}"))
    await page.open(f"{base}/progress")
    assert "原定" not in await page.send(change, due_on="2026-12-31")  # what was promised holds again
    text = await page.send(change, name="")
    assert page.status == 422
    assert f'id="milestone-{one.id}-name-error"' in text
    assert "已登记完成" in await page.send(f"{change}/completion")
    text = await page.send(f"{base}/stages", stage="stopped", reason="")
    assert page.status == 422
    assert 'id="stage-reason-error"' in text
    assert "新阶段已登记" in await page.send(f"{base}/stages", stage="approved")
    assert "将退回到：签约" in page.text
    await page.send(f"{base}/stages/back", reason="")
    assert page.status == 422
    assert 'id="back-reason-error"' in page.text
    assert "项目已退回上一阶段" in await page.send(f"{base}/stages/back", reason="登记早了")
    assert "将退回到" not in page.text
    told = await page.open(f"/projects/{row.id}")
    assert "退回：签约" in told
    assert "登记早了" in told
    await page.open(f"{base}/progress")
    assert "新阶段已登记" in await page.send(f"{base}/stages", stage="approved")
    assert "金额已登记" in await page.send(f"{base}/amounts", of="invested", amount_fen="5000000.5", note="")
    assert "节点已删除" in await page.send(f"{change}/removal")
    assert "登记招商项目的新阶段" in await page.open(f"{base}/history")
    row = await InvestmentProject.get()
    assert (row.stage.value, row.invested_fen, row.phone) == ("approved", 5_000_000_50, "0852-1")
    assert "锌硒茶精深加工园" in await page.open("/staff/projects?view=mine&stage=APPROVED")
    assert "没有符合的项目" in await page.open("/staff/projects?view=drafts")
    assert f'value="{FENGQUAN}" selected' in await page.open(base)
    await page.http.aclose()


async def test_a_project_whose_investor_is_in_the_register_is_opened_and_saved_as_it_was(app: Starlette) -> None:
    await city()
    editor = await place.person("editor", Role.SUPERVISOR, FENGGANG)
    investor = await create_enterprise(editor, CASES)
    row = await signed(editor, enterprise_code=investor.credit_code, investor="")
    page = await signed_in(app, editor)
    text = await page.open(f"/staff/projects/{row.id}")
    assert (page.status, f'value="{investor.credit_code}"' in text) == (200, True)
    assert "已保存" in await page.send(phone="0852-5221234")
    row = await InvestmentProject.get()
    assert (row.phone, row.enterprise_id) == ("0852-5221234", investor.id)  # type: ignore[attr-defined]
    await page.send(enterprise_code="", investor="某茶业集团")
    assert (await InvestmentProject.get()).enterprise_id is None  # type: ignore[attr-defined]
    await page.http.aclose()


async def test_a_project_has_a_name_in_english_and_a_team_that_sees_to_it(app: Starlette) -> None:
    await city()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    member = await place.person("member", Role.EDITOR, FENGGANG)
    team = await Team.create(division_id=FENGGANG, name="招商专班", kind=TeamKind.DEPARTMENT)
    await TeamMember.create(team_id=team.id, person_id=member.person_id)
    row = await signed(editor)
    staff, stranger, mine = await signed_in(app, editor), visit(app), await signed_in(app, member)
    await staff.open(f"/staff/projects/{row.id}")
    await staff.send(name_en="Zinc and selenium tea park", team_id=str(team.id), responsible_id="")
    row = await InvestmentProject.get(id=row.id)
    assert (row.team_id, row.responsible_id) == (team.id, None)
    assert "招商专班" in await staff.open(f"/staff/projects/{row.id}/progress")
    assert "锌硒茶精深加工园" in await mine.open("/staff/projects?view=mine")
    stranger.http.cookies.set("lang", "en")
    for path in ("/projects?q=selenium", f"/projects/{row.id}"):
        text = await stranger.open(path)
        assert "Zinc and selenium tea park" in text, path
        assert "招商专班" not in text
    stranger.http.cookies.set("lang", "zh")
    assert "锌硒茶精深加工园" in await stranger.open("/projects?q=selenium")
    for browser in (staff, stranger, mine):
        await browser.http.aclose()

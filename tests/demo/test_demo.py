"""The demo city is the Zunyi of the facts file, loaded once."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise import Tortoise

from civicgraph import clock, crypto
from civicgraph.accounts.models import Grant, Person
from civicgraph.accounts.passwords import is_password
from civicgraph.checklists.models import CaseState, OneThingCase, OneThingStep
from civicgraph.demo.contacts import NAME
from civicgraph.demo.facts import facts, places
from civicgraph.demo.policies import EMPLOYERS
from civicgraph.divisions.models import Compound, Division, Figure
from civicgraph.enterprises.models import Enterprise, EnterpriseList, EnterpriseListing, Industry
from civicgraph.enterprises.rules import is_credit_code
from civicgraph.events.models import Event, EventStatus, ProgrammeItem
from civicgraph.graph.engine import Engine
from civicgraph.grids.models import Grid, GridLevel
from civicgraph.grievances.figures.checking import check_all
from civicgraph.grievances.figures.counting import UNCOUNTED
from civicgraph.grievances.models import (
    Channel,
    Grievance,
    GrievanceCell,
    GrievanceStatus,
    GrievanceUpdate,
    HoldReason,
)
from civicgraph.grievances.workflow import OPEN
from civicgraph.permissions import ANONYMOUS, Actor, Held, Role
from civicgraph.policies.eligibility import conditions
from civicgraph.policies.models import AmountKind, Policy, PolicyCycle, PolicyStatus
from civicgraph.policies.operations.examples import failures
from civicgraph.products.models import (
    Product,
    ProductionBase,
    ProductOutput,
    Recognition,
    SupplyLink,
    SupportReceived,
)
from civicgraph.projects.models import InvestmentCell, InvestmentMilestone, InvestmentProject
from civicgraph.projects.stages import RUNNING
from civicgraph.services.models import PriceRule, Service
from tests.demo.conftest import MOMENT, load_demo
from tests.support.browser import signed_in, visit

DONE = (GrievanceStatus.RESOLVED, GrievanceStatus.CLOSED)


async def test_every_division_of_the_register_is_there_and_those_it_lacks_are_provisional(demo: str) -> None:
    assert await Division.filter(is_provisional=False).count() == 2362
    provisional = await Division.filter(is_provisional=True, level="community").values_list("short_name", flat=True)
    assert set(provisional) == {"长征社区", "航空社区", "凤凰社区", "凤泉社区"}


async def test_every_division_but_the_city_hangs_below_the_one_its_code_says(demo: str) -> None:
    cut = {6: 4, 9: 6, 12: 9}
    for code, parent in await Division.all().values_list("code", "parent_id"):
        assert parent == (code[: cut[len(code)]] if len(code) > 4 else None)


async def test_hongqiao_has_its_35_micro_grids_and_hangtian_its_six_working_groups(demo: str) -> None:
    micro = await Grid.filter(division_id=places()["hongqiao"], level=GridLevel.MICRO_GRID)
    assert len(micro) == 35
    grids = set(await Grid.filter(level=GridLevel.GRID).values_list("code", flat=True))
    assert {row.parent_id for row in micro} <= grids  # type: ignore[attr-defined]
    assert all(set(row.nets) == {"PUBLIC_SAFETY", "CIVILIZED_CITY", "EMERGENCY"} for row in micro)
    assert await Grid.filter(division_id=places()["hangtian"], is_generated=False).count() == 6


async def test_97_percent_of_the_233_grievances_of_minsheng_zongtai_are_done(demo: str) -> None:
    compound = await Compound.get(name="斌鑫二期小区")
    rows = await Grievance.filter(compound_id=compound.id)
    assert len(rows) == 233
    assert round(sum(row.status in DONE for row in rows) / len(rows), 2) == 0.97
    examples = {one["text"] for one in facts()["grievance_services"][0]["examples"]}
    assert {row.public_text for row in rows if not row.is_generated} == examples


async def test_132_problems_of_enterprises_are_solved_and_100_are_in_progress_by_their_dates(demo: str) -> None:
    wanted = facts()["enterprise_problems"]
    rows = await Grievance.filter(category__group_code="enterprise")
    assert sum(row.resolved_at is not None for row in rows) == wanted["solved"] == 132
    running = [row for row in rows if row.status in OPEN]
    assert len(running) == wanted["in_progress_with_deadline"] == 100
    due = [row.resolution_due_at if row.accepted_at else row.response_due_at for row in running]
    assert min(due) > MOMENT


@pytest.mark.parametrize(
    ("lang", "solved", "running"), [("zh", "已解决", "正在限期办理"), ("en", "Solved", "In progress by their dates")]
)
async def test_the_page_of_problems_says_how_many_are_solved_and_in_progress_by_their_dates(
    demo: str, app: Starlette, lang: str, solved: str, running: str
) -> None:
    stranger = visit(app)
    stranger.http.cookies.set("lang", lang)
    with clock.override(MOMENT):
        text = await stranger.open("/enterprise-problems")
        asked = '{ grievanceFigures(within: "5203", group: "enterprise") { resolved openInTime openLate open } }'
        answer = await stranger.http.post("/graphql", json={"query": asked}, headers={"accept": "application/json"})
    figures = answer.json()["data"]["grievanceFigures"]
    assert figures == {"resolved": 132, "openInTime": 100, "openLate": 0, "open": 100}
    for label, number in ((solved, 132), (running, 100)):
        assert re.search(rf">{label}<.{{0,200}}?>{number}<", text, re.DOTALL), (label, number)
    await stranger.http.aclose()


async def test_a_grievances_history_begins_with_the_report_and_ends_where_it_stands(demo: str) -> None:
    for row in await Grievance.all():
        steps = await GrievanceUpdate.filter(grievance_id=row.id).order_by("id")
        assert steps[0].status is GrievanceStatus.SUBMITTED
        assert steps[-1].status is row.status
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        assert all(step.at <= MOMENT for step in steps if row.is_generated)


async def test_the_figures_equal_a_recount_of_the_grievances(demo: str) -> None:
    rows = await Grievance.exclude(status__in=UNCOUNTED)
    for place in ("5203", "520327", places()["fengquan"]):
        inside = [row for row in rows if row.division_id.startswith(place)]
        cells = await GrievanceCell.filter(division_id=place, category="", channel="", led_kind="")
        assert sum(one.received for one in cells) == len(inside)
        assert sum(one.resolved for one in cells) == sum(row.resolved_at is not None for row in inside)
    assert await check_all() == 0


async def test_grievances_come_in_every_way_and_are_reached_under_numbers_that_nobody_has(demo: str) -> None:
    rows = await Grievance.filter(is_generated=True)
    ways = Counter(row.channel for row in rows)
    assert set(ways) == set(Channel)
    assert ways[Channel.WEB] < len(rows) / 2
    reached = [row for row in rows if row.contact_phone]
    assert len(rows) / 3 < len(reached) < len(rows)
    for row in rows:
        assert crypto.decrypt(row.contact_name) in ("", NAME)
        assert re.fullmatch(r"(1390000\d{4})?", crypto.decrypt(row.contact_phone))
        assert re.fullmatch(r"(resident\d+@demo\.invalid)?", crypto.decrypt(row.contact_email))
        assert bool(row.contact_email) == (row.channel is Channel.EMAIL)
        assert NAME not in row.contact_name_masked
        assert (
            row.phone_index in crypto.blind_indexes("phone", crypto.decrypt(row.contact_phone)) or not row.phone_index
        )


async def test_every_state_has_something_to_show_and_every_sort_of_body_leads(demo: str, engine: Engine) -> None:
    rows = await Grievance.all()
    assert {row.status for row in rows} == set(GrievanceStatus)
    assert sum(row.reopened_count > 0 for row in rows) >= 4
    assert any(row.reopened_count == 2 and row.status is GrievanceStatus.SHORTFALL for row in rows)
    assert {row.stars for row in rows} >= {3, 4, 5}
    assert await GrievanceUpdate.filter(is_solved=False, stars__lt=3).exists()
    assert await Grievance.filter(rating_text__not="").count() >= 5
    assert {row.hold_reason for row in rows} >= {HoldReason.REPORTER, HoldReason.MATERIAL}
    assert all(row.hold_until > MOMENT for row in rows if row.status is GrievanceStatus.ON_HOLD and row.hold_until)
    document = '{ grievanceFigures(within: "520327001") { reopened shortfalls byLedKind { ledKind received } byLed { ledBy } } }'
    found = (await engine.read(document, {}, ANONYMOUS))["grievanceFigures"]
    assert all(one["received"] for one in found["byLedKind"]), found
    assert {one["ledBy"] for one in found["byLed"]} >= {"斌鑫物业服务中心", "综合执法队", "凤泉社区水电维修志愿服务队"}
    assert found["reopened"] > 2


async def test_eighty_and_over_pay_8_yuan_a_meal_and_no_other_price_is_made_up(demo: str) -> None:
    rule = await PriceRule.get()
    assert (rule.min_age, rule.amount_fen, rule.unit) == (80, 800, "餐")
    assert await Service.all().count() == len(facts()["services"])


@pytest.mark.parametrize(("words", "slug"), [("豆腐", "sales-point-jintai"), ("血压", "elderly-station-hangkong")])
async def test_services_are_found_by_their_goods_and_by_what_one_books_there(
    demo: str, app: Starlette, words: str, slug: str
) -> None:
    stranger = visit(app)
    assert f'href="/services/{slug}"' in await stranger.open(f"/search?q={words}")
    await stranger.http.aclose()


async def test_the_culture_night_has_its_programme_and_something_is_on_after_today(demo: str) -> None:
    night = await Event.get(title__contains="美术馆之夜")
    assert not night.is_generated
    assert await ProgrammeItem.filter(event_id=night.id).count() == 6
    coming = await Event.filter(starts_at__gt=MOMENT)
    assert coming
    assert all(one.is_generated for one in coming)
    off = [one for one in coming if one.status is not EventStatus.PUBLISHED]
    assert [(one.title, one.status) for one in off] == [
        ("虹桥社区周末广场舞", EventStatus.CANCELLED)
    ]  # one Saturday of ten
    assert await Event.filter(series_id=off[0].series_id).count() == 10  # type: ignore[attr-defined]


async def test_enterprises_have_valid_codes_that_say_they_are_made_up(demo: str) -> None:
    rows = await Enterprise.all()
    counties = 14  # a co-operative of each, whose products are shown
    assert len(rows) == len(facts()["enterprises"]) + EMPLOYERS + counties
    assert all(is_credit_code(row.credit_code) and "演示生成" in row.summary for row in rows)
    assert await EnterpriseListing.filter(list=EnterpriseList.CHAIN_LEADER).count() == 3


async def test_the_catalogue_holds_the_citys_95_measures_in_six_categories_and_says_which_are_made_up(
    demo: str,
) -> None:
    wanted = facts()["policy_catalogue"]
    rows = await Policy.filter(status=PolicyStatus.PUBLISHED)
    assert len(rows) == wanted["measures"] == 95
    assert len({row.category for row in rows}) == wanted["categories"] == 6
    assert {row.title for row in rows if not row.is_generated} == {"稳岗补贴", "普惠贷款"}
    for told in ("title", "title_en", "summary", "summary_en"):
        assert len({getattr(row, told) for row in rows} - {""}) == 95
    assert len({str(row.eligibility) for row in rows}) == 95
    assert {row.amount_kind for row in rows} == set(AmountKind)
    assert {row.cycle for row in rows} == set(PolicyCycle)


async def test_every_measure_passes_its_examples_and_names_places_and_industries_that_there_are(demo: str) -> None:
    industries = set(await Industry.all().values_list("code", flat=True))
    places_ = set(await Division.all().values_list("code", flat=True))
    with clock.override(MOMENT):
        for row in await Policy.exclude(eligibility={}):
            count, wrong = await failures(row)
            assert (count, wrong) == (2, []), row.title
            for one in conditions(row.eligibility):
                if one["fact"] in ("industry", "place"):
                    assert set(one["value"]) <= (industries if one["fact"] == "industry" else places_), row.title


async def test_all_95_measures_are_found_page_by_page(demo: str, app: Starlette) -> None:
    stranger = visit(app)
    seen: list[str] = []
    address = "/policies"
    while address:
        text = await stranger.open(address)
        seen += re.findall(r'href="/policies/(\d+)"', text)
        following = re.search(r'href="(/policies\?[^"]*after=[^"]+)"', text)
        address = unescape(following[1]) if following else ""
    assert len(seen) == len(set(seen)) == 95
    await stranger.http.aclose()


async def test_a_report_with_compound_and_building_finds_its_grid_and_its_worker_is_proposed(
    demo: str, app: Starlette
) -> None:
    assert not await Grid.filter(area="").exists()
    compound = await Compound.get(name="斌鑫二期小区")
    resident = visit(app)
    fengquan = places()["fengquan"]
    path = f"/report?division={fengquan}"
    await resident.open(path)
    typed = {"category": "lighting", "description": "楼道的灯又灭了，晚上什么也看不见", "compared": "1"}
    page = await resident.send(path, **typed, compound_number=str(compound.id), building="13栋", is_public="true")
    if "还差一步" in page:
        page = await resident.send(path)
    number = re.search(r"ZY-\d{4}-\w{4,}", page)
    assert number is not None
    assert (await Grievance.get(number=number[0])).grid_id == f"{fengquan}002"  # type: ignore[attr-defined]
    point, worker = await Person.get(username="point"), await Person.get(username="grid")
    held = tuple(Held(one.role, one.division_id) for one in await Grant.filter(person=point))  # type: ignore[attr-defined]
    dispatcher = await signed_in(app, Actor(kind="person", person_id=point.id, grants=held))
    page = await dispatcher.open(f"/staff/grievances/{number[0]}")
    assert re.search(rf'<option value="{worker.id}" selected', page)
    await resident.http.aclose()
    await dispatcher.http.aclose()


async def test_published_figures_are_held_in_thousandths(demo: str) -> None:
    figures = {row.key: row for row in await Figure.filter(division_id="5203", compound_id=None)}
    assert figures["above_four_scales"].amount == 3_563_000
    assert figures["market_entities"].qualifier.value == "about"
    assert figures["contracted_investment_cny"].amount == 22_000_000_000_000


async def test_166_projects_were_signed_in_the_first_quarter_for_22_000_million_in_all_and_some_are_late(
    demo: str,
) -> None:
    wanted = facts()["enterprise_figures"]
    rows = await InvestmentProject.all()
    names = {one.name_en.split()[0] for one in rows}
    assert {"Suiyang", "Daozhen", "Renhuai"} <= names
    assert not [one for one in names if one.endswith(("xian", "qu", "shi"))]
    cells = await InvestmentCell.filter(division_id="5203", signed="2026Q1", quarter__lte="2026Q1")
    assert len(rows) == sum(one.projects for one in cells) == wanted["signed_projects"] == 166
    total = wanted["contracted_investment_cny"] * 100
    assert sum(row.contracted_fen for row in rows) == sum(one.contracted_fen for one in cells) == total
    assert len({row.division_id for row in rows}) == 14
    assert len({row.name for row in rows}) == 166
    assert all(row.is_generated for row in rows)
    open_ones = await InvestmentMilestone.filter(done_on=None, project__stage__in=RUNNING).values_list(
        "due_on", flat=True
    )
    assert min(open_ones) < MOMENT.date() < max(open_ones)


async def test_passwords_are_told_once_and_kept_only_as_hashes(demo: str) -> None:
    told = dict(re.findall(r"^ {2}([a-z.]+) +(\S+) +\S", demo, re.MULTILINE))
    people = await Person.all()
    assert set(told) == {row.username for row in people}
    assert len(set(told.values())) == len(told)
    row = next(row for row in people if row.username == "point")
    assert row.password_hash.startswith("$argon2id$")
    assert await is_password(row.password_hash, told["point"])
    assert not any(password in str(vars(one)) for one in people for password in told.values())
    assert {grant.role for grant in await Grant.all()} == set(Role)


async def test_loading_again_changes_nothing_and_tells_no_password(demo: str) -> None:
    before = await everything()
    said = await load_demo()
    assert await everything() == before
    assert "already" in said
    assert "Sign in as" not in said


async def everything() -> dict[str, list[Any]]:
    """Every row of every table."""
    models = Tortoise.apps["civicgraph"].values()  # type: ignore[index]
    return {model._meta.db_table: sorted(map(str, await model.all().values())) for model in models}


async def test_the_mushrooms_stand_as_the_facts_file_has_them(demo: str) -> None:
    row = await Product.get(name="食用菌", brand="清菇娘")
    output, link = await ProductOutput.get(product_id=row.id), await SupplyLink.get(product_id=row.id)
    assert (output.amount, output.unit, link.amount, link.market) == ("1000000", "jin", "200000", "珠海")
    bases = await ProductionBase.filter(product_id=row.id).order_by("position")
    assert [(one.kind, one.area, one.capacity, one.elsewhere) for one in bases] == [
        ("林地加大棚", "1000", "330000", ""),
        ("林下食用菌", "400", "", "珠海"),
    ]
    support, recognition = await SupportReceived.get(product_id=row.id), await Recognition.get(product_id=row.id)
    assert (support.giver, support.amount_fen, recognition.title) == ("珠海", 400_000_000, "珠海市菜篮子保供基地")
    assert (row.is_published, row.is_generated, row.contact_phone) == (True, False, "")
    assert await Product.filter(is_published=True).count() == 23


async def test_a_case_is_done_with_the_last_of_its_steps(demo: str) -> None:
    done = await OneThingCase.filter(state=CaseState.DONE)
    assert done
    for case in done:
        steps = await OneThingStep.filter(case_id=case.id).exclude(done_at=None)
        assert case.closed_at == max(step.done_at for step in steps if step.done_at)

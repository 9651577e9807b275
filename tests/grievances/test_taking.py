"""Staff write a report down for somebody else: the resident's own steps, for the places that they dispatch for."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette

from civicgraph.divisions.models import Compound
from civicgraph.grids.models import Grid
from civicgraph.grievances.intake.models import CategoryQuestion, GrievanceAnswer, QuestionKind
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import file_grievance
from civicgraph.operations import InvalidInput
from civicgraph.permissions import Actor, Role
from tests.grievances.conftest import WORDS, Report, words
from tests.support import city as place
from tests.support.browser import Browser, signed_in
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, SUIYANG

NEW = "/staff/grievances/new"
FORM = f"{NEW}?division={FENGQUAN}"


@pytest.fixture
async def desk(app: Starlette, dispatcher: Actor) -> Browser:
    """The browser of who dispatches for 凤泉社区 alone."""
    return await signed_in(app, dispatcher)


@pytest.fixture
async def wide(app: Starlette, city: None) -> Browser:
    """The browser of who dispatches for a whole county."""
    return await signed_in(app, await place.person("centre", Role.DISPATCHER, FENGGANG))


async def ask() -> CategoryQuestion:
    return await CategoryQuestion.create(
        category_id="lighting", code="where", name="在几楼？", name_en="On which floor?", kind=QuestionKind.NUMBER,
        is_required=True,
    )  # fmt: skip


async def test_a_report_is_taken_by_telephone(desk: Browser) -> None:
    assert "凤泉社区" in await desk.open(NEW)
    assert "换个地方" not in desk.text
    page = await desk.send(FORM, category="lighting", description=WORDS, channel="visit")
    assert re.search(r"\w{6}-\w{6}-\w{6}", page)
    row = await Grievance.get()
    assert (row.channel, row.division_id, row.is_public) == ("visit", FENGQUAN, True)


async def test_who_dispatches_for_many_communities_comes_to_one_and_its_compounds_lead_to_the_grid(
    wide: Browser,
) -> None:
    compound = await Compound.create(division_id=FENGQUAN, name="斌鑫二期")
    await Grid.filter(code=f"{FENGQUAN}001").update(area="斌鑫二期 1栋至4栋")
    await Grid.create(code=f"{FENGQUAN}002", division_id=FENGQUAN, name="第二网格", area="斌鑫二期 5栋至9栋")
    page = await wide.open(f"{NEW}?channel=visit")
    assert "龙泉街道" in page
    assert "<textarea" not in page
    await wide.open(f"{NEW}?choose=1&division={place.LONGQUAN}&channel=visit")
    assert f'href="{FORM}&amp;channel=visit"' in wide.text
    await wide.open(f"{FORM}&channel=visit")
    assert "第二网格" in wide.text
    await wide.send(FORM, category="lighting", description=WORDS, compound_number=str(compound.id), building="6栋")
    row = await Grievance.get()
    assert (row.grid_id, row.compound_id, row.channel) == (f"{FENGQUAN}002", compound.id, "visit")


async def test_a_community_is_found_by_name_within_the_grants_alone(wide: Browser) -> None:
    assert FENGQUAN in await wide.open(f"{NEW}?q=凤泉&choose=1")
    assert HONGQIAO not in await wide.open(f"{NEW}?q=虹桥&choose=1")
    await wide.open(f"{NEW}?division={HONGQIAO}")
    assert wide.status == 403


async def test_grants_of_two_counties_are_both_offered(app: Starlette, wide: Browser) -> None:
    person = await place.person("both", Role.DISPATCHER, FENGGANG)
    await place.Grant.create(person_id=person.person_id, role=Role.DISPATCHER, division_id=HONGQIAO)
    both = await signed_in(app, person)
    page = await both.open(NEW)
    assert f"division={FENGGANG}" in page
    assert f'{NEW}?division={HONGQIAO}"' in page
    assert f'division={SUIYANG}"' not in page
    assert HONGQIAO in await both.open(f"{NEW}?q=虹桥&choose=1")


async def test_the_categorys_questions_come_as_a_second_step_and_have_to_be_answered(
    desk: Browser, dispatcher: Actor
) -> None:
    await ask()
    await desk.open(NEW)
    page = await desk.send(FORM, category="lighting", description=WORDS)
    assert "在几楼？" in page
    assert not await Grievance.exists()
    page = await desk.send(FORM, answers__0__answer="")
    assert "请回答" in page
    await desk.send(FORM, answers__0__answer="3")
    assert (await GrievanceAnswer.get()).answer == "3"
    with pytest.raises(InvalidInput) as refused:
        await file_grievance(dispatcher, words(channel="phone"))
    assert refused.value.errors[0].code == "missing"


async def test_the_questions_are_drawn_when_the_category_is_chosen(desk: Browser) -> None:
    await ask()
    await desk.open(NEW)
    await desk.send(FORM, category="lighting", step="questions")
    assert "在几楼？" in desk.text
    csrf = dict(desk.form(FORM).pairs)["csrf"]
    answer = await desk.http.post(f"{NEW}/questions?division={FENGQUAN}", data={"csrf": csrf, "category": "lighting"})
    assert "在几楼？" in answer.text


async def test_what_was_reported_nearby_already_is_shown_with_the_way_to_its_work(
    desk: Browser, report: Report
) -> None:
    earlier = await report(is_public=False)
    await desk.open(NEW)
    page = await desk.send(FORM, category="lighting", description=WORDS)
    assert f"/staff/grievances/{earlier.number}" in page
    assert "并案" in page
    assert f"/grievances/{earlier.number}/support" not in page
    assert await Grievance.all().count() == 1
    await desk.send(FORM)
    assert await Grievance.all().count() == 2


async def test_the_emergency_numbers_stand_on_the_form_and_on_what_was_taken(desk: Browser) -> None:
    await desk.open(NEW)
    csrf = dict(desk.form(FORM).pairs)["csrf"]
    words_ = {"csrf": csrf, "category": "gas", "description": "楼道里燃气泄漏，味道很大"}
    hints = await desk.http.post(f"{NEW}/hints?division={FENGQUAN}", data=words_)
    assert 'href="tel:119"' in hints.text
    page = await desk.send(FORM, category="gas", description=words_["description"])
    assert re.search(r"\w{6}-\w{6}-\w{6}", page)
    assert 'href="tel:119"' in page


async def test_a_resident_is_not_led_to_what_the_public_does_not_see(
    app: Starlette, dispatcher: Actor, report: Report
) -> None:
    hidden, shown = await report(is_public=False), await report()
    form = f"/report?division={FENGQUAN}"
    at_home = await signed_in(app, dispatcher)
    await at_home.open(form)
    page = await at_home.send(form, category="lighting", description=WORDS, small_answer="")
    assert f"/grievances/{shown.number}/support" in page
    assert hidden.number not in page

"""The common list of categories: what the city's administrators change, and what was said before stays as it was."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph.graph.engine import Engine
from civicgraph.grievances import operations
from civicgraph.grievances.intake.models import CategoryQuestion, GrievanceAnswer, HeldReport, HoldCause
from civicgraph.grievances.models import Body, Grievance, GrievanceCategory, Urgency
from civicgraph.operations import Conflict, Forbidden, InvalidInput, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, SYSTEM, Actor, Role
from tests.grievances.conftest import Report, fill, words
from tests.grievances.steps import take
from tests.support import city as place
from tests.support.browser import signed_in, visit

SINCE = {
    "name": "坏了多久？",
    "name_en": "For how long?",
    "kind": "choice",
    "choices": ["一两天", "一周以上"],
    "choices_en": ["A day or two", "More than a week"],
    "is_required": True,
    "is_public": True,
}
LAMPS = {"name": "几盏灯？", "name_en": "How many lamps?", "kind": "number"}
SPAM = "代开各类发票，加微信 abc123456，秒到账"


def changed(version: int, *questions: dict[str, Any], **values: Any) -> dict[str, Any]:
    """The lighting category as it stands, with these questions."""
    facts = {"name": "楼道与路灯照明", "name_en": "Corridor and street lighting", "urgency": "general"}
    return {"code": "lighting", "version": version, **facts, "body": "property", "questions": questions, **values}


async def administrator() -> Actor:
    return await place.person("administrator", Role.ADMINISTRATOR, place.CITY)


async def asked() -> list[tuple[str, str]]:
    """The questions that are asked now, in order."""
    rows = await CategoryQuestion.filter(category_id="lighting", is_active=True).order_by("position", "id")
    return [(one.code, one.name) for one in rows]


async def test_other_words_are_another_question_and_answers_keep_theirs(report: Report) -> None:
    admin = await administrator()
    await operations.change_category(admin, changed(1, SINCE, LAMPS))
    assert await asked() == [("q1", "坏了多久？"), ("q2", "几盏灯？")]
    row = await report(answers=[{"question": "q1", "answer": "一两天"}, {"question": "q2", "answer": "3"}])
    given = {"code": "q2", **LAMPS, "position": 1, "is_public": True}
    reworded = {"code": "q1", **SINCE, "choices": ["今天", "更久"], "choices_en": ["Today", "Longer"], "position": 2}
    await operations.change_category(admin, changed(2, reworded, given))
    assert await asked() == [("q2", "几盏灯？"), ("q1_2", "坏了多久？")], "what is only moved stays the same question"
    await operations.change_category(admin, changed(3, {**reworded, "code": "q1_2", "is_dropped": True}))
    kept = [
        (one.question.name, one.question.choices, one.answer, one.public_answer)
        for one in await GrievanceAnswer.filter(grievance_id=row.id).order_by("id").prefetch_related("question")
    ]
    assert kept == [("坏了多久？", ["一两天", "一周以上"], "一两天", "一两天"), ("几盏灯？", [], "3", "")]
    assert await asked() == []
    assert (await report()).id


async def test_level_and_body_hold_for_new_grievances_only(report: Report) -> None:
    before = await report()
    await operations.change_category(
        await administrator(), changed(1, urgency="urgent", body="community", is_verified=True)
    )
    await before.refresh_from_db()
    assert (before.urgency, (await report()).urgency) == (Urgency.GENERAL, Urgency.URGENT)
    category = await GrievanceCategory.get(code="lighting")
    assert (category.body, category.is_verified, category.version) == (Body.COMMUNITY, True, 2)


async def test_a_report_that_waited_keeps_the_answers_to_what_was_asked_then(city: None, dispatcher: Actor) -> None:
    admin = await administrator()
    await operations.change_category(admin, changed(1, LAMPS))
    given = {"description": SPAM, "channel": "web", "answers": [{"question": "q1", "answer": "4"}]}
    await operations.file_grievance(ANONYMOUS, words(**given))
    await operations.change_category(admin, changed(2, SINCE))
    held = await HeldReport.get()
    row = await operations.release_report(dispatcher, {"number": held.number})
    answer = await GrievanceAnswer.get(grievance_id=row.id).prefetch_related("question")
    assert (answer.question.name, answer.answer) == ("几盏灯？", "4")


async def test_a_report_let_through_under_another_category_keeps_its_answers_with_what_was_asked(
    city: None, dispatcher: Actor
) -> None:
    admin = await administrator()
    await operations.change_category(admin, changed(1, LAMPS))
    await operations.change_category(admin, changed(1, {**SINCE, "is_required": True}, code="gas"))
    given = {"description": SPAM, "channel": "web", "answers": [{"question": "q1", "answer": "4"}]}
    held = await operations.file_grievance(ANONYMOUS, words(**given))
    row = await operations.release_report(dispatcher, {"number": held["number"], "category": "gas"})
    answer = await GrievanceAnswer.get(grievance_id=row.id).prefetch_related("question")
    assert (row.category_id, answer.question.name, answer.answer) == ("gas", "几盏灯？", "4")


async def test_only_the_citys_administrators_change_it_and_nobody_over_another(city: None) -> None:
    for role, code in ((Role.SUPERVISOR, place.CITY), (Role.ADMINISTRATOR, place.FENGGANG)):
        with pytest.raises(Forbidden):
            await operations.change_category(await place.person(f"{role}{code}", role, code), changed(1))
    admin = await administrator()
    await operations.change_category(admin, changed(1, LAMPS))
    with pytest.raises(Conflict) as conflict:
        await operations.change_category(admin, changed(1, name="照明"))
    assert conflict.value.current["questions"][0]["name"] == "几盏灯？"
    for wrong, field in (
        ({**SINCE, "choices": ["一两天"]}, "questions.0.choices"),
        ({**SINCE, "choices_en": []}, "questions.0.choices_en"),
        ({**LAMPS, "code": "q9"}, "questions.0.code"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await operations.change_category(admin, changed(2, wrong))
        assert refused.value.errors[0].field == field
    assert await asked() == [("q1", "几盏灯？")]


async def test_the_page_changes_it_and_form_and_open311_ask_at_once(app: Starlette) -> None:
    await fill()
    stranger, desk = visit(app), await signed_in(app, await administrator())
    services = "/open311/v2/services/lighting.json"
    definition = (await stranger.http.get(services)).json()
    assert definition["attributes"] == []
    form = "/report?category=lighting&division=" + place.FENGQUAN
    assert "几盏灯" not in await stranger.open(form)
    assert "/staff/categories/lighting" in await desk.open("/staff/categories")
    await desk.open("/staff/categories/lighting")
    row = {f"questions__0__{name}": value for name, value in LAMPS.items()}
    page = await desk.send(name="楼道灯和路灯", **row, questions__0__is_required="true")
    assert (desk.status, "已保存" in page) == (200, True)
    assert "几盏灯" in await desk.open("/staff/categories")
    definition = (await stranger.http.get(services)).json()
    assert [(one["code"], one["required"]) for one in definition["attributes"]] == [("q1", True)]
    page = await stranger.open(form)
    assert "几盏灯" in page
    assert "楼道灯和路灯" in page
    history = await desk.open("/staff/categories/lighting/history")
    assert "楼道灯和路灯" in history
    assert "几盏灯？ / How many lamps? / 数字" in history
    await desk.open("/staff/categories/lighting")
    await desk.send(questions__0__is_dropped="true")
    assert await asked() == []
    other = await signed_in(app, await place.person("supervisor", Role.SUPERVISOR, place.CITY))
    assert "<textarea" not in await other.open("/staff/categories/lighting")
    assert await AuditEntry.filter(operation="change_category", division_code=place.CITY).count() == 2


async def test_a_wrong_row_keeps_what_was_typed(app: Starlette) -> None:
    await fill()
    desk = await signed_in(app, await administrator())
    await desk.open("/staff/categories/lighting")
    row = {f"questions__0__{name}": value for name, value in {**LAMPS, "kind": "choice", "choices": "一盏"}.items()}
    page = await desk.send(**row)
    assert desk.status == 422
    assert "请至少写两个选项" in page
    assert re.search(r"<textarea[^>]*>\s*一盏</textarea>", page)


async def test_the_same_is_done_over_graphql(client: httpx.AsyncClient) -> None:
    await fill()
    await place.sign_in(client, "admin", Role.ADMINISTRATOR, place.CITY)
    document = """mutation { changeCategory(input: {code: "lighting", version: %d, name: "照明", nameEn: "Lighting",
      urgency: URGENT, body: PROPERTY, questions: [{name: "几盏灯？", nameEn: "How many lamps?", kind: NUMBER}]}) {
      category { name version mayEdit questions { code name kind } } errors { field reason } } }"""
    answers = []
    for version in (1, 1):
        answer = await client.post(
            "/graphql", json={"query": document % version}, headers={"accept": "application/json"}
        )
        answers.append(answer.json()["data"]["changeCategory"])
    question = {"code": "q1", "name": "几盏灯？", "kind": "NUMBER"}
    assert answers[0] == {
        "category": {"name": "照明", "version": 2, "mayEdit": True, "questions": [question]},
        "errors": [],
    }
    assert answers[1]["category"] is None
    assert answers[1]["errors"][0]["reason"] == "conflict"


# Adding one, closing one -----------------------------------------------------------------------

NOISE = {
    "code": "drilling",
    "group_code": "home",
    "name": "装修噪声",
    "name_en": "Drilling",
    "urgency": "general",
    "body": "community",
}


def closing(version: int = 1, code: str = "lighting") -> dict[str, Any]:
    return {"code": code, "version": version}


async def offered(http: httpx.AsyncClient) -> list[str]:
    """What Open311 offers, in the order of the form."""
    return [one["service_code"] for one in (await http.get("/open311/v2/services.json")).json()]


async def test_a_category_that_is_added_comes_last_in_its_group_and_can_be_reported(
    report: Report, app: Starlette
) -> None:
    admin = await administrator()
    row = await operations.add_category(admin, {**NOISE, "department": "生态环境局", "is_verified": True})
    assert (row.group_name, row.group_name_en, row.department) == ("房屋与水电", "Homes and utilities", "生态环境局")
    assert await offered(visit(app).http) == ["lighting", "drilling", "gas", "ent_policy"]
    filed = await report(category="drilling")
    assert (filed.category_id, filed.urgency) == ("drilling", Urgency.GENERAL)
    entry = await AuditEntry.get(operation="add_category")
    assert (entry.subject_id, entry.changes["name"]) == ("drilling", [None, "装修噪声"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "lighting"}, "code"),
        ({"code": "装修"}, "code"),
        ({"code": "Drilling"}, "code"),
        ({"group_code": "none"}, "group_code"),
        ({"name": ""}, "name"),
    ],
)
async def test_a_category_without_a_free_code_or_a_group_is_refused(
    city: None, wrong: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await operations.add_category(await administrator(), {**NOISE, **wrong})
    assert refused.value.errors[0].field == field
    assert await GrievanceCategory.all().count() == 3


async def test_a_closed_category_takes_nothing_new_by_any_door_and_what_was_reported_stays(
    report: Report, app: Starlette, dispatcher: Actor, engine: Engine
) -> None:
    admin, before = await administrator(), await report()
    held = await operations.file_grievance(ANONYMOUS, words(description=SPAM))
    await operations.close_category(admin, closing())
    for given in ({}, {"description": SPAM}):
        with pytest.raises(InvalidInput) as refused:
            await report(**given)
        assert [(one.field, one.code) for one in refused.value.errors] == [("category", "closed_category")]
    with pytest.raises(InvalidInput):
        await operations.release_report(dispatcher, {"number": held["number"]})
    released = await operations.release_report(dispatcher, {"number": held["number"], "category": "gas"})
    assert released.category_id == "gas"
    with pytest.raises(InvalidInput):
        await take(dispatcher, "change_level", released, urgency="urgent", category="lighting")
    stranger = visit(app)
    assert await offered(stranger.http) == ["gas", "ent_policy"]
    assert (await stranger.http.get("/open311/v2/services/lighting.json")).status_code == 404
    assert "楼道与路灯照明" not in await stranger.open(f"/report?category=lighting&division={place.FENGQUAN}")
    assert "楼道与路灯照明" in await stranger.open(f"/grievances/{before.number}")
    assert before.number in await stranger.open("/grievances?category=lighting")
    done = await take(dispatcher, "change_level", before, urgency="urgent")
    assert (done.category_id, done.urgency) == ("lighting", Urgency.URGENT)
    asked = "{ a: grievanceCategories(filter: {isActive: false}) { nodes { code isActive } } }"
    assert (await engine.read(asked, {}, ANONYMOUS))["a"]["nodes"] == [{"code": "lighting", "isActive": False}]
    await operations.open_category(admin, closing(2))
    assert (await report()).category_id == "lighting"


async def test_the_page_lets_a_report_through_under_another_category_when_its_own_was_closed_meanwhile(
    app: Starlette, report: Report, dispatcher: Actor
) -> None:
    held = await operations.file_grievance(ANONYMOUS, words(description=SPAM))
    await operations.close_category(await administrator(), closing())
    desk = await signed_in(app, dispatcher)
    assert 'name="category"' not in await desk.open("/staff/held")
    release = f"/staff/held/{held['number']}/release"
    page = await desk.send(release)
    assert (desk.status, "请另选一类" in page, 'name="category"' in page) == (422, True, True)
    await desk.send(release, category="gas")
    assert desk.status == 200
    assert (await Grievance.get(number=held["number"])).category_id == "gas"


async def test_a_letter_about_what_is_closed_waits_for_somebody_to_choose(city: None) -> None:
    await operations.close_category(await administrator(), closing())
    answer = await operations.file_grievance(
        SYSTEM, words(channel="email", contact_email="chen@example.cn", description="三单元楼道灯坏了两天")
    )
    held = await HeldReport.get()
    assert (answer["is_held"], held.cause) == (True, HoldCause.CATEGORY)


async def test_only_administrators_close_what_they_saw_and_one_stays_open(city: None) -> None:
    for role, code in ((Role.SUPERVISOR, place.CITY), (Role.ADMINISTRATOR, place.FENGGANG)):
        actor = await place.person(f"{role}{code}", role, code)
        for operation, given in (
            (operations.close_category, closing()),
            (operations.open_category, closing()),
            (operations.add_category, NOISE),
        ):
            with pytest.raises(Forbidden):
                await operation(actor, given)
    admin = await administrator()
    with pytest.raises(Conflict):
        await operations.close_category(admin, closing(7))
    with pytest.raises(Unavailable):
        await operations.open_category(admin, closing())
    await operations.close_category(admin, closing())
    with pytest.raises(Unavailable):
        await operations.close_category(admin, closing(2))
    await operations.close_category(admin, closing(code="gas"))
    with pytest.raises(Unavailable):
        await operations.close_category(admin, closing(code="ent_policy"))
    assert await GrievanceCategory.filter(is_active=True).values_list("code", flat=True) == ["ent_policy"]
    changes = await AuditEntry.filter(operation="close_category").order_by("id").values_list("changes", flat=True)
    assert list(changes) == [{"is_active": [True, False]}] * 2


async def test_the_page_adds_a_category_closes_one_and_opens_it_again(app: Starlette) -> None:
    await fill()
    desk = await signed_in(app, await administrator())
    assert "/staff/categories/new" in await desk.open("/staff/categories")
    await desk.open("/staff/categories/new")
    page = await desk.send(**{**NOISE, "code": "Wrong Code"})
    assert (desk.status, 'value="装修噪声"' in page) == (422, True)
    page = await desk.send(**NOISE)
    assert ("装修噪声" in page, "不再受理新诉求" in page) == (True, True)
    form = f"/report?division={place.FENGQUAN}"
    assert "装修噪声" in await visit(app).open(form)
    page = await desk.send("/staff/categories/drilling/closing")
    assert "恢复受理" in page
    assert "装修噪声" not in await visit(app).open(form)
    assert "不再受理新诉求" in await desk.open("/staff/categories")
    await desk.open("/staff/categories/drilling")
    await desk.send("/staff/categories/drilling/opening")
    assert "装修噪声" in await visit(app).open(form)
    history = await desk.open("/staff/categories/drilling/history")
    assert all(said in history for said in ("新增诉求类别", "停止受理一个诉求类别", "恢复受理一个诉求类别"))
    other = await signed_in(app, await place.person("supervisor", Role.SUPERVISOR, place.CITY))
    assert "/staff/categories/new" not in await other.open("/staff/categories")


async def test_adding_and_closing_is_done_over_graphql(client: httpx.AsyncClient) -> None:
    await fill()
    await place.sign_in(client, "admin", Role.ADMINISTRATOR, place.CITY)
    document = """mutation { addCategory(input: {code: "drilling", groupCode: "home", name: "装修噪声", nameEn: "Drilling",
        urgency: GENERAL, body: COMMUNITY}) { category { code isActive version } errors { field reason } }
      closeCategory(input: {code: "drilling", version: 1}) { category { isActive version } errors { reason } }
      openCategory(input: {code: "drilling", version: 1}) { category { isActive } errors { reason } } }"""
    answer = await client.post("/graphql", json={"query": document}, headers={"accept": "application/json"})
    assert answer.json()["data"] == {
        "addCategory": {"category": {"code": "drilling", "isActive": True, "version": 1}, "errors": []},
        "closeCategory": {"category": {"isActive": False, "version": 2}, "errors": []},
        "openCategory": {"category": None, "errors": [{"reason": "conflict"}]},
    }


async def test_what_one_asks_for_oneself_is_never_public_and_needs_a_way_to_reach_one(report: Report) -> None:
    admin = await administrator()
    await operations.change_category(admin, changed(1, is_personal=True))
    with pytest.raises(InvalidInput) as refused:
        await report()
    assert [(one.field, one.code) for one in refused.value.errors] == [("contact_phone", "missing")]
    row = await report(contact_name="王小丽", address="红岭小区3栋", is_public=True)
    assert not row.is_public
    with pytest.raises(Unavailable):
        await take(admin, "set_visibility", row, is_public=True, reason="公开")


async def test_a_report_that_turns_out_to_be_somebodys_own_is_public_no_longer(report: Report) -> None:
    admin = await administrator()
    await GrievanceCategory.filter(code="gas").update(is_personal=True)
    row = await report(is_public=True)
    await take(admin, "change_level", row, urgency="general", category="gas", reason="这是请人代办")
    assert not (await Grievance.get(id=row.id, category_id="gas")).is_public

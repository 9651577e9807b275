"""How reports come in: questions, photos, places, dangers, the same problem, and what is looked at first."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import budgets, clock, crypto
from civicgraph import settings as configuration
from civicgraph.divisions.models import Compound
from civicgraph.grids.models import Grid, GridAssignment
from civicgraph.grievances import following, operations
from civicgraph.grievances.intake.models import (
    CategoryQuestion,
    GrievanceAnswer,
    HeldReport,
    HeldState,
    HoldCause,
    QuestionKind,
)
from civicgraph.grievances.models import Channel, Grievance, GrievanceFollower, Urgency
from civicgraph.grievances.operations import file_grievance
from civicgraph.notifications.models import InboxMessage
from civicgraph.operations import Forbidden, InvalidInput, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive
from tests.conftest import make_settings
from tests.grievances.conftest import Report, fill, words
from tests.support import city as place
from tests.support.browser import visit
from tests.support.city import FENGGANG, FENGQUAN, LONGQUAN
from tests.uploads import pictures

SPAM = "代开各类发票，加微信 abc123456，秒到账"


async def ask(**values: Any) -> CategoryQuestion:
    """A question of the category of lights."""
    given = {"code": "where", "name": "在几楼？", "name_en": "On which floor?", "kind": QuestionKind.NUMBER}
    return await CategoryQuestion.create(category_id="lighting", **{**given, **values})


# Questions -----------------------------------------------------------------------------------


async def test_what_has_to_be_answered_has_to_be_and_what_is_public_is_masked(report: Report) -> None:
    await ask(is_required=True)
    await ask(code="since", name="从何时起？", kind=QuestionKind.TEXT, is_public=True, position=1)
    await ask(code="all", name="整栋都不亮？", kind=QuestionKind.YES_NO, position=2)
    await ask(code="how", name="怎么坏的？", kind=QuestionKind.CHOICE, choices=["不亮", "闪"], position=3)
    with pytest.raises(InvalidInput) as refused:
        await report(answers=[{"question": "how", "answer": "爆炸"}, {"question": "where", "answer": "顶楼"}])
    assert {one.field: one.code for one in refused.value.errors} == {
        "answers.0.answer": "enum",
        "answers.1.answer": "number",
    }
    with pytest.raises(InvalidInput):
        await report()
    row = await report(
        answers=[
            {"question": "where", "answer": "３"},
            {"question": "since", "answer": "昨天，问 13800001234"},
            {"question": "all", "answer": "是"},
            {"question": "how", "answer": "闪"},
        ]
    )
    kept = {one.question_id: one for one in await GrievanceAnswer.filter(grievance_id=row.id)}
    answers = [(one.answer, one.public_answer) for _, one in sorted(kept.items())]
    assert answers == [("3", ""), ("昨天，问 13800001234", "昨天，问 ＊＊＊"), ("yes", ""), ("闪", "")]


# Where ---------------------------------------------------------------------------------------


async def test_the_grid_and_its_worker_are_found_from_the_place(report: Report, worker: Actor) -> None:
    compound = await Compound.create(division_id=FENGQUAN, name="斌鑫二期")
    await Grid.filter(code=f"{FENGQUAN}001").update(area="斌鑫二期 1栋至4栋")
    await Grid.create(code=f"{FENGQUAN}002", division_id=FENGQUAN, name="第二网格", area="斌鑫二期 5栋至9栋")
    await GridAssignment.create(grid_id=f"{FENGQUAN}002", person_id=worker.person_id, from_on=clock.today())
    row = await report(compound_number=compound.id, building="6栋", point="27.69, 106.91")
    assert (row.grid_id, row.compound_id, row.assignee_id) == (f"{FENGQUAN}002", compound.id, None)
    assert (row.latitude_micro, row.longitude_micro) == (27_690_000, 106_910_000)
    configuration.use(configuration.current().model_copy(update={"is_given_to_grid_worker": True}))
    row = await report(compound_number=compound.id, building="6栋")
    assert (row.assignee_id, row.status) == (worker.person_id, "submitted")
    assert await InboxMessage.filter(person_id=worker.person_id).count() == 1


async def test_a_compound_of_elsewhere_and_a_point_off_the_earth_are_refused(report: Report) -> None:
    other = await Compound.create(division_id=place.HONGQIAO, name="别处")
    with pytest.raises(InvalidInput) as refused:
        await report(compound_number=other.id)
    assert refused.value.errors[0].field == "compound_number"
    with pytest.raises(InvalidInput) as refused:
        await report(point="127, 500")
    assert refused.value.errors[0].field == "point"


# Danger --------------------------------------------------------------------------------------


async def test_words_of_danger_make_it_critical_whatever_the_category(report: Report) -> None:
    row = await report(description="楼道里燃气泄漏，味道很大")
    assert (row.urgency, row.danger) == (Urgency.CRITICAL, "gas")
    assert row.response_due_at - row.submitted_at == timedelta(minutes=30)
    assert (await report()).danger == ""


# The channel ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("channel", "is_taken"), [("API", True), ("WEB", False), ("OPEN311", False), ("EMAIL", False)])
async def test_nobody_says_over_graphql_that_a_report_came_by_a_door_of_ours(
    client: httpx.AsyncClient, channel: str, is_taken: bool
) -> None:
    await fill()
    document = f"""mutation {{ fileGrievance(input: {{category: "lighting", divisionCode: "{FENGQUAN}",
      description: "楼道灯坏了两天", channel: {channel}}}) {{ number errors {{ field reason }} }} }}"""
    answer = (await client.post("/graphql", json={"query": document}, headers={"accept": "application/json"})).json()[
        "data"
    ]["fileGrievance"]
    assert answer["errors"] == ([] if is_taken else [{"field": "channel", "reason": "other_door"}])
    assert await Grievance.all().count() == is_taken


# The same problem ----------------------------------------------------------------------------


async def test_having_the_same_problem_counts_once_a_person_and_calls_the_levels_above(
    report: Report, dispatcher: Actor
) -> None:
    station = await place.person("station", Role.DISPATCHER, LONGQUAN)
    centre = await place.person("centre", Role.SUPERVISOR, FENGGANG)
    row = await report()
    for number in range(20):
        for _ in range(2):
            await operations.support_grievance(
                ANONYMOUS, {"number": row.number, "supporter": f"browser number {number:04}"}
            )
    assert (await Grievance.get(id=row.id)).supporter_count == 20
    told = [
        await InboxMessage.filter(person_id=who.person_id, dedupe_key__contains="supporters").count()
        for who in (dispatcher, station, centre)
    ]
    assert told == [0, 1, 1]
    await Grievance.filter(id=row.id).update(status="closed")
    with pytest.raises(Unavailable):
        await operations.support_grievance(ANONYMOUS, {"number": row.number, "supporter": "somebody else here"})


# Looked at first -----------------------------------------------------------------------------


async def test_advertising_is_held_and_let_through_with_its_own_number_or_dropped(
    city: None, dispatcher: Actor, stranger: Actor
) -> None:
    held = await file_grievance(ANONYMOUS, words(description=SPAM, idempotency_key="a-key-of-the-form"))
    again = await file_grievance(ANONYMOUS, words(description=SPAM, idempotency_key="a-key-of-the-form"))
    assert held == again
    assert (held["grievance"], held["is_held"]) == (None, True)
    row = await HeldReport.get()
    assert (row.cause, row.state) == (HoldCause.SPAM, HeldState.WAITING)
    assert "发票" not in row.content
    with pytest.raises(Forbidden):
        await operations.release_report(stranger, {"number": row.number})
    filed = await operations.release_report(dispatcher, {"number": row.number})
    assert (filed.number, filed.secret_hash, filed.description) == (held["number"], row.secret_hash, SPAM)
    with pytest.raises(Unavailable):
        await operations.drop_report(dispatcher, {"number": row.number, "reason": "广告"})
    other = await file_grievance(ANONYMOUS, words(description=SPAM))
    await operations.drop_report(dispatcher, {"number": other["number"], "reason": "广告"})
    assert (await HeldReport.get(number=other["number"])).content == ""
    assert await Grievance.all().count() == 1
    assert await AuditEntry.filter(operation__in=["release_report", "drop_report"]).count() == 3


async def test_who_tells_of_danger_is_never_held(city: None) -> None:
    answer = await file_grievance(ANONYMOUS, words(description=f"三楼着火了！{SPAM}"))
    assert answer["grievance"].urgency is Urgency.CRITICAL


async def test_under_load_forms_prove_themselves_and_others_wait(city: None, settings: Settings) -> None:
    configuration.use(make_settings(settings.database_url, unproven_reports_per_minute=1))
    budgets.shared.__init__()  # type: ignore[misc]
    await file_grievance(ANONYMOUS, words(channel=Channel.WEB))
    with pytest.raises(InvalidInput) as refused:
        await file_grievance(ANONYMOUS, words(channel=Channel.WEB))
    assert refused.value.errors[0].code == "proof_needed"
    assert (await file_grievance(ANONYMOUS, words()))["is_held"]
    assert (await HeldReport.get()).cause is HoldCause.FLOOD


# Photos --------------------------------------------------------------------------------------


async def test_photos_are_public_when_staff_publish_them_and_hidden_with_a_trace(
    report: Report, dispatcher: Actor, worker: Actor, settings: Settings
) -> None:
    sent = await receive(ANONYMOUS, "a.jpg", pictures.telltale())
    row = await report(photos=[sent.name])
    photo = await Upload.get(subject_type="Grievance", subject_id=row.id)
    assert (photo.is_public, photo.division_code) == (False, FENGQUAN)
    with pytest.raises(InvalidInput) as refused:
        await report(photos=[sent.name])
    assert refused.value.errors[0].field == "photos"
    with pytest.raises(Forbidden):
        await operations.publish_grievance_photo(worker, {"number": row.number, "name": photo.name})
    await operations.publish_grievance_photo(dispatcher, {"number": row.number, "name": photo.name})
    await photo.refresh_from_db()
    assert photo.is_public
    await operations.hide_grievance_photo(dispatcher, {"number": row.number, "name": photo.name, "reason": "有人脸"})
    await photo.refresh_from_db()
    assert (photo.is_hidden, photo.is_public, photo.reason) == (True, False, "有人脸")
    assert await AuditEntry.filter(operation="hide_grievance_photo").count() == 1


async def test_photos_and_files_of_what_is_hidden_are_not_to_be_had_by_their_addresses(
    report: Report, dispatcher: Actor, client: httpx.AsyncClient
) -> None:
    sent = [await receive(ANONYMOUS, f"{number}.jpg", pictures.photo()) for number in range(2)]
    row = await report(photos=[sent[0].name])
    await operations.publish_grievance_photo(dispatcher, {"number": row.number, "name": sent[0].name})
    note = {
        "number": row.number,
        "version": row.version,
        "note": "明天来修",
        "is_public": True,
        "files": [sent[1].name],
    }
    row = await operations.comment_on_grievance(dispatcher, note)
    before = [one.name for one in sent]
    assert {(await client.get(f"/uploads/{name}/list")).status_code for name in before} == {200}
    version = (await Grievance.get(id=row.id)).version
    hidden = {"number": row.number, "version": version, "is_public": False, "reason": "有人脸"}
    await operations.set_grievance_visibility(dispatcher, hidden)
    after = [(await Upload.get(id=one.id)).name for one in sent]
    assert not {*after} & {*before}
    assert {(await client.get(f"/uploads/{name}/list")).status_code for name in before + after} == {404}
    shown = {"number": row.number, "version": version + 1, "is_public": True, "reason": "已打码"}
    await operations.set_grievance_visibility(dispatcher, shown)
    assert {(await client.get(f"/uploads/{name}/list")).status_code for name in after} == {200}


# The form, without JavaScript ----------------------------------------------------------------


async def test_a_form_with_photos_asks_its_questions_as_a_second_step_and_loses_nothing(
    client: httpx.AsyncClient,
) -> None:
    await fill()
    await ask(is_required=True)
    path = f"/report?division={FENGQUAN}"
    page = (await client.get(path)).text
    typed = {"category": "lighting", "description": "三单元楼道灯坏了", "is_public": "true"}
    files = [("photos", ("a.jpg", pictures.telltale())), ("photos", ("b.svg", b"<svg/>"))]
    page = (await client.post(path, data={**hidden(page), **typed}, files=files[:1])).text
    assert "还差一步" in page
    assert "在几楼" in page
    kept = re.findall(r'name="photos" value="([^"]+)" checked', page)
    assert len(kept) == 1
    page = (await client.post(path, data={**hidden(page), **typed, "photos": kept}, files=files[1:])).text
    assert "“b.svg”：这个文件不是能显示的图片" in page
    assert re.findall(r'name="photos" value="([^"]+)" checked', page) == kept
    page = (await client.post(path, data={**hidden(page), **typed, "photos": kept, "answers.0.answer": "3"})).text
    row = await Grievance.get()
    assert row.number in page
    assert (await GrievanceAnswer.get()).answer == "3"
    assert await Upload.filter(subject_type="Grievance", subject_id=row.id).count() == 1
    secret = re.search(r"/track/[^/]+/(\w+)", page)
    assert secret is not None
    tracked = (await client.get(f"/track/{row.number}/{secret[1]}")).text
    assert (await client.get(re.findall(r'src="(/track/[^"]+/list)"', tracked)[0])).status_code == 200
    public = (await client.get(f"/grievances/{row.number}")).text
    assert "/uploads/" not in public


async def test_a_report_whose_cookie_the_phone_dropped_comes_back_with_its_words_and_photo(
    client: httpx.AsyncClient,
) -> None:
    await fill()
    path = f"/report?division={FENGQUAN}"
    typed = {"category": "lighting", "description": "三单元楼道灯坏了", "is_public": "true"}
    photo = [("photos", ("a.jpg", pictures.telltale()))]
    sent = {**hidden((await client.get(path)).text), **typed}
    client.cookies.clear()
    for elsewhere in ({}, {"sec-fetch-site": "cross-site"}):
        assert (await client.post(path, data=sent, files=photo, headers=elsewhere)).status_code == 403
    answer = await client.post(path, data=sent, files=photo, headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, await Grievance.all().count()) == (422, 0)
    assert ("这一页打开很久了" in answer.text, "三单元楼道灯坏了" in answer.text) == (True, True)
    kept = re.findall(r'name="photos" value="([^"]+)" checked', answer.text)
    await client.post(path, data={**hidden(answer.text), **typed, "photos": kept})
    row = await Grievance.get()
    assert await Upload.filter(subject_type="Grievance", subject_id=row.id).count() == 1


async def test_words_that_are_too_long_come_back_with_how_long_they_may_be(client: httpx.AsyncClient) -> None:
    await fill()
    path, long = f"/report?division={FENGQUAN}", "灯" * 2_001
    typed = {"category": "lighting", "description": long, "is_public": "true"}
    answer = await client.post(path, data={**hidden((await client.get(path)).text), **typed})
    assert (answer.status_code, long in answer.text, "请最多写 2000 个字" in answer.text) == (422, True, True)


async def test_the_same_problem_nearby_is_shown_before_it_is_reported_twice(client: httpx.AsyncClient) -> None:
    await fill()
    first = (await file_grievance(ANONYMOUS, words(description="三单元楼道灯坏了两天")))["grievance"]
    path = f"/report?division={FENGQUAN}"
    typed = {"category": "lighting", "description": "三单元的楼道灯坏了，晚上看不见", "is_public": "true"}
    page = (await client.post(path, data={**hidden((await client.get(path)).text), **typed})).text
    assert f"/grievances/{first.number}/support" in page
    support = (await client.get(f"/grievances/{first.number}/support")).text
    for _ in range(2):
        answer = await client.post(f"/grievances/{first.number}/support", data={"csrf": hidden(support)["csrf"]})
        assert answer.status_code == 303
    assert (await Grievance.get(id=first.id)).supporter_count == 1
    await client.post(path, data={**hidden(page), **typed})
    assert await Grievance.all().count() == 2


async def test_a_point_typed_in_the_form_counts_while_one_types_and_when_it_is_sent(client: httpx.AsyncClient) -> None:
    await fill()
    first = await file_grievance(ANONYMOUS, words(description="三单元楼道灯坏了两天", point="27.6912, 106.9153"))
    path, shown = f"/report?division={FENGQUAN}", f"/grievances/{first['number']}/support"
    form = (await client.get(path)).text
    sent = re.search(r'hx-params="([a-z_,]*description[a-z_,]*)"', form)
    assert sent is not None
    assert "point" in sent[1].split(","), "the browser sends it while one types"
    typed = {"category": "lighting", "description": "三单元的楼道灯坏了，晚上看不见", "is_public": "true"}
    for point, is_shown in (("27.6913, 106.9151", True), ("27.7412, 106.9153", False)):
        given = {**hidden(form), **typed, "point": point}
        assert (shown in (await client.post(f"/report/hints?division={FENGQUAN}", data=given)).text) is is_shown
        assert (shown in (await client.post(path, data=given)).text) is is_shown


async def test_whom_to_call_stands_on_the_form_the_hints_and_the_answer(client: httpx.AsyncClient) -> None:
    await fill()
    path = f"/report?division={FENGQUAN}"
    page = (await client.get(path)).text
    assert all(f'href="tel:{number}"' in page for number in ("119", "120", "110"))
    typed = {"category": "lighting", "description": "有人触电倒在楼道", "is_public": "true"}
    csrf = {"csrf": hidden(page)["csrf"]}
    hints = (await client.post(f"/report/hints?division={FENGQUAN}", data={**csrf, **typed})).text
    assert 'href="tel:120"' in hints
    answer = (await client.post(path, data={**hidden(page), **typed})).text
    assert 'href="tel:120"' in answer
    assert (await Grievance.get()).urgency is Urgency.CRITICAL


async def test_a_machine_is_asked_and_a_person_answers(client: httpx.AsyncClient) -> None:
    await fill()
    path = f"/report?division={FENGQUAN}"
    typed = {"category": "lighting", "description": "三单元楼道灯坏了", "is_public": "true"}
    page = (await client.get(path)).text
    page = (await client.post(path, data={**hidden(page), **typed, "website": "http://a.example"})).text
    asked = re.search(r"([一二三四五六七八九])加([一二三四五六七八九])等于几", page)
    assert asked is not None
    total = sum("零一二三四五六七八九".index(sign) for sign in asked.groups())
    await client.post(path, data={**hidden(page), **typed, "website": "x", "small_answer": str(total)})
    assert await Grievance.all().count() == 1


async def test_a_second_step_counts_from_the_first_page(client: httpx.AsyncClient, settings: Settings) -> None:
    """Who wrote for long and answers what is asked besides at once is no machine; who does both at once is asked."""
    await fill()
    await ask(is_required=True)
    configuration.use(settings.model_copy(update={"quickest_report_seconds": 5}))
    path = f"/report?division={FENGQUAN}"
    typed = {"category": "lighting", "description": "三单元楼道灯坏了", "is_public": "true"}
    for seconds, is_taken in ((0, False), (60, True)):
        begun = clock.now()
        with clock.override(begun):
            page = (await client.get(path)).text
        with clock.override(begun + timedelta(seconds=seconds)):
            page = (await client.post(path, data={**hidden(page), **typed})).text
            assert ("等于几" in page) is not is_taken
            page = (await client.post(path, data={**hidden(page), **typed, "answers.0.answer": "3"})).text
            assert ("等于几" in page) is not is_taken
        assert await Grievance.all().count() == is_taken


async def test_who_tells_of_danger_is_asked_nothing_first(client: httpx.AsyncClient) -> None:
    await fill()
    path = f"/report?division={FENGQUAN}"
    typed = {"category": "lighting", "description": "楼道里煤气泄漏，味道很大", "is_public": "true"}
    page = (await client.get(path)).text
    answer = (await client.post(path, data={**hidden(page), **typed, "website": "filled in by a helpful browser"})).text
    assert 'href="tel:119"' in answer
    assert (await Grievance.get()).urgency is Urgency.CRITICAL


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the report's form."""
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.S) if 'name="csrf"' in one)
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    }


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_followers_and_further_reports_of_the_same_raise_it_to_the_level_above_as_well(
    report: Report, dispatcher: Actor
) -> None:
    station = await place.person("station", Role.DISPATCHER, LONGQUAN)
    row = await report()
    for number in range(2):
        given = {"number": row.number, "supporter": f"browser number {number:04}"}
        await operations.support_grievance(ANONYMOUS, given)
    for number in range(2):
        facts = {"address_key": f"k{number}", "address": crypto.encrypt("a@example.cn"), "asked_at": clock.now()}
        follower = await GrievanceFollower.create(grievance_id=row.id, **facts)
        for _ in range(2):  # a link that is opened twice counts once
            await operations.confirm_following(ANONYMOUS, {"token": following.token_of(follower, "confirm")})
    told = InboxMessage.filter(person_id=station.person_id, dedupe_key__contains="supporters")
    assert await told.count() == 0
    again = await report()
    await operations.merge_grievance(dispatcher, {"number": again.number, "version": again.version, "into": row.number})
    assert ["5 人" in one.subject for one in await told] == [True]


async def test_who_has_the_problem_and_follows_it_asks_for_it_once(report: Report, dispatcher: Actor) -> None:
    row = await report(contact_email="chen@example.cn")
    for number in range(2):
        mine = {"supporter": f"browser number {number:04}", "email": f"Neighbour{number}@example.cn"}
        await operations.support_grievance(ANONYMOUS, {"number": row.number, **mine})
    await following.begin_following(row, "chen@example.cn", "zh")  # its reporter
    await following.begin_following(row, "other@example.cn", "zh")
    await GrievanceFollower.all().update(confirmed_at=clock.now())
    await row.refresh_from_db()
    assert await following.persons(row) == 3
    for _ in range(2):
        again = await report(contact_email="other@example.cn")
        given = {"number": again.number, "version": again.version, "into": row.number}
        await operations.merge_grievance(dispatcher, given)
    assert await following.persons(row) == 3


async def test_a_report_that_begins_at_a_grid_is_of_it(app: Starlette, city: None) -> None:
    await Grid.create(code=f"{FENGQUAN}002", division_id=FENGQUAN, name="第二网格")
    at_home, second = visit(app), f"{FENGQUAN}002"
    assert f"grid={second}" in await at_home.open(f"/grids/{second}")
    for grid, chosen in ((second, second), (f"{place.HONGQIAO}001", "")):
        await at_home.open(f"/report?division={FENGQUAN}&grid={grid}")
        assert dict(at_home.form(f"/report?division={FENGQUAN}").pairs)["grid_code"] == chosen

"""From accepted to closed: what the steps leave behind, and who may take them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from civicgraph import clock
from civicgraph.grievances import operations
from civicgraph.grievances.models import Grievance, GrievanceCell, GrievanceStatus, GrievanceUpdate, Urgency
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, OperationError, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.scheduler.models import Deadline, DeadlineState
from tests.grievances.conftest import CONTACT, Report, words
from tests.grievances.steps import know_secret, take
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, FENGQUAN, LONGQUAN


async def test_the_whole_way_is_in_the_history_with_its_offices(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await report()
    await take(dispatcher, "accept", row, note="我们来看看")
    await take(dispatcher, "assign", row, assignee_id=worker.person_id, internal_note="带梯子")
    await take(worker, "start", row)
    await take(worker, "resolve", row)
    done = await take(worker, "rate", await know_secret(row))
    assert done.closed_at
    assert (done.outcome, done.stars, done.is_solved, done.rating_text) == ("换了灯泡", 5, True, "很快")
    steps = await GrievanceUpdate.filter(grievance_id=row.id).order_by("id")
    assert [(s.status.value, s.by_line, s.public_note, s.internal_note) for s in steps] == [
        ("submitted", "居民", "", ""),
        ("accepted", "凤泉社区联络点", "我们来看看", ""),
        ("assigned", "凤泉社区联络点", "", ""),
        ("assigned", "凤泉社区联络点", "", "带梯子"),
        ("in_progress", "凤泉社区网格员", "", ""),
        ("resolved", "凤泉社区网格员", "换了灯泡", ""),
        ("closed", "反映人", "很快", ""),
    ]
    assert await AuditEntry.filter(subject_type="Grievance", subject_id=str(row.id)).count() == 6


async def test_a_grid_worker_works_on_what_is_theirs_and_dispatches_nothing(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await report()
    await take(dispatcher, "assign", row, assignee_id=worker.person_id)
    for verb in ("comment", "start", "resolve"):
        await take(worker, verb, row)
    for verb in ("assign", "reopen", "set_visibility"):
        with pytest.raises(Forbidden):
            await take(worker, verb, row)


async def test_assigning_what_nobody_accepted_is_the_first_response(report: Report, dispatcher: Actor) -> None:
    row = await take(dispatcher, "assign", await report())
    assert row.accepted_at is not None
    states = {d.kind: d.state for d in await Deadline.filter(subject_id=row.id).exclude(kind__endswith="_soon")}
    assert states == {"response": DeadlineState.MET, "resolution": DeadlineState.PENDING}


async def test_an_assignee_must_work_on_grievances_of_the_place(
    report: Report, dispatcher: Actor, stranger: Actor
) -> None:
    row = await report()
    editor = await place.person("editor", Role.EDITOR, FENGQUAN)
    for person_id in (stranger.person_id, editor.person_id, 999_999):
        with pytest.raises(InvalidInput) as refused:
            await take(dispatcher, "assign", row, assignee_id=person_id)
        assert refused.value.errors[0].field == "assignee_id"
    with pytest.raises(InvalidInput):
        await take(dispatcher, "assign", row, team="")
    county_worker = await place.person("county", Role.GRID_WORKER, FENGGANG)
    assert (
        await take(dispatcher, "assign", row, assignee_id=county_worker.person_id)
    ).assignee_id == county_worker.person_id


async def test_the_figures_follow_each_step_and_count_for_the_month_of_the_report(
    report: Report, dispatcher: Actor
) -> None:
    in_time, late = await report(), await report()
    await take(dispatcher, "accept", in_time)
    await take(dispatcher, "resolve", in_time)
    with clock.override(clock.now() + timedelta(days=40)):
        await take(dispatcher, "accept", late)
        await take(dispatcher, "resolve", late)
    for code in (CITY, FENGGANG, LONGQUAN, FENGQUAN):
        cell = await GrievanceCell.get(division_id=code, category="", channel="", led_kind="")
        counts = (cell.received, cell.responded, cell.responded_in_time, cell.resolved, cell.resolved_in_time)
        assert counts == (2, 2, 1, 2, 1)


async def test_resolving_meets_every_deadline(report: Report, dispatcher: Actor) -> None:
    row = await take(dispatcher, "accept", await report())
    await take(dispatcher, "resolve", row)
    promised = await Deadline.filter(subject_id=row.id, kind__in=("response", "resolution"))
    assert [d.state for d in promised] == [DeadlineState.MET] * 2


async def test_the_second_of_two_dispatchers_is_told_and_changes_nothing(report: Report, dispatcher: Actor) -> None:
    row = await report()
    await take(dispatcher, "comment", row)
    with pytest.raises(Conflict) as refused:
        await operations.assign_grievance(dispatcher, {"number": row.number, "version": row.version, "team": "我的队"})
    assert refused.value.current == {"assignee_id": None, "team": ""}
    assert (await Grievance.get(id=row.id)).team == ""


async def test_of_many_who_accept_at_once_one_does(report: Report, dispatcher: Actor) -> None:
    row = await report()
    given = {"number": row.number, "version": row.version}
    results = await asyncio.gather(
        *(operations.accept_grievance(dispatcher, given) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, Grievance) for one in results) == 1
    assert all(isinstance(one, Grievance | OperationError) for one in results)
    assert await GrievanceUpdate.filter(grievance_id=row.id, status=GrievanceStatus.ACCEPTED).count() == 1
    assert (await GrievanceCell.get(division_id=CITY, category="", channel="", led_kind="")).responded == 1


async def test_the_reporter_rates_with_the_secret_and_nobody_without(city: None, dispatcher: Actor) -> None:
    answer = await operations.file_grievance(ANONYMOUS, words(is_public=False))
    row, secret = answer["grievance"], answer["tracking_secret"]
    with pytest.raises(Unavailable):
        await operations.rate_tracked_grievance(ANONYMOUS, {"number": row.number, "secret": secret, "is_solved": True})
    for verb in ("accept", "resolve"):
        await take(dispatcher, verb, row)
    told = []
    for number, guess in ((row.number, "X" * 18), ("ZY-0101-ZZZZ", secret), (row.number, row.secret_hash)):
        with pytest.raises(NotFound) as refused:
            await operations.rate_tracked_grievance(ANONYMOUS, {"number": number, "secret": guess, "is_solved": True})
        told.append(refused.value.errors)
    assert told[0] == told[1] == told[2]
    typed = {"number": f" {row.number.lower()} ", "secret": secret.lower().replace("-", " "), "is_solved": True}
    closed = await operations.rate_tracked_grievance(ANONYMOUS, typed)
    assert closed.status == GrievanceStatus.CLOSED
    last = await GrievanceUpdate.filter(grievance_id=row.id, status=GrievanceStatus.CLOSED).get()
    assert last.by_line == "反映人"


async def test_each_look_at_a_contact_is_in_the_audit_trail_and_shows_nothing_there(
    report: Report, dispatcher: Actor, worker: Actor, stranger: Actor
) -> None:
    row = await report(**CONTACT)
    for _ in range(2):
        found = await operations.reveal_grievance_contact(dispatcher, {"number": row.number})
        assert found == {"name": "陈阿婆", "phone": "13800001234", "email": "chen@example.cn"}
    for other in (ANONYMOUS, stranger, worker):
        with pytest.raises(Forbidden):
            await operations.reveal_grievance_contact(other, {"number": row.number})
    looks = await AuditEntry.filter(operation="reveal_grievance_contact")
    assert [look.person_id for look in looks] == [dispatcher.person_id] * 2  # type: ignore[attr-defined]
    assert "138" not in str([look.changes for look in looks])


async def test_hiding_keeps_the_reason_among_staff(report: Report, dispatcher: Actor) -> None:
    row = await take(dispatcher, "set_visibility", await report())
    assert not row.is_public
    note = await GrievanceUpdate.filter(grievance_id=row.id).order_by("-id").first()
    assert note is not None
    assert (note.public_note, note.internal_note) == ("", "有门牌号")
    assert "有门牌号" not in str([entry.changes for entry in await AuditEntry.all()])


async def test_a_step_says_what_it_changed_of_what_people_were_told(report: Report, dispatcher: Actor) -> None:
    row = await report()
    promised = row.resolution_due_at
    row = await take(
        dispatcher, "change_level", await take(dispatcher, "accept", row), urgency="planned", category="gas"
    )
    row = await take(await place.person("county", Role.DISPATCHER, FENGGANG), "extend", row, hours=48)
    row = await take(dispatcher, "comment", row, note="说明", is_public=True)
    steps = await GrievanceUpdate.filter(grievance_id=row.id).order_by("id")
    assert [(one.verb, one.level_before, one.level, one.category_before, one.category) for one in steps[1:]] == [
        ("accept", None, None, None, None),
        ("change_level", Urgency.GENERAL, Urgency.PLANNED, "lighting", "gas"),
        ("extend", None, None, None, None),
        ("comment", None, None, None, None),
    ]
    moved = [(one.promised_before, one.promised) for one in steps if one.promised]
    assert moved[0][0] == promised
    assert moved[0][1] == moved[1][0]
    assert moved[1][1] == row.resolution_due_at
    assert len(moved) == 2


async def test_letters_name_the_step_and_not_where_the_report_stands_as_before(
    report: Report, dispatcher: Actor
) -> None:
    row = await take(dispatcher, "accept", await report(**CONTACT))
    row = await take(dispatcher, "hold", row)
    await OutboxMessage.all().delete()
    row = await take(dispatcher, "change_level", row, urgency="planned")
    await take(dispatcher, "comment", row, note="配件在路上", is_public=True)
    written = await OutboxMessage.filter(template="grievance_step").order_by("id")
    letters = [render_message(one.template, one.values, one.locale) for one in written]
    assert [subject.partition("：")[2] for subject, _ in letters] == ["改级或改类别", "进展"]
    assert "承诺" in letters[0][1]
    assert not [text for _, text in letters if "办理挂起" in text]


async def test_the_reporter_with_an_email_hears_of_public_steps_only(report: Report, dispatcher: Actor) -> None:
    row = await report(**CONTACT)
    await take(dispatcher, "accept", row, note="今天去看")
    await take(dispatcher, "comment", row, note="只给同事")
    await take(dispatcher, "comment", row, note="灯泡已订购", is_public=True)
    messages = await OutboxMessage.filter(template="grievance_step").order_by("id")
    assert [(m.values["status"], m.values["note"]) for m in messages] == [
        ("submitted", ""),
        ("accepted", "今天去看"),
        ("accepted", "灯泡已订购"),
    ]
    assert "chen@" not in str([(m.address, m.values) for m in messages])

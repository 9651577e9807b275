"""Reporting a problem."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from civicgraph import clock, crypto
from civicgraph.grids.models import Grid
from civicgraph.grievances import rules
from civicgraph.grievances.models import (
    Channel,
    Grievance,
    GrievanceCell,
    GrievanceStatus,
    GrievanceUpdate,
    ReporterKind,
    Urgency,
    UrgencyPolicy,
)
from civicgraph.grievances.operations import file_grievance
from civicgraph.operations import Forbidden, InvalidInput
from civicgraph.operations.models import AuditEntry, IdempotencyKey
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.scheduler.models import Deadline
from tests.grievances.conftest import CONTACT, WORDS, Report, words
from tests.support.city import CITY, FENGGANG, FENGQUAN, LONGQUAN

NOON = datetime(2026, 5, 28, 4, 0, tzinfo=UTC)  # 12:00 in the city


async def test_a_resident_without_account_gets_a_number_and_a_secret(city: None) -> None:
    with clock.override(NOON):
        answer = await file_grievance(ANONYMOUS, words())
    row = answer["grievance"]
    assert row.number.startswith("ZY-0528-")
    assert len(row.number) == 12
    assert row.secret_hash == crypto.token_hash(rules.typed_secret(answer["tracking_secret"]))
    assert len(rules.typed_secret(answer["tracking_secret"])) == 18
    assert (row.status, row.urgency, row.reporter_kind) == (
        GrievanceStatus.SUBMITTED,
        Urgency.GENERAL,
        ReporterKind.RESIDENT,
    )
    step = await GrievanceUpdate.get(grievance_id=row.id)
    assert (step.status, step.by_line) == (GrievanceStatus.SUBMITTED, "居民")


async def test_personal_data_is_masked_in_public_words_and_encrypted_at_rest(report: Report) -> None:
    row = await report(**CONTACT)
    assert "13800001234" in row.description
    assert "1380000" not in row.public_text
    assert "13800001234" not in row.contact_phone
    assert crypto.decrypt(row.contact_phone) == "13800001234"
    assert (row.contact_phone_masked, row.contact_email_masked) == ("138****1234", "c***@example.cn")
    trail = await AuditEntry.filter(operation="file_grievance").get()
    assert not [mark for mark in ("138", "陈阿婆", "chen@", "斌鑫") if mark in str(trail.changes)]


async def test_promised_times_follow_the_four_level_list(report: Report) -> None:
    with clock.override(NOON):
        general, critical, planned = await report(), await report(category="gas"), await report(category="ent_policy")
    assert (general.response_due_at, general.resolution_due_at) == (
        NOON + timedelta(hours=24),
        NOON + timedelta(hours=72),
    )
    assert (critical.response_due_at, critical.resolution_due_at) == (
        NOON + timedelta(minutes=30),
        NOON + timedelta(hours=4),
    )
    # 15 working days of seven hours, over no holiday: three weeks; the promise keeps its calendar.
    assert planned.resolution_due_at == NOON + timedelta(weeks=3)
    assert (planned.calendar, general.calendar) == ("09:00-12:00 13:00-17:00", "")
    deadlines = {d.kind: d.due_at for d in await Deadline.filter(subject_type="Grievance", subject_id=general.id)}
    assert deadlines == {
        "response": general.response_due_at,
        "response_soon": NOON + timedelta(hours=18),
        "resolution": general.resolution_due_at,
        "resolution_soon": NOON + timedelta(hours=54),
    }


async def test_the_nearest_divisions_own_list_wins(report: Report) -> None:
    for code, minutes in ((FENGGANG, 100), (LONGQUAN, 50)):
        await UrgencyPolicy.create(
            division_id=code, urgency=Urgency.GENERAL, response_minutes=minutes, resolution_minutes=minutes * 2
        )
    with clock.override(NOON):
        row = await report()
    assert row.response_due_at == NOON + timedelta(minutes=50)


async def test_a_report_counts_for_its_community_and_all_above(report: Report) -> None:
    with clock.override(datetime(2026, 5, 31, 16, 30, tzinfo=UTC)):  # 1 June in the city
        await report()
        await report()
    cells = {
        (c.division_id, c.month): c.received for c in await GrievanceCell.filter(category="", channel="", led_kind="")
    }
    assert cells == {(code, "2026-06"): 2 for code in (CITY, FENGGANG, LONGQUAN, FENGQUAN)}


async def test_the_only_grid_of_a_community_is_found_and_a_foreign_one_refused(report: Report) -> None:
    assert (await report()).grid_id == f"{FENGQUAN}001"
    await Grid.create(code=f"{FENGQUAN}002", division_id=FENGQUAN, name="第二网格")
    assert (await report()).grid_id is None
    assert (await report(grid_code=f"{FENGQUAN}002")).grid_id == f"{FENGQUAN}002"
    with pytest.raises(InvalidInput) as refused:
        await report(grid_code="520323104001001")
    assert refused.value.errors[0].field == "grid_code"


async def test_a_retried_report_is_one_grievance_with_the_same_answer(city: None) -> None:
    once = await file_grievance(ANONYMOUS, words(idempotency_key="a-key-of-the-form"))
    again = await file_grievance(ANONYMOUS, words(idempotency_key="a-key-of-the-form"))
    assert again["grievance"].id == once["grievance"].id
    assert again["tracking_secret"] == once["tracking_secret"]
    assert await Grievance.all().count() == 1
    kept = await IdempotencyKey.get()
    assert rules.typed_secret(once["tracking_secret"]) not in str(kept.answer)


async def test_two_reports_with_one_key_at_the_same_moment_are_one(city: None) -> None:
    answers = await asyncio.gather(
        *(file_grievance(ANONYMOUS, words(idempotency_key="the-same-key-twice")) for _ in range(6))
    )
    assert len({answer["tracking_secret"] for answer in answers}) == 1
    assert await Grievance.all().count() == 1
    assert (await GrievanceCell.get(division_id=CITY, category="", channel="", led_kind="")).received == 1


async def test_other_words_under_a_used_key_are_not_silently_dropped(city: None) -> None:
    await file_grievance(ANONYMOUS, words(idempotency_key="a-key-of-the-form"))
    with pytest.raises(InvalidInput) as refused:
        await file_grievance(ANONYMOUS, words(idempotency_key="a-key-of-the-form", description="另一件事，电梯坏了"))
    assert refused.value.errors[0].code == "key_reused"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("description", "灯坏", "string_too_short"),
        ("description", "灯" * 2001, "string_too_long"),
        ("description", "灯坏了\udce4请修", "string_unicode"),
        ("category", "no_such", "unknown_category"),
        ("division_code", "520399999999", "unknown_division"),
        ("division_code", FENGGANG, "not_a_community"),
        ("contact_phone", "12345", "phone"),
        ("contact_email", "chen at example", "email"),
        ("enterprise_code", "91520300MA6DK2XX0X", "unknown_enterprise"),
        ("grid_code", "12", "string_pattern_mismatch"),
        ("idempotency_key", "short", "string_too_short"),
    ],
)
async def test_bad_input_is_named_at_its_field_and_changes_nothing(
    city: None, field: str, value: Any, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await file_grievance(ANONYMOUS, words(**{field: value}))
    error = refused.value.errors[0]
    assert (error.field, error.code) == (field, code)
    assert error.message
    assert not await Grievance.exists()
    assert not await GrievanceCell.exists()
    assert not await IdempotencyKey.exists()


@pytest.mark.parametrize(
    "phone", ["13800001234", "+86 138-0000-1234", "0851 2345 6789", "0851-28222222", "（0851）28222222"]
)
async def test_telephones_are_taken_as_people_write_them(report: Report, phone: str) -> None:
    assert crypto.decrypt((await report(contact_phone=phone)).contact_phone).isdigit()


async def test_control_characters_are_left_out(report: Report) -> None:
    row = await report(description="楼道灯\x00坏了\x07两天\n请修")
    assert row.description == "楼道灯坏了两天\n请修"


async def test_only_a_dispatcher_of_the_place_takes_reports_by_phone(
    dispatcher: Actor, worker: Actor, stranger: Actor, report: Report
) -> None:
    row = await report(dispatcher, channel=Channel.STAFF)
    assert (await GrievanceUpdate.get(grievance_id=row.id)).by_line == "凤泉社区联络点"
    for other in (ANONYMOUS, worker, stranger):
        with pytest.raises(Forbidden):
            await report(other, channel=Channel.STAFF)


async def test_reports_of_one_day_never_share_a_number(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["AAAA", "B" * 18, "AAAA", "AAAA", "CCCC", "D" * 18])
    monkeypatch.setattr(crypto, "random_code", lambda length: next(codes))
    with clock.override(NOON):
        assert ((await report()).number, (await report()).number) == ("ZY-0528-AAAA", "ZY-0528-CCCC")


async def test_the_words_are_found_by_search_terms_without_personal_data(report: Report) -> None:
    row = await report()
    assert "楼道 道灯" in row.search_terms
    assert "照明" in row.search_terms
    assert "13800001234" not in row.search_terms
    assert WORDS not in row.public_text


@pytest.mark.parametrize("cry", ["着火了", "有人触电", "桥快塌了"])
async def test_a_cry_for_help_may_be_as_short_as_it_is(report: Report, cry: str) -> None:
    assert (await report(description=cry)).urgency is Urgency.CRITICAL

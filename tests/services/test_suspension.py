"""A service that rests holds its places back: nobody new gets one, whoever has one is told why, and again when it resumes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.bookings import enclosures as enclosures  # what goes with messages
from civicgraph.bookings import operations as bookings
from civicgraph.bookings import reminders as reminders  # what the clock does
from civicgraph.bookings import rules
from civicgraph.bookings.models import CallReason, Quota, Registration
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations import Unavailable
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.scheduler.deadlines import claim_due
from civicgraph.scheduler.models import Deadline
from civicgraph.services import operations
from civicgraph.services import quotas as quotas  # services are in step with their quotas
from civicgraph.services.models import Service
from civicgraph.services.slots import carry_on_slots
from tests.bookings.test_places import leader
from tests.services.conftest import List
from tests.services.test_slots import FRIDAY, STATION
from tests.support.browser import visit

REASON = "电梯检修，约两周。"


async def book(quota: Quota, name: str, **contact: str) -> Registration:
    answer = await bookings.register(ANONYMOUS, {"quota_code": quota.code, "contact_name": name, **contact})
    found: Registration = answer["registration"]
    return found


async def suspend(editor: Actor, row: Service) -> None:
    fresh = await Service.get(id=row.id)
    await operations.suspend_service(editor, {"slug": row.slug, "version": fresh.version, "reason": REASON})


async def resume(editor: Actor, row: Service) -> None:
    fresh = await Service.get(id=row.id)
    await operations.resume_service(editor, {"slug": row.slug, "version": fresh.version})


async def told() -> list[str]:
    return [one.template for one in await OutboxMessage.filter(channel="email", person_id=None).order_by("id")]


async def reminders_pending(quota: Quota) -> int:
    return await Deadline.filter(subject_type="Quota", subject_id=quota.id, state="pending").count()


async def offer_term(editor: Actor, row: Service, **values: Any) -> Quota:
    given = {"subject_kind": "service", "subject_slug": row.slug, "kind": "enrolment", "capacity": 30, **values}
    return await bookings.create_quota(editor, given)


def words(text: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", text)


async def test_a_service_that_rests_gives_out_no_slot_and_its_holder_is_told_why_and_when_it_is_back(
    app: Starlette, list_service: List, editor: Actor
) -> None:
    with clock.override(FRIDAY):
        row = await list_service(**STATION)
        last = await Quota.all().order_by("-starts_at").first()
        assert last is not None
        booked = await book(last, "张三", contact_email="zhang@example.cn")
        called = await book(last, "李四", contact_phone="13800001234")
        term = await offer_term(editor, row)
        await suspend(editor, row)
        assert await told() == ["booking_step", "booking_suspended"]
        message = await OutboxMessage.get(template="booking_suspended")
        assert REASON in render_message(message.template, message.values, "zh")[1]
        await called.refresh_from_db()
        assert called.call_about is CallReason.SUSPENDED
        assert await reminders_pending(last) == 0
        for quota in (last, term):
            with pytest.raises(Unavailable):
                await book(quota, "王五")
            page = words(await visit(app).open(f"/book/{quota.code}"))
            assert "服务暂停，恢复后继续预约" in page
            assert REASON in page
            assert "姓名" not in page  # there is nothing to fill in
        own = f"/my-booking/{booked.number}/{rules.secret_of(booked.number)}"
        page = words(await visit(app).open(own))
        assert "服务暂停：暂停期间不进行" in page
        assert REASON in page
        await resume(editor, row)
        assert await told() == ["booking_step", "booking_suspended", "booking_resumed"]
        await called.refresh_from_db()
        assert called.call_about is CallReason.RESUMED
        assert await reminders_pending(last) == 2
        assert REASON not in await visit(app).open(own)
        assert (await book(term, "王五")).state.value == "confirmed"


async def test_what_passes_while_a_service_rests_is_over_and_what_is_laid_out_meanwhile_waits_for_it(
    list_service: List, editor: Actor
) -> None:
    with clock.override(FRIDAY):
        row = await list_service(**STATION)
        first = await Quota.all().order_by("starts_at").first()
        assert first is not None
        booked = await book(first, "张三", contact_email="zhang@example.cn")
        await suspend(editor, row)
    with clock.override(FRIDAY + timedelta(days=1)):
        await claim_due(await leader())
        assert "booking_reminder" not in await told()
        await carry_on_slots()
        newest = await Quota.all().order_by("-starts_at").first()
        assert newest is not None
        assert newest.is_on_hold
        with pytest.raises(Unavailable):  # its hour has passed
            await bookings.cancel_registration(
                ANONYMOUS, {"number": booked.number, "secret": rules.secret_of(booked.number)}
            )
        await resume(editor, row)
        await newest.refresh_from_db()
        assert not newest.is_on_hold
        assert await reminders_pending(newest) == 2
        assert await told() == ["booking_step", "booking_suspended"]  # nobody is called back to an hour that is over


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_term_that_has_ended_is_nobody_s_news_when_its_service_rests(list_service: List, editor: Actor) -> None:
    with clock.override(FRIDAY):
        row = await list_service()
        dates = {"starts_at": datetime(2026, 5, 23, 9), "ends_at": datetime(2026, 6, 23, 9)}
        await book(await offer_term(editor, row, **dates), "张三", contact_email="zhang@example.cn")
    with clock.override(FRIDAY + timedelta(days=60)):
        await suspend(editor, row)
        await resume(editor, row)
        assert await told() == ["booking_step"]

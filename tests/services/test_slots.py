"""Times of services that can be booked: laid out from the hours, booked as everything else is."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicgraph import clock, i18n
from civicgraph.bookings import operations as bookings
from civicgraph.bookings import rules
from civicgraph.bookings.models import Quota, QuotaStatus, Registration, RegistrationState
from civicgraph.notifications.models import OutboxMessage
from civicgraph.operations import InvalidInput
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.scheduler.models import Deadline
from civicgraph.services import operations
from civicgraph.services import quotas as quotas  # services are in step with their quotas
from civicgraph.services.models import HolidayHours, Service, SlotPlan, SpecialDay
from civicgraph.services.slots import AHEAD, carry_on_slots, slots_of
from tests.services.conftest import CANTEEN, List
from tests.services.test_pages import Site, publish, site

__all__ = ["site"]
FRIDAY = datetime(2026, 5, 22, 8, tzinfo=clock.CITY_ZONE)
DOCTOR = {"title": "医生坐诊", "weekday": 5, "opens_minute": 540, "closes_minute": 600, "slot_minutes": 30, "places": 1}
STATION: dict[str, Any] = {"kind": "elderly_station", "name": "养老驿站", "offers": [], "slot_plans": [DOCTOR]}


def local(row: Quota) -> str:
    assert row.starts_at is not None
    return f"{row.starts_at.astimezone(clock.CITY_ZONE):%m-%d %H:%M}"


async def book(quota: Quota, name: str = "张三") -> Registration:
    answer = await bookings.register(
        ANONYMOUS, {"quota_code": quota.code, "contact_name": name, "contact_email": "zhang@example.org"}
    )
    found: Registration = answer["registration"]
    return found


async def change(editor: Actor, row: Service, **values: Any) -> None:
    fresh = await Service.get(id=row.id)
    given = {**CANTEEN, **STATION, **values}
    await operations.update_service(editor, {**given, "slug": row.slug, "version": fresh.version})


async def test_slots_are_laid_out_two_weeks_ahead_and_a_day_further_each_day(list_service: List) -> None:
    with clock.override(FRIDAY):
        row = await list_service(**STATION)
        laid = await Quota.filter(service_id=row.id, is_planned=True).order_by("starts_at")
        assert [local(one) for one in laid] == ["05-22 09:00", "05-22 09:30", "05-29 09:00", "05-29 09:30"]
        assert all(one.is_public and one.capacity == 1 and one.title == "医生坐诊" for one in laid)
        await carry_on_slots()
        assert await Quota.all().count() == 4
    with clock.override(FRIDAY + timedelta(days=1)):
        await carry_on_slots()
        coming = await Quota.filter(starts_at__gt=clock.now()).order_by("starts_at")
        assert [local(one) for one in coming] == ["05-29 09:00", "05-29 09:30", "06-05 09:00", "06-05 09:30"]
        assert await Quota.all().count() == 4  # nobody had booked those that have passed


async def test_a_draft_lays_out_nothing_until_it_is_published(list_service: List, editor: Actor) -> None:
    with clock.override(FRIDAY):
        row = await list_service(publish=False, **STATION)
        assert not await Quota.exists()
        await operations.publish_service(editor, {"slug": row.slug, "version": 1})
        assert await Quota.all().count() == 4


async def test_what_is_closed_has_no_slots_and_whoever_had_booked_one_is_told(
    list_service: List, editor: Actor
) -> None:
    with clock.override(FRIDAY):
        row = await list_service(**STATION)
        first, *_, last = await Quota.all().order_by("starts_at")
        await book(last)
        ill = {"first_day": "2026-05-29", "note": "医生外出"}
        await change(editor, row, special_days=[ill])
        await last.refresh_from_db()
        assert last.status is QuotaStatus.CALLED_OFF
        assert await OutboxMessage.filter(template="booking_called_off").count() == 1
        assert not await Deadline.filter(subject_id=str(last.id), state="pending").exists()
        assert [local(one) for one in await Quota.filter(status="open").order_by("id")] == [
            "05-22 09:00",
            "05-22 09:30",
        ]
        assert last.off_reason == "医生外出"
        await change(editor, row, special_days=[ill], summary="换个说法")  # what the day says stays said
        await last.refresh_from_db()
        assert last.off_reason == "医生外出"
        await change(editor, row)  # he is well again: the time is the same, and whoever had booked it has it again
        assert await Quota.filter(status="open").count() == 4
        assert await Quota.all().count() == 4
        assert await Quota.filter(id__in=(first.id, last.id)).count() == 2
        assert await OutboxMessage.filter(template="booking_reinstated").count() == 1
        await last.refresh_from_db()
        assert (last.off_reason, last.taken) == ("", 1)
        assert await Deadline.filter(subject_id=str(last.id), state="pending").exists()
        await change(editor, row, special_days=[ill])  # ill once more: told once more
        assert await OutboxMessage.filter(template="booking_called_off").count() == 2


async def test_more_places_go_to_those_who_wait_and_fewer_than_are_taken_are_refused(
    list_service: List, editor: Actor
) -> None:
    with clock.override(FRIDAY):
        row = await list_service(**STATION)
        slot = await Quota.all().order_by("-starts_at").first()
        assert slot is not None
        await book(slot)
        waiting = await book(slot, "李四")
        assert waiting.state is RegistrationState.WAITING
        await change(editor, row, slot_plans=[{**DOCTOR, "places": 2}])
        await waiting.refresh_from_db()
        assert waiting.state is RegistrationState.CONFIRMED
        for language, words in (
            ("zh", "5月29日 周五 09:30 已有 2 个名额被约"),
            ("en", "2 places are taken on Fri 29 May 09:30"),
        ):
            token = i18n.current.set(language)
            with pytest.raises(InvalidInput) as refused:
                await change(editor, row, slot_plans=[DOCTOR])
            i18n.current.reset(token)
            (error,) = refused.value.errors
            assert (error.field, error.code) == ("slot_plans.0.places", "below_taken")
            assert words in error.message
        await slot.refresh_from_db()
        assert (slot.capacity, slot.taken) == (2, 2)
        await bookings.cancel_registration(
            ANONYMOUS, {"number": waiting.number, "secret": rules.secret_of(waiting.number)}
        )
        await change(editor, row, slot_plans=[DOCTOR])  # one of them has given it back: one place is enough again
        await slot.refresh_from_db()
        assert (slot.capacity, slot.taken) == (1, 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"slot_plans": []}, "slot_plans"),
        ({"slot_plans": [{**DOCTOR, "closes_minute": 570}]}, "slot_plans"),
        ({"slot_plans": [{**DOCTOR, "title": "护士坐诊"}]}, "slot_plans"),
        ({"slot_plans": [{**DOCTOR, "weekday": 4}], "special_days": [{"first_day": "2026-05-29"}]}, "slot_plans"),
        ({"holiday_hours": "like_offices"}, "holiday_hours"),
    ],
)
async def test_a_time_that_is_booked_is_not_taken_away(
    list_service: List, editor: Actor, values: dict[str, Any], field: str
) -> None:
    day = datetime(2026, 9, 25, 8, tzinfo=clock.CITY_ZONE)  # the Friday a week before that of the national holidays
    with clock.override(day if field == "holiday_hours" else FRIDAY):
        row = await list_service(**STATION)
        slot = await Quota.all().order_by("-starts_at").first()
        assert slot is not None
        await book(slot)
        with pytest.raises(InvalidInput) as refused:
            await change(editor, row, **values)
        (error,) = refused.value.errors
        assert (error.field, error.code) == (field, "below_taken")
        assert "1 个名额" in error.message
        assert "09:30" in error.message
        await slot.refresh_from_db()
        assert slot.status is QuotaStatus.OPEN
        assert (await Service.get(id=row.id)).version == row.version


async def test_the_form_says_how_many_have_booked_and_keeps_what_was_typed(site: Site) -> None:
    with clock.override(FRIDAY):
        row = await publish(site, **{**STATION, "slot_plans": [{**DOCTOR, "places": 2}]})
        slot = await Quota.all().order_by("-starts_at").first()
        assert slot is not None
        await book(slot)
        await book(slot, "李四")
        await site.editor.open(f"/staff/services/{row.slug}")
        text = await site.editor.send(slot_plans__0__places="1", name="新驿站")
        assert site.editor.status == 422
        assert 'id="f-slot_plans-0-places-error"' in text
        assert "5月29日 周五 09:30 已有 2 个名额被约：请先取消一些预约，或者至少保留 2 个。" in text
        assert 'value="新驿站"' in text
        site.editor.http.cookies.set("lang", "en")
        await site.editor.open(f"/staff/services/{row.slug}")
        gone = {f"slot_plans__0__{name}": "" for name in DOCTOR}
        text = await site.editor.send(**gone, name="新驿站")
        assert site.editor.status == 422
        assert "2 places are booked at times that would be gone: Fri 29 May 09:30." in text
        assert (await SlotPlan.get(service_id=row.id)).places == 2


async def test_a_slot_is_never_booked_twice_however_many_ask_at_once(list_service: List) -> None:
    with clock.override(FRIDAY):
        await list_service(**STATION)
        slot = await Quota.all().order_by("-starts_at").first()
        assert slot is not None
        rows = await asyncio.gather(*(book(slot, f"居民{number}") for number in range(12)))
    assert [one.state for one in sorted(rows, key=lambda one: one.rank)].count(RegistrationState.CONFIRMED) == 1
    await slot.refresh_from_db()
    assert (slot.taken, slot.waiting) == (1, 11)


@pytest.mark.parametrize(
    ("plans", "wrong"),
    [
        ([{**DOCTOR, "slot_minutes": 90}], "slot_plans.0.slot_minutes"),
        ([DOCTOR, {**DOCTOR, "opens_minute": 570}], "slot_plans.1.opens_minute"),
        (
            [{**DOCTOR, "weekday": day, "opens_minute": 0, "closes_minute": 1440, "slot_minutes": 5} for day in (1, 2)],
            "",
        ),
    ],
)
async def test_times_that_cannot_be_are_refused(editor: Actor, plans: list[dict[str, Any]], wrong: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await operations.create_service(editor, {**CANTEEN, **STATION, "slot_plans": plans})
    assert [one.field for one in refused.value.errors] == [wrong or "slot_plans"]


@given(
    st.lists(
        st.builds(
            SlotPlan,
            title=st.just(""),
            weekday=st.integers(1, 7),
            opens_minute=st.integers(0, 700),
            closes_minute=st.integers(701, 1440),
            slot_minutes=st.integers(5, 480),
            places=st.integers(1, 9),
        ),
        max_size=3,
    ),
    st.dates(date(2026, 1, 1), date(2026, 12, 1)),
)
def test_slots_lie_in_their_hours_side_by_side_and_never_on_a_closed_day(plans: list[SlotPlan], first: date) -> None:
    closed = SpecialDay(first_day=first, last_day=first + timedelta(days=2))
    days = [first + timedelta(days=ahead) for ahead in range(AHEAD.days)]
    for plan in plans:
        found = slots_of([plan], [closed], HolidayHours.LIKE_OFFICES, days)
        for one, following in pairwise(found):
            assert one.ends_at <= following.starts_at
        for one in found:
            assert one.starts_at.date() > closed.last_day
            minutes = one.starts_at.hour * 60 + one.starts_at.minute
            assert plan.opens_minute <= minutes <= plan.closes_minute - plan.slot_minutes
            assert one.ends_at - one.starts_at == timedelta(minutes=plan.slot_minutes)


async def test_a_resident_books_a_time_on_the_page_and_finds_it_marked_as_theirs(site: Site) -> None:
    with clock.override(FRIDAY):
        row = await publish(site, **STATION)
        text = await site.stranger.open(f"/services/{row.slug}")
        assert "预约时间" in text
        assert "09:30–10:00" in text
        slot = await Quota.all().order_by("starts_at").first()
        assert slot is not None
        await site.stranger.open(f"/book/{slot.code}")
        await site.stranger.send(f"/book/{slot.code}", contact_name="张三")
        assert site.stranger.status == 200
        assert "您约的" in await site.stranger.open(f"/services/{row.slug}")
        await slot.refresh_from_db()
        assert slot.taken == 1
        assert "可候补" in await site.editor.open(f"/services/{row.slug}")
        last = await book(slot, "李四")
        own = f"/my-booking/{last.number}/{rules.secret_of(last.number)}"
        site.stranger.http.cookies.delete("bookings")
        await site.stranger.open(own)  # who waits for a time has not booked it
        waiting = await site.stranger.open(f"/services/{row.slug}")
        assert "候补第 1 位" in waiting
        assert "您约的" not in waiting


async def test_a_time_that_is_called_off_is_said_to_be_everywhere_and_is_theirs_again_when_it_is_taken_back(
    site: Site,
) -> None:
    with clock.override(FRIDAY):
        row = await publish(site, **STATION)
        slot = await Quota.all().order_by("-starts_at").first()
        assert slot is not None
        await site.stranger.open(f"/book/{slot.code}")
        await site.stranger.send(f"/book/{slot.code}", contact_name="张三", contact_phone="13800001234")
        number = (await Registration.get()).number
        own = f"/my-booking/{number}/{rules.secret_of(number)}"
        here = f"/staff/services/{row.slug}"
        await site.editor.open(here)
        day = {"special_days__0__first_day": "2026-05-29", "special_days__0__note": "医生外出学习"}
        said = await site.editor.send(**day)
        assert site.editor.status == 200
        assert "取消了 1 个预约" in said
        assert "已取消 ·" in said
        assert "医生外出学习" in await site.stranger.open(own)
        page = await site.stranger.open(f"/services/{row.slug}")
        assert "您约过，已取消" in page
        assert "您约的" not in page
        assert "这一场不举行了" in await site.stranger.open(f"/book/{slot.code}")
        assert "已取消" in await site.editor.open(
            f"/services/{row.slug}"
        )  # who has not booked it reads why it is empty
        await site.editor.open(here)
        gone = dict.fromkeys([*day, "special_days__0__last_day"], "")
        said = await site.editor.send(**gone)
        assert "恢复了 1 个" in said
        again = await site.stranger.open(f"/services/{row.slug}")
        assert "您约的" in again
        assert await Quota.filter(starts_at=slot.starts_at).count() == 1


async def test_who_has_booked_a_time_does_not_take_both_places_of_it_by_mistake(site: Site) -> None:
    with clock.override(FRIDAY):
        await publish(site, **{**STATION, "slot_plans": [{**DOCTOR, "places": 2}]})
        slot = await Quota.all().order_by("starts_at").first()
        assert slot is not None
        who, here = {"contact_name": "张三", "contact_phone": "13800001234"}, f"/book/{slot.code}"
        await site.stranger.open(here)
        stale = site.stranger.form(here).pairs  # the same form in another tab
        await site.stranger.send(here, **who)
        text = await site.stranger.open(here)
        assert "已经约过这个时间" in text
        assert "contact_name" not in text
        answer = await site.stranger.http.post(here, data={**dict(stale), **who, "idempotency_key": "k" * 20})
        assert (answer.status_code, "已经约过这个时间" in answer.text) == (422, True)
        assert await Registration.all().count() == 1
        await site.stranger.open(f"{here}?for=another")  # for one's mother, who has no telephone
        await site.stranger.send(f"{here}?for=another", contact_name="张三的母亲")
        assert site.stranger.status == 200
        assert await Registration.all().count() == 2

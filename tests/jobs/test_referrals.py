"""A referral from the application to the first working day: dated steps, told once, late told upwards, counted, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tortoise.exceptions import BaseORMException

from civicgraph import clock, crypto
from civicgraph.graph.engine import Engine
from civicgraph.jobs import operations, rules
from civicgraph.jobs.forgetting import forget_due
from civicgraph.jobs.models import Referral, ReferralCell, ReferralStage, ReferralStep, Vacancy
from civicgraph.jobs.stages import MOVES, RUNNING, TRACK
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.operations import Conflict, InvalidInput, NotFound, OperationError, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.scheduler.heartbeat import Heartbeat
from civicgraph.settings import Settings
from tests.jobs.conftest import APPLIED, EMAIL, NAME, PHONE, WISH, WORK, Town
from tests.support.city import FENGQUAN, HONGQIAO


@contextmanager
def refused(field: str) -> Iterator[None]:
    """What is within is refused with words beside this field."""
    with pytest.raises(InvalidInput) as found:
        yield
    assert [one.field for one in found.value.errors] == [field]


async def told(actor: Actor) -> list[str]:
    """The beginnings of the subjects in somebody's inbox, the oldest first."""
    rows = await InboxMessage.filter(person_id=actor.person_id).order_by("id")
    return [one.subject.split(":")[0].split("：")[0] for one in rows]


# The table of stages ------------------------------------------------------------------------------


def test_every_stage_that_runs_leads_to_work_and_may_end_and_the_others_lead_nowhere() -> None:
    assert set(MOVES) == set(ReferralStage)
    for stage in RUNNING:
        reached, seen = {stage}, set[ReferralStage]()
        while reached - seen:
            seen |= reached
            reached |= {following for one in seen for following in MOVES[one]}
        assert {ReferralStage.STARTED, ReferralStage.ENDED} <= reached
        assert ReferralStage.ENDED in MOVES[stage]
    assert TRACK[:-1] == RUNNING
    assert ReferralStage.WITHDRAWN not in {following for one in MOVES.values() for following in one}


# The way ------------------------------------------------------------------------------------------


async def test_the_case_of_the_city_bamboo_work_within_72_hours(town: Town) -> None:
    row = await town.applied()
    assert row.due_at - row.applied_at == timedelta(hours=72)
    await town.move(row, "taken", 2)
    await town.move(row, "matched", 5, vacancy_id=town.vacancy.id)
    meeting = APPLIED + timedelta(hours=24)
    await town.move(row, "interview", 6, interview_at=meeting, note="请带身份证")
    row = await town.move(row, "started", 70, at=APPLIED + timedelta(hours=68, minutes=30))
    assert (row.stage, row.responsible_id) == (ReferralStage.STARTED, town.point.person_id)
    steps = await ReferralStep.filter(referral_id=row.id).order_by("id")
    assert [one.stage.value for one in steps] == ["applied", "taken", "matched", "interview", "started"]
    assert [one.person_id for one in steps] == [None, *[town.point.person_id] * 4]
    assert steps[-1].at == APPLIED + timedelta(hours=68, minutes=30)
    assert (await Vacancy.get(id=town.vacancy.id)).hired == 1
    written = await OutboxMessage.filter(template="job_step").order_by("id")
    assert [one.values["stage"] for one in written] == ["applied", "taken", "matched", "interview", "started"]
    assert not any(
        text in str(one.values) for one in written for text in (PHONE, NAME, WISH, rules.secret_of(row.number))
    )


async def test_a_step_that_the_table_does_not_know_is_refused_and_what_a_step_needs_is_asked_for(town: Town) -> None:
    row = await town.applied()
    with pytest.raises(Unavailable):
        await town.move(row, "started", 1)
    with pytest.raises(Unavailable):
        await town.move(row, "withdrawn", 1)
    with refused("note"):
        await town.move(row, "ended", 1)
    await town.move(row, "taken", 1)
    for stage, needed in (("matched", "vacancy_id"), ("ended", "note")):
        with refused(needed):
            await town.move(row, stage, 2)
    with refused("at"):
        await town.move(row, "matched", 2, vacancy_id=town.vacancy.id, at=APPLIED + timedelta(hours=3))
    with refused("at"):
        await town.move(row, "matched", 2, vacancy_id=town.vacancy.id, at=APPLIED)
    with pytest.raises(Conflict):
        await operations.move_referral(
            town.point, {"number": row.number, "version": 1, "stage": "ended", "note": "没有合适的"}
        )
    row = await town.move(row, "ended", 3, note="没有合适的岗位，欢迎再来")
    assert (row.reason, row.ended_at) == ("没有合适的岗位，欢迎再来", APPLIED + timedelta(hours=3))
    with pytest.raises(Unavailable):
        await town.move(row, "taken", 4)


async def test_only_those_who_follow_referrals_of_the_place_read_or_move_one(town: Town) -> None:
    row = await town.applied()
    for actor in (ANONYMOUS, town.owner, town.neighbour, town.editor):
        with pytest.raises(NotFound):
            await town.move(row, "taken", 1, actor)
        with pytest.raises(NotFound):
            await operations.reveal_referral(actor, {"number": row.number})
    await town.move(row, "taken", 1, town.station)
    assert await operations.reveal_referral(town.station, {"number": row.number.lower()}) == {
        "phone": PHONE,
        "email": EMAIL,
        "wish": WISH,
    }
    assert await AuditEntry.filter(operation="reveal_referral").count() == 1


async def test_no_more_people_begin_than_are_wanted_however_many_at_once(town: Town) -> None:
    rows = [await town.applied(contact_phone=f"1391234567{n}") for n in range(4)]
    for row in rows:
        await town.move(row, "taken", 1)
        await town.move(row, "matched", 2, vacancy_id=town.vacancy.id)
    found = await asyncio.gather(
        *(
            operations.move_referral(town.point, {"number": row.number, "version": 3, "stage": "started"})
            for row in rows
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in found) == ["Referral", "Referral", "Unavailable", "Unavailable"]
    assert (await Vacancy.get(id=town.vacancy.id)).hired == 2
    with pytest.raises(BaseORMException):
        await Vacancy.filter(id=town.vacancy.id).update(hired=3)
    with pytest.raises(Unavailable):
        await town.applied()


async def test_a_retried_application_is_one_and_other_words_under_its_key_are_refused(town: Town) -> None:
    first = await town.applied(idempotency_key="k" * 20)
    assert (await town.applied(idempotency_key="k" * 20)).id == first.id
    with pytest.raises(InvalidInput):
        await town.applied(idempotency_key="k" * 20, contact_name="别人")
    assert await Referral.all().count() == 1


# Reminders ----------------------------------------------------------------------------------------


async def test_staff_are_reminded_a_day_before_and_when_it_is_late_the_level_above_then_the_one_above_that(
    town: Town, connected: Settings
) -> None:
    row = await town.applied()
    assert await told(town.point) == ["凤泉社区有人求职"]
    await town.move(row, "taken", 2)
    heartbeat = Heartbeat(connected, deliver_due)
    for hours, point, station, centre in ((47, 1, 0, 0), (49, 2, 0, 0), (73, 3, 1, 0), (97, 3, 1, 1), (200, 3, 1, 1)):
        with clock.override(APPLIED + timedelta(hours=hours)):
            await heartbeat.tick_once()
            await heartbeat.tick_once()
        counts = [len(await told(one)) for one in (town.point, town.station, town.centre, town.neighbour)]
        assert counts == [point, station, centre, 0], hours
    await heartbeat.stop()


async def test_nobody_is_reminded_of_who_is_at_work_or_has_withdrawn(town: Town, connected: Settings) -> None:
    await town.begun(await town.applied(), 20)
    gone = await town.applied()
    with clock.override(APPLIED + timedelta(hours=1)):
        await operations.withdraw_application(
            ANONYMOUS, {"number": gone.number, "secret": rules.secret_of(gone.number), "reason": "找到了"}
        )
    before = len(await told(town.point))
    heartbeat = Heartbeat(connected, deliver_due)
    with clock.override(APPLIED + timedelta(hours=120)):
        await heartbeat.tick_once()
    await heartbeat.stop()
    assert len(await told(town.point)) == before
    assert await told(town.station) == []


# Figures ------------------------------------------------------------------------------------------

FIGURES = """query F($within: DivisionCode!, $from: String, $to: String) {
  referralFigures(within: $within, fromMonth: $from, toMonth: $to) {
    referrals hired inTime medianHours byMonth { month referrals hired medianHours } byDivision { division { code } referrals }
  }
}"""


async def test_figures_count_applications_people_at_work_and_the_middle_of_the_hours(
    town: Town, engine: Engine
) -> None:
    await Vacancy.filter(id=town.vacancy.id).update(places=9)
    for hours in (5, 68.5, 80):
        await town.begun(await town.applied(), hours)
    await town.applied()
    await town.applied(division_code=HONGQIAO, vacancy_id=None)

    async def figures(within: str, first: str | None = None) -> dict[str, object]:
        answer = await engine.fetch(FIGURES, {"within": within, "from": first}, ANONYMOUS)
        found: dict[str, object] = orjson.loads(answer)["referralFigures"]
        return found

    city = await figures("5203")
    assert {key: city[key] for key in ("referrals", "hired", "inTime", "medianHours")} == {
        "referrals": 5, "hired": 3, "inTime": 2, "medianHours": 68,
    }  # fmt: skip
    assert city["byMonth"] == [{"month": "2026-05", "referrals": 5, "hired": 3, "medianHours": 68}]
    assert [one["referrals"] for one in city["byDivision"]] == [1, 4]  # type: ignore[attr-defined]
    assert (await figures(FENGQUAN))["referrals"] == 4
    assert (await figures(HONGQIAO))["medianHours"] is None
    assert (await figures("5203", "2026-06"))["referrals"] == 0


@given(some.integers(0, 500), some.integers(0, 59))
def test_hours_are_full_ones(hours: int, minutes: int) -> None:
    start = datetime(2026, 5, 22, 10, tzinfo=clock.CITY_ZONE)
    assert rules.hours_between(start, start + timedelta(hours=hours, minutes=minutes)) == hours


# Privacy ------------------------------------------------------------------------------------------


async def test_contact_and_words_are_sealed_exported_to_their_owner_and_erased_on_request(town: Town) -> None:
    row = await town.applied()
    raw = (await Referral.filter(id=row.id).values())[0]
    assert not any(text in str(value) for value in raw.values() for text in (PHONE, EMAIL, WISH))
    assert crypto.decrypt(raw["wish"]) == WISH
    own = {"number": row.number, "secret": rules.secret_of(row.number)}
    await town.move(row, "taken", 1)
    await operations.reveal_referral(town.point, {"number": row.number})
    kept = orjson.loads((await operations.export_application(ANONYMOUS, own))["data"])
    assert (kept["name"], kept["telephone"], kept["email"], kept["words"]) == (NAME, PHONE, EMAIL, WISH)
    assert len(kept["contact_was_looked_at"]) == 1
    for wrong in ({**own, "secret": "A" * 22}, {**own, "number": "ZZZZZZZZ"}):
        for operation in (operations.export_application, operations.erase_application, operations.withdraw_application):
            with pytest.raises(NotFound):
                await operation(ANONYMOUS, wrong)
    with clock.override(APPLIED + timedelta(hours=2)):
        row = await operations.erase_application(ANONYMOUS, own)
    assert (row.stage, row.contact_name, row.contact_phone, row.wish) == (ReferralStage.WITHDRAWN, "", "", "")
    assert await OutboxMessage.filter(template="job_step").count() == 0
    assert (await ReferralCell.get(division_id=FENGQUAN)).referrals == 1  # that somebody applied stays counted


async def test_what_ended_is_forgotten_after_its_time_and_not_before(town: Town) -> None:
    row = await town.applied()
    await town.move(row, "taken", 1)
    await town.move(row, "ended", 2, note=f"赵小竹本人来电 {PHONE} 说不用了")
    with clock.override(APPLIED + timedelta(days=179)):
        assert await forget_due(10) == 0
    with clock.override(APPLIED + timedelta(days=181)):
        assert await forget_due(10) == 1
        assert await forget_due(10) == 0
    row = await Referral.get(id=row.id)
    assert (row.contact_name, row.contact_phone, row.contact_phone_masked, row.wish) == ("", "", "", "")
    assert PHONE not in row.reason + str([one.note for one in await ReferralStep.filter(referral_id=row.id)])


# Vacancies ----------------------------------------------------------------------------------------


async def test_fewer_places_than_people_began_to_work_are_refused_with_words(town: Town) -> None:
    await town.begun(await town.applied(), 20)
    await town.begun(await town.applied(contact_phone="13912345670"), 20)
    row = await Vacancy.get(id=town.vacancy.id)
    given_ = {
        **{key: value for key, value in WORK.items() if key != "credit_code"},
        "id": row.id,
        "version": row.version,
    }
    with pytest.raises(InvalidInput) as found:
        await operations.update_vacancy(town.editor, {**given_, "places": 1})
    assert "2" in found.value.errors[0].message
    await operations.update_vacancy(town.editor, {**given_, "places": 3})


async def test_an_enterprise_offers_work_itself_and_what_staff_took_off_stays_off(town: Town) -> None:
    with clock.override(APPLIED):
        own = {**WORK, "title": "缝纫工", "contact_phone": "0851-1234567"}
        row = await operations.create_vacancy(town.owner, own)
        assert row.contact_agreed_on == clock.today()  # who enters a contact itself agrees to it
        with refused("contact_agreed_on"):
            await operations.create_vacancy(town.editor, own)
        for actor in (town.stranger, ANONYMOUS, town.neighbour):
            with pytest.raises(OperationError):
                await operations.create_vacancy(actor, own)
            with pytest.raises(NotFound):
                await operations.publish_vacancy(actor, {"id": row.id, "version": 1})
        row = await operations.publish_vacancy(town.owner, {"id": row.id, "version": 1})
        row = await operations.stop_vacancy(town.editor, {"id": row.id, "version": 2, "reason": "收押金，不合规定"})
        with pytest.raises(Unavailable) as found:
            await operations.publish_vacancy(town.owner, {"id": row.id, "version": 3})
        assert "收押金" in found.value.errors[0].message
        row = await operations.publish_vacancy(town.editor, {"id": row.id, "version": 3})
        row = await operations.close_vacancy(town.owner, {"id": row.id, "version": 4})
    with clock.override(APPLIED + timedelta(days=60)), pytest.raises(Unavailable):
        await operations.publish_vacancy(town.owner, {"id": row.id, "version": 5})

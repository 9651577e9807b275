"""The four-level list: what holds where, set and inherited; and what a changed level does to a promise."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from civicgraph import calendars, clock
from civicgraph.clock import CITY_ZONE
from civicgraph.divisions.operations import remove_office_hours, set_office_hours
from civicgraph.grievances import rounds
from civicgraph.grievances.clocks import Dues, Moment, dues
from civicgraph.grievances.models import Counting, Grievance, GrievanceUpdate, HoldReason, Urgency
from civicgraph.grievances.operations import remove_urgency_policy, set_urgency_policy
from civicgraph.grievances.promises import PROMISES, Entry, Override, Promise, entry_of
from civicgraph.operations import Conflict, Forbidden, InvalidInput
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.scheduler.models import Deadline
from tests.grievances.conftest import Report
from tests.grievances.steps import in_days, take
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, LONGQUAN

FRIDAY = datetime(2026, 9, 25, 16, tzinfo=CITY_ZONE)  # the Mid-Autumn Festival: 25 to 27 September are free
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
async def centre(city: None) -> Actor:
    """Supervises 凤冈县."""
    return await place.person("centre", Role.SUPERVISOR, FENGGANG)


def entry(code: str, response: int, resolution: int, **values: object) -> dict[str, object]:
    given = {"urgency": "general", "response_minutes": response, "resolution_minutes": resolution}
    return {"division_code": code, **given, **values}


async def test_the_nearest_divisions_entry_holds_and_its_own_category_before_all(report: Report, centre: Actor) -> None:
    earlier = await report()
    for values in (
        entry(FENGGANG, 600, 1_200, category="lighting"),
        entry(FENGGANG, 500, 1_000),
        entry(LONGQUAN, 400, 800),
    ):
        await set_urgency_policy(centre, values)
    assert (await report()).response_minutes == 400  # nearer, though it is for every category
    await set_urgency_policy(centre, entry(LONGQUAN, 300, 600, category="lighting", counting="working_hours"))
    special = await report()
    assert (special.response_minutes, special.calendar) == (300, "09:00-12:00 13:00-17:00")
    version = {"version": 1}
    for code, category in ((LONGQUAN, "lighting"), (LONGQUAN, ""), (FENGGANG, "lighting")):
        gone = {"division_code": code, "urgency": "general", "category": category, **version}
        await remove_urgency_policy(centre, gone)
    assert (await report()).response_minutes == 500
    assert (await Grievance.get(id=earlier.id)).response_minutes == 1_440  # what was promised stays promised
    assert await AuditEntry.filter(subject_type="UrgencyPolicy", person_id=centre.person_id).count() == 7


async def test_a_places_list_says_which_rests_stop_the_clock_of_what_is_reported_from_then_on(
    report: Report, dispatcher: Actor, centre: Actor
) -> None:
    earlier = await report()
    await set_urgency_policy(centre, entry(FENGGANG, 600, 4_320, pausing=["material", "reporter"]))
    later, other = await report(), await report(category="gas")
    await set_urgency_policy(centre, entry(FENGGANG, 600, 4_320, pausing=[], version=1))
    for row, moving in ((earlier, {"reporter", "weather", "legal"}), (later, {"reporter", "material"}),
                        (other, {"reporter", "weather", "legal"}), (await report(), set())):  # fmt: skip
        await take(dispatcher, "accept", row)
        for reason in HoldReason:
            before = await Grievance.get(id=row.id)
            held = await take(dispatcher, "hold", row, hold_reason=reason)
            assert (held.resolution_due_at > before.resolution_due_at) is (reason in moving), reason
            await take(dispatcher, "resume", row)
    await take(dispatcher, "change_level", earlier, urgency="urgent")  # promised anew, by the list of today
    await take(dispatcher, "change_level", earlier, urgency="general")
    assert (await Grievance.get(id=earlier.id)).pausing == []
    set_twice = await AuditEntry.filter(operation="set_urgency_policy").order_by("id")
    assert [one.changes["pausing"][1] for one in set_twice] == [["reporter", "material"], []]


async def test_only_supervisors_of_the_place_set_it_and_never_over_anothers_change(
    dispatcher: Actor, centre: Actor
) -> None:
    for actor, code in ((dispatcher, FENGQUAN), (centre, place.HONGQIAO), (centre, "5203")):
        with pytest.raises(Forbidden):
            await set_urgency_policy(actor, entry(code, 60, 120))
        with pytest.raises(Forbidden):
            await set_office_hours(actor, {"division_code": code, "hours": "09:00-12:00"})
    await set_urgency_policy(centre, entry(FENGQUAN, 60, 120))
    with pytest.raises(Conflict):
        await set_urgency_policy(centre, entry(FENGQUAN, 90, 180))
    await set_urgency_policy(centre, entry(FENGQUAN, 90, 180, version=1))
    for wrong in ({"response_minutes": 500}, {"category": "moon"}, {"division_code": "520327999"}):
        with pytest.raises(InvalidInput):
            await set_urgency_policy(centre, {**entry(FENGQUAN, 90, 180, version=2), **wrong})


async def test_an_offices_hours_count_for_what_is_reported_after_they_were_set(report: Report, centre: Actor) -> None:
    with clock.override(FRIDAY):
        plain = await report(category="ent_policy")
        given = {"division_code": LONGQUAN, "hours": "10:00-12:00", "closed_days": "2026-09-28，2026-01-05"}
        await set_office_hours(centre, given)
        slow = await report(category="ent_policy")
        assert slow.calendar == "10:00-12:00 2026-09-28"
        assert slow.resolution_due_at > plain.resolution_due_at
        with pytest.raises(Conflict):
            await set_office_hours(centre, given)
        with pytest.raises(InvalidInput) as refused:
            await set_office_hours(centre, {**given, "hours": "nine to five", "closed_days": "soon", "version": 1})
        assert [one.field for one in refused.value.errors] == ["hours", "closed_days"]
        await remove_office_hours(centre, {"division_code": LONGQUAN, "version": 1})
        assert (await report(category="ent_policy")).calendar == plain.calendar
    assert await AuditEntry.filter(subject_type="OfficeHours").count() == 2


async def test_another_level_counts_from_the_report_with_rests_remembered_and_is_audited(
    report: Report, dispatcher: Actor
) -> None:
    row = await take(dispatcher, "accept", await report())
    begun = row.submitted_at
    held = await take(dispatcher, "hold", row, until=in_days(2))
    assert held.hold_until is not None
    with clock.override(held.hold_until + timedelta(seconds=1)):
        resumed = await take(dispatcher, "resume", held)
        rested = resumed.resolution_due_at - begun - timedelta(hours=72)
        lower = await take(dispatcher, "change_level", resumed, category="ent_policy", urgency="planned")
        assert (lower.urgency, lower.category_id) == (Urgency.PLANNED, "ent_policy")  # type: ignore[attr-defined]
        back = await take(dispatcher, "change_level", lower, category="lighting", urgency="general")
    assert abs(back.resolution_due_at - begun - timedelta(hours=72) - rested) < timedelta(seconds=2)
    assert back.response_due_at == row.response_due_at  # it was answered in time, and stays so
    step = await GrievanceUpdate.filter(grievance_id=row.id, verb="change_level").order_by("id").first()
    assert step is not None
    assert step.changes["urgency"] == ["general", "planned"]
    audited = await AuditEntry.filter(operation="change_grievance_level").order_by("id").first()
    assert audited is not None
    assert audited.changes["urgency"] == ["general", "planned"]
    assert "resolution_due_at" in audited.changes
    with pytest.raises(InvalidInput):
        await take(dispatcher, "change_level", back, urgency="general")


# Laws ------------------------------------------------------------------------------------------


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def change(at: int, promise: Promise) -> Moment:
    return Moment("change_level", after(at), promise=promise)


promises = st.builds(
    lambda response, more: Promise(response, response + more), st.integers(10, 500), st.integers(0, 900)
)


async def test_everybody_reads_what_is_promised_where_and_a_supervisor_sets_and_removes_it_there(
    app: Starlette, centre: Actor
) -> None:
    resident, staff = visit(app), await signed_in(app, centre)
    inherited = f"/promises?within={FENGQUAN}"
    before = await resident.open(inherited)
    assert "1 天" in before
    assert "等待反映人答复或配合入户；天气原因，暂不能施工；法定期限（公示、公告等）。" in before
    await staff.open(f"/staff/promises?within={FENGGANG}")
    entries = f"/staff/promises/{FENGGANG}/entries"
    refused = await staff.send(entries, urgency="general", response_minutes="0", resolution_minutes="1260")
    assert staff.status == 422
    assert "1260" in refused
    await staff.open(f"/staff/promises?within={FENGGANG}")
    ticked = [value for name, value in staff.form(entries).pairs if name == "pausing"]
    assert ticked == ["reporter", "weather", "legal"]
    given = {"urgency": "general", "response_minutes": "660", "resolution_minutes": "1260"}
    await staff.send(entries, **given, pausing=["material"])
    now = await resident.open(inherited)
    assert all(words in now for words in ("11 小时", "21 小时", "凤冈县"))
    assert re.search(r"<li>一般：\s*因以下原因挂起时，办结时限暂停计算：等待材料或配件。</li>", now)
    assert "21 小时" not in await resident.open(f"/promises?within={place.HONGQIAO}")
    other = await signed_in(app, await place.person("deputy", Role.SUPERVISOR, FENGGANG))
    for one in (staff, other):
        await one.open(f"/staff/promises?within={FENGGANG}")
    await staff.send(entries, **given, pausing=[])
    assert re.search(r"<li>一般：\s*不论因何挂起，办结时限照常计算。</li>", await resident.open(inherited))
    told = await other.send(entries, urgency="general", response_minutes="60", resolution_minutes="120")
    assert other.status == 422
    assert all(minutes in told for minutes in ("1260", "120"))
    assert "21 小时" in await resident.open(inherited)  # the second is told, and nothing is lost
    await other.send(entries)
    assert "2 小时" in await resident.open(inherited)
    await other.open(f"/staff/promises?within={FENGGANG}")
    await other.send(f"{entries}/end")
    assert "21 小时" not in await resident.open(inherited)


def test_a_nearer_promise_leaves_the_time_of_an_answer_and_no_more() -> None:
    general, urgent = Promise(1_440, 4_320), Promise(120, 1_440)
    submit = Moment("submit", START)
    early = dues([submit, change(60, urgent)], general)
    assert early == Dues(after(180), after(1_440))  # 120 from the change, and a day from the report
    late = dues([submit, Moment("accept", after(30), is_response=True), change(2_000, urgent)], general)
    assert late == Dues(after(1_440), after(2_120))
    overdue = dues([submit, change(5_000, urgent)], general)
    assert overdue.resolution == after(4_320)  # what was late stays as late as it was


@settings(deadline=None)
@given(promises, st.lists(st.tuples(st.integers(0, 2_000), promises), max_size=4), promises)
def test_changing_to_and_fro_gains_no_time(first: Promise, changes: list[tuple[int, Promise]], last: Promise) -> None:
    history = [Moment("submit", START)]
    history += [change(at, promise) for at, promise in sorted(changes, key=lambda one: one[0])]
    found = dues([*history, change(2_000, last)], first)
    longest = max(one.resolution_minutes for one in (first, last, *(promise for _, promise in changes)))
    assert after(last.resolution_minutes) <= found.resolution <= after(longest)
    assert found.resolution_soon is not None
    assert found.resolution_soon <= found.resolution


@given(st.integers(1, 300), st.integers(1, 300), promises)
def test_a_changed_level_remembers_the_time_on_hold(gap: int, length: int, promise: Promise) -> None:
    rest = [
        Moment("hold", after(gap), until=after(gap + length), is_pausing=True),
        Moment("resume", after(gap + length)),
    ]
    history = [Moment("submit", START), *rest]
    assert dues([*history, change(gap + length, promise)], Promise(1, 1)) == Dues(
        dues([history[0]], promise).response, dues(history, promise).resolution
    )


codes = st.sampled_from(["5203", FENGGANG, LONGQUAN, FENGQUAN, place.HONGQIAO])
overrides = st.lists(
    st.builds(
        Override,
        codes,
        st.sampled_from(list(Urgency)),
        st.sampled_from(["", "gas"]),
        st.builds(Entry, st.integers(1, 9), st.integers(9, 99), st.sampled_from(list(Counting))),
    ),
    unique_by=lambda one: (one.division_code, one.urgency, one.category),
)


@given(overrides, st.sampled_from(list(Urgency)), st.sampled_from(["gas", "lighting"]))
def test_what_holds_is_found_by_going_up_from_the_place(rows: list[Override], urgency: Urgency, category: str) -> None:
    by_key = {(one.division_code, one.urgency, one.category): one.entry for one in rows}
    expected = PROMISES[urgency]
    for code in ("5203", FENGGANG, LONGQUAN, FENGQUAN):  # the last that speaks is the nearest
        expected = by_key.get((code, urgency, category)) or by_key.get((code, urgency, "")) or expected
    assert entry_of(urgency, category, FENGQUAN, rows) == expected


async def test_when_the_holidays_of_a_year_become_known_open_promises_follow_them_and_it_is_audited(
    report: Report, centre: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the State Council has announced them, Monday to Friday are working days: 1 May 2026 is a Friday."""
    eve = datetime(2026, 4, 30, 1, 0, tzinfo=UTC)  # nine in the morning of a Thursday

    def unknown(day: date) -> bool:
        raise NotImplementedError

    try:
        with clock.override(eve):
            await set_urgency_policy(centre, entry(FENGQUAN, 60, 600, counting="working_hours"))
            with monkeypatch.context() as before:
                before.setattr(chinese_calendar, "is_workday", unknown)
                calendars.is_working_day.cache_clear()
                early = await report()
                assert early.resolution_due_at == datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
                assert await look_again() == 0  # nothing more is known, so nothing moves
                round_the_clock = await report(category="gas")
            calendars.is_working_day.cache_clear()
            assert await look_again() == 1
            assert await look_again() == 0
    finally:
        calendars.is_working_day.cache_clear()
    late = await Grievance.get(id=early.id)
    assert late.resolution_due_at == datetime(2026, 5, 6, 4, 0, tzinfo=UTC)  # 1 to 5 May are free
    assert late.response_due_at == early.response_due_at
    assert (late.response_minutes, late.resolution_minutes) == (60, 600)
    due = await Deadline.get(subject_type="Grievance", subject_id=early.id, kind="resolution")
    assert due.due_at == late.resolution_due_at
    audited = await AuditEntry.get(operation="put_promise_right")
    assert audited.changes["resolution_due_at"] == [one.resolution_due_at.isoformat() for one in (early, late)]
    assert (await Grievance.get(id=round_the_clock.id)).version == round_the_clock.version


async def look_again() -> int:
    """A process that starts anew looks through what is open, a few at each tick."""
    moved, rounds._round = 0, rounds.Round()
    while not rounds._round.is_over:
        moved += await rounds.put_promises_right()
    return moved

"""Events that come again: made ahead, changed one by one or together, carried on each night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.events import operations, rounds
from civicgraph.events.models import Event, EventSeries, EventStatus, ProgrammeItem
from civicgraph.operations import Conflict, Forbidden, InvalidInput, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor
from tests.events.conftest import NIGHT, List

MAY = datetime(2026, 5, 1, 9, tzinfo=clock.CITY_ZONE)


@pytest.fixture(autouse=True)
def may() -> Iterator[None]:
    """It is May 2026; the culture night is on Friday the 22nd."""
    with clock.override(MAY):
        yield


async def weekly(editor: Actor, row: Event, **values: Any) -> list[Event]:
    """The event every week, four times, and all of them."""
    given = {"frequency": "weekly", "count": 4, **values}
    row = await operations.repeat_event(editor, {"slug": row.slug, "version": row.version, **given})
    return await Event.filter(series_id=row.series_id).order_by("starts_at")  # type: ignore[attr-defined]


def walls(rows: list[Event]) -> list[str]:
    return [f"{row.starts_at.astimezone(clock.CITY_ZONE):%m-%d %H:%M}" for row in rows]


async def again(rows: list[Event]) -> list[Event]:
    return [await Event.get(id=row.id) for row in rows]


def edit(row: Event, **values: Any) -> dict[str, Any]:
    """The form of an event of the series again, with its own times."""
    own = {"starts_at": row.starts_at, "ends_at": row.ends_at, "programme": []}
    return {**NIGHT, **own, "slug": row.slug, "version": row.version, **values}


async def test_an_event_that_comes_again_is_as_many_events_with_their_programmes(
    editor: Actor, list_event: List
) -> None:
    rows = await weekly(editor, await list_event())
    assert walls(rows) == ["05-22 19:00", "05-29 19:00", "06-05 19:00", "06-12 19:00"]
    assert len({row.slug for row in rows}) == 4
    assert {row.status for row in rows} == {EventStatus.PUBLISHED}
    band = await ProgrammeItem.get(event_id=rows[3].id, title="乐队演唱")
    assert band.starts_at == datetime(2026, 6, 12, 12, tzinfo=UTC)
    entry = await AuditEntry.all().order_by("-id").first()
    assert entry is not None
    assert entry.changes == {"rule": [None, "FREQ=WEEKLY;COUNT=4"], "also_made": [0, 3]}
    assert (await EventSeries.get()).made_until is None


async def test_a_series_without_end_reaches_half_a_year_and_further_each_night(editor: Actor, list_event: List) -> None:
    rows = await weekly(editor, await list_event(), count=None)
    assert walls(rows)[-1] == "11-27 19:00"
    await rounds.carry_on_series()
    assert await Event.all().count() == len(rows)
    for days in (8, 8, 60):
        with clock.override(MAY + timedelta(days=days)):
            await rounds.carry_on_series()
    found = walls(await Event.all().order_by("starts_at"))
    assert found[-1] == "01-01 19:00"
    assert len(found) == len(set(found)) == len(rows) + 5


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"frequency": "daily", "interval": 2, "until": "2026-05-27"}, ["05-22", "05-24", "05-26"]),
        ({"frequency": "weekly", "weekdays": ["friday", "sunday"], "count": 3}, ["05-22", "05-24", "05-29"]),
        ({"frequency": "monthly", "monthly_on": "weekday", "count": 3}, ["05-22", "06-26", "07-24"]),
        ({"frequency": "daily", "rule": "RRULE:FREQ=MONTHLY;BYMONTHDAY=22;COUNT=2"}, ["05-22", "06-22"]),
    ],
)
async def test_how_often_is_said_in_plain_words_or_by_a_calendars_rule(
    editor: Actor, list_event: List, given: dict[str, Any], expected: list[str]
) -> None:
    row = await list_event()
    row = await operations.repeat_event(editor, {"slug": row.slug, "version": row.version, **given})
    rows = await Event.filter(series_id=row.series_id).order_by("starts_at")  # type: ignore[attr-defined]
    assert [one.partition(" ")[0] for one in walls(rows)] == expected


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"frequency": "weekly", "weekdays": ["monday"]}, "weekdays"),
        ({"frequency": "weekly", "count": 3, "until": "2026-07-01"}, "count"),
        ({"frequency": "weekly", "rule": "FREQ=SECONDLY"}, "rule"),
        ({"frequency": "weekly", "rule": "FREQ=MONTHLY;BYMONTHDAY=1"}, "rule"),
        ({"frequency": "weekly", "count": 5000}, "count"),
        ({"frequency": "hourly"}, "frequency"),
    ],
)
async def test_a_rule_that_cannot_be_kept_is_said_beside_its_field(
    editor: Actor, list_event: List, given: dict[str, Any], field: str
) -> None:
    row = await list_event()
    with pytest.raises(InvalidInput) as caught:
        await operations.repeat_event(editor, {"slug": row.slug, "version": row.version, **given})
    assert [error.field for error in caught.value.errors] == [field]
    assert await Event.all().count() == 1


async def test_changing_only_this_one_leaves_the_others(editor: Actor, list_event: List) -> None:
    rows = await weekly(editor, await list_event())
    await operations.update_event(editor, edit(rows[1], title="特别之夜", starts_at="2026-05-29T20:00"))
    rows = await again(rows)
    assert [row.title for row in rows] == ["美术馆之夜", "特别之夜", "美术馆之夜", "美术馆之夜"]
    assert [row.is_exception for row in rows] == [False, True, False, False]
    assert rows[1].previous_starts_at == datetime(2026, 5, 29, 11, tzinfo=UTC)


async def test_this_and_those_after_it_change_together_and_keep_their_addresses(
    editor: Actor, list_event: List
) -> None:
    rows = await weekly(editor, await list_event())
    await operations.update_event(editor, edit(rows[3], title="末场"))
    given = {"title": "周六之夜", "scope": "following", "starts_at": "2026-05-30T18:30", "ends_at": "2026-05-30T20:00"}
    programme = [{"kind": "talk", "title": "开场", "starts_at": "2026-05-30T18:45"}]
    await operations.update_event(editor, edit(rows[1], **given, programme=programme))
    after = await again(rows)
    assert walls(after) == ["05-22 19:00", "05-30 18:30", "06-06 18:30", "06-12 19:00"]
    assert [row.title for row in after] == ["美术馆之夜", "周六之夜", "周六之夜", "末场"]
    assert [row.slug for row in after] == [row.slug for row in rows]
    opening = await ProgrammeItem.get(event_id=rows[2].id)
    assert opening.starts_at == datetime(2026, 6, 6, 10, 45, tzinfo=UTC)
    assert after[2].previous_starts_at == rows[2].starts_at


async def test_what_all_became_is_what_comes_later_as_well(editor: Actor, list_event: List) -> None:
    rows = await weekly(editor, await list_event(), count=None, weekdays=["friday", "saturday"])
    with clock.override(MAY + timedelta(days=30)):  # the first four are over
        moved = edit(rows[6], scope="all", title="周末之夜", starts_at="2026-06-13T19:00", ends_at="2026-06-13T21:00")
        await operations.update_event(editor, moved)
        found = await Event.all().order_by("starts_at")
        assert walls(found)[:7] == [
            *("05-22 19:00", "05-23 19:00", "05-29 19:00", "05-30 19:00"),
            *("06-06 19:00", "06-07 19:00", "06-13 19:00"),
        ]
        assert [row.title for row in found[3:5]] == ["美术馆之夜", "周末之夜"]
    with clock.override(MAY + timedelta(days=40)):
        await rounds.carry_on_series()
    after = await Event.all().order_by("starts_at")
    assert len(after) > len(found)
    assert {row.starts_at.astimezone(clock.CITY_ZONE).weekday() for row in after[4:]} == {5, 6}
    assert {row.title for row in after[4:]} == {"周末之夜"}
    assert len({row.starts_at for row in after}) == len(after)


async def test_other_days_for_all_are_refused_where_the_rule_counts_days(editor: Actor, list_event: List) -> None:
    rows = await weekly(editor, await list_event(), frequency="monthly", monthly_on="weekday")
    with pytest.raises(InvalidInput) as caught:
        await operations.update_event(
            editor, edit(rows[1], scope="following", starts_at="2026-06-27T19:00", ends_at="2026-06-27T21:00")
        )
    assert caught.value.errors[0].field == "starts_at"
    assert walls(await again(rows)) == walls(rows)


async def test_cancelling_reaches_as_far_as_was_said_and_no_more_are_made(editor: Actor, list_event: List) -> None:
    rows = await weekly(editor, await list_event(), count=None)
    key = {"slug": rows[2].slug, "version": rows[2].version}
    await operations.cancel_event(editor, {**key, "reason": "停办一次"})
    last = rows[4]
    await operations.cancel_event(
        editor, {"slug": last.slug, "version": last.version, "reason": "学期结束", "scope": "following"}
    )
    after = await again(rows)
    assert [row.status.value for row in after[:6]] == [
        *("published", "published", "cancelled", "published", "cancelled", "cancelled"),
    ]
    assert after[-1].status_reason == "学期结束"
    with clock.override(MAY + timedelta(days=90)):
        await rounds.carry_on_series()
    assert await Event.all().count() == len(rows)


async def test_a_series_is_published_as_a_whole(editor: Actor, list_event: List) -> None:
    rows = await weekly(editor, await list_event(publish=False))
    assert {row.status for row in rows} == {EventStatus.DRAFT}
    await operations.publish_event(editor, {"slug": rows[1].slug, "version": rows[1].version})
    assert {row.status for row in await again(rows)} == {EventStatus.PUBLISHED}


async def test_a_postponed_event_waits_for_its_date_and_then_has_it(editor: Actor, list_event: List) -> None:
    row = await list_event()
    row = await operations.postpone_event(editor, {"slug": row.slug, "version": row.version, "reason": "大雨"})
    assert (row.status, row.status_reason) == (EventStatus.POSTPONED, "大雨")
    row = await operations.postpone_event(
        editor,
        {"slug": row.slug, "version": row.version, "reason": "改在晴天", "starts_at": "2026-06-05T20:00"},
    )
    assert (row.status, row.previous_starts_at) == (EventStatus.PUBLISHED, datetime(2026, 5, 22, 11, tzinfo=UTC))
    assert row.ends_at == datetime(2026, 6, 5, 14, 30, tzinfo=UTC)
    assert (await ProgrammeItem.get(title="乐队演唱")).starts_at == datetime(2026, 6, 5, 13, tzinfo=UTC)
    wrong = {"reason": "再改一次", "starts_at": "2026-06-05T20:00", "ends_at": "2026-06-05T19:00"}
    with pytest.raises(InvalidInput):
        await operations.postpone_event(editor, {"slug": row.slug, "version": row.version, **wrong})


async def test_who_may_not_edit_may_not_repeat_or_postpone(editor: Actor, neighbour: Actor, list_event: List) -> None:
    row = await list_event()
    key = {"slug": row.slug, "version": row.version}
    with pytest.raises(Forbidden):
        await operations.repeat_event(neighbour, {**key, "frequency": "daily"})
    with pytest.raises(Forbidden):
        await operations.postpone_event(neighbour, {**key, "reason": "改期"})
    with pytest.raises(Conflict):
        await operations.repeat_event(editor, {**key, "version": 9, "frequency": "daily"})
    rows = await weekly(editor, row)
    with pytest.raises(Unavailable):
        await weekly(editor, rows[0])

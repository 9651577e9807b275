"""Entering events, changing them, and saying whether they take place."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.events import operations
from civicgraph.events.models import Event, EventStatus, ProgrammeItem
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.events.conftest import NIGHT, List
from tests.support import city as place
from tests.support.city import FENGQUAN, HONGQIAO

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MAY_NIGHT = datetime(2026, 5, 22, 12, tzinfo=UTC)


def edit(row: Event, **values: Any) -> dict[str, Any]:
    """The whole form again, with some values changed."""
    return {**NIGHT, "slug": row.slug, "version": row.version, **values}


async def wrong(actor: Actor, **values: Any) -> dict[str, str]:
    """What is said beside which field."""
    with pytest.raises(InvalidInput) as caught:
        await operations.create_event(actor, {**NIGHT, **values})
    assert not await Event.all().count()
    return {error.field: error.code for error in caught.value.errors}


async def test_a_new_event_is_a_draft_at_city_time_with_its_programme_in_order(editor: Actor) -> None:
    row = await operations.create_event(editor, NIGHT)
    assert (row.status, row.version, row.starts_at) == (EventStatus.DRAFT, 1, datetime(2026, 5, 22, 11, tzinfo=UTC))
    items = await ProgrammeItem.filter(event=row).order_by("position").values_list("position", "title")
    assert list(items) == [(1, "红色主题雕塑展"), (2, "乐队演唱")]
    assert row.slug.startswith("20260522-")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"title": ""}, {"title": "missing"}),
        ({"title": "夜" * 121}, {"title": "string_too_long"}),
        ({"kind": "wedding"}, {"kind": "enum"}),
        ({"division_code": "520399999999"}, {"division_code": "unknown_division"}),
        ({"ends_at": "2026-05-22T18:00"}, {"ends_at": "end_before_start"}),
        ({"ends_at": "2026-05-22T19:00"}, {"ends_at": "end_before_start"}),
        ({"ends_at": "2026-08-22T19:00", "programme": []}, {"ends_at": "too_long"}),
        ({"starts_at": "0001-01-01T00:00"}, {"starts_at": "year"}),
        ({"starts_at": "夜里"}, {"starts_at": "datetime_from_date_parsing"}),
        ({"capacity": 0}, {"capacity": "greater_than_equal"}),
        ({"price_fen": -1}, {"price_fen": "greater_than_equal"}),
        ({"programme": [{"kind": "talk", "title": ""}]}, {"programme.0.title": "missing"}),
        (
            {"programme": [{"kind": "talk", "title": "讲座", "starts_at": "2026-05-23T09:00"}]},
            {"programme.0.starts_at": "outside"},
        ),
        (
            {
                "programme": [
                    {"kind": "talk", "title": "甲"},
                    {
                        "kind": "talk",
                        "title": "乙",
                        "starts_at": "2026-05-22T20:00",
                        "ends_at": "2026-05-22T19:30",
                    },
                ]
            },
            {"programme.1.ends_at": "end_before_start"},
        ),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field(
    editor: Actor, values: dict[str, Any], expected: dict[str, str]
) -> None:
    assert await wrong(editor, **values) == expected


async def test_an_event_of_whole_days_lasts_from_midnight_to_midnight(editor: Actor) -> None:
    same = "2026-06-01T00:00"
    row = await operations.create_event(
        editor, {**NIGHT, "is_all_day": True, "starts_at": same, "ends_at": "2026-06-30T00:00", "programme": []}
    )
    assert row.starts_at == datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 6, 30, 15, 59, tzinfo=UTC)
    one = await operations.create_event(
        editor, {**NIGHT, "is_all_day": True, "starts_at": same, "ends_at": same, "programme": []}
    )
    assert one.ends_at == datetime(2026, 6, 1, 15, 59, tzinfo=UTC)


async def test_a_change_replaces_the_programme_and_is_in_the_trail(editor: Actor, list_event: List) -> None:
    row = await list_event()
    changed = await operations.update_event(
        editor, edit(row, title="美术馆之夜（延期）", programme=[{"kind": "market", "title": "文创市集"}])
    )
    assert (changed.title, changed.version, changed.status) == (
        "美术馆之夜（延期）",
        row.version + 1,
        EventStatus.PUBLISHED,
    )
    assert list(await ProgrammeItem.filter(event=row).values_list("title", flat=True)) == ["文创市集"]
    entry = await AuditEntry.all().order_by("-id").first()
    assert entry is not None
    assert (entry.operation, set(entry.changes)) == ("update_event", {"title", "programme"})


async def test_the_second_editor_is_told_and_changes_nothing(editor: Actor, list_event: List) -> None:
    row = await list_event()
    await operations.update_event(editor, edit(row, title="先改的"))
    with pytest.raises(Conflict) as caught:
        await operations.update_event(editor, edit(row, title="后改的"))
    assert caught.value.current["title"] == "先改的"
    assert (await Event.get(id=row.id)).title == "先改的"
    with pytest.raises(Conflict):
        await operations.cancel_event(editor, {"slug": row.slug, "version": row.version, "reason": "下雨"})


async def test_an_event_is_published_cancelled_with_a_reason_and_never_again(editor: Actor, list_event: List) -> None:
    row = await list_event()
    assert row.published_at is not None
    with pytest.raises(InvalidInput):
        await operations.cancel_event(editor, {"slug": row.slug, "version": row.version, "reason": " "})
    row = await operations.cancel_event(editor, {"slug": row.slug, "version": row.version, "reason": "大雨"})
    assert (row.status, row.status_reason) == (EventStatus.CANCELLED, "大雨")
    for again in (operations.publish_event, operations.finish_event):
        with pytest.raises(Unavailable):
            await again(editor, {"slug": row.slug, "version": row.version})


async def test_an_event_has_taken_place_only_once_it_has_begun(editor: Actor, list_event: List) -> None:
    row = await list_event()
    with clock.override(MARCH), pytest.raises(Unavailable):
        await operations.finish_event(editor, {"slug": row.slug, "version": row.version})
    with clock.override(MAY_NIGHT):
        row = await operations.finish_event(editor, {"slug": row.slug, "version": row.version})
    assert row.status is EventStatus.FINISHED


async def test_nobody_changes_events_outside_their_grants(editor: Actor, neighbour: Actor, list_event: List) -> None:
    worker = await place.person("worker", Role.GRID_WORKER, FENGQUAN)
    for actor in (ANONYMOUS, neighbour, worker):
        with pytest.raises(Forbidden):
            await operations.create_event(actor, NIGHT)
    draft, shown = await list_event(publish=False), await list_event()
    key = {"slug": draft.slug, "version": draft.version}
    with pytest.raises(NotFound):
        await operations.publish_event(neighbour, key)
    with pytest.raises(Forbidden):
        await operations.update_event(neighbour, edit(shown))
    with pytest.raises(Forbidden):
        await operations.update_event(editor, edit(shown, division_code=HONGQIAO))
    with pytest.raises(NotFound):
        await operations.publish_event(editor, {"slug": "nothing", "version": 1})
    assert (await Event.get(id=shown.id)).version == shown.version


async def test_of_two_changes_at_once_one_is_told(editor: Actor, list_event: List) -> None:
    row = await list_event()
    changes = [operations.update_event(editor, edit(row, title=title)) for title in ("甲场", "乙场")]
    answers = await asyncio.gather(*changes, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Event"]
    assert (await Event.get(id=row.id)).version == row.version + 1

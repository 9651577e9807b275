"""When an event begins at another time, its end, its programme and its sessions come along, and the editor reads what moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.bookings.models import Quota
from civicgraph.bookings.operations import create_quota, register
from civicgraph.events import operations
from civicgraph.events.models import Event, ProgrammeItem
from civicgraph.listings.tables.entering import EnterTable, NothingEntered
from civicgraph.notifications.models import OutboxMessage
from civicgraph.operations import InvalidInput
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Role
from tests.events.conftest import NIGHT
from tests.events.test_graphql import ask
from tests.events.test_series_pages import Site
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG

MAY = datetime(2026, 5, 20, 9, tzinfo=clock.CITY_ZONE)
PROGRAMME = [
    {"kind": "exhibition", "title": "红色主题雕塑展"},
    {"kind": "workshop", "title": "画帆布包", "starts_at": "2026-05-22T19:30", "ends_at": "2026-05-22T20:30"},
    {"kind": "performance", "title": "乐队演唱", "starts_at": "2026-05-22T20:00"},
]


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    with clock.override(MAY):
        await place.build()
        actor = await place.person("editor", Role.EDITOR, FENGGANG)
        made = Site(actor, await signed_in(app, actor), visit(app))
        yield made
        for browser in (made.editor, made.stranger):
            await browser.http.aclose()


async def night(site: Site, **values: Any) -> Event:
    """The culture night of this programme, published."""
    row = await operations.create_event(site.actor, {**NIGHT, "programme": PROGRAMME, **values})
    return await operations.publish_event(site.actor, {"slug": row.slug, "version": row.version})


async def session(site: Site, row: Event, title: str = "画帆布包", **values: Any) -> Quota:
    """Places of a part of it."""
    times = {"starts_at": "2026-05-22T19:30", "ends_at": "2026-05-22T20:30", **values}
    return await create_quota(site.actor, {"subject_kind": "event", "subject_slug": row.slug, "title": title, **times})


async def programme(row: Event) -> list[tuple[str, str, str]]:
    """Title, start and end of each item, by the wall."""
    items = await ProgrammeItem.filter(event_id=row.id).order_by("position")
    return [(one.title, wall(one.starts_at), wall(one.ends_at)) for one in items]


async def sessions(row: Event) -> list[tuple[str, str]]:
    return [(one.title, wall(one.starts_at)) for one in await Quota.filter(event_id=row.id).order_by("id")]


def wall(moment: datetime | None) -> str:
    return f"{moment.astimezone(clock.CITY_ZONE):%m-%d %H:%M}" if moment else ""


async def test_a_night_that_is_held_a_day_later_takes_its_programme_and_its_sessions_along(site: Site) -> None:
    row = await night(site)
    bag = await session(site, row)
    await register(ANONYMOUS, {"quota_code": bag.code, "contact_name": "张三", "contact_email": "zhang@example.cn"})
    page = await site.post(row, "", starts_at="2026-05-23T18:00", ends_at="2026-05-23T20:30")
    assert "跟着改了时间：2 项节目 · 1 个场次。" in page
    assert await programme(row) == [
        ("红色主题雕塑展", "", ""),
        ("画帆布包", "05-23 18:30", "05-23 19:30"),
        ("乐队演唱", "05-23 19:00", ""),
    ]
    assert await sessions(row) == [("画帆布包", "05-23 18:30")]
    told = await OutboxMessage.filter(template="booking_changed")
    assert [one.values["starts_at"][:16] for one in told] == ["2026-05-23T10:30"]
    entry = await AuditEntry.filter(operation="update_event").order_by("-id").first()
    assert entry is not None
    assert entry.changes["sessions_moved"] == [0, 1]
    assert "programme" in entry.changes


async def test_a_time_that_was_typed_in_the_same_form_stays_and_what_is_outside_is_refused_by_its_name(
    site: Site,
) -> None:
    row = await night(site)
    given = {"starts_at": "2026-05-23T19:00", "ends_at": "2026-05-23T21:30"}
    page = await site.post(row, "", **given, **{"programme.2.starts_at": "2026-05-24T09:00"})
    assert (site.editor.status, "时间要在整场活动之内" in page) == (422, True)
    assert await programme(row) == [
        ("红色主题雕塑展", "", ""),
        ("画帆布包", "05-22 19:30", "05-22 20:30"),
        ("乐队演唱", "05-22 20:00", ""),
    ]
    page = await site.post(row, "", **given, **{"programme.2.starts_at": "2026-05-23T21:00"})
    assert "跟着改了时间：1 项节目。" in page
    assert (await programme(row))[1:] == [
        ("画帆布包", "05-23 19:30", "05-23 20:30"),
        ("乐队演唱", "05-23 21:00", ""),
    ]


async def test_items_that_are_renamed_or_stand_elsewhere_move_all_the_same_and_a_new_one_stays(site: Site) -> None:
    row = await night(site)
    new = {"kind": "talk", "title": "开场", "starts_at": "2026-05-22T20:00", "ends_at": None}
    renamed = {**PROGRAMME[1], "title": "画团扇"}
    values = {**NIGHT, "starts_at": "2026-05-22T19:30", "ends_at": "2026-05-22T22:00"}
    changed = {**values, "slug": row.slug, "version": row.version, "programme": [new, PROGRAMME[2], renamed]}
    await operations.update_event(site.actor, changed)
    assert await programme(row) == [
        ("开场", "05-22 20:00", ""),
        ("乐队演唱", "05-22 20:30", ""),
        ("画团扇", "05-22 20:00", "05-22 21:00"),
    ]


async def test_an_event_that_is_cut_at_its_beginning_leaves_what_would_end_up_outside_it(site: Site) -> None:
    late = {"kind": "talk", "title": "闭幕", "starts_at": "2026-05-22T21:00", "ends_at": "2026-05-22T21:30"}
    row = await night(site, programme=[late])
    await session(site, row, "夜谈", starts_at="2026-05-22T20:30", ends_at="2026-05-22T21:00")
    page = await site.post(row, "", starts_at="2026-05-22T19:30", ends_at="2026-05-22T21:40")
    assert "节目和场次保持原来的时间" in page
    assert await programme(row) == [("闭幕", "05-22 21:00", "05-22 21:30")]
    assert await sessions(row) == [("夜谈", "05-22 20:30")]
    assert not await OutboxMessage.filter(template="booking_changed").exists()


async def test_an_event_that_becomes_one_of_whole_days_keeps_the_hours_of_what_is_in_it(site: Site) -> None:
    row = await night(site)
    await session(site, row)
    await site.post(row, "", is_all_day="true", starts_at="2026-05-23T00:00", ends_at="2026-05-24T00:00")
    assert site.editor.status == 200
    assert (await programme(row))[1] == ("画帆布包", "05-23 19:30", "05-23 20:30")
    assert await sessions(row) == [("画帆布包", "05-23 19:30")]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("this", ["05-22 19:30", "05-30 20:30", "06-05 19:30", "06-12 19:30"]),
        ("following", ["05-22 19:30", "05-30 20:30", "06-06 20:30", "06-13 20:30"]),
        ("all", ["05-23 20:30", "05-30 20:30", "06-06 20:30", "06-13 20:30"]),
    ],
)
async def test_of_one_that_comes_again_as_many_move_as_was_said(site: Site, scope: str, expected: list[str]) -> None:
    row = await night(site)
    await session(site, row)
    await site.post(row, "repetition", frequency="weekly", count="4")
    rows = await site.rows()
    given = {"starts_at": "2026-05-30T20:00", "ends_at": "2026-05-30T22:30"}
    page = await site.post(rows[1], "", scope=scope, **given)
    assert "跟着改了时间：2 项节目 · 1 个场次。" in page
    after = await site.rows()
    assert [(await programme(one))[1][1] for one in after] == expected
    assert [(await sessions(one))[0][1] for one in after] == expected


async def test_a_table_that_gives_an_event_another_day_takes_its_programme_along(site: Site) -> None:
    row = await night(site)
    cells = {"slug": row.slug, "starts_at": "2026-05-24 19:00", "ends_at": "2026-05-24 21:30"}
    data = EnterTable.model_validate({"rows": [{"number": 2, "cells": cells}]})
    outcome = await operations.import_events(site.actor, data)
    assert [one.what for one in outcome.rows] == ["changed"]
    assert (await programme(row))[2] == ("乐队演唱", "05-24 20:00", "")


# The end ----------------------------------------------------------------------------------------------------------

CHANGE = """mutation ($input: UpdateEventInput!) { updateEvent(input: $input) {
  event { startsAt endsAt } errors { field reason }
  movedAlong { kind title previousStartsAt previousEndsAt startsAt endsAt } } }"""


async def times(row: Event) -> tuple[str, str]:
    """Start and end as they are kept."""
    found = await Event.get(id=row.id)
    return wall(found.starts_at), wall(found.ends_at)


async def change(site: Site, row: Event, **values: Any) -> dict[str, Any]:
    """The mutation, with what it has to be given."""
    kept = await Event.get(id=row.id)
    given = {"slug": row.slug, "version": kept.version, "kind": "CULTURE_NIGHT", "title": row.title, **values}
    data = await ask(site.editor, CHANGE, input={"divisionCode": place.FENGQUAN, **given})
    found: dict[str, Any] = data["updateEvent"]
    return found


async def test_an_end_that_is_left_as_it_was_follows_the_start_and_the_editor_reads_until_when(site: Site) -> None:
    row = await night(site)
    await session(site, row)
    page = await site.post(row, "", starts_at="2026-05-23T18:00")
    assert "跟着改了时间：结束时间改到 5月23日 周六 20:30 · 2 项节目 · 1 个场次。" in page
    assert await times(row) == ("05-23 18:00", "05-23 20:30")
    assert (await programme(row))[1] == ("画帆布包", "05-23 18:30", "05-23 19:30")
    assert await sessions(row) == [("画帆布包", "05-23 18:30")]
    page = await site.post(row, "", title="美术馆的夜")
    assert "跟着改了时间" not in page
    page = await site.post(row, "", ends_at="2026-05-23T21:00")
    assert "跟着改了时间" not in page
    assert await times(row) == ("05-23 18:00", "05-23 21:00")
    page = await site.post(row, "", starts_at="2026-05-23T20:00", ends_at="")
    assert "跟着改了时间：结束时间改到 5月23日 周六 23:00" in page
    assert await times(row) == ("05-23 20:00", "05-23 23:00")


async def test_an_end_that_was_typed_is_taken_as_it_is_or_refused_beside_its_field(site: Site) -> None:
    row = await night(site)
    page = await site.post(row, "", starts_at="2026-05-24T19:00", ends_at="2026-05-24T18:00")
    assert (site.editor.status, "结束要晚于开始" in page) == (422, True)
    assert await times(row) == ("05-22 19:00", "05-22 21:30")
    page = await site.post(row, "", starts_at="2026-05-24T19:00", ends_at="2026-09-24T18:00")
    assert (site.editor.status, "最长 60 天" in page) == (422, True)
    page = await site.post(
        row, "", starts_at="2026-05-22T18:00", ends_at="2026-05-22T21:31", **{"programme.1.kind": "talk"}
    )
    assert (site.editor.status, await times(row)) == (200, ("05-22 18:00", "05-22 21:31"))


async def test_days_follow_days_and_hours_that_begin_to_matter_move_nothing(site: Site) -> None:
    row = await night(site, is_all_day=True, ends_at="2026-05-24T00:00", programme=[])
    assert await times(row) == ("05-22 00:00", "05-24 23:59")
    await site.post(row, "", starts_at="2026-05-29T10:00")
    assert await times(row) == ("05-29 00:00", "05-31 23:59")
    page = await site.post(row, "", is_all_day=[], starts_at="2026-05-29T10:00")
    assert "跟着改了时间" not in page
    assert await times(row) == ("05-29 10:00", "05-31 23:59")
    page = await site.post(row, "", is_all_day="true")
    assert "跟着改了时间" not in page
    assert await times(row) == ("05-29 00:00", "05-31 23:59")


async def test_over_graphql_an_end_may_be_left_out_and_the_answer_lists_what_moved_from_when_to_when(
    site: Site,
) -> None:
    row = await night(site)
    await session(site, row)
    items = [{"kind": "PERFORMANCE", "title": "乐队演唱", "startsAt": "2026-05-22T20:00:00+08:00"}]
    answer = await change(site, row, startsAt="2026-05-22T20:00:00+08:00", programme=items)
    assert answer["errors"] == []
    assert answer["event"] == {"startsAt": "2026-05-22T12:00:00+00:00", "endsAt": "2026-05-22T14:30:00+00:00"}
    assert [tuple(one.values()) for one in answer["movedAlong"]] == [
        ("END", "美术馆之夜", None, "2026-05-22T13:30:00+00:00", None, "2026-05-22T14:30:00+00:00"),
        ("PROGRAMME_ITEM", "乐队演唱", "2026-05-22T12:00:00+00:00", None, "2026-05-22T13:00:00+00:00", None),
        (
            *("SESSION", "画帆布包", "2026-05-22T11:30:00+00:00", "2026-05-22T12:30:00+00:00"),
            *("2026-05-22T12:30:00+00:00", "2026-05-22T13:30:00+00:00"),
        ),
    ]
    same = {"startsAt": "2026-05-22T20:00:00+08:00", "endsAt": None, "programme": []}
    answer = await change(site, row, **same)
    assert (answer["movedAlong"], answer["errors"], await times(row)) == ([], [], ("05-22 20:00", "05-22 22:30"))
    wrong = {"startsAt": "2026-05-22T20:00:00+08:00", "endsAt": "2026-05-22T19:00:00+08:00"}
    answer = await change(site, row, **wrong)
    assert (answer["movedAlong"], answer["event"]) == (None, None)
    assert answer["errors"] == [{"field": "endsAt", "reason": "end_before_start"}]


@pytest.mark.parametrize("end", [None, "", "2026-05-22 21:30"], ids=["no column", "empty", "as it was taken out"])
async def test_a_table_that_says_no_other_end_keeps_the_length(site: Site, end: str | None) -> None:
    row = await night(site)
    cells = {"slug": row.slug, "starts_at": "2026-05-24 18:00"} | ({} if end is None else {"ends_at": end})
    data = EnterTable.model_validate({"rows": [{"number": 2, "cells": cells}]})
    outcome = await operations.import_events(site.actor, data)
    assert [(one.what, one.changed) for one in outcome.rows] == [("changed", ["开始", "结束"])]
    assert await times(row) == ("05-24 18:00", "05-24 20:30")
    assert (await programme(row))[2] == ("乐队演唱", "05-24 19:00", "")
    again = EnterTable.model_validate({"rows": [{"number": 2, "cells": cells | {"ends_at": ""}}]})
    with pytest.raises(NothingEntered) as nothing:
        await operations.import_events(site.actor, again)
    assert [one.what for one in nothing.value.outcome.rows] == ["same"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("this", ["05-22 21:30", "05-30 22:30", "06-05 21:30", "06-12 21:30"]),
        ("following", ["05-22 21:30", "05-30 22:30", "06-06 22:30", "06-13 22:30"]),
        ("all", ["05-23 22:30", "05-30 22:30", "06-06 22:30", "06-13 22:30"]),
    ],
)
async def test_in_a_series_the_end_of_each_follows_as_far_as_was_said(
    site: Site, scope: str, expected: list[str]
) -> None:
    row = await night(site)
    await site.post(row, "repetition", frequency="weekly", count="4")
    page = await site.post((await site.rows())[1], "", scope=scope, starts_at="2026-05-30T20:00")
    assert "结束时间改到 5月30日 周六 22:30 · 2 项节目。" in page
    assert [wall(one.ends_at) for one in await site.rows()] == expected


PAST = {"starts_at": "2026-05-19T19:00", "ends_at": "2026-05-19T21:30"}


async def test_nobody_who_registered_is_told_of_a_time_that_has_passed(site: Site) -> None:
    row = await night(site)
    bag = await session(site, row)
    await register(ANONYMOUS, {"quota_code": bag.code, "contact_name": "张三", "contact_email": "zhang@example.cn"})
    told = await OutboxMessage.all().count()
    for where in ("", "postponement"):
        page = await site.post(row, where, **{**PAST, **({"reason": "改期"} if where else {})})
        assert "这个时间已经过去了，而已有 1 人报名" in page
    row = await Event.get(id=row.id)
    with pytest.raises(InvalidInput) as caught:
        await operations.update_event(
            site.actor, {**NIGHT, "slug": row.slug, "version": row.version, **PAST, "programme": []}
        )
    assert [one.code for one in caught.value.errors] == ["past"]
    assert await OutboxMessage.all().count() == told
    assert (await Event.get(id=row.id)).version == row.version
    with clock.override(
        datetime(2026, 5, 24, 9, tzinfo=clock.CITY_ZONE)
    ):  # it is over: what was entered wrongly is put right
        given = {**NIGHT, "slug": row.slug, "version": row.version, **PAST, "programme": []}
        assert wall((await operations.update_event(site.actor, given)).starts_at) == "05-19 19:00"


async def test_an_event_of_whole_days_may_be_moved_to_today_and_none_is_postponed_to_yesterday(site: Site) -> None:
    row = await night(site, is_all_day=True, programme=[])
    key = {"slug": row.slug, "reason": "改期"}
    with pytest.raises(InvalidInput):
        await operations.postpone_event(site.actor, {**key, "version": row.version, "starts_at": "2026-05-19T00:00"})
    row = await operations.postpone_event(site.actor, {**key, "version": row.version, "starts_at": "2026-05-20T00:00"})
    assert wall(row.starts_at) == "05-20 00:00"

"""When an event begins at another time, its programme and its sessions come along, and the editor reads what moved."""

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
from civicgraph.listings.tables.entering import EnterTable
from civicgraph.notifications.models import OutboxMessage
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Role
from tests.events.conftest import NIGHT
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
    page = await site.post(row, "", starts_at="2026-05-22T19:30")
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

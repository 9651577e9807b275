"""What a drill found and a consultation said is reminded of before its day and after it, and listed until it is done."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.events import operations
from civicgraph.events import quotas as quotas  # events are in step with their quotas
from civicgraph.events.models import Event, EventEntry
from civicgraph.notifications.models import InboxMessage
from civicgraph.permissions import Actor, Role
from civicgraph.scheduler.deadlines import claim_due
from tests.bookings.test_places import leader
from tests.events.conftest import List
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import FENGGANG

MADE = datetime(2026, 5, 23, 10, tzinfo=clock.CITY_ZONE)
DUE = date(2026, 6, 30)


def nine(days: int) -> datetime:
    """When offices open, so many days after the day that was said."""
    return datetime(DUE.year, DUE.month, DUE.day, 9, 0, 5, tzinfo=clock.CITY_ZONE) + timedelta(days=days)


async def entry(editor: Actor, event: Event, text: str, **values: Any) -> EventEntry:
    kind = "finding" if event.kind.value == "safety_drill" else "opinion"
    return await operations.add_event_entry(
        editor, {"slug": event.slug, "kind": kind, "text": text, "due_on": DUE, "owner": "区消防救援大队", **values}
    )


async def told(actor: Actor, at: datetime) -> list[str]:
    """The subjects of what somebody has read by then; the clock ticks twice, so that nothing comes twice."""
    with clock.override(at):
        for _ in range(2):
            await claim_due(await leader())
    return [one.subject for one in await InboxMessage.filter(person_id=actor.person_id).order_by("id")]


async def change(editor: Actor, row: EventEntry, **values: Any) -> None:
    given = {"id": row.id, "version": row.version, "text": row.text, "due_on": row.due_on, **values}
    await operations.change_event_entry(editor, given)


@pytest.mark.parametrize("kind", ["safety_drill", "consultation"])
async def test_staff_are_reminded_once_before_the_day_and_once_after_it(
    editor: Actor, neighbour: Actor, list_event: List, kind: str
) -> None:
    with clock.override(MADE):
        event = await list_event(kind=kind, programme=[])
        await entry(editor, event, "消防通道堆放杂物")
    assert await told(editor, nine(-4)) == []
    soon, late = "6月30日 周二前要办：美术馆之夜", "已逾期（6月30日 周二到期）：美术馆之夜"
    assert await told(editor, nine(-3)) == [soon]
    assert await told(editor, nine(0)) == [soon]
    assert await told(editor, nine(1)) == await told(editor, nine(30)) == [soon, late]
    assert await told(neighbour, nine(30)) == []
    message = await InboxMessage.filter(person_id=editor.person_id).order_by("id").first()
    assert message is not None
    assert message.link == f"/staff/events/{event.slug}/record"
    assert "消防通道堆放杂物" in message.text
    assert "区消防救援大队" in message.text


async def test_what_is_done_removed_or_called_off_is_reminded_of_no_more_and_a_later_day_moves_the_reminders(
    editor: Actor, list_event: List
) -> None:
    with clock.override(MADE):
        drill = await list_event(kind="safety_drill", programme=[])
        off = await list_event(kind="safety_drill", programme=[], title="取消的演练")
        done, gone, moved = [await entry(editor, drill, text) for text in ("照明不足", "水压不够", "标识不清")]
        await entry(editor, off, "没有演")
        await change(editor, done, done_on="2026-05-23", answer="已加装应急灯")
        await operations.remove_event_entry(editor, {"id": gone.id, "version": gone.version})
        await change(editor, moved, due_on=DUE + timedelta(days=10))
        await operations.cancel_event(editor, {"slug": off.slug, "version": off.version, "reason": "暴雨"})
    assert await told(editor, nine(1)) == []
    assert len(await told(editor, nine(7))) == 1
    assert len(await told(editor, nine(11))) == 2


async def test_the_list_of_what_is_open_begins_with_what_is_late(
    app: Starlette, editor: Actor, neighbour: Actor, list_event: List
) -> None:
    with clock.override(MADE):
        drill = await list_event(kind="safety_drill", programme=[])
        meeting = await list_event(kind="consultation", programme=[], title="协商会")
        await entry(editor, drill, "以后再办", due_on=DUE + timedelta(days=40))
        await entry(editor, drill, "没有日期", due_on=None)
        await entry(editor, meeting, "已经逾期")
        await change(editor, await entry(editor, meeting, "已经办完"), done_on="2026-05-23", answer="已办")
    with clock.override(nine(1)):
        staff = await signed_in(app, editor)
        page = re.sub(r"<[^>]+>|\s+", " ", await staff.open("/staff/findings"))
        order = [page.find(text) for text in ("已经逾期", "以后再办", "没有日期")]
        assert order == sorted(order)
        assert order[0] > 0
        assert "已经办完" not in page
        assert "6月30日 周二到期，已逾期" in page
        assert f"/staff/events/{meeting.slug}/record" in await staff.open("/staff/findings")
        assert "已经逾期" not in await (await signed_in(app, neighbour)).open("/staff/findings")
        worker = await signed_in(app, await place.person("worker", Role.GRID_WORKER, FENGGANG))
        await worker.open("/staff/findings")
        assert worker.status == 403
    with clock.override(nine(0)):
        assert "已逾期" not in await (await signed_in(app, editor)).open("/staff/findings")

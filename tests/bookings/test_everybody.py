"""The staff's index of bookings, and the table of who comes to one event or service."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.accounts.models import Session
from civicgraph.bookings import operations
from civicgraph.events import operations as events
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.services import operations as services
from civicgraph.services import quotas as quotas  # services are in step with their quotas
from tests.bookings.conftest import LATER, Offer, come
from tests.services.conftest import CANTEEN
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import FENGGANG, HONGQIAO

INDEX = "/staff/bookings"


async def test_staff_find_anybody_of_their_place_by_name_number_state_day_and_kind(
    app: Starlette, offer: Offer, editor: Actor, dispatcher: Actor, neighbour: Actor
) -> None:
    quota = await offer(capacity=2)
    first = await come(quota, "张三", contact_phone="13800001234")
    await come(quota, "李四")
    await come(quota, "王五")
    service = await services.create_service(editor, CANTEEN)
    await services.publish_service(editor, {"slug": service.slug, "version": 1})
    term = await operations.create_quota(
        editor, {"subject_kind": "service", "subject_slug": service.slug, "kind": "enrolment", "capacity": 9}
    )
    await come(term, "赵六")
    elsewhere = await events.create_event(neighbour, {**LATER, "division_code": HONGQIAO})
    await events.publish_event(neighbour, {"slug": elsewhere.slug, "version": 1})
    theirs = await operations.create_quota(neighbour, {"subject_kind": "event", "subject_slug": elsewhere.slug})
    await come(theirs, "孙七")
    staff = await signed_in(app, dispatcher)
    everybody = await staff.open(INDEX)
    assert all(name in everybody for name in ("张三", "李四", "王五", "赵六"))
    assert "孙七" not in everybody
    assert "13800001234" not in everybody
    assert "138****1234" in everybody
    for query, found in (
        ("q=张", {"张三"}),
        ("q=王五", {"王五"}),
        ("q=五王", set()),
        (f"q={first.number.lower()}", {"张三"}),
        ("state=WAITING", {"王五"}),
        ("subject=SERVICE", {"赵六"}),
        ("from=2031-05-22&until=2031-05-22", {"张三", "李四", "王五"}),
        ("from=2031-05-23", set()),
        ("until=2031-05-21", set()),
    ):
        page = await staff.open(f"{INDEX}?{query}")
        assert {name for name in ("张三", "李四", "王五", "赵六", "孙七") if name in page} == found, query
    worker = await signed_in(app, await place.person("worker", Role.GRID_WORKER, FENGGANG))
    await worker.open(INDEX)
    assert worker.status == 403


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_who_comes_is_taken_out_with_contacts_by_those_who_may_see_them_and_recorded(
    app: Starlette, offer: Offer, dispatcher: Actor, neighbour: Actor
) -> None:
    quota = await offer(title="工作坊", questions=[{"label": "会过敏吗？", "kind": "yes"}])
    other = await offer(title="讲座")
    event = events_page(quota.link)
    staff = await signed_in(app, dispatcher)
    await staff.open(event)
    assert "还没有人报名" in await staff.send(f"{INDEX}/table")
    given = {"contact_phone": "13800001234", "contact_email": "zhang@example.cn"}
    await come(quota, "张三", **given, answers=[{"question": 1, "text": "true"}])
    await come(other, "=李四")
    await staff.open(event)
    head, *rows = list(csv.reader(io.StringIO((await staff.send(f"{INDEX}/table")).lstrip("\ufeff"))))
    assert [row[3] for row in rows] == ["张三", "'=李四"]
    assert {"13800001234", "zhang@example.cn", "会过敏吗？ 是"} <= set(rows[0])
    assert len(head) == len(rows[0])
    entries = await AuditEntry.filter(operation="export_bookings").order_by("id")
    assert [one.changes for one in entries] == [
        {"exported": [None, 1], "contact_phone": None, "contact_email": None}
    ] * 2
    stranger = await signed_in(app, neighbour)
    await stranger.open(event)
    assert f"{INDEX}/table" not in stranger.text


def events_page(link: str) -> str:
    """The staff's page of an event by its public one."""
    return link.replace("/events/", "/staff/events/")


async def test_after_the_event_each_session_says_who_booked_came_stayed_away_and_waited(
    app: Starlette, offer: Offer, dispatcher: Actor
) -> None:
    quota = await offer(capacity=3, title="工作坊", max_people=2)
    here = await come(quota, "张三", people=2)
    away = await come(quota, "李四")
    await come(quota, "王五")
    await operations.check_in(dispatcher, {"quota_code": quota.code, "ticket": here.number, "people": 1})
    staff = await signed_in(app, dispatcher)
    there = quota.link.replace("/events/", f"{INDEX}/figures/event/")

    async def counted() -> list[str]:
        text = await staff.open(there)
        row = text[text.index("<tbody>") : text.index("</tbody>")]
        return re.findall(r'class="num"[^>]*><span>(\d+)</span>', row)

    assert await counted() == ["3", "1", "0", "1"]  # it is still to come
    with clock.override(datetime(2031, 5, 23, tzinfo=UTC)):
        row = await Session.get(person_id=dispatcher.person_id)
        await Session.filter(id=row.id).update(expires_at=clock.now() + timedelta(hours=1), last_seen_at=clock.now())
        assert await counted() == ["3", "1", "2", "1"]
        await operations.mark_no_show(dispatcher, {"number": away.number})
        assert await counted() == ["3", "1", "2", "1"]

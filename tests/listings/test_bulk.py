"""One step with many listings at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from starlette.applications import Starlette

from civicgraph.events import operations as events
from civicgraph.events.models import Event, EventStatus
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Role
from civicgraph.services import operations as services
from civicgraph.services.models import Service, ServiceStatus
from tests.events.conftest import NIGHT
from tests.services.conftest import CANTEEN
from tests.support import city as place
from tests.support.browser import Browser, signed_in
from tests.support.city import FENGGANG, FENGQUAN, LONGQUAN, SUIYANG

EVENTS, SERVICES = "/staff/events/bulk", "/staff/services/bulk"


def ticks(rows: Sequence[Event | Service]) -> list[str]:
    """The ticked boxes of some rows of a list."""
    return [f"{one.slug}:{one.version}" for one in rows]


async def statuses() -> list[str]:
    return [one.status.value for one in await Event.all().order_by("id")]


async def do(browser: Browser, path: str, rows: Sequence[Event | Service], act: str, **asked: str) -> str:
    """Tick rows of the list and press a button; fill in what is asked then."""
    await browser.open(path.removesuffix("/bulk"))
    answer = await browser.send(path, pick=ticks(rows), act=act)
    return await browser.send(path, **asked) if asked else answer


async def test_each_is_done_for_itself_and_of_what_is_not_done_stands_why(app: Starlette) -> None:
    await place.build()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    browser = await signed_in(app, editor)
    nights = [await events.create_event(editor, {**NIGHT, "title": f"第{n}夜"}) for n in (1, 2, 3)]
    listed = await browser.open("/staff/events")
    assert listed.count('name="pick"') == 3
    await events.set_event_contact(editor, {"slug": nights[1].slug, "version": 1, "organiser": "镇上"})
    await events.publish_event(editor, {"slug": nights[2].slug, "version": 1})
    nights[2].version = 2
    said = await do(browser, EVENTS, nights, "publication")
    assert browser.status == 422
    assert "这期间有人改过它" in said
    assert "第2夜" in said
    assert await statuses() == ["published", "draft", "published"]
    entries = AuditEntry.filter(operation="publish_event", subject_id=str(nights[0].id))
    assert await entries.count() == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_is_asked_is_asked_once_and_kept_when_it_does_not_fit(app: Starlette) -> None:
    await place.build()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    browser = await signed_in(app, editor)
    nights = [await events.create_event(editor, {**NIGHT, "title": f"第{n}夜"}) for n in (1, 2)]
    asked = await do(browser, EVENTS, nights, "cancellation")
    assert "第1夜" in asked
    assert await statuses() == ["draft", "draft"]
    await browser.send(EVENTS, reason="雨")
    assert browser.status == 422
    await browser.send(EVENTS, reason="暴雨，改日另行通知")
    assert browser.status == 200
    rows = await Event.all().order_by("id")
    assert {(one.status, one.status_reason) for one in rows} == {(EventStatus.CANCELLED, "暴雨，改日另行通知")}


async def test_who_holds_it_and_where_it_belongs_is_changed_for_all_and_the_rest_stays(app: Starlette) -> None:
    await place.build()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    browser = await signed_in(app, editor)
    nights = [await events.create_event(editor, {**NIGHT, "organiser": "县文旅局"}) for _ in (1, 2)]
    await do(browser, EVENTS, nights, "contact", organiser="", contact_phone="0851-12345")
    assert browser.status == 200
    nights = await Event.all().order_by("id")
    await do(browser, EVENTS, nights, "place", division_code=LONGQUAN)
    assert browser.status == 200
    rows = await Event.all().order_by("id").prefetch_related("programme")
    assert [(one.organiser, one.contact_phone, one.division_id) for one in rows] == [
        ("县文旅局", "0851-12345", LONGQUAN)
    ] * 2  # type: ignore[attr-defined]
    assert [len(one.programme) for one in rows] == [2, 2]
    assert "至少填一项" in await do(browser, EVENTS, rows, "contact", organiser="", contact_phone="")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_nobody_does_with_many_what_they_may_not_do_with_one(app: Starlette) -> None:
    await place.build()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    night = await events.create_event(editor, NIGHT)
    author = await signed_in(app, await place.person("author", Role.AUTHOR, FENGGANG))
    listed = await author.open("/staff/events")
    assert 'value="submission"' in listed
    assert 'value="publication"' not in listed
    await author.send(EVENTS, pick=ticks([night]), act="publication")
    assert author.status == 403
    neighbour = await signed_in(app, await place.person("neighbour", Role.EDITOR, SUIYANG))
    await services.create_service(
        await place.person("other", Role.EDITOR, SUIYANG), {**CANTEEN, "division_code": "520323104001"}
    )
    await neighbour.open("/staff/services")
    token = dict(neighbour.form(SERVICES).pairs)["csrf"]
    pairs = {"csrf": token, "act": "publication", "pick": ticks([night])[0]}
    answer = await neighbour.http.post(EVENTS, data=pairs)
    assert answer.status_code == 422
    assert NIGHT["title"] not in answer.text  # a draft of others is not even named
    assert await statuses() == ["draft"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_services_rest_for_a_while_together(app: Starlette) -> None:
    await place.build()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    browser = await signed_in(app, editor)
    rows = [await services.create_service(editor, {**CANTEEN, "name": f"第{n}食堂"}) for n in (1, 2)]
    await do(browser, SERVICES, rows, "publication")
    rows = await Service.all().order_by("id")
    await do(browser, SERVICES, rows, "suspension", reason="春节放假")
    rows = await Service.all().order_by("id")
    assert {(one.status, one.status_reason) for one in rows} == {(ServiceStatus.SUSPENDED, "春节放假")}
    await do(browser, SERVICES, rows, "place", division_code=FENGQUAN)
    assert browser.status == 200
    kept = await services.service_values((await Service.all().order_by("id"))[0])
    assert len(kept["hours"]) == len(CANTEEN["hours"])

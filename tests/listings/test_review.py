"""A draft that is looked over: its editors are told that it waits, its author what became of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.accounts.models import Grant
from civicgraph.events import operations as events
from civicgraph.events.models import Event
from civicgraph.notifications.models import InboxMessage
from civicgraph.permissions import Actor, Role
from civicgraph.scheduler.deadlines import claim_due
from civicgraph.services import operations as services
from tests.bookings.test_places import leader
from tests.events.conftest import NIGHT
from tests.services.conftest import CANTEEN
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

APRIL, MAY = datetime(2026, 4, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, 1, tzinfo=UTC)
EVENT = ("events", NIGHT["title"], lambda actor: events.create_event(actor, NIGHT))
SERVICE = ("services", CANTEEN["name"], lambda actor: services.create_service(actor, CANTEEN))
Draft = Callable[[Actor], Awaitable[Any]]


async def inbox(actor: Actor) -> list[tuple[str, str]]:
    """Subject and link of what somebody was told."""
    rows = await InboxMessage.filter(person_id=actor.person_id).order_by("id")
    return [(one.subject, one.link) for one in rows]


def words(text: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", text)


@pytest.mark.parametrize(("room", "name", "draft"), [EVENT, SERVICE])
async def test_editors_read_on_desk_and_inbox_that_a_draft_waits_and_its_author_what_became_of_it(
    app: Starlette, room: str, name: str, draft: Draft
) -> None:
    await place.build()
    author = await place.person("小王", Role.AUTHOR, FENGQUAN)
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    neighbour = await place.person("neighbour", Role.EDITOR, SUIYANG)
    row = await draft(author)
    where = f"/staff/{room}/{row.slug}"
    writing, looking = await signed_in(app, author), await signed_in(app, editor)
    assert "草稿待审核" not in await looking.open("/staff")
    await writing.open(where)
    assert "小王" in words(await writing.send(f"{where}/submission"))
    assert await inbox(editor) == [(f"请审核：{name}", where)]
    assert await inbox(neighbour) == await inbox(author) == []
    desk = await looking.open("/staff")
    assert "草稿待审核" in desk
    assert f"/staff/{room}?review=true" in desk
    assert "草稿待审核" not in await writing.open("/staff")  # it is not the author's to look over
    assert "草稿待审核" not in await (await signed_in(app, neighbour)).open("/staff")
    assert "小王" in words(await looking.open(where))
    await looking.send(f"{where}/return", note="请写上公交")
    assert await inbox(author) == [(f"退回修改：{name}", where)]
    assert "请写上公交" in await writing.open("/staff/inbox")
    assert "草稿待审核" not in await looking.open("/staff")
    await writing.open(where)
    await writing.send(f"{where}/submission")
    await looking.open(where)
    await looking.send(f"{where}/publication")
    assert [subject for subject, _ in await inbox(author)] == [f"退回修改：{name}", f"已发布：{name}"]
    assert len(await inbox(editor)) == 2
    await looking.open(where)
    await looking.send(f"{where}/withdrawal")
    await looking.open(where)
    await looking.send(f"{where}/publication")
    assert len(await inbox(author)) == 2  # that review is over


async def test_what_is_published_by_itself_is_told_to_whoever_asked_and_nobody_is_told_of_their_own_doing(
    app: Starlette,
) -> None:
    await place.build()
    author = await place.person("小王", Role.AUTHOR, FENGQUAN)
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    with clock.override(APRIL):
        row = await events.create_event(author, NIGHT)
        row = await events.submit_event(author, {"slug": row.slug, "version": row.version})
        given = {"slug": row.slug, "version": row.version, "publish_at": "2026-05-01T09:00"}
        await events.schedule_event(editor, given)
        assert await inbox(author) == []
        own = await services.create_service(editor, CANTEEN)
        own = await services.submit_service(editor, {"slug": own.slug, "version": own.version})
        await services.publish_service(editor, {"slug": own.slug, "version": own.version})
    with clock.override(MAY):
        for _ in range(2):
            await claim_due(await leader())
    assert [subject for subject, _ in await inbox(author)] == [f"已发布：{NIGHT['title']}"]
    assert [subject for subject, _ in await inbox(editor)] == [f"请审核：{NIGHT['title']}"]


@pytest.mark.parametrize(("room", "name", "draft"), [EVENT, SERVICE])
async def test_an_author_reads_of_what_is_published_that_an_editor_changes_it_and_whom_to_ask(
    app: Starlette, room: str, name: str, draft: Draft
) -> None:
    await place.build()
    author = await place.person("小王", Role.AUTHOR, FENGQUAN)
    editor = await place.person("凤冈老李", Role.EDITOR, FENGGANG)
    await place.person("市里的编辑", Role.EDITOR, place.CITY)
    neighbour = await place.person("绥阳老赵", Role.EDITOR, SUIYANG)
    row = await draft(author)
    where = f"/staff/{room}/{row.slug}"
    looking = await signed_in(app, editor)
    await looking.open(where)
    await looking.send(f"{where}/publication")
    writing = await signed_in(app, author)
    page = await writing.open(where)
    assert "不在您的管理范围内" not in page
    assert "已公开的内容由编辑修改，您在这里能看、不能改。要改动，请找：凤冈老李。" in page
    assert f"{where}/record" not in page
    writing.http.cookies.set("lang", "en")
    assert "Please ask: 凤冈老李." in await writing.open(where)
    assert "不在您的管理范围内" in await (await signed_in(app, neighbour)).open(where)
    await Grant.filter(person_id=editor.person_id).delete()
    assert "Please ask: 市里的编辑." in await writing.open(where)
    await Grant.filter(role=Role.EDITOR).delete()
    assert "please ask the office above" in await writing.open(where)


@pytest.mark.parametrize(("room", "name", "draft"), [EVENT, SERVICE])
async def test_what_its_author_changes_after_it_was_approved_is_not_published_unseen(
    app: Starlette, room: str, name: str, draft: Draft
) -> None:
    await place.build()
    author = await place.person("小王", Role.AUTHOR, FENGQUAN)
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    called = "title" if room == "events" else "name"
    with clock.override(APRIL):
        row = await draft(editor)
        where = f"/staff/{room}/{row.slug}"
        looking, writing = await signed_in(app, editor), await signed_in(app, author)
        await looking.open(where)
        await looking.send(f"{where}/planning", publish_at="2026-05-01T09:00")
        await looking.open(where)
        await looking.send(**{called: f"{name}一"})  # an editor’s own change is seen
        assert "编辑重新审核" in words(await writing.open(where))
        said = words(await writing.send(**{called: f"{name}二"}))
        assert "原定的自动发布已取消" in said
        assert "小王" in said
        assert await inbox(editor) == [(f"请审核：{name}二", where)]
        assert f"/staff/{room}?review=true" in await looking.open("/staff")
        row = await type(row).get(id=row.id)
        assert (row.publish_at, row.submitted_at) == (None, APRIL)
    with clock.override(MAY):
        await claim_due(await leader())
    assert (await type(row).get(id=row.id)).status == "draft"


async def test_a_line_of_the_record_and_another_of_the_series_are_part_of_what_was_approved(city: None) -> None:
    author = await place.person("小王", Role.AUTHOR, FENGQUAN)
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    consultation = {**NIGHT, "kind": "consultation", "programme": []}
    with clock.override(APRIL):
        row = await events.create_event(editor, consultation)
        row = await events.repeat_event(
            editor, {"slug": row.slug, "version": row.version, "frequency": "weekly", "count": 3}
        )
        given = {"slug": row.slug, "version": row.version, "publish_at": "2026-05-01T09:00"}
        await events.schedule_event(editor, given)
        other = (await Event.filter(series_id=row.series_id).order_by("starts_at"))[1]  # type: ignore[attr-defined]
        await events.add_event_entry(author, {"slug": other.slug, "kind": "agenda", "text": "没人看过的一项"})
    with clock.override(MAY):
        await claim_due(await leader())
    assert not await Event.exclude(status="draft").exists()
    assert {bool(one.submitted_at) for one in await Event.filter(id__in=[row.id, other.id])} == {True}
    assert len(await inbox(editor)) == 2


@pytest.mark.parametrize(("room", "role"), [("events", Role.GRID_WORKER), ("services", Role.DISPATCHER)])
async def test_who_enters_no_listings_is_offered_no_form_for_them(app: Starlette, room: str, role: Role) -> None:
    await place.build()
    browser = await signed_in(app, await place.person("other", role, FENGQUAN))
    page = await browser.open(f"/staff/{room}")
    assert "由当地的信息员和信息编辑录入" in page
    assert f"/staff/{room}/new" not in page
    await browser.open(f"/staff/{room}/new")
    assert browser.status == 403
    author = await signed_in(app, await place.person("小王", Role.AUTHOR, FENGQUAN))
    assert f"/staff/{room}/new" in await author.open(f"/staff/{room}")
    await author.open(f"/staff/{room}/new")
    assert author.status == 200


@pytest.mark.parametrize("room", ["enterprises", "policies", "projects", "products", "checklists"])
async def test_who_keeps_nothing_for_enterprises_is_offered_no_form_for_it(app: Starlette, room: str) -> None:
    await place.build()
    browser = await signed_in(app, await place.person("grid", Role.GRID_WORKER, FENGQUAN))
    page = await browser.open(f"/staff/{room}")
    assert "由当地的信息编辑和指挥中心录入" in page
    assert "这里没有由您维护的内容" in page
    assert not {f"/staff/{room}/new", f"/staff/{room}/imports"} & set(re.findall(r'href="([^"]+)"', page))
    await browser.open(f"/staff/{room}/new")
    assert browser.status == 403
    editor = await signed_in(app, await place.person("editor", Role.EDITOR, FENGQUAN))
    assert f"/staff/{room}/new" in await editor.open(f"/staff/{room}")
    await editor.open(f"/staff/{room}/new")
    assert editor.status == 200
    for one in (browser, editor):
        await one.http.aclose()

"""Events before the public sees them: copied, looked over, planned."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from civicgraph import clock
from civicgraph.bookings.models import Quota, QuotaQuestion
from civicgraph.bookings.operations import create_quota, register
from civicgraph.events import operations
from civicgraph.events import quotas as quotas  # events are in step with their quotas
from civicgraph.events.models import Event, EventStatus, ProgrammeItem
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.scheduler.deadlines import claim_due
from civicgraph.scheduler.lease import Term, take
from tests.events.conftest import NIGHT, List
from tests.support import city as place
from tests.support.city import FENGGANG

APRIL = datetime(2026, 4, 1, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, 1, tzinfo=UTC)
PLACES: dict[str, Any] = {
    "title": "画帆布包",
    "subject_kind": "event",
    "capacity": 20,
    "opens_at": "2026-05-10T09:00",
    "questions": [{"label": "几岁", "kind": "text", "is_required": True}],
}


@pytest.fixture
async def author(city: None) -> Actor:
    """Who may write listings of Fenggang county, but not publish them."""
    return await place.person("author", Role.AUTHOR, FENGGANG)


async def leader() -> Term:
    """The process that ticks."""
    term = await take("a", 60)
    assert term is not None
    return term


async def token_of(client: httpx.AsyncClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', (await client.get(path)).text)
    assert found is not None
    return found[1]


def of(row: Event, **values: Any) -> dict[str, Any]:
    return {"slug": row.slug, "version": row.version, **values}


async def test_a_copy_is_a_draft_with_programme_places_and_questions_some_weeks_on(
    editor: Actor, list_event: List
) -> None:
    row = await list_event()
    await create_quota(editor, {**PLACES, "subject_slug": row.slug})
    with clock.override(datetime(2026, 6, 1, tzinfo=UTC)):
        copy = await operations.duplicate_event(editor, {"slug": row.slug})
    assert (copy.status, copy.slug != row.slug, copy.title) == (EventStatus.DRAFT, True, row.title)
    assert copy.starts_at == row.starts_at + timedelta(weeks=2)  # 5 June, the first such Friday that is to come
    items = await ProgrammeItem.filter(event_id=copy.id).order_by("position")
    assert [one.title for one in items] == ["红色主题雕塑展", "乐队演唱"]
    assert items[1].starts_at == datetime(2026, 6, 5, 12, tzinfo=UTC)
    quota = await Quota.get(event_id=copy.id)
    assert (quota.title, quota.capacity, quota.taken, quota.is_public) == ("画帆布包", 20, 0, False)
    assert (quota.starts_at, quota.opens_at) == (copy.starts_at, datetime(2026, 5, 24, 1, tzinfo=UTC))
    assert await QuotaQuestion.filter(quota_id=quota.id).values_list("label", flat=True) == ["几岁"]
    assert (await AuditEntry.all().order_by("id").last()).operation == "duplicate_event"  # type: ignore[union-attr]


async def test_nobody_copies_a_draft_that_they_may_not_see(neighbour: Actor, list_event: List) -> None:
    draft, shown = await list_event(publish=False), await list_event()
    for actor in (ANONYMOUS, neighbour):
        with pytest.raises(NotFound):
            await operations.duplicate_event(actor, {"slug": draft.slug})
        with pytest.raises(Forbidden):
            await operations.duplicate_event(actor, {"slug": shown.slug})


async def test_a_draft_is_published_at_its_time_once_and_never_before(editor: Actor, list_event: List) -> None:
    row = await list_event(publish=False)
    with clock.override(APRIL):
        with pytest.raises(InvalidInput) as caught:
            await operations.schedule_event(editor, of(row, publish_at="2026-03-31T09:00"))
        assert caught.value.errors[0].code == "past"
        with pytest.raises(InvalidInput) as caught:
            await operations.schedule_event(editor, of(row, publish_at="2026-05-22T22:00"))
        assert caught.value.errors[0].code == "over"
        with pytest.raises(InvalidInput) as caught:
            await operations.schedule_event(editor, of(row, publish_at="2026-05-22T19:00"))
        assert caught.value.errors[0].code == "begun"
        row = await operations.schedule_event(editor, of(row, publish_at="2026-04-20T09:00"))
        row = await operations.schedule_event(editor, of(row, publish_at="2026-05-01T09:00"))
    with clock.override(MAY - timedelta(minutes=1)):
        await claim_due(await leader())
        assert (await Event.get(id=row.id)).status is EventStatus.DRAFT
    with clock.override(MAY):
        await claim_due(await leader())
        shown = await Event.get(id=row.id)
        assert (shown.status, shown.published_at, shown.publish_at) == (EventStatus.PUBLISHED, MAY, None)
        assert (await claim_due(await leader())).fired == 0
    entry = await AuditEntry.all().order_by("id").last()
    assert entry is not None
    assert (entry.operation, entry.actor_kind) == ("publish_event", "system")


async def test_a_draft_does_not_begin_before_it_is_published(editor: Actor, list_event: List) -> None:
    row = await list_event(publish=False)
    with clock.override(APRIL):
        row = await operations.schedule_event(editor, of(row, publish_at="2026-05-01T09:00"))
        earlier = {**NIGHT, "starts_at": "2026-04-30T19:00", "ends_at": "2026-04-30T21:30", "programme": []}
        with pytest.raises(InvalidInput) as caught:
            await operations.update_event(editor, of(row, **earlier))
        assert (caught.value.errors[0].field, caught.value.errors[0].code) == ("starts_at", "unpublished")


async def test_a_time_that_was_taken_back_publishes_nothing(editor: Actor, list_event: List) -> None:
    row = await list_event(publish=False)
    with clock.override(APRIL):
        row = await operations.schedule_event(editor, of(row, publish_at="2026-05-01T09:00"))
        row = await operations.unschedule_event(editor, of(row))
        with pytest.raises(Unavailable):
            await operations.unschedule_event(editor, of(row))
    with clock.override(MAY):
        await claim_due(await leader())
    assert (await Event.get(id=row.id)).status is EventStatus.DRAFT


async def test_an_author_writes_and_asks_and_an_editor_gives_back_or_publishes_what_they_saw(
    author: Actor, editor: Actor
) -> None:
    row = await operations.create_event(author, NIGHT)
    for step in (operations.publish_event, operations.finish_event):
        with pytest.raises(Forbidden):
            await step(author, of(row))
    with pytest.raises(Forbidden):
        await operations.schedule_event(author, of(row, publish_at="2026-05-01T09:00"))
    row = await operations.submit_event(author, of(row))
    row = await operations.return_event(editor, of(row, note="请写上几路公交能到。"))
    assert (row.submitted_at, row.review_note) == (None, "请写上几路公交能到。")
    row = await operations.update_event(author, {**NIGHT, **of(row), "summary": "乘 3 路到美术馆。"})
    row = await operations.submit_event(author, of(row))
    assert row.review_note == ""
    seen = row.version
    row = await operations.update_event(author, {**NIGHT, **of(row), "summary": "乘 8 路到美术馆。"})
    with pytest.raises(Conflict):
        await operations.publish_event(editor, of(row, version=seen))
    row = await operations.publish_event(editor, of(row))
    assert (row.status, row.submitted_at) == (EventStatus.PUBLISHED, None)
    for step, more in (
        (operations.update_event, NIGHT),
        (operations.submit_event, {}),
        (operations.withdraw_event, {}),
    ):
        with pytest.raises(Forbidden):
            await step(author, {**more, **of(row)})
    written = await AuditEntry.filter(subject_type="Event").order_by("id").values_list("operation", flat=True)
    assert [one for one in written if one not in ("create_event", "update_event")] == [
        *("submit_event", "return_event", "submit_event", "publish_event")
    ]


async def test_what_an_author_adds_to_the_record_of_a_draft_is_not_published_unseen(
    author: Actor, editor: Actor
) -> None:
    row = await operations.create_event(author, {**NIGHT, "kind": "consultation", "programme": []})
    row = await operations.submit_event(author, of(row))
    seen = row.version
    item = await operations.add_event_entry(author, {"slug": row.slug, "kind": "agenda", "text": "停车位怎么分"})
    with pytest.raises(Conflict):
        await operations.publish_event(editor, of(row, version=seen))
    seen = (await Event.get(id=row.id)).version
    await operations.change_event_entry(author, {"id": item.id, "version": item.version, "text": "车位收费"})
    with pytest.raises(Conflict):
        await operations.publish_event(editor, of(row, version=seen))
    row = await Event.get(id=row.id)
    await operations.publish_event(editor, of(row))
    # What is said there once it is public is nobody's draft: it comes in while others keep the event's own page.
    await operations.add_event_entry(editor, {"slug": row.slug, "kind": "agenda", "text": "充电桩"})
    assert (await Event.get(id=row.id)).version == row.version + 1


async def test_the_page_says_what_is_published_along_and_what_of_it_is_to_be_looked_at(
    client: httpx.AsyncClient, editor: Actor, author: Actor
) -> None:
    with clock.override(MAY):
        row = await operations.create_event(editor, {**NIGHT, "programme": []})
        await operations.repeat_event(editor, of(row, frequency="weekly", count=4))
        rows = await Event.filter(series_id__isnull=False).order_by("starts_at")
        own = rows[2]
        times = {"starts_at": own.starts_at, "ends_at": own.ends_at}
        await operations.update_event(author, {**NIGHT, **times, "programme": [], **of(own), "title": "夜场加演"})
        await place.sign_in(client, "editor2", Role.EDITOR, FENGGANG)
        page = (await client.get(f"/staff/events/{rows[0].slug}")).text
        assert "系列中另外 3 份草稿会一起发布" in page
        assert f'<a href="/staff/events/{own.slug}">夜场加演（6月5日 周五）</a>' in page
        page = (await client.get(f"/staff/events/{own.slug}")).text
        assert "系列中另外 3 份草稿会一起发布" in page
        assert "请先看看" not in page
        await operations.publish_event(editor, of(rows[0], version=(await Event.get(id=rows[0].id)).version))
        assert "会一起发布" not in (await client.get(f"/staff/events/{rows[0].slug}")).text


async def test_what_people_are_registered_for_stays_public(editor: Actor, list_event: List) -> None:
    row = await list_event()
    quota = await create_quota(editor, {"subject_kind": "event", "subject_slug": row.slug, "capacity": 5})
    with clock.override(MAY):
        row = await operations.withdraw_event(editor, of(await Event.get(id=row.id)))
        assert (row.status, row.published_at) == (EventStatus.DRAFT, None)
        assert not (await Quota.get(id=quota.id)).is_public
        row = await operations.publish_event(editor, of(row))
        await register(ANONYMOUS, {"quota_code": quota.code, "contact_name": "李梅", "contact_phone": "13985200001"})
        with pytest.raises(Unavailable):
            await operations.withdraw_event(editor, of(await Event.get(id=row.id)))
    assert (await Event.get(id=row.id)).status is EventStatus.PUBLISHED


async def test_the_pages_lead_from_a_draft_by_review_to_a_plan_and_a_copy(
    client: httpx.AsyncClient, editor: Actor, author: Actor
) -> None:
    row = await operations.create_event(author, NIGHT)
    stranger = await client.get(f"/events/{row.slug}")
    assert stranger.status_code == 404
    await place.sign_in(client, "author2", Role.AUTHOR, FENGGANG)
    edit = f"/staff/events/{row.slug}"
    page = (await client.get(edit)).text
    assert "送审" in page
    assert "定时发布" not in page
    assert "/publication" not in page
    preview = (await client.get(f"/events/{row.slug}")).text
    assert "发布后大家看到的就是这样" in preview

    async def post(noun: str, **values: Any) -> httpx.Response:
        version = (await Event.get(id=row.id)).version
        return await client.post(
            f"{edit}/{noun}", data={"csrf": await token_of(client, edit), "version": version, **values}
        )

    assert (await post("submission")).status_code == 303
    assert (await post("publication")).status_code == 403
    await place.sign_in(client, "editor2", Role.EDITOR, FENGGANG)
    listed = (await client.get("/staff/events?review=true")).text
    assert "美术馆之夜" in listed
    assert "待审核" in listed
    assert (await post("return", note="")).status_code == 422
    assert (await post("return", note="请写上公交")).status_code == 303
    assert "请写上公交" in (await client.get(edit)).text
    with clock.override(APRIL):
        assert (await post("planning", publish_at="2026-05-01T09:00")).status_code == 303
    assert "定于" in (await client.get("/staff/events")).text
    copied = await client.post(
        f"{edit}/copy", data={"csrf": await token_of(client, edit), "starts_at": "2026-06-05T19:00"}
    )
    assert copied.status_code == 303
    assert not copied.headers["location"].endswith(row.slug)

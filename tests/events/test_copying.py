"""What is planned at an event is planned at its copy and at the others of its series: all of it, and each its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.bookings.operations import create_quota, register
from civicgraph.events import operations, rounds
from civicgraph.events.models import Event, EventEntry, RescueTeam
from civicgraph.permissions import ANONYMOUS, Role
from civicgraph.services import operations as services
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive, sweep
from tests.events.conftest import NIGHT
from tests.events.test_materials import PDF, ask, file_of, material, sent
from tests.services.conftest import CANTEEN
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import FENGGANG, FENGQUAN
from tests.uploads.pictures import photo
from tests.uploads.test_images import Site, seen, site

__all__ = ["site"]

MAY = datetime(2026, 5, 1, 9, tzinfo=clock.CITY_ZONE)
COMMON: dict[str, Any] = {
    **NIGHT,
    "description": "带上老照片来聊。",
    "address": "龙凤大道 1 号",
    "organiser": "凤冈县文化馆",
    "contact_phone": "0851-25220000",
    "capacity": 80,
    "price_fen": 1200,
    "audiences": ["居民"],
    "groups": ["families"],
    "accessibility": ["step_free", "captions"],
    "topics": ["老街"],
    "programme": [
        {"kind": "talk", "title": "介绍方案", "stage": "一楼大厅", "note": "有手语", "starts_at": "2026-05-22T19:30"},
        {"kind": "discussion", "title": "分桌讨论", "ends_at": "2026-05-22T21:00", "quantity": 8},
    ],
}
OWN: dict[str, dict[str, Any]] = {
    "consultation": {},
    "safety_drill": {"hazards": ["flood"], "scenario": "乌江涨水", "planned_participants": 60},
}
PLACES: dict[str, Any] = {
    "title": "圆桌",
    "note": "请早到。",
    "starts_at": "2026-05-22T19:30",
    "ends_at": "2026-05-22T20:30",
    "opens_at": "2026-05-10T09:00",
    "capacity": 12,
    "max_people": 3,
    "hold_minutes": 60,
    "min_age": 16,
    "max_age": 75,
    "is_phone_required": True,
    "questions": [{"label": "几楼", "kind": "choice", "choices": ["一楼", "二楼"], "is_required": True}],
}
PLAN = """query ($slug: String!) { event(slug: $slug) {
  kind title summary description venue address organiser contactPhone isAllDay capacity priceFen audiences topics groups
  accessibility hazards scenario plannedParticipants division { code }
  programme { position kind title stage note quantity } teams { team { number name } }
  image { alt focalPoint mediaType sizeBytes } entries { kind position text saidBy link file { filename sizeBytes } }
  quotas { kind title note capacity maxPeople hasWaitingList holdMinutes minAge maxAge isPhoneRequired status
           questions { position label kind choices isRequired } } } }"""


async def planned(site: Site, kind: str) -> Event:
    """An event of which all is filled in that can be planned."""
    values: dict[str, Any] = {**COMMON, "kind": kind, **OWN[kind]}
    if kind == "safety_drill":
        teams = [
            await RescueTeam.create(name=name, division_id=FENGQUAN, kind="fire", phone="0851-25220119", members=9)
            for name in ("凤泉救援队", "凤冈消防队")
        ]
        values["team_ids"] = [one.id for one in teams]
    row = await operations.create_event(site.editor, values)
    row = await with_image(site, row)
    if kind == "consultation":
        for text in ("老街改造方案", "停车怎么办"):
            given = {"slug": row.slug, "kind": "agenda", "text": text, "said_by": "住建局"}
            await operations.add_event_entry(site.editor, given)
        await material(site, row, await sent(site))
        await material(site, row, text="网上的一页", link="https://www.zunyi.gov.cn/1")
    return await operations.publish_event(site.editor, seen(await Event.get(id=row.id)))


async def with_image(site: Site, row: Event) -> Event:
    name = (await receive(site.editor, "a.jpg", photo(colour="teal"))).name
    given = {**seen(row), "image": name, "alt": "夜里的老街", "focal_point": "top_left"}
    return await operations.set_event_image(site.editor, given)


async def plan_of(site: Site, row: Event) -> dict[str, Any]:
    """All that is planned at it, as its editors read it over GraphQL."""
    browser = await signed_in(site.app, site.editor)
    async with browser.http as http:
        found: dict[str, Any] = (await ask(http, PLAN, slug=row.slug))["event"]
    return found


@pytest.mark.parametrize("kind", OWN)
async def test_a_copy_lacks_nothing_that_is_planned_and_has_nothing_that_came_of_the_event(
    site: Site, kind: str
) -> None:
    with clock.override(MAY):
        row = await planned(site, kind)
        quota = await create_quota(site.editor, {**PLACES, "subject_kind": "event", "subject_slug": row.slug})
        whole = await plan_of(site, row)
        assert all(whole[name] for name in ("image", "programme", "quotas"))
        assert whole["entries"] if kind == "consultation" else whole["teams"]
        came = {"consultation": "opinion", "safety_drill": "finding"}[kind]
        await operations.add_event_entry(site.editor, {"slug": row.slug, "kind": came, "text": "出口太窄"})
    with clock.override(datetime(2026, 5, 12, 9, tzinfo=clock.CITY_ZONE)):
        answer = {
            "quota_code": quota.code,
            "contact_name": "李梅",
            "contact_phone": "13985200001",
            "ages": "41",
            "answers": [{"question": 1, "text": "一楼"}],
        }
        await register(ANONYMOUS, answer)
        there = f"/staff/events/{row.slug}"
        await site.browser.open(there)
        await site.browser.send(f"{there}/copy", starts_at="2026-06-05T19:00")
        copy = await Event.all().order_by("-id").first()
    assert copy is not None
    assert (copy.id != row.id, copy.status.value, copy.starts_at.isoformat()) == (
        *(True, "draft"),
        "2026-06-05T11:00:00+00:00",
    )
    assert await plan_of(site, copy) == whole


async def test_a_draft_of_a_drill_that_is_changed_by_its_form_keeps_its_teams(site: Site) -> None:
    with clock.override(MAY):
        row = await planned(site, "safety_drill")
        copy = await operations.duplicate_event(site.editor, {"slug": row.slug})
        await site.browser.open(f"/staff/events/{copy.slug}")
        await site.browser.send(title="防汛演练")
        after = await plan_of(site, copy)
        assert (after["title"], after["teams"]) == ("防汛演练", (await plan_of(site, row))["teams"])
        assert "防汛演练" not in await site.browser.open(f"/rescue-teams/{after['teams'][0]['team']['number']}")


async def test_what_is_added_later_is_given_to_those_that_follow_where_they_lack_it(site: Site) -> None:
    with clock.override(MAY):
        row = await planned(site, "consultation")
        await operations.repeat_event(site.editor, {**seen(row), "frequency": "weekly", "count": 4})
        first, second, third, fourth = await Event.all().order_by("starts_at")
        given = {"slug": second.slug, "kind": "agenda", "text": "充电桩装在哪里", "said_by": "业委会"}
        await operations.add_event_entry(site.editor, given)
        await material(site, second, await sent(site, "手册二.pdf"), text="充电安全手册")
        own = {"slug": third.slug, "kind": "agenda", "text": "充电桩装在哪里", "said_by": "物业"}
        await operations.add_event_entry(site.editor, own)
        await operations.remove_event_image(site.editor, seen(await Event.get(id=fourth.id)))
        before = {one.id: await plan_of(site, one) for one in (first, second, third, fourth)}
        there = f"/staff/events/{second.slug}"
        await site.browser.open(there)
        await site.browser.send(f"{there}/plan")
        assert await plan_of(site, first) == before[first.id]
        after = await plan_of(site, third)
        assert [one["saidBy"] for one in after["entries"] if one["text"] == given["text"]] == ["物业"]
        assert [one["text"] for one in after["entries"]][-1] == "充电安全手册"
        after = await plan_of(site, fourth)
        assert (after["entries"], after["image"]) == (before[second.id]["entries"], before[second.id]["image"])
        entry = await EventEntry.get(event_id=fourth.id, text="充电安全手册")
        assert await site.status_for(None, (await file_of(entry)).name) == 200
        page = await site.browser.send(f"{there}/plan")
        assert "后面各场都已经有了" in page
        assert len((await plan_of(site, fourth))["entries"]) == len(after["entries"])


async def test_the_others_of_a_series_have_agenda_materials_and_image_and_what_goes_from_one_stays_at_the_rest(
    site: Site,
) -> None:
    with clock.override(MAY):
        row = await planned(site, "consultation")
        there = f"/staff/events/{row.slug}"
        await site.browser.open(there)
        await site.browser.send(f"{there}/repetition", frequency="weekly")
        rows = await Event.all().order_by("starts_at")
        whole = await plan_of(site, row)
        assert [(await plan_of(site, one))["entries"] for one in rows[1:3]] == [whole["entries"]] * 2
        assert (await plan_of(site, rows[-1]))["image"] == whole["image"]
        names = await Upload.filter(subject_type="EventEntry").values_list("name", flat=True)
        assert len(set(names)) == len(names) == len(rows)
        last = await EventEntry.get(event_id=rows[0].id, kind="material", link="")
        await operations.remove_event_entry(site.editor, {"id": last.id, "version": last.version})
        await operations.remove_event_image(site.editor, seen(await Event.get(id=rows[0].id)))
        while await sweep():
            pass
        entry = await EventEntry.get(event_id=rows[1].id, kind="material", link="")
        found = await site.stranger.http.get(f"/uploads/{(await file_of(entry)).name}/file")
        assert (found.status_code, found.content) == (200, PDF)
        picture = await Upload.get(subject_type="Event", subject_id=rows[1].id)
        assert await site.status_for(None, picture.name) == 200
    with clock.override(datetime(2026, 6, 3, 9, tzinfo=clock.CITY_ZONE)):
        await rounds.carry_on_series()
    newest = await Event.all().order_by("-starts_at").first()
    assert newest is not None
    assert newest.id not in {one.id for one in rows}
    later = await plan_of(site, newest)
    assert (later["entries"], later["image"]) == (whole["entries"], whole["image"])


async def test_drafts_that_another_rule_leaves_out_go_with_their_files_unless_something_is_theirs_alone(
    site: Site,
) -> None:
    with clock.override(MAY):
        row = await operations.create_event(site.editor, {**COMMON, "kind": "consultation"})
        await material(site, row, await sent(site))
        row = await with_image(site, await Event.get(id=row.id))
        given = {**seen(row), "frequency": "weekly", "count": 4}
        row = await operations.repeat_event(site.editor, given)
        rows = await Event.all().order_by("starts_at")
        await material(site, rows[3], text="只在这一场读", link="https://www.zunyi.gov.cn/2")
        rule = {**seen(row), "frequency": "weekly", "interval": 2, "count": 2, "reason": "改为隔周"}
        await operations.change_repetition(site.editor, rule)
        left = await Event.all().order_by("starts_at").values_list("id", flat=True)
        assert left == [rows[0].id, rows[2].id, rows[3].id]
        while await sweep():
            pass
    assert await Upload.filter(subject_type="Event").count() == await Upload.filter(subject_type="EventEntry").count()
    assert await Upload.all().count() == 6
    assert await site.status_for(site.editor, (await Upload.get(subject_type="Event", subject_id=row.id)).name) == 200


async def test_a_copy_of_a_service_has_its_image(site: Site) -> None:
    row = await services.create_service(site.editor, CANTEEN)
    name = (await receive(site.editor, "a.jpg", photo())).name
    row = await services.set_service_image(
        site.editor, {**seen(row), "image": name, "alt": "食堂", "focal_point": "top"}
    )
    copy = await services.duplicate_service(site.editor, {"slug": row.slug})
    found = await Upload.get(subject_type="Service", subject_id=copy.id)
    assert (found.alt, found.focal_point.value, found.name != name) == ("食堂", "top", True)
    await services.remove_service_image(site.editor, seen(await type(row).get(id=row.id)))
    while await sweep():
        pass
    assert await site.status_for(site.editor, found.name) == 200
    other = await place.person("other", Role.AUTHOR, FENGGANG)
    assert [await site.status_for(one, found.name) for one in (None, other)] == [404, 200]

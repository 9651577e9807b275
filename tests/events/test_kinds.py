"""What each kind of event has of its own: entered wholly through the staff's pages, read wholly by one GraphQL query."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.demo.facts import facts, places
from civicgraph.divisions.models import Division, DivisionLevel
from civicgraph.events import operations
from civicgraph.events.models import Event, EventEntry, EventStatus, Hazard
from civicgraph.grievances.models import Channel, Grievance, GrievanceCategory, GrievanceStatus
from civicgraph.grievances.operations import withdraw_tracked_grievance
from civicgraph.operations import Forbidden, InvalidInput, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.events.conftest import NIGHT
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, SUIYANG

EVENTS = {one["key"]: one for one in facts()["events"]}
MAY = datetime(2026, 5, 10, 9, tzinfo=clock.CITY_ZONE)
TOMORROW = datetime(2026, 5, 23, 9, tzinfo=clock.CITY_ZONE)
"""The day after the culture night and the forum."""
HUICHUAN = "520303"


@dataclass
class Site:
    """The running site, an editor of the city at their desk, and a stranger."""

    actor: Actor
    editor: Browser
    stranger: Browser
    app: Starlette

    async def enter(self, kind: str, **values: Any) -> str:
        """Enter and publish an event by its form; its name in addresses."""
        await self.editor.open(f"/staff/events/new?kind={kind}")
        shown = await self.editor.send("", **{"division_code": FENGQUAN, **values})
        assert self.editor.status == 200, shown
        row = await Event.all().order_by("-id").first()
        assert row is not None
        await self.editor.send(f"/staff/events/{row.slug}/publication")
        return row.slug

    async def note(self, slug: str, kind: str, **values: str) -> None:
        """Add an entry to its record."""
        await self.editor.open(f"/staff/events/{slug}/record")
        await self.editor.send(f"/staff/events/{slug}/record/{kind}", **values)
        assert self.editor.status == 200, self.editor.text

    async def read(self, slug: str) -> dict[str, Any]:
        """All of it, as a stranger reads it: one request, one statement."""
        engine = self.app.state.engine
        before = engine.statements
        answer = await self.stranger.http.post(
            "/graphql", json={"query": WHOLE, "variables": {"slug": slug}}, headers=JSON
        )
        assert "errors" not in answer.json(), answer.text
        assert engine.statements == before + 1
        found: dict[str, Any] = answer.json()["data"]["event"]
        return found


JSON = {"accept": "application/json"}
WHOLE = """query ($slug: String!) { event(slug: $slug) {
  kind title summary description venue address organiser contactPhone startsAt endsAt isAllDay status capacity priceFen
  audiences groups accessibility topics hazards scenario plannedParticipants actualParticipants minutes division { code }
  programme { kind title stage note startsAt endsAt quantity } teams { team { name kind members equipment division { code } } }
  entries { kind text saidBy link answer owner dueOn doneOn grievance { number status channel resolutionDueAt } }
  quotas { title } } }"""
FINISH = """mutation ($slug: String!, $version: Int!) { finishEvent(input: {slug: $slug, version: $version}) {
  event { status } errors { code reason message } } }"""
ITEM: dict[str, Any] = {"stage": "", "note": "", "startsAt": None, "endsAt": None, "quantity": None}
ENTRY: dict[str, Any] = {
    **dict.fromkeys(("saidBy", "link", "answer", "owner"), ""),
    **dict.fromkeys(("dueOn", "doneOn", "grievance")),
}
BARE: dict[str, Any] = {
    **dict.fromkeys(
        ("summary", "description", "venue", "address", "organiser", "contactPhone", "scenario", "minutes"), ""
    ),
    **dict.fromkeys(("capacity", "plannedParticipants", "actualParticipants")),
    **{name: [] for name in ("audiences", "groups", "accessibility", "topics", "hazards", "programme", "teams")},
    **{"entries": [], "quotas": [], "priceFen": 0, "isAllDay": False, "status": "PUBLISHED"},
}
"""What the one query answers of an event of which nothing more is known than when and where it is."""


def rows_of(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The controls of rows of a form: it draws two empty ones, the browser adds more and sends them all."""
    return {f"{name}__{n}__{key}": f"{value}" for n, row in enumerate(rows) for key, value in row.items()}


def at(text: str) -> str:
    """A time of the city as GraphQL writes it: in UTC."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC).isoformat()


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    with clock.override(MAY):
        await place.build()
        await GrievanceCategory.create(
            code="ent_policy",
            name="政策申请",
            name_en="Policy application",
            group_code="enterprise",
            group_name="企业诉求",
            group_name_en="Enterprise problems",
            urgency="planned",
            body="department",
            position=1,
        )
        await Division.create(
            code=HUICHUAN, name="汇川区", short_name="汇川区", level=DivisionLevel.COUNTY, parent_id=CITY
        )
        actor = await place.person("editor", Role.EDITOR, CITY)
        made = Site(actor, await signed_in(app, actor), visit(app), app)
        yield made
        for browser in (made.editor, made.stranger):
            await browser.http.aclose()


async def test_the_culture_night_of_22_may_with_its_programme(site: Site) -> None:
    night = EVENTS["art_museum_night"]
    items = [
        {"kind": "check_in" if "打卡" in one["title"] else one["kind"], "title": one["title"]}
        | ({"quantity": one["works"]} if "works" in one else {})
        for one in night["programme"]
    ]
    day = night["date"]
    slug = await site.enter(
        "culture_night",
        title=night["title"],
        division_code=CITY,
        venue=night["venue"],
        starts_at=f"{day}T19:00",  # an evening, as the file says
        ends_at=f"{day}T22:00",
        **rows_of("programme", items),
    )
    assert await site.read(slug) == {
        **BARE,
        "kind": "CULTURE_NIGHT",
        "title": night["title"],
        "division": {"code": CITY},
        "venue": night["venue"],
        "startsAt": at(f"{day}T19:00"),
        "endsAt": at(f"{day}T22:00"),
        "programme": [{**ITEM, **one, "kind": one["kind"].upper()} for one in items],
    }
    page = await site.stranger.open(f"/events/{slug}")
    assert all(one["title"] in page for one in night["programme"])


async def test_the_safety_month_with_its_hazards_teams_people_and_findings(site: Site) -> None:
    month = EVENTS["safety_month_2026"]
    team = {"name": "凤冈县消防救援中队", "kind": "fire", "members": 60}
    await site.editor.open("/staff/rescue-teams/new")
    await site.editor.send("", **team, division_code=FENGGANG, equipment="云梯车 1 辆\n水罐车 3 辆")
    items = [
        {"kind": "drill" if "演练" in title or "教学" in title else "activity", "title": title}
        for title in month["activities"]
    ]
    hazards = [next(one for one in Hazard if one.words == words) for words in month["hazards"]]
    slug = await site.enter(
        "safety_drill",
        title=month["title"],
        division_code=CITY,
        starts_at=f"{month['month']}-01T00:00",
        ends_at=f"{month['month']}-30T23:00",
        is_all_day="true",
        hazards=[one.value for one in hazards],
        audiences="\n".join(month["audiences"]),
        scenario="教学楼三楼起火",
        planned_participants="1200",
        team_ids="1",
        **rows_of("programme", items),
    )
    finding = {"text": "楼道堆物", "answer": "每周巡查", "owner": "街道应急办"}
    with clock.override(datetime(2026, 7, 1, 9, tzinfo=clock.CITY_ZONE)):
        site.editor = await signed_in(site.app, site.actor)  # weeks later
        await site.editor.open(f"/staff/events/{slug}")
        shown = await site.editor.send("", actual_participants="1350")
        assert site.editor.status == 200, shown
        await site.editor.send(f"/staff/events/{slug}/finish")
        await site.note(slug, "finding", **finding, due_on="2026-07-20")
        found = await site.read(slug)
        page = await site.stranger.open(f"/events/{slug}")
    assert found == {
        **BARE,
        "kind": "SAFETY_DRILL",
        "title": month["title"],
        "division": {"code": CITY},
        "startsAt": at("2026-06-01T00:00"),
        "endsAt": at("2026-06-30T23:59"),
        "isAllDay": True,
        "status": "FINISHED",
        "hazards": [one.name for one in hazards],
        "audiences": month["audiences"],
        "scenario": "教学楼三楼起火",
        "plannedParticipants": 1200,
        "actualParticipants": 1350,
        "programme": [{**ITEM, **one, "kind": one["kind"].upper()} for one in items],
        "teams": [
            {
                "team": team
                | {"kind": "FIRE", "equipment": ["云梯车 1 辆", "水罐车 3 辆"], "division": {"code": FENGGANG}}
            }
        ],
        "entries": [{**ENTRY, **finding, "kind": "FINDING", "dueOn": "2026-07-20"}],
    }
    shown_words = (*month["hazards"], *month["activities"], *month["audiences"], team["name"], "1,350", "7月20日")
    assert [words for words in (*shown_words, "教学楼三楼起火", "楼道堆物") if f"{words}" not in page] == []


async def test_a_question_that_was_answered_on_the_spot_is_done_with_on_that_day(site: Site) -> None:
    slug = await site.enter(
        "enterprise_forum",
        title="茶企座谈",
        division_code=FENGQUAN,
        starts_at="2026-05-22T09:00",
        ends_at="2026-05-22T12:00",
    )
    with clock.override(datetime(2026, 5, 25, 10, tzinfo=clock.CITY_ZONE)):  # written down after the weekend
        for values in ({"text": "电价怎么算？", "answer": "已发电价表。"}, {"text": "路何时修？"}):
            await operations.add_event_entry(site.actor, {"slug": slug, "kind": "question", **values})
    days = await EventEntry.all().order_by("position").values_list("done_on", flat=True)
    assert days == [date(2026, 5, 22), None]


async def test_the_agriculture_forum_answers_its_questions_or_makes_grievances_of_them(site: Site) -> None:
    forum = EVENTS["agri_forum_huichuan"]
    assert forum["place_county"] == "汇川区"
    day = forum["date"]
    collects = {"kind": "discussion", "title": f"收集{forum['collects']}"}
    slug = await site.enter(
        "enterprise_forum",
        title=forum["title"],
        division_code=HUICHUAN,
        starts_at=f"{day}T09:00",
        ends_at=f"{day}T12:00",
        topics="\n".join(forum["topics"]),
        **rows_of("programme", [collects]),
    )
    page = await site.stranger.open(f"/events/{slug}")
    assert forum["collects"] in page
    assert "现场提的问题都列在这里" in page
    await _answers_on_the_spot(site, slug)
    await site.note(slug, "question", text="技改补贴材料退了两次", said_by="农产品加工企业")
    second = await EventEntry.get(position=2)
    await _is_not_done_with(site, slug, "技改补贴材料退了两次", "品牌怎么进超市？")
    await site.editor.open(f"/staff/events/{slug}/record")
    action = f"/staff/events/{slug}/record/{second.id}/grievance"
    await site.editor.send(action, category="ent_policy", division_code="")
    assert site.editor.status == 422
    await site.editor.send(action, category="ent_policy", division_code=FENGQUAN, owner="县农业农村局")
    assert site.editor.status == 200, site.editor.text
    secret = re.search(r'<code class="secret">([^<]+)</code>', site.editor.text)
    assert secret is not None
    assert 'class="secret"' not in await site.editor.open(f"/staff/events/{slug}/record")
    await site.editor.send(f"/staff/events/{slug}/record/{second.id}")  # its words are corrected: its office stays
    assert site.editor.status == 200, site.editor.text
    with clock.override(TOMORROW):
        editor = await signed_in(site.app, site.actor)
        await editor.open(f"/staff/events/{slug}")
        await editor.send(f"/staff/events/{slug}/finish")
        await editor.http.aclose()
    found = await site.read(slug)
    handed = found["entries"][1]
    assert found == {
        **BARE,
        "kind": "ENTERPRISE_FORUM",
        "title": forum["title"],
        "division": {"code": HUICHUAN},
        "startsAt": at(f"{day}T09:00"),
        "endsAt": at(f"{day}T12:00"),
        "status": "FINISHED",
        "topics": forum["topics"],
        "programme": [{**ITEM, **collects, "kind": "DISCUSSION"}],
        "entries": [
            {**ENTRY, "kind": "QUESTION", "text": "品牌怎么进超市？", "saidBy": "食用菌企业"}
            | {"answer": "下月对接会。", "doneOn": "2026-05-22"},
            {**ENTRY, "kind": "QUESTION", "text": "技改补贴材料退了两次", "saidBy": "农产品加工企业"}
            | {"owner": "县农业农村局", "grievance": handed["grievance"]},
        ],
    }
    assert (handed["grievance"]["channel"], handed["grievance"]["status"]) == ("FORUM", "SUBMITTED")
    assert datetime.fromisoformat(handed["grievance"]["resolutionDueAt"]) > MAY
    page = await site.stranger.open(f"/events/{slug}")
    assert handed["grievance"]["number"] in page
    assert "县农业农村局" in page
    row = await Grievance.get(channel=Channel.FORUM)
    with pytest.raises(Unavailable):
        await operations.hand_on_question(
            site.actor, {"id": second.id, "version": 3, "category": "ent_policy", "division_code": FENGQUAN}
        )
    with pytest.raises(Unavailable):
        await operations.remove_event_entry(site.actor, {"id": second.id, "version": 3})
    assert row.public_text.startswith("技改补贴材料退了两次")
    gone = await withdraw_tracked_grievance(ANONYMOUS, {"number": row.number, "secret": secret[1]})
    assert gone.status is GrievanceStatus.WITHDRAWN


async def _answers_on_the_spot(site: Site, slug: str) -> None:
    """A question is noted on the day after, with its answer: a day without one, or one that is to come, is refused."""
    asked = {"text": "品牌怎么进超市？", "said_by": "食用菌企业"}
    with clock.override(TOMORROW):
        editor = await signed_in(site.app, site.actor)
        there = f"/staff/events/{slug}/record"
        await editor.open(there)
        for wrong in ({"done_on": "2026-05-22"}, {"done_on": "2030-01-01", "answer": "下月对接会。"}):
            shown = await editor.send(f"{there}/question", **{**asked, **wrong})
            assert editor.status == 422
            assert ("请写明怎么答复的" if "answer" not in wrong else "这一天还没到") in shown
        await editor.send(f"{there}/question", **asked, answer="下月对接会。", done_on="2026-05-22")
        assert editor.status == 200, editor.text
        await editor.http.aclose()


async def _is_not_done_with(site: Site, slug: str, still_open: str, answered: str) -> None:
    """That a forum is over is not said while a question waits: the page and GraphQL name it, and nothing changes."""
    with clock.override(TOMORROW):
        editor = await signed_in(site.app, site.actor)
        await editor.open(f"/staff/events/{slug}")
        shown = await editor.send(f"/staff/events/{slug}/finish")
        refusal = shown[shown.index('<section class="errors"') :].partition("</section>")[0]
        assert editor.status == 422
        assert (still_open in refusal, answered in refusal) == (True, False)
        row = await Event.get(slug=slug)
        given = {"query": FINISH, "variables": {"slug": slug, "version": row.version}}
        answer = (await editor.http.post("/graphql", json=given, headers=JSON)).json()["data"]["finishEvent"]
        await editor.http.aclose()
    (error,) = answer["errors"]
    assert (answer["event"], error["code"], error["reason"]) == (None, "CONFLICT", "open_question")
    assert still_open in error["message"]
    assert row.status is EventStatus.PUBLISHED


async def test_the_policy_class_and_a_consultation(site: Site) -> None:
    lesson = EVENTS["policy_class_hongqiao"]
    slug = await site.enter(
        "policy_class",
        title=lesson["title"],
        division_code=places()[lesson["place"]],
        starts_at="2026-06-14T15:00",
        ends_at="2026-06-14T16:00",
        topics="\n".join(lesson["topics"]),
    )
    await site.note(slug, "material", text="防溺水六不准", link="example.org/six")  # as a browser shows it
    await site.editor.open(f"/staff/events/{slug}/record")
    await site.editor.send(f"/staff/events/{slug}/record/material", text="坏链接", link="javascript:alert(1)")
    assert site.editor.status == 422
    assert "坏链接" in site.editor.text
    found = await site.read(slug)
    assert found == {
        **BARE,
        "kind": "POLICY_CLASS",
        "title": lesson["title"],
        "division": {"code": HONGQIAO},
        "startsAt": at("2026-06-14T15:00"),
        "endsAt": at("2026-06-14T16:00"),
        "topics": lesson["topics"],
        "entries": [{**ENTRY, "kind": "MATERIAL", "text": "防溺水六不准", "link": "https://example.org/six"}],
    }
    talk = await site.enter(
        "consultation", title="民情恳谈会", starts_at="2026-06-15T19:00", ends_at="2026-06-15T21:00"
    )
    await site.note(talk, "agenda", text="停车")
    await site.note(talk, "opinion", text="加充电桩", answer="已立项", owner="街道", due_on="2026-09-30")
    await site.editor.open(f"/staff/events/{talk}")
    await site.editor.send("", minutes="议定两件事。")
    found = await site.read(talk)
    assert found["minutes"] == "议定两件事。"
    assert [one["kind"] for one in found["entries"]] == ["AGENDA", "OPINION"]


async def test_a_kind_has_no_fields_of_others_and_says_so(site: Site) -> None:
    shown = await site.editor.open("/staff/events/new?kind=culture_night")
    assert 'name="scenario"' not in shown
    assert 'name="scenario"' in await site.editor.open("/staff/events/new?kind=safety_drill")
    for values in ({"scenario": "起火"}, {"minutes": "记"}, {"hazards": ["fire"]}, {"planned_participants": 3}):
        with pytest.raises(InvalidInput) as refused:
            await operations.create_event(site.actor, {**NIGHT, **values})
        assert refused.value.errors[0].field == next(iter(values))
    row = await operations.create_event(site.actor, NIGHT)
    with pytest.raises(InvalidInput):
        await operations.add_event_entry(site.actor, {"slug": row.slug, "kind": "question", "text": "什么？"})
    with pytest.raises(InvalidInput):
        await operations.create_event(site.actor, {**NIGHT, "kind": "safety_drill", "team_ids": [99]})


async def test_who_may_not_change_an_event_may_not_change_its_record(site: Site) -> None:
    row = await operations.create_event(site.actor, {**NIGHT, "kind": "consultation", "programme": []})
    row = await operations.publish_event(site.actor, {"slug": row.slug, "version": 1})
    other = await place.person("neighbour", Role.EDITOR, SUIYANG)
    given = {"slug": row.slug, "kind": "opinion", "text": "意见"}
    with pytest.raises(Forbidden):
        await operations.add_event_entry(other, given)
    entry = await operations.add_event_entry(site.actor, given)
    for operation in (operations.remove_event_entry, operations.change_event_entry):
        more = {"text": "别的"} if operation is operations.change_event_entry else {}
        with pytest.raises(Forbidden):
            await operation(other, {"id": entry.id, "version": 1, **more})


async def test_the_others_of_a_series_do_not_get_the_minutes_of_one(site: Site) -> None:
    talk = {**NIGHT, "kind": "consultation", "programme": []}
    row = await operations.create_event(site.actor, talk)
    row = await operations.repeat_event(
        site.actor, {"slug": row.slug, "version": row.version, "frequency": "weekly", "count": 3}
    )
    change = {
        **talk,
        "slug": row.slug,
        "version": row.version,
        "scope": "all",
        "minutes": "今天的记录",
        "title": "恳谈会",
    }
    await operations.update_event(site.actor, change)
    rows = await Event.all().order_by("starts_at")
    assert [one.minutes for one in rows] == ["今天的记录", "", ""]
    assert {one.title for one in rows} == {"恳谈会"}
    assert (rows[0].status, date(2026, 5, 22)) == (
        EventStatus.DRAFT,
        rows[0].starts_at.astimezone(clock.CITY_ZONE).date(),
    )


async def test_an_entry_that_became_a_grievance_keeps_its_office_through_every_door(site: Site) -> None:
    forum = {**NIGHT, "kind": "enterprise_forum", "programme": []}
    row = await operations.create_event(site.actor, forum)
    row = await operations.publish_event(site.actor, {"slug": row.slug, "version": 1})
    entry = await operations.add_event_entry(site.actor, {"slug": row.slug, "kind": "question", "text": "路何时修？"})
    given = {"id": entry.id, "version": 1, "category": "ent_policy", "division_code": FENGQUAN, "owner": "县交通局"}
    await operations.hand_on_question(site.actor, given)
    await operations.change_event_entry(site.actor, {"id": entry.id, "version": 2, "text": "园区的路何时修？"})
    assert (await EventEntry.get(id=entry.id)).owner == "县交通局"
    owner = {"id": entry.id, "version": 3, "text": "园区的路何时修？", "owner": "县住建局"}
    await operations.change_event_entry(site.actor, owner)
    assert (await EventEntry.get(id=entry.id)).owner == "县住建局"

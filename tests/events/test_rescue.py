"""Rescue teams and drills add up: by place, hazard and month, from the rows themselves."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection

from civicgraph import clock
from civicgraph.demo.facts import facts
from civicgraph.events import operations
from civicgraph.events.models import DrillCell, Event, EventKind, EventStatus, Hazard
from civicgraph.events.rescue.keeping import recount
from civicgraph.events.rescue.models import EventTeam, RescueKind, RescueTeam
from civicgraph.events.rescue.operations import create_rescue_team, update_rescue_team
from civicgraph.graph.engine import Engine
from civicgraph.operations import Forbidden
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.events.conftest import NIGHT
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, SUIYANG

YEAR = facts()["emergency_figures"]
FIGURES = """query ($within: DivisionCode!, $from: String, $to: String) {
  drillFigures(within: $within, fromMonth: $from, toMonth: $to) {
    announced held planned participants
    byMonth { month held participants } byDivision { division { code } held participants } byHazard { hazard held } }
  rescueFigures(within: $within) { teams members byKind { kind teams members } byDivision { division { code } teams } } }"""
TEAM: dict[str, Any] = {"name": "凤冈县消防救援中队", "kind": "fire", "division_code": FENGGANG, "members": 60}
DRILL: dict[str, Any] = {
    **NIGHT,
    "kind": "safety_drill",
    "title": "消防演练",
    "programme": [],
    "hazards": ["fire", "gas"],
    "planned_participants": 200,
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_every_team_of_a_county_can_be_chosen_however_many_there_are(app: Starlette) -> None:
    await place.build()
    teams = [RescueTeam(name=f"{n}队", kind=RescueKind.FIRE, division_id=FENGQUAN, members=9) for n in range(1, 231)]
    await RescueTeam.bulk_create(teams)
    editor = await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))
    text = await editor.open("/staff/events/new?kind=safety_drill")
    assert [n for n in range(1, 231) if f"{n}队" not in text] == []
    # Without a script the form is sent to be narrowed: what is typed and ticked stays, and nothing is saved.
    sought = {"narrow": "team_ids", "team_ids__find": "17队", "team_ids": "5"}
    text = await editor.send("", title="全县演练", starts_at="2026-06-01T09:00", **sought)
    assert editor.status == 200
    assert re.findall(r'<input type="checkbox" [^>]*name="team_ids" value="\d+"( checked)?> <span>([^<]+)<', text) == [
        *((" checked", "5队"), ("", "17队"), ("", "117队"), ("", "217队"))
    ]
    assert 'value="全县演练"' in text
    assert "共 230 项，显示 4 项" in text
    assert not await Event.all().exists()
    await editor.send("", division_code=FENGQUAN, ends_at="2026-06-01T11:00", team_ids=["5", "117"])
    row = await Event.get()
    assert await EventTeam.filter(event_id=row.id).order_by("team_id").values_list("team_id", flat=True) == [5, 117]
    assert "5队" in await editor.open(f"/staff/events/{row.slug}")


async def test_the_year_of_the_facts_file_is_recomputed_from_its_rows(engine: Engine, city: None) -> None:
    dice = Random(7)
    begins = datetime(2025, 6, 1, 1, tzinfo=UTC)
    drills, people = YEAR["drills_past_year"], YEAR["drill_participants"]
    shares = [people // drills + (n < people % drills) for n in range(drills)]
    rows = [
        Event(
            slug=f"d{n}",
            kind=EventKind.SAFETY_DRILL,
            title="演练",
            division_id=dice.choice([FENGQUAN, HONGQIAO, FENGGANG]),
            starts_at=begins + timedelta(hours=n * 4),
            ends_at=begins + timedelta(hours=n * 4 + 2),
            status=EventStatus.FINISHED,
            hazards=[dice.choice(list(Hazard)).name],
            planned_participants=share,
            actual_participants=share,
        )
        for n, share in enumerate(shares)
    ]
    await Event.bulk_create(rows, batch_size=500)
    teams = [
        RescueTeam(name=f"{n}队", kind=dice.choice(list(RescueKind)), division_id=FENGQUAN, members=298)
        for n in range(YEAR["rescue_teams_above"] + 6)
    ]
    await RescueTeam.bulk_create(teams, batch_size=500)
    assert await recount() > 0
    assert await recount() == 0
    before = engine.statements
    found = await engine.read(FIGURES, {"within": CITY, "from": "2025-06", "to": "2026-05"}, ANONYMOUS)
    assert engine.statements == before + 1
    whole, rescue = found["drillFigures"], found["rescueFigures"]
    assert (whole["held"], whole["participants"]) == (2_089, 450_000)
    assert rescue["teams"] > 500
    assert rescue["members"] > 150_000
    for parts in (whole["byMonth"], whole["byDivision"]):
        assert sum(one["held"] for one in parts) == 2_089
        assert sum(one["participants"] for one in parts) == 450_000
    assert len(whole["byMonth"]) == 12
    assert sum(one["held"] for one in whole["byHazard"]) == 2_089
    assert sum(one["members"] for one in rescue["byKind"]) == rescue["members"]
    half = await engine.read(FIGURES, {"within": SUIYANG, "from": "2025-12", "to": "2026-05"}, ANONYMOUS)
    expected = [
        row for row in rows if row.division_id == HONGQIAO and row.starts_at >= datetime(2025, 11, 30, 16, tzinfo=UTC)
    ]  # type: ignore[attr-defined]
    assert half["drillFigures"]["held"] == len(expected)
    assert half["drillFigures"]["participants"] == sum(row.actual_participants or 0 for row in expected)


async def test_figures_are_read_from_their_index_however_many_drills_there_are(engine: Engine, city: None) -> None:
    plan, _ = engine.prepared(FIGURES, {"within": CITY, "from": "2025-06", "to": "2026-05"}, ANONYMOUS)
    assert "event" not in plan.tables
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        steps = await connection.execute_query_dict(
            "EXPLAIN QUERY PLAN SELECT sum(held) FROM drill_cell WHERE division_id = '5203' AND hazard = '' AND month >= '2026-01'"
        )
        assert all("SEARCH" in step["detail"] for step in steps), steps


async def test_whatever_happens_to_drills_the_figures_agree_with_a_recount(editor: Actor) -> None:
    async def held() -> tuple[int, int, int]:
        cell = await DrillCell.get_or_none(division_id=CITY, hazard="", month="2026-05")
        return (cell.announced, cell.held, cell.participants) if cell else (0, 0, 0)

    with clock.override(datetime(2026, 5, 20, 9, tzinfo=clock.CITY_ZONE)):
        row = await operations.create_event(editor, DRILL)
        assert await held() == (0, 0, 0)
        row = await operations.publish_event(editor, {"slug": row.slug, "version": 1})
        assert await held() == (1, 0, 0)
        series = await operations.create_event(editor, DRILL)
        series = await operations.publish_event(editor, {"slug": series.slug, "version": 1})
        await operations.repeat_event(
            editor, {"slug": series.slug, "version": series.version, "frequency": "weekly", "count": 6}
        )
        assert await held() == (3, 0, 0)
        other = await Event.filter(series_id__isnull=False).order_by("-starts_at").first()
        assert other is not None
        gone = {"slug": other.slug, "version": other.version, "reason": "停办", "scope": "this"}
        await operations.cancel_event(editor, gone)
    with clock.override(datetime(2026, 5, 23, 9, tzinfo=clock.CITY_ZONE)):
        done = {**DRILL, "slug": row.slug, "version": row.version, "actual_participants": 230, "hazards": ["flood"]}
        row = await operations.update_event(editor, done)
        row = await operations.finish_event(editor, {"slug": row.slug, "version": row.version})
        assert await held() == (3, 1, 230)
        await operations.update_event(
            editor,
            {**done, "version": row.version, "kind": "activity", "actual_participants": None}
            | {"hazards": [], "planned_participants": None},
        )
        assert await held() == (2, 0, 0)
    assert await recount() == 0


async def test_teams_are_entered_changed_shown_and_counted(app: Starlette) -> None:
    await place.build()
    actor = await place.person("editor", Role.EDITOR, FENGGANG)
    staff, stranger = await signed_in(app, actor), visit(app)
    await staff.open("/staff/rescue-teams/new")
    await staff.send("", **{name: str(value) for name, value in TEAM.items()}, equipment="云梯车 1 辆\n水罐车 3 辆")
    row = await RescueTeam.get(name=TEAM["name"])
    shown = await stranger.open("/rescue-teams")
    assert TEAM["name"] in shown
    assert "云梯车 1 辆、水罐车 3 辆" in shown
    assert TEAM["name"] not in await stranger.open(f"/rescue-teams?within={SUIYANG}")
    assert TEAM["name"] in await stranger.open(f"/rescue-teams/{row.id}")
    await staff.open(f"/staff/rescue-teams/{row.id}")
    await staff.send("", members="75", division_code=FENGQUAN)
    engine: Engine = app.state.engine
    found = await engine.read(FIGURES, {"within": FENGQUAN}, ANONYMOUS)
    assert (found["rescueFigures"]["teams"], found["rescueFigures"]["members"]) == (1, 75)
    other = await place.person("neighbour", Role.EDITOR, SUIYANG)
    with pytest.raises(Forbidden):
        await update_rescue_team(other, {**TEAM, "id": row.id, "version": 2})
    with pytest.raises(Forbidden):
        await create_rescue_team(other, TEAM)
    await update_rescue_team(actor, {**TEAM, "id": row.id, "version": 2, "is_active": False})
    assert TEAM["name"] not in await stranger.open("/rescue-teams")
    assert (await engine.read(FIGURES, {"within": CITY}, ANONYMOUS))["rescueFigures"]["members"] == 0
    assert await recount() == 0
    for browser in (staff, stranger):
        await browser.http.aclose()


async def test_the_page_of_figures_has_a_chart_its_table_and_a_sheet(app: Starlette) -> None:
    await place.build()
    actor = await place.person("editor", Role.EDITOR, FENGGANG)
    with clock.override(datetime(2026, 5, 23, 9, tzinfo=clock.CITY_ZONE)):
        row = await operations.create_event(actor, {**DRILL, "actual_participants": 1230})
        row = await operations.publish_event(actor, {"slug": row.slug, "version": 1})
        await operations.finish_event(actor, {"slug": row.slug, "version": row.version})
        stranger = visit(app)
        page = await stranger.open("/drills")
        assert "<svg" in page
        assert "1,230" in page
        assert "1,230" in await stranger.open(f"/drills?within={FENGGANG}&hazard=FIRE&to=2026-12")
        assert "1,230" not in await stranger.open("/drills?hazard=FLOOD")
        assert "1,230" not in await stranger.open("/drills?to=2025-12")
        text = (await stranger.http.get("/drills.csv")).content.decode("utf-8-sig")
        await stranger.open("/drills?within=529999")
        assert stranger.status == 404
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1][2:] == ["1", "1", "200", "1230"]
    assert [one[1] for one in rows if one[0] == "灾害类型"] == ["火灾", "燃气"]
    await stranger.http.aclose()

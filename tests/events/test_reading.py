"""What everyone and what editors read of events, and at what cost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.events import operations
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor
from tests.events.conftest import List
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG
from tests.support.plans import gone_through

MORNING = datetime(2026, 5, 22, 1, tzinfo=UTC)
NIGHT = datetime(2026, 5, 22, 12, tzinfo=UTC)
NEXT_DAY = datetime(2026, 5, 23, 2, tzinfo=UTC)

ONE = """query ($slug: String!) { event(slug: $slug) {
  slug title status kind startsAt endsAt isOver isAllDay audiences hazards mayEdit statusReason version
  division { shortName } programme { position kind title startsAt quantity }
} }"""


LISTED = """query ($filter: EventFilter, $orderBy: EventOrder) {
  events(filter: $filter, orderBy: $orderBy) { totalCount nodes { title } } }"""


async def one(engine: Engine, slug: str, actor: Actor = ANONYMOUS) -> Any:
    """The event as the actor sees it."""
    return (await engine.read(ONE, {"slug": slug}, actor))["event"]


async def titles(engine: Engine, actor: Actor = ANONYMOUS, order: str = "SOONEST", **filters: Any) -> list[str]:
    """The titles that a filter finds, in one statement."""
    before = engine.statements
    data = await engine.read(LISTED, {"filter": filters, "orderBy": order}, actor)
    assert engine.statements == before + 1
    assert data["events"]["totalCount"] == len(data["events"]["nodes"])
    return [node["title"] for node in data["events"]["nodes"]]


async def test_everyone_reads_a_published_event_with_its_programme(engine: Engine, list_event: List) -> None:
    row = await list_event(kind="safety_drill", audiences=["老年人"], hazards=["fire", "flood"])
    with clock.override(MORNING):
        found = await one(engine, row.slug)
    assert (found["status"], found["startsAt"], found["isOver"]) == ("PUBLISHED", "2026-05-22T11:00:00+00:00", False)
    assert (found["audiences"], found["mayEdit"]) == (["老年人"], False)
    assert found["hazards"] == ["FLOOD", "FIRE"]  # in the order of the form, whichever way they were sent
    assert [item["kind"] for item in found["programme"]] == ["EXHIBITION", "PERFORMANCE"]
    assert found["programme"][0] == {
        "position": 1,
        "kind": "EXHIBITION",
        "title": "红色主题雕塑展",
        "startsAt": None,
        "quantity": 100,
    }


async def test_a_draft_exists_for_its_editors_only(
    engine: Engine, list_event: List, editor: Actor, neighbour: Actor
) -> None:
    row = await list_event(publish=False)
    assert (await one(engine, row.slug, editor))["mayEdit"] is True
    assert await one(engine, row.slug) is None
    assert await one(engine, row.slug, neighbour) is None
    assert await titles(engine, statuses=["DRAFT"]) == []
    assert await titles(engine, neighbour, isEditable=True) == []
    assert await titles(engine, editor, isEditable=True) == ["美术馆之夜"]


async def test_events_are_found_by_kind_place_days_words_and_price(engine: Engine, list_event: List) -> None:
    await list_event()
    drill = {"starts_at": "2026-06-01T09:00", "ends_at": "2026-06-01T11:00", "programme": []}
    await list_event(**drill, kind="safety_drill", title="消防演练", summary="", division_code=FENGGANG, price_fen=500)
    assert await titles(engine) == ["美术馆之夜", "消防演练"]
    assert await titles(engine, order="LATEST") == ["消防演练", "美术馆之夜"]
    assert await titles(engine, kind=["SAFETY_DRILL"]) == ["消防演练"]
    for place, count in ((FENGQUAN, 1), (LONGQUAN, 1), (FENGGANG, 2), ("5203", 2), (SUIYANG, 0), (HONGQIAO, 0)):
        assert len(await titles(engine, within=place)) == count
    assert await titles(engine, startsFrom="2026-05-23") == ["消防演练"]
    assert await titles(engine, startsBefore="2026-06-01") == ["美术馆之夜"]
    assert await titles(engine, text="雕塑") == ["美术馆之夜"]
    assert await titles(engine, text="乐队") == ["美术馆之夜"]
    assert await titles(engine, text="演练") == ["消防演练"]
    assert await titles(engine, isFree=True) == ["美术馆之夜"]
    assert await titles(engine, isFree=False) == ["消防演练"]
    assert await titles(engine, maxPriceFen=499) == ["美术馆之夜"]
    assert await titles(engine, maxPriceFen=500) == ["美术馆之夜", "消防演练"]


@pytest.mark.parametrize("place", [None, FENGGANG, FENGQUAN])
async def test_what_costs_at_most_an_amount_is_found_without_going_through_all(
    engine: Engine, place: str | None
) -> None:
    chosen = {"maxPriceFen": 3_000, "isUpcoming": True} | ({"within": place} if place else {})
    plan, values = engine.prepared(LISTED, {"filter": chosen}, ANONYMOUS)
    assert not await gone_through(plan.statement, engine.parameters(plan.slots, values, ANONYMOUS), ("event",))


async def test_an_event_is_coming_up_until_it_ends_then_it_has_been(
    engine: Engine, list_event: List, editor: Actor
) -> None:
    row = await list_event()
    for moment, is_coming in ((MORNING, True), (NIGHT, True), (NEXT_DAY, False)):
        with clock.override(moment):
            assert bool(await titles(engine, isUpcoming=True)) is is_coming
            assert bool(await titles(engine, isUpcoming=False)) is not is_coming
    with clock.override(NIGHT):
        await operations.finish_event(editor, {"slug": row.slug, "version": row.version})
        assert await titles(engine, isUpcoming=True) == []
        assert await titles(engine, isUpcoming=False) == ["美术馆之夜"]


async def test_a_month_long_event_is_found_on_each_of_its_days(engine: Engine, list_event: List) -> None:
    month = {"starts_at": "2026-06-01T00:00", "ends_at": "2026-06-30T00:00", "is_all_day": True, "programme": []}
    await list_event(**month, title="安全生产月")
    await list_event()
    assert await titles(engine, endsFrom="2026-06-15", startsBefore="2026-06-16") == ["安全生产月"]
    assert await titles(engine, endsFrom="2026-06-30") == ["安全生产月"]
    assert await titles(engine, endsFrom="2026-07-01") == []
    assert await titles(engine, spansDays=True) == ["安全生产月"]
    with clock.override(datetime(2026, 6, 20, tzinfo=UTC)):
        assert await titles(engine, isUpcoming=True) == ["安全生产月"]


async def test_a_day_from_the_beginning_of_the_calendar_is_only_a_very_early_day(
    engine: Engine, list_event: List
) -> None:
    await list_event()
    for name in ("startsFrom", "endsFrom"):
        assert await titles(engine, **{name: "0001-01-01"}) == ["美术馆之夜"]
    assert await titles(engine, startsBefore="0001-01-01") == []

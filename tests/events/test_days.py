"""Events of some days: what is still on, whatever its length, page by page in both orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, pairwise, product
from random import Random
from typing import Any

import pytest

from civicgraph.events.models import Event, EventKind, EventStatus
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS
from civicgraph.text import search_terms
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO
from tests.support.plans import plan_of_document

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = (1, 3, 23, 24, 25, 72, 600, 1_440)
"""How long they last: within a day, a day to the hour, a little more, up to the longest."""
PAGE = """query ($filter: EventFilter, $orderBy: EventOrder, $first: Int, $after: String, $last: Int, $before: String) {
  events(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { slug } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.fixture
async def events(city: None) -> list[Event]:
    """Ninety of a spring, three of them of the same minute, one in seven a draft."""
    random = Random(7)
    starts = [FIRST + timedelta(hours=random.randrange(24 * 90)) for _ in range(88)]
    found = [
        Event(
            slug=f"e{number:02}",
            kind=EventKind.ACTIVITY,
            title="读书会" if number % 2 else "展览",
            division_id=FENGQUAN if number % 3 else HONGQIAO,
            starts_at=start,
            ends_at=start + timedelta(hours=HOURS[number % len(HOURS)]),
            status=EventStatus.PUBLISHED if number % 7 else EventStatus.DRAFT,
            search_terms=search_terms("读书会" if number % 2 else "展览"),
        )
        for number, start in enumerate([*starts, starts[0], starts[0]])
    ]
    await Event.bulk_create(found)
    return await Event.all().order_by("starts_at", "id")


@dataclass(frozen=True)
class Days:
    """Which days, and what besides."""

    first: date
    after: date | None = None
    within: str = ""
    text: str = ""
    is_long: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """As a filter."""
        given = {
            "endsFrom": f"{self.first}",
            "startsBefore": f"{self.after}" if self.after else None,
            "within": self.within or None,
            "text": self.text or None,
            "spansDays": self.is_long or None,
        }
        return {name: value for name, value in given.items() if value is not None}

    def found(self, events: list[Event]) -> list[str]:
        """What it should find, by the words of the filter."""
        return [
            one.slug
            for one in events
            if one.status is EventStatus.PUBLISHED
            and one.ends_at >= _start(self.first)
            and (self.after is None or one.starts_at < _start(self.after))
            and (not self.within or one.division_id == FENGQUAN)  # type: ignore[attr-defined]
            and (not self.text or self.text in one.title)
            and (not self.is_long or one.ends_at - one.starts_at > timedelta(days=1))
        ]


def _start(day: date) -> datetime:
    """When it begins in the city."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)


def _asked(random: Random) -> list[Days]:
    days = [date(2026, 3, 1) + timedelta(days=random.randrange(120)) for _ in range(4)]
    more = [None, *(timedelta(days=length) for length in (0, 1, 30))]
    chosen = [{}, {"within": FENGGANG}, {"text": "展览"}, {"is_long": True}, {"within": FENGGANG, "text": "读书"}]
    return [
        Days(day, None if length is None else day + length, **of) for day, length, of in product(days, more, chosen)
    ]


async def test_what_is_on_in_some_days_is_found_whatever_its_length(engine: Engine, events: list[Event]) -> None:
    sizes = set()
    for days in _asked(Random(8)):
        wanted = days.found(events)
        sizes.add(min(len(wanted), 10))
        for order, expected in (("SOONEST", wanted), ("LATEST", wanted[::-1])):
            one = {"filter": days.asked, "orderBy": order, "first": 100}
            found = (await engine.read(PAGE, one, ANONYMOUS))["events"]
            assert [node["slug"] for node in found["nodes"]] == expected, days
            assert found["totalCount"] == len(wanted)
    assert {0, 10} < sizes


@pytest.mark.parametrize("order", ["SOONEST", "LATEST"])
async def test_its_pages_follow_each_other_forward_and_back(engine: Engine, events: list[Event], order: str) -> None:
    days = Days(date(2026, 4, 10), date(2026, 5, 10))
    wanted = days.found(events)[:: 1 if order == "SOONEST" else -1]
    assert len(wanted) > 20
    for size, cursor, edge, has_more in (
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ):
        pages: list[list[str]] = []
        given: dict[str, Any] = {}
        while True:
            asked = {"filter": days.asked, "orderBy": order, size: 7, **given}
            found = (await engine.read(PAGE, asked, ANONYMOUS))["events"]
            pages.append([node["slug"] for node in found["nodes"]])
            if not found["pageInfo"][has_more]:
                break
            given = {cursor: found["pageInfo"][edge]}
        assert all(len(one) == 7 for one, _ in pairwise(pages))
        assert [*chain.from_iterable(pages if size == "first" else pages[::-1])] == wanted


async def test_what_lasts_long_is_led_by_an_index_of_its_own(engine: Engine, events: list[Event]) -> None:
    for asked in (Days(date(2026, 5, 1)), Days(date(2026, 5, 1), date(2026, 6, 1), is_long=True)):
        plan = await plan_of_document(engine, PAGE, {"filter": asked.asked, "orderBy": "SOONEST", "first": 20})
        assert "event_long" in plan
        assert "MERGE (UNION ALL)" in plan or "Merge Append" in plan  # whether it is SQLite's plan or PostgreSQL's
        assert "TEMP B-TREE" not in plan

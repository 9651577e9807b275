"""Events of two years and the coming three months, with their programmes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from civicgraph.demo.city.ground import OFFSET, Community, Ground
from civicgraph.demo.city.tables import SIZE, Batch, Row, table
from civicgraph.demo.city.words import words
from civicgraph.events.models import Event, EventKind, EventStatus, ProgrammeItem, ProgrammeKind
from civicgraph.text import search_terms

EVENT = table(
    Event,
    *("id", "created_at", "updated_at", "version", "is_generated", "slug", "kind", "title", "summary", "description"),
    *("division_id", "venue", "address", "organiser", "contact_phone", "starts_at", "ends_at", "is_all_day"),
    *(
        "capacity",
        "price_fen",
        "audiences",
        "groups",
        "accessibility",
        "topics",
        "hazards",
        "status",
        "status_reason",
        "published_at",
    ),
    *(
        "search_terms",
        "is_over",
        "is_exception",
        "series_id",
        "recurs_at",
        "previous_starts_at",
        "status_before",
        "reinstated_at",
    ),
    *("scenario", "planned_participants", "actual_participants", "minutes"),
    *("publish_at", "submitted_at", "review_note", "import_key", "submitted_by_id"),
)
ITEM = table(
    ProgrammeItem,
    *(
        "created_at",
        "updated_at",
        "event_id",
        "position",
        "kind",
        "title",
        "note",
        "starts_at",
        "ends_at",
        "quantity",
        "stage",
    ),
)
_AHEAD = 90  # days
_CANCELLED, _DRAFT = 0.02, 0.01
_FILLER = ("discussion", "自由交流")
_YEAR_ONE = 719_163
_WEIGHTS = {"culture_night": 3, "safety_drill": 3, "policy_class": 4, "enterprise_forum": 1, "consultation": 3}


@dataclass(frozen=True)
class Planned:
    """An event as the city plans it; its times are epoch seconds."""

    number: int
    slug: str
    kind: EventKind
    status: EventStatus
    title: str
    community: Community
    starts: int
    ends: int
    published: int | None
    plan: dict[str, Any]


def count(ground: Ground) -> int:
    """Rows to come."""
    return max(0, ground.scale.events - ground.counts["event"])


def planned(ground: Ground) -> Iterator[Planned]:
    """The events in the order of their numbers; their days are mixed, as they are entered in a real city."""
    random = ground.random("event").random
    plans = [
        (EventKind(kind), plan)  # type: ignore[call-arg]
        for kind, own in words()["events"].items()
        for plan in own
        for _ in range(_WEIGHTS.get(kind, 3))
    ]
    span = ground.scale.days + _AHEAD
    for index in range(count(ground)):
        kind, plan = plans[int(random() * len(plans))]
        community = ground.slots[int(random() * len(ground.slots))]
        day = ground.today - ground.scale.days + int(random() * span)
        starts = day * 86_400 + _minute(plan["starts"]) * 60 - OFFSET
        ends = starts + plan["minutes"] * 60 + _days_more(kind, index) * 86_400
        status = _status(random(), ends < ground.now)
        yield Planned(
            number=ground.last["event"] + 1 + index,
            slug=f"{date.fromordinal(day + _YEAR_ONE):%Y%m%d}-g{index:05d}",
            kind=kind,
            status=status,
            title=plan["title"].format(place=community.name),
            community=community,
            starts=starts,
            ends=ends,
            published=None if status is EventStatus.DRAFT else min(ground.now, starts - 7 * 86_400),
            plan=plan,
        )


def rows(ground: Ground) -> Iterator[Batch]:
    """The events with their programmes."""
    found: list[Row] = []
    items: list[Row] = []
    for one in planned(ground):
        found.append(_row(ground, one))
        items += _programme(ground, one.number, one.plan)
        if len(found) >= SIZE:
            yield EVENT, found
            yield ITEM, items
            found, items = [], []
    yield EVENT, found
    yield ITEM, items


def _row(ground: Ground, one: Planned) -> Row:
    name, is_over = one.community.name, one.ends < ground.now
    reason = "因天气原因取消，改期另行通知。" if one.status is EventStatus.CANCELLED else ""
    organiser = f"{name}居委会" if one.community.weight > 1 else f"{name}村委会"
    hazards = orjson.dumps(one.plan.get("hazards", [])).decode()
    return (
        *(one.number, ground.now, ground.now, 1, True, one.slug, one.kind.value, one.title, "", ""),
        *(one.community.code, one.plan["venue"], "", organiser, "", one.starts, one.ends, False),
        *(None, 0, "[]", "[]", "[]", "[]", hazards, one.status.value, reason, one.published),
        *(search_terms(one.title, "", one.plan["venue"], organiser), is_over, False, None, None, None, None, None),
        *("", *_participants(ground, one), "", None, None, "", None, None),
    )


def _status(chance: float, is_over: bool) -> EventStatus:
    if chance < _CANCELLED:
        return EventStatus.CANCELLED
    if is_over:
        return EventStatus.FINISHED
    return EventStatus.DRAFT if chance < _CANCELLED + _DRAFT else EventStatus.PUBLISHED


def _participants(ground: Ground, one: Planned) -> tuple[int | None, int | None]:
    """For how many people a drill is planned, and how many took part; some two hundred each, as in the city's year."""
    if one.kind is not EventKind.SAFETY_DRILL:
        return None, None
    people = 80 + one.number * 37 % 280
    return people, people * (90 + one.number % 15) // 100 if one.status is EventStatus.FINISHED else None


def _days_more(kind: EventKind, index: int) -> int:
    """How many days after it began an event ends: one class or activity of ten is a course of up to a month."""
    is_course = kind in (EventKind.POLICY_CLASS, EventKind.ACTIVITY) and index % 10 == 0
    return 2 + index // 10 % 27 if is_course else 0


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _programme(ground: Ground, event: int, plan: dict[str, Any]) -> list[Row]:
    given = [*plan["items"], *[_FILLER] * ground.scale.items_per_event][: ground.scale.items_per_event]
    return [
        (ground.now, ground.now, event, position, ProgrammeKind(kind).value, title, "", None, None, None, "")  # type: ignore[call-arg]
        for position, (kind, title) in enumerate(given, 1)
    ]

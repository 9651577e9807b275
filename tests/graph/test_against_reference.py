"""The planner against plain Python: random documents, random people, every value and its place."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.divisions.models import DivisionLevel
from civicgraph.events.models import Event, EventKind, EventStatus, ProgrammeItem, ProgrammeKind
from civicgraph.graph.engine import Engine
from civicgraph.graph.limits import LimitExceeded
from civicgraph.grids.models import Grid, GridLevel
from civicgraph.grievances.models import (
    Body,
    Channel,
    Grievance,
    GrievanceCategory,
    GrievanceStatus,
    GrievanceUpdate,
    Urgency,
)
from civicgraph.permissions import ANONYMOUS, Actor, Held, Role
from tests.graph import reference
from tests.support import city

NOW = datetime(2026, 5, 22, 4, 30, tzinfo=UTC)
DOCUMENTS = int(os.environ.get("CIVICGRAPH_RANDOM_DOCUMENTS", "150"))
PLACES = (city.CITY, city.FENGGANG, city.FENGQUAN, city.SUIYANG, city.HONGQIAO)
SECRETS = ("机密描述", "秘密门牌", "某某某", "138****", "内部商量")


async def populate(dice: random.Random) -> None:
    """A few dozen rows of everything: drafts, hidden ones, equal keys, empty and long texts, internal notes."""
    await city.build()
    for number in range(2, 5):
        parent = f"{city.FENGQUAN}001" if number > 3 else None
        await Grid.create(
            code=f"{city.FENGQUAN}00{number}" if not parent else f"{parent}01",
            division_id=city.FENGQUAN,
            name=f"网格{number}",
            level=GridLevel.MICRO_GRID if parent else GridLevel.GRID,
            parent_id=parent,
            is_active=number != 2,
            households=None,
        )
    for position, code in enumerate(("lighting", "noise", "gas"), 1):
        names = {"group_code": "home", "group_name": "房屋", "group_name_en": "Homes", "name": code, "name_en": code}
        await GrievanceCategory.create(
            code=code, **names, urgency=Urgency.GENERAL, body=Body.PROPERTY, position=position
        )
    people = [await Person.create(username=f"p{n}", name=f"人员{n}") for n in range(3)]
    for number in range(40):
        await _grievance(dice, number, [person.id for person in people])
    for number in range(30):
        starts = NOW + timedelta(days=dice.randint(-50, 50), hours=dice.choice([0, 0, 3]))
        status = dice.choice(list(EventStatus))
        event = await Event.create(
            slug=f"e{number}",
            title=dice.choice(["演练", '讲座 "双引号" \\ 反斜杠', "夜"]),
            kind=dice.choice(list(EventKind)),
            status=EventStatus.PUBLISHED if starts > NOW and status is EventStatus.FINISHED else status,
            division_id=dice.choice(PLACES),
            starts_at=starts,
            ends_at=starts + timedelta(hours=dice.randint(1, 70)),
            capacity=dice.choice([None, 0, 2_000_000_000]),
            topics=dice.choice([[], ["消防", "防汛"]]),
        )
        for position in range(dice.randint(0, 3)):
            await ProgrammeItem.create(event=event, position=position // 2, kind=ProgrammeKind.ACTIVITY, title="项目")


async def _grievance(dice: random.Random, number: int, people: list[int]) -> None:
    submitted = NOW - timedelta(hours=dice.randint(0, 90))
    status = dice.choice(list(GrievanceStatus))
    accepted = None if status is GrievanceStatus.SUBMITTED else submitted + timedelta(hours=dice.randint(0, 9))
    row = await Grievance.create(
        number=f"ZY-0522-{number:04}",
        secret_hash=f"{number:064}",
        category_id=dice.choice(["lighting", "noise", "gas"]),
        urgency=dice.choice(list(Urgency)),
        channel=dice.choice(list(Channel)),
        division_id=dice.choice([city.FENGQUAN, city.HONGQIAO]),
        grid_id=dice.choice([None, f"{city.FENGQUAN}001"]),
        public_text=dice.choice(["灯不亮", "楼上\n噪声\t太大", "😀 emoji"]),
        description="机密描述",
        address="秘密门牌",
        contact_name="某某某",
        contact_phone_masked="138****0000",
        status=status,
        is_public=dice.random() < 0.7,
        assignee_id=dice.choice([None, *people]),
        submitted_at=submitted,
        accepted_at=accepted,
        resolved_at=submitted + timedelta(hours=30) if status in reference.DONE else None,
        response_due_at=submitted + timedelta(hours=4),
        resolution_due_at=NOW + timedelta(hours=dice.choice([-5, 0, 0, 20])),
    )
    for step in range(dice.randint(0, 3)):
        internal = "内部商量" if dice.random() < 0.4 else ""
        await GrievanceUpdate.create(
            grievance=row,
            at=submitted + timedelta(hours=step),
            status=status,
            internal_note=internal,
            public_note="已派单",
        )


def actors(dice: random.Random) -> list[Actor]:
    """A stranger, people of every role at random places, tokens with some of their scopes."""
    found = [ANONYMOUS]
    for number, role in enumerate(Role):
        grants = tuple(Held(role, dice.choice(PLACES)) for _ in range(dice.randint(1, 2)))
        found.append(Actor(kind="person", person_id=number % 3 + 1, name="x", grants=grants))
        scopes = frozenset(dice.sample(["read", "grievances", "listings", "people"], 2))
        found.append(Actor(kind="token", person_id=number % 3 + 1, name="x", grants=grants, scopes=scopes))
    return found


VALUES: dict[str, Any] = {
    "codes": [*city.NAMES],
    "within": [f'"{code}"' for code in city.NAMES],
    "Division.codes": [f'["{city.FENGQUAN}", "{city.CITY}"]', "[]"],
    "Division.level": [f"[{level.name}]" for level in DivisionLevel] + ["[CITY, COMMUNITY]"],
    "Grid.level": ["[GRID]", "[MICRO_GRID]", "[GRID, MICRO_GRID]"],
    "isActive": ["true", "false"],
    "kind": ["[POLICY_CLASS]", "[CULTURE_NIGHT, SAFETY_DRILL]"],
    "statuses": ["[DRAFT]", "[PUBLISHED, CANCELLED]"],
    "startsFrom": ['"2026-05-01"', '"2026-05-22"'],
    "startsBefore": ['"2026-05-22"', '"2026-07-01"'],
    "isUpcoming": ["true", "false"],
    "category": ['"lighting"', '"none"'],
    "urgency": [one.name for one in Urgency],
    "Grievance.status": [one.name for one in GrievanceStatus],
    "GrievanceUpdate.status": [one.name for one in GrievanceStatus],
    "channel": [one.name for one in Channel],
    "isOpen": ["true", "false"],
    "isOverdue": ["true", "false"],
    "assignedToMe": ["true", "false"],
}


async def test_random_documents_mean_the_same_to_both(engine: Engine) -> None:
    dice = random.Random(20260522)
    built = reference.schema()
    with clock.override(NOW):
        await populate(dice)
        rows, people = await reference.load(), actors(dice)
        compared = 0
        for seed in range(DOCUMENTS):
            text = reference.Documents(built, seed, VALUES).one()
            document = engine.document(text)
            if document.errors and isinstance(document.errors[0], LimitExceeded):
                continue
            assert document.errors == [], text
            for actor in dice.sample(people, 3):
                expected = reference.answer(built, text, {}, reference.World(rows, actor, NOW))
                found = await engine.read(text, {}, actor)
                assert orjson.dumps(found) == orjson.dumps(expected), f"{seed}: {actor}\n{text}"
                compared += 1
        assert compared > DOCUMENTS


async def test_what_only_a_grant_may_read_never_reaches_strangers(engine: Engine) -> None:
    dice = random.Random(7)
    built = reference.schema()
    with clock.override(NOW):
        await populate(dice)
        for seed in range(1_000, 1_000 + DOCUMENTS):
            text = reference.Documents(built, seed, VALUES).one()
            if engine.document(text).errors:
                continue
            found = orjson.dumps(await engine.read(text, {}, ANONYMOUS)).decode()
            assert not [secret for secret in SECRETS if secret in found], text


@pytest.mark.parametrize(
    ("field", "order"),
    [
        ("grievances", "NEWEST"),
        ("grievances", "OLDEST"),
        ("grievances", "DUE_FIRST"),
        ("events", "SOONEST"),
        ("events", "LATEST"),
    ],
)
async def test_pages_forwards_and_backwards_make_the_whole_list_once(engine: Engine, field: str, order: str) -> None:
    text = (
        f"query($first: Int, $after: String, $last: Int, $before: String) {{ {field}(orderBy: {order}, first: $first,"
        " after: $after, last: $last, before: $before) { nodes { id } pageInfo { hasNextPage hasPreviousPage"
        " startCursor endCursor } } }"
    )
    with clock.override(NOW):
        await populate(random.Random(3))
        whole = [one["id"] for one in (await engine.read(text, {"first": 100}, ANONYMOUS))[field]["nodes"]]
        assert len(whole) > 15
        forwards, cursor = [], None
        while True:
            page = (await engine.read(text, {"first": 4, "after": cursor}, ANONYMOUS))[field]
            forwards += [one["id"] for one in page["nodes"]]
            cursor = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        backwards, cursor = [], None
        while True:
            page = (await engine.read(text, {"last": 4, "before": cursor}, ANONYMOUS))[field]
            backwards = [one["id"] for one in page["nodes"]] + backwards
            cursor = page["pageInfo"]["startCursor"]
            if not page["pageInfo"]["hasPreviousPage"]:
                break
    assert forwards == backwards == whole

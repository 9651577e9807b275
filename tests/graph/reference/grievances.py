"""The grievances of the small city: of every state, hidden and public, with notes among staff."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from random import Random
from typing import Any

from civicgraph.divisions.models import OfficeHours
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.kinds import names_of
from civicgraph.grievances.models import (
    Body,
    Channel,
    Counting,
    Grievance,
    GrievanceCategory,
    GrievanceCell,
    GrievanceRedaction,
    GrievanceStatus,
    GrievanceUpdate,
    HoldReason,
    ReporterKind,
    Urgency,
    UrgencyPolicy,
)
from civicgraph.text import search_terms
from tests.graph.reference.words import NOW, mark
from tests.support import city

SECRET = "ABCDEF-GHJKMN-PQRSTV"
CATEGORIES = {"lighting": "路灯照明", "noise": "噪声", "gas": "燃气"}
TEXTS = ("楼道路灯不亮", "楼上\n噪声\t太大，漏水", "😀 gas wifi", "路，灯", "", "灯" * 900)


async def build_grievances(dice: Random, places: list[str], people: list[int]) -> None:
    """Categories, grievances with their steps, and tallies."""
    for position, (code, name) in enumerate(CATEGORIES.items(), 1):
        group = {"group_code": f"g{position % 2}", "group_name": "房屋", "group_name_en": "Homes", "name_en": code}
        await GrievanceCategory.create(
            code=code,
            name=name,
            **group,
            urgency=Urgency.GENERAL,
            body=Body.PROPERTY,
            position=position // 2,
            is_verified=code != "noise",
            is_active=code != "gas",
        )
    for number in range(1, 46):
        await _grievance(dice, number, people)
    await _promises(dice, places)
    led = {"led_kind": "grid", "led_by": f"{city.FENGQUAN}001"}
    for part in ({"category": "gas"}, {"channel": "web"}, led):  # parts of what is counted are no performance
        await GrievanceCell.create(division_id=places[0], month="2026-05", received=9_999, **part)
    for place in places:
        for month in ("2026-05", "2025-12", "2026-04"):
            await _tally(dice, place, month)


async def _promises(dice: Random, places: list[str]) -> None:
    """What some divisions have set, and departments called to some grievances."""
    for place in places[::2]:
        for category in ("", "gas"):
            await UrgencyPolicy.create(
                division_id=place,
                urgency=dice.choice(list(Urgency)),
                category=category,
                response_minutes=30,
                resolution_minutes=dice.randint(60, 900),
                counting=dice.choice(list(Counting)),
                pausing=names_of(list(HoldReason)[len(place) // 3 :]),
            )
        await OfficeHours.create(division_id=place, hours="09:00-12:00", closed_days=["2026-12-24"])
    for number in range(1, 40, 3):
        answered = dice.choice([None, NOW])
        await GrievanceCall.create(
            grievance_id=number,
            division_id=dice.choice(places),
            department="城市管理局",
            called_at=NOW - timedelta(hours=9),
            answer_due_at=NOW + timedelta(hours=dice.choice([-1, 0, 5])),
            answered_at=answered,
        )


async def _tally(dice: Random, place: str, month: str) -> None:
    """Counts of which parts are taken: of nothing, thirds, and halves of the last place."""
    received = dice.choice([0, 3, 32, 160, 7_777])
    responded, resolved = dice.randint(0, received), dice.choice([0, received, received // 3, min(received, 3)])
    await GrievanceCell.create(
        division_id=place,
        month=month,
        received=received,
        responded=responded,
        responded_in_time=dice.randint(0, responded),
        resolved=resolved,
        resolved_in_time=dice.randint(0, resolved),
    )


def _course(dice: Random, submitted: datetime, number: int) -> dict[str, Any]:
    """What came of it, whatever its state."""
    return {
        "first_response_at": dice.choice([None, submitted + timedelta(hours=1)]),
        "first_response_in_time": dice.choice([None, True, False]),
        "reason": dice.choice(["", "等配件"]),
        "body_in_charge": dice.choice(["", "区住建局"]),
        "hold_reason": dice.choice([None, *HoldReason]),
        "hold_until": dice.choice([None, NOW + timedelta(days=3)]),
        "review_at": dice.choice([None, NOW + timedelta(days=30)]),
        "reopened_count": dice.choice([0, 1, 2]),
        "verified_at": dice.choice([None, submitted + timedelta(hours=31)]),
        "rated_at": dice.choice([None, submitted + timedelta(hours=32)]),
        "stars": dice.choice([None, 1, 5]),
        "is_solved": dice.choice([None, True, False]),
        "rating_text": dice.choice(["", "很快"]),
        "duplicate_of_id": dice.choice([None, dice.randint(1, number - 1)]) if number > 1 else None,
    }


def _point(number: int) -> dict[str, int | None]:
    """On the spot, some hundred metres off, some kilometres off, or nowhere on the map."""
    dice = Random(f"point {number}")
    if number % 4 == 0:
        return {"latitude_micro": None, "longitude_micro": None}
    far = dice.choice([500, 4_000, 9_000, 30_000])
    return {"latitude_micro": 27_690_000 + dice.randint(-far, far), "longitude_micro": 106_910_000 + far}


def _moves(number: int, step: int) -> dict[str, Any]:
    """What some steps changed of what people were told."""
    levels, codes = list(Urgency), list(CATEGORIES)
    found: dict[str, Any] = {}
    if (number + step) % 3 == 1:
        found |= {"level_before": levels[number % 4], "level": levels[(number + 1) % 4]}
        found |= {"category_before": codes[number % len(codes)], "category": codes[step % len(codes)]}
    if (number + step) % 4 == 2:
        found |= {"promised_before": NOW, "promised": NOW + timedelta(hours=step), "moved_to": city.LONGQUAN}
    return found


async def _grievance(dice: Random, number: int, people: list[int]) -> None:
    submitted = NOW - timedelta(hours=dice.randint(0, 90))
    status = dice.choice(list(GrievanceStatus))
    accepted = None if status is GrievanceStatus.SUBMITTED else submitted + timedelta(hours=dice.randint(0, 9))
    is_done = status in (GrievanceStatus.RESOLVED, GrievanceStatus.VERIFIED, GrievanceStatus.CLOSED)
    is_public = dice.random() < 0.7
    category = dice.choice(list(CATEGORIES))
    text = dice.choice(TEXTS) + ("" if is_public else mark("grievance", "public_text", number))
    place = dice.choice([city.FENGQUAN, city.FENGQUAN, city.HONGQIAO, "520327002201"])

    def private(column: str) -> str:
        return mark("grievance", column, number)

    row = await Grievance.create(
        number=f"ZY-0522-{number:04}",
        secret_hash=hashlib.sha256(SECRET.replace("-", "").encode()).hexdigest(),
        category_id=category,
        urgency=dice.choice(list(Urgency)),
        channel=dice.choice(list(Channel)),
        reporter_kind=dice.choice(list(ReporterKind)),
        division_id=place,
        grid_id=dice.choice([None, f"{place}001"]),
        compound_id=dice.choice([None, dice.randint(1, 9)]),
        enterprise_id=dice.choice([None, None, dice.randint(1, 25)]),
        event_id=dice.choice([None, None, 1, 2, 3]),
        public_text=text,
        description=private("description"),
        address=private("address"),
        building=private("building"),
        danger=dice.choice(["", "gas"]),
        **_point(number),
        contact_name=private("contact_name"),
        contact_phone=private("contact_phone"),
        contact_phone_masked=private("contact_phone_masked"),
        contact_email=private("contact_email"),
        contact_email_masked=private("contact_email_masked"),
        status=status,
        is_public=is_public,
        assignee_id=dice.choice([None, *people]),
        submitted_at=submitted,
        accepted_at=accepted,
        resolved_at=submitted + timedelta(hours=dice.choice([1, 30])) if is_done else None,
        **_course(dice, submitted, number),
        pausing=names_of(list(HoldReason)[: number % 4]),
        response_due_at=submitted + timedelta(hours=4),
        resolution_due_at=NOW + timedelta(hours=dice.choice([-5, 0, 0, 20])),
        search_terms=search_terms(text, CATEGORIES[category]),
    )
    assert row.id == number, "marks name rows by their number"
    for position in range(1, number % 3 + 1):
        made_out = await GrievanceRedaction.create(
            grievance_id=number,
            position=position,
            words="",
            reason="有他人姓名",
            by_line="凤泉社区联络点",
            at=submitted,
            person_id=dice.choice([None, *people]),
            restored_at=dice.choice([None, NOW]),
        )
        made_out.words = mark("grievance_redaction", "words", made_out.id)
        await made_out.save()
    for step in range(dice.randint(0, 4)):
        internal = dice.random() < 0.4
        made = await GrievanceUpdate.create(
            grievance_id=number,
            at=submitted + timedelta(hours=step),
            status=dice.choice(list(GrievanceStatus)),
            verb=dice.choice(["", "assign", "hold"]),
            until=dice.choice([None, NOW]),
            by_line="凤泉社区联络点",
            person_id=dice.choice([None, *people]),
            public_note="" if internal else "已派单",
            **_moves(number, step),
        )
        if internal:
            made.internal_note = mark("grievance_update", "internal_note", made.id)
            await made.save()

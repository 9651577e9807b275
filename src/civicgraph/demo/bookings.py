"""Places in the demo city: workshops of the culture night that was, sessions to come, the full after-school care, parking, lunches.

People are made up, and written at once like the rest of the demo city; the operations would take seconds.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import orjson

from civicgraph import clock, crypto
from civicgraph.bookings import operations, rules
from civicgraph.bookings.models import Quota, Registration, RegistrationState
from civicgraph.demo.facts import facts
from civicgraph.events import quotas as event_quotas
from civicgraph.events.models import Event
from civicgraph.permissions import SYSTEM
from civicgraph.scheduler.deadlines import settle
from civicgraph.services import quotas as service_quotas
from civicgraph.services.models import Service
from civicgraph.text import mask_phone, search_terms

__all__ = ["event_quotas", "load_bookings", "service_quotas"]

_FAMILY = "陈李王张刘罗杨赵周吴黄冯唐田"
_GIVEN = ("秀英", "建国", "雨桐", "明", "芳", "子涵", "国华", "丽", "梓轩", "桂兰", "强", "小燕", "思远", "永红")
_CARE, _NIGHT, _PARKING, _CANTEEN = (
    "afterschool_changzheng",
    "art_museum_night",
    "parking_tianju",
    "canteen_wujiangtianyuan",
)


async def load_bookings(random: Random) -> None:
    """Everything that one can register for."""
    night = next(one for one in facts()["events"] if one["key"] == _NIGHT)
    await _workshops(random, await Event.get(title=night["title"]))
    if (concert := await Event.get_or_none(title="广场音乐会")) is not None:
        await _concert(random, concert)
    await _care(random, await _service(_CARE))
    await _parking(random, await _service(_PARKING))
    await _lunches(random, await _service(_CANTEEN))


async def _service(key: str) -> Service:
    return await Service.get(slug=key.replace("_", "-"))


async def _workshops(random: Random, night: Event) -> None:
    """Twenty places to paint a canvas bag, all taken, most of them came; and the talk show with room for more."""
    with clock.override(night.starts_at - timedelta(days=6)):
        bags = await _offer(
            night, title="手绘帆布包", capacity=20, max_people=3, note="材料现场提供，请穿不怕弄脏的衣服。"
        )
        show = await _offer(night, title="青年脱口秀", capacity=80, max_people=4)
        came = 0.85
        await _fill(random, bags, [{"people": random.randint(1, 3)} for _ in range(13)], came=came)
        await _fill(random, show, [{"people": random.randint(1, 3)} for _ in range(24)], came=came)
    if night.starts_at <= clock.now():
        for quota in (bags, show):  # who came was reminded then
            await settle(quota, *rules.REMINDERS)


async def _concert(random: Random, concert: Event) -> None:
    """Places that are still to be had, of the whole and of a workshop that has a few left."""
    await _offer(concert, title="广场座位", capacity=200, max_people=4)
    questions = [
        {
            "label": "想画什么图案？",
            "kind": "choice",
            "choices": ["红军街", "赤水丹霞", "自己设计"],
            "is_required": True,
        },
        {"label": "对颜料过敏吗？", "kind": "yes"},
    ]
    bags = await _offer(
        concert,
        title="手绘帆布包",
        capacity=12,
        max_people=2,
        min_age=6,
        note="六岁以上，孩子请家长陪同。",
        questions=questions,
    )
    patterns = ["红军街", "赤水丹霞", "自己设计"]
    await _fill(random, bags, [{"answers": {"想画什么图案？": random.choice(patterns)}} for _ in range(7)])


async def _care(random: Random, care: Service) -> None:
    """The thirty seats of the facts file, all taken, and families who wait."""
    first, last = _term(clock.today())
    term = await _offer(
        care,
        kind="enrolment",
        title=f"{first.year} 年秋季学期" if first.month == 9 else f"{first.year} 年春季学期",
        note="每天放学后。红色文化、美术音乐、无人机科普。",
        capacity=care.capacity,
        starts_at=datetime.combine(first, time(16, 30)),
        ends_at=datetime.combine(last, time(18, 30)),
        weekdays=[1, 2, 3, 4, 5],
        min_age=6,
        max_age=12,
        is_phone_required=True,
        hold_minutes=2 * 24 * 60,
        questions=[
            {"label": "孩子姓名和年级", "kind": "text", "is_required": True},
            {"label": "谁来接孩子？（姓名和关系）", "kind": "text", "is_required": True},
        ],
    )
    families = []
    for number in range(int(care.capacity or 0) + 5):
        child = f"{random.choice(_GIVEN)}，{random.choice('一二三四五')}年级"
        answers = {
            "孩子姓名和年级": child,
            "谁来接孩子？（姓名和关系）": random.choice(["奶奶", "爷爷", "妈妈", "爸爸"]),
        }
        families.append({"answers": answers, "phone": f"1380852{number:04}"})
    await _fill(random, term, families)


async def _parking(random: Random, parking: Service) -> None:
    """The thirty-one new spaces of the facts file: most are rented."""
    spaces = await _offer(
        parking, kind="enrolment", title="地下停车位月租", capacity=parking.capacity, is_phone_required=True
    )
    await _fill(random, spaces, [{"phone": f"1380853{number:04}"} for number in range(27)])


async def _lunches(random: Random, canteen: Service) -> None:
    """Lunch at the canteen, by the half hour, on the days to come."""
    for days in range(1, 3):
        day = clock.today() + timedelta(days=days)
        for begins in (time(11), time(11, 30), time(12)):
            starts = datetime.combine(day, begins)
            slot = await _offer(
                canteen,
                kind="slot",
                title=f"{day.month} 月 {day.day} 日午餐 {begins:%H:%M}",
                capacity=16,
                max_people=4,
                starts_at=starts,
                ends_at=starts + timedelta(minutes=30),
                closes_at=datetime.combine(day, time(9)),
                has_waiting_list=False,
            )
            await _fill(random, slot, [{"people": random.randint(1, 2)} for _ in range(random.randint(1, 6))])


def _term(today: date) -> tuple[date, date]:
    """The school term that one can enrol for: the one that runs."""
    if today.month in range(2, 8):
        return date(today.year, 2, 24), date(today.year, 7, 5)
    year = today.year if today.month >= 8 else today.year - 1
    return date(year, 9, 1), date(year + 1, 1, 22)


async def _offer(subject: Event | Service, **values: Any) -> Quota:
    kind = "event" if isinstance(subject, Event) else "service"
    return await operations.create_quota(SYSTEM, {"subject_kind": kind, "subject_slug": subject.slug, **values})


async def _fill(random: Random, quota: Quota, parties: list[dict[str, Any]], *, came: float = 0) -> None:
    """So many parties register one after another; those who no longer fit wait. `came`: the share that came."""
    rows, taken, waiting, now = [], 0, 0, clock.now()
    for rank, one in enumerate(parties, 1):
        people, phone = one.get("people", 1), one.get("phone", "")
        fits = quota.capacity is None or (not waiting and taken + people <= quota.capacity)
        taken, waiting = (taken + people, waiting) if fits else (taken, waiting + 1)
        is_here = fits and random.random() < came
        answers = [{"question": key, "answer": text} for key, text in one.get("answers", {}).items()]
        rows.append(
            Registration(
                number=crypto.random_code(rules.NUMBER_LENGTH),
                quota_id=quota.id,
                division_id=quota.division_id,  # type: ignore[attr-defined]
                state=RegistrationState.CONFIRMED if fits else RegistrationState.WAITING,
                people=people,
                rank=rank,
                contact_name=(name := random.choice(_FAMILY) + random.choice(_GIVEN)),
                search_terms=search_terms(name),
                contact_phone=crypto.encrypt(phone),
                contact_phone_masked=mask_phone(phone) if phone else "",
                phone_index=crypto.blind_index("phone", phone),
                contact_email=crypto.encrypt(""),
                answers=crypto.encrypt(orjson.dumps(answers).decode()) if answers else "",
                confirmed_at=now if fits else None,
                checked_in_at=quota.starts_at if is_here else None,
                attended=people if is_here else 0,
                is_generated=True,
            )
        )
    await Registration.bulk_create(rows)
    attended = sum(row.attended for row in rows)
    await Quota.filter(id=quota.id).update(taken=taken, waiting=waiting, attended=attended, issued=len(rows))

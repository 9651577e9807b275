"""The problems of enterprises in the demo city: as many solved, and as many in progress by their dates, as the facts file says.

Each is made up and said so; what they are about are the kinds of the facts file, and the topics of its forum.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from civicgraph import clock
from civicgraph.demo.facts import facts, places
from civicgraph.demo.grievances import Story
from civicgraph.events.models import Event, EventKind
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.models import Grievance, GrievanceStatus

TEXTS = {
    "ent_land": ("厂房扩建用地指标没有批下来", "仓库用地手续还差一项，不知道找谁", "土地证分割办理时间太长"),
    "ent_finance": ("旺季备货，流动资金短缺", "贷款到期，想续贷", "缺少抵押物，贷款批不下来"),
    "ent_labour": ("夜班缺缝纫工二十名", "招不到会开数控机床的师傅", "农忙时节用工短缺"),
}
ASKED = {
    "ent_technology": ("菌棒污染率高，想请专家来看", "冷库温度控制不稳"),
    "ent_market": ("有产品没有品牌，想注册地理标志", "想进外地商超，没有渠道"),
    "ent_policy": ("不清楚能申请哪些补贴", "申请材料被退回，想知道差什么"),
}
"""What was asked at the forum, by its topics: technology, brand and market, applying for policies."""
_FROM_FORUM = 20
_OUTCOMES = ("主管部门已上门对接，问题解决。", "手续已办结，证照已送达。", "已促成对接，企业确认解决。")
_UNDER_WAY = (GrievanceStatus.ACCEPTED, GrievanceStatus.ASSIGNED, GrievanceStatus.IN_PROGRESS)
_HANDED_ON = 1
"""A question of the forum's list, which its keeper hands on (`rescue.hand_on`), is one of those in progress."""
_JOINT = ("发展和改革局", "财政局", "税务局")


async def stories(random: Random) -> list[Story]:
    """Solved ones of the last months; the others so fresh that their dates are still to come."""
    wanted = facts()["enterprise_problems"]
    codes = [code for code in places().values() if len(code) == 12]
    forum = await Event.get(kind=EventKind.ENTERPRISE_FORUM, is_generated=False)
    found = []
    for index in range(wanted["solved"] + wanted["in_progress_with_deadline"] - _HANDED_ON):
        is_asked = index < _FROM_FORUM
        is_solved = index < wanted["solved"]
        texts = ASKED if is_asked else TEXTS
        category = list(texts)[index % 3]
        hours = random.randint(20 * 24, 160 * 24) if is_solved else random.randint(30, 9 * 24)
        first = random.randint(60, 20 * 60)
        status = (
            random.choice((GrievanceStatus.CLOSED, GrievanceStatus.RESOLVED))
            if is_solved
            else random.choice(_UNDER_WAY)
        )
        at = forum.starts_at + timedelta(minutes=5 * index) if is_asked else clock.now() - timedelta(hours=hours)
        found.append(
            Story(
                category,
                texts[category][index // 3 % len(texts[category])],
                random.choice(codes),
                at,
                status,
                (first, first + random.randint(20, 300), first + random.randint(24 * 60, 12 * 24 * 60)),
                outcome=random.choice(_OUTCOMES),
                event_id=forum.id if is_asked else None,
            )
        )
    return found


async def call_departments() -> None:
    """Some of those in progress are worked on together with other departments of the county."""
    rows = await Grievance.filter(category_id="ent_land", status=GrievanceStatus.IN_PROGRESS).order_by("id").limit(6)
    for index, row in enumerate(rows):
        called_at = clock.now() - timedelta(hours=20)
        await GrievanceCall.create(
            grievance_id=row.id,
            division_id=row.division_id[:6],
            department=_JOINT[index % len(_JOINT)],
            called_at=called_at,
            answer_due_at=called_at + timedelta(days=5),
            reported_in_at=called_at + timedelta(hours=3) if index % 2 else None,
        )

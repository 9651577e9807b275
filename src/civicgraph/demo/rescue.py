"""The demo's rescue teams and the drills of its past year, and what its events have of their own kind.

The facts file gives the city's sums alone (over 500 teams, 2,089 drills): this is a part of them, and says that it is made up.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from civicgraph import clock, settings
from civicgraph.accounts.models import Person
from civicgraph.demo.facts import facts, places
from civicgraph.divisions.models import Division, DivisionLevel
from civicgraph.events.models import (
    EntryKind,
    Event,
    EventEntry,
    EventKind,
    EventStatus,
    EventTeam,
    Hazard,
    ProgrammeItem,
    ProgrammeKind,
    RescueTeam,
)
from civicgraph.events.operations import hand_on_question
from civicgraph.events.rescue.keeping import count_team
from civicgraph.events.rescue.models import RescueKind
from civicgraph.grievances.models import Grievance
from civicgraph.permissions import Actor, Held, Role
from civicgraph.text import search_terms

_TEAMS = (
    (RescueKind.GENERAL, "综合应急救援大队", 180, ["抢险救援车 4 辆", "冲锋舟 6 艘", "卫星电话 8 部"]),
    (RescueKind.FIRE, "消防救援中队", 60, ["水罐消防车 3 辆", "云梯车 1 辆", "空气呼吸器 40 具"]),
    (RescueKind.GEOLOGICAL, "地质灾害应急队", 45, ["生命探测仪 2 台", "无人机 3 架"]),
    (RescueKind.MEDICAL, "医疗救护队", 50, ["救护车 5 辆", "急救包 60 个"]),
    (RescueKind.COMMUNITY, "民兵与志愿者应急分队", 400, ["灭火器 200 具", "铁锹 300 把", "扩音器 40 个"]),
)
_DRILLS = (
    ("{place}消防疏散演练", [Hazard.FIRE], "居民楼三楼厨房起火，浓烟封住楼道，老人和孩子要先撤。", RescueKind.FIRE),
    (
        "{place}防汛转移演练",
        [Hazard.FLOOD, Hazard.LANDSLIDE],
        "夜里暴雨，后山出现裂缝，沿河住户要在半小时内转移。",
        RescueKind.GEOLOGICAL,
    ),
    (
        "{place}地震避险演练",
        [Hazard.EARTHQUAKE],
        "上课时地震来了：先躲、再撤、清点人数、抢救伤员。",
        RescueKind.MEDICAL,
    ),
    (
        "{place}燃气泄漏处置演练",
        [Hazard.GAS, Hazard.FIRE],
        "小区地下室闻到燃气味，断电、关阀、疏散、检测。",
        RescueKind.GENERAL,
    ),
)
_FINDINGS = (
    ("二单元楼道堆放杂物，疏散慢了两分钟。", "已清理，每周巡查一次。", "社区居委会", True),
    ("老年住户没听到警报。", "加装声光报警器。", "街道应急办", False),
)
MONTHS, A_MONTH = 12, 2
_HANDED_ON = "申请技改补贴，材料退了两次，想知道到底缺什么。"


async def load_rescue(random: Random) -> None:
    """Teams in each county, and two drills a month of the past year."""
    counties = await Division.filter(level=DivisionLevel.COUNTY).order_by("code")
    teams: dict[tuple[str, RescueKind], RescueTeam] = {}
    for county in counties:
        for kind, name, members, equipment in _TEAMS:
            row = await RescueTeam.create(
                name=f"{county.short_name}{name}",
                kind=kind,
                division_id=county.code,
                base=f"{county.short_name}应急管理局",
                members=members + random.randint(-members // 5, members // 4),
                equipment=equipment,
                founded_on=date(random.randint(1998, 2023), random.randint(1, 12), 1),
                is_generated=True,
            )
            await count_team(None, row)
            teams[county.code, kind] = row
    today = clock.today()
    for back in range(MONTHS * A_MONTH):
        county = counties[back * 5 % len(counties)]
        day = today - timedelta(days=9 + back * 365 // (MONTHS * A_MONTH))
        title, hazards, scenario, kind = _DRILLS[back % len(_DRILLS)]
        drill = await _drill(random, county, day, title, hazards, scenario)
        for wanted in (kind, RescueKind.COMMUNITY):
            await EventTeam.create(event=drill, team=teams[county.code, wanted])
        for position, (text, answer, owner, is_done) in enumerate(_FINDINGS[: back % 3], 1):
            await EventEntry.create(
                event=drill,
                kind=EntryKind.FINDING,
                position=position,
                text=text,
                answer=answer,
                owner=owner,
                due_on=day + timedelta(days=20),
                done_on=day + timedelta(days=8) if is_done or back > 2 else None,
            )


async def _drill(
    random: Random, county: Division, day: date, title: str, hazards: list[Hazard], scenario: str
) -> Event:
    starts = datetime.combine(day, time(9, 30), clock.CITY_ZONE)
    named, planned = title.format(place=county.short_name), random.randint(90, 420)
    row = await Event.create(
        slug=f"{day:%Y%m%d}-drill{county.code[4:]}",
        kind=EventKind.SAFETY_DRILL,
        title=named,
        summary="演练结束后公布发现的问题和整改情况。",
        division_id=county.code,
        organiser=f"{county.short_name}应急管理局",
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        hazards=[hazard.name for hazard in hazards],
        scenario=scenario,
        planned_participants=planned,
        actual_participants=planned * random.randint(86, 112) // 100,
        status=EventStatus.FINISHED,
        published_at=starts - timedelta(days=10),
        is_generated=True,
        search_terms=search_terms(named, f"{county.short_name}应急管理局", "疏散", "灭火器"),
    )
    for position, name in enumerate(("听警报、疏散", "灭火器使用", "清点人数、点评"), 1):
        await ProgrammeItem.create(event=row, position=position, kind=ProgrammeKind.DRILL, title=name)
    return row


async def load_records() -> None:
    """What the forum asked (the list of sore points 痛点难点清单), and the agenda of the next consultation."""
    key = next(one for one in facts()["events"] if one["key"] == "agri_forum_huichuan")
    forum = await Event.get(title=key["title"])
    questions = (
        (
            "山地茶园机械上不去坡，有没有适合的小型机械？",
            "山地农业企业（演示）",
            "现场答复：区农机站有 6 种机型可试用，已留联系方式。",
        ),
        ("品牌怎么进大超市？", "食用菌种植企业（演示）", "现场答复：下月对接会与三家超市见面，名单已报。"),
        (_HANDED_ON, "农产品加工企业（演示）", ""),
    )
    for position, (text, said_by, answer) in enumerate(questions, 1):
        await EventEntry.create(
            event=forum,
            kind=EntryKind.QUESTION,
            position=position,
            text=text,
            said_by=said_by,
            answer=answer,
            done_on=date(2026, 5, 22) if answer else None,
        )
    talk = await Event.filter(kind=EventKind.CONSULTATION, division_id=places()["lingxi"]).order_by("id").first()
    if talk is not None:
        points = ("今冬取暖：线路老化怎么改", "停车位不够：夜间共享车位", "上次意见办得怎么样")
        for position, text in enumerate(points, 1):
            await EventEntry.create(event=talk, kind=EntryKind.AGENDA, position=position, text=text)


async def hand_on(admin: Person) -> None:
    """The question that was not answered on the spot is a grievance with its promised times; filed as staff file it."""
    city = settings.current().city_code
    actor = Actor("person", admin.id, admin.name, admin.title, (Held(Role.ADMINISTRATOR, city),))
    row = await EventEntry.get(text=_HANDED_ON)
    given = {"category": "ent_policy", "division_code": places()["hangtian"], "owner": "汇川区农业农村局"}
    row = (await hand_on_question(actor, {"id": row.id, "version": row.version, **given}))["entry"]
    await Grievance.filter(id=row.grievance_id).update(is_generated=True)

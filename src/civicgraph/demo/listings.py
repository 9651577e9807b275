"""The demo city's listings: events, enterprises."""

from __future__ import annotations

import zlib
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from civicgraph import clock
from civicgraph.demo.facts import facts, places
from civicgraph.enterprises import rules as enterprise_rules
from civicgraph.enterprises.models import Enterprise, EnterpriseKind, EnterpriseList, EnterpriseListing
from civicgraph.events.models import (
    Accessibility,
    AudienceGroup,
    Event,
    EventKind,
    EventStatus,
    Hazard,
    ProgrammeItem,
    ProgrammeKind,
)
from civicgraph.events.rules import first_minute, last_minute
from civicgraph.text import search_terms


def _at(on: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), clock.CITY_ZONE)


async def load_events(random: Random) -> None:
    """The events of the facts file, and generated ones around today so that something is on."""
    by_key = {one["key"]: one for one in facts()["events"]}
    await _art_night(by_key["art_museum_night"])
    await _safety_month(by_key["safety_month_2026"])
    forum = by_key["agri_forum_huichuan"]
    await _event(
        EventKind.ENTERPRISE_FORUM,
        forum["title"],
        date.fromisoformat(str(forum["date"])),
        9,
        12,
        "520303",
        summary="技术瓶颈、品牌建设、市场营销、政策申请，现场提问，问题列入清单限期办理。",
        topics=forum["topics"],
        organiser="汇川区",
        is_fact=True,
        programme=[(ProgrammeKind.DISCUSSION, "痛点难点问题收集", "形成清单，逐条答复。", None)],
    )
    await _event(
        EventKind.POLICY_CLASS,
        "政策微课堂：防溺水与交通安全",
        date(2026, 6, 14),
        15,
        16,
        places()["hongqiao"],
        summary="社区干部讲解，现场答疑，老人孩子都适合。",
        topics=by_key["policy_class_hongqiao"]["topics"],
        venue="虹桥社区居民议事厅",
    )
    await _coming(random)


async def _art_night(one: dict[str, Any]) -> None:
    kinds = {
        "exhibition": ProgrammeKind.EXHIBITION,
        "performance": ProgrammeKind.PERFORMANCE,
        "workshop": ProgrammeKind.WORKSHOP,
        "market": ProgrammeKind.MARKET,
    }
    programme = [
        (
            ProgrammeKind.CHECK_IN if item["title"] == "主题打卡" else kinds.get(item["kind"], ProgrammeKind.ACTIVITY),
            item["title"],
            "",
            item.get("works"),
        )
        for item in one["programme"]
    ]
    await _event(
        EventKind.CULTURE_NIGHT,
        one["title"],
        date.fromisoformat(str(one["date"])),
        19,
        22,
        "520302",
        venue=one["venue"],
        summary="红色主题雕塑展、乐队演唱、青年脱口秀、手绘帆布包、文创市集。",
        is_fact=True,
        programme=programme,
    )


async def _safety_month(one: dict[str, Any]) -> None:
    hazards = {"地震": Hazard.EARTHQUAKE, "洪涝": Hazard.FLOOD, "火灾": Hazard.FIRE, "地质灾害": Hazard.LANDSLIDE}
    row = await _event(
        EventKind.SAFETY_DRILL,
        one["title"],
        date(2026, 6, 1),
        0,
        23,
        "5203",
        last=date(2026, 6, 30),
        is_fact=True,
        summary="紧急避险演练、灭火器使用、救援装备展示、现场模拟教学。",
        audiences=one["audiences"],
        programme=[
            (ProgrammeKind.DRILL if "演练" in name or "教学" in name else ProgrammeKind.ACTIVITY, name, "", None)
            for name in one["activities"]
        ],
    )
    row.hazards = [hazards[name].name for name in one["hazards"]]
    row.is_all_day = True
    row.starts_at, row.ends_at = first_minute(row.starts_at), last_minute(row.ends_at or row.starts_at)
    await row.save()


_FOR: dict[str, dict[str, list[AudienceGroup] | list[Accessibility]]] = {
    "老年人智能手机课": {
        "groups": [AudienceGroup.OLDER_PEOPLE],
        "accessibility": [Accessibility.STEP_FREE, Accessibility.LARGE_PRINT],
    },
    "广场音乐会": {
        "groups": [AudienceGroup.FAMILIES],
        "accessibility": [Accessibility.STEP_FREE, Accessibility.ACCESSIBLE_TOILET],
    },
    "用工对接会": {"groups": [AudienceGroup.JOB_SEEKERS, AudienceGroup.ENTERPRISES]},
    "政策微课堂：医保缴费与报销": {"accessibility": [Accessibility.STEP_FREE, Accessibility.SIGN_LANGUAGE]},
}
"""Whom some of the made-up events are for, and what they do for everybody."""


async def _coming(random: Random) -> None:
    at, today = places(), clock.today()
    plans = [
        (
            EventKind.SAFETY_DRILL,
            "校园紧急避险与灭火器实操演练",
            "520303",
            "理论讲解加实操，学会地震、火灾时怎么避险。",
            9,
            11,
            3,
        ),
        (EventKind.POLICY_CLASS, "政策微课堂：医保缴费与报销", at["hongqiao"], "社区干部讲解，现场答疑。", 15, 16, 5),
        (
            EventKind.CONSULTATION,
            "民情恳谈会：冬季取暖与停车",
            at["lingxi"],
            "面对面说，逐条记，会后公布办理结果。",
            19,
            21,
            6,
        ),
        (EventKind.CULTURE_NIGHT, "广场音乐会", "520302", "乐队演唱、合唱、文创市集。", 19, 21, 9),
        (EventKind.ACTIVITY, "老年人智能手机课", at["renheyuan"], "手把手教刷脸认证和视频通话。", 10, 11, 10),
        (EventKind.ENTERPRISE_FORUM, "用工对接会", at["hongqiao"], "招工、求职、政策申请，一次办。", 14, 17, 13),
        (EventKind.SAFETY_DRILL, "小区消防疏散演练", at["fengquan"], "听到警报怎么走，灭火器怎么用。", 9, 10, 16),
        (EventKind.ACTIVITY, "棋牌赛", at["hangkong"], "养老服务驿站，报名即可参加。", 14, 17, 20),
    ]
    for kind, title, code, summary, begins, ends, days in plans:
        day = today + timedelta(days=days + random.randint(0, 1))
        own: dict[str, Any] = {name: [one.name for one in members] for name, members in _FOR.get(title, {}).items()}
        await _event(kind, title, day, begins, ends, code, summary=summary, **own)


async def _event(
    kind: EventKind,
    title: str,
    on: date,
    begins: int,
    ends: int,
    code: str,
    *,
    summary: str,
    last: date | None = None,
    is_fact: bool = False,
    programme: list[tuple[ProgrammeKind, str, str, int | None]] | None = None,
    **values: Any,
) -> Event:
    slug = f"{on:%Y%m%d}-{abs(hash_of(title)) % 36**5:05d}"
    status = EventStatus.FINISHED if (last or on) < clock.today() else EventStatus.PUBLISHED
    row = await Event.create(
        slug=slug,
        kind=kind,
        title=title,
        summary=summary,
        division_id=code,
        starts_at=_at(on, begins),
        ends_at=_at(last or on, ends),
        status=status,
        published_at=clock.now(),
        is_generated=not is_fact,
        search_terms=search_terms(title, summary, values.get("venue", "")),
        **values,
    )
    for position, (item_kind, name, note, quantity) in enumerate(programme or [], 1):
        await ProgrammeItem.create(
            event=row, position=position, kind=item_kind, title=name, note=note, quantity=quantity
        )
    return row


def hash_of(text: str) -> int:
    """A number for a text, the same in every run."""
    return zlib.crc32(text.encode())


_INDUSTRIES = {"铝": "3216", "锂电材料": "38", "金属制品": "3340", "食用菌": "0142", "箱包": "1922", "物业": "7020"}


async def load_enterprises(random: Random) -> None:
    """The enterprises of the facts file; their codes are made up (with a right check character) and said to be."""
    counties = {"习水县": "520330"}
    for one in facts()["enterprises"]:
        code = places().get(one.get("place", "")) or counties.get(one.get("county", ""), "520302")
        first17 = "91" + code[:6] + "MA" + "".join(random.choice(enterprise_rules.ALPHABET) for _ in range(7))
        row = await Enterprise.create(
            credit_code=enterprise_rules.complete(first17),
            name=one["name"],
            brand=one.get("brand", ""),
            kind=EnterpriseKind.COMPANY,
            industry_id=_INDUSTRIES[one["industry"]],
            division_id=code,
            summary=_about(one),
            search_terms=enterprise_rules.search_terms_of(one["name"], one.get("brand", "")),
            counted_from=clock.today(),
            is_generated=False,
        )
        if one.get("role") == "链主企业":
            await EnterpriseListing.create(enterprise=row, list=EnterpriseList.CHAIN_LEADER, listed_on=date(2026, 1, 1))


def _about(one: dict[str, Any]) -> str:
    note = "（统一社会信用代码为演示生成。）"
    if one["key"] == "qingguniang":
        return (
            "食用菌种植与销售，林地加大棚 1,000 多亩，珠海林下食用菌 400 亩；珠海市菜篮子保供基地，"
            f"获珠海帮扶资金 400 万元。{note}"
        )
    if one.get("hires_residents"):
        return f"箱包生产，优先招用搬迁社区的居民。{note}"
    return f"{one.get('role', '')}，{one['industry']}。{note}".lstrip("，")

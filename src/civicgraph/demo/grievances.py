"""The demo city's grievances: 233 of 民声总台 whose states give 97%, the facts file's examples, and fresh ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from civicgraph import clock, crypto
from civicgraph.accounts.models import Person
from civicgraph.demo.city.cases import VERBS
from civicgraph.demo.contacts import channel_of, contact_of, keep_contact
from civicgraph.demo.facts import categories, facts, places
from civicgraph.divisions.models import Compound
from civicgraph.grievances import deadlines, rules
from civicgraph.grievances.figures.counting import Facts, Key, Vector, add_to, contribution
from civicgraph.grievances.figures.models import COLUMNS
from civicgraph.grievances.intake.models import BY_STAFF
from civicgraph.grievances.models import (
    Body,
    Channel,
    Grievance,
    GrievanceCategory,
    GrievanceCell,
    GrievanceStatus,
    GrievanceUpdate,
    LedKind,
    ReporterKind,
    Urgency,
)
from civicgraph.grievances.operations.timing import promised
from civicgraph.grievances.promises import OFFICE_HOURS, PROMISES
from civicgraph.scheduler.models import Deadline, DeadlineState
from civicgraph.text import search_terms

TEXTS = {
    "plumbing": ("卫生间水龙头漏水", "厨房下水道堵塞，水倒流", "楼上漏水，天花板湿了一片"),
    "lighting": ("楼道声控灯坏了，晚上看不见", "单元门口路灯不亮", "三楼楼道灯一直闪"),
    "noise": ("楼上深夜拖动家具，噪声很大", "广场音响晚上十点还在放", "装修在午休时间施工"),
    "sanitation": ("楼下垃圾桶满了两天没清", "绿化带里有建筑垃圾", "电梯间有异味"),
    "parking": ("消防通道被车堵住", "地下车位被占", "电动车停在楼道里充电"),
    "lift": ("2 单元电梯停运", "电梯关门有异响"),
    "facilities": ("儿童游乐区的滑梯松了", "健身器材螺丝脱落"),
    "property_service": ("物业费账目没有公示", "门禁坏了一周没人修"),
    "elderly": ("独居老人需要人陪着去体检", "老人不会做养老认证"),
    "fire_hazard": ("楼道堆放纸箱", "灭火器过期了"),
    "dispute": ("邻居晾衣服滴水，两家争执", "楼顶种菜漏水起纠纷"),
}
_UNDER_WAY = (
    GrievanceStatus.SUBMITTED,
    GrievanceStatus.ACCEPTED,
    GrievanceStatus.ASSIGNED,
    GrievanceStatus.IN_PROGRESS,
)
_WAY = (*_UNDER_WAY, GrievanceStatus.RESOLVED, GrievanceStatus.CLOSED)
"""The straight way through."""
_SHORTFALLS = {
    "plumbing": ("区住房和城乡建设局", "主管道老化，须随片区改造一并更换，已列入下一批改造计划。"),
    "lighting": ("小区业主委员会", "线路须整体更换，动用维修资金要业主表决，正在逐户征求意见。"),
    "noise": ("街道办事处", "临街商铺须加装隔音，正在与产权人协商费用分担。"),
    "sanitation": ("区综合行政执法局", "须增设垃圾分类亭，选址正在公示。"),
    "parking": ("街道办事处", "停车位需新增用地，正在与产权单位协商。"),
    "lift": ("电梯维保单位", "配件停产，正在选定替代方案。"),
    "elderly": ("街道办事处", "上门服务人手不足，正在招募志愿者。"),
    "fire_hazard": ("小区业主委员会", "消防设施更新须动用维修资金，正在逐户征求意见。"),
}
_OTHER_SHORTFALL = ("街道办事处", "涉及多个单位，正在商定责任分工。")
_OUTCOMES = (
    "已上门修好，请您留意使用情况。",
    "已和双方沟通，问题解决。",
    "已更换，恢复正常。",
    "已清理，并安排每天巡查。",
)


@dataclass
class Story:
    """One grievance to be: what, where, when, and how far it came."""

    category: str
    text: str
    code: str
    submitted_at: datetime
    status: GrievanceStatus
    minutes: tuple[int, int, int]
    team: str = ""
    outcome: str = ""
    is_generated: bool = True
    compound_id: int | None = None
    grid: str | None = None
    event_id: int | None = None


async def load_categories() -> None:
    """The categories of the common list."""
    rows, position = [], 0
    for group in categories()["groups"]:
        for item in group["items"]:
            position += 1
            rows.append(
                GrievanceCategory(
                    code=item["code"],
                    group_code=group["code"],
                    group_name=group["zh"],
                    group_name_en=group["en"],
                    name=item["zh"],
                    name_en=item["en"],
                    urgency=Urgency(item["level"]),
                    body=Body(item["body"]),
                    is_verified=group["code"] == "safety",
                    is_personal=item["code"] == "errand",
                    department=item.get("department", ""),
                    position=position,
                )
            )
    await GrievanceCategory.bulk_create(rows)


async def load_grievances(
    random: Random, compounds: dict[str, Compound], people: dict[str, Person], more: list[Story], ways: Random
) -> None:
    """Every grievance, its history, the figures and the deadlines of what is open; `ways` says how they came in."""
    stories = [*_station(random, compounds["binxin2"]), *_examples(compounds["tianju"]), *_fresh(random), *_in_hand()]
    stories = sorted((*stories, *more), key=lambda story: story.submitted_at)
    known = {row.code: row for row in await GrievanceCategory.all()}
    cells: dict[Key, Vector] = {}
    numbers: set[str] = set()
    for place, story in enumerate(stories):
        row = _row(story, known[story.category], _number(random, story.submitted_at, numbers), people)
        if story.is_generated:
            is_enterprise = row.reporter_kind is ReporterKind.ENTERPRISE
            row.channel = channel_of(ways, is_enterprise=is_enterprise, is_asked=story.event_id is not None)
            row.update_from_dict(contact_of(ways, row.channel, place))
            keep_contact(row)
        await row.save()
        await GrievanceUpdate.bulk_create(_updates(row, story))
        await _deadlines(row)
        add_to(cells, contribution(Facts.of(row)).items())
    await GrievanceCell.bulk_create(
        [
            GrievanceCell(**key._asdict(), **dict(zip(COLUMNS, counts, strict=True)))
            for key, counts in sorted(cells.items())
        ]
    )


def _number(random: Random, at: datetime, taken: set[str]) -> str:
    while (number := rules.number_of(at, "".join(random.choices("23456789ABCDEFGHJKMNPQRSTVWXYZ", k=4)))) in taken:
        continue
    taken.add(number)
    return number


def _station(random: Random, compound: Compound) -> list[Story]:
    """民声总台: as many as were received, as many done as its completion rate says; the rest is a shortfall."""
    station = facts()["grievance_services"][0]
    total = station["received"]
    done = round(total * station["completed_rate"])
    now = clock.now()
    code = places()["fengquan"]
    stories = []
    for index in range(total):
        category = random.choice(list(TEXTS))
        is_done = index < done
        age = timedelta(days=random.randint(4 if is_done else 20, 170), minutes=random.randint(0, 1440))
        status = (
            random.choices((GrievanceStatus.CLOSED, GrievanceStatus.RESOLVED), (9, 1))[0]
            if is_done
            else GrievanceStatus.SHORTFALL
        )
        example = station["examples"][index] if index < len(station["examples"]) else None
        first = random.randint(4, 90)
        stories.append(
            Story(
                category=example["category"] if example else category,
                text=example["text"] if example else random.choice(TEXTS[category]),
                code=code,
                submitted_at=now - age,
                status=status,
                minutes=(first, first + random.randint(2, 60), first + random.randint(70, 1400)),
                team=example.get("team", "") if example else "",
                outcome=(example or {}).get("outcome", random.choice(_OUTCOMES)),
                is_generated=example is None,
                compound_id=compound.id,
                grid=f"{code}00{1 + index % 3}",
            )
        )
    return stories


def _examples(tianju: Compound) -> list[Story]:
    """The cases that the press told of, with the times that it gave."""
    at = places()
    services = {one["key"]: one for one in facts()["grievance_services"]}
    ai, repair, job = (
        services["ai_grid_worker"]["example"],
        services["tianju_repair"]["example"],
        services["shanzhimei"]["example"],
    )
    day = datetime(2026, 5, 28, 8, 0, tzinfo=clock.CITY_ZONE)
    closed = GrievanceStatus.CLOSED
    return [
        Story(
            ai["category"],
            ai["text"],
            at["hangtian"],
            day,
            closed,
            (2, 5, ai["resolved_hours"] * 60),
            outcome="灯已修好。",
            is_generated=False,
        ),
        Story(
            repair["category"],
            repair["text"],
            at["jintai"],
            day,
            closed,
            (2, 5, 40),
            team="楼栋管家",
            outcome=f"{repair['arrival_minutes']} 分钟到场，已疏通。",
            is_generated=False,
            compound_id=tianju.id,
        ),
        Story(
            job["category"],
            "想在家门口找份工作",
            at["baiyun"],
            day,
            closed,
            (60, 120, 70 * 60),
            outcome=job["outcome"],
            is_generated=False,
        ),
    ]


def _fresh(random: Random) -> list[Story]:
    """This month's, in the places that the facts file knows, so that the city lives."""
    now = clock.now()
    stories = []
    codes = [code for code in places().values() if len(code) == 12]
    for _ in range(90):
        category = random.choice(list(TEXTS))
        age = timedelta(minutes=random.randint(20, 20 * 1440))
        is_done = age > timedelta(days=2) or random.random() < 0.4
        status = (
            GrievanceStatus.RESOLVED
            if is_done and random.random() < 0.3
            else GrievanceStatus.CLOSED
            if is_done
            else random.choice(_UNDER_WAY)
        )
        first = random.randint(3, 80)
        story = Story(
            category,
            random.choice(TEXTS[category]),
            random.choice(codes),
            now - age,
            status,
            (first, first + random.randint(2, 40), first + random.randint(60, 900)),
            outcome=random.choice(_OUTCOMES),
        )
        story.minutes = tuple(min(part, int(age.total_seconds() // 60)) for part in story.minutes)  # type: ignore[assignment]
        stories.append(story)
    return stories


def _in_hand() -> list[Story]:
    """What the community whose staff can sign in has to do today: new, given out, begun, and one that is late."""
    states = (
        ("lighting", GrievanceStatus.SUBMITTED, 2),
        ("plumbing", GrievanceStatus.ACCEPTED, 9),
        ("plumbing", GrievanceStatus.ASSIGNED, 20),
        ("noise", GrievanceStatus.IN_PROGRESS, 30),
        ("lighting", GrievanceStatus.ASSIGNED, 96),
    )
    return [
        Story(
            category,
            TEXTS[category][place % len(TEXTS[category])],
            places()["fengquan"],
            clock.now() - timedelta(hours=hours),
            status,
            (5, 15, 60),
        )
        for place, (category, status, hours) in enumerate(states)
    ]


def _row(story: Story, category: GrievanceCategory, number: str, people: dict[str, Person]) -> Grievance:
    accepted, assigned, resolved = (story.submitted_at + timedelta(minutes=one) for one in story.minutes)
    reached = _reached(story)
    kept = promised(PROMISES[category.urgency].promise(OFFICE_HOURS), story.submitted_at)
    closed_at = resolved + timedelta(hours=2) if reached >= 5 else None
    stars = 3 + int(number[-1] in "23456789ABCDEFGHJ") + int(number[-2] in "23456789ABCDEFGHJKMN")
    body, reason = _SHORTFALLS.get(story.category, _OTHER_SHORTFALL) if _is_shortfall(story) else ("", "")
    worker = {places()["fengquan"]: people["grid"], places()["hongqiao"]: people["hongqiao.grid"]}.get(story.code)
    return Grievance(
        number=number,
        secret_hash=crypto.token_hash(crypto.random_token()),
        category_id=category.code,
        urgency=category.urgency,
        channel=Channel.WEB,
        reporter_kind=ReporterKind.ENTERPRISE if category.group_code == "enterprise" else ReporterKind.RESIDENT,
        event_id=story.event_id,
        division_id=story.code,
        grid_id=story.grid,
        compound_id=story.compound_id,
        public_text=story.text,
        description=story.text,
        status=story.status,
        assignee_id=worker.id if worker and reached >= 2 else None,
        team=story.team if reached >= 2 else "",
        outcome=story.outcome if reached >= 4 else "",
        submitted_at=story.submitted_at,
        accepted_at=accepted if reached >= 1 else None,
        assigned_at=assigned if reached >= 2 else None,
        resolved_at=resolved if reached >= 4 else None,
        closed_at=closed_at,
        **({"led_kind": LedKind.GRID, "led_by": f"{story.code}001"} if worker and reached >= 2 else {}),
        **kept,
        first_response_at=accepted if reached >= 1 else None,
        first_response_in_time=accepted <= kept["response_due_at"] if reached >= 1 else None,
        body_in_charge=body,
        reason=reason,
        review_at=_review(story) if body else None,
        rated_at=closed_at,
        stars=stars if closed_at else None,
        is_solved=True if closed_at else None,
        is_generated=story.is_generated,
        search_terms=search_terms(story.text, category.name),
        version=reached + 1,
    )


def _is_shortfall(story: Story) -> bool:
    return story.status is GrievanceStatus.SHORTFALL


def _reached(story: Story) -> int:
    """How far on the straight way; what is a shortfall was being worked on."""
    return 3 if _is_shortfall(story) else _WAY.index(story.status)


def _review(story: Story) -> datetime:
    """Some weeks ahead, at eight in the morning."""
    day = clock.today() + timedelta(days=14 + len(story.text) * 3 % 60)
    return datetime(day.year, day.month, day.day, 8, tzinfo=clock.CITY_ZONE)


def _updates(row: Grievance, story: Story) -> list[GrievanceUpdate]:
    reached = _reached(story)
    came = "社区联络点" if row.channel in BY_STAFF else rules.REPORTERS[row.reporter_kind]
    steps: list[tuple[datetime | None, GrievanceStatus, str, str]] = [
        (row.submitted_at, GrievanceStatus.SUBMITTED, came, ""),
        (row.accepted_at, GrievanceStatus.ACCEPTED, "社区联络点", "已受理。"),
        (row.assigned_at, GrievanceStatus.ASSIGNED, "社区联络点", f"已派给{story.team or '网格员'}。"),
        (row.assigned_at, GrievanceStatus.IN_PROGRESS, "网格员", "正在办理。"),
        (row.resolved_at, GrievanceStatus.RESOLVED, "网格员", row.outcome),
        (row.closed_at, GrievanceStatus.CLOSED, rules.REPORTERS[row.reporter_kind], ""),
    ]
    found = [
        GrievanceUpdate(
            grievance_id=row.id, at=at, verb=VERBS[status.value], status=status, by_line=line, public_note=note
        )
        for at, status, line, note in steps[: reached + 1]
        if at is not None
    ]
    if _is_shortfall(story):
        at = row.submitted_at + timedelta(days=10)
        found.append(
            GrievanceUpdate(
                grievance_id=row.id,
                at=at,
                verb="list_shortfall",
                status=row.status,
                until=row.review_at,
                by_line="社区联络点",
                public_note=row.reason,
            )
        )
    return found


async def _deadlines(row: Grievance) -> None:
    """Deadlines of what is under way; those that passed before the demo was loaded count as told."""
    now = clock.now()
    for kind, at in deadlines.wanted(row).items():
        state = DeadlineState.PENDING if at > now else DeadlineState.FIRED
        await Deadline.create(
            subject_type="Grievance",
            subject_id=row.id,
            kind=kind,
            due_at=at,
            state=state,
            settled_at=None if at > now else now,
        )

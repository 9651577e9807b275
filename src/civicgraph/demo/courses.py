"""Grievances whose course is no straight way, so that every list and figure has something to show.

Opened again, on hold, joined, passed on, returned, withdrawn, checked, twice not solved; each taken by the operations at
the moments of its history, led by a team, a grid worker or the office.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.demo.contacts import NAME, email_of, phone_of
from civicgraph.demo.facts import places
from civicgraph.demo.living import actor_of, as_it_stands
from civicgraph.grievances import operations
from civicgraph.grievances.desk.models import Team
from civicgraph.grievances.intake.models import BY_STAFF
from civicgraph.grievances.models import Channel, Grievance
from civicgraph.permissions import ANONYMOUS, SYSTEM, Actor
from civicgraph.scheduler.models import Deadline, DeadlineState

Step = tuple[float, str, str, dict[str, Any]]
"""Hours after the report, who takes it, what, and with which words."""

REPORTER = "reporter"
_DO: dict[str, Any] = {
    "accept": operations.accept_grievance,
    "assign": operations.assign_grievance,
    "start": operations.start_grievance,
    "hold": operations.hold_grievance,
    "resolve": operations.resolve_grievance,
    "verify": operations.verify_grievance,
    "reopen": operations.reopen_grievance,
    "return": operations.return_grievance,
    "redirect": operations.redirect_grievance,
    "merge": operations.merge_grievance,
    "rate": operations.rate_tracked_grievance,
    "withdraw": operations.withdraw_tracked_grievance,
}


@dataclass(frozen=True)
class Course:
    """One of them: what, how it came in, how long ago, and what came of it."""

    category: str
    text: str
    channel: Channel
    hours_ago: float
    steps: tuple[Step, ...]
    place: str = "fengquan"


def _rated(hours: float, is_solved: bool, stars: int, words: str) -> Step:
    return hours, REPORTER, "rate", {"is_solved": is_solved, "stars": stars, "words": words}


def _given(hours: float, to: dict[str, Any], who: str = "point") -> Step:
    return hours, who, "assign", to


def _done(hours: float, outcome: str, who: str = "point") -> Step:
    return hours, who, "resolve", {"outcome": outcome}


VOLUNTEERS, PROPERTY = {"team": "凤泉社区水电维修志愿服务队"}, {"team": "斌鑫物业服务中心"}
BUREAU, ENFORCEMENT = {"team": "凤冈县住房和城乡建设局"}, {"team": "综合执法队"}
GRID = {"worker": "grid"}

COURSES = (
    Course("lighting", "四号楼二单元楼道灯忽明忽暗", Channel.PHONE, 40 * 24, (
        (1, "point", "accept", {}), _given(2, PROPERTY), _done(20, "已更换灯泡。"), _rated(60, False, 2, "第二天又坏了"),
        _given(62, VOLUNTEERS), _done(75, "线路接头已重做，换了声控开关。"), _rated(100, True, 5, "这回好了，谢谢师傅"),
    )),
    Course("plumbing", "厨房下水管接口渗水，楼下天花板湿了", Channel.CHAT, 25 * 24, (
        _given(1, VOLUNTEERS), _done(10, "已重新打胶。"), _rated(25 * 24 - 30, False, 1, "下雨天还是渗"),
        _given(25 * 24 - 28, PROPERTY), (25 * 24 - 20, "point", "start", {}),
    )),
    Course("elderly", "独居老人想请人上门帮忙换煤气灶电池", Channel.VISIT, 10 * 24, (
        _given(1, GRID),
        (20, "grid", "hold", {"hold_reason": "reporter", "in_days": 13, "reason": "老人去女儿家了，约好回来后上门。"}),
    )),
    Course("facilities", "健身步道的扶手断了一截", Channel.OPEN311, 3 * 24, (
        (2, "point", "accept", {}), _given(3, PROPERTY),
        (26, "point", "hold", {"hold_reason": "material", "in_days": 6, "reason": "扶手配件已订，等到货安装。"}),
    )),
    Course("parking", "路口的信号灯绿灯时间太短，推婴儿车过不完", Channel.EMAIL, 6 * 24, (
        (5, "point", "redirect", {"body": "凤冈县公安局交警大队", "reason": "信号灯配时由交警大队管理，已转办。"}),
    )),
    Course("sanitation", "菜场后门的垃圾池满了，污水流到人行道", Channel.PHONE, 54, (
        (1, "point", "accept", {}), _given(3, ENFORCEMENT), (20, "department", "start", {}),
    )),
    Course("sanitation", "菜场后门垃圾没人清，路都没法走", Channel.API, 50, (
        (2, "point", "merge", {"into": 5}),
    )),
    Course("noise", "晚上有人放音响", Channel.WEB, 5 * 24, (
        (3, "point", "return", {"reason": "请问是哪栋楼附近、一般几点开始？"}),
    )),
    Course("lift", "电梯按钮有时没反应", Channel.WEB, 8 * 24, (
        (2, "point", "accept", {}), (9, REPORTER, "withdraw", {}),
    )),
    Course("fire_hazard", "地下室楼梯口堆了旧家具", Channel.STAFF, 15 * 24, (
        _given(1, PROPERTY), _done(8, "旧家具已清走。"), (30, "grid", "verify", {}), _rated(50, True, 4, "清得干净"),
    )),
    Course("fire_hazard", "七号楼消防栓箱门打不开", Channel.CHAT, 3 * 24, (
        _given(1, ENFORCEMENT), _done(40, "箱门已修好，可以正常打开。", "department"),
    )),
    Course("fire_hazard", "九号楼疏散指示灯不亮", Channel.VISIT, 4 * 24, (
        _given(1, PROPERTY), _done(30, "指示灯已更换。"), (50, "grid", "verify", {}),
    )),
    Course("property_service", "物业公共收益去年的账没有公示", Channel.PHONE, 70 * 24, (
        _given(2, PROPERTY), _done(90, "已在公告栏张贴。"), _rated(120, False, 1, "只贴了总数"),
        _given(125, BUREAU), _done(190, "明细已公示。"), _rated(230, False, 2, "还是没有停车费的明细"),
    )),
    Course("property_service", "小区大门门禁卡补办要收八十元，想问有没有依据", Channel.EMAIL, 30 * 24, (
        _given(4, BUREAU), _done(60, "已核实，收费没有依据，物业已退费。"), _rated(80, True, 3, "时间有点长"),
    )),
    Course("lighting", "广场东侧三盏路灯不亮", Channel.PHONE, 20 * 24, (
        _given(1, {"worker": "hongqiao.grid"}, "hongqiao"), _done(9, "保险丝已换，灯都亮了。", "hongqiao.grid"),
        _rated(30, True, 5, "当天就修好了"),
    ), "hongqiao"),
    Course("dispute", "两家为共用通道放杂物起争执", Channel.VISIT, 9 * 24, (
        _given(2, {"worker": "hongqiao.grid"}, "hongqiao"), _done(30, "双方同意把杂物搬走。", "hongqiao.grid"),
        (9 * 24 - 12, "hongqiao", "reopen", {"reason": "回访时发现杂物又放回来了，再去调解。"}),
    ), "hongqiao"),
)  # fmt: skip


async def load_courses(people: dict[str, Person]) -> None:
    """Each from its report on; outside the transaction of the load, as operations are."""
    now = clock.now()
    actors = {
        name: await actor_of(people[name]) for name in ("point", "grid", "department", "hongqiao", "hongqiao.grid")
    }
    teams = {one.name: one.id for one in await Team.all()}
    numbers: list[str] = []
    for place, course in enumerate(COURSES):
        begun = now - timedelta(hours=course.hours_ago)
        with clock.override(begun):
            row, secret = await _report(course, actors["hongqiao" if course.place == "hongqiao" else "point"], place)
        numbers.append(row.number)
        for hours, who, verb, given in course.steps:
            with clock.override(begun + timedelta(hours=hours)):
                values = _values(given, people, teams, numbers)
                if who == REPORTER:
                    await _DO[verb](ANONYMOUS, {"number": row.number, "secret": secret, **values})
                else:
                    await _DO[verb](actors[who], {**await as_it_stands(row), **values})
    mine = [one.id for one in await Grievance.filter(number__in=numbers)]
    passed = Deadline.filter(
        subject_type="Grievance", subject_id__in=mine, state=DeadlineState.PENDING, due_at__lte=now
    )
    await passed.update(state=DeadlineState.FIRED, settled_at=now)


async def _report(course: Course, desk: Actor, place: int) -> tuple[Grievance, str]:
    is_letter = course.channel is Channel.EMAIL
    answer = await operations.file_grievance(
        desk if course.channel in BY_STAFF else SYSTEM,
        {
            "category": course.category,
            "division_code": places()[course.place],
            "description": course.text,
            "channel": course.channel,
            "contact_name": NAME,
            "contact_phone": "" if is_letter else phone_of(9_000 + place),
            "contact_email": email_of(9_000 + place) if is_letter else "",
        },
    )
    row: Grievance = answer["grievance"]
    await Grievance.filter(id=row.id).update(is_generated=True)
    return row, str(answer["tracking_secret"])


def _values(
    given: dict[str, Any], people: dict[str, Person], teams: dict[str, int], numbers: list[str]
) -> dict[str, Any]:
    """The words of a step, with who and what they name as they are kept."""
    named: dict[str, Any] = {
        "team": lambda name: {"lead_team_id": teams[name]},
        "worker": lambda name: {"assignee_id": people[name].id},
        "into": lambda place: {"into": numbers[place]},
        "in_days": lambda days: {"until": (clock.today() + timedelta(days=days)).isoformat()},
    }
    found: dict[str, Any] = {}
    for name, value in given.items():
        found |= named[name](value) if name in named else {name: value}
    return found

"""What makes the demo city live: reports with photos, answers and followers, a whistle, notices, a robot, a report held back.

Taken by the operations themselves, so that histories, deadlines and notices are those of a real city.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from civicgraph import clock, crypto
from civicgraph.accounts.models import Grant, Person
from civicgraph.demo import pictures
from civicgraph.demo.facts import places
from civicgraph.grievances import notices, operations
from civicgraph.grievances.desk.models import Team
from civicgraph.grievances.following import key_of
from civicgraph.grievances.intake.models import CategoryQuestion, QuestionKind
from civicgraph.grievances.models import Channel, Grievance, GrievanceFollower, GrievanceStatus
from civicgraph.notifications.models import ChatRobot, EndpointState, RobotKind, Webhook
from civicgraph.permissions import ANONYMOUS, Actor, Held

_QUESTIONS: tuple[tuple[str, str, str, str, list[str], list[str], bool], ...] = (
    ("lighting", "since", "从什么时候开始的？", "Since when?", ["今天", "这两三天", "一周以上"], ["Today", "Two or three days", "More than a week"], True),
    ("lighting", "how_many", "一共几盏不亮？", "How many lamps are dark?", [], [], True),
    ("sanitation", "since", "从什么时候开始的？", "Since when?", ["今天", "这两三天", "一周以上"], ["Today", "Two or three days", "More than a week"], True),
    ("errand", "how", "上门办，还是视频办？", "At home, or by video?", ["上门", "视频"], ["At home", "By video"], False),
    ("errand", "for_whom", "给谁办？（本人、父母……）", "For whom?", [], [], False),
    ("plumbing", "door", "什么时候家里有人？", "When is somebody at home?", [], [], False),
)  # fmt: skip
_SUPPORTERS = 6


async def load_questions() -> None:
    """What some categories ask besides."""
    for place, (category, code, name, name_en, choices, choices_en, is_public) in enumerate(_QUESTIONS):
        kind = QuestionKind.CHOICE if choices else QuestionKind.NUMBER if code == "how_many" else QuestionKind.TEXT
        words: dict[str, Any] = {"name": name, "name_en": name_en, "choices": choices, "choices_en": choices_en}
        facts: dict[str, Any] = {
            "category_id": category,
            "code": code,
            "kind": kind,
            "is_public": is_public,
            "position": place,
        }
        await CategoryQuestion.create(**words, **facts)


async def load_living(people: dict[str, Person]) -> None:
    """The stories of 凤泉社区, whose staff can sign in; outside the transaction of the load, as operations are."""
    await load_questions()
    point, grid, department = [await actor_of(people[name]) for name in ("point", "grid", "department")]
    await _dark_lamp(point)
    await _puddle(point, department, grid)
    await _mended(point, grid, people["grid"])
    await _late()
    await operations.file_grievance(
        ANONYMOUS,
        {
            "category": "property_service",
            "channel": Channel.WEB,
            "division_code": places()["fengquan"],
            "description": "贷款秒批，刷单返利，加微信办理 https://spam.example https://spam.example",
        },
    )
    await _endpoints(people["admin"])


async def actor_of(person: Person) -> Actor:
    grants = await Grant.filter(person_id=person.id)
    held = tuple(Held(one.role, one.division_id) for one in grants)  # type: ignore[attr-defined]
    return Actor(kind="person", person_id=person.id, name=person.name, title=person.title, grants=held)


async def _report(category: str, text: str, **values: Any) -> Grievance:
    given = {
        "category": category,
        "division_code": places()["fengquan"],
        "description": text,
        "channel": Channel.WEB,
        **values,
    }
    row: Grievance = (await operations.file_grievance(ANONYMOUS, given))["grievance"]
    await Grievance.filter(id=row.id).update(is_generated=True)
    return row


async def as_it_stands(row: Grievance) -> dict[str, Any]:
    """What a step names: number and version as they now are."""
    now = await Grievance.get(id=row.id)
    return {"number": now.number, "version": now.version}


async def _dark_lamp(point: Actor) -> None:
    """A lamp that many miss: a photo that everyone sees, followers, and so many with the same problem that the station is told."""
    photo = await pictures.keep(pictures.lamp(is_lit=False))
    row = await _report(
        "lighting",
        "三号楼前的路灯不亮，晚上看不清台阶，老人走路很危险",
        photos=[photo],
        answers=[{"question": "since", "answer": "一周以上"}, {"question": "how_many", "answer": "2"}],
    )
    await operations.publish_grievance_photo(point, {"number": row.number, "name": photo})
    for number in range(_SUPPORTERS):
        await operations.support_grievance(
            ANONYMOUS, {"number": row.number, "supporter": f"a resident of the demo {number}"}
        )
    for number in range(2):
        address, now = f"follower{number}@demo.invalid", clock.now()
        facts: dict[str, Any] = {"address": crypto.encrypt(address), "address_key": key_of(address)}
        await GrievanceFollower.create(grievance_id=row.id, asked_at=now, confirmed_at=now, **facts)
    await operations.accept_grievance(point, {**await as_it_stands(row), "note": "已联系物业，今天派人查看线路。"})


async def _puddle(point: Actor, department: Actor, grid: Actor) -> None:
    """吹哨报到: the community calls two departments, one has come; colleagues talk about it among themselves."""
    photo = await pictures.keep(pictures.puddle())
    row = await _report(
        "sanitation",
        "小区大门口积水，雨停两天了还没退，车一过水就溅到人身上",
        photos=[photo],
        answers=[{"question": "since", "answer": "这两三天"}],
    )
    await operations.publish_grievance_photo(point, {"number": row.number, "name": photo})
    await operations.accept_grievance(point, await as_it_stands(row))
    given = {"assignee_id": grid.person_id}
    await operations.assign_grievance(point, {**await as_it_stands(row), **given})
    inside = await pictures.keep(pictures.puddle(), grid.person_id)
    note = {"note": "雨水井堵住了，要大车来吸，@郑调度 请吹哨。", "files": [inside]}
    await operations.comment_on_grievance(grid, {**await as_it_stands(row), **note})
    call = {
        "division_code": places()["fengquan"][:9],
        "team_ids": [(await Team.get(name="综合执法队")).id],
        "departments": "市政养护所",
        "answer_by": clock.now() + timedelta(hours=8),
        "reason": "雨水井归属不清，请两家到场商定。",
    }
    await operations.call_departments(point, {**await as_it_stands(row), **call})
    first = (await Grievance.get(id=row.id).prefetch_related("calls")).calls  # type: ignore[attr-defined]
    came = {"call": min(one.id for one in first), "note": "已到现场。"}
    await operations.report_in(department, {**await as_it_stands(row), **came})


async def _mended(point: Actor, grid: Actor, worker: Person) -> None:
    """Done, with a photo as the proof."""
    row = await _report("lighting", "五号楼门口的灯坏了，进出看不清", answers=[{"question": "since", "answer": "今天"}])
    await operations.accept_grievance(point, await as_it_stands(row))
    await operations.assign_grievance(point, {**await as_it_stands(row), "assignee_id": worker.id})
    await operations.start_grievance(grid, await as_it_stands(row))
    proof = await pictures.keep(pictures.lamp(is_lit=True), worker.id)
    done = {"outcome": "灯泡和声控开关都换了，已经亮了。", "photos": [proof]}
    await operations.resolve_grievance(grid, {**await as_it_stands(row), **done})


async def _late() -> None:
    """What was promised long ago: the community is reminded, the station and the centre are told."""
    late = (GrievanceStatus.ASSIGNED, GrievanceStatus.IN_PROGRESS)
    rows = await Grievance.filter(division_id=places()["fengquan"], status__in=late).order_by("resolution_due_at")
    for row in rows[:1]:
        due_at = row.resolution_due_at
        await notices.remind(row, "resolution", "grievance_overdue", due_at)
        for level in (row.division_id[:9], row.division_id[:6]):
            await notices.escalate(row, "resolution", due_at, level)


async def _endpoints(admin: Person) -> None:
    """A robot and a partner's webhook, paused: the demo city writes to nobody outside."""
    robot, hook = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=demo", "https://partner.demo.invalid/events"
    common: dict[str, Any] = {"state": EndpointState.PAUSED, "division_id": places()["fengquan"][:6]}
    await ChatRobot.create(
        **common,
        kind=RobotKind.WECOM,
        name="凤冈县工作群（示例）",
        notices=["grievance_overdue", "grievance_escalated"],
        digest_minutes=10,
        url=crypto.encrypt(robot),
        url_masked="https://qyapi.weixin.qq.com/…demo",
    )
    await Webhook.create(
        **common,
        person_id=admin.id,
        name="小程序（示例）",
        types=["grievance.step"],
        url=crypto.encrypt(hook),
        url_masked="https://partner.demo.invalid/…ents",
        secret=crypto.encrypt("whsec_demo"),
    )

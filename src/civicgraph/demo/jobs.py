"""Work near home in the demo city: the case of 白云社区 within 72 hours, what 虹发包包厂 offers, and people at every stage.

From the facts file: that somebody in 白云社区 was at work cutting bamboo within 72 hours, and that the bag maker of 虹桥社区
hires residents. Employers of the other work, wages, names and times are made up, and say so.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.demo.checklists import actor_of
from civicgraph.demo.facts import places
from civicgraph.demo.firms import NAME, USERNAME
from civicgraph.enterprises.models import Enterprise
from civicgraph.jobs import operations
from civicgraph.jobs.models import Referral, Vacancy
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.scheduler.models import Deadline, DeadlineState

_WORK: list[dict[str, Any]] = [
    {
        "place": "baiyun", "title": "竹料砍伐", "kind": "day_work", "places": 12, "wage_from_fen": 200_00, "wage_to_fen": 260_00,
        "wage_per": "day", "address": "白云乡竹林基地", "hours": "7:00–17:00，下雨不上山", "requirement": "会用砍刀，身体好，60 岁以下。",
        "benefits": "包午饭，来回接送，买意外险",
    },
    {
        "place": "hongqiao", "title": "缝纫工", "kind": "full_time", "places": 8, "wage_from_fen": 3_500_00, "wage_to_fen": 5_000_00,
        "wage_per": "month", "address": "风华镇虹发包包厂", "hours": "8:00–17:30，可接送孩子", "requirement": "会踩缝纫机，不会的厂里教。",
        "benefits": "包午饭，买社保",
    },
    {
        "place": "hongqiao", "title": "箱包手工（领料回家做）", "kind": "at_home", "places": 20, "wage_from_fen": 1_50, "wage_to_fen": 3_00,
        "wage_per": "piece", "address": "风华镇虹发包包厂领料", "hours": "时间自己定", "requirement": "手脚麻利就行，老人、带孩子的都可以。",
        "benefits": "每周结一次",
    },
    {
        "place": "fengquan", "title": "采茶工", "kind": "seasonal", "places": 30, "wage_from_fen": 120_00, "wage_per": "day",
        "address": "凤泉社区茶园", "hours": "6:30–11:30", "requirement": "眼睛好，手快。", "benefits": "按斤另加钱",
    },
    {
        "place": "fengquan", "title": "小区保洁", "kind": "part_time", "places": 2, "wage_from_fen": 1_800_00, "wage_per": "month",
        "address": "凤泉社区", "hours": "早上 6:00–10:00", "requirement": "55 岁以下。",
    },
]  # fmt: skip
_STORIES: tuple[tuple[str, str, str, int, str, tuple[tuple[str, float], ...]], ...] = (
    ("baiyun", "赵大姐", "竹料砍伐", 9 * 24, "砍过竹子，想在家附近做工。", (("taken", 2), ("matched", 20), ("interview", 26), ("started", 68))),
    ("hongqiao", "钱嫂", "缝纫工", 5 * 24, "踩过三年缝纫机。", (("taken", 1), ("matched", 6), ("interview", 8), ("started", 46))),
    ("hongqiao", "孙阿姨", "箱包手工（领料回家做）", 40 * 24, "要带孙子，只能在家做。", (("taken", 3), ("matched", 22), ("started", 51))),
    ("hongqiao", "李师傅", "", 30, "会开叉车。", (("taken", 5),)),
    ("fengquan", "周小妹", "采茶工", 20, "年年采茶。", (("taken", 1), ("matched", 4), ("interview", 6))),
    ("fengquan", "吴大哥", "小区保洁", 80, "早上有空。", (("taken", 4), ("matched", 30))),
    ("fengquan", "郑师傅", "", 3, "会水电，有证。", ()),
    ("fengquan", "王女士", "缝纫工", 60 * 24, "想离家近一点。", (("taken", 8), ("ended", 60))),
)  # fmt: skip
"""Place, name, the work applied for, hours ago, own words, and the hours after which each step came."""
_NOTES = {
    "interview": "请带身份证，到了打门口的电话。",
    "ended": "离家近的缝纫岗位暂时没有，有了先通知您。",
    "matched": "和用工方说好了。",
}


async def load_jobs(staff: dict[str, Person]) -> None:
    """The vacancies, and those who applied."""
    admin, owner = await actor_of(staff["admin"]), await actor_of(await Person.get(username=USERNAME))
    following = {"hongqiao": await actor_of(staff["hongqiao"]), "fengquan": await actor_of(staff["point"])}
    for one in _WORK:
        place = places()[one["place"]]
        maker = await _employer(one["place"], place)
        actor = owner if maker.name == NAME else admin
        given = {**one, "division_code": place, "valid_until": clock.today() + timedelta(days=45)}
        given |= {"credit_code": maker.credit_code}
        given.pop("place")
        with clock.override(clock.now() - timedelta(days=62)):
            row = await operations.create_vacancy(actor, given)
            await operations.publish_vacancy(actor, {"id": row.id, "version": 1})
    await Vacancy.all().update(is_generated=True)
    for story in _STORIES:
        await _tell(following.get(story[0], admin), *story)
    await Referral.all().update(is_generated=True)
    # Nobody is reminded today of what would have been told days ago.
    past = Deadline.filter(subject_type="Referral", state=DeadlineState.PENDING, due_at__lte=clock.now())
    await past.update(state=DeadlineState.FIRED, settled_at=clock.now())


async def _employer(key: str, place: str) -> Enterprise:
    if key == "hongqiao":
        return await Enterprise.get(name=NAME)
    for start in (place, place[:9], place[:6]):
        found = await Enterprise.filter(division_id__startswith=start, is_published=True).order_by("id").first()
        if found is not None:
            return found
    return await Enterprise.get(name=NAME)


async def _tell(
    actor: Actor, key: str, name: str, work: str, hours_ago: int, wish: str, steps: tuple[tuple[str, float], ...]
) -> None:
    begun = clock.now() - timedelta(hours=hours_ago)
    vacancy = await Vacancy.get(title=work) if work else None
    with clock.override(begun):
        answer = await operations.apply_for_job(
            ANONYMOUS,
            {
                "vacancy_id": vacancy.id if vacancy else None, "division_code": places()[key], "contact_name": name,
                "contact_phone": "13900000000", "wish": wish,
            },
        )  # fmt: skip
    row: Referral = answer["referral"]
    for stage, hours in steps:
        at = begun + timedelta(hours=hours)
        given: dict[str, Any] = {"number": row.number, "version": row.version, "stage": stage}
        if stage == "matched" and vacancy:
            given["vacancy_id"] = vacancy.id
        if stage == "interview":
            given["interview_at"] = datetime.combine(at.date() + timedelta(days=1), time(10), clock.CITY_ZONE)
        with clock.override(at):
            row = await operations.move_referral(actor, {**given, "note": _NOTES.get(stage, "")})

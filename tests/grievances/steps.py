"""Taking any step of the workflow with a grievance, and leading one to any state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from tortoise.transactions import in_transaction

from civicgraph import clock, crypto
from civicgraph.grievances import operations, rules
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.models import Grievance, GrievanceStatus, WorkOrder
from civicgraph.grievances.operations.history import check_source, take_by_clock
from civicgraph.grievances.operations.rate_grievance import close_by_clock
from civicgraph.grievances.workflow import TRANSITIONS
from civicgraph.permissions import ANONYMOUS, Actor
from tests.grievances.conftest import words
from tests.support.city import FENGGANG, HONGQIAO, LONGQUAN

_WHY = "要等配件到货"


def in_days(days: int) -> str:
    """A day so many days ahead."""
    return (clock.today() + timedelta(days=days)).isoformat()


STEPS: dict[str, tuple[Any, Callable[[], dict[str, Any]]]] = {
    "accept": (operations.accept_grievance, dict),
    "return": (operations.return_grievance, lambda: {"reason": "请问是几单元？"}),
    "take_answer": (operations.take_grievance_answer, lambda: {"answer": "三单元"}),
    "redirect": (operations.redirect_grievance, lambda: {"body": "遵义供电局", "reason": "属供电设施"}),
    "recall": (operations.recall_grievance, lambda: {"reason": "供电局答复不属其管理"}),
    "transfer": (operations.transfer_grievance, lambda: {"division_code": HONGQIAO, "reason": "地点在虹桥"}),
    "assign": (operations.assign_grievance, lambda: {"team": "水电维修志愿服务队"}),
    "start": (operations.start_grievance, dict),
    "hold": (
        operations.hold_grievance,
        lambda: {"hold_reason": "reporter", "until": in_days(3), "reason": "家中无人"},
    ),
    "resume": (operations.resume_grievance, dict),
    "extend": (operations.extend_grievance, lambda: {"hours": 24, "reason": _WHY}),
    "resolve": (operations.resolve_grievance, lambda: {"outcome": "换了灯泡"}),
    "verify": (operations.verify_grievance, dict),
    "send_back": (operations.send_back_grievance, lambda: {"reason": "灯还是不亮"}),
    "reopen": (operations.reopen_grievance, lambda: {"reason": "灯又坏了"}),
    "change_level": (
        operations.change_grievance_level,
        lambda: {"urgency": "urgent", "reason": "老人摔了一跤"},
    ),
    "take_over": (operations.take_over_grievance, lambda: {"reason": "社区办不了"}),
    "advise": (operations.advise_on_grievance, lambda: {"advice": "先接临时照明"}),
    "whistle": (
        operations.call_departments,
        lambda: {
            "division_code": FENGGANG,
            "departments": "住建局\n城市管理局",
            "answer_by": (clock.now() + timedelta(hours=8)).isoformat(),
            "reason": "路灯归属不清",
        },
    ),
    "report_in": (operations.report_in, dict),
    "answer": (operations.answer_call, lambda: {"answer": "明天派人更换"}),
    "list_shortfall": (
        operations.list_shortfall,
        lambda: {"body": "区住建局", "reason": "要等片区改造", "review_on": in_days(30)},
    ),
    "review": (
        operations.review_shortfall,
        lambda: {"body": "区住建局", "reason": "已列入计划", "review_on": in_days(60)},
    ),
    "finish_part": (operations.finish_grievance_part, lambda: {"words": "梯子已送到"}),
    "tag": (operations.tag_grievance, lambda: {"add": "汛期"}),
    "comment": (operations.comment_on_grievance, lambda: {"note": "已联系物业"}),
    "redact": (operations.redact_grievance, lambda: {"words": "楼道灯", "reason": "有他人的姓名"}),
    "set_visibility": (operations.set_grievance_visibility, lambda: {"is_public": False, "reason": "有门牌号"}),
}
"""Steps of the staff: the operation, and what it asks for. `merge` asks for another grievance, see `take`."""

RESTORE = (operations.restore_grievance, lambda: {"position": 1, "reason": "弄错了"})
"""Only what was taken out can be put back, so it is no step that can be taken from every state."""

REPORTERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "resubmit": (operations.resubmit_tracked_grievance, {"answer": "三单元"}),
    "rate": (operations.rate_tracked_grievance, {"is_solved": True, "stars": 5, "words": "很快"}),
    "withdraw": (operations.withdraw_tracked_grievance, {}),
}
"""Steps of the reporter."""

SECRET = "ABCDEF-GHJKLM-NPQRST"


async def take(actor: Actor, verb: str, row: Grievance, **values: Any) -> Grievance:
    """Take a step with the row as it now stands."""
    fresh = await Grievance.get(id=row.id)
    if verb == "close":
        return await _by_clock(fresh)
    done: Grievance
    if verb in REPORTERS:
        operation, given = REPORTERS[verb]
        done = await operation(ANONYMOUS, {"number": fresh.number, "secret": SECRET, **given, **values})
        return done
    if verb == "merge":
        operation, given = operations.merge_grievance, {"into": values.get("into") or await _earlier()}
    else:
        operation, make = {**STEPS, "restore": RESTORE}[verb]
        if verb == "finish_part" and rules.may_dispatch(actor, fresh):
            await WorkOrder.create(grievance_id=row.id, person_id=actor.person_id, ordered_at=clock.now())
        given = make()
    if verb in ("report_in", "answer"):
        given["call"] = values.get("call") or (await _call(fresh)).id
    done = await operation(actor, {"number": fresh.number, "version": fresh.version, **given, **values})
    return done


async def _by_clock(row: Grievance) -> Grievance:
    check_source(row, "close")
    async with in_transaction():
        taken = await take_by_clock("close", row.id)
        assert taken is not None
        return await close_by_clock(taken)


async def _call(row: Grievance) -> GrievanceCall:
    """A department of the subdistrict, called to the grievance and not heard of yet."""
    due_at = clock.now() + timedelta(hours=8)
    facts = {"grievance_id": row.id, "division_id": LONGQUAN, "called_at": clock.now(), "answer_due_at": due_at}
    return await GrievanceCall.create(department="综合执法队", **facts)


async def _earlier() -> str:
    """The number of a report of the same, made now."""
    made = await operations.file_grievance(ANONYMOUS, words())
    number: str = made["grievance"].number
    return number


async def know_secret(row: Grievance) -> Grievance:
    """Give a grievance the secret that `take` uses for its reporter."""
    row.secret_hash = crypto.token_hash(rules.typed_secret(SECRET))
    await row.save(update_fields=["secret_hash"])
    return row


@cache
def ways() -> Mapping[GrievanceStatus, tuple[str, ...]]:
    """The shortest way from a report to each status, by the table of transitions."""
    found: dict[GrievanceStatus, tuple[str, ...]] = {GrievanceStatus.SUBMITTED: ()}
    waiting = [GrievanceStatus.SUBMITTED]
    for status in waiting:
        for verb, transition in TRANSITIONS.items():
            target = transition.target
            if target is not None and status in transition.sources and target not in found:
                found[target] = (*found[status], verb)
                waiting.append(target)
    return found


async def lead_to(actor: Actor, row: Grievance, status: GrievanceStatus, checker: Actor | None = None) -> Grievance:
    """Take the steps that lead to a status; what somebody else has to check, the checker does."""
    await know_secret(row)
    for verb in ways()[status]:
        row = await take(checker or actor if verb == "verify" else actor, verb, row)
    return row

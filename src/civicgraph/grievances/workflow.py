"""The workflow 办理流程 of a grievance: one table of states and steps. Pure.

Operations, pages, `docs/grievance-workflow.md` with its diagram, and the test that walks every step
and every forbidden one are made from `TRANSITIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from civicgraph.grievances.models import GrievanceStatus
from civicgraph.i18n import N_

_S = GrievanceStatus

OPEN = (_S.SUBMITTED, _S.ACCEPTED, _S.ASSIGNED, _S.IN_PROGRESS, _S.ON_HOLD, _S.REOPENED)
"""Still to be resolved, against a promised time."""
DONE = (_S.RESOLVED, _S.VERIFIED, _S.CLOSED)
"""What was asked for is done."""
ENDED = (_S.RETURNED, _S.REDIRECTED, _S.MERGED, _S.WITHDRAWN)
"""Nothing is to be done here: asked back, another body's, part of another grievance, or withdrawn."""
JOINED_WITH = (*OPEN, _S.SHORTFALL)
"""What another report of the same problem can be joined with: somebody deals with it."""
TOLD_TO_JOINED = (_S.RETURNED, _S.REDIRECTED, _S.RESOLVED, _S.REOPENED, _S.SHORTFALL)
"""Where it comes to, those are told whose reports were joined with it."""
UNFINISHED = (*OPEN, _S.RETURNED, _S.SHORTFALL)
"""What somebody still has to do something about: neighbours read of it as not done yet."""
EVERY = tuple(GrievanceStatus)
RARE = tuple(one for one in EVERY if one not in (*OPEN, _S.CLOSED))
"""Where few stand, for a while or for good: a place's are found by an index of their own."""
NEEDING_CONTACT = (*OPEN, _S.RESOLVED, _S.VERIFIED, _S.SHORTFALL)
"""Something is still to be said to the reporter, or asked."""
_HANDED_OUT = (_S.ACCEPTED, _S.ASSIGNED, _S.IN_PROGRESS)

MAX_HOLD = timedelta(days=60)
"""So long may work rest at most; what takes longer belongs on the shortfall list."""
MAX_REOPENINGS = 2
"""Whatever is opened again for this time goes on the shortfall list, for all to see."""
REOPEN_WITHIN = timedelta(days=42)
"""Until when it can be said that it is not solved: two weeks after the question that comes after four."""
ASK_AFTER = timedelta(days=1)
"""When the reporter is asked to rate, if they did not by themselves."""
ASK_AGAIN_AFTER = timedelta(days=28)
"""When the reporter is asked whether it is really, lastingly solved."""
CLOSE_AFTER = timedelta(days=7)
"""When a resolved grievance is closed by itself, if its reporter says nothing."""
MAX_REVIEW = timedelta(days=92)
"""A shortfall is looked at again within this time, a quarter of a year."""


class Needs(Enum):
    """Who may take a step."""

    ANYONE = "everyone, with or without an account"
    DISPATCHER = "a grant to dispatch over the division"
    SUPERIOR = "a grant to dispatch over the level above"
    WORKER = "whoever leads the work on it (a person, or the members of a team), or a dispatcher"
    HELPER = "whoever has a part in it, leading or helping, or a dispatcher"
    CALLED = "a member of the called department's team, or a grant to dispatch over its level"
    CHECKER = "a worker or dispatcher of the place who did not resolve it"
    REPORTER = "the number and the tracking secret"
    RULE = "nobody: it follows from another report's withdrawal"
    DANGER = "nobody: it follows from words of its reporter that tell of danger"
    CLOCK = "nobody: the scheduler, when its time has come"


class Clock(Enum):
    """What a step does to one of the two clocks, of the first response and of the resolution."""

    START = "starts"
    RESTART = "starts anew"
    STOP = "stops"
    PAUSE = "stands still, if what was promised allows it for the reason"
    RUN = "runs again"
    MORE = "has more time"
    RECOUNT = "is counted anew under the new promise, rests remembered"


@dataclass(frozen=True)
class Transition:
    """A step that can be taken: from where, to where (None: it stays), by whom, and why not otherwise."""

    term: str
    """In Chinese, as the city says it."""
    sources: tuple[GrievanceStatus, ...]
    target: GrievanceStatus | None
    needs: Needs
    refusal: str = ""
    asks: str = ""
    """What must be given, in words for the documentation."""
    response: Clock | None = None
    resolution: Clock | None = None
    public: str = ""
    """What the public sees of it, in words for the documentation."""
    also: Mapping[GrievanceStatus, str] = field(default_factory=dict)
    """Other targets, and when they are reached."""


TRANSITIONS: Mapping[str, Transition] = {
    "submit": Transition(
        "提交", (), _S.SUBMITTED, Needs.ANYONE,
        asks="what, and in which community",
        response=Clock.START, resolution=Clock.START,
        public="the masked text, the place, both promised times",
    ),
    "accept": Transition(
        "受理", (_S.SUBMITTED, _S.REOPENED), _S.ACCEPTED, Needs.DISPATCHER,
        N_("This grievance has been accepted already."),
        response=Clock.STOP, public="the office's words",
    ),
    "return": Transition(
        "退回", (_S.SUBMITTED, _S.ACCEPTED), _S.RETURNED, Needs.DISPATCHER,
        N_("Only what nobody works on yet can be returned with questions."),
        asks="a reason", response=Clock.STOP, resolution=Clock.STOP, public="the reason",
    ),
    "resubmit": Transition(
        "补充提交", (_S.RETURNED,), _S.SUBMITTED, Needs.REPORTER,
        N_("Nobody asks you anything at the moment."),
        asks="the reporter's answer", response=Clock.RESTART, resolution=Clock.RESTART,
        public="the masked answer, new promised times",
    ),
    "take_answer": Transition(
        "代录答复", (_S.RETURNED,), _S.SUBMITTED, Needs.DISPATCHER,
        N_("Nobody is asked anything at the moment."),
        asks="what the reporter answered, by telephone for instance", response=Clock.RESTART, resolution=Clock.RESTART,
        public="the masked answer, new promised times",
    ),
    "redirect": Transition(
        "转办", (_S.SUBMITTED, _S.ACCEPTED, _S.ASSIGNED, _S.REOPENED), _S.REDIRECTED, Needs.DISPATCHER,
        N_("Only what nobody works on yet can be passed to another body."),
        asks="the body and a reason", response=Clock.STOP, resolution=Clock.STOP, public="the body and the reason",
    ),
    "recall": Transition(
        "收回转办", (_S.REDIRECTED,), _S.ACCEPTED, Needs.DISPATCHER,
        N_("Only what was passed to another body can be taken back."),
        asks="a reason", resolution=Clock.RUN,
        public="that it is dealt with here after all, and why; the promised time stays",
    ),
    "transfer": Transition(
        "移交", (_S.SUBMITTED, *_HANDED_OUT, _S.REOPENED), _S.SUBMITTED, Needs.DISPATCHER,
        N_("Only an open grievance can be handed to another community."),
        asks="another community and a reason", public="the new place and the reason; the promised times stay",
    ),
    "merge": Transition(
        "并案", (_S.SUBMITTED, *_HANDED_OUT, _S.REOPENED), _S.MERGED, Needs.DISPATCHER,
        N_("Only an open grievance can be joined with an earlier one."),
        asks="the number of an earlier one that is open or a shortfall", response=Clock.STOP, resolution=Clock.STOP,
        public="which one it was joined with",
    ),
    "take_place": Transition(
        "接续办理", (_S.MERGED,), _S.SUBMITTED, Needs.RULE,
        response=Clock.RESTART, resolution=Clock.RESTART,
        public="that the report it was joined with was withdrawn, new promised times",
    ),
    "assign": Transition(
        "派单", (_S.SUBMITTED, *_HANDED_OUT, _S.REOPENED), _S.ASSIGNED, Needs.DISPATCHER,
        N_("This grievance is not open, there is nobody to assign it to."),
        asks="who leads, a person or a team; who helps", response=Clock.STOP, public="the team and the office's words",
    ),
    "start": Transition(
        "开始办理", (_S.ACCEPTED, _S.ASSIGNED, _S.REOPENED), _S.IN_PROGRESS, Needs.WORKER,
        N_("Work can start once the grievance is accepted, and only once."),
        response=Clock.STOP, public="that work has begun",
    ),
    "hold": Transition(
        "挂起", _HANDED_OUT, _S.ON_HOLD, Needs.WORKER,
        N_("Only what is accepted and not resolved can rest."),
        asks="one of the reasons, a date and words", resolution=Clock.PAUSE, public="the reason and the date",
    ),
    "resume": Transition(
        "恢复办理", (_S.ON_HOLD,), _S.IN_PROGRESS, Needs.WORKER,
        N_("This grievance does not rest."),
        resolution=Clock.RUN, public="that work goes on; at its date the clock takes this step by itself",
    ),
    "extend": Transition(
        "延期", (_S.SUBMITTED, *_HANDED_OUT, _S.REOPENED), None, Needs.SUPERIOR,
        N_("Only an open grievance that does not rest can be given more time."),
        asks="how many hours more, and a reason", resolution=Clock.MORE, public="the reason and the new promised time",
    ),
    "resolve": Transition(
        "办结", (*_HANDED_OUT, _S.SHORTFALL), _S.RESOLVED, Needs.WORKER,
        N_("A grievance can be resolved once it is accepted, and only once."),
        asks="what was done", resolution=Clock.STOP, public="what was done",
    ),
    "verify": Transition(
        "核实", (_S.RESOLVED,), _S.VERIFIED, Needs.CHECKER,
        N_("Only what was resolved can be checked, and only once."),
        public="that somebody else has looked at it on the spot",
    ),
    "send_back": Transition(
        "退回重办", (_S.RESOLVED,), _S.IN_PROGRESS, Needs.CHECKER,
        N_("Only what was resolved can be sent back to work."),
        asks="a reason", resolution=Clock.RUN, public="the reason; the promised time stays",
    ),
    "rate": Transition(
        "评价", DONE, _S.CLOSED, Needs.REPORTER,
        N_("You can say so once the problem is reported as resolved."),
        asks="whether it is solved; stars and words as one likes",
        public="stars and the masked words",
        also={_S.REOPENED: "not solved", _S.SHORTFALL: "not solved, for the second time"},
    ),
    "close": Transition(
        "自动结案", (_S.RESOLVED, _S.VERIFIED), _S.CLOSED, Needs.CLOCK,
        public=f"that {CLOSE_AFTER.days} days have passed without a word of the reporter; what they write is answered first",
    ),
    "reopen": Transition(
        "重新办理", DONE, _S.REOPENED, Needs.DISPATCHER,
        N_("Only what was resolved can be opened again."),
        asks="a reason", response=Clock.RESTART, resolution=Clock.RESTART, public="the reason, new promised times",
        also={_S.SHORTFALL: "the second time"},
    ),
    "list_shortfall": Transition(
        "列入短板清单", (*_HANDED_OUT, _S.ON_HOLD, _S.REOPENED), _S.SHORTFALL, Needs.DISPATCHER,
        N_("Only what is accepted and not resolved can go on the shortfall list."),
        asks="the body in charge, why it cannot be done now, the date of the next look",
        response=Clock.STOP, resolution=Clock.STOP, public="body, reason and date, on the public shortfall list",
    ),
    "review": Transition(
        "短板复核", (_S.SHORTFALL,), None, Needs.DISPATCHER,
        N_("Only what stands on the shortfall list can be reviewed."),
        asks="how it stands and the date of the next look", public="both",
    ),
    "change_level": Transition(
        "改级", OPEN, None, Needs.DISPATCHER,
        N_("Only an open grievance can get another level or category."),
        asks="another level or category, and a reason",
        response=Clock.RECOUNT, resolution=Clock.RECOUNT, public="the reason and the new promised times",
    ),
    "take_over": Transition(
        "提级办理", (_S.SUBMITTED, *_HANDED_OUT, _S.REOPENED), _S.ASSIGNED, Needs.SUPERIOR,
        N_("Only an open grievance that does not rest can be taken over."),
        asks="a reason", response=Clock.STOP, public="that the level above works on it, and why",
    ),
    "advise": Transition(
        "督办指导", (*OPEN, _S.SHORTFALL), None, Needs.SUPERIOR,
        N_("Advice is for what is not resolved yet."),
        asks="the advice, for those who work on it",
    ),
    "whistle": Transition(
        "吹哨", (*OPEN, _S.SHORTFALL), None, Needs.DISPATCHER,
        N_("Departments are called to what is not resolved yet."),
        asks="the departments, of which level, what for, and by when they answer",
        public="which departments are called, what for, and by when they answer",
    ),
    "report_in": Transition(
        "报到", (*OPEN, _S.SHORTFALL), None, Needs.CALLED,
        N_("Departments report in to what is not resolved yet."),
        asks="which call", public="that the department has reported in",
    ),
    "answer": Transition(
        "回复", (*OPEN, _S.SHORTFALL), None, Needs.CALLED,
        N_("Departments answer to what is not resolved yet."),
        asks="which call, and the answer", public="the department's answer",
    ),
    "withdraw": Transition(
        "撤回", (*OPEN, _S.RETURNED, _S.SHORTFALL, _S.MERGED), _S.WITHDRAWN, Needs.REPORTER,
        N_("Only what is not resolved yet can be withdrawn."),
        response=Clock.STOP, resolution=Clock.STOP,
        public="that it was withdrawn; the oldest report that was joined with it takes its place",
    ),
    "finish_part": Transition(
        "协办完成", (*_HANDED_OUT, _S.ON_HOLD, _S.REOPENED), None, Needs.HELPER,
        N_("Only while the work goes on can a part of it be reported as done."),
        asks="words among staff; the whole stays open until its lead resolves it",
    ),
    "tag": Transition("标记", EVERY, None, Needs.HELPER, asks="words by which staff find it again"),
    "alarm": Transition(
        "险情", EVERY, None, Needs.DANGER,
        public="that its reporter tells of danger to people; they read whom to call at once",
    ),
    "comment": Transition("留言", EVERY, None, Needs.HELPER, asks="words", public="the words, if they are public"),
    "set_visibility": Transition(
        "公开设置", EVERY, None, Needs.DISPATCHER,
        asks="a reason among staff, to hide it and to publish it again",
        public="who follows it: that it is hidden, and nothing else",
    ),
    "redact": Transition(
        "遮盖", EVERY, None, Needs.DISPATCHER,
        asks="the words, and a reason", public="a mark instead of the words, the office and the reason",
    ),
    "restore": Transition(
        "恢复", EVERY, None, Needs.DISPATCHER, asks="the mark's number, and a reason", public="the words, and the reason",
    ),
    "export_data": Transition("导出本人信息", EVERY, None, Needs.REPORTER),
    "erase_data": Transition("删除本人信息", EVERY, None, Needs.REPORTER, asks="that one is sure"),
    "reveal_contact": Transition("查看联系方式", EVERY, None, Needs.WORKER),
}  # fmt: skip
"""Everything that can be done with a grievance. Operations and pages ask here."""


def after_reopening(count: int) -> GrievanceStatus:
    """Where a grievance stands that is opened again for the `count`th time."""
    return _S.SHORTFALL if count >= MAX_REOPENINGS else _S.REOPENED

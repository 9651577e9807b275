"""The messages that there are, by the name of their template, and the placeholders that the city's words may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from civicgraph import settings
from civicgraph.i18n import N_
from civicgraph.web.formats import day, label, lasting

STAFF_MESSAGES = {
    "grievance_assigned": N_("Work assigned"),
    "grievance_helping": N_("Asked to help"),
    "grievance_mentioned": N_("Named in a note"),
    "grievance_written": N_("The reporter wrote"),
    "grievance_unheard": N_("The reporter wrote, and nobody has answered"),
    "grievance_danger": N_("The reporter tells of danger"),
    "grievance_part_done": N_("A part is done"),
    "grievance_soon": N_("Reminder before a promised time"),
    "grievance_advice": N_("Advice of the level above"),
    "grievance_taken_over": N_("Taken over by the level above"),
    "grievance_relieved": N_("Work that is somebody else’s now"),
    "grievance_sent_back": N_("Sent back to work"),
    "grievance_ended": N_("Work that is over: withdrawn, joined or passed on"),
    "grievance_called": N_("A department is called"),
    "grievance_answered": N_("A called department has answered"),
    "grievance_unanswered": N_("A called department has not answered"),
    "grievance_overdue": N_("Reminder of an overdue grievance"),
    "grievance_escalated": N_("Overdue, told to the level above"),
    "grievance_shared": N_("Many have the same problem"),
    "grievance_received": N_("Call for an urgent grievance"),
    "report_held": N_("A report without a place"),
    "report_unplaced": N_("Danger that nobody has placed yet"),
    "reports_waiting": N_("Reports wait longer than a working day"),
    "grievance_resumed": N_("A rest is over"),
    "grievance_review": N_("A shortfall to be looked at again"),
    "grievance_check": N_("Something to be checked on the spot"),
    "grievance_reopened": N_("Opened again"),
    "grievance_listed": N_("On the shortfall list, since it is still not solved"),
    "milestone_soon": N_("A milestone of an investment project in a week"),
    "milestone_due": N_("A milestone of an investment project is due today"),
    "milestone_late": N_("A milestone of an investment project is late"),
    "one_thing_work": N_("A step of an enterprise’s case"),
    "job_referral": N_("Somebody who looks for work"),
    "finding_soon": N_("A finding or opinion is to be seen to in three days"),
    "finding_late": N_("A finding or opinion is late"),
    "policy_objection": N_("An enterprise objects to a grant"),
    "policy_used_up": N_("The budget of a policy is used up"),
    "listing_submitted": N_("A draft waits to be looked over"),
    "listing_returned": N_("A draft is given back"),
    "listing_published": N_("A draft is published"),
    "booking_call": N_("Somebody is to be called about a booking"),
}
"""To members of staff, and to the robots of their groups."""
RESIDENT_MESSAGES = {
    "grievance_step": N_("News of a report"),
    "grievance_followed": N_("News of a report that is followed"),
    "grievance_hidden": N_("A report that is followed is not public any more"),
    "grievance_joined": N_("News of a report that was joined with another"),
    "grievance_rating": N_("Question how it was"),
    "grievance_aftercare": N_("Question whether it is lastingly solved"),
    "grievance_heard": N_("How to say that it is not solved"),
    "report_dropped": N_("A report that was not taken on"),
    "mail_received": N_("Answer to a letter"),
    "follow_confirm": N_("Question whether an address is right"),
    "policy_grant": N_("A policy’s grant to an enterprise"),
    "one_thing_step": N_("News of an enterprise’s case"),
    "booking_step": N_("News of a registration"),
    "booking_fewer": N_("Places are free for fewer people than one waits for"),
    "booking_reminder": N_("Reminder of what one registered for"),
    "booking_changed": N_("What one registered for has changed"),
    "booking_postponed": N_("What one registered for is postponed"),
    "booking_suspended": N_("The service that one registered for rests"),
    "booking_resumed": N_("The service that one registered for is there again"),
    "booking_reinstated": N_("What one registered for takes place after all"),
    "booking_called_off": N_("What one registered for does not take place"),
    "booking_message": N_("What the organiser writes to all who come"),
    "job_step": N_("News of an application for work"),
    "product_inquiry": N_("A buyer’s inquiry about a product"),
    "claim_code": N_("Code by which an enterprise claims its entry of the register"),
}
"""To residents, and to the contacts of enterprises."""
MESSAGES = {**STAFF_MESSAGES, "digest": N_("Several notices in one message"), **RESIDENT_MESSAGES}
"""What the templates of messages are about; one without words shows its name."""


@dataclass(frozen=True)
class Placeholder:
    """A value that the city's own words may name: what it is, how it is written, and an example for the preview."""

    words: str
    example: Any
    show: Callable[[Any], str] = str


def _address(link: str) -> str:
    return settings.current().base_url.rstrip("/") + link


_MOMENT = "2026-05-28T04:00:00+00:00"
PLACEHOLDERS = {
    "number": Placeholder(N_("Its number"), "ZY-0528-7F3K"),
    "category": Placeholder(N_("What it is about"), "楼道与路灯照明"),
    "place": Placeholder(N_("The community"), "凤泉社区"),
    "urgency": Placeholder(N_("Its level"), "urgent", lambda value: label(value, "Urgency")),
    "status": Placeholder(N_("Where it stands"), "on_hold", lambda value: label(value, "GrievanceStatus")),
    "due_at": Placeholder(N_("The promised time"), _MOMENT, lasting),
    "response_due_at": Placeholder(N_("Promised time of the first response"), _MOMENT, lasting),
    "resolution_due_at": Placeholder(N_("Promised time of the resolution"), _MOMENT, lasting),
    "hold_until": Placeholder(N_("Until when it rests"), _MOMENT, lasting),
    "review_at": Placeholder(N_("When it is looked at again"), _MOMENT, lasting),
    "body": Placeholder(N_("Body in charge"), "区住房和城乡建设局"),
    "by_line": Placeholder(N_("The office that did it"), "凤泉社区联络点"),
    "note": Placeholder(N_("Words of the office"), "灯具已订货，周五更换。"),
    "count": Placeholder(N_("How many have the same problem"), 12),
    "earlier": Placeholder(N_("Number of the earlier report"), "ZY-0527-2C9M"),
    "project": Placeholder(N_("Name of the investment project"), "锂电池正极材料生产线"),
    "milestone": Placeholder(N_("What is to be done"), "办完用地手续"),
    "due_on": Placeholder(N_("By which day"), "2026-06-30", day),
    "name": Placeholder(N_("What one registered for"), "美术馆之夜 · 手绘帆布包"),
    "starts_at": Placeholder(N_("When it begins"), _MOMENT, lasting),
    "offered_until": Placeholder(N_("Until when the place is kept"), _MOMENT, lasting),
    "people": Placeholder(N_("For how many people"), 2),
    "position": Placeholder(N_("Turn on the waiting list"), 3),
    "words": Placeholder(N_("What the organiser writes"), "请从东门进。"),
    "link": Placeholder(N_("Address of the page"), "/grievances/ZY-0528-7F3K", _address),
}
EXAMPLES = {
    **{key: one.example for key, one in PLACEHOLDERS.items()},
    "category_en": "Corridor and street lighting",
    "place_en": "Fengquan",
    "promise": "resolution",
    "act": "",
    "is_cut": False,
    "asks_where": False,
    "is_silent": True,
    "is_public": True,
    "reopen_until": _MOMENT,
    "is_dangerous": True,
    "danger": "有危险，请先拨打 119（火警）。",
    "state": "objection",
    "department": "县供电局",
    "title": "稳岗返还",
    "title_en": "Job stabilisation subsidy",
    "enterprise": "虹发包包厂",
    "amount_fen": 2_600_000,
    "before_fen": 1_800_000,
    "left_fen": 50_000,
    "owner": "市人力资源和社会保障局",
    "phone": "12333",
    "until": "2026-06-05",
    "days": 7,
    "off_reason": "电梯检修，约两周。",
    "reason": "同一时期已享受同类补贴",
    "free": 1,
    "alike": ["ZY-0528-2C9M"],
    "about": "moved_up",
    "office": "区消防救援大队",
    "lost": 0,
    "stage": "step_done",
    "step": "食品经营许可",
    "step_en": "Food licence",
    "window": "县政务大厅一件事综合窗口",
    "got": "食品经营许可证",
    "code": "7F3KQ2MX",
    "inquiry": "想每月订一批，请问价格和发货时间。",
    "quantity": "500 斤",
    "buyer": "林女士",
    "answer_to": "buyer@example.cn",
    "minutes": 15,
    "venue": "凤冈美术馆",
    "page": "/events/20260528-7f3k",
    "items": [
        {"subject": "到期提醒：楼道与路灯照明 ZY-0528-7F3K", "text": "今天 12:00 前要办好。", "link": ""},
        {"subject": "派给您的诉求：燃气 ZY-0528-2C9M", "text": "半小时内要答复。", "link": ""},
    ],
}
"""Values of the preview, by the names that the templates use."""
_BOOKING_EXAMPLES = {"number": "K7F3Q2", "state": "confirmed", "phone": "0851-23456", "venue": "凤冈美术馆"}
_JOB_EXAMPLES: dict[str, Any] = {
    **{"number": "T493QZFA", "stage": "interview", "work": "缝纫工", "phone": "0851-23456", "is_above": False},
    **{"address": "虹桥社区工业园 2 栋", "interview_at": _MOMENT},
}


def examples(name: str) -> dict[str, Any]:
    """The values of a message's preview."""
    own: dict[str, dict[str, Any]] = {"booking": _BOOKING_EXAMPLES, "job": _JOB_EXAMPLES}
    return {**EXAMPLES, **own.get(name.partition("_")[0], {})}


BLOCKS = {
    "headline": N_("The subject that fits the case"),
    "what": N_("The sentence that fits the case"),
    "danger": N_("Whom to call at once, where there is danger"),
    "where": N_("When and where it is, and whom to ask"),
    "own": N_("The line with the address of one’s own page"),
    "seen": N_("The line with the address of its page"),
    "many": N_("How many notices it holds"),
    "first": N_("Subject of the first notice"),
    "notices": N_("The notices, one after another"),
    "how_often": N_("Where one says how often one is written to"),
}
"""Parts of the templates that depend on the case, offered whole."""
NEEDED = {
    **dict.fromkeys(("booking_step", "booking_reminder", "booking_changed", "booking_postponed"), "own"),
    **dict.fromkeys(("booking_suspended", "booking_resumed", "booking_reinstated"), "own"),
    **dict.fromkeys(("booking_fewer", "booking_message", "job_step"), "own"),
    "booking_called_off": "seen",
    "product_inquiry": "what",
    "mail_received": "danger",
}
"""What the city's own words of a message must not leave out: how a place is given back, whom to call in danger."""

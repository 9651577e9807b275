"""The rules of a grievance once more, in plain Python and written apart: what random histories are compared with.

Nothing of `workflow`, `rules` or `clocks` is imported. A step that stands in the table and not here fails the test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

FENGQUAN, HONGQIAO = "520327001901", "520323104001"
WORKERS = {"worker": FENGQUAN, "second": FENGQUAN}
DISPATCHERS = {
    "dispatcher": FENGQUAN,
    "station": "520327001",
    "county": "520327",
    "elsewhere": "520323",
}
MEMBERS = {"bureau": "520327", "outsider": "520323"}
"""Grid workers of whole counties who belong to a team and are given no work."""
STAFF = (*WORKERS, *DISPATCHERS, *MEMBERS)
TEAMS = {"城市管理局": ("520327", ("bureau", "outsider")), "巡逻队": (FENGQUAN, ("worker", "outsider"))}
"""Departments with people here: where they are, and who belongs to them."""
PROMISES = {
    "critical": (timedelta(minutes=30), timedelta(hours=4)),
    "urgent": (timedelta(hours=2), timedelta(hours=24)),
    "general": (timedelta(hours=24), timedelta(hours=72)),
}
"""First response and resolution, round the clock. What counts office hours has laws of its own (`test_clocks`)."""

_BEING_DONE = "accepted assigned in_progress"
_OPEN = f"submitted {_BEING_DONE} on_hold reopened"
_SOLVED = "resolved verified closed"
_ALL = f"{_OPEN} {_SOLVED} returned redirected merged withdrawn shortfall"

STEPS: dict[str, tuple[str, str, str]] = {
    "accept": ("dispatcher", "submitted reopened", "accepted"),
    "return": ("dispatcher", "submitted accepted", "returned"),
    "take_answer": ("dispatcher", "returned", "submitted"),
    "redirect": ("dispatcher", "submitted accepted assigned reopened", "redirected"),
    "recall": ("dispatcher", "redirected", "accepted"),
    "transfer": ("dispatcher", f"submitted {_BEING_DONE} reopened", "submitted"),
    "merge": ("dispatcher", f"submitted {_BEING_DONE} reopened", "merged"),
    "take_place": ("first", "merged", "submitted"),
    "assign": ("dispatcher", f"submitted {_BEING_DONE} reopened", "assigned"),
    "start": ("worker", "accepted assigned reopened", "in_progress"),
    "hold": ("worker", _BEING_DONE, "on_hold"),
    "resume": ("worker", "on_hold", "in_progress"),
    "extend": ("superior", f"submitted {_BEING_DONE} reopened", ""),
    "resolve": ("worker", f"{_BEING_DONE} shortfall", "resolved"),
    "verify": ("checker", "resolved", "verified"),
    "send_back": ("checker", "resolved", "in_progress"),
    "reopen": ("dispatcher", _SOLVED, "reopened"),
    "list_shortfall": ("dispatcher", f"{_BEING_DONE} on_hold reopened", "shortfall"),
    "review": ("dispatcher", "shortfall", ""),
    "change_level": ("dispatcher", _OPEN, ""),
    "take_over": ("superior", f"submitted {_BEING_DONE} reopened", "assigned"),
    "advise": ("superior", f"{_OPEN} shortfall", ""),
    "whistle": ("dispatcher", f"{_OPEN} shortfall", ""),
    "report_in": ("called", f"{_OPEN} shortfall", ""),
    "answer": ("called", f"{_OPEN} shortfall", ""),
    "finish_part": ("helper", f"{_BEING_DONE} on_hold reopened", ""),
    "tag": ("helper", _ALL, ""),
    "restore": ("dispatcher", _ALL, ""),
    "comment": ("helper", _ALL, ""),
    "redact": ("dispatcher", _ALL, ""),
    "set_visibility": ("dispatcher", _ALL, ""),
    "resubmit": ("reporter", "returned", "submitted"),
    "rate": ("reporter", _SOLVED, "closed"),
    "withdraw": ("reporter", f"{_OPEN} returned shortfall merged", "withdrawn"),
    "close": ("clock", "resolved verified", "closed"),
}
"""Who, from where, to where (empty: it stays)."""
ELSEWHERE = {
    "submit": "every history begins with it",
    "alarm": "follows from words of danger: test_danger_everywhere",
    "reveal_contact": "changes nothing: tests of its own",
    "export_data": "changes nothing: tests of its own",
    "erase_data": "changes no state: tests of its own",
}
UNWALKED = {
    "file_grievance": "every history begins with it",
    **dict.fromkeys(("export_tracked_data", "reveal_grievance_contact"), "changes nothing"),
    "find_reports_of_same_person": "changes nothing: test_same_person",
    "tell_where": "before there is a grievance: test_held",
    "erase_held_report": "before there is a grievance: test_retention",
    "erase_tracked_data": "takes the contact away and changes no state: test_retention",
    **dict.fromkeys(
        ("follow_grievance", "follow_tracked_grievance", "confirm_following", "unfollow_grievance"),
        "about an address, not about the grievance: test_following",
    ),
    "put_promise_right": "moves times alone, by the calendar: test_promises",
    "add_to_tracked_grievance": "goes the way of `resubmit` and `comment`, which are walked: test_words",
    "support_grievance": "counts who has the same problem: test_following",
    **dict.fromkeys(("release_report", "drop_report"), "before there is a grievance: test_intake"),
    "reveal_held_contact": "before there is a grievance: test_held",
    **dict.fromkeys(
        ("publish_grievance_photo", "hide_grievance_photo", "blur_grievance_photo"),
        "about a photo: test_intake",
    ),
    **dict.fromkeys(
        ("save_grievance_filter", "forget_grievance_filter", "create_ready_text", "update_ready_text"),
        "about the desk: test_desk",
    ),
    **dict.fromkeys(("create_team", "update_team"), "about teams: test_desk"),
    **dict.fromkeys(("set_urgency_policy", "remove_urgency_policy"), "for new grievances only: test_promises"),
    **dict.fromkeys(
        ("change_category", "add_category", "close_category", "open_category"),
        "for new grievances only: test_categories",
    ),
    "answer_by_letter": "the same steps as on the tracking page: test_letters",
}
"""Operations of the room that no history takes, and why."""
_ANSWERING = {"accept", "return", "redirect", "merge", "assign", "start", "list_shortfall", "withdraw", "take_over"}
_SILENT = {"comment", "set_visibility", "advise", "finish_part", "tag"}
"""What the public reads nothing of."""
ANSWERS = ("done", "forbidden", "unknown", "unavailable")


def _at_eight(moment: datetime) -> datetime:
    """Eight in the morning in China of the day of a moment."""
    local = moment.astimezone(timezone(timedelta(hours=8)))
    return local.replace(hour=8, minute=0, second=0, microsecond=0)


@dataclass
class Call:
    """A department that was called."""

    over: str
    team: str
    """Empty: its level alone speaks for it."""
    called: datetime
    due: datetime
    has_come: bool = False
    has_answered: bool = False
    is_awaited: bool = True

    def is_spoken_for_by(self, actor: str) -> bool:
        """Whether the actor belongs to its team, or dispatches for its level."""
        over = DISPATCHERS.get(actor)
        return self.is_by_team_of(actor) or (over is not None and self.over.startswith(over))

    def is_by_team_of(self, actor: str) -> bool:
        """Whether the actor belongs to its team."""
        return bool(self.team) and actor in TEAMS[self.team][1]


@dataclass
class Part:
    """A work order of somebody."""

    leads: bool
    is_done: bool = False


@dataclass
class Model:
    """One grievance as it should stand."""

    began: datetime
    status: str = "submitted"
    place: str = FENGQUAN
    is_public: bool = True
    assignee: str = ""
    resolver: str = ""
    reopened: int = 0
    accepted_at: datetime | None = None
    resolved_at: datetime | None = None
    response_due: datetime = field(init=False)
    resolution_due: datetime = field(init=False)
    level: str = "general"
    parts: dict[str, Part] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    marks: list[bool] = field(default_factory=list)
    """Of each place that was taken out: whether it still is."""
    until: datetime | None = None
    """Of the rest, or of the look at a shortfall."""
    _start: datetime = field(init=False)
    _more: timedelta = timedelta()
    _rests: list[tuple[datetime, datetime]] = field(default_factory=list)
    _left: timedelta | None = None
    """Of the resolution's time, while the clock stands still."""
    public_steps: int = 1

    def __post_init__(self) -> None:
        self._begin(self.began)

    def _begin(self, now: datetime) -> None:
        response, resolution = PROMISES[self.level]
        self._start, self.response_due, self.resolution_due = now, now + response, now + resolution
        self.accepted_at = self.resolved_at = self._left = None
        self._more, self._rests = timedelta(), []

    def covers(self, actor: str) -> bool:
        """Whether the actor's role lies over the place."""
        over = {**WORKERS, **DISPATCHERS, **MEMBERS}.get(actor)
        return over is not None and self.place.startswith(over)

    def may(self, actor: str, needs: str) -> bool:
        """Whether the actor may take steps that need this."""
        dispatches = actor in DISPATCHERS and self.covers(actor)
        is_superior = dispatches and len(DISPATCHERS.get(actor, "")) <= 9
        is_called = any(one.is_spoken_for_by(actor) for one in self.calls if not one.has_answered)
        return {
            "dispatcher": dispatches,
            "superior": is_superior,
            "called": is_superior or (is_called and self.covers(actor)),
            "worker": dispatches or ((actor == self.assignee or self._leads(actor)) and self.covers(actor)),
            "helper": dispatches or ((actor == self.assignee or actor in self.parts) and self.covers(actor)),
            "checker": self.covers(actor),
            "reporter": actor == "reporter",
            "clock": actor == "clock",
            "first": actor == "first",
        }[needs]

    def _leads(self, actor: str) -> bool:
        return actor in self.parts and self.parts[actor].leads

    def answer(self, actor: str, verb: str, now: datetime, *, is_solved: bool = True, call: int = 0) -> str:
        """What somebody is answered who tries this step now."""
        needs, sources, _ = STEPS[verb]
        if needs == "reporter":
            if actor != "reporter":
                return "unknown"  # a wrong secret and no such number are the same
        elif actor not in ("clock", "first") and not self.is_public and not self.covers(actor):
            return "unknown"
        elif not self.may(actor, needs):
            return "forbidden"
        if self.status not in sources.split():
            return "unavailable"
        if needs == "checker" and self.resolver == actor:
            return "unavailable"
        if verb in ("report_in", "answer"):
            called = self.calls[call]
            if not called.is_spoken_for_by(actor):
                return "forbidden"
            return "unavailable" if called.has_answered or (verb == "report_in" and called.has_come) else "done"
        if verb == "finish_part":
            own = self.parts.get(actor)
            return "done" if own and not own.leads and not own.is_done else "unavailable"
        if verb == "rate" and not is_solved:
            assert self.resolved_at is not None
            return "unavailable" if now > self.resolved_at + timedelta(days=42) else "done"
        return "done"

    def take(
        self, actor: str, verb: str, now: datetime, *, until: datetime | None = None, is_solved: bool = True,
        assignee: str = "", helper: str = "", place: str = "", level: str = "", call: int = 0, mark: int = 0,
        is_pausing: bool = False, called: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        """Take a step that is answered with done."""
        if verb == "rate" and not is_solved:
            verb = "reopen"
        target = STEPS[verb][2]
        if target:
            self._end_rest(now)
        if verb in _ANSWERING and self.accepted_at is None:
            self.accepted_at = now
        if verb in ("resubmit", "take_answer", "reopen", "take_place"):
            self._begin(now)
        match verb:
            case "hold":
                assert until is not None
                self.until = until
                if is_pausing:
                    self._rests.append((now, until))
                    if self.resolution_due > now:
                        self._left = self.resolution_due - now
                        self.resolution_due = until + self._left
            case "list_shortfall" | "review":
                self.until = until
            case "extend":
                self._extend(timedelta(hours=24))
            case "change_level":
                self._change(level, now)
            case "resolve":
                self.resolved_at, self.resolver = now, actor
            case "send_back":
                self.resolved_at = None
            case "assign":
                self.assignee = assignee
                self._give({name: name == assignee for name in (assignee, helper) if name})
            case "take_over":
                helping = {name: False for name, one in self.parts.items() if not one.is_done and name != actor}
                self.assignee = actor
                self._give({actor: True, **helping})
            case "transfer":
                self.place, self.assignee = place, ""
                self._give({})
            case "finish_part":
                self.parts[actor].is_done = True
            case "whistle":
                assert until is not None
                waiting = {one.team for one in self.calls if one.team and not one.has_answered}
                self.calls += [Call(over, team, now, until) for over, team in called if team not in waiting]
            case "report_in":
                self.calls[call].has_come = True
            case "answer":
                self.calls[call].has_come = self.calls[call].has_answered = True
            case "redact":
                self.marks.append(True)
            case "restore":
                self.marks[mark] = False
            case "set_visibility":
                self.is_public = not self.is_public
            case "reopen":
                self.reopened += 1
        self.status = "shortfall" if verb == "reopen" and self.reopened >= 2 else target or self.status
        if verb == "reopen":
            self.until = _at_eight(now + timedelta(days=92) / 3) if self.status == "shortfall" else None
        is_awaited = self.status in (*_OPEN.split(), "shortfall")
        for one in self.calls:
            if is_awaited and not one.is_awaited and not one.has_answered and one.due <= now:
                one.called, one.due, one.has_come = now, now + (one.due - one.called), False
            one.is_awaited = is_awaited
        self.public_steps += verb not in _SILENT
        self.public_steps += verb == "reopen" and self.status == "shortfall"  # the rule signs for the list

    def _end_rest(self, now: datetime) -> None:
        """A rest ends at its day at the latest, however late somebody says so."""
        if self._rests and self._rests[-1][1] == self.until and self.status == "on_hold":
            now = min(now, self._rests[-1][1])
            self._rests[-1] = (self._rests[-1][0], now)
        if self._left is not None:
            self.resolution_due, self._left = now + self._left, None

    def _extend(self, more: timedelta) -> None:
        """A rest that began when it was late, and begins in time by what is added, stops the clock after all."""
        self._more += more
        due, self.resolution_due = self.resolution_due, self.resolution_due + more
        for begin, end in self._rests:
            if due <= begin < self.resolution_due:
                self.resolution_due += end - begin

    def _give(self, wanted: dict[str, bool]) -> None:
        """Who has the same part and is not through with it keeps it, others get a new one or none."""
        before, self.parts = self.parts, {}
        for name, leads in wanted.items():
            own = before.get(name)
            self.parts[name] = own if own and own.leads == leads and not own.is_done else Part(leads)

    def _change(self, level: str, now: datetime) -> None:
        """From the same start, rests and more time remembered; what comes closer leaves time for a first response."""
        self.level = level
        response, resolution = PROMISES[level]
        if self.accepted_at is None:
            self.response_due = max(self._start + response, min(self.response_due, now + response))
        if not (self.status == "on_hold" and self._rests and now < self._rests[-1][1] == self.until):
            self._left = None  # a rest whose day has passed is over
            fresh = self._passing(resolution, self._rests)
            self.resolution_due = max(fresh, min(self.resolution_due, now + response))
            return
        begin, until = self._rests[-1]
        self.resolution_due = max(self._passing(resolution, self._rests), min(self.resolution_due, until + response))
        before = until + self._left if self._left is not None else self.resolution_due
        due = max(self._passing(resolution, [*self._rests[:-1], (begin, until)]), min(before, until + response))
        self._left = due - until if due > until else None

    def _passing(self, resolution: timedelta, rests: list[tuple[datetime, datetime]]) -> datetime:
        due = self._start + resolution + self._more
        for begin, end in rests:
            if begin < due:
                due += end - begin
        return due

    def deadlines(self) -> dict[str, datetime]:
        """What is still to come by the clock, by the names of the kinds."""
        found: dict[str, datetime | None] = {}
        if self.status in _OPEN.split():
            found["resolution"] = self.resolution_due
            if self.accepted_at is None:
                found["response"] = self.response_due
        if self.status == "on_hold":
            found["hold"] = self.until
        if self.status == "shortfall":
            found["review"] = self.until
        if self.status in _SOLVED.split() and self.resolved_at:
            found["aftercare"] = self.resolved_at + timedelta(days=28)
            if self.status != "closed":
                found["closing"] = self.resolved_at + timedelta(days=7)
                found["rating"] = self.resolved_at + timedelta(days=1)
        return {kind: due for kind, due in found.items() if due is not None}

"""The rules of a grievance once more, in plain Python and written apart: what random histories are compared with.

Nothing of `workflow`, `rules` or `clocks` is imported. A step that stands in the table and not here fails the test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

FENGQUAN, HONGQIAO = "520327001901", "520323104001"
WORKERS = {"worker": FENGQUAN, "second": FENGQUAN}
DISPATCHERS = {
    "dispatcher": FENGQUAN,
    "station": "520327001",
    "county": "520327",
    "elsewhere": "520323",
}
STAFF = (*WORKERS, *DISPATCHERS)
RESPONSE, RESOLUTION = timedelta(hours=24), timedelta(hours=72)
"""What is promised for general matters."""

_BEING_DONE = "accepted assigned in_progress"
_OPEN = f"submitted {_BEING_DONE} on_hold reopened"
_SOLVED = "resolved verified closed"
_ALL = f"{_OPEN} {_SOLVED} returned redirected merged withdrawn shortfall"

STEPS: dict[str, tuple[str, str, str]] = {
    "accept": ("dispatcher", "submitted reopened", "accepted"),
    "return": ("dispatcher", "submitted accepted", "returned"),
    "redirect": ("dispatcher", "submitted accepted reopened", "redirected"),
    "transfer": ("dispatcher", f"submitted {_BEING_DONE} reopened", "submitted"),
    "merge": ("dispatcher", f"submitted {_BEING_DONE} reopened", "merged"),
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
    "comment": ("worker", _ALL, ""),
    "redact": ("dispatcher", _ALL, ""),
    "set_visibility": ("dispatcher", _ALL, ""),
    "resubmit": ("reporter", "returned", "submitted"),
    "rate": ("reporter", _SOLVED, "closed"),
    "withdraw": ("reporter", f"{_OPEN} returned shortfall", "withdrawn"),
    "close": ("clock", "resolved verified", "closed"),
}
"""Who, from where, to where (empty: it stays)."""
ELSEWHERE = {
    **dict.fromkeys(("take_over", "advise"), "the level above has tests of its own"),
    **dict.fromkeys(("whistle", "report_in", "answer"), "called departments have tests of their own"),
    "change_level": "other promises: the clocks' own tests",
    "submit": "every history begins with it",
    "reveal_contact": "changes nothing: tests of its own",
    "export_data": "changes nothing: tests of its own",
    "erase_data": "changes no state: tests of its own",
    "restore": "needs what was redacted: tests of its own",
    "tag": "needs nothing and changes no state: the desk's tests",
    "finish_part": "needs a work order of one's own: the desk's tests",
}
_ANSWERING = {"accept", "return", "redirect", "merge", "assign", "start", "list_shortfall", "withdraw"}
_NOT_ENDING_A_REST = {"comment", "extend", "set_visibility", "redact"}
ANSWERS = ("done", "forbidden", "unknown", "unavailable")


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
    _left: timedelta | None = None
    """Of the resolution's time, while the clock stands still."""
    public_steps: int = 1

    def __post_init__(self) -> None:
        self._begin(self.began)

    def _begin(self, now: datetime) -> None:
        self.response_due, self.resolution_due = now + RESPONSE, now + RESOLUTION
        self.accepted_at = self.resolved_at = self._left = None

    def covers(self, actor: str) -> bool:
        """Whether the actor's role lies over the place."""
        over = {**WORKERS, **DISPATCHERS}.get(actor)
        return over is not None and self.place.startswith(over)

    def may(self, actor: str, needs: str) -> bool:
        """Whether the actor may take steps that need this."""
        dispatches = actor in DISPATCHERS and self.covers(actor)
        return {
            "dispatcher": dispatches,
            "superior": dispatches and len(DISPATCHERS.get(actor, "")) <= 9,
            "worker": dispatches or (actor == self.assignee and self.covers(actor)),
            "checker": self.covers(actor),
            "reporter": actor == "reporter",
            "clock": actor == "clock",
        }[needs]

    def answer(self, actor: str, verb: str, now: datetime, *, is_solved: bool = True) -> str:
        """What somebody is answered who tries this step now."""
        needs, sources, _ = STEPS[verb]
        if needs == "reporter":
            if actor != "reporter":
                return "unknown"  # a wrong secret and no such number are the same
        elif actor != "clock" and not self.is_public and not self.covers(actor):
            return "unknown"
        elif not self.may(actor, needs):
            return "forbidden"
        if self.status not in sources.split():
            return "unavailable"
        if needs == "checker" and self.resolver == actor:
            return "unavailable"
        if verb == "rate" and not is_solved:
            assert self.resolved_at is not None
            return "unavailable" if now > self.resolved_at + timedelta(days=42) else "done"
        return "done"

    def take(
        self, actor: str, verb: str, now: datetime, *, until: datetime | None = None, is_solved: bool = True,
        assignee: str = "", place: str = "",
    ) -> None:  # fmt: skip
        """Take a step that is answered with done."""
        if verb == "rate" and not is_solved:
            verb = "reopen"
        if self._left is not None and verb not in _NOT_ENDING_A_REST:
            self.resolution_due, self._left = now + self._left, None
        if verb in _ANSWERING and self.accepted_at is None:
            self.accepted_at = now
        if verb in ("resubmit", "reopen"):
            self._begin(now)
        if verb == "hold" and until is not None and self.resolution_due > now:
            self._left = self.resolution_due - now
            self.resolution_due = until + self._left
        if verb == "extend":
            self.resolution_due += timedelta(hours=24)
        if verb == "resolve":
            self.resolved_at, self.resolver = now, actor
        if verb == "send_back":
            self.resolved_at = None
        if verb == "assign":
            self.assignee = assignee
        if verb == "transfer":
            self.place, self.assignee = place, ""
        if verb == "set_visibility":
            self.is_public = not self.is_public
        if verb == "reopen":
            self.reopened += 1
        target = STEPS[verb][2]
        self.status = "shortfall" if verb == "reopen" and self.reopened >= 2 else target or self.status
        self.public_steps += verb not in ("comment", "set_visibility")

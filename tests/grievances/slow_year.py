"""A year of grievances and what the clock has to say of them, counted minute by minute and written apart.

Nothing of `clocks`, `escalation`, `deadlines` or `calendars` is imported: the working days are the State Council's
notice for 2026, the minutes are walked one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BEGIN, END = datetime(2026, 1, 1, tzinfo=ZONE), datetime(2027, 1, 1, tzinfo=ZONE)
PATIENCE = 60

_FREE = (("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3), ("10-01", 7))
_WORKED = ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
FREE = {date.fromisoformat(f"2026-{day}") + DAY * number for day, length in _FREE for number in range(length)}
WORKED = {date.fromisoformat(f"2026-{day}") for day in _WORKED}
"""国务院办公厅关于2026年部分节假日安排的通知: free days, and weekends that are worked for them 调休."""

LEVELS = {"critical": (30, 240), "urgent": (120, 1_440), "general": (1_440, 4_320), "planned": (4_320, 6_300)}


def works_on(day: date) -> bool:
    """Whether offices work."""
    return day in WORKED or (day.weekday() < 5 and day not in FREE)


def counts(moment: datetime, level: str) -> bool:
    """Whether the minute that begins now counts."""
    local = moment.astimezone(ZONE)
    return level != "planned" or (works_on(local.date()) and (9 <= local.hour < 12 or 13 <= local.hour < 17))


def walk(start: datetime, minutes: float, level: str, rests: list[tuple[datetime, datetime]]) -> datetime:
    """The moment at which so many minutes have been counted, outside the rests."""
    if level != "planned" and not rests:
        return start + timedelta(minutes=minutes)
    now, left = start, minutes
    while left > 0:
        if counts(now, level) and not any(begin <= now < end for begin, end in rests):
            step = min(left, 1)
            left -= step
            now += timedelta(minutes=step)
        else:
            now += MINUTE
    return now


@dataclass
class Step:
    """Something that somebody does."""

    at: datetime
    verb: str
    until: datetime | None = None
    level: str = ""


@dataclass
class Life:
    """A grievance and what is done with it, in order."""

    level: str
    steps: list[Step]
    told: list[tuple[str, str, datetime]] = field(default_factory=list)
    """What is told, to whom, when."""

    def foretell(self) -> None:
        """Work out everything that the clock has to say."""
        self.told = sorted(self._foretell(), key=lambda one: (one[2], one))

    def _foretell(self) -> Iterator[tuple[str, str, datetime]]:
        level, start = self.level, self.steps[0].at
        rests: list[tuple[datetime, datetime]] = []
        more, answered, assigned = 0, False, False
        run: dict[str, tuple[datetime, datetime, datetime]] = {}
        resolved: datetime | None = None
        review: datetime | None = None
        pending: list[Step] = list(self.steps)
        while pending:
            step = pending.pop(0)
            now, until = step.at, pending[0].at if pending else END
            was = dict(run)
            if step.verb in ("submit", "rate_unsolved"):
                start, rests, more, answered, resolved = now, [], 0, False, None
            elif step.verb == "hold":
                assert step.until is not None
                rests.append((now, step.until))
                pending.insert(0, Step(step.until, "resume_by_clock"))
                until = step.until
            elif step.verb == "extend":
                more += 1_440
            elif step.verb in ("accept", "assign", "list_shortfall"):
                answered = True
                assigned = assigned or step.verb == "assign"
            who = "worker" if assigned else "dispatcher"
            if step.verb == "resume_by_clock":
                yield "resumed", who, now
            # the promises
            over = step.verb in ("resolve", "withdraw", "list_shortfall", "review", "rate", "close")
            if over:
                run = {}
            else:
                old = was.get("resolution")
                if step.verb == "change_level":
                    assert old is not None
                    level = step.level
                    fresh = walk(start, LEVELS[level][1] + more, level, rests)
                    least = min(old[0], now + MINUTE * LEVELS[level][0])
                    soon = walk(start, 0.75 * (LEVELS[level][1] + more), level, rests)
                    run["resolution"] = (
                        (least, min(least, now + 0.75 * (least - now)), now) if fresh < least else (fresh, soon, now)
                    )
                else:
                    due = walk(start, LEVELS[level][1] + more, level, rests)
                    soon = walk(start, 0.75 * (LEVELS[level][1] + more), level, rests)
                    run["resolution"] = (due, soon, old[2] if old and old[0] == due else now)
                response = LEVELS[level][0]
                if answered:
                    run.pop("response", None)
                elif step.verb in ("submit", "rate_unsolved"):
                    run["response"] = walk(start, response, level, []), walk(start, 0.75 * response, level, []), now
            for promise, (due, soon, since) in run.items():
                yield from self._climb(promise, level, due, soon, since, now, until, who)
            # what is resolved, and what cannot be
            if step.verb == "resolve":
                resolved, review = now, None
            if step.verb in ("withdraw", "send_back", "rate_unsolved"):
                resolved = review = None
            if resolved:
                for kind, days in (("rating", 1), ("aftercare", 28)):
                    at = resolved + DAY * days
                    if now < at <= until and not (kind == "rating" and step.verb == "rate"):
                        yield kind, "reporter", at
            if step.verb in ("list_shortfall", "review"):
                review = step.until
            while review is not None and review <= until:
                yield "review", who, review
                review += DAY * 7

    def _climb(
        self, promise: str, level: str, due: datetime, soon: datetime,
        since: datetime, begin: datetime, until: datetime, who: str,
    ) -> Iterator[tuple[str, str, datetime]]:  # fmt: skip
        """The rungs that are reached from `begin` until `until`; before `begin` they were told already.

        A promise that runs again from `begin` on though its time is over, since what was resolved is sent back, is told of then.
        """
        step = min(PATIENCE, LEVELS[level][0])
        rungs = [(f"{promise}:soon", who, max(soon, since))] if max(soon, since) < due else []
        rungs += [
            (f"{promise}:overdue", who, due),
            (f"{promise}:escalated", "street", walk(due, step, level, [])),
            (f"{promise}:escalated", "county", walk(due, 2 * step, level, [])),
        ]
        for what, person, reached in rungs:
            at = max(reached, begin) if since == begin else reached
            if (begin < at or (at == since == begin)) and at <= until:
                yield what, person, at

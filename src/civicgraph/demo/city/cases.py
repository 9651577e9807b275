"""The life of a made-up grievance: what it says, and every step until now. Pure; times are epoch seconds.

The demo and the city scale share it. It runs a million times there, so it works on plain numbers,
picks by `random()` alone and keeps the search terms of clauses that come again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from civicgraph.demo.city.words import words
from civicgraph.demo.facts import categories as register
from civicgraph.grievances.models import Counting, GrievanceStatus, Urgency
from civicgraph.grievances.promises import PROMISES
from civicgraph.text import search_terms

Random = Callable[[], float]
"""`random()` of a seeded generator: at least 0, less than 1."""

NEVER = 10**12
DAY = 86_400
_BUILDINGS, _UNITS = 30, 4

REPORTER, DISPATCHER, WORKER = "reporter", "dispatcher", "worker"
"""Who takes a step."""
VERBS = {
    "submitted": "submit",
    "accepted": "accept",
    "assigned": "assign",
    "in_progress": "start",
    "resolved": "resolve",
    "closed": "rate",
}
"""Which step of the workflow leads to a status."""
_STARS = (5, 5, 5, 5, 5, 4, 4, 4, 3, 2)

# Shares chosen so that about 2 % of two years' grievances are open on any day and nine of ten are in time.
_RESPONDS_LATE, _RESOLVES_LATE, _DRAGS_ON = 0.04, 0.04, 0.06
_IS_ACCEPTED_FIRST, _IS_STARTED, _IS_CLOSED = 0.12, 0.08, 0.35


class Category(NamedTuple):
    """A leaf of categories.yaml with its words."""

    code: str
    name: str
    group: str
    urgency: str
    since: Sequence[str]
    texts: Sequence[str]
    asks: Sequence[str]
    done: Sequence[str]
    teams: Sequence[str]
    response: int
    resolution: int


class Step(NamedTuple):
    """One step of the history."""

    at: int
    status: str
    who: str
    note: str


class Case(NamedTuple):
    """A grievance's state now and how it came there."""

    status: str
    response_due: int
    resolution_due: int
    accepted_at: int | None
    assigned_at: int | None
    resolved_at: int | None
    closed_at: int | None
    stars: int | None
    outcome: str
    team: str
    steps: list[Step]

    @property
    def is_open(self) -> bool:
        """Still to be resolved."""
        return self.resolved_at is None


def pick(random: Random, of: Sequence[str]) -> str:
    """One of them."""
    return of[int(random() * len(of))]


_HOURS_OF_A_WORKING_HOUR = 7 * 24 / (5 * 7)
"""A week has 168 hours, 35 of them office hours: made-up cases count by the average, round the clock."""


@cache
def categories() -> dict[str, Category]:
    """The categories by code, in the order of the file."""
    spoken = words()["grievances"]
    found = {}
    for group in register()["groups"]:
        for item in group["items"]:
            own = spoken["categories"][item["code"]]
            tone = _tone(group["code"], item["level"])
            promise = PROMISES[Urgency(item["level"])]  # type: ignore[call-arg]
            hours = _HOURS_OF_A_WORKING_HOUR if promise.counting is Counting.WORKING_HOURS else 1
            found[item["code"]] = Category(
                code=item["code"],
                name=item["zh"],
                group=group["code"],
                urgency=item["level"],
                since=spoken["since"] if tone == "usual" else [""],
                texts=own["texts"],
                asks=spoken["asks"][tone],
                done=own["done"],
                teams=own["teams"],
                response=int(promise.response_minutes * 60 * hours),
                resolution=int(promise.resolution_minutes * 60 * hours),
            )
    return found


def _tone(group: str, level: str) -> str:
    if level == "critical":
        return "critical"
    return "usual" if group in ("home", "order", "safety", "neighbours") else "calm"


@cache
def _terms(clause: str) -> str:
    return search_terms(clause)


def compose(random: Random, category: Category) -> tuple[str, str]:
    """The words of a report, and its search terms (the same as `search_terms(text, category name)`)."""
    since = pick(random, category.since)
    core = pick(random, category.texts)
    if "{" in core:
        core = core.format(where=f"{1 + int(random() * _BUILDINGS)}栋{1 + int(random() * _UNITS)}单元")
    ask = pick(random, category.asks)
    parts = (since, core, ask, category.name) if since else (core, ask, category.name)
    return f"{since}{core}，{ask}", " ".join([_terms(part) for part in parts])


@cache
def _notes() -> Mapping[str, Sequence[str]]:
    spoken: Mapping[str, Sequence[str]] = words()["grievances"]
    return spoken


def live(random: Random, category: Category, submitted: int, now: int, resolves_after: int | None = None) -> Case:
    """What became of a report by now. `resolves_after` (seconds) decides when it is resolved, else chance does."""
    answer = int(category.response * (0.03 + 0.8 * random()))
    if random() < _RESPONDS_LATE:
        answer += category.response
    resolve = _resolution(random, category) if resolves_after is None else resolves_after
    answer = min(answer, resolve // 2)
    notes = _notes()
    accepted_at, resolved_at = submitted + answer, submitted + resolve
    steps = [Step(submitted, GrievanceStatus.SUBMITTED.value, REPORTER, "")]
    if accepted_at > now:
        return _case(category, submitted, steps)
    assigned_at: int | None = accepted_at
    if random() < _IS_ACCEPTED_FIRST:
        steps.append(Step(accepted_at, GrievanceStatus.ACCEPTED.value, DISPATCHER, pick(random, notes["accepted"])))
        assigned_at = accepted_at + min((resolved_at - accepted_at) // 3, DAY)
    team, outcome = "", ""
    closed_at: int | None = None
    stars: int | None = None
    if assigned_at is not None and assigned_at > now:
        assigned_at = None
    else:
        assert assigned_at is not None
        team = pick(random, category.teams) if random() < 0.4 else ""
        steps.append(Step(assigned_at, GrievanceStatus.ASSIGNED.value, DISPATCHER, pick(random, notes["assigned"])))
        if random() < _IS_STARTED:
            started_at = assigned_at + min((resolved_at - assigned_at) // 2, 3 * DAY)
            if started_at <= now:
                note = pick(random, notes["started"])
                steps.append(Step(started_at, GrievanceStatus.IN_PROGRESS.value, WORKER, note))
    is_resolved = resolved_at <= now
    if is_resolved:
        outcome = pick(random, category.done)
        steps.append(Step(resolved_at, GrievanceStatus.RESOLVED.value, WORKER, outcome))
        if random() < _IS_CLOSED:
            closed = resolved_at + int((0.5 + 3 * random()) * DAY)
            if closed <= now:
                closed_at = closed
                stars = _STARS[int(random() * len(_STARS))]
                steps.append(Step(closed, GrievanceStatus.CLOSED.value, REPORTER, ""))
    return _case(
        category,
        submitted,
        steps,
        accepted_at=accepted_at,
        assigned_at=assigned_at,
        resolved_at=resolved_at if is_resolved else None,
        closed_at=closed_at,
        stars=stars,
        outcome=outcome,
        team=team,
    )


def _resolution(random: Random, category: Category) -> int:
    chance = random()
    if chance < _DRAGS_ON:
        return int((60 + 300 * random()) * DAY)
    share = 1.05 + 2 * random() if chance < _DRAGS_ON + _RESOLVES_LATE else 0.1 + 0.8 * random()
    return int(category.resolution * share)


def _case(
    category: Category,
    submitted: int,
    steps: list[Step],
    *,
    accepted_at: int | None = None,
    assigned_at: int | None = None,
    resolved_at: int | None = None,
    closed_at: int | None = None,
    stars: int | None = None,
    outcome: str = "",
    team: str = "",
) -> Case:
    return Case(
        status=steps[-1].status,
        response_due=submitted + category.response,
        resolution_due=submitted + category.resolution,
        accepted_at=accepted_at,
        assigned_at=assigned_at,
        resolved_at=resolved_at,
        closed_at=closed_at,
        stars=stars,
        outcome=outcome,
        team=team,
        steps=steps,
    )

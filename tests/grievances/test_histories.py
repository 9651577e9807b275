"""Random histories with many actors, compared step by step with the rules written down a second time.

`make histories` runs thousands, others each time; a failing one is named by its seed.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.graph.engine import Engine
from civicgraph.grievances.desk.models import GrievanceCall, Team, TeamKind, TeamMember
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import file_grievance, finish_grievance_part, merge_grievance
from civicgraph.grievances.operations.take_in_letter import take_in_letter
from civicgraph.grievances.workflow import TRANSITIONS
from civicgraph.operations import Forbidden, NotFound, Unavailable
from civicgraph.operations.kernel import REGISTRY
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.scheduler.models import Deadline, DeadlineState
from civicgraph.schema import schema
from tests.grievances.conftest import words
from tests.grievances.histories import (
    DISPATCHERS,
    ELSEWHERE,
    FENGQUAN,
    HONGQIAO,
    MEMBERS,
    PROMISES,
    STAFF,
    STEPS,
    TEAMS,
    UNWALKED,
    WORKERS,
    Model,
)
from tests.grievances.steps import REPORTERS, RESTORE, know_secret, take
from tests.grievances.steps import STEPS as STAFF_STEPS
from tests.support import city as place

COUNT = int(os.environ.get("CIVICGRAPH_HISTORIES", "6"))
SEED = int(os.environ.get("CIVICGRAPH_HISTORIES_SEED", "20261128"))
LENGTH = 16
START = datetime(2026, 5, 22, 2, 0, tzinfo=UTC)
SEEN = """query ($number: String!) { grievance(number: $number) {
  status responseDueAt resolutionDueAt publicText description contactNameMasked
  updates(first: 100) { nodes { verb internalNote person { name } } } calls { number mayAnswer isLate } }
  grievances(first: 100, filter: {waitsForMyAnswer: true}) { nodes { number } } }"""
ERRORS = {Forbidden: "forbidden", NotFound: "unknown", Unavailable: "unavailable"}


def test_the_model_knows_every_step_of_the_table() -> None:
    assert {*STEPS, *ELSEWHERE} == set(TRANSITIONS)


def test_every_operation_on_grievances_is_walked_or_named_with_a_reason() -> None:
    schema()
    assert take_in_letter  # the door for letters registers its own
    room = {name for name, one in REGISTRY.items() if one.work.__module__.startswith("civicgraph.grievances.")}
    taken = [RESTORE[0], merge_grievance, *(one for one, _ in (*STAFF_STEPS.values(), *REPORTERS.values()))]
    walked = {one.name for one in taken}
    assert room == walked | set(UNWALKED)
    assert not walked & set(UNWALKED)


@pytest.fixture
async def people(city: None) -> dict[str, Actor]:
    """Workers and dispatchers of three levels, and of another county."""
    found = {name: await place.person(name, Role.GRID_WORKER, code) for name, code in WORKERS.items()}
    found |= {name: await place.person(name, Role.GRID_WORKER, code) for name, code in MEMBERS.items()}
    found |= {name: await place.person(name, Role.DISPATCHER, code) for name, code in DISPATCHERS.items()}
    for name, (code, members) in TEAMS.items():
        team = await Team.create(division_id=code, name=name, kind=TeamKind.DEPARTMENT)
        for member in members:
            await TeamMember.create(team_id=team.id, person_id=found[member].person_id)
    return {**found, "stranger": ANONYMOUS, "reporter": ANONYMOUS, "clock": ANONYMOUS, "first": ANONYMOUS}


class History:
    """One grievance led at random through the operations and through the model."""

    def __init__(self, engine: Engine, people: dict[str, Actor], seed: int) -> None:
        self.engine, self.people, self.dice = engine, people, Random(seed)
        self.now = START
        self.public_signs = list("灯坏老人看不见两天三单元楼道")
        self.said: list[str] = [f"seed {seed}"]

    async def begin(self) -> None:
        """Report it."""
        self.teams = {one.name: one.id for one in await Team.all()}
        with clock.override(self.now):
            made = await file_grievance(ANONYMOUS, words(contact_name="陈阿婆"))
            self.row: Grievance = await know_secret(made["grievance"])
            await self._first()
        self.model = Model(self.now)

    async def _first(self) -> None:
        """Another report of the same, which it can be joined with."""
        made = await file_grievance(ANONYMOUS, words())
        self.earlier: Grievance = await know_secret(made["grievance"])

    async def step(self) -> None:
        """Somebody tries something, some time later."""
        dice, model = self.dice, self.model
        self.now += timedelta(minutes=dice.choice([0, 1, 7, 60, 600, 1_440, 4_321, 20_000]))
        blocked = set() if model.calls else {"report_in", "answer"}
        blocked |= set() if any(model.marks) else {"restore"}
        blocked |= set() if self.public_signs else {"redact"}
        blocked |= set() if model.status == "merged" else {"take_place"}
        possible = [verb for verb, (_, sources, _) in STEPS.items() if model.status in sources.split()]
        verb = dice.choice([one for one in (possible if dice.random() < 0.85 else STEPS) if one not in blocked])
        needs = STEPS[verb][0]
        able = [one for one in self.people if model.may(one, needs)]
        actor = dice.choice(able if able and dice.random() < 0.7 else [*STAFF, "stranger", "reporter"])
        if needs in ("clock", "first"):
            actor = needs
        values, told = self._choices(verb)
        expected = model.answer(actor, verb, self.now, is_solved=told.get("is_solved", True), call=told.get("call", 0))
        self.said.append(f"{self.now:%m-%d %H:%M} {actor} {verb} {values}: {expected}")
        with clock.override(self.now):
            answered = await self._try(actor, verb, values)
        assert answered == expected, "\n".join(self.said)
        if answered == "done":
            model.take(actor, verb, self.now, **told)
        await self._compare()

    def _choices(self, verb: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is given to the operation, and to the model."""
        dice = self.dice
        if verb == "hold":
            day = (self.now.astimezone(clock.CITY_ZONE) + timedelta(days=dice.randint(1, 20))).replace(
                hour=8, minute=0, second=0, microsecond=0
            )
            reason = dice.choice(["reporter", "weather", "legal", "material", "other_body"])
            told = {"until": day.astimezone(UTC), "is_pausing": reason in ("reporter", "weather", "legal")}
            return {"hold_reason": reason, "until": day.date().isoformat()}, told
        if verb in ("list_shortfall", "review"):
            day = (self.now.astimezone(clock.CITY_ZONE) + timedelta(days=dice.randint(1, 60))).replace(
                hour=8, minute=0, second=0, microsecond=0
            )
            return {"review_on": day.date().isoformat()}, {"until": day.astimezone(UTC)}
        if verb == "rate":
            is_solved = dice.random() < 0.4
            return {"is_solved": is_solved, "words": "还是不亮"}, {"is_solved": is_solved}
        if verb == "assign":
            name = dice.choice([*WORKERS, ""]) if self.model.place == FENGQUAN else ""
            person = {"assignee_id": self.people[name].person_id} if name else {}
            helper = dice.choice([one for one in WORKERS if one != name]) if name and dice.random() < 0.5 else ""
            helpers = {"helper_ids": [self.people[helper].person_id]} if helper else {}
            return {**person, **helpers}, {"assignee": name, "helper": helper}
        if verb == "change_level":
            level = dice.choice([one for one in PROMISES if one != self.model.level])
            return {"urgency": level}, {"level": level}
        if verb == "whistle":
            due = self.now + timedelta(hours=dice.choice([8, 200]))
            values, called = self._called()
            return {**values, "answer_by": due.isoformat()}, {"called": called, "until": due}
        if verb in ("report_in", "answer"):
            call = dice.randrange(len(self.model.calls))
            return {"call": call}, {"call": call}
        if verb == "restore":
            mark = dice.choice([place for place, is_out in enumerate(self.model.marks) if is_out])
            return {"position": mark + 1}, {"mark": mark}
        if verb == "transfer":
            target = HONGQIAO if self.model.place == FENGQUAN else FENGQUAN
            return {"division_code": target}, {"place": target}
        if verb == "set_visibility":
            return {"is_public": not self.model.is_public}, {}
        if verb == "merge":
            return {"into": self.earlier.number}, {}
        if verb == "redact":
            return {"words": self.public_signs.pop(0)}, {}
        return {}, {}

    def _called(self) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Teams of the place or above it, departments of the subdistrict or the county, or both; one is new at least."""
        dice, place = self.dice, self.model.place
        teams = [name for name, (over, _) in TEAMS.items() if place.startswith(over) and dice.random() < 0.5]
        waiting = {one.team for one in self.model.calls if not one.has_answered}
        called = [(TEAMS[name][0], name) for name in teams]
        values: dict[str, Any] = {"team_ids": [self.teams[name] for name in teams], "departments": ""}
        if set(teams) <= waiting or dice.random() < 0.3:
            over = dice.choice([place[:9], place[:6]])
            values |= {"division_code": over, "departments": f"部门{len(self.said)}"}
            called.append((over, ""))
        return values, called

    async def _try(self, actor: str, verb: str, values: dict[str, Any]) -> str:
        if STEPS[verb][0] == "reporter" and actor != "reporter":
            values = {**values, "secret": "WRONG"}
        if "call" in values:
            calls = await GrievanceCall.filter(grievance_id=self.row.id).order_by("id")
            values = {**values, "call": calls[values["call"]].id}
        try:
            if verb == "take_place":  # whose report it was joined with withdraws that
                await take(self.people[actor], "withdraw", self.earlier)
                await self._first()
                return "done"
            if verb == "finish_part":  # `take` would give a part to whoever has none
                row = await Grievance.get(id=self.row.id)
                given = {"number": row.number, "version": row.version, "words": "梯子已送到"}
                await finish_grievance_part(self.people[actor], given)
                return "done"
            await take(self.people[actor], verb, self.row, **values)
        except (Forbidden, NotFound, Unavailable) as error:
            return ERRORS[type(error)]
        return "done"

    async def _compare(self) -> None:
        """The row, and what a stranger and each member of staff reads of it."""
        model, row = self.model, await Grievance.get(id=self.row.id)
        found = {name: getattr(row, name) for name in ("is_public", "reopened_count", "accepted_at", "resolved_at")}
        found |= {"status": row.status.value, "place": row.division_id, "assignee": row.assignee_id}
        found |= {"level": row.urgency.value, "response": row.response_due_at, "resolution": row.resolution_due_at}
        found["next"] = row.due_at
        wanted = {
            "is_public": model.is_public,
            "reopened_count": model.reopened,
            "accepted_at": model.accepted_at,
            "resolved_at": model.resolved_at,
            "status": model.status,
            "place": model.place,
            "assignee": self.people[model.assignee].person_id if model.assignee else None,
            "level": model.level,
            "response": model.response_due,
            "resolution": model.resolution_due,
            "next": model.resolution_due if model.accepted_at else min(model.response_due, model.resolution_due),
        }
        assert found == wanted, "\n".join(self.said)
        await self._compare_deadlines()
        reader = self.dice.choice(["stranger", *STAFF])
        with clock.override(self.now):
            read = await self.engine.read(SEEN, {"number": row.number}, self.people[reader])
        seen = read["grievance"]
        assert (seen is not None) == (model.is_public or model.covers(reader)), "\n".join(self.said)
        if seen is None:
            return
        assert seen["status"] == model.status.upper()
        dues = [datetime.fromisoformat(seen[name]) for name in ("responseDueAt", "resolutionDueAt")]
        assert dues == [model.response_due, model.resolution_due], "\n".join(self.said)
        reads_all = model.covers(reader)
        assert (seen["contactNameMasked"] == "陈＊＊") == reads_all
        steps = seen["updates"]["nodes"]
        public = [one for one in steps if one["internalNote"] in (None, "")]
        assert len(public) == model.public_steps, "\n".join(self.said)
        assert reads_all or all(one["internalNote"] is None and one["person"] is None for one in steps)
        self._compare_calls(reader, seen["calls"], [one["number"] for one in read["grievances"]["nodes"]])

    def _compare_calls(self, reader: str, seen: list[dict[str, Any]], waiting: list[str]) -> None:
        """Who speaks for which called department, which is late, and for whose teams the grievance waits."""
        calls = self.model.calls
        shown = [(one["mayAnswer"], one["isLate"]) for one in sorted(seen, key=lambda one: one["number"])]
        covers = self.model.covers(reader)
        assert shown == [
            (covers and one.is_spoken_for_by(reader), one.is_awaited and not one.has_answered and one.due < self.now)
            for one in calls
        ], "\n".join([*self.said, reader])
        is_asked = any(one.is_by_team_of(reader) and not one.has_answered for one in calls)
        assert (self.row.number in waiting) == is_asked, "\n".join([*self.said, reader])

    async def _compare_deadlines(self) -> None:
        """What is still to come by the clock, for the grievance and for the departments that were called."""
        waiting = Deadline.filter(subject_type="Grievance", subject_id=self.row.id, state=DeadlineState.PENDING)
        found = {one.kind: one.due_at for one in await waiting}
        soon = {kind: found.pop(kind) for kind in list(found) if kind.endswith("_soon")}
        wanted = self.model.deadlines()
        assert found == wanted, "\n".join(self.said)
        assert set(soon) == {f"{kind}_soon" for kind in wanted if kind in ("response", "resolution")}
        assert all(due <= wanted[kind.removesuffix("_soon")] for kind, due in soon.items())
        calls = [one.id for one in await GrievanceCall.filter(grievance_id=self.row.id).order_by("id")]
        answers = Deadline.filter(subject_type="GrievanceCall", kind="answer", state=DeadlineState.PENDING)
        awaited = {one.subject_id: one.due_at for one in await answers.filter(subject_id__in=calls)}
        assert awaited == {
            key: one.due
            for key, one in zip(calls, self.model.calls, strict=True)
            if one.is_awaited and not one.has_answered
        }, "\n".join(self.said)


async def test_random_histories_come_out_as_the_model_says(engine: Engine, people: dict[str, Actor]) -> None:
    for number in range(COUNT):
        history = History(engine, people, SEED + number)
        await history.begin()
        for _ in range(LENGTH):
            await history.step()

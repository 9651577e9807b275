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
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import file_grievance
from civicgraph.grievances.workflow import TRANSITIONS
from civicgraph.operations import Forbidden, NotFound, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.grievances.conftest import words
from tests.grievances.histories import DISPATCHERS, ELSEWHERE, FENGQUAN, HONGQIAO, STAFF, STEPS, WORKERS, Model
from tests.grievances.steps import know_secret, take
from tests.support import city as place

COUNT = int(os.environ.get("CIVICGRAPH_HISTORIES", "6"))
SEED = int(os.environ.get("CIVICGRAPH_HISTORIES_SEED", "20261128"))
LENGTH = 14
START = datetime(2026, 5, 22, 2, 0, tzinfo=UTC)
SEEN = """query ($number: String!) { grievance(number: $number) {
  status responseDueAt resolutionDueAt publicText description contactName
  updates(first: 100) { nodes { verb internalNote person { name } } } } }"""
ERRORS = {Forbidden: "forbidden", NotFound: "unknown", Unavailable: "unavailable"}


def test_the_model_knows_every_step_of_the_table() -> None:
    assert {*STEPS, *ELSEWHERE} == set(TRANSITIONS)


@pytest.fixture
async def people(city: None) -> dict[str, Actor]:
    """Workers and dispatchers of three levels, and of another county."""
    found = {name: await place.person(name, Role.GRID_WORKER, code) for name, code in WORKERS.items()}
    found |= {name: await place.person(name, Role.DISPATCHER, code) for name, code in DISPATCHERS.items()}
    return {**found, "stranger": ANONYMOUS, "reporter": ANONYMOUS, "clock": ANONYMOUS}


class History:
    """One grievance led at random through the operations and through the model."""

    def __init__(self, engine: Engine, people: dict[str, Actor], seed: int) -> None:
        self.engine, self.people, self.dice = engine, people, Random(seed)
        self.now = START
        self.public_signs = list("灯坏老人看不见两天三单元楼道")
        self.said: list[str] = [f"seed {seed}"]

    async def begin(self) -> None:
        """Report it."""
        with clock.override(self.now):
            made = await file_grievance(ANONYMOUS, words(contact_name="陈阿婆"))
            self.row: Grievance = await know_secret(made["grievance"])
            other = await file_grievance(ANONYMOUS, words())
        self.earlier = other["grievance"].number
        self.model = Model(self.now)

    async def step(self) -> None:
        """Somebody tries something, some time later."""
        dice, model = self.dice, self.model
        self.now += timedelta(minutes=dice.choice([0, 1, 7, 60, 600, 1_440, 4_321, 20_000]))
        possible = [verb for verb, (_, sources, _) in STEPS.items() if model.status in sources.split()]
        verb = dice.choice(possible if dice.random() < 0.85 else list(STEPS))
        needs = STEPS[verb][0]
        able = [one for one in self.people if model.may(one, needs)]
        actor = dice.choice(able if able and dice.random() < 0.7 else [*STAFF, "stranger", "reporter"])
        if needs == "clock":
            actor = "clock"
        values, told = self._choices(verb)
        expected = model.answer(actor, verb, self.now, is_solved=told.get("is_solved", True))
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
            until = day.astimezone(UTC) if reason in ("reporter", "weather", "legal") else None
            return {"hold_reason": reason, "until": day.date().isoformat()}, {"until": until}
        if verb == "rate":
            is_solved = dice.random() < 0.4
            return {"is_solved": is_solved, "words": "还是不亮"}, {"is_solved": is_solved}
        if verb == "assign":
            name = dice.choice([*WORKERS, ""]) if self.model.place == FENGQUAN else ""
            person = {"assignee_id": self.people[name].person_id} if name else {}
            return person, {"assignee": name}
        if verb == "transfer":
            target = HONGQIAO if self.model.place == FENGQUAN else FENGQUAN
            return {"division_code": target}, {"place": target}
        if verb == "set_visibility":
            return {"is_public": not self.model.is_public}, {}
        if verb == "merge":
            return {"into": self.earlier}, {}
        if verb == "redact":
            return {"words": self.public_signs.pop(0)}, {}
        return {}, {}

    async def _try(self, actor: str, verb: str, values: dict[str, Any]) -> str:
        if STEPS[verb][0] == "reporter" and actor != "reporter":
            values = {**values, "secret": "WRONG"}
        try:
            await take(self.people[actor], verb, self.row, **values)
        except (Forbidden, NotFound, Unavailable) as error:
            return ERRORS[type(error)]
        return "done"

    async def _compare(self) -> None:
        """The row, and what a stranger and each member of staff reads of it."""
        model, row = self.model, await Grievance.get(id=self.row.id)
        found = {name: getattr(row, name) for name in ("is_public", "reopened_count", "accepted_at", "resolved_at")}
        found |= {"status": row.status.value, "place": row.division_id, "assignee": row.assignee_id}
        found |= {"response": row.response_due_at, "resolution": row.resolution_due_at}
        wanted = {
            "is_public": model.is_public,
            "reopened_count": model.reopened,
            "accepted_at": model.accepted_at,
            "resolved_at": model.resolved_at,
            "status": model.status,
            "place": model.place,
            "assignee": self.people[model.assignee].person_id if model.assignee else None,
            "response": model.response_due,
            "resolution": model.resolution_due,
        }
        assert found == wanted, "\n".join(self.said)
        reader = self.dice.choice(["stranger", *STAFF])
        seen = (await self.engine.read(SEEN, {"number": row.number}, self.people[reader]))["grievance"]
        assert (seen is not None) == (model.is_public or model.covers(reader)), "\n".join(self.said)
        if seen is None:
            return
        assert seen["status"] == model.status.upper()
        reads_all = model.covers(reader)
        assert (seen["contactName"] == "陈阿婆") == reads_all
        steps = seen["updates"]["nodes"]
        public = [one for one in steps if one["internalNote"] in (None, "")]
        assert len(public) == model.public_steps, "\n".join(self.said)
        assert reads_all or all(one["internalNote"] is None and one["person"] is None for one in steps)


async def test_random_histories_come_out_as_the_model_says(engine: Engine, people: dict[str, Actor]) -> None:
    for number in range(COUNT):
        history = History(engine, people, SEED + number)
        await history.begin()
        for _ in range(LENGTH):
            await history.step()

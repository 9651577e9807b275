"""How long a read takes and how much work the database does for it."""

from __future__ import annotations

import re
import sqlite3
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import orjson

from benchmarks.cases import Case
from civicgraph import db
from civicgraph.graph.engine import Engine, Plan
from civicgraph.graph.readers import STATEMENT_SECONDS, ReadTimeout
from civicgraph.settings import Settings

STOPPED = f"stopped after {STATEMENT_SECONDS} s"
"""The reader ends a statement that takes too long: the visitor gets an error page."""
_GRAIN = 100  # instructions between two looks at the counter


@dataclass
class Measured:
    """One read on one database."""

    times: list[float] = field(default_factory=list)
    size: int = 0
    items: int = 0
    work: int | None = None
    """Instructions of SQLite's virtual machine, in hundreds rounded down: the same in every run."""
    statements: int = 0
    error: str = ""

    @property
    def p50(self) -> float:
        """The median, in milliseconds."""
        return statistics.median(self.times) if self.times else float("nan")


def compiled(engine: Engine, case: Case) -> tuple[Plan, list[Any]]:
    """The statement of a case with its parameters."""
    document = engine.document(case.document)
    if document.errors:
        raise document.errors[0]
    operation = document.operation(None)
    variables = engine.variables(operation, case.variables)
    plan = engine.plan(document, operation, variables, case.actor)
    return plan, engine.parameters(plan.slots, variables, case.actor)


SAME = "same"
"""The city asked for as many rows as the demo has: what its size alone costs."""


async def measure(engines: Mapping[str, Engine], cases: Sequence[Case], rounds: int) -> dict[str, dict[str, Measured]]:
    """Each case on each database, in turns, so that a busy moment of the machine meets all alike."""
    found = {}
    for case in cases:
        runs = await _runs(engines, case)
        for _ in range(rounds):
            for run in runs.values():
                await run.timed()
        found[case.name] = {size: run.measured for size, run in runs.items()}
    return found


async def _runs(engines: Mapping[str, Engine], case: Case) -> dict[str, _Run]:
    runs = {name: _Run(engine, case) for name, engine in engines.items()}
    for run in runs.values():
        await run.warmed()
    if "demo" in runs:  # its pages are not full
        same = runs[SAME] = _Run(engines["city"], case.as_long_as(runs["demo"].data))
        await same.warmed()
    return runs


@dataclass
class _Run:
    """One case on one database."""

    engine: Engine
    case: Case
    measured: Measured = field(default_factory=Measured)
    data: Mapping[str, Any] = field(default_factory=dict)

    async def warmed(self) -> None:
        """The first two runs warm the caches and are not timed."""
        one, before = self.measured, self.engine.statements
        try:
            self.data = await self.engine.read(self.case.document, self.case.variables, self.case.actor)
            one.statements = self.engine.statements - before
            await self.engine.read(self.case.document, self.case.variables, self.case.actor)
        except ReadTimeout:
            one.error = STOPPED
            return
        one.size = len(orjson.dumps(self.data))
        one.items = objects(self.data)

    async def timed(self) -> None:
        if self.measured.error:
            return
        start = perf_counter()
        try:
            await self.engine.read(self.case.document, self.case.variables, self.case.actor)
        except ReadTimeout:
            self.measured.error = STOPPED
            return
        self.measured.times.append((perf_counter() - start) * 1000)


def objects(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(objects(one) for one in value.values())
    return sum(objects(one) for one in value) if isinstance(value, list) else 0


def work(settings: Settings, engine: Engine, case: Case) -> int:
    """Instructions that SQLite runs for a case: a measure of work that no neighbour disturbs."""
    plan, parameters = compiled(engine, case)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with sqlite3.connect(db.sqlite_reading(settings), uri=True) as connection:
        connection.execute(plan.statement, parameters).fetchone()  # reads schema and statistics, once a connection
        connection.set_progress_handler(count, _GRAIN)
        connection.execute(plan.statement, parameters).fetchone()
        connection.set_progress_handler(None, 0)
    return steps * _GRAIN


_NAMED = re.compile(r'(?:FROM|JOIN)\s+"?(\w+)"?\s+(?:AS\s+)?(\w+)')


@dataclass(frozen=True)
class Step:
    """A table that a plan goes through from one end, or sorts."""

    table: str
    detail: str
    is_sorted: bool | None
    """Whether what comes out is sorted afterwards: then nothing ends the walk early. None: not looked at."""


def scans(settings: Settings, engine: Engine, case: Case, big: frozenset[str]) -> list[Step]:
    """Where SQLite's plan for a case walks through a big table instead of searching it."""
    plan, parameters = compiled(engine, case)
    aliases = {alias: table for table, alias in _NAMED.findall(plan.statement)}
    with sqlite3.connect(db.sqlite_reading(settings), uri=True) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {plan.statement}", parameters).fetchall()
    sorted_in = {parent for _, parent, _, detail in rows if "TEMP B-TREE FOR ORDER BY" in detail}
    # A page's rows are a derived table under the alias of the real one: what is made beside a scan is no table.
    made = {
        (parent, match[1])
        for _, parent, _, detail in rows
        if (match := re.match(r"(?:CO-ROUTINE|MATERIALIZE) (\w+)", detail))
    }
    found = []
    for _, parent, _, detail in rows:
        match = re.match(r"SCAN (\w+)(.*)", detail)
        if match and "VIRTUAL TABLE" not in detail and (parent, match[1]) not in made:
            table = aliases.get(match[1], match[1])
            if table in big:
                found.append(Step(table, detail.replace(match[1], table, 1), parent in sorted_in))
    return found


async def postgres_scans(engine: Engine, case: Case, big: frozenset[str]) -> list[Step]:
    """The same of PostgreSQL: sequential scans of big tables."""
    plan, parameters = compiled(engine, case)
    lines = await engine.reader.explain(plan.statement, parameters)
    found = []
    for line in lines:
        match = re.search(r"Seq Scan on (\w+)", line)
        if match and match[1] in big:
            found.append(Step(match[1], re.sub(r"^->\s*|\s*\(cost.*", "", line.strip()), is_sorted=None))
    return found

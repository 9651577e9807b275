"""What the whole register costs to read: its pages beside those of 10,000 entries, and one policy matched over all."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
from tortoise.transactions import in_transaction

from benchmarks.measure import objects
from civicgraph import clock, db
from civicgraph.enterprises.pages.register import NARROWED, PAGE, variables_of
from civicgraph.graph.engine import Engine
from civicgraph.graph.readers import open_reader
from civicgraph.permissions import ANONYMOUS
from civicgraph.policies import matching
from civicgraph.policies.models import AmountKind, Policy, PolicyCategory, PolicyStatus
from civicgraph.schema import schema
from civicgraph.settings import Settings

_DOCUMENT = Path(__file__).parents[2] / "templates" / "enterprises" / "list.graphql"
COUNTY, COMMUNITY = "520303", "520303002007"
FILTERS: dict[str, dict[str, str]] = {
    "the register": {},
    "an industry": {"industry": "C"},
    "a narrow industry of a county": {"industry": "88", "within": COUNTY},
    "a list": {"list": "FOUR_ABOVE"},
    "a county": {"within": COUNTY},
    "a community": {"within": COMMUNITY},
    "a common word": {"q": "茶叶"},
    "a name": {"q": "贵州钢绳"},
    "a name with a slip": {"q": "贵州刚绳"},
    "a word of a county": {"q": "茶叶", "within": COUNTY},
    "a name that nobody has": {"q": "月球基地"},
}
WANTED = "贵州钢绳"
SLIPS = ("贵州刚绳", "钢绳", "刚绳", "贵州钢绳")
RULE: dict[str, Any] = {
    "all": [
        {"fact": "status", "is": "one_of", "value": ["active"]},
        {"fact": "employees", "is": "at_least", "value": 3},
        {"fact": "age", "is": "at_least", "value": 2},
        {"any": [{"fact": "kind", "is": "one_of", "value": ["company"]}, {"fact": "industry", "is": "one_of", "value": ["C", "A"]}]},
        {"not": {"fact": "list", "is": "one_of", "value": ["four_above"]}},
    ]
}  # fmt: skip
"""Firms in business of two years and more that insure three people or more and are not on a list of large ones."""
_DAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Taken:
    """Milliseconds of a page (median), and how many objects it shows: what is more to see takes longer."""

    milliseconds: float
    objects: int


async def pages(sizes: Mapping[str, Settings], rounds: int) -> dict[str, dict[str, Taken]]:
    """The register's page by filter and size; the sizes take turns."""
    engines = {name: Engine(schema()._schema, open_reader(settings)) for name, settings in sizes.items()}
    document = _DOCUMENT.read_text(encoding="utf-8")
    found: dict[str, dict[str, Taken]] = {}
    for what, filters in FILTERS.items():
        asked = {**dict.fromkeys(("q", "industry", "list", "within", *NARROWED), ""), **filters}
        variables = {**variables_of(asked), "first": PAGE}
        times: dict[str, list[float]] = {name: [] for name in engines}
        shown: dict[str, int] = {}
        for _ in range(rounds + 2):
            for name, engine in engines.items():
                began = perf_counter()
                answer = await engine.fetch(document, variables, ANONYMOUS)
                times[name].append((perf_counter() - began) * 1000)
                shown[name] = shown.get(name) or objects(orjson.loads(answer))
        found[what] = {name: Taken(statistics.median(taken[2:]), shown[name]) for name, taken in times.items()}
    return found


async def missed(settings: Settings) -> list[str]:
    """The ways of writing a name by which its enterprise is not among the first twenty found."""
    engine = Engine(schema()._schema, open_reader(settings))
    text = "query($words: String!) { enterprises(filter: {text: $words}, first: 20) { nodes { name } } }"
    gone = []
    for words in SLIPS:
        found = await engine.read(text, {"words": words}, ANONYMOUS)
        if not any(WANTED in one["name"] for one in found["enterprises"]["nodes"]):
            gone.append(words)
    return gone


class _Undone(Exception):
    """Takes back what was only to be timed."""


async def matched(settings: Settings) -> tuple[float, float, float, matching.Trial]:
    """Seconds of the dry run, of matching and of granting one policy over the register; and what the dry run found."""
    async with db.connected(settings):
        with suppress(_Undone):
            async with in_transaction():
                policy = await _policy()
                trial, dry = await _timed(matching.tried(policy, _DAY))
                count, first = await _timed(matching.match(policy, _DAY))
                assert count == trial.qualifying
                (granted, _), given = await _timed(matching.grant(policy, _DAY))
                assert granted == trial.within_budget
                taken = dry, first, given, trial
                raise _Undone
    return taken


async def _timed(work: Awaitable[Any]) -> tuple[Any, float]:
    began = perf_counter()
    return await work, perf_counter() - began


async def _policy() -> Policy:
    return await Policy.create(
        category=PolicyCategory.GROWTH, title="测量", title_en="Measured", summary="测量", summary_en="Measured",
        division_id="5203", owner="测量", status=PolicyStatus.PUBLISHED, starts_on=date(2026, 1, 1),
        budget_fen=2_000_000_000, eligibility=RULE, amount_kind=AmountKind.FIXED, amount_fen=100_00, matched_at=clock.now(),
    )  # fmt: skip

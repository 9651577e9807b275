"""Search finds what LIKE finds, page by page both ways, by whichever of its steps."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from tortoise.connection import get_connection

from civicgraph.graph import hits, search
from civicgraph.graph.engine import Engine
from civicgraph.grievances.models import Channel, Grievance, ReporterKind, Urgency
from civicgraph.permissions import ANONYMOUS
from civicgraph.text import search_terms
from tests.grievances.conftest import fill
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO

LIST = """query($filter: GrievanceFilter, $orderBy: GrievanceOrder, $first: Int, $after: String, $last: Int, $before: String) {
  grievances(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount totalCountIsCapped nodes { number } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
PARTS = ("路灯", "漏水", "电梯", "楼道", "燃气", "3栋", "lift", "井盖", "灯不亮", "水")
WORDS = (*PARTS, "路灯不", "灯", "道路灯", "水电", "没有的词", "楼道 路灯", "LIFT", "漏水电梯", "%", "_")


@pytest.fixture(autouse=True)
async def texts(connected: object, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Three hundred reports, of which some words are in most and some in few; every step has its share."""
    monkeypatch.setattr(search, "MOST_LED", 15)
    monkeypatch.setattr(hits, "MOST_LED", 15)
    monkeypatch.setattr(hits, "SAMPLE", 40)
    monkeypatch.setattr(hits, "DENSE_SAMPLE", 20)
    monkeypatch.setattr(hits, "WALKED", 1)
    await fill()
    random, found = Random(7), {}
    for number in range(300):
        text = "".join(random.choices(PARTS, weights=(30, 20, 10, 10, 5, 5, 3, 2, 2, 1), k=3))
        row = await Grievance.create(
            number=f"ZY-{number:04d}", secret_hash="", category_id="lighting", urgency=Urgency.GENERAL,
            channel=Channel.WEB, reporter_kind=ReporterKind.RESIDENT, division_id=random.choice((FENGQUAN, HONGQIAO)),
            public_text=text, description=text, is_public=random.random() < 0.9, search_terms=search_terms(text),
            submitted_at="2026-05-01T00:00:00Z", response_due_at="2026-05-02T00:00:00Z",
            resolution_due_at="2026-05-03T00:00:00Z",
        )  # fmt: skip
        if row.is_public:
            found[row.number] = f"{text}|{row.division_id}"
    return found


def holds(text: str, words: str) -> bool:
    """What LIKE would find: each run of the words somewhere in the text."""
    runs = search.runs(words)
    joined = " ".join(search_terms(text).split())
    return bool(runs) and all(f" {' '.join(run)}{'' if len(run[0]) == 1 else ' '}" in f" {joined} " for run in runs)


async def walk(engine: Engine, size: int, order: str, **filters: Any) -> tuple[list[str], list[str], int, bool]:
    """All pages forwards, all pages backwards, the total, and whether it is capped."""
    variables: dict[str, Any] = {"filter": filters, "orderBy": order}
    forwards: list[str] = []
    after = None
    while True:
        page = (await engine.read(LIST, {**variables, "first": size, "after": after}, ANONYMOUS))["grievances"]
        forwards += [one["number"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    backwards: list[str] = []
    before = None
    while True:
        given = {"before": before} if before else {}
        page = (await engine.read(LIST, {**variables, "last": size, **given}, ANONYMOUS))["grievances"]
        backwards = [one["number"] for one in page["nodes"]] + backwards
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = page["pageInfo"]["startCursor"]
    return forwards, backwards, page["totalCount"], page["totalCountIsCapped"]


@pytest.mark.parametrize("order", ["NEWEST", "OLDEST", "DUE_FIRST"])
async def test_every_word_finds_what_like_finds_in_pages_both_ways(
    engine: Engine, texts: dict[str, str], order: str
) -> None:
    for words in WORDS:
        for within in (None, FENGGANG):
            wanted = [
                number
                for number, text in texts.items()
                if holds(text.partition("|")[0], words)
                and (within is None or text.partition("|")[2].startswith(within))
            ]
            if order == "NEWEST":
                wanted.reverse()
            filters = {"text": words, **({"within": within} if within else {})}
            forwards, backwards, total, is_capped = await walk(engine, 30, order, **filters)
            assert forwards == backwards == wanted, words
            assert (total, is_capped) == (min(len(wanted), 100), len(wanted) > 100)


@pytest.mark.parametrize("order", ["NEWEST", "DUE_FIRST"])
async def test_frequent_words_are_met_on_the_way_and_rare_ones_lead(engine: Engine, order: str) -> None:
    connection = get_connection("default")
    if connection.capabilities.dialect != "postgres":
        pytest.skip("SQLite's two ways are limits, which its plan does not tell")
    for words, size, wanted in (
        ("路灯", 10, (True, False)),
        ("没有的词", 10, (False, True)),
        ("路灯", 100, (True, True)),
    ):
        variables = {"filter": {"text": words}, "orderBy": order, "first": size}
        plan, values = engine.prepared(LIST.replace("totalCount totalCountIsCapped", ""), variables, ANONYMOUS)
        parameters = engine.parameters(plan.slots, values, ANONYMOUS)
        found = await connection.execute_query_dict(f"EXPLAIN ANALYZE {plan.statement}", parameters)
        lines = [row["QUERY PLAN"] for row in found]
        led = next(index for index, line in enumerate(lines) if "string_to_array" in line)
        ran = (_ran(lines, "CTE met"), "never executed" not in next(one for one in lines[led::-1] if "Scan" in one))
        assert (words, ran) == (words, wanted), "\n".join(lines)


def _ran(lines: list[str], mark: str) -> bool:
    """Whether the table was looked into below a mark of the plan."""
    place = next(index for index, line in enumerate(lines) if mark in line)
    return "never executed" not in next(line for line in lines[place:] if re.search(r"Scan.* on grievance", line))

"""Who qualifies: the same by SQL as by plain Python, whatever the rule and the register."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from random import Random
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as looking
from hypothesis import strategies as st
from tortoise.connection import get_connection

from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise, EnterpriseList, EnterpriseListing
from civicgraph.policies import wording
from civicgraph.policies.eligibility import (
    FACTS,
    FactKind,
    Known,
    Sql,
    condition,
    conditions,
    explained,
    holds,
    placed,
    years_before,
)
from civicgraph.policies.models import Policy, PolicyRuleLine
from civicgraph.policies.operations.ruling import write_words
from civicgraph.settings import Settings
from tests.support import city

DAY = date(2026, 2, 28)
DAYS = [date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1), DAY, date(2026, 3, 1), date(2020, 6, 1)]
PLACES = [city.FENGQUAN, city.HONGQIAO, city.FENGGANG]
INDUSTRIES = ["19", "32", "65", "651", "6513", "C", "01"]
POOLS: dict[str, list[Any]] = {
    "industry": [*INDUSTRIES, "I", "A"],
    "place": [*PLACES, city.CITY, city.LONGQUAN, city.SUIYANG],
    "employees": [0, 1, 20, 21],
    "revenue": [0, 100, 2**53],
    "assets": [0, 200, 2**53],
    "age": [0, 1, 2, 6, 500],
}


def register(seed: int) -> list[Known]:
    """Enterprises with facts that meet the bounds, miss them by one, or are not known."""
    dice = Random(seed)
    found = []
    for _ in range(40):
        listings = []
        for name in dice.sample(list(EnterpriseList), 2):
            since = dice.choice(DAYS)
            listings.append(
                Listed(name.value, since, dice.choice([None, since + timedelta(days=dice.choice([0, 365]))]))
            )
        values = {name: dice.choice([*(x.value for x in FACTS[name].choices or ())]) for name in ("kind", "status")}
        found.append(
            Known(
                **values,
                scale=dice.choice([None, "large", "micro"]),
                industry=dice.choice(INDUSTRIES),
                division=dice.choice(PLACES),
                established_on=dice.choice([None, *DAYS]),
                employees=dice.choice([None, *POOLS["employees"]]),
                revenue_fen=dice.choice([None, *POOLS["revenue"]]),
                assets_fen=dice.choice([None, *POOLS["assets"]]),
                listings=tuple(listings),
            )
        )
    return found


async def entered(known: list[Known]) -> None:
    for number, one in enumerate(known, 1):
        row = {"industry_id": one.industry, "division_id": one.division, "established_on": one.established_on}
        await Enterprise.create(
            id=number, credit_code=f"{number:018}", name=f"第{number}家", kind=one.kind, status=one.status,
            scale=one.scale, employees=one.employees, revenue_fen=one.revenue_fen, assets_fen=one.assets_fen, **row,
        )  # fmt: skip
        for listed in one.listings or ():
            await EnterpriseListing.create(enterprise_id=number, **listed._asdict())


def leaf(name: str) -> st.SearchStrategy[dict[str, Any]]:
    fact = FACTS[name]
    is_ = st.sampled_from([one.value for one in fact.comparisons])
    if fact.kind is FactKind.DATE:
        value: Any = st.sampled_from([day.isoformat() for day in DAYS])
    elif name in ("industry", "place") or fact.choices:
        pool = POOLS.get(name) or [one.value for one in fact.choices or ()]
        value = st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique=True)
    else:
        value = st.sampled_from(POOLS[name])
    return st.fixed_dictionaries({"fact": st.just(name), "is": is_, "value": value})


LEAVES = st.sampled_from(list(FACTS)).flatmap(leaf)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=8,
)


async def test_random_rules_find_the_same_enterprises_by_sql_and_by_python(connected: Settings) -> None:
    await city.build()
    await load_industries()
    connection = get_connection("default")
    known = register(5)
    await entered(known)
    asked: list[dict[str, Any]] = []

    @given(tree=TREES)
    @looking(max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def collect(tree: dict[str, Any]) -> None:
        asked.append(tree)

    collect()
    silent = 0
    for tree in asked:
        sql = Sql(connection.capabilities.dialect, DAY)
        rows = await connection.execute_query_dict(
            f"SELECT e.id FROM enterprise e WHERE {condition(tree, sql)} ORDER BY e.id", sql.values
        )
        expected = [number for number, one in enumerate(known, 1) if holds(tree, one, DAY)]
        assert [row["id"] for row in rows] == expected, tree
        silent += (is_silent := "status" not in {one["fact"] for one in conditions(tree)}) and bool(expected)
        assert not is_silent or {known[number - 1].status for number in expected} <= {"active"}, tree
    assert silent >= 20  # the rules that name no status are many, and find somebody


@given(tree=TREES)
@looking(max_examples=100, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_the_rows_of_the_form_mean_what_the_tree_means_even_of_what_is_not_known(tree: dict[str, Any]) -> None:
    ways = wording._ways(tree, is_denied=False)
    rows = [(way, no, one["fact"], one["is"], one["value"]) for way, ones in enumerate(ways) for no, one in ones]
    again = wording.tree_of(rows)
    for one in register(7):
        assert holds(tree, one, DAY) == holds(again, one, DAY)


@given(tree=LEAVES)
@looking(max_examples=60, derandomize=True, deadline=None, database=None)
def test_a_value_is_read_again_as_it_was_written(tree: dict[str, Any]) -> None:
    fact = FACTS[tree["fact"]]
    if tree["value"] != 2**53:  # more than anybody types
        assert wording.parsed(fact, wording.written(fact, tree["value"])) == tree["value"]


def test_a_birthday_on_29_february_comes_on_1_march() -> None:
    assert years_before(date(2025, 2, 28), 1) == date(2024, 2, 28)
    assert years_before(date(2025, 3, 1), 1) == date(2024, 3, 1)
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)


def test_every_line_says_whether_it_is_so_and_what_is_not_known_decides_nothing() -> None:
    people = {"fact": "employees", "is": "at_least", "value": 20}
    tree = {"all": [{"fact": "status", "is": "one_of", "value": ["active"]}, {"not": people}]}
    assert explained(tree, Known(status="active", employees=3), DAY) == {"": True, "0": True, "1": True}
    assert explained(tree, Known(status="active"), DAY) == {"": None, "0": True, "1": None}


def test_a_condition_that_must_not_be_so_is_one_line_and_its_answer_that_of_what_is_asked() -> None:
    tree = {"all": [{"not": {"fact": "list", "is": "one_of", "value": ["four_above"]}}]}
    said = wording.spoken(tree, {}, "zh")
    assert said[1] == ("0", False, "不符合“入选名录：四上企业”")
    assert explained(tree, Known(status="active", listings=()), DAY)["0"] is True
    assert [path for path, _ in placed(tree)] == ["0"]


def test_a_rule_is_said_in_both_languages() -> None:
    tree = {
        "all": [{"fact": "industry", "is": "one_of", "value": ["C"]}, {"fact": "age", "is": "at_least", "value": 3}]
    }
    chinese = [words for _, _, words in wording.spoken(tree, {"C": "制造业"}, "zh")]
    assert chinese == ["以下条件都要满足：", "行业：制造业", "成立年数：至少 3", "状态：在业"]
    english = [words for _, _, words in wording.spoken(tree, {"C": "Manufacturing"}, "en")]
    assert english[1:] == ["Industry: Manufacturing", "Years since its founding: at least 3", "Status: In business"]


def test_who_gave_up_business_qualifies_only_where_the_rule_names_the_status() -> None:
    few = {"fact": "employees", "is": "at_most", "value": 9}
    closed = {"fact": "status", "is": "one_of", "value": ["closed"]}
    for tree in (few, {"any": [few, few]}, {"all": [few]}, {"not": {"not": few}}):
        answers = [holds(tree, Known(employees=3, status=one), DAY) for one in ("active", "suspended", "closed", None)]
        assert answers == [True, False, False, None], tree
        said = [path for path, _, _ in wording.spoken(tree, {}, "zh")]
        assert list(explained(tree, Known(employees=3, status="closed"), DAY)) == said, tree
    assert holds({"any": [few, closed]}, Known(employees=3, status="suspended"), DAY) is True
    assert holds({"not": closed}, Known(employees=3, status="suspended"), DAY) is True


async def test_a_denied_condition_of_before_becomes_one_line(connected: Settings) -> None:
    await city.build()
    few = {"fact": "employees", "is": "at_most", "value": 9}
    closed = {"fact": "status", "is": "one_of", "value": ["closed"]}
    values = {"category": "market", "title": "展会", "summary": "", "owner": "商务局", "starts_on": DAY}
    group, denied = ("以下条件都要满足：", "All of this:"), ("不能是这样：", "This must not be so:")
    people, business = (
        ("参保人数：至多 9", "People insured through it: at most 9"),
        ("状态：在业", "Status: In business"),
    )
    gone = ("状态：已注销", "Status: Deregistered")
    cases = (
        ({"all": [few, {"not": few}]}, (("", group), ("0", people), ("1", denied), ("1.0", people), ("2", business))),
        ({"not": closed}, (("", denied), ("0", gone))),
    )
    for tree, rows in cases:
        row = await Policy.create(**values, amount_kind="none", division_id=city.CITY, eligibility=tree)
        for position, (path, (words, words_en)) in enumerate(rows, 1):
            line = {"position": position, "path": path, "depth": path.count(".") + 1 if path else 0}
            is_group = words.endswith("：")
            await PolicyRuleLine.create(policy_id=row.id, **line, is_group=is_group, words=words, words_en=words_en)
    migration = import_module("civicgraph.migrations.0071_what_was_before")
    await migration.say_denied_in_one_line(None, SimpleNamespace(client=get_connection("default")))

    async def lines() -> list[tuple[Any, ...]]:
        names = ("policy_id", "path", "depth", "is_group", "words", "words_en")
        return list(await PolicyRuleLine.all().order_by("policy_id", "position").values_list(*names))

    migrated = await lines()
    for row in await Policy.all():
        await write_words(row)
    assert migrated == await lines()


async def test_rules_from_before_get_the_words_that_they_would_be_saved_with(connected: Settings) -> None:
    await city.build()
    await load_industries()
    few = {"fact": "employees", "is": "at_most", "value": 9}
    kept = {"fact": "status", "is": "one_of", "value": ["closed"]}
    trees = [few, {"any": [few, {"not": few}]}, {"all": [few, {"any": [few, few]}]}, {"all": [few, kept]}, {}]
    values = {"category": "market", "title": "展会", "summary": "", "owner": "商务局", "starts_on": DAY}
    for tree in trees:
        row = await Policy.create(**values, amount_kind="none", division_id=city.CITY, eligibility=tree)
        for position, (path, is_group, words) in enumerate(wording.lines(tree, {}) if tree else (), 1):
            line = {"position": position, "path": path, "depth": path.count(".") + 1 if path else 0}
            await PolicyRuleLine.create(policy_id=row.id, **line, is_group=is_group, words=words, words_en=words)
    before = import_module("civicgraph.migrations.0064_budgets_used_up")
    await before.say_who(None, SimpleNamespace(client=get_connection("default")))

    async def lines() -> list[tuple[Any, ...]]:
        names = ("policy_id", "position", "path", "depth", "is_group", "words")
        return list(await PolicyRuleLine.all().order_by("policy_id", "position").values_list(*names))

    migrated = await lines()
    for row in await Policy.all():
        await write_words(row)
    assert migrated == await lines()

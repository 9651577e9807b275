"""Bounds: what a hostile or careless client may not do to the others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from graphql import GraphQLInputObjectType
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.accounts.operations import create_token
from civicgraph.budgets import BudgetExceeded, Budgets
from civicgraph.events.models import Event, ProgrammeItem
from civicgraph.graph import limits, paging
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Role
from civicgraph.schema import schema
from tests.support import city

NEW = {"accept": "application/graphql-response+json"}
TEMPLATES = Path(__file__).parent.parent.parent / "templates"

DEEP = 'query { division(code: "5203") { ' + "parent { " * 30 + "code" + " }" * 32
BOMB = "{ ...A0 } " + " ".join(f"fragment A{i} on Query {{ ...A{i + 1} ...A{i + 1} }}" for i in range(30))
BOMB += " fragment A30 on Query { __typename }"
EMPTY_BOMB = BOMB.replace("{ __typename }", "{ ...Nowhere }")
CHAIN = "{ ...A0 } fragment A9 on Query { __typename } " + " ".join(
    f"fragment A{i} on Query {{ {'... { ' * 40} ...A{i + 1} {'} ' * 40} }}" for i in reversed(range(9))
)
MERGED = "{ divisions { nodes { " + " ".join(f"...A{i}" for i in range(90)) + " } } } "
MERGED += " ".join(f"fragment A{i} on Division {{ code }}" for i in range(90))
HOSTILE = {
    "aliases": ("{ me { " + " ".join(f"a{i}: name" for i in range(600)) + " } }", "aliases: 31; the limit is 30"),
    "depth": (DEEP, "a depth of 16; the limit is 15"),
    "a cycle": ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "spreads itself"),
    "a cycle that nothing uses": ("{ __typename } fragment A on Query { ...A }", "spreads itself"),
    "10,000 short aliases": ("{ " + "a:b " * 10_000 + "}", "more tokens than 2000"),
    "tokens": ("{ " + "__typename " * 5_000 + "}", "more tokens than 2000"),
    "fields": ("{ divisions { nodes { " + "code " * 600 + "} } }", "fields: 501; the limit is 500"),
    "a bomb of fragments": (BOMB, "fragments spread: 254; the limit is 200"),
    "a bomb of empty fragments": (EMPTY_BOMB, "fragments spread: 382; the limit is 200"),
    "many fragments": ("{ __typename } " + "fragment A on Query { a } " * 101, "fragments: 101; the limit is 100"),
    "a chain of nested fragments": (CHAIN, "selections nested to 61; the limit is 60"),
    "fields to merge": ("{ divisions { nodes { " + "parent { code } " * 60 + "} } }", "merge: 3540; the limit is 2500"),
    "fields to merge by fragments": (MERGED, "pairs of fields to merge: 4005; the limit is 2500"),
    "arguments": (
        "{ divisions(" + "first: 1 " * 21 + ") { totalCount } }",
        "arguments in one place: 21; the limit is 20",
    ),
    "a list of values": ("{ nodes(ids: [" + '"a" ' * 201 + "]) { id } }", "a list of values: 201; the limit is 200"),
    "fields of a value": ("{ events(filter: {" + "a: 1 " * 41 + "}) { totalCount } }", "fields of one value: 41"),
    "fields at the root": ("{ " + "__typename " * 21 + "}", "fields at its root: 21; the limit is 20"),
    "directives": ("{ __typename " + "@include(if: true) " * 51 + "}", "directives: 51; the limit is 50"),
    "operations": (" ".join(f"query Q{i} {{ __typename }}" for i in range(21)), "operations: 21; the limit is 20"),
    "variables": ("query(" + " ".join(f"$v{i}: Int" for i in range(51)) + ") { __typename }", "variables: 51"),
    "a nested value": ("{ node(id: " + "[" * 40 + "1" + "]" * 40 + ") { id } }", "a value nested to 11"),
    "nesting": ("{ a " * 900 + "}" * 900, "nested too deeply"),
    "nesting inline": ("{ " + "... { " * 80 + "__typename" + " }" * 80 + " }", "nested to 61"),
}


def test_each_input_of_the_schema_can_be_filled_in_whole() -> None:
    inputs = [one for one in schema()._schema.type_map.values() if isinstance(one, GraphQLInputObjectType)]
    assert max(len(one.fields) for one in inputs) <= limits.MAX_INPUT_FIELDS


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_document_is_refused_with_limit_and_value(client: httpx.AsyncClient, name: str) -> None:
    document, words = HOSTILE[name]
    answer = await client.post("/graphql", json={"query": document}, headers=NEW)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert words in error["message"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    "document",
    ["{ me { " + " ".join(f"a{i}: name" for i in range(10_000)) + " } }", "{ " + "a " * 500_000 + "}"],
    ids=["10,000 aliases", "1 MB of tokens"],
)
async def test_a_huge_document_is_not_even_read(client: httpx.AsyncClient, document: str) -> None:
    answer = await client.post("/graphql", json={"query": document}, headers=NEW)
    assert answer.status_code == 413
    (error,) = answer.json()["errors"]
    assert error["message"] == "The request has more bytes than 65536, which is the limit."
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_lists_in_lists_are_dear_even_where_no_size_is_given(client: httpx.AsyncClient) -> None:
    text = "{ divisions { nodes { grids { nodes { grievances { nodes { updates { nodes { status } } } } } } } } }"
    answer = await client.post("/graphql", json={"query": text}, headers=NEW)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["message"].startswith(f"The operation costs {20 + 20**2 + 20**3 + 20**4}; the limit is 5000.")


async def test_a_list_that_a_row_owns_ends_somewhere(app: Starlette, client: httpx.AsyncClient) -> None:
    await city.build()
    times = {"starts_at": datetime(2031, 5, 22, 11, tzinfo=UTC), "ends_at": datetime(2031, 5, 22, 14, tzinfo=UTC)}
    event = await Event.create(
        slug="long", kind="activity", title="长", division_id=city.FENGQUAN, status="published", **times
    )
    await ProgrammeItem.bulk_create(
        ProgrammeItem(event=event, position=turn, kind="performance", title="节目")
        for turn in range(paging.MAX_OWNED + 5)
    )
    answer = await client.post(
        "/graphql", json={"query": '{ event(slug: "long") { programme { title } } }'}, headers=NEW
    )
    assert len(answer.json()["data"]["event"]["programme"]) == paging.MAX_OWNED


async def test_introspection_as_tools_ask_for_it_is_within_the_bounds(client: httpx.AsyncClient) -> None:
    from graphql import get_introspection_query

    text = get_introspection_query(input_value_deprecation=True, specified_by_url=True)
    answer = await client.post("/graphql", json={"query": text}, headers=NEW)
    assert answer.status_code == 200
    assert "errors" not in answer.json()


async def test_the_schema_can_be_closed_to_strangers(app: Starlette, client: httpx.AsyncClient) -> None:
    await city.build()
    partner = await city.person("partner", Role.DISPATCHER, city.FENGGANG)
    made = await create_token(partner, {"name": "app", "scopes": ["read"], "days": 1})
    configuration.use(app.state.settings.model_copy(update={"is_introspection_open": False}))
    hidden = "{ ...A } fragment A on Query { __schema { queryType { name } } }"
    for text in ("{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }', hidden):
        answer = await client.post("/graphql", json={"query": text}, headers=NEW)
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    with_token = {**NEW, "authorization": f"Bearer {made['secret']}"}
    assert (await client.post("/graphql", json={"query": hidden}, headers=with_token)).status_code == 200
    assert (await client.post("/graphql", json={"query": "{ __typename }"}, headers=NEW)).status_code == 200


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ __typename }", 0),
        ('{ division(code: "5203") { code name } }', 1),
        ('{ division(code: "520327") { parent { code } children(first: 3) { nodes { code } } } }', 1 + 1 + 3),
        ("{ divisions { nodes { code } } }", 20),
        ("{ divisions(first: 7) { totalCount edges { node { code } } } }", 7 + 5),
        ("query($n: Int = 4) { divisions(first: $n) { nodes { parent { code } } } }", 8),
        ('{ events(filter: {text: "演练"}, first: 2) { nodes { programme { title } } } }', 2 * (1 + 10) + 10),
        (
            "{ divisions(first: 2) { nodes { children(first: 3) { nodes { grids(last: 5) { nodes { code } } } } } } }",
            2 * (1 + 3 * (1 + 5)),
        ),
    ],
)
async def test_the_cost_of_a_read_follows_what_is_asked(client: httpx.AsyncClient, document: str, cost: int) -> None:
    answer = (await client.post("/graphql", json={"query": document}, headers=NEW)).json()
    told = answer["extensions"]["cost"]
    assert (told["requested"], told["limit"]) == (cost, 5000)
    assert told["remaining"] < 50_000
    assert 0 < told["resetsIn"] <= 60


async def test_a_read_that_costs_too_much_does_not_run(app: Starlette, client: httpx.AsyncClient) -> None:
    text = "query($n: Int!) { divisions(first: $n) { nodes { grids(first: 100) { nodes { code } } } } }"
    before = app.state.engine.statements
    for size, status in ((49, 200), (50, 400)):
        answer = await client.post("/graphql", json={"query": text, "variables": {"n": size}}, headers=NEW)
        assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert error["message"] == (
        "The operation costs 5050; the limit is 5000. Most of it is `divisions.nodes.grids.nodes`: ask for fewer items."
    )
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert app.state.engine.statements == before + 1


@pytest.mark.parametrize("size", [-1, 101, 2**31 - 1])
async def test_a_page_has_bounds(client: httpx.AsyncClient, size: int) -> None:
    for argument in ("first", "last"):
        text = f"{{ divisions({argument}: {size}) {{ nodes {{ code }} }} }}"
        answer = await client.post("/graphql", json={"query": text}, headers=NEW)
        assert answer.status_code == 400
        assert f"`{argument}` is {size}" in answer.json()["errors"][0]["message"]


async def test_who_asks_too_much_in_a_minute_waits_and_others_do_not(app: Starlette, client: httpx.AsyncClient) -> None:
    configuration.use(app.state.settings.model_copy(update={"cost_per_minute": 50}))
    body = {"query": "{ divisions(first: 20) { nodes { code } } }"}
    statuses = [(await client.post("/graphql", json=body, headers=NEW)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    answer = await client.post("/graphql", json=body, headers=NEW)
    assert 1 <= int(answer.headers["retry-after"]) <= 120
    assert answer.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    elsewhere = {**NEW, "x-forwarded-for": "203.0.113.9"}
    assert (await client.post("/graphql", json=body, headers=elsewhere)).status_code == 200


def test_a_budget_comes_back_as_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 600.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    budgets = Budgets()
    assert budgets.spend("a", 100, 100).remaining == 0
    with pytest.raises(BudgetExceeded) as refused:
        budgets.spend("a", 50, 100)
    now += refused.value.retry_after
    assert budgets.spend("a", 50, 100).remaining >= 0
    now += 120
    assert budgets.spend("a", 100, 100).remaining == 0
    assert budgets.spend("b", 1, 100).remaining == 99


async def test_no_page_of_our_own_is_dearer_than_a_strangers_read_may_be(engine: Engine) -> None:
    # The staff's choice of a place reads the whole tree below their grant: the sizes it asks for are never full.
    paths = sorted(set(TEMPLATES.rglob("*.graphql")) - {TEMPLATES / "staff" / "divisions" / "choices.graphql"})
    assert len(paths) > 30
    for path in paths:
        document = engine.document(path.read_text(encoding="utf-8"))
        operation = document.operation(None)
        given = _anything(engine, operation)
        variables = engine.variables(operation, given)
        plan = engine.plan(document, operation, variables, ANONYMOUS)
        assert engine.cost(plan, variables, ANONYMOUS, configuration.current().cost_limit) < 2_000, path


def _anything(engine: Engine, operation: object) -> dict[str, object]:
    """A value for each variable that has to be given; pages ask for 100 items at most."""
    samples = {
        **{"Int": 100, "Boolean": True, "ID": "Division:5203", "DivisionCode": "5203"},
        **{"String": "2026-11", "Date": "2026-11-29", "Channel": "WEB"},
    }
    found: dict[str, object] = {}
    for variable in operation.variable_definitions or ():  # type: ignore[attr-defined]
        kind = variable.type
        name = getattr(getattr(kind, "type", kind), "name", None)
        found[variable.variable.name.value] = (
            samples.get(name.value if name else "") if kind.kind == "non_null_type" else None
        )
    return found


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT 1 - x FROM n) SELECT '{}' FROM n WHERE x = 2"


async def test_a_read_that_does_not_end_is_stopped_and_told_and_the_next_is_answered(
    app: Starlette, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = app.state.engine.reader
    fetch = reader.fetch
    ask = {"url": "/graphql", "json": {"query": "{ divisions { totalCount } }"}, "headers": NEW}
    with monkeypatch.context() as while_it_runs:
        while_it_runs.setattr(reader, "fetch", lambda statement, parameters: fetch(ENDLESS, []))
        slow = (await client.post(**ask)).json()["errors"]
    assert [one["extensions"]["code"] for one in slow] == ["LIMIT_EXCEEDED"]
    assert "took longer than 2 s, which is the limit, and was stopped" in slow[0]["message"]
    assert (await client.post(**ask)).json()["data"] == {"divisions": {"totalCount": 0}}

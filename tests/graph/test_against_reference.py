"""The planner against a slow and obvious reference: random documents, random people, every value and its place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from graphql import execute, get_named_type, is_abstract_type, is_object_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civicgraph import clock
from civicgraph.graph import limits, readers
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor, Held, Role
from tests.graph.reference import city, every
from tests.graph.reference.documents import Request, followings, requests
from tests.graph.reference.execution import answer, is_known, meaning, schema, target
from tests.graph.reference.fields import NODES
from tests.graph.reference.filters import FILTERS
from tests.graph.reference.lists import LISTS, ORDERS
from tests.graph.reference.marks import leaks
from tests.graph.reference.pools import cursors, pools
from tests.graph.reference.words import NOW
from tests.graph.reference.world import Rows, World, load
from tests.support.city import CITY

DOCUMENTS = int(os.environ.get("CIVICGRAPH_RANDOM_DOCUMENTS", "0"))
"""So many random documents instead of the usual, and others each time."""
FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
OWN = ("inbox", "mySessions", "myTokens", "savedFilters")
"""Lists of what is one's own: few have much."""


def random(examples: int) -> Any:
    """How long hypothesis looks."""
    return settings(
        max_examples=DOCUMENTS or examples,
        derandomize=not DOCUMENTS,
        deadline=None,
        database=None,
        suppress_health_check=FIXTURES,
    )


def difference(found: Any, expected: Any, path: str = "data") -> str:
    """The first place where two answers differ, in words."""
    if isinstance(found, dict) and isinstance(expected, dict) and list(found) == list(expected):
        parts = [(found[key], expected[key], f"{path}.{key}") for key in found]
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        parts = [(*pair, f"{path}[{index}]") for index, pair in enumerate(zip(found, expected, strict=True))]
    else:
        return "" if found == expected else f"{path} is {found!r:.300} and should be {expected!r:.300}"
    return next(filter(None, (difference(*part) for part in parts)), "")


def compact(answer: bytes) -> bytes:
    """JSON without the spaces that PostgreSQL puts between its parts."""
    parts = re.split(rb'("(?:[^"\\]|\\.)*")', answer)
    parts[::2] = [between.translate(None, b" \n") for between in parts[::2]]
    return b"".join(parts)


class Town:
    """The small city behind an engine, and everybody who may ask."""

    def __init__(self, engine: Engine, rows: Rows, actors: list[Actor]) -> None:
        self.engine = engine
        self.rows = rows
        self.pools = pools(rows)
        known = cursors(rows)
        self.requests = requests(self.pools, known)
        self.followings = followings(self.pools, known)
        self.told: set[str] = set()
        self.people = [actor for actor in actors if actor.kind == "person"]
        tokens = [actor for actor in actors if actor.kind == "token"]
        self.actors = st.one_of(st.just(ANONYMOUS), st.sampled_from(self.people), st.sampled_from(tokens))

    async def compare(self, text: str, variables: dict[str, Any], actor: Actor) -> None:
        """Ask both; whatever nobody should have told the actor is nowhere in the answer.

        What is kept of a read for the next that is the same gives the same parameters, though it was kept long ago.
        """
        world = World(self.rows, actor, NOW, self.told)
        plan, coerced = self.engine.prepared(text, variables, actor)
        with clock.override(NOW - timedelta(days=400)):
            bound = self.engine.bind(plan, coerced)
        with clock.override(NOW):
            parameters = self.engine.parameters(plan.slots, coerced, actor)
            assert self.engine.parameters_of(bound, coerced, actor) == parameters, (text, variables)
            found = compact(await self.engine.fetch(text, variables, actor))
        expected = orjson.dumps(answer(text, variables, world))
        assert found == expected, (difference(orjson.loads(found), orjson.loads(expected)), text, variables, actor)
        assert leaks(world, found.decode(), may_track="tracked" in text) == [], (text, variables, actor)

    async def resolved(self, text: str, variables: dict[str, Any], actor: Actor) -> Any:
        """The engine's answer when graphql-core runs the operation, and the planner its root fields."""
        document = self.engine.document(text)
        assert document.parsed is not None
        context = SimpleNamespace(engine=self.engine, actor=actor)
        result: Any = execute(self.engine.schema, document.parsed, context_value=context, variable_values=variables)
        result = result if hasattr(result, "data") else await result
        assert not result.errors, result.errors
        return result.data


@pytest.fixture
async def town(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The city, and an engine that takes larger documents than clients may send: limits have tests of their own."""
    for name in ("MAX_ALIASES", "MAX_FIELDS", "MAX_DIRECTIVES", "MAX_VARIABLES", "MAX_DEPTH", "MAX_TOKENS"):
        monkeypatch.setattr(limits, name, 10_000)
    monkeypatch.setattr(readers, "STATEMENT_SECONDS", 30)
    with clock.override(NOW):
        await city.build()
    return Town(engine, await load(engine.reader.dialect.name), await city.actors())


def readable() -> Iterator[tuple[Any, str]]:
    """Every field that can be read or followed, and the type that it stands in."""
    met, ahead = set(), [*every.roots()]
    while ahead:
        kind: Any = ahead.pop()
        if kind.name in met:
            continue
        met.add(kind.name)
        for name, field in kind.fields.items():
            named = get_named_type(field.type)
            ahead += [named] if is_object_type(named) else []
            ahead += schema().get_possible_types(named) if is_abstract_type(named) else []
            yield kind, name


def test_the_reference_says_what_all_means_that_can_be_read() -> None:
    unsaid = set()
    for kind, name in readable():
        path, field = meaning(kind.name, name), kind.fields[name]
        unsaid |= {path} if not is_known(kind, name) else set()
        if "orderBy" in field.args:
            filters: Any = get_named_type(field.args["filter"].type)
            orders: Any = get_named_type(field.args["orderBy"].type)
            unsaid |= {path} - LISTS.keys()
            unsaid |= {f"{filters.name}.{one}" for one in filters.fields} - FILTERS.keys()
            unsaid |= {f"{orders.name}.{one}" for one in set(orders.values) - ORDERS[target(kind, name)].keys()}
    nodes: Any = schema().type_map["Node"]
    unsaid |= {one.name for one in schema().get_possible_types(nodes)} - set(NODES)
    assert unsaid == set()


@given(data=st.data())
@random(150)
async def test_random_documents_mean_the_same_to_the_planner_and_to_the_reference(town: Town, data: Any) -> None:
    asked: Request = data.draw(town.requests)
    actors = data.draw(st.lists(town.actors, min_size=3, max_size=3))
    assert town.engine.document(asked.text).errors == []
    for variables, actor in zip((*asked.variables, asked.variables[0]), actors, strict=True):
        await town.compare(asked.text, variables, actor)


@given(data=st.data())
@random(50)
async def test_random_subscriptions_are_told_at_once_what_the_reference_says(town: Town, data: Any) -> None:
    asked: Request = data.draw(town.followings)
    assert town.engine.document(asked.text).errors == []
    for variables in asked.variables:
        await town.compare(asked.text, variables, data.draw(town.actors))


@given(data=st.data())
@random(50)
async def test_random_documents_mean_the_same_when_graphql_core_runs_them(town: Town, data: Any) -> None:
    asked: Request = data.draw(town.requests)
    actor = data.draw(town.actors)
    with clock.override(NOW):
        planned = await town.engine.read(asked.text, asked.variables[0], actor)
        resolved = await town.resolved(asked.text, asked.variables[0], actor)
    assert orjson.dumps(planned) == orjson.dumps(resolved), (difference(planned, resolved), asked.text, actor)


def all_fields() -> set[str]:
    """Every field that can be read, as Type.field."""
    return {f"{kind.name}.{name}" for kind, name in readable()}


async def test_every_field_of_every_type_says_to_everybody_what_it_should(town: Town) -> None:
    turn, deep = cycle(town.people), list[tuple[str, dict[str, Any]]]()
    administrator = next(one for one in town.people if Held(Role.ADMINISTRATOR, CITY) in one.grants)
    for root in every.roots():
        for name, field in root.fields.items():
            is_list = "orderBy" in field.args
            for text, variables in every.whole(root, name, town.pools):
                is_own = is_list or name.startswith("my")
                for actor in (ANONYMOUS, *(town.people if is_own else [next(turn), administrator])):
                    await town.compare(text, variables, actor)
            for text, variables in every.whole(root, name, town.pools, depth=2) if is_list else ():
                deep.append((text, variables))
                for actor in (ANONYMOUS, next(turn)):
                    await town.compare(text, variables, actor)
    for text, variables in deep:  # what was nobody's whose turn it was, who may see it is asked for
        if town.told >= all_fields():
            break
        await town.compare(text, variables, administrator)
    assert sorted(all_fields() - town.told) == []


async def test_every_filter_lets_through_what_it_should(town: Town) -> None:
    asked = [one for name in every.lists() for one in every.filtered(name, town.pools)]
    for number, (text, variables) in enumerate(asked):
        for actor in (ANONYMOUS, town.people[number % len(town.people)]):
            await town.compare(text, variables, actor)


async def walked(town: Town, text: str, actor: Actor, size: str, start: str, info: tuple[str, str]) -> list[list[Any]]:
    """The pages of a list one after another, until the last says that it is the last."""
    pages, has_more, cursor = [], info[0], None
    while True:
        found = await town.engine.read(text, {size: 7, start: cursor}, actor)
        (page,) = found.values()
        pages.append(page["edges"])
        cursor = page["pageInfo"][info[1]]
        if not page["pageInfo"][has_more]:
            return pages


async def test_pages_forwards_and_backwards_make_the_whole_list_once(town: Town) -> None:
    centre = next(one for one in town.people if one.grants == (Held(Role.ADMINISTRATOR, CITY),))
    for name in every.lists():
        for order in every.orders(name):
            text = (
                f"query ($first: Int, $after: String, $last: Int, $before: String) {{ {name}(orderBy: {order},"
                " first: $first, after: $after, last: $last, before: $before) { edges { cursor node { __typename id } }"
                " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
            )
            pages = await walked(town, text, centre, "first", "after", ("hasNextPage", "endCursor"))
            forwards = [edge for page in pages for edge in page]
            pages = await walked(town, text, centre, "last", "before", ("hasPreviousPage", "startCursor"))
            assert [edge for page in reversed(pages) for edge in page] == forwards, (name, order)
            assert len({edge["cursor"] for edge in forwards}) == len(forwards), (name, order)
            assert len(forwards) > 1 or name in OWN, (name, order)

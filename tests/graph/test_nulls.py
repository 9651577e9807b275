"""Null for an optional field of an input: many clients send it for what they leave unset. It is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)

from civicgraph import settings as configuration
from civicgraph.graph.mutations import input_of, to_plain
from civicgraph.grievances.models import Grievance
from civicgraph.permissions import Role
from civicgraph.policies.operations import AddPolicyExample
from civicgraph.schema import schema
from civicgraph.settings import Settings
from tests.grievances.conftest import fill
from tests.support import city
from tests.support.city import FENGQUAN

JSON = {"accept": "application/graphql-response+json"}
SCALARS: dict[str, Any] = {
    "String": "some words of a test",
    "Int": 1,
    "BigInt": 1,
    "Boolean": True,
    "Date": "2026-05-22",
    "DateTime": "2026-05-22T19:00:00+08:00",
    "DivisionCode": FENGQUAN,
    "ID": "1",
}
TEXTS = {"number": "ZY-0101-0000", "divisionCode": FENGQUAN, "code": FENGQUAN, "category": "lighting"}
"""What a text has to look like for the work to begin."""
MEANINGS = {"addPolicyExample.status"}
"""Where null is a value of its own: an example of an enterprise in any state."""


def sample(kind: Any, name: str = "") -> Any:
    """A value of an input type, with what it requires alone."""
    if isinstance(kind, GraphQLNonNull):
        return sample(kind.of_type, name)
    if isinstance(kind, GraphQLList):
        return [sample(kind.of_type, name)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {one: sample(part.type, one) for one, part in kind.fields.items() if is_required_input_field(part)}
    return TEXTS.get(name, SCALARS[kind.name])


def optional(kind: GraphQLInputObjectType) -> Iterator[tuple[str, GraphQLInputField]]:
    return ((name, part) for name, part in kind.fields.items() if not is_required_input_field(part))


def inputs(field: GraphQLField) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each optional field of a mutation's input: its name, the input without it, and with null for it."""
    outer = get_named_type(field.args["input"].type)
    assert isinstance(outer, GraphQLInputObjectType)
    base = sample(outer)
    for name, _ in optional(outer):
        yield name, base, {**base, name: None}
    for name, part in outer.fields.items():
        inner = get_named_type(part.type)
        if not isinstance(inner, GraphQLInputObjectType):
            continue
        is_list = isinstance(sample(part.type), list)
        given = sample(inner)
        for deeper, _ in optional(inner):
            pair = (given, {**given, deeper: None})
            without, null = ({**base, name: [one] if is_list else one} for one in pair)
            yield f"{name}.{deeper}", without, null


def mutations() -> dict[str, GraphQLField]:
    found = schema()._schema.mutation_type
    assert found is not None
    return dict(found.fields)


async def sent(client: httpx.AsyncClient, name: str, given: dict[str, Any], more: str = "") -> dict[str, Any]:
    kind = mutations()[name].args["input"].type
    query = f"mutation($input: {kind}) {{ {name}(input: $input) {{ {more} errors {{ field code reason message }} }} }}"
    answer = await client.post("/graphql", json={"query": query, "variables": {"input": given}}, headers=JSON)
    found = answer.json()
    assert "errors" not in found, (name, given, found)
    told: dict[str, Any] = found["data"][name]
    return told


@pytest.fixture
async def chief(client: httpx.AsyncClient, settings: Settings) -> httpx.AsyncClient:
    """A browser in which somebody is signed in who may do everything, and thousands of times a minute."""
    configuration.use(settings.model_copy(update={"staff_cost_per_minute": 10**9}))
    await fill()
    await city.sign_in(client, "chief", Role.ADMINISTRATOR, city.CITY)
    return client


async def test_null_answers_as_what_is_left_out_in_every_mutation(chief: httpx.AsyncClient) -> None:
    seen = 0
    for mutation, field in mutations().items():
        for name, without, null in inputs(field):
            first, second = await sent(chief, mutation, without), await sent(chief, mutation, null)
            seen += 1
            if f"{mutation}.{name}" not in MEANINGS and first["errors"]:
                assert second["errors"] == first["errors"], (mutation, name)
    assert seen > 500


REPORT = {
    "category": "lighting",
    "divisionCode": FENGQUAN,
    "description": "三单元楼道灯坏了两天",
}
"""What a report requires."""


async def test_a_report_is_filed_with_null_for_whatever_is_optional(client: httpx.AsyncClient) -> None:
    await fill()
    kind = get_named_type(mutations()["fileGrievance"].args["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    nulls = {name: None for name, _ in optional(kind) if name not in REPORT}
    told = await sent(client, "fileGrievance", {**REPORT, **nulls}, "number trackingSecret")
    assert told["errors"] == []
    row = await Grievance.get()
    assert row.channel == "api"
    assert row.contact_phone == ""
    own = {"number": told["number"], "secret": told["trackingSecret"]}
    told = await sent(
        client, "supportGrievance", {"number": row.number, "supporter": "a browser of a test", "email": None}, "isNew"
    )
    assert (told["errors"], told["isNew"]) == ([], True)
    told = await sent(client, "addToTrackedGrievance", {**own, "words": "灯还是坏的", "documents": None})
    assert told["errors"] == []


def test_null_is_left_out_but_where_the_model_knows_it() -> None:
    example = input_of(AddPolicyExample)(policy_id=1, title="任何状态", status=None, industry_code=None)
    assert to_plain(example, AddPolicyExample) == {"policy_id": 1, "title": "任何状态", "status": None}

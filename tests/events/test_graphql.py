"""The same writes through GraphQL, and the promises of their answers."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph.events.models import Event
from civicgraph.permissions import Role
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN

CREATE = """mutation ($input: CreateEventInput!) { createEvent(input: $input) {
  event { slug status version startsAt programme { title } division { shortName } }
  errors { field code reason message } } }"""
PUBLISH = """mutation ($slug: String!, $version: Int!) {
  publishEvent(input: {slug: $slug, version: $version}) { event { status version } errors { code reason } } }"""
SERVICE = """mutation ($input: CreateServiceInput!) { createService(input: $input) {
  service { status hours { weekday opensMinute closesMinute } priceFor(age: 82, isResident: true) { amountFen } }
  errors { field code reason } } }"""
EVENT: dict[str, Any] = {
    "kind": "POLICY_CLASS",
    "title": "政策微课堂",
    "divisionCode": FENGQUAN,
    "startsAt": "2026-06-14T15:00:00+08:00",
    "endsAt": "2026-06-14T16:00:00+08:00",
    "programme": [{"kind": "TALK", "title": "防溺水"}],
}


@pytest.fixture
async def browser(app: Starlette) -> Browser:
    """An editor of the county, signed in."""
    await place.build()
    return await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))


async def ask(browser: Browser, query: str, **variables: Any) -> dict[str, Any]:
    """The data that a client gets."""
    headers = {"accept": "application/json"}
    answer = await browser.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    body: dict[str, Any] = answer.json()
    assert "errors" not in body, body
    data: dict[str, Any] = body["data"]
    return data


async def test_an_event_is_entered_and_published_by_mutations(app: Starlette, browser: Browser) -> None:
    made = (await ask(browser, CREATE, input=EVENT))["createEvent"]
    assert made["errors"] == []
    assert made["event"]["status"] == "DRAFT"
    assert made["event"]["startsAt"] == "2026-06-14T07:00:00+00:00"
    assert made["event"]["programme"] == [{"title": "防溺水"}]
    key = {"slug": made["event"]["slug"], "version": made["event"]["version"]}
    assert (await ask(visit(app), PUBLISH, **key))["publishEvent"]["errors"][0]["code"] == "NOT_FOUND"
    assert (await ask(browser, PUBLISH, **key))["publishEvent"]["event"] == {"status": "PUBLISHED", "version": 2}
    again = (await ask(browser, PUBLISH, **key))["publishEvent"]
    assert (again["event"], again["errors"][0]["code"]) == (None, "CONFLICT")


async def test_what_does_not_fit_is_named_by_its_field_in_the_persons_language(browser: Browser) -> None:
    wrong = {**EVENT, "endsAt": "2026-06-14T14:00:00+08:00"}
    errors = (await ask(browser, CREATE, input=wrong))["createEvent"]["errors"]
    assert [(error["field"], error["reason"]) for error in errors] == [("endsAt", "end_before_start")]
    assert errors[0]["message"] == "结束要晚于开始。"


async def test_a_service_is_entered_with_hours_and_prices_by_one_mutation(browser: Browser) -> None:
    given = {
        "kind": "CANTEEN",
        "name": "老年食堂",
        "divisionCode": FENGQUAN,
        "hours": [{"weekday": 1, "opensMinute": 660, "closesMinute": 780}],
        "priceRules": [{"label": "80 岁及以上", "minAge": 80, "amountFen": 800, "unit": "餐"}],
    }
    made = (await ask(browser, SERVICE, input=given))["createService"]
    assert made["errors"] == []
    assert made["service"]["hours"] == [{"weekday": 1, "opensMinute": 660, "closesMinute": 780}]
    assert made["service"]["priceFor"] == {"amountFen": 800}
    overlapping = [*given["hours"], {"weekday": 1, "opensMinute": 700, "closesMinute": 800}]
    errors = (await ask(browser, SERVICE, input={**given, "hours": overlapping}))["createService"]["errors"]
    assert [(error["field"], error["reason"]) for error in errors] == [("hours.1.closesMinute", "overlap")]


@pytest.mark.parametrize("number", ["46013", '"46013"'])
async def test_a_number_is_no_moment_over_graphql_either(browser: Browser, number: str) -> None:
    given = f'kind: CULTURE_NIGHT, title: "一夜", divisionCode: "{FENGQUAN}", startsAt: {number}, endsAt: {number}'
    query = f"mutation {{ createEvent(input: {{{given}}}) {{ event {{ slug }} errors {{ field }} }} }}"
    answer = await browser.http.post("/graphql", json={"query": query}, headers={"accept": "application/json"})
    assert "errors" in answer.json()
    assert not await Event.all().exists()

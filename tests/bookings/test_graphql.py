"""Places over GraphQL: what strangers read, what holders do, what staff see."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph.permissions import Actor
from tests.bookings.conftest import Offer, come
from tests.support.browser import signed_in

QUOTA = """query ($code: String!) { quota(code: $code) { capacity left taken waiting registrationEndsAt isTaking attended
  registrations { totalCount nodes { contactName number contactPhoneMasked } } } }"""
REGISTER = """mutation ($input: RegisterInput!) { register(input: $input) {
  registration { number state people position quota { left } } secret errors { field reason } } }"""
MINE = "query ($n: String!, $s: String!) { trackedRegistration(number: $n, secret: $s) { state position mayCancel } }"
CANCEL = """mutation ($n: String!, $s: String!) { cancelRegistration(input: {number: $n, secret: $s}) {
  registration { state } errors { code } } }"""


async def ask(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any]:
    headers = {"accept": "application/json", "sec-fetch-site": "same-origin"}
    answer = (await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)).json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found


async def test_a_place_is_taken_read_and_given_back_over_graphql(client: httpx.AsyncClient, offer: Offer) -> None:
    quota = await offer(capacity=1)
    given = {"quotaCode": quota.code, "contactName": "张三"}
    made = (await ask(client, REGISTER, input=given))["register"]
    assert (made["registration"]["state"], made["registration"]["quota"]["left"]) == ("CONFIRMED", 0)
    second = (await ask(client, REGISTER, input=given))["register"]
    assert (second["registration"]["state"], second["registration"]["position"]) == ("WAITING", 1)
    refused = (await ask(client, REGISTER, input={**given, "people": 5}))["register"]
    assert (refused["registration"], refused["errors"][0]["field"]) == (None, "people")
    number, secret = made["registration"]["number"], made["secret"]
    wrong = await ask(client, MINE, n=number, s=second["secret"])
    assert wrong == {"trackedRegistration": None}
    assert (await ask(client, MINE, n=number.lower(), s=secret))["trackedRegistration"]["mayCancel"] is True
    assert (await ask(client, CANCEL, n=number, s=secret))["cancelRegistration"]["registration"]["state"] == "CANCELLED"
    moved = await ask(client, MINE, n=second["registration"]["number"], s=second["secret"])
    assert moved["trackedRegistration"] == {"state": "CONFIRMED", "position": None, "mayCancel": True}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_who_comes_is_for_those_who_look_after_it_and_for_the_public_only_where_people_said_so(
    app: Starlette, client: httpx.AsyncClient, offer: Offer, dispatcher: Actor
) -> None:
    quota = await offer(capacity=2)
    await come(quota, "张三", contact_phone="13800001234")
    await come(quota, "李四", is_listed=True)
    await come(quota, "王五", is_listed=True)  # waits: nobody reads of it
    public = (await ask(client, QUOTA, code=quota.code))["quota"]
    assert (public["left"], public["waiting"], public["attended"], public["isTaking"]) == (0, 1, None, True)
    nodes = [{"contactName": "李四", "number": None, "contactPhoneMasked": None}]
    assert public["registrations"] == {"totalCount": 1, "nodes": nodes}
    staff = await signed_in(app, dispatcher)
    seen = (await ask(staff.http, QUOTA, code=quota.code))["quota"]
    assert seen["registrations"]["totalCount"] == 3
    assert seen["registrations"]["nodes"][0]["contactPhoneMasked"] == "138****1234"

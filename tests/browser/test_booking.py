"""A place is booked on a phone and on a desk, with and without JavaScript, in under a minute, and given back by the link."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.support import city
from tests.support.axe import IS_TOO_WIDE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CREATE = """mutation ($input: CreateEventInput!) { createEvent(input: $input) { event { slug version } errors { message } } }"""
PUBLISH = "mutation ($s: String!, $v: Int!) { publishEvent(input: {slug: $s, version: $v}) { errors { message } } }"
OFFER = "mutation ($input: CreateQuotaInput!) { createQuota(input: $input) { quota { code } errors { message } } }"
NIGHT = {
    "kind": "CULTURE_NIGHT",
    "title": "美术馆之夜",
    "divisionCode": city.FENGQUAN,
    "venue": "凤冈美术馆",
    "contactPhone": "0851-25221234",
    "startsAt": "2031-05-22T19:00:00+08:00",
    "endsAt": "2031-05-22T21:30:00+08:00",
}


def offered(people: People, **values: Any) -> str:
    """The slug of an event with places, made by its editor over GraphQL."""
    editor = people.staff("editor")
    cookies = {one["name"]: one["value"] for one in editor.context.cookies()}

    def ask(query: str, **variables: Any) -> Any:
        headers = {"accept": "application/json", "origin": people.url}
        answer = httpx.post(
            f"{people.url}/graphql", json={"query": query, "variables": variables}, headers=headers, cookies=cookies
        )
        (found,) = answer.json()["data"].values()
        assert not found["errors"], found
        return found

    event = ask(CREATE, input=NIGHT)["event"]
    ask(PUBLISH, s=event["slug"], v=event["version"])
    ask(OFFER, input={"subjectKind": "EVENT", "subjectSlug": event["slug"], **values})
    return str(event["slug"])


def book(page: Page, slug: str, name: str) -> None:
    page.goto(f"/events/{slug}")
    page.click("#places .cta a")
    page.fill("[name=contact_name]", name)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/my-booking/**")


def test_a_resident_books_in_under_a_minute_and_who_waits_moves_up(people: People) -> None:
    slug = offered(people, title="手绘帆布包", capacity=1, maxPeople=1)
    first, second = people.resident(), people.resident()
    begun = time.monotonic()
    book(first, slug, "赵大妈")
    assert time.monotonic() - begun < 60
    expect(first.locator("h1")).to_have_text("您已报上名，1 个名额")
    expect(first.locator(".ticket svg")).to_be_visible()
    assert not first.evaluate(IS_TOO_WIDE)
    own = first.url
    book(second, slug, "钱大爷")
    expect(second.locator("h1")).to_have_text("您排在候补第 1 位")
    first.goto(f"/events/{slug}")
    expect(first.locator("#places")).to_contain_text("您已报上名")
    expect(first.locator("#places")).not_to_contain_text("还剩")
    first.goto(own)
    first.click("#cancellation > summary")
    first.click("#cancellation button[type=submit]")
    expect(first.locator("h1")).to_have_text("已取消")
    second.reload()
    expect(second.locator("h1")).to_have_text("您已报上名，1 个名额")

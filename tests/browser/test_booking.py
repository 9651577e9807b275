"""A place is booked on a phone and on a desk, with and without JavaScript, in under a minute, and given back by the link."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from civicgraph.bookings import rules
from tests.browser.conftest import People, until_kept
from tests.support import city
from tests.support.axe import IS_TOO_WIDE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CREATE = """mutation ($input: CreateEventInput!) { createEvent(input: $input) { event { slug version } errors { message } } }"""
PUBLISH = "mutation ($s: String!, $v: Int!) { publishEvent(input: {slug: $s, version: $v}) { errors { message } } }"
OFFER = "mutation ($input: CreateQuotaInput!) { createQuota(input: $input) { quota { code } errors { message } } }"
REGISTER = (
    "mutation ($input: RegisterInput!) { register(input: $input) { registration { number } errors { message } } }"
)
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


def registered(people: People, slug: str, name: str) -> str:
    """The number of a place that somebody took over GraphQL."""
    asked = f'{{ event(slug: "{slug}") {{ quotas {{ code }} }} }}'
    code = httpx.post(f"{people.url}/graphql", json={"query": asked}).json()["data"]["event"]["quotas"][0]["code"]
    given = {"quotaCode": code, "contactName": name, "contactPhone": "13800001234"}
    answer = httpx.post(f"{people.url}/graphql", json={"query": REGISTER, "variables": {"input": given}}).json()
    return str(answer["data"]["register"]["registration"]["number"])


def test_people_are_checked_in_without_a_connection_each_once_when_it_is_back(people: People) -> None:
    slug = offered(people, title="摸鱼大赛", capacity=9)
    names = ("赵大妈", "钱大爷", "孙师傅", "李老师")
    ticked, scanned, elsewhere, absent = (registered(people, slug, name) for name in names)
    door = people.staff("editor")
    door.goto(f"/staff/check-in/{rules.ticket_of(ticked)}")
    at = urlsplit(door.url).path
    if not people.has_script:  # an ordinary form
        door.click("#scanned button")
        expect(door.locator("main")).to_contain_text("赵大妈")
        expect(door.locator(".figures .done")).to_contain_text("1")
        return
    door.goto(at)
    for kept in (at, "/staff/check-in/"):
        until_kept(door, kept)
    other = people.staff("editor")
    other.goto(at)
    door.context.set_offline(True)
    door.reload()
    row = door.locator("[data-expected] tr", has_text="赵大妈")
    row.locator("button").click()
    expect(row).to_contain_text("尚未发送")
    expect(door.locator("[data-line]")).to_contain_text("没有网络")
    door.goto(f"/staff/check-in/{rules.ticket_of(scanned)}")  # as the phone's camera does
    door.keyboard.press("Enter")
    expect(door.locator("[data-count]")).to_have_text("2")
    for number in (elsewhere, ticked, "KEINER"):
        door.fill(".scan [name=ticket]", number)
        door.keyboard.press("Enter")
        if number == ticked:
            expect(door.locator("[data-line]")).to_contain_text("不重复计数")
    expect(door.locator("[data-count]")).to_have_text("4")
    stored = door.evaluate("JSON.stringify(Object.entries(localStorage))")
    assert not any(words in stored for words in (*names, "13800001234"))
    other.locator("[data-expected] tr", has_text="孙师傅").locator("button").click()
    expect(other.locator(".figures")).to_contain_text("1")
    door.context.set_offline(False)
    expect(door.locator("[data-count]")).to_have_text("0")
    told = door.locator("[data-unsent] li")
    expect(told).to_have_count(2)
    expect(told.filter(has_text=elsewhere)).to_contain_text("已经签过到，不重复计数")
    expect(told.filter(has_text="KEINER")).to_contain_text("没有计入")
    expect(door.locator("[data-expected] tbody tr")).to_have_count(1)
    expect(door.locator("[data-expected]")).to_contain_text(absent)
    expect(door.locator(".figures .done")).to_contain_text("3")
    for _ in range(2):
        told.first.locator("button").click()
    expect(door.locator("[data-unsent]")).to_be_hidden()
    door.click("form[data-sign-out] button")
    expect(door.locator("header")).to_contain_text("登录")
    assert door.evaluate("caches.keys().then((all) => all.filter((one) => one.startsWith('kept-')))") == []

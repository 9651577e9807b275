"""A place is booked on a phone and on a desk, with and without JavaScript, in under a minute, and given back by the link."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from civicgraph.bookings import rules
from tests.browser.conftest import People, until_kept
from tests.browser.test_journeys import BOTH_LANGUAGES
from tests.support import city
from tests.support.axe import IS_TOO_WIDE, is_too_wide, troubles
from tests.support.keyboard import walked, why_unseen

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


def asking(people: People, username: str = "editor") -> Callable[..., Any]:
    """What a member of staff asks over GraphQL; the answer without its frame."""
    cookies = {one["name"]: one["value"] for one in people.staff(username).context.cookies()}

    def ask(query: str, **variables: Any) -> Any:
        headers = {"accept": "application/json", "origin": people.url}
        answer = httpx.post(
            f"{people.url}/graphql", json={"query": query, "variables": variables}, headers=headers, cookies=cookies
        )
        (found,) = answer.json()["data"].values()
        assert not found["errors"], found
        return found

    return ask


def offered(people: People, **values: Any) -> str:
    """The slug of an event with places, made by its editor."""
    ask = asking(people)
    event = ask(CREATE, input=NIGHT)["event"]
    ask(PUBLISH, s=event["slug"], v=event["version"])
    ask(OFFER, input={"subjectKind": "EVENT", "subjectSlug": event["slug"], **values})
    return str(event["slug"])


def book(page: Page, slug: str, name: str, ages: str = "") -> str:
    """The address of the page at which somebody who took a place arrives."""
    page.goto(f"/events/{slug}")
    page.click("#places .cta a")
    page.fill("[name=contact_name]", name)
    if ages:
        page.fill("[name=ages]", ages)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/my-booking/**")
    return page.url


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
    given = {"quotaCode": code_of(people, slug), "contactName": name, "contactPhone": "13800001234"}
    answer = httpx.post(f"{people.url}/graphql", json={"query": REGISTER, "variables": {"input": given}}).json()
    return str(answer["data"]["register"]["registration"]["number"])


def code_of(people: People, slug: str) -> str:
    """The code of an event's places."""
    asked = f'{{ event(slug: "{slug}") {{ quotas {{ code }} }} }}'
    answer = httpx.post(f"{people.url}/graphql", json={"query": asked}).json()
    return str(answer["data"]["event"]["quotas"][0]["code"])


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
    expect(door.locator(".scan button")).to_be_focused()  # the number stands there, to be pressed
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
    # Not how many are in: the browser's missing line may let a request out and keep its answer, as a real one does. In the
    # end each counts once.
    expect(other.locator("[data-expected]")).not_to_contain_text("孙师傅")
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


QUESTIONS = [
    {"kind": "TEXT", "label": "从哪里来？"},
    {"kind": "CHOICE", "label": "上午还是下午？", "choices": ["上午", "下午"]},
    {"kind": "YES", "label": "带孩子来"},
]
STATION = """mutation ($input: CreateServiceInput!) { createService(input: $input) { service { slug version } errors { message } } }"""
OPEN = "mutation ($s: String!, $v: Int!) { publishService(input: {slug: $s, version: $v}) { errors { message } } }"
SERVICE = {"kind": "ELDERLY_STATION", "name": "老年活动站", "divisionCode": city.FENGQUAN, "phone": "0851-25221234"}


@BOTH_LANGUAGES
def test_the_pages_of_bookings_shut_nobody_out(people: People, lang: str) -> None:
    """axe finds nothing, nothing is wider than the window, and the keyboard walks through."""
    ask = asking(people)
    slug = offered(people, title="手绘帆布包", capacity=1, maxPeople=3, minAge=6, questions=QUESTIONS)
    service = ask(STATION, input=SERVICE)["service"]
    ask(OPEN, s=service["slug"], v=service["version"])
    ask(OFFER, input={"subjectKind": "SERVICE", "subjectSlug": service["slug"], "title": "书法", "capacity": 9})
    visitor, waiting, editor, admin = (
        people.resident(),
        people.resident(),
        people.staff("editor"),
        people.staff("admin"),
    )
    own = [book(one, slug, name, "70") for one, name in ((visitor, "赵大妈"), (waiting, "钱大爷"))]
    code = code_of(people, slug)
    number = own[0].split("/")[-2]
    public = (
        *(f"/events/{slug}", f"/events/{slug}/poster", f"/book/{code}", own[0], "/events?from=2031-05-01"),
        *("/venues/凤冈美术馆", f"/services/{service['slug']}", "/jobs", "/jobs/figures", "/jobs/application"),
        *("/events/calendar?month=2031-05", "/events/week?from=2031-05-19"),
    )
    bookings = f"/staff/bookings/{code}"
    staff = (
        *(
            "/staff/bookings",
            "/staff/bookings?state=WAITING",
            "/staff/bookings?call=true",
            "/staff/findings",
            f"/staff/bookings/figures/event/{slug}",
        ),
        *(f"/staff/bookings/new?kind=event&slug={slug}", bookings, f"{bookings}?view=waiting", f"{bookings}/edit"),
        *(f"{bookings}/messages", f"{bookings}/sheet", f"{bookings}/check-in", f"/staff/registrations/{number}"),
        *(f"{bookings}/check-in?ticket={number}", f"/staff/events/{slug}", f"/staff/events/{slug}/history"),
        *(f"/staff/events/{slug}/image", "/staff/events/import", "/staff/events/new?kind=culture_night"),
        *(f"/staff/services/{service['slug']}", f"/staff/services/{service['slug']}/history", "/staff/services/import"),
        *("/staff/services/new?kind=canteen", "/staff/services", "/staff/vacancies", "/staff/referrals"),
    )
    found = {}
    for page, paths in ((visitor, public), (waiting, own[1:]), (editor, staff), (admin, ("/staff/vacancies/new",))):
        page.context.add_cookies([{"name": "lang", "value": lang, "url": people.url}])
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            there = [*troubles(page, with_colours=lang == "zh"), *(walked(page) if lang == "zh" else ())]
            if is_too_wide(page):
                there.append("wider than the window")
            if there:
                found[path] = there
    assert not found, found


def press(page: Page, target: str, key: str = "Enter", *, typed: str = "") -> None:
    """Go to what is meant by the tab key alone, see where one is, and press a key there or type."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("target => document.activeElement.matches(target)", target):
            assert not why_unseen(page), f"one does not see that {target} has the keyboard"
            page.keyboard.insert_text(typed) if typed else page.keyboard.press(key)
            return
    raise AssertionError(f"the tab key does not reach {target}")


@pytest.mark.parametrize("people", [("desk", False), ("desk", True)], indirect=True, ids=["desk-nojs", "desk-js"])
def test_one_books_gives_back_and_checks_in_by_the_keyboard_alone(people: People) -> None:
    slug = offered(people, title="写春联", capacity=5)
    registered(people, slug, "孙师傅")
    page = people.resident()
    page.goto(f"/events/{slug}")
    press(page, "#places .cta a")
    page.wait_for_url("**/book/*")
    press(page, "[name=contact_name]", typed="赵大妈")
    press(page, "main form button[type=submit]", "Space")
    page.wait_for_url("**/my-booking/**")
    press(page, "#cancellation > summary", "Space")
    press(page, "#cancellation button")
    expect(page.locator("h1")).to_have_text("已取消")
    door = people.staff("editor")
    door.goto(f"/staff/bookings/{code_of(people, slug)}/check-in")
    press(door, "[data-expected] form button", "Space")
    expect(door.locator(".figures .done")).to_contain_text("1")
    expect(door.locator("main")).to_contain_text("孙师傅")


@pytest.mark.parametrize("people", [("phone", False), ("phone", True)], indirect=True, ids=["phone-nojs", "phone-js"])
def test_nothing_hurries_a_resident_with_large_letters_and_a_person_can_be_called(people: People) -> None:
    slug = offered(people, title="养生讲座", capacity=5, questions=QUESTIONS)
    page = people.resident()

    def has_room() -> None:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert not is_too_wide(page), page.url
        expect(page.locator("main a[href^='tel:']").first).to_be_visible()

    page.goto(f"/events/{slug}")
    has_room()
    page.click("#places .cta a")
    has_room()
    page.fill("[name=contact_name]", "周奶奶")
    page.fill("[name='answers.0.text']", "凤泉社区")
    page.context.clear_cookies()  # the phone closed the browser meanwhile
    page.click("main form button[type=submit]")
    expect(page.locator("main")).to_contain_text("都还在")
    has_room()
    assert [page.input_value(f"[name='{name}']") for name in ("contact_name", "answers.0.text")] == [
        "周奶奶",
        "凤泉社区",
    ]
    page.click("main form button[type=submit]")
    page.wait_for_url("**/my-booking/**")
    has_room()

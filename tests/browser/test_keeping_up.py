"""Pages that keep up: what a neighbour or a colleague does is seen without loading the page again."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.support import city

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FILE = """mutation { fileGrievance(input: {divisionCode: "%s", category: "lighting", description: "路灯坏了，楼道很黑"})
  { trackingSecret grievance { number } } }"""


@pytest.fixture(autouse=True)
def with_script(people: People) -> None:
    if not people.has_script:
        pytest.skip("without JavaScript a page is loaded again by hand")


def reported(people: People) -> tuple[str, str]:
    """A report's number and secret."""
    made = httpx.post(f"{people.url}/graphql", json={"query": FILE % city.FENGQUAN}).json()["data"]["fileGrievance"]
    return made["grievance"]["number"], made["trackingSecret"]


def comment(page: Page, number: str, words: str) -> None:
    """Say something in public, as a member of staff."""
    page.goto(f"/staff/grievances/{number}")
    panel = page.locator("#notes")
    if panel.get_attribute("open") is None:
        panel.locator("summary").click()
    panel.locator("textarea[name=note]").fill(words)
    panel.locator("[name=is_public]").check()
    panel.locator("button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(words)


def test_the_reporter_sees_each_step_as_it_comes(people: People) -> None:
    number, secret = reported(people)
    resident, neighbour = people.resident(), people.resident()
    resident.goto(f"/track/{number}/{secret}")
    neighbour.goto(f"/grievances/{number}")
    resident.evaluate("window.isStillThere = true")
    comment(people.staff("point"), number, "师傅今天下午来")
    for page in (resident, neighbour):
        expect(page.locator("main")).to_contain_text("师傅今天下午来")
    assert resident.evaluate("window.isStillThere")


def test_what_somebody_is_typing_is_left_alone_and_he_is_told(people: People) -> None:
    number, _ = reported(people)
    point, colleague = people.staff("point"), people.staff("point")
    point.goto(f"/staff/grievances/{number}")
    panel = point.locator("#notes")
    if panel.get_attribute("open") is None:
        panel.locator("summary").click()
    words = panel.locator("textarea[name=note]")
    words.fill("我正在写")
    comment(colleague, number, "已经联系物业")
    expect(point.locator("main > .flash")).to_contain_text("有更新")
    expect(words).to_have_value("我正在写")


def test_a_part_that_was_opened_stays_open_when_the_page_keeps_up(people: People) -> None:
    number, _ = reported(people)
    point, colleague = people.staff("point"), people.staff("point")
    point.goto(f"/staff/grievances/{number}")
    point.locator("#joining summary").click()
    comment(colleague, number, "已经联系物业")
    expect(point.locator("main")).to_contain_text("已经联系物业")
    expect(point.locator("#joining textarea")).to_be_visible()


def test_the_events_of_a_page_name_nothing_but_that_it_changed(people: People) -> None:
    number, secret = reported(people)
    with httpx.stream(
        "GET", f"{people.url}/track/{number}/{secret}?seen=old", headers={"accept": "text/event-stream"}, timeout=10
    ) as stream:
        lines = [line for line, _ in zip(stream.iter_lines(), range(4), strict=False) if line.strip(":")]
    assert lines[0] == "event: changed"
    assert re.fullmatch(r"data: [0-9a-f]{18}", lines[1])

"""A grid worker's day on the phone: the page stands without a connection, and what was written is sent once, later."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import People, until_kept
from tests.browser.test_keeping_up import FILE
from tests.support import city
from tests.uploads.pictures import photo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(autouse=True)
def on_the_phone(people: People, request: pytest.FixtureRequest) -> None:
    if "phone" not in request.node.name:
        pytest.skip("it is made for a phone")


def assigned(people: People) -> str:
    """The number of a report that the grid worker leads."""
    made = httpx.post(f"{people.url}/graphql", json={"query": FILE % city.FENGQUAN}).json()["data"]["fileGrievance"]
    number: str = made["grievance"]["number"]
    point = people.staff("point")
    point.goto(f"/staff/grievances/{number}")
    if point.locator("#assignment").get_attribute("open") is None:
        point.locator("#assignment > summary").click()
    worker = point.locator("#assignment select[name=assignee_id] option", has_text="grid").first
    point.locator("#assignment select[name=assignee_id]").select_option(worker.get_attribute("value"))
    point.locator("#assignment form[method=post] button[type=submit]").click()
    expect(point.locator("main")).to_contain_text("已派单")
    return number


def note(page: Page, number: str, noun: str, words: str) -> None:
    panel = page.locator(f"#{number}-{noun}")
    if panel.get_attribute("open") is None:
        panel.locator("summary").click()
    panel.locator("textarea").fill(words)
    panel.locator("button[type=submit]").click()


def history(people: People, number: str, words: str) -> int:
    """How often words stand in the history, as a colleague sees it."""
    point = people.staff("point")
    point.goto(f"/staff/grievances/{number}")
    return point.locator("#history li", has_text=words).count()


def test_a_step_is_taken_from_the_page_of_the_day(people: People) -> None:
    number = assigned(people)
    grid = people.staff("grid")
    grid.goto("/staff/today")
    grid.locator(f"form[action$='/{number}/start'] button").click()
    expect(grid.locator(f"#{number}")).to_contain_text("办理中")
    note(grid, number, "notes", "到现场了")
    expect(grid.locator(f"#{number}-notes textarea")).not_to_be_visible()
    expect(grid.locator("[data-unsent]")).to_be_hidden()
    grid.wait_for_timeout(500)
    assert history(people, number, "到现场了") == 1


def test_what_is_written_without_a_connection_is_sent_once_when_it_is_back(people: People) -> None:
    if not people.has_script:
        pytest.skip("without JavaScript it is an ordinary page")
    number = assigned(people)
    grid = people.staff("grid")
    grid.goto("/staff/today")
    until_kept(grid, "/staff/today")
    grid.context.set_offline(True)
    grid.reload()
    expect(grid.locator("h1")).to_contain_text("今天的活")
    note(grid, number, "notes", "地下室没有信号")
    grid.locator(f"form[action$='/{number}/start'] button").click()
    expect(grid.locator("[data-unsent] li")).to_have_count(2)
    expect(grid.locator("[data-line]")).to_contain_text("没有网络")
    grid.reload()
    expect(grid.locator("[data-unsent] li").first).to_contain_text("地下室没有信号")
    grid.context.set_offline(False)
    expect(grid.locator("[data-unsent]")).to_be_hidden()
    expect(grid.locator(f"#{number}")).to_contain_text("办理中")
    assert history(people, number, "地下室没有信号") == 1


def test_a_sending_that_fails_though_the_phone_is_online_is_tried_again_soon(people: People) -> None:
    if not people.has_script:
        pytest.skip("without JavaScript it is an ordinary page")
    number = assigned(people)
    grid = people.staff("grid")
    grid.clock.install()
    grid.goto("/staff/today")
    until_kept(grid, "/staff/today")
    grid.clock.pause_at(grid.evaluate("Date.now() + 1000") / 1000)
    failed: list[str] = []

    def fail(route: Route) -> None:
        failed.append(route.request.url)
        route.abort("connectionfailed")

    grid.route(f"**/staff/today/{number}/**", fail, times=2)
    note(grid, number, "notes", "电梯里信号断断续续")
    expect(grid.locator("[data-line]")).to_contain_text("没有网络")
    with grid.expect_event("requestfailed"):
        grid.clock.run_for(1500)
    grid.clock.run_for(3000)
    expect(grid.locator("[data-unsent]")).to_be_hidden()
    assert len(failed) == 2
    assert history(people, number, "电梯里信号断断续续") == 1


def test_while_the_server_is_away_one_try_at_a_time_is_planned(people: People) -> None:
    if not people.has_script:
        pytest.skip("without JavaScript it is an ordinary page")
    number = assigned(people)
    grid = people.staff("grid")
    grid.clock.install()
    grid.goto("/staff/today")
    until_kept(grid, "/staff/today")
    grid.clock.pause_at(grid.evaluate("Date.now() + 1000") / 1000)
    tried: list[str] = []

    def fail(route: Route) -> None:
        tried.append(route.request.url)
        route.abort("connectionrefused")

    grid.route(f"**/staff/today/{number}/**", fail)
    note(grid, number, "notes", "服务器在重启")
    for _ in range(150):  # ten minutes
        grid.clock.run_for(4000)
        grid.wait_for_timeout(20)
    assert 20 < len(tried) < 45
    expect(grid.locator("[data-unsent] li")).to_contain_text("服务器在重启")


def test_a_conflict_is_shown_and_nothing_personal_is_left_at_sign_out(people: People) -> None:
    if not people.has_script:
        pytest.skip("without JavaScript it is an ordinary page")
    number = assigned(people)
    grid, point = people.staff("grid"), people.staff("point")
    grid.goto("/staff/today")
    until_kept(grid, "/staff/today")
    grid.context.set_offline(True)
    note(grid, number, "notes", "我写的话")
    point.goto(f"/staff/grievances/{number}")
    point.locator("#tags > summary").click()
    point.locator("#tags input[name=add]").fill("汛期")
    point.locator("#tags form button[type=submit]").click()
    expect(point.locator("main")).to_contain_text("#汛期")
    grid.context.set_offline(False)
    expect(grid.locator("[data-unsent] li")).to_contain_text("我写的话")
    expect(grid.locator("[data-unsent] li")).to_contain_text(re.compile("未被接受"))
    grid.on("dialog", lambda dialog: dialog.accept())
    grid.click("form[data-sign-out] button")
    expect(grid.locator("header")).to_contain_text("登录")
    assert grid.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('kept:'))") == []
    assert grid.evaluate("caches.keys().then((all) => all.filter((one) => one.startsWith('kept-')))") == []


def test_a_photo_taken_without_a_connection_is_the_proof_once_it_is_back(people: People) -> None:
    number = assigned(people)
    grid = people.staff("grid")
    grid.goto("/staff/today")
    grid.locator(f"form[action$='/{number}/start'] button").click()
    expect(grid.locator(f"#{number}")).to_contain_text("办理中")
    if people.has_script:
        until_kept(grid, "/staff/today")
        grid.context.set_offline(True)
    panel = grid.locator(f"#{number}-resolution")
    panel.locator("summary").click()
    taken = {"name": "换好的灯.png", "mimeType": "image/png", "buffer": photo(2400, 1800, kind="PNG")}
    panel.locator("input[type=file]").last.set_input_files([taken])
    panel.locator("textarea").fill("灯泡换好了")
    panel.locator("button[type=submit]").click()
    if people.has_script:
        expect(grid.locator("[data-unsent] li")).to_contain_text("附照片或文档 1 个")
        grid.reload()
        expect(grid.locator("[data-unsent] li")).to_contain_text("附照片或文档 1 个")
        grid.context.set_offline(False)
        expect(grid.locator("[data-unsent]")).to_be_hidden()
    expect(grid.locator(f"#{number}")).to_have_count(0)
    grid.goto(f"/grievances/{number}")
    expect(grid.locator("main")).to_contain_text("灯泡换好了")
    expect(grid.locator(".gallery img")).to_have_count(1)

"""What people come for, walked through in a real browser, on a phone and on a desk, with JavaScript and without."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from civicgraph import clock
from tests.browser.conftest import People
from tests.enterprises.conftest import CASES
from tests.support import city
from tests.support.axe import is_too_wide, troubles
from tests.support.keyboard import walked

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the window sideways."""
    wide = page.locator("html").bounding_box()
    body = page.locator("body").bounding_box()
    return bool(wide and body and body["width"] <= page.viewport_size["width"] + 1)  # type: ignore[index]


def open_panel(page: Page, noun: str) -> None:
    """Open the part of the work page for one step, whether or not it stands open already."""
    panel = page.locator(f"#{noun}")
    if panel.get_attribute("open") is None:
        panel.locator("summary").click()


def test_a_resident_reports_a_broken_light_and_sees_each_step(people: People) -> None:
    resident = people.resident()
    resident.goto(f"/report?division={city.FENGQUAN}")
    assert fits(resident)
    choice = resident.locator("select[name=category]")
    choice.select_option("lighting") if choice.count() else resident.check("input[name=category][value=lighting]")
    resident.fill("[name=description]", "三楼楼道灯坏了，晚上看不见")
    resident.fill("[name=contact_phone]", "13800001234")
    resident.click("main form .cta button[type=submit]")
    number = re.search(r"ZY-\d{4}-[0-9A-Z]+", resident.content())
    assert number, resident.locator("main").inner_text()
    resident.click("main a[href^='/track/']")
    tracking = resident.url
    expect(resident.locator("main")).to_contain_text("已提交")

    point = people.staff("point")
    point.goto(f"/staff/grievances/{number[0]}")
    assert "13800001234" not in point.content()
    open_panel(point, "assignment")
    panel = point.locator("#assignment")
    worker = panel.locator("select option", has_text="grid").first
    panel.locator("select").first.select_option(worker.get_attribute("value"))
    panel.locator("button[type=submit]").click()
    resident.goto(tracking)
    expect(resident.locator("main")).to_contain_text("已派单")

    grid = people.staff("grid")
    expect(grid.locator("main")).to_contain_text(number[0])
    grid.goto(f"/staff/grievances/{number[0]}")
    open_panel(grid, "resolution")
    grid.locator("#resolution textarea[name=outcome]").fill("已换新灯。")
    grid.locator("#resolution button[type=submit]").click()
    resident.goto(tracking)
    expect(resident.locator("main")).to_contain_text("已换新灯。")
    resident.check("#rating input[name=stars][value='5']")
    resident.fill("#rating [name=words]", "当天就来了")
    resident.click("#rating button[value=true]")
    expect(resident.locator("main")).to_contain_text("已结案")
    assert fits(resident)

    stranger = people.resident()
    stranger.goto(f"/grievances/{number[0]}")
    expect(stranger.locator("main")).to_contain_text("三楼楼道灯坏了")
    assert "1380000" not in stranger.content()


def test_an_editor_lists_an_event_and_the_public_finds_it(people: People) -> None:
    title = f"龙泉之夜 {secrets.token_hex(3)}"
    editor = people.staff("editor")
    editor.goto("/staff/events/new")
    assert fits(editor)
    editor.click("main a[href$='kind=culture_night']")
    editor.wait_for_url(re.compile("kind=culture_night"))
    assert fits(editor)
    editor.fill("[name=title]", title)
    editor.select_option("[name=division_code]", city.FENGQUAN)
    editor.fill("[name=starts_at]", "2031-05-22T19:00")
    editor.fill("[name=ends_at]", "2031-05-22T18:00")
    editor.click("main form.form button.btn[type=submit]")
    expect(editor.locator("#f-ends_at-error")).to_be_visible()
    assert editor.input_value("[name=title]") == title
    editor.fill("[name=ends_at]", "2031-05-22T22:00")
    editor.click("main form.form button.btn[type=submit]")
    editor.wait_for_url(re.compile(r"/staff/events/2031"))

    visitor = people.resident()
    visitor.goto("/events?from=2031-05-01")
    assert title not in visitor.content()
    editor.click("form[action$='/publication'] button")
    expect(editor.locator("main")).to_contain_text("已发布")
    visitor.goto("/events?from=2031-05-01")
    assert fits(visitor)
    visitor.click(f"text={title} >> nth=0")
    expect(visitor.locator("h1")).to_contain_text(title)
    expect(visitor.locator("main")).to_contain_text("19:00")


def test_the_second_of_two_editors_is_told_and_loses_nothing(people: People) -> None:
    first, second = people.staff("editor"), people.staff("admin")
    path = f"/staff/places/{city.FENGQUAN}"
    first.goto(path)
    second.goto(path)
    first.fill("[name=phone]", f"0851-1111{id(people) % 1000}")
    first.click("main form.form button.btn[type=submit]")
    expect(first.locator(".flash")).to_be_visible()
    second.fill("[name=phone]", "0851-2222222")
    second.click("main form.form button.btn[type=submit]")
    expect(second.locator(".conflict")).to_contain_text("0851-1111")
    assert second.input_value("[name=phone]") == "0851-2222222"
    second.click("main form.form button.btn[type=submit]")
    expect(second.locator(".flash")).to_be_visible()
    first.goto(path)
    assert first.input_value("[name=phone]") == "0851-2222222"


def test_a_resident_chooses_a_community_and_changes_the_language(people: People) -> None:
    page = people.resident()
    page.goto("/place?q=凤泉")
    page.click("text=凤泉社区 >> nth=0")
    expect(page.locator("header .plate")).to_contain_text("凤泉社区")
    page.click("header a[hreflang=en]")
    expect(page.locator("header")).to_contain_text("Grievances")
    assert page.locator("html").get_attribute("lang") == "en"


CODE = CASES["credit_code"]
PAGES = (
    "/",
    "/events",
    "/events/calendar",
    "/events/week",
    "/events/map",
    "/events/near",
    "/drills",
    "/rescue-teams",
    "/services",
    "/enterprises",
    "/products",
    "/markets",
    "/grievances",
    "/figures",
    f"/figures/{clock.today():%Y-%m}",
    f"/report?division={city.FENGQUAN}",
    "/report",
    "/track",
    "/shortfalls",
    "/promises",
    "/places",
    f"/places/{city.FENGQUAN}",
    f"/grids/{city.FENGQUAN}001",
    "/grievances/map",
    "/search?q=凤泉",
    "/place",
    "/sign-in",
    "/styleguide",
)
OF_ENTERPRISES = (
    "/enterprises?q=箱包",
    f"/enterprises/{CODE}",
    "/enterprises/figures",
    "/enterprises/industries",
    "/enterprises/industries?of=192",
    "/enterprises/claim",
    f"/enterprises/{CODE}/claim",
    "/policies",
    "/policies/1",
    "/policies/paid",
    "/enterprise-problems",
    "/projects",
    "/projects/1",
    "/projects/figures",
    "/one-thing",
    "/one-thing/1",
)
OF_THE_OWNER = (
    f"/my/enterprises/{CODE}",
    f"/my/enterprises/{CODE}/policies",
    f"/my/enterprises/{CODE}/policies/1",
    f"/my/enterprises/{CODE}/grants/1",
    f"/my/enterprises/{CODE}/grants/1/objection",
    "/my/messages",
    f"/my/enterprises/{CODE}/vacancies",
    f"/my/enterprises/{CODE}/one-thing/new/1",
)
OF_ITS_OFFICE = (
    "/staff/enterprises",
    f"/staff/enterprises/{CODE}",
    f"/staff/enterprises/{CODE}/accounts",
    f"/staff/enterprises/{CODE}/policies",
    f"/staff/enterprises/{CODE}/policies/1",
    "/staff/enterprises/imports",
    "/staff/enterprises/imports/1",
    "/staff/policies",
    "/staff/policies/1",
    "/staff/policies/1/examples",
    "/staff/policies/1/grants",
    "/staff/projects",
    "/staff/projects/1",
    "/staff/projects/1/progress",
    "/staff/checklists",
    "/staff/checklists/1",
    "/staff/one-thing",
    "/enterprises/figures?quarter=2026Q1",
)
STAFF_PAGES = (
    "/staff",
    "/staff/events",
    "/staff/events/new",
    "/staff/events/new?kind=safety_drill",
    "/staff/rescue-teams/new",
    "/staff/services/new",
    "/staff/enterprises/new",
    "/staff/policies/new",
    "/staff/projects/new",
    "/staff/checklists/new",
    "/staff/products/new",
    "/staff/places",
    f"/staff/places/{city.FENGQUAN}",
    "/staff/compounds/new",
    "/staff/grids",
    f"/staff/grids/{city.FENGQUAN}001",
    "/staff/grievances",
    "/staff/grievances/new",
    f"/staff/grievances/new?division={city.FENGQUAN}",
    "/staff/held",
    "/staff/promises",
    "/staff/categories",
    "/staff/messages",
    "/staff/map",
    "/staff/today",
    "/staff/teams",
    "/staff/teams/new",
    "/staff/ready-texts/new",
    "/staff/people",
    "/staff/tokens",
    "/staff/sessions",
    "/staff/audit",
    "/staff/inbox",
    "/staff/outbox",
    "/staff/robots",
    "/staff/webhooks",
)


WORDS = {"zh": "夜里有人放音响", "en": "Dogs bark in the yard all night"}
"""Of another thing each: whoever reports what was just reported nearby is asked first whether it is the same."""


def reported(page: Page, words: str) -> tuple[str, str]:
    """A report of a resident: the address of its public page, and of the resident's own."""
    page.goto(f"/report?division={city.FENGQUAN}&category=noise")
    page.fill("[name=description]", words)
    page.press("main form .cta button[type=submit]", "Enter")  # hints may push it down under a click
    tracking = str(page.locator("main a[href^='/track/']").first.get_attribute("href"))
    return f"/grievances/{tracking.split('/')[2]}", tracking


# Each language at one width: English on the phone, where its longer words have the least room. Words do not change the
# walk by keyboard. `make shots` draws, checks and walks all.
BOTH_LANGUAGES = pytest.mark.parametrize(
    ("people", "lang"),
    [(("phone", True), "en"), (("desk", True), "zh")],
    indirect=["people"],
    ids=["phone-en", "desk-zh"],
)


@BOTH_LANGUAGES
def test_no_page_shuts_anybody_out(people: People, lang: str) -> None:
    """axe finds nothing, nothing is wider than the window, and the keyboard alone gets everywhere, on any page."""
    visitor, admin = people.resident(), people.staff("admin")
    public, own = reported(visitor, WORDS[lang])
    found = {}
    for page, paths in ((visitor, (*PAGES, public, own)), (admin, (*STAFF_PAGES, f"/staff{public}"))):
        page.context.add_cookies([{"name": "lang", "value": lang, "url": people.url}])
        for path in paths:
            page.goto(path)
            there = [*troubles(page, with_colours=lang == "zh"), *(walked(page) if lang == "zh" else ())]
            if there:
                found[path] = there
            assert not is_too_wide(page), f"{path} is wider than the window"
    assert not found, found


@BOTH_LANGUAGES
def test_the_pages_of_enterprises_shut_nobody_out_in_either_language(people: People, lang: str) -> None:
    """axe finds nothing, nothing is wider than the window, and the keyboard walks through; in Chinese and in English."""
    visitor, owner, admin = people.resident(), people.owner(), people.staff("admin")
    owner.goto(f"/my/enterprises/{CODE}")
    own = [
        owner.locator(f"main a[href*='{part}']").first.get_attribute("href")
        for part in ("/track/", f"{CODE}/one-thing/")
    ]
    assert all(own), "the account leads to its problem and to its case"
    found = {}
    for page, paths in ((visitor, OF_ENTERPRISES), (owner, (*OF_THE_OWNER, *own)), (admin, OF_ITS_OFFICE)):
        page.context.add_cookies([{"name": "lang", "value": lang, "url": people.url}])
        for path in paths:
            answer = page.goto(str(path))
            assert answer is not None
            assert answer.status == 200, path
            assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[lang], path
            there = [*troubles(page, with_colours=lang == "zh"), *(walked(page) if lang == "zh" else ())]
            if is_too_wide(page):
                there.append("wider than the window")
            if there:
                found[path] = there
    assert not found, found


@pytest.mark.parametrize("path", ["/enterprises", "/staff/enterprises"])
@pytest.mark.parametrize("people", [("desk", True)], indirect=True, ids=["desk-js"])
def test_the_register_is_searched_while_one_types(people: People, path: str) -> None:
    page = people.staff("editor") if path.startswith("/staff") else people.resident()
    page.goto(path)
    before = page.evaluate("history.length")
    field, results, asked = page.locator("[data-filters] [name=q]"), page.locator("#results"), []
    expect(results).to_contain_text(CASES["name"])
    page.on("request", lambda request: asked.append(request.url) if "q=" in request.url else None)
    field.press_sequentially("不在名册里的", delay=40)
    expect(results).to_contain_text("没有符合的企业")
    expect(page).to_have_url(re.compile("q=%E4"))
    expect(page.locator("#live")).to_contain_text("没有符合的企业")
    expect(field).to_be_focused()
    assert len(asked) == 1  # once, when the typing paused
    field.fill("")
    expect(results).to_contain_text(CASES["name"])
    field.press_sequentially("箱包")
    expect(page).to_have_url(re.compile("q=%E7"))
    expect(field).to_be_focused()
    assert page.evaluate("history.length") == before + 1  # one way back, however often the typing paused

"""The point on the map: from the phone with its owner's consent, put right on a plan, or typed; the staff open it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.support import city
from tests.support.axe import is_too_wide, troubles

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FORM = f"/report?division={city.FENGQUAN}"
SEND = "main form .cta button[type=submit]"
LATITUDE, LONGITUDE = 27.691200, 106.915300
METRE = 1 / 111_320


def at(page: Page) -> tuple[float, float]:
    """The point that the form holds."""
    latitude, longitude = page.input_value("[name=point]").split(", ")
    return float(latitude), float(longitude)


def test_a_point_that_is_given_reaches_the_staff_as_coordinates_and_a_link_and_nobody_else(people: People) -> None:
    page = people.resident()
    page.goto(FORM)
    page.select_option("select[name=category]", "lighting")
    page.fill("[name=description]", "河边步道的路灯倒了，没有门牌")
    page.locator("details", has=page.locator("[name=point]")).locator("summary").first.click()
    if people.has_script:
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({"latitude": LATITUDE, "longitude": LONGITUDE})
        expect(page.locator("main")).to_contain_text("浏览器会先问您同不同意")
        page.click("text=用我现在的位置")
        expect(page.locator("[name=point]")).to_have_value("27.691200, 106.915300")
        page.click("text=向北 10 米")
        expect(page.locator("[data-told]")).to_have_text("往北 10 米")
    else:
        assert not page.locator("[data-locate]").is_visible()
        page.fill("[name=point]", "27.69129，106.9153")
    assert not is_too_wide(page)
    page.click(SEND)
    page.wait_for_load_state()
    if not page.locator("main a[href^='/track/']").count():  # who came before reported the same at the same spot
        page.click(SEND)
    page.wait_for_selector("main a[href^='/track/']")
    number = re.search(r"ZY-\d{4}-[0-9A-Z]+", page.content())
    assert number
    link = "geo:27.691290,106.915300"
    staff = people.staff("point")
    for path in (f"/staff/grievances/{number[0]}", f"/staff/grievances/{number[0]}/work-order"):
        staff.goto(path)
        shown = staff.locator(f"a[href='{link}']")
        expect(shown).to_have_text("27.691290, 106.915300")
    for path in (f"/grievances/{number[0]}", "/grievances", "/grievances/map"):
        told = people.resident().request.get(f"{people.url}{path}").text()
        assert "27.69" not in told
        assert "106.91" not in told


@pytest.mark.parametrize("people", [("phone", True)], indirect=True, ids=["phone-js"])
def test_a_point_is_put_right_by_a_press_on_the_plan_and_by_the_keyboard(people: People) -> None:
    page = people.resident()
    page.goto(FORM)
    page.locator("details", has=page.locator("[name=point]")).locator("summary").first.click()
    plan = page.locator("[data-plan] svg")
    expect(plan).to_be_hidden()
    page.fill("[name=point]", f"{LATITUDE}, {LONGITUDE}")
    page.press("[name=point]", "Tab")
    expect(plan).to_be_visible()
    assert not troubles(page)
    plan.scroll_into_view_if_needed()
    box = plan.bounding_box()
    assert box
    plan.click(
        position={"x": box["width"] * 0.75, "y": box["height"] * 0.25}
    )  # 110 metres to the east and to the north
    latitude, longitude = at(page)
    assert abs((latitude - LATITUDE) / METRE - 110) < 3
    assert abs((longitude - LONGITUDE) / METRE * 0.8855 - 110) < 3  # cos 27.69°
    expect(page.locator("[data-told]")).to_have_text(re.compile(r"往东北 15\d 米"))
    page.focus("text=向南 10 米")
    for _ in range(3):
        page.keyboard.press("Enter")
    moved, stayed = at(page)
    assert abs((latitude - moved) / METRE - 30) < 0.5
    assert stayed == longitude
    for _ in range(60):  # no further than the plan shows
        page.keyboard.press("Enter")
    assert abs((LATITUDE - at(page)[0]) / METRE - 220) < 0.5
    page.fill("[name=point]", "楼下")
    page.press("[name=point]", "Tab")
    expect(plan).to_be_hidden()


@pytest.mark.parametrize("people", [("phone", True)], indirect=True, ids=["phone-js"])
def test_who_does_not_consent_is_told_and_goes_on(people: People) -> None:
    page = people.resident()
    page.goto(FORM)
    page.locator("details", has=page.locator("[name=point]")).locator("summary").first.click()
    page.click("text=用我现在的位置")
    expect(page.locator("[data-told]")).to_have_text("手机没有给出位置。")
    assert page.input_value("[name=point]") == ""

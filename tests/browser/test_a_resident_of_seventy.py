"""A resident of seventy with an old phone: no scripts, 360 px, a photo, and plain words about what happens next."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.support import city
from tests.support.axe import is_too_wide
from tests.uploads.pictures import photo

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("people", [("phone", False)], indirect=True, ids=["phone-nojs"]),
]
FORM = f"/report?division={city.FENGQUAN}"
SEND = "main form .cta button[type=submit]"


def test_a_report_with_a_photo_leads_to_a_page_that_says_what_happens_next_and_by_when(
    people: People, tmp_path: Path
) -> None:
    taken = tmp_path / "IMG_0001.jpg"
    taken.write_bytes(photo())
    page = people.resident()
    page.goto("/")
    page.click("main a[href^='/report'] >> nth=0")
    for place in ("凤冈县", "龙泉街道", "凤泉社区"):
        page.click(f".choose-place a:has-text('{place}')")
    page.select_option("select[name=category]", "lighting")
    page.fill("[name=description]", "五栋楼下的路灯昨晚开始就不亮了")
    page.set_input_files("input[type=file][name=photos]", taken)
    page.click(SEND)
    expect(page.locator("main")).to_contain_text("张照片已经收到")
    page.click("main a[href^='/track/']")
    outlook = page.locator("#outlook")
    expect(outlook).to_contain_text("接下来")
    expect(outlook).to_contain_text("凤泉社区的工作人员")
    expect(outlook).to_contain_text("您现在什么都不用做")
    shown = page.locator(".gallery img")
    expect(shown).to_have_count(1)
    shown.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.gallery img').naturalWidth > 0")
    assert not is_too_wide(page)


def test_enter_sends_the_report_and_asks_for_no_questions_instead(people: People) -> None:
    page = people.resident()
    page.goto(FORM)
    page.select_option("select[name=category]", "noise")
    page.fill("[name=description]", "楼上装修中午也不停，吵得睡不着")
    page.press("[name=building]", "Enter")
    expect(page.locator("h1")).to_have_text("您反映的事，我们收到了")

"""The walk by the tab key finds what it is for: each page here has one thing that somebody without a mouse is stopped by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.keyboard import walked

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AROUND = "<main><h1>城</h1><a href='#'>前</a>{}<a href='#'>后</a></main>"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page without a server."""
    context = chromium.new_context(viewport={"width": 360, "height": 400})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ("<div style='cursor: pointer'>点</div>", "div 点 is only for a mouse"),
        ("<button style='outline: none'>办</button>", "button 办 is not marked"),
        ("<button style='position: absolute; left: -999px'>办</button>", "button 办 is not seen"),
        (
            "<p style='height: 900px'></p><button>办</button><div style='position: fixed; inset: 0'></div>",
            "is not seen",
        ),
        ("<button onkeydown='event.preventDefault()'>办</button>", "button 办 keeps the keyboard"),
        (
            "<button>一</button><input name=字 onfocus='this.nextSibling.nextSibling.focus()'><a href='#'>漏</a><a href='#'>三</a>",
            "a 漏 is never come to",
        ),
    ],
)
def test_what_stops_the_keyboard_is_found(page: Page, markup: str, found: str) -> None:
    page.set_content(AROUND.format(markup))
    assert any(found in one for one in walked(page)), walked(page)


def test_a_page_of_native_controls_is_walked_whole(page: Page) -> None:
    page.set_content(
        AROUND.format(
            "<label><input type=radio name=a>一</label><label><input type=radio name=a>二</label><input type=date>"
            "<details><summary>更多</summary><a href='#'>里面</a></details><select><option>三</select><textarea></textarea>"
            "<button disabled>不能</button><p style='height: 2000px'></p>"
        )
    )
    assert walked(page) == []
    page.click("summary")
    assert walked(page) == []
    assert page.evaluate("[...window.__walk.stops].map(one => one.textContent).join()").count("里面") == 1

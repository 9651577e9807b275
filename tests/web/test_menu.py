"""The main menu marks the room in which a page is, whatever its address begins with."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.support.city import FENGQUAN

ROOMS = (
    ("/", "首页"),
    ("/events/calendar", "活动"),
    ("/rescue-teams", "活动"),
    ("/jobs", "服务"),
    ("/report", "诉求"),
    ("/shortfalls", "诉求"),
    ("/figures", "诉求"),
    ("/policies", "企业"),
    ("/projects", "企业"),
    ("/products", "企业"),
    ("/one-thing", "企业"),
    (f"/places/{FENGQUAN}", "社区"),
    ("/privacy", None),
)


@pytest.mark.parametrize(("path", "words"), ROOMS)
async def test_the_menu_marks_the_room_of_a_page(client: httpx.AsyncClient, path: str, words: str | None) -> None:
    text = (await client.get(path)).text
    menu = re.search(r'<nav class="rooms".*?</nav>', text, re.DOTALL)
    assert menu, path
    assert re.findall(r'aria-current="[a-z]+">([^<]+)<', menu[0]) == ([words] if words else [])

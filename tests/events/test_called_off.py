"""What is cancelled, or postponed without a day, says so wherever one comes upon it: in words, not by a colour alone."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image

from civicgraph import clock
from civicgraph.events import operations
from civicgraph.events.feeds import picture
from civicgraph.events.models import Event
from civicgraph.permissions import SYSTEM
from civicgraph.services.operations import close_service, create_service, publish_service, suspend_service
from tests.events.test_pages import MORNING, Site, publish, site
from tests.support.city import FENGQUAN

__all__ = ["site"]

CASES = [("cancel_event", "已取消", "[已取消]"), ("postpone_event", "已延期", "[延期，时间待定]")]


async def _called_off(site: Site, how: str) -> Event:
    row = await publish(site)
    values = {"slug": row.slug, "version": row.version, "reason": "大雨"}
    return await getattr(operations, how)(site.actor, values)  # type: ignore[no-any-return]


@pytest.mark.parametrize(("how", "word", "_mark"), CASES)
async def test_the_month_says_it_in_words_and_strikes_what_does_not_take_place(
    site: Site, how: str, word: str, _mark: str
) -> None:
    with clock.override(MORNING):
        await _called_off(site, how)
        await publish(site, title="照常的夜", programme=[])
        page = await site.stranger.open("/events/calendar?month=2026-05")
    (entry,) = re.findall(r'<a class="late" [^>]*>(.*?)</a>', page)
    assert entry.startswith(f"<b>{word}</b> ")
    assert "美术馆之夜" in entry
    assert ("<s>" in entry) == (how == "cancel_event")
    (other,) = re.findall(r"<a [^>]*>((?:(?!</a>).)*照常的夜)</a>", page)
    assert "<b>" not in other
    assert "<s>" not in other


@pytest.mark.parametrize(("how", "word", "_mark"), CASES)
async def test_the_search_over_everything_says_it(site: Site, how: str, word: str, _mark: str) -> None:
    with clock.override(MORNING):
        await publish(site)
        assert word not in await site.stranger.open("/search?q=美术馆之夜")
        await _called_off(site, how)
        assert (await site.stranger.open("/search?q=美术馆之夜")).count(f">{word}</span>") == 1


@pytest.mark.parametrize(("how", "_word", "mark"), CASES)
async def test_the_title_and_what_chat_programs_show_say_it_first(site: Site, how: str, _word: str, mark: str) -> None:
    with clock.override(MORNING):
        row = await publish(site)
        there = f"/events/{row.slug}"
        before = await site.stranger.open(there)
        drawn = await site.stranger.http.get(f"{there}/picture.png")
        values = {"slug": row.slug, "version": row.version, "reason": "大雨"}
        await getattr(operations, how)(site.actor, values)
        after = await site.stranger.open(there)
        drawn_after = await site.stranger.http.get(f"{there}/picture.png")
    assert _heads(before)["title"].startswith("美术馆之夜")
    heads = _heads(after)
    for name in ("title", "og:title", "og:image:alt", "description"):
        assert heads[name].startswith(f"{mark} 美术馆之夜"), name
    assert "大雨" in heads["og:description"]
    assert drawn.content != drawn_after.content


def _heads(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page))
    (found["title"],) = re.findall(r"<title>([^<]*)</title>", page)
    return found


def test_a_picture_without_a_chinese_font_strikes_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "_PLACES", ())
    picture._chinese.cache_clear()
    reds = []
    for mark in ("", "已取消"):
        words = picture.Words("5月", "22", "凤泉社区", "夜", "5月22日", "美术馆", mark, "家门口")
        image = Image.open(io.BytesIO(picture.drawn.__wrapped__(words))).convert("RGB")
        reds.append(image.getpixel((184, 284)))  # the middle of the leaf under its head
    picture._chinese.cache_clear()
    assert reds[0] != reds[1]
    assert reds[1] == (0xB3, 0x26, 0x1E)


async def test_the_search_over_everything_says_that_a_service_is_suspended_or_closed(site: Site) -> None:
    with clock.override(MORNING):
        row = await _canteen()
        assert "暂停" not in await site.stranger.open("/search?q=凤泉食堂")
        row = await suspend_service(SYSTEM, {"slug": row.slug, "version": row.version, "reason": "停水"})
        assert ">暂停</span>" in await site.stranger.open("/search?q=凤泉食堂")
        await close_service(SYSTEM, {"slug": row.slug, "version": row.version, "reason": "搬走了"})
        assert ">已停办</span>" in await site.stranger.open("/search?q=凤泉食堂")


async def _canteen() -> Any:
    made = {"name": "凤泉食堂", "kind": "canteen", "division_code": FENGQUAN}
    row = await create_service(SYSTEM, made)
    return await publish_service(SYSTEM, {"slug": row.slug, "version": row.version})

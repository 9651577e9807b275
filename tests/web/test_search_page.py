"""The search over everything, as somebody types into it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection

from civicgraph import clock, migrations
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, SYSTEM
from civicgraph.services.models import Service
from civicgraph.services.operations import create_service, publish_service, update_service
from civicgraph.settings import Settings
from civicgraph.text import search_terms
from tests.events.test_pages import JUNE, MORNING, Site, publish, site, titles
from tests.support import city
from tests.support.city import FENGQUAN

__all__ = ["site"]

STATION: dict[str, Any] = {
    "offers": [{"name": "棋牌赛"}],
    "slot_plans": [
        {
            "title": "社区医生量血压",
            "weekday": day,
            "opens_minute": 540,
            "closes_minute": 660,
            "slot_minutes": 30,
            "places": 2,
        }
        for day in (2, 4)
    ],
}


async def test_events_that_are_coming_stand_first_the_nearest_on_top_and_then_those_that_have_been(
    site: Site, app: Starlette
) -> None:
    for day in ("05-02", "05-09", "06-13", "06-20", "06-27"):
        times = {"starts_at": f"2026-{day}T19:30", "ends_at": f"2026-{day}T21:00"}
        await publish(site, title=f"广场舞 {day}", programme=[], **times)
    with clock.override(JUNE):
        before = app.state.engine.statements
        page = await site.stranger.open("/search?q=广场舞")
        assert app.state.engine.statements == before + 1
    assert titles(page) == [f"广场舞 {day}" for day in ("06-13", "06-20", "06-27", "05-09", "05-02")]
    coming, past = re.split("<h2>往期活动</h2>", page)
    assert "广场舞 06-27" in coming
    assert "广场舞 05-09" in past


@pytest.mark.parametrize("path", ["/search", "/events", "/services", "/jobs", "/products", "/enterprises", "/projects"])
async def test_who_searches_by_one_character_is_told_that_two_are_needed(site: Site, path: str) -> None:
    words = "请至少写两个字"
    for asked, is_told in (("舞", True), ("广场舞", False), ("", False)):
        for headers in ({}, {"hx-request": "true"}):  # the page, and the list alone
            assert (words in await site.stranger.open(f"{path}?q={asked}", **headers)) == is_told, asked
            assert site.stranger.status == 200


@pytest.mark.parametrize("path", ["/search", "/events"])
async def test_the_little_that_one_character_finds_does_not_pass_for_all(site: Site, path: str) -> None:
    for title in ("舞蹈课", "广场舞"):
        await publish(site, title=title, summary="", programme=[])
    with clock.override(MORNING):
        for headers in ({}, {"hx-request": "true"}):
            page = await site.stranger.open(f"{path}?q=舞", **headers)
            assert titles(page) == ["舞蹈课"]
            assert "请至少写两个字" in page
            assert "请至少写两个字" not in await site.stranger.open(f"{path}?q=舞蹈", **headers)


async def test_a_service_is_found_by_what_one_books_there_and_by_what_it_offers(site: Site) -> None:
    made = {"name": "航康站", "kind": "elderly_station", "division_code": FENGQUAN, **STATION}
    row = await create_service(SYSTEM, made)
    row = await publish_service(SYSTEM, {"slug": row.slug, "version": row.version})
    for words in ("血压", "棋牌"):
        assert f"/services/{row.slug}" in await site.stranger.open(f"/search?q={words}")
        assert f"/services/{row.slug}" in await site.stranger.open(f"/services?q={words}")
    await update_service(SYSTEM, {**made, "slug": row.slug, "version": row.version, "slot_plans": [], "offers": []})
    for words in ("血压", "棋牌"):
        assert f"/services/{row.slug}" not in await site.stranger.open(f"/services?q={words}&again=1")


async def test_services_that_stood_before_are_indexed_anew(connected: Settings, engine: Engine) -> None:
    await city.build()
    row = await create_service(SYSTEM, {"name": "航康站", "kind": "canteen", "division_code": FENGQUAN, **STATION})
    await create_service(SYSTEM, {"name": "早点铺", "kind": "canteen", "division_code": FENGQUAN})
    await publish_service(SYSTEM, {"slug": row.slug, "version": row.version})
    whole = (await Service.get(id=row.id)).search_terms
    await Service.all().update(search_terms=search_terms("航康站"))
    assert await _found(engine, "血压") == []
    name = next(one.name for one in pkgutil.iter_modules(migrations.__path__) if one.name.endswith("_what_one_books"))
    migration = importlib.import_module(f"civicgraph.migrations.{name}")
    await migration.forwards(None, SimpleNamespace(client=get_connection("default")))
    assert await _found(engine, "血压") == await _found(engine, "棋牌") == [row.slug]
    assert sorted((await Service.get(id=row.id)).search_terms.split()) == sorted(whole.split())


async def _found(engine: Engine, words: str) -> list[str]:
    text = "query($text: String!) { services(filter: {text: $text}) { nodes { slug } } }"
    answer = await engine.read(text, {"text": words}, ANONYMOUS)
    return [one["slug"] for one in answer["services"]["nodes"]]

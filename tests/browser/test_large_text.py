"""Who needs large letters reads the pages of events and services on a phone without scrolling sideways."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tortoise.backends.base.executor import EXECUTOR_CACHE

from civicgraph import clock, db
from civicgraph import settings as configuration
from civicgraph.events import operations as events
from civicgraph.events.rescue.operations import create_rescue_team
from civicgraph.permissions import SYSTEM
from civicgraph.services import operations as services
from tests.browser.conftest import People
from tests.conftest import SECRET, make_settings
from tests.events.conftest import NIGHT
from tests.support import city
from tests.support.axe import is_too_wide
from tests.support.servers import Server
from tests.support.templates import run

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("people", [("phone", True)], indirect=True, ids=["phone-js"]),
]

PAGES = (
    "/events",
    f"/events?within={city.FENGQUAN}",
    "/events/week",
    "/events/calendar",
    "/events/map",
    f"/events/near?within={city.FENGQUAN}",
    "/drills",
    "/rescue-teams",
    "/rescue-teams/1",
    "/services",
    f"/venues/{NIGHT['venue']}",
    "/search?q=消防",
)
DRILL = {
    **NIGHT,
    "kind": "safety_drill",
    "title": "消防疏散演练",
    "hazards": ["fire", "earthquake", "landslide"],
    "groups": ["older_people", "families"],
    "accessibility": ["step_free", "accessible_toilet", "sign_language", "large_print"],
    "organiser": "凤冈县消防救援大队",
    "planned_participants": 450_000,
}
TEAM = {
    "name": "凤冈县消防救援大队龙泉站",
    "kind": "fire",
    "division_code": city.FENGQUAN,
    "members": 120,
    "equipment": ["水罐消防车", "液压破拆工具"],
    "duty_phone": "0851-25221119",
}
CANTEEN = {
    "name": "凤泉社区长者食堂",
    "kind": "canteen",
    "division_code": city.FENGQUAN,
    "summary": "一荤两素，消防通道旁。",
    "phone": "0851-25221234",
    "hours": [{"weekday": day, "opens_minute": 660, "closes_minute": 780} for day in range(1, 8)],
    "price_rules": [
        {"label": "80 岁及以上", "min_age": 80, "amount_fen": 800},
        {"label": "其他人", "amount_fen": 1500},
    ],
}


async def _fill(url: str, slugs: list[str]) -> None:
    settings = make_settings(url)
    configuration.use(settings)
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements by connection name, whatever the engine behind it
    async with db.connected(settings):
        await city.build()
        team = await create_rescue_team(SYSTEM, TEAM)
        today = clock.today()
        times = {"starts_at": f"{today}T08:00", "ends_at": f"{today}T23:30", "programme": []}
        for values in ({}, {"team_ids": [team.id]}, {"division_code": city.CITY}):
            row = await events.create_event(SYSTEM, {**DRILL, **times, **values})
            row = await events.publish_event(SYSTEM, {"slug": row.slug, "version": row.version})
            slugs.append(f"/events/{row.slug}")
        await events.postpone_event(SYSTEM, {"slug": row.slug, "version": row.version, "reason": "大雨"})
        service = await services.create_service(SYSTEM, CANTEEN)
        service = await services.publish_service(SYSTEM, {"slug": service.slug, "version": service.version})
        slugs.append(f"/services/{service.slug}")


@pytest.fixture(scope="module")
def pages() -> list[str]:
    """The addresses of the pages; of events and services they are known once these are listed."""
    return [*PAGES]


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, pages: list[str]) -> Iterator[str]:
    """The address of a running site with listings that have every tag and plate."""
    folder = tmp_path_factory.mktemp("large")
    shutil.copy(sqlite_template, folder / "city.sqlite3")
    url = f"sqlite://{folder}/city.sqlite3"
    run(_fill(url, pages))
    with Server(url, SECRET, folder) as server:
        yield server.url


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_letters_of_twice_the_size_fit_a_phone(people: People, pages: list[str], lang: str) -> None:
    page = people.resident()
    page.context.add_cookies([{"name": "lang", "value": lang, "url": people.url}])
    wide = {}
    for path in pages:
        page.goto(path)
        for size, pixels in (("150%", "24px"), ("200%", "32px")):
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == pixels
            if is_too_wide(page):
                wide[f"{path} at {size}"] = _sticking_out(page)
    assert not wide, wide


def _sticking_out(page: Page) -> list[str]:
    """What stands outside of the window, the innermost of it."""
    return page.evaluate("""() => [...document.querySelectorAll("main *, footer *")]
      .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
      .filter(one => ![...one.children].some(inner => inner.getBoundingClientRect().right > innerWidth + 1))
      .slice(0, 4).map(one => `${one.outerHTML.slice(0, 120)} ${Math.round(one.getBoundingClientRect().right)}`)""")  # type: ignore[no-any-return]

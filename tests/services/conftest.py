"""A small city with editors, and a canteen in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from civicgraph.permissions import Actor, Role
from civicgraph.services import operations
from civicgraph.services.models import Service
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

NOON, TWO, SIX, EIGHT = 12 * 60, 14 * 60, 18 * 60, 20 * 60
CANTEEN: dict[str, Any] = {
    "kind": "canteen",
    "name": "老年食堂",
    "summary": "三菜一汤，热乎乎的午饭。",
    "division_code": FENGQUAN,
    "capacity": 60,
    "hours": [
        {"weekday": day, "opens_minute": opens, "closes_minute": closes}
        for day in (1, 2, 3, 4, 5)
        for opens, closes in ((NOON, TWO), (SIX, EIGHT))
    ],
    "price_rules": [
        {"label": "80 岁及以上", "min_age": 80, "amount_fen": 800, "unit": "餐"},
        {"label": "本社区 60 岁及以上", "min_age": 60, "is_residents_only": True, "amount_fen": 1000, "unit": "餐"},
        {"label": "其他人", "amount_fen": 1500, "unit": "餐"},
    ],
    "offers": [{"kind": "dish", "name": "折耳根炒腊肉"}, {"kind": "dish", "name": "酸汤鱼", "note": "每周五"}],
}

List = Callable[..., Awaitable[Service]]


@pytest.fixture
async def city(connected: Settings) -> None:
    """Two counties down to a community each."""
    await place.build()


@pytest.fixture
async def editor(city: None) -> Actor:
    """Who keeps the listings of Fenggang county."""
    return await place.person("editor", Role.EDITOR, FENGGANG)


@pytest.fixture
async def neighbour(city: None) -> Actor:
    """Who keeps those of the other county."""
    return await place.person("neighbour", Role.EDITOR, SUIYANG)


@pytest.fixture
def list_service(editor: Actor) -> List:
    """Lists the canteen, or something like it, and publishes it unless told not to."""

    async def work(*, publish: bool = True, **values: Any) -> Service:
        row = await operations.create_service(editor, {**CANTEEN, **values})
        if not publish:
            return row
        return await operations.publish_service(editor, {"slug": row.slug, "version": row.version})

    return work

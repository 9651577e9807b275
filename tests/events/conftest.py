"""A small city with editors, and events in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from civicgraph.events import operations
from civicgraph.events.models import Event
from civicgraph.permissions import Actor, Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

NIGHT: dict[str, Any] = {
    "kind": "culture_night",
    "title": "美术馆之夜",
    "summary": "看雕塑，听乐队，画帆布包。",
    "division_code": FENGQUAN,
    "venue": "凤冈美术馆",
    "starts_at": "2026-05-22T19:00",
    "ends_at": "2026-05-22T21:30",
    "programme": [
        {"kind": "exhibition", "title": "红色主题雕塑展", "quantity": 100},
        {"kind": "performance", "title": "乐队演唱", "starts_at": "2026-05-22T20:00"},
    ],
}

List = Callable[..., Awaitable[Event]]


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
def list_event(editor: Actor) -> List:
    """Lists the culture night, or something like it, and publishes it unless told not to."""

    async def work(*, publish: bool = True, **values: Any) -> Event:
        row = await operations.create_event(editor, {**NIGHT, **values})
        if not publish:
            return row
        return await operations.publish_event(editor, {"slug": row.slug, "version": row.version})

    return work

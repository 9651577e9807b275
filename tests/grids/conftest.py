"""A small city, its grids, and who puts people in charge of them."""

from __future__ import annotations

import pytest

from civicgraph.permissions import Actor, Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

FIRST = f"{FENGQUAN}001"
"""The grid that the small city begins with."""


@pytest.fixture
async def city(connected: Settings) -> None:
    """Two counties down to a community each, with a grid in each community."""
    await place.build()


@pytest.fixture
async def supervisor(city: None) -> Actor:
    """Who oversees Fenggang county."""
    return await place.person("supervisor", Role.SUPERVISOR, FENGGANG)


@pytest.fixture
async def editor(city: None) -> Actor:
    """Who keeps the listings of Fenggang county, but puts nobody in charge."""
    return await place.person("editor", Role.EDITOR, FENGGANG)


@pytest.fixture
async def neighbour(city: None) -> Actor:
    """Who oversees the other county."""
    return await place.person("neighbour", Role.SUPERVISOR, SUIYANG)


@pytest.fixture
async def worker(city: None) -> Actor:
    """A grid worker of the community."""
    return await place.person("wang", Role.GRID_WORKER, FENGQUAN)

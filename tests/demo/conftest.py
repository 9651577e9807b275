"""The demo city and a small generated one, on each database."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from rich.console import Console

from civicgraph import clock
from civicgraph.demo import load
from civicgraph.demo.city import Scale
from civicgraph.settings import Settings

MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SMALL = Scale(
    grids_per_community=4,
    compounds_per_community=1,
    enterprises=580,  # 280 of them are the demo's employers
    grievances=900,
    events=80,
    services=40,
    communities=60,
    lists=(),
)

Load = Callable[[], Awaitable[str]]


async def load_demo() -> str:
    """Load the demo at a fixed moment; what was printed."""
    console = Console(file=io.StringIO(), width=200)
    with clock.override(MOMENT):
        await load("demo", 5203, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
async def demo(connected: Settings) -> str:
    """The demo city, loaded; what the person who loaded it read."""
    return await load_demo()

"""A subject that is due, and someone who counts what happens when it passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from civicgraph.divisions.models import Division
from civicgraph.scheduler import deadlines, lease
from civicgraph.scheduler.models import Deadline
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGQUAN


@pytest.fixture
async def subject(connected: Settings) -> Division:
    """A community, for want of anything smaller; its number stands in for the code."""
    await place.build()
    row = await Division.get(code=FENGQUAN)
    row.pk = 1
    return row


@pytest.fixture
def missed() -> Iterator[list[str]]:
    """The kinds of deadlines that were told as missed, in turn."""
    told: list[str] = []

    async def handler(deadline: Deadline) -> None:
        told.append(deadline.kind)

    for kind in ("response", "resolution"):
        deadlines.on_missed("Division", kind)(handler)
    yield told
    for kind in ("response", "resolution"):
        deadlines._handlers.pop(("Division", kind))


@pytest.fixture
async def term(connected: Settings) -> lease.Term:
    """Leadership."""
    taken = await lease.take(lease.new_holder(), 60)
    assert taken is not None
    return taken

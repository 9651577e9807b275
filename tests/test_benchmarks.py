"""What benchmarks ask for is what the site asks for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from benchmarks.peers.pages import orm
from benchmarks.peers.reads import words
from benchmarks.register import reading
from civicgraph import clock
from civicgraph.events.models import Event, EventKind, EventStatus
from civicgraph.grievances.rules import OPEN_SQL
from civicgraph.settings import Settings
from tests.support import city
from tests.support.browser import visit

PEERS = Path(__file__).parent.parent / "benchmarks" / "peers"
OF_OPEN = [*PEERS.glob("statements/*/nested.sql"), PEERS / "postgraphile" / "functions.sql"]


async def test_the_benchmark_of_the_register_reads_its_page_by_each_of_its_filters(connected: Settings) -> None:
    found = await reading.pages({"small": connected, "whole": connected}, 1)
    assert found.keys() == reading.FILTERS.keys()
    assert all(one.milliseconds > 0 for sizes in found.values() for one in sizes.values())


async def test_the_page_of_the_plain_orm_says_what_the_page_says(app: Starlette) -> None:
    await city.build()
    times = {"starts_at": clock.now() + timedelta(days=1), "ends_at": clock.now() + timedelta(days=1, hours=2)}
    shown = {"kind": EventKind.CULTURE_NIGHT, "status": EventStatus.PUBLISHED, "division_id": city.FENGQUAN, **times}
    for number in range(3):
        await Event.create(slug=f"night-{number}", title=f"美术馆之夜 {number}", venue="凤冈美术馆", **shown)
    ours = await visit(app).open("/events")
    theirs = await visit(orm.app).open("/events")
    assert "美术馆之夜 2" in words(theirs)
    assert words(theirs) == words(ours)


@pytest.mark.parametrize("statement", OF_OPEN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_open_grievances_are_the_same_for_every_peer_and_led_by_the_same_index(statement: Path) -> None:
    assert statement.read_text(encoding="utf-8").count(f"status IN {OPEN_SQL}") == 2

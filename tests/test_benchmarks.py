"""What benchmarks ask for is what the site asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.register import reading
from civicgraph.grievances.rules import OPEN_SQL
from civicgraph.settings import Settings

PEERS = Path(__file__).parent.parent / "benchmarks" / "peers"
OF_OPEN = [*PEERS.glob("statements/*/nested.sql"), PEERS / "postgraphile" / "functions.sql"]


async def test_the_benchmark_of_the_register_reads_its_page_by_each_of_its_filters(connected: Settings) -> None:
    found = await reading.pages({"small": connected, "whole": connected}, 1)
    assert found.keys() == reading.FILTERS.keys()
    assert all(one.milliseconds > 0 for sizes in found.values() for one in sizes.values())


@pytest.mark.parametrize("statement", OF_OPEN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_open_grievances_are_the_same_for_every_peer_and_led_by_the_same_index(statement: Path) -> None:
    assert statement.read_text(encoding="utf-8").count(f"status IN {OPEN_SQL}") == 2

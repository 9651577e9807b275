"""The benchmark of the register reads what its page reads."""

from __future__ import annotations

from benchmarks.register import reading
from civicgraph.settings import Settings


async def test_the_benchmark_reads_the_page_of_the_register_by_each_of_its_filters(connected: Settings) -> None:
    found = await reading.pages({"small": connected, "whole": connected}, 1)
    assert found.keys() == reading.FILTERS.keys()
    assert all(milliseconds > 0 for sizes in found.values() for milliseconds in sizes.values())

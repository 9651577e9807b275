"""A file of the registration office with as many rows as the city has market entities."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.cities import SEED
from civicgraph.demo.city import enterprises
from civicgraph.demo.city.ground import survey
from civicgraph.demo.city.scale import Scale

COLUMNS = {
    "credit_code": "统一社会信用代码",
    "name": "企业名称",
    "kind": "类型",
    "status": "状态",
    "industry_id": "行业代码",
    "division_id": "区划代码",
    "established_on": "成立日期",
    "scale": "规模",
    "employees": "从业人数",
    "revenue_fen": "营业收入",
}
"""Columns of the generated register, and their headings in the file."""


async def write(path: Path, rows: int) -> None:
    """The generated register as a file; the demo has to be connected, whose communities it names."""
    scale = Scale(enterprises=rows, grievances=0, events=0, services=0, lists=(), grids_per_community=0)
    ground = await survey(SEED, scale)
    ground.counts["enterprise"] = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS.values())
        for batch in _batches(enterprises.rows(ground)):
            writer.writerows(batch)


def _batches(found: Iterator[Any]) -> Iterator[list[list[Any]]]:
    names = enterprises.ENTERPRISE.columns
    places = [names.index(one) for one in COLUMNS]
    for table, rows in found:
        if table is enterprises.ENTERPRISE:
            yield [_cells([row[place] for place in places]) for row in rows]


def _cells(values: list[Any]) -> list[Any]:
    named = dict(zip(COLUMNS, values, strict=True))
    named["established_on"] = named["established_on"] and date.fromordinal(named["established_on"]).isoformat()
    named["revenue_fen"] = named["revenue_fen"] / 100
    return list(named.values())

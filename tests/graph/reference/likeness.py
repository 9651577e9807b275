"""Which reports may be of the same problem as one that is about to be sent."""

from __future__ import annotations

import re
from typing import Any

from civicgraph.text import bigrams
from tests.graph.reference import rules
from tests.graph.reference.world import Thing, World

TOLD_NOTHING_BY = {
    *("一直", "这里", "那里", "我们", "小区", "社区", "现在", "已经", "没有", "不能"),
    *("可以", "希望", "请问", "你好", "您好", "谢谢", "问题", "很多", "非常", "有人"),
}
DEALT_WITH = ["SUBMITTED", "ACCEPTED", "ASSIGNED", "IN_PROGRESS", "ON_HOLD", "REOPENED", "SHORTFALL"]
POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，;；\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


def words(terms: str) -> set[str]:
    """The first 600 characters of search terms, without those of every second text."""
    return {one for one in terms[:600].split(" ") if one} - TOLD_NOTHING_BY


def alike(
    world: World,
    row: Any,
    community: str,
    text: str,
    category: str | None = None,
    compound: int | None = None,
    point: str | None = None,
    public_only: bool | None = None,
) -> list[Thing]:
    """The three that fit best of the latest hundred that somebody deals with there, of those whom the actor sees."""
    there = [one for one in world.rows.having("Grievance", "division_id", community) if one.status.name in DEALT_WITH]
    seen = [one for one in world.things("Grievance", there) if one.row.is_public or not public_only]
    latest = sorted(seen, key=lambda one: -one.row.id)[:100]
    mine = words(" ".join(bigrams(text)))
    found = []
    for one in latest:
        score = by_words(world, one.row, mine)
        if score is None:
            continue
        if category is not None:
            score += 150 if one.row.category_id == category else -100
        score += by_place(world, one.row, compound, point)
        if score >= 500:
            found.append((-score, -one.row.id, one))
    return [one for _, _, one in sorted(found, key=lambda it: it[:2])[:3]]


def by_words(world: World, row: Any, mine: set[str]) -> int | None:
    """Of a thousand, how much two texts have of each other; nothing of fewer than two pairs."""
    name = world.rows.one("GrievanceCategory", row.category_id).name
    theirs = {one for one in words(row.search_terms) if one not in name.lower() or one in row.public_text.lower()}
    both = len(mine & theirs)
    if both < 2:
        return None
    return 700 * both // min(len(mine), len(theirs)) + 300 * both // len(mine | theirs)


def by_place(world: World, row: Any, compound: int | None, point: str | None) -> int:
    """The compound tells where both have one, else the points: exact ones to who may know them, else by squares."""
    if compound is not None and row.compound_id is not None:
        return 100 if compound == row.compound_id else -400
    given = POINT.fullmatch(point or "")
    if given is None or row.latitude_micro is None:
        return 0
    mine = [round(float(one) * 1_000_000) for one in given.groups()]
    if abs(mine[0]) > 90_000_000 or abs(mine[1]) > 180_000_000:
        return 0
    theirs = [row.latitude_micro, row.longitude_micro]
    pairs = list(zip(mine, theirs, strict=True))
    if not rules.reads_private(world, row):
        squares = max(abs((a + 180_000_000) // 10_000 - (b + 180_000_000) // 10_000) for a, b in pairs)
        return -400 if squares > 1 else 0
    apart = max(abs(a - b) for a, b in pairs)
    return 100 if apart <= 1_000 else -400 if apart > 5_000 else 0

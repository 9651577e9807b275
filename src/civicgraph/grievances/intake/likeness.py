"""Whether two reports may be of the same problem, by their words and their place. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from civicgraph.text import bigrams

LIKE = 0.5
"""From where a report is suggested: measured on the demo city's texts, see tests/grievances/test_likeness.py."""
MOST = 3
"""Suggestions at a time: what does not fit on a phone's screen is not read."""
_COMMON = frozenset(
    [
        "一直",
        "这里",
        "那里",
        "我们",
        "小区",
        "社区",
        "现在",
        "已经",
        "没有",
        "不能",
        "可以",
        "希望",
        "请问",
        "你好",
        "您好",
        "谢谢",
        "问题",
        "很多",
        "非常",
        "有人",
    ]
)


@dataclass(frozen=True)
class Report:
    """What is compared of a report."""

    key: str
    text: str
    category: str
    compound: str = ""


def alike(new: Report, others: Iterable[Report]) -> list[str]:
    """The keys of the reports that may be of the same problem, the likest first."""
    found = [(likeness(new, one), one.key) for one in others]
    return [key for score, key in sorted(found, key=lambda pair: -pair[0]) if score >= LIKE][:MOST]


def likeness(one: Report, other: Report) -> float:
    """From 0 to about 1.2: the share of the shorter text's pairs of characters that the other has as well,

    less where one says much that the other does not; more for the same category and the same compound.
    """
    mine, theirs = _pairs(one.text), _pairs(other.text)
    if not mine or not theirs:
        return 0.0
    common = len(mine & theirs)
    if common < 2:
        return 0.0
    score = 0.7 * common / min(len(mine), len(theirs)) + 0.3 * common / len(mine | theirs)
    score += 0.15 if one.category == other.category else -0.1
    if one.compound and other.compound:
        score += 0.1 if one.compound == other.compound else -0.4
    return score


@lru_cache(4_096)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(bigrams(text)) - _COMMON

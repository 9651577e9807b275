"""Which reports may be of the same problem, by their words and their place, among the latest of a community.

A score in thousandths: the share of the shorter text's pairs of characters that the other has as well, less where
one says much that the other does not; more for the same category and compound. Where the compounds do not tell, the
points on the map do. Nobody but staff may know where another's point is, so for everybody else it counts by the square
of a hundredth of a degree (about a kilometre) that it lies in, and only against a report from elsewhere: whoever
asks again and again from one place and another learns no more of it than its square.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from civicgraph.grievances import rules
from civicgraph.grievances.intake.placing import MAX_MICRO, point_of
from civicgraph.grievances.workflow import JOINED_WITH
from civicgraph.text import search_terms

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

LIKE = 500
"""From where a report is suggested: measured on the demo city's texts, see tests/grievances/test_alike.py."""
MOST = 3
"""Suggestions at a time: what does not fit on a phone's screen is not read."""
COMPARED = 100
"""Reports of the community that are looked at, the latest: what was reported before is known or done."""
LENGTH = 600
"""Characters of search terms, some 200 pairs: what a problem is stands at the beginning of a text."""
COST = 100
"""A hundred texts compared, beside what is read of those that fit: 6 ms of short ones, 70 of long ones."""
SQUARE = 10_000
"""Millionths of a degree."""
SAME_SPOT, ELSEWHERE = 1_000, 5_000
"""Millionths of a degree, about 100 and 500 metres, for who may know the points."""
_POINT = ("latitude_micro", "longitude_micro")
_COMMON = (
    *("一直", "这里", "那里", "我们", "小区", "社区", "现在", "已经", "没有", "不能"),
    *("可以", "希望", "请问", "你好", "您好", "谢谢", "问题", "很多", "非常", "有人"),
)
"""Pairs that stand in every second text and tell nothing."""


def alike(
    c: Compiler,
    *,
    community: Given,
    text: Given,
    category: Given | None = None,
    compound: Given | None = None,
    point: Given | None = None,
    public_only: Given | None = None,
) -> str:
    """SQL of the ids and places of those that may be of the same problem, the likest first."""
    mine, size = text.sql(c, "texts", _pairs), text.sql(c, "int", lambda words: len(_pairs(words)))
    near = _nearby(c, community, category, compound, point, is_public=bool(public_only and public_only.value))
    common = ", ".join(f"'{pair}'" for pair in _COMMON)
    # Search terms hold the category's words as well, which are no words of the reporter's unless the text has them.
    own = f"NOT {c.dialect.holds('near.kind', 'word.value')} OR {c.dialect.holds('near.said', 'word.value')}"
    words = (
        f"SELECT DISTINCT near.id, near.weight, word.value FROM ({near}) near"
        f" CROSS JOIN {c.dialect.each_word('near.terms', 'word')}"
        f" WHERE word.value <> '' AND word.value NOT IN ({common}) AND ({own})"
    )
    counted = (
        f"SELECT id, weight, count(*) AS theirs, count(CASE WHEN {c.dialect.is_in('value', mine)} THEN 1 END) AS shared"
        f" FROM ({words}) words GROUP BY id, weight"
    )
    shorter = f"(CASE WHEN theirs < {size} THEN theirs ELSE {size} END)"
    score = f"700 * shared / {shorter} + 300 * shared / (theirs + {size} - shared) + weight"
    scored = f"SELECT id, {score} AS score FROM ({counted}) counted WHERE shared > 1"
    best = f"SELECT id, score FROM ({scored}) scored WHERE score >= {LIKE} ORDER BY score DESC, id DESC LIMIT {MOST}"
    return f"SELECT id, row_number() OVER (ORDER BY score DESC, id DESC) AS place FROM ({best}) best"


def _pairs(text: Any) -> list[str]:
    """What is compared of a text."""
    return sorted({*search_terms(str(text))[:LENGTH].split()} - {*_COMMON})


def _nearby(
    c: Compiler,
    community: Given,
    category: Given | None,
    compound: Given | None,
    point: Given | None,
    *,
    is_public: bool,
) -> str:
    """The latest that somebody deals with, of those that the actor sees, and how much more or less their place weighs."""
    row, found = c.find("Grievance", lambda one: f"{one['division_id']} = {community.sql(c)}")
    seen = row["is_public"] if is_public else rules.visible_grievances(c, row)
    standing = ", ".join(f"'{one.value}'" for one in JOINED_WITH)
    weights = ["0"]
    if category:
        weights.append(f"CASE WHEN {row['category_id']} = {category.sql(c)} THEN 150 ELSE -100 END")
    if compound or point:
        weights.append(f"CASE{_of_compound(c, row, compound)}{_of_point(c, row, point)} ELSE 0 END")
    return (
        f"SELECT {row['id']}, {' + '.join(weights)} AS weight, {row['public_text']} AS said,"
        f" (SELECT kind.name FROM grievance_category kind WHERE kind.code = {row['category_id']}) AS kind,"
        f" substr({row['search_terms']}, 1, {LENGTH}) AS terms"
        f" {found} AND {row['status']} IN ({standing}) AND ({seen}) ORDER BY {row['id']} DESC LIMIT {COMPARED}"
    )


def _of_compound(c: Compiler, row: Row, compound: Given | None) -> str:
    if compound is None:
        return ""
    number, its = compound.sql(c), row["compound_id"]
    return f" WHEN {its} = {number} THEN 100 WHEN {its} <> {number} THEN -400"


def _of_point(c: Compiler, row: Row, point: Given | None) -> str:
    """Against a report from elsewhere; for who may know where it is, also for one from the same spot."""
    if point is None:
        return ""
    numbers = [(row[name], point.sql(c, "int", _part(place))) for place, name in enumerate(_POINT)]
    is_elsewhere = " OR ".join(f"abs({_square(one)} - {_square(other)}) > 1" for one, other in numbers)
    known = rules.reads_private(c, row)
    if known == c.dialect.false:
        return f" WHEN {is_elsewhere} THEN -400"
    apart = [f"abs({one} - {other})" for one, other in numbers]
    is_there = " AND ".join(f"{one} <= {SAME_SPOT}" for one in apart)
    is_far = " OR ".join(f"{one} > {ELSEWHERE}" for one in apart)
    return (
        f" WHEN {known} AND {is_there} THEN 100 WHEN {known} AND ({is_far}) THEN -400"
        f" WHEN NOT {known} AND ({is_elsewhere}) THEN -400"
    )


def _part(place: int) -> Callable[[Any], int | None]:
    def part(text: Any) -> int | None:
        found = point_of(str(text))
        return found[place] if found else None

    return part


def middle_of_square(column: str) -> Callable[[Compiler, Row], str]:
    """SQL of what everybody may know of a point's number: the middle of the square that it lies in; null without a point."""
    return lambda c, row: f"({_square(row[column])} * {SQUARE} - {MAX_MICRO} + {SQUARE // 2})"


def _square(number: str) -> str:
    """The square of one of a point's numbers; whole ones above zero, so that all are of one size."""
    return f"({number} + {MAX_MICRO}) / {SQUARE}"

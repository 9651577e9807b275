"""What an enterprise counts, and in which cells. Pure: the one place that says it.

Figures follow dated facts: the day of an entry, the days on which it came on lists and went off them, and the
days from which its place, industry or status are others. So a change of today changes the figures from today on.

A cell is a division, a two-digit industry (or its section, or all) and a list (or the whole register) in a quarter. The
history of the whole register by industry is kept for counties and the city alone, there are 830,000 entries;
the cells without a quarter, which say how many there are now, are kept for every place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from civicgraph.divisions.rules import ancestors
from civicgraph.enterprises.models import ChangedFact, EnterpriseStatus
from civicgraph.enterprises.rules import DIVISION_DIGITS, section_of

OLDEST = "2019Q4"
"""What came before is counted in this quarter: who asks for a figure of then gets the one of its end."""
QUARTER = r"20[0-9]{2}Q[1-4]"
"""How a quarter is written."""
COUNTY_DIGITS = 6
Vector = tuple[int, int, int]
"""Joined, departed, shown."""


class Key(NamedTuple):
    """Which cell."""

    division_id: str
    list: str
    industry: str
    quarter: str


class Change(NamedTuple):
    """A dated change of a fact."""

    on: date
    fact: str
    before: str
    after: str


class Listed(NamedTuple):
    """A place on a list; the last day on it is still on it."""

    list: str
    listed_on: date
    delisted_on: date | None


class History(NamedTuple):
    """What of an enterprise counts. Changes and places on lists in the order of their days."""

    division_id: str
    industry_id: str
    status: str
    is_published: bool
    counted_from: date
    changes: tuple[Change, ...] = ()
    listings: tuple[Listed, ...] = ()


@lru_cache(4096)
def quarter_of(day: date) -> str:
    """The quarter of a day, for instance 2026Q1."""
    return max(f"{day.year}Q{(day.month - 1) // 3 + 1}", OLDEST)


def last_day(quarter: str) -> date:
    """The last day of a quarter."""
    year, number = int(quarter[:4]), int(quarter[5])
    following = date(year + 1, 1, 1) if number == 4 else date(year, 3 * number + 1, 1)
    return following - timedelta(days=1)


def before(quarter: str, quarters: int) -> str:
    """The quarter so many before."""
    ordinal = int(quarter[:4]) * 4 + int(quarter[5]) - 1 - quarters
    return f"{ordinal // 4}Q{ordinal % 4 + 1}"


@lru_cache(4096)
def kinds_of(industry: str) -> tuple[str, ...]:
    """The industries in which it counts: all, its section, its division of two digits; groups and classes have no cells."""
    section, division = section_of(industry), industry[:DIVISION_DIGITS]
    return ("", section) if section == division else ("", section, division)


@lru_cache(4096)
def slices(division: str, industry: str) -> frozenset[tuple[str, str]]:
    """The places and industries in which it counts."""
    kinds = kinds_of(industry)
    return frozenset((place, kind) for place in (division, *ancestors(division)) for kind in kinds)


def is_kept(place: str, industry: str, of: str) -> bool:
    """Whether the history of such a cell is kept; if not, only how many there are now."""
    return not industry or keeps_industries(len(place), is_of_list=bool(of))


def keeps_industries(digits: int, *, is_of_list: bool) -> bool:
    """Whether the history of a division, by how many digits its code has, is kept by industry: of a list everywhere, of the
    whole register not below counties."""
    return is_of_list or digits <= COUNTY_DIGITS


def contribution(one: History) -> Counter[tuple[Key, int]]:
    """What an enterprise counts, by cell and the place in its `Vector`."""
    found: Counter[tuple[Key, int]] = Counter()
    starts, states = _timeline(one)
    memberships = [Listed("", one.counted_from, None), *one.listings]
    for of, begins, ends in memberships:
        _count_membership(found, starts, states, Listed(of, begins, ends))
        if ends is None:
            now = slices(one.division_id, one.industry_id)
            for place, kind in now:
                key = Key(place, of, kind, "")
                found[key, 0] += one.status != EnterpriseStatus.CLOSED
                found[key, 2] += one.is_published
    return Counter({key: count for key, count in found.items() if count})


def _timeline(one: History) -> tuple[list[date], list[frozenset[tuple[str, str]]]]:
    """From which day on it counted where: the present state, with the changes undone one after another."""
    state = {
        ChangedFact.DIVISION.value: one.division_id,
        ChangedFact.INDUSTRY.value: one.industry_id,
        ChangedFact.STATUS.value: str(one.status),
    }
    starts: list[date] = []
    states: list[frozenset[tuple[str, str]]] = []
    for change in reversed(one.changes):
        starts.append(change.on)
        states.append(_counted(state))
        state[str(change.fact)] = change.before
    return [one.counted_from, *reversed(starts)], [_counted(state), *reversed(states)]


def _counted(state: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    if state["status"] == EnterpriseStatus.CLOSED:
        return frozenset()
    return slices(state["division"], state["industry"])


def _count_membership(
    found: Counter[tuple[Key, int]], starts: list[date], states: list[frozenset[tuple[str, str]]], of: Listed
) -> None:
    here: frozenset[tuple[str, str]] = frozenset()
    first = max(bisect_right(starts, of.listed_on) - 1, 0)
    for index in range(first, len(starts)):
        day = of.listed_on if index == first else starts[index]
        if of.delisted_on is not None and day > of.delisted_on:
            break
        _move(found, of.list, day, here, states[index])
        here = states[index]
    if of.delisted_on is not None:
        _move(found, of.list, of.delisted_on + timedelta(days=1), here, frozenset())


def _move(
    found: Counter[tuple[Key, int]],
    of: str,
    day: date,
    here: frozenset[tuple[str, str]],
    there: frozenset[tuple[str, str]],
) -> None:
    if here is there:
        return
    quarter = quarter_of(day)
    for step, moved in ((0, there - here), (1, here - there)):
        for place, kind in moved:
            if is_kept(place, kind, of):
                found[Key(place, of, kind, quarter), step] += 1


def count(histories: Iterable[tuple[History, int]]) -> dict[Key, Vector]:
    """What many count together, each as often as it says (-1: no longer)."""
    cells: dict[tuple[str, str, str, str], list[int]] = {}
    for one, times in histories:
        if one.changes or one.listings:
            for (key, step), number in contribution(one).items():
                cells.setdefault(key, [0, 0, 0])[step] += number * times
        else:
            _count_plain(cells, one, times)
    return {Key(*key): (one[0], one[1], one[2]) for key, one in cells.items() if any(one)}


def _count_plain(cells: dict[tuple[str, str, str, str], list[int]], one: History, times: int) -> None:
    """The same as `contribution` for what nothing ever happened to: of 830,000 entries nearly all."""
    is_counted, quarter = one.status != EnterpriseStatus.CLOSED, quarter_of(one.counted_from)
    joined, shown = times * is_counted, times * one.is_published
    kinds = kinds_of(one.industry_id)
    for digits in (4, 6, 9, 12):
        if digits <= len(one.division_id):
            place = one.division_id[:digits]
            for kind in kinds:
                now = cells.setdefault((place, "", kind, ""), [0, 0, 0])
                now[0] += joined
                now[2] += shown
                if is_counted and (not kind or digits <= COUNTY_DIGITS):
                    cells.setdefault((place, "", kind, quarter), [0, 0, 0])[0] += times

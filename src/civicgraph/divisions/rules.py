"""Rules of the divisions room: codes and their levels. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from civicgraph.divisions.models import DivisionLevel

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

DIGITS = {DivisionLevel.CITY: 4, DivisionLevel.COUNTY: 6, DivisionLevel.SUBDISTRICT: 9, DivisionLevel.COMMUNITY: 12}

_SUFFIXES = {"村民委员会": "", "社区居民委员会": "社区", "居民委员会": "社区"}


def parent_code(code: str) -> str:
    """The code of the division above: 12 → 9 → 6 → 4 digits; empty for the city."""
    return {17: code[:15], 15: code[:12], 12: code[:9], 9: code[:6], 6: code[:4]}.get(len(code), "")


def ancestors(code: str) -> list[str]:
    """The codes above a division, from the city down."""
    return [code[:digits] for digits in (4, 6, 9, 12, 15) if digits < len(code)]


def short_name(name: str) -> str:
    """The name as people say it: 红岭社区居民委员会 → 红岭社区, 新山村村民委员会 → 新山村."""
    for suffix, instead in _SUFFIXES.items():
        if name.endswith(suffix) and name != suffix:
            stem = name.removesuffix(suffix)
            return stem if stem.endswith(("社区", "村")) else stem + (instead or "村")
    return name


def is_it_or_above(above: str, code: str) -> str:
    """SQL: the division `above` is the one with this code, or lies above it."""
    return f"{above} IN ({', '.join(f'substr({code}, 1, {digits})' for digits in DIGITS.values())})"


def is_above(c: Compiler, code: str, given: Given) -> str:
    """SQL: the division `code` lies above the given one, so that what is for all of it is for that one too."""
    above = [digits for digits in DIGITS.values() if digits < len(given.value)]
    if not above:
        return "1 = 0"
    heads = [given.sql(c, "text", _head(digits)) for digits in above]
    return f"{code} = {heads[0]}" if len(heads) == 1 else f"{code} IN ({', '.join(heads)})"


def concerns(c: Compiler, code: str, given: Given) -> str:
    """SQL: the division `code` is the given one, or lies below or above it: what is for it is for those there too.

    One comparison, since the head of a code above is that code: so the index of a subtree finds both.
    """
    own = min(len(given.value), DIGITS[DivisionLevel.COMMUNITY])
    heads = [digits for digits in DIGITS.values() if digits < own] + [own]
    column = code if own == DIGITS[DivisionLevel.COMMUNITY] else f"substr({code}, 1, {own})"
    values = [given.sql(c, "text", _head(digits)) for digits in heads]
    return f"{column} = {values[0]}" if len(values) == 1 else f"{column} IN ({', '.join(values)})"


@cache
def _head(digits: int) -> Callable[[str], str]:
    """The first digits of a code; always the same function for as many, so that a statement binds them once."""
    return lambda code: code[:digits]


def place_below(_c: Compiler, row: Row, filters: Mapping[str, Given]) -> str:
    """SQL of a facet: the division directly below the one that is asked for; without one, the county."""
    digits = len(filters["within"].value) if "within" in filters else DIGITS[DivisionLevel.CITY]
    return f"substr({row['division_id']}, 1, {digits_below(digits)})"


def digits_below(digits: int) -> int:
    """How many digits the codes directly below a division have, by how many its own has; below communities none are longer."""
    return next((longer for longer in DIGITS.values() if longer > digits), DIGITS[DivisionLevel.COMMUNITY])


def nearest_office(key: str, code: str) -> str:
    """SQL: the row of office hours that holds in the division with this code."""
    covering = is_it_or_above("hours.division_id", code)
    nearest = f"SELECT hours.id FROM office_hours hours WHERE {covering}"
    return f"{key} = ({nearest} ORDER BY length(hours.division_id) DESC LIMIT 1)"

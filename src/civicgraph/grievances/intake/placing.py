"""The grid of a place, from what people write of it: compound, building, address. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")}
_NUMBER = r"(\d{1,3}|[一二三四五六七八九十百]{1,5})"
_HOUSE = r"(?:栋|幢|号楼|座|#)"
_IN_PLACE = re.compile(_NUMBER + r"\s*" + _HOUSE)
_RANGE = re.compile(_NUMBER + r"\s*" + _HOUSE + r"?\s*(?:至|到|[-—–~～])\s*" + _NUMBER + r"\s*" + _HOUSE)
_LIST = re.compile(r"((?:" + _NUMBER + r"\s*" + _HOUSE + r"?\s*[、,，和及]\s*)+" + _NUMBER + r"\s*" + _HOUSE + r")")
MAX_MICRO = 180_000_000


@dataclass(frozen=True)
class Candidate:
    """A grid of the community, with the buildings and streets that it covers in words."""

    code: str
    name: str
    area: str


def grid_for(place: str, compound: str, grids: Iterable[Candidate]) -> str | None:
    """The code of the one grid that fits the words of a place; None where none or several do.

    A grid fits by its own name, by the compound, and by the building where the area names buildings; one
    whose buildings leave the named one out does not fit at all.
    """
    words = _plain(f"{compound} {place}")
    building = next((number(match[1]) for match in _IN_PLACE.finditer(words)), None)
    fits: dict[str, int] = {}
    for grid in grids:
        score = _fit(grid, words, _plain(compound), building)
        if score > 0:
            fits[grid.code] = score
    best = max(fits.values(), default=0)
    found = [code for code, score in fits.items() if score == best]
    return found[0] if len(found) == 1 else None


def _fit(grid: Candidate, words: str, compound: str, building: int | None) -> int:
    area, name = _plain(grid.area), _plain(grid.name)
    score = 4 if name and name in words else 0
    if compound and compound in area:
        score += 2
    covered = buildings(area)
    if building is not None and covered:
        if building not in covered:
            return 0
        score += 2
    return score


def buildings(area: str) -> frozenset[int]:
    """The numbers of the buildings that an area names: 1栋至4栋, 5、6、8栋, 十二栋."""
    found: set[int] = set()
    for match in _RANGE.finditer(area):
        first, last = number(match[1]), number(match[2])
        if first <= last <= first + 200:
            found |= set(range(first, last + 1))
    for match in _LIST.finditer(area):
        found |= {number(one) for one in re.findall(_NUMBER, match[1])}
    return frozenset(found | {number(match[1]) for match in _IN_PLACE.finditer(area)})


def number(text: str) -> int:
    """A number in digits or in Chinese characters, up to 999."""
    if text.isdigit():
        return int(text)
    hundreds, has_hundreds, rest = text.rpartition("百")
    tens, has_tens, ones = rest.rpartition("十")
    found = _DIGITS.get(hundreds, 1) * 100 if has_hundreds else 0
    found += (_DIGITS.get(tens, 1) if tens else 1) * 10 if has_tens else 0
    return found + _DIGITS.get(ones.lstrip("零"), 0)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


_KNOWN_BOUNDS = {"5203": "27.0, 105.5, 29.3, 108.4"}
"""By the city's code, from the south and the west to the north and the east: a tenth of a degree beyond the border."""


def is_in_city(point: tuple[int, int], city_code: str, bounds: str) -> bool:
    """Whether a point lies within the bounds that are set for the city, else within those that are known of it."""
    edges = bounds or _KNOWN_BOUNDS.get(city_code, "")
    if not edges:
        return True
    south, west, north, east = (round(float(one) * 1_000_000) for one in edges.split(","))
    return south <= point[0] <= north and west <= point[1] <= east


def point_of(text: str) -> tuple[int, int] | None:
    """Latitude and longitude of `27.6912, 106.9153` in millionths of a degree; None where it is no point on earth."""
    parts = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d{1,9})?)\s*[,，;；\s]\s*(-?\d{1,3}(?:\.\d{1,9})?)\s*", text)
    if parts is None:
        return None
    latitude, longitude = (round(float(part) * 1_000_000) for part in parts.groups())
    is_there = abs(latitude) <= MAX_MICRO // 2 and abs(longitude) <= MAX_MICRO
    return (latitude, longitude) if is_there else None

"""The communities of the city by their names, and where each lies as far as its reports tell: for whoever places a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from tortoise.connection import get_connection

from civicgraph.divisions.models import Compound, Division, DivisionLevel
from civicgraph.divisions.rules import ancestors
from civicgraph.grievances.intake.locating import Named, community_in, those_in

MOST = 5
"""Communities that are proposed: what is longer is not read, and a name finds the others."""
_REACH = 5_000
"""Metres from the middle of a community's reports beyond which it is not proposed: a town with its outskirts."""
_LATEST = 5_000
"""Reports whose points are looked at, the latest: a few milliseconds, however many there are."""
_METRES = 0.111_32
"""Of a millionth of a degree of latitude."""

Point = tuple[int, int]
"""Latitude and longitude by WGS-84 in millionths of a degree."""


@dataclass(frozen=True)
class Place:
    """A division by its names."""

    code: str
    name: str
    short_name: str
    pinyin: str
    level: DivisionLevel

    @property
    def is_community(self) -> bool:
        """Whether a report can be placed there."""
        return self.level == DivisionLevel.COMMUNITY


@dataclass(frozen=True)
class Gazetteer:
    """The names of divisions and compounds below one division."""

    places: Mapping[str, Place]
    compounds: Sequence[Named]

    @classmethod
    async def below(cls, within: str) -> Gazetteer:
        """That of a division."""
        columns = ("code", "name", "short_name", "pinyin", "level")
        rows = await Division.filter(code__startswith=within).values_list(*columns)
        places = [Place(*row) for row in rows]
        found = await Compound.filter(division_id__startswith=within, is_active=True).values("name", "division_id")
        return cls({one.code: one for one in places}, [Named(one["name"], one["division_id"]) for one in found])

    @property
    def communities(self) -> list[Named]:
        """Each under each of its names."""
        every = [one for one in self.places.values() if one.is_community]
        return [Named(name, one.code) for one in every for name in {one.name, one.short_name}]

    @property
    def above(self) -> dict[str, list[str]]:
        """The names of the divisions above them, by code."""
        return {one.code: sorted({one.name, one.short_name}) for one in self.places.values() if not one.is_community}

    def only_in(self, text: str) -> str | None:
        """The code of the one community that the words of a place name; None where that is not clear."""
        return community_in(text, self.communities, self.compounds, self.above)

    def in_words(self, text: str) -> list[str]:
        """The codes of all that they may mean."""
        named = (those_in(text, names, self.above) for names in (self.communities, self.compounds))
        return sorted(set().union(*named))

    def called(self, text: str) -> list[str]:
        """The codes of the communities with this code, name or pinyin; else of those whose name holds it, or that it names."""
        words = "".join(text.split()).casefold()
        if not words:
            return []
        names = {code: _written(one) for code, one in self.places.items() if one.is_community}
        exact = sorted(code for code, known in names.items() if words in known or words == code)
        return (
            exact
            or self.in_words(text)
            or sorted(code for code, known in names.items() if any(words in one for one in known))
        )

    def way_to(self, code: str) -> list[Place]:
        """A community after what it lies in, from the county down: several have the same name."""
        return [self.places[one] for one in (*ancestors(code), code) if len(one) > 4 and one in self.places]


def _written(place: Place) -> set[str]:
    return {"".join(one.split()).casefold() for one in (place.name, place.short_name, place.pinyin) if one}


async def middles() -> dict[str, Point]:
    """Where communities lie: the middle of the points of their latest reports. For staff alone."""
    latest = f"SELECT division_id, latitude_micro, longitude_micro FROM grievance ORDER BY id DESC LIMIT {_LATEST}"
    statement = (
        "SELECT division_id, avg(latitude_micro) AS latitude, avg(longitude_micro) AS longitude"
        f" FROM ({latest}) latest WHERE latitude_micro IS NOT NULL GROUP BY division_id"
    )
    rows = await get_connection("default").execute_query_dict(statement)
    return {row["division_id"]: (round(row["latitude"]), round(row["longitude"])) for row in map(dict, rows)}


def nearest(point: Point, known: Mapping[str, Point], codes: Iterable[str]) -> list[tuple[str, float]]:
    """The codes of those that lie near a point, the nearest first, with the metres. Pure."""
    apart = [(code, metres(point, known[code])) for code in codes if code in known]
    return sorted([one for one in apart if one[1] <= _REACH], key=lambda one: (one[1], one[0]))[:MOST]


def metres(one: Point, other: Point) -> float:
    """How far two points of a town are apart."""
    narrow = cos(radians(one[0] / 1_000_000))
    return hypot(one[0] - other[0], (one[1] - other[1]) * narrow) * _METRES

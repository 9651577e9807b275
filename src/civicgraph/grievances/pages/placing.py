"""How staff say where a report belongs: step by step, by a name or a code, or one of the communities that are proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from civicgraph import settings
from civicgraph.grievances.gazetteer import MOST, Gazetteer, Point, middles, nearest
from civicgraph.grievances.pages.choices import asked
from civicgraph.grievances.pages.drafts import COMMUNITY_DIGITS
from civicgraph.i18n import N_, gettext
from civicgraph.permissions import DISPATCH_GRIEVANCES, Actor
from civicgraph.web import read, require
from civicgraph.web.formats import place_name
from civicgraph.web.forms import Choices

_MOST_CALLED = 20
"""Communities of one name that are offered; where there are more, more of the name is asked for."""


async def way_down(request: Request) -> dict[str, Any]:
    """What the page of the way to a community draws: what a name finds, or a step down from the places of the actor's grants."""
    actor: Actor = request.state.actor
    places = actor.prefixes(DISPATCH_GRIEVANCES)
    text, asked_for = asked(request, "q"), asked(request, "division")
    is_below = actor.may(DISPATCH_GRIEVANCES, asked_for)
    several = [] if is_below or len(places) == 1 else list(places)
    code = asked_for if is_below else settings.current().city_code if several else places[0]
    filters = {"text": text, "level": ["COMMUNITY"], "within": code} if text else {"codes": several}
    variables = {"code": code, "filter": filters, "isSearch": bool(text or several)}
    found = await read(request, "grievances/where", variables)
    division = require(found, "division")
    if several and not text:
        division["children"] = found["divisions"]  # what one dispatches for, in place of all counties
    elif text:  # by its name the whole city was searched where the grants are of several places
        named = found["divisions"]["nodes"]
        found["divisions"]["nodes"] = [one for one in named if actor.may(DISPATCH_GRIEVANCES, one["code"])]
    if division["parent"] and not actor.may(DISPATCH_GRIEVANCES, division["parent"]["code"]):
        division["parent"] = None
    return {**found, "q": text}


@dataclass(frozen=True)
class Places:
    """The communities that an actor may place reports in, by names and points."""

    actor: Actor
    known: Gazetteer
    points: Mapping[str, Point]

    @classmethod
    async def of(cls, actor: Actor, *, with_points: bool = False) -> Places:
        """Those of an actor; where each lies only when it is asked for."""
        known = await Gazetteer.below(settings.current().city_code)
        return cls(actor, known, await middles() if with_points else {})

    def may(self, code: str) -> bool:
        """Whether it is one of them."""
        place = self.known.places.get(code)
        return place is not None and place.is_community and self.actor.may(DISPATCH_GRIEVANCES, code)

    def proposed(self, row: Mapping[str, Any]) -> Choices:
        """Where a held report may belong: what its words name, then what lies nearest to its point."""
        named = [code for code in self.known.in_words(f"{row['address']} {row['summary']}") if self.may(code)]
        point = (row["latitudeMicro"], row["longitudeMicro"])
        near = nearest(point, self.points, filter(self.may, self.points)) if point[0] is not None else []
        away = dict(near)
        codes = list(dict.fromkeys([*named, *away]))[:MOST]
        return [(code, self._words(code, away.get(code))) for code in codes]

    def label(self, code: str) -> str:
        """A community with what it lies in."""
        way = self.known.way_to(code)
        return " · ".join(place_name({"shortName": one.short_name, "pinyin": one.pinyin}) for one in way)

    def _words(self, code: str, away: float | None) -> str:
        label = self.label(code)
        if away is None:
            return label
        return gettext(N_("%(place)s, about %(km)s km away"), place=label, km=f"{max(away, 100) / 1000:.1f}")

    def called(self, text: str) -> Choices:
        """What a name or code may mean."""
        codes = [code for code in self.known.called(text) if self.may(code)]
        return [(code, self.label(code)) for code in codes[:_MOST_CALLED]]

    def chosen(self, code: str) -> Choices:
        """One that was chosen step by step."""
        return [(code, self.label(code))] if len(code) == COMMUNITY_DIGITS and self.may(code) else []

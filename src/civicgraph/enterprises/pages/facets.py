"""What the register can be narrowed by, each with how many there are: links that need no script.

Places, industries and lists come from the kept figures while only those are asked for: exact, whatever their size.
Beside words, a kind, status or size, or an industry below the two-digit divisions, they are counted over a thousand entries at most (`enterpriseFacets`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from civicgraph.enterprises.models import EnterpriseKind, EnterpriseList, EnterpriseScale, EnterpriseStatus
from civicgraph.enterprises.rules import DIVISION_DIGITS
from civicgraph.i18n import N_, Labelled, current, gettext
from civicgraph.web.formats import place_name

Asked = Mapping[str, str]
Link = Callable[..., str]
"""An address of the register for what is asked."""
_ENUMS: tuple[tuple[str, str, type[Labelled]], ...] = (
    ("kind", "kinds", EnterpriseKind),
    ("scale", "scales", EnterpriseScale),
    ("status", "statuses", EnterpriseStatus),
)
_BEYOND_FIGURES = ("q", "kind", "status", "scale")


def is_beyond_figures(asked: Asked) -> bool:
    """Whether something is asked for that no figures are kept of."""
    return any(asked[name] for name in _BEYOND_FIGURES) or len(asked["industry"]) > DIVISION_DIGITS


def groups(found: Mapping[str, Any], asked: Asked, link: Link) -> list[dict[str, Any]]:
    """The facets in the order of the page: a label, and what can be chosen. Those without a choice are left out."""
    facets, figures = found["enterpriseFacets"], found["enterpriseFigures"]
    is_exact = not is_beyond_figures(asked)
    counted = {name: {one["value"]: one["count"] for one in facets.get(name, ())} for name in _NAMES}
    made: list[dict[str, Any]] = []

    def add(name: str, label: str, choices: Iterable[tuple[str, str, int]], *, is_exact: bool = False) -> None:
        items = [
            {
                "text": text,
                "count": count,
                "is_least": facets["isCapped"] and not is_exact,
                "is_current": asked[name] == value,
                "href": link(**{**asked, name: "" if asked[name] == value else value}),
            }
            for value, text, count in choices
            if count or asked[name] == value
        ]
        if items:
            made.append({"name": name, "label": label, "items": items})

    for name, label, kept, key in _kept(figures, asked):
        shown = ((value, words, count if is_exact else counted[key].get(value, 0)) for value, words, count in kept)
        add(name, label, sorted(shown, key=lambda one: -one[2]), is_exact=is_exact)
    for name, key, enum in _ENUMS:
        members = sorted(
            ((one.name, one.words, counted[key].get(one.name, 0)) for one in enum), key=lambda one: -one[2]
        )
        add(name, gettext(_LABELS[name]), members)
    return made


_NAMES = ("divisions", "sections", "industries", "kinds", "statuses", "scales", "lists")
_LABELS = {"kind": N_("Legal kind"), "scale": N_("Scale"), "status": N_("Status")}


def _kept(figures: Any, asked: Asked) -> Iterable[tuple[str, str, list[tuple[str, str, int]], str]]:
    """What figures are kept of: the name of the filter, its label, its values in words with their counts, its facet."""
    if figures is None:
        return
    places = [(one["division"]["code"], place_name(one["division"]), one["shown"]) for one in figures["byDivision"]]
    yield "within", gettext("Place"), places, "divisions"
    is_inside = bool(asked["industry"])
    parts = figures["byIndustry"] if is_inside else figures["bySection"]
    industries = [(one["industry"]["code"], _name(one["industry"]), one["shown"]) for one in parts]
    yield "industry", gettext("Industry"), industries, "industries" if is_inside else "sections"
    lists = [(one["list"], EnterpriseList[one["list"]].words, one["shown"]) for one in figures["byList"]]
    yield "list", gettext("List of offices"), lists, "lists"


def _name(industry: Mapping[str, Any]) -> str:
    return str(industry["name" if current.get() == "zh" else "nameEn"])

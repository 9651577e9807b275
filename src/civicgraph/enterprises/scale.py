"""How big an enterprise is by the statistical standard of 2017 (`scales.yaml`), from its industry and its figures of a year.

Where these say it, nobody types it: what is typed against them is refused. Where they do not (an industry that the standard
does not cover, a figure that is not known), what was typed stands.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from civicgraph.enterprises.models import EnterpriseScale
from civicgraph.enterprises.rules import CLASS_DIGITS, section_of
from civicgraph.i18n import N_
from civicgraph.operations import FieldError, InvalidInput

_SCALES = (EnterpriseScale.LARGE, EnterpriseScale.MEDIUM, EnterpriseScale.SMALL, EnterpriseScale.MICRO)
_FEN_OF_TEN_THOUSAND = 10_000 * 100


class Figures(NamedTuple):
    """The business figures of an enterprise; None for what is not known."""

    employees: int | None
    revenue_fen: int | None
    assets_fen: int | None


FIGURES = (*Figures._fields, "figures_year")
"""The columns of the register that hold them, and of which year they are."""
Least = tuple[int, int, int]
"""The least of a large, a medium-sized and a small enterprise."""


@cache
def _standard() -> dict[str, tuple[Least | None, ...]]:
    """By the code of an industry: for each of the figures what it must reach, None where the standard does not ask for it."""
    found: dict[str, tuple[Least | None, ...]] = {}
    for group in yaml.safe_load((Path(__file__).parent / "scales.yaml").read_text(encoding="utf-8")):
        units = {"employees": 1, "revenue": _FEN_OF_TEN_THOUSAND, "assets": _FEN_OF_TEN_THOUSAND}
        least = [tuple(one * unit for one in group[name]) if name in group else None for name, unit in units.items()]
        found |= dict.fromkeys(group["industries"], tuple(least))  # type: ignore[arg-type]
    return found


@cache
def _asked(industry: str) -> tuple[Least | None, ...] | None:
    """What the standard asks of an industry; None where it says nothing, or different things of the parts of it."""
    codes = [*(industry[:digits] for digits in range(CLASS_DIGITS, 1, -1)), section_of(industry)]
    return next((_standard()[code] for code in codes if code in _standard()), None)


def scale_of(industry: str, figures: Figures) -> EnterpriseScale | None:
    """The scale by the standard; None where it does not follow. One figure that is too small for the others decides."""
    asked = _asked(industry)
    if asked is None:
        return None
    steps = [_step(least, figure) for least, figure in zip(asked, figures, strict=True) if least]
    known = [one for one in steps if one is not None]
    if len(known) < len(steps) and len(_SCALES) - 1 not in known:
        return None
    return _SCALES[max(known)]


def _step(least: Least, figure: int | None) -> int | None:
    """The place among the scales that one figure reaches."""
    return None if figure is None else next((step for step, one in enumerate(least) if figure >= one), len(least))


def agreed(
    given: EnterpriseScale | None, before: EnterpriseScale | None, derived: EnterpriseScale | None
) -> EnterpriseScale | None:
    """The scale that is kept. What stood there already is no word against the figures. Raises `InvalidInput`."""
    if derived is None:
        return given
    if given not in (None, before, derived):
        words = N_(
            "By its industry, people, revenue and assets it is: %(scale)s. Please leave this empty, or correct those."
        )
        raise InvalidInput.at("scale", "contradicts", words, scale=derived.words)
    return derived


def year_errors(given: int | None, known: int | None) -> list[FieldError]:
    """What is wrong with figures of a year: those of a later one are not overwritten."""
    if given is None or known is None or given >= known:
        return []
    return InvalidInput.at(
        "figures_year", "earlier", N_("The register has the figures of %(year)s already."), year=known
    ).errors

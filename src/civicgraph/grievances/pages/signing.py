"""Who took a step, in the reader's language: by-lines are kept in Chinese, as the office is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civicgraph.grievances.rules import GRID_WORKER, OFFICES, REPORTER_LINE, REPORTERS, SYSTEM_LINE
from civicgraph.i18n import N_, current, gettext
from civicgraph.web.formats import place_name

_WHOLE = {
    REPORTER_LINE: N_("the reporter"),
    **dict.fromkeys(REPORTERS.values(), N_("the reporter")),
    SYSTEM_LINE: N_("by itself, as the rules say"),
}
_OFFICES = {
    OFFICES[12]: N_("%(place)s, community point"),
    OFFICES[9]: N_("%(place)s, subdistrict station"),
    OFFICES[6]: N_("%(place)s, command centre"),
    GRID_WORKER: N_("%(place)s, grid worker"),
}

_UNNAMED = ("", "社区")
"""Where a line names no place, as 社区联络点 and 网格员 do, it is the grievance's own."""


def signed(by_line: str, division: Mapping[str, Any]) -> str:
    """A by-line for the reader. Places keep their names; that of the grievance's own has its pinyin as well."""
    if current.get() == "zh":
        return by_line
    if by_line in _WHOLE:
        return gettext(_WHOLE[by_line])
    for office, words in _OFFICES.items():
        if by_line.endswith(office):
            short = by_line.removesuffix(office)
            is_own = short in (division["shortName"], *_UNNAMED)
            return gettext(words, place=place_name(dict(division)) if is_own else short)
    return by_line

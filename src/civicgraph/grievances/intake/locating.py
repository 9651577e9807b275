"""The community that the words of a place name: 凤冈县龙泉街道凤泉社区…, or a compound that only one community has. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_SHORTEST = 3
"""Characters of a name from which on it is looked for: shorter ones stand in other words."""


@dataclass(frozen=True)
class Named:
    """A name, and the code of the community that it leads to."""

    name: str
    code: str


def community_in(
    text: str, communities: Iterable[Named], compounds: Iterable[Named], above: Mapping[str, Sequence[str]]
) -> str | None:
    """The code of the one community that a text names; None where it names none or several.

    `above` has the names of the divisions above, by their codes: where several communities bear the name, those
    count whose county or subdistrict is named as well.
    """
    for names in (communities, compounds):
        found = those_in(text, names, above)
        if len(found) == 1:
            return found.pop()
    return None


def those_in(text: str, names: Iterable[Named], above: Mapping[str, Sequence[str]]) -> set[str]:
    """The codes of the communities that names in a text lead to; of several those whose county or subdistrict it names."""
    words = _plain(text)
    found = {one.code for one in _longest(words, names)}
    return _narrowed(words, found, above) if len(found) > 1 else found


def _longest(words: str, names: Iterable[Named]) -> list[Named]:
    """Those whose name stands in the words and in no longer name that stands there."""
    there = [one for one in names if len(one.name) >= _SHORTEST and one.name in words]
    return [one for one in there if not any(one.name != other.name and one.name in other.name for other in there)]


def _narrowed(words: str, codes: set[str], above: Mapping[str, Sequence[str]]) -> set[str]:
    for digits in (9, 6):
        fits = {code for code in codes if any(name in words for name in above.get(code[:digits], ()))}
        if fits:
            codes = fits
    return codes


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))

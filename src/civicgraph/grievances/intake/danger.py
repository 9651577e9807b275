"""Danger to life, read from a report's words: what makes it critical, and whom to call at once. Pure.

The words are data (`danger.yaml`). Better once too often than once too little, but not at every word: a notice
that stands on every second page is no longer read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from civicgraph.i18n import N_, gettext

FIRE, POLICE, AMBULANCE, GAS = "119", "110", "120", "gas"
NUMBERS = {
    FIRE: N_("fire and rescue"),
    AMBULANCE: N_("ambulance"),
    POLICE: N_("police"),
    GAS: N_("the gas company"),
}
"""The emergency numbers, the same all over the country; the gas company's is in the settings."""
_CLAUSE = re.compile(r"[，。；！？,;!?\n]")
_SPACE = re.compile(r"[^\S\n]+")
_AROUND = 20
"""Characters before a word that may say that it is none of danger."""


@dataclass(frozen=True)
class Danger:
    """A sort of danger, with the numbers to call, the first first."""

    code: str
    call: tuple[str, ...]


@dataclass(frozen=True)
class _List:
    dangers: tuple[tuple[Danger, re.Pattern[str]], ...]
    before: re.Pattern[str]
    after: re.Pattern[str]


@cache
def _words() -> _List:
    found = yaml.safe_load(Path(__file__).with_name("danger.yaml").read_text(encoding="utf-8"))
    dangers = tuple(
        (Danger(one["code"], tuple(one["call"])), re.compile("|".join(f"(?:{word})" for word in one["words"])))
        for one in found["dangers"]
    )
    return _List(dangers, *(re.compile("|".join(f"(?:{one})" for one in found[part])) for part in ("before", "after")))


@cache
def by_code() -> dict[str, Danger]:
    """The sorts of danger by their codes."""
    return {danger.code: danger for danger, _ in _words().dangers}


def danger_in(*texts: str) -> Danger | None:
    """The danger that texts tell of, the gravest first; None where there is none."""
    listed = _words()
    plain = "\n".join(_plain(text) for text in texts)
    for danger, words in listed.dangers:
        if any(_is_meant(plain, match, listed) for match in words.finditer(plain)):
            return danger
    return None


def _plain(text: str) -> str:
    """One writing of everything, without spaces: people type them anywhere."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text).lower())


def _is_meant(text: str, match: re.Match[str], listed: _List) -> bool:
    """Whether nothing around a word says that it is denied, feared, practised or past."""
    clause = _CLAUSE.split(text[max(0, match.start() - _AROUND) : match.start()])[-1]
    return not (listed.before.search(clause) or listed.after.match(text, match.end()))


@dataclass(frozen=True)
class Call:
    """Whom to call: the number, and whose it is."""

    number: str
    words: str


def calls(danger: Danger | None, gas_phone: str) -> list[Call]:
    """Whom to call; where nothing is known, those for everything."""
    wanted = danger.call if danger else (FIRE, AMBULANCE, POLICE)
    found = [(gas_phone if one == GAS else one, gettext(NUMBERS[one])) for one in wanted]
    return [Call(number, words) for number, words in found if number]


def in_a_sentence(found: Sequence[Call]) -> str:
    """Whom to call, for answers that are plain text; empty where there is nobody to call."""
    if not found:
        return ""
    numbers = gettext(N_(", ")).join(
        gettext(N_("%(number)s (%(words)s)"), number=one.number, words=one.words) for one in found
    )
    return gettext(
        N_("This can be dangerous. If anybody is at risk, leave the place and call first: %(numbers)s."),
        numbers=numbers,
    )

"""Chinese text: search terms as character bigrams; what masks personal data in it is `masking`."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pypinyin import Style, lazy_pinyin

from civicgraph.masking import MASK as MASK
from civicgraph.masking import mask_email as mask_email
from civicgraph.masking import mask_known as mask_known
from civicgraph.masking import mask_name as mask_name
from civicgraph.masking import mask_numbers as mask_numbers
from civicgraph.masking import mask_personal as mask_personal
from civicgraph.masking import mask_phone as mask_phone
from civicgraph.masking import mask_words as mask_words

_RUN = re.compile(r"[㐀-鿿豈-﫿]+|[a-z0-9]+")


def runs(text: str) -> list[list[str]]:
    """The search terms of each run of `text`: pairs of neighbouring characters, words of other scripts whole.

    Most Chinese search words have two characters, so pairs find all of them (trigrams would not).
    A run of one character is a term by itself.
    """
    found = _RUN.findall(unicodedata.normalize("NFKC", text).lower())
    return [[run] if run[0].isascii() or len(run) == 1 else _pairs(run) for run in found]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def bigrams(text: str) -> list[str]:
    """The search terms of `text`, one after another."""
    return [term for run in runs(text) for term in run]


def search_terms(*texts: str | None) -> str:
    """What the search column of a row holds: the bigrams of its texts, parted by spaces."""
    return " ".join(term for text in texts if text for term in bigrams(text))


MENDED = range(3, 13)
"""Characters of words that are mended: of fewer nothing would be left, of more nobody types a name."""


def near_words(text: str) -> list[str]:
    """Words that a Chinese word may have been meant for, with a space where a character may be missing.

    Each differs by one slip of the hand: a character left out, typed twice, mistaken for another, or two that changed
    places. What is left has three characters, so that it does not fit half of the register.
    """
    found = _RUN.findall(unicodedata.normalize("NFKC", text).lower())
    if len(found) != 1 or found[0].isascii() or len(found[0]) not in MENDED:
        return []
    word, last = found[0], len(found[0]) - 1
    missing = [f"{word[:at]} {word[at:]}" for at in range(1, len(word))]
    swapped = [f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}" for at in range(last)]
    twice = [word[:at] + word[at + 1 :] for at in range(len(word)) if last > 2]
    another = [f"{word[:at]} {word[at + 1 :]}" for at in range(1, last) if last > 2]
    return list(dict.fromkeys((*missing, *swapped, *twice, *another)))


SOUND = "yin0"
"""What a sound's term begins with, so that no word of a text is taken for one."""
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("hu", "fu"))
"""Beginnings of syllables that are not told apart around here: flat and curled tongue, n and l, hu and f."""


@cache
def sound(char: str) -> str:
    """How a character sounds, alone and roughly: the same for what is mistaken for it when it is typed by ear."""
    syllable = lazy_pinyin(char, style=Style.NORMAL, v_to_u=False, errors="ignore")
    if not syllable or not syllable[0].isascii():
        return char
    found = syllable[0]
    for heard, instead in _ALIKE:
        if found.startswith(heard):
            found = instead + found[len(heard) :]
            break
    return found[:-1] if found.endswith("ng") else found


def sound_runs(text: str) -> list[list[str]]:
    """The same as `runs` by ear: how each pair of characters sounds; words of other scripts as they are written."""
    return [[f"{SOUND}{'0'.join(map(sound, term))}" if _is_pair(term) else term for term in run] for run in runs(text)]


def sound_terms(*texts: str | None) -> str:
    """How pairs of characters of texts sound, parted by spaces."""
    pairs = (term for text in texts if text for run in sound_runs(text) for term in run if term.startswith(SOUND))
    return " ".join(pairs)


def _is_pair(term: str) -> bool:
    return len(term) == 2 and not term[0].isascii()

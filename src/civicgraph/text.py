"""Chinese text: search terms as character bigrams; what masks personal data in it is `masking`."""

from __future__ import annotations

import re
import unicodedata

from civicgraph.masking import MASK as MASK
from civicgraph.masking import mask_email as mask_email
from civicgraph.masking import mask_numbers as mask_numbers
from civicgraph.masking import mask_personal as mask_personal
from civicgraph.masking import mask_phone as mask_phone

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

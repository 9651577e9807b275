"""Chinese text: search terms as character bigrams, and masking of personal data in free text."""

from __future__ import annotations

import re
import unicodedata

_RUN = re.compile(r"[㐀-鿿豈-﫿]+|[a-z0-9]+")

# What identifies a person in free text. Sources: GB 11643-1999 (identity numbers),
# the national numbering plan (mobile and fixed-line numbers), GA 36-2018 (vehicle plates).
_PERSONAL = (
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6}"),
)
MASK = "＊＊＊"


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


def mask_personal(text: str) -> str:
    """`text` with phone, identity and plate numbers and e-mail addresses masked."""
    for pattern in _PERSONAL:
        text = pattern.sub(MASK, text)
    return text


def mask_phone(phone: str) -> str:
    """138****0000: enough to recognise one's own number, not enough to call it."""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 9 else "****"


def mask_email(email: str) -> str:
    """l***@example.cn"""
    name, _, host = email.partition("@")
    return f"{name[:1]}***@{host}"

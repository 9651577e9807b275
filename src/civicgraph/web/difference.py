"""What differs between two texts: every place of it, by words and by characters where a script has no spaces. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

LEAD = 12
"""Characters around each difference, by which a reader finds the place in a long text."""
_MOST = 250_000
"""Comparisons of one piece with another, at most: beyond it one stands for the other as a whole."""
_CLAUSES = re.compile(r".*?(?:[。！？；，、!?;,\n·]|\.\s)\s?|.+", re.DOTALL)
_LETTERS = "[A-Za-z0-9À-ž]"
_WORDS = re.compile(rf"{_LETTERS}+|\s+|.", re.DOTALL)
_FIRST = re.compile(rf".{{{LEAD}}}{_LETTERS}{{0,20}}", re.DOTALL)
_LAST = re.compile(rf"{_LETTERS}{{0,20}}.{{{LEAD}}}\Z", re.DOTALL)
"""The leads, to the end of a word."""


class Part(StrEnum):
    """What a part of a text is."""

    SAME = "same"
    OUT = "out"
    NEW = "new"
    GAP = "gap"


Parts = list[tuple[Part, str]]


def difference(before: str, after: str) -> Parts:
    """What was taken out and what is new, in order, with a little around each; gaps where nothing changed."""
    compared = (one for one in _compared(before, after) if one[1])
    return [one for one in _with_lead(_joined(compared)) if one[1]]


def _compared(before: str, after: str) -> Iterator[tuple[Part, str]]:
    """Clause by clause, and word by word where clauses differ."""
    for one, other in _blocks(_CLAUSES.findall(before), _CLAUSES.findall(after)):
        if one == other:
            yield Part.SAME, one
            continue
        for old, new in _blocks(_WORDS.findall(one), _WORDS.findall(other)):
            if old == new:
                yield Part.SAME, old
            else:
                yield Part.OUT, old
                yield Part.NEW, new


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of what stands at the same place: the same, or one for the other."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    same = "".join(before[:head])
    yield same, same
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(old) * len(new) > _MOST:
        yield "".join(old), "".join(new)
    else:
        for _, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if j - i == m - k:
                yield from zip(old[i:j], new[k:m], strict=True)
            else:
                yield "".join(old[i:j]), "".join(new[k:m])
    same = "".join(before[len(before) - tail :])
    yield same, same


def _joined(parts: Iterable[tuple[Part, str]]) -> Parts:
    """Changes beside each other as one; a single character that happens to be the same between two belongs to them."""
    found: Parts = []
    old = new = between = ""
    for is_same, group in groupby(parts, lambda one: one[0] is Part.SAME):
        texts = list(group)
        if is_same:
            between = "".join(text for _, text in texts)
            if len(between.strip()) <= 1 and (old or new):
                continue
            found += [(Part.OUT, old), (Part.NEW, new), (Part.SAME, between)]
            old = new = between = ""
        else:
            old += between + "".join(text for kind, text in texts if kind is Part.OUT)
            new += between + "".join(text for kind, text in texts if kind is Part.NEW)
            between = ""
    found += [(Part.OUT, old), (Part.NEW, new), (Part.SAME, between)]
    return [one for one in found if one[1]]


def _with_lead(parts: Parts) -> Iterator[tuple[Part, str]]:
    """Of what is the same only a little before and after each difference."""
    for at, (kind, text) in enumerate(parts):
        first = _FIRST.match(text) if at else None
        last = _LAST.search(text) if at < len(parts) - 1 else None
        leads = (first[0] if first else "", last[0] if last else "")
        if kind is not Part.SAME or len(text) <= max(LEAD, len("".join(leads))) + 1:
            yield kind, text
            continue
        yield Part.SAME, leads[0]
        yield Part.GAP, "…"
        yield Part.SAME, leads[1]

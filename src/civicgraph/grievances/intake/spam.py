"""What looks like advertising or a machine: rules as data (`spam.yaml`). Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from civicgraph.i18n import N_

SAID = {
    "link": N_("holds links"),
    "bait": N_("asks to be added on a messenger"),
    "invoice": N_("offers invoices"),
    "papers": N_("offers papers"),
    "loan": N_("offers loans"),
    "gambling": N_("is about gambling"),
    "work": N_("offers easy money"),
    "sex": N_("is about sex"),
    "crypto": N_("offers investments"),
    "repeated_sign": N_("one sign again and again"),
    "repeated_words": N_("the same words again and again"),
    "no_words": N_("no words in it"),
}
"""What is told of a text to those who look at it, by the code of the rule that weighs most; what speaks for a text never does."""


@dataclass(frozen=True)
class Rule:
    """Points for each place where a pattern stands, up to a number of places."""

    code: str
    weight: int
    most: int
    pattern: re.Pattern[str]


@cache
def _list() -> tuple[int, tuple[Rule, ...]]:
    found = yaml.safe_load(Path(__file__).with_name("spam.yaml").read_text(encoding="utf-8"))
    rules = (
        Rule(one["code"], one["weight"], one["most"], re.compile(one["pattern"], re.IGNORECASE))
        for one in found["rules"]
    )
    return found["hold"], tuple(rules)


def spam_in(text: str) -> str:
    """The code of the rule that weighs most where a text is to be looked at first; empty where it is not."""
    hold, rules = _list()
    plain = unicodedata.normalize("NFKC", text)
    points = {rule.code: rule.weight * min(rule.most, _count(rule, plain)) for rule in rules}
    if sum(points.values()) < hold:
        return ""
    return max(points, key=lambda code: points[code])


def _count(rule: Rule, text: str) -> int:
    return sum(1 for _, _ in zip(range(rule.most), rule.pattern.finditer(text), strict=False))

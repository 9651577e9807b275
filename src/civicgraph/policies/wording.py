"""A rule in words, line by line, in both languages; and the rows of the form in which staff write it.

The form's rows say: it is enough that one *way* is fulfilled, and a way is all conditions with the same number. Each
condition may be denied. Every tree of all, any and not can be written so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from civicgraph.i18n import N_, current, gettext, listed
from civicgraph.policies.eligibility import (
    FACTS,
    MAX_CONDITIONS,
    Comparison,
    Fact,
    FactKind,
    Tree,
    branches,
    is_denial,
    whole,
)

Names = Mapping[str, str]
"""Names of industries and places by their codes."""
_PARTED = re.compile(r"[,，、;；\n]+")


class BadValue(ValueError):
    """A value that a fact does not have; the message is for the catalogues."""


def lines(tree: Tree, names: Names, path: str = "") -> Iterator[tuple[str, bool, str]]:
    """Path, whether it is a group, and words of each line, in the language of now."""
    if "fact" in tree:
        yield path, False, condition_words(tree, names)
        return
    if is_denial(tree):
        yield path, False, gettext(N_("Not “%(what)s”"), what=condition_words(tree["not"], names))
        return
    if "not" in tree:
        yield path, True, gettext(N_("None of this may be so:"))
    else:
        yield path, True, gettext(N_("All of this:")) if "all" in tree else gettext(N_("One of this is enough:"))
    for index, one in enumerate(branches(tree)):
        yield from lines(one, names, f"{path}.{index}".lstrip("."))


def condition_words(tree: Tree, names: Names) -> str:
    """One condition in words."""
    fact = FACTS[tree["fact"]]
    label = gettext(fact.label)
    if fact.of_list:
        label = gettext(N_("On the list “%(list)s” since"), list=label)
    return f"{label}{_compared(fact, tree, names)}"


def _compared(fact: Fact, tree: Tree, names: Names) -> str:
    value, is_least = tree["value"], tree["is"] == "at_least"
    if tree["is"] == "one_of":
        shown = [_shown(fact, one, names) for one in value]
        return gettext(N_(": %(values)s"), values=gettext(N_(" or ")).join(shown))
    if fact.kind is FactKind.DATE:
        words = N_(": %(day)s or later") if is_least else N_(": %(day)s or earlier")
        return gettext(words, day=value)
    number = f"{value / 100:,.2f}".removesuffix(".00") if fact.kind is FactKind.MONEY else f"{value:,}"
    return gettext(N_(": at least %(number)s") if is_least else N_(": at most %(number)s"), number=number)


def register_words(fact: Fact, value: Any, names: Names) -> str:
    """What the register knows of a fact, in words."""
    if value is None:
        return gettext(N_("The register does not know it"))
    if fact.kind is FactKind.LIST:
        lists = [_shown(fact, one, names) for one in sorted(value)]
        return gettext(N_("In the register: %(value)s"), value=listed(lists) or gettext(N_("on no list")))
    if fact.kind is FactKind.MONEY:
        shown = f"{value / 100:,.2f}".removesuffix(".00")
    elif fact.kind is FactKind.NUMBER:
        shown = f"{value:,}"
    else:  # a day, also of what is asked in years, or a code
        shown = _shown(fact, str(value), names)
    return gettext(N_("In the register: %(value)s"), value=shown)


def _shown(fact: Fact, value: str, names: Names) -> str:
    if fact.choices:
        return fact.choices(value).words
    return names.get(value, value)


def spoken(tree: Tree, names: Names, locale: str) -> list[tuple[str, bool, str]]:
    """The lines of a rule in a language, with what it need not say."""
    token = current.set(locale)
    try:
        return list(lines(whole(tree), names))
    finally:
        current.reset(token)


# The form's rows --------------------------------------------------------------------------------------------------


PLACE_CODE = r"\d{4}|\d{6}|\d{9}|\d{12}"


def parsed(fact: Fact, text: str) -> Any:
    """What somebody typed as the value of a fact; a place may still be a name. Raises `BadValue`."""
    parts = [one.strip() for one in _PARTED.split(text) if one.strip()]
    if fact.kind in (FactKind.CHOICE, FactKind.LIST):
        return [_choice(fact, one) for one in parts]
    if fact.kind is FactKind.INDUSTRY:
        return _codes(parts, r"[A-Ta-t]|\d{2,4}", N_("Please give codes of industries, for instance C, 65."))
    if fact.kind is FactKind.PLACE:
        return _codes(
            parts,
            rf"{PLACE_CODE}|[^\d\W][^,]*",
            N_("Please give places by name or code, for instance 凤冈县 or 520327."),
        )
    if fact.kind is FactKind.DATE:
        try:
            return date.fromisoformat(text.strip()).isoformat()
        except ValueError:
            raise BadValue(N_("Please give a date, for instance 2026-05-22.")) from None
    number = text.strip().replace("，", "").replace(",", "")
    if not re.fullmatch(r"\d{1,12}", number):
        raise BadValue(N_("Please write a whole number."))
    if fact.kind is FactKind.YEARS and int(number) > 500:
        raise BadValue(N_("Please write a whole number."))
    return int(number) * (100 if fact.kind is FactKind.MONEY else 1)


def _codes(parts: list[str], form: str, words: str) -> list[str]:
    if not parts or not all(re.fullmatch(form, one) for one in parts):
        raise BadValue(words)
    return [one.upper() for one in parts]


def _choice(fact: Fact, text: str) -> str:
    """A member by its words in either language, or by its name."""
    assert fact.choices is not None
    for one in fact.choices:
        if text.casefold() in (one.value, one.name.lower(), one.label.casefold(), *_chinese(one)):
            return one.value
    raise BadValue(N_("Please use the words of the register, parted by commas."))


def _chinese(one: Any) -> tuple[str, ...]:
    token = current.set("zh")
    try:
        return (one.words.casefold(),)
    finally:
        current.reset(token)


def written(fact: Fact, value: Any, names: Names | None = None) -> str:
    """A value as the form shows it."""
    if isinstance(value, list):
        return listed(fact.choices(one).words if fact.choices else one for one in value)
    return str(value // 100) if fact.kind is FactKind.MONEY else str(value)


def tree_of(rows: list[tuple[int, bool, str, str, Any]]) -> dict[str, Any]:
    """The tree of rows: way, whether denied, fact, comparison, value."""
    ways: dict[int, list[dict[str, Any]]] = {}
    for way, is_denied, fact, comparison, value in rows:
        leaf: dict[str, Any] = {"fact": fact, "is": comparison, "value": value}
        ways.setdefault(way, []).append({"not": leaf} if is_denied else leaf)
    every = [{"all": ways[way]} for way in sorted(ways)]
    return every[0] if len(every) == 1 else {"any": every} if every else {}


def is_same(one: Any, other: Any) -> bool:
    """Whether two trees say the same in the same order, but for the order of the values of a condition."""
    return bool(_unordered(one) == _unordered(other))


def _unordered(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_unordered(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        key: sorted(map(str, value)) if key == "value" and isinstance(value, list) else _unordered(value)
        for key, value in tree.items()
    }


def rows_of(tree: Tree) -> list[dict[str, Any]]:
    """The form's rows of a tree: by the laws of De Morgan and of distribution, which hold for unknown answers too."""
    return [
        {
            "way": way,
            "is_denied": is_denied,
            "fact": leaf["fact"],
            "comparison": Comparison(leaf["is"]),
            "value": written(FACTS[leaf["fact"]], leaf["value"]),
        }
        for way, leaves in enumerate(_ways(tree, is_denied=False) if tree else [], 1)
        for is_denied, leaf in leaves
    ][:MAX_CONDITIONS]


def _ways(tree: Tree, *, is_denied: bool) -> list[list[tuple[bool, Tree]]]:
    if "fact" in tree:
        return [[(is_denied, tree)]]
    if "not" in tree:
        return _ways(tree["not"], is_denied=not is_denied)
    parts = [_ways(one, is_denied=is_denied) for one in branches(tree)]
    if ("any" in tree) != is_denied:
        return [way for part in parts for way in part]
    found: list[list[tuple[bool, Tree]]] = [[]]
    for part in parts:
        found = [[*one, *way] for one in found for way in part]
    return found

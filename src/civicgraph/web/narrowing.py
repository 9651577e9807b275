"""Long lists of choices in a form: words choose what of it is shown. A script narrows while one types; without it the
form is sent to be drawn again, with all that was typed, and nothing is done.

Of a list too long even for that (`Searched`) a select offers the upper levels, and the rest to whoever looks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MANY = 15
"""So many choices are seen at a glance; from here on there is a field for words."""
MOST = 60
"""So many found by words are offered at once."""


class Searched(list[tuple[str, ...]]):
    """Choices of a select, with `more` that words find."""

    def __init__(self, offered: Sequence[tuple[str, ...]], more: Sequence[tuple[str, ...]]) -> None:
        super().__init__(offered)
        self.more = more


def asked(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The words by field, if a form was sent by the button that narrows; nothing if it was sent to be saved."""
    given = dict(pairs)
    name = given.get("narrow", "")
    return {name: given.get(f"{name}.find", "").strip()[:60]} if name else {}


def narrowed(found: Mapping[str, Any], words: str | None, offered: Any = ()) -> dict[str, Any]:
    """A field with many choices: those whose words hold what is looked for, after those that are chosen already."""
    if isinstance(offered, Searched) and found["kind"] in ("select", "several"):
        return _searched(found, words, offered)
    choices = found["choices"]
    if found["kind"] != "checkboxes" or len(choices) <= MANY:
        return {}
    chosen = {str(one) for one in found["value"] or ()}
    first = [one for one in choices if str(one[0]) in chosen]
    rest = [one for one in choices if str(one[0]) not in chosen and _holds(one, words)]
    find = {"words": words or "", "all": len(choices), "shown": len(first) + len(rest), "is_asked": words is not None}
    return {"choices": [*first, *rest], "find": find}


def _searched(found: Mapping[str, Any], words: str | None, offered: Searched) -> dict[str, Any]:
    """One choice, or several: what is chosen already stays, by its name."""
    is_one = found["kind"] == "select"
    chosen = [str(found["value"] or "")] if is_one else [str(one) for one in found["value"] or ()]
    everything = [*offered, *offered.more]
    fits = [one for one in everything if _holds(one, words)] if words else [*offered]
    shown = fits[:MOST] if words else fits
    kept = [one for one in everything if one[0] in chosen and one not in shown]
    if words and len(fits) == 1:  # nothing else can be meant
        chosen = [fits[0][0]] if is_one else [*dict.fromkeys([*chosen, fits[0][0]])]
    find = {"words": words or "", "all": len(everything), "shown": len(shown), "is_asked": words is not None}
    empty = [one for one in found["choices"] if one[0] == ""]
    return {"choices": [*empty, *kept, *shown], "find": find, "value": chosen[0] if is_one else chosen}


def _holds(choice: tuple[str, ...], words: str | None) -> bool:
    return (words or "").casefold() in choice[1].casefold()

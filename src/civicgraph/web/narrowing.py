"""Long lists of choices in a form: words choose what of it is shown. A script narrows while one types; without it the
form is sent to be drawn again, with all that was typed, and nothing is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MANY = 15
"""So many choices are seen at a glance; from here on there is a field for words."""


def asked(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The words by field, if a form was sent by the button that narrows; nothing if it was sent to be saved."""
    given = dict(pairs)
    name = given.get("narrow", "")
    return {name: given.get(f"{name}.find", "").strip()[:60]} if name else {}


def narrowed(found: Mapping[str, Any], words: str | None) -> dict[str, Any]:
    """A field with many choices: those whose words hold what is looked for, after those that are chosen already."""
    choices = found["choices"]
    if found["kind"] != "checkboxes" or len(choices) <= MANY:
        return {}
    chosen = {str(one) for one in found["value"] or ()}
    first = [one for one in choices if str(one[0]) in chosen]
    rest = [one for one in choices if str(one[0]) not in chosen and (words or "").casefold() in one[1].casefold()]
    find = {"words": words or "", "all": len(choices), "shown": len(first) + len(rest), "is_asked": words is not None}
    return {"choices": [*first, *rest], "find": find}

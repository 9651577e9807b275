"""What stands in a cell of a table, and back: the same as in the control of a form, in words. Pure.

A field of several values stands in one cell, parted by semicolons. A part of a form with rows of its own (a programme,
opening hours) stands in one cell too: a line each, its fields parted by bars. A backslash keeps what would part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from pydantic.fields import FieldInfo

from civicgraph import clock
from civicgraph.i18n import N_, Labelled, gettext, translations
from civicgraph.operations import Input, InvalidInput
from civicgraph.web.cells import iso_day, words_of
from civicgraph.web.fields import as_shown, item_model, type_of, widget_of

Named = Mapping[str, Mapping[str, str]]
"""Values that a field has words for beside those of its type, by its name: the days of the week by their numbers."""
_VALUES, _BARS = ";；\n", "|｜"
_YES = ("yes", "是", "true", "1", "√", "✓", "对", "有")
_NO = ("no", "否", "false", "0", "×", "✗", "x", "无")
_PARTS = N_("Line %(line)s has more parts than there are: %(parts)s.")


def typed(name: str, declared: FieldInfo, text: str, named: Named) -> Any:
    """What a cell says, as a form sends it: words become values, a wrong one stays as it was typed.

    Raises `InvalidInput` for a line with parts that nothing is known of.
    """
    text = text.strip()
    if inner := item_model(declared):
        lines = [line for line in text.splitlines() if line.strip()]
        return [_row(name, inner, line, number, named) for number, line in enumerate(lines, 1)]
    if type_of(declared)[1]:
        return [_value(name, declared, one, named) for one in _split(text, _VALUES)]
    return _value(name, declared, text, named)


def _row(name: str, model: type[Input], line: str, number: int, named: Named) -> dict[str, Any]:
    parts = _split(line, _BARS, keep_empty=True)
    if len(parts) > len(model.model_fields):
        raise InvalidInput.at(name, "parts", _PARTS, line=number, parts=" | ".join(labels_of(model)))
    given = zip(model.model_fields.items(), parts, strict=False)
    return {part: _value(part, declared, text, named) for (part, declared), text in given}


def labels_of(model: type[Input]) -> list[str]:
    """The labels of a model's fields in the language of the request, in their order."""
    return [gettext(declared.title or name) for name, declared in model.model_fields.items()]


def _value(name: str, declared: FieldInfo, text: str, named: Named) -> Any:
    kind, _ = type_of(declared)
    said = text.lower()
    if name in named:
        return _named(named[name]).get(said, text)
    if kind is bool:
        return said in _YES if said in (*_YES, *_NO, "") else text
    if isinstance(kind, type) and issubclass(kind, Labelled):
        return words_of(kind).get(said, text)
    if kind is datetime:
        return _moment(text)
    return iso_day(text) if kind is date else text


def _moment(text: str) -> str:
    """A day and a time however they are typed, by ISO 8601."""
    day, time = iso_day(text)[:10], iso_day(text)[10:].strip().replace("：", ":")
    return f"{day} {time.zfill(5)}" if re.fullmatch(r"\d{1,2}:\d\d", time) else f"{day} {time}".strip()


def _named(words: Mapping[str, str]) -> dict[str, str]:
    chinese = translations("zh")
    said = [(value, one) for value, label in words.items() for one in (value, label, chinese.gettext(label))]
    return {one.lower(): value for value, one in said}


def written(name: str, declared: FieldInfo, value: Any, named: Named) -> Any:
    """A value as its cell says it in the language of the request; whole numbers stay numbers."""
    if value is None:
        return None
    if inner := item_model(declared):
        return "\n".join(_line(inner, row, named) for row in value)
    if isinstance(value, list):
        return "；".join(_kept(str(_one(name, declared, one, named)), _VALUES) for one in value)
    return _one(name, declared, value, named)


def _line(model: type[Input], row: Mapping[str, Any], named: Named) -> str:
    parts = [
        "" if row.get(name) is None else str(_one(name, declared, row[name], named))
        for name, declared in model.model_fields.items()
    ]
    while parts and not parts[-1]:
        parts.pop()
    return " | ".join(_kept(one, f"{_BARS}\n") for one in parts)


def _one(name: str, declared: FieldInfo, value: Any, named: Named) -> Any:
    kind, _ = type_of(declared)
    if name in named:
        return gettext(named[name].get(str(value), str(value)))
    if isinstance(value, bool):
        return gettext(N_("yes")) if value else gettext(N_("no"))
    if isinstance(kind, type) and issubclass(kind, Labelled):
        return kind(value).words
    if isinstance(value, datetime):
        return f"{value.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}"
    if isinstance(value, int) and not isinstance(value, Enum) and not widget_of(declared):
        return value
    return str(as_shown(value, declared))


def _kept(text: str, marks: str) -> str:
    return "".join(f"\\{'n' if one == chr(10) else one}" if one in marks or one == "\\" else one for one in text)


def _split(text: str, marks: str, *, keep_empty: bool = False) -> list[str]:
    """The parts between marks; a mark behind a backslash is part of the text."""
    parts, is_kept = [""], False
    for one in text:
        if is_kept:
            parts[-1] += "\n" if one == "n" else one
            is_kept = False
        elif one == "\\":
            is_kept = True
        elif one in marks:
            parts.append("")
        else:
            parts[-1] += one
    return [one.strip() for one in parts if one.strip() or keep_empty]

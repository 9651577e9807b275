"""What a field of an input says: its type, its control and its bounds; its value as a control shows it and as the model takes it.

Forms, tables, lists and the audit trail read a field's declaration here, so that a rule is said once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from civicgraph import clock
from civicgraph.operations import Input


def type_of(declared: FieldInfo) -> tuple[Any, bool]:
    """The plain type of a field, and whether it is a list of it."""
    return _unwrapped(declared.annotation)


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _unwrapped(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _unwrapped(next(one for one in get_args(annotation) if one is not NoneType))
    if origin is list:
        return _unwrapped(get_args(annotation)[0])[0], True
    return annotation, False


def item_model(declared: FieldInfo) -> type[Input] | None:
    """The model of the rows that a field holds, if it holds rows."""
    kind, is_list = type_of(declared)
    return kind if is_list and isinstance(kind, type) and issubclass(kind, Input) else None


def widget_of(declared: FieldInfo) -> str:
    """The control that a field asks for, empty for the one that its type has."""
    extra = declared.json_schema_extra
    return str(extra.get("widget", "")) if isinstance(extra, dict) else ""


def _bound(declared: FieldInfo, name: str) -> Any:
    return next((getattr(rule, name) for rule in declared.metadata if getattr(rule, name, None) is not None), None)


def min_length(declared: FieldInfo) -> int:
    """Characters or items at least."""
    return int(_bound(declared, "min_length") or 0)


def max_length(declared: FieldInfo) -> int:
    """Characters or items at most; 0 when there is no bound."""
    return int(_bound(declared, "max_length") or 0)


def attributes(declared: FieldInfo) -> dict[str, Any]:
    """What the browser may check beforehand, and how a phone's keyboard should look."""
    kind, is_list = type_of(declared)
    widget = widget_of(declared)
    found: dict[str, Any] = {}
    if kind is str and not is_list and widget != "file":
        found["maxlength"] = max_length(declared) or None
    if kind is int and not widget:
        found |= {"min": _bound(declared, "ge"), "max": _bound(declared, "le"), "inputmode": "numeric"}
    if widget == "money":
        found["inputmode"] = "decimal"
    extra = declared.json_schema_extra
    if isinstance(extra, dict):
        found |= {key: extra[key] for key in ("autocomplete", "placeholder", "inputmode", "accept") if key in extra}
    return found


def for_model(model: type[Input], values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values as the model takes them: empty means not given, yuan become fen."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        declared = model.model_fields.get(name)
        if declared is None:
            found[name] = value
            continue
        kind, is_list = type_of(declared)
        if inner := item_model(declared):
            found[name] = [for_model(inner, row) for row in value]
        elif widget_of(declared) == "lines":
            found[name] = (
                [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else value
            )
        elif value == "" and (kind is not str or is_list):
            if not declared.is_required() and NoneType in get_args(declared.annotation):
                found[name] = None
        else:
            found[name] = converted(value, declared)
    return found


def converted(value: Any, declared: FieldInfo) -> Any:
    """What was typed as the model takes it, or as it is where it is no such value: then the model refuses it."""
    widget = widget_of(declared)
    if widget == "money" and isinstance(value, str):
        try:
            fen = Decimal(value.replace(",", "")) * 100
            return int(fen) if fen == fen.to_integral_value() else value
        except InvalidOperation:
            return value
    if widget == "clock" and isinstance(value, str) and (match := re.fullmatch(r"(\d{1,2})[:：](\d{2})", value)):
        return int(match[1]) * 60 + int(match[2])
    if widget == "clock" and isinstance(value, str) and re.fullmatch(r"\d+", value):
        return f"{value}:"  # nine o'clock is not the ninth minute of the day: it is refused as no time
    return value


def as_shown(value: Any, declared: FieldInfo) -> Any:
    """A value as its control shows it."""
    widget = widget_of(declared)
    if value is None:
        value = None if declared.is_required() else declared.get_default(call_default_factory=True)
    if isinstance(value, str) and not isinstance(value, Enum):
        return value.encode("utf-8", "replace").decode("utf-8", "replace") if not value.isascii() else value
    if isinstance(value, Enum):
        return value.value
    if widget == "money" and isinstance(value, int):
        return f"{value / 100:.2f}".rstrip("0").rstrip(".")
    if widget == "clock" and isinstance(value, int):
        return f"{value // 60 % 24:02d}:{value % 60:02d}"  # browsers write the end of a day 00:00
    if isinstance(value, datetime):
        return value.astimezone(clock.CITY_ZONE).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, list):
        plain = [item.value if isinstance(item, Enum) else item for item in value]
        return "\n".join(map(str, plain)) if widget == "lines" else plain
    return value

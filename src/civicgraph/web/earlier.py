"""A listing as it was: the values of its form after an earlier entry of its history, from the audit trail.

Nothing is changed by looking: the form is filled in with them, and saving it is a change like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic.fields import FieldInfo
from starlette.exceptions import HTTPException
from starlette.requests import Request

from civicgraph.i18n import gettext
from civicgraph.operations import Input
from civicgraph.web.fields import item_model, type_of
from civicgraph.web.pages import read

MOST_PAGES = 10
"""Pages of a hundred entries that are gone back through at most."""
_UNKNOWN = object()


@dataclass(frozen=True)
class Earlier:
    """What a listing was, and when."""

    at: datetime
    values: Mapping[str, Any]
    """Of the fields that have changed since, by the names of the form."""
    unknown: Sequence[str]
    """What fields are called that have changed since and whose values are kept nowhere: private, or not recorded whole."""


async def earlier(request: Request, model: type[Input], subject: Mapping[str, str], number: int) -> Earlier:
    """The listing after the entry of this number. 404 where its history, as far as the person sees it, has no such entry."""
    values: dict[str, Any] = {}
    unknown: set[str] = set()
    after: str | None = None
    for _ in range(MOST_PAGES):
        found = (await read(request, "staff/earlier", {**subject, "after": after}))["auditEntries"]
        for entry in found["nodes"]:
            if entry["number"] == number:
                known = {key: one for key, one in values.items() if key not in unknown}
                titles = sorted(gettext(model.model_fields[name].title or name) for name in unknown)
                return Earlier(datetime.fromisoformat(entry["at"]), known, titles)
            _undo(model, entry, values, unknown)
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    raise HTTPException(404)


def _undo(model: type[Input], entry: Mapping[str, Any], values: dict[str, Any], unknown: set[str]) -> None:
    """Go back behind an entry: its fields have the values that they had before it."""
    for name, pair in orjson.loads(entry["changedFields"] or "{}").items():
        if name not in model.model_fields:
            continue
        value = _as_typed(model.model_fields[name], pair[0]) if pair else _UNKNOWN
        if value is _UNKNOWN:
            unknown.add(name)
        else:
            unknown.discard(name)
            values[name] = value


def _as_typed(declared: FieldInfo, value: Any) -> Any:
    """A value of the trail as a form holds it."""
    if inner := item_model(declared):
        if not all(isinstance(one, Mapping) for one in value or ()):
            return _UNKNOWN
        return [
            {key: _as_typed(inner.model_fields[key], part) for key, part in one.items() if key in inner.model_fields}
            for one in value or ()
        ]
    kind, _ = type_of(declared)
    if kind is datetime and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value

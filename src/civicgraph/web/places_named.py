"""The names of the places that entries of the audit trail know by their codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from starlette.requests import Request

from civicgraph.web.formats import place_name
from civicgraph.web.pages import read

OF_PLACES = ("division_code", "division_id")
"""How the names of fields end that hold the code of a place."""
MOST = 100
"""So many places one page of entries names; the others keep their codes."""


async def places_named(request: Request, entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the places are called that the changes of these entries are about, by their codes."""
    codes = sorted({code for one in entries for code in _codes(one["changedFields"])})[:MOST]
    if not codes:
        return {}
    found = await read(request, "staff/places/chosen", {"codes": codes})
    return {one["code"]: place_name(one) for one in found["divisions"]["nodes"]}


def _codes(changed: str | None) -> Iterable[str]:
    for name, pair in orjson.loads(changed or "{}").items():
        if name.endswith(OF_PLACES):
            yield from (code for code in pair or () if isinstance(code, str) and code.isdigit())

"""Grievances beside the one that is worked on: of the same compound, grid, category or address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph.i18n import gettext
from civicgraph.web import read

_MOST = 8
_DOOR = re.compile(r"[0-9A-Za-z一二三四五六七八九十]+\s*(?:号楼|栋|幢|单元|室|号|楼|层|户).*$")


def address_words(address: str) -> str:
    """What of an address neighbours write as well: the compound or the street, without building and door."""
    return _DOOR.sub("", address or "").strip(" ，,、")[:30]


async def related(request: Request, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Others of the same place, each with why it stands here; the nearest reason counts."""
    words = address_words(row["address"]) if row["mayReadPrivate"] else ""
    variables = {
        "division": row["division"]["code"],
        "category": row["category"]["code"],
        "compound": row["compound"]["number"] if row["compound"] else 0,
        "grid": row["grid"]["code"] if row["grid"] else "",
        "text": words,
        "hasCompound": bool(row["compound"]),
        "hasGrid": bool(row["grid"]),
        "hasText": len(words) > 1,
    }
    variables = {"grid": "0", "text": "-", **{key: value for key, value in variables.items() if value != ""}}
    found = await read(request, "staff/grievances/related", variables)
    lists = (
        (gettext("same compound"), found.get("sameCompound")),
        (gettext("same address"), found.get("sameAddress")),
        (gettext("same matter in this community"), found.get("sameMatter")),
        (gettext("same grid"), (found.get("grid") or {}).get("grievances")),
    )
    met: dict[str, dict[str, Any]] = {}
    for why, page in lists:
        for one in (page or {"nodes": []})["nodes"]:
            if one["number"] != row["number"]:
                met.setdefault(one["number"], {**one, "why": why})
    return list(met.values())[:_MOST]


async def named(request: Request, numbers: list[str]) -> list[dict[str, Any]]:
    """The grievances with these numbers, each with why it stands here."""
    found = [(await read(request, "staff/grievances/beside", {"number": one}))["grievance"] for one in numbers]
    return [{**one, "why": gettext("same person")} for one in found if one]

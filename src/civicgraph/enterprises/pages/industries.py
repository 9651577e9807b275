"""The classification of industries: a level at a time, or what words and codes find in it."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, current, gettext
from civicgraph.web import page, read, require
from civicgraph.web.query import paging, text

LEVELS = {
    1: N_("Section of industry"),
    2: N_("Division of industry"),
    3: N_("Group of industry"),
    4: N_("Class of industry"),
}
"""What a code with so many characters stands for."""


async def industries(request: Request) -> Response:
    """The sections, what is directly below an industry, or what is found."""
    of = request.query_params.get("of", "").upper()
    of = of if re.fullmatch(r"[A-T]|[0-9]{2,3}", of) else ""
    words = text(request) or ""
    asked = {"q": words, "of": "" if words else of}
    variables = {"of": asked["of"], "filter": _filter(asked), **paging(request, 50)}
    found = await read(request, "enterprises/industries", variables)
    if asked["of"]:
        require(found, "industry")
    fields = [
        {
            "name": "q",
            "kind": "search",
            "label": gettext("Name or code of an industry"),
            "value": words,
            "attrs": {"maxlength": 60},
        }
    ]
    values = {
        "asked": asked,
        "fields": fields,
        "chain": _path(found["industry"]),
        "shown": [_shown(one) for one in found["industries"]["nodes"]],
    }
    return await page(
        request, "enterprises/industries", variables, values, fragment="enterprises/_industries", data=found
    )


def _filter(asked: dict[str, str]) -> dict[str, Any]:
    if asked["q"]:
        return {"text": asked["q"]}
    return {"parent": asked["of"]} if asked["of"] else {"isSection": True}


def _path(industry: dict[str, Any] | None) -> list[dict[str, Any]]:
    """An industry and all above it, the section first."""
    return [*_path(industry.get("parent")), _shown(industry)] if industry else []


def _shown(industry: dict[str, Any]) -> dict[str, Any]:
    """What the page says of one; a name that stands in Chinese on an English page says so to whoever reads it out."""
    name = industry["name" if current.get() == "zh" else "nameEn"]
    return {
        "code": industry["code"],
        "name": name,
        "is_foreign": current.get() != "zh" and name == industry["name"],
        "level": gettext(LEVELS[len(industry["code"])]),
        "is_last": len(industry["code"]) == max(LEVELS),
        "above": _path(industry.get("parent")),
    }


ROUTES = [Route("/enterprises/industries", industries, name="industries")]

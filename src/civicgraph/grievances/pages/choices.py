"""Choices of this room's forms and filters, from what GraphQL answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph.grievances.models import GrievanceStatus
from civicgraph.grievances.rules import typed_number
from civicgraph.i18n import current, gettext
from civicgraph.web.forms import Choices

ENTERPRISES = "enterprise"
"""The group of categories that are problems of enterprises."""


def asked(request: Request, name: str, length: int = 40) -> str:
    """What the address asks for under a name: one line, bounded, without control characters."""
    text = request.query_params.get(name, "")
    return "".join(char for char in text if char.isprintable()).strip()[:length]


def number_in(text: str) -> str:
    """The number of a grievance, where somebody typed that and no words into a search: it is one, wherever it stands."""
    number = typed_number(text)
    return number if re.fullmatch(r"ZY-\d{4}-[A-Z0-9]{4,}", number) else ""


def categories(data: Mapping[str, Any], first: str = "") -> Choices:
    """All categories, under their groups, in the reader's language; those of the group `first` before the others."""
    name, group = ("name", "groupName") if current.get() == "zh" else ("nameEn", "groupNameEn")
    nodes = data["grievanceCategories"]["nodes"]
    if first:
        nodes = sorted(nodes, key=lambda one: one["groupCode"] != first)
    return [(one["code"], one[name], one[group]) for one in nodes]


def grids(division: Mapping[str, Any]) -> Choices:
    """The grids of a community, with the buildings and streets that they cover."""
    nodes = division["grids"]["nodes"]
    return [(one["code"], f"{one['name']} · {one['area']}" if one["area"] else one["name"]) for one in nodes]


def compounds(division: Mapping[str, Any]) -> Choices:
    """The compounds of a community."""
    return [(str(one["number"]), one["name"]) for one in division["compounds"]["nodes"]]


def states() -> Choices:
    """What a list can be narrowed to: open, overdue, or one status."""
    return [
        ("", gettext("All")),
        ("open", gettext("Not done yet")),
        ("overdue", gettext("Overdue")),
        *((status.value, status.words) for status in GrievanceStatus),
    ]


def state_filter(state: str) -> dict[str, Any]:
    """The GraphQL filter for one of `states`; nothing for what is not among them."""
    if state == "open":
        return {"isUnfinished": True}
    if state == "overdue":
        return {"isOverdue": True}
    return {"status": state.upper()} if state in {status.value for status in GrievanceStatus} else {}


def category_select(data: Mapping[str, Any], value: str) -> dict[str, Any]:
    """The filter's field for a category."""
    choices = [("", gettext("All")), *categories(data)]
    return {"name": "category", "kind": "select", "label": gettext("Category"), "value": value, "choices": choices}


def state_select(value: str) -> dict[str, Any]:
    """The filter's field for where grievances stand."""
    return {"name": "state", "kind": "select", "label": gettext("How it stands"), "value": value, "choices": states()}

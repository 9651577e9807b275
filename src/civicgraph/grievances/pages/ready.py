"""Ready words on the work page: chosen in a list, put into the form's text, there to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph.grievances import rules
from civicgraph.grievances.desk.rules import filled
from civicgraph.i18n import current
from civicgraph.permissions import Actor
from civicgraph.web.formats import lasting

INTO: Mapping[str, tuple[str, str]] = {
    "acceptance": ("note", "PUBLIC"),
    "assignment": ("note", "PUBLIC"),
    "question": ("reason", "PUBLIC"),
    "resolution": ("outcome", "PUBLIC"),
    "hold": ("reason", "PUBLIC"),
    "notes": ("note", ""),
}
"""The text of a form that ready words go into, and whose they may be; empty: any."""


def texts(actor: Actor, row: Mapping[str, Any], noun: str) -> list[dict[str, Any]]:
    """The ready words for a form, filled in; none for a form that has no text for them."""
    if noun not in INTO:
        return []
    purpose, values = INTO[noun][1], _values(actor, row)
    return [
        {"number": one["number"], "title": one["title"], "text": filled(one["text"], values)}
        for one in row["readyTexts"]
        if not purpose or one["purpose"] == purpose
    ]


def chosen(request: Request, noun: str, offered: list[dict[str, Any]]) -> dict[str, str]:
    """What the address puts into a form's text: how the words are inserted without JavaScript."""
    if request.query_params.get("into") != noun:
        return {}
    wanted = request.query_params.get("text", "")
    return next(({INTO[noun][0]: one["text"]} for one in offered if str(one["number"]) == wanted), {})


def _values(actor: Actor, row: Mapping[str, Any]) -> dict[str, str]:
    division = row["division"]
    held = rules.acting_grant(actor, division["code"])
    is_here = held is not None and held.division_code == division["code"]
    office = rules.by_line(held, division["shortName"]) if held and is_here else actor.title or division["shortName"]
    category = row["category"]["name" if current.get() == "zh" else "nameEn"]
    due = lasting(row["resolutionDueAt"])
    return {"number": row["number"], "category": category, "place": division["shortName"], "office": office, "due": due}

"""What an address asks for: values that do not fit are as if they were not there."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from civicgraph.i18n import Labelled, gettext


def text(request: Request, name: str = "q", longest: int = 60) -> str | None:
    """Words to search for."""
    return request.query_params.get(name, "").strip()[:longest] or None


def place(request: Request, name: str = "within") -> str | None:
    """A division code."""
    code = request.query_params.get(name, "")
    return code if re.fullmatch(r"\d{4}|\d{6}|\d{9}|\d{12}", code) else None


def day(request: Request, name: str) -> str | None:
    """A date as ISO 8601, of a year that calendars can count on from."""
    return iso_day(request.query_params.get(name, "")) or None


def iso_day(text: str) -> str:
    """The same of a text; empty where it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return ""
    return found.isoformat() if 1900 <= found.year <= 2200 else ""


def yuan(request: Request, name: str = "price") -> str | None:
    """An amount in yuan, with fen or without."""
    typed = unicodedata.normalize("NFKC", request.query_params.get(name, "")).strip()
    return typed if re.fullmatch(r"\d{1,6}(\.\d{1,2})?", typed, re.ASCII) else None


def fen(amount: str) -> int | None:
    """What `yuan` found, in fen; None where nothing was asked."""
    return int(Decimal(amount) * 100) if amount else None


def price_fields(request: Request) -> list[dict[str, Any]]:
    """The controls for what it may cost, with what was asked."""
    most = {"inputmode": "decimal", "maxlength": 9, "autocomplete": "off"}
    return [
        {"name": "price", "label": gettext("At most (yuan)"), "value": yuan(request) or "", "attrs": most},
        {
            "name": "free",
            "kind": "checkbox",
            "label": gettext("Costs nothing"),
            "value": is_free_asked(request),
        },
    ]


def is_free_asked(request: Request) -> bool:
    """Whether only what costs nothing is asked for."""
    return request.query_params.get("free") == "true"


def kinds(request: Request, name: str, enum: type[Labelled]) -> list[str] | None:
    """Members of an enumeration by their GraphQL names; several may be given."""
    wanted = {value.upper() for value in request.query_params.getlist(name)}
    return [member.name for member in enum if member.name in wanted] or None


def paging(request: Request, size: int) -> dict[str, Any]:
    """The variables of a page of a list: `after` a cursor, or `before` one."""
    after, before = request.query_params.get("after"), request.query_params.get("before")
    return {"last": size, "before": before} if before else {"first": size, "after": after}


def one_of(request: Request, name: str, enum: type[Labelled]) -> str | None:
    """One member of an enumeration by its GraphQL name."""
    found = kinds(request, name, enum)
    return found[0] if found else None


def search_field(request: Request) -> dict[str, Any]:
    """The control for words to search for, with what was asked."""
    value = text(request) or ""
    field = {"name": "q", "kind": "search", "label": gettext("Words"), "value": value, "attrs": {"maxlength": 60}}
    return {**field, "help": too_short(request)} if too_short(request) else field


def too_short(request: Request) -> str:
    """What is said of a single character, by which little is found; empty where more was written."""
    alone = len(text(request) or "") == 1
    return gettext("One character is too few to search by: please write two or more.") if alone else ""


def review_field(request: Request) -> dict[str, Any]:
    """The control for drafts alone that wait to be looked over, with what was asked."""
    is_asked = request.query_params.get("review") == "true"
    return {"name": "review", "kind": "checkbox", "label": gettext("waits for review"), "value": is_asked}


def select_field(request: Request, name: str, label: str, enum: type[Labelled]) -> dict[str, Any]:
    """The control for one member of an enumeration, or for all of them, with what was asked."""
    choices = [("", gettext("all")), *((one.name, one.words) for one in enum)]
    value = one_of(request, name, enum) or ""
    return {"name": name, "kind": "select", "label": label, "value": value, "choices": choices}

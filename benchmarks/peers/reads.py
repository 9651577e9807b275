"""What is read, and how the answers of different servers are compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.peers.database import Asked

_HERE = Path(__file__).parent
_TEMPLATES = _HERE.parent.parent / "templates"


@dataclass(frozen=True)
class Read:
    """One read: its title in the report, our document, the variables."""

    name: str
    title: str
    document: str
    variables: Mapping[str, Any]
    has_peers: bool = True
    """Whether every server answers it; otherwise only the hand-written statement does."""
    is_paged: bool = False
    """Whether the second page is asked for, after the cursor that each server gave with the first."""
    others: tuple[Mapping[str, Any], ...] = ()
    """Other variables, for shorter answers."""

    def document_of(self, folder: str) -> str:
        """The document in the words of another server."""
        return (_HERE / folder / "documents" / f"{self.name}.graphql").read_text(encoding="utf-8")


def reads(asked: Asked) -> list[Read]:
    """The reads that are measured."""
    nested = {"codes": asked.communities, "grids": 5, "open": 3}
    register = {"within": asked.county, "industry": asked.industry, "first": 50}
    return [
        Read(
            "listing",
            "20 events → community → subdistrict → county, 3 programme items each",
            _own("listing"),
            {"first": 20},
            others=tuple({"first": first} for first in range(1, 20)),
        ),
        Read(
            "nested",
            "20 communities → 5 grids → 3 open grievances → latest update; two counts each",
            _own("nested"),
            nested,
            others=tuple(
                {"codes": asked.communities[:many], "grids": grids, "open": most}
                for many, grids, most in product(range(1, 21), range(1, 6), range(1, 4))
            ),
        ),
        Read(
            "register",
            "50 enterprises by county and industry, second page, with place, industry, lists",
            _own("register"),
            register,
            is_paged=True,
            others=tuple({**register, "first": first} for first in range(1, 50)),
        ),
        Read(
            "place",
            "a division page's whole document",
            (_TEMPLATES / "divisions" / "division.graphql").read_text(encoding="utf-8"),
            {"code": asked.place, "month": asked.month},
            has_peers=False,
            others=tuple({"code": code, "month": asked.month} for code in asked.places),
        ),
    ]


def _own(name: str) -> str:
    return (_HERE / "documents" / f"{name}.graphql").read_text(encoding="utf-8")


def canonical(value: Any) -> Any:
    """An answer without what a peer cannot but say in its own way.

    Lists may be wrapped in `nodes`, counts in `totalCount`; enums are upper case or as stored; times are any
    ISO 8601; cursors are everybody's own.
    """
    if isinstance(value, dict):
        parts = {key: canonical(part) for key, part in value.items() if key != "endCursor"}
        only = next(iter(parts), "") if len(parts) == 1 else ""
        return parts[only] if only in ("nodes", "totalCount") else parts
    if isinstance(value, list):
        return [canonical(part) for part in value]
    if isinstance(value, str):
        return _moment(value) or value.casefold()
    return value


def _moment(text: str) -> str:
    if len(text) < 19 or text[10] not in "T ":
        return ""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def first_difference(ours: Any, theirs: Any, path: str = "data") -> str:
    """Where two canonical answers differ; empty when they are equal. A single row may stand alone or in a list."""
    if isinstance(theirs, list) and not isinstance(ours, list):
        theirs = theirs[0] if theirs else None
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        pairs: list[tuple[Any, Any, Any]] = [(key, ours[key], theirs[key]) for key in ours]
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = [(index, *pair) for index, pair in enumerate(zip(ours, theirs, strict=True))]
    else:
        return "" if ours == theirs else f"{path}: {str(ours)[:160]} is not {str(theirs)[:160]}"
    return next((found for key, *pair in pairs if (found := first_difference(*pair, f"{path}.{key}"))), "")


def objects(value: Any) -> int:
    """How many objects an answer holds."""
    if isinstance(value, dict):
        return 1 + sum(objects(part) for part in value.values())
    return sum(objects(part) for part in value) if isinstance(value, list) else 0


def kinds(value: Any, path: str = "") -> Counter[str]:
    """The same by where they stand."""
    if isinstance(value, list):
        return sum((kinds(part, path) for part in value), Counter())
    if not isinstance(value, dict):
        return Counter()
    return sum((kinds(part, f"{path}.{name}") for name, part in value.items()), Counter([path]))


def words(page: str) -> str:
    """What a page says to a reader."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())

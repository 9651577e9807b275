"""What somebody would pay: their own answers, sent in a form's body so that no address, history or log holds them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from civicgraph.services import rules
from civicgraph.services.models import Household
from civicgraph.web.forms import read_pairs


@dataclass(frozen=True)
class Payer:
    """The answers as they were typed."""

    age: str = ""
    floor: str = ""
    is_resident: bool = False
    household: str | None = None
    """By its GraphQL name."""
    has_asked: bool = False

    @property
    def _is_age(self) -> bool:
        return self.age.isascii() and self.age.isdigit() and len(self.age) <= 3 and int(self.age) in rules.AGES

    @property
    def _is_floor(self) -> bool:
        return re.fullmatch(r"-?\d{1,3}", self.floor, re.ASCII) is not None

    def variables(self) -> dict[str, Any]:
        """What the page's document asks."""
        return {
            "age": int(self.age) if self._is_age else None,
            "isResident": self.is_resident,
            "household": self.household,
            "floor": int(self.floor) if self._is_floor else None,
            "asksPrice": self.has_asked,
        }

    def shown(self, rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The form again, with what is wrong in it or missing. It asks what some rule of the service names."""
        asks = {
            name: any(one[field] not in (None, False) for one in rules for field in _NAMED[name]) for name in _NAMED
        }
        is_age_wrong = self.has_asked and asks["age"] and not self._is_age
        is_floor_wrong = self.has_asked and asks["floor"] and not self._is_floor
        return {
            "asks": asks,
            "asks_anything": any(asks.values()),
            "age": self.age[:10],
            "floor": self.floor[:10],
            "is_resident": self.is_resident,
            "household": self.household or "",
            "is_age_wrong": is_age_wrong,
            "is_floor_wrong": is_floor_wrong,
            "is_answered": self.has_asked and not is_age_wrong and not is_floor_wrong,
        }


_NAMED = {
    "age": ("minAge", "maxAge"),
    "residency": ("isResidentsOnly",),
    "household": ("household",),
    "floor": ("minFloor", "maxFloor"),
}
"""The fields of a rule by which each question is asked."""


def _plain(text: str) -> str:
    """A number as people write it: with full-width digits, or with its unit behind it."""
    return re.sub(r"(周?岁|楼|层)$", "", unicodedata.normalize("NFKC", text).strip()).strip()


async def payer_of(request: Request) -> Payer:
    """Who asks. Nothing is changed by asking, so that no token has to prove where the form came from."""
    if request.method != "POST":
        return Payer()
    given = dict(await read_pairs(request))
    household = given.get("household", "").upper()
    return Payer(
        age=_plain(given.get("age", "")),
        floor=_plain(given.get("floor", "")),
        is_resident=given.get("resident") == "true",
        household=household if household in Household.__members__ else None,
        has_asked=True,
    )

"""What an enterprise is said to be, chosen by name: its industry, and where it is as far as a policy distinguishes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request

from civicgraph import settings
from civicgraph.enterprises import industries
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseScale, EnterpriseStatus
from civicgraph.i18n import N_
from civicgraph.operations import FieldError, InvalidInput
from civicgraph.policies.answers import OwnAnswers
from civicgraph.policies.eligibility import Tree, conditions
from civicgraph.web import Form, read
from civicgraph.web.formats import place_name
from civicgraph.web.forms import Choices
from civicgraph.web.narrowing import Searched

_KINDS = {"kind": EnterpriseKind, "status": EnterpriseStatus, "scale": EnterpriseScale}
_CODE = r"\d{4}|\d{6}|\d{9}|\d{12}"
_COUNTY_DIGITS = 6


async def open_choices(request: Request, place: str, tree: Tree) -> dict[str, Choices]:
    """Choices that may be left open: what is not said is not known."""
    found: dict[str, Choices] = {name: [(one.value, one.words) for one in kind] for name, kind in _KINDS.items()}
    return {**found, "industry_code": industries.choices(), "division_code": await _places(request, place, tree)}


async def _places(request: Request, place: str, tree: Tree) -> Choices:
    """The counties of the city, and below them the places that a policy or its rule names."""
    named = {code for one in conditions(tree) if one["fact"] == "place" for code in one["value"]} if tree else set()
    deep = sorted(code for code in {place, *named} if len(code) > _COUNTY_DIGITS)
    data = await read(request, "policies/choices", {"city": settings.current().city_code, "codes": deep or ["none"]})
    counties = data["division"]["children"]["nodes"] if data["division"] else []
    names = {one["code"]: place_name(one) for one in counties}
    within = [
        (one["code"], place_name(one), names.get(one["code"][:_COUNTY_DIGITS], "")) for one in data["named"]["nodes"]
    ]
    return [*names.items(), *within]


def settle_codes(form: Form, own: OwnAnswers) -> OwnAnswers:
    """The answers with the codes of what was chosen or typed by name. Raises `InvalidInput` where nothing of it fits, or
    much does; then what does is shown."""
    errors: list[FieldError] = []
    for name in ("industry_code", "division_code"):
        typed = getattr(own, name).strip()
        found = _code(typed, form.choices[name]) if typed else ""
        if found is None:
            form.narrowed[name] = typed
            words = N_("“%(typed)s” is not one of the list. Please choose one of it, or leave it open.")
            errors += InvalidInput.at(name, "unknown", words, typed=typed).errors
        else:
            form.values[name] = found
    if errors:
        raise InvalidInput(errors)
    return own.model_copy(update={name: form.values.get(name, "") for name in ("industry_code", "division_code")})


def _code(typed: str, offered: Choices) -> str | None:
    more = offered.more if isinstance(offered, Searched) else []
    every: Mapping[str, str] = {one[0]: one[1] for one in (*offered, *more)}
    if typed.upper() in every or (re.fullmatch(_CODE, typed) and not more):  # a place below those that are offered
        return typed.upper()
    fits = [code for code, words in every.items() if typed.casefold() in words.casefold()]
    return fits[0] if len(fits) == 1 else None

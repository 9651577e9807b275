"""The rows of a rule's form: what there is to choose from for a fact is offered by name, beside its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph.divisions.choosing import staff_choices
from civicgraph.enterprises import industries
from civicgraph.i18n import N_, gettext
from civicgraph.permissions import EDIT_POLICIES
from civicgraph.policies import wording
from civicgraph.policies.eligibility import FACTS, Fact, FactKind
from civicgraph.web.forms import Choices, RowControl
from civicgraph.web.narrowing import Searched

_PICKED = (FactKind.CHOICE, FactKind.LIST, FactKind.INDUSTRY, FactKind.PLACE)


async def choices(request: Request) -> dict[str, Any]:
    """Places and facts of the form; industries and places with their codes for the values."""
    facts = [
        (
            one.name,
            fact_words(one.name),
            gettext(N_("Day on a list")) if one.of_list else gettext(N_("In the register")),
        )
        for one in FACTS.values()
    ]
    places = await staff_choices(request, EDIT_POLICIES)
    return {"division_code": places, "fact": facts, "industries": industries.choices()}


def fact_words(name: str) -> str:
    """What a fact is called."""
    fact = FACTS[name]
    label = gettext(fact.label)
    return gettext(N_("On the list “%(list)s” since"), list=label) if fact.of_list else label


def controls(found: Mapping[str, Choices]) -> Mapping[str, RowControl]:
    """The value of a condition is chosen where its fact has values to choose from, and typed where it is a number or a day."""

    def value(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        fact = FACTS.get(str(row.get("fact", "")))
        if fact is None:
            return None
        if fact.kind not in _PICKED:
            return {"help": None}
        chosen = _chosen(fact, str(row.get("value") or ""))
        offered = _offered(fact, found)
        more = offered.more if isinstance(offered, Searched) else []
        known = {one[0] for one in (*offered, *more)}
        beyond = [(one, one) for one in chosen if one not in known]  # of somebody who may choose more
        kind = "checkboxes" if fact.choices else "several"
        choices = Searched([*beyond, *offered], more) if more else [*beyond, *offered]
        return {"kind": kind, "choices": choices, "value": chosen, "attrs": {}, "help": None}

    return {"conditions.value": value}


def _chosen(fact: Fact, text: str) -> list[str]:
    try:
        return [str(one) for one in wording.parsed(fact, text)]
    except wording.BadValue:
        return []


def _offered(fact: Fact, found: Mapping[str, Choices]) -> Choices:
    if fact.choices is not None:
        return [(one.value, one.words) for one in fact.choices]
    if fact.kind is FactKind.INDUSTRY:
        return found["industries"]
    return [(one[0], f"{one[0]} {one[1]}", *one[2:]) for one in found["division_code"]]

"""The rule of a policy as staff write it: rows of a form, the industries and places that they name, the words that are kept."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pydantic import Field
from tortoise.expressions import Q

from civicgraph.divisions.models import Division
from civicgraph.enterprises.models import Industry
from civicgraph.i18n import N_, listed
from civicgraph.operations import FieldError, Input, InvalidInput
from civicgraph.policies import wording
from civicgraph.policies.eligibility import FACTS, Comparison, conditions
from civicgraph.policies.models import Policy, PolicyRuleLine


class ConditionFields(Input):
    """A condition. Those with the same number hold together; it is enough that one number is fulfilled."""

    way: int | None = Field(
        None, title=N_("Way"), ge=1, le=20, description=N_("Conditions with the same number hold together.")
    )
    fact: str = Field(title=N_("Fact of the register"), max_length=40)
    is_denied: bool = Field(False, title=N_("must not be so"))
    comparison: Comparison = Field(title=N_("Compared"))
    value: str = Field(
        title=N_("Value"), min_length=1, max_length=300, json_schema_extra={"widget": "several"},
        description=N_(
            "What there is to choose from shows once the fact is saved. It can be typed, too; industries by code, places by name or code."
        ),
    )  # fmt: skip


def rule_of(rows: list[ConditionFields]) -> tuple[dict[str, Any], list[FieldError]]:
    """The tree of the form's rows, and what is wrong with them."""
    found: list[tuple[int, bool, str, str, Any]] = []
    errors: list[FieldError] = []
    for index, row in enumerate(rows):
        at = f"conditions.{index}"
        fact = FACTS.get(row.fact)
        if fact is None:
            errors += InvalidInput.at(f"{at}.fact", "unknown", N_("Please choose one of the list.")).errors
        elif row.comparison not in fact.comparisons:
            words = N_("This fact is not compared so.")
            errors += InvalidInput.at(f"{at}.comparison", "not_for_it", words).errors
        else:
            try:
                found.append(
                    (row.way or 1, row.is_denied, row.fact, row.comparison.value, wording.parsed(fact, row.value))
                )
            except wording.BadValue as error:
                errors += InvalidInput.at(f"{at}.value", "value", str(error)).errors
    return ({} if errors else wording.tree_of(found)), errors


_NAMED = ("industry", "place")
_TOLD = 5  # places of the same name


async def coded(rows: list[ConditionFields]) -> list[ConditionFields]:
    """The rows with codes for the places that were given by name.

    A rule for an industry or a place that is not there would find nobody, and say nothing: it is refused.
    """
    errors: list[FieldError] = []
    found = []
    for index, row in enumerate(rows):
        try:
            found.append(
                row.model_copy(update={"value": ", ".join(await _codes_of(row))}) if row.fact in _NAMED else row
            )
        except InvalidInput as error:
            errors += [replace(one, field=f"conditions.{index}.value") for one in error.errors]
    if errors:
        raise InvalidInput(errors)
    return found


async def _codes_of(row: ConditionFields) -> list[str]:
    """The codes of the industries or places that a row names. Raises `InvalidInput`."""
    given = wording.parsed(FACTS[row.fact], row.value)
    if row.fact == "place":
        given = [one if re.fullmatch(wording.PLACE_CODE, one) else await _code_of(one) for one in given]
    kept: Any = Industry if row.fact == "industry" else Division
    known = set(await kept.filter(code__in=given).values_list("code", flat=True))
    if missing := [one for one in given if one not in known]:
        raise InvalidInput.at("value", "unknown", N_("There is no such code: %(codes)s."), codes=listed(missing))
    return list(given)


async def _code_of(name: str) -> str:
    """The code of the one place of this name. Raises `InvalidInput`."""
    is_so = Q(name=name) | Q(short_name=name) | Q(pinyin__iexact=name)
    found = await Division.filter(is_so).select_related("parent").order_by("code").limit(_TOLD + 1)
    if not found:
        raise InvalidInput.at("value", "unknown", N_("There is no place called %(name)s."), name=name)
    if len(found) > 1:
        words = N_("Several places are called %(name)s. Please give the code: %(places)s.")
        told = [f"{one.parent.short_name if one.parent else ''}{one.short_name} {one.code}" for one in found[:_TOLD]]
        raise InvalidInput.at("value", "several", words, name=name, places=listed(told))
    return found[0].code


async def names_of(tree: dict[str, Any], locale: str) -> dict[str, str]:
    """The names of the industries and places that a rule asks for."""
    asked = {
        kind: {code for one in conditions(tree) if one["fact"] == kind for code in one["value"]} for kind in _NAMED
    }
    industries = await Industry.filter(code__in=asked["industry"]) if asked["industry"] else []
    places = await Division.filter(code__in=asked["place"]) if asked["place"] else []
    found = {one.code: one.name if locale == "zh" else one.name_en for one in industries}
    return {**found, **{one.code: one.short_name if locale == "zh" else one.pinyin or one.name for one in places}}


async def write_words(row: Policy) -> None:
    """Say the rule in words again, in both languages."""
    await PolicyRuleLine.filter(policy_id=row.id).delete()
    if not row.eligibility:
        return
    chinese = wording.spoken(row.eligibility, await names_of(row.eligibility, "zh"), "zh")
    english = wording.spoken(row.eligibility, await names_of(row.eligibility, "en"), "en")
    line: dict[str, Any]
    for position, ((path, is_group, words), (_, _, words_en)) in enumerate(zip(chinese, english, strict=True), 1):
        depth = path.count(".") + 1 if path else 0
        line = {"position": position, "path": path, "depth": depth, "is_group": is_group}
        await PolicyRuleLine.create(policy_id=row.id, **line, words=words, words_en=words_en)

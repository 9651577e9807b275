"""Why an enterprise does (not) qualify for a policy, condition by condition, by what the register knows of it."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from civicgraph import clock
from civicgraph.divisions.models import Division
from civicgraph.enterprises.claims.acting import reads_for
from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.models import Enterprise, EnterpriseListing, Industry
from civicgraph.i18n import N_, current, gettext
from civicgraph.operations import Input, NotFound, operation
from civicgraph.permissions import EDIT_POLICIES, READ_ENTERPRISE_CONTACTS, Actor
from civicgraph.policies.eligibility import FACTS, Known, explained, placed, whole
from civicgraph.policies.models import AmountKind, Policy, PolicyRuleLine, PolicyStatus
from civicgraph.policies.rules import amount_of, is_on
from civicgraph.policies.wording import register_words

_PUBLIC = (PolicyStatus.PUBLISHED, PolicyStatus.ENDED)


class ExplainPolicy(Input):
    """Which policy, and which enterprise."""

    policy_id: int = Field(title=N_("Number"), ge=1)
    credit_code: str = Field(title=N_("Unified social credit code"), min_length=18, max_length=18)

    @field_validator("credit_code")
    @classmethod
    def _capitals(cls, code: str) -> str:
        return code.upper()


@operation(is_audited=False)
async def explain_policy(actor: Actor, data: ExplainPolicy) -> dict[str, Any]:
    """Say of each condition of a policy whether an enterprise meets it today, for who may read its private facts.

    `qualifies` is null where the register does not know enough; `met`, `unmet` and `unknown` are its conditions in words;
    `register_says` is what the register knows of each.
    """
    known = await _known(actor, data.credit_code)
    policy = await Policy.get_or_none(id=data.policy_id)
    if policy is None or not (policy.status in _PUBLIC or actor.may(EDIT_POLICIES, _place(policy))):
        raise NotFound
    qualifies, lines = judged(policy, known)
    amount = amount_of(policy, known) if qualifies and policy.amount_kind is not AmountKind.NONE else None
    is_here, register = _is_here(policy, known), await _register_says(policy, known)
    return {
        **{"qualifies": qualifies, "is_here": is_here, "lines": lines, "register": register},
        "amount_fen": None if amount is None else str(amount),
        **await _in_words(policy, lines, register, is_here=is_here),
    }


class ExplainPolicies(Input):
    """Which enterprise."""

    credit_code: str = Field(title=N_("Unified social credit code"), min_length=18, max_length=18)

    @field_validator("credit_code")
    @classmethod
    def _capitals(cls, code: str) -> str:
        return code.upper()


@operation(is_audited=False)
async def explain_policies(actor: Actor, data: ExplainPolicies) -> dict[str, list[Any]]:
    """Say which of the policies that are open today an enterprise qualifies for, for who may read its private facts.

    The numbers of the policies: those that it qualifies for, those it does not, those of which not enough is known, and
    those whose conditions the office in charge tells. `amounts_fen` is what each of those that it qualifies for would give,
    in 1/100 CNY; empty where it pays no money, or the register does not know enough.
    """
    known = await _known(actor, data.credit_code)
    found: dict[str, list[Any]] = {"qualifies_for": [], "not_for": [], "not_known_for": [], "ask_for": []}
    amounts = found["amounts_fen"] = []
    for policy in await Policy.filter(status=PolicyStatus.PUBLISHED).order_by("id"):
        if is_on(policy, clock.today()):
            qualifies, _ = judged(policy, known)
            sort = "not_known_for" if qualifies is None else "qualifies_for" if qualifies else "not_for"
            found[sort if policy.eligibility or qualifies is False else "ask_for"].append(policy.id)
            if qualifies:
                amounts.append(str(amount_of(policy, known) or ""))
    return found


async def _known(actor: Actor, credit_code: str) -> Known:
    """What the register knows of an enterprise whose private facts the actor may read."""
    row = await Enterprise.get_or_none(credit_code=credit_code)
    if row is None:
        raise NotFound
    if not (actor.may(READ_ENTERPRISE_CONTACTS, _place(row)) or await reads_for(actor, row.id)):
        raise NotFound
    return await known_of_entry(row)


def _place(row: Any) -> str:
    return str(row.division_id)


def _is_here(policy: Policy, known: Known) -> bool:
    return (known.division or "").startswith(_place(policy))


def judged(policy: Policy, known: Known) -> tuple[bool | None, dict[str, bool | None]]:
    """Whether it qualifies today, and the answer of each line. A policy that says nothing of who qualifies tells nothing."""
    unknown: dict[str, bool | None] = {"": None}
    lines = explained(policy.eligibility, known, clock.today()) if policy.eligibility else unknown
    return (lines[""] if _is_here(policy, known) else False), lines


async def known_of_entry(row: Enterprise) -> Known:
    """What the register knows of an enterprise."""
    listings = await EnterpriseListing.filter(enterprise_id=row.id)
    return Known(
        kind=row.kind.value,
        status=row.status.value,
        scale=row.scale.value if row.scale else None,
        industry=str(row.industry_id),  # type: ignore[attr-defined]
        division=_place(row),
        established_on=row.established_on,
        employees=row.employees,
        revenue_fen=row.revenue_fen,
        assets_fen=row.assets_fen,
        listings=tuple(Listed(one.list.value, one.listed_on, one.delisted_on) for one in listings),
    )


async def _register_says(policy: Policy, known: Known) -> dict[str, str]:
    """What the register knows of what each condition asks for, by the condition's path, in the reader's language."""
    is_chinese = current.get() == "zh"
    names: dict[str, str] = {}
    if industry := await Industry.get_or_none(code=known.industry):
        names[industry.code] = industry.name if is_chinese else industry.name_en
    if place := await Division.get_or_none(code=known.division):
        names[place.code] = place.short_name if is_chinese else place.pinyin or place.short_name
    today, said = clock.today(), {}
    for path, one in placed(whole(policy.eligibility)) if policy.eligibility else ():
        fact = FACTS[one["fact"]]
        said[path] = register_words(fact, fact.value(known, today), names)
    return said


async def _in_words(
    policy: Policy, lines: dict[str, bool | None], register: dict[str, str], *, is_here: bool
) -> dict[str, list[str]]:
    """The conditions in the reader's language, by whether they are met; the first is the place."""
    place = await Division.get(code=_place(policy))
    found: dict[str, list[str]] = {"met": [], "unmet": [], "unknown": [], "register_says": []}
    said: list[tuple[str, bool | None]] = [(gettext("Registered in %(place)s", place=place.short_name), is_here)]
    is_chinese = current.get() == "zh"
    for line in await PolicyRuleLine.filter(policy_id=policy.id, is_group=False).order_by("position"):
        words = line.words if is_chinese else line.words_en
        said.append((words, lines.get(line.path)))
        if line.path in register:
            found["register_says"].append(f"{words} · {register[line.path]}")
    for words, answer in said:
        found["unknown" if answer is None else "met" if answer else "unmet"].append(words)
    return found

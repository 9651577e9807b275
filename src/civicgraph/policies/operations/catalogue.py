"""Keeping the catalogue: a policy with its rule, tried by its examples, published and ended."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, Self

from pydantic import Field, model_validator

from civicgraph import clock
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.i18n import N_
from civicgraph.operations import (
    MONEY,
    FieldError,
    Forbidden,
    Input,
    InvalidInput,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_POLICIES, GRANT_POLICIES, Actor
from civicgraph.policies import wording
from civicgraph.policies.eligibility import FACTS, MAX_CONDITIONS
from civicgraph.policies.models import (
    AmountKind,
    GrantState,
    Policy,
    PolicyCategory,
    PolicyCycle,
    PolicyGrant,
    PolicyStatus,
)
from civicgraph.policies.operations.budget import settle_budget
from civicgraph.policies.operations.examples import failures
from civicgraph.policies.operations.rows import of
from civicgraph.policies.operations.ruling import ConditionFields, coded, rule_of, write_words
from civicgraph.text import search_terms

RegisterFact = Enum("RegisterFact", {name.upper(): name for name in FACTS})  # type: ignore[misc]
RegisterFact.__doc__ = "A fact of the register that a rule may ask for."
_TEXT: dict[str, Any] = {"widget": "textarea"}
_RULE = ("eligibility", "amount_kind", "amount_fen", "share_bp", "cap_fen", "division_id", "cycle")


class PolicyFields(Input):
    """What is known of a policy."""

    category: PolicyCategory = Field(title=N_("Category"))
    title: str = Field(title=N_("What it is called"), min_length=2, max_length=80)
    title_en: str = Field("", title=N_("Title in English"), max_length=120)
    summary: str = Field(
        title=N_("What it gives, in plain words"), min_length=5, max_length=600, json_schema_extra=_TEXT
    )
    summary_en: str = Field("", title=N_("The same in English"), max_length=900, json_schema_extra=_TEXT)
    legal_source: str = Field("", title=N_("The document that it rests on"), max_length=200)
    division_code: DivisionCode
    owner: str = Field(title=N_("The office in charge"), min_length=2, max_length=80)
    phone: str = Field("", title=N_("Telephone"), max_length=40, json_schema_extra={"widget": "tel"})
    starts_on: date = Field(title=N_("First day"))
    ends_on: date | None = Field(None, title=N_("Last day"))
    cycle: PolicyCycle = Field(PolicyCycle.ONCE, title=N_("How often an enterprise gets it"))
    amount_kind: AmountKind = Field(title=N_("How the amount is found"))
    amount_fen: int | None = Field(None, title=N_("Amount, CNY"), ge=1, le=10**13, json_schema_extra=MONEY)
    share_bp: int | None = Field(None, title=N_("Share of the revenue, in 1/100 of a per cent"), ge=1, le=10_000)
    cap_fen: int | None = Field(None, title=N_("At most, CNY"), ge=1, le=10**13, json_schema_extra=MONEY)
    budget_fen: int | None = Field(
        None, title=N_("Budget, CNY"), ge=0, le=10**15, json_schema_extra=MONEY, description=N_("Empty: no bound.")
    )
    objection_days: int = Field(7, title=N_("Days for objections"), ge=0, le=60)
    conditions: list[ConditionFields] = Field(
        default_factory=list, title=N_("Who qualifies"), max_length=MAX_CONDITIONS,
        description=N_("Several values are parted by commas where they are typed."),
    )  # fmt: skip

    @model_validator(mode="after")
    def _fits(self) -> Self:
        errors: list[FieldError] = []
        if self.ends_on and self.ends_on < self.starts_on:
            errors += InvalidInput.at("ends_on", "end_before_start", N_("It must end after it starts.")).errors
        if self.amount_kind in (AmountKind.FIXED, AmountKind.PER_EMPLOYEE) and not self.amount_fen:
            errors += InvalidInput.at("amount_fen", "missing", N_("Please fill this in.")).errors
        if self.amount_kind is AmountKind.SHARE_OF_REVENUE and not self.share_bp:
            errors += InvalidInput.at("share_bp", "missing", N_("Please fill this in.")).errors
        _, wrong = rule_of(self.conditions)
        if errors or wrong:
            raise InvalidInput([*errors, *wrong])
        return self


class CreatePolicy(PolicyFields):
    """A new policy, a draft at first."""


class PolicyVersion(Input):
    """Which policy, as the editor saw it."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class UpdatePolicy(PolicyFields):
    """A change of a policy."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


_OWN = [name for name in PolicyFields.model_fields if name not in ("division_code", "conditions")]


async def _columns(actor: Actor, data: PolicyFields) -> dict[str, Any]:
    await place_of(data.division_code)
    if not actor.may(EDIT_POLICIES, data.division_code):
        raise Forbidden
    rows = await coded(data.conditions)
    words = search_terms(data.title, data.summary, data.owner, data.title_en)
    columns = {name: getattr(data, name) for name in _OWN}
    tree, _ = rule_of(rows)
    return {**columns, "division_id": data.division_code, "eligibility": tree, "search_terms": words}


def values_of(row: Policy) -> dict[str, Any]:
    """The editable values by input field."""
    values = {name: getattr(row, name) for name in _OWN}
    return {**values, "division_code": row.division_id, "conditions": wording.rows_of(row.eligibility)}  # type: ignore[attr-defined]


def _trace(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    said = changed(before, after)
    if "conditions" in said:
        said["conditions"] = [[" ".join(map(str, one.values())) for one in rows or []] for rows in said["conditions"]]
    return said


@operation()
async def create_policy(actor: Actor, data: CreatePolicy) -> Policy:
    """Enter a policy as a draft."""
    row = await Policy.create(**await _columns(actor, data))
    await write_words(row)
    await audit(actor, row, _trace({}, values_of(row)))
    return row


@operation()
async def update_policy(actor: Actor, data: UpdatePolicy) -> Policy:
    """Change a policy. Another rule or amount makes a draft of what was tested; what is published must pass its
    examples at once."""
    row = await of(actor, data.id)
    before = values_of(row)
    check_version(row, data.version, lambda: before)
    if row.status is PolicyStatus.ENDED:
        raise Unavailable(N_("It is over."))
    columns = await _columns(actor, data)
    if wording.is_same(columns["eligibility"], row.eligibility):
        columns["eligibility"] = row.eligibility  # values chosen in another order are no other rule
    if columns["budget_fen"] is not None and columns["budget_fen"] < row.granted_fen:
        raise InvalidInput.at("budget_fen", "granted", N_("More than this is granted already."))
    if columns["cycle"] != row.cycle and await _is_granted(row):
        words = N_(
            "Grants were made by the period that it had: with another, somebody could get it twice. End it, and enter a new policy."
        )
        raise InvalidInput.at("cycle", "granted", words)
    is_other = any(columns[name] != getattr(row, name) for name in _RULE)
    row.update_from_dict({**columns, "version": row.version + 1, "rule_version": row.rule_version + is_other})
    if is_other and row.status is PolicyStatus.TESTED:
        row.status = PolicyStatus.DRAFT
    if is_other and row.status is PolicyStatus.PUBLISHED:
        if not actor.may(GRANT_POLICIES, row.division_id):  # type: ignore[attr-defined]
            raise Forbidden
        await _check(row)
    await row.save()
    await settle_budget(row)
    await write_words(row)
    await audit(actor, row, _trace(before, values_of(row)))
    return row


async def _is_granted(row: Policy) -> bool:
    """Whether anybody has or had it; what was only found is nobody's yet."""
    return await PolicyGrant.filter(policy_id=row.id).exclude(state=GrantState.PROPOSED).exists()


async def _check(row: Policy) -> None:
    if not row.eligibility:
        raise InvalidInput.at("conditions", "missing", N_("Please say first who qualifies."))
    count, wrong = await failures(row)
    if not count:
        raise InvalidInput.at("", "no_example", N_("Please enter an example first: the rule is tried by it."))
    if wrong:
        raise InvalidInput.at(
            "", "example_fails", N_("These examples do not come out: %(titles)s."), titles="；".join(wrong)
        )


async def _move(actor: Actor, data: PolicyVersion, sources: tuple[PolicyStatus, ...], target: PolicyStatus) -> Policy:
    capability = EDIT_POLICIES if target is PolicyStatus.TESTED else GRANT_POLICIES
    row = await of(actor, data.id, capability)
    if row.status not in sources:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    check_version(row, data.version, dict)
    if target is not PolicyStatus.ENDED:
        await _check(row)
    before, row.status = row.status, target
    row.version += 1
    row.ended_on = clock.today() if target is PolicyStatus.ENDED else None
    await row.save()
    await audit(actor, row, {"status": [before, target]})
    return row


@operation()
async def test_policy(actor: Actor, data: PolicyVersion) -> Policy:
    """Try a draft's rule by its examples; all must come out."""
    return await _move(actor, data, (PolicyStatus.DRAFT,), PolicyStatus.TESTED)


@operation()
async def publish_policy(actor: Actor, data: PolicyVersion) -> Policy:
    """Open a tested policy to the public; its examples are tried once more."""
    return await _move(actor, data, (PolicyStatus.TESTED,), PolicyStatus.PUBLISHED)


@operation()
async def end_policy(actor: Actor, data: PolicyVersion) -> Policy:
    """End a policy: nothing is granted any more, what was granted stays."""
    return await _move(actor, data, (PolicyStatus.PUBLISHED,), PolicyStatus.ENDED)

"""Keeping the catalogue: a policy with its rule, examples that try it, published and ended."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, Self

from pydantic import Field, model_validator

from civicgraph import clock
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseList, EnterpriseScale, EnterpriseStatus
from civicgraph.i18n import N_
from civicgraph.operations import (
    FieldError,
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_POLICIES, GRANT_POLICIES, Actor
from civicgraph.policies import wording
from civicgraph.policies.eligibility import FACTS, MAX_CONDITIONS, Known, holds
from civicgraph.policies.models import (
    AmountKind,
    GrantState,
    Policy,
    PolicyCategory,
    PolicyCycle,
    PolicyExample,
    PolicyGrant,
    PolicyStatus,
)
from civicgraph.policies.operations.budget import settle_budget
from civicgraph.policies.operations.ruling import ConditionFields, check_codes, rule_of, write_words
from civicgraph.policies.rules import amount_of
from civicgraph.text import search_terms

RegisterFact = Enum("RegisterFact", {name.upper(): name for name in FACTS})  # type: ignore[misc]
RegisterFact.__doc__ = "A fact of the register that a rule may ask for."
_MONEY: dict[str, Any] = {"widget": "money"}
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
    amount_fen: int | None = Field(None, title=N_("Amount, CNY"), ge=1, le=10**13, json_schema_extra=_MONEY)
    share_bp: int | None = Field(None, title=N_("Share of the revenue, in 1/100 of a per cent"), ge=1, le=10_000)
    cap_fen: int | None = Field(None, title=N_("At most, CNY"), ge=1, le=10**13, json_schema_extra=_MONEY)
    budget_fen: int | None = Field(
        None, title=N_("Budget, CNY"), ge=0, le=10**15, json_schema_extra=_MONEY, description=N_("Empty: no bound.")
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


class AddPolicyExample(Input):
    """A case with what the policy should say of it."""

    policy_id: int = Field(title=N_("Number"), ge=1)
    title: str = Field(title=N_("Which case it stands for"), min_length=2, max_length=120)
    kind: EnterpriseKind | None = Field(None, title=N_("Legal kind"))
    status: EnterpriseStatus | None = Field(EnterpriseStatus.ACTIVE, title=N_("Status"))
    scale: EnterpriseScale | None = Field(None, title=N_("Scale"))
    industry_code: str = Field("", title=N_("Industry"), max_length=4, pattern=r"^$|^[A-T]$|^\d{2,4}$")
    division_code: str = Field("", title=N_("Place"), max_length=12, pattern=r"^$|^(\d{4}|\d{6}|\d{9}|\d{12})$")
    established_on: date | None = Field(None, title=N_("Founded on"))
    employees: int | None = Field(None, title=N_("People insured through it"), ge=0, le=2_000_000)
    revenue_fen: int | None = Field(
        None, title=N_("Revenue of its last year, CNY"), ge=0, le=2**53, json_schema_extra=_MONEY
    )
    assets_fen: int | None = Field(
        None, title=N_("Total assets of its last year, CNY"), ge=0, le=2**53, json_schema_extra=_MONEY
    )
    lists: list[EnterpriseList] = Field(default_factory=list, title=N_("Lists"), max_length=8)
    listed_on: date | None = Field(None, title=N_("On the lists since"))
    on: date | None = Field(None, title=N_("On which day"), description=N_("Empty: today."))
    qualifies: bool = Field(False, title=N_("It should qualify"))
    amount_fen: int | None = Field(None, title=N_("It should get, CNY"), ge=0, le=10**13, json_schema_extra=_MONEY)


def known_of(example: PolicyExample | AddPolicyExample) -> Known:
    """The facts of an example; a list without a day is taken to be an old one."""
    since = example.listed_on or date(2000, 1, 1)
    lists = [str(getattr(one, "value", one)).lower() for one in example.lists]
    return Known(
        kind=example.kind,
        status=example.status,
        scale=example.scale,
        industry=example.industry_code or None,
        division=example.division_code or None,
        established_on=example.established_on,
        employees=example.employees,
        revenue_fen=example.revenue_fen,
        assets_fen=example.assets_fen,
        listings=tuple(Listed(one, since, None) for one in lists),
    )


def failure(policy: Policy, example: PolicyExample) -> str:
    """What a policy says of an example against what it should; empty when it fits."""
    day, known = example.on or clock.today(), known_of(example)
    qualifies = bool(policy.eligibility) and holds(policy.eligibility, known, day) is True
    if qualifies != example.qualifies:
        return N_("It qualifies, and should not.") if qualifies else N_("It does not qualify, and should.")
    is_other = qualifies and example.amount_fen is not None and amount_of(policy, known) != example.amount_fen
    return N_("It gets another amount.") if is_other else ""


async def failures(policy: Policy) -> tuple[int, list[str]]:
    """How many examples there are, and the titles of those that fail."""
    found = await PolicyExample.filter(policy_id=policy.id).order_by("id")
    return len(found), [one.title for one in found if failure(policy, one)]


async def of(actor: Actor, number: int, capability: str = EDIT_POLICIES) -> Policy:
    """A policy, locked, that the actor may do something with."""
    row = await Policy.select_for_update().get_or_none(id=number)
    if row is None:
        raise NotFound
    if not actor.may(capability, row.division_id):  # type: ignore[attr-defined]
        raise Forbidden if row.status in (PolicyStatus.PUBLISHED, PolicyStatus.ENDED) else NotFound
    return row


_OWN = [name for name in PolicyFields.model_fields if name not in ("division_code", "conditions")]


async def _columns(actor: Actor, data: PolicyFields) -> dict[str, Any]:
    await place_of(data.division_code)
    if not actor.may(EDIT_POLICIES, data.division_code):
        raise Forbidden
    await check_codes(data.conditions)
    words = search_terms(data.title, data.summary, data.owner, data.title_en)
    columns = {name: getattr(data, name) for name in _OWN}
    tree, _ = rule_of(data.conditions)
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


@operation()
async def add_policy_example(actor: Actor, data: AddPolicyExample) -> Policy:
    """Enter a case that the rule is tried by."""
    row = await of(actor, data.policy_id)
    values = data.model_dump(exclude={"lists"})
    await PolicyExample.create(**values, lists=[one.name for one in data.lists])
    await audit(actor, row, {"example": [None, data.title]})
    return row


class ExampleNumber(Input):
    """Which example."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def remove_policy_example(actor: Actor, data: ExampleNumber) -> Policy:
    """Take an example away."""
    example = await PolicyExample.get_or_none(id=data.id)
    if example is None:
        raise NotFound
    row = await of(actor, example.policy_id)  # type: ignore[attr-defined]
    await example.delete()
    await audit(actor, row, {"example": [example.title, None]})
    return row

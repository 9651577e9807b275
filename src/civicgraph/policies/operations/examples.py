"""Examples of a policy: cases with what its rule should say of them, by which it is tried before it is published."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from civicgraph import clock
from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseList, EnterpriseScale, EnterpriseStatus
from civicgraph.i18n import N_
from civicgraph.operations import MONEY, Input, NotFound, audit, operation
from civicgraph.permissions import Actor
from civicgraph.policies.eligibility import Known, holds
from civicgraph.policies.models import Policy, PolicyExample
from civicgraph.policies.operations.rows import of
from civicgraph.policies.rules import amount_of


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
        None, title=N_("Revenue of its last year, CNY"), ge=0, le=2**53, json_schema_extra=MONEY
    )
    assets_fen: int | None = Field(
        None, title=N_("Total assets of its last year, CNY"), ge=0, le=2**53, json_schema_extra=MONEY
    )
    lists: list[EnterpriseList] = Field(default_factory=list, title=N_("Lists"), max_length=8)
    listed_on: date | None = Field(None, title=N_("On the lists since"))
    on: date | None = Field(None, title=N_("On which day"), description=N_("Empty: today."))
    qualifies: bool = Field(False, title=N_("It should qualify"))
    amount_fen: int | None = Field(None, title=N_("It should get, CNY"), ge=0, le=10**13, json_schema_extra=MONEY)


class ExampleNumber(Input):
    """Which example."""

    id: int = Field(title=N_("Number"), ge=1)


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


@operation()
async def add_policy_example(actor: Actor, data: AddPolicyExample) -> Policy:
    """Enter a case that the rule is tried by."""
    row = await of(actor, data.policy_id)
    values = data.model_dump(exclude={"lists"})
    await PolicyExample.create(**values, lists=[one.name for one in data.lists])
    await audit(actor, row, {"example": [None, data.title]})
    return row


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

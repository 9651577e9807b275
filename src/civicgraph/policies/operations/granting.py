"""Granting: tried first, made by one operation, open to objections, paid. An enterprise gets it once in a period."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import Field
from tortoise.expressions import Q

from civicgraph import clock
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, NotFound, Unavailable, audit, operation
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import GRANT_POLICIES, Actor
from civicgraph.policies import matching
from civicgraph.policies.models import AmountKind, GrantState, Policy, PolicyGrant
from civicgraph.policies.operations.budget import settle_budget
from civicgraph.policies.operations.rows import of
from civicgraph.policies.rules import is_on


class PolicyNumber(Input):
    """Which policy."""

    id: int = Field(title=N_("Number"), ge=1)


def _check_open(row: Policy) -> None:
    if row.amount_kind is AmountKind.NONE:
        raise Unavailable(N_("This policy pays nothing from a budget."))
    if not is_on(row, clock.today()):
        raise Unavailable(N_("Only a published policy grants, within its days."))


@operation(is_audited=False)
async def try_policy(actor: Actor, data: PolicyNumber) -> dict[str, Any]:
    """A dry run: who qualifies today, how much that is, and how far the budget goes. Nothing is granted."""
    row = await of(actor, data.id, GRANT_POLICIES)
    if not row.eligibility:
        raise Unavailable(N_("Please say first who qualifies."))
    return _told(await matching.tried(row, clock.today()))


def _told(trial: matching.Trial) -> dict[str, Any]:
    is_money = {key: value is not None and key.endswith("_fen") for key, value in asdict(trial).items()}
    return {key: str(value) if is_money[key] else value for key, value in asdict(trial).items()}


@operation()
async def match_policy(actor: Actor, data: PolicyNumber) -> Policy:
    """Look through the whole register for enterprises that qualify and have no grant of this period."""
    row = await of(actor, data.id, GRANT_POLICIES)
    _check_open(row)
    await _match(row)
    await audit(actor, row, {"matched_on": [None, row.matched_on]})
    return row


async def _match(row: Policy) -> None:
    newest = await AuditEntry.all().order_by("-id").first().only("id")
    await matching.match(row, clock.today())
    row.matched_on, row.matched_at, row.matched_rule = clock.today(), clock.now(), row.rule_version
    row.matched_entry = newest.id if newest else 0
    await row.save(update_fields=["matched_on", "matched_at", "matched_rule", "matched_entry", "updated_at"])
    await settle_budget(row)


class GrantPolicy(PolicyNumber):
    """Which policy, and the dry run that the granting follows: what it said has to be so still."""

    rule_version: int = Field(title=N_("Version of the rule in the dry run"), ge=1)
    expected_count: int = Field(title=N_("Enterprises within the budget in the dry run"), ge=0)
    expected_fen: int = Field(title=N_("Their sum in the dry run, in 1/100 CNY"), ge=0, le=10**15)


class TrialOver(Unavailable):
    """The rule, the register or the budget is another than in the dry run: nobody has agreed to what would be granted."""


@operation()
async def grant_policy(actor: Actor, data: GrantPolicy) -> dict[str, Any]:
    """Grant it to everybody who qualifies today and has not got it in this period, in the order of the register, until
    the budget ends. It follows a dry run (`tryPolicy`), and is refused where that would come out otherwise by now."""
    row = await of(actor, data.id, GRANT_POLICIES)
    _check_open(row)
    await _check_trial(row, data)
    await _match(row)
    count, total = await matching.grant(row, clock.today())
    row.granted_fen += total
    await row.save(update_fields=["granted_fen", "updated_at"])
    await settle_budget(row)
    await audit(actor, row, {"granted": [None, count], "granted_fen": [row.granted_fen - total, row.granted_fen]})
    return {"policy": row, "count": count, "amount_fen": str(total)}


async def _check_trial(row: Policy, data: GrantPolicy) -> None:
    found = await matching.tried(row, clock.today())
    now = (found.rule_version, found.within_budget, found.within_budget_fen)
    if now != (data.rule_version, data.expected_count, data.expected_fen):
        raise TrialOver(
            N_(
                "Nothing was granted: the rule, the register or the budget changed since the dry run. It would be %(count)s enterprises and %(amount)s CNY in all now. Please look at the new figures, and confirm them."
            ),
            count=found.within_budget,
            amount=f"{found.within_budget_fen / 100:,.2f}".removesuffix(".00"),
        )


@operation()
async def pay_grants(actor: Actor, data: PolicyNumber) -> dict[str, Any]:
    """Record that all grants of a policy whose days for objections are over were paid today. Who was not told waits."""
    row = await of(actor, data.id, GRANT_POLICIES)
    day = clock.today()
    # An objection without an answer holds the payment back.
    settled = Q(objected_at=None) | Q(objection_answered_at__not_isnull=True)
    due = PolicyGrant.filter(settled, policy_id=row.id, state=GrantState.OBJECTION, objection_until__lt=day)
    found = [(str(place), int(str(fen))) for place, fen in await due.values_list("division_id", "amount_fen")]
    if not found:
        raise Unavailable(N_("No grant is past its days for objections."))
    await due.update(state=GrantState.PAID, paid_on=day)
    await matching.add_cells(row, "paid", day.year, found)
    total = sum(fen for _, fen in found)
    await audit(actor, row, {"paid": [None, len(found)], "paid_fen": [None, total]})
    return {"policy": row, "count": len(found), "amount_fen": str(total)}


class WithdrawGrant(Input):
    """Which grant, and why it is taken back."""

    id: int = Field(title=N_("Number"), ge=1)
    reason: str = Field(title=N_("Reason"), min_length=2, max_length=300, json_schema_extra={"widget": "textarea"})


@operation()
async def withdraw_grant(actor: Actor, data: WithdrawGrant) -> PolicyGrant:
    """Take back a grant after an objection, before it is paid; the budget has the money again."""
    grant = await PolicyGrant.get_or_none(id=data.id)
    if grant is None:
        raise NotFound
    row = await of(actor, grant.policy_id, GRANT_POLICIES)  # type: ignore[attr-defined]
    grant = await PolicyGrant.get(id=data.id)  # as it is now that the policy is locked
    if not actor.may(GRANT_POLICIES, grant.division_id):  # type: ignore[attr-defined]
        raise Forbidden
    if grant.state is not GrantState.OBJECTION or grant.granted_on is None:
        raise Unavailable(N_("Only what is open to objections can be taken back."))
    grant.state, grant.reason, grant.notice_due = GrantState.WITHDRAWN, data.reason, True
    if grant.objected_at is not None and grant.objection_answered_at is None:
        grant.objection_answer, grant.objection_answered_at = data.reason, clock.now()
    await grant.save()
    row.granted_fen -= grant.amount_fen
    await row.save(update_fields=["granted_fen", "updated_at"])
    await settle_budget(row)
    amounts = [(grant.division_id, grant.amount_fen)]  # type: ignore[attr-defined]
    await matching.add_cells(row, "granted", grant.granted_on.year, amounts, -1)
    await audit(actor, grant, {"state": [GrantState.OBJECTION, grant.state], "reason": ["", data.reason]})
    return grant

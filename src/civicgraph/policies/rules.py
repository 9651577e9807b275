"""Rules of the policies room: who sees what, periods, amounts. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from civicgraph.enterprises.claims.rules import is_own
from civicgraph.enterprises.figures.counting import quarter_of
from civicgraph.permissions import EDIT_POLICIES, GRANT_POLICIES, READ_ENTERPRISE_CONTACTS
from civicgraph.policies.eligibility import Known, Sql
from civicgraph.policies.models import AmountKind, GrantState, Policy, PolicyCycle, PolicyStatus

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

SHARE_WHOLE = 10_000
_ALL = "''"


def visible(c: Compiler, row: Row) -> str:
    """What was published; drafts for those who may edit there."""
    return f"{row['status']} IN ('published', 'ended') OR {c.covers(row['division_id'], EDIT_POLICIES)}"


def visible_example(c: Compiler, row: Row) -> str:
    """Examples are for those who edit the policy."""
    policy, source = c.find("Policy", lambda one: f"{one['id']} = {row['policy_id']}")
    return f"EXISTS (SELECT 1 {source} AND {c.covers(policy['division_id'], EDIT_POLICIES)})"


def visible_grant(c: Compiler, row: Row) -> str:
    """A single amount can tell what the register keeps private: for those who may read that, and the enterprise's own."""
    return f"{c.covers(row['division_id'], READ_ENTERPRISE_CONTACTS)} OR {is_own(c, row['enterprise_id'])}"


def may_read_sums(c: Compiler, row: Row, figure: str) -> str:
    """Whether a sum tells nothing of one or two enterprises, by itself or with others, or its reader may know.

    Where nothing is counted, nothing is withheld: so those of few are all there, with what protects them (`withholding`).
    """
    of = row.slice
    category = _ALL if of.policy or not of.category else of.category
    withheld = (
        f"SELECT 1 FROM withheld_sum kept WHERE kept.division_id = {of.division} AND kept.policy_number = {of.policy or 0}"
        f" AND kept.category = {category} AND kept.year = {of.year or _ALL} AND kept.figure = '{figure}'"
    )
    is_open = f"({row[figure]} = 0 OR NOT EXISTS ({withheld}))"
    return f"{is_open} OR {c.covers(of.division, READ_ENTERPRISE_CONTACTS)}"


def is_objected(row: Row) -> str:
    """Whether the enterprise objected to a grant, and the office has not answered; then it is not paid."""
    objected = f"{row['objected_at']} IS NOT NULL AND {row['objection_answered_at']} IS NULL"
    return f"{row['state']} = '{GrantState.OBJECTION}' AND {objected}"


def waits_for_my_answer(c: Compiler, row: Row) -> str:
    """The same, of policies that the actor grants: who grants answers."""
    policy, source = c.find("Policy", lambda one: f"{one['id']} = {row['policy_id']}")
    return f"{is_objected(row)} AND EXISTS (SELECT 1 {source} AND {c.covers(policy['division_id'], GRANT_POLICIES)})"


def has_open_objection(c: Compiler, row: Row) -> str:
    """Whether an objection to a grant of a policy, which the actor may see, waits for an answer."""
    grant, source = c.find("PolicyGrant", lambda one: f"{one['policy_id']} = {row['id']}")
    return f"EXISTS (SELECT 1 {source} AND {is_objected(grant)} AND ({visible_grant(c, grant)}))"


def may_read_left(c: Compiler, row: Row) -> str:
    """Whether what is left of a budget tells nothing of one or two enterprises, since what was granted in all does not."""
    city = f"substr({row['division_id']}, 1, 4)"
    withheld = (
        f"SELECT 1 FROM withheld_sum kept WHERE kept.division_id = {city} AND kept.policy_number = {row['id']}"
        f" AND kept.category = '' AND kept.year = '' AND kept.figure = 'granted'"
    )
    return f"({row['granted_fen']} = 0 OR NOT EXISTS ({withheld})) OR {c.covers(row['division_id'], EDIT_POLICIES)}"


def is_on(policy: Policy, day: date) -> bool:
    """Whether it is open on a day."""
    is_begun = policy.starts_on <= day and (policy.ends_on is None or day <= policy.ends_on)
    return policy.status is PolicyStatus.PUBLISHED and is_begun


def period_of(cycle: PolicyCycle, day: date) -> str:
    """The period of a day: in each an enterprise gets it once."""
    if cycle is PolicyCycle.ONCE:
        return "once"
    return str(day.year) if cycle is PolicyCycle.YEAR else quarter_of(day)


def amount_of(policy: Policy, known: Known) -> int | None:
    """What an enterprise would get, in 1/100 CNY; None when the register does not know enough. Parts of a fen are cut."""
    if policy.amount_kind is AmountKind.NONE:
        return 0
    found = policy.amount_fen
    if policy.amount_kind is AmountKind.PER_EMPLOYEE:
        found = None if known.employees is None else known.employees * (policy.amount_fen or 0)
    if policy.amount_kind is AmountKind.SHARE_OF_REVENUE:
        found = None if known.revenue_fen is None else known.revenue_fen * (policy.share_bp or 0) // SHARE_WHOLE
    return found if found is None or policy.cap_fen is None else min(found, policy.cap_fen)


def amount_sql(policy: Policy, sql: Sql) -> str:
    """The same as SQL over the row `e` of the register; the revenue is cut in two so that no product is too large."""
    if policy.amount_kind is AmountKind.NONE:
        return "0"
    if policy.amount_kind is AmountKind.SHARE_OF_REVENUE:
        share = sql.bind(policy.share_bp or 0, "bigint")
        found = f"(e.revenue_fen / {SHARE_WHOLE} * {share} + e.revenue_fen % {SHARE_WHOLE} * {share} / {SHARE_WHOLE})"
    else:
        found = sql.bind(policy.amount_fen or 0, "bigint")
        found = f"e.employees * {found}" if policy.amount_kind is AmountKind.PER_EMPLOYEE else found
    return found if policy.cap_fen is None else sql.least(found, sql.bind(policy.cap_fen, "bigint"))

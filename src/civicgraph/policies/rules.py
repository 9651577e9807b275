"""Rules of the policies room: who sees what, periods, amounts. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from civicgraph.enterprises.claims.rules import is_own
from civicgraph.enterprises.figures.counting import quarter_of
from civicgraph.permissions import EDIT_POLICIES, READ_ENTERPRISE_CONTACTS
from civicgraph.policies.eligibility import Known, Sql
from civicgraph.policies.models import AmountKind, Policy, PolicyCycle, PolicyStatus

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

FEW = 3
"""Sums of fewer grants than so many are not public: an amount by head would tell how many people work there."""
SHARE_WHOLE = 10_000


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


def may_read_sums(c: Compiler, row: Row, count: str) -> str:
    """Whether a sum of so many grants tells nothing of one enterprise, or its reader may know."""
    return f"{row[count]} NOT BETWEEN 1 AND {FEW - 1} OR {c.covers(row.slice.division, READ_ENTERPRISE_CONTACTS)}"


def may_read_left(c: Compiler, row: Row) -> str:
    """Whether what is left of a budget tells nothing of one enterprise, since what was granted does not."""
    city = f"substr({row['division_id']}, 1, 4)"
    granted = (
        "(SELECT coalesce(sum(made.granted), 0) FROM policy_cell made"
        f" WHERE made.policy_id = {row['id']} AND made.division_id = {city})"
    )
    return f"{granted} NOT BETWEEN 1 AND {FEW - 1} OR {c.covers(row['division_id'], EDIT_POLICIES)}"


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

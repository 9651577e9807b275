"""What the leading process does for policies: matches again what may have changed, and tells enterprises."""

from __future__ import annotations

from datetime import timedelta

from civicgraph import clock
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import SYSTEM
from civicgraph.policies.models import AmountKind, Policy, PolicyStatus
from civicgraph.policies.operations.granting import match_policy
from civicgraph.policies.operations.telling import tell_enterprises
from civicgraph.policies.rules import is_on

PAUSE = timedelta(minutes=10)
"""An import of the register changes it in many steps: they are looked at together."""


async def match_some() -> int:
    """Match a policy whose rule, day or register is another than when it was last matched; one a round."""
    open_now = Policy.filter(status=PolicyStatus.PUBLISHED).exclude(amount_kind=AmountKind.NONE)
    for row in await open_now.order_by("matched_at", "id"):
        if is_on(row, clock.today()) and await _is_due(row):
            await match_policy(SYSTEM, {"id": row.id})
            return 1
    return 0


async def _is_due(row: Policy) -> bool:
    if row.matched_rule != row.rule_version or row.matched_on != clock.today() or row.matched_at is None:
        return True
    if clock.now() - row.matched_at < PAUSE:
        return False
    # Every change of the register is in the audit trail, whose entries become durable in their order.
    register = ("Enterprise", "EnterpriseImport")
    return await AuditEntry.filter(id__gt=row.matched_entry, subject_type__in=register).limit(1).exists()


async def tell_some() -> int:
    """Write to some of the enterprises that are still to be told."""
    return await tell_enterprises(SYSTEM, {})

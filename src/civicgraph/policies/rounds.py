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
    published = Policy.filter(status=PolicyStatus.PUBLISHED).exclude(amount_kind=AmountKind.NONE)
    rows = [row for row in await published.order_by("matched_at", "id") if is_on(row, clock.today())]
    due = next((row for row in rows if _is_other(row)), None)
    if due is None and rows:
        changed = await _newest_change(min(row.matched_entry for row in rows))
        due = next((row for row in rows if changed > row.matched_entry and _has_rested(row)), None)
    if due is not None:
        await match_policy(SYSTEM, {"id": due.id})
    return int(due is not None)


def _is_other(row: Policy) -> bool:
    """Whether its rule or the day is another than when it was last matched."""
    return row.matched_rule != row.rule_version or row.matched_on != clock.today() or row.matched_at is None


def _has_rested(row: Policy) -> bool:
    return row.matched_at is not None and clock.now() - row.matched_at >= PAUSE


async def _newest_change(since: int) -> int:
    """The newest entry of the audit trail, after one, that says that the register changed; 0 when there is none. One look for
    all policies: a catalogue has a hundred of them. Entries become durable in their order."""
    register = ("Enterprise", "EnterpriseImport")
    found = await AuditEntry.filter(id__gt=since, subject_type__in=register).order_by("-id").first()
    return found.id if found else 0


async def tell_some() -> int:
    """Write to some of the enterprises that are still to be told."""
    return await tell_enterprises(SYSTEM, {})

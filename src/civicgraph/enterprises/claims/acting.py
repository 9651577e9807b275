"""Whether an account acts for an enterprise, asked by operations."""

from __future__ import annotations

from civicgraph.enterprises.claims.models import EnterpriseAccount
from civicgraph.enterprises.claims.rules import reader, writes
from civicgraph.permissions import Actor


async def acts_for(actor: Actor, enterprise_id: int) -> bool:
    """Whether the actor may do something in the enterprise's name: a token that only reads does nothing."""
    return writes(actor) and await reads_for(actor, enterprise_id)


async def reads_for(actor: Actor, enterprise_id: int) -> bool:
    """Whether the actor sees what is the enterprise's own (`rules.is_own` in Python)."""
    person = reader(actor)
    if person is None:
        return False
    return await EnterpriseAccount.exists(enterprise_id=enterprise_id, person_id=person, ended_at=None)

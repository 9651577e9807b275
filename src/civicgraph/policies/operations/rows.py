"""A policy's row, for whoever may do something with it."""

from __future__ import annotations

from civicgraph.operations import Forbidden, NotFound
from civicgraph.permissions import EDIT_POLICIES, Actor
from civicgraph.policies.models import Policy, PolicyStatus


async def of(actor: Actor, number: int, capability: str = EDIT_POLICIES) -> Policy:
    """A policy, locked, that the actor may do something with."""
    row = await Policy.select_for_update().get_or_none(id=number)
    if row is None:
        raise NotFound
    if not actor.may(capability, row.division_id):  # type: ignore[attr-defined]
        raise Forbidden if row.status in (PolicyStatus.PUBLISHED, PolicyStatus.ENDED) else NotFound
    return row

"""Who is granted a policy, as a table that leaves the house: for those who pay."""

from __future__ import annotations

from pydantic import Field

from civicgraph.i18n import N_
from civicgraph.operations import Input, audit, operation
from civicgraph.permissions import GRANT_POLICIES, Actor
from civicgraph.policies.models import GrantState, Policy, PolicyGrant
from civicgraph.policies.operations.rows import of


class ExportGrants(Input):
    """Of which policy, and which of its grants."""

    id: int = Field(title=N_("Number"), ge=1)
    state: GrantState | None = Field(None, title=N_("Status"))


@operation()
async def export_grants(actor: Actor, data: ExportGrants) -> Policy:
    """Record that somebody who may grant a policy takes the table of its grants along: each amount is private."""
    row = await of(actor, data.id, GRANT_POLICIES)
    chosen = PolicyGrant.filter(policy_id=row.id, **({"state": data.state} if data.state else {}))
    await audit(actor, row, {"exported": [None, await chosen.count()]})
    return row

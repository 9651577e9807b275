"""The end of a budget: kept with the policy, and told to those who grant there."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.accounts.keepers import keepers_of
from civicgraph.notifications.operations import notify_person
from civicgraph.permissions import GRANT_POLICIES
from civicgraph.policies import matching
from civicgraph.policies.models import Policy
from civicgraph.policies.rules import is_on


async def settle_budget(row: Policy) -> None:
    """Note whether the budget of an open policy still reaches the next in turn. That it no longer does is told once, and
    again only after it was raised or money came back."""
    if not is_on(row, clock.today()):
        return
    is_used_up = await matching.is_used_up(row, clock.today())
    if is_used_up == (row.used_up_at is not None):
        return
    row.used_up_at = clock.now() if is_used_up else None
    await row.save(update_fields=["used_up_at", "updated_at"])
    if row.used_up_at is not None:
        await _tell(row)


async def _tell(row: Policy) -> None:
    place = str(row.division_id)  # type: ignore[attr-defined]
    values = {
        **{"title": row.title, "title_en": row.title_en or row.title, "owner": row.owner},
        **{"amount_fen": row.budget_fen, "left_fen": matching.left_of(row)},
    }
    for person in await keepers_of(place, GRANT_POLICIES):
        await notify_person(
            person,
            "policy_used_up",
            values,
            dedupe=f"policy {row.id} used up {row.used_up_at:%Y%m%d%H%M%S}",
            division_code=place,
            link=f"/staff/policies/{row.id}/grants",
        )

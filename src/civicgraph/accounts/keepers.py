"""Who keeps something of a place: the staff nearest to it that hold a capability over it."""

from __future__ import annotations

from civicgraph.accounts.models import Grant, Person
from civicgraph.divisions.rules import ancestors
from civicgraph.permissions import CAPABILITIES, Role


async def keepers_of(code: str, *capabilities: str) -> list[Person]:
    """The people of the nearest level that has any with such a capability; of several capabilities those of each, once."""
    found: dict[int, Person] = {}
    for capability in capabilities:
        found |= await _nearest(code, capability)
    return [found[key] for key in sorted(found)]


async def _nearest(code: str, capability: str) -> dict[int, Person]:
    roles = [role for role in Role if capability in CAPABILITIES[role]]
    grants = await Grant.filter(
        division_id__in=[*ancestors(code), code], role__in=roles, person__is_active=True
    ).select_related("person")
    nearest = max((str(one.division_id) for one in grants), key=len, default="")  # type: ignore[attr-defined]
    return {one.person_id: one.person for one in grants if str(one.division_id) == nearest}  # type: ignore[attr-defined]

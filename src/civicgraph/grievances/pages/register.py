"""The staff's pages for what stands ready: teams that work is given to, and ready words."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from civicgraph import settings
from civicgraph.divisions.choosing import staff_choices
from civicgraph.grievances import operations
from civicgraph.permissions import DISPATCH_GRIEVANCES
from civicgraph.web import listing, read
from civicgraph.web.forms import Choices


def _variables(request: Request) -> dict[str, Any]:
    """What is kept for the actor's place and below it."""
    prefixes = request.state.actor.prefixes(DISPATCH_GRIEVANCES)
    within = prefixes[0] if prefixes else settings.current().city_code
    return {"filter": {"within": within}, "after": request.query_params.get("after")}


async def _places(request: Request) -> dict[str, Choices]:
    return {"division_code": await staff_choices(request, DISPATCH_GRIEVANCES)}


async def _team_choices(request: Request) -> dict[str, Choices]:
    prefixes = request.state.actor.prefixes(DISPATCH_GRIEVANCES)
    found: dict[str, str] = {}
    for prefix in prefixes:
        data = await read(request, "staff/teams/choices", {"within": prefix})
        for one in data["people"]["nodes"]:
            found[str(one["number"])] = f"{one['name']} · {one['title']}" if one["title"] else one["name"]
    return {**await _places(request), "member_ids": list(found.items())}


TEAMS = listing.Listing(
    name="staff_teams",
    folder="staff/teams",
    root="team",
    key="number",
    key_type=int,
    input_key="id",
    subject="Team",
    create=operations.create_team,
    update=operations.update_team,
    variables=_variables,
    choices=_team_choices,
    row_key="id",
)
READY_TEXTS = listing.Listing(
    name="staff_ready_texts",
    folder="staff/ready_texts",
    root="readyText",
    key="number",
    key_type=int,
    input_key="id",
    subject="ReadyText",
    create=operations.create_ready_text,
    update=operations.update_ready_text,
    variables=_variables,
    choices=_places,
    row_key="id",
)
ROUTES = [*listing.routes(TEAMS, "/staff/teams"), *listing.routes(READY_TEXTS, "/staff/ready-texts")]

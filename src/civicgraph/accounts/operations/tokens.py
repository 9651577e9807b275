"""API tokens: made for oneself, shown once, kept hashed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from civicgraph import clock, crypto
from civicgraph.accounts import rules
from civicgraph.accounts.models import ApiToken
from civicgraph.accounts.operations.sessions import home_of
from civicgraph.i18n import N_, Labelled
from civicgraph.operations import Forbidden, Input, NotFound, audit, operation
from civicgraph.permissions import Actor


class TokenScope(Labelled):
    """What a token may be used for; never more than its person's grants."""

    READ = "read", N_("Read what I may read")
    GRIEVANCES = "grievances", N_("Work on grievances")
    LISTINGS = "listings", N_("Keep listings")
    PEOPLE = "people", N_("Manage people")
    WEBHOOKS = "webhooks", N_("Manage webhooks")
    REPORTS = "reports", N_("Pass on residents’ reports (Open311)")


class CreateToken(Input):
    """A key for a partner app or a script."""

    name: str = Field(title=N_("What it is for"), min_length=1, max_length=80)
    scopes: list[TokenScope] = Field(title=N_("What it may do"), min_length=1)
    days: int = Field(90, title=N_("Valid for, in days"), ge=1, le=366)


@operation()
async def create_token(actor: Actor, data: CreateToken) -> dict[str, Any]:
    """Make a token with one's own rights within the scopes. Its secret is told once, here."""
    if actor.person_id is None or actor.kind == "token":
        raise Forbidden
    secret = rules.TOKEN_PREFIX + crypto.random_token()
    row = await ApiToken.create(
        person_id=actor.person_id,
        name=data.name,
        prefix=secret[:9],
        token_hash=crypto.token_hash(secret),
        scopes=[scope.value for scope in dict.fromkeys(data.scopes)],
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=data.days),
    )
    made = {"name": [None, row.name], "scopes": [None, row.scopes]}
    await audit(actor, row, made, division_code=await home_of(actor.person_id))
    return {"token": row, "secret": secret}


class RevokeToken(Input):
    """Which of one's tokens to end."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def revoke_token(actor: Actor, data: RevokeToken) -> ApiToken:
    """End one of one's own tokens at once."""
    row = await ApiToken.get_or_none(id=data.id, person_id=actor.person_id) if actor.person_id else None
    if row is None:
        raise NotFound
    row.revoked_at = row.revoked_at or clock.now()
    await row.save(update_fields=["revoked_at"])
    code = await home_of(row.person_id)  # type: ignore[attr-defined]
    await audit(actor, row, {"revoked_at": [None, row.revoked_at]}, division_code=code)
    return row

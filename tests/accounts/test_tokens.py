"""Keys to the API: shown once, kept hashed, never more than their person may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civicgraph import clock
from civicgraph.accounts.models import ApiToken, Person
from civicgraph.accounts.operations import actor_from_token, create_token, revoke_token, set_password
from civicgraph.operations import Forbidden, InvalidInput, NotFound
from civicgraph.permissions import ANONYMOUS, DISPATCH_GRIEVANCES, MANAGE_PEOPLE, READ_GRIEVANCES, Actor
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO


async def make(actor: Actor, *scopes: str, days: int = 30) -> str:
    """A token's secret."""
    made = await create_token(actor, {"name": "script", "scopes": scopes or ["read"], "days": days})
    return str(made["secret"])


async def test_a_token_carries_its_persons_rights_within_its_scopes(administrator: Actor) -> None:
    actor = await actor_from_token(await make(administrator, "read"))
    assert actor is not None
    assert (actor.kind, actor.person_id) == ("token", administrator.person_id)
    assert actor.may(READ_GRIEVANCES, FENGQUAN)
    assert not actor.may(READ_GRIEVANCES, HONGQIAO)
    assert not actor.may(DISPATCH_GRIEVANCES, FENGQUAN)
    assert not actor.may(MANAGE_PEOPLE, FENGGANG)


async def test_its_secret_is_kept_hashed_and_recognised_by_its_beginning(administrator: Actor) -> None:
    secret = await make(administrator)
    row = await ApiToken.get()
    assert secret.startswith("cg_")
    assert secret.startswith(row.prefix)
    assert secret not in str(dict(row))


async def test_a_token_ends_when_it_expires_is_revoked_or_its_person_leaves(administrator: Actor) -> None:
    secret = await make(administrator, days=1)
    with clock.override(clock.now() + timedelta(days=1)):
        assert await actor_from_token(secret) is None
    revoked = await make(administrator)
    await revoke_token(administrator, {"id": (await ApiToken.all().order_by("-id").first()).id})  # type: ignore[union-attr]
    assert await actor_from_token(revoked) is None
    assert await actor_from_token(secret)
    await Person.filter(id=administrator.person_id).update(is_active=False)
    assert await actor_from_token(secret) is None


async def test_last_use_is_shown_to_the_minute(administrator: Actor) -> None:
    secret = await make(administrator)
    assert (await ApiToken.get()).last_used_at is None
    await actor_from_token(secret)
    first = (await ApiToken.get()).last_used_at
    assert first is not None
    with clock.override(first + timedelta(seconds=30)):
        await actor_from_token(secret)
    assert (await ApiToken.get()).last_used_at == first


async def test_tokens_make_no_tokens_and_set_no_passwords(administrator: Actor, lin: Person) -> None:
    actor = await actor_from_token(await make(administrator, "people", "read", "grievances", "listings"))
    assert actor is not None
    with pytest.raises(Forbidden):
        await make(actor)
    with pytest.raises(Forbidden):
        await set_password(actor, {"id": lin.id, "password": "by a leaked key"})


async def test_strangers_make_no_tokens(city: None) -> None:
    with pytest.raises(Forbidden):
        await make(ANONYMOUS)


async def test_one_revokes_only_ones_own(administrator: Actor, neighbour: Actor) -> None:
    await make(administrator)
    with pytest.raises(NotFound):
        await revoke_token(neighbour, {"id": (await ApiToken.get()).id})


@pytest.mark.parametrize("scopes", [[], ["everything"]])
async def test_a_scope_is_chosen_from_the_list(administrator: Actor, scopes: list[str]) -> None:
    with pytest.raises(InvalidInput):
        await create_token(administrator, {"name": "script", "scopes": scopes})


@pytest.mark.parametrize("token", ["", "cg_", "cg_guess", "Bearer", "é" * 50])
async def test_a_made_up_token_is_nobody(city: None, token: str) -> None:
    assert await actor_from_token(token) is None

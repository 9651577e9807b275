"""From a cookie or a token to an actor, by one read."""

from __future__ import annotations

from datetime import datetime, timedelta

from civicgraph import clock, crypto
from civicgraph.accounts import rules
from civicgraph.accounts.models import ApiToken, Grant, Session
from civicgraph.permissions import Actor, Held

_SEEN_EVERY = timedelta(minutes=1)  # last use is kept to the minute, so that reads stay reads


async def actor_from_session(token: str) -> Actor | None:
    """The person behind a session cookie; None when it is unknown, ended or idle for too long."""
    found = await Session.get_or_none(token_hash=crypto.token_hash(token)).select_related("person")
    now = clock.now()
    if found is None or not found.person.is_active:
        return None
    if not rules.is_alive(found.expires_at, found.last_seen_at, found.revoked_at, now):
        return None
    if now - found.last_seen_at >= _SEEN_EVERY:
        await Session.filter(id=found.id).update(last_seen_at=now)
    person = found.person
    return Actor(
        kind="person",
        person_id=person.id,
        name=person.name,
        title=person.title,
        grants=await _held(person.id),
        session_id=found.id,
    )


async def actor_from_token(token: str) -> Actor | None:
    """The person behind an API token, within its scopes; None when it is unknown, expired or revoked."""
    if not token.startswith(rules.TOKEN_PREFIX):
        return None
    found = await ApiToken.get_or_none(token_hash=crypto.token_hash(token)).select_related("person")
    now = clock.now()
    if found is None or found.revoked_at is not None or found.expires_at <= now or not found.person.is_active:
        return None
    if _is_stale(found.last_used_at, now):
        await ApiToken.filter(id=found.id).update(last_used_at=now)
    person = found.person
    return Actor(
        kind="token",
        person_id=person.id,
        name=person.name,
        title=person.title,
        grants=await _held(person.id),
        scopes=frozenset(found.scopes),
    )


def _is_stale(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= _SEEN_EVERY


async def _held(person_id: int) -> tuple[Held, ...]:
    rows = await Grant.filter(person_id=person_id).values_list("role", "division_id")
    return tuple(Held(role, code) for role, code in rows)

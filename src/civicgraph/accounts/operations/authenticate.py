"""From a cookie or a token to an actor, by one read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from tortoise.exceptions import OperationalError
from tortoise.queryset import QuerySet

from civicgraph import clock, crypto, db
from civicgraph.accounts import rules
from civicgraph.accounts.models import ApiToken, Session
from civicgraph.permissions import Actor, Held

log = structlog.get_logger()

_SEEN_EVERY = timedelta(minutes=1)  # last use is kept to the minute, so that reads stay reads
_PERSON = ("id", "name", "title", "is_active")


async def actor_from_session(token: str, *, is_use: bool = True) -> Actor | None:
    """The person behind a session cookie; None when it is unknown, ended or idle for too long.

    `is_use` is false when a page asks by itself, which keeps no session alive.
    """
    found = Session.filter(token_hash=crypto.token_hash(token)).using_db(db.beside())
    rows = await _with_grants(found, "id", "last_seen_at", "expires_at", "revoked_at")
    now = clock.now()
    if not rows or not rules.is_alive(rows[0]["expires_at"], rows[0]["last_seen_at"], rows[0]["revoked_at"], now):
        return None
    if is_use:
        await _touch(found, "last_seen_at", rows[0], now)
    return _actor("person", rows, session_id=rows[0]["id"])


async def actor_from_token(token: str) -> Actor | None:
    """The person behind an API token, within its scopes; None when it is unknown, expired or revoked."""
    if not token.startswith(rules.TOKEN_PREFIX):
        return None
    found = ApiToken.filter(token_hash=crypto.token_hash(token)).using_db(db.beside())
    rows = await _with_grants(found, "id", "last_used_at", "expires_at", "revoked_at", "scopes", "documents_version")
    now = clock.now()
    if not rows or rows[0]["revoked_at"] is not None or rows[0]["expires_at"] <= now:
        return None
    await _touch(found, "last_used_at", rows[0], now)
    values = {"token_id": rows[0]["id"], "documents_version": rows[0]["documents_version"]}
    return _actor("token", rows, scopes=frozenset(rows[0]["scopes"]), **values)


async def _with_grants(found: QuerySet[Any], *columns: str) -> Sequence[dict[str, Any]]:
    """The key's row with its person, once for each grant."""
    of_person = {f"person_{name}": f"person__{name}" for name in _PERSON}
    of_grant = {"role": "person__grants__role", "division_code": "person__grants__division_id"}
    rows: list[dict[str, Any]] = await found.values(*columns, **of_person, **of_grant)
    return rows if rows and rows[0]["person_is_active"] else []


async def _touch(found: QuerySet[Any], column: str, row: dict[str, Any], now: datetime) -> None:
    if row[column] is not None and now - row[column] < _SEEN_EVERY:
        return
    try:
        await found.update(**{column: now})
    except OperationalError as error:  # a full, locked or read-only database still answers reads
        log.warning("last_use.not_kept", error=type(error).__name__)


def _actor(kind: Literal["person", "token"], rows: Sequence[dict[str, Any]], **values: Any) -> Actor:
    person = {name: rows[0][f"person_{name}"] for name in _PERSON}
    return Actor(
        kind=kind,
        person_id=person["id"],
        name=person["name"],
        title=person["title"],
        grants=tuple(Held(row["role"], row["division_code"]) for row in rows if row["role"]),
        **values,
    )

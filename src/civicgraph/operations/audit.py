"""The audit trail: who changed what, in a chain that shows tampering.

Each entry carries the keyed hash of itself and of the entry before. `verify` names the first entry
that does not fit. Values of fields that hold personal data never come here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from contextvars import ContextVar
from enum import Enum
from typing import Any

import orjson
from tortoise.connection import get_connection
from tortoise.models import Model

from civicgraph import clock, crypto
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor

PRIVATE = frozenset(
    {
        "contact_name",
        "contact_phone",
        "contact_email",
        "contact_phone_masked",
        "contact_email_masked",
        "address",
        "description",
        "email",
        "password_hash",
        "token_hash",
        "secret_hash",
        "search_terms",
        "internal_note",
        "employees",
        "revenue_fen",
        "assets_fen",
        "figures_year",
    }
)
"""Fields whose values stay out of the trail: that they changed is recorded, not to what."""
_SAID_TO_ALL = frozenset({"address", "description", "contact_phone"})
PUBLISHED = {"Event": _SAID_TO_ALL, "Service": _SAID_TO_ALL}
"""What of these is public for a kind of listing: where a venue is, what goes on there, the telephone for questions."""

operation_name: ContextVar[str] = ContextVar("operation_name", default="")
entries_written: ContextVar[list[int] | None] = ContextVar("entries_written", default=None)

_CHAIN_LOCK = 5203  # any number: the advisory lock that keeps PostgreSQL's chain single file


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose values differ, as `{field: [before, after]}`."""
    return {key: [before.get(key), value] for key, value in after.items() if before.get(key) != value}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    return str(value)


def _digest(entry: AuditEntry) -> str:
    body = orjson.dumps(
        [
            entry.at.isoformat(),
            entry.actor_kind,
            entry.person_id,  # type: ignore[attr-defined]
            entry.operation,
            entry.subject_type,  # type: ignore[attr-defined]
            entry.subject_id,
            entry.division_code,
            entry.changes,
            entry.request_id,
            entry.previous_hash,
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    return hmac.new(crypto.derived_key("audit"), body, hashlib.sha256).hexdigest()


async def audit(
    actor: Actor, subject: Model, changes: Mapping[str, Any] | None = None, *, division_code: str = ""
) -> None:
    """Record what the running operation does to `subject`, in its transaction.

    `changes` is `{field: [before, after]}`; values of private fields are dropped.
    """
    hidden = PRIVATE - PUBLISHED.get(type(subject).__name__, frozenset())
    kept = {key: None if key in hidden else [_plain(value) for value in pair] for key, pair in (changes or {}).items()}
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query(f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})")
    last = await AuditEntry.all().order_by("-id").first().only("hash")
    entry = AuditEntry(
        at=clock.now(),
        actor_kind=actor.kind,
        person_id=actor.person_id,
        operation=operation_name.get(),
        subject_type=type(subject).__name__,
        subject_id=str(subject.pk),
        division_code=division_code or getattr(subject, "division_id", "") or "",
        changes=kept,
        request_id=actor.request_id,
        previous_hash=last.hash if last else "",
    )
    entry.hash = _digest(entry)
    await entry.save()
    written = entries_written.get()
    if written is not None:
        written.append(entry.id)


async def verify() -> int | None:
    """The number of the first entry that breaks the chain, or None when it is whole."""
    previous = ""
    position = 0
    while entries := await AuditEntry.filter(id__gt=position).order_by("id").limit(1000):
        for entry in entries:
            if entry.previous_hash != previous or not hmac.compare_digest(entry.hash, _digest(entry)):
                return entry.id
            previous = entry.hash
        position = entries[-1].id
    return None

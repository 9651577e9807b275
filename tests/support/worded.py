"""Whatever is written to the audit trail in any test has words: what it was done to, and each field that it changed."""

from __future__ import annotations

from typing import Any

from tortoise.signals import Signals

from civicgraph.accounts import trail
from civicgraph.accounts.changes import declared_of, field_words
from civicgraph.operations.models import AuditEntry
from civicgraph.schema import rooms

_LACKING: set[str] = set()


def look_at_the_trail() -> None:
    """Note from now on what has no words."""
    rooms()  # labels of fields are those of any operation's form
    AuditEntry.register_listener(Signals.post_save, _look)


async def _look(_model: Any, entry: AuditEntry, *_: Any) -> None:
    if entry.subject_type not in trail.SUBJECTS:
        _LACKING.add(f"{entry.subject_type} ({entry.operation})")
    for name in entry.changes:
        if name and field_words(name, declared_of(entry.operation, name)) == name:
            _LACKING.add(f"{name} of {entry.subject_type} ({entry.operation})")


def lacking() -> set[str]:
    """What has none since this was asked for last."""
    found = set(_LACKING)
    _LACKING.clear()
    return found

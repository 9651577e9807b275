"""Rules of those who act for an enterprise: codes, and who reads as its own. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from civicgraph.permissions import READ_ENTERPRISE_CONTACTS, SCOPES, Actor

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

CODE_LENGTH = 8
"""39 bits: at the fifteen guesses an hour that the bounds below leave, all of them take five million years."""
CODE_LASTS = timedelta(minutes=15)
MAX_TRIES = 5
MAX_CODES = 3
"""Codes for an enterprise in an hour: so nobody fills its letter box."""
CODES_WITHIN = timedelta(hours=1)


def reader(actor: Actor) -> int | None:
    """The person who reads as an enterprise's own: oneself, or one's token where it may read what is private."""
    may = actor.scopes is None or any(READ_ENTERPRISE_CONTACTS in SCOPES.get(one, ()) for one in actor.scopes)
    return actor.person_id if may else None


def writes(actor: Actor) -> bool:
    """Whether something may be done for an enterprise: by oneself, or by a token that may do more than read."""
    return actor.scopes is None or bool(actor.scopes & _WRITING)


_WRITING = frozenset({"grievances", "listings"})


def is_own(c: Compiler, enterprise: str) -> str:
    """Whether the actor acts for the enterprise of an SQL number (`acting.acts_for`, as SQL)."""
    if not c.is_staff:
        return c.dialect.false
    person = c.value(lambda run: reader(run.actor), "int", share="enterprise's own reader")
    _, source = c.find(
        "EnterpriseAccount",
        lambda one: (
            f"{one['enterprise_id']} = {enterprise} AND {one['person_id']} = {person} AND {one['ended_at']} IS NULL"
        ),
    )
    return f"EXISTS (SELECT 1 {source})"


def visible_account(c: Compiler, row: Row) -> str:
    """One's own, and those of enterprises whose private facts one may read."""
    if not c.is_staff:
        return c.dialect.false
    enterprise, source = c.find("Enterprise", lambda one: f"{one['id']} = {row['enterprise_id']}")
    covered = c.covers(enterprise["division_id"], READ_ENTERPRISE_CONTACTS)
    return f"({row['person_id']} = {c.person()} OR EXISTS (SELECT 1 {source} AND {covered}))"

"""Rules of the accounts room: names, passwords, roles that one may give, times of sessions. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from civicgraph.permissions import CAPABILITIES, DISPATCH_GRIEVANCES, MANAGE_PEOPLE, READ_AUDIT, READ_OUTBOX, Actor, Role

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

SESSION_IDLE = timedelta(hours=12)
SESSION_LENGTH = timedelta(days=7)
MAX_TRIES = 10
TRIES_WITHIN = timedelta(minutes=5)
TOKEN_PREFIX = "cg_"  # recognisable to people and to secret scanners


def may_give(actor: Actor, role: Role, division_code: str) -> bool:
    """Only within one's own subtree, and never a role that can do more than oneself there."""
    if not actor.may(MANAGE_PEOPLE, division_code):
        return False
    return actor.kind == "system" or all(actor.may(capability, division_code) for capability in CAPABILITIES[role])


def is_alive(expires_at: datetime, last_seen_at: datetime, revoked_at: datetime | None, now: datetime) -> bool:
    """Whether a session still counts."""
    return revoked_at is None and now < expires_at and now - last_seen_at < SESSION_IDLE


def managed_person(c: Compiler, row: Row) -> str:
    """A person whom the actor manages (one of the person's grants lies in the actor's subtree), or oneself."""
    grants, source = c.find("Grant", lambda grant: f"{grant['person_id']} = {row['id']}")
    covered = c.covers(grants["division_id"], MANAGE_PEOPLE)
    if not c.is_staff:
        return c.dialect.false
    return f"({row['id']} = {c.person()} OR EXISTS (SELECT 1 {source} AND {covered}))"


def colleague(c: Compiler, row: Row) -> str:
    """A person whom the actor may give work to, manages, or is."""
    if not c.is_staff:
        return c.dialect.false
    grants, source = c.find("Grant", lambda grant: f"{grant['person_id']} = {row['id']}")
    covered = f"({c.covers(grants['division_id'], MANAGE_PEOPLE)} OR {c.covers(grants['division_id'], DISPATCH_GRIEVANCES)})"
    return f"({row['id']} = {c.person()} OR EXISTS (SELECT 1 {source} AND {covered}))"


def own(c: Compiler, row: Row) -> str:
    """Rows that belong to the actor."""
    return f"{row['person_id']} = {c.person()}" if c.is_staff else c.dialect.false


def visible_audit(c: Compiler, row: Row) -> str:
    """Entries about places that the actor oversees."""
    return c.covers(row["division_code"], READ_AUDIT)


def visible_outbox(c: Compiler, row: Row) -> str:
    """Messages about places that the actor oversees."""
    return c.covers(row["division_code"], READ_OUTBOX)

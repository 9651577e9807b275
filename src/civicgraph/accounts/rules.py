"""Rules of the accounts room: roles that one may give, people whom one manages, times of sessions. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from civicgraph import settings
from civicgraph.permissions import (
    CAPABILITIES,
    DISPATCH_GRIEVANCES,
    DRAFT_EVENTS,
    DRAFT_SERVICES,
    EDIT_CHECKLISTS,
    EDIT_DIVISIONS,
    EDIT_ENTERPRISES,
    EDIT_EVENTS,
    EDIT_POLICIES,
    EDIT_PRODUCTS,
    EDIT_PROJECTS,
    EDIT_VACANCIES,
    MANAGE_PEOPLE,
    READ_AUDIT,
    Actor,
    Role,
)

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
    return all(actor.may(capability, division_code) for capability in CAPABILITIES[role])


def may_manage(actor: Actor, codes: list[str]) -> bool:
    """Whether one manages the holder of roles over `codes`: all of them lie in one's own subtree.

    Who holds no role (any more) belongs to the city's administrators.
    """
    return all(actor.may(MANAGE_PEOPLE, code) for code in codes or [settings.current().city_code])


def may_know(actor: Actor, codes: list[str]) -> bool:
    """Whether one sees the account of the holder of roles over `codes`: one of them lies in one's own subtree."""
    return any(actor.may(MANAGE_PEOPLE, code) for code in codes or [settings.current().city_code])


def home(codes: list[str]) -> str:
    """The place that a person belongs to: that of the widest role."""
    return min(codes, key=lambda code: (len(code), code), default="")


def is_alive(expires_at: datetime, last_seen_at: datetime, revoked_at: datetime | None, now: datetime) -> bool:
    """Whether a session still counts."""
    return revoked_at is None and now < expires_at and now - last_seen_at < SESSION_IDLE


def own(c: Compiler, row: Row) -> str:
    """Rows that belong to the actor."""
    return f"{row['person_id']} = {c.person()}" if c.is_staff else c.dialect.false


def visible_person(c: Compiler, row: Row) -> str:
    """Whose name and office one may read: the public those of people in charge of a grid, staff those of staff, everybody their own."""
    _, source = c.find("GridAssignment", lambda one: f"{one['person_id']} = {row['id']} AND {one['to_on']} IS NULL")
    is_in_charge = f"EXISTS (SELECT 1 {source})"
    return f"{c.is_of_office()} OR {row['id']} = {c.person()} OR {is_in_charge}" if c.is_staff else is_in_charge


def known_person(c: Compiler, row: Row) -> str:
    """A person whose account the actor may see (`may_know`), or oneself."""
    if not c.is_staff:
        return c.dialect.false
    return f"({row['id']} = {c.person()} OR {_holds(c, row, MANAGE_PEOPLE)} OR {_left_to_the_city(c, row)})"


def keepers(capability: str) -> Callable[[Compiler, Row], str]:
    """The names of the staff nearest to a row's place that hold a capability over it, as `keepers_of` finds them."""
    roles = ", ".join(f"'{role.value}'" for role in Role if capability in CAPABILITIES[role])

    def named(c: Compiler, row: Row) -> str:
        person, source = c.find("Person", lambda one: f"{one['is_active']}")

        def over(grant: Row) -> str:
            """An active person's grant over the place."""
            begins = f"substr({row['division_id']}, 1, length({grant['division_id']})) = {grant['division_id']}"
            holder, held = c.find("Person", lambda one: f"{one['id']} = {grant['person_id']} AND {one['is_active']}")
            return f"{grant['role']} IN ({roles}) AND {begins} AND EXISTS (SELECT {holder['id']} {held})"

        other, others = c.find("Grant", over)
        nearest = f"(SELECT max(length({other['division_id']})) {others})"
        grant, grants = c.find("Grant", lambda one: f"{over(one)} AND length({one['division_id']}) = {nearest}")
        inner = f"SELECT {person['id']} AS id, {person['name']} AS name {source} AND {person['id']} IN (SELECT {grant['person_id']} {grants}) ORDER BY {person['id']}"
        found = c.alias()
        return f"(SELECT {c.dialect.json_array(f'{found}.name', order=f'{found}.id')} FROM ({inner}) {found})"

    return named


def managed_person(c: Compiler, row: Row) -> str:
    """A person whom the actor may change (`may_manage`)."""
    if not c.is_staff:
        return c.dialect.false
    grant, source = c.find("Grant", lambda grant: f"{grant['person_id']} = {row['id']}")
    outside = f"EXISTS (SELECT 1 {source} AND NOT {c.covers(grant['division_id'], MANAGE_PEOPLE)})"
    return f"(({_holds(c, row, MANAGE_PEOPLE)} AND NOT {outside}) OR {_left_to_the_city(c, row)})"


def colleague(c: Compiler, row: Row) -> str:
    """A person whom the actor may give work to or whose account the actor may see."""
    if not c.is_staff:
        return c.dialect.false
    return f"({known_person(c, row)} OR {_holds(c, row, DISPATCH_GRIEVANCES)})"


def _holds(c: Compiler, row: Row, capability: str) -> str:
    grant, source = c.find("Grant", lambda grant: f"{grant['person_id']} = {row['id']}")
    return f"EXISTS (SELECT 1 {source} AND {c.covers(grant['division_id'], capability)})"


def _left_to_the_city(c: Compiler, row: Row) -> str:
    _, source = c.find("Grant", lambda grant: f"{grant['person_id']} = {row['id']}")
    city = c.value(lambda run: settings.current().city_code, "text", share="city")
    return f"(NOT EXISTS (SELECT 1 {source}) AND {c.covers(city, MANAGE_PEOPLE)})"


def visible_grant(c: Compiler, row: Row) -> str:
    """One's own roles, and those over places whose people one manages or gives work to."""
    if not c.is_staff:
        return c.dialect.false
    covered = (c.covers(row["division_id"], capability) for capability in (MANAGE_PEOPLE, DISPATCH_GRIEVANCES))
    return f"({row['person_id']} = {c.person()} OR {' OR '.join(covered)})"


HISTORIES = {
    "Event": DRAFT_EVENTS,
    "RescueTeam": EDIT_EVENTS,
    "Service": DRAFT_SERVICES,
    "Enterprise": EDIT_ENTERPRISES,
    "Policy": EDIT_POLICIES,
    "InvestmentProject": EDIT_PROJECTS,
    "Product": EDIT_PRODUCTS,
    "Checklist": EDIT_CHECKLISTS,
    "Vacancy": EDIT_VACANCIES,
    "Compound": EDIT_DIVISIONS,
    "Division": EDIT_DIVISIONS,
}
"""Whoever keeps listings of a kind reads what became of each of them, by whom, and can bring an earlier state back."""


def visible_audit(c: Compiler, row: Row) -> str:
    """Entries about places that the actor oversees, and those about listings that they keep."""
    kept = (
        f"({row['subject_type']} = '{kind}' AND {c.covers(row['division_code'], capability)})"
        for kind, capability in HISTORIES.items()
    )
    return f"({c.covers(row['division_code'], READ_AUDIT)} OR {' OR '.join(kept)})"

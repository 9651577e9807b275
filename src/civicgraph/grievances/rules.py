"""Rules of the grievances room: visibility and permission. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civicgraph.grievances.models import GrievanceStatus
from civicgraph.permissions import DISPATCH_GRIEVANCES, READ_GRIEVANCES, WORK_GRIEVANCES

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

OPEN = (GrievanceStatus.SUBMITTED, GrievanceStatus.ACCEPTED, GrievanceStatus.ASSIGNED, GrievanceStatus.IN_PROGRESS)
"""Still to be resolved."""

_OPEN_SQL = "('submitted', 'accepted', 'assigned', 'in_progress')"  # letter for letter the partial indexes' condition


def typed_number(text: str) -> str:
    """A number as people type it: any case, spaces around, long dashes."""
    return str(text).strip().upper().replace("－", "-").replace("—", "-")


def typed_secret(text: str) -> str:
    """A tracking secret as people type it: any case, with or without its spaces and dashes."""
    return "".join(char for char in str(text).upper() if char.isascii() and char.isalnum())


def is_open(c: Compiler, row: Row) -> str:
    """Still to be resolved, in the words of the partial indexes."""
    return f"{row['status']} IN {_OPEN_SQL}"


def is_done(c: Compiler, row: Row) -> str:
    """Resolved or closed."""
    return f"{row['status']} IN ('resolved', 'closed')"


def has_status(c: Compiler, row: Row, given: Given) -> str:
    """Standing there. An open status adds the partial indexes' condition, so that they serve it."""
    condition = f"{row['status']} = {given.sql(c)}"
    return f"{condition} AND {is_open(c, row)}" if getattr(given.value, "value", given.value) in OPEN else condition


def is_overdue(c: Compiler, row: Row) -> str:
    """A promised time has passed and what was promised is not done."""
    return (
        f"({is_open(c, row)} AND ({row['resolution_due_at']} < {c.now()}"
        f" OR ({row['accepted_at']} IS NULL AND {row['response_due_at']} < {c.now()})))"
    )


def is_in_time(c: Compiler, row: Row) -> str:
    """No promised time has passed unkept."""
    return f"NOT {is_overdue(c, row)}"


def is_mine(c: Compiler, row: Row) -> str:
    """The actor works on it."""
    return f"{row['assignee_id']} = {c.person()}"


def responded_in_time(c: Compiler, row: Row) -> str:
    """Whether the first response came in time; null before it."""
    return f"({row['accepted_at']} <= {row['response_due_at']})"


def resolved_in_time(c: Compiler, row: Row) -> str:
    """Whether it was resolved in time; null before that."""
    return f"({row['resolved_at']} <= {row['resolution_due_at']})"


def visible_grievances(c: Compiler, row: Row) -> str:
    """Public ones; the others for staff whose grants cover the division."""
    return f"{row['is_public']} OR {reads_private(c, row)}" if c.is_staff else row["is_public"]


def reads_private(c: Compiler, row: Row) -> str:
    """Whether the actor's grants cover the grievance."""
    return c.covers(row["division_id"], READ_GRIEVANCES)


def may_work_row(c: Compiler, row: Row) -> str:
    """The rule `may_work` as SQL."""
    if not c.is_staff:
        return c.dialect.false
    mine = f"(coalesce({is_mine(c, row)}, {c.dialect.false}) AND {c.covers(row['division_id'], WORK_GRIEVANCES)})"
    return f"({mine} OR {may_dispatch_row(c, row)})"


def may_dispatch_row(c: Compiler, row: Row) -> str:
    """The rule `may_dispatch` as SQL."""
    return c.covers(row["division_id"], DISPATCH_GRIEVANCES)


def visible_updates(c: Compiler, row: Row) -> str:
    """Steps and words to the public; notes among staff for those whose grants cover the grievance."""
    public = f"{row['internal_note']} = ''"
    return f"{public} OR {reads_update(c, row)}" if c.is_staff else public


def reads_update(c: Compiler, row: Row) -> str:
    """Whether the actor's grants cover the grievance of an update."""
    if not c.is_staff:
        return c.dialect.false
    _, source = c.find("Grievance", lambda parent: f"{parent['id']} = {row['grievance_id']} AND {reads_private(c, parent)}")
    return f"EXISTS (SELECT 1 {source})"


def latest_update(c: Compiler, row: Row, child: Row) -> str:
    """Joins a grievance to its latest public update by one look into the index (grievance_id, id)."""
    return (
        f"{child['id']} = (SELECT max(latest.id) FROM grievance_update latest"
        f" WHERE latest.grievance_id = {row['id']} AND latest.internal_note = '')"
    )

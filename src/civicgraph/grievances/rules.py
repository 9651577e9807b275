"""Rules of the grievances room: transitions, promised times, visibility and permission. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from civicgraph.clock import CITY_ZONE
from civicgraph.grievances.models import Grievance, GrievanceStatus, ReporterKind, Urgency
from civicgraph.i18n import N_
from civicgraph.permissions import (
    CAPABILITIES,
    DISPATCH_GRIEVANCES,
    READ_GRIEVANCES,
    WORK_GRIEVANCES,
    Actor,
    Held,
    Role,
)

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

OPEN = (GrievanceStatus.SUBMITTED, GrievanceStatus.ACCEPTED, GrievanceStatus.ASSIGNED, GrievanceStatus.IN_PROGRESS)
"""Still to be resolved."""
DONE = (GrievanceStatus.RESOLVED, GrievanceStatus.CLOSED)
EVERY = OPEN + DONE


# Transitions ---------------------------------------------------------------------------------


class Needs(Enum):
    """Who may take a step."""

    DISPATCHER = "a grant to dispatch over the division"
    WORKER = "the grievance's assignee, or a dispatcher"
    REPORTER = "the number and the tracking secret"


@dataclass(frozen=True)
class Transition:
    """A step that can be taken: from where, to where (None: it stays), by whom, and why not otherwise."""

    sources: tuple[GrievanceStatus, ...]
    target: GrievanceStatus | None
    needs: Needs
    refusal: str = ""


_S = GrievanceStatus
TRANSITIONS: Mapping[str, Transition] = {
    "accept": Transition(
        (_S.SUBMITTED,), _S.ACCEPTED, Needs.DISPATCHER, N_("This grievance has been accepted already.")
    ),
    "assign": Transition(
        OPEN, _S.ASSIGNED, Needs.DISPATCHER, N_("This grievance is resolved, there is nobody to assign it to.")
    ),
    "start": Transition(
        (_S.ACCEPTED, _S.ASSIGNED),
        _S.IN_PROGRESS,
        Needs.WORKER,
        N_("Work can start once the grievance is accepted, and only once."),
    ),
    "resolve": Transition(
        (_S.ACCEPTED, _S.ASSIGNED, _S.IN_PROGRESS),
        _S.RESOLVED,
        Needs.WORKER,
        N_("A grievance can be resolved once it is accepted, and only once."),
    ),
    "close": Transition((_S.RESOLVED,), _S.CLOSED, Needs.DISPATCHER, N_("Only a resolved grievance can be closed.")),
    "confirm": Transition(
        (_S.RESOLVED,), _S.CLOSED, Needs.REPORTER, N_("You can say so once the problem is reported as resolved.")
    ),
    "comment": Transition(EVERY, None, Needs.WORKER),
    "set_visibility": Transition(EVERY, None, Needs.DISPATCHER),
    "reveal_contact": Transition(EVERY, None, Needs.WORKER),
}
"""Everything that can be done with a grievance after it was reported. Operations and pages ask here."""


def may_dispatch(actor: Actor, row: Grievance) -> bool:
    """Whether the actor dispatches for the grievance's division."""
    return actor.may(DISPATCH_GRIEVANCES, _place(row))


def may_work(actor: Actor, row: Grievance) -> bool:
    """Whether the actor works on this grievance: it is assigned to them, or they dispatch there."""
    is_mine = actor.person_id is not None and row.assignee_id == actor.person_id
    return (is_mine and actor.may(WORK_GRIEVANCES, _place(row))) or may_dispatch(actor, row)


def may_take(actor: Actor, transition: Transition, row: Grievance) -> bool:
    """Whether the actor may take this step with this grievance, whatever its state."""
    return may_dispatch(actor, row) if transition.needs is Needs.DISPATCHER else may_work(actor, row)


def may_know(actor: Actor, row: Grievance) -> bool:
    """Whether the grievance exists for the actor: `visible_grievances` in Python."""
    return row.is_public or actor.may(READ_GRIEVANCES, _place(row))


def _place(row: Grievance) -> str:
    return row.division_id


# Promised times ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """Minutes until the first response and until the resolution."""

    response_minutes: int
    resolution_minutes: int

    def times(self, since: datetime) -> tuple[datetime, datetime]:
        """When the response and the resolution are due for what was reported then."""
        return since + timedelta(minutes=self.response_minutes), since + timedelta(minutes=self.resolution_minutes)


PROMISES: Mapping[Urgency, Promise] = {
    Urgency.CRITICAL: Promise(30, 4 * 60),
    Urgency.URGENT: Promise(2 * 60, 24 * 60),
    Urgency.GENERAL: Promise(24 * 60, 72 * 60),
    Urgency.PLANNED: Promise(72 * 60, 15 * 24 * 60),
}
"""The four-level list 四级清单 where no division has set its own.

The response times are the city's (凤凰社区: 2 hours and 24 hours, the other two from the common list).
The city publishes no resolution times; ours are: critical 4 h, since danger must be over within the
shift that was called out; urgent 24 h, one night without water or lift and no second; general 72 h,
what 白云社区 keeps; planned 15 days, in which 信访工作条例 (2022) wants petitioners told what becomes
of their matter. All count round the clock. A row of `UrgencyPolicy` overrides them for its subtree.
"""


def promise(urgency: Urgency, division_code: str, overrides: Iterable[tuple[str, Promise]]) -> Promise:
    """The promise for a level in a division: the override of the nearest division above, else the default.

    `overrides` are (division code, promise) pairs of this level.
    """
    covering = [one for one in overrides if division_code.startswith(one[0])]
    return max(covering, key=lambda one: len(one[0]))[1] if covering else PROMISES[urgency]


def month_of(moment: datetime) -> str:
    """The month in which a report counts, by the city's calendar: 2026-05."""
    return f"{moment.astimezone(CITY_ZONE):%Y-%m}"


# Numbers and secrets -------------------------------------------------------------------------

SUFFIX_LENGTHS = (4, 4, 4, 5, 6, 8)
"""Tries of a free number: 810,000 a day with four characters, longer ones when those run short."""
SECRET_LENGTH = 18
"""Characters of a tracking secret, 4.9 bits each: 88 bits, more than the 80 that cannot be guessed."""


def number_of(reported_at: datetime, suffix: str) -> str:
    """A grievance's public number: ZY-1123-7F3K, with month and day of the report."""
    return f"ZY-{reported_at.astimezone(CITY_ZONE):%m%d}-{suffix}"


def grouped(secret: str) -> str:
    """A tracking secret in groups of six, as people read it out."""
    return "-".join(secret[i : i + 6] for i in range(0, len(secret), 6))


def typed_number(text: str) -> str:
    """A number as people type it: any case, spaces around or inside, other dashes."""
    return re.sub(r"[^A-Z0-9-]", "", re.sub(r"[－—–_]", "-", str(text)).upper())[:40]


def typed_secret(text: str) -> str:
    """A tracking secret as people type it: any case, with or without its spaces and dashes."""
    return "".join(char for char in str(text).upper() if char.isascii() and char.isalnum())[:80]


# By-lines ------------------------------------------------------------------------------------

OFFICES = {12: "联络点", 9: "联络站", 6: "指挥中心", 4: "指挥中心"}
"""What the office of a level is called, by the digits of its code (民声总台's three levels)."""
GRID_WORKER = "网格员"
SYSTEM_LINE = "系统"
REPORTERS = {ReporterKind.RESIDENT: "居民", ReporterKind.ENTERPRISE: "企业"}


def acting_grant(actor: Actor, division_code: str) -> Held | None:
    """The grant by which an actor works there: to dispatch before to work, the nearest before the higher."""
    covering = [
        held
        for held in actor.grants
        if division_code.startswith(held.division_code) and WORK_GRIEVANCES in CAPABILITIES[held.role]
    ]
    return max(covering, key=lambda held: (dispatches(held), len(held.division_code)), default=None)


def dispatches(held: Held) -> bool:
    """Whether a grant's role dispatches."""
    return DISPATCH_GRIEVANCES in CAPABILITIES[held.role]


def by_line(held: Held, short_name: str) -> str:
    """Who did it, by office: 金台社区联络点, 尹珍街道联络站, 金台社区网格员."""
    return short_name + (OFFICES.get(len(held.division_code), "") if dispatches(held) else GRID_WORKER)


# Reads: the same rules as SQL ----------------------------------------------------------------

_OPEN_SQL = "('submitted', 'accepted', 'assigned', 'in_progress')"  # letter for letter the partial indexes' condition

_WORKING_SQL = "(" + ", ".join(f"'{role.value}'" for role in Role if WORK_GRIEVANCES in CAPABILITIES[role]) + ")"


def is_open(c: Compiler, row: Row) -> str:
    """Still to be resolved, in the words of the partial indexes.

    SQLite would rather sort what its index of the status finds than walk a partial index in order. Told
    that the condition is likely, and that all due times of a list by due time count, it does the latter.
    """
    condition = f"{row['status']} IN {_OPEN_SQL}"
    if c.dialect.name != "sqlite":
        return condition
    return f"likely({condition})" if row.is_by_id else f"likely({condition}) AND {row['resolution_due_at']} > ''"


def lies_within(c: Compiler, row: Row, given: Given) -> str:
    """In the subtree of a division: by the indexes of places, or as a range of the index of what is open there."""
    condition = c.within(row["division_id"], given)
    return f"{condition} AND {c.subtree(row['division_id'], given)}" if 4 < len(given.value) < 12 else condition


def is_done(c: Compiler, row: Row) -> str:
    """Resolved or closed."""
    return f"{row['status']} IN ('resolved', 'closed')"


def has_status(c: Compiler, row: Row, given: Given) -> str:
    """Standing there. An open status adds the partial indexes' condition, so that they serve it."""
    condition = f"{row['status']} = {given.sql(c)}"
    return f"{condition} AND {is_open(c, row)}" if getattr(given.value, "value", given.value) in OPEN else condition


def is_overdue(c: Compiler, row: Row) -> str:
    """A promised time has passed and what was promised is not done."""
    return f"({row['status']} IN {_OPEN_SQL} AND {_next_due(row)} < {c.now()})"


def are_overdue(c: Compiler, row: Row) -> str:
    """The same for a list, in the words of the indexes of what is open."""
    return f"({is_open(c, row)} AND {_next_due(row)} < {c.now()})"


def _next_due(row: Row) -> str:
    """What is promised next: the first response, after it the resolution."""
    return f"(CASE WHEN {row['accepted_at']} IS NULL THEN {row['response_due_at']} ELSE {row['resolution_due_at']} END)"


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


def counts_all(c: Compiler, row: Row) -> str:
    """The cells of all that was reported, whatever its category and channel."""
    return f"{row['category']} = '' AND {row['channel']} = ''"


def visible_grievances(c: Compiler, row: Row) -> str:
    """Public ones; the others for staff whose grants cover the division."""
    return f"{row['is_public']} OR {reads_private(c, row)}" if c.is_staff else row["is_public"]


def reads_private(c: Compiler, row: Row) -> str:
    """Whether the actor's grants cover the grievance."""
    return c.covers(row["division_id"], READ_GRIEVANCES)


def reported_by(c: Compiler, row: Row, child: Row) -> str:
    """Joins an enterprise to what it reported, for those alone who may read who did."""
    return f"{child['enterprise_id']} = {row['id']} AND {reads_private(c, child)}"


def may_work_row(c: Compiler, row: Row) -> str:
    """The rule `may_work` as SQL."""
    if not c.is_staff:
        return c.dialect.false
    mine = f"(coalesce({is_mine(c, row)}, {c.dialect.false}) AND {c.covers(row['division_id'], WORK_GRIEVANCES)})"
    return f"({mine} OR {may_dispatch_row(c, row)})"


def may_dispatch_row(c: Compiler, row: Row) -> str:
    """The rule `may_dispatch` as SQL."""
    return c.covers(row["division_id"], DISPATCH_GRIEVANCES)


def works_there(c: Compiler, row: Row, child: Row) -> str:
    """Joins a grievance to the active people who work on grievances of its division or one above."""
    code = row["division_id"]
    places = ", ".join(f"substr({code}, 1, {digits})" for digits in (4, 6, 9, 12))
    return (
        f"{child['is_active']} AND {child['id']} IN (SELECT worker.person_id FROM role_grant worker"
        f" WHERE worker.division_id IN ({places}) AND worker.role IN {_WORKING_SQL})"
    )


def visible_updates(c: Compiler, row: Row) -> str:
    """Steps and words to the public; notes among staff for those whose grants cover the grievance."""
    public = f"{row['internal_note']} = ''"
    return f"{public} OR {reads_update(c, row)}" if c.is_staff else public


def reads_update(c: Compiler, row: Row) -> str:
    """Whether the actor's grants cover the grievance of an update."""
    if not c.is_staff:
        return c.dialect.false
    _, source = c.find(
        "Grievance", lambda parent: f"{parent['id']} = {row['grievance_id']} AND {reads_private(c, parent)}"
    )
    return f"EXISTS (SELECT 1 {source})"


def latest_update(c: Compiler, row: Row, child: Row) -> str:
    """Joins a grievance to its latest public update by one look into the index (grievance_id, id)."""
    return (
        f"{child['id']} = (SELECT max(latest.id) FROM grievance_update latest"
        f" WHERE latest.grievance_id = {row['id']} AND latest.internal_note = '')"
    )

"""Rules of the grievances room: permission, by-lines and visibility. Pure.

States and steps are declared in `workflow`, promised times in `promises`, who is told of late ones in `escalation`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from civicgraph.clock import CITY_ZONE
from civicgraph.divisions.rules import parent_code
from civicgraph.enterprises.claims.rules import is_own
from civicgraph.grievances.desk.rules import Part, has_part
from civicgraph.grievances.models import Channel, Grievance, GrievanceStatus, ReporterKind
from civicgraph.grievances.workflow import DONE, OPEN, RARE, REOPEN_WITHIN, TRANSITIONS, UNFINISHED, Needs, Transition
from civicgraph.permissions import (
    CAPABILITIES,
    DISPATCH_GRIEVANCES,
    EDIT_EVENTS,
    READ_GRIEVANCES,
    WORK_GRIEVANCES,
    Actor,
    Held,
    Role,
)

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

# Who may take a step --------------------------------------------------------------------------


def may_report(actor: Actor, channel: Channel, place: str) -> bool:
    """Whether a member of the staff may report for somebody else there: who keeps events, what was asked at one."""
    may_note = channel is Channel.FORUM and actor.may(EDIT_EVENTS, place)
    return may_note or actor.may(DISPATCH_GRIEVANCES, place)


def may_name_enterprise(actor: Actor, place: str) -> bool:
    """Whether a member of the staff may say that a report there is an enterprise's: at the desk, or at an event."""
    return actor.may(DISPATCH_GRIEVANCES, place) or actor.may(EDIT_EVENTS, place)


def may_dispatch(actor: Actor, row: Grievance) -> bool:
    """Whether the actor dispatches for the grievance's division."""
    return actor.may(DISPATCH_GRIEVANCES, _place(row))


def may_work(actor: Actor, row: Grievance, part: Part = Part.NONE) -> bool:
    """Whether the actor works on this grievance: it is theirs or their team's to lead, or they dispatch there."""
    is_mine = actor.person_id is not None and row.assignee_id == actor.person_id
    leads = is_mine or part is Part.LEADS
    return (leads and actor.may(WORK_GRIEVANCES, _place(row))) or may_dispatch(actor, row)


def may_help(actor: Actor, row: Grievance, part: Part) -> bool:
    """Whether the actor has any part in it."""
    return (part is not Part.NONE and actor.may(WORK_GRIEVANCES, _place(row))) or may_work(actor, row, part)


def may_direct(actor: Actor, row: Grievance) -> bool:
    """Whether the actor dispatches for the level above the grievance's division."""
    return actor.may(DISPATCH_GRIEVANCES, parent_code(_place(row)) or _place(row))


def may_take(
    actor: Actor, transition: Transition, row: Grievance, part: Part = Part.NONE, *, is_called: bool = False
) -> bool:
    """Whether a member of the staff may take this step with this grievance, whatever its state.

    `part` is what their work orders make them in it, `is_called` whether a department that they speak for is asked to answer.
    That a checker is not the one who resolved it, the operation itself looks up in the history.
    """
    match transition.needs:
        case Needs.DISPATCHER:
            return may_dispatch(actor, row)
        case Needs.SUPERIOR:
            return may_direct(actor, row)
        case Needs.CALLED:
            return may_direct(actor, row) or (is_called and actor.may(WORK_GRIEVANCES, _place(row)))
        case Needs.WORKER:
            return may_work(actor, row, part)
        case Needs.HELPER:
            return may_help(actor, row, part)
        case Needs.CHECKER:
            return actor.may(WORK_GRIEVANCES, _place(row))
        case _:
            return False


def may_know(actor: Actor, row: Grievance) -> bool:
    """Whether the grievance exists for the actor: `visible_grievances` in Python."""
    return row.is_public or actor.may(READ_GRIEVANCES, _place(row))


def _place(row: Grievance) -> str:
    return row.division_id


# Reports --------------------------------------------------------------------------------


def month_of(moment: datetime) -> str:
    """The month in which a report counts, by the city's calendar: 2026-05."""
    return f"{moment.astimezone(CITY_ZONE):%Y-%m}"


# Numbers and secrets -------------------------------------------------------------------------

SUFFIX_LENGTHS = (4, 4, 4, 5, 6, 8)
"""Tries of a free number: 810,000 a day with four characters, longer ones when those run short."""
SECRET_LENGTH = 18
"""Characters of a tracking secret, 4.9 bits each: 88 bits, more than the 80 that cannot be guessed."""


BY_ACCOUNT = "MINE"
"""Stands where the secret would: who acts for the enterprise that reported it needs none. No secret has so few characters."""


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
REPORTER_LINE = "反映人"
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


def redaction_mark(position: int) -> str:
    """What stands in a text for words that staff took out."""
    return f"〔已隐去{position}〕"


# Reads: the same rules as SQL ----------------------------------------------------------------


def _listed(states: Iterable[GrievanceStatus | Role]) -> str:
    return "(" + ", ".join(f"'{state.value}'" for state in states) + ")"


OPEN_SQL, _RARE_SQL = map(_listed, (OPEN, RARE))  # letter for letter the partial indexes' conditions
_UNFINISHED_SQL, _DONE_SQL = map(_listed, (UNFINISHED, DONE))
_WORKING_SQL = _listed(role for role in Role if WORK_GRIEVANCES in CAPABILITIES[role])


def is_open(c: Compiler, row: Row) -> str:
    """Still to be resolved, in the words of the partial indexes.

    SQLite would rather sort what its index of the status finds than walk a partial index in order. Told
    that the condition is likely, and that all due times of a list by due time count, it does the latter.
    """
    condition = f"{row['status']} IN {OPEN_SQL}"
    if c.dialect.name != "sqlite":
        return condition
    return f"likely({condition})" if row.is_by_id else f"likely({condition}) AND {row['due_at']} > ''"


def is_unfinished(c: Compiler, row: Row) -> str:
    """Neither done nor over for another reason. SQLite is told that it walks a list's own order to the first page of them."""
    condition = f"{row['status']} IN {_UNFINISHED_SQL}"
    return f"likely({condition})" if c.dialect.name == "sqlite" else condition


def is_finished(c: Compiler, row: Row) -> str:
    """Done, or over for another reason."""
    return f"{row['status']} NOT IN {_UNFINISHED_SQL}"


def is_of_group(c: Compiler, row: Row, given: Given) -> str:
    """Of a category of a group."""
    return f"{row['category_id']} IN (SELECT kind.code FROM grievance_category kind WHERE kind.group_code = {given.sql(c)})"


def is_verified(c: Compiler, row: Row) -> str:
    """Of a category of which somebody else checks on the spot what was resolved; by no index of categories, as others lead."""
    category = row["category_id"] if c.dialect.name == "sqlite" else f"coalesce({row['category_id']}, '')"
    return f"{category} IN (SELECT kind.code FROM grievance_category kind WHERE kind.is_verified)"


def was_asked_at(c: Compiler, row: Row, given: Given) -> str:
    """Asked at an event."""
    return f"{row['event_id']} = (SELECT held.id FROM event held WHERE held.slug = {given.sql(c)})"


def lies_within(c: Compiler, row: Row, given: Given) -> str:
    """In the subtree of a division: by the indexes of places, or as a range of the index of what is open there.

    By number the indexes of places give the order, and both would be too much said. So it is for PostgreSQL always: it
    takes what one of them leaves to be thinned out by the other, and sorts what it thinks is little.
    """
    condition = c.within(row["division_id"], given)
    if row.is_by_id or c.dialect.name != "sqlite" or not 4 < len(given.value) < 12:
        return condition
    return f"{condition} AND {c.subtree(row['division_id'], given)}"


def is_not_open(c: Compiler, row: Row) -> str:
    """Not to be resolved: done, ended without, or on the shortfall list."""
    return f"{row['status']} NOT IN {OPEN_SQL}"


def is_done(c: Compiler, row: Row) -> str:
    """Resolved, whether checked, rated, closed or not yet."""
    return f"{row['status']} IN {_DONE_SQL}"


def is_returned(c: Compiler, row: Row) -> str:
    """Its reporter is asked something."""
    return f"{row['status']} = 'returned'"


def may_reopen_row(c: Compiler, row: Row) -> str:
    """Resolved, and not too long ago to be opened again."""
    return f"({is_done(c, row)} AND coalesce({row['resolved_at']} > {c.ago(REOPEN_WITHIN)}, {c.dialect.false}))"


def may_withdraw_row(c: Compiler, row: Row) -> str:
    """Standing where its reporter may withdraw it."""
    return f"{row['status']} IN {_listed(TRANSITIONS['withdraw'].sources)}"


def may_direct_row(c: Compiler, row: Row) -> str:
    """The rule `may_direct` as SQL."""
    return c.covers(_level_above(row["division_id"]), DISPATCH_GRIEVANCES)


def _level_above(code: str) -> str:
    """A community's subdistrict: a report is always of a community."""
    return f"substr({code}, 1, 9)"


def has_status(c: Compiler, row: Row, given: Given) -> str:
    """Standing there. All but the closed add the condition of SQLite's partial indexes, so that those serve it."""
    condition, status = f"{row['status']} = {given.sql(c)}", getattr(given.value, "value", given.value)
    rare = f" AND {row['status']} IN {_RARE_SQL}" if status in RARE and c.dialect.name == "sqlite" else ""
    return f"{condition} AND {is_open(c, row)}" if status in OPEN else condition + rare


def is_overdue(c: Compiler, row: Row) -> str:
    """A promised time has passed and what was promised is not done."""
    return f"({row['status']} IN {OPEN_SQL} AND {row['due_at']} < {c.now()})"


def are_overdue(c: Compiler, row: Row) -> str:
    """The same for a list, in the words of the indexes of what is open."""
    return f"({is_open(c, row)} AND {row['due_at']} < {c.now()})"


def is_past(c: Compiler, name: str) -> str:
    """The promised time has passed of what is open, for a grievance under a name in SQL of one's own."""
    return f"{name}.due_at < {c.now()}"


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
    """The cells of all that was reported, whatever its category and channel and whoever led it."""
    return f"{row['category']} = '' AND {row['channel']} = '' AND {row['led_kind']} = ''"


def visible_grievances(c: Compiler, row: Row) -> str:
    """Public ones; the others for staff whose grants cover the division, and for who acts for the enterprise."""
    if not c.is_staff:
        return row["is_public"]
    return f"{row['is_public']} OR {reads_private(c, row)} OR {is_own(c, row['enterprise_id'])}"


def reads_private(c: Compiler, row: Row) -> str:
    """Whether the actor's grants cover the grievance."""
    return c.covers(row["division_id"], READ_GRIEVANCES)


def reported_by(c: Compiler, row: Row, child: Row) -> str:
    """Joins an enterprise to what it reported, for those alone who may read who did, and for who acts for it."""
    return f"{child['enterprise_id']} = {row['id']} AND ({reads_private(c, child)} OR {is_own(c, row['id'])})"


def may_work_row(c: Compiler, row: Row) -> str:
    """The rule `may_work` as SQL."""
    if not c.is_staff:
        return c.dialect.false
    leads = f"(coalesce({is_mine(c, row)}, {c.dialect.false}) OR {has_part(c, row, is_lead=True)})"
    return f"(({leads} AND {c.covers(row['division_id'], WORK_GRIEVANCES)}) OR {may_dispatch_row(c, row)})"


def may_help_row(c: Compiler, row: Row) -> str:
    """The rule `may_help` as SQL."""
    if not c.is_staff:
        return c.dialect.false
    helps = f"({has_part(c, row)} AND {c.covers(row['division_id'], WORK_GRIEVANCES)})"
    return f"({helps} OR {may_work_row(c, row)})"


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


def reads_redaction(c: Compiler, row: Row) -> str:
    """Whether the actor's grants cover the grievance that words were taken out of."""
    return reads_update(c, row)


def public_updates(c: Compiler, row: Row, child: Row) -> str:
    """Joins a grievance to its public updates, whose latest the index (grievance_id, id) gives first."""
    return f"{child['grievance_id']} = {row['id']} AND {child['internal_note']} = ''"

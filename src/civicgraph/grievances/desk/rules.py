"""Rules of working with grievances: who has a part in one, what ready words may hold, what a filter keeps. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from civicgraph.grievances.workflow import TRANSITIONS
from civicgraph.permissions import CAPABILITIES, DISPATCH_GRIEVANCES, READ_GRIEVANCES, WORK_GRIEVANCES, Role

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given


class Part(IntEnum):
    """The part that somebody has in a grievance by a work order of theirs or of a team of theirs."""

    NONE = 0
    HELPS = 1
    LEADS = 2


MAX_HELPERS = 10
"""People, and teams, that may help with one grievance; more is a meeting."""
MAX_TAGS = 8
MAX_TAG = 20
"""Characters of a tag."""
MAX_QUERY = 400
"""Characters of an address that a saved filter keeps; Chinese takes nine for one."""
MAX_FILTERS = 12
"""Filters that one person keeps: their counts are read with each look at the queue."""

# Ready words ---------------------------------------------------------------------------------

PLACEHOLDERS = ("number", "category", "place", "office", "due")
"""What ready words may leave open; it is filled in from the grievance. Nothing of the reporter is among it."""
_BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and is no placeholder."""
    return [name for name in _BRACES.findall(text) if name not in PLACEHOLDERS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The words with their placeholders filled in; braces in what is filled in stay as they are."""
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)


# Saved filters -------------------------------------------------------------------------------

NARROWING = ("q", "within", "level", "category", "holder", "state", "channel", "from", "until", "tag")
"""What the queue can be narrowed by, as its address says it."""
KEPT = ("view", *NARROWING, "sort")
"""What of the queue's address a saved filter holds."""


def kept_query(text: str) -> str:
    """The queue's filters of an address, in one order, without what is empty or not known."""
    given = dict(parse_qsl(text.rpartition("?")[2], keep_blank_values=False))
    return urlencode({name: given[name][:60] for name in KEPT if given.get(name)})


# Tags ----------------------------------------------------------------------------------------


def tag_name(text: str) -> str:
    """A tag as it is kept: one word, without the sign that people put before it."""
    return re.sub(r"\s+", "", text).strip("#＃,，、;；")


# Reads: the same as SQL ----------------------------------------------------------------------


def mine(c: Compiler, order: str) -> str:
    """A work order of the actor or of a team of theirs, not taken back."""
    return mine_of(c.person(), order)


def mine_of(person: str, order: str) -> str:
    """The same for any person."""
    return f"{order}.ended_at IS NULL AND ({order}.person_id = {person} OR {order}.team_id IN {_teams_of(person)})"


def has_part(c: Compiler, row: Row, *, is_lead: bool = False) -> str:
    """Whether the actor has a work order for the grievance."""
    lead = " AND part.is_lead" if is_lead else ""
    return f"EXISTS (SELECT 1 FROM work_order part WHERE part.grievance_id = {row['id']}{lead} AND {mine(c, 'part')})"


def with_my_part(c: Compiler, row: Row) -> str:
    """The same for a list: from one's own work orders to their grievances."""
    return f"{row['id']} IN (SELECT part.grievance_id FROM work_order part WHERE {mine(c, 'part')})"


def helped_by_me(c: Compiler, row: Row) -> str:
    """The actor has a part in what another leads 协办."""
    return f"{with_my_part(c, row)} AND ({row['assignee_id']} IS NULL OR {row['assignee_id']} <> {c.person()})"


def _teams_of(person: str) -> str:
    return f"(SELECT belongs.team_id FROM team_member belongs WHERE belongs.person_id = {person})"


def with_my_call(c: Compiler, row: Row) -> str:
    """To answer by a team of the actor's: from their teams to what these are called to."""
    asked = f"asked.answered_at IS NULL AND asked.team_id IN {_teams_of(c.person())}"
    return f"{row['id']} IN (SELECT asked.grievance_id FROM grievance_call asked WHERE {asked})"


def may_answer(c: Compiler, row: Row) -> str:
    """Whether the actor speaks for a called department: as a member of its team, or as the level that it belongs to.

    Either way they work on grievances of the place where this one is now: one that was handed over is another's.
    """
    _, source = c.find(
        "Grievance",
        lambda parent: f"{parent['id']} = {row['grievance_id']} AND {c.covers(parent['division_id'], WORK_GRIEVANCES)}",
    )
    is_member = f"coalesce({row['team_id']} IN {_teams_of(c.person())}, {c.dialect.false})"
    return f"(({c.covers(row['division_id'], DISPATCH_GRIEVANCES)} OR {is_member}) AND EXISTS (SELECT 1 {source}))"


def is_answer_late(c: Compiler, row: Row) -> str:
    """A called department's time has passed and it has not answered, while there is something to answer to."""
    states = ", ".join(f"'{one.value}'" for one in TRANSITIONS["answer"].sources)
    _, source = c.find(
        "Grievance", lambda parent: f"{parent['id']} = {row['grievance_id']} AND {parent['status']} IN ({states})"
    )
    return f"({row['answered_at']} IS NULL AND {row['answer_due_at']} < {c.now()} AND EXISTS (SELECT 1 {source}))"


def waits_for_check(c: Compiler, row: Row) -> str:
    """Resolved by somebody else, of a category that asks for a look on the spot, where the actor may take it."""
    return (
        f"{row['status']} = 'resolved' AND {row['category_id']} IN"
        f" (SELECT asks.code FROM grievance_category asks WHERE asks.is_verified) AND {may_check_row(c, row)}"
    )


def may_check_row(c: Compiler, row: Row) -> str:
    """Working on grievances of its place, and not the one who resolved it."""
    return f"({c.covers(row['division_id'], WORK_GRIEVANCES)} AND NOT {is_resolved_by_me(c, row)})"


def is_resolved_by_me(c: Compiler, row: Row) -> str:
    """Whether the actor resolved it last."""
    if not c.is_staff:
        return c.dialect.false
    resolver = (
        "SELECT last.person_id FROM grievance_update last WHERE last.id = (SELECT max(step.id) FROM grievance_update step"
        f" WHERE step.grievance_id = {row['id']} AND step.verb = 'resolve')"
    )
    return f"coalesce(({resolver}) = {c.person()}, {c.dialect.false})"


def is_mine(c: Compiler, row: Row) -> str:
    """Whether a work order is the actor's or a team's of theirs."""
    person = c.person()
    return f"coalesce({row['person_id']} = {person} OR {row['team_id']} IN {_teams_of(person)}, {c.dialect.false})"


def has_tag(c: Compiler, row: Row, given: Given) -> str:
    """With a tag, for those who may read the grievance's private part: others do not learn of tags by asking for them."""
    tagged = f"{row['id']} IN (SELECT tagged.grievance_id FROM grievance_tag tagged WHERE tagged.name = {given.sql(c)})"
    return f"({tagged} AND {c.covers(row['division_id'], READ_GRIEVANCES)})"


def is_led_by(c: Compiler, row: Row, given: Given) -> str:
    """Led by a person, for those who may read the grievance's private part: the public does not learn who works on what."""
    return f"({row['assignee_id']} = {given.sql(c)} AND {c.covers(row['division_id'], READ_GRIEVANCES)})"


def with_part_of(c: Compiler, row: Row, given: Given) -> str:
    """With a work order of a team that was not taken back, for the same readers: from the orders to their grievances."""
    parts = (
        f"SELECT part.grievance_id FROM work_order part WHERE part.team_id = {given.sql(c)} AND part.ended_at IS NULL"
    )
    return f"({row['id']} IN ({parts}) AND {c.covers(row['division_id'], READ_GRIEVANCES)})"


def of_grievance(c: Compiler, row: Row) -> str:
    """What belongs to a grievance and is for the staff who may read its private part."""
    if not c.is_staff:
        return c.dialect.false
    _, source = c.find(
        "Grievance",
        lambda parent: f"{parent['id']} = {row['grievance_id']} AND {c.covers(parent['division_id'], READ_GRIEVANCES)}",
    )
    return f"EXISTS (SELECT 1 {source})"


def for_staff(c: Compiler, row: Row) -> str:
    """For everybody on the staff."""
    return c.is_of_office()


def may_keep(c: Compiler, row: Row) -> str:
    """Who dispatches for the place keeps its teams and ready words."""
    return c.covers(row["division_id"], DISPATCH_GRIEVANCES)


def visible_filter(c: Compiler, row: Row) -> str:
    """One's own, and those that colleagues share who hold a role over the same place."""
    if not c.is_staff:
        return c.dialect.false
    person = c.person()
    same = f"SELECT held.division_id FROM role_grant held WHERE held.person_id = {person}"
    return f"({row['person_id']} = {person} OR ({row['is_shared']} AND {row['division_id']} IN ({same})))"


def above(code: str) -> str:
    """The codes of a place and of those that it lies in, as a list."""
    return ", ".join(f"substr({code}, 1, {digits})" for digits in (4, 6, 9, 12))


def offered(c: Compiler, row: Row, child: Row) -> str:
    """Joins a grievance to what its place and those above it keep, as far as it is in use."""
    return f"{child['is_active']} AND {child['division_id']} IN ({above(row['division_id'])})"


def counts_in(c: Compiler, row: Row, child: Row) -> str:
    """Joins a grievance to the work orders that were not taken back."""
    return f"{child['grievance_id']} = {row['id']} AND {child['ended_at']} IS NULL"


def belongs_to(c: Compiler, row: Row, child: Row) -> str:
    """Joins a team to the people in it."""
    return f"{child['id']} IN (SELECT belongs.person_id FROM team_member belongs WHERE belongs.team_id = {row['id']})"


WORKING = tuple(role for role in Role if WORK_GRIEVANCES in CAPABILITIES[role])
"""Roles that work on grievances."""
DISPATCHING = tuple(role for role in Role if DISPATCH_GRIEVANCES in CAPABILITIES[role])
"""Roles that dispatch grievances."""


TEAM_WORDS = "The teams and companies that work on it, as the public reads them; several are parted by 、."


def is_led_by_team(c: Compiler, row: Row) -> str:
    """A team has the leading work order: its code stands where a grid's would (`desk.bodies`)."""
    return f"(substr({row['led_by']}, 13, 1) = 'T')"

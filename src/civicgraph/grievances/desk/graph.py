"""GraphQL of working with grievances."""

from __future__ import annotations

from civicgraph.graph import (
    Order,
    column,
    computed,
    door,
    equals,
    filter_type,
    flag,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    to_many,
    to_one,
    type_,
    within,
)
from civicgraph.grievances import operations
from civicgraph.grievances.desk import loads, models, rules


@filter_type
class TeamFilter:
    """Which teams."""

    within = within("division_id")
    is_active = flag("Are (not) given work.", lambda c, row: row["is_active"], lambda c, row: f"NOT {row['is_active']}")


@order_type
class TeamOrder:
    """The order of teams."""

    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)


@node(models.Team, visible=rules.for_staff)
class Team:
    """A body that work is given to: for its place and everything below it. For staff; the public reads its name."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    name = column()
    kind = column()
    contact_office = column()
    contact_phone = column()
    is_active = column()
    version = column()
    division = to_one("divisions.Division")
    members = to_many(
        "accounts.Person", link=rules.belongs_to, order=("id",), description="Colleagues who get its work."
    )
    may_edit = computed(bool, rules.may_keep, "Whether you may change it.")


@filter_type
class ReadyTextFilter:
    """Which ready words."""

    within = within("division_id")
    purpose = equals("purpose", models.TextPurpose, "To the reporter, or among staff.")
    is_active = flag("Are (not) offered.", lambda c, row: row["is_active"], lambda c, row: f"NOT {row['is_active']}")


@order_type
class ReadyTextOrder:
    """The order of ready words."""

    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)


@node(models.ReadyText, visible=rules.for_staff)
class ReadyText:
    """Ready words 常用语 for a place and everything below it; {number}, {category}, {place}, {office}, {due} stand open."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    title = column()
    purpose = column()
    text = column()
    is_active = column()
    version = column()
    division = to_one("divisions.Division")
    may_edit = computed(bool, rules.may_keep, "Whether you may change it.")


@filter_type
class SavedFilterFilter:
    """Which saved filters."""

    is_shared = flag(
        "Are (not) shared with the office.", lambda c, row: row["is_shared"], lambda c, row: f"NOT {row['is_shared']}"
    )


@order_type
class SavedFilterOrder:
    """The order of saved filters."""

    OLDEST = Order(("id",), "Earliest saved first.")


@node(models.SavedFilter, visible=rules.visible_filter)
class SavedFilter:
    """A way of looking at the queue of grievances: one's own, or one that a colleague of the same office shares."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    name = column()
    query = column()
    is_shared = column()
    person = to_one("accounts.Person")
    division = to_one("divisions.Division")


@type_(models.WorkOrder, visible=rules.of_grievance)
class WorkOrder:
    """What one person or one team has to do with a grievance 工单. One leads, the others help."""

    number = computed(int, lambda c, row: row["id"], "Its number, as its print shows it.")
    is_lead = column()
    is_mine = computed(bool, rules.is_mine, "Whether it is yours or a team's of yours.")
    ordered_at = column()
    done_at = column()
    person = to_one("accounts.Person")
    team = to_one("Team")


@type_(models.GrievanceTag, visible=rules.of_grievance)
class GrievanceTag:
    """A word by which the staff of a place find grievances again. Never public."""

    name = column()


@type_(loads.Person, visible=loads.knows_load)
class Workload:
    """How much somebody has to do, by the grievances that they lead. For those who give them work, and themselves."""

    open = computed(int, loads.open_, "Still to be resolved.")
    overdue = computed(int, loads.overdue, "Past a promised time.")
    due_today = computed(int, loads.due_today, "To be resolved by the end of today.")
    resolved_this_week = computed(int, loads.resolved_this_week, "Resolved since Monday.")
    helping = computed(int, loads.helping, "Parts of others' grievances that wait for them or for a team of theirs.")


@type_(loads.Division)
class Backlog:
    """What is still to be resolved in a division and everything below it. What is not public is counted as well."""

    open = computed(int, loads.open_there, "Still to be resolved.")
    overdue = computed(int, loads.overdue_there, f"Past a promised time; counted up to {loads.CAP}.")


@root
class Query:
    """Reads of working with grievances."""

    teams = root_connection("Team", description="Teams that work is given to, for staff.")
    team = root_one(
        "Team",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="A team by its number.",
    )
    ready_texts = root_connection("ReadyText", description="Ready words of all places, for staff.")
    ready_text = root_one(
        "ReadyText",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="Ready words by their number.",
    )
    saved_filters = root_connection("SavedFilter", description="Ways of looking at the queue: yours and your office's.")


Mutation = mutations(
    "Mutation",
    door(operations.finish_grievance_part, {"grievance": "grievances.Grievance"}),
    door(operations.tag_grievance, {"grievance": "grievances.Grievance"}),
    door(operations.create_team, {"team": "Team"}),
    door(operations.update_team, {"team": "Team"}),
    door(operations.create_ready_text, {"ready_text": "ReadyText"}),
    door(operations.update_ready_text, {"ready_text": "ReadyText"}),
    door(operations.save_grievance_filter, {"saved_filter": "SavedFilter"}),
    door(operations.forget_grievance_filter, {"forgotten": int}),
)
TYPES = (Team, ReadyText, SavedFilter, WorkOrder, GrievanceTag, Workload, Backlog)

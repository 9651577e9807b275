"""GraphQL of the divisions room."""

from __future__ import annotations

from civicgraph.divisions import models, operations, rules
from civicgraph.divisions.models import DivisionLevel
from civicgraph.graph import (
    DivisionCode,
    Order,
    any_of,
    column,
    computed,
    connection,
    door,
    filter_type,
    flag,
    followable,
    holds,
    json_column,
    matches,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.grievances.figures.slices import figures_of
from civicgraph.permissions import EDIT_DIVISIONS, SET_PROMISES


@filter_type
class DivisionFilter:
    """Which divisions."""

    level = any_of("level", DivisionLevel, "Of any of these levels.")
    codes = any_of("code", str, "With any of these codes.")
    within = where(
        DivisionCode,
        "This division and everything below it.",
        lambda c, row, given: c.subtree(row["code"], given),
    )
    text = holds("name", "pinyin", description="The name or its pinyin holds this.")
    is_provisional = flag(
        "Only those (not) in the statistical register.",
        lambda c, row: row["is_provisional"],
        lambda c, row: f"NOT {row['is_provisional']}",
    )


@order_type
class DivisionOrder:
    """The order of divisions."""

    CODE = Order(("code",), "By code, which keeps subtrees together.")


@filter_type
class CompoundFilter:
    """Which compounds."""

    within = within("division_id")
    text = matches("compound")
    is_active = flag(
        "Only those (not) listed.", lambda c, row: row["is_active"], lambda c, row: f"NOT {row['is_active']}"
    )


@order_type
class CompoundOrder:
    """The order of compounds."""

    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)


@node(models.Division)
class Division:
    """An administrative division: the city, a county, a subdistrict or town, a community or village."""

    code = column()
    name = column()
    short_name = column()
    pinyin = column()
    level = column()
    summary = column()
    phone = column()
    address = column()
    founded_year = column()
    is_resettlement = column()
    is_provisional = column()
    version = column()
    updated_at = column()
    parent = to_one("Division")
    successor = to_one("Division")
    children = connection("Division", key="parent_id", description="The divisions directly below.")
    figures = to_many(
        "Figure",
        link=lambda c, row, child: f"{child['division_id']} = {row['code']} AND {child['compound_id']} IS NULL",
        order=("position", "id"),
        description="Published figures about it.",
    )
    compounds = connection("Compound", key="division_id", description="Compounds of a community.")
    grids = connection("grids.Grid", key="division_id", description="Grids and micro-grids of a community.")
    events = connection(
        "events.Event",
        key="division_id",
        description="Events of this very division; for its subtree ask `events(filter: {within})`.",
    )
    services = connection(
        "services.Service",
        key="division_id",
        description="Services of this very division; for its subtree ask `services(filter: {within})`.",
    )
    enterprises = connection(
        "enterprises.Enterprise", key="division_id", description="Enterprises of this very division."
    )
    grievances = connection("grievances.Grievance", key="division_id", description="Grievances of this very division.")
    performance = to_one(
        "grievances.GrievancePerformance",
        link=lambda c, row, child, month: (
            f"{child['division_id']} = {row['code']} AND {child['month']} = {month.sql(c)}"
        ),
        arguments={"month": (str, "The month, for instance 2026-05.")},
        is_nullable=True,
        description="How the grievances of its whole subtree fared in a month; null when there were none.",
    )
    performances = to_many(
        "grievances.GrievancePerformance",
        key="division_id",
        order=("month",),
        description="The same for each month in which something was reported, the oldest first.",
    )
    grievance_figures = figures_of("grievances.GrievanceFigures")
    backlog = to_one(
        "grievances.desk.Backlog",
        link=lambda c, row, child: f"{child['code']} = {row['code']}",
        is_nullable=False,
        description="What of its subtree's grievances is still to be resolved, and how much of that is overdue.",
    )
    urgency_policies = to_many(
        "grievances.UrgencyPolicy",
        link=lambda c, row, child: rules.is_it_or_above(child["division_id"], row["code"]),
        order=("division_id", "category", "urgency", "id"),
        description="Entries of the four-level list that it and the divisions above it have set. Of a level the nearest"
        " division's holds, and of one division the category's own before the one for all.",
    )
    office_hours = to_one(
        "OfficeHours",
        link=lambda c, row, child: rules.nearest_office(child["id"], row["code"]),
        is_nullable=True,
        description="When offices work there: its own hours, or those of the nearest division above that has set some.",
    )
    may_edit = computed(bool, lambda c, row: c.covers(row["code"], EDIT_DIVISIONS), "Whether you may change it.")
    may_set_promises = computed(
        bool, lambda c, row: c.covers(row["code"], SET_PROMISES), "Whether you may set its promised times and hours."
    )


@type_(models.OfficeHours)
class OfficeHours:
    """When the offices of a division and of everything below it work."""

    hours = column()
    closed_days = json_column(str, description="Working days on which they are closed nevertheless.")
    version = column()
    updated_at = column()
    division = to_one("Division")


@type_(models.Figure)
class Figure:
    """A published figure."""

    key = column()
    name = column()
    amount = column(description="The number, in thousandths of the unit.")
    unit = column()
    qualifier = column()
    period = column()


@node(models.Compound)
class Compound:
    """A residential compound."""

    name = column()
    address = column()
    households = column()
    residents = column()
    management = column()
    manager_name = column()
    fee_fen = column()
    summary = column()
    is_active = column()
    is_generated = column()
    version = column()
    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    updated_at = column()
    division = to_one("Division")
    figures = to_many("Figure", key="compound_id", order=("position", "id"), description="Published figures about it.")
    may_edit = computed(bool, lambda c, row: c.covers(row["division_id"], EDIT_DIVISIONS), "Whether you may change it.")


@root
class Query:
    """Reads of the divisions room."""

    division = root_one(
        "Division",
        arguments={"code": (DivisionCode, "Its code.")},
        where=lambda c, row, code: f"{row['code']} = {code.sql(c)}",
        description="A division by its code.",
    )
    divisions = root_connection("Division", description="Divisions of the city.")
    compound = root_one(
        "Compound",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="A compound by its number.",
    )
    compounds = root_connection("Compound", description="Compounds of the city.")


Subscription = followable(Query, "division")
Mutation = mutations(
    "Mutation",
    door(operations.update_division, {"division": "Division"}),
    door(operations.create_compound, {"compound": "Compound"}),
    door(operations.update_compound, {"compound": "Compound"}),
    door(operations.set_office_hours, {"division": "Division"}),
    door(operations.remove_office_hours, {"division": "Division"}),
)
TYPES = (Division, Figure, Compound, OfficeHours)

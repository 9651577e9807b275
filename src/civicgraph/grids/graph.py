"""GraphQL of the grids room."""

from __future__ import annotations

from civicgraph.graph import (
    Order,
    any_of,
    column,
    computed,
    connection,
    door,
    filter_type,
    flag,
    json_column,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    to_many,
    to_one,
    where,
)
from civicgraph.graph.types import DivisionCode
from civicgraph.grids import models, operations, rules
from civicgraph.grids.models import GridLevel, Net
from civicgraph.permissions import ASSIGN_GRID_WORKERS, EDIT_GRIDS


@filter_type
class GridFilter:
    """Which grids."""

    within = where(
        DivisionCode,
        "In this division, or this grid and its micro-grids.",
        lambda c, row, given: c.subtree(row["code"], given),
        columns=("code",),
    )
    level = any_of("level", GridLevel, "Of any of these levels.", reason="There are two, of which each place has both.")
    is_active = flag(
        "(Not) in force.",
        lambda c, row: row["is_active"],
        lambda c, row: f"NOT {row['is_active']}",
        reason="Nearly all are; those that are not are asked for within a place.",
    )


@order_type
class GridOrder:
    """The order of grids."""

    CODE = Order(("code",), "By code, which keeps communities together.")


@node(models.Grid, is_big=True)
class Grid:
    """A grid or micro-grid: the smallest unit of the city, with somebody who knows it."""

    code = column()
    name = column()
    level = column()
    area = column()
    households = column()
    nets = json_column(Net, description="The nets it merges.")
    is_active = column()
    is_generated = column()
    version = column()
    updated_at = column()
    division = to_one("divisions.Division")
    parent = to_one("Grid")
    micro_grids = connection("Grid", key="parent_id", description="Its micro-grids.")
    current_worker = to_one(
        "GridAssignment",
        link=lambda c, row, child: (
            f"{child['grid_id']} = {row['code']} AND {child['to_on']} IS NULL AND {child['role']} = 'lead'"
        ),
        last_by="id",
        is_nullable=True,
        description="Who is in charge now.",
    )
    assignments = to_many(
        "GridAssignment",
        key="grid_id",
        order=("id",),
        description="Who is in charge, and who was as far as you may know.",
    )
    grievances = connection("grievances.Grievance", key="grid_id", description="Grievances of this grid.")
    may_edit = computed(bool, lambda c, row: c.covers(row["division_id"], EDIT_GRIDS), "Whether you may change it.")
    may_assign = computed(
        bool,
        lambda c, row: c.covers(row["division_id"], ASSIGN_GRID_WORKERS),
        "Whether you may put somebody in charge.",
    )


@node(models.GridAssignment, visible=rules.visible_assignment)
class GridAssignment:
    """Somebody's time in charge of a grid."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    role = column()
    from_on = column()
    to_on = column()
    person = to_one("accounts.Person", shows=lambda c, row: f"{row['to_on']} IS NULL")
    grid = to_one("Grid")


@root
class Query:
    """Reads of the grids room."""

    grid = root_one(
        "Grid",
        arguments={"code": (str, "Its 15 or 17 digits.")},
        where=lambda c, row, code: f"{row['code']} = {code.sql(c)}",
        description="A grid by its code.",
    )
    grids = root_connection("Grid", description="Grids of the city.")


Mutation = mutations(
    "Mutation",
    door(operations.create_grid, {"grid": "Grid"}),
    door(operations.update_grid, {"grid": "Grid"}),
    door(operations.assign_grid_worker, {"assignment": "GridAssignment"}),
    door(operations.end_assignment, {"assignment": "GridAssignment"}),
)
TYPES = (Grid, GridAssignment)

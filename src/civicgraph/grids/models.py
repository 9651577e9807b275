"""Tables of the grids room."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record, place


class GridLevel(Labelled):
    """A grid's code has 15 digits, a micro-grid's 17 (GB/T 34300-2017)."""

    GRID = "grid", N_("Grid")
    MICRO_GRID = "micro_grid", N_("Micro-grid")


class Net(Labelled):
    """The nets 网 of different offices that one grid merges."""

    PUBLIC_SAFETY = "public_safety", N_("Public safety")  # 综治
    CIVILIZED_CITY = "civilized_city", N_("Civilised city")  # 创文
    EMERGENCY = "emergency", N_("Emergency")  # 应急
    PARTY_BUILDING = "party_building", N_("Party building")  # 党建
    URBAN_MANAGEMENT = "urban_management", N_("Urban management")  # 城管


class GridRole(Labelled):
    """What a person does for a grid."""

    LEAD = "lead", N_("Grid worker")  # 专职网格员
    DEPUTY = "deputy", N_("Deputy grid worker")  # 兼职网格员


class Grid(Model):
    """A grid 网格 or micro-grid 微网格: every building belongs to one."""

    code = fields.CharField(17, primary_key=True, description="The community’s code and 3 digits, 5 for a micro-grid.")
    division = place("grids")
    parent: fields.ForeignKeyNullableRelation[Grid] = fields.ForeignKeyField(
        "civicgraph.Grid",
        related_name="micro_grids",
        null=True,
        on_delete=fields.RESTRICT,
        description="The grid that a micro-grid is part of.",
    )
    level = fields.CharEnumField(GridLevel, max_length=10, default=GridLevel.GRID, description="Grid or micro-grid.")
    name = fields.CharField(80, description="Its name, for instance 第三网格.")
    area = fields.CharField(160, default="", description="The buildings and streets it covers.")
    households = fields.IntField(null=True, description="Number of households.")
    nets: fields.Field[list[str]] = fields.JSONField(default=list, description="The nets it merges.")
    is_active = fields.BooleanField(default=True, description="In force, otherwise kept for the record only.")
    is_generated = fields.BooleanField(
        default=False, description="Made up for the demo city rather than taken from a published fact."
    )
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when editing.")
    updated_at = fields.DatetimeField(auto_now=True, description="When it was last changed.")

    class Meta:
        table = "grid"
        indexes = (("division_id", "code"), ("parent_id", "code"))


class GridAssignment(Record):
    """A person's work for a grid, from a day to a day."""

    grid: fields.ForeignKeyRelation[Grid] = fields.ForeignKeyField(
        "civicgraph.Grid",
        related_name="assignments",
        on_delete=fields.RESTRICT,
        description="The grid.",
    )
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name="grid_assignments", on_delete=fields.RESTRICT, description="The grid worker."
    )
    role = fields.CharEnumField(GridRole, max_length=8, default=GridRole.LEAD, description="Lead or deputy.")
    from_on = fields.DateField(description="First day.")
    to_on = fields.DateField(null=True, description="Last day, empty while it lasts.")

    class Meta:
        table = "grid_assignment"
        indexes = (("grid_id", "to_on", "id"), ("person_id", "to_on", "id"))

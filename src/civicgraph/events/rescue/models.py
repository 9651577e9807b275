"""Tables of rescue teams, of their part in drills, and of the counts of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place

if TYPE_CHECKING:
    from civicgraph.events.models import Event


class RescueKind(Labelled):
    """What a rescue team is for."""

    FIRE = "fire", N_("Fire fighting")
    FLOOD = "flood", N_("Flood and water rescue")
    GEOLOGICAL = "geological", N_("Landslide and earthquake rescue")
    FOREST = "forest", N_("Forest fires")
    MINE = "mine", N_("Mines and hazardous goods")
    MEDICAL = "medical", N_("Medical aid")
    SUPPLY = "supply", N_("Power, water, gas and roads")
    COMMUNITY = "community", N_("Community volunteers")
    GENERAL = "general", N_("All sorts of emergencies")


class RescueTeam(Listing):
    """A team that is called in an emergency."""

    division_id: str
    name = fields.CharField(80, description="Its name.")
    kind = fields.CharEnumField(RescueKind, max_length=12, description="What it is for.")
    division = place("rescue_teams")
    base = fields.CharField(120, default="", description="The body that keeps it, and where it stands.")
    members = fields.IntField(description="How many people it has.")
    equipment: fields.Field[list[str]] = fields.JSONField(default=list, description="Its equipment, one item a line.")
    duty_phone = fields.CharField(40, default="", description="Public telephone on duty.")
    founded_on = fields.DateField(null=True, description="Since when there is such a team.")
    is_active = fields.BooleanField(default=True, description="Whether it can be called.")

    class Meta:
        table = "rescue_team"
        indexes = (("division_id", "id"), ("kind", "id"))

    sql_indexes: ClassVar[SqlIndexes] = by_place("rescue_team", "division_id", "id")


class EventTeam(Record):
    """A rescue team's part in a drill."""

    event_id: int
    team_id: int
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "civicgraph.Event", related_name="teams", on_delete=fields.CASCADE, description="The drill."
    )
    team: fields.ForeignKeyRelation[RescueTeam] = fields.ForeignKeyField(
        "civicgraph.RescueTeam", related_name="drills", on_delete=fields.RESTRICT, description="The team."
    )

    class Meta:
        table = "event_team"
        unique_together = (("event", "team"),)
        indexes = (("event_id", "id"), ("team_id", "id"))


class DrillCell(Model):
    """What the drills of a month count in a division and below it: for one hazard, or for whichever.

    Written in the transaction that changes a drill.
    """

    division_id: str
    id = fields.BigIntField(primary_key=True)
    division = place(False)
    hazard = fields.CharField(12, default="", description="The hazard, empty for whichever.")
    month = fields.CharField(7, description="The month in which they begin, for instance 2026-06.")
    announced = fields.IntField(default=0, db_default=0, description="Drills that are or were to take place.")
    held = fields.IntField(default=0, db_default=0, description="Drills that have taken place.")
    planned = fields.IntField(default=0, db_default=0, description="People who were to take part.")
    participants = fields.IntField(default=0, db_default=0, description="People who took part in those that were held.")

    class Meta:
        table = "drill_cell"
        unique_together = (("division", "hazard", "month"),)


class RescueCell(Model):
    """How many teams that can be called there are in a division and below it: of one kind, or of whichever."""

    division_id: str
    id = fields.BigIntField(primary_key=True)
    division = place(False)
    kind = fields.CharField(12, default="", description="What they are for, empty for whichever.")
    teams = fields.IntField(default=0, db_default=0, description="Teams.")
    members = fields.IntField(default=0, db_default=0, description="Their members.")

    class Meta:
        table = "rescue_cell"
        unique_together = (("division", "kind"),)

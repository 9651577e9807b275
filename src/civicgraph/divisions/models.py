"""Tables of the divisions room."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, place


class DivisionLevel(Labelled):
    """The level of a division, its code has 4, 6, 9 or 12 digits."""

    CITY = "city", N_("City")
    COUNTY = "county", N_("County or district")
    SUBDISTRICT = "subdistrict", N_("Subdistrict or town")
    COMMUNITY = "community", N_("Community or village")


class Management(Labelled):
    """Who runs a compound."""

    PROPERTY_COMPANY = "property_company", N_("Property company")
    OWNERS_COMMITTEE = "owners_committee", N_("Owners' committee")
    COMMUNITY_RUN_COMPANY = "community_run_company", N_("Company run by the community")
    UNMANAGED = "unmanaged", N_("Nobody yet")


class Qualifier(Labelled):
    """How exact a reported figure is."""

    EXACT = "exact", N_("exactly")
    ABOUT = "about", N_("about")
    ABOVE = "above", N_("over")
    BELOW = "below", N_("under")


class Division(Model):
    """An administrative division 行政区划. Codes are hierarchical: a subtree is a code prefix."""

    code = fields.CharField(12, primary_key=True, description="Statistical division code: 4, 6, 9 or 12 digits.")
    name = fields.CharField(60, description="Its official name.")
    short_name = fields.CharField(60, description="The name as people say it, for instance 红岭社区.")
    pinyin = fields.CharField(160, default="", description="The short name in pinyin, for readers of English.")
    level = fields.CharEnumField(DivisionLevel, max_length=12, description="City, county, subdistrict or community.")
    parent: fields.ForeignKeyNullableRelation[Division] = fields.ForeignKeyField(
        "civicgraph.Division",
        related_name="children",
        null=True,
        on_delete=fields.RESTRICT,
        description="The division above it.",
    )
    summary = fields.TextField(default="", description="What is worth knowing about the place.")
    phone = fields.CharField(40, default="", description="Public telephone of its office.")
    address = fields.CharField(160, default="", description="Where its office is.")
    founded_year = fields.IntField(null=True, description="Year of its founding.")
    is_resettlement = fields.BooleanField(default=False, description="Built to rehouse families who moved.")
    is_provisional = fields.BooleanField(
        default=False, description="Not in the statistical register yet, its code is provisional."
    )
    valid_from = fields.DateField(null=True, description="First day on which the code is in force.")
    valid_to = fields.DateField(null=True, description="Last day on which the code is in force.")
    successor: fields.ForeignKeyNullableRelation[Division] = fields.ForeignKeyField(
        "civicgraph.Division",
        related_name="predecessors",
        null=True,
        on_delete=fields.RESTRICT,
        description="The division that took its place after a merger or renaming.",
    )
    search_terms = fields.TextField(default="", description="Bigrams of its names.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when editing.")
    updated_at = fields.DatetimeField(auto_now=True, description="When it was last changed.")

    class Meta:
        table = "division"
        indexes = (("parent_id", "code"), ("level", "code"), ("successor_id",))


class Figure(Record):
    """A published figure about a division or one of its compounds."""

    division = place("figures")
    compound: fields.ForeignKeyNullableRelation[Compound] = fields.ForeignKeyField(
        "civicgraph.Compound",
        related_name="figures",
        null=True,
        on_delete=fields.CASCADE,
        description="The compound it is about.",
    )
    key = fields.CharField(60, description="What it measures, as a stable key.")
    name = fields.CharField(80, description="What it measures, in words.")
    amount = fields.BigIntField(description="The number, in thousandths of the unit.")
    unit = fields.CharField(30, default="", description="Its unit, for instance 件 or CNY.")
    qualifier = fields.CharEnumField(Qualifier, max_length=8, default=Qualifier.EXACT, description="How exact it is.")
    period = fields.CharField(40, default="", description="The period or date it holds for.")
    position = fields.IntField(default=0, description="Its place in the list.")

    class Meta:
        table = "figure"
        unique_together = (("division", "compound", "key"),)
        indexes = (("division_id", "position", "id"), ("compound_id", "position", "id"))


class Compound(Listing):
    """A residential compound 小区."""

    division = place("compounds")
    name = fields.CharField(80, description="The compound’s name.")
    address = fields.CharField(160, default="", description="Where it is.")
    households = fields.IntField(null=True, description="Number of households.")
    residents = fields.IntField(null=True, description="Number of residents.")
    management = fields.CharEnumField(
        Management, max_length=24, default=Management.PROPERTY_COMPANY, description="Who runs it."
    )
    manager_name = fields.CharField(80, default="", description="The company or committee that runs it.")
    fee_fen = fields.IntField(null=True, description="Property fee of a household a month, in fen (1/100 CNY).")
    summary = fields.TextField(default="", description="What is worth knowing about it.")
    is_active = fields.BooleanField(default=True, description="Listed, otherwise it is kept for the record only.")
    search_terms = fields.TextField(default="", description="Bigrams of its name and address.")

    class Meta:
        table = "compound"
        indexes = (("division_id", "id"),)


class OfficeHours(Record):
    """When the offices of a division and of everything below it work, unless one nearer says otherwise."""

    division_id: str
    division: fields.OneToOneRelation[Division] = fields.OneToOneField(
        "civicgraph.Division", related_name=False, on_delete=fields.RESTRICT, description="The division."
    )
    hours = fields.CharField(80, description="The hours of a working day, for instance 09:00-12:00 13:00-17:00.")
    closed_days: Any = fields.JSONField(default=list, description="Working days on which they are closed nevertheless.")
    version = fields.IntField(default=1, description="Grows by one with each change.")

    class Meta:
        table = "office_hours"

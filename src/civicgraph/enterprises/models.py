"""Tables of the enterprises room."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place


class EnterpriseKind(Labelled):
    """The legal kind of a market entity."""

    COMPANY = "company", N_("Company")
    SOLE_TRADER = "sole_trader", N_("Sole trader")
    COOPERATIVE = "cooperative", N_("Farmers' co-operative")
    FARM = "farm", N_("Family farm")


class EnterpriseStatus(Labelled):
    """Whether it does business."""

    ACTIVE = "active", N_("In business")
    SUSPENDED = "suspended", N_("Dormant")  # 歇业
    CLOSED = "closed", N_("Deregistered")  # 注销


class EnterpriseList(Labelled):
    """The lists that offices keep of enterprises."""

    FOUR_ABOVE = "four_above", N_("Four above")  # 四上
    DESIGNATED_SIZE = "designated_size", N_("Above designated size")  # 规上
    SPECIALISED_SME = "specialised_sme", N_("Specialised and innovative SME")  # 专精特新
    INNOVATIVE_SME = "innovative_sme", N_("Innovative SME")  # 创新型中小企业
    CHAIN_LEADER = "chain_leader", N_("Chain leader")  # 链主
    PROVINCIAL_PLATFORM = "provincial_platform", N_("Provincial platform")  # 省级平台
    SOFTWARE_OVER_5M = "software_over_5m", N_("Software firm over 5 million")  # 500万以上软件企业


class Industry(Model):
    """A class of GB/T 4754-2017: a section (letter) or a division (two digits)."""

    code = fields.CharField(4, primary_key=True, description="Letter of the section, or digits of the division.")
    name = fields.CharField(80, description="Its name.")
    name_en = fields.CharField(120, description="Its name in English.")
    parent: fields.ForeignKeyNullableRelation[Industry] = fields.ForeignKeyField(
        "civicgraph.Industry",
        related_name="children",
        null=True,
        on_delete=fields.RESTRICT,
        description="The section that it is part of.",
    )

    class Meta:
        table = "industry"
        indexes = (("parent_id", "code"),)


class Enterprise(Listing):
    """An entry of the register of market entities 经营主体."""

    credit_code = fields.CharField(18, unique=True, description="Unified social credit code (GB 32100-2015).")
    name = fields.CharField(120, description="Registered name.")
    brand = fields.CharField(60, default="", description="The brand it is known by.")
    kind = fields.CharEnumField(EnterpriseKind, max_length=12, description="Its legal kind.")
    status = fields.CharEnumField(
        EnterpriseStatus, max_length=10, default=EnterpriseStatus.ACTIVE, description="Whether it does business."
    )
    industry: fields.ForeignKeyRelation[Industry] = fields.ForeignKeyField(
        "civicgraph.Industry", related_name="enterprises", on_delete=fields.RESTRICT, description="What it does."
    )
    division = place("enterprises")
    address = fields.CharField(200, default="", description="Registered address.")
    established_on = fields.DateField(null=True, description="Day of its founding.")
    summary = fields.TextField(default="", description="What is worth knowing about it.")
    is_published = fields.BooleanField(default=True, description="Shown to the public.")
    contact_name = fields.CharField(60, default="", description="Whom to ask for. Never public.")
    contact_phone = fields.TextField(default="", description="Telephone, encrypted. Never public.")
    contact_phone_masked = fields.CharField(40, default="", description="The telephone, masked.")
    search_terms = fields.TextField(default="", description="Bigrams of its names.")

    class Meta:
        table = "enterprise"
        indexes = (("division_id", "id"), ("industry_id", "id"), ("division_id", "is_published"))

    sql_indexes: ClassVar[SqlIndexes] = {**by_place("enterprise", "division_id", "id"), "enterprise_section": ()}


class EnterpriseListing(Record):
    """An enterprise's place on a list, from a day to a day."""

    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="listings", on_delete=fields.CASCADE, description="The enterprise."
    )
    list = fields.CharEnumField(EnterpriseList, max_length=24, description="The list.")
    listed_on = fields.DateField(description="First day on it.")
    delisted_on = fields.DateField(null=True, description="Last day on it, empty while it lasts.")

    class Meta:
        table = "enterprise_listing"
        unique_together = (("enterprise", "list", "listed_on"),)
        indexes = (("list", "enterprise_id"), ("enterprise_id", "id"))

    sql_indexes: ClassVar[SqlIndexes] = {"enterprise_on_list": ()}


class Product(Record):
    """What an enterprise makes."""

    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="products", on_delete=fields.CASCADE, description="The enterprise."
    )
    position = fields.IntField(description="Its place in the list, from 1.")
    name = fields.CharField(80, description="Its name.")
    annual_output = fields.BigIntField(null=True, description="Output of a year, in the unit.")
    unit = fields.CharField(20, default="", description="The unit of the output, for instance 斤.")
    note = fields.CharField(300, default="", description="Where it is grown or sold, its recognitions.")

    class Meta:
        table = "product"
        indexes = (("enterprise_id", "position", "id"),)

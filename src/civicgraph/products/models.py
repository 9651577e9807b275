"""Tables of the products room."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from civicgraph.enterprises.models import Enterprise
from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place
from civicgraph.products.units import Unit


class ProductKind(Labelled):
    """What sort of product it is."""

    PRODUCE = "produce", N_("Farm produce")  # 农产品
    LIVESTOCK = "livestock", N_("Meat, eggs and fish")  # 畜禽水产
    FOOD = "food", N_("Processed food")  # 加工食品
    TEA = "tea", N_("Tea")  # 茶叶
    DRINK = "drink", N_("Spirits and drinks")  # 酒水饮料
    HERB = "herb", N_("Medicinal herbs")  # 中药材
    CRAFT = "craft", N_("Crafts")  # 手工艺品
    INDUSTRIAL = "industrial", N_("Industrial goods")  # 工业品


class Month(Labelled):
    """A month of the year, in which something is on sale."""

    JANUARY = "january", N_("January")
    FEBRUARY = "february", N_("February")
    MARCH = "march", N_("March")
    APRIL = "april", N_("April")
    MAY = "may", N_("May")
    JUNE = "june", N_("June")
    JULY = "july", N_("July")
    AUGUST = "august", N_("August")
    SEPTEMBER = "september", N_("September")
    OCTOBER = "october", N_("October")
    NOVEMBER = "november", N_("November")
    DECEMBER = "december", N_("December")


class Product(Listing):
    """What an enterprise makes and sells."""

    enterprise_id: int
    division_id: str
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="products", on_delete=fields.CASCADE, description="Who makes it."
    )
    division = place("products", description="Where it is made.")
    kind = fields.CharEnumField(ProductKind, max_length=12, description="What sort of product it is.")
    name = fields.CharField(80, description="Its name.")
    name_en = fields.CharField(120, default="", db_default="", description="Its name in English.")
    brand = fields.CharField(60, default="", description="The brand that it is sold under.")
    summary = fields.CharField(300, default="", description="In one or two sentences.")
    description = fields.TextField(default="", description="Everything worth knowing.")
    months: fields.Field[list[str]] = fields.JSONField(
        default=list, description="The months in which it is on sale, empty: all year."
    )
    standards: fields.Field[list[str]] = fields.JSONField(
        default=list, description="Standards that it keeps and certificates that it has."
    )
    picture_alt = fields.CharField(120, default="", description="What its picture shows, for those who do not see it.")
    contact_name = fields.CharField(
        60, default="", description="Whom buyers ask for, as the enterprise agreed to make public."
    )
    contact_phone = fields.CharField(40, default="", description="Telephone for buyers, public by the same agreement.")
    contact_agreed_on = fields.DateField(
        null=True, description="The day on which the enterprise agreed to that, empty when there is no public contact."
    )
    is_published = fields.BooleanField(default=False, description="Shown to the public.")
    search_terms = fields.TextField(default="", description="Bigrams of its texts.")

    class Meta:
        table = "product"
        indexes = (("enterprise_id", "id"), ("kind", "id"), ("division_id", "id"))

    sql_indexes: ClassVar[SqlIndexes] = by_place("product", "division_id", "id")


class ProductOutput(Record):
    """How much of a product was made in a year."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "civicgraph.Product", related_name="outputs", on_delete=fields.CASCADE, description="The product."
    )
    year = fields.IntField(description="The year.")
    amount = fields.CharField(24, description="How much, in the unit, as it was typed.")
    unit = fields.CharEnumField(Unit, max_length=12, description="The unit of the amount.")
    base_amount = fields.BigIntField(
        description="The same exactly, in grams, millilitres or 1/300 m², and what is counted by number."
    )

    class Meta:
        table = "product_output"
        unique_together = (("product", "year"),)


class ProductionBase(Record):
    """Where a product is grown or made 生产基地."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "civicgraph.Product", related_name="bases", on_delete=fields.CASCADE, description="The product."
    )
    position = fields.IntField(description="Its place in the list, from 1.")
    name = fields.CharField(80, description="Its name.")
    kind = fields.CharField(40, default="", description="What it is, for instance 林地加大棚.")
    place: Any = fields.ForeignKeyField(
        "civicgraph.Division",
        related_name=False,
        null=True,
        on_delete=fields.RESTRICT,
        description="Where it lies in the city.",
    )
    elsewhere = fields.CharField(40, default="", description="Where it lies outside the city, in words.")
    area = fields.CharField(24, default="", description="How large it is, in its unit, as it was typed.")
    area_unit = fields.CharEnumField(Unit, max_length=12, null=True, description="The unit of the area.")
    area_base = fields.BigIntField(null=True, description="The area exactly, in 1/300 m².")
    capacity = fields.CharField(24, default="", description="How much it holds, in its unit, as it was typed.")
    capacity_unit = fields.CharEnumField(Unit, max_length=12, null=True, description="The unit of what it holds.")

    class Meta:
        table = "production_base"
        indexes = (("product_id", "position", "id"),)


class SupplyLink(Record):
    """Whom a product is sold to in a year, and where 产销对接."""

    product_id: int
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "civicgraph.Product", related_name="links", on_delete=fields.CASCADE, description="The product."
    )
    position = fields.IntField(description="Its place in the list, from 1.")
    source = fields.CharField(80, default="", description="The base or place that it comes from, in words.")
    buyer_name = fields.CharField(80, default="", description="Who buys it.")
    buyer: Any = fields.ForeignKeyField(
        "civicgraph.Enterprise",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="The buyer’s entry in the city’s register.",
    )
    place: Any = fields.ForeignKeyField(
        "civicgraph.Division",
        related_name=False,
        null=True,
        on_delete=fields.RESTRICT,
        description="Where it is sold in the city.",
    )
    market = fields.CharField(40, description="The name of the place where it is sold.")
    year = fields.IntField(description="The year.")
    amount = fields.CharField(24, description="How much, in the unit, as it was typed.")
    unit = fields.CharEnumField(Unit, max_length=12, description="The unit of the amount.")
    base_amount = fields.BigIntField(
        description="The same exactly, in grams, millilitres or 1/300 m², and what is counted by number."
    )
    mass_grams = fields.BigIntField(null=True, description="The same in grams, of what is weighed.")
    since_on = fields.DateField(null=True, description="Since when it is sold there.")

    class Meta:
        table = "supply_link"
        indexes = (("product_id", "position", "id"), ("year", "market", "id"), ("market", "id"))


class SupportReceived(Record):
    """Help that a product's makers got from elsewhere 帮扶."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "civicgraph.Product", related_name="supports", on_delete=fields.CASCADE, description="The product."
    )
    position = fields.IntField(description="Its place in the list, from 1.")
    giver = fields.CharField(80, description="Who gave it.")
    amount_fen = fields.BigIntField(description="How much, in 1/100 CNY.")
    year = fields.IntField(null=True, description="The year, empty when it is not known.")

    class Meta:
        table = "support_received"
        indexes = (("product_id", "position", "id"),)


class Recognition(Record):
    """A title that a product was given 认定."""

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "civicgraph.Product", related_name="recognitions", on_delete=fields.CASCADE, description="The product."
    )
    position = fields.IntField(description="Its place in the list, from 1.")
    title = fields.CharField(120, description="The title.")
    giver = fields.CharField(80, default="", description="Who gave it.")
    year = fields.IntField(null=True, description="The year in which it was given, empty when it is not known.")
    until_on = fields.DateField(null=True, description="The last day on which it holds, empty when it has no end.")

    class Meta:
        table = "recognition"
        indexes = (("product_id", "position", "id"),)

"""GraphQL of the products room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from civicgraph.graph import (
    BigInt,
    DivisionCode,
    Order,
    any_of,
    column,
    computed,
    door,
    equals,
    filter_type,
    flag,
    json_column,
    matches,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    split,
    summed,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.products import models, operations, rules
from civicgraph.products.models import Month, ProductKind
from civicgraph.products.units import Unit

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

MAX_PARTS = 100
_MEASURE = {"unit": (Unit, "The unit that it is wanted in.")}
_AMOUNT_IN = "In another unit, to four decimals; null in one that no conversion leads to."


@filter_type
class ProductFilter:
    """Which products."""

    kind = any_of("kind", ProductKind, "Of any of these kinds.")
    within = within("division_id", "Made in this division or anywhere below it.")
    month = where(
        Month,
        "On sale in this month; what names no months is on sale all year.",
        rules.is_on_sale,
        reason="Every month has many products: a page is full after a few of them.",
    )
    text = matches("product")
    is_published = flag(
        "Shown to everyone (or not yet).",
        rules.is_public,
        lambda c, row: f"NOT {rules.is_public(c, row)}",
        reason="Nearly all are shown; those that are not are asked for by staff, in a place of theirs.",
    )
    is_editable = flag(
        "You may change it.",
        rules.may_edit,
        reason="Editors ask for a place of theirs by `within`; without, the walk ends with the time of a statement.",
    )


@order_type
class ProductOrder:
    """The order of products."""

    NEWEST = Order(("id",), "Latest listed first.", is_descending=True)


@filter_type
class SupplyLinkFilter:
    """Which sales."""

    year = equals("year", int, "Of this year.")
    market = equals("market", str, "Sold in the place of this name.")
    made_within = where(
        DivisionCode, "Of products that are made in this division or anywhere below it.", rules.made_within
    )


@order_type
class SupplyLinkOrder:
    """The order of sales."""

    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)


@node(models.Product, visible=rules.visible, is_big=True)
class Product:
    """What an enterprise makes and sells."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    kind = column()
    name = column()
    name_en = column()
    brand = column()
    summary = column()
    description = column()
    months = json_column(Month, description="The months in which it is on sale, empty: all year.")
    standards = json_column(str, description="Standards that it keeps and certificates that it has.")
    picture_alt = column()
    contact_name = column()
    contact_phone = column()
    contact_agreed_on = column()
    is_published = column()
    is_generated = column()
    version = column()
    updated_at = column()
    division = to_one("divisions.Division")
    enterprise = to_one("enterprises.Enterprise", is_nullable=True, description="Who makes it.")
    pictures = to_many(
        "uploads.Upload", link=rules.pictures_of, order=("position", "id"), description="Its picture, if it has one."
    )
    outputs = to_many("ProductOutput", key="product_id", order=("year",), description="How much is made, by year.")
    output = to_one(
        "ProductOutput",
        link=lambda c, row, child, year=None: (
            f"{child['product_id']} = {row['id']}" + (f" AND {child['year']} = {year.sql(c)}" if year else "")
        ),
        last_by="year",
        arguments={"year": (int | None, "Of this year; of the latest when it is not given.")},
        is_nullable=True,
        description="How much is made in a year; null when that is not known.",
    )
    bases = to_many(
        "ProductionBase", key="product_id", order=("position", "id"), description="Where it is grown or made."
    )
    links = to_many(
        "SupplyLink", key="product_id", order=("position", "id"), description="Whom it is sold to, and where."
    )
    supports = to_many(
        "SupportReceived",
        key="product_id",
        order=("position", "id"),
        description="Help that its makers got from elsewhere.",
    )
    recognitions = to_many(
        "Recognition", key="product_id", order=("position", "id"), description="Titles that it was given."
    )
    may_be_asked = computed(bool, rules.may_be_asked, "Whether its maker can be written to by `inquireProduct`.")
    may_edit = computed(bool, rules.may_edit, "Whether you may change it.")


@type_(models.ProductOutput)
class ProductOutput:
    """How much of a product was made in a year."""

    year = column()
    amount = column()
    unit = column()
    base_amount = column()
    amount_in = computed(float | None, rules.amount_in, _AMOUNT_IN, arguments=_MEASURE)


@type_(models.ProductionBase)
class ProductionBase:
    """Where a product is grown or made."""

    name = column()
    kind = column()
    elsewhere = column()
    area = column()
    area_unit = column()
    area_base = column()
    capacity = column()
    capacity_unit = column()
    place = to_one("divisions.Division")


@node(models.SupplyLink, visible=rules.visible_part)
class SupplyLink:
    """Whom a product is sold to in a year, and where."""

    source = column()
    buyer_name = column()
    market = column()
    year = column()
    amount = column()
    unit = column()
    base_amount = column()
    since_on = column()
    amount_in = computed(float | None, rules.amount_in, _AMOUNT_IN, arguments=_MEASURE)
    place = to_one("divisions.Division")
    buyer = to_one("enterprises.Enterprise")
    product = to_one("Product", is_nullable=True)


@type_(models.SupportReceived)
class SupportReceived:
    """Help that a product's makers got from elsewhere."""

    giver = column()
    amount_fen = column()
    year = column()


@type_(models.Recognition)
class Recognition:
    """A title that a product was given."""

    title = column()
    giver = column()
    year = column()
    until_on = column()


# Sums -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sales:
    """A slice of the sales: SQL for the year, the market and what is public of them."""

    compiler: Compiler
    year: str
    market: str = ""
    made_within: Given | None = None
    premise: str = ""

    def condition(self, row: Row) -> str:
        """Chooses the sales, by the index (year, market); those of products that everyone sees."""
        c = self.compiler
        _, source = c.find("Product", lambda one: f"{one['id']} = {row['product_id']} AND {rules.is_public(c, one)}")
        found = [f"{row['year']} = {self.year}", f"EXISTS (SELECT 1 {source})"]
        if self.market:
            found.append(f"{row['market']} = {self.market}")
        if self.made_within is not None:
            found.append(rules.made_within(c, row, self.made_within))
        return " AND ".join(found)


def _pick(c: Compiler, row: Row | None, *, year: Given, made_within: Given | None = None) -> Sales:
    return Sales(c, year.sql(c, "int"), made_within=made_within)


def _by_market(c: Compiler, whole: Sales) -> tuple[str, str, Sales]:
    """In parts by the places where something is sold, by name."""
    kind = c.alias()
    sold, source = c.find("SupplyLink", whole.condition)
    inner = f"SELECT DISTINCT {sold['market']} AS value {source} ORDER BY 1 LIMIT {MAX_PARTS}"
    return f"FROM ({inner}) {kind}", f"{kind}.value", replace(whole, market=f"{kind}.value")


def _count(c: Compiler, row: Row) -> str:
    _, source = c.find("SupplyLink", row.slice.condition)
    return f"(SELECT count(*) {source})"


@type_(models.SupplyLink)
class MarketFigures:
    """What is sold in a year of products that everyone sees, in all or in one place."""

    market = computed(str | None, lambda c, row: row.slice.market or "NULL", "The place; null: all of them.")
    sales = computed(int, _count, "How many sales there are.")
    mass_grams = computed(BigInt, lambda c, row: row["mass_grams"], "What is sold by weight, in grams.")
    by_market = split("MarketFigures", _by_market, size=20, description="In parts by the place where it is sold.")


@root
class Query:
    """Reads of the products room."""

    product = root_one(
        "Product",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="A product by its number.",
    )
    products = root_connection("Product", description="Products of the city’s enterprises.")
    supply_links = root_connection("SupplyLink", description="Whom products are sold to, and where.")
    market_figures = summed(
        "MarketFigures",
        _pick,
        arguments={
            "year": (int, "The year."),
            "made_within": (DivisionCode | None, "Of products that are made in this division or anywhere below it."),
        },
        is_nullable=False,
        description="What is sold where in a year, in sums.",
    )


Mutation = mutations(
    "Mutation",
    door(operations.create_product, {"product": "Product"}),
    door(operations.update_product, {"product": "Product"}),
    door(operations.describe_product, {"product": "Product"}),
    door(operations.inquire_product, {"product": "Product"}),
    door(operations.publish_product, {"product": "Product"}),
    door(operations.withdraw_product, {"product": "Product"}),
    door(operations.set_product_picture, {"product": "Product"}),
    door(operations.remove_product_picture, {"product": "Product"}),
)
TYPES = (
    *(Product, ProductOutput, ProductionBase, SupplyLink, SupportReceived, Recognition),
    MarketFigures,
)

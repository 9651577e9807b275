"""Products of the small city: public and not, with outputs in every kind of unit, bases, sales and pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import floor
from random import Random
from typing import Any

from civicgraph.permissions import EDIT_PRODUCTS
from civicgraph.products.models import (
    Month,
    Product,
    ProductionBase,
    ProductKind,
    ProductOutput,
    Recognition,
    SupplyLink,
    SupportReceived,
)
from civicgraph.products.units import Unit
from civicgraph.text import search_terms
from civicgraph.uploads.models import Purpose, Upload
from tests.graph.reference.intake import files
from tests.graph.reference.words import ODD, WORDS, mark, sentence
from tests.graph.reference.world import Thing, World

DAY = date(2026, 5, 1)
SIZES = {
    **{"JIN": ("g", 500), "KILOGRAM": ("g", 1000), "TONNE": ("g", 1_000_000)},
    **{"MU": ("m", 200_000), "HECTARE": ("m", 3_000_000), "SQUARE_METRE": ("m", 300)},
    **{"LITRE": ("l", 1000), "KILOLITRE": ("l", 1_000_000)},
}
"""What the units measure and how much they are."""


def owned(kind: str, order: str = "position") -> Callable[[World, Any], list[Thing]]:
    """What belongs to a product, in order."""

    def find(world: World, row: Any) -> list[Thing]:
        found = world.rows.having(kind, "product_id", row.id)
        return world.things(kind, sorted(found, key=lambda one: (getattr(one, order), one.id)))

    return find


def output(world: World, row: Any, year: int | None = None) -> Thing | None:
    """That of a year, or the latest."""
    found = [one for one in world.rows.having("ProductOutput", "product_id", row.id) if year in (None, one.year)]
    return Thing("ProductOutput", max(found, key=lambda one: one.year)) if found else None


def amount_in(world: World, row: Any, unit: Any) -> float | None:
    """In another unit to four places, half a place counting up; null where no conversion leads to it."""
    wanted = str(getattr(unit, "name", unit))
    if row.unit.name == wanted and wanted not in SIZES:
        return float(row.base_amount)
    kind, size = SIZES.get(wanted, ("", 1))
    if SIZES.get(row.unit.name, ("?", 1))[0] != kind:
        return None
    return floor(Fraction(10_000 * row.base_amount, size) + Fraction(1, 2)) / 10_000


def texts(world: World, row: Any) -> list[str]:
    """What it is found by."""
    return [row.name, row.brand, row.summary, *row.standards]


FIELDS: dict[str, Callable[..., Any]] = {
    "Product.outputs": owned("ProductOutput", "year"),
    "Product.output": output,
    "Product.bases": owned("ProductionBase"),
    "Product.links": owned("SupplyLink"),
    "Product.supports": owned("SupportReceived"),
    "Product.recognitions": owned("Recognition"),
    "Product.pictures": files("Upload", "Product"),
    "Product.number": lambda world, row: row.id,
    "ProductOutput.amountIn": amount_in,
    "SupplyLink.amountIn": amount_in,
}


async def build_products(places: list[str]) -> None:
    """All of it; thrown with dice of their own, so that the rest of the city stays as it is."""
    dice = Random(29)
    for number in range(1, 31):
        is_published = dice.random() < 0.7
        hidden = "" if is_published else mark("product", "name", number)
        name, summary = sentence(dice)[:50] + hidden, sentence(dice)[:250]
        brand, standards = dice.choice(WORDS), dice.choice([[], ["GB 7096", ODD[0]]])
        await Product.create(
            enterprise_id=dice.randint(1, 25),
            division_id=dice.choice(places),
            kind=dice.choice(list(ProductKind)),
            name=name,
            brand=brand,
            summary=summary,
            description=dice.choice(ODD),
            months=dice.choice([[], [], [Month.MAY.name], [Month.JANUARY.name, Month.DECEMBER.name]]),
            standards=standards,
            picture_alt=dice.choice(["", "图"]),
            contact_name=dice.choice(["", "采购"]),
            contact_phone=dice.choice(["", "0851-1"]),
            contact_agreed_on=dice.choice([None, DAY]),
            is_published=is_published,
            is_generated=number % 2 == 0,
            search_terms=search_terms(name, brand, summary, *standards),
        )
        await _parts(dice, number, places)
    for number in range(1, 7):
        await Upload.create(
            name=f"picture-{number}",
            subject_type="Product",
            subject_id=number,
            purpose=Purpose.PICTURE,
            division_code=dice.choice(places),
            capability=EDIT_PRODUCTS,
            is_public=True,
            reason=mark("upload", "reason", await Upload.all().count() + 1),
            filename="",
            media_type="image/jpeg",
            size_bytes=number * 1000,
            content_hash="0" * 64,
            original_hash="0" * 64,
        )


async def _parts(dice: Random, number: int, places: list[str]) -> None:
    of = {"product_id": number}
    for year in dice.sample((2023, 2024, 2025), dice.randint(0, 3)):
        await ProductOutput.create(**of, year=year, **_amount(dice))
    for position in range(dice.randint(0, 2)):
        unit = dice.choice([None, Unit.MU, Unit.HECTARE])
        await ProductionBase.create(
            **of,
            position=position // 2,
            name=dice.choice(WORDS),
            kind=dice.choice(["", "林地"]),
            place_id=dice.choice([None, *places]),
            elsewhere=dice.choice(["", "珠海"]),
            area="12.5" if unit else "",
            area_unit=unit,
            area_base=None if unit is None else 2**40,
            capacity=dice.choice(["", "330000"]),
            capacity_unit=dice.choice([None, Unit.STICK]),
        )
        await SupportReceived.create(
            **of, position=position // 2, giver="珠海", amount_fen=2**50, year=dice.choice([None, 2025])
        )
        until = dice.choice([None, DAY])
        await Recognition.create(
            **of, position=position // 2, title="认定", giver=dice.choice(["", "市"]), year=2025, until_on=until
        )
    for position in range(dice.randint(0, 3)):
        amount = _amount(dice)
        await SupplyLink.create(
            **of,
            position=position // 2,
            source=dice.choice(["", "基地"]),
            buyer_name=dice.choice(["", "超市"]),
            buyer_id=dice.choice([None, dice.randint(1, 25)]),
            place_id=dice.choice([None, *places]),
            market=dice.choice(["珠海", "重庆", "%"]),
            year=dice.choice([2024, 2025]),
            mass_grams=amount["base_amount"],
            since_on=dice.choice([None, DAY]),
            **amount,
        )


def _amount(dice: Random) -> dict[str, Any]:
    base = dice.choice([1, 249, 250, 10**13, 666_667, 123_456_789_012])
    return {"amount": "1", "unit": dice.choice(list(Unit)), "base_amount": base}

"""A small city with editors, a mushroom grower in its register and what it grows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from civicgraph.enterprises import operations as register
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.rules import complete
from civicgraph.permissions import Actor, Role
from civicgraph.products import operations
from civicgraph.products.models import Product
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

CODE = complete("91520327MA6EMXJH1")
GROWER: dict[str, Any] = {
    "credit_code": CODE,
    "name": "凤冈清菇农业公司",
    "kind": "company",
    "industry_code": "01",
    "division_code": FENGQUAN,
}
MUSHROOMS: dict[str, Any] = {
    "credit_code": CODE,
    "division_code": FENGQUAN,
    "kind": "produce",
    "name": "食用菌",
    "brand": "清菇娘",
    "summary": "林下种的食用菌。",
    "months": ["october", "september"],
    "standards": ["GB 7096"],
    "outputs": [{"year": 2025, "amount": "1,000,000", "unit": "jin"}],
    "bases": [
        {"name": "林下基地", "kind": "林地加大棚", "place_code": FENGQUAN, "area": "1000", "area_unit": "mu"},
        {"name": "珠海基地", "elsewhere": "珠海", "area": "400", "area_unit": "mu"},
    ],
    "links": [{"source": "林下基地", "market": "珠海", "year": 2025, "amount": "20万", "unit": "jin"}],
    "supports": [{"giver": "珠海", "amount_fen": 400_000_000}],
    "recognitions": [{"title": "珠海市菜篮子保供基地"}],
}
List = Callable[..., Awaitable[Product]]


@pytest.fixture
async def city(connected: Settings) -> None:
    """Two counties down to a community each, and the industries."""
    await place.build()
    await load_industries()


@pytest.fixture
async def editor(city: None) -> Actor:
    """Who keeps the listings of Fenggang county."""
    return await place.person("editor", Role.EDITOR, FENGGANG)


@pytest.fixture
async def neighbour(city: None) -> Actor:
    """Who keeps those of the other county."""
    return await place.person("neighbour", Role.EDITOR, SUIYANG)


@pytest.fixture
async def grower(editor: Actor) -> Enterprise:
    """The grower's entry of the register."""
    return await register.create_enterprise(editor, GROWER)


@pytest.fixture
def list_product(editor: Actor, grower: Enterprise) -> List:
    """Lists the mushrooms, or something like them, and shows them unless told not to."""

    async def work(*, publish: bool = True, **values: Any) -> Product:
        row = await operations.create_product(editor, {**MUSHROOMS, **values})
        return await operations.publish_product(editor, version(row)) if publish else row

    return work


def version(row: Product) -> dict[str, int]:
    """Which product, as the editor saw it."""
    return {"id": row.id, "version": row.version}


def edit(row: Product, **changed: Any) -> dict[str, Any]:
    """The whole form of a change."""
    values = {key: value for key, value in MUSHROOMS.items() if key != "credit_code"}
    return {**values, **version(row), **changed}

"""A small city with editors, and a maker of suitcases in its register."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from civicgraph.enterprises import operations
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.rules import complete
from civicgraph.permissions import Actor, Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

CASES: dict[str, Any] = {
    "credit_code": complete("91520323MA6EXAMP1"),
    "name": "遵义市箱箱有礼箱包有限公司",
    "brand": "箱箱有礼",
    "kind": "company",
    "industry_code": "19",
    "division_code": FENGQUAN,
    "address": "凤泉路 1 号",
    "established_on": "2019-03-05",
    "contact_name": "李厂长",
    "contact_phone": "13912345678",
    "listings": [{"list": "designated_size", "listed_on": "2024-01-01"}],
}
Enter = Callable[..., Awaitable[Enterprise]]


def another(number: int) -> str:
    """The code of another enterprise."""
    return complete(f"91520323MA6E{number:05d}")


@pytest.fixture
async def city(connected: Settings) -> None:
    """Two counties down to a community each, and the industries."""
    await place.build()
    await load_industries()


@pytest.fixture
async def editor(city: None) -> Actor:
    """Who keeps the listings of Fenggang county; contacts are not the editor's to read."""
    return await place.person("editor", Role.EDITOR, FENGGANG)


@pytest.fixture
async def supervisor(city: None) -> Actor:
    """Who oversees Fenggang county and may read contacts there."""
    return await place.person("supervisor", Role.SUPERVISOR, FENGGANG)


@pytest.fixture
async def neighbour(city: None) -> Actor:
    """Who oversees the other county."""
    return await place.person("neighbour", Role.SUPERVISOR, SUIYANG)


@pytest.fixture
def enter(editor: Actor) -> Enter:
    """Enters the suitcase maker, or something like it."""

    async def work(**values: Any) -> Enterprise:
        return await operations.create_enterprise(editor, {**CASES, **values})

    return work

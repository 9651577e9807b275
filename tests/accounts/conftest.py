"""A small city with an administrator of each county, and people who can sign in."""

from __future__ import annotations

import pytest

from civicgraph.accounts.models import Person
from civicgraph.accounts.operations import create_person
from civicgraph.permissions import SYSTEM, Actor, Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

PASSWORD = "correct horse battery"


@pytest.fixture
async def city(connected: Settings) -> None:
    """Two counties down to a community each."""
    await place.build()


@pytest.fixture
async def administrator(city: None) -> Actor:
    """Administers 凤冈县."""
    return await place.person("fenggang.admin", Role.ADMINISTRATOR, FENGGANG)


@pytest.fixture
async def neighbour(city: None) -> Actor:
    """Administers 绥阳县."""
    return await place.person("suiyang.admin", Role.ADMINISTRATOR, SUIYANG)


@pytest.fixture
async def lin(city: None) -> Person:
    """Dispatches for 凤泉社区 and can sign in."""
    return await create_person(SYSTEM, newcomer())


def newcomer(**values: object) -> dict[str, object]:
    """What is entered of a new colleague."""
    return {
        "username": "lin",
        "name": "林小红",
        "title": "凤泉社区联络员",
        "email": "lin@example.cn",
        "password": PASSWORD,
        "role": "dispatcher",
        "division_code": FENGQUAN,
        **values,
    }

"""A small piece of the real city for tests: two counties down to a community each, and people who work there."""

from __future__ import annotations

import httpx

from civicgraph.accounts import operations
from civicgraph.accounts.models import Grant, Person
from civicgraph.accounts.passwords import hash_password
from civicgraph.divisions import rules
from civicgraph.divisions.models import Division, DivisionLevel
from civicgraph.grids.models import Grid
from civicgraph.permissions import ANONYMOUS, Actor, Held, Role

PASSWORD = "a password for tests"
CITY, FENGGANG, LONGQUAN, FENGQUAN = "5203", "520327", "520327001", "520327001901"
SUIYANG, FENGHUA, HONGQIAO = "520323", "520323104", "520323104001"
NAMES = {
    CITY: "遵义市",
    FENGGANG: "凤冈县",
    LONGQUAN: "龙泉街道",
    FENGQUAN: "凤泉社区",
    SUIYANG: "绥阳县",
    FENGHUA: "风华镇",
    HONGQIAO: "虹桥社区",
}


async def build() -> None:
    """The divisions, and a grid in each community."""
    levels = {4: DivisionLevel.CITY, 6: DivisionLevel.COUNTY, 9: DivisionLevel.SUBDISTRICT, 12: DivisionLevel.COMMUNITY}
    for code, name in NAMES.items():
        await Division.create(
            code=code, name=name, short_name=name, level=levels[len(code)], parent_id=rules.parent_code(code) or None
        )
    for code in (FENGQUAN, HONGQIAO):
        await Grid.create(code=f"{code}001", division_id=code, name="第一网格", households=120)


async def person(username: str, role: Role, division_code: str, *, email: str = "") -> Actor:
    """A member of staff with one grant, as the actor that a session would give."""
    row = await Person.create(username=username, name=username, email=email)
    await Grant.create(person=row, role=role, division_id=division_code)
    return Actor(kind="person", person_id=row.id, name=row.name, grants=(Held(role, division_code),))


async def sign_in(client: httpx.AsyncClient, username: str, role: Role, division_code: str) -> None:
    """Sign a member of staff with one grant in at this browser."""
    made = await person(username, role, division_code)
    await Person.filter(id=made.person_id).update(password_hash=await hash_password(PASSWORD))
    client.cookies.set("session", await operations.sign_in(ANONYMOUS, {"username": username, "password": PASSWORD}))

"""Who may enter, change and empower whom."""

from __future__ import annotations

from typing import Any

import pytest

from civicgraph.accounts.commands import add_person, list_people, make_token, reset_password
from civicgraph.accounts.models import Grant, Person
from civicgraph.accounts.operations import (
    actor_from_token,
    create_person,
    grant_role,
    revoke_role,
    set_password,
    update_person,
)
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, OperationError, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, SYSTEM, Actor, Role
from tests.accounts.conftest import PASSWORD, newcomer
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG


def edit(row: Person, **values: Any) -> dict[str, Any]:
    """The form of a person, with changes."""
    kept = {"name": row.name, "title": row.title, "email": row.email, "locale": row.locale}
    return {"id": row.id, "version": row.version, **kept, **values}


async def test_an_administrator_enters_people_below_and_nowhere_else(administrator: Actor) -> None:
    row = await create_person(administrator, newcomer())
    assert [(one.role, one.division_id) for one in await Grant.filter(person=row)] == [(Role.DISPATCHER, FENGQUAN)]  # type: ignore[attr-defined]
    for code in (HONGQIAO, SUIYANG, CITY):
        with pytest.raises(Forbidden):
            await create_person(administrator, newcomer(username="other", division_code=code))
    assert await Person.filter(username="other").count() == 0


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.DISPATCHER, Role.EDITOR, Role.SUPERVISOR])
async def test_who_does_not_administer_enters_nobody(city: None, role: Role) -> None:
    actor = await place.person("somebody", role, CITY)
    with pytest.raises(Forbidden):
        await create_person(actor, newcomer())


async def test_strangers_enter_nobody(city: None) -> None:
    with pytest.raises(Forbidden):
        await create_person(ANONYMOUS, newcomer())


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"username": "Lin Xiaohong"}, "username", "string_pattern_mismatch"),
        ({"username": ""}, "username", "missing"),
        ({"name": ""}, "name", "missing"),
        ({"name": "林" * 61}, "name", "string_too_long"),
        ({"password": "short"}, "password", "string_too_short"),
        ({"email": "lin@"}, "email", "email"),
        ({"email": "lin@example.cn\nBcc: all@example.cn"}, "email", "email"),
        ({"role": "emperor"}, "role", "enum"),
        ({"division_code": "520399"}, "division_code", "unknown_division"),
        ({"locale": "fr"}, "locale", "enum"),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field(
    administrator: Actor, values: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await create_person(administrator, newcomer(**values))
    assert [(error.field, error.code) for error in raised.value.errors] == [(field, code)]
    assert await Person.all().count() == 1


async def test_a_sign_in_name_is_given_once(administrator: Actor, lin: Person) -> None:
    with pytest.raises(InvalidInput) as raised:
        await create_person(administrator, newcomer(name="林小明"))
    assert raised.value.errors[0].code == "taken"


async def test_two_editors_of_a_person_do_not_overwrite_each_other(administrator: Actor, lin: Person) -> None:
    await update_person(administrator, edit(lin, title="组长"))
    with pytest.raises(Conflict) as raised:
        await update_person(administrator, edit(lin, title="副组长"))
    assert raised.value.current["title"] == "组长"
    assert (await Person.get(id=lin.id)).title == "组长"


async def test_people_of_another_county_do_not_exist_for_an_administrator(neighbour: Actor, lin: Person) -> None:
    writes: list[Any] = [
        update_person(neighbour, edit(lin, title="别人的")),
        set_password(neighbour, {"id": lin.id, "password": "taken over"}),
        grant_role(neighbour, {"id": lin.id, "role": "editor", "division_code": HONGQIAO}),
        revoke_role(neighbour, {"id": lin.id, "role": "dispatcher", "division_code": FENGQUAN}),
    ]
    for write in writes:
        with pytest.raises(NotFound):
            await write


async def test_who_also_works_elsewhere_is_changed_by_nobody_but_the_level_above(
    administrator: Actor, neighbour: Actor, lin: Person
) -> None:
    await Grant.create(person=lin, role=Role.EDITOR, division_id=HONGQIAO)
    for actor in (administrator, neighbour):
        with pytest.raises(Forbidden):
            await set_password(actor, {"id": lin.id, "password": "taken over"})
    above = await place.person("city.admin", Role.ADMINISTRATOR, CITY)
    await set_password(above, {"id": lin.id, "password": "by the city"})


async def test_a_street_administrator_does_not_touch_the_county_administrator(administrator: Actor) -> None:
    street = await place.person("street.admin", Role.ADMINISTRATOR, LONGQUAN)
    with pytest.raises(NotFound):
        await set_password(street, {"id": administrator.person_id, "password": "taken over"})


async def test_roles_are_given_and_taken_within_ones_own_subtree(administrator: Actor, lin: Person) -> None:
    over = {"id": lin.id, "role": "editor", "division_code": LONGQUAN}
    await grant_role(administrator, over)
    with pytest.raises(InvalidInput) as raised:
        await grant_role(administrator, over)
    assert raised.value.errors[0].code == "held"
    with pytest.raises(Forbidden):
        await grant_role(administrator, {**over, "division_code": HONGQIAO})
    await revoke_role(administrator, over)
    with pytest.raises(NotFound):
        await revoke_role(administrator, over)
    operations = [entry.operation for entry in await AuditEntry.filter(operation__contains="_role").order_by("id")]
    assert operations == ["grant_role", "revoke_role"]


async def test_nobody_shuts_themselves_out(administrator: Actor) -> None:
    row = await Person.get(id=administrator.person_id)
    with pytest.raises(InvalidInput):
        await update_person(administrator, edit(row, is_active=False))
    with pytest.raises(Unavailable):
        await revoke_role(administrator, {"id": row.id, "role": "administrator", "division_code": FENGGANG})


async def test_who_lost_all_roles_belongs_to_the_city(administrator: Actor, lin: Person) -> None:
    await revoke_role(administrator, {"id": lin.id, "role": "dispatcher", "division_code": FENGQUAN})
    with pytest.raises(NotFound):
        await grant_role(administrator, {"id": lin.id, "role": "dispatcher", "division_code": FENGQUAN})
    above = await place.person("city.admin", Role.ADMINISTRATOR, CITY)
    await grant_role(above, {"id": lin.id, "role": "dispatcher", "division_code": FENGQUAN})


async def test_the_trail_keeps_no_address_and_no_password(administrator: Actor, lin: Person) -> None:
    await update_person(administrator, edit(lin, email="xiaohong@example.cn"))
    await set_password(administrator, {"id": lin.id, "password": "a new password"})
    kept = str([dict(entry) for entry in await AuditEntry.all()])
    assert "example.cn" not in kept
    assert "password" in kept
    assert "a new password" not in kept
    assert PASSWORD not in kept


async def test_the_command_line_enters_people_and_tells_the_password_once(city: None) -> None:
    said = await add_person("lin", "林小红", "dispatcher", FENGQUAN, "")
    assert "lin" in said
    again = await reset_password("lin")
    assert said != again
    assert await list_people() == [("lin", "林小红", f"dispatcher {FENGQUAN}", "yes")]
    token = (await make_token("lin", "script", ["read"], 30)).split("\n")[0]
    assert await actor_from_token(token)
    for wrong in (add_person("lin", "林", "dispatcher", FENGQUAN, ""), reset_password("nobody")):
        with pytest.raises(OperationError):
            await wrong


async def test_the_first_administrator_comes_from_the_command_line(city: None) -> None:
    await create_person(SYSTEM, newcomer(username="root", role="administrator", division_code=CITY))
    assert await Grant.filter(role=Role.ADMINISTRATOR, division_id=CITY).count() == 1

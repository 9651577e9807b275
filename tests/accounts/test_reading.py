"""What may be read of accounts, and by whom."""

from __future__ import annotations

from typing import Any

import pytest

from civicgraph.accounts.models import Grant, Person
from civicgraph.accounts.operations import create_token, sign_in, update_person
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.accounts.conftest import PASSWORD
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, SUIYANG

PERSON = """query ($number: Int!) { person(number: $number) {
  name title workPhone username email locale isActive version mayEdit grants { role division { code } }
} }"""
PEOPLE = "query ($filter: PersonFilter) { people(filter: $filter) { totalCount nodes { number name username email } } }"
TRAIL = """query ($filter: AuditEntryFilter) { auditEntries(filter: $filter) {
  nodes { operation subjectType divisionCode changedFields person { name } }
} }"""


async def seen(engine: Engine, row: Person, actor: Actor) -> Any:
    """The person as the actor sees them."""
    return (await engine.read(PERSON, {"number": row.id}, actor))["person"]


async def names(engine: Engine, actor: Actor, **filters: Any) -> list[str]:
    """Whom the actor finds."""
    found = await engine.read(PEOPLE, {"filter": filters}, actor)
    return [one["name"] for one in found["people"]["nodes"]]


async def test_an_administrator_sees_an_account_whole(engine: Engine, administrator: Actor, lin: Person) -> None:
    found = await seen(engine, lin, administrator)
    assert (found["username"], found["email"], found["mayEdit"]) == ("lin", "lin@example.cn", True)
    assert found["grants"] == [{"role": "DISPATCHER", "division": {"code": FENGQUAN}}]


async def test_a_dispatcher_sees_a_colleagues_name_and_roles_but_not_the_account(engine: Engine, lin: Person) -> None:
    dispatcher = await place.person("chen", Role.DISPATCHER, FENGQUAN)
    found = await seen(engine, lin, dispatcher)
    assert (found["name"], found["title"]) == ("林小红", "凤泉社区联络员")
    assert (found["username"], found["email"], found["version"], found["mayEdit"]) == (None, None, None, False)


async def test_oneself_one_sees_but_does_not_edit(engine: Engine, lin: Person) -> None:
    actor = Actor(kind="person", person_id=lin.id)
    found = await seen(engine, lin, actor)
    assert (found["email"], found["mayEdit"]) == ("lin@example.cn", False)
    assert (await engine.read("{ me { username } }", {}, actor))["me"] == {"username": "lin"}


async def test_neither_strangers_nor_another_county_find_people(
    engine: Engine, lin: Person, administrator: Actor, neighbour: Actor
) -> None:
    for actor in (ANONYMOUS, neighbour):
        assert await seen(engine, lin, actor) is None
    assert await names(engine, ANONYMOUS) == []
    assert await names(engine, neighbour) == ["suiyang.admin"]
    assert await names(engine, administrator) == ["fenggang.admin", "林小红"]
    assert (await engine.read("{ me { name } }", {}, ANONYMOUS))["me"] is None


async def test_by_its_global_id_too_a_person_is_a_name_and_an_office_alone(
    engine: Engine, lin: Person, neighbour: Actor
) -> None:
    document = "query ($id: ID!) { node(id: $id) { ... on Person { name email username grants { role } } } }"
    for actor in (ANONYMOUS, neighbour):
        found = (await engine.read(document, {"id": f"Person:{lin.id}"}, actor))["node"]
        assert found in (None, {"name": "林小红", "email": None, "username": None, "grants": []})


async def test_roles_elsewhere_are_not_told(engine: Engine, administrator: Actor, lin: Person) -> None:
    await Grant.create(person=lin, role=Role.EDITOR, division_id=HONGQIAO)
    found = await seen(engine, lin, administrator)
    assert [one["division"]["code"] for one in found["grants"]] == [FENGQUAN]
    assert (found["username"], found["mayEdit"]) == ("lin", False)


async def test_people_are_found_by_name_place_and_whether_they_may_sign_in(
    engine: Engine, administrator: Actor, lin: Person
) -> None:
    await place.person("gone", Role.EDITOR, FENGQUAN)
    await Person.filter(username="gone").update(is_active=False)
    assert await names(engine, administrator, text="小红") == ["林小红"]
    assert await names(engine, administrator, text="LIN") == ["林小红"]
    assert await names(engine, administrator, roleWithin=FENGQUAN) == ["gone", "林小红"]
    assert await names(engine, administrator, isActive=False) == ["gone"]
    assert await names(engine, administrator, roleWithin=SUIYANG) == []


async def test_nobody_but_the_city_finds_who_has_no_role(
    engine: Engine, administrator: Actor, neighbour: Actor, lin: Person
) -> None:
    await Grant.filter(person=lin).delete()
    assert await seen(engine, lin, administrator) is None
    above = await place.person("city.admin", Role.ADMINISTRATOR, CITY)
    assert (await seen(engine, lin, above))["mayEdit"] is True


async def test_the_trail_is_read_by_those_who_oversee_the_place(
    engine: Engine, administrator: Actor, neighbour: Actor, lin: Person
) -> None:
    form = {"id": lin.id, "version": 1, "name": "林小红", "title": "组长", "email": "new@example.cn"}
    await update_person(administrator, form)

    async def trail(actor: Actor, **filters: Any) -> list[Any]:
        return list((await engine.read(TRAIL, {"filter": filters}, actor))["auditEntries"]["nodes"])

    newest = (await trail(administrator))[0]
    assert (newest["operation"], newest["person"]) == ("update_person", {"name": "fenggang.admin"})
    assert "组长" in newest["changedFields"]
    assert "example.cn" not in newest["changedFields"]
    assert await trail(neighbour) == await trail(ANONYMOUS) == []
    worker = await place.person("worker", Role.GRID_WORKER, FENGGANG)
    assert await trail(worker) == []
    assert len(await trail(administrator, operation="update_person")) == 1
    assert len(await trail(administrator, subjectType="Person", subjectId=str(lin.id), within=FENGGANG)) == 2
    assert await trail(administrator, within=SUIYANG) == []


@pytest.mark.parametrize("field", ["mySessions", "myTokens"])
async def test_sessions_and_tokens_are_read_by_their_owner_alone(
    engine: Engine, administrator: Actor, lin: Person, field: str
) -> None:
    await sign_in(ANONYMOUS, {"username": "lin", "password": PASSWORD})
    owner = Actor(kind="person", person_id=lin.id)
    await create_token(owner, {"name": "script", "scopes": ["read"]})
    document = f"query {{ {field}(filter: {{isAlive: true}}) {{ nodes {{ number createdAt }} }} }}"
    assert len((await engine.read(document, {}, owner))[field]["nodes"]) == 1
    for actor in (administrator, ANONYMOUS):
        assert (await engine.read(document, {}, actor))[field]["nodes"] == []


async def test_hashes_are_no_part_of_the_schema(engine: Engine) -> None:
    from graphql import print_schema

    text = print_schema(engine.schema)
    assert "passwordHash" not in text
    assert "tokenHash" not in text

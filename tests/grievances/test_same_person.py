"""Other reports of the same person: found without opening a contact, by grants, and never unseen."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from civicgraph import settings as configuration
from civicgraph.grievances import operations
from civicgraph.operations import Forbidden
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.privacy import keys
from civicgraph.settings import Settings
from tests.grievances.conftest import Report, fill, words
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import CITY, FENGQUAN, HONGQIAO


async def _numbers(actor: Actor, number: str) -> list[str]:
    found: list[str] = (await operations.find_reports_of_same_person(actor, {"number": number}))["numbers"]
    return found


async def test_reports_with_the_same_telephone_or_e_mail_are_found_where_ones_grants_cover_them(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    first = await report(contact_phone="138 0000 1234", contact_email="chen@example.cn")
    same_phone = await report(contact_phone="+86 13800001234")
    same_email = await report(contact_email="Chen@Example.cn")
    elsewhere = await report(contact_phone="13800001234", division_code=HONGQIAO)
    await report(contact_phone="13900001234")
    await report()
    assert await _numbers(dispatcher, first.number) == [same_email.number, same_phone.number]
    city = await place.person("city", Role.SUPERVISOR, CITY)
    assert await _numbers(city, first.number) == [elsewhere.number, same_email.number, same_phone.number]
    assert await _numbers(city, (await report()).number) == []
    with pytest.raises(Forbidden):  # who may not look at the contact may not look for the person either
        await _numbers(worker, first.number)
    looks = await AuditEntry.filter(operation="find_reports_of_same_person").order_by("id")
    assert [(one.person_id, one.changes) for one in looks[:2]] == [
        (dispatcher.person_id, {"same_person": [None, 2]}),
        (city.person_id, {"same_person": [None, 3]}),
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_they_are_found_while_keys_are_rotated_and_after(
    report: Report, dispatcher: Actor, connected: Settings
) -> None:
    first, second = [await report(contact_phone="13800001234") for _ in range(2)]
    ring = connected.model_copy(update={"contact_keys": SecretStr("b2:another secret that is long enough for it")})
    configuration.use(ring)
    third = await report(contact_phone="13800001234")
    assert await _numbers(dispatcher, third.number) == [second.number, first.number]
    async for _ in keys.rotate():
        pass
    assert await _numbers(dispatcher, first.number) == [third.number, second.number]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_work_page_shows_them_when_asked(app: Starlette) -> None:
    await fill()
    made = [
        (await operations.file_grievance(ANONYMOUS, words(contact_phone="13800001234", category=one)))["grievance"]
        for one in ("gas", "lighting")
    ]
    point = await signed_in(app, await place.person("point", Role.DISPATCHER, FENGQUAN))
    await point.open(f"/staff/grievances/{made[0].number}")
    shown = await point.send(f"/staff/grievances/{made[0].number}/person-views#related")
    assert "同一个人" in shown.split('id="related"')[1]
    assert made[1].number in shown.split("同一个人的诉求")[-1]
    assert await AuditEntry.filter(operation="find_reports_of_same_person").count() == 1

"""Staff find who registered by their telephone: by a keyed hash, each look recorded, in no address."""

from __future__ import annotations

import re

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from civicgraph import crypto
from civicgraph import settings as configuration
from civicgraph.bookings import operations
from civicgraph.bookings.models import Registration
from civicgraph.bookings.operations.find_by_phone import with_phone
from civicgraph.events import operations as events
from civicgraph.operations import Forbidden
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.privacy import keys
from tests.bookings.conftest import LATER, Offer, come
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO
from tests.support.plans import plan_of

INDEX = "/staff/bookings"
PHONE = "13800001234"


async def test_whoever_calls_is_found_by_the_number_however_it_is_typed_and_each_look_is_recorded(
    app: Starlette, offer: Offer, dispatcher: Actor, neighbour: Actor
) -> None:
    night, workshop = await offer(capacity=1), await offer(title="工作坊")
    first = await come(night, "张三", contact_phone=PHONE)
    second = await come(workshop, "张三的妈妈", contact_phone=PHONE)
    waiting = await come(night, "李四", contact_phone="13900005678")
    elsewhere = await events.create_event(neighbour, {**LATER, "division_code": HONGQIAO})
    await events.publish_event(neighbour, {"slug": elsewhere.slug, "version": 1})
    theirs = await operations.create_quota(neighbour, {"subject_kind": "event", "subject_slug": elsewhere.slug})
    await come(theirs, "孙七", contact_phone=PHONE)
    staff = await signed_in(app, dispatcher)
    await staff.open(INDEX)
    page = await staff.send(f"{INDEX}/lookups", phone="+86 138-0000 1234")
    assert staff.status == 200
    assert "张三" in page
    assert "张三的妈妈" in page
    assert not any(name in page for name in ("李四", "孙七"))
    assert PHONE not in page
    assert PHONE not in staff.address
    looks = await AuditEntry.filter(operation="find_registrations_by_phone").order_by("id")
    assert [(one.person_id, one.subject_id, one.changes) for one in looks] == [  # type: ignore[attr-defined]
        (dispatcher.person_id, str(row.id), {"contact_phone": None}) for row in (second, first)
    ]
    quota = f"{INDEX}/{night.code}"
    await staff.open(quota)
    page = await staff.send(f"{quota}/lookups", phone="139 0000 5678")
    assert "李四" in page  # who waits is found as well
    assert waiting.number in page
    assert "张三" not in page
    nobody = await staff.send(f"{quota}/lookups", phone="13700000000")
    assert "没有登记过这个电话" in nobody
    last = await AuditEntry.filter(operation="find_registrations_by_phone").order_by("-id").first()
    assert last is not None
    assert (last.subject_type, last.subject_id) == ("Quota", str(night.id))
    await staff.send(f"{quota}/lookups", phone="12")
    assert staff.status == 422


async def test_only_those_who_look_after_bookings_may_look(offer: Offer, neighbour: Actor, dispatcher: Actor) -> None:
    quota = await offer()
    await come(quota, "张三", contact_phone=PHONE)
    assert (await operations.find_registrations_by_phone(neighbour, {"phone": PHONE}))["numbers"] == []
    worker = await place.person("worker", Role.GRID_WORKER, FENGGANG)
    with pytest.raises(Forbidden):
        await operations.find_registrations_by_phone(worker, {"phone": PHONE})
    with pytest.raises(Forbidden):
        await operations.find_registrations_by_phone(neighbour, {"phone": PHONE, "quota_code": quota.code})


async def test_partners_find_them_over_graphql_and_strangers_do_not(
    app: Starlette, offer: Offer, dispatcher: Actor
) -> None:
    row = await come(await offer(), "张三", contact_phone=PHONE, is_listed=True)
    staff = await signed_in(app, dispatcher)
    asked = f'{{ registrations(filter: {{numbers: ["{row.number}"]}}, first: 1) {{ nodes {{ contactName }} }} }}'

    async def names(http: httpx.AsyncClient) -> list[str]:
        answer = await http.post("/graphql", json={"query": asked}, headers={"accept": "application/json"})
        return [one["contactName"] for one in answer.json()["data"]["registrations"]["nodes"]]

    assert await names(staff.http) == ["张三"]
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as stranger:
        assert await names(stranger) == []


async def test_those_of_earlier_releases_are_found_once_the_keys_were_rotated(offer: Offer, dispatcher: Actor) -> None:
    row = await come(await offer(), "张三", contact_phone=PHONE)
    await Registration.filter(id=row.id).update(phone_index="")
    asked = {"phone": PHONE}
    assert (await operations.find_registrations_by_phone(dispatcher, asked))["numbers"] == []
    assert (await keys.under_older_keys())["registration.contact_phone"] == 1
    assert [one async for one in keys.rotate()]
    assert (await operations.find_registrations_by_phone(dispatcher, asked))["numbers"] == [row.number]
    found = configuration.current().model_copy(update={"contact_keys": SecretStr("b2:" + "s" * 40)})
    configuration.use(found)
    assert (await operations.find_registrations_by_phone(dispatcher, asked))["numbers"] == [row.number]
    await operations.erase_registration(dispatcher, {"number": row.number, "secret": secret(row)})
    assert (await operations.find_registrations_by_phone(dispatcher, asked))["numbers"] == []


def secret(row: Registration) -> str:
    """The signature of a registration's link."""
    return crypto.keyed_hash("registration", row.number)[:22].upper()


async def test_a_look_by_telephone_is_led_by_the_index_of_keyed_hashes(offer: Offer) -> None:
    quota = await offer()
    everywhere = await plan_of(with_phone(PHONE, (FENGGANG, FENGQUAN), None))
    assert "idx_registratio_phone" in everywhere, everywhere
    for plan in (everywhere, await plan_of(with_phone(PHONE, (FENGGANG, FENGQUAN), quota))):
        assert not re.search(r"SCAN|Seq Scan", plan), plan

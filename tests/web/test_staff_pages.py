"""Every staff page answers, for those whose it is, and sends strangers to the door."""

from __future__ import annotations

import httpx
import pytest

from civicgraph.permissions import Role
from tests.support import city

PATHS = (
    "/staff",
    "/staff/events",
    "/staff/events/new",
    "/staff/events/import",
    "/staff/services",
    "/staff/services/new",
    "/staff/services/import",
    "/staff/bookings",
    "/staff/enterprises",
    "/staff/enterprises/new",
    "/staff/products",
    "/staff/products/new",
    "/staff/vacancies",
    "/staff/vacancies/new",
    "/staff/referrals",
    "/staff/places",
    f"/staff/places/{city.FENGQUAN}",
    f"/staff/places/{city.FENGQUAN}/history",
    "/staff/compounds",
    "/staff/compounds/new",
    "/staff/grids",
    f"/staff/grids/{city.FENGQUAN}001",
    "/staff/grids/new",
    "/staff/grievances",
    "/staff/grievances/new",
    "/staff/people",
    "/staff/people/new",
    "/staff/tokens",
    "/staff/sessions",
    "/staff/audit",
    "/staff/inbox",
    "/staff/outbox",
    "/staff/plans",
)


@pytest.fixture
async def admin(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await city.build()
    await city.sign_in(client, "admin", Role.ADMINISTRATOR, city.CITY)
    return client


async def test_every_staff_page_answers(admin: httpx.AsyncClient) -> None:
    broken = {path: answer.status_code for path in PATHS if (answer := await admin.get(path)).status_code != 200}
    assert not broken


async def test_strangers_are_sent_to_the_door(client: httpx.AsyncClient) -> None:
    for path in PATHS:
        answer = await client.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in"), path

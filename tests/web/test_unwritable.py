"""A full disk, a read-only database: reads go on, forms say so and keep what was typed, nothing half is stored."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection

from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.grievances.operations import file_grievance
from civicgraph.notifications.models import OutboxMessage
from civicgraph.operations.models import AuditEntry, IdempotencyKey
from civicgraph.permissions import ANONYMOUS
from tests.grievances.conftest import fill, words

KEPT = (Grievance, GrievanceUpdate, AuditEntry, OutboxMessage, IdempotencyKey)
AS_JSON = {"accept": "application/json"}
SAID = {"zh": "现在暂时不能保存", "en": "We cannot save anything just now"}


async def fill_the_disk() -> None:
    """SQLite may use no page more than it has."""
    connection = get_connection("default")
    (row,) = await connection.execute_query_dict("PRAGMA page_count")
    await connection.execute_script(f"PRAGMA max_page_count={row['page_count']}")


async def shut() -> None:
    """Nothing may be written any more."""
    await _be_read_only("on")


async def open_again() -> None:
    """All is well again."""
    await _be_read_only("off")


async def _be_read_only(wanted: str) -> None:
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":  # the database's own setting: others share the server
        (row,) = await connection.execute_query_dict("SELECT current_database() AS name")
        setting = f"ALTER DATABASE {row['name']} SET default_transaction_read_only = {wanted}"
        await connection.execute_script(f"BEGIN READ WRITE; {setting}; COMMIT")
        await connection._pool.expire_connections()  # type: ignore[attr-defined]  # a session begins with the setting
    else:
        await connection.execute_script(f"PRAGMA max_page_count=1000000; PRAGMA query_only={wanted}")


async def counts() -> list[int]:
    return [await model.all().count() for model in KEPT]


@pytest.mark.parametrize("trouble", [shut, fill_the_disk])
@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_a_report_that_cannot_be_saved_is_kept_on_its_page_and_sent_later_once(
    app: Starlette, client: httpx.AsyncClient, trouble: Callable[[], Awaitable[None]], locale: str
) -> None:
    if trouble is fill_the_disk and get_connection("default").capabilities.dialect == "postgres":
        pytest.skip("PostgreSQL has no such bound; it answers a full disk like a read-only one")
    await fill()
    first = (await file_grievance(ANONYMOUS, words()))["grievance"]
    client.cookies.set("lang", locale)
    page = await client.get("/report?category=lighting&division=520327001901")
    typed = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1]  # type: ignore[index]
        for name in ("csrf", "idempotency_key", "challenge")
    }
    told = "楼道灯坏了两天" + "".join(f"，第{day}天还没修" for day in range(300 if trouble is fill_the_disk else 1))
    typed |= words(description=told[:2_000], contact_name="陈阿婆", is_public="true", compared="1")
    before = await counts()
    await trouble()
    try:
        refused = await client.post("/report?division=520327001901", data=typed)
        assert refused.status_code in (422, 503)
        assert SAID[locale] in refused.text
        assert all(one in refused.text for one in ("楼道灯坏了两天", "陈阿婆", typed["idempotency_key"]))
        assert first.number in (await client.get("/grievances")).text
        assert (await client.get(f"/grievances/{first.number}")).status_code == 200
    finally:
        await open_again()
    assert await counts() == before
    for _ in range(2):
        assert (await client.post("/report?division=520327001901", data=typed)).status_code in (200, 303)
    assert await Grievance.all().count() == before[0] + 1


async def test_a_mutation_that_cannot_be_saved_says_so_and_nothing_inside(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    await fill()
    text = """mutation ($input: FileGrievanceInput!) {
      fileGrievance(input: $input) { number errors { code reason message } } }"""
    given = {"category": "lighting", "divisionCode": "520327001901", "description": "楼道灯坏了两天"}
    before = await counts()
    await shut()
    try:
        answer = await client.post("/graphql", json={"query": text, "variables": {"input": given}}, headers=AS_JSON)
    finally:
        await open_again()
    (error,) = answer.json()["data"]["fileGrievance"]["errors"]
    assert (error["code"], error["reason"]) == ("UNAVAILABLE", "unavailable")
    assert "现在无法保存" in error["message"]
    assert await counts() == before

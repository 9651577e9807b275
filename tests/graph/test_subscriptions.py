"""Subscriptions: what somebody follows is told now and whenever it has become another answer, and to nobody else."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.accounts.models import ApiToken, Grant
from civicgraph.accounts.operations import create_token, revoke_token
from civicgraph.graph.versions import _tables
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import set_grievance_visibility
from civicgraph.permissions import Actor, Role
from civicgraph.schema import schema
from tests.conftest import SECRET, make_settings
from tests.graph.test_reads import report
from tests.support import city
from tests.support.servers import Server

NEWEST = "subscription { grievances(first: 1) { nodes { number } } }"
FILE = """mutation { fileGrievance(input: {
  divisionCode: "520327001901", category: "lighting", description: "路灯坏了，楼道很黑", contactPhone: "13800001234"
}) { errors { message } grievance { number } } }"""


@asynccontextmanager
async def served(database: str, folder: Path, **environment: str) -> AsyncIterator[tuple[Server, str, Actor]]:
    """A real server over a small city with one grievance; its number and a supervisor's."""
    settings = make_settings(database)
    configuration.use(settings)
    async with db.connected(settings):
        await city.build()
        number = await report()
        supervisor = await city.person("supervisor", Role.SUPERVISOR, city.FENGGANG)
        server = Server(database, SECRET, folder, **environment)
        await asyncio.to_thread(server.start)
        try:
            yield server, number, supervisor
        finally:
            await asyncio.to_thread(server.stop)


@asynccontextmanager
async def speaking(server: Server, **payload: str) -> AsyncIterator[ClientConnection]:
    """A WebSocket on which the first words were exchanged."""
    address = server.url.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        await tell(socket, type="connection_init", payload=payload)
        assert (await heard(socket))["type"] == "connection_ack"
        yield socket


async def tell(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def heard(socket: ClientConnection, seconds: float = 10) -> dict[str, Any]:
    async with asyncio.timeout(seconds):
        found: dict[str, Any] = json.loads(await socket.recv())
    return found


async def end_of(socket: ClientConnection) -> int:
    """The code that the server closes with, whatever it says before."""
    with suppress(websockets.ConnectionClosed):
        while True:
            await heard(socket)
    return socket.close_code or 0


async def subscribe(socket: ClientConnection, query: str, key: str = "1", **variables: Any) -> dict[str, Any]:
    """What a subscription is answered first."""
    await tell(socket, id=key, type="subscribe", payload={"query": query, "variables": variables})
    return await heard(socket)


async def posted(server: Server, query: str, token: str = "", **variables: Any) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        found: dict[str, Any] = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
    return found


async def token_of(actor: Actor) -> tuple[str, int]:
    made = await create_token(actor, {"name": "小程序", "scopes": ["read", "grievances"], "days": 1})
    return str(made["secret"]), made["token"].id


async def test_the_answer_comes_at_once_and_again_when_it_has_become_another(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, number, _), speaking(server) as socket:
        first = await subscribe(socket, NEWEST)
        assert first == {
            "id": "1",
            "type": "next",
            "payload": {"data": {"grievances": {"nodes": [{"number": number}]}}},
        }
        made = (await posted(server, FILE))["data"]["fileGrievance"]["grievance"]["number"]
        assert (await heard(socket))["payload"]["data"]["grievances"]["nodes"] == [{"number": made}]


async def test_what_another_process_writes_is_told_as_well(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, _, _), speaking(server) as socket:
        await subscribe(socket, NEWEST)
        number = await report()  # by this process, not by the server's
        assert (await heard(socket))["payload"]["data"]["grievances"]["nodes"] == [{"number": number}]


async def test_a_write_that_changes_nothing_of_an_answer_is_not_told(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, number, _), speaking(server) as socket:
        await subscribe(socket, "subscription($n: String!) { grievance(number: $n) { number status } }", n=number)
        await posted(server, FILE)
        with pytest.raises(TimeoutError):
            await heard(socket, 2)


async def test_queries_and_mutations_are_answered_over_the_same_socket(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, _, _), speaking(server) as socket:
        found = await subscribe(socket, '{ division(code: "520327") { name } }')
        assert found["payload"]["data"] == {"division": {"name": "凤冈县"}}
        assert await heard(socket) == {"id": "1", "type": "complete"}
        assert (await subscribe(socket, FILE))["payload"]["data"]["fileGrievance"]["errors"] == []


async def test_what_somebody_may_not_see_any_more_is_not_told_to_him(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, number, supervisor):
        secret, _ = await token_of(supervisor)
        async with speaking(server) as stranger, speaking(server, authorization=f"Bearer {secret}") as insider:
            query = "subscription($n: String!) { grievance(number: $n) { number isPublic contactNameMasked } }"
            assert (await subscribe(stranger, query, n=number))["payload"]["data"]["grievance"][
                "contactNameMasked"
            ] is None
            known = await subscribe(insider, query, n=number)
            assert known["payload"]["data"]["grievance"]["number"] == number
            await Grant.filter(person_id=supervisor.person_id).delete()  # what is left is the actor we hold
            version = (await Grievance.get(number=number)).version
            await set_grievance_visibility(
                supervisor, {"number": number, "is_public": False, "reason": "隐私", "version": version}
            )
            assert (await heard(stranger))["payload"]["data"] == {"grievance": None}
            assert (await heard(insider))["payload"]["data"] == {"grievance": None}


async def test_a_token_that_is_revoked_ends_what_was_begun_with_it(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, _, supervisor):
        secret, key = await token_of(supervisor)
        async with speaking(server, authorization=f"Bearer {secret}") as socket:
            await subscribe(socket, NEWEST)
            await revoke_token(supervisor, {"id": key})
            assert (await ApiToken.get(id=key)).revoked_at is not None
            await posted(server, FILE)
            assert await end_of(socket) == 4403


Talk = Callable[[ClientConnection], Awaitable[None]]


async def _says_no_words_of_ours(socket: ClientConnection) -> None:
    await socket.send("hello")


async def _subscribes_before_it_begins(socket: ClientConnection) -> None:
    await tell(socket, id="1", type="subscribe", payload={"query": "{ __typename }"})


async def _begins_twice(socket: ClientConnection) -> None:
    await tell(socket, type="connection_init")
    await tell(socket, type="connection_init")


async def _uses_an_id_twice(socket: ClientConnection) -> None:
    await tell(socket, type="connection_init")
    for _ in range(2):
        await tell(socket, id="1", type="subscribe", payload={"query": NEWEST})


async def _shows_a_token_of_nobody(socket: ClientConnection) -> None:
    await tell(socket, type="connection_init", payload={"authorization": "Bearer cg_nobody"})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_who_does_not_keep_to_the_protocol_is_told_so_by_its_codes(database: str, tmp_path: Path) -> None:
    talks: list[tuple[Talk, int]] = [
        (_says_no_words_of_ours, 4400),
        (_subscribes_before_it_begins, 4401),
        (_shows_a_token_of_nobody, 4403),
        (_uses_an_id_twice, 4409),
        (_begins_twice, 4429),
    ]
    async with served(database, tmp_path) as (server, _, _):
        address = server.url.replace("http", "ws") + "/graphql"
        for talk, code in talks:
            async with connect(address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
                await talk(socket)
                assert await end_of(socket) == code
        async with connect(address) as socket:
            assert await end_of(socket) == 4406


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_wrong_and_dear_subscriptions_are_refused_with_words(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, _, _), speaking(server) as socket:
        wrong = await subscribe(socket, "subscription { grievances { nonsense } }")
        assert wrong["type"] == "error"
        assert wrong["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        dear = await subscribe(
            socket,
            "subscription { grievances(first: 100) { nodes { division { code } category { code } updates { nodes { at } } } } }",
        )
        assert dear["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert "500" in dear["payload"][0]["message"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_address_follows_so_much_and_no_more(database: str, tmp_path: Path) -> None:
    limit = {"CIVICGRAPH_LIVE_PER_ADDRESS": "2"}
    async with served(database, tmp_path, **limit) as (server, _, _), speaking(server) as socket:
        assert [(await subscribe(socket, NEWEST, key))["type"] for key in "123"] == ["next", "next", "error"]
        await tell(socket, id="1", type="complete")
        assert (await subscribe(socket, NEWEST, "4"))["type"] == "next"


async def test_the_same_comes_as_events_over_http(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, number, _):
        client = httpx.AsyncClient(base_url=server.url, timeout=10)
        body = {"query": "subscription { grievances(first: 1) { nodes { number } } }"}
        async with (
            client,
            client.stream("POST", "/graphql", json=body, headers={"accept": "text/event-stream"}) as response,
        ):
            assert response.headers["content-type"].startswith("text/event-stream")
            lines = response.aiter_lines()
            assert (await event(lines))["data"]["grievances"]["nodes"] == [{"number": number}]
            made = (await posted(server, FILE))["data"]["fileGrievance"]["grievance"]["number"]
            assert (await event(lines))["data"]["grievances"]["nodes"] == [{"number": made}]


async def event(lines: AsyncIterator[str]) -> dict[str, Any]:
    """The next answer of a stream."""
    async for line in lines:
        if line.startswith("data: "):
            found: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return found
    raise AssertionError("the stream ended")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_server_that_ends_lets_followers_go_and_is_quick_about_it(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, _, _), speaking(server) as socket:
        await subscribe(socket, NEWEST)
        async with asyncio.timeout(5):
            assert await asyncio.to_thread(server.stop) in (0, -signal.SIGTERM)
        assert await end_of(socket) in (1005, 1012)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_by_plain_http_a_subscription_is_told_where_to_go(database: str, tmp_path: Path) -> None:
    async with served(database, tmp_path) as (server, _, _):
        found = await posted(server, NEWEST)
        assert "graphql-transport-ws" in found["errors"][0]["message"]


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
async def test_whatever_can_be_followed_at_the_root_is_watched(database: str, tmp_path: Path) -> None:
    """What lies deeper and is not watched, such as who is signed in where, is looked at every minute."""
    from civicgraph.graph.mapped import MAPPED
    from civicgraph.graph.versions import watch

    root = schema()._schema.subscription_type
    assert root is not None
    settings = make_settings(database)
    versions = watch(settings)
    await versions.open()
    try:
        known = versions.now()
        assert known is not None
        for field in root.fields.values():
            name = str(field.type).strip("!").removesuffix("Connection")
            assert MAPPED[name].table in known
        assert set(known) <= _tables()
    finally:
        await versions.close()

"""Public generators make typed clients of `schema.graphql`; they compile, and they work."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from civicgraph import db
from civicgraph.accounts.operations import create_token
from civicgraph.permissions import Role
from tests.conftest import SECRET, make_settings
from tests.graph.test_reads import report
from tests.support import city, node
from tests.support.pythons import ARIADNE
from tests.support.servers import Server

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.xdist_group("clients"),  # they share one folder of generated files
]
GENERATED = node.CLIENTS / "generated"


@pytest.fixture(autouse=True)
def generated() -> Iterator[None]:
    node.install()
    with node.generating():
        shutil.rmtree(GENERATED, ignore_errors=True)
        (GENERATED / "relay").mkdir(parents=True)
        yield


async def built(database: str) -> str:
    """A small city in the database, and a partner's token."""
    from civicgraph import settings as configuration

    settings = make_settings(database)
    configuration.use(settings)
    async with db.connected(settings):
        await city.build()
        await report()  # the categories
        partner = await city.person("partner", Role.DISPATCHER, city.FENGGANG)
        made = await create_token(partner, {"name": "小程序", "scopes": ["read", "grievances"], "days": 1})
        return str(made["secret"])


def test_a_typescript_client_compiles_and_reads_and_reports(database: str, tmp_path: Path) -> None:
    token = asyncio.run(built(database))
    node.run("node_modules/@graphql-codegen/cli/cjs/bin.js", "--config", "codegen.json")
    node.run("node_modules/typescript/bin/tsc", "--project", "tsconfig.json")
    with Server(database, SECRET, tmp_path) as server:
        found = node.answer("typed.ts", f"{server.url}/graphql", token, city.FENGGANG, city.FENGQUAN)
    assert found["name"] == "凤冈县"
    assert found["errors"] == []
    assert found["number"].startswith("ZY-")


def test_a_python_client_is_generated_and_reads_and_reports(database: str, tmp_path: Path) -> None:
    token = asyncio.run(built(database))
    ARIADNE.run("ariadne-codegen")
    with Server(database, SECRET, tmp_path) as server:
        arguments = (f"{server.url}/graphql", token, city.FENGGANG, city.FENGQUAN)
        found = json.loads(ARIADNE.run("python", "use.py", *arguments, PYTHONPATH=str(GENERATED)))
    assert found["name"] == "凤冈县"
    assert found["errors"] == []
    assert found["number"].startswith("ZY-")


def test_the_relay_compiler_takes_the_schema(database: str) -> None:
    node.run("node_modules/relay-compiler/cli.js")
    made = {path.name for path in (GENERATED / "relay").iterdir()}
    assert {"CommunityQuery.graphql.ts", "CommunityGrievancesPage.graphql.ts"} <= made


def test_apollo_urql_and_graphql_request_read_the_same(database: str, tmp_path: Path) -> None:
    asyncio.run(built(database))
    with Server(database, SECRET, tmp_path) as server:
        assert node.answer("clients.mjs", f"{server.url}/graphql", city.FENGGANG) == ["凤冈县"] * 4


def test_graphql_ws_follows_and_hears_of_a_report(database: str, tmp_path: Path) -> None:
    asyncio.run(built(database))
    with Server(database, SECRET, tmp_path) as server:
        found = node.answer("subscriptions.mjs", f"{server.url}/graphql")
    assert len(found["seen"]) == 2
    assert found["seen"][1] == found["reported"]

"""The manifest that a compiler of others writes is a token's list, as it is."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import httpx
import pytest

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.accounts.operations import create_token, trust_documents
from civicgraph.permissions import Role
from tests.conftest import SECRET, make_settings
from tests.support import city, node
from tests.support.servers import Server

FOLDER = node.CLIENTS / "generated" / "trusted"
MANIFEST = FOLDER / "manifest.json"


def compiled() -> str:
    """What the Relay compiler writes of the documents of an app."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "relay").mkdir(parents=True)
    MANIFEST.write_text("{}")  # the compiler adds to it
    node.run("node_modules/relay-compiler/cli.js", "relay.trusted.json")
    return MANIFEST.read_text(encoding="utf-8")


async def trusting(database: str, manifest: str) -> str:
    """A token over a small city that runs the manifest and nothing else."""
    settings = make_settings(database)
    configuration.use(settings)
    async with db.connected(settings):
        await city.build()
        partner = await city.person("partner", Role.DISPATCHER, city.FENGGANG)
        made = await create_token(partner, {"name": "小程序", "scopes": ["read"], "days": 1})
        await trust_documents(partner, {"id": made["token"].id, "manifest": manifest})
        return str(made["secret"])


@pytest.mark.xdist_group("clients")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_token_runs_what_relays_compiler_persisted_and_nothing_else(database: str, tmp_path: Path) -> None:
    with node.generating():
        manifest = compiled()
    headers = {"authorization": f"Bearer {asyncio.run(trusting(database, manifest))}"}
    digest = next(name for name, text in json.loads(manifest).items() if "CommunityQuery" in text)
    with Server(database, SECRET, tmp_path) as server:
        body = {"documentId": digest, "variables": {"code": city.FENGQUAN}}
        found = httpx.post(f"{server.url}/graphql", json=body, headers=headers)
        other = httpx.post(f"{server.url}/graphql", json={"query": "{ me { name } }"}, headers=headers)
    assert found.json()["data"]["division"]["shortName"] == "凤泉社区"
    assert other.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"

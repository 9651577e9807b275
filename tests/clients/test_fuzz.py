"""Schemathesis asks for every root field, with arguments that fit the schema and with some that do not: nothing breaks.

A case is one document. The suite asks each database for the same thousand and more each time, half of them as a stranger;
`make fuzz` for thousands, and for others each time (`CIVICGRAPH_FUZZ_CASES` for each root field).
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import httpx
import pytest

from civicgraph import crypto, db
from civicgraph import settings as configuration
from civicgraph.accounts.operations import create_token
from civicgraph.bookings.models import Registration
from civicgraph.enterprises.models import Enterprise
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.permissions import SCOPES, Role
from civicgraph.schema import schema
from tests.conftest import SECRET, make_settings
from tests.graph.reference import city as small
from tests.support import city
from tests.support.pythons import SCHEMATHESIS
from tests.support.servers import Server

CASES = os.environ.get("CIVICGRAPH_FUZZ_CASES", "")
FAILED = re.compile(r'"level": *"(error|critical)"|^Traceback', re.MULTILINE)
OFTEN = {f"CIVICGRAPH_{name}_PER_MINUTE": "1000000000" for name in ("COST", "STAFF_COST", "REPORTS", "SEARCHES")}


async def built(database: str) -> str:
    """A small city in the database, and a token that may do everything in it and that no case will name."""
    settings = make_settings(database)
    configuration.use(settings)
    async with db.connected(settings):
        await small.build()
        contact = {"contact_phone": crypto.encrypt("13800001234"), "contact_email": crypto.encrypt("chen@example.cn")}
        for model in (Enterprise, Grievance, Registration):  # what was marked in clear is encrypted as in use
            await model.all().update(**contact)
        await Grievance.all().update(contact_name=crypto.encrypt("陈晓明"))
        await Registration.all().update(answers=crypto.encrypt("{}"))
        await Grievance.exclude(calendar="").update(calendar="09:00-12:00 13:00-17:00")
        await GrievanceUpdate.bulk_create(  # random steps have no beginning, as every history in use has
            GrievanceUpdate(grievance_id=row.id, at=row.submitted_at, status=row.status, verb="submit")
            for row in await Grievance.all()
        )
        person = await city.person("administrator", Role.ADMINISTRATOR, city.CITY)
        for _ in range(4):
            made = await create_token(person, {"name": "fuzz", "scopes": list(SCOPES), "days": 1})
        return str(made["secret"])


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def fuzzed(url: str, token: str, folder: Path) -> str:
    """What Schemathesis reports; it leaves its notes in the folder."""
    how = ["--max-examples", CASES] if CASES else ["--max-examples", "2", "--generation-deterministic"]
    headers = [f"--header={name}: {value}" for name, value in bearer(token).items()] if token else []
    told = [f"--config-file={SCHEMATHESIS.folder / 'schemathesis.toml'}", "run", url, "--no-color", *headers, *how]
    hooks = str(SCHEMATHESIS.folder / "hooks.py")
    return SCHEMATHESIS.run("schemathesis", *told, within=folder, seconds=3_600, SCHEMATHESIS_HOOKS=hooks)


def roots() -> list[str]:
    """The fields that a document may begin with."""
    core = schema()._schema
    return [name for root in (core.query_type, core.mutation_type) if root for name in root.fields]


@pytest.mark.parametrize("who", ["stranger", "administrator"])
def test_no_document_breaks_the_server(database: str, who: str, tmp_path: Path) -> None:
    token = asyncio.run(built(database))
    with Server(database, SECRET, tmp_path, **OFTEN) as server:
        told = fuzzed(f"{server.url}/graphql", token if who == "administrator" else "", tmp_path)
        found = httpx.post(f"{server.url}/graphql", json={"query": "{ me { name } }"}, headers=bearer(token))
        assert found.json()["data"] == {"me": {"name": "administrator"}}  # no case has taken the token away
        assert not FAILED.search(server.log), server.log
    fields = re.search(r"Tested: +(\d+)", told)
    cases = re.search(r"(\d+) generated, (\d+) passed", told)
    assert fields, told
    assert cases, told
    assert cases[1] == cases[2]
    assert int(cases[1]) >= 500
    assert int(fields[1]) == len(roots())

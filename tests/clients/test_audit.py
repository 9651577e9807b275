"""GraphQL over HTTP, by the audits of others: what the specification demands, advises and allows."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support import node
from tests.support.servers import Server

AUDITS = {"MUST": 13, "SHOULD": 23, "MAY": 25}  # those of the locked release, so that none is left out unseen


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_audit_of_graphql_over_http_passes(server: Server) -> None:
    audits = node.answer("audit.mjs", f"{server.url}/graphql")

    assert {one["name"]: one["reason"] for one in audits if one["status"] != "ok"} == {}
    assert Counter(one["name"].split()[0] for one in audits) == AUDITS

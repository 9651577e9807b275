"""GraphQL over HTTP, by the audits of others: what the specification demands, advises and allows."""

from __future__ import annotations

import pytest

from tests.support import node
from tests.support.servers import Server

AUDITS = 61


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_audit_of_graphql_over_http_passes(server: Server) -> None:
    audits = node.answer("audit.mjs", f"{server.url}/graphql")

    assert len(audits) >= AUDITS
    assert [one for one in audits if one["status"] != "ok"] == []

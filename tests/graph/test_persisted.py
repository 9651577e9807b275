"""Documents by their hash, several operations at once, and the types of answers."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from civicgraph.graph import persisted
from civicgraph.graph.persisted import Documents, UnknownDocument, sha256

JSON = {"accept": "application/json"}
NEW = {"accept": "application/graphql-response+json"}
TEXT = "{ divisions(first: 1) { nodes { code } } }"
MUTATION = "mutation { readMessage(input: {id: 1}) { errors { code } } }"


def by_hash(digest: str, **more: object) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}, **more}


async def test_a_hash_is_asked_for_once_and_then_enough(client: httpx.AsyncClient) -> None:
    first = await client.post("/graphql", json=by_hash(sha256(TEXT)), headers=JSON)
    assert first.status_code == 200
    assert first.json()["errors"] == [
        {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
    ]
    both = await client.post("/graphql", json=by_hash(sha256(TEXT), query=TEXT), headers=JSON)
    alone = await client.post("/graphql", json=by_hash(sha256(TEXT)), headers=JSON)
    extensions = f'{{"persistedQuery":{{"version":1,"sha256Hash":"{sha256(TEXT)}"}}}}'
    got = await client.get("/graphql", params={"extensions": extensions}, headers=JSON)
    named = await client.post("/graphql", json={"documentId": f"sha256:{sha256(TEXT)}"}, headers=JSON)
    assert both.json()["data"] == alone.json()["data"] == got.json()["data"] == named.json()["data"]


async def test_a_text_that_is_not_what_the_hash_says_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=by_hash(sha256("{ __typename }"), query=TEXT), headers=NEW)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    again = await client.post("/graphql", json=by_hash(sha256("{ __typename }")), headers=NEW)
    assert again.json()["errors"][0]["message"] == "PersistedQueryNotFound"


async def test_a_hash_comes_to_be_known_by_get_too_but_runs_no_mutation_there(client: httpx.AsyncClient) -> None:
    extensions = json.dumps(by_hash(sha256(TEXT))["extensions"])
    both = await client.get("/graphql", params={"query": TEXT, "extensions": extensions}, headers=NEW)
    alone = await client.get("/graphql", params={"extensions": extensions}, headers=NEW)
    assert both.json() == alone.json()
    assert "data" in alone.json()
    await client.post("/graphql", json=by_hash(sha256(MUTATION), query=MUTATION), headers=NEW)
    answer = await client.get("/graphql", params={"documentId": sha256(MUTATION)}, headers=NEW)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "extensions",
    [
        [],
        {"persistedQuery": 1},
        {"persistedQuery": {"version": 2, "sha256Hash": "a"}},
        {"persistedQuery": {"version": 1}},
        {"persistedQuery": {"version": 1, "sha256Hash": 1}},
    ],
)
async def test_a_hash_that_is_not_sent_as_the_protocol_says_is_refused(
    client: httpx.AsyncClient, extensions: object
) -> None:
    answer = await client.post("/graphql", json={"extensions": extensions}, headers=NEW)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_document_that_is_wrong_is_not_kept(client: httpx.AsyncClient) -> None:
    wrong = "{ nothingOfTheSort }"
    await client.post("/graphql", json=by_hash(sha256(wrong), query=wrong), headers=NEW)
    again = await client.post("/graphql", json=by_hash(sha256(wrong)), headers=NEW)
    assert again.json()["errors"][0]["message"] == "PersistedQueryNotFound"


async def test_the_sites_own_documents_are_known_from_the_start(client: httpx.AsyncClient) -> None:
    templates = Path(__file__).parent.parent.parent / "templates"
    text = (templates / "divisions" / "list.graphql").read_text(encoding="utf-8")
    answer = await client.post("/graphql", json=by_hash(sha256(text), variables={"first": 1}), headers=NEW)
    assert "PersistedQueryNotFound" not in answer.text


def test_the_store_is_bounded_by_number_and_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persisted, "MAX_DOCUMENTS", 3)
    monkeypatch.setattr(persisted, "MAX_BYTES", 100)
    documents = Documents()
    for number in range(5):
        documents.keep(sha256(f"{{ a{number} }}"), f"{{ a{number} }}")
    with pytest.raises(UnknownDocument):
        documents.find(sha256("{ a1 }"))
    assert documents.find(sha256("{ a4 }")) == "{ a4 }"
    documents.keep(sha256("区" * 33), "区" * 33)  # 99 bytes
    with pytest.raises(UnknownDocument):
        documents.find(sha256("{ a4 }"))


async def test_several_operations_at_once_are_answered_in_their_order(client: httpx.AsyncClient) -> None:
    batch = [{"query": "{ __typename }"}, {"query": "{ nothing }"}, {"query": "query($x: Int!) { __typename }"}]
    answer = await client.post("/graphql", json=batch, headers=JSON)
    assert answer.status_code == 200
    one, two, three = answer.json()
    assert one["data"] == {"__typename": "Query"}
    assert "nothing" in two["errors"][0]["message"]
    assert "$x" in three["errors"][0]["message"]


@pytest.mark.parametrize("size", [0, 11])
async def test_a_batch_has_bounds(client: httpx.AsyncClient, size: int) -> None:
    answer = await client.post("/graphql", json=[{"query": "{ __typename }"}] * size, headers=NEW)
    assert answer.status_code == 400
    assert f"holds {size} operations" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json;q=0.5, application/graphql-response+json", "application/graphql-response+json"),
        ("application/graphql-response+json;q=0.2, application/json;q=0.9", "application/json"),
        ("application/graphql-response+json, application/json", "application/graphql-response+json"),
        ("application/json;q=0, */*", "application/graphql-response+json"),
        ("text/html, */*;q=0.1", "application/json"),
        ("application/json;charset=utf-8", "application/json"),
        ("image/png", None),
        ("application/json;q=0", None),
    ],
)
async def test_the_type_of_an_answer_is_the_one_most_wanted(
    client: httpx.AsyncClient, accept: str, kind: str | None
) -> None:
    answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": accept})
    assert answer.status_code == (200 if kind else 406)
    if kind:
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"


async def test_a_batch_is_one_body_in_length_and_each_operation_has_its_rights(client: httpx.AsyncClient) -> None:
    heavy = [{"query": "{ __typename }", "variables": {"x": "a" * 10_000}}] * 7
    assert (await client.post("/graphql", json=heavy, headers=NEW)).status_code == 413
    elsewhere = {**NEW, "origin": "https://elsewhere.example"}
    answer = await client.post("/graphql", json=[{"query": TEXT}, {"query": MUTATION}], headers=elsewhere)
    assert "data" in answer.json()[0]
    assert answer.json()[1]["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_head_and_other_methods_are_answered_as_http_asks(client: httpx.AsyncClient) -> None:
    head = await client.head("/graphql", params={"query": "{ __typename }"}, headers=JSON)
    assert (head.status_code, head.content) == (200, b"")
    deleted = await client.delete("/graphql", headers=JSON)
    assert deleted.status_code == 405
    assert {"GET", "POST"} <= set(deleted.headers["allow"].replace(" ", "").split(","))
    options = await client.options("/graphql", headers=JSON)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert "access-control-allow-origin" not in options.headers


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ('Application/JSON; charset="UTF-8"; profile=x', 200),
        ("application/json; charset=gb2312", 415),
        ("application/json; charset=utf-8; charset=gb2312", 415),
        ("application/graphql", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("", 415),
    ],
)
async def test_nothing_is_read_that_a_form_of_another_site_could_send(
    client: httpx.AsyncClient, kind: str, status: int
) -> None:
    body = b'{"query": "{ __typename }"}'
    answer = await client.post("/graphql", content=body, headers={**NEW, "content-type": kind})
    assert answer.status_code == status

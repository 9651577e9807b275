"""Trusted documents: a token that has a list of them asks for nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import settings as configuration
from civicgraph.accounts.commands import trust
from civicgraph.accounts.models import ApiToken, TrustedDocument
from civicgraph.accounts.operations import create_token, revoke_token, trust_documents
from civicgraph.graph.persisted import sha256
from civicgraph.operations import Forbidden, InvalidInput, NotFound
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import FENGGANG

NAME = "query Name { me { name } }"
PLACES = "query Places($first: Int) { divisions(first: $first) { nodes { code } } }"
OTHER = "query Other { me { username } }"
NEW = {"accept": "application/graphql-response+json"}


def manifest(*texts: str, kind: str = "sha256") -> str:
    """What Relay and graphql-codegen write."""
    return json.dumps({hashlib.new(kind, text.encode()).hexdigest(): text for text in texts})


def by_hash(text: str, **more: object) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}, **more}


class Partner:
    """A partner's app with a token, and the person who made it."""

    def __init__(self, client: httpx.AsyncClient, owner: Actor, secret: str, number: int) -> None:
        self.client, self.owner, self.number = client, owner, number
        self.secret = secret
        self.headers = {**NEW, "authorization": f"Bearer {secret}"}

    async def trusts(self, given: str) -> None:
        await trust_documents(self.owner, {"id": self.number, "manifest": given})

    async def post(self, **body: object) -> httpx.Response:
        return await self.client.post("/graphql", json=body, headers=self.headers)


@pytest.fixture
async def partner(client: httpx.AsyncClient) -> Partner:
    await place.build()
    owner = await place.person("partner", Role.ADMINISTRATOR, FENGGANG)
    made = await create_token(owner, {"name": "mini-program", "scopes": ["read"], "days": 1})
    return Partner(client, owner, made["secret"], made["token"].id)


def is_refused(answer: httpx.Response) -> bool:
    codes = [error["extensions"]["code"] for error in answer.json().get("errors", [])]
    return answer.status_code == 403 and codes == ["FORBIDDEN"] and "data" not in answer.json()


async def test_a_token_without_a_list_sends_what_it_likes(partner: Partner) -> None:
    assert (await partner.post(query=NAME)).json()["data"] == {"me": {"name": "partner"}}
    assert (await partner.post(query=OTHER)).json()["data"] == {"me": {"username": "partner"}}


async def test_a_token_with_a_list_runs_what_is_on_it_by_hash_and_by_text(partner: Partner) -> None:
    await partner.trusts(manifest(NAME, PLACES))
    expected = {"me": {"name": "partner"}}
    assert (await partner.post(**by_hash(NAME))).json()["data"] == expected
    assert (await partner.post(documentId=f"sha256:{sha256(NAME)}")).json()["data"] == expected
    assert (await partner.post(documentId=sha256(NAME).upper())).json()["data"] == expected
    assert (await partner.post(query=NAME)).json()["data"] == expected
    assert (await partner.post(**by_hash(NAME, query=NAME))).json()["data"] == expected
    got = await partner.client.get("/graphql", params={"documentId": sha256(NAME)}, headers=partner.headers)
    assert got.json()["data"] == expected
    answer = await partner.post(**by_hash(PLACES, variables={"first": 2}))
    assert len(answer.json()["data"]["divisions"]["nodes"]) == 2


@pytest.mark.parametrize("text", [OTHER, "{ __schema { types { name } } }", NAME + " ", "mutation { signOut }"])
async def test_a_token_with_a_list_runs_nothing_else(partner: Partner, text: str) -> None:
    await partner.trusts(manifest(NAME))
    assert is_refused(await partner.post(query=text))
    assert is_refused(await partner.post(**by_hash(text)))
    assert is_refused(await partner.post(**by_hash(text, query=text)))
    assert is_refused(await partner.client.get("/graphql", params={"query": text}, headers=partner.headers))


async def test_what_others_sent_or_pages_use_is_not_on_a_tokens_list(partner: Partner) -> None:
    await partner.client.post("/graphql", json=by_hash(PLACES, query=PLACES), headers=NEW)
    page = (Path(__file__).parent.parent.parent / "templates/divisions/list.graphql").read_text(encoding="utf-8")
    await partner.trusts(manifest(NAME))
    assert is_refused(await partner.post(**by_hash(PLACES)))
    assert is_refused(await partner.post(**by_hash(page)))


async def test_a_token_opens_no_pages(partner: Partner) -> None:
    for path in ("/staff", "/staff/tokens"):
        answer = await partner.client.get(path, headers={"authorization": partner.headers["authorization"]})
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


async def test_a_trusted_hash_lends_its_name_to_no_other_text(partner: Partner) -> None:
    await partner.trusts(manifest(NAME))
    answer = await partner.post(**by_hash(NAME, query=OTHER))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_in_a_batch_each_operation_is_on_the_list_or_refused(partner: Partner) -> None:
    await partner.trusts(manifest(NAME))
    answer = await partner.client.post("/graphql", json=[by_hash(NAME), {"query": OTHER}], headers=partner.headers)
    one, two = answer.json()
    assert one["data"] == {"me": {"name": "partner"}}
    assert two["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_new_list_takes_the_place_of_the_old_one_at_once(partner: Partner) -> None:
    await partner.trusts(manifest(NAME))
    assert (await partner.post(**by_hash(NAME))).status_code == 200
    await partner.trusts(manifest(OTHER))
    assert is_refused(await partner.post(**by_hash(NAME)))
    assert (await partner.post(**by_hash(OTHER))).json()["data"] == {"me": {"username": "partner"}}
    assert await TrustedDocument.all().count() == 1


async def test_a_document_asked_for_again_is_not_looked_up_again(partner: Partner) -> None:
    await partner.trusts(manifest(NAME))
    await partner.post(**by_hash(NAME))
    await TrustedDocument.all().delete()  # behind the server's back: the version of the list is as it was
    assert (await partner.post(**by_hash(NAME))).status_code == 200


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
async def test_the_hashes_that_tools_begin_with_will_do(partner: Partner, kind: str) -> None:
    await partner.trusts(manifest(NAME, kind=kind))
    answer = await partner.post(documentId=hashlib.new(kind, NAME.encode()).hexdigest())
    assert answer.json()["data"] == {"me": {"name": "partner"}}


async def test_the_manifest_that_apollo_writes_will_do(partner: Partner) -> None:
    operations = [{"id": sha256(NAME), "name": "Name", "type": "query", "body": NAME}]
    await partner.trusts(
        json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations})
    )
    assert (await partner.post(**by_hash(NAME))).status_code == 200


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "manifest"),
        ("not json", "manifest"),
        ("[]", "manifest"),
        ("1", "manifest"),
        ("{}", "documents"),
        ('{"a": 1}', "manifest"),
        ('{"format": "apollo-persisted-query-manifest", "operations": [1]}', "manifest"),
        (json.dumps({sha256(NAME): OTHER}), "wrong_hash"),
        (json.dumps({"name": NAME}), "wrong_hash"),
        (manifest(*(f"{{ a{number}: __typename }}" for number in range(1_001))), "documents"),
    ],
)
async def test_what_is_no_manifest_is_refused_in_words_and_changes_nothing(
    partner: Partner, given: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await partner.trusts(given)
    assert [(error.field, error.code) for error in raised.value.errors] == [("manifest", code)]
    assert (await partner.post(query=OTHER)).status_code == 200


async def test_a_list_is_given_to_ones_own_tokens_by_oneself_alone(partner: Partner) -> None:
    other = await place.person("other", Role.ADMINISTRATOR, FENGGANG)
    with pytest.raises(NotFound):
        await trust_documents(other, {"id": partner.number, "manifest": manifest(OTHER)})
    for actor in (ANONYMOUS, Actor(kind="token", person_id=partner.owner.person_id)):
        with pytest.raises(Forbidden):
            await trust_documents(actor, {"id": partner.number, "manifest": manifest(OTHER)})
    assert await TrustedDocument.all().count() == 0


async def test_the_trail_tells_how_many_and_not_what(partner: Partner) -> None:
    await partner.trusts(manifest(NAME, PLACES))
    await partner.trusts(manifest(NAME))
    entry = await AuditEntry.all().order_by("-id").first()
    assert entry is not None
    assert (entry.operation, entry.changes) == ("trust_documents", {"trusted_documents": [2, 1]})


async def test_where_lists_are_required_a_token_without_one_runs_nothing(partner: Partner) -> None:
    configuration.use(configuration.current().model_copy(update={"is_token_list_required": True}))
    assert is_refused(await partner.post(query=NAME))
    assert (await partner.client.post("/graphql", json={"query": PLACES}, headers=NEW)).status_code == 200
    await partner.trusts(manifest(NAME))
    assert (await partner.post(query=NAME)).status_code == 200


async def test_the_owner_gives_the_list_on_a_page_and_sees_it_there(partner: Partner, app: Starlette) -> None:
    browser = await signed_in(app, partner.owner)
    assert "不限文档" in await browser.open("/staff/tokens")
    await browser.open(f"/staff/tokens/{partner.number}/documents")
    await browser.send(manifest='{"x": "y"}')
    assert browser.status == 422
    assert "不是所对应文档的哈希" in browser.text
    await browser.send(manifest=manifest(NAME))
    assert "只运行清单里的文档" in browser.text
    assert "1 份" in await browser.open("/staff/tokens")
    assert "只运行清单里的 1 份文档" in await browser.open(f"/staff/tokens/{partner.number}/documents")
    assert (await partner.post(query=NAME)).status_code == 200
    assert is_refused(await partner.post(query=OTHER))
    stranger = await signed_in(app, await place.person("other", Role.ADMINISTRATOR, FENGGANG))
    await stranger.open(f"/staff/tokens/{partner.number}/documents")
    assert stranger.status == 404
    for one in (browser, stranger):
        await one.http.aclose()


async def test_an_operator_gives_the_list_by_the_tokens_first_characters(partner: Partner) -> None:
    assert "nothing else" in await trust(partner.secret[:9], manifest(NAME))
    assert is_refused(await partner.post(query=OTHER))
    with pytest.raises(InvalidInput):
        await trust("cg_nobody", manifest(NAME))
    await revoke_token(partner.owner, {"id": (await ApiToken.get()).id})
    with pytest.raises(InvalidInput):
        await trust(partner.secret[:9], manifest(NAME))

"""An enterprise takes back a document that it sent by mistake, as long as what it came with is not ended."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph.checklists import operations
from civicgraph.graph.engine import Engine
from civicgraph.operations import NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.uploads import store
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import sweep
from civicgraph.uploads.private import take_back_document
from tests.checklists.conftest import CODE, Town, build
from tests.checklists.test_documents import look, sent
from tests.support.browser import signed_in, visit
from tests.uploads.papers import PDF

TAKE_BACK = """mutation ($name: String!) { takeBackDocument(input: {name: $name}) {
  document { filename takenBackAt } errors { code field message } } }"""
ASKED = (
    "query ($number: String!) { oneThingCase(number: $number) { steps { documents { name filename takenBackAt } } } }"
)


async def a_case(town: Town) -> tuple[str, str]:
    """A case with a document: its number, and the document's name."""
    case = await town.opened(documents=[{"needed": "1.1", "file": await sent(town.owner)}])
    return case.number, (await Upload.get(subject_type="OneThingStep")).name


async def test_a_document_of_a_case_is_taken_back_by_a_button_and_staff_see_that_it_was(app: Starlette) -> None:
    town = await build()
    number, name = await a_case(town)
    owner, window, food = [await signed_in(app, one) for one in (town.owner, town.window, town.food)]
    own, work = f"/my/enterprises/{CODE}/one-thing/{number}", f"/staff/one-thing/{number}"
    row = await Upload.get(name=name)
    path = store.path_of(row.content_hash, row.media_type, "large")
    button = f"{own}/documents/{name}/withdrawal"
    assert button in await owner.open(own)
    for browser in (window, food):
        assert f"documents/{name}" not in await browser.open(work)
    text = await owner.send(button)
    assert all(words in text for words in ("文件已撤回", "企业已撤回", "合同.pdf"))
    assert f"{name}/" not in text
    assert f"{own}/documents/" not in text.replace(f'{own}/documents"', "")
    for browser in (owner, window, food):
        assert await look(browser, name) == 404
    for browser in (window, food):
        text = await browser.open(work)
        assert ("企业已撤回" in text, "合同.pdf" in text, f"/uploads/{name}" in text) == (True, True, False)
    assert path.is_file()
    await sweep()
    assert not path.exists()
    (entry,) = await AuditEntry.filter(operation="take_back_document")
    assert (entry.person_id, entry.subject_type) == (town.owner.person_id, "OneThingCase")
    copy = json.loads((await operations.export_case(town.owner, {"number": number}))["data"])
    assert [(one["name"], one["taken_back_at"] is not None) for one in copy["documents"]] == [("合同.pdf", True)]
    for browser in (owner, window, food):
        await browser.http.aclose()


async def test_a_document_is_taken_back_over_graphql_once(app: Starlette, engine: Engine) -> None:
    town = await build()
    number, name = await a_case(town)

    async def take(actor: Actor | None) -> dict[str, Any]:
        browser = await signed_in(app, actor) if actor else visit(app)
        headers = {"origin": "http://127.0.0.1:8000", "accept": "application/json"}
        asked = {"query": TAKE_BACK, "variables": {"name": name}}
        answer = (await browser.http.post("/graphql", json=asked, headers=headers)).json()
        await browser.http.aclose()
        return dict(answer["data"]["takeBackDocument"])

    for actor in (None, town.stranger, town.window, town.food):
        refused = await take(actor)
        assert (refused["document"], refused["errors"][0]["code"]) == (None, "NOT_FOUND")
    done = await take(town.owner)
    assert (done["errors"], done["document"]["filename"]) == ([], "合同.pdf")
    assert done["document"]["takenBackAt"]
    assert (await take(town.owner))["errors"][0]["code"] == "NOT_FOUND"
    (document,) = (await engine.read(ASKED, {"number": number}, town.food))["oneThingCase"]["steps"][0]["documents"]
    assert document["name"] != name
    assert document["takenBackAt"] == done["document"]["takenBackAt"]


async def test_nobody_else_takes_it_back_and_nobody_when_the_case_is_over(town: Town) -> None:
    number, name = await a_case(town)
    for actor in (ANONYMOUS, town.stranger, town.neighbour, town.window, town.food):
        with pytest.raises(NotFound):
            await take_back_document(actor, {"name": name})
    token = replace(town.owner, kind="token", scopes=frozenset({"reports"}), token_id=1, _prefixes={})
    with pytest.raises(NotFound):
        await take_back_document(token, {"name": name})
    await operations.withdraw_case(town.owner, {"number": number, "version": 1})
    with pytest.raises(Unavailable):
        await take_back_document(town.owner, {"name": name})
    assert (await Upload.get(name=name)).taken_back_at is None


async def test_the_same_content_in_another_case_stays_and_what_was_taken_back_is_forgotten_with_the_form(
    town: Town,
) -> None:
    number, name = await a_case(town)
    other = await town.opened(documents=[{"needed": "1.1", "file": await sent(town.owner)}])
    row = await Upload.get(name=name)
    path = store.path_of(row.content_hash, row.media_type, "large")
    await take_back_document(town.owner, {"name": name})
    await sweep()
    assert path.read_bytes() == PDF
    assert await Upload.filter(subject_type="OneThingStep", taken_back_at=None).count() == 1
    await operations.withdraw_case(town.owner, {"number": number, "version": 1})
    await operations.erase_case(town.owner, {"number": number, "is_sure": True})
    await sweep()
    assert await Upload.filter(filename="合同.pdf").count() == 1
    assert path.read_bytes() == PDF
    assert other.number != number

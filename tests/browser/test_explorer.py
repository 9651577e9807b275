"""The explorer works from our own files alone, under the policy that the page is served with."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.support import city

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
DOCUMENT = "query Place($code: DivisionCode!) { division(code: $code) { shortName } }"


@pytest.mark.parametrize("people", [("phone", True), ("desk", True)], indirect=True, ids=["phone", "desk"])
def test_the_explorer_runs_the_document_of_its_address_and_loads_nothing_from_elsewhere(people: People) -> None:
    page = people.resident()
    refused, asked = [], []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    variables = json.dumps({"code": city.FENGQUAN})
    page.goto(f"/graphql?query={quote(DOCUMENT)}&variables={quote(variables)}")
    expect(page.locator(".graphiql-query-editor")).to_contain_text("shortName")
    page.click(".graphiql-execute-button")
    expect(page.locator(".graphiql-response")).to_contain_text("凤泉社区")
    answer = page.locator(".graphiql-response").bounding_box()
    assert answer
    assert answer["width"] >= 260, "the answer is too narrow to read"
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not refused
    assert all(url.startswith((people.url, "data:")) for url in asked), asked


@pytest.mark.parametrize("people", [("desk", True)], indirect=True, ids=["desk"])
def test_a_wrong_token_in_the_explorers_headers_is_answered_in_words(people: People) -> None:
    page = people.resident()
    page.goto(f"/graphql?query={quote('{ __typename }')}")
    page.get_by_role("button", name="Headers", exact=True).click()
    page.locator(".graphiql-editor-tool .CodeMirror:visible").click()
    page.keyboard.insert_text('{"Authorization": "Bearer nobody"}')
    page.click(".graphiql-execute-button")
    expect(page.locator(".graphiql-response")).to_contain_text("unknown, expired or revoked")

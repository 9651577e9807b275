"""Bytes that are no UTF-8, in every form of the site: refused in words, and never an error inside."""

from __future__ import annotations

import itertools
import re

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from civicgraph.operations.kernel import REGISTRY
from civicgraph.permissions import Role
from tests.grievances.conftest import fill
from tests.support import city

FORM = {"content-type": "application/x-www-form-urlencoded"}
REPORT = f"/report?division={city.FENGQUAN}"
OTHERS = ("act", "pick", "holder", "tag", "document", "variables", "table", "asked", "narrow", "place", "api_key")
"""What forms send that is no field of an operation's input."""
SEGMENTS = {
    "code": city.FENGQUAN,
    "number": "ZY-0101-0000",
    "secret": "AAAA-AAAA-AAAA",
    "slug": "nothing-such",
    "id": "1",
    "token": "abc",
    "file": "abc",
    "name": "abc",
}


async def token_of(client: httpx.AsyncClient) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', (await client.get(REPORT)).text)
    assert found
    return found[1]


def addresses(app: Starlette) -> list[str]:
    """Where something may be sent."""
    found = [route for route in app.routes if isinstance(route, Route) and "POST" in (route.methods or ())]
    return [re.sub(r"\{(\w+)(?::\w+)?\}", lambda one: SEGMENTS.get(one[1], "abc"), route.path) for route in found]


async def test_no_form_fails_over_bytes_that_are_no_text(client: httpx.AsyncClient, app: Starlette) -> None:
    await fill()
    await city.sign_in(client, "chief", Role.ADMINISTRATOR, city.CITY)
    names = sorted({*OTHERS, *(name for one in REGISTRY.values() for name in one.input.model_fields)})
    ours = f"csrf={await token_of(client)}".encode()
    kinds = itertools.cycle([b"%FF%FEabc", b"\xff\xfeabc", "路灯".encode()[:4]])
    fields = b"&".join(b"%b=%b" % (name.encode(), next(kinds)) for name in names)
    for address in addresses(app):
        for body in (b"%b&%b" % (ours, fields), ours + b"&%FF=\xff"):
            answer = await client.post(address, content=body, headers=FORM)
            assert answer.status_code < 500, (address, body)


async def test_a_token_that_is_no_text_is_a_wrong_one(client: httpx.AsyncClient) -> None:
    await fill()
    assert (await client.post(REPORT, content=b"csrf=\xff", headers=FORM)).status_code == 403


async def test_a_button_of_a_page_that_stood_open_too_long_is_refused_in_words(client: httpx.AsyncClient) -> None:
    await fill()
    for address in ("/track/ZY-0101-0000/AAAA-AAAA-AAAA/data", "/follow/abc"):
        answer = await client.post(address, headers={**FORM, "sec-fetch-site": "same-origin"})
        assert answer.status_code == 403
        assert "<h1>" in answer.text


async def test_utf8_that_a_client_did_not_encode_is_taken_as_it_comes(client: httpx.AsyncClient) -> None:
    await fill()
    body = f"csrf={await token_of(client)}&description=三单元楼道灯坏了&contact_name=陈阿婆".encode()
    answer = await client.post(REPORT, content=body, headers=FORM)
    assert answer.status_code == 422
    assert "三单元楼道灯坏了" in answer.text
    assert 'value="陈阿婆"' in answer.text

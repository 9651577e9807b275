"""Bad input is told beside its field, in the person's language; what was typed stays; nothing changes."""

from __future__ import annotations

import re

import httpx
import pytest

from civicgraph.accounts.models import Person
from civicgraph.accounts.operations import sign_in
from civicgraph.accounts.passwords import hash_password
from civicgraph.divisions.models import Division
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.events.models import Event
from civicgraph.grievances.models import Grievance
from civicgraph.permissions import ANONYMOUS, Role
from tests.support import city

GOOD_EVENT = {
    "kind": "activity",
    "title": "义诊",
    "division_code": city.FENGQUAN,
    "starts_at": "2031-05-22T19:00",
    "ends_at": "2031-05-22T21:00",
}
GOOD_ENTERPRISE = {
    "credit_code": "91520300MA6DLA1A17",
    "name": "测试公司",
    "kind": "company",
    "status": "active",
    "industry_code": "70",
    "division_code": city.FENGQUAN,
}


@pytest.fixture
async def editor(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await city.build()
    await load_industries()
    await city.person("editor", Role.EDITOR, city.FENGGANG)
    await Person.filter(username="editor").update(password_hash=await hash_password("a password for tests"))
    client.cookies.set("session", await sign_in(ANONYMOUS, {"username": "editor", "password": "a password for tests"}))
    return client


async def token_of(client: httpx.AsyncClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', (await client.get(path)).text)
    assert found
    return found[1]


EVENTS = {
    "empty": ({"title": ""}, "title", "请填写这一项"),
    "too long": ({"title": "长" * 121}, "title", "请最多写 120 个字"),
    "no date": ({"starts_at": "明天晚上"}, "starts_at", "请填写日期和时间"),
    "end before start": ({"ends_at": "2031-05-22T18:00"}, "ends_at", ""),
    "longer than sixty days": ({"ends_at": "2031-09-01T18:00"}, "ends_at", ""),
    "unknown division": ({"division_code": "529999999999"}, "division_code", "没有这个编码的区划"),
    "no place": ({"division_code": ""}, "division_code", "请选择一项"),
    "no kind": ({"kind": ""}, "kind", "请选择一项"),
    "unknown kind": ({"kind": "party"}, "kind", "请"),
    "not a number": ({"capacity": "许多"}, "capacity", "请填写整数"),
    "not a price": ({"price_fen": "八块"}, "price_fen", "请填写金额（元）"),
}


@pytest.mark.parametrize("name", EVENTS)
async def test_a_wrong_event_is_told_beside_the_field(editor: httpx.AsyncClient, name: str) -> None:
    wrong, field, words = EVENTS[name]
    form = {**GOOD_EVENT, **wrong, "summary": "我写的话要留着", "csrf": await token_of(editor, "/staff/events/new")}
    answer = await editor.post("/staff/events/new", data=form)
    assert answer.status_code == 422
    beside = re.search(rf'id="f-{field}-error">([^<]*)<', answer.text)
    assert beside, answer.text
    assert words in beside[1]
    assert "我写的话要留着" in answer.text
    assert wrong[field][:50] in answer.text or field in ("kind", "division_code")
    assert await Event.all().count() == 0


async def test_the_same_in_english(editor: httpx.AsyncClient) -> None:
    editor.cookies.set("lang", "en")
    form = {**GOOD_EVENT, "title": "", "division_code": " ", "csrf": await token_of(editor, "/staff/events/new")}
    said = (await editor.post("/staff/events/new", data=form)).text
    assert "Please fill this in." in said
    assert 'id="f-division_code-error">Please choose one.<' in said


async def test_bytes_that_are_no_text_are_told_beside_the_field(editor: httpx.AsyncClient) -> None:
    token = await token_of(editor, "/staff/events/new")
    fields = "&".join(f"{key}={value}" for key, value in GOOD_EVENT.items() if key != "title")
    body = f"csrf={token}&title=%FF%FEabc&".encode() + fields.encode()
    answer = await editor.post(
        "/staff/events/new", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 422
    assert "有些字符无法识别" in answer.text
    assert await Event.all().count() == 0


async def test_a_wrong_credit_code_is_told_beside_the_field(editor: httpx.AsyncClient) -> None:
    form = {**GOOD_ENTERPRISE, "csrf": await token_of(editor, "/staff/enterprises/new")}
    answer = await editor.post("/staff/enterprises/new", data=form)
    assert answer.status_code == 422
    assert 'id="f-credit_code-error"' in answer.text
    assert GOOD_ENTERPRISE["credit_code"] in answer.text
    assert await Enterprise.all().count() == 0


async def test_ten_megabytes_are_refused_with_a_page(editor: httpx.AsyncClient) -> None:
    token = await token_of(editor, "/staff/events/new")
    answer = await editor.post("/staff/events/new", data={**GOOD_EVENT, "description": "长" * 3_500_000, "csrf": token})
    assert answer.status_code == 413
    assert "<h1>" in answer.text
    assert await Event.all().count() == 0


async def test_a_stale_version_shows_both_and_overwrites_nothing(editor: httpx.AsyncClient) -> None:
    path = f"/staff/places/{city.FENGQUAN}"
    token = await token_of(editor, path)
    assert (await editor.post(path, data={"csrf": token, "phone": "111", "version": "1"})).status_code == 303
    answer = await editor.post(path, data={"csrf": token, "phone": "222", "version": "1"})
    assert answer.status_code == 409
    assert "111" in answer.text
    assert 'value="222"' in answer.text
    assert (await Division.get(code=city.FENGQUAN)).phone == "111"


async def test_a_form_from_another_site_changes_nothing(editor: httpx.AsyncClient) -> None:
    path = f"/staff/places/{city.FENGQUAN}"
    token = await token_of(editor, path)
    for headers, form in (
        ({}, {"phone": "1", "version": "1"}),
        ({"origin": "https://elsewhere.example"}, {"csrf": token, "phone": "1", "version": "1"}),
        ({"sec-fetch-site": "cross-site"}, {"csrf": token, "phone": "1", "version": "1"}),
    ):
        assert (await editor.post(path, data=form, headers=headers)).status_code == 403
    assert (await Division.get(code=city.FENGQUAN)).phone == ""


async def test_a_form_of_ours_whose_cookie_is_gone_changes_nothing_and_keeps_what_was_typed(
    editor: httpx.AsyncClient,
) -> None:
    path, form = f"/staff/places/{city.FENGQUAN}", {"phone": "0851-7", "version": "1", "csrf": "of another day"}
    answer = await editor.post(path, data=form, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 422
    assert 'value="0851-7"' in answer.text
    assert (await Division.get(code=city.FENGQUAN)).phone == ""


async def test_staff_of_one_county_change_nothing_in_another(editor: httpx.AsyncClient) -> None:
    path = f"/staff/places/{city.HONGQIAO}"
    token = await token_of(editor, f"/staff/places/{city.FENGQUAN}")
    assert (await editor.post(path, data={"csrf": token, "phone": "1", "version": "1"})).status_code == 403
    moved = {**GOOD_EVENT, "division_code": city.HONGQIAO, "csrf": token}
    assert (await editor.post("/staff/events/new", data=moved)).status_code == 403
    assert await Event.all().count() == 0
    assert await Grievance.all().count() == 0


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "'; DROP TABLE event; --",
    "\r\nSet-Cookie: a=b",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_only_text(editor: httpx.AsyncClient, text: str) -> None:
    form = {**GOOD_EVENT, "title": text, "summary": text, "csrf": await token_of(editor, "/staff/events/new")}
    made = await editor.post("/staff/events/new", data=form)
    assert made.status_code == 303
    shown = await editor.get(made.headers["location"])
    assert shown.status_code == 200
    assert "<script>alert" not in shown.text
    assert "<img src=x" not in shown.text
    assert "set-cookie" not in {name for name in shown.headers if "a=b" in shown.headers[name]}


async def test_pages_carry_the_headers_that_keep_them_safe(client: httpx.AsyncClient) -> None:
    answer = await client.get("/styleguide")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    assert " style=" not in answer.text
    assert "onclick" not in answer.text


@pytest.mark.parametrize("cursor", ["zz", "5b" * 2_000], ids=["typed", "far too long"])
async def test_an_address_with_a_cursor_that_is_not_ours_is_told_so(client: httpx.AsyncClient, cursor: str) -> None:
    await city.build()
    answer = await client.get("/grievances", params={"after": cursor}, headers={"accept": "text/html"})
    assert answer.status_code == 400
    assert "<html" in answer.text

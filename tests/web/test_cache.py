"""What is kept for strangers: exact, never another's, small on the way."""

from __future__ import annotations

import asyncio
import gzip
import re
import secrets
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import brotli
import httpx
import pytest
import zstandard
from starlette.applications import Starlette
from tortoise.connection import get_connection

from civicgraph import clock, db
from civicgraph import settings as configuration
from civicgraph.divisions.models import Division
from civicgraph.events.operations import create_event, publish_event, update_event
from civicgraph.graph.mapped import MAPPED
from civicgraph.graph.versions import CHANNEL
from civicgraph.permissions import Actor, Role
from civicgraph.settings import Settings
from tests.conftest import SECRET
from tests.support import city
from tests.support.servers import Server

BROWSER = {"accept": "text/html", "accept-encoding": "identity"}
JSON = {"accept": "application/json", "accept-encoding": "identity"}
EVENT = {
    "kind": "culture_night",
    "title": "红花岗之夜",
    "division_code": city.FENGQUAN,
    "starts_at": "2099-05-22T19:00",
    "ends_at": "2099-05-22T21:00",
}


@pytest.fixture
async def editor(app: Starlette) -> Actor:
    await city.build()
    person = await city.person("editor", Role.EDITOR, city.FENGGANG)
    await heard(app)
    return person


async def published(app: Starlette, editor: Actor, title: str = "红花岗之夜") -> str:
    event = await create_event(editor, {**EVENT, "title": title})
    await publish_event(editor, {"slug": event.slug, "version": event.version})
    await heard(app)
    return event.slug


async def heard(app: Starlette) -> None:
    """PostgreSQL's own word of what was written has come: words come in the order of the commits, and this one is the last."""
    if db.is_postgres(app.state.settings):
        last = f"heard {secrets.token_hex(4)}"
        await get_connection("default").execute_query("SELECT pg_notify($1, $2)", [CHANNEL, last])
        async with asyncio.timeout(30):
            while last not in (app.state.pages.versions.now() or {}):
                await asyncio.sleep(0.01)


async def test_an_unchanged_page_is_answered_without_a_statement(
    app: Starlette, client: httpx.AsyncClient, editor: Actor
) -> None:
    slug = await published(app, editor)
    with clock.override(clock.now()):  # a page that names the day is made anew each minute
        first = await client.get(f"/events/{slug}", headers=BROWSER)
        before = app.state.engine.statements
        again = await client.get(f"/events/{slug}", headers=BROWSER)
        known = await client.get(f"/events/{slug}", headers={**BROWSER, "if-none-match": first.headers["etag"]})
    assert app.state.engine.statements == before
    assert again.content == first.content
    assert again.headers["content-type"] == "text/html; charset=utf-8"
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["etag"] == first.headers["etag"]
    assert known.headers["cache-control"] == "public, no-cache"
    assert {"Cookie", "Accept-Encoding", "HX-Request"} <= set(known.headers["vary"].split(", "))


async def test_a_changed_row_is_seen_at_once(app: Starlette, client: httpx.AsyncClient, editor: Actor) -> None:
    slug = await published(app, editor)
    first = await client.get(f"/events/{slug}", headers=BROWSER)
    for title in ("第一次改名", "第二次改名"):
        await update_event(editor, {**EVENT, "slug": slug, "title": title, "version": await version(slug)})
        headers = {**BROWSER, "if-none-match": first.headers["etag"]}
        changed = await client.get(f"/events/{slug}", headers=headers)
        assert changed.status_code == 200
        assert title in changed.text


async def test_a_row_of_a_list_that_was_drawn_before_is_drawn_anew_in_another_language_and_after_a_change(
    app: Starlette, client: httpx.AsyncClient, editor: Actor
) -> None:
    slug = await published(app, editor)
    chinese = await client.get("/events", headers=BROWSER)
    english = await client.get("/events", headers={**BROWSER, "cookie": "lang=en"})
    assert tags(chinese) == ["文化之夜", "免费"]
    assert tags(english) == ["Culture night", "free"]
    await update_event(editor, {**EVENT, "slug": slug, "title": "改名之夜", "version": await version(slug)})
    await heard(app)
    changed = await client.get("/events", headers=BROWSER)
    assert "改名之夜" in changed.text
    assert "红花岗之夜" not in changed.text


def tags(page: httpx.Response) -> list[str]:
    """What the tags of its only event say."""
    return re.findall(r'<span class="tag[^"]*">([^<]+)</span>', page.text)


async def version(slug: str) -> int:
    from civicgraph.events.models import Event

    return (await Event.get(slug=slug)).version


async def test_a_change_of_another_table_leaves_a_page_as_it_is(
    app: Starlette, client: httpx.AsyncClient, editor: Actor
) -> None:
    if db.is_postgres(app.state.settings):
        pytest.skip("the process that wrote takes everything for changed, rather than wait for its own notification")
    with clock.override(clock.now()):  # a page that names the day is made anew each minute
        await client.get("/enterprises", headers=BROWSER)
        await published(app, editor)
        before = app.state.engine.statements
        await client.get("/enterprises", headers=BROWSER)
        assert app.state.engine.statements == before


async def test_what_another_process_commits_is_seen(app: Starlette, client: httpx.AsyncClient, editor: Actor) -> None:
    place = f"/places/{city.FENGQUAN}"
    assert "改了名的社区" not in (await client.get(place, headers=BROWSER)).text
    settings: Settings = app.state.settings
    if db.is_postgres(settings):
        connection = await asyncpg.connect(**db.postgres_credentials(settings))
        await connection.execute("UPDATE division SET name = '改了名的社区' WHERE code = $1", city.FENGQUAN)
        await connection.close()
    else:
        with sqlite3.connect(db.sqlite_path(settings)) as file:
            file.execute("UPDATE division SET name = '改了名的社区' WHERE code = ?", (city.FENGQUAN,))
    end = time.monotonic() + 5
    while "改了名的社区" not in (await client.get(place, headers=BROWSER)).text:
        assert db.is_postgres(settings), "on SQLite the file itself says so"
        assert time.monotonic() < end


async def test_a_page_that_tells_the_time_is_good_for_its_minute(
    app: Starlette, client: httpx.AsyncClient, editor: Actor
) -> None:
    await published(app, editor)
    start = clock.now().replace(second=0)
    reads = []
    for moment in (start, start.replace(second=59), start.replace(second=0, year=start.year + 1)):
        before = app.state.engine.statements
        with clock.override(moment):
            await client.get("/events", headers=BROWSER)
        reads.append(app.state.engine.statements - before)
    assert reads[0] >= 1
    assert reads[1:] == [0, reads[0]]


async def test_a_page_that_tells_the_day_is_good_until_the_citys_midnight(
    app: Starlette, client: httpx.AsyncClient, editor: Actor
) -> None:
    evening = datetime(2026, 6, 1, 15, 59, tzinfo=UTC)  # a minute to midnight in Zunyi
    reads = []
    for moment in (evening, evening.replace(hour=0), evening.replace(second=59), evening.replace(hour=16, minute=0)):
        before = app.state.engine.statements
        with clock.override(moment):
            await client.get("/places", headers=BROWSER)
        reads.append(app.state.engine.statements - before)
    assert reads[0] >= 1
    assert reads[1:] == [0, 0, reads[0]]


async def test_language_colours_place_and_fragment_are_never_mixed(client: httpx.AsyncClient, editor: Actor) -> None:
    variants = [
        {},
        {"cookie": "lang=en"},
        {"cookie": "theme=dark"},
        {"cookie": f"place={city.FENGQUAN}%7C%E5%87%A4%E6%B3%89%E7%A4%BE%E5%8C%BA"},
        {"hx-request": "true"},
    ]
    first = [(await client.get("/events", headers={**BROWSER, **one})).text for one in variants]
    again = [(await client.get("/events", headers={**BROWSER, **one})).text for one in variants]
    assert first == again
    assert len(set(first)) == len(variants)


async def test_a_page_of_a_person_or_with_a_form_is_nobodys_else(
    app: Starlette, client: httpx.AsyncClient, editor: Actor
) -> None:
    first, second = [(await client.get("/track", headers=BROWSER)) for _ in range(2)]
    token = re.compile(r'name="csrf" value="([^"]+)"')
    client.cookies.clear()
    third = await client.get("/track", headers=BROWSER)
    assert "etag" not in first.headers
    assert token.findall(second.text) != token.findall(third.text)
    await client.get("/events", headers=BROWSER)
    signed_in = await client.get("/events", headers={**BROWSER, "cookie": "session=anything"})
    assert "etag" not in signed_in.headers


@pytest.mark.parametrize(
    ("encoding", "decode"),
    [
        ("gzip", gzip.decompress),
        ("br", brotli.decompress),
        ("zstd", lambda raw: zstandard.ZstdDecompressor().decompress(raw)),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_every_encoding_holds_the_same(app: Starlette, editor: Actor, encoding: str, decode: object) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        for path in (
            "/events",
            "/static/css/tokens.css",
            "/static/site.css",
            "/graphql?query={__schema{types{name,description}}}",
        ):
            accept = "application/json" if path.startswith("/graphql") else "text/html"
            plain = await client.get(path, headers={"accept": accept, "accept-encoding": "identity"})
            headers = {"accept": accept, "accept-encoding": encoding}
            async with client.stream("GET", path, headers=headers) as answer:
                raw = b"".join([chunk async for chunk in answer.aiter_raw()])
            assert answer.headers["content-encoding"] == encoding
            assert answer.headers.get("etag") is None or "Accept-Encoding" in answer.headers["vary"]
            assert decode(raw) == plain.content  # type: ignore[operator]
            assert len(raw) < len(plain.content) / 2


async def test_a_stranger_gets_graphql_by_get_from_what_is_kept(
    app: Starlette, client: httpx.AsyncClient, editor: Actor
) -> None:
    address = '/graphql?query={division(code:"520327"){name}}'
    headers = {"accept": "application/json", "accept-encoding": "identity"}
    first = await client.get(address, headers=headers)
    before = app.state.engine.statements
    again = await client.get(address, headers={**headers, "if-none-match": first.headers["etag"]})
    assert (again.status_code, app.state.engine.statements) == (304, before)
    await Division.filter(code="520327").update(name="另一个名字")
    app.state.pages.versions.written()
    changed = await client.get(address, headers={**headers, "if-none-match": first.headers["etag"]})
    assert changed.json() == {"data": {"division": {"name": "另一个名字"}}}


@pytest.mark.parametrize(
    "query",
    [
        '{trackedGrievance(number:"ZY-1123-7F3K",secret:"aaaa"){number}}',
        "{nothing}",
        "{divisions(first:101){nodes{code}}}",
    ],
)
async def test_answers_with_secrets_or_errors_are_not_kept(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get("/graphql", params={"query": query}, headers={"accept": "application/json"})
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_the_store_is_bounded(app: Starlette, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await city.build()
    monkeypatch.setattr("civicgraph.web.cache.MAX_PAGES", 5)
    for number in range(12):
        await client.get(f"/places?q={number}", headers=BROWSER)
    assert len(app.state.pages.pages) == 5
    assert app.state.pages.bytes == sum(page.size for page in app.state.pages.pages.values())


async def test_every_table_that_strangers_can_read_is_watched(app: Starlette) -> None:
    private = {"api_token", "audit_entry", "inbox_message", "outbox_message", "session"}
    watched = app.state.pages.versions.now()
    assert watched is not None
    assert {mapped.table for mapped in MAPPED.values()} - private <= set(watched)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_second_real_process_shows_the_change(database: str, tmp_path: Path) -> None:
    with Server(database, SECRET, tmp_path) as one, Server(database, SECRET, tmp_path) as two:
        path = "/graphql?query={divisions(first:5){nodes{name}}}"
        assert httpx.get(one.url + path, headers=JSON).status_code == 200
        first = httpx.get(two.url + path, headers=JSON)
        with sqlite3.connect(database.removeprefix("sqlite://")) as file:
            file.execute(
                "INSERT INTO division (updated_at, code, name, short_name, pinyin, level, summary, phone, address,"
                " is_resettlement, is_provisional, search_terms, version) VALUES ('2026-01-01', '520399', '新城区',"
                " '新城', 'xin cheng', 'county', '', '', '', 0, 0, '新城', 1)"
            )
        headers = {**JSON, "if-none-match": first.headers["etag"]}
        for server in (one, two):
            assert "新城区" in httpx.get(server.url + path, headers=headers).text


async def test_a_read_asked_before_is_the_same_and_as_fresh(
    app: Starlette, client: httpx.AsyncClient, editor: Actor
) -> None:
    body = {"query": "query($c: DivisionCode!) { division(code: $c) { name } }", "variables": {"c": city.FENGGANG}}
    answers = [await client.post("/graphql", json=body, headers=JSON) for _ in range(3)]
    assert len({(one.text.split('"remaining"')[0], one.headers["content-type"]) for one in answers}) == 1
    assert {"x-request-id", "content-security-policy", "vary"} <= set(answers[2].headers)
    assert answers[2].headers["cache-control"] == "no-store"
    await Division.filter(code=city.FENGGANG).update(name="另一个名字")
    changed = await client.post("/graphql", json=body, headers=JSON)
    assert changed.json()["data"] == {"division": {"name": "另一个名字"}}
    with_token = {**JSON, "authorization": "Bearer cg_wrong"}
    assert (await client.post("/graphql", json=body, headers=with_token)).status_code == 401


async def test_a_budget_counts_reads_asked_before(app: Starlette, client: httpx.AsyncClient) -> None:
    await city.build()
    # 5 reads, and 2 for the document and its plan, which are new the first time.
    configuration.use(app.state.settings.model_copy(update={"cost_per_minute": 5 + 2}))
    body = {"query": '{ division(code: "5203") { name } }'}
    statuses = [(await client.post("/graphql", json=body, headers=JSON)).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2

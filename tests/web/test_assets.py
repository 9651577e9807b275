"""Style sheets and scripts: written in many files, sent as few, kept by browsers, and none forgotten."""

from __future__ import annotations

import re

import httpx
import pytest

from civicgraph import settings
from civicgraph.web import bundles

ADDRESS = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js)\?v=[0-9a-f]{10})"')
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def test_a_page_asks_for_three_files(client: httpx.AsyncClient) -> None:
    page = await client.get("/sign-in", headers={"accept": "text/html"})
    addresses = [one.partition("?")[0] for one in ADDRESS.findall(page.text)]
    assert addresses == ["/static/site.css", "/static/vendor/htmx/htmx.min.js", "/static/site.js"]


async def test_what_carries_its_version_is_kept_for_good_and_else_asked_for_again(client: httpx.AsyncClient) -> None:
    page = await client.get("/sign-in", headers={"accept": "text/html"})
    for address in ADDRESS.findall(page.text):
        first = await client.get(address)
        assert "immutable" in first.headers["cache-control"]
        again = await client.get(address, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    changed = await client.get("/static/site.css", headers={"if-none-match": '"another"'})
    assert changed.status_code == 200
    assert changed.headers["content-type"].startswith("text/css")
    assert "immutable" not in changed.headers["cache-control"]
    assert (await client.post("/static/site.css")).status_code == 405


async def test_every_file_of_ours_is_in_a_bundle_or_asked_for_by_a_page(client: httpx.AsyncClient) -> None:
    folder = settings.folder("static")
    written = {str(path.relative_to(folder)) for kind in ("css", "js") for path in (folder / kind).rglob("*.*")}
    parts = {part for one in bundles.BUNDLES.values() for part in one}
    assert parts <= written
    templates = "".join(path.read_text() for path in settings.folder("templates").rglob("*.html"))
    alone = {path for path in written - parts if f"static('{path}')" in templates}
    assert written - parts - alone == {"js/kept-worker.js"}  # served under the address of its page


async def test_the_layers_are_declared_before_they_are_filled(client: httpx.AsyncClient) -> None:
    sheet = (await client.get("/static/site.css")).text
    assert sheet.index("@layer tokens, base, layout, components, print;") == sheet.index("@layer")

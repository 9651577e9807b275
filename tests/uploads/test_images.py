"""The image of an event or a service: given with words and a part that stays in view, public with its listing alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph.events import operations as events
from civicgraph.events.models import Event
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.services import operations as services
from civicgraph.services.models import Service
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive, sweep
from tests.events.conftest import NIGHT
from tests.services.conftest import CANTEEN
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG
from tests.uploads.pictures import CAMERA, photo, telltale

MARK = "植物娘娘在跳舞"
QUERIES = {
    "event": "query ($slug: String!) { one: event(slug: $slug) { image { url alt focalPoint } } }",
    "service": "query ($slug: String!) { one: service(slug: $slug) { image { url alt focalPoint } } }",
}


@dataclass
class Site:
    """The running site, and who uses it."""

    editor: Actor
    author: Actor
    neighbour: Actor
    browser: Browser
    stranger: Browser
    app: Starlette

    async def draft(self, kind: str) -> Any:
        """A draft of a junior editor."""
        if kind == "event":
            return await events.create_event(self.author, NIGHT)
        return await services.create_service(self.author, CANTEEN)

    async def status_for(self, actor: Actor | None, name: str) -> int:
        """What the file's address answers."""
        browser = visit(self.app) if actor is None else await signed_in(self.app, actor)
        async with browser.http as http:
            return (await http.get(f"/uploads/{name}/page")).status_code


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application."""
    await place.build()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    author = await place.person("author", Role.AUTHOR, FENGGANG)
    neighbour = await place.person("neighbour", Role.EDITOR, SUIYANG)
    made = Site(editor, author, neighbour, await signed_in(app, editor), visit(app), app)
    yield made
    for browser in (made.browser, made.stranger):
        await browser.http.aclose()


def seen(row: Event | Service) -> dict[str, Any]:
    return {"slug": row.slug, "version": row.version}


async def sent(actor: Actor, colour: str = "teal") -> str:
    return (await receive(actor, "a.jpg", photo(colour=colour))).name


OPERATIONS: dict[str, Any] = {
    "event": (events.set_event_image, events.remove_event_image, events.publish_event, events.withdraw_event),
    "service": (
        *(services.set_service_image, services.remove_service_image),
        *(services.publish_service, services.withdraw_service),
    ),
}


@pytest.mark.parametrize("kind", ["event", "service"])
async def test_an_image_and_its_words_are_public_with_the_listing_alone(site: Site, kind: str) -> None:
    give, _, publish, withdraw = OPERATIONS[kind]
    row = await site.draft(kind)
    row = await give(site.author, {**seen(row), "image": await sent(site.author), "alt": MARK})
    name = (await Upload.get(subject_id=row.id, subject_type=type(row).__name__)).name

    async def stranger() -> tuple[int, bool]:
        asked = {"query": QUERIES[kind], "variables": {"slug": row.slug}}
        answers = [
            await site.stranger.open(f"/{kind}s/{row.slug}"),
            await site.stranger.open(f"/{kind}s"),
            (await site.stranger.http.post("/graphql", json=asked)).text,
        ]
        return await site.status_for(None, name), any(MARK in one or name in one for one in answers)

    assert await stranger() == (404, False)
    assert [await site.status_for(one, name) for one in (site.author, site.editor, site.neighbour)] == [200, 200, 404]
    row = await publish(site.editor, seen(row))
    assert await stranger() == (200, True)
    row = await withdraw(site.editor, seen(row))
    assert await stranger() == (404, False)


async def test_an_image_is_replaced_described_anew_and_taken_away(site: Site) -> None:
    give, remove, _, _ = OPERATIONS["service"]
    row = await site.draft("service")
    with pytest.raises(InvalidInput) as nothing:
        await give(site.author, {**seen(row), "alt": "食堂门口"})
    assert [one.field for one in nothing.value.errors] == ["image"]
    for alt in ("", "门", "门" * 201):
        with pytest.raises(InvalidInput) as wordless:
            await give(site.author, {**seen(row), "image": await sent(site.author), "alt": alt})
        assert [one.field for one in wordless.value.errors] == ["alt"]
    first = await sent(site.author)
    old = seen(row)
    row = await give(site.author, {**seen(row), "image": first, "alt": "食堂门口"})
    with pytest.raises(Conflict):
        await give(site.author, {**old, "alt": "别的话"})
    row = await give(site.author, {**seen(row), "alt": "食堂的午饭", "focal_point": "top_left"})
    kept = await Upload.get(subject_id=row.id, subject_type="Service")
    assert (kept.name, kept.alt, kept.focal_point) == (first, "食堂的午饭", "top_left")
    second = await sent(site.author, "navy")
    row = await give(site.author, {**seen(row), "image": second, "alt": "新的门口"})
    assert [one.name for one in await Upload.filter(subject_type="Service")] == [second]
    assert not await Upload.exists(name=first)
    await sweep()
    assert not await Upload.exists(content_hash=kept.content_hash, alt="食堂的午饭")
    with pytest.raises(NotFound):
        await remove(site.neighbour, seen(row))
    row = await remove(site.author, seen(row))
    assert not await Upload.exists(subject_type="Service")
    with pytest.raises(Unavailable):
        await remove(site.author, seen(row))
    trail = await AuditEntry.filter(operation__endswith="_image").order_by("id").values_list("operation", "changes")
    assert [name for name, _ in trail] == ["set_service_image"] * 3 + ["remove_service_image"]
    assert trail[1][1]["alt"] == ["食堂门口", "食堂的午饭"]
    assert not any(name in str(trail) for name in (first, second))


async def test_what_is_public_is_illustrated_by_those_who_publish_and_moves_with_its_listing(site: Site) -> None:
    row = await site.draft("event")
    row = await events.publish_event(site.editor, seen(row))
    name = await sent(site.author)
    with pytest.raises(Forbidden):
        await events.set_event_image(site.author, {**seen(row), "image": name, "alt": "夜里的美术馆"})
    row = await events.set_event_image(site.editor, {**seen(row), "image": name, "alt": "夜里的美术馆"})
    copy = await events.duplicate_event(site.editor, {"slug": row.slug})
    assert (await Upload.get(subject_type="Event", subject_id=copy.id)).name != name
    there = await events.update_event(site.editor, {**NIGHT, **seen(row), "division_code": FENGGANG})
    assert (await Upload.get(name=name)).division_code == there.division_id == FENGGANG != FENGQUAN


PAGES = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def post(page: Browser, path: str, files: dict[str, Any] | None = None, **changed: str) -> httpx.Response:
    """Send the form of the image as a browser without JavaScript does."""
    await page.open(path)
    pairs = {**dict(page.form(path).pairs), **changed}
    return await page.http.post(path, data=pairs, files=files)


@PAGES
@pytest.mark.parametrize("kind", ["event", "service"])
async def test_staff_give_an_image_on_its_page_without_javascript(site: Site, kind: str) -> None:
    row = await site.draft(kind)
    await OPERATIONS[kind][2](site.editor, seen(row))
    path, page = f"/staff/{kind}s/{row.slug}/image", site.browser
    assert f'href="{path}"' in await page.open(f"/staff/{kind}s/{row.slug}")
    file = {"image": ("a.jpg", telltale(), "image/jpeg")}
    refused = await post(page, path, file, alt="")
    assert refused.status_code == 422
    held = re.search(r'type="hidden" name="image" value="([^"]+)"', refused.text)
    assert held is not None, "what was chosen is not asked for again"
    done = await post(page, path, image=held[1], alt="舞台上的乐队", focal_point="bottom_left")
    assert done.status_code == 303, done.text
    assert 'value="bottom_left" checked' in await page.open(path)
    other = await signed_in(site.app, site.neighbour)
    await other.open(path)
    await other.http.aclose()
    assert other.status == 403
    text = await site.stranger.open(f"/{kind}s/{row.slug}")
    shown = re.search(r'<img class="listing-image focus-bottom-left" src="([^"]+)" alt="舞台上的乐队"', text)
    assert shown is not None
    assert "style=" not in shown[0]
    if kind == "event":
        for address in ("/events?past=1", "/events/week?from=2026-05-22", f"/venues/{NIGHT['venue']}"):
            listed = await site.stranger.open(address)
            (small,) = re.findall(r'<img class="thumbnail focus-bottom-left"[^>]*>', listed)
            assert all(
                part in small
                for part in ('alt="舞台上的乐队"', '/list"', 'width="144"', 'height="96"', 'loading="lazy"')
            ), address
    body = (await site.stranger.http.get(shown[1])).content
    assert CAMERA.encode() not in body
    assert b"Exif" not in body
    linked = re.search(r'property="og:image" content="([^"]+/uploads/[^"]+/large)"', text)
    assert linked is not None
    if kind == "event":
        assert f'"image":"{linked[1]}"' in text
        assert "picture.png" not in text
    else:
        assert f'"image":"{linked[1]}"' in text
        (small,) = re.findall(r'<img class="thumbnail focus-bottom-left"[^>]*>', await site.stranger.open("/services"))
        for part in ('alt="舞台上的乐队"', '/list"', 'width="144"', 'height="96"', 'loading="lazy"'):
            assert part in small
    await page.open(path)
    await page.send(f"{path}/removal")
    assert "listing-image focus" not in await site.stranger.open(f"/{kind}s/{row.slug}")

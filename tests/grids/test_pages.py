"""The pages of grids, as a browser without JavaScript walks them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette

from civicgraph.accounts.models import Person
from civicgraph.grids import operations
from civicgraph.grids.models import Grid, GridAssignment
from civicgraph.permissions import Actor, Role
from tests.grids.conftest import FIRST
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG

EDIT, WORKERS = f"/staff/grids/{FIRST}", f"/staff/grids/{FIRST}/workers"


@dataclass
class Site:
    """The running site, and who uses it."""

    actor: Actor
    worker: Actor
    stranger: Browser
    supervisor: Browser
    editor: Browser
    neighbour: Browser


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application."""
    await place.build()
    supervisor = await place.person("supervisor", Role.SUPERVISOR, FENGGANG)
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    neighbour = await place.person("neighbour", Role.SUPERVISOR, SUIYANG)
    worker = await place.person("wang", Role.GRID_WORKER, FENGQUAN)
    await Person.filter(id=worker.person_id).update(title="凤泉社区网格员", work_phone="0851-12345")
    staff = [await signed_in(app, one) for one in (supervisor, editor, neighbour)]
    made = Site(supervisor, worker, visit(app), *staff)
    yield made
    for browser in (made.stranger, *staff):
        await browser.http.aclose()


async def test_a_grid_says_who_is_in_charge_what_it_covers_and_where_to_report(site: Site) -> None:
    text = await site.stranger.open(f"/grids/{FIRST}")
    assert "由社区负责" in text
    await operations.assign_grid_worker(site.actor, {"code": FIRST, "person_id": site.worker.person_id})
    await operations.create_grid(
        site.actor, {"name": "微网格甲", "division_code": FENGQUAN, "parent_code": FIRST, "area": "3 栋"}
    )
    await operations.update_grid(
        site.actor, {"code": FIRST, "version": 1, "name": "第一网格", "area": "凤泉路以东", "nets": ["emergency"]}
    )
    text = await site.stranger.open(f"/grids/{FIRST}")
    for words in ("wang", "凤泉社区网格员", "tel:0851-12345", "凤泉路以东", "应急", "微网格甲", f"division={FENGQUAN}"):
        assert words in text, words
    assert "/staff/" not in text.split("<main")[1].split("</main")[0]
    assert "微网格甲" in await site.stranger.open(f"/grids/{FIRST}01")
    for code in (f"{FENGQUAN}999", "none"):
        await site.stranger.open(f"/grids/{code}")
        assert site.stranger.status == 404


async def test_an_editor_enters_a_grid_and_a_micro_grid_and_changes_it(site: Site) -> None:
    page = site.editor
    await page.open(f"/staff/grids/new?division_code={FENGQUAN}")
    text = await page.send(name="")
    assert page.status == 422
    assert 'id="f-name-error"' in text
    await page.send(name="第二网格", nets=["public_safety", "party_building"], households="300")
    row = await Grid.get(code=f"{FENGQUAN}002")
    assert (row.nets, row.households, row.is_active) == (["PUBLIC_SAFETY", "PARTY_BUILDING"], 300, True)
    await page.open(f"/staff/grids/new?division_code={FENGQUAN}&parent_code={row.code}")
    await page.send(name="微网格乙")
    assert await Grid.filter(code=f"{row.code}01", parent_id=row.code).exists()
    await page.send(area="2 栋")
    assert (await Grid.get(code=f"{row.code}01")).area == "2 栋"
    assert "2 栋" in await site.supervisor.open(f"/staff/grids/{row.code}01/history")
    text = await page.open("/staff/grids")
    assert "第二网格" in text
    assert "微网格乙" in text


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("", True),
        (f"within={LONGQUAN}", True),
        (f"within={FENGQUAN}", True),
        (f"within={SUIYANG}", True),
        ("within=x", True),
    ],
)
async def test_the_staff_list_keeps_to_the_places_of_the_grants(site: Site, query: str, is_found: bool) -> None:
    text = await site.editor.open(f"/staff/grids?{query}")
    assert site.editor.status == 200
    assert (FIRST in text) is is_found
    assert f"{HONGQIAO}001" not in text


async def test_somebody_is_put_in_charge_and_leaves_again(site: Site) -> None:
    page = site.supervisor
    text = await page.open(WORKERS)
    assert "wang · 凤泉社区网格员" in text
    text = await page.send(WORKERS)
    assert page.status == 422
    assert 'id="f-person_id-error"' in text
    await page.send(WORKERS, person_id=str(site.worker.person_id))
    assert page.status == 200
    assert "wang" in await site.stranger.open(f"/grids/{FIRST}")
    assert "wang" in await page.open("/staff/grids")
    row = await GridAssignment.get(to_on=None)
    await page.open(WORKERS)
    await page.send(f"{WORKERS}/{row.id}/end")
    assert "wang" not in await site.stranger.open(f"/grids/{FIRST}")
    answer = await page.http.post(f"{WORKERS}/{row.id}/end", data={"csrf": dict(page.form(WORKERS).pairs)["csrf"]})
    assert answer.status_code == 422
    assert await GridAssignment.all().count() == 1


async def test_who_may_not_put_people_in_charge_is_not_offered_it(site: Site) -> None:
    for browser in (site.editor, site.neighbour):
        text = await browser.open(WORKERS)
        assert 'name="person_id"' not in text
        await browser.open("/staff/grids/new")
        csrf = dict(browser.form().pairs)["csrf"]
        form = {"csrf": csrf, "person_id": str(site.worker.person_id), "role": "lead"}
        assert (await browser.http.post(WORKERS, data=form)).status_code == 403
    assert not await GridAssignment.all().count()
    text = await site.neighbour.open(EDIT)
    assert 'name="area"' not in text
    form = {"csrf": csrf, "version": "1", "name": "夺来的"}
    assert (await site.neighbour.http.post(EDIT, data=form)).status_code == 403
    assert (await Grid.get(code=FIRST)).version == 1
    await site.stranger.open(EDIT)
    assert 'name="area"' not in site.stranger.text


async def test_the_second_editor_compares_and_decides(site: Site) -> None:
    page = site.editor
    await page.open(EDIT)
    await operations.update_grid(site.actor, {"code": FIRST, "version": 1, "name": "先到", "area": "东"})
    text = await page.send(name="后到")
    assert page.status == 409
    assert "先到" in text
    await page.send()
    row = await Grid.get(code=FIRST)
    assert (row.name, row.version) == ("后到", 3)

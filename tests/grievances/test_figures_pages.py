"""The public figures: dashboard, monthly report and CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from civicgraph import clock
from civicgraph.divisions.models import Division
from civicgraph.grievances.desk.models import Team, TeamKind
from civicgraph.grievances.models import GrievanceCategory
from civicgraph.grievances.operations import accept_grievance, assign_grievance, file_grievance, resolve_grievance
from civicgraph.grievances.pages.periods import period_of
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.web.sheets import plain
from tests.grievances.conftest import fill, words
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, FENGHUA, FENGQUAN, HONGQIAO, LONGQUAN

NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
async def people(client: httpx.AsyncClient) -> Actor:
    """The small city behind the pages; who dispatches for all of it."""
    await fill()
    return await place.person("city.dispatcher", Role.DISPATCHER, CITY)


async def grievance(dispatcher: Actor, at: datetime, **values: Any) -> None:
    """One that is answered after twenty minutes and resolved after five hours."""
    with clock.override(at):
        row = (await file_grievance(ANONYMOUS, words(**values)))["grievance"]
    with clock.override(at + timedelta(minutes=20)):
        await accept_grievance(dispatcher, {"number": row.number, "version": 1})
    with clock.override(at + timedelta(hours=5)):
        await resolve_grievance(dispatcher, {"number": row.number, "version": 2, "outcome": "已修好"})


async def get(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", answer.text)


async def rows(client: httpx.AsyncClient, path: str) -> list[dict[str, str]]:
    """The lines of a CSV."""
    answer = await client.get(path)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_place_leads_down_to_its_parts_and_a_category_narrows_them(
    client: httpx.AsyncClient, people: Actor
) -> None:
    await grievance(people, NOON, category="gas")
    await grievance(people, NOON, division_code=HONGQIAO)
    with clock.override(NOON + timedelta(days=1)):
        whole = await get(client, "/figures")
        county = await get(client, f"/figures?within={FENGGANG}&category=gas")
        quiet = await get(client, f"/figures?within={FENGGANG}&category=lighting")
    assert f'href="/figures?within={FENGGANG}"' in whole
    assert 'href="/figures?category=gas"' in whole
    assert f'href="/figures?within={LONGQUAN}&amp;category=gas"' in county
    assert "其中已办结" not in county  # one month needs no chart
    assert "这段时间这里没有收到诉求" in quiet
    assert "凤冈县" in county


async def test_the_page_is_drawn_anew_as_soon_as_a_step_is_taken(client: httpx.AsyncClient, people: Actor) -> None:
    with clock.override(NOON):
        assert "这段时间这里没有收到诉求" in await get(client, "/figures")
        assert "这段时间这里没有收到诉求" in await get(client, "/figures")
        await file_grievance(ANONYMOUS, words())
        assert "还有 1 件没有办结" in await get(client, "/figures")


async def test_months_stand_in_a_chart_with_its_table_beside_it(client: httpx.AsyncClient, people: Actor) -> None:
    for days in (0, 40, 80):
        await grievance(people, NOON - timedelta(days=days))
    with clock.override(NOON + timedelta(days=1)):
        html = await get(client, "/figures")
    chart = re.search(r'<figure class="columns" aria-hidden="true">.*?</figure>', html)
    assert chart is not None
    assert chart.group().count('class="part"') == 3 + 1  # and the legend's
    for month in ("2026年5月", "2026年4月", "2026年3月"):
        assert f">{month}</a></th>" in html


async def test_a_months_report_stands_beside_the_month_before_and_none_is_still_to_come(
    client: httpx.AsyncClient, people: Actor
) -> None:
    for days in (0, 1, 30):
        await grievance(people, NOON - timedelta(days=days))
    with clock.override(NOON + timedelta(days=1)):
        html = await get(client, f"/figures/2026-05?within={FENGGANG}")
        empty = await get(client, f"/figures/2026-05?within={FENGHUA}")
        for path in ("/figures/2026-13", "/figures/2026", "/figures/nonsense", "/figures/2026-05?within=520399"):
            assert (await client.get(path)).status_code == 404, path
    assert "凤冈县诉求办理月报 · 2026年5月" in html
    assert re.search(r"收到</dt> <dd>2</dd>", html)
    assert f"/figures/2026-04?within={FENGGANG}" in html
    assert "/figures/2026-06" not in html
    assert "这个月这里没有收到诉求" in empty


async def test_no_cell_of_a_spreadsheet_is_taken_for_a_formula(client: httpx.AsyncClient, people: Actor) -> None:
    await Division.filter(code=FENGGANG).update(short_name="=HYPERLINK(1)")
    await GrievanceCategory.filter(code="gas").update(name='+1,"2"\n3')
    await grievance(people, NOON, category="gas")
    with clock.override(NOON):
        lines = await rows(client, "/figures.csv")
    names = [one["名称"] for one in lines]
    assert "'=HYPERLINK(1)" in names
    assert '\'+1,"2"\n3' in names
    parts = {"合计", "月份", "地方", "类别", "牵头单位", "渠道", "实际牵头", "类别和渠道"}
    assert {one["分组"] for one in lines} == parts


async def led(people: Actor) -> Team:
    """A property company of 凤泉社区 that resolved one, and one reported by telephone that nobody was given."""
    team = await Team.create(division_id=FENGQUAN, name="斌鑫物业服务中心", kind=TeamKind.PROPERTY)
    with clock.override(NOON):
        row = (await file_grievance(ANONYMOUS, words()))["grievance"]
        given = {"number": row.number, "version": 1, "lead_team_id": team.id}
        await assign_grievance(people, given)
        await resolve_grievance(people, {"number": row.number, "version": 2, "outcome": "已修好"})
        await file_grievance(people, words(channel="phone", category="gas"))
    return team


async def test_the_pages_tell_who_was_in_charge_and_by_what_rule(client: httpx.AsyncClient, people: Actor) -> None:
    team = await led(people)
    await Team.filter(id=team.id).update(name="斌鑫<b>物业")
    with clock.override(NOON + timedelta(days=1)):
        for path in (f"/figures?within={FENGQUAN}", f"/figures/2026-05?within={FENGQUAN}"):
            html = await get(client, path)
            assert "实际由谁主办" in html
            table = html[html.index("实际由谁主办") :]
            assert re.search(r'<th scope="row">物业公司</th> .{0,60}<span>1</span>', table)
            assert re.search(r'<th scope="row">社区、镇街自办</th> .{0,60}<span>1</span>', table)
            assert '<th scope="row">斌鑫&lt;b&gt;物业</th>' in table
            assert "中途换手的，全程时间算在最后一个牵头的名下" in table
        assert "斌鑫" in await get(client, f"/figures?within={LONGQUAN}")
        assert "斌鑫" not in await get(client, f"/figures?within={CITY}")
        assert "物业公司" in await get(client, f"/figures?within={CITY}")
        assert "实际由谁主办" not in await get(client, "/figures?category=gas")


async def test_a_category_and_a_channel_narrow_the_page_and_its_table_together(
    client: httpx.AsyncClient, people: Actor
) -> None:
    await led(people)
    with clock.override(NOON + timedelta(days=1)):
        lighting = await get(client, "/figures?category=lighting")
        assert 'href="/figures?category=lighting&amp;channel=api"' in lighting
        assert "这段时间这里没有收到诉求" in await get(client, "/figures?category=lighting&channel=phone")
        phoned = await get(client, "/figures?channel=phone")
        assert re.search(r"<h2>最近 12 个月 · 电话</h2>", phoned)
        assert 'href="/figures?category=gas&amp;channel=phone"' in phoned
        assert "<h2>最近 12 个月</h2>" in await get(client, "/figures?channel=nonsense")
        lines = await rows(client, "/figures.csv")
        pairs = {one["编码"]: one["收到"] for one in lines if one["分组"] == "类别和渠道"}
        assert pairs == {"lighting/api": "1", "gas/phone": "1"}
        bodies = {
            one["名称"]: (one["收到"], one["已办结"]) for one in await rows(client, f"/figures.csv?within={FENGQUAN}")
        }
        assert bodies["斌鑫物业服务中心"] == ("1", "1")
        alone = await rows(client, "/figures.csv?category=gas&channel=phone")
    assert (alone[0]["分组"], alone[0]["收到"]) == ("合计", "1")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert plain(text) == f"'{text}"


def test_an_address_names_a_year_a_month_or_the_last_twelve() -> None:
    today = NOON.date()
    assert (period_of("2025", today).first, period_of("2025", today).last) == ("2025-01", "2025-12")
    assert (period_of("2026-02", today).first, period_of("2026-02", today).is_month) == ("2026-02", True)
    for text in ("", "2026-00", "tomorrow", "1999"):
        assert (period_of(text, today).first, period_of(text, today).last) == ("2025-06", "2026-05")


async def test_in_english_it_is_english(client: httpx.AsyncClient, people: Actor) -> None:
    await grievance(people, NOON)
    client.cookies.set("lang", "en")
    with clock.override(NOON):
        assert "Half of the answers came within 20 minutes" not in await get(client, "/figures?period=2024")
        assert "Resolution rate" in await get(client, "/figures?period=2026-05")
        lines = await rows(client, "/figures.csv")
    assert lines[0]["Reported"] == "1"
    assert {one["By"] for one in lines} >= {"Total", "Place"}

"""The pages of the register, as a browser without JavaScript walks them; the same writes through GraphQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph.enterprises import operations
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise, EnterpriseListing, EnterpriseStatus
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from tests.enterprises.conftest import CASES, another
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, LONGQUAN, SUIYANG

NAME = CASES["name"]
EDIT = f"/staff/enterprises/{CASES['credit_code']}"


@dataclass
class Site:
    """The running site, and who uses it."""

    actor: Actor
    stranger: Browser
    editor: Browser
    supervisor: Browser
    neighbour: Browser


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application."""
    await place.build()
    await load_industries()
    actor = await place.person("editor", Role.EDITOR, FENGGANG)
    supervisor = await place.person("supervisor", Role.SUPERVISOR, FENGGANG)
    neighbour = await place.person("neighbour", Role.SUPERVISOR, SUIYANG)
    staff = [await signed_in(app, one) for one in (actor, supervisor, neighbour)]
    made = Site(actor, visit(app), *staff)
    yield made
    for browser in (made.stranger, *staff):
        await browser.http.aclose()


async def enter(site: Site, **values: object) -> Enterprise:
    """An entry of the register."""
    return await operations.create_enterprise(site.actor, {**CASES, **values})


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("", True),
        ("q=箱包", True),
        ("q=茶叶", False),
        ("industry=C", True),
        ("industry=19", True),
        ("industry=A", False),
        ("industry=07", False),
        ("industry=nonsense", True),
        ("list=designated_size", True),
        ("list=FOUR_ABOVE", False),
        (f"within={LONGQUAN}", True),
        (f"within={SUIYANG}", False),
        (f"q=箱&industry=C&list=DESIGNATED_SIZE&within={FENGGANG}", True),
    ],
)
async def test_the_list_is_narrowed_by_its_address(site: Site, query: str, is_found: bool) -> None:
    await enter(site)
    assert (NAME in await site.stranger.open(f"/enterprises?{query}")) is is_found
    assert site.stranger.status == 200
    part = await site.stranger.open(f"/enterprises?{query}", **{"hx-request": "true"})
    assert (NAME in part) is is_found
    assert "<html" not in part


async def test_the_staffs_register_is_cut_to_a_place_below_ones_own_and_by_kind_and_scale(site: Site) -> None:
    await enter(site)
    await enter(site, credit_code=another(1), name="县里的合作社", division_code=FENGGANG, kind="cooperative")
    page = await site.editor.open("/staff/enterprises")
    assert f'<option value="{LONGQUAN}"' in page, "the towns of one's county can be chosen"
    page = await site.editor.open(f"/staff/enterprises?within={LONGQUAN}")
    assert (NAME in page, "县里的合作社" in page) == (True, False)
    assert f'<option value="{LONGQUAN}" selected' in page
    assert f'<option value="{FENGQUAN}"' in page
    assert f'<option value="{FENGGANG}"' in page, "and the way back up"
    assert "县里的合作社" not in await site.editor.open(f"/staff/enterprises.csv?within={LONGQUAN}")
    assert NAME not in await site.editor.open("/staff/enterprises?kind=COOPERATIVE")
    assert "县里的合作社" not in await site.editor.open("/staff/enterprises?scale=LARGE")
    page = await site.editor.open(f"/staff/enterprises?within={SUIYANG}")
    assert NAME in page, "what is not one's own is not asked for"


async def test_business_figures_are_seen_corrected_and_deleted_by_who_may_read_them(site: Site) -> None:
    await enter(site, employees=12, revenue_fen=512_345_67, figures_year=2025)
    page = await site.supervisor.open(EDIT)
    assert "512,345.67 元" in page
    assert 'value="512345.67"' in page
    await site.supervisor.send("", employees="15")
    row = await Enterprise.get(credit_code=CASES["credit_code"])
    assert (row.employees, row.revenue_fen) == (15, 512_345_67)
    page = await site.editor.open(EDIT)
    assert ("512,345.67" in page, "512345.67" in page, "经营数据" in page) == (False, False, False)
    await site.editor.send("", brand="新牌子")
    row = await Enterprise.get(credit_code=CASES["credit_code"])
    assert (row.brand, row.employees, row.revenue_fen) == ("新牌子", 15, 512_345_67)
    await site.supervisor.open(EDIT)
    assert "经营数据已删除" in await site.supervisor.send(f"{EDIT}/clearing")
    assert await Enterprise.filter(employees=None, revenue_fen=None, figures_year=None).count() == 1


async def test_the_list_turns_its_pages_both_ways_and_keeps_its_filters(site: Site) -> None:
    for number in range(31):
        await enter(site, credit_code=another(number), name=f"第{number:02d}家", listings=[])
    page = site.stranger
    text = await page.open("/enterprises?industry=C")
    assert "第30家" in text
    assert "第00家" not in text
    following = unescape(text.split('rel="next" href="')[1].split('"')[0])
    assert "industry=C" in following
    text = await page.open(following)
    assert "第00家" in text
    assert "第30家" not in text
    back = unescape(text.split('rel="prev" href="')[1].split('"')[0])
    assert "第30家" in await page.open(back)


async def test_an_entry_is_open_to_everyone_and_says_nothing_of_its_contact(site: Site) -> None:
    row = await enter(site)
    text = await site.stranger.open(f"/enterprises/{row.credit_code.lower()}")
    for words in (NAME, "箱箱有礼", "规上", row.credit_code, "凤泉路 1 号", "2019"):
        assert words in text, words
    for words in ("李厂长", "139"):
        assert words not in text.replace(row.credit_code, "")
    await site.stranger.open(f"/enterprises/{another(9)}")
    assert site.stranger.status == 404
    await operations.withdraw_enterprise(site.actor, {"id": row.id, "version": 1})
    await site.stranger.open(f"/enterprises/{row.credit_code}")
    assert site.stranger.status == 404


async def test_an_editor_enters_an_enterprise_corrects_its_code_and_withdraws_it(site: Site) -> None:
    page = site.editor
    await page.open("/staff/enterprises/new")
    fields = {
        "kind": "company",
        "division_code": FENGQUAN,
        "listings__0__list": "four_above",
        "listings__0__listed_on": "2025-01-01",
    }
    text = await page.send(name=NAME, narrow="industry_code", industry_code__find="制造")
    assert text.count("<option") < 150
    assert "1412" not in text  # of hundreds that fit, the first
    text = await page.send(narrow="industry_code", industry_code__find="皮箱")
    assert (page.status, 'value="1922" selected' in text, f'value="{NAME}"' in text) == (200, True, True)
    assert await Enterprise.all().count() == 0
    text = await page.send(credit_code=CASES["credit_code"][:-1] + "U", **fields)
    assert page.status == 422
    assert 'value="1922" selected' in text
    assert 'id="f-credit_code-error"' in text
    assert 'value="2025-01-01"' in text
    await page.send(credit_code=CASES["credit_code"])
    assert page.status == 200
    row = await Enterprise.get(name=NAME)
    assert row.industry_id == "1922"  # type: ignore[attr-defined]
    assert await EnterpriseListing.filter(enterprise=row).count() == 1
    await page.send(brand="箱箱有礼", status="suspended")
    await row.refresh_from_db()
    assert (row.brand, row.status, row.is_published) == ("箱箱有礼", EnterpriseStatus.SUSPENDED, True)
    await page.send(f"{EDIT}/withdrawal")
    assert NAME not in await site.stranger.open("/enterprises")
    assert NAME in await page.open("/staff/enterprises?status=suspended")
    await page.open(EDIT)
    await page.send(f"{EDIT}/publication")
    assert NAME in await site.stranger.open("/enterprises")
    assert "歇业" in await site.supervisor.open(f"{EDIT}/history")
    renamed = another(5)
    await page.open(EDIT)
    await page.send(credit_code=renamed)
    assert page.address.endswith(renamed)


async def test_industries_are_gone_down_and_searched(site: Site) -> None:
    await enter(site, industry_code="1922")
    page = site.stranger
    for address, there, absent in (
        ("", ("门类", "制造业", "of=C", "industry=C"), ("皮革",)),
        ("?of=C", ("大类", "皮革、毛皮", "of=19"), ("of=01", "1922")),
        (
            "?of=192",
            ("C 制造业", "192 皮革制品制造", "小类", "皮箱、包（袋）制造", "enterprises?industry=1922"),
            ("of=1922",),
        ),
        ("?q=皮箱", ("1922", "192 皮革制品制造", "19 皮革", "C 制造业"), ("1923",)),
        ("?q=192", ("1921", "1929"), ("1931",)),
        ("?q=茶", ("茶叶种植", "茶馆服务"), ("一个字太少",)),  # one character finds here as well as two
        ("?q=没有这样的行业", ("没有符合的行业", "全部门类"), ()),
        ("?of=nonsense", ("制造业",), ("皮革",)),
    ):
        text = await page.open(f"/enterprises/industries{address}")
        assert page.status == 200
        assert [one for one in there if one not in text] == [one for one in absent if one in text] == [], address
    await page.open("/enterprises/industries?of=98")
    assert page.status == 404
    assert NAME in await page.open("/enterprises?industry=1922")
    assert NAME in await page.open("/enterprises?industry=192")
    assert NAME not in await page.open("/enterprises?industry=1921")
    page.http.cookies.set("lang", "en")
    text = await page.open("/enterprises/industries?of=192")
    assert "Class" in text
    assert '<span lang="zh">皮箱、包（袋）制造</span>' in text


async def test_what_was_typed_stays_when_the_form_is_refused(site: Site) -> None:
    await enter(site)
    page = site.editor
    await page.open(EDIT)
    text = await page.send(name="新厂名", listings__0__delisted_on="2020-01-01", contact_phone="13800001111")
    assert page.status == 422
    assert 'id="f-listings-0-delisted_on-error"' in text
    assert "新厂名" in text
    assert (await Enterprise.get(credit_code=CASES["credit_code"])).name == NAME


async def test_the_second_editor_compares_and_decides(site: Site) -> None:
    row = await enter(site)
    page = site.editor
    await page.open(EDIT)
    await operations.update_enterprise(site.actor, {**CASES, "id": row.id, "version": 1, "brand": "先到"})
    text = await page.send(name="后到")
    assert page.status == 409
    assert "先到" in text
    assert "李厂长" not in text
    await page.send()
    assert (await Enterprise.get(id=row.id)).name == "后到"


async def test_the_contact_is_shown_to_the_supervisor_on_request_and_recorded(site: Site) -> None:
    await enter(site)
    assert "李厂长" not in await site.editor.open(EDIT)
    page = site.supervisor
    text = await page.open(EDIT)
    assert "139****5678" in text
    assert "13912345678" not in text
    assert "13912345678" in await page.send(f"{EDIT}/contact")
    assert await AuditEntry.filter(operation="reveal_enterprise_contact").count() == 1
    await page.open(EDIT)
    assert "139****5678" not in await page.send(f"{EDIT}/forgetting")
    assert (await Enterprise.get(credit_code=CASES["credit_code"])).contact_phone == ""


async def test_a_contact_of_an_e_mail_address_alone_is_shown_and_deleted_too(site: Site) -> None:
    await enter(site, contact_name="", contact_phone="", contact_email="boss@example.invalid")
    assert "联系人" not in (await site.editor.open(EDIT)).split("<form")[0]
    page = site.supervisor
    text = await page.open(EDIT)
    assert "b***@example.invalid" in text
    assert "boss@example.invalid" not in text
    assert "mailto:boss@example.invalid" in await page.send(f"{EDIT}/contact")
    await page.open(EDIT)
    assert "example.invalid" not in await page.send(f"{EDIT}/forgetting")
    assert (await Enterprise.get(credit_code=CASES["credit_code"])).contact_email == ""


async def test_the_neighbouring_county_reads_and_changes_nothing_of_it(site: Site) -> None:
    row = await enter(site)
    page = site.neighbour
    text = await page.open(EDIT)
    assert 'name="credit_code"' not in text
    assert "李厂长" not in text
    assert NAME not in await page.open("/staff/enterprises")
    assert NAME not in await page.open(f"/staff/enterprises?within={FENGGANG}")
    await page.open("/staff/enterprises/new")
    csrf = dict(page.form().pairs)["csrf"]
    whole = {**CASES, "listings": "", "csrf": csrf, "version": "1", "name": "夺来的"}
    for action in ("", "/withdrawal", "/forgetting", "/contact"):
        answer = await page.http.post(f"{EDIT}{action}", data=whole)
        assert answer.status_code == 403, action
        assert "13912345678" not in answer.text
    await row.refresh_from_db()
    assert (row.name, row.version) == (NAME, 1)
    await site.stranger.open("/staff/enterprises")
    assert NAME not in site.stranger.text


async def test_the_same_is_done_through_graphql(site: Site) -> None:
    row = await enter(site)
    document = """mutation ($input: SetEnterpriseStatusInput!) { setEnterpriseStatus(input: $input) {
      enterprise { status version } errors { field code reason } } }"""

    async def run(browser: Browser, **values: Any) -> Any:
        given = {"input": {"id": row.id, "version": 1, "status": "CLOSED", **values}}
        headers = {"accept": "application/json"}
        answer = await browser.http.post("/graphql", json={"query": document, "variables": given}, headers=headers)
        return answer.json()["data"]["setEnterpriseStatus"]

    for browser in (site.stranger, site.neighbour):
        refused = await run(browser)
        assert (refused["enterprise"], refused["errors"][0]["code"]) == (None, "FORBIDDEN")
    assert await run(site.editor) == {"enterprise": {"status": "CLOSED", "version": 2}, "errors": []}
    assert (await run(site.editor, status="ACTIVE"))["errors"][0]["code"] == "CONFLICT"


async def test_a_code_is_found_as_such_by_everyone_and_by_the_staff(app: Starlette, editor: Actor) -> None:
    await operations.create_enterprise(editor, CASES)
    await operations.create_enterprise(
        editor, {**CASES, "credit_code": another(7), "name": "凤冈县茶叶有限公司", "brand": "", "industry_code": "15"}
    )
    code = CASES["credit_code"]
    typed = f"{code[:6].lower()}%20{code[6:].lower()}"  # as it stands on licences, and on a keyboard without capitals
    stranger, page = visit(app), await signed_in(app, editor)
    for address in (f"/enterprises?q={typed}", f"/search?q={typed}"):
        text = await stranger.open(address)
        assert ("箱箱有礼" in text, "凤冈县茶叶" in text) == (True, False), address
    for asked in (f"q={typed}", "industry=19", "industry=C&q=箱包"):
        text = await page.open(f"/staff/enterprises?{asked}")
        assert ("箱箱有礼" in text, "凤冈县茶叶" in text) == (True, False), asked
    text = await page.open("/staff/enterprises?industry=C")
    assert "箱箱有礼" in text
    assert "凤冈县茶叶" in text
    assert code in await page.open(f"/staff/enterprises.csv?q={typed}")
    assert "箱箱有礼" not in await stranger.open(f"/enterprises?q={another(8)}")
    for browser in (stranger, page):
        await browser.http.aclose()

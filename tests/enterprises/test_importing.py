"""Many enterprises at once: from files and by the API, as often as one likes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import Workbook
from starlette.applications import Starlette
from tortoise.connection import get_connection

from civicgraph.accounts.operations import create_token
from civicgraph.enterprises import operations
from civicgraph.enterprises.figures import keeping
from civicgraph.enterprises.importing import runs, sources
from civicgraph.enterprises.importing.headings import UnknownHeadings, fields_of, row_of
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import (
    Enterprise,
    EnterpriseChange,
    EnterpriseImport,
    EnterpriseImportCode,
    EnterpriseImportPart,
    EnterpriseListing,
    ImportState,
)
from civicgraph.enterprises.operations.enter_batch import start_import
from civicgraph.operations import InvalidInput
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import SCOPES, SYSTEM, Actor, Role
from tests.enterprises.conftest import CASES, Enter, another
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO

HEADINGS = [
    "统一社会信用代码",
    "企业名称",
    "类型",
    "状态",
    "行业代码",
    "区划代码",
    "成立日期",
    "参保人数",
    "联系电话",
    "名单",
]


def line(number: int, **values: Any) -> list[Any]:
    """A row of the office's sheet."""
    plain: dict[str, Any] = {
        "name": f"第{number}家箱包厂",
        "kind": "公司",
        "status": "存续",
        "industry": "C1922",
        "division": FENGQUAN,
        "founded": "2019/3/5",
        "people": number,
        "phone": "13912345678",
        "lists": "四上:2024-01-01" if number % 2 else "",
    }
    return [another(number), *{**plain, **values}.values()]


def sheet(tmp_path: Path, rows: list[list[Any]], encoding: str = "utf-8-sig", name: str = "register.csv") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    path = tmp_path / name
    path.write_bytes(text.getvalue().encode(encoding))
    return path


async def register() -> list[tuple[Any, ...]]:
    """The whole register without what only says when it was written."""
    columns = ("credit_code", "name", "kind", "status", "industry_id", "division_id", "established_on", "counted_from")
    columns += ("employees", "contact_phone_masked", "search_terms", "version")
    rows = await Enterprise.all().order_by("credit_code").values_list(*columns)
    listings = await EnterpriseListing.all().order_by("enterprise__credit_code", "listed_on")
    return [*rows, *((one.list, one.listed_on, one.delisted_on) for one in listings)]


async def entered(path: Path) -> EnterpriseImport:
    return await runs.import_file(path, told=lambda _row: None)


async def test_a_file_is_entered_and_entered_again_changes_nothing(city: None, tmp_path: Path) -> None:
    path = sheet(tmp_path, [line(number) for number in range(7)])
    first = await entered(path)
    assert (first.state, first.created_count, first.refused_count) == (ImportState.DONE, 7, 0)
    before = await register()
    row = await Enterprise.get(credit_code=another(3))
    assert (row.industry_id, row.division_id, row.established_on) == ("1922", FENGQUAN, date(2019, 3, 5))  # type: ignore[attr-defined]
    assert (row.contact_phone_masked, "1391234" in row.contact_phone) == ("139****5678", False)
    again = await entered(path)
    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 7)
    assert await register() == before
    assert await keeping.recount() == 0
    assert await AuditEntry.filter(operation="enter_batch").count() == 2


async def test_after_a_big_file_the_database_knows_how_big_the_register_is(city: None, tmp_path: Path) -> None:
    async def known() -> int:
        connection = get_connection("default")
        if connection.capabilities.dialect == "sqlite":
            found = await connection.execute_query_dict(
                "SELECT stat FROM sqlite_stat1 WHERE tbl = 'enterprise' LIMIT 1"
            )
            return int(found[0]["stat"].split()[0]) if found else 0
        found = await connection.execute_query_dict("SELECT reltuples FROM pg_class WHERE relname = 'enterprise'")
        return max(0, int(found[0]["reltuples"]))

    await entered(sheet(tmp_path, [line(number) for number in range(7)]))
    before = await known()
    await entered(sheet(tmp_path, [line(number) for number in range(runs.MANY + 7)], name="big.csv"))
    assert (before < runs.MANY, await known() >= runs.MANY) == (True, True)


async def test_a_file_that_was_interrupted_goes_on_where_it_stood(
    city: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sheet(tmp_path, [line(number) for number in range(9)])
    monkeypatch.setattr(runs, "BATCH", 2)
    seen = []

    def stopped(row: EnterpriseImport) -> None:
        seen.append(row.position)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await runs.import_file(path, told=stopped)
    assert await Enterprise.all().count() == 4
    of = await entered(path)
    assert (of.position, of.created_count, of.state) == (9, 9, ImportState.DONE)
    assert await EnterpriseImport.all().count() == 1
    assert await Enterprise.all().count() == 9
    assert await keeping.recount() == 0


async def test_rows_that_do_not_fit_are_named_and_the_others_entered(city: None, tmp_path: Path) -> None:
    rows = [
        line(1),
        ["91520323MA6E000018", *line(1)[1:]],
        line(2, division="999999999999"),
        line(3, industry="C1999"),
        line(4, status="没见过"),
        line(1, name="又来一次"),
        line(5, lists="四上:2024-01-01;四上:2024-06-01"),
        line(6, name=""),
    ]
    of = await entered(sheet(tmp_path, rows))
    assert (of.created_count, of.refused_count) == (1, 7)
    assert {(one["row"], one["field"]) for one in of.errors} == {
        (3, "credit_code"),
        (4, "division_code"),
        (5, "industry_code"),
        (6, "status"),
        (7, "credit_code"),
        (8, "lists"),
        (9, "name"),
    }
    assert (await Enterprise.get()).name == "第1家箱包厂"


async def test_what_differs_is_changed_with_its_day_and_empty_cells_keep_contacts(
    enter: Enter, editor: Actor, tmp_path: Path
) -> None:
    row = await enter()
    given = [
        CASES["credit_code"],
        "箱箱有礼股份公司",
        "公司",
        "注销",
        "20",
        FENGQUAN,
        "2019-03-05",
        "",
        "",
        "专精特新企业:2025-01-01",
    ]
    of = await entered(sheet(tmp_path, [given]))
    assert (of.updated_count, of.errors) == (1, [])
    row = await Enterprise.get(id=row.id)
    assert (row.name, row.status, row.contact_phone_masked, row.version) == (
        "箱箱有礼股份公司",
        "closed",
        "139****5678",
        2,
    )
    facts = {str(one.fact): (one.before, one.after) for one in await EnterpriseChange.all()}
    assert facts == {"status": ("active", "closed"), "industry": ("19", "20")}
    assert {str(one.list) for one in await EnterpriseListing.all()} == {"designated_size", "specialised_sme"}
    assert await keeping.recount() == 0


async def test_a_code_that_comes_again_in_a_later_batch_is_refused_when_checked_and_when_entered(
    city: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = line(1, name="又来一次的箱包厂")
    path = sheet(tmp_path, [line(1), line(2), line(3), again, line(4), again])
    monkeypatch.setattr(runs, "BATCH", 2)
    checked = await runs.check_file(path, told=lambda _row: None)
    assert (checked.created, [(one["row"], one["message"]) for one in checked.errors]) == (
        4,
        [(5, "第 2 行已有这个代码。"), (7, "第 2 行已有这个代码。")],
    )

    def stopped(row: EnterpriseImport) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):  # and a run that goes on knows what the one before entered
        await runs.import_file(path, told=stopped)
    first = await entered(path)
    assert (first.created_count, first.refused_count, first.updated_count) == (4, 2, 0)
    assert {one["row"] for one in first.errors} == {5, 7}
    before = await register()
    second = await entered(path)
    assert (second.unchanged_count, second.refused_count, second.updated_count) == (4, 2, 0)
    assert await register() == before
    assert not await EnterpriseImportCode.all().exists()


async def test_a_sent_file_killed_after_a_batch_leaves_no_sealed_rows(
    city: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    path = sheet(tmp_path, [line(number) for number in (1, 2, 3, 1)])
    monkeypatch.setattr(runs, "PART", 2)
    with path.open("rb") as file:
        of = await runs.stage(editor, path.name, file)
    await runs.go_on()
    of = await EnterpriseImport.get(id=of.id)
    assert (of.state, of.created_count, of.refused_count) == (ImportState.CHECKED, 3, 1)
    assert await EnterpriseImportPart.all().count() == 2
    await start_import(editor, {"id": of.id})
    enter_batch = runs.enter_batch

    async def killed(actor: Actor, data: dict[str, Any]) -> None:
        await enter_batch(actor, data)
        raise KeyboardInterrupt

    for left in (1, 0):
        monkeypatch.setattr(runs, "enter_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            await runs.go_on()
        assert await EnterpriseImportPart.all().count() == left
    monkeypatch.undo()
    await EnterpriseImportPart.create(of_id=of.id, number=1, count=0, rows="")  # as an earlier version left one
    monkeypatch.setattr(runs, "PART", 2)
    await runs.go_on()
    of = await EnterpriseImport.get(id=of.id)
    assert (of.state, of.created_count, of.refused_count) == (ImportState.DONE, 3, 1)
    assert not await EnterpriseImportPart.all().exists()
    assert not await EnterpriseImportCode.all().exists()


@pytest.mark.parametrize("kind", ["gb18030", "xlsx"])
def test_sheets_of_offices_are_read_alike(tmp_path: Path, kind: str) -> None:
    rows = [line(number) for number in range(3)]
    if kind == "xlsx":
        book = Workbook()
        for one in [HEADINGS, *rows]:
            book.active.append(one)  # type: ignore[union-attr]
        book.save(tmp_path / "register.xlsx")
        path = tmp_path / "register.xlsx"
    else:
        path = sheet(tmp_path, rows, "gb18030")

    def read(path: Path) -> Iterator[dict[str, Any]]:
        with path.open("rb") as file:
            yield from sources.rows(file, path.name)

    plain = sheet(tmp_path, rows, name="plain.csv")
    assert [{k: str(v) for k, v in one.items()} for one in read(path)] == [
        {k: str(v) for k, v in one.items()} for one in read(plain)
    ]


async def test_an_editor_enters_rows_of_the_own_county_alone(editor: Actor) -> None:
    row = {"name": "一家企业", "kind": "company", "industry_code": "19"}
    rows = [
        {**row, "credit_code": another(1), "division_code": FENGQUAN},
        {**row, "credit_code": another(2), "division_code": HONGQIAO},
    ]
    checked = await operations.import_enterprises(editor, {"rows": rows, "is_dry_run": True})
    assert (checked["created"], checked["refused"], await Enterprise.all().count()) == (1, 1, 0)
    found = await operations.import_enterprises(editor, {"rows": rows})
    assert (found["created"], found["refused"]) == (1, 1)
    assert found["row_errors"][0].startswith("2 division_code")


async def test_figures_of_a_closed_quarter_cannot_be_changed_by_a_later_fact(
    enter: Enter, editor: Actor, tmp_path: Path
) -> None:
    await enter()
    await operations.close_quarter(SYSTEM, {"quarter": "2024Q2"})
    of = await entered(sheet(tmp_path, [line(1), line(2)]))
    assert (of.created_count, of.refused_count) == (1, 1)
    row = await Enterprise.get(credit_code=CASES["credit_code"])
    with pytest.raises(InvalidInput) as caught:
        await operations.set_enterprise_status(
            editor, {"id": row.id, "version": 1, "status": "closed", "since_on": "2024-06-30"}
        )
    assert caught.value.errors[0].code == "closed"
    row = await operations.set_enterprise_status(
        editor, {"id": row.id, "version": 1, "status": "closed", "since_on": "2024-07-01"}
    )
    assert await keeping.recount() == 0


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("企业类型", "有限责任公司（自然人投资或控股）", "kind", "company"),
        ("市场主体类型", "个体工商户（内地）", "kind", "sole_trader"),
        ("类型", "农民专业合作社联合社", "kind", "cooperative"),
        ("类型", "个人独资企业", "kind", "company"),
        ("类型", "没见过", "kind", "没见过"),
        ("登记状态", "存续（在营、开业、在册）", "status", "active"),
        ("登记状态", "吊销，未注销", "status", "closed"),
        ("行业", "皮箱、包（袋）制造", "industry_code", "1922"),
        ("行业", "C1922 皮箱、包(袋)制造", "industry_code", "1922"),
        ("行业", "房地产业", "industry_code", "70"),
        ("营业收入(万元)", "1,234.5", "revenue_fen", 1_234_500_000),
        ("营业收入（元）", "1234.5", "revenue_fen", 123_450),
        ("资产总计（万元）", "2", "assets_fen", 2_000_000),
    ],
)
def test_cells_are_read_as_the_market_supervision_writes_them(
    column: str, cell: str, field: str, value: str | int
) -> None:
    assert row_of(fields_of(["信用代码", column]), ["x", cell])[field] == value


def test_a_column_that_stands_twice_is_named_as_the_file_heads_it() -> None:
    with pytest.raises(UnknownHeadings, match="营业收入、营业收入（万元）"):
        fields_of(["信用代码", "营业收入", "营业收入（万元）"])


async def test_columns_that_nobody_knows_are_told_before_anything_is_entered(app: Starlette, tmp_path: Path) -> None:
    await place.build()
    await load_industries()
    path = tmp_path / "a.csv"
    path.write_text(f"信用代码,名称,备注,从业人员期末数,地方\n{another(1)},甲厂,重点,12,凤泉社区\n", "utf-8")
    browser = await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))
    await browser.open("/staff/enterprises/imports")
    text = await browser.attach("/staff/enterprises/imports", {"file": (path.name, path.read_bytes())})
    assert "有 2 列不认识，没有读取：备注、从业人员期末数" in text
    heads = [one["heading"] for one in (await runs.check_file(path, told=lambda _row: None)).errors if one["row"] == 1]
    assert heads == ["备注", "从业人员期末数"]
    of = await entered(path)
    assert ([one["heading"] for one in of.errors if one["row"] == 1], of.refused_count) == (heads, 1)
    await browser.http.aclose()


async def test_staff_send_a_file_see_what_is_wrong_and_enter_it(app: Starlette, tmp_path: Path) -> None:
    await place.build()
    await load_industries()
    browser = await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))
    text = await browser.open("/staff/enterprises/imports")
    assert "还没有传过文件" in text
    path = sheet(tmp_path, [line(1), line(2, division=HONGQIAO)])
    token = text.split('name="csrf" value="')[1].split('"')[0]
    answer = await browser.http.post(
        "/staff/enterprises/imports", data={"csrf": token}, files={"file": (path.name, path.read_bytes(), "text/csv")}
    )
    assert answer.status_code == 303
    address = answer.headers["location"]
    text = await browser.open(address)
    assert "这个地方不归您管" in text
    assert await Enterprise.all().count() == 0
    answer = await browser.http.post(f"{address}/start", data={"csrf": token})
    assert answer.status_code == 303
    assert await Enterprise.all().count() == 1
    assert "已录入" in await browser.open(address)
    assert not await EnterpriseImportPart.all().exists()
    answer = await browser.http.post(
        "/staff/enterprises/imports", data={"csrf": token}, files={"file": ("a.csv", b"x,y\n1,2\n", "text/csv")}
    )
    assert (answer.status_code, "列名" in answer.text) == (422, True)
    await browser.http.aclose()


async def test_a_row_of_the_api_that_does_not_fit_leaves_the_others_alone(editor: Actor) -> None:
    row = {"name": "一家企业", "kind": "company", "industry_code": "19", "division_code": FENGQUAN}
    code = another(2)
    rows = [
        {**row, "credit_code": another(1)},
        {**row, "credit_code": code[:-1] + ("0" if code[-1] != "0" else "1"), "division_code": "520399999999"},
        {**row, "credit_code": another(3), "name": "x", "established_on": "2999-01-01"},
    ]
    for is_dry_run, there in ((True, 0), (False, 1)):
        found = await operations.import_enterprises(editor, {"rows": rows, "is_dry_run": is_dry_run})
        assert (found["created"], found["refused"], await Enterprise.all().count()) == (1, 2, there)
        assert [one.partition(":")[0] for one in found["row_errors"]] == [
            *("2 credit_code", "2 division_code"),
            *("3 name", "3 established_on"),
        ]


async def test_a_row_of_the_api_is_refused_by_its_number_over_graphql(editor: Actor, client: httpx.AsyncClient) -> None:
    made = await create_token(editor, {"name": "register", "scopes": list(SCOPES), "days": 1})
    document = """mutation($rows: [EnterpriseRowInput!]!) { importEnterprises(input: {rows: $rows}) {
      created refused rowErrors errors { field } } }"""
    row = {"name": "一家企业", "kind": "COMPANY", "industryCode": "19", "divisionCode": FENGQUAN}
    rows = [{**row, "creditCode": another(1)}, {**row, "creditCode": "0" * 17 + "1"}]
    headers = {"authorization": f"Bearer {made['secret']}", "accept": "application/json"}
    answer = await client.post("/graphql", json={"query": document, "variables": {"rows": rows}}, headers=headers)
    found = answer.json()["data"]["importEnterprises"]
    assert (found["created"], found["refused"], found["errors"]) == (1, 1, [])
    assert found["rowErrors"][0].startswith("2 credit_code: 这不是有效的信用代码")


async def test_all_that_is_wrong_with_a_row_is_said_under_the_headings_of_its_file(city: None, tmp_path: Path) -> None:
    headings = ["credit_code", "企业名称", "主体类型", "行业", "所在社区代码", "资产总计", "名单", "Status"]
    rows = [
        [another(1), "甲厂", "公司", "1999", "520399999999", "很多", "四上:昨天", "没见过"],
        ["x" * 18, "乙厂", "公司", "1999", FENGQUAN, "", "", ""],
        [another(2), "", "公司", "", FENGQUAN, "-1", "四上:2999-01-01", ""],
    ]
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    path = tmp_path / "a.csv"
    path.write_text(text.getvalue(), "utf-8")
    of = await entered(path)
    told = {number: {one["heading"] for one in of.errors if one["row"] == number} for number in (2, 3, 4)}
    assert told == {
        2: {"行业", "所在社区代码", "资产总计", "名单", "Status"},
        3: {"credit_code", "行业"},
        4: {"企业名称", "行业", "资产总计", "名单"},
    }
    assert (of.refused_count, await Enterprise.all().count()) == (3, 0)
    assert [one["row"] for one in (await runs.check_file(path, told=lambda _row: None)).errors] == [
        one["row"] for one in of.errors
    ]

"""Tables of events and services: checked as they would be entered, entered as a whole or not at all."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from starlette.applications import Starlette

from civicgraph.events import operations as events
from civicgraph.events.models import Event, EventStatus
from civicgraph.events.operations import import_events
from civicgraph.listings.tables.entering import NothingEntered, Outcome
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.services import operations as services
from civicgraph.services.models import OpeningHours, Service
from tests.events.conftest import NIGHT, List
from tests.services.conftest import CANTEEN
from tests.support import city as place
from tests.support.browser import Browser, signed_in
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO

EVENTS, SERVICES = "/staff/events/import", "/staff/services/import"


def line(title: str, **values: Any) -> dict[str, Any]:
    """The cells of a row."""
    plain = {
        "kind": "文化之夜",
        "title": title,
        "division_code": FENGQUAN,
        "starts_at": "2031/5/22 19:00",
        "ends_at": "2031-05-22 21:30",
        "price_fen": "12.5",
        "programme": "动手体验 | 画帆布包 | 二楼\n演出 | 乐队",
    }
    return {name: value for name, value in {**plain, **values}.items() if value is not None}


async def enter(actor: Actor, *rows: dict[str, Any], **values: Any) -> Outcome:
    """Enter a table, or what became of it when nothing was entered."""
    given = [{"number": number, "cells": cells} for number, cells in enumerate(rows, 2)]
    try:
        return await import_events(actor, {"rows": given, **values})
    except NothingEntered as error:
        return error.outcome


def said(outcome: Outcome) -> dict[int, list[str]]:
    """The columns that something is wrong with, by row."""
    return {one.number: [error["column"] for error in one.errors] for one in outcome.rows if one.errors}


async def test_one_wrong_row_keeps_the_whole_table_out_and_each_error_names_row_and_column(editor: Actor) -> None:
    outcome = await enter(
        editor,
        line("美术馆之夜"),
        line("", kind="婚礼", ends_at="2031-05-22 18:00"),
        line("邻县的夜", division_code=HONGQIAO),
        line("长长的夜", programme="动手体验 | 画 | 二楼 | 好 | 2031-05-23 09:00"),
        line("没有地点的夜", division_code="520399999999"),
    )
    assert [one.what for one in outcome.rows] == ["new", "wrong", "wrong", "wrong", "wrong"]
    assert said(outcome) == {3: ["类别", "标题", "结束"], 4: [""], 5: ["活动内容"], 6: ["社区或区划"]}
    kind = next(one["message"] for one in outcome.rows[1].errors if one["column"] == "类别")
    assert "文化之夜" in kind  # what may stand there is said
    assert outcome.rows[3].errors[0]["message"].startswith("第 1 行（开始）")
    assert not await Event.all().exists()
    assert not await AuditEntry.all().exists()


async def test_an_amount_that_is_none_is_told_as_one_and_choices_are_the_same_in_any_order(editor: Actor) -> None:
    wrong = await enter(editor, line("美术馆之夜", price_fen="免费"), line("茶之夜", price_fen="12.345"))
    assert [row.errors[0]["message"] for row in wrong.rows] == ["请填写金额（元），例如 12.50。"] * 2
    keyed = line("美术馆之夜", import_key="M-1", groups="儿童；老年人")
    await enter(editor, keyed)
    assert (await enter(editor, {**keyed, "groups": "老年人；儿童"})).count("same") == 1


async def test_a_row_is_told_all_that_is_wrong_with_it_its_place_too(editor: Actor) -> None:
    wrong = {"ends_at": "2031-05-22 18:00", "price_fen": "免费", "groups": "神仙", "capacity": "0"}
    programme = "动手体验 | 画 | 二楼 | 好 | 2031-05-22 19:00 | 2031-05-22 20:00 | 3 | 多了"
    columns = ["结束", "名额", "价格（元）", "特别适合"]
    outcome = await enter(
        editor,
        line("一夜", division_code="虹桥社区", programme=programme, **wrong),
        line("二夜", division_code=HONGQIAO, **wrong),
        line("三夜", division_code="520399999999", **wrong),
        is_trial=True,
    )
    assert [sorted(one) for one in said(outcome).values()] == [
        sorted([*columns, "活动内容", "社区或区划"]),
        sorted([*columns, ""]),
        sorted([*columns, "社区或区划"]),
    ]
    await enter(editor, line("四夜", import_key="A4"))
    moved = line("四夜", import_key="A4", division_code="虹桥社区", price_fen="免费")
    assert set(said(await enter(editor, moved))[2]) == {"社区或区划", "价格（元）"}


async def test_a_bare_number_is_no_day_and_no_hour(editor: Actor) -> None:
    assert said(await enter(editor, line("一夜", starts_at="46013"))) == {2: ["开始"]}
    shown = await enter(editor, line("一夜", starts_at="46013.79", programme="演出 | 乐队 | | | 46013"))
    messages = [error["message"] for error in shown.rows[0].errors]
    assert messages == [
        "请填写日期和时间，比如 2026-05-22 19:00。",
        "第 1 行（开始）： 请填写日期和时间，比如 2026-05-22 19:00。",
    ]
    cells = {"kind": "食堂", "name": "老年食堂", "division_code": FENGQUAN, "hours": "周一 | 9 | 17:00"}
    rows = [{"number": 2, "cells": cells}]
    with pytest.raises(NothingEntered) as refused:
        await services.import_services(editor, {"rows": rows})
    (error,) = refused.value.outcome.rows[0].errors
    assert "请填写时间，比如 19:00。" in error["message"]


async def test_days_that_a_workbook_knows_as_days_are_read(app: Starlette) -> None:
    await place.build()
    browser = await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["kind", "title", "division_code", "starts_at", "ends_at"])
    sheet.append(["文化之夜", "一夜", FENGQUAN, datetime(2031, 5, 22, 19), datetime(2031, 5, 22, 21, 30)])
    file = io.BytesIO()
    book.save(file)
    await send(browser, EVENTS, "a.xlsx", file.getvalue())
    assert browser.status == 200
    await browser.send(f"{EVENTS}/entry")
    assert (await Event.get()).starts_at == datetime(2031, 5, 22, 11, tzinfo=UTC)


async def test_a_trial_says_what_would_be_and_leaves_nothing(editor: Actor) -> None:
    outcome = await enter(editor, line("美术馆之夜"), is_trial=True, publishes=True)
    assert (outcome.count("new"), outcome.published) == (1, 1)
    assert not await Event.all().exists()


async def test_the_same_table_twice_makes_no_twins(editor: Actor) -> None:
    assert (await enter(editor, line("美术馆之夜"), line("夜市"))).count("new") == 2
    again = await enter(editor, line("美术馆之夜"), line("新的一夜"))
    assert said(again) == {2: ["标题"]}
    assert said(await enter(editor, line("一夜"), line("一夜"))) == {3: ["标题"]}
    assert await Event.all().count() == 2


async def test_rows_with_an_own_number_change_what_they_made(editor: Actor) -> None:
    await enter(editor, line("美术馆之夜", import_key="A1"), line("夜市", import_key="A2"))
    assert not (await enter(editor, line("美术馆之夜", import_key="A1"))).does_something
    outcome = await enter(
        editor, line("美术馆之夜", import_key="A1", venue="凤冈美术馆"), line("夜市", import_key="A2")
    )
    assert [(one.what, one.changed) for one in outcome.rows] == [("changed", ["地点"]), ("same", [])]
    row = await Event.get(import_key="A1")
    assert (row.venue, row.price_fen, row.version) == ("凤冈美术馆", 1250, 2)
    entry = await AuditEntry.filter(subject_id=str(row.id)).order_by("-id").first()
    assert entry is not None
    assert (entry.operation, entry.changes) == ("import_events", {"venue": ["", "凤冈美术馆"]})
    assert said(await enter(editor, line("一夜", import_key="A9"), line("二夜", import_key="A9"))) == {3: ["自编号"]}


async def test_places_may_be_written_by_their_names(editor: Actor) -> None:
    await enter(editor, line("美术馆之夜", division_code="凤泉社区"))
    assert (await Event.get()).division_id == FENGQUAN  # type: ignore[attr-defined]
    outcome = await enter(editor, line("一夜", division_code="虹桥社区"))
    assert "您负责的范围里没有叫“虹桥社区”的地方" in outcome.rows[0].errors[0]["message"]


async def test_a_number_of_another_county_is_not_ours(editor: Actor, neighbour: Actor) -> None:
    await enter(neighbour, line("邻县的夜", import_key="A1", division_code=HONGQIAO))
    assert said(await enter(editor, line("美术馆之夜", import_key="A1"))) == {2: ["自编号"]}
    theirs = await Event.get(import_key="A1")
    assert said(await enter(editor, line("夺来的夜", slug=theirs.slug))) == {2: ["网址里的名字"]}


async def test_who_only_drafts_neither_publishes_nor_changes_what_is_public(editor: Actor, list_event: List) -> None:
    author = await place.person("author", Role.AUTHOR, FENGGANG)
    public = await list_event()
    assert said(await enter(author, line("美术馆之夜"), publishes=True)) == {2: [""]}
    outcome = await enter(author, line("一夜"), {"slug": public.slug, "title": public.title})
    assert [one.what for one in outcome.rows] == ["new", "same"]  # a list that was taken out holds both
    assert said(await enter(author, {"slug": public.slug, "title": "别的名字"})) == {2: [""]}
    assert (await Event.get(title="一夜")).status is EventStatus.DRAFT
    published = await enter(editor, {"slug": (await Event.get(title="一夜")).slug}, publishes=True)
    assert published.published == 1


async def send(browser: Browser, path: str, name: str, content: bytes, **values: str) -> str:
    """Open the page of tables and send a file by its form."""
    await browser.open(path)
    token = dict(browser.form(path).pairs)["csrf"]
    answer = await browser.http.post(path, data={"csrf": token, **values}, files={"file": (name, content)})
    browser.text, browser.status = answer.text, answer.status_code
    return browser.text


async def test_staff_send_a_table_see_what_is_wrong_mend_it_and_enter_it(app: Starlette) -> None:
    await place.build()
    browser = await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))
    rows = "标题,类别,社区或区划,开始,结束\n美术馆之夜,文化之夜,{0},2031/5/22 19:00,2031/5/22 {1}\n"
    wrong = await send(browser, EVENTS, "夜.csv", rows.format(FENGQUAN, "18:00").encode("gb18030"))
    assert browser.status == 422
    assert "有 1 行要改" in wrong
    assert "结束" in wrong
    assert "全部录入" not in wrong
    right = await send(browser, EVENTS, "夜.csv", rows.format(FENGQUAN, "21:30").encode(), publishes="true")
    assert browser.status == 200
    assert "美术馆之夜" in right
    assert not await Event.all().exists()
    listed = await browser.send(f"{EVENTS}/entry")
    assert "新增 1 条" in listed
    assert "发布 1 条" in listed
    assert (await Event.get()).status is EventStatus.PUBLISHED
    for name, content, said in (
        ("夜.xls", b"x", "CSV 或 XLSX"),
        ("夜.xlsx", b"x", "读不了"),
        ("夜.csv", "标题,天气\n夜,晴\n".encode(), "天气"),
    ):
        assert said in await send(browser, EVENTS, name, content)
        assert browser.status == 422


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_was_checked_is_what_is_entered_and_only_by_who_checked_it(app: Starlette) -> None:
    await place.build()
    ours = await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))
    theirs = await signed_in(app, await place.person("other", Role.EDITOR, FENGGANG))
    rows = f"标题,类别,社区或区划,开始,结束\n夜市,文化之夜,{FENGQUAN},2031-05-22 19:00,2031-05-22 21:30\n".encode()
    await send(ours, EVENTS, "夜.csv", rows)
    sealed = dict(ours.form(f"{EVENTS}/entry").pairs)["table"]
    await send(theirs, EVENTS, "夜.csv", rows)
    assert "不是您做的" in await theirs.send(f"{EVENTS}/entry", table=sealed)
    assert theirs.status == 422
    await ours.send(f"{EVENTS}/entry", table=sealed[:-4] + "AAAA")
    assert ours.status == 422
    assert not await Event.all().exists()
    await send(ours, EVENTS, "夜.csv", rows)
    await send(theirs, EVENTS, "夜.csv", rows)
    assert "已录入" in await ours.send(f"{EVENTS}/entry")
    late = await theirs.send(f"{EVENTS}/entry")  # somebody was faster
    assert theirs.status == 422
    assert "核对之后情况有变" in late
    assert await Event.all().count() == 1


async def test_a_list_that_is_taken_out_is_changed_and_sent_back(app: Starlette) -> None:
    await place.build()
    actor = await place.person("editor", Role.EDITOR, FENGGANG)
    browser = await signed_in(app, actor)
    row = await events.create_event(actor, {**NIGHT, "title": "=夜|市", "topics": ["消防；防灾", "读书"]})
    await events.create_event(actor, {**NIGHT, "title": "另一夜", "kind": "activity"})
    taken = (await browser.http.get("/staff/events.csv?kind=CULTURE_NIGHT")).text
    head, only = list(csv.reader(io.StringIO(taken.lstrip("\ufeff"))))
    assert (only[head.index("标题")], only[head.index("状态")]) == ("'=夜|市", "草稿")
    same = await send(browser, EVENTS, "events.csv", taken.encode())
    assert "都已经有了" in same
    assert "=夜|市" in same
    changed = taken.replace("凤冈美术馆", "广场")
    assert "修改" in await send(browser, EVENTS, "events.csv", changed.encode())
    await browser.send(f"{EVENTS}/entry")
    kept = await Event.get(id=row.id)
    assert (kept.venue, kept.topics, kept.version) == ("广场", ["消防；防灾", "读书"], 2)
    assert "导出之后有人改过" in await send(browser, EVENTS, "events.csv", taken.encode())
    book = (await browser.http.get("/staff/events.xlsx")).content
    assert "都已经有了" in await send(browser, EVENTS, "events.xlsx", book)


async def test_services_go_out_and_in_with_their_hours_and_keep_their_stewards(app: Starlette) -> None:
    await place.build()
    actor = await place.person("editor", Role.EDITOR, FENGGANG)
    browser = await signed_in(app, actor)
    stewards = [{"buildings": "1至3栋", "name": "王管家", "phone": "13912345678"}]
    row = await services.create_service(actor, {**CANTEEN, "kind": "steward", "stewards": stewards})
    taken = (await browser.http.get("/staff/services.csv")).text
    assert "王管家" not in taken
    assert "周一 | 12:00 | 14:00" in taken
    changed = taken.replace("周一 | 12:00 | 14:00", "周一 | 11:30 | 14:00")
    await send(browser, SERVICES, "services.csv", changed.encode())
    await browser.send(f"{SERVICES}/entry")
    assert await OpeningHours.filter(service_id=row.id, weekday=1).order_by("opens_minute").values_list(
        "opens_minute", flat=True
    ) == [690, 1080]
    assert (await services.service_values(await Service.get(id=row.id)))["stewards"][0]["name"] == "王管家"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_templates_have_the_headings_and_say_what_may_stand_there(app: Starlette) -> None:
    await place.build()
    browser = await signed_in(app, await place.person("author", Role.AUTHOR, FENGGANG))
    for path in (EVENTS, SERVICES):
        answer = await browser.http.get(f"{path}/template.xlsx")
        book = load_workbook(io.BytesIO(answer.content))
        headings = [one.value for one in next(book.worksheets[0].iter_rows())]
        assert headings == [one.value for one in book.worksheets[1]["A"]][1:]
        plain = (await browser.http.get(f"{path}/template.csv")).text
        assert plain.lstrip("\ufeff").strip().split(",") == headings
        assert "发布" in await browser.open(path)
        assert "publishes" not in browser.text
    stranger = await signed_in(app, await place.person("worker", Role.GRID_WORKER, FENGGANG))
    assert (await stranger.http.get(EVENTS)).status_code == 403

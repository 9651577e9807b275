"""The pages, as browsers without JavaScript walk them: the enterprise, the department, the window, the editor."""

from __future__ import annotations

from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.checklists.models import Checklist, OneThingCase
from civicgraph.permissions import Role
from tests.checklists.conftest import ANSWERS, BEGUN, CODE, PHONE, build
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG


def typed() -> dict[str, str]:
    """The one form as somebody types it."""
    return {f"answers.{index}.text": one["text"] for index, one in enumerate(ANSWERS)}


async def test_an_enterprise_walks_from_the_list_to_what_it_gets(app: Starlette) -> None:
    town = await build()
    stranger, owner, food = visit(app), await signed_in(app, town.owner), await signed_in(app, town.food)
    window = await signed_in(app, town.window)
    assert "开办餐饮店" in await stranger.open("/one-thing")
    text = await stranger.open("/one-thing/1?asked=1&yes=2")
    assert "您要办 3 个环节" in text
    assert text.count("您不需要") == 2
    answer = await stranger.http.get("/one-thing/1/start")
    assert answer.headers["location"].startswith("/sign-in")
    answer = await owner.http.get("/one-thing/1/start?yes=1&yes=2")
    action = f"/my/enterprises/{CODE}/one-thing/new/1?yes=1&yes=2"
    assert answer.headers["location"] == action
    await owner.open(action)
    wrong = await owner.send("", **{**typed(), "answers.3.text": "很大"})
    assert owner.status == 422
    assert "面积（平方米）：请填写整数。" in wrong
    assert PHONE in wrong  # nothing that was typed is lost
    text = await owner.send("", **{"answers.3.text": "120"})
    case = await OneThingCase.get()
    assert case.number in text
    assert "13****78" in text
    assert PHONE not in text
    own = f"/my/enterprises/{CODE}/one-thing/{case.number}"
    assert PHONE in await owner.send(f"{own}/form")
    assert case.number in await owner.open(f"/my/enterprises/{CODE}")

    assert case.number in await window.open("/staff/one-thing")
    await window.open(f"/staff/one-thing/{case.number}")
    text = await window.send(f"/staff/one-thing/{case.number}/steps/1/completion", result="执照 5203-1")
    assert "环节已办结" in text
    assert case.number in await food.open("/staff/one-thing")
    text = await food.open(f"/staff/one-thing/{case.number}")
    assert "/steps/2/" in text
    assert "/steps/3/" not in text  # the fire brigade's step is not theirs
    await food.send(f"/staff/one-thing/{case.number}/steps/2/return", reason="请补厨房平面图")
    text = await owner.open(own)
    assert "请补厨房平面图" in text
    assert "执照 5203-1" in text
    text = await owner.open(f"{own}/correction")
    assert PHONE not in text
    assert "谢谢" in await owner.send("", **{"answers.5.text": "已补"})
    text = await owner.send(f"{own}/withdrawal", reason="不开了")
    assert "办件已撤回" in text
    assert "填过的内容已删除" in await owner.send(f"{own}/erasure", is_sure="true")
    for browser in (stranger, owner, food, window):
        await browser.http.aclose()


async def test_promised_times_are_read_as_they_are_meant(app: Starlette) -> None:
    town = await build()
    case = await town.opened()
    owner = await signed_in(app, town.owner)
    with clock.override(BEGUN):
        text = await owner.open(f"/my/enterprises/{CODE}/one-thing/{case.number}")
    assert "承诺 5月25日 周一 17:00 前办好" in text.replace("\u2009", "").replace("\u2005", "").replace("\xa0", " ")
    await owner.http.aclose()


async def test_a_case_is_for_nobody_else(app: Starlette) -> None:
    town = await build()
    case = await town.opened()
    for actor in (town.stranger, town.neighbour, town.editor):
        browser = await signed_in(app, actor)
        await browser.open(f"/my/enterprises/{CODE}/one-thing/{case.number}")
        assert browser.status == 404
        answer = await browser.http.get(f"/staff/one-thing/{case.number}")
        assert answer.status_code in (303, 404)
        await browser.http.aclose()
    window = await signed_in(app, town.window)
    await window.open(f"/my/enterprises/{CODE}/one-thing/{case.number}")
    assert window.status == 404  # the window has a page of its own
    await window.http.aclose()


async def test_the_window_opens_a_case_and_staff_keep_checklists(app: Starlette) -> None:
    town = await build()
    window, editor = await signed_in(app, town.window), await signed_in(app, town.editor)
    assert "没有" in await window.open("/staff/one-thing/new?code=000000000000000000&checklist=1")
    await window.open(f"/staff/one-thing/new?code={CODE}&checklist=1")
    text = await window.send("", **typed())
    case = await OneThingCase.get()
    assert case.is_by_staff
    assert case.number in text
    await editor.open("/staff/checklists/1")
    text = await editor.send("", title="开餐馆“一件事”")
    assert "已保存" in text
    row = await Checklist.get()
    assert (row.title, row.version) == ("开餐馆“一件事”", 3)
    assert "“一件事”" in await editor.open("/staff/checklists")
    await editor.open("/staff/checklists/1")
    assert "这件事已停办" in await editor.send("/staff/checklists/1/closing")
    chief = await signed_in(app, await place.person("chief", Role.SUPERVISOR, FENGGANG))
    assert "停办了" in await chief.open("/staff/checklists/1/history")
    for browser in (window, editor, chief):
        await browser.http.aclose()

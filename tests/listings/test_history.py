"""The history of a listing shows what was changed, wherever in a long text or a long list it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph.events import operations
from civicgraph.events.models import Event
from civicgraph.permissions import Role
from civicgraph.services.operations import create_service, update_service
from tests.events.conftest import NIGHT
from tests.events.test_pages import Site, publish, site
from tests.support import city
from tests.support.browser import signed_in
from tests.support.city import FENGGANG, FENGQUAN

__all__ = ["site"]

LONG = "这是一段很长的介绍，" * 20
ITEMS = [{"kind": "exhibition", "title": f"第{number}个展览", "note": "二楼展厅，凭预约码入场"} for number in range(9)]
HOURS = [{"weekday": day, "opens_minute": 480, "closes_minute": 1020} for day in range(1, 7)]
HELD = " · ".join(f"{day}，480，1020" for day in range(1, 6)) + " · 6，480，"
PRICES = [
    {"label": f"第{number}档价格，按年龄分", "min_age": 100 - 5 * number, "amount_fen": 800 + number}
    for number in range(9)
]


@dataclass
class Shown:
    """A change as the page shows it: what was taken out, what is new, and all words in their order."""

    out: list[str]
    new: list[str]
    words: str


async def _latest(site: Site, path: str) -> dict[str, Shown]:
    """What the latest entry says, by the label of the field."""
    page = await site.editor.open(path)
    row = page.split("<tbody>")[1].split("</tr>")[0]
    return {
        label: Shown(
            _inside("del", words),
            _inside("ins", words),
            unescape(re.sub(r'<span class="for-readers">.*?</span>|<[^>]+>', "", words)),
        )
        for label, words in re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", row, re.DOTALL)
    }


def _inside(tag: str, words: str) -> list[str]:
    return re.findall(rf"<{tag}>(.*?)</{tag}>", words, re.DOTALL)


async def _changed(site: Site, row: Event, **values: Any) -> Event:
    given = {**NIGHT, **values, "slug": row.slug, "version": row.version}
    return await operations.update_event(site.actor, given)


@pytest.mark.parametrize(
    ("before", "after", "out", "new", "words"),
    [
        (LONG + "晚上七点开始。", LONG + "晚上八点开始。", ["七"], ["八"], "…这是一段很长的介绍，晚上七八点开始。"),
        (LONG, LONG + "请带水杯。", [], ["请带水杯。"], "…绍，这是一段很长的介绍，请带水杯。"),
        ("甲" * 300, "甲" * 150 + "乙" + "甲" * 149, ["甲"], ["乙"], "…" + "甲" * 13 + "乙" + "甲" * 12 + "…"),
        (
            f"Doors open at seven. {LONG}Please bring a bottle. {LONG}请从东门进。",
            f"Doors open at eight. {LONG}Please bring a big bottle. {LONG}请从西门进。",
            ["seven", "东"],
            ["eight", "big ", "西"],
            "Doors open at seveneight. 这是一段很长的介绍，…Please bring a big bottle. 这是一段…这是一段很长的介绍，请从东西门进。",
        ),
    ],
)
async def test_each_change_far_into_a_long_text_is_shown_with_a_little_around_it(
    site: Site, before: str, after: str, out: list[str], new: list[str], words: str
) -> None:
    row = await publish(site, description=before)
    await _changed(site, row, description=after)
    (shown,) = (await _latest(site, f"/staff/events/{row.slug}/history")).values()
    assert (shown.out, shown.new) == (out, new)
    assert shown.words == words


async def test_what_differs_is_told_to_those_who_do_not_see_it_in_both_languages(site: Site) -> None:
    row = await publish(site, description=LONG + "晚上七点开始。")
    await _changed(site, row, description=LONG + "晚上八点开始。")
    there = f"/staff/events/{row.slug}/history"
    for locale, taken, added in (("zh", "［删去：", "［新增："), ("en", "[taken out:", "[new:")):
        site.editor.http.cookies.set("lang", locale)
        page = await site.editor.open(there)
        assert re.search(rf"{re.escape(taken)} </span><del>七</del>", page), locale
        assert re.search(rf"{re.escape(added)} </span><ins>八</ins>", page), locale


async def test_what_differs_in_many_places_is_folded_and_says_in_how_many(site: Site) -> None:
    lines = [
        f"第{number}组从{number}号门进，{number}点开始，请提前十分钟到场，并带好身份证。" for number in range(1, 40)
    ]
    row = await publish(site, description="\n".join(lines))
    await _changed(site, row, description="\n".join(one.replace("号门", "号厅") for one in lines))
    (shown,) = (await _latest(site, f"/staff/events/{row.slug}/history")).values()
    assert shown.new == ["厅"] * 39
    assert shown.words.startswith("39 处不同")


async def test_a_long_text_that_was_entered_or_emptied_is_folded_and_kept_whole(site: Site) -> None:
    row = await publish(site)
    row = await _changed(site, row, description=LONG * 3)
    (shown,) = (await _latest(site, f"/staff/events/{row.slug}/history")).values()
    assert (shown.out, shown.new, shown.words[:4]) == ([], [LONG * 3], "一段长文")
    await _changed(site, row)
    (shown,) = (await _latest(site, f"/staff/events/{row.slug}/history")).values()
    assert (shown.out, shown.new) == ([LONG * 3], [])


async def test_a_change_at_the_end_of_a_long_programme_is_shown(site: Site) -> None:
    row = await publish(site, programme=ITEMS)
    await _changed(site, row, programme=[*ITEMS[:-1], {**ITEMS[-1], "title": "改成了讲座"}])
    (shown,) = (await _latest(site, f"/staff/events/{row.slug}/history")).values()
    assert (shown.out, shown.new) == (["第8个展览"], ["改成了讲座"])


async def test_two_changes_in_a_long_programme_are_both_shown(site: Site) -> None:
    row = await publish(site, programme=ITEMS)
    first, last = {**ITEMS[0], "title": "第0个表演"}, {**ITEMS[-1], "quantity": 30}
    await _changed(site, row, programme=[first, *ITEMS[1:-1], last])
    (shown,) = (await _latest(site, f"/staff/events/{row.slug}/history")).values()
    assert (shown.out, shown.new) == (["展览"], ["表演", "，30"])


async def test_the_lines_of_a_record_are_called_what_they_are(site: Site) -> None:
    row = await publish(site, kind="policy_class")
    await operations.add_event_entry(site.actor, {"slug": row.slug, "kind": "material", "text": "防溺水手册"})
    (label,) = await _latest(site, f"/staff/events/{row.slug}/history")
    assert label == "参考材料 1 · 内容"


async def test_a_change_at_the_end_of_hours_and_prices_is_shown(site: Site) -> None:
    made = {"name": "食堂", "kind": "canteen", "division_code": FENGQUAN, "hours": HOURS, "price_rules": PRICES}
    row = await create_service(site.actor, made)
    values = {
        **made,
        "hours": [*HOURS[:-1], {**HOURS[-1], "closes_minute": 1080}],
        "price_rules": [*PRICES[:-1], {**PRICES[-1], "amount_fen": 1234}],
    }
    await update_service(site.actor, {**values, "slug": row.slug, "version": row.version})
    changed = await _latest(site, f"/staff/services/{row.slug}/history")
    assert len(changed) == 2
    assert [(one.out, one.new) for one in changed.values()] == [
        ([HELD + "1020"], [HELD + "1080"]),
        (["808"], ["1234"]),
    ]


async def test_a_short_change_is_shown_whole(site: Site) -> None:
    row = await publish(site)
    await _changed(site, row, title="美术馆之夜（第二场）")
    (shown,) = (await _latest(site, f"/staff/events/{row.slug}/history")).values()
    assert (shown.out, shown.new) == (["美术馆之夜"], ["美术馆之夜（第二场）"])


async def test_handing_in_and_giving_back_read_in_words(site: Site) -> None:
    writer = await city.person("writer", Role.AUTHOR, FENGGANG)
    row = await operations.create_event(writer, NIGHT)
    row = await operations.submit_event(writer, {"slug": row.slug, "version": row.version})
    values = {"slug": row.slug, "version": row.version, "note": "请写上地址"}
    row = await operations.return_event(site.actor, values)
    await operations.publish_event(site.actor, {"slug": row.slug, "version": row.version})
    page = await site.editor.open(f"/staff/events/{row.slug}/history")
    for words in ("送审时间", "审核意见", "发布时间", "请写上地址"):
        assert words in page
    assert not re.search(r"<dt>[a-z_]+</dt>", page)


async def test_a_move_reads_in_words_and_places_by_their_names(site: Site, app: Starlette) -> None:
    row = await publish(site)
    there = f"/staff/events/{row.slug}"
    moved = {"slug": row.slug, "version": row.version, "reason": "占用", "starts_at": "2026-06-05T19:00"}
    row = await operations.postpone_event(site.actor, moved)
    await _changed(
        site, row, starts_at="2026-06-05T19:00", ends_at="2026-06-05T21:30", division_code=FENGGANG, programme=[]
    )
    page = await site.editor.open(f"{there}/history")
    assert "原先公布的开始时间" in page
    assert [name for name in ("previous_starts_at", "is_over", "办理过程") if name in page] == []
    assert (await _latest(site, f"{there}/history"))["社区或区划"].words == "凤泉社区 → 凤冈县"
    assert "<h1>修改记录</h1>" in page
    supervisor = await signed_in(app, await city.person("centre", Role.SUPERVISOR, FENGGANG))
    assert "凤冈县" in await supervisor.open("/staff/audit?operation=update_event")

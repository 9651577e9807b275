"""The history of a listing shows what was changed, wherever in a long text or a long list it stands."""

from __future__ import annotations

import re
from typing import Any

import pytest

from civicgraph.events import operations
from civicgraph.events.models import Event
from civicgraph.permissions import Role
from civicgraph.services.operations import create_service, update_service
from tests.events.conftest import NIGHT
from tests.events.test_pages import Site, publish, site
from tests.support import city
from tests.support.city import FENGGANG, FENGQUAN

__all__ = ["site"]

LONG = "这是一段很长的介绍，" * 20
ITEMS = [{"kind": "exhibition", "title": f"第{number}个展览", "note": "二楼展厅，凭预约码入场"} for number in range(9)]
HOURS = [{"weekday": day, "opens_minute": 480, "closes_minute": 1020} for day in range(1, 7)]
PRICES = [
    {"label": f"第{number}档价格，按年龄分", "min_age": 100 - 5 * number, "amount_fen": 800 + number}
    for number in range(9)
]


async def _latest(site: Site, path: str) -> dict[str, tuple[str, str]]:
    """What the latest entry says: before and after, by the label of the field."""
    page = await site.editor.open(path)
    row = page.split("<tbody>")[1].split("</tr>")[0]
    return {
        label: (_inside("del", words), _inside("ins", words))
        for label, words in re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", row, re.DOTALL)
    }


def _inside(tag: str, words: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", words, re.DOTALL)
    return found[1] if found else ""


async def _changed(site: Site, row: Event, **values: Any) -> Event:
    given = {**NIGHT, **values, "slug": row.slug, "version": row.version}
    return await operations.update_event(site.actor, given)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (LONG + "晚上七点开始。", LONG + "晚上八点开始。", ("七点开始。", "八点开始。")),
        (LONG, LONG + "请带水杯。", ("很长的介绍，", "请带水杯。")),
        ("甲" * 300, "甲" * 150 + "乙" + "甲" * 149, ("甲", "乙")),
    ],
)
async def test_a_change_far_into_a_long_text_is_shown(
    site: Site, before: str, after: str, expected: tuple[str, str]
) -> None:
    row = await publish(site, description=before)
    await _changed(site, row, description=after)
    changed = await _latest(site, f"/staff/events/{row.slug}/history")
    (shown,) = changed.values()
    assert [one.startswith("…") for one in shown] == [True, True]
    assert [words in one for words, one in zip(expected, shown, strict=True)] == [True, True]
    assert shown[0][:8] == shown[1][:8]  # a little before it
    assert max(map(len, shown)) <= 80


async def test_a_change_at_the_end_of_a_long_programme_is_shown(site: Site) -> None:
    row = await publish(site, programme=ITEMS)
    await _changed(site, row, programme=[*ITEMS[:-1], {**ITEMS[-1], "title": "改成了讲座"}])
    ((before, after),) = (await _latest(site, f"/staff/events/{row.slug}/history")).values()
    assert ("第8个展览" in before, "改成了讲座" in after) == (True, True)


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
    for before, after in changed.values():
        assert before != after
    assert any("1234" in after or "12.34" in after for _, after in changed.values())


async def test_a_short_change_is_shown_whole(site: Site) -> None:
    row = await publish(site)
    await _changed(site, row, title="美术馆之夜（第二场）")
    assert list((await _latest(site, f"/staff/events/{row.slug}/history")).values()) == [
        ("美术馆之夜", "美术馆之夜（第二场）")
    ]


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

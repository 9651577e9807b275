"""What a canteen serves day by day, and what a shop sells."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.operations import Conflict, Forbidden, InvalidInput
from civicgraph.permissions import Actor
from civicgraph.services import operations
from civicgraph.services.models import Dish, MenuDay
from tests.services.conftest import CANTEEN, List
from tests.services.test_pages import Site, publish, site

__all__ = ["site"]
NOON = datetime(2026, 5, 22, 12, tzinfo=clock.CITY_ZONE)
TODAY = NOON.date()
FISH: dict[str, Any] = {"meal": "lunch", "name": "清蒸鱼", "allergens": ["fish"], "diets": ["soft", "not_hot"]}
PORRIDGE: dict[str, Any] = {"meal": "breakfast", "name": "白米粥", "diets": ["vegetarian"]}


async def test_a_menu_is_entered_for_a_day_breakfast_first_and_replaces_what_was_there(
    list_service: List, editor: Actor
) -> None:
    canteen = await list_service()
    with clock.override(NOON):
        await operations.set_menu(editor, {"slug": canteen.slug, "served_on": f"{TODAY}", "dishes": [FISH, PORRIDGE]})
        assert await Dish.all().order_by("position").values_list("name", flat=True) == ["白米粥", "清蒸鱼"]
        changed = {"slug": canteen.slug, "served_on": f"{TODAY}", "version": 1, "dishes": [FISH]}
        await operations.set_menu(editor, changed)
        assert [(one.name, one.allergens) for one in await Dish.all()] == [("清蒸鱼", ["FISH"])]
        await operations.set_menu(editor, {**changed, "version": 2, "dishes": []})
    assert not await MenuDay.exists()


async def test_two_who_enter_the_same_day_do_not_overwrite_each_other(list_service: List, editor: Actor) -> None:
    canteen = await list_service()
    menu = {"slug": canteen.slug, "served_on": f"{clock.today()}", "dishes": [FISH]}
    await operations.set_menu(editor, menu)
    with pytest.raises(Conflict) as refused:
        await operations.set_menu(editor, {**menu, "dishes": [PORRIDGE]})
    assert refused.value.current["dishes"][0]["name"] == "清蒸鱼"


async def test_only_canteens_have_menus_of_days_near_enough_and_only_their_editors_enter_them(
    list_service: List, editor: Actor, neighbour: Actor
) -> None:
    canteen, shop = await list_service(), await list_service(kind="convenience_store", name="便民直销点")
    day = clock.today()
    with pytest.raises(InvalidInput):
        await operations.set_menu(editor, {"slug": shop.slug, "served_on": f"{day}", "dishes": [FISH]})
    late = f"{day + timedelta(days=61)}"
    with pytest.raises(InvalidInput):
        await operations.set_menu(editor, {"slug": canteen.slug, "served_on": late, "dishes": [FISH]})
    with pytest.raises(Forbidden):
        await operations.set_menu(neighbour, {"slug": canteen.slug, "served_on": f"{day}", "dishes": [FISH]})


async def test_a_canteen_shows_the_menu_of_today_and_of_the_next_days_with_what_to_beware_of(site: Site) -> None:
    with clock.override(NOON):
        row = await publish(site)
        text = await site.stranger.open(f"/services/{row.slug}")
        assert "这几天的菜单还没有填" in text
        for ahead, dishes in ((-1, [PORRIDGE]), (0, [FISH]), (2, [{**PORRIDGE, "name": "油茶"}])):
            day = f"{TODAY + timedelta(days=ahead)}"
            await operations.set_menu(site.actor, {"slug": row.slug, "served_on": day, "dishes": dishes})
        text = await site.stranger.open(f"/services/{row.slug}")
    assert "清蒸鱼" in text
    assert "含：鱼" in text
    assert "油茶" in text
    assert "白米粥" not in text


async def test_staff_enter_a_day_and_take_the_dishes_of_another_over(site: Site) -> None:
    with clock.override(NOON):
        row = await publish(site)
        path = f"/staff/services/{row.slug}/menu"
        await site.editor.open(path)
        text = await site.editor.send(
            f"{path}?day={TODAY}", dishes__0__meal="lunch", dishes__0__name="土豆烧鸡", dishes__0__allergens="soy"
        )
        assert "已保存" in text
        tomorrow = f"{TODAY + timedelta(days=1)}"
        assert "土豆烧鸡" in await site.editor.open(f"{path}?day={tomorrow}&like={TODAY}")
        await site.editor.send(f"{path}?day={tomorrow}")
        assert "土豆烧鸡" not in await site.stranger.open(path)
    days = await MenuDay.all().order_by("served_on").values_list("served_on", flat=True)
    assert days == [TODAY, date.fromisoformat(tomorrow)]
    assert [(one.name, one.allergens) for one in await Dish.all()] == [("土豆烧鸡", ["SOY"])] * 2


async def test_a_shop_lists_its_goods_with_prices_and_is_found_by_them(site: Site) -> None:
    goods = [
        {"kind": "goods", "name": "菜籽油", "amount_fen": 9500, "unit": "5 升桶"},
        {"kind": "goods", "name": "旧报纸", "amount_fen": 0},
    ]
    shop = {**CANTEEN, "kind": "convenience_store", "name": "便民直销点", "offers": goods}
    row = await publish(site, **shop)
    text = await site.stranger.open(f"/services/{row.slug}")
    assert "商品和价格" in text
    assert "95" in text
    assert "5 升桶" in text
    assert "便民直销点" in await site.stranger.open("/services?q=菜籽油")

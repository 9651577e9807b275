"""The demo city's services: those of the facts file, with what their kinds have of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from civicgraph import clock
from civicgraph.demo.facts import facts, places
from civicgraph.divisions.models import Compound
from civicgraph.services.models import (
    Allergen,
    Diet,
    Dish,
    Meal,
    MenuDay,
    Offer,
    OfferKind,
    OpeningHours,
    PriceRule,
    Service,
    ServiceKind,
    ServiceStatus,
    SlotPlan,
    Steward,
)
from civicgraph.services.rules import words_of
from civicgraph.services.slots import lay_out

_SUMMARIES = {
    "canteen_wujiangtianyuan": "午餐三菜一汤。80 岁及以上每餐 8 元。",
    "afterschool_changzheng": "每天放学后：红色文化、美术音乐、无人机科普，30 个名额。",
    "elderly_station_hangkong": "棋牌赛、舞蹈，天天有人陪。",
    "sales_point_jintai": "生态粮油直销到小区。",
    "repair_tianju": "下水道堵了、水电坏了，随时报修。",
    "stewards_tianju": "5 名居民管家，每栋楼都有人管。",
    "parking_tianju": "地下停车位 31 个。",
    "proxy_errands": "腿脚不便、不会刷脸认证？网格员上门或视频帮您办。",
    "job_referral_hongqiao": "家门口的岗位：推荐到虹发包包厂就业。",
}
_OFFERS = {
    "canteen": ("menu", OfferKind.DISH),
    "after_school_care": ("courses", OfferKind.COURSE),
    "elderly_station": ("activities", OfferKind.ACTIVITY),
    "convenience_store": ("goods", OfferKind.GOODS),
    "job_referral": ("employer", OfferKind.JOB),
}
_HOURS = {
    "canteen": (7, 11, 13),
    "elderly_station": (7, 8, 18),
    "convenience_store": (7, 8, 20),
    "steward": (7, 8, 18),
    "errand": (5, 9, 17),
    "job_referral": (5, 9, 17),
}
"""The last day of the week that it opens, from when to when; those that the facts file does not tell are made up."""


async def load_services(compounds: dict[str, Compound]) -> None:
    """The services of the facts file, with their hours, prices and offers."""
    for one in facts()["services"]:
        row = await Service.create(
            slug=one["key"].replace("_", "-"),
            kind=ServiceKind(one["kind"]),
            name=one["name"],
            summary=_SUMMARIES[one["key"]],
            division_id=places()[one["place"]],
            compound=compounds["tianju"] if one["key"].endswith("_tianju") else None,
            capacity=one.get("seats") or one.get("capacity"),
            staff_count=one.get("count"),
            is_round_the_clock=one.get("hours") == "24x7" or one["kind"] == "parking",
            hours_note=one.get("when", "午餐时间" if one["kind"] == "canteen" else ""),
            status=ServiceStatus.PUBLISHED,
        )
        last, opens, closes = _HOURS.get(one["kind"], (0, 0, 0))
        await OpeningHours.bulk_create(
            [
                OpeningHours(service=row, weekday=day, opens_minute=opens * 60, closes_minute=closes * 60)
                for day in range(1, last + 1)
            ]
        )
        for position, rule in enumerate(one.get("price_rules", []), 1):
            await PriceRule.create(
                service=row,
                position=position,
                label=f"{rule['min_age']} 岁及以上",
                min_age=rule["min_age"],
                amount_fen=rule["price"] * 100,
                unit="餐",
            )
        await _offers(row, one)
        if one["kind"] == "canteen":
            await _menus(row)
        if one["kind"] == "steward":
            await _stewards(row, int(one["count"]))
        if one["kind"] == "elderly_station":
            await _doctor(row)
        offers = await Offer.filter(service=row).values_list("name", flat=True)
        slots = await SlotPlan.filter(service=row).values_list("title", flat=True)
        row.search_terms = words_of(row.name, row.summary, map(str, offers), map(str, slots))
        await row.save(update_fields=["search_terms"])


async def _offers(row: Service, one: dict[str, Any]) -> None:
    key, kind = _OFFERS.get(one["kind"], ("", OfferKind.TASK))
    given = one.get(key, [])
    names = given if isinstance(given, list) else [given]
    for position, name in enumerate(names, 1):
        await Offer.create(service=row, position=position, kind=kind, name=name, **_TIMES.get(name, {}))
    if one["kind"] == "convenience_store":
        await Offer.bulk_create(
            [
                Offer(
                    service=row,
                    position=position,
                    kind=kind,
                    name=name,
                    note=f"{note}价格为演示数据。",
                    amount_fen=amount_fen,
                    unit=unit,
                )
                for position, (name, note, amount_fen, unit) in enumerate(_GOODS, len(names) + 1)
            ]
        )


def _time(weekday: int, begins: tuple[int, int], ends: tuple[int, int]) -> dict[str, Any]:
    minutes = {"starts_minute": begins[0] * 60 + begins[1], "ends_minute": ends[0] * 60 + ends[1]}
    return {"weekday": weekday, **minutes, "note": "时间为演示数据。"}


_TIMES = {
    "红色文化": _time(1, (16, 40), (17, 30)),
    "美术音乐": _time(3, (16, 40), (17, 30)),
    "无人机科普": _time(5, (16, 40), (17, 40)),
    "棋牌赛": _time(2, (14, 30), (16, 30)),
    "舞蹈": _time(4, (9, 30), (10, 30)),
}
"""When courses and activities of the facts file take place; made up, and says so."""
_GOODS = [
    ("道真灰豆腐果", "", 1800, "斤"),
    ("菜籽油", "农户直送，", 9500, "5 升桶"),
    ("生态大米", "", 4200, "10 斤袋"),
    ("土鸡蛋", "每天早上到货，", 150, "个"),
    ("红薯粉条", "", 1200, "斤"),
]
"""What a sales point of grain and oil has; the prices are made up, and say so."""
_DISHES = [
    [
        ("红烧豆腐", [Allergen.SOY], [Diet.VEGETARIAN, Diet.SOFT]),
        ("清炒时蔬", [], [Diet.VEGETARIAN, Diet.LOW_SALT]),
        ("豌豆炖肉", [], [Diet.SOFT, Diet.NOT_HOT]),
        ("番茄蛋汤", [Allergen.EGGS], [Diet.NOT_HOT, Diet.LOW_SALT]),
    ],
    [
        ("清蒸鱼", [Allergen.FISH], [Diet.SOFT, Diet.NOT_HOT]),
        ("折耳根炒腊肉", [], []),
        ("蒸南瓜", [], [Diet.VEGETARIAN, Diet.SOFT]),
        ("酸菜粉丝汤", [], [Diet.VEGETARIAN]),
    ],
    [
        ("土豆烧鸡", [], [Diet.SOFT]),
        ("素炒莲白", [], [Diet.VEGETARIAN, Diet.LOW_SALT, Diet.NOT_HOT]),
        ("水蒸蛋", [Allergen.EGGS], [Diet.SOFT, Diet.LOW_SALT, Diet.NOT_HOT]),
        ("冬瓜排骨汤", [], [Diet.NOT_HOT, Diet.SOFT]),
    ],
]
"""Three dishes and a soup 三菜一汤, as the facts file says of the canteen; which ones is made up."""


async def _stewards(row: Service, count: int) -> None:
    """The five resident stewards of the facts file; names are made up, and one has not agreed to be named."""
    names = ["王大姐", "李师傅", "陈阿姨", "周师傅", "罗大姐"]
    for position, name in enumerate(names[:count], 1):
        await Steward.create(
            service=row,
            position=position,
            buildings=f"{2 * position - 1}栋、{2 * position}栋",
            name=f"{name}（演示）",
            phone=f"0851-0000{position:04}",
            is_public=position != count,
        )


async def _doctor(row: Service) -> None:
    """A doctor who sees old people at the station on two mornings and an afternoon; made up."""
    for weekday, opens, closes in ((2, 9, 11), (4, 9, 11), (5, 14, 16)):
        await SlotPlan.create(
            service=row,
            title="社区医生量血压、问诊",
            weekday=weekday,
            opens_minute=opens * 60,
            closes_minute=closes * 60,
            slot_minutes=30,
            places=2,
        )
    await lay_out(row)


async def _menus(row: Service) -> None:
    """What is served today and on the six days after it."""
    for ahead in range(7):
        note = "菜单为演示数据，以窗口为准。" if not ahead else ""
        menu = await MenuDay.create(service=row, served_on=clock.today() + timedelta(days=ahead), note=note)
        for position, (name, allergens, diets) in enumerate(_DISHES[ahead % len(_DISHES)], 1):
            await Dish.create(
                menu=menu,
                meal=Meal.LUNCH,
                position=position,
                name=name,
                allergens=[one.name for one in allergens],
                diets=[one.name for one in diets],
            )

"""The pages of services, as a browser without JavaScript walks them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.services import operations
from civicgraph.services.models import (
    HolidayHours,
    Offer,
    OfferKind,
    OpeningHours,
    PriceRule,
    Service,
    ServiceKind,
    ServiceStatus,
    SlotPlan,
)
from tests.services.conftest import CANTEEN
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

LUNCH = datetime(2026, 5, 22, 12, 30, tzinfo=clock.CITY_ZONE)
NIGHT = datetime(2026, 5, 22, 23, tzinfo=clock.CITY_ZONE)


@dataclass
class Site:
    """The running site, and who uses it."""

    actor: Actor
    stranger: Browser
    editor: Browser


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application."""
    await place.build()
    actor = await place.person("editor", Role.EDITOR, FENGGANG)
    made = Site(actor, visit(app), await signed_in(app, actor))
    yield made
    for browser in (made.stranger, made.editor):
        await browser.http.aclose()


async def publish(site: Site, **values: object) -> Service:
    """A published service."""
    row = await operations.create_service(site.actor, {**CANTEEN, **values})
    return await operations.publish_service(site.actor, {"slug": row.slug, "version": 1})


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("", True),
        ("q=酸汤鱼", True),
        ("q=修车", False),
        ("kind=CANTEEN", True),
        ("kind=REPAIR", False),
        (f"within={FENGQUAN}", True),
        (f"within={SUIYANG}", False),
        ("open=true", True),
        ("price=8", True),
        ("price=7.99", False),
        ("free=true", False),
    ],
)
async def test_the_list_is_narrowed_by_its_address(site: Site, query: str, is_found: bool) -> None:
    await publish(site)
    with clock.override(LUNCH):
        assert ("老年食堂" in await site.stranger.open(f"/services?{query}")) is is_found
        part = await site.stranger.open(f"/services?{query}", **{"hx-request": "true"})
    assert ("老年食堂" in part) is is_found
    assert "<html" not in part
    with clock.override(NIGHT):
        assert "老年食堂" not in await site.stranger.open("/services?open=true")


async def test_a_service_says_its_hours_its_prices_and_what_it_offers(site: Site) -> None:
    row = await publish(site)
    text = await site.stranger.open(f"/services/{row.slug}")
    for words in ("12:00–14:00", "18:00–20:00", "80 岁及以上", "8", "酸汤鱼", "凤泉社区"):
        assert words in text
    await site.stranger.open("/services/nothing")
    assert site.stranger.status == 404


async def test_search_engines_read_of_a_service_what_its_page_says(site: Site) -> None:
    goods = [
        {
            "name": "美术</script><script>alert(1)",
            "kind": "course",
            "weekday": 3,
            "starts_minute": 1000,
            "ends_minute": 1050,
        },
        {"name": "菜籽油", "kind": "goods", "amount_fen": 9500, "unit": "桶"},
    ]
    special = [{"first_day": "2026-10-05", "last_day": "2026-10-06", "note": "换灶台"}]
    place = {"address": "凤泉路 1 号", "phone": "0851-1234567"}
    given = {**place, "offers": goods, "special_days": special, "holiday_hours": "like_offices"}
    with clock.override(LUNCH):
        row = await publish(site, **given)
        page = await site.stranger.open(f"/services/{row.slug}")
        assert "<script>alert" not in page
        (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    found = json.loads(block)
    assert (found["@type"], found["name"], found["telephone"]) == ("Restaurant", row.name, row.phone)
    assert found["address"]["streetAddress"] == row.address
    assert found["address"]["addressLocality"].endswith("凤泉社区")
    *week, holidays = found["openingHoursSpecification"]
    assert [(one["opens"], one["closes"]) for one in week] == [("12:00", "14:00"), ("18:00", "20:00")]
    assert all(len(one["dayOfWeek"]) == 5 and one["dayOfWeek"][0] == "Monday" for one in week)
    assert (holidays["dayOfWeek"], holidays["opens"], holidays["closes"]) == ("PublicHolidays", "00:00", "00:00")
    (closed,) = found["specialOpeningHoursSpecification"]
    assert (closed["validFrom"], closed["validThrough"], closed["opens"]) == ("2026-10-05", "2026-10-06", "00:00")
    assert [(one["name"], one["price"]) for one in found["makesOffer"]] == [
        ("80 岁及以上", "8.00"),
        ("本社区 60 岁及以上", "10.00"),
        ("其他人", "15.00"),
    ]
    assert {one["priceSpecification"]["unitText"] for one in found["makesOffer"]} == {"餐"}
    course, oil = found["hasOfferCatalog"]["itemListElement"]
    assert course["itemOffered"]["hoursAvailable"]["dayOfWeek"] == ["Wednesday"]
    assert (oil["itemOffered"]["@type"], oil["price"]) == ("Product", "95.00")
    for words in ("12:00–14:00", "18:00–20:00", "10月5日", row.phone, row.address, "16:40–17:30", "95"):
        assert words in page
    row = await operations.suspend_service(site.actor, {"slug": row.slug, "version": row.version, "reason": "装修"})
    page = await site.stranger.open(f"/services/{row.slug}")
    assert "openingHoursSpecification" not in page
    assert "application/ld+json" in page
    await operations.close_service(site.actor, {"slug": row.slug, "version": row.version, "reason": "搬走了"})
    assert "application/ld+json" not in await site.stranger.open(f"/services/{row.slug}")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"age": "83"}, "8"),
        ({"age": " ８３岁 "}, "8"),
        ({"age": "70", "resident": "true"}, "10"),
        ({"age": "70"}, "15"),
    ],
)
async def test_anyone_finds_their_own_price(site: Site, query: dict[str, str], words: str) -> None:
    row = await publish(site)
    there = f"/services/{row.slug}"
    await site.stranger.open(there)
    text = await site.stranger.send(f"{there}#price", **query)
    assert "?" not in site.stranger.address  # nothing of the answers is in an address
    answer = re.search(r'<p role="status">(.*?)</p>', text, re.S)
    assert answer is not None
    assert f'<b class="num">{words} ' in answer[1]
    for odd in ("-1", "十", "151", "9" * 5000):
        text = await site.stranger.send(f"{there}#price", age=odd)
        assert site.stranger.status == 200
        assert 'class="wrong"' in text


async def test_only_what_some_rule_names_is_asked_and_what_is_missing_is_told(site: Site) -> None:
    upstairs = {"label": "六楼以上", "min_floor": 6, "amount_fen": 2000}
    row = await publish(site, price_rules=[upstairs, {"label": "其他人", "amount_fen": 1500}])
    there = f"/services/{row.slug}"
    text = await site.stranger.open(there)
    assert 'name="floor"' in text
    assert not any(f'name="{name}"' in text for name in ("age", "resident", "household"))
    assert "请用数字填楼层" in await site.stranger.send(f"{there}#price", floor="")
    assert "六楼以上" in (await site.stranger.send(f"{there}#price", floor="7")).split('<p role="status">')[1]
    all_alike = await publish(site, name="理发", price_rules=[{"label": "人人", "amount_fen": 500}])
    assert "#price" not in await site.stranger.open(f"/services/{all_alike.slug}")


async def test_a_page_says_what_holidays_and_special_days_change(site: Site) -> None:
    row = await publish(site)
    await site.editor.open(f"/staff/services/{row.slug}")
    await site.editor.send(
        holiday_hours="like_offices",
        special_days__0__first_day="2026-10-05",
        special_days__0__last_day="2026-10-06",
        special_days__0__note="换灶台",
        price_rules__0__household="minimum_living",
        price_rules__1__min_floor="6",
    )
    assert site.editor.status == 200
    with clock.override(datetime(2026, 10, 1, 12, 30, tzinfo=clock.CITY_ZONE)):
        text = await site.stranger.open(f"/services/{row.slug}")
        assert "今天是国庆节，不开门。" in text
        assert "换灶台" in text
        assert "（今天）" not in text
    with clock.override(datetime(2026, 10, 10, 12, 30, tzinfo=clock.CITY_ZONE)):
        await site.stranger.open(f"/services/{row.slug}")
        text = await site.stranger.send(f"/services/{row.slug}#price", age="83", household="MINIMUM_LIVING", floor="x")
        assert "6楼及以上" in text
        assert "低保" in text
        assert "按周一的时间开门" in text
        assert "换灶台" not in text  # that is over
        assert "请用数字填楼层" in text
        assert '<option value="MINIMUM_LIVING" selected' in text


async def test_an_editor_enters_a_service_with_hours_and_prices_and_lets_it_rest(site: Site) -> None:
    page = site.editor
    await page.open("/staff/services/new?kind=repair")
    await page.send(
        kind="canteen",
        is_round_the_clock="",
        name="幸福食堂",
        division_code=FENGQUAN,
        hours__0__weekday="1",
        hours__0__opens_minute="11:30",
        hours__0__closes_minute="00:00",
        price_rules__0__label="80 岁及以上",
        price_rules__0__min_age="80",
        price_rules__0__amount_fen="8",
        price_rules__0__unit="餐",
    )
    assert page.status == 200
    row = await Service.get(name="幸福食堂")
    hours, price = await OpeningHours.get(service=row), await PriceRule.get(service=row)
    assert (hours.opens_minute, hours.closes_minute, price.amount_fen) == (690, 1440, 800)
    await page.send(summary="热饭热菜")
    assert (await OpeningHours.get(service=row)).closes_minute == 1440
    await page.send(f"/staff/services/{row.slug}/publication")
    await page.send(f"/staff/services/{row.slug}/suspension", reason="换灶台")
    await row.refresh_from_db()
    assert (row.status, row.status_reason) == (ServiceStatus.SUSPENDED, "换灶台")
    assert "换灶台" in await site.stranger.open(f"/services/{row.slug}")
    await page.send(f"/staff/services/{row.slug}/resumption")
    await page.send(f"/staff/services/{row.slug}/closure", reason="并到隔壁了")
    assert "幸福食堂" not in await site.stranger.open("/services")
    assert "并到隔壁了" in await site.stranger.open(f"/services/{row.slug}")


async def test_a_new_service_is_asked_what_its_kind_needs_and_begins_with_its_hours(site: Site) -> None:
    page = site.editor
    text = await page.open("/staff/services/new")
    for kind in ServiceKind:
        assert f"/staff/services/new?kind={kind.value}" in text
        assert kind.words in text
    text = await page.open("/staff/services/new?kind=after_school_care")
    for name, is_asked in (
        ("capacity", True),
        ("offers.0.name", True),
        ("slot_plans.0.places", False),
        ("stewards.0.name", False),
    ):
        assert (f'name="{name}"' in text) is is_asked
    art = {"name": "美术", "weekday": "3", "starts_minute": "16:40", "ends_minute": "17:30"}
    await page.send(
        name="托管班", division_code=FENGQUAN, **{f"offers__0__{name}": value for name, value in art.items()}
    )
    row = await Service.get(name="托管班")
    hours = await OpeningHours.filter(service=row).order_by("weekday")
    assert [(one.weekday, one.opens_minute, one.closes_minute) for one in hours] == [
        (n, 990, 1110) for n in range(1, 6)
    ]
    assert row.holiday_hours is HolidayHours.LIKE_OFFICES
    assert (await Offer.get(service=row)).kind is OfferKind.COURSE  # nobody had to say so
    text = await page.open(f"/services/{row.slug}")
    assert re.search(r'<h3>美术</h3><p>周三 <span class="num">16:40–17:30</span></p>', text)
    text = await page.open("/staff/services/new?kind=canteen")
    assert 'value="80 岁及以上"' in text
    await page.send(name="食堂", division_code=FENGQUAN)
    assert page.status == 422  # the prices of a canteen are prepared, what they are is for the staff to say
    assert 'id="f-price_rules-0-amount_fen-error"' in page.text
    page.http.cookies.set("lang", "en")
    assert 'value="80 and over"' in await page.open("/staff/services/new?kind=canteen")


async def test_a_field_that_a_kind_is_not_asked_is_kept_and_shown_where_it_is_filled(site: Site) -> None:
    plan = {"weekday": 1, "opens_minute": 540, "closes_minute": 600, "slot_minutes": 30, "places": 3}
    row = await publish(site, kind="parking", name="地下车库", offers=[], slot_plans=[plan], staff_count=2)
    page = site.editor
    text = await page.open(f"/staff/services/{row.slug}")
    assert 'name="slot_plans.0.places"' in text
    assert 'name="offers.0.name"' not in text
    await page.send(summary="三十一个车位")
    await row.refresh_from_db()
    assert (row.summary, row.staff_count, row.capacity) == ("三十一个车位", 2, 60)
    assert await SlotPlan.filter(service=row, places=3).count() == 1
    await page.open(f"/staff/services/{row.slug}")
    gone = {f"slot_plans__0__{name}": "" for name in plan}
    await page.send(**gone)
    assert not await SlotPlan.filter(service=row).exists()
    text = await page.open(f"/staff/services/{row.slug}")
    assert 'name="slot_plans.0.places"' not in text  # taken away by hand: the form no longer asks
    entry = await AuditEntry.filter(subject_type="Service").order_by("-id").offset(1).first()
    assert entry is not None
    text = await page.open(f"/staff/services/{row.slug}?as_of={entry.id}")
    assert 'name="slot_plans.0.places"' in text  # as it was then, and saved so
    await page.send()
    assert await SlotPlan.filter(service=row, places=3).count() == 1


async def test_what_was_typed_stays_when_hours_overlap(site: Site) -> None:
    row = await publish(site)
    page = site.editor
    await page.open(f"/staff/services/{row.slug}")
    text = await page.send(hours__1__opens_minute="13:00", name="新食堂")
    assert page.status == 422
    assert 'id="f-hours-1-closes_minute-error"' in text
    assert "新食堂" in text
    assert (await Service.get(id=row.id)).name == "老年食堂"


async def test_the_second_editor_sees_only_what_differs(site: Site) -> None:
    row = await publish(site)
    page = site.editor
    await page.open(f"/staff/services/{row.slug}")
    await operations.update_service(
        site.actor, {**CANTEEN, "slug": row.slug, "version": row.version, "phone": "0851-1234"}
    )
    text = await page.send(name="长者食堂")
    assert page.status == 409
    assert text.count('class="differs"') == 2
    await page.send()
    assert (await Service.get(id=row.id)).name == "长者食堂"

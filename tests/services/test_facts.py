"""Services as the facts file has them: thirty-one parking spaces, thirty places of care, a lunch of eight yuan from eighty on."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import pytest

from civicgraph.bookings import operations as bookings
from civicgraph.bookings import rules as booking_rules
from civicgraph.bookings.models import Quota, Registration, RegistrationState
from civicgraph.demo.facts import facts
from civicgraph.permissions import ANONYMOUS
from civicgraph.services import quotas as quotas  # services are in step with their quotas
from tests.services.test_pages import Site, publish, site

__all__ = ["site"]
KNOWN = {one["key"]: one for one in facts()["services"]}
BARE: dict[str, object] = {"hours": [], "price_rules": [], "offers": [], "summary": ""}


def heading(text: str) -> str:
    return text.partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.parametrize(("key", "places"), [("parking_tianju", 31), ("afterschool_changzheng", 30)])
async def test_the_last_place_is_taken_the_next_one_waits_and_moves_up(site: Site, key: str, places: int) -> None:
    known = KNOWN[key]
    assert (known.get("capacity") or known["seats"]) == places
    row = await publish(site, **{**BARE, "kind": known["kind"], "name": known["name"], "capacity": places})
    page, resident = site.editor, site.stranger
    offer = re.search(r'href="(/staff/bookings/new[^"]*)"', await page.open(f"/staff/services/{row.slug}"))
    assert offer
    await page.open(unescape(offer[1]))
    await page.send(title="秋季")
    quota = await Quota.get()
    assert quota.capacity == places  # the form begins with the places of the service
    given = [{"quota_code": quota.code, "contact_name": f"居民{number}"} for number in range(places)]
    rows = [one["registration"] for one in await asyncio.gather(*(bookings.register(ANONYMOUS, one) for one in given))]
    assert {one.state for one in rows} == {RegistrationState.CONFIRMED}
    text = await resident.open(f"/services/{row.slug}")
    assert "还剩" not in text
    assert "候补" in text
    await resident.open(f"/book/{quota.code}")
    assert "候补" in heading(await resident.send(f"/book/{quota.code}", contact_name="赵大妈"))
    own = resident.address
    waiting = await Registration.get(contact_name="赵大妈")
    assert waiting.state is RegistrationState.WAITING
    await page.open(f"/staff/bookings/{quota.code}/edit")
    refused = await page.send(capacity=str(places - 1), note="换新卡")
    assert page.status == 422
    assert f"已有 {places} 个名额被占用" in refused
    assert "换新卡" in refused
    first = rows[0]
    secret = booking_rules.secret_of(first.number)
    await bookings.cancel_registration(ANONYMOUS, {"number": first.number, "secret": secret})
    await waiting.refresh_from_db()
    assert waiting.state is RegistrationState.CONFIRMED
    assert "候补" not in heading(await resident.open(own))
    await quota.refresh_from_db()
    assert (quota.taken, quota.waiting) == (places, 0)


async def test_eighty_and_over_pay_eight_yuan_and_nobody_else_is_told_a_price(site: Site) -> None:
    known = KNOWN["canteen_wujiangtianyuan"]
    (rule,) = known["price_rules"]
    given = {"label": "80 岁及以上", "min_age": rule["min_age"], "amount_fen": rule["price"] * 100, "unit": "餐"}
    row = await publish(site, **{**BARE, "kind": known["kind"], "name": known["name"], "price_rules": [given]})
    await site.stranger.open(f"/services/{row.slug}")
    for age, words in (("80", '<b class="num">8 '), ("79", "没有")):
        text = await site.stranger.send(f"/services/{row.slug}#price", age=age)
        answer = re.search(r'<p role="status">(.*?)</p>', text, re.S)
        assert answer
        assert words in answer[1]
    query = """query ($slug: String!) { service(slug: $slug) {
      at80: priceFor(age: 80, isResident: false) { label amountFen unit }
      at79: priceFor(age: 79, isResident: true) { label } } }"""
    asked = {"query": query, "variables": {"slug": row.slug}}
    answer = await site.stranger.http.post("/graphql", json=asked, headers={"accept": "application/json"})
    at80 = {"label": "80 岁及以上", "amountFen": 800, "unit": "餐"}
    assert answer.json()["data"]["service"] == {"at80": at80, "at79": None}

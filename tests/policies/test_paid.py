"""What was paid, by county, policy and year: the sum of the payments, as page, CSV and GraphQL."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.policies import operations
from civicgraph.policies.models import GrantState, Policy, PolicyGrant, WithheldSum
from civicgraph.policies.rounds import tell_some
from civicgraph.settings import Settings
from tests.policies.conftest import enter, granted_to_all, published
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import CITY, FENGGANG, HONGQIAO, SUIYANG

FEW = "只有一两笔补贴：公布会透露登记库中不公开的情况。"
OTHERS = "与合计和其他各项相减，会算出只有一两笔补贴的金额。"


async def build() -> Policy:
    """A policy of the whole city that five enterprises of one county were paid, and two of another."""
    await place.build()
    await load_industries()
    await enter(5)
    await enter(2, code=HONGQIAO, first=900)
    chief = await place.person("chief", Role.ADMINISTRATOR, CITY)
    policy = await published(chief, division_code=CITY)
    await granted_to_all(chief, policy.id)
    await tell_some()
    for grant in await PolicyGrant.all():
        await operations.tell_by_phone(chief, {"id": grant.id})
    later = clock.now() + timedelta(days=30)
    with clock.override(later):
        await operations.pay_grants(chief, {"id": policy.id})
    return policy


def table(text: str) -> dict[tuple[str, str], list[str]]:
    """The rows of a CSV, by what they are parted by and their name."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    return {(row[0], row[1]): row[2:] for row in rows[1:]}


async def test_paid_sums_add_up_by_county_policy_and_year_and_tell_of_no_single_enterprise(app: Starlette) -> None:
    policy = await build()
    paid = await PolicyGrant.filter(state=GrantState.PAID)
    year = str((clock.now() + timedelta(days=30)).year)
    whole = sum(one.amount_fen for one in paid)
    assert (len(paid), whole) == (7, 7_000_00)
    stranger = visit(app)
    text = await stranger.open("/policies/paid")
    assert all(
        words in text for words in ("7000 元", "稳岗补贴", "凤冈县", "—", "只有一两笔", "连带不公布", "先隐去最小的")
    )
    rows = table(await stranger.open("/policies/paid.csv"))
    assert rows["合计", "遵义市"][2:] == ["7", "7000.00", ""]
    assert rows["地方", "绥阳县"][2:] == ["2", "", FEW]  # two enterprises: the sum would tell what is private
    assert rows["地方", "凤冈县"][2:] == ["5", "", OTHERS]  # and that of the city less this one would tell it
    assert rows["政策", "稳岗补贴"][2:] == ["7", "7000.00", ""]
    assert rows["年份", year][2:] == ["7", "7000.00", ""]
    county = table(await stranger.open(f"/policies/paid.csv?within={FENGGANG}&year={year}&category=EMPLOYMENT"))
    assert county["合计", "凤冈县"][2:] == ["5", "", OTHERS]
    nothing = table(await stranger.open("/policies/paid.csv?category=MARKET"))
    assert nothing["合计", "遵义市"] == [*["0", "0.00"] * 2, ""]
    assert policy.title in await stranger.open(f"/policies/paid?within={FENGGANG}")
    assert "还没有确认享受的企业" in await stranger.open(f"/policies/paid?year={int(year) - 3}")
    chief = await signed_in(app, await place.person("boss", Role.SUPERVISOR, CITY))
    assert table(await chief.open("/policies/paid.csv"))["地方", "绥阳县"][2:] == ["2", "2000.00", ""]
    await Enterprise.filter(division_id=HONGQIAO).update(division_id=place.FENGQUAN)  # a move changes no sum of before
    assert table(await chief.open("/policies/paid.csv"))["地方", "绥阳县"][2:] == ["2", "2000.00", ""]
    for browser in (stranger, chief):
        await browser.http.aclose()


ASKED = """query ($in: DivisionCode!, $policy: Int, $category: PolicyCategory, $year: String) {
  policyFigures(within: $in, policy: $policy, category: $category, year: $year) { granted grantedFen paid paidFen
    byDivision { division { code } grantedFen paidFen } byPolicy { grantedFen paidFen } byYear { paidFen } } }"""


async def test_what_is_hidden_beside_few_is_hidden_however_it_is_asked_for(connected: Settings, engine: Engine) -> None:
    policy = await build()
    year = str((clock.now() + timedelta(days=30)).year)

    async def read(place: str, actor: Actor = ANONYMOUS, **more: Any) -> dict[str, Any]:
        return (await engine.read(ASKED, {"in": place, **more}, actor))["policyFigures"]

    whole = await read(CITY)
    assert whole["paidFen"] == 700000
    assert all(
        one["paidFen"] is None is one["grantedFen"]
        for one in whole["byDivision"]
        if one["division"]["code"] in (FENGGANG, SUIYANG)
    )
    for more in (
        {},
        {"policy": policy.id},
        {"year": year},
        {"category": "EMPLOYMENT"},
        {"policy": policy.id, "category": "EMPLOYMENT", "year": year},
    ):
        for county in (FENGGANG, SUIYANG):
            found = await read(county, **more)
            assert (found["paid"] > 0, found["paidFen"], found["grantedFen"]) == (True, None, None), more
            assert all(one["paidFen"] is None for one in (*found["byPolicy"], *found["byYear"]))
    assert (await read(FENGGANG, policy=policy.id, category="MARKET"))["paidFen"] == 0
    chief = await place.person("boss", Role.SUPERVISOR, CITY)
    assert [(await read(county, chief))["paidFen"] for county in (FENGGANG, SUIYANG)] == [500000, 200000]
    own = await place.person("own", Role.SUPERVISOR, SUIYANG)
    assert [(await read(county, own))["paidFen"] for county in (FENGGANG, SUIYANG)] == [None, 200000]


async def test_when_more_are_granted_nothing_has_to_be_hidden_any_more(connected: Settings) -> None:
    policy = await build()
    assert (
        await WithheldSum.filter(division_id=FENGGANG).count()
        == await WithheldSum.filter(division_id=SUIYANG).count()
        > 0
    )
    await enter(2, code=HONGQIAO, first=950)
    chief = await place.person("boss", Role.ADMINISTRATOR, CITY)
    await granted_to_all(chief, policy.id)
    assert await WithheldSum.filter(figure="paid").exists()  # of these still two in one county
    await tell_some()
    for grant in await PolicyGrant.filter(state=GrantState.OBJECTION):
        await operations.tell_by_phone(chief, {"id": grant.id})
    with clock.override(clock.now() + timedelta(days=30)):
        await operations.pay_grants(chief, {"id": policy.id})
    assert not await WithheldSum.exists()

"""The pages of the catalogue, as a browser without JavaScript walks them."""

from __future__ import annotations

from starlette.applications import Starlette

from civicgraph.enterprises.industries import load_industries
from civicgraph.permissions import Role
from civicgraph.policies.models import Policy, PolicyStatus
from tests.policies.conftest import POLICY, enter, published
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN


async def test_anybody_sees_who_qualifies_and_learns_whether_they_would(app: Starlette) -> None:
    await place.build()
    await load_industries()
    await enter(1)
    supervisor = await place.person("supervisor", Role.SUPERVISOR, FENGGANG)
    row = await published(supervisor)
    stranger = visit(app)
    assert "稳岗补贴" in await stranger.open("/policies?category=employment&q=补贴")
    text = await stranger.open(f"/policies/{row.id}")
    assert "参保人数：至少 5" in text
    action = f"/policies/{row.id}#answer"
    assert "还缺些情况" in await stranger.send(action, credit_code=f"{1:018}")  # how many people is never public
    assert "可得 1,000 元" in await stranger.send(action, credit_code=f"{1:018}", employees="10")
    assert "不符合条件" in await stranger.send(
        action, credit_code="", status="active", division_code=FENGQUAN, employees="4"
    )
    await stranger.http.aclose()


async def test_staff_write_a_rule_in_rows_try_it_publish_it_and_grant_it(app: Starlette) -> None:
    await place.build()
    await load_industries()
    await enter(3)
    page = await signed_in(app, await place.person("supervisor", Role.SUPERVISOR, FENGGANG))
    await page.open("/staff/policies/new")
    plain = {key: POLICY[key] for key in ("category", "title", "summary", "division_code", "owner", "starts_on")}
    row_one = {"conditions__0__fact": "employees", "conditions__0__comparison": "at_least"}
    money = {"amount_kind": "per_employee", "amount_fen": "100", "budget_fen": "2500"}
    text = await page.send(**plain, **money, **row_one, conditions__0__value="很多")
    assert page.status == 422
    assert 'id="f-conditions-0-value-error"' in text
    await page.send(conditions__0__value="5")
    row = await Policy.get()
    assert row.eligibility == {"all": [{"fact": "employees", "is": "at_least", "value": 5}]}
    base = f"/staff/policies/{row.id}"
    assert "请先录入一个样例" in await page.send(f"{base}/test")
    await page.open(f"{base}/examples")
    assert "正确" in await page.send(title="十个人", employees="10", qualifies="true", amount_fen="1000")
    for noun in ("test", "publication"):
        await page.open(base)
        await page.send(f"{base}/{noun}")
    assert (await Policy.get()).status is PolicyStatus.PUBLISHED
    await page.open(f"{base}/grants")
    assert "什么都没有兑现" in await page.send(f"{base}/trials")
    assert "已兑现 2 家企业" in await page.send(f"{base}/granting")
    await page.http.aclose()

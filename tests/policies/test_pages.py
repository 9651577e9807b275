"""The pages of the catalogue, as a browser without JavaScript walks them."""

from __future__ import annotations

import re

from starlette.applications import Starlette

from civicgraph.accounts.models import Person
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise, EnterpriseAccount
from civicgraph.permissions import Actor, Role
from civicgraph.policies import operations
from civicgraph.policies.models import Policy, PolicyGrant, PolicyStatus
from civicgraph.text import search_terms
from tests.policies.conftest import POLICY, enter, granted_to_all, published
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, SUIYANG


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


async def test_the_catalogue_is_in_categories_with_how_many_there_are_whatever_was_entered_last(app: Starlette) -> None:
    await place.build()
    words = {**POLICY, "eligibility": {}, "amount_fen": 1, "search_terms": search_terms("补贴")}
    del words["conditions"], words["division_code"]
    made = [("market", "展会"), ("employment", "见习"), ("market", "直销"), ("employment", "扩岗")]
    for category, title in made:
        values = {**words, "category": category, "title": title, "division_id": FENGGANG, "status": "published"}
        await Policy.create(**values)
    await Policy.create(**{**words, "category": "market", "title": "草稿", "division_id": FENGGANG})
    stranger = visit(app)
    text = await stranger.open("/policies")
    results = text[text.index('class="choices"') :]
    names = [*(title for _, title in made), "稳岗用工", "市场与品牌"]
    shown = re.findall(rf"<h[23][^>]*>(?:<a[^>]*>)?({'|'.join(names)})<", results)
    assert shown == ["稳岗用工", "见习", "扩岗", "市场与品牌", "展会", "直销"]
    only = await stranger.open("/policies?category=MARKET&q=补贴")
    assert "扩岗" not in only
    assert "草稿" not in text + only
    for page in (text, only):  # a chosen category leaves the counts of the others
        found = re.search(r'<nav class="choices".*?</nav>', page, re.DOTALL)
        assert found
        plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])).strip()
        assert plain == "全部 4 稳岗用工 2 市场与品牌 2"
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
    await page.open(f"{base}/granting")
    assert not await PolicyGrant.exists()
    assert "已确认 2 家企业" in await page.send(f"{base}/granting")
    await page.http.aclose()


async def test_any_class_of_industry_is_found_by_words_for_a_rule_and_shown_by_its_name(app: Starlette) -> None:
    await place.build()
    await load_industries()
    page = await signed_in(app, await place.person("supervisor", Role.SUPERVISOR, FENGGANG))
    await page.open("/staff/policies/new")
    plain = {key: POLICY[key] for key in ("category", "title", "summary", "division_code", "owner", "starts_on")}
    row = {"conditions__0__fact": "industry", "conditions__0__comparison": "one_of"}
    await page.send(**plain, **row, amount_kind="none")  # the fact first: what there is to choose from follows
    text = await page.send(conditions__0__value="C", narrow="conditions.0.value", conditions__0__value__find="茶")
    assert page.status == 200
    assert await Policy.all().count() == 0  # it was sent to be narrowed, and nothing is done
    shown = _chosen(text)
    assert shown["C"] == ("C 制造业", True)
    assert shown["0164"] == ("0164 茶叶种植", False)
    assert "6513" not in shown
    text = await page.send(
        conditions__0__value=["C", "0164"], narrow="conditions.0.value", conditions__0__value__find="食用菌种植"
    )
    assert {code for code, (_, is_chosen) in _chosen(text).items() if is_chosen} == {"C", "0164", "0142"}  # one fits
    await page.send()
    assert set((await Policy.get()).eligibility["all"][0]["value"]) == {"C", "0142", "0164"}
    number = (await Policy.get()).id
    again = _chosen(await page.open(f"/staff/policies/{number}"))
    assert again["0142"] == ("0142 食用菌种植", True)
    await page.http.aclose()


def _chosen(text: str) -> dict[str, tuple[str, bool]]:
    """The options of a rule's value, by code: their words, and whether they are chosen."""
    select = re.search(r'<select[^>]*name="conditions\.0\.value".*?</select>', text, re.DOTALL)
    assert select
    found = re.findall(r'<option value="(\w+)"( selected)?>([^<]*)<', select[0])
    return {code: (words, bool(selected)) for code, selected, words in found}


async def test_values_of_a_rule_are_chosen_by_name_and_those_of_others_stay(app: Starlette) -> None:
    await place.build()
    await load_industries()
    page = await signed_in(app, await place.person("supervisor", Role.SUPERVISOR, FENGGANG))
    await page.open("/staff/policies/new")
    plain = {key: POLICY[key] for key in ("category", "title", "summary", "division_code", "owner", "starts_on")}
    names = ("status", "industry", "place", "employees")
    rows = {f"conditions__{at}__fact": fact for at, fact in enumerate(names)}
    rows |= {f"conditions__{at}__comparison": "one_of" for at in range(3)} | {"conditions__3__comparison": "at_least"}
    text = await page.send(**plain, **rows, amount_kind="none")  # the facts first: what there is to choose from follows
    assert page.status == 422
    assert re.search(r'type="checkbox" [^>]*name="conditions.0.value" value="active"', text)
    for choice in ('value="65">65 软件', f'value="{FENGQUAN}">{FENGQUAN} ', 'value="C">C 制造业'):
        assert choice in text, choice
    chosen = {
        "conditions__0__value": ["active", "suspended"],
        **{"conditions__1__value": ["C", "65"], "conditions__2__value": FENGQUAN, "conditions__3__value": "5"},
    }
    await page.send(**chosen)
    rule = (await Policy.get()).eligibility
    assert [one["value"] for one in rule["all"]] == [["active", "suspended"], ["C", "65"], [FENGQUAN], 5]
    row = await Policy.get()
    rule["all"][2]["value"] = [FENGQUAN, HONGQIAO]  # by somebody whose grants reach further
    await Policy.all().update(eligibility=rule)
    await page.open(f"/staff/policies/{row.id}")
    await page.send()
    assert (await Policy.get()).eligibility == rule
    await page.http.aclose()


async def test_a_rule_asks_for_total_assets_which_the_register_knows_and_nobody_else_reads(app: Starlette) -> None:
    await place.build()
    await load_industries()
    await enter(3)
    for number, yuan in ((1, 500_000), (2, 499_999)):
        await Enterprise.filter(credit_code=f"{number:018}").update(assets_fen=yuan * 100)
    staff = await signed_in(app, await place.person("supervisor", Role.SUPERVISOR, FENGGANG))
    await staff.open("/staff/policies/new")
    plain = {key: POLICY[key] for key in ("category", "title", "summary", "division_code", "owner", "starts_on")}
    rule = {"conditions__0__fact": "assets", "conditions__0__comparison": "at_least", "conditions__0__value": "500000"}
    await staff.send(**plain, **rule, amount_kind="fixed", amount_fen="1000", budget_fen="5000")
    row = await Policy.get()
    assert row.eligibility == {"all": [{"fact": "assets", "is": "at_least", "value": 500_000_00}]}
    base = f"/staff/policies/{row.id}"
    await staff.open(f"{base}/examples")
    assert "正确" in await staff.send(title="五十万", assets_fen="500000", qualifies="true", amount_fen="1000")
    assert "正确" in await staff.send(title="少一元", assets_fen="499999")
    for noun in ("test", "publication"):
        await staff.open(base)
        await staff.send(f"{base}/{noun}")
    stranger = visit(app)
    assert "上年资产总额（元）：至少 500,000" in await stranger.open(f"/policies/{row.id}")
    action = f"/policies/{row.id}#answer"
    assert "还缺些情况" in await stranger.send(action, credit_code=f"{1:018}")  # the assets are never public
    assert "可得 1,000 元" in await stranger.send(action, credit_code=f"{1:018}", assets_fen="500000")
    assert "不符合条件" in await stranger.send(action, credit_code=f"{1:018}", assets_fen="499999")
    for number, words in ((1, "登记信息：500,000"), (2, "登记信息：499,999"), (3, "登记信息里没有")):
        found = await Enterprise.get(credit_code=f"{number:018}")
        assert words in await staff.open(f"/staff/enterprises/{found.credit_code}/policies/{row.id}"), number
    await staff.open(f"{base}/granting")
    assert "已确认 1 家企业" in await staff.send(f"{base}/granting")
    for browser in (staff, stranger):
        await browser.http.aclose()


async def test_granting_shows_what_it_does_and_asks_and_again_when_that_has_changed(app: Starlette) -> None:
    await place.build()
    await load_industries()
    await enter(3)
    page = await signed_in(app, await place.person("supervisor", Role.SUPERVISOR, FENGGANG))
    supervisor = await place.person("chief", Role.SUPERVISOR, FENGGANG)
    row = await published(supervisor, budget_fen=3_500_00)
    base = f"/staff/policies/{row.id}"
    text = await page.open(f"{base}/grants")
    assert f'href="{base}/granting"' in text
    assert f'action="{base}/granting"' not in text  # nothing is granted by one press
    text = await page.open(f"{base}/granting")
    for words in ("试算：没有确认任何企业", "确认后剩 500 元", "确认：3 家企业享受，共 3,000 元", "参保人数：至少 5"):
        assert words in text, words
    await enter(1, first=50)
    await Enterprise.filter(credit_code=f"{1:018}").update(employees=4)
    await Enterprise.filter(credit_code=f"{2:018}").update(employees=20)
    text = await page.send(f"{base}/granting")
    assert page.status == 422
    assert not await PolicyGrant.exists()
    assert "试算以后，规则、登记情况或预算有了变化" in text
    assert "确认：2 家企业享受，共 3,000 元" in text
    assert "已确认 2 家企业享受，共 3,000 元" in await page.send(f"{base}/granting")
    assert "预算已用完" in await page.open(f"{base}/granting")
    await page.http.aclose()


async def test_would_i_qualify_asks_only_for_what_the_rule_names_and_takes_names(app: Starlette) -> None:
    await place.build()
    await load_industries()
    chief = await place.person("chief", Role.ADMINISTRATOR, CITY)
    made = {"fact": "industry", "comparison": "one_of", "value": "65"}
    here = {"fact": "place", "comparison": "one_of", "value": HONGQIAO}
    everywhere = await published(chief, division_code=CITY)
    county = await published(chief)
    named = await operations.create_policy(chief, {**POLICY, "division_code": CITY, "conditions": [made, here]})
    await Policy.filter(id=named.id).update(status="published")
    stranger = visit(app)
    assert 'name="division_code"' not in await stranger.open(f"/policies/{everywhere.id}")
    answer = await stranger.send(f"/policies/{everywhere.id}#answer", status="active", employees="5")
    assert "可得 500 元" in answer  # a policy of the whole city asks nobody where they are
    assert f'<option value="{FENGGANG}">' in await stranger.open(f"/policies/{county.id}")
    action = f"/policies/{named.id}#answer"
    text = await stranger.open(f"/policies/{named.id}")
    assert re.search(rf'<optgroup label="绥阳县">\s*<option value="{HONGQIAO}">', text)
    assert '<option value="65">65 软件' in text
    text = await stranger.send(action, status="active", industry_code="软件", division_code="绥阳县")
    assert page_refused(stranger.status, text, "“软件”不在名单里。请从名单里选一个，或者不选。")
    assert '<option value="6513">6513' in text  # what holds the words is shown to choose from
    assert '<option value="65">65 软件' in text
    assert f'<option value="{SUIYANG}" selected>绥阳县' in text
    text = await stranger.send(action, status="active", industry_code="6513", division_code=HONGQIAO)
    assert "按已知情况，符合条件" in text
    text = await stranger.send(action, status="active", industry_code="应用软件开发", division_code="绥阳县")
    assert "不符合条件" in text
    await stranger.http.aclose()


def page_refused(status: int, text: str, words: str) -> bool:
    """Whether a page says so, and did nothing."""
    return status == 422 and words in text


async def test_that_a_budget_is_used_up_stands_wherever_one_reads_who_qualifies(app: Starlette) -> None:
    await place.build()
    await load_industries()
    await enter(5)
    supervisor = await place.person("supervisor", Role.SUPERVISOR, FENGGANG)
    row = await published(supervisor, budget_fen=4_500_00)
    stranger, staff = visit(app), await signed_in(app, supervisor)
    assert "还剩 4,500 元" in await stranger.open(f"/policies/{row.id}")
    last = await Enterprise.get(credit_code=f"{5:018}")
    owner = await Person.create(username="owner", name="李厂长")
    await EnterpriseAccount.create(enterprise_id=last.id, person_id=owner.id, way="code")
    mine = await signed_in(app, Actor(kind="person", person_id=owner.id, name=owner.name))
    await granted_to_all(supervisor, row.id)
    used_up = "预算已用完：不追加预算就不再确认。"
    text = await stranger.open(f"/policies/{row.id}")
    assert used_up in text
    assert "还剩 500 元" in text
    assert used_up in await stranger.send(f"/policies/{row.id}#answer", credit_code=last.credit_code, employees="10")
    own = f"/my/enterprises/{last.credit_code}"
    for page in (own, f"{own}/policies/{row.id}"):
        assert used_up in await mine.open(page), page
    text = await mine.open(f"{own}/policies")
    assert "按登记先后享受，到政策预算用完为止" in text
    for shown in (text, await stranger.open("/policies"), await staff.open("/staff/policies")):
        assert re.search(r'class="tag late">\s*预算已用完', shown)
    code = f"/staff/enterprises/{last.credit_code}/policies"
    assert "预算已用完" in await staff.open(code)
    assert used_up in await staff.open(f"{code}/{row.id}")
    for browser in (stranger, staff, mine):
        await browser.http.aclose()


async def test_what_is_left_of_a_budget_is_not_public_while_it_would_tell_of_one_or_two(app: Starlette) -> None:
    await place.build()
    await load_industries()
    await enter(2)
    supervisor = await place.person("supervisor", Role.SUPERVISOR, FENGGANG)
    row = await published(supervisor)
    stranger, staff = visit(app), await signed_in(app, supervisor)
    left = {2: "8,000 元", 3: "7,000 元"}
    for count in (2, 3):
        await granted_to_all(supervisor, row.id)
        assert (f"还剩 {left[count]}" in await stranger.open(f"/policies/{row.id}")) is (count == 3)
        assert f"还剩 {left[count]}" in await staff.open(f"/policies/{row.id}")
        await enter(1, first=50 + count)
    for browser in (stranger, staff):
        await browser.http.aclose()

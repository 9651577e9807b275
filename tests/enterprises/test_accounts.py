"""Acting for an enterprise: its code, what its people see, what they may do in its name, and what others do not see."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.accounts.operations import create_token
from civicgraph.enterprises import operations
from civicgraph.enterprises.claims.acting import acts_for, reads_for
from civicgraph.enterprises.claims.models import ClaimCode, EnterpriseAccount
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.graph.engine import Engine
from civicgraph.grievances.models import Grievance, GrievanceCategory
from civicgraph.grievances.operations import (
    accept_grievance,
    assign_grievance,
    export_tracked_data,
    file_grievance,
    rate_tracked_grievance,
    resolve_grievance,
    return_grievance,
)
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import said_by
from civicgraph.notifications.sending.batch import opened
from civicgraph.operations import Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.policies import operations as policies
from civicgraph.policies.models import GrantState, Policy, PolicyGrant
from civicgraph.policies.operations.ruling import write_words
from tests.enterprises.conftest import CASES, Enter, another
from tests.policies.conftest import POLICY, granted_to_all, published
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO

CODE = CASES["credit_code"]
NEW = {"credit_code": CODE, "username": "suitcases", "name": "李厂长", "password": "a password for tests"}
WITH_EMAIL = {"contact_email": "boss@example.test", "employees": 10}
PRIVATE = """query ($code: String!) { enterprise(creditCode: $code) {
  isMine mayReadPrivate contactName contactPhoneMasked contactEmailMasked employees
  policyGrants { nodes { amountFen state } } grievances { nodes { publicText } } accounts { nodes { way } }
} }"""


async def sent_code() -> str:
    """The code of the last message, as it is read."""
    message = await OutboxMessage.filter(template="claim_code").order_by("-id").first()
    assert message is not None
    words = (await said_by("claim_code", opened(message.values), "zh")).text
    return words.split("验证码是：")[1].split()[0]


async def claimed(**values: Any) -> Actor:
    """Somebody who claimed the suitcase maker, as the actor that a session would give."""
    await operations.ask_claim_code(ANONYMOUS, {"credit_code": CODE})
    answer = await operations.claim_enterprise(ANONYMOUS, {**NEW, "code": await sent_code(), **values})
    person = await Person.get(id=answer["account"].person_id)
    return Actor(kind="person", person_id=person.id, name=person.name)


async def test_a_code_goes_to_the_registered_address_alone_and_is_kept_hashed_and_sealed(enter: Enter) -> None:
    await enter(**WITH_EMAIL)
    await operations.ask_claim_code(ANONYMOUS, {"credit_code": CODE.lower()})
    message = await OutboxMessage.get(template="claim_code")
    code = await sent_code()
    kept = await ClaimCode.get()
    assert len(code) == 8
    assert code not in str(message.values)
    assert code not in kept.code_hash
    assert kept.expires_at - kept.created_at == timedelta(minutes=15)


async def test_nobody_learns_from_the_answer_whether_there_is_such_an_address(enter: Enter) -> None:
    await enter()
    unknown = await operations.ask_claim_code(ANONYMOUS, {"credit_code": another(7)})
    assert unknown == await operations.ask_claim_code(ANONYMOUS, {"credit_code": CODE}) == {"is_asked": True}
    assert await OutboxMessage.all().count() == 0


async def test_five_wrong_codes_end_a_code_and_three_codes_are_sent_in_an_hour(enter: Enter) -> None:
    await enter(**WITH_EMAIL)
    await operations.ask_claim_code(ANONYMOUS, {"credit_code": CODE})
    right = await sent_code()
    for _ in range(5):
        wrong = await operations.claim_enterprise(ANONYMOUS, {**NEW, "code": "2222ZZZZ"})
        assert wrong == {"is_claimed": False, "account": None}
    assert not (await operations.claim_enterprise(ANONYMOUS, {**NEW, "code": right}))["is_claimed"]
    assert not await Person.exists(username="suitcases")
    for _ in range(4):
        await operations.ask_claim_code(ANONYMOUS, {"credit_code": CODE})
    assert await OutboxMessage.filter(template="claim_code").count() == 3


async def test_a_code_holds_for_a_quarter_of_an_hour_and_once(enter: Enter) -> None:
    await enter(**WITH_EMAIL)
    await operations.ask_claim_code(ANONYMOUS, {"credit_code": CODE})
    code = await sent_code()
    await ClaimCode.all().update(expires_at=clock.now())
    assert not (await operations.claim_enterprise(ANONYMOUS, {**NEW, "code": code}))["is_claimed"]
    await ClaimCode.all().update(expires_at=clock.now() + timedelta(minutes=1))
    with pytest.raises(InvalidInput):  # a right code without a name for the account is not used up
        await operations.claim_enterprise(ANONYMOUS, {"credit_code": CODE, "code": code})
    assert (await operations.claim_enterprise(ANONYMOUS, {**NEW, "code": f" {code.lower()} "}))["is_claimed"]
    again = {**NEW, "username": "another", "code": code}
    assert not (await operations.claim_enterprise(ANONYMOUS, again))["is_claimed"]


async def test_its_people_see_what_is_private_to_it_and_of_no_other(
    engine: Engine, enter: Enter, supervisor: Actor, neighbour: Actor
) -> None:
    await enter(**WITH_EMAIL)
    await enter(credit_code=another(1), name="另一家", **WITH_EMAIL)
    policy = await published(supervisor)
    await granted_to_all(supervisor, policy.id)
    await GrievanceCategory.create(
        code="ent_policy",
        name="政策",
        group_code="enterprise",
        group_name="企业",
        name_en="Policies",
        group_name_en="Enterprises",
        urgency="general",
        body="community",
        position=1,
    )
    owner = await claimed()
    report = {"category": "ent_policy", "division_code": FENGQUAN, "description": "申请材料被退回", "is_public": False}
    await file_grievance(owner, {**report, "enterprise_code": CODE})
    own = (await engine.read(PRIVATE, {"code": CODE}, owner))["enterprise"]
    assert (own["isMine"], own["contactName"], own["employees"]) == (True, "李厂长", 10)
    assert own["policyGrants"]["nodes"] == [{"amountFen": 100000, "state": "OBJECTION"}]
    assert own["grievances"]["nodes"] == [{"publicText": "申请材料被退回"}]
    for actor, code in ((owner, another(1)), (ANONYMOUS, CODE), (neighbour, CODE)):
        other = (await engine.read(PRIVATE, {"code": code}, actor))["enterprise"]
        assert (other["isMine"], other["mayReadPrivate"], other["contactName"], other["employees"]) == (
            *(False, False, None, None),
        )
        assert [other[name]["nodes"] for name in ("policyGrants", "grievances", "accounts")] == [[], [], []]
    whole = "{ grievances { nodes { publicText } } policyGrants { nodes { amountFen } } enterpriseAccounts { nodes { way } } }"
    assert [len(one["nodes"]) for one in (await engine.read(whole, {}, owner)).values()] == [1, 1, 1]
    assert [len(one["nodes"]) for one in (await engine.read(whole, {}, neighbour)).values()] == [0, 0, 0]
    assert [len(one["nodes"]) for one in (await engine.read(whole, {}, supervisor)).values()] == [1, 2, 1]


async def test_a_token_reads_for_an_enterprise_only_what_its_scopes_open(
    engine: Engine, enter: Enter, supervisor: Actor
) -> None:
    await enter(**WITH_EMAIL)
    owner = await claimed()
    for scopes, name in ((frozenset({"read"}), "李厂长"), (frozenset({"grievances"}), None), (frozenset(), None)):
        token = Actor(kind="token", person_id=owner.person_id, scopes=scopes, token_id=1)
        assert (await engine.read(PRIVATE, {"code": CODE}, token))["enterprise"]["contactName"] == name
    assert await create_token(owner, {"name": "商店", "scopes": ["read"]})


async def test_a_token_that_only_reads_does_nothing_in_an_enterprises_name(enter: Enter) -> None:
    row = await enter(**WITH_EMAIL)
    owner = await claimed()
    for scopes, may in ((["read"], False), (["read", "listings"], True), (["listings"], False), (["reports"], False)):
        token = Actor(kind="token", person_id=owner.person_id, scopes=frozenset(scopes), token_id=1)
        assert await acts_for(token, row.id) is may
        assert await reads_for(token, row.id) is ("read" in scopes)


async def test_its_people_are_no_staff(engine: Engine, enter: Enter) -> None:
    await enter(**WITH_EMAIL)
    owner = await claimed()
    document = "{ people { nodes { name } } teams { nodes { name } } readyTexts { nodes { title } } me { name } }"
    found = await engine.read(document, {}, owner)
    assert found["teams"]["nodes"] == found["readyTexts"]["nodes"] == []
    assert [one["name"] for one in found["people"]["nodes"]] == [found["me"]["name"]] == ["李厂长"]


async def test_its_people_are_bounded_as_strangers_are(enter: Enter) -> None:
    await enter(**WITH_EMAIL)
    await GrievanceCategory.create(
        **{"code": "lighting", "name": "路灯", "name_en": "Lighting", "group_code": "street", "group_name": "街道"},
        **{"group_name_en": "Street", "urgency": "general", "body": "community", "position": 1},
    )
    owner = await claimed()
    advertising = "代开各类发票，请加微信 abc12345 详谈"
    report = {"category": "lighting", "division_code": FENGQUAN, "description": advertising}
    assert (await file_grievance(owner, report))["is_held"]
    staff = await place.person("desk", Role.DISPATCHER, FENGGANG)
    assert not (await file_grievance(staff, report))["is_held"]


@pytest.mark.parametrize("channel", ["web", "api"])
async def test_only_its_people_and_staff_report_in_its_name(enter: Enter, channel: str) -> None:
    row = await enter(**WITH_EMAIL)
    await GrievanceCategory.create(
        code="ent_policy",
        name="政策",
        group_code="enterprise",
        group_name="企业",
        name_en="Policies",
        group_name_en="Enterprises",
        urgency="general",
        body="community",
        position=1,
    )
    report = {
        **{"category": "ent_policy", "division_code": FENGQUAN, "description": "申请材料被退回"},
        **{"enterprise_code": CODE, "channel": channel},
    }
    stranger = Actor(kind="person", person_id=(await Person.create(username="somebody", name="某人")).id)
    elsewhere = await place.person("elsewhere", Role.DISPATCHER, HONGQIAO)
    for actor in (ANONYMOUS, stranger, elsewhere):
        with pytest.raises(InvalidInput) as refused:
            await file_grievance(actor, report)
        assert [one.code for one in refused.value.errors] == ["not_claimed"]
    assert await Grievance.all().count() == 0
    owner, desk = await claimed(), await place.person("desk", Role.DISPATCHER, FENGGANG)
    for actor in (owner, desk):
        await file_grievance(actor, report)
    found = await Grievance.filter(enterprise_id=row.id).order_by("id")
    assert [one.channel.value for one in found] == ["business", channel]


async def test_what_an_enterprise_reports_comes_in_as_its_own_and_nobody_else_can_say_so(enter: Enter) -> None:
    row = await enter(**WITH_EMAIL)
    await GrievanceCategory.create(
        **{"code": "lighting", "name": "照明", "name_en": "Lighting", "urgency": "general", "body": "property"},
        **{"group_code": "home", "group_name": "房屋", "group_name_en": "Homes", "position": 1},
    )
    report = {"category": "lighting", "division_code": FENGQUAN, "description": "厂门口的路灯坏了"}
    owner, desk = await claimed(), await place.person("desk", Role.DISPATCHER, FENGGANG)
    mine = {**report, "enterprise_code": CODE}
    for actor, given in ((ANONYMOUS, report), (owner, report), (desk, report), (desk, mine)):
        with pytest.raises(InvalidInput) as refused:
            await file_grievance(actor, {**given, "channel": "business"})
        assert [one.field for one in refused.value.errors] == ["channel"]
    once = {**mine, "channel": "web", "idempotency_key": "a key that nobody else has"}
    first = await file_grievance(owner, once)
    assert (await file_grievance(owner, once))["number"] == first["number"]
    await file_grievance(owner, {**mine, "channel": "business"})
    assert [one.channel.value for one in await Grievance.filter(enterprise_id=row.id)] == ["business"] * 2
    await file_grievance(owner, {**report, "channel": "web"})
    assert (await Grievance.all().order_by("-id").first()).channel.value == "web"  # type: ignore[union-attr]


async def test_a_private_problem_is_followed_answered_and_rated_from_the_account(app: Starlette) -> None:
    await place.build()
    await load_industries()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    await operations.create_enterprise(editor, {**CASES, **WITH_EMAIL})
    await GrievanceCategory.create(
        **{"code": "ent_policy", "name": "政策", "name_en": "Policies", "group_code": "enterprise"},
        **{"group_name": "企业", "group_name_en": "Enterprises", "urgency": "general", "body": "community"},
        position=1,
    )
    owner, desk = await claimed(), await place.person("desk", Role.DISPATCHER, FENGGANG)
    report = {"category": "ent_policy", "division_code": FENGQUAN, "description": "申请材料被退回", "is_public": False}
    filed = await file_grievance(
        desk, {**report, "enterprise_code": CODE}
    )  # taken at the window: nobody kept its secret
    number = filed["number"]
    address = f"/track/{number}/MINE"
    page, stranger = await signed_in(app, owner), visit(app)
    neighbour = await signed_in(app, await place.person("neighbour", Role.DISPATCHER, HONGQIAO))
    assert f'href="{address}"' in await page.open(f"/my/enterprises/{CODE}")
    for other in (stranger, neighbour):
        await other.open(address)
        assert other.status == 404
    assert "申请材料被退回" in await page.open(address)
    assert "data" not in re.findall(r'<details class="panel stack" id="(\w+)"', page.text)  # what is kept of the person

    async def step(verb: Any, **values: Any) -> None:
        row = await Grievance.get(number=number)
        await verb(desk, {"number": number, "version": row.version, **values})

    await step(return_grievance, reason="请问缺哪份材料？")
    assert "请问缺哪份材料" in await page.open(address)
    await page.send(f"{address}/answer", answer="缺的是参保证明，已经补上。")
    assert (await Grievance.get(number=number)).status == "submitted"
    await step(accept_grievance)
    await step(assign_grievance, team="政策专班")
    await step(resolve_grievance, outcome="材料已经受理")
    await page.open(address)
    await page.send(f"{address}/rating", stars="5", is_solved="true")
    row = await Grievance.get(number=number)
    assert (row.status, row.stars, row.is_solved) == ("closed", 5, True)
    await page.open(f"{address}/following")
    assert "b***@example.invalid" in await page.send(f"{address}/following", email="boss@example.invalid")
    own = {"number": number, "secret": "mine"}
    with pytest.raises(NotFound):
        await export_tracked_data(owner, own)
    with pytest.raises(NotFound):
        await rate_tracked_grievance(replace(owner, person_id=999_999), {**own, "is_solved": True})
    for browser in (page, stranger, neighbour):
        await browser.http.aclose()


async def test_staff_let_somebody_in_at_the_window_and_end_it(
    enter: Enter, editor: Actor, supervisor: Actor, neighbour: Actor
) -> None:
    await enter()
    for actor in (editor, neighbour, ANONYMOUS):
        with pytest.raises(Forbidden):
            await operations.give_enterprise_account(actor, NEW)
    given = await operations.give_enterprise_account(supervisor, NEW)
    owner = Actor(kind="person", person_id=given.person_id)
    with pytest.raises(InvalidInput):
        await operations.give_enterprise_account(supervisor, {"credit_code": CODE, "username": "supervisor"})
    for actor in (neighbour, ANONYMOUS):
        with pytest.raises(NotFound):
            await operations.end_enterprise_account(actor, {"id": given.id})
    row = await Enterprise.get()
    assert (await operations.reveal_enterprise_contact(owner, {"id": row.id}))["phone"] == "13912345678"
    await operations.end_enterprise_account(supervisor, {"id": given.id})
    with pytest.raises(Forbidden):
        await operations.reveal_enterprise_contact(owner, {"id": row.id})
    again = await operations.give_enterprise_account(supervisor, {"credit_code": CODE, "username": "suitcases"})
    assert (again.id, again.ended_at) == (given.id, None)


async def test_an_objection_holds_the_payment_back_until_it_is_answered(enter: Enter, supervisor: Actor) -> None:
    await enter(**WITH_EMAIL)
    policy = await published(supervisor)
    await granted_to_all(supervisor, policy.id)
    grant = await PolicyGrant.get()
    owner = await claimed()
    words = {"id": grant.id, "objection": "参保的是十二个人"}
    with pytest.raises(NotFound):
        await policies.object_to_grant(supervisor, words)
    await policies.object_to_grant(owner, words)
    with pytest.raises(Unavailable):
        await policies.object_to_grant(owner, words)
    await PolicyGrant.all().update(objection_until=clock.today() - timedelta(days=1))
    with pytest.raises(Unavailable):
        await policies.pay_grants(supervisor, {"id": policy.id})
    await policies.answer_objection(supervisor, {"id": grant.id, "answer": "社保系统里是十个人"})
    await policies.pay_grants(supervisor, {"id": policy.id})
    assert (await PolicyGrant.get()).state is GrantState.PAID


async def test_each_condition_says_whether_it_is_met(enter: Enter, supervisor: Actor, neighbour: Actor) -> None:
    await enter(contact_email="boss@example.test")
    policy = await published(supervisor)
    asked = {"credit_code": CODE, "policy_id": policy.id}
    for actor in (neighbour, ANONYMOUS):
        with pytest.raises(NotFound):
            await policies.explain_policy(actor, asked)
    unknown = await policies.explain_policy(supervisor, asked)
    assert (unknown["qualifies"], unknown["unknown"], unknown["unmet"]) == (None, ["参保人数：至少 5"], [])
    assert "参保人数：至少 5 · 登记信息里没有" in unknown["register_says"]
    for employees, qualifies, amount in ((4, False, None), (10, True, "100000")):
        await Enterprise.all().update(employees=employees)
        said = await policies.explain_policy(supervisor, asked)
        assert (said["qualifies"], said["amount_fen"]) == (qualifies, amount)
    assert said["met"][0] == "登记在凤冈县"
    assert "参保人数：至少 5 · 登记信息：10" in said["register_says"]
    assert "状态：在业 · 登记信息：在业" in said["register_says"]
    owner = await claimed()
    assert (await policies.explain_policies(owner, {"credit_code": CODE}))["qualifies_for"] == [policy.id]


async def test_a_condition_that_must_not_be_so_is_met_where_it_is_not(enter: Enter, supervisor: Actor) -> None:
    await enter(contact_email="boss@example.test", employees=10)
    listed = {"fact": "list", "comparison": "one_of", "value": "four_above", "is_denied": True}
    policy = await published(supervisor, conditions=[*POLICY["conditions"], listed])
    said = await policies.explain_policy(supervisor, {"credit_code": CODE, "policy_id": policy.id})
    assert (said["qualifies"], said["unmet"]) == (True, [])
    assert "不符合“入选名录：四上企业”" in said["met"]
    assert "不符合“入选名录：四上企业” · 登记信息：规上企业" in said["register_says"]


async def test_a_policy_that_pays_nothing_promises_nothing_and_one_without_conditions_blames_no_gap(
    app: Starlette,
) -> None:
    await place.build()
    await load_industries()
    await operations.create_enterprise(await place.person("editor", Role.EDITOR, FENGGANG), {**CASES, **WITH_EMAIL})
    values = {"category": "finance", "summary": "", "owner": "金融局", "starts_on": date(2020, 1, 1)}
    values |= {"amount_kind": "none", "status": "published", "division_id": FENGGANG}
    active = {"fact": "status", "is": "one_of", "value": ["active"]}
    free = await Policy.create(title="缓缴提示", eligibility=active, **values)
    await write_words(free)
    told = await Policy.create(title="普惠贷款", eligibility={}, **values)
    owner = await claimed()
    sorted_out = await policies.explain_policies(owner, {"credit_code": CODE})
    assert (sorted_out["qualifies_for"], sorted_out["amounts_fen"], sorted_out["ask_for"]) == (
        [free.id],
        [""],
        [told.id],
    )
    assert (sorted_out["not_for"], sorted_out["not_known_for"]) == ([], [])
    browser = await signed_in(app, owner)
    page = await browser.open(f"/my/enterprises/{CODE}/policies/{free.id}")
    assert ("不从预算发钱" in page, "可得" in page) == (True, False)
    page = await browser.open(f"/my/enterprises/{CODE}/policies/{told.id}")
    assert ("由主管单位认定" in page, "登记信息不全" in page) == (True, False)
    await Enterprise.all().update(employees=10)
    await published(await place.person("supervisor", Role.SUPERVISOR, FENGGANG))
    page = await browser.open(f"/my/enterprises/{CODE}/policies")
    assert ("由主管单位认定" in page, "1,000 元" in page) == (True, True)
    await browser.http.aclose()


async def test_from_its_own_page_an_enterprise_chooses_what_its_problem_is_about(app: Starlette) -> None:
    await place.build()
    await load_industries()
    await operations.create_enterprise(await place.person("editor", Role.EDITOR, FENGGANG), {**CASES, **WITH_EMAIL})
    for position, (code, group) in enumerate((("lighting", "home"), ("ent_land", "enterprise"))):
        await GrievanceCategory.create(
            **{"code": code, "name": code, "name_en": code, "urgency": "general", "body": "community"},
            **{"group_code": group, "group_name": group, "group_name_en": group, "position": position},
        )
    browser = await signed_in(app, await claimed())
    (form,) = set(re.findall(r'href="(/report\?[^"]*enterprise=[^"]*)"', await browser.open(f"/my/enterprises/{CODE}")))
    assert "category" not in form, "nothing is chosen before one has said anything"
    page = await browser.open(form.replace("&amp;", "&"))
    assert page.index('value="ent_land"') < page.index('value="lighting"'), "what enterprises report comes first"
    stranger = visit(app)
    page = await stranger.open(f"/report?division={FENGQUAN}")
    assert page.index('value="lighting"') < page.index('value="ent_land"')
    for one in (browser, stranger):
        await one.http.aclose()


async def test_an_enterprise_walks_from_the_code_to_its_own_page(app: Starlette) -> None:
    await place.build()

    await load_industries()
    supervisor = await place.person("supervisor", Role.SUPERVISOR, FENGGANG)
    await operations.create_enterprise(supervisor, {**CASES, **WITH_EMAIL})
    policy = await published(supervisor)
    await granted_to_all(supervisor, policy.id)
    page = visit(app)
    await page.open("/enterprises/claim")
    await page.send("/enterprises/claim", credit_code=CODE)
    action = f"/enterprises/{CODE}/claim"
    given = {key: value for key, value in NEW.items() if key != "credit_code"}
    assert "验证码不对" in await page.send(action, code="2222ZZZZ", **given)
    assert page.status == 422
    text = await page.send(action, code=await sent_code(), **given)
    assert "您的账号从现在起可以为这家企业办事" in text
    assert "139****5678" in text
    assert "13912345678" in await page.send(f"/my/enterprises/{CODE}/contact")
    assert "稳岗补贴" in await page.open(f"/my/enterprises/{CODE}/policies")
    columns = {key: value for key, value in dict(policy).items() if key != "id"}
    await Policy.bulk_create([Policy(**{**columns, "title": f"第{number}项"}) for number in range(130)])
    shown_ones = await page.open(f"/my/enterprises/{CODE}/policies")
    assert set(re.findall(r">(第\d+项|稳岗补贴)<", shown_ones)) == {
        *(f"第{number}项" for number in range(130)),
        "稳岗补贴",
    }
    assert "符合全部条件" in await page.open(f"/my/enterprises/{CODE}/policies/{policy.id}")
    grant = await PolicyGrant.get()
    await page.open(f"/my/enterprises/{CODE}/grants/{grant.id}/objection")
    assert "主管部门还没有答复" in await page.send(
        f"/my/enterprises/{CODE}/grants/{grant.id}/objection", objection="人数不对"
    )
    assert "我的账号" in await page.open("/staff/sessions")
    assert (await page.open("/staff/outbox")).count(CASES["name"]) == 0  # led home
    answers: list[httpx.Response] = [await page.http.get("/staff/people"), await page.http.get("/my/enterprises")]
    assert [one.headers["location"] for one in answers] == ["/my/enterprises", f"/my/enterprises/{CODE}"]
    desk = await signed_in(app, supervisor)
    shown = await desk.open(f"/staff/enterprises/{CODE}/policies/{policy.id}")
    assert "参保人数：至少 5" in shown
    assert "登记信息：10" in shown
    stranger = await visit(app).open(f"/policies/{policy.id}")
    assert "参保人数：至少 5" in stranger
    assert "登记信息：" not in stranger
    assert "稳岗补贴" in await desk.open(f"/staff/enterprises/{CODE}/policies")
    await desk.open(f"/staff/policies/{policy.id}/grants")
    assert "异议已答复" in await desk.send(f"/staff/policies/{policy.id}/grants/{grant.id}/answer", answer="已核对")
    await desk.open(f"/staff/enterprises/{CODE}/accounts")
    account = await EnterpriseAccount.get()
    assert "已停止" in await desk.send(f"/staff/enterprises/{CODE}/accounts/{account.id}/end")
    assert (await page.http.get(f"/my/enterprises/{CODE}")).status_code == 404
    for browser in (page, desk):
        await browser.http.aclose()

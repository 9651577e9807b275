"""Who is told of a grant, by what, and when that counts; objections that reach the office, and answers that reach back."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from civicgraph import clock, crypto
from civicgraph.accounts.models import Person
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise, EnterpriseAccount
from civicgraph.notifications.models import InboxMessage, NoticePreference, OutboxMessage
from civicgraph.operations import NotFound, OperationError, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.policies import operations
from civicgraph.policies.models import Policy, PolicyCell, PolicyGrant
from civicgraph.policies.rounds import tell_some
from tests.policies.conftest import enter, granted_to_all, published
from tests.support import city as place
from tests.support.browser import signed_in
from tests.support.city import CITY, FENGGANG, SUIYANG

CODE = f"{1:018}"
MINE = f"/my/enterprises/{CODE}"


@dataclass
class Case:
    """An enterprise with a grant that it was told of as far as it can be; its account without e-mail, its office."""

    owner: Actor
    office: Actor
    policy: Policy
    grant: PolicyGrant

    async def now(self) -> PolicyGrant:
        """The grant as it is now."""
        return await PolicyGrant.get(id=self.grant.id)


async def arranged(email: str = "", registered: str = "") -> Case:
    """The case, with an e-mail address of the account or of the register where one is given."""
    await place.build()
    await load_industries()
    await enter(1)
    office = await place.person("supervisor", Role.SUPERVISOR, FENGGANG, email="office@example.invalid")
    phone = {"contact_phone": crypto.encrypt("13912345678"), "contact_phone_masked": "139****5678"}
    mail = {"contact_email": crypto.encrypt(registered)} if registered else {}
    await Enterprise.filter(credit_code=CODE).update(contact_name="李厂长", **phone, **mail)
    person = await Person.create(username="own", name="李厂长", email=email)
    enterprise = await Enterprise.get(credit_code=CODE)
    await EnterpriseAccount.create(enterprise_id=enterprise.id, person_id=person.id, way="staff")
    policy = await published(office)
    await granted_to_all(office, policy.id)
    await tell_some()
    owner = Actor(kind="person", person_id=person.id, name=person.name)
    return Case(owner, office, policy, await PolicyGrant.get())


async def test_a_message_that_waits_in_an_inbox_has_told_nobody(app: Starlette) -> None:
    case = await arranged()
    assert (case.grant.notified_at, case.grant.objection_until, case.grant.notice_due) == (None, None, False)
    message = await InboxMessage.get()
    assert "自您打开结果页面之日起 7 天内" in message.text
    with clock.override(clock.now() + timedelta(days=30)):
        with pytest.raises(OperationError):
            await operations.pay_grants(case.office, {"id": case.policy.id})
        with pytest.raises(NotFound):
            await operations.open_grant(case.office, {"id": case.grant.id})
        grant = await operations.open_grant(case.owner, {"id": case.grant.id})
        assert grant.objection_until == clock.today() + timedelta(days=7)
        with pytest.raises(Unavailable):
            await operations.open_grant(case.owner, {"id": case.grant.id})
    assert await AuditEntry.filter(operation="open_grant", person_id=case.owner.person_id).count() == 1


async def test_the_account_reads_its_messages_and_by_opening_the_grant_is_told(app: Starlette) -> None:
    case = await arranged()
    page = await signed_in(app, case.owner)
    text = await page.open(MINE)
    assert '我们的消息 <span class="tag doing num">1</span>' in text
    assert "我们的消息" in await page.open("/my/enterprises?all=1")
    assert "稳岗补贴" in await page.open("/my/messages")
    assert (await case.now()).notified_at is None  # the list alone tells of no amount that counts
    message = await InboxMessage.get()
    text = await page.send(f"/my/messages/{message.id}/opening")
    assert page.address.endswith(f"{MINE}/grants/{case.grant.id}")
    assert f"{clock.today() + timedelta(days=7)}" in text
    assert (await case.now()).notified_at is not None
    assert message.subject not in await page.open("/my/messages?unread=1")
    assert "tag doing num" not in (await page.open(MINE)).split("我们享受的政策")[0]
    await page.open(f"{MINE}/grants/{case.grant.id}")  # again: nothing more is recorded
    assert await AuditEntry.filter(operation="open_grant").count() == 1
    office = await signed_in(app, case.office)
    led = await office.http.get("/my/messages")
    assert led.headers["location"].endswith("/staff/inbox")
    await office.open(f"{MINE}/grants/{case.grant.id}")
    assert office.status == 404
    for browser in (page, office):
        await browser.http.aclose()


async def test_who_wants_no_e_mail_is_told_by_the_registered_address_or_called(app: Starlette) -> None:
    case = await arranged(email="own@example.invalid")
    assert (await case.now()).notified_at is not None
    await NoticePreference.create(person_id=case.owner.person_id, by_email=False)
    await PolicyGrant.all().update(notice_due=True, notified_at=None, objection_until=None)
    await tell_some()
    assert (await case.now()).notified_at is None
    await Enterprise.filter(credit_code=CODE).update(contact_email=crypto.encrypt("register@example.invalid"))
    await PolicyGrant.all().update(notice_due=True)
    await tell_some()
    assert (await case.now()).notified_at is not None


async def test_staff_see_whom_to_call_and_each_look_at_the_number_is_recorded(app: Starlette) -> None:
    case = await arranged()
    page = await signed_in(app, case.office)
    base = f"/staff/policies/{case.policy.id}/grants"
    text = await page.open(f"{base}?due=call")
    assert "没有邮箱，请打电话" in text
    assert f'/staff/enterprises/{CODE}"' in text
    assert "139****5678" in text
    assert "13912345678" not in text
    assert "13912345678" in await page.send(f"{base}/contact?due=call")
    assert await AuditEntry.filter(operation="reveal_enterprise_contact").count() == 1
    await page.send(f"{base}/{case.grant.id}/telling?due=call")
    assert page.address.endswith("?due=call")
    assert "没有邮箱" not in page.text.split('id="results"')[1]
    await page.http.aclose()


async def test_an_objection_reaches_those_who_may_answer_and_the_answer_the_enterprise(app: Starlette) -> None:
    case = await arranged(registered="register@example.invalid")
    page = await signed_in(app, case.office)
    grants, policies = f"/staff/policies/{case.policy.id}/grants", "/staff/policies"
    assert "异议" not in await page.open("/staff")
    await operations.object_to_grant(case.owner, {"id": case.grant.id, "objection": "参保的是十二个人"})
    (told,) = await InboxMessage.filter(person_id=case.office.person_id)
    assert (told.subject, told.link) == ("请答复异议：稳岗补贴", f"{grants}?due=objection")
    assert "十二个人" not in told.text  # what the enterprise wrote is on the page alone
    assert await OutboxMessage.filter(template="policy_objection", person_id=case.office.person_id).count() == 1
    assert "1 家企业对享受结果有异议" in await page.open("/staff")
    assert "稳岗补贴" in await page.open(policies)
    assert "1 件异议待答复" in await page.open(f"{policies}?objected=true")
    assert "参保的是十二个人" in await page.open(told.link)
    neighbour = await place.person("neighbour", Role.SUPERVISOR, SUIYANG)
    other = await signed_in(app, neighbour)
    assert "有异议" not in await other.open("/staff")
    await page.send(f"{grants}/{case.grant.id}/answer?due=objection", answer="社保系统里是十个人")
    assert "家企业对享受结果有异议" not in await page.open("/staff")
    assert "参保的是" not in await page.open(told.link)
    await tell_some()
    reply = await InboxMessage.filter(person_id=case.owner.person_id).order_by("-id").first()
    assert reply is not None
    assert "社保系统里是十个人" in reply.text
    assert await OutboxMessage.filter(template="policy_grant", person_id=None).count() == 2
    for browser in (page, other):
        await browser.http.aclose()


async def test_an_objection_that_is_right_is_followed_by_what_the_corrected_register_says(app: Starlette) -> None:
    case = await arranged(registered="register@example.invalid")
    await operations.object_to_grant(case.owner, {"id": case.grant.id, "objection": "参保的是十二个人"})
    page, grants = await signed_in(app, case.office), f"/staff/policies/{case.policy.id}/grants"
    correction = f"{grants}/{case.grant.id}/correction"
    await page.open(grants)
    assert "没有变化" in await page.send(correction, amount_fen="1200", answer="已核实")
    await Enterprise.filter(credit_code=CODE).update(employees=12)
    refused = await page.send(correction, amount_fen="1500", answer="已核实")
    assert (page.status, "今天应为 1,200 元" in refused) == (422, True)
    (opened,) = re.findall(r"<details open>.*?</details>", refused, re.S)
    assert ("更正" in opened, 'value="1500"' in opened, "已核实" in opened) == (True, True, True)
    assert (refused.count('value="1500"'), refused.count("已核实</textarea>")) == (1, 1)  # and no other form has it
    assert "金额已更正" in await page.send(correction, amount_fen="1200", answer="社保系统已更正为十二人")
    grant, policy = await case.now(), await Policy.get(id=case.policy.id)
    assert (grant.amount_before_fen, grant.amount_fen, grant.state.value) == (1_000_00, 1_200_00, "objection")
    assert policy.granted_fen == 1_200_00
    assert await PolicyCell.all().values_list("granted", "granted_fen") == [(1, 1_200_00)] * 2
    assert "原为 1,000 元" in await page.open(grants)
    await tell_some()
    reply = await InboxMessage.filter(person_id=case.owner.person_id).order_by("-id").first()
    assert reply is not None
    assert "金额由 1,000 元改为 1,200 元" in reply.text
    with pytest.raises(Unavailable):
        await operations.correct_grant(case.office, {"id": grant.id, "amount_fen": 1_200_00, "answer": "再来一次"})
    with clock.override(clock.now() + timedelta(days=8)):
        assert (await operations.pay_grants(case.office, {"id": case.policy.id}))["amount_fen"] == "120000"
    await page.http.aclose()


async def test_nobody_is_corrected_to_more_than_the_budget_or_by_another_county(app: Starlette) -> None:
    case = await arranged()
    await operations.object_to_grant(case.owner, {"id": case.grant.id, "objection": "参保的是两百个人"})
    asked = {"id": case.grant.id, "amount_fen": 20_000_00, "answer": "已核实"}
    for actor in (case.owner, await place.person("neighbour", Role.SUPERVISOR, SUIYANG)):
        with pytest.raises(OperationError) as refused:
            await operations.correct_grant(actor, asked)
        assert refused.value.code == "FORBIDDEN"
    for employees, words in ((200, "预算不够"), (3, "不符合条件"), (None, "不符合条件")):
        await Enterprise.filter(credit_code=CODE).update(employees=employees)
        with pytest.raises(Unavailable) as wrong:
            await operations.correct_grant(case.office, asked)
        assert words in wrong.value.errors[0].message
    assert ((await case.now()).amount_fen, (await Policy.get()).granted_fen) == (1_000_00, 1_000_00)


async def test_who_has_no_e_mail_is_called_about_the_answer_and_its_days_do_not_begin_anew(app: Starlette) -> None:
    case = await arranged()
    await operations.object_to_grant(case.owner, {"id": case.grant.id, "objection": "人数不对"})
    until = (await case.now()).objection_until
    assert until == clock.today() + timedelta(days=7)  # who objects knows of it
    await operations.answer_objection(case.office, {"id": case.grant.id, "answer": "社保系统里是十个人"})
    await tell_some()
    assert (await case.now()).notified_at is None
    with clock.override(clock.now() + timedelta(days=2)):
        grant = await operations.tell_by_phone(case.office, {"id": case.grant.id})
    assert (grant.objection_until, grant.is_told_by_phone) == (until, True)


async def test_whoever_pays_takes_a_table_without_contacts_and_that_is_recorded(app: Starlette) -> None:
    case = await arranged()
    await enter(120, first=2)
    await Policy.filter(id=case.policy.id).update(budget_fen=10**9)
    await granted_to_all(case.office, case.policy.id)
    page = await signed_in(app, case.office)
    base = f"/staff/policies/{case.policy.id}/grants"
    await page.open(base)
    text = await page.send(f"{base}.csv")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 122
    mine = next(row for row in rows if row[0].strip("'") == CODE)
    assert mine[1:6] == ["第1家", "稳岗补贴", str(clock.today().year), "1000.00", "已确认，可提异议"]
    assert not any(words in text for words in ("李厂长", "139"))
    (entry,) = await AuditEntry.filter(operation="export_grants")
    assert entry.changes["exported"] == [None, 121]
    await page.open(f"{base}?state=PAID")
    assert len((await page.send(f"{base}.csv")).splitlines()) == 1
    for role, code in ((Role.SUPERVISOR, SUIYANG), (Role.EDITOR, FENGGANG), (Role.DISPATCHER, CITY)):
        other = await place.person(f"{role}{code}", role, code)
        with pytest.raises(OperationError):
            await operations.export_grants(other, {"id": case.policy.id})
    await page.http.aclose()

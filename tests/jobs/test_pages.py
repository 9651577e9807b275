"""The pages, as browsers without JavaScript walk them: the resident, the staff, the enterprise; and what none of them shows."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from civicgraph import clock, i18n
from civicgraph.graph.engine import Engine
from civicgraph.jobs import operations, rules
from civicgraph.jobs.models import Referral, ReferralStage, Vacancy
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS
from civicgraph.schema import schema
from tests.jobs.conftest import CODE, build
from tests.privacy.test_planted_markers import MARK, documents
from tests.support.browser import signed_in, visit
from tests.support.city import CITY, FENGGANG, FENGQUAN, LONGQUAN

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FAR = date(2199, 1, 1)
PLANTED = {
    "contact_name": "赵小植",
    "contact_phone": "13900001234",
    "contact_email": "plant1@example.cn",
    "wish": "赵小植会做饭，打 13900005678",
}


async def test_a_resident_applies_and_follows_it_while_staff_take_each_step(app: Starlette) -> None:
    town = await build()
    await Vacancy.all().update(valid_until=FAR)
    resident, point, neighbour = visit(app), await signed_in(app, town.point), await signed_in(app, town.neighbour)
    assert "每天 180 元–240 元" in await resident.open("/jobs?q=%E7%AB%B9%E6%96%99&kind=DAY_WORK&within=520327")
    assert "没有符合的岗位" in await resident.open("/jobs?q=%E7%BC%9D%E7%BA%AB")
    assert "还招 2 人" in await resident.open("/jobs/1")
    await resident.open("/jobs/1/application")
    action = f"/jobs/1/application?within={FENGQUAN}"
    refused = await resident.send(action, contact_name="赵小竹", contact_phone="139", wish="会砍竹子")
    assert resident.status == 422
    assert "请填 11 位手机号" in refused
    assert "会砍竹子" in refused  # nothing that was typed is lost
    text = await resident.send(action, contact_phone="13912345678")
    row = await Referral.get()
    own = urlsplit(resident.address).path
    assert own == f"/my-job/{row.number}/{rules.secret_of(row.number)}"
    assert "已收到您的登记" in text
    assert "13912345678" not in text
    await resident.open(f"{own[:-1]}{'A' if own[-1] != 'A' else 'B'}")
    assert resident.status == 404

    assert row.number in await point.open("/staff/referrals")
    assert row.number not in await neighbour.open("/staff/referrals")
    await neighbour.open(f"/staff/referrals/{row.number}")
    assert neighbour.status == 404
    page = f"/staff/referrals/{row.number}"
    text = await point.open(page)
    assert "139****5678" in text
    assert "会砍竹子" in await point.send(f"{page}/contact")
    await point.open(page)
    await point.send(f"{page}/steps/taken")
    text = await point.send(f"{page}/steps/matched", vacancy_id="")
    assert point.status == 422
    assert "请选择岗位" in text
    await point.send(f"{page}/steps/matched", vacancy_id="1", note="带身份证")
    assert "带身份证" in await resident.open(own)
    assert "给您找到岗位了" in resident.text
    assert "郑" not in resident.text  # who of the staff did it is theirs
    await point.send(f"{page}/steps/started")
    assert "您已上岗" in await resident.open(own)
    assert "还招 1 人" in await resident.open("/jobs/1")
    assert "72 小时内上岗" in await resident.open("/jobs/figures")


async def test_somebody_who_looks_for_any_work_says_where_they_live_and_can_withdraw_and_erase(app: Starlette) -> None:
    await build()
    resident = visit(app)
    assert f"within={FENGGANG}" in await resident.open("/jobs/application")
    assert f"within={LONGQUAN}" in await resident.open(f"/jobs/application?within={FENGGANG}")
    assert FENGQUAN in await resident.open(f"/jobs/application?within={LONGQUAN}")
    await resident.send(
        f"/jobs/application?within={LONGQUAN}", contact_name="李四", contact_phone="13912345678", division_code=FENGQUAN
    )
    own = urlsplit(resident.address).path
    assert (await resident.send(f"{own}/data")).startswith("{")
    await resident.open(own)
    assert "您的登记已撤回" in await resident.send(f"{own}/withdrawal", reason="找到了")
    await resident.send(f"{own}/erasure")
    row = await Referral.get()
    assert (row.stage, row.contact_name) == (ReferralStage.WITHDRAWN, "")


async def test_an_enterprise_offers_work_on_its_own_page_and_staff_take_it_off(app: Starlette) -> None:
    town = await build()
    owner, editor, stranger = await signed_in(app, town.owner), await signed_in(app, town.editor), visit(app)
    other = await signed_in(app, town.stranger)
    assert "竹料砍伐" in await owner.open(f"/my/enterprises/{CODE}")
    assert "竹料砍伐" in await owner.open(f"/my/enterprises/{CODE}/vacancies")
    new = f"/my/enterprises/{CODE}/vacancies/new"
    await other.open(new)
    assert other.status == 404
    await owner.open(new)
    text = await owner.send("", title="缝纫工", kind="full_time", places="3", wage_from_fen="3500", valid_until=f"{FAR}",
                            contact_phone="0851-7654321")  # fmt: skip
    assert "已存为草稿" in text
    row = await Vacancy.get(title="缝纫工")
    assert (row.wage_from_fen, row.division_id, row.contact_agreed_on) == (3_500_00, FENGQUAN, clock.today())
    await stranger.open(f"/jobs/{row.id}")
    assert stranger.status == 404
    await owner.send(f"/my/vacancies/{row.id}/publication")
    assert "0851-7654321" in await stranger.open(f"/jobs/{row.id}")
    found = (await stranger.open("/search?q=缝纫工")).split("<main")[1]
    assert f'href="/jobs/{row.id}"' in found
    assert "3,500" in found
    await other.open(f"/my/vacancies/{row.id}")
    assert other.status == 404
    assert "缝纫工" in await editor.open("/staff/vacancies")
    await editor.open(f"/staff/vacancies/{row.id}")
    await editor.send(f"/staff/vacancies/{row.id}/stop", reason="工资写错了")
    await stranger.open(f"/jobs/{row.id}")
    assert stranger.status == 404
    assert "工资写错了" in await owner.open(f"/my/vacancies/{row.id}")
    assert "缝纫工" not in await stranger.open("/jobs")
    assert f"/jobs/{row.id}" not in await stranger.open("/search?q=缝纫工")
    chief = await signed_in(app, town.centre)  # the trail is for who oversees the place
    assert "下架了岗位" in await chief.open(f"/staff/vacancies/{row.id}/history")


async def test_planted_contacts_and_words_are_nowhere_for_those_who_do_not_follow_them(
    app: Starlette, capfd: pytest.CaptureFixture[str]
) -> None:
    town = await build()
    row = await town.applied(**PLANTED)
    await town.move(row, "taken", 1)
    await town.move(row, "matched", 2, vacancy_id=town.vacancy.id)
    leaks: list[str] = []

    def look(where: str, text: str) -> None:
        if found := MARK.search(text):
            leaks.append(f"{where}: {text[max(0, found.start() - 60) : found.end() + 20]}")

    known = {"number": row.number, "secret": rules.secret_of(row.number), "credit_code": CODE, "code": CODE}
    paths = [one.path for one in app.routes if isinstance(one, Route) and "GET" in (one.methods or ())]
    paths = [one for one in paths if re.search(r"job|vacanc|referral|my/enterprises", one)]
    people = {"a stranger": visit(app), "the enterprise": await signed_in(app, town.owner)}
    people |= {"staff elsewhere": await signed_in(app, town.neighbour), "an editor": await signed_in(app, town.editor)}
    seen = 0
    for who, browser in people.items():
        for path in paths:
            filled = re.sub(r"\{(\w+)(:int)?\}", lambda one: "1" if one[2] else known.get(one[1], "1"), path)
            look(f"{who} at {path}", await browser.open(filled))
            assert browser.status < 500, path
            seen += browser.status == 200
        for document in documents(schema()._schema, [row.number]):
            if re.search(r"[rR]eferral|[vV]acanc", document):
                answer = await browser.http.post(
                    "/graphql", json={"query": document}, headers={"accept": "application/json"}
                )
                look(f"{who} asks {document[:60]}", answer.text)
    assert seen > 15
    for entry in await AuditEntry.all():
        look(f"the trail of {entry.operation}", str(entry.changes))
    for message in await OutboxMessage.all():
        look("an outbox row", f"{message.address} {message.values} {message.dedupe_key}")
        for locale in i18n.LOCALES:
            look(f"the mail {message.template}", " ".join(render_message(message.template, message.values, locale)))
    for told in await InboxMessage.all():
        look("an inbox", f"{told.subject} {told.text}")
    out = capfd.readouterr()
    look("the log", out.out + out.err)
    assert leaks == []
    assert await OutboxMessage.filter(template="job_step").count() == 3


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("jobs/list", {"place": CITY, "filter": {"isOpen": True, "within": FENGGANG, "text": "竹料"}, "first": 24}),
        ("jobs/job", {"number": 1}),
        ("jobs/figures", {"within": CITY, "from": "2026-01"}),
        ("jobs/apply", {"place": FENGQUAN, "number": 1, "isForOne": True}),
    ],
)
async def test_each_public_page_is_one_statement(engine: Engine, name: str, variables: dict[str, object]) -> None:
    from civicgraph.web.templating import document

    before = engine.statements
    assert await engine.fetch(document(name), variables, ANONYMOUS)
    assert engine.statements == before + 1


async def test_a_partner_applies_and_follows_by_graphql(app: Starlette) -> None:
    town = await build()
    await Vacancy.all().update(valid_until=FAR)
    http = visit(app).http
    apply = """mutation A($input: ApplyForJobInput!) { applyForJob(input: $input) {
      secret referral { number stage mayWithdraw } errors { field reason } } }"""
    given = {
        "vacancyId": town.vacancy.id,
        "divisionCode": FENGQUAN,
        "contactName": "李四",
        "contactPhone": "13912345678",
    }
    as_json = {"accept": "application/json"}
    answer = await http.post("/graphql", json={"query": apply, "variables": {"input": given}}, headers=as_json)
    found = answer.json()["data"]["applyForJob"]
    assert found["referral"]["stage"] == "APPLIED", answer.text
    own = {"number": found["referral"]["number"], "secret": found["secret"]}
    ask = """query($number: String!, $secret: String!) { trackedReferral(number: $number, secret: $secret) { stage wanted { title } }
      referral(number: $number) { contactName } referrals(first: 5) { nodes { number } } }"""
    data = (await http.post("/graphql", json={"query": ask, "variables": own}, headers=as_json)).json()["data"]
    assert data["trackedReferral"] == {"stage": "APPLIED", "wanted": {"title": "竹料砍伐"}}
    assert (data["referral"], data["referrals"]["nodes"]) == (None, [])
    assert operations.apply_for_job.name in {one.operation for one in await AuditEntry.all()}

"""E-mail that comes in: letters become reports and answers, once; machines and strangers get nothing done."""

from __future__ import annotations

import base64
import re
from email.message import EmailMessage
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr

from civicgraph import budgets, clock, crypto
from civicgraph import settings as configuration
from civicgraph.grievances import operations
from civicgraph.grievances.letters.letter import Letter, words_of_html
from civicgraph.grievances.letters.reading import Unreadable, read_json, read_raw
from civicgraph.grievances.models import (
    Channel,
    Grievance,
    GrievanceCategory,
    GrievanceStatus,
    GrievanceUpdate,
    HeldReport,
)
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.notifications.sending.webhooks import signature
from civicgraph.permissions import Role
from civicgraph.settings import Settings
from civicgraph.uploads.models import Upload
from tests.grievances.conftest import fill
from tests.support import city as place
from tests.support.city import FENGQUAN
from tests.support.mail import Mailbox
from tests.uploads.pictures import bomb, photo

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, of letters").decode()
FROM = "陈阿婆 <chen@example.cn>"
TEXT = "凤冈县龙泉街道凤泉社区三单元的路灯坏了两天，请打 13800001234 找我"


def letter(text: str = TEXT, subject: str = "路灯不亮", to: str = "in@city.example", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = headers.pop("From", FROM), to, subject
    made["Message-ID"] = headers.pop("Message_ID", "<one@example.cn>")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


async def passed_on(client: httpx.AsyncClient, body: bytes, kind: str = "message/rfc822", **changed: str) -> Any:
    now = int(clock.now().timestamp())
    headers = {
        "content-type": kind,
        "webhook-id": "m1",
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{signature(SECRET, 'm1', now, body)}",
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    return await client.post("/inbound/mail", content=body, headers=headers)


@pytest.fixture
async def post(
    client: httpx.AsyncClient, settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> httpx.AsyncClient:
    """The small city, which takes letters."""
    monkeypatch.setattr(budgets, "shared", budgets.Budgets())
    given = {"mail_in_secret": SecretStr(SECRET), "mail_in_address": "in@city.example", "smtp_url": mailbox.url}
    configuration.use(settings.model_copy(update=given))
    await fill()
    return client


async def test_a_letter_becomes_a_report_and_its_sender_gets_the_way_to_follow_it(
    post: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    made = letter()
    made.add_attachment(photo(), "image", "jpeg", filename="灯.jpg")
    answer = await passed_on(post, made.as_bytes())
    assert answer.json()["result"] == "filed"
    row = await Grievance.get()
    assert (row.channel, row.division_id, row.category_id) == (Channel.EMAIL, FENGQUAN, "lighting")
    assert (crypto.decrypt(row.contact_name), row.contact_email_masked) == ("陈阿婆", "c***@example.cn")
    assert row.description == f"路灯不亮\n{TEXT}"
    assert "13800001234" not in row.public_text
    assert await Upload.filter(subject_type="Grievance", subject_id=row.id, is_public=False).count() == 1
    path = re.compile(r"http://\S+(/track/ZY-\S+)")
    assert "/track/" not in str((await OutboxMessage.get()).values)
    await deliver_due()
    (mail,) = mailbox.to("chen@example.cn")
    assert row.number in mail["Subject"]
    found = path.search(mail.get_content())
    assert found
    assert (await post.get(found[1])).status_code == 200


async def test_who_writes_what_was_reported_is_told_so_with_a_way_to_follow_it(
    post: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    await passed_on(post, letter().as_bytes())
    first = await Grievance.get()
    await passed_on(post, letter(Message_ID="<hidden@example.cn>").as_bytes())
    hidden = await Grievance.exclude(id=first.id).get()
    await Grievance.filter(id=hidden.id).update(is_public=False)
    neighbour = {"From": "王大爷 <wang@example.cn>", "Message_ID": "<two@example.cn>"}
    await passed_on(post, letter(**neighbour).as_bytes())
    other = {"From": "李四 <li@example.cn>", "Message_ID": "<three@example.cn>"}
    await passed_on(post, letter("凤冈县龙泉街道凤泉社区有人高空抛物", subject="太危险", **other).as_bytes())
    await deliver_due()
    (mail,) = mailbox.to("wang@example.cn")
    text = mail.get_content()
    assert "可能已经有人反映过同样的问题" in text
    there = re.findall(r"http://[^/\s]+(/grievances/\S+/following)", text)
    assert there == [f"/grievances/{first.number}/following"]
    assert (await post.get(there[0])).status_code == 200
    (mail,) = mailbox.to("li@example.cn")
    assert "/following" not in mail.get_content()


async def test_the_same_letter_twice_is_one_report_and_one_answer(post: httpx.AsyncClient, mailbox: Mailbox) -> None:
    first = await passed_on(post, letter().as_bytes())
    again = await passed_on(post, letter().as_bytes())
    assert first.json() == again.json()
    assert await Grievance.all().count() == 1
    await deliver_due()
    assert len(mailbox.messages) == 1


async def test_a_letter_that_names_no_community_waits_for_staff_to_place_it(
    post: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    answer = await passed_on(post, letter("我家门口的路灯坏了").as_bytes())
    assert answer.json()["result"] == "held"
    held = await HeldReport.get()
    assert (held.cause, held.division_code) == ("place", place.CITY)
    await deliver_due()
    assert held.number in mailbox.messages[0]["Subject"]
    await place.sign_in(post, "dispatch", Role.DISPATCHER, place.CITY)
    page = (await post.get("/staff/held")).text
    assert "电子邮件" in page
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    data = {"csrf": token[1], "division_code": FENGQUAN, "category": "gas"}
    assert (await post.post(f"/staff/held/{held.number}/release", data=data)).status_code == 303
    assert (await Grievance.get()).category_id == "gas"


async def test_danger_without_a_place_calls_the_nearest_dispatchers_at_once(post: httpx.AsyncClient) -> None:
    await place.person("centre", Role.DISPATCHER, place.CITY)
    await passed_on(post, letter("我家燃气泄漏，闻到很重的味道", subject="救命").as_bytes())
    await passed_on(post, letter("我家门口的路灯坏了", Message_ID="<two@example.cn>").as_bytes())
    assert [one.subject[:6] for one in await InboxMessage.all().order_by("id")] == ["有人报告险情", "有一件诉求待"]
    await deliver_due()
    told = {one.values["danger"] for one in await OutboxMessage.filter(template="mail_received")}
    assert told == {"", "这可能有危险。如果有人正处在危险中，请先离开现场并拨打：119（火警、救援）。"}


async def test_an_answer_to_a_notice_is_the_residents_words(post: httpx.AsyncClient, mailbox: Mailbox) -> None:
    dispatcher = await place.person("dispatcher", Role.DISPATCHER, FENGQUAN, email="d@example.cn")
    await passed_on(post, letter().as_bytes())
    row = await Grievance.get()
    await operations.accept_grievance(dispatcher, {"number": row.number, "version": row.version})
    await deliver_due()
    notice = mailbox.to("chen@example.cn")[-1]
    quoted = "灯又亮了，13800001234\n\n在 2026年5月22日，市政写道：\n> 已受理"
    body = letter(quoted, "答复: " + notice["Subject"], notice["Reply-To"], Message_ID="<two@example.cn>")
    assert (await passed_on(post, body.as_bytes())).json() == {"result": "answered", "number": row.number}
    await passed_on(post, body.as_bytes())
    written = await GrievanceUpdate.filter(verb="comment")
    assert [(one.by_line, one.internal_note, one.public_note) for one in written] == [
        ("反映人", "灯又亮了，13800001234", "")
    ]
    told = await InboxMessage.filter(person_id=dispatcher.person_id).order_by("-id").first()
    assert told
    assert "反映人来信" in told.subject
    assert await Grievance.all().count() == 1


async def test_an_answer_to_a_question_sends_the_report_again(post: httpx.AsyncClient, mailbox: Mailbox) -> None:
    dispatcher = await place.person("dispatcher", Role.DISPATCHER, FENGQUAN)
    await passed_on(post, letter().as_bytes())
    row = await Grievance.get()
    step = {"number": row.number, "version": row.version, "reason": "哪一栋？"}
    await operations.return_grievance(dispatcher, step)
    await deliver_due()
    to = mailbox.to("chen@example.cn")[-1]["Reply-To"]
    await passed_on(post, letter("三栋", "Re: 哪一栋", to, Message_ID="<two@example.cn>").as_bytes())
    row = await Grievance.get()
    assert row.status is GrievanceStatus.SUBMITTED
    assert row.description.endswith("\n三栋")


async def test_a_reference_that_is_not_ours_adds_nothing_to_a_report(post: httpx.AsyncClient) -> None:
    await passed_on(post, letter().as_bytes())
    row = await Grievance.get()
    forged = f"in+r{row.id}.{'0' * 32}@city.example"
    answer = await passed_on(post, letter(to=forged, Message_ID="<two@example.cn>").as_bytes())
    assert answer.json()["result"] == "filed"
    assert not await GrievanceUpdate.filter(verb="comment").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.example.cn>"},
        {"Return_Path": "<>"},
        {"X_Loop": "civicgraph"},
        {"From": "MAILER-DAEMON@example.cn"},
        {"From": "no-reply@example.cn"},
        {"From": "civicgraph@localhost"},
        {"Message_ID": "<0123456789abcdef@civicgraph>"},
    ],
    ids=str,
)
async def test_what_a_machine_wrote_is_answered_by_nothing(post: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await passed_on(post, letter(**headers).as_bytes())
    assert (answer.status_code, answer.json()["result"]) == (200, "ignored")
    assert not await OutboxMessage.exists()
    assert not await Grievance.exists()


async def test_only_what_is_signed_now_is_taken(post: httpx.AsyncClient, settings: Settings) -> None:
    body = letter().as_bytes()
    old = int(clock.now().timestamp()) - 301
    for changed in (
        {"webhook_signature": "v1,AAAA"},
        {"webhook_signature": ""},
        {"webhook_id": "m2"},
        {"webhook_timestamp": str(old), "webhook_signature": f"v1,{signature(SECRET, 'm1', old, body)}"},
        {"webhook_timestamp": "now"},
    ):
        assert (await passed_on(post, body, **changed)).status_code == 401
    configuration.use(settings)
    assert (await passed_on(post, body)).status_code == 404
    assert not await Grievance.exists()


async def test_letters_are_bounded_by_size_and_by_rate(post: httpx.AsyncClient, settings: Settings) -> None:
    now = configuration.current()
    configuration.use(now.model_copy(update={"mail_in_megabytes": 1, "reports_per_minute": 1}))
    assert (await passed_on(post, letter("长" * 500_000).as_bytes())).status_code == 413
    assert (await passed_on(post, letter().as_bytes())).status_code == 200
    flood = await passed_on(post, letter(Message_ID="<two@example.cn>").as_bytes())
    assert (flood.status_code, flood.headers["retry-after"]) == (429, "60")
    other = await passed_on(post, letter(From="li@example.cn", Message_ID="<three@example.cn>").as_bytes())
    assert other.json()["result"] == "filed"


async def test_the_form_of_a_provider_is_taken(post: httpx.AsyncClient) -> None:
    picture = {"Name": "灯.jpg", "ContentType": "image/jpeg", "Content": base64.b64encode(photo()).decode()}
    given = {
        "FromFull": {"Email": "chen@example.cn", "Name": "陈阿婆"},
        "Subject": "路灯不亮",
        "TextBody": "",
        "HtmlBody": f"<style>p{{}}</style><p>{TEXT}</p><script>alert(1)</script>",
        "Headers": [{"Name": "Message-ID", "Value": "<p@example.cn>"}],
        "Attachments": [picture, {"Name": "bad.png", "ContentType": "image/png", "Content": "AAAA"}],
    }
    answer = await passed_on(post, orjson.dumps(given), "application/json")
    assert answer.json()["result"] == "filed"
    row = await Grievance.get()
    assert row.description == f"路灯不亮\n{TEXT}"
    assert await Upload.filter(subject_id=row.id).count() == 1
    assert (await OutboxMessage.get()).values["lost"] == 1


HOSTILE = {
    "empty": b"",
    "no headers": b"\x00\xff\xfe only bytes",
    "a header that breaks the parser": b"From: =?utf-8?b?\xff?= <a@b.cn>\r\nSubject: =?x-none?q?=FF?=\r\n\r\nxxxxx",
    "a thousand parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(1000)
    ),
    "line breaks in the subject": b"From: a@b.cn\r\nSubject: a\r\n =?utf-8?q?x=0ABcc:_evil=40b.cn?=\r\n\r\nwords of a letter",
    "an unknown charset": b"From: a@b.cn\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xe8\xb7\xaf\xe7\x81\xaf\xe5\x9d\x8f\xe4\xba\x86",
    "half a surrogate": b'From: a@b.cn\r\nContent-Type: text/plain; charset="utf-7"\r\n\r\n+2AA-+AAA- and words',
    "a bomb": letter().as_bytes(),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_letter_breaks_nothing(post: httpx.AsyncClient, mailbox: Mailbox, name: str) -> None:
    body = HOSTILE[name]
    if name == "a bomb":
        made = letter()
        made.add_attachment(bomb(), "image", "png", filename="../../etc/passwd.png")
        body = made.as_bytes()
    answer = await passed_on(post, body)
    assert answer.status_code in (200, 400, 422), answer.text
    await deliver_due()
    for mail in mailbox.messages:
        assert mail["Bcc"] is None
        assert mail["To"] in ("a@b.cn", "chen@example.cn")
    for bad in (b"[]", b"{", b'{"Attachments":[{"Name":"a.png","Content":"?"}]}', b'{"From":5,"Headers":[1]}'):
        assert (await passed_on(post, bad, "application/json")).status_code in (200, 400, 422)


async def test_a_letter_about_somebodys_own_affair_is_never_refused_though_nobody_can_be_reached(
    post: httpx.AsyncClient,
) -> None:
    await GrievanceCategory.filter(code="lighting").update(is_personal=True)
    answer = await passed_on(post, letter(From="nobody").as_bytes())
    assert answer.status_code == 200
    row = await Grievance.get()
    assert (row.category_id, row.contact_email, row.is_public) == ("lighting", "", False)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "subject", "headers", "is_chinese"),
    [
        ("\n", "", {"From": "li@example.cn"}, True),
        (" \r\n-- \r\nLi", "", {"From": "li@example.cn"}, True),
        ("\n", "IMG_2041", {"From": "li@example.cn"}, True),
        ("\n", "", {"From": "Li <li@example.cn>", "Accept_Language": "zh-CN"}, True),
        ("\n", "", {"From": "Li <li@example.cn>", "Accept_Language": "en-US"}, False),
        ("\n", "", {"Accept_Language": "en-US"}, True),
        ("\n", "street lamp broken", {"From": "li@example.cn"}, False),
        ("The lamp is broken.\n\n2026年5月20日 凤泉社区 写道：\n> 路灯", "Re: 路灯", {"From": "li@example.cn"}, False),
        ("灯坏了", "lamp is broken", {"From": "Li <li@example.cn>", "Accept_Language": "en-US"}, True),
    ],
)
async def test_an_empty_letter_is_answered_in_its_senders_language_as_far_as_that_is_known(
    post: httpx.AsyncClient, text: str, subject: str, headers: dict[str, str], is_chinese: bool
) -> None:
    answer = await passed_on(post, letter(text, subject, **headers).as_bytes())
    assert answer.status_code == 200
    (told,) = await OutboxMessage.filter(template="mail_received")
    words, _ = render_message(told.template, {**told.values, "link": ""}, told.locale)
    assert words.startswith("您的来信已收到" if is_chinese else "We have your letter")


def test_words_are_what_the_sender_wrote() -> None:
    def own(text: str) -> str:
        return Letter({}, "a@b.cn", "", "", text, "<x>").own_words

    assert own("修好了\n-- \n陈") == "修好了"
    assert own("修好了\nOn Fri, 22 May 2026, City <in@city.example> wrote:\n> old") == "修好了"
    assert own("修好了\n\n------------------ 原始邮件 ------------------\n发件人: 市政") == "修好了"
    assert own("发件人很多，路灯坏了") == "发件人很多，路灯坏了"
    assert words_of_html("<p>一<br>二</p><script>x</script>") == "一\n二"


def test_letters_inside_a_letter_are_not_its_words() -> None:
    outer = letter()
    outer.add_attachment(letter("别人的信"))
    assert read_raw(outer.as_bytes()).own_words == TEXT
    with pytest.raises(Unreadable):
        read_json(b"null")


async def test_a_letter_whose_words_name_no_category_of_the_city_waits_for_a_dispatcher_to_choose_one(
    post: httpx.AsyncClient,
) -> None:
    await place.person("centre", Role.DISPATCHER, FENGQUAN)
    text = "凤冈县龙泉街道凤泉社区门口的大树倒了，请来看看"
    answer = await passed_on(post, letter(text, subject="请帮忙").as_bytes())
    assert answer.json()["result"] == "held"
    held = await HeldReport.get()
    assert (held.cause, held.division_code) == ("category", FENGQUAN)
    assert [one.link for one in await InboxMessage.all()] == ["/staff/held"]
    await place.sign_in(post, "dispatch", Role.DISPATCHER, FENGQUAN)
    page = (await post.get("/staff/held")).text
    assert "类别不明" in page
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    refused = await post.post(f"/staff/held/{held.number}/release", data={"csrf": csrf, "category": ""})
    assert refused.status_code == 422
    given = {"csrf": csrf, "category": "gas"}
    assert (await post.post(f"/staff/held/{held.number}/release", data=given)).status_code == 303
    row = await Grievance.get()
    assert (row.number, row.category_id, row.channel) == (held.number, "gas", Channel.EMAIL)


async def test_the_settings_say_which_category_a_letter_gets_whose_words_name_none(
    post: httpx.AsyncClient, settings: Settings
) -> None:
    configuration.use(configuration.current().model_copy(update={"mail_in_category": "lighting"}))
    text = "凤冈县龙泉街道凤泉社区门口的大树倒了，请来看看"
    answer = await passed_on(post, letter(text, subject="请帮忙").as_bytes())
    assert answer.json()["result"] == "filed"
    assert (await Grievance.get()).category_id == "lighting"

"""The staff's pages of notices, as a browser without JavaScript walks them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import crypto
from civicgraph import settings as configuration
from civicgraph.notifications import rendering
from civicgraph.notifications.catalogue import BLOCKS, EXAMPLES, MESSAGES, PLACEHOLDERS, examples
from civicgraph.notifications.models import (
    ChatRobot,
    EndpointState,
    MessageState,
    MessageTemplate,
    NoticePreference,
    OutboxMessage,
    Webhook,
)
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Role
from tests.support import city as place
from tests.support.browser import Browser, signed_in
from tests.support.city import CITY, FENGGANG

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcd-1234"


@pytest.fixture
async def centre(app: Starlette) -> AsyncIterator[Browser]:
    """The city's administrator at work."""
    await place.build()
    made = await signed_in(app, await place.person("centre", Role.ADMINISTRATOR, CITY))
    yield made
    await made.http.aclose()


async def test_one_chooses_how_one_is_told(centre: Browser) -> None:
    await centre.open("/staff/notices")
    await centre.send(by_email="true", digest_minutes="30", quiet_from="22:00", quiet_until="")
    assert centre.status == 422
    await centre.send(by_email="true", digest_minutes="30", quiet_from="22:00", quiet_until="07:00")
    row = await NoticePreference.get()
    assert (row.by_email, row.digest_minutes, row.quiet_from, row.quiet_until) == (True, 30, 1320, 420)
    assert 'value="22:00"' in await centre.open("/staff/notices")


async def test_a_robot_is_added_tried_paused_and_removed(centre: Browser) -> None:
    await centre.open("/staff/robots")
    robot = {"division_code": FENGGANG, "kind": "wecom", "name": "凤冈工作群", "notices": ["grievance_overdue"]}
    await centre.send("/staff/robots", **robot, url="https://elsewhere.example/x?key=1")
    assert centre.status == 422
    await centre.send("/staff/robots", **robot, url=WECOM)
    row = await ChatRobot.get()
    assert "abcd-1234" not in centre.text
    assert "凤冈工作群" in centre.text
    await centre.send(f"/staff/robots/{row.id}/test")
    assert "凤冈工作群" in await centre.open("/staff/outbox?channel=wecom")
    await centre.open("/staff/robots")
    for noun, state in (("pause", "paused"), ("resumption", "active"), ("removal", "removed")):
        await centre.send(f"/staff/robots/{row.id}/{noun}")
        assert (await ChatRobot.get()).state is EndpointState(state)
    assert await OutboxMessage.filter(robot_id=row.id).count() == 1


async def test_a_robot_gets_another_name_address_and_secret_and_shows_what_became_of_its_test(centre: Browser) -> None:
    await centre.open("/staff/robots")
    robot = {"division_code": FENGGANG, "kind": "feishu", "name": "凤冈工作群", "notices": ["grievance_overdue"]}
    old, new = (f"https://open.feishu.cn/open-apis/bot/v2/hook/{one}" for one in ("old-1111", "new-2222"))
    await centre.send("/staff/robots", **robot, url=old, secret="first")
    row = await ChatRobot.get()
    address = f"/staff/robots/{row.id}"
    page = await centre.open(address)
    assert 'value="凤冈工作群"' in page
    assert "old-1111" not in page
    await centre.send(address, name="凤冈值班群", url="https://elsewhere.example/x")
    assert (centre.status, (await ChatRobot.get()).name) == (422, "凤冈工作群")
    await centre.open(address)
    await centre.send(address, name="凤冈值班群", notices=[], digest_minutes="15")
    row = await ChatRobot.get()
    assert (row.name, row.notices, row.digest_minutes) == ("凤冈值班群", [], 15)
    assert (crypto.decrypt(row.url), crypto.decrypt(row.secret)) == (old, "first")
    await centre.send(address, url=new, secret="second")
    row = await ChatRobot.get()
    assert (crypto.decrypt(row.url), crypto.decrypt(row.secret), row.url_masked[-4:]) == (new, "second", "2222")
    await centre.send(address, is_unsigned="true")
    assert (await ChatRobot.get()).secret == ""
    shown = await centre.send(f"{address}/test")
    assert "机器人试发" in shown or "robot" in shown
    await OutboxMessage.all().update(last_error="HTTP 502", attempts=1)
    assert "HTTP 502" in await centre.open(address)
    assert "second" not in str([one.changes for one in await AuditEntry.all()])


async def test_a_webhook_gets_another_name_address_types_and_secret(centre: Browser) -> None:
    await centre.open("/staff/webhooks")
    await centre.send(
        "/staff/webhooks", division_code=CITY, name="小程序", url="https://partner.example/e?k=1", types=[]
    )
    row = await Webhook.get()
    before = row.secret
    address = f"/staff/webhooks/{row.id}"
    await centre.open(address)
    await centre.send(address, name="新小程序", types=["grievance.step"])
    row = await Webhook.get()
    assert (row.name, row.types, crypto.decrypt(row.url)) == (
        "新小程序",
        ["grievance.step"],
        "https://partner.example/e?k=1",
    )
    await centre.send(address, url="https://partner.example/new?k=2")
    assert crypto.decrypt((await Webhook.get()).url) == "https://partner.example/new?k=2"
    await centre.send(f"{address}/secret")
    row = await Webhook.get()
    assert row.secret != before
    assert crypto.decrypt(row.secret) in centre.text
    assert crypto.decrypt(row.secret) not in await centre.open(address)
    assert "webhook.test" in await centre.send(f"{address}/test")


async def test_a_webhook_shows_its_secret_once_and_its_deliveries(centre: Browser) -> None:
    await centre.open("/staff/webhooks")
    await centre.send(
        "/staff/webhooks", division_code=CITY, name="小程序", url="https://partner.example/e?key=k-1", types=[]
    )
    assert "whsec_" in centre.text
    assert "whsec_" not in await centre.open("/staff/webhooks")
    row = await Webhook.get()
    await centre.send(f"/staff/webhooks/{row.id}/test")
    assert "webhook.test" in await centre.open(f"/staff/outbox?webhook={row.id}")
    await OutboxMessage.all().update(state=MessageState.SENT)
    await centre.open(f"/staff/webhooks/{row.id}/replay")
    await centre.send(f"/staff/webhooks/{row.id}/replay", event_id="nothing")
    assert centre.status == 422
    await centre.send(f"/staff/webhooks/{row.id}/replay", event_id="", since="2020-01-01T00:00")
    assert (await OutboxMessage.get()).state is MessageState.PENDING
    await OutboxMessage.all().update(state=MessageState.PARKED)
    await centre.open("/staff/outbox?view=parked&channel=webhook")
    await centre.send("/staff/outbox/resending")
    assert (await OutboxMessage.get()).state is MessageState.PENDING
    await centre.open("/staff/webhooks")
    for noun in ("pause", "resumption", "removal"):
        await centre.send(f"/staff/webhooks/{row.id}/{noun}")
    assert (await Webhook.get()).state is EndpointState.REMOVED


async def test_the_city_writes_its_own_words_tries_them_and_goes_back(centre: Browser) -> None:
    assert "诉求超时提醒" in await centre.open("/staff/messages")
    path = "/staff/messages/grievance_overdue/zh"
    await centre.open(path)
    assert "{{ number }}" in centre.text
    await centre.send(path, subject="超时：{{ nobody }}", text="请尽快办理。")
    assert centre.status == 422
    assert "{{ nobody }}" in centre.text
    for wrong in ("{% for x in y %}", "{{ 7*7 }}", "{{ number.__class__ }}", "{{ number }", "{{{{ number }}"):
        await centre.send(path, subject="超时", text=wrong)
        assert centre.status == 422, wrong
    typed = {**dict(centre.form(path).pairs), "subject": "超时 {{ number }}", "text": "{{what}}\n请看 {{ link }}"}
    tried = await centre.http.post(f"{path}/preview", data=typed)
    assert (tried.status_code, "超时 ZY-0528-7F3K" in tried.text) == (200, True)
    assert not await MessageTemplate.exists()
    await centre.open(path)
    await centre.send(path, subject="超时 {{ number }}", text="{{what}}\n请看 {{ link }}")
    said = await rendering.said_by("grievance_overdue", {**EXAMPLES, "number": "{{ link }}"}, "zh")
    assert said.subject == "超时 {{ link }}", "a value is no template"
    assert said.text.endswith("请看 http://127.0.0.1:8000/grievances/ZY-0528-7F3K")
    trail = await AuditEntry.all().order_by("-id").first()
    assert trail is not None
    assert trail.changes["subject"] == ["", "超时 {{ number }}"]
    await centre.open(path)
    await centre.send(f"{path}/original")
    assert (await rendering.said_by("grievance_overdue", EXAMPLES, "zh")).subject.startswith("已超时")
    assert not await MessageTemplate.exists()


async def test_words_of_a_booking_are_the_city_s_own_and_never_lose_the_way_to_give_a_place_back(
    centre: Browser,
) -> None:
    path = "/staff/messages/booking_step/zh"
    await centre.open(path)
    assert dict(centre.form(path).pairs)["subject"] == "{{ headline }}"
    assert "{{ own }}" in centre.text
    await centre.send(path, subject="报名：{{ name }}", text="{{ what }}")
    assert centre.status == 422
    assert "{{ own }}" in centre.text
    await centre.send(path, subject="报名：{{ name }}", text="{{ what }}\n{{ where }}\n{{ own }}")
    row = await MessageTemplate.get()
    given = {**examples("booking_step"), "state": "waiting", "number": "R00001"}
    said = await rendering.said_by("booking_step", given, "zh")
    assert said.subject == "报名：美术馆之夜 · 手绘帆布包"
    assert "候补第 3 位" in said.text
    assert "/my-booking/R00001/" in said.text
    assert row.version == 1


async def test_only_the_city_s_administrators_write_its_words(app: Starlette, centre: Browser) -> None:
    other = await signed_in(app, await place.person("county", Role.ADMINISTRATOR, FENGGANG))
    assert "grievance_overdue" not in await other.open("/staff/messages")
    assert other.status == 404
    await other.http.aclose()


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_an_example_of_all_it_needs_and_words_for_each_placeholder(name: str, locale: str) -> None:
    configuration.use(configuration.current())
    values: dict[str, Any] = examples(name)
    subject, text = rendering.render_message(name, values, locale)
    assert subject
    assert text
    offered = rendering.offered(name)
    assert offered
    assert all(one in BLOCKS or one in PLACEHOLDERS for one in offered)
    assert "{{" not in "".join(
        rendering.fill(name, *[" ".join(f"{{{{{one}}}}}" for one in offered)] * 2, values, locale)
    )

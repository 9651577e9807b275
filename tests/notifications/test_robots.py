"""Robots of chat groups: each in its own form and signed as it wants, and a refusal in a 200 is a refusal."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from civicgraph import clock, crypto
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.graph.engine import Engine
from civicgraph.notifications import operations
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import ChatRobot, MessageState, OutboxMessage, RobotKind
from civicgraph.notifications.operations import notify_robots
from civicgraph.notifications.sending.robots import PATHS
from civicgraph.operations import Forbidden, InvalidInput, NotFound
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG
from tests.support.listener import Listener

SECRET = "SEC0123456789abcdef"


@pytest.fixture
def chat(connected: Settings) -> Iterator[Listener]:
    """A chat's server that the settings let us reach."""
    with Listener() as made:
        values = {"outgoing_networks": "127.0.0.0/8", "outgoing_ports": str(made.port)}
        configuration.use(connected.model_copy(update=values))
        yield made


@pytest.fixture
async def centre(lin: Person) -> Actor:
    """The county's centre."""
    return await place.person("centre", Role.SUPERVISOR, FENGGANG)


async def add(actor: Actor, chat: Listener, kind: RobotKind = RobotKind.WECOM, **values: Any) -> ChatRobot:
    """Add a robot of the listener's chat."""
    given = {"division_code": FENGGANG, "kind": kind, "name": "凤冈工作群", "url": chat.url + PATHS[kind] + "k-1234"}
    row: ChatRobot = await operations.add_robot(actor, {**given, **values})
    return row


async def say(**values: Any) -> None:
    """A notice about 凤泉社区."""
    given = {"dedupe": "1", "division_code": FENGQUAN, "link": "/staff/grievances/ZY-1", **values}
    await notify_robots(given.pop("template", "lamp"), {"what": given.pop("what", "路灯坏了")}, **given)


async def test_wecom_is_told_in_a_text(centre: Actor, chat: Listener) -> None:
    await add(centre, chat)
    await say()
    assert await deliver_due() == 1
    (posted,) = chat.posted
    assert posted.path == "/cgi-bin/webhook/send?key=k-1234"
    assert posted.json["msgtype"] == "text"
    assert posted.json["text"]["content"].startswith("办好了: 路灯坏了\n")
    assert posted.json["text"]["content"].endswith("http://127.0.0.1:8000/staff/grievances/ZY-1")


async def test_dingtalk_is_signed_in_its_address(centre: Actor, chat: Listener) -> None:
    await add(centre, chat, RobotKind.DINGTALK, secret=SECRET)
    await say()
    assert await deliver_due() == 1
    asked = {key: one[0] for key, one in parse_qs(urlsplit(chat.posted[0].path).query).items()}
    wanted = hmac.new(SECRET.encode(), f"{asked['timestamp']}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(asked["sign"]) == wanted
    assert (asked["access_token"], len(asked["timestamp"])) == ("k-1234", 13)
    assert chat.posted[0].json["msgtype"] == "text"


async def test_feishu_is_signed_in_its_body(centre: Actor, chat: Listener) -> None:
    await add(centre, chat, RobotKind.FEISHU, secret=SECRET)
    await say()
    assert await deliver_due() == 1
    body = chat.posted[0].json
    wanted = hmac.new(f"{body['timestamp']}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    assert base64.b64decode(body["sign"]) == wanted
    post = body["content"]["post"]["zh_cn"]
    assert (body["msg_type"], post["title"], len(body["timestamp"])) == ("post", "办好了: 路灯坏了", 10)
    assert post["content"][-1][0]["href"].endswith("/staff/grievances/ZY-1")


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        (200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', "RobotRefused 93000"),
        (200, b'{"errcode":310000,"errmsg":"sign not match"}', "RobotRefused 310000"),
        (200, b'{"code":19021,"msg":"sign match fail"}', "RobotRefused 19021"),
        (200, b"<html>a portal</html>", "RobotRefused 200"),
        (200, b"[]", "RobotRefused 200"),
        (502, b"", "RobotRefused 502"),
        (429, b'{"code":0}', "RobotRefused 429"),
    ],
)
async def test_a_code_other_than_0_is_a_failure_whatever_the_status(
    centre: Actor, chat: Listener, status: int, answer: bytes, told: str
) -> None:
    await add(centre, chat)
    await say()
    chat.status, chat.answer = status, answer
    assert await deliver_due() == 0
    row = await OutboxMessage.get()
    assert (row.state, row.last_error, row.attempts) == (MessageState.PENDING, told, 1)


async def test_a_robot_is_told_of_its_place_and_kinds_alone_and_not_twenty_times_a_minute(
    centre: Actor, chat: Listener
) -> None:
    await add(centre, chat, notices=["grievance_overdue"])
    await say()
    await say(division_code="520323104001", template="grievance_overdue")
    assert await OutboxMessage.all().count() == 0
    await add(centre, chat)
    for number in range(12):
        await say(dedupe=str(number), what=f"第{number:02}件")
    assert await deliver_due() == 12
    text = chat.posted[0].json["text"]["content"]
    assert len(chat.posted) == 1
    assert text.index("第00件") < text.index("第01件") < text.index("第11件")
    assert len(text.encode()) <= 2_048


async def test_an_address_is_kept_encrypted_and_shown_masked(engine: Engine, centre: Actor, chat: Listener) -> None:
    row = await add(centre, chat, RobotKind.DINGTALK, secret=SECRET)
    assert "k-1234" not in row.url + row.url_masked
    assert crypto.decrypt(row.url).endswith("k-1234")
    trail = " ".join(str(one.changes) for one in await AuditEntry.all())
    assert "k-1234" not in trail
    assert SECRET not in trail
    asked = "{ chatRobots { nodes { number name kind urlMasked state } } }"
    (seen,) = (await engine.read(asked, {}, centre))["chatRobots"]["nodes"]
    assert (seen["name"], seen["kind"]) == ("凤冈工作群", "DINGTALK")
    neighbour = await place.person("neighbour", Role.SUPERVISOR, SUIYANG)
    assert (await engine.read(asked, {}, neighbour))["chatRobots"]["nodes"] == []
    for operation in (operations.pause_robot, operations.test_robot, operations.remove_robot):
        with pytest.raises(NotFound):
            await operation(neighbour, {"id": row.id})
    dispatcher = await place.person("dispatcher", Role.DISPATCHER, FENGGANG)
    with pytest.raises(Forbidden):
        await add(dispatcher, chat)


async def test_a_robot_is_tried_paused_and_removed(centre: Actor, chat: Listener) -> None:
    row = await add(centre, chat)
    await operations.test_robot(centre, {"id": row.id})
    assert await deliver_due() == 1
    assert "凤冈工作群" in chat.posted[0].json["text"]["content"]
    await operations.pause_robot(centre, {"id": row.id})
    await say()
    assert await OutboxMessage.filter(state=MessageState.PENDING).count() == 0
    await operations.resume_robot(centre, {"id": row.id})
    await say()
    await operations.remove_robot(centre, {"id": row.id})
    await deliver_due()
    gone = await ChatRobot.get(id=row.id)
    assert (gone.url, gone.secret, len(chat.posted)) == ("", "", 1)


async def test_what_is_no_robot_s_address_is_refused_with_words(centre: Actor, chat: Listener) -> None:
    for url in (
        "http://10.0.0.1/cgi-bin/webhook/send?key=1",
        chat.url + "/elsewhere",
        "no address",
        chat.url + "/robot/send?access_token=1",
    ):
        with pytest.raises(InvalidInput) as caught:
            await add(centre, chat, url=url)
        assert "/cgi-bin/webhook/send?key=" in caught.value.errors[0].message


async def test_a_robot_is_quiet_in_the_city_s_hours_unless_it_has_its_own_and_says_at_once_what_is_critical(
    centre: Actor, chat: Listener
) -> None:
    configuration.use(configuration.current().model_copy(update={"quiet_hours": "22:00-07:00"}))
    await add(centre, chat, name="照全市")
    await add(centre, chat, name="从不安静", quiet_from=0, quiet_until=0)
    await add(centre, chat, name="自定", quiet_from=60, quiet_until=120)
    night = datetime(2026, 5, 20, 23, 30, tzinfo=clock.CITY_ZONE)
    with clock.override(night):
        await say(dedupe="1", what="路灯坏了")
        await deliver_due()
        assert len(chat.posted) == 2
        await say(dedupe="2", what="燃气泄漏", is_critical=True)
        await deliver_due()
        assert len(chat.posted) == 5
    with clock.override(night + timedelta(hours=7, minutes=29)):
        assert await deliver_due() == 0
    with clock.override(night + timedelta(hours=7, minutes=30)):
        assert await deliver_due() == 1
    assert "路灯坏了" in chat.posted[-1].json["text"]["content"]

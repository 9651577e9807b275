"""Speaking in chat groups by the robots of WeCom 企业微信, DingTalk 钉钉 and Feishu 飞书.

Each has its own form of message and signing, and each answers HTTP 200 with a code that says whether it
took the message. The rules are those of the vendors' documentation, November 2026:

- WeCom: the key in the address is all; text of at most 2,048 bytes; `errcode` 0; 20 messages a minute.
- DingTalk: `timestamp` (ms) and `sign` in the address, HMAC-SHA256 keyed with the secret over both;
  `errcode` 0; 20 messages a minute, then silenced for ten.
- Feishu: `timestamp` (s) and `sign` in the body, HMAC-SHA256 of nothing keyed with both; `code` 0; 20 KB.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

import orjson

from civicgraph import clock, crypto, outgoing
from civicgraph.notifications.models import ChatRobot, EndpointState, RobotKind
from civicgraph.notifications.rendering import Said
from civicgraph.notifications.sending.batch import Batch
from civicgraph.settings import Settings

SECONDS = 8
PATHS = {
    RobotKind.WECOM: "/cgi-bin/webhook/send?key=",
    RobotKind.DINGTALK: "/robot/send?access_token=",
    RobotKind.FEISHU: "/open-apis/bot/v2/hook/",
}
"""What the address of a robot goes on with, after its host."""
_WECOM_BYTES, _OTHER_BYTES = 2_048, 18_000


class RobotRefused(Exception):
    """The chat did not take it; `code` is what it answered."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Spoken:
    """What is posted, and where."""

    url: str
    body: dict[str, Any]


async def send(settings: Settings, batch: Batch) -> None:
    """Say it in the group. A robot that was paused or removed meanwhile says nothing, and that is no failure."""
    robot = await ChatRobot.get(id=batch.head.robot_id)
    if robot.state is EndpointState.ACTIVE:
        await speak(robot, await batch.said(settings), clock.now())


async def speak(robot: ChatRobot, said: Said, now: datetime) -> None:
    """Say it now. Raises `RobotRefused` when the chat answers with another code than 0."""
    spoken = spoken_by(robot.kind, crypto.decrypt(robot.url), crypto.decrypt(robot.secret), said, now)
    headers = {"content-type": "application/json; charset=utf-8"}
    answer = await outgoing.post(spoken.url, orjson.dumps(spoken.body), headers, seconds=SECONDS)
    code = _code(answer)
    if code:
        raise RobotRefused(code)


def spoken_by(kind: RobotKind, url: str, secret: str, said: Said, now: datetime) -> Spoken:
    """The message in the form of each chat, signed as each wants it."""
    seconds = int(now.timestamp())
    if kind is RobotKind.FEISHU:
        lines = [[{"tag": "text", "text": line}] for line in _cut(said.plain, _OTHER_BYTES).split("\n")]
        lines += [[{"tag": "a", "text": said.link, "href": said.link}]] if said.link else []
        post = {"zh_cn": {"title": said.subject, "content": lines}}
        signed = {"timestamp": str(seconds), "sign": feishu_sign(seconds, secret)} if secret else {}
        return Spoken(url, {**signed, "msg_type": "post", "content": {"post": post}})
    whole = "\n".join(filter(None, (said.subject, said.plain)))
    link = f"\n{said.link}" if said.link else ""
    limit = _WECOM_BYTES if kind is RobotKind.WECOM else _OTHER_BYTES
    text = _cut(whole, limit - len(link.encode())) + link
    if kind is RobotKind.DINGTALK and secret:
        milliseconds = seconds * 1000
        url = f"{url}&timestamp={milliseconds}&sign={quote_plus(dingtalk_sign(milliseconds, secret))}"
    return Spoken(url, {"msgtype": "text", "text": {"content": text}})


def dingtalk_sign(milliseconds: int, secret: str) -> str:
    """加签: the time and the secret, under the secret."""
    return _signature(secret, f"{milliseconds}\n{secret}")


def feishu_sign(seconds: int, secret: str) -> str:
    """签名校验: nothing, under the time and the secret."""
    return _signature(f"{seconds}\n{secret}", "")


def _signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _code(answer: outgoing.Answer) -> int:
    """0 when it was taken; else the chat's own code, or the status where it gives none."""
    try:
        found = orjson.loads(answer.body)
        code = next((found[key] for key in ("errcode", "code", "StatusCode") if key in found), None)
    except (orjson.JSONDecodeError, TypeError):
        code = None
    if isinstance(code, int) and not isinstance(code, bool):
        return code or (0 if answer.status == 200 else answer.status)
    return answer.status  # not what such a chat answers, whatever the status: somebody else listens there


def _cut(text: str, limit: int) -> str:
    """As much of it as fits into so many bytes of UTF-8, with a mark where it was cut."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    return raw[: max(limit - 3, 0)].decode(errors="ignore") + "…"

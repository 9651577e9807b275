"""Keeping the chat robots of a place: added, changed, tried, paused, removed."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph import clock, crypto, outgoing
from civicgraph import settings as configuration
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.i18n import N_, gettext
from civicgraph.notifications.catalogue import STAFF_MESSAGES
from civicgraph.notifications.models import ChatRobot, EndpointState, MessageChannel, RobotKind
from civicgraph.notifications.operations.preferences import Quiet
from civicgraph.notifications.operations.telling import enqueue
from civicgraph.notifications.sending.robots import PATHS
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, audit, changed, check_version, operation
from civicgraph.permissions import MANAGE_ROBOTS, Actor

_FORM = N_("This is not the address of such a robot. Copy it whole from the group: https://…%(path)s…")
_PLAIN = N_("The address must begin with https://.")
_KIND = N_("There is no such kind of notice.")
_SHOWN = ("name", "notices", "locale", "digest_minutes", "quiet_from", "quiet_until", "state", "url_masked")


class _Robot(Quiet):
    name: str = Field(title=N_("The group that it speaks in"), min_length=1, max_length=80)
    notices: list[str] = Field(
        default_factory=list, title=N_("Of what it tells"), max_length=40, description=N_("Nothing chosen: of all.")
    )
    quiet_from: int | None = Field(
        None, title=N_("Quiet from"), ge=0, le=1439, json_schema_extra={"widget": "clock"},
        description=N_("Left empty the city’s quiet hours hold; the same time twice: never quiet. What is critical always comes."),
    )  # fmt: skip
    locale: str = Field("zh", title=N_("Language"), pattern="^(zh|en)$")
    digest_minutes: int = Field(
        1,
        title=N_("At most one message in so many minutes"),
        ge=1,
        le=1440,
        description=N_("What comes in meanwhile is collected in the next."),
    )


class AddRobot(_Robot):
    """A robot of a chat group, for a place and all below it."""

    division_code: DivisionCode
    kind: RobotKind = Field(title=N_("Whose chat"))
    url: str = Field(
        title=N_("Its webhook address"), min_length=10, max_length=500, json_schema_extra={"widget": "text", "autocomplete": "off"},
        description=N_("Whoever has it speaks in the group: it is kept encrypted and not shown again."),
    )  # fmt: skip
    secret: str = Field(
        "", title=N_("Its signing secret"), max_length=200, json_schema_extra={"widget": "text", "autocomplete": "off"},
        description=N_("DingTalk: 加签. Feishu: 签名校验. WeCom has none."),
    )  # fmt: skip


class ChangeRobot(_Robot):
    """What a robot tells, when, and where to; its kind and its place stay."""

    id: int = Field(title=N_("Number"), ge=1)
    url: str = Field(
        "", title=N_("Its webhook address"), max_length=500, json_schema_extra={"widget": "text", "autocomplete": "off"},
        description=N_("Left empty it stays as it is."),
    )  # fmt: skip
    secret: str = Field(
        "", title=N_("Its signing secret"), max_length=200, json_schema_extra={"widget": "text", "autocomplete": "off"},
        description=N_("Left empty it stays as it is."),
    )  # fmt: skip
    is_unsigned: bool = Field(False, title=N_("It has no signing secret any more"))
    version: int = Field(title=N_("Version"), ge=1)


class RobotNumber(Input):
    """Which robot."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def add_robot(actor: Actor, data: AddRobot) -> ChatRobot:
    """Add a robot of a WeCom, DingTalk or Feishu group; it is told of a place and all below it."""
    await place_of(data.division_code)
    if not actor.may(MANAGE_ROBOTS, data.division_code):
        raise Forbidden
    _check_url(data.kind, data.url)
    _check_notices(data)
    given = data.model_dump(exclude={"division_code", "url", "secret"})
    row = await ChatRobot.create(
        division_id=data.division_code,
        url=crypto.encrypt(data.url),
        url_masked=masked(data.url),
        secret=crypto.encrypt(data.secret),
        **given,
    )
    await audit(actor, row, changed({}, _shown(row)))
    return row


@operation()
async def change_robot(actor: Actor, data: ChangeRobot) -> ChatRobot:
    """Change what a robot tells, when, and where to. Address and secret are kept encrypted and not shown again."""
    row = await _managed(actor, data.id)
    _check_notices(data)
    if data.url:
        _check_url(row.kind, data.url)
    check_version(row, data.version, lambda: _shown(row))
    before = _shown(row)
    given = data.model_dump(exclude={"id", "version", "url", "secret", "is_unsigned"})
    row.update_from_dict({**given, "version": row.version + 1})
    if data.url:
        row.update_from_dict({"url": crypto.encrypt(data.url), "url_masked": masked(data.url)})
    if data.secret or data.is_unsigned:
        row.secret = crypto.encrypt("" if data.is_unsigned else data.secret)
    await row.save()
    renewed = {"secret_hash": [None, None]} if data.secret or data.is_unsigned else {}
    await audit(actor, row, {**changed(before, _shown(row)), **renewed})
    return row


@operation()
async def pause_robot(actor: Actor, data: RobotNumber) -> ChatRobot:
    """Let a robot be silent for now; what it would have said meanwhile is not said later."""
    return await _turn(actor, data.id, EndpointState.PAUSED)


@operation()
async def resume_robot(actor: Actor, data: RobotNumber) -> ChatRobot:
    """Let a robot speak again."""
    return await _turn(actor, data.id, EndpointState.ACTIVE)


@operation()
async def remove_robot(actor: Actor, data: RobotNumber) -> ChatRobot:
    """Remove a robot; its address and secret are deleted."""
    row = await _turn(actor, data.id, EndpointState.REMOVED)
    row.url, row.secret = "", ""
    await row.save(update_fields=["url", "secret"])
    return row


@operation()
async def test_robot(actor: Actor, data: RobotNumber) -> ChatRobot:
    """Let a robot say at the next tick that it works; the delivery log shows what became of it."""
    row = await _managed(actor, data.id)
    now = clock.now()
    await enqueue(
        channel=MessageChannel(row.kind.value),
        dedupe_key=f"robot {row.id} test {now:%Y%m%d%H%M%S}",
        recipient=f"robot {row.id} critical",
        is_critical=True,
        robot_id=row.id,
        template="robot_test",
        values={"name": row.name, "link": "/staff/robots"},
        locale=row.locale,
        division_code=row.division_id,
    )
    await audit(actor, row, {"tested": [None, now]})
    return row


async def _turn(actor: Actor, robot_id: int, state: EndpointState) -> ChatRobot:
    row = await _managed(actor, robot_id)
    before = _shown(row)
    row.state, row.version = state, row.version + 1
    await row.save(update_fields=["state", "version"])
    await audit(actor, row, changed(before, _shown(row)))
    return row


async def _managed(actor: Actor, robot_id: int) -> ChatRobot:
    row = await ChatRobot.select_for_update().get_or_none(id=robot_id)
    if row is None or row.state is EndpointState.REMOVED or not actor.may(MANAGE_ROBOTS, row.division_id):
        raise NotFound
    return row


def _shown(row: ChatRobot) -> dict[str, Any]:
    return {key: getattr(row, key) for key in _SHOWN}


def _check_url(kind: RobotKind, url: str) -> None:
    try:
        outgoing.check_address(url)
    except outgoing.Refused:
        raise InvalidInput.at("url", "robot_url", _FORM, path=PATHS[kind]) from None
    if not url.startswith("https://") and not configuration.current().outgoing_networks:
        raise InvalidInput.at("url", "robot_url", _PLAIN)
    if PATHS[kind] not in url.partition("://")[2]:
        raise InvalidInput.at("url", "robot_url", _FORM, path=PATHS[kind])


def _check_notices(data: _Robot) -> None:
    if any(one not in STAFF_MESSAGES for one in data.notices):
        raise InvalidInput.at("notices", "unknown", _KIND)


def masked(url: str) -> str:
    """The host, and the last four characters to tell robots apart by."""
    host = url.partition("://")[2].partition("/")[0].partition("?")[0]
    return f"{url.partition('://')[0]}://{host}/…{url[-4:]}"[-120:]


NOTICES = STAFF_MESSAGES
"""What a robot can tell of, by the name of the message."""


def notice_choices() -> list[tuple[str, str]]:
    """The same as the choices of a form."""
    return [(name, gettext(words)) for name, words in NOTICES.items()]

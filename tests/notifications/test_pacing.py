"""Not too much, and not at night: digests and quiet hours, with nothing lost and everything in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.clock import CITY_ZONE
from civicgraph.notifications import rules
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.notifications.operations import set_message_template, set_notice_preference
from civicgraph.notifications.rules import Pace, allowed_at
from civicgraph.operations import InvalidInput
from civicgraph.permissions import Actor, Held, Role
from tests.notifications.conftest import tell
from tests.notifications.test_delivery import Moody
from tests.support.mail import Mailbox, free_port

NOON = datetime(2026, 5, 28, 4, 0, tzinfo=UTC)  # 12:00 in the city
NIGHT = datetime(2026, 5, 28, 15, 0, tzinfo=UTC)  # 23:00
MORNING = datetime(2026, 5, 28, 23, 0, tzinfo=UTC)  # 7:00 of the next day


@pytest.fixture
def mailbox() -> Any:
    """A mail server with moods."""
    with Moody() as box:
        yield box


async def choose(person: Person, **values: Any) -> None:
    """What a member of staff chooses."""
    actor = Actor(kind="person", person_id=person.id)
    await set_notice_preference(actor, {"digest_minutes": 0, **values})


async def at(moment: datetime) -> int:
    """A tick at that time."""
    with clock.override(moment):
        return await deliver_due()


def subjects(box: Mailbox) -> list[str]:
    """What arrived, in order."""
    return [str(mail["Subject"]).removeprefix("办好了: ") for mail in box.messages]


async def test_the_first_comes_at_once_and_the_rest_together_in_order(lin: Person, posted: Mailbox) -> None:
    await choose(lin, digest_minutes=30)
    with clock.override(NOON):
        await tell(lin, dedupe="0", what="零")
        assert await deliver_due() == 1
    for number in range(1, 6):
        with clock.override(NOON + timedelta(minutes=number)):
            await tell(lin, dedupe=str(number), what=f"第{number}件")
            assert await deliver_due() == 0
    assert await at(NOON + timedelta(minutes=29)) == 0
    assert await at(NOON + timedelta(minutes=30)) == 5
    assert len(posted.messages) == 2
    assert posted.messages[1]["Subject"].startswith("5 条通知")
    text = posted.messages[1].get_content()
    assert [text.index(f"第{number}件") for number in range(1, 6)] == sorted(
        text.index(f"第{number}件") for number in range(1, 6)
    )
    assert await OutboxMessage.filter(state=MessageState.SENT).count() == 6


async def test_several_notices_in_one_message_are_written_in_the_citys_own_words(lin: Person, posted: Mailbox) -> None:
    await choose(lin, digest_minutes=30)
    admin = Actor(kind="person", person_id=lin.id, grants=(Held(Role.ADMINISTRATOR, "5203"),))
    own = {"subject": "民声总台：{{ many }}", "text": "您好，\n{{ notices }}\n{{ how_often }}"}
    await set_message_template(admin, {"name": "digest", "locale": "zh", **own})
    with clock.override(NOON):
        for number in range(3):
            await tell(lin, dedupe=str(number), what=f"第{number}件")
        assert await deliver_due() == 3
    assert posted.messages[0]["Subject"] == "民声总台：3 条通知"
    text = posted.messages[0].get_content()
    assert text.startswith("您好，\r\n1. ")
    assert "第2件" in text
    assert "/staff/notices" in text


async def test_a_repeat_of_a_digest_holds_what_it_held_and_later_ones_come_after_it(lin: Person, posted: Moody) -> None:
    await choose(lin, digest_minutes=30)
    with clock.override(NOON):
        for number in range(3):
            await tell(lin, dedupe=str(number), what=f"第{number}件")
        posted.answer = "450 later"
        assert await deliver_due() == 0
        await tell(lin, dedupe="9", what="第9件")
    posted.answer = ""
    assert await at(NOON + timedelta(minutes=5)) == 3
    assert "第9件" not in posted.messages[0].get_content()
    assert await at(NOON + timedelta(minutes=40)) == 1
    assert subjects(posted)[1] == "第9件"


async def test_at_night_nothing_comes_but_what_is_critical(lin: Person, posted: Mailbox) -> None:
    await choose(lin, quiet_from=22 * 60, quiet_until=7 * 60)
    with clock.override(NIGHT):
        await tell(lin, dedupe="1", what="路灯")
        await tell(lin, dedupe="2", what="燃气", is_critical=True)
        assert await deliver_due() == 1
    assert subjects(posted) == ["燃气"]
    assert await at(MORNING - timedelta(seconds=1)) == 0
    assert await at(MORNING) == 1
    assert subjects(posted) == ["燃气", "路灯"]


async def test_who_chose_nothing_has_the_city_s_settings(lin: Person, posted: Mailbox) -> None:
    values = {"digest_minutes": 10, "quiet_hours": "22:00-07:00"}
    configuration.use(configuration.current().model_copy(update=values))
    with clock.override(NIGHT):
        await tell(lin, dedupe="1", what="一")
        assert await deliver_due() == 0
    assert await at(MORNING) == 1
    with clock.override(MORNING + timedelta(minutes=1)):
        await tell(lin, dedupe="2", what="二")
        assert await deliver_due() == 0
    assert await at(MORNING + timedelta(minutes=10)) == 1


async def test_who_wants_no_e_mail_has_the_inbox(lin: Person) -> None:
    await choose(lin, by_email=False)
    await tell(lin)
    assert await OutboxMessage.all().count() == 0


async def test_both_ends_of_the_quiet_hours_or_neither(lin: Person) -> None:
    with pytest.raises(InvalidInput):
        await choose(lin, quiet_from=60)


async def test_a_mail_server_that_was_down_for_an_hour_loses_nothing_and_keeps_the_order(
    lin: Person, posted: Mailbox
) -> None:
    other = await Person.create(username="chen", name="陈", email="chen@example.cn")
    up = configuration.current()
    configuration.use(up.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{free_port()}"}))
    for minute in range(0, 60, 5):
        with clock.override(NOON + timedelta(minutes=minute)):
            await tell(lin, dedupe=f"l{minute}", what=f"{minute:02}")
            await tell(other, dedupe=f"c{minute}", what=f"{minute:02}")
            assert await deliver_due() == 0
    configuration.use(up)
    moment = NOON + timedelta(hours=1)
    while await OutboxMessage.filter(state=MessageState.PENDING).exists():
        await at(moment)
        moment += timedelta(minutes=20)
        assert moment < NOON + timedelta(hours=4)
    for person in (lin, other):
        came = [str(mail["Subject"])[-2:] for mail in posted.to(person.email)]
        assert came == [f"{minute:02}" for minute in range(0, 60, 5)]


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 3 * 1440), st.integers(0, 600), st.integers(0, 600))
def test_what_may_leave_leaves_outside_the_quiet_hours_and_soon_after(
    begin: int, end: int, minute: int, digest: int, since: int
) -> None:
    now = NOON + timedelta(minutes=minute)
    pace = Pace(timedelta(minutes=digest), begin, end, now - timedelta(minutes=since))
    moment = allowed_at(pace, now)
    local = moment.astimezone(CITY_ZONE)
    of_day = local.hour * 60 + local.minute
    is_quiet = begin <= of_day < end if begin < end else (of_day >= begin or of_day < end) and begin != end
    assert not is_quiet
    earliest = max(now, now - timedelta(minutes=since - digest))
    assert earliest <= moment <= earliest + timedelta(days=1)
    assert allowed_at(pace, moment) == moment


def test_hours_are_read_as_minutes_of_the_day() -> None:
    assert rules.minutes_of("22:00-07:30") == (1320, 450)
    assert rules.minutes_of("") == (None, None)

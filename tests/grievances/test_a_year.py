"""A year with its holidays, 调休 days and nights: each reminder once, to whom it belongs, on time to the tick."""

from __future__ import annotations

import heapq
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest

from civicgraph import calendars, clock
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.grievances import reminders
from civicgraph.grievances.models import Body, Grievance, GrievanceCategory, Urgency
from civicgraph.grievances.operations import file_grievance
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import InboxMessage, MessageState, OutboxMessage
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.scheduler.heartbeat import Heartbeat
from civicgraph.scheduler.models import Deadline, DeadlineState
from civicgraph.settings import Settings
from tests.grievances.conftest import words
from tests.grievances.slow_year import BEGIN, DAY, END, LEVELS, MINUTE, ZONE, Life, Step, walk, works_on
from tests.grievances.steps import SECRET, know_secret, take
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, LONGQUAN
from tests.support.mail import Mailbox

assert reminders  # whoever builds the schema registers them; this test does without it

LIVES = int(os.environ.get("CIVICGRAPH_LIVES", "8"))
SEED = int(os.environ.get("CIVICGRAPH_HISTORIES_SEED", "2026"))
CATEGORIES = {"critical": "gas", "urgent": "lift", "general": "lighting", "planned": "ent_policy"}
ACTORS = {"send_back": "street", "extend": "county"}
TOLD = re.compile(
    r"grievance:(\d+):((?:response|resolution):(?:soon|overdue|escalated)|review|resumed):.*\|person (\d+)"
)


def morning(moment: datetime, days: int) -> datetime:
    """Eight o'clock, so many days later."""
    return datetime.combine(moment.astimezone(ZONE).date() + DAY * days, time(8), ZONE)


def made(kind: int, level: str, start: datetime, dice: Random) -> list[Step]:
    """The steps of one of the lives that grievances lead."""
    response, resolution = LEVELS[level]
    due = walk(start, resolution, level, [])
    soon = start + MINUTE * dice.randint(2, max(3, response // 4))
    begun = [Step(start, "submit"), Step(soon, "accept"), Step(soon + MINUTE, "assign")]
    after = soon + MINUTE * dice.randint(5, 20)
    match kind % 8:
        case 0:  # forgotten
            return begun[:1]
        case 1:  # resolved late, and nobody says a word
            return [*begun, Step(due + MINUTE * dice.randint(5, 900), "resolve")]
        case 2:  # rests until a day, and its reporter rates it
            until = morning(after, dice.randint(1, 9))
            done = until + MINUTE * dice.randint(5, 90)
            return [*begun, Step(after, "hold", until), Step(done, "resolve"), Step(done + MINUTE * 70, "rate")]
        case 3:  # was not solved
            anew = after + timedelta(hours=3)
            again = [
                Step(anew, "rate_unsolved"),
                Step(anew + MINUTE * 5, "accept"),
                Step(anew + MINUTE * 25, "resolve"),
            ]
            return [*begun, Step(after, "resolve"), *again]
        case 4:  # another level, more time, and late all the same
            other = "urgent" if level != "urgent" else "general"
            more = Step(after + MINUTE * 7, "extend")
            late = after + timedelta(days=dice.randint(3, 6))
            return [*begun, Step(after, "change_level", level=other), more, Step(late, "resolve")]
        case 5:  # cannot be done now
            first = morning(after, dice.randint(5, 40))
            look, second = first + timedelta(days=9, minutes=5), morning(first, 40)
            listed = [Step(after, "list_shortfall", first), Step(look, "review", second)]
            return [*begun[:2], *listed, Step(second + timedelta(days=8), "resolve")]
        case 6:  # resolved, and sent back by who looked
            back = after + timedelta(days=4)  # later than what was promised, where that is not planned work
            return [*begun, Step(after, "resolve"), Step(back, "send_back"), Step(back + MINUTE * 30, "resolve")]
        case _:  # withdrawn
            return [*begun, Step(after, "withdraw")]


def a_year(dice: Random) -> list[Life]:
    """Lives of every kind and level, all over the year, begun by day and by night."""
    levels = list(LEVELS)
    found = []
    for number in range(LIVES):
        start = BEGIN + MINUTE * dice.randrange(300 * 1_440)
        level = levels[(number + number // 8) % 4]
        life = Life(level, made(number, level, start, dice))
        life.foretell()
        found.append(life)
    return found


class Year:
    """The year as the server lives it."""

    def __init__(self, settings: Settings, people: dict[str, Actor]) -> None:
        self.settings, self.people = settings, people
        self.rows: dict[int, Grievance] = {}

    async def live(self, lives: list[Life]) -> None:
        """Tick whenever something is due or foretold, and take the steps between."""
        turn = count()
        waiting: list[tuple[datetime, int, Life | None, Step | None]] = []
        for life in lives:
            for step in life.steps:
                heapq.heappush(waiting, (step.at, next(turn), life, step))
            for _, _, at in life.told:
                heapq.heappush(waiting, (at, next(turn), None, None))
        moment = BEGIN
        while waiting:
            due = await Deadline.filter(state=DeadlineState.PENDING).order_by("due_at").first()
            # What was due before and still waits stands behind an earlier message to the same person, and leaves with that.
            posts = OutboxMessage.filter(state=MessageState.PENDING, next_attempt_at__gt=moment)
            post = await posts.order_by("next_attempt_at").first()
            moment = waiting[0][0]
            nearest = [one for one in (due and due.due_at, post and post.next_attempt_at) if one]
            moment = min([moment, *nearest])
            await self._tick(moment)
            while waiting and waiting[0][0] == moment:
                _, _, life, step = heapq.heappop(waiting)
                if life is not None and step is not None:
                    await self._step(life, step)
            await self._tick(moment)

    async def _tick(self, moment: datetime) -> None:
        with clock.override(moment):
            await Heartbeat(self.settings, deliver_due).tick_once()

    async def _step(self, life: Life, step: Step) -> None:
        with clock.override(step.at):
            if step.verb == "submit":
                given = words(
                    category=CATEGORIES[life.level], description="三单元的设施坏了", contact_email="chen@example.cn"
                )
                self.rows[id(life)] = await know_secret((await file_grievance(ANONYMOUS, given))["grievance"])
                return
            verb, values = step.verb, dict[str, Any]()
            if verb == "hold":
                assert step.until is not None
                values = {"hold_reason": "reporter", "until": step.until.date().isoformat()}
            elif verb in ("list_shortfall", "review"):
                assert step.until is not None
                values = {"review_on": step.until.date().isoformat()}
            elif verb == "change_level":
                values = {"urgency": step.level}
            elif verb == "assign":
                values = {"assignee_id": self.people["worker"].person_id}
            elif verb == "rate_unsolved":
                verb, values = "rate", {"is_solved": False, "words": "还是不亮", "secret": SECRET}
            await take(self.people[ACTORS.get(step.verb, "dispatcher")], verb, self.rows[id(life)], **values)


@pytest.fixture
async def year(city: None, mailbox: Mailbox, connected: Settings) -> Year:
    """People of three levels with addresses, quiet hours, and a mail server."""
    await GrievanceCategory.create(
        code="lift", group_code="home", group_name="房屋与水电", group_name_en="Homes", name="电梯", name_en="Lift",
        urgency=Urgency.URGENT, body=Body.PROPERTY, position=9,
    )  # fmt: skip
    people = {
        name: await place.person(name, role, code, email=f"{name}@example.cn")
        for name, role, code in (
            ("dispatcher", Role.DISPATCHER, FENGQUAN),
            ("worker", Role.GRID_WORKER, FENGQUAN),
            ("street", Role.DISPATCHER, LONGQUAN),
            ("county", Role.SUPERVISOR, FENGGANG),
        )
    }
    settings = connected.model_copy(update={"smtp_url": mailbox.url, "quiet_hours": "22:00-07:00"})
    configuration.use(settings)
    return Year(settings, people)


async def said(year: Year) -> Iterator[tuple[int, str, str, datetime]]:
    """Which grievance's reminders were told, what, to whom and when."""
    names = {one.id: one.username for one in await Person.all()}
    found = []
    for one in await InboxMessage.all():
        if match := TOLD.fullmatch(one.dedupe_key):
            found.append((int(match[1]), match[2], names[int(match[3])], one.created_at))
    for mail in await OutboxMessage.filter(template__in=("grievance_rating", "grievance_aftercare")):
        number = int(mail.dedupe_key.split(":")[1])
        found.append((number, mail.template.removeprefix("grievance_"), "reporter", mail.created_at))
    return iter(found)


def by_day(moment: datetime) -> datetime:
    """The moment, or the end of the quiet hours that it lies in."""
    local = moment.astimezone(ZONE)
    if 7 <= local.hour < 22:
        return moment
    day = local.date() + (DAY if local.hour >= 22 else timedelta())
    return datetime.combine(day, time(7), ZONE).astimezone(UTC)


def test_the_calendar_of_the_year_is_the_state_councils() -> None:
    days = [BEGIN.date() + DAY * number for number in range(365)]
    assert [day for day in days if calendars.is_working_day(day) != works_on(day)] == []


@pytest.mark.slow
async def test_each_reminder_of_a_year_comes_once_to_whom_it_belongs_on_time_to_the_tick(
    year: Year, mailbox: Mailbox
) -> None:
    lives = a_year(Random(SEED))
    await year.live(lives)
    wanted = Counter(
        (year.rows[id(life)].id, what, who, at.astimezone(UTC))
        for life in lives
        for what, who, at in life.told
        if at < END
    )
    found = Counter(one for one in await said(year) if one[3] < END)
    assert found - wanted == Counter(), [
        life for life in lives if year.rows[id(life)].id in {k[0] for k in found - wanted}
    ]
    assert wanted - found == Counter(), [
        life for life in lives if year.rows[id(life)].id in {k[0] for k in wanted - found}
    ]
    assert len({what for _, what, _, _ in wanted}) == 10

    posted = await OutboxMessage.all().order_by("id")
    assert {one.state for one in posted} == {MessageState.SENT}
    staff = [one for one in posted if one.person_id]
    assert [one.sent_at for one in staff] == [
        one.created_at if one.is_critical else by_day(one.created_at) for one in staff
    ]
    assert all(one.sent_at == one.created_at for one in posted if not one.person_id)
    assert set(Counter(str(mail["Message-ID"]) for mail in mailbox.messages).values()) == {1}
    assert len(mailbox.messages) == len(posted)

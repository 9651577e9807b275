"""Who may be written to when: the preferences of members of staff and of robots, else the city's settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from civicgraph.notifications.models import ChatRobot, NoticePreference, OutboxMessage, Paced, Webhook
from civicgraph.notifications.rules import Pace, minutes_of
from civicgraph.settings import Settings

ROBOT_MINUTES = 1
"""A robot speaks once a minute: WeCom and DingTalk silence one that speaks more than 20 times in it."""


async def paces_of(rows: Sequence[OutboxMessage], settings: Settings) -> dict[int, Pace]:
    """By message, for those that can wait: not what is critical, not what goes to residents and partners."""
    waiting = [row for row in rows if not row.is_critical]
    people = {row.person_id for row in waiting if row.person_id}
    robots = {row.robot_id for row in waiting if row.robot_id}
    chosen = {one.person_id: one for one in await NoticePreference.filter(person_id__in=list(people))} if people else {}
    speaking = {one.id: one for one in await ChatRobot.filter(id__in=list(robots))} if robots else {}
    found = {}
    for row in waiting:
        if row.person_id:
            found[row.id] = of_person(chosen.get(row.person_id), settings)
        elif row.robot_id:
            found[row.id] = of_robot(speaking[row.robot_id], settings)
    return found


def of_person(chosen: NoticePreference | None, settings: Settings) -> Pace:
    """What a member of staff chose; whoever has chosen nothing has the city's settings."""
    if chosen is not None and chosen.digest_minutes is not None:
        return _pace(chosen, 0)
    begin, end = minutes_of(settings.quiet_hours)
    return Pace(timedelta(minutes=settings.digest_minutes), begin, end, chosen.last_sent_at if chosen else None)


def of_robot(row: ChatRobot, settings: Settings) -> Pace:
    """What was chosen for a robot. Without quiet hours of its own it has the city's: a group's phones ring at night, too.

    The same time twice is a choice: it is never quiet.
    """
    pace = _pace(row, ROBOT_MINUTES)
    if pace.quiet_from is not None and pace.quiet_until is not None:
        return pace
    begin, end = minutes_of(settings.quiet_hours)
    return replace(pace, quiet_from=begin, quiet_until=end)


def _pace(row: Paced, otherwise: int) -> Pace:
    minutes = otherwise if row.digest_minutes is None else row.digest_minutes
    return Pace(timedelta(minutes=minutes), row.quiet_from, row.quiet_until, row.last_sent_at)


async def note_sent(row: OutboxMessage, now: datetime) -> None:
    """Remember when somebody was written to. What is critical does not count: it delays nothing else."""
    if row.webhook_id:
        await Webhook.filter(id=row.webhook_id).update(last_sent_at=now)
    elif row.is_critical:
        return
    elif row.robot_id:
        await ChatRobot.filter(id=row.robot_id).update(last_sent_at=now)
    elif row.person_id:
        await NoticePreference.update_or_create(person_id=row.person_id, defaults={"last_sent_at": now})

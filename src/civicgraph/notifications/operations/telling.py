"""Telling people: rows in the outbox and the inbox, in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civicgraph import clock, crypto
from civicgraph.accounts.models import Person
from civicgraph.notifications import rules
from civicgraph.notifications.gathering import keep, once
from civicgraph.notifications.models import (
    ChatRobot,
    EndpointState,
    InboxMessage,
    MessageChannel,
    NoticePreference,
    OutboxMessage,
)
from civicgraph.notifications.rendering import said_by


async def notify_person(
    person: Person,
    template: str,
    values: Mapping[str, Any],
    *,
    dedupe: str,
    division_code: str,
    link: str = "",
    is_critical: bool = False,
) -> None:
    """Tell a member of staff once: in the inbox at once, and by e-mail when an address is known and wanted.

    `dedupe` names the thing told; the same thing is told to the same person only once. What is critical waits
    neither for a digest nor for the end of quiet hours.
    """
    if not person.is_active:
        return
    given = {**values, "link": link}
    said = await said_by(template, given, person.locale)
    inbox = InboxMessage(
        person_id=person.id,
        dedupe_key=rules.message_key(dedupe, f"person {person.id}"),
        subject=said.subject,
        text=said.plain,
        link=link,
        created_at=clock.now(),
    )
    await keep(inbox)
    if await gets_e_mail(person):
        await enqueue(
            dedupe_key=rules.message_key(dedupe, f"person {person.id} by e-mail"),
            recipient=rules.person_lane(person.id, is_critical=is_critical),
            is_critical=is_critical,
            person_id=person.id,
            address=crypto.encrypt(person.email),
            template=template,
            values=given,
            locale=person.locale,
            division_code=division_code,
        )


async def gets_e_mail(person: Person) -> bool:
    """Whether what somebody is told reaches them by e-mail too: they have an address, and want that."""
    if not (person.is_active and person.email):
        return False
    declined = NoticePreference.exists(person_id=person.id, by_email=False)
    return not await once(("no e-mail", person.id), lambda: _asked(declined))


async def _asked(question: Any) -> Any:
    return await question


async def notify_robots(
    template: str,
    values: Mapping[str, Any],
    *,
    dedupe: str,
    division_code: str,
    link: str = "",
    is_critical: bool = False,
) -> None:
    """Tell the chat groups of a place and of those above it whose robots want this kind of notice, each once."""
    above = [division_code[:digits] for digits in (4, 6, 9, 12) if digits <= len(division_code)]
    robots = await once(
        ("robots", division_code), lambda: _asked(ChatRobot.filter(division_id__in=above, state=EndpointState.ACTIVE))
    )
    for robot in robots:
        if not robot.notices or template in robot.notices:
            await enqueue(
                channel=MessageChannel(robot.kind.value),
                dedupe_key=rules.message_key(dedupe, f"robot {robot.id}"),
                recipient=f"robot {robot.id} critical" if is_critical else f"robot {robot.id}",
                is_critical=is_critical,
                robot_id=robot.id,
                template=template,
                values={**values, "link": link},
                locale=robot.locale,
                division_code=division_code,
            )


async def notify_address(
    sealed_email: str,
    locale: str,
    template: str,
    values: Mapping[str, Any],
    *,
    dedupe: str,
    division_code: str,
    unsubscribe: str = "",
) -> None:
    """Tell somebody who left an e-mail address (encrypted by `crypto.encrypt`) once.

    `unsubscribe` is the page that ends messages like it; its link stands below the text and in the head.
    """
    if sealed_email:
        await enqueue(
            dedupe_key=rules.message_key(dedupe, "address"),
            recipient=rules.address_lane(crypto.decrypt(sealed_email)),
            address=sealed_email,
            template=template,
            values={"link": "", **values},
            locale=locale,
            division_code=division_code,
            unsubscribe=unsubscribe,
        )


async def enqueue(**columns: Any) -> None:
    """A row in the outbox; one with the same key is there already: then this is the same message."""
    now = clock.now()
    times = {"created_at": now, "next_attempt_at": now, "gives_up_at": now + rules.PARKED_AFTER}
    message = OutboxMessage(**{"channel": MessageChannel.EMAIL, **times, **columns})
    await keep(message)

"""The messages and the audit trail of the small city."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from random import Random

from civicgraph.notifications.models import (
    ChatRobot,
    EndpointState,
    InboxMessage,
    MessageChannel,
    MessageState,
    MessageTemplate,
    NoticePreference,
    OutboxMessage,
    RobotKind,
    Webhook,
)
from civicgraph.operations.models import AuditEntry
from tests.graph.reference.words import NOW, ODD, mark
from tests.support import city


async def build_messages(dice: Random, places: list[str], people: list[int]) -> None:
    """Messages on their way in every state, and in everybody\'s inbox."""
    for number in range(1, 9):
        pace = {"digest_minutes": dice.choice([None, 0, 60]), "quiet_from": dice.choice([None, 1320])}
        common = {
            "division_id": dice.choice(places),
            "name": f"群{number}",
            "url": mark("chat_robot", "url", number),
            "url_masked": "https://a.example/…abcd",
            "secret": mark("chat_robot", "secret", number),
            "state": dice.choice(list(EndpointState)),
        }
        if number < 3:
            common["state"] = EndpointState.ACTIVE  # messages name these
        await ChatRobot.create(**common, **pace, kind=dice.choice(list(RobotKind)), notices=["grievance_overdue"])
        marked = {"url": mark("webhook", "url", number), "secret": mark("webhook", "secret", number)}
        await Webhook.create(**{**common, **marked}, person_id=dice.choice(people), types=["grievance.step"])
    for name, locale in (("grievance_step", "zh"), ("grievance_step", "en"), ("grievance_overdue", "zh")):
        await MessageTemplate.create(name=name, locale=locale, subject="{{ number }}", text=dice.choice(ODD))
    for person in people:
        chosen = {"digest_minutes": person, "quiet_from": 1320, "quiet_until": 420, "by_email": person > 4}
        await NoticePreference.create(person_id=person, **chosen)
    for number in range(1, 31):
        state = dice.choice(list(MessageState))
        await OutboxMessage.create(
            dedupe_key=mark("outbox_message", "dedupe_key", number),
            channel=dice.choice(list(MessageChannel)),
            person_id=dice.choice([None, *people]),
            robot_id=dice.choice([None, 1, 2]),
            webhook_id=dice.choice([None, 1, 2, 3, 4, 5]),
            address=mark("outbox_message", "address", number),
            template="t",
            values={"a": mark("outbox_message", "values", number)},
            division_code=dice.choice(places),
            state=state,
            next_attempt_at=NOW,
            sent_at=NOW if state is MessageState.SENT else None,
            last_error=mark("outbox_message", "last_error", number),
        )
        await InboxMessage.create(
            person_id=dice.choice(people),
            dedupe_key=mark("inbox_message", "dedupe_key", number),
            subject=mark("inbox_message", "subject", number),
            text=mark("inbox_message", "text", number) + dice.choice(ODD),
            read_at=dice.choice([None, NOW]),
        )


async def build_trail(dice: Random, places: list[str], people: list[int]) -> None:
    """More than a total counts to."""
    for number in range(1, 131):
        await AuditEntry.create(
            at=NOW - timedelta(minutes=number),
            actor_kind="person",
            person_id=dice.choice([None, *people]),
            operation=dice.choice(["publish_event", "update_service"]),
            subject_type=dice.choice(["Event", "Service"]),
            subject_id=str(number % 9),
            division_code=city.FENGQUAN if number < 115 else dice.choice(["", *places]),
            changes={"status": ["draft", None], "id": [mark("audit_entry", "changes", number), 1], "": []},
            hash=hashlib.sha256(str(number).encode()).hexdigest(),
        )

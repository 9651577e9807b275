"""Delivering the outbox: claim, send outside any transaction, mark.

At least once, and recognisable when repeated: a repeat carries the same Message-ID. A sender that
dies between claiming and sending loses nothing: the claim runs out and the message is tried again.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog
from cryptography.exceptions import InvalidTag
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from civicgraph import clock, crypto
from civicgraph import settings as configuration
from civicgraph.notifications import rules
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.settings import Settings

log = structlog.get_logger()

BATCH = 20
TIMEOUT_SECONDS = 10


async def deliver_due() -> int:
    """Send what is due; how many messages were delivered. Without an SMTP server they wait."""
    settings = configuration.current()
    if not settings.smtp_url:
        return 0
    delivered = 0
    while messages := await _claim(settings):
        for message in messages:
            delivered += await _deliver(settings, message)
    return delivered


async def _claim(settings: Settings) -> list[OutboxMessage]:
    now = clock.now()
    async with in_transaction():
        due = OutboxMessage.filter(state=MessageState.PENDING, next_attempt_at__lte=now).order_by("next_attempt_at", "id")
        if get_connection("default").capabilities.support_for_update:
            due = due.select_for_update(skip_locked=True)
        rows = await due.limit(BATCH)
        lease = now + timedelta(seconds=settings.delivery_lease_seconds)
        for row in rows:
            row.attempts += 1
            row.next_attempt_at = lease
            await row.save(update_fields=["attempts", "next_attempt_at"])
    return rows


async def _deliver(settings: Settings, message: OutboxMessage) -> bool:
    try:
        await _send(settings, message)
    except (aiosmtplib.SMTPException, OSError, InvalidTag) as error:
        await _postpone(message, error)
        return False
    await OutboxMessage.filter(id=message.id).update(state=MessageState.SENT, sent_at=clock.now(), last_error="")
    return True


async def _postpone(message: OutboxMessage, error: Exception) -> None:
    now = clock.now()
    is_parked = rules.is_hopeless(message.created_at, now)
    log.warning("message.not_sent", message=message.id, attempts=message.attempts, error=type(error).__name__, parked=is_parked)
    await OutboxMessage.filter(id=message.id).update(
        state=MessageState.PARKED if is_parked else MessageState.PENDING,
        next_attempt_at=rules.next_attempt(message.attempts, now),
        last_error=type(error).__name__,
    )


async def _send(settings: Settings, message: OutboxMessage) -> None:
    subject, text = render_message(message.template, message.values, message.locale)
    mail = EmailMessage()
    mail["From"] = settings.mail_from
    mail["To"] = crypto.decrypt(message.address)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message_id(message.dedupe_key)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    await aiosmtplib.send(mail, **_server(settings))


def message_id(dedupe_key: str) -> str:
    """The same for each attempt at the same message."""
    return f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}@civicgraph>"


def _server(settings: Settings) -> dict[str, object]:
    parts = urlsplit(settings.smtp_url)
    is_tls = parts.scheme == "smtps"
    return {
        "hostname": parts.hostname or "localhost",
        "port": parts.port or (465 if is_tls else 25),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": is_tls,
        "timeout": TIMEOUT_SECONDS,
    }


async def check_smtp(settings: Settings) -> str | None:
    """What keeps e-mail from being sent, in plain words; None when nothing does."""
    if not settings.smtp_url:
        return None
    server = _server(settings)
    try:
        async with aiosmtplib.SMTP(**server) as smtp:  # type: ignore[arg-type]
            await smtp.noop()
    except (aiosmtplib.SMTPException, OSError) as error:
        return f"The mail server {server['hostname']}:{server['port']} refuses ({type(error).__name__}): check CIVICGRAPH_SMTP_URL."
    return None

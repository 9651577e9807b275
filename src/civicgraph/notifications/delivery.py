"""Delivering the outbox: claim, send outside any transaction, mark.

At least once, and recognisable when repeated: a repeat carries the same Message-ID. A sender that
dies between claiming and sending loses nothing: the claim runs out and the message is tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog
from tortoise.expressions import F, RawSQL
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from civicgraph import clock, crypto
from civicgraph import settings as configuration
from civicgraph.i18n import N_
from civicgraph.notifications import rules
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.notifications.rendering import render_message, said_in
from civicgraph.settings import Settings

log = structlog.get_logger()

END_BY = N_("To end these messages:")
BATCH = 20
SEND_SECONDS = 20
_COMMAND_SECONDS = 10
_PARTING_SECONDS = 1


async def deliver_due() -> int:
    """Send what is due; how many messages were delivered. Without an SMTP server they wait.

    A batch is claimed for `delivery_lease_seconds`. A message is only begun while it can still be
    ended within that time, so that no other sender takes it up meanwhile.
    """
    settings = configuration.current()
    if not settings.smtp_url:
        return 0
    patience = min(SEND_SECONDS, settings.delivery_lease_seconds / 2)
    delivered = 0
    while True:
        until = clock.monotonic() + settings.delivery_lease_seconds
        messages = await _claim(settings)
        for message in messages:
            if clock.monotonic() + patience > until:
                return delivered
            delivered += await _deliver(settings, message, patience)
        if not messages:
            return delivered


async def _claim(settings: Settings) -> list[OutboxMessage]:
    now = clock.now()
    lease = now + timedelta(seconds=settings.delivery_lease_seconds)
    async with in_transaction():
        rows = await _due(now).limit(BATCH).select_for_update(skip_locked=True)
        for row in rows:
            row.attempts += 1
        claimed = OutboxMessage.filter(id__in=[row.id for row in rows])
        await claimed.update(attempts=F("attempts") + 1, next_attempt_at=lease)
    return rows


def _due(now: datetime) -> QuerySet[OutboxMessage]:
    # A literal, not a parameter: PostgreSQL's generic plans use the index of pending rows for nothing else.
    due = OutboxMessage.filter(state=RawSQL("'pending'"), next_attempt_at__lte=now)
    return due.order_by("next_attempt_at", "id")


async def _deliver(settings: Settings, message: OutboxMessage, patience: float) -> bool:
    server = aiosmtplib.SMTP(**_server(settings))
    try:
        async with asyncio.timeout(patience):
            mail = _written(settings, message)
            await server.connect()
            await server.send_message(mail)
    except Exception as error:  # whatever is wrong with one message, the others go on
        server.close()
        await _postpone(message, error)
        return False
    await OutboxMessage.filter(id=message.id).update(state=MessageState.SENT, sent_at=clock.now(), last_error="")
    with suppress(aiosmtplib.SMTPException, OSError):  # it has the message; how it parts does not matter
        await server.quit(timeout=_PARTING_SECONDS)
    server.close()
    return True


async def _postpone(message: OutboxMessage, error: Exception) -> None:
    now = clock.now()
    is_parked = rules.is_hopeless(message.created_at, now)
    reason = _reason(error)
    log.warning("message.not_sent", message=message.id, attempts=message.attempts, error=reason, parked=is_parked)
    await OutboxMessage.filter(id=message.id).update(
        state=MessageState.PARKED if is_parked else MessageState.PENDING,
        next_attempt_at=rules.next_attempt(message.attempts, now),
        last_error=reason,
    )


def _reason(error: Exception) -> str:
    """The kind of error with the server's code; its words may name the address, so they stay out."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__


def _written(settings: Settings, message: OutboxMessage) -> EmailMessage:
    subject, text = render_message(message.template, message.values, message.locale)
    mail = EmailMessage()
    if message.unsubscribe:
        address = settings.base_url.rstrip("/") + message.unsubscribe
        mail["List-Unsubscribe"] = f"<{address}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        text = f"{text}\n\n-- \n{said_in(message.locale, END_BY)} {address}"
    mail["From"] = settings.mail_from
    mail["To"] = crypto.decrypt(message.address)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message_id(message.dedupe_key)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return mail


def message_id(dedupe_key: str) -> str:
    """The same for each attempt at the same message."""
    return f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}@civicgraph>"


def _server(settings: Settings) -> dict[str, Any]:
    parts = urlsplit(settings.smtp_url)
    is_tls = parts.scheme == "smtps"
    return {
        "hostname": parts.hostname or "localhost",
        "port": parts.port or (465 if is_tls else 25),
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": is_tls,
        "timeout": _COMMAND_SECONDS,
    }


async def check_smtp(settings: Settings) -> str | None:
    """What keeps e-mail from being sent, in plain words; None when nothing does."""
    if not settings.smtp_url:
        return None
    server = _server(settings)
    try:
        async with aiosmtplib.SMTP(**server) as smtp:
            await smtp.noop()
    except (aiosmtplib.SMTPException, OSError) as error:
        return f"The mail server {server['hostname']}:{server['port']} refuses ({type(error).__name__}): check CIVICGRAPH_SMTP_URL."
    return None

"""Sending by e-mail."""

from __future__ import annotations

import asyncio
import hashlib
import re
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import chain
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib

from civicgraph import clock, crypto
from civicgraph.i18n import N_
from civicgraph.masking import MASK, mask_personal
from civicgraph.notifications.attachments import attached
from civicgraph.notifications.rendering import said_in
from civicgraph.notifications.sending.batch import Batch, Refused
from civicgraph.settings import Settings

END_BY = N_("To end these messages:")
_CONNECT_SECONDS = 10
_PARTING_SECONDS = 1
_MAX_WORDS = 150


async def send(settings: Settings, batch: Batch) -> None:
    """Hand the mail to the server; done when the server says that it has it. Raises `Refused` where it will not."""
    server = aiosmtplib.SMTP(**_server(settings))
    try:
        written = await _written(settings, batch)
        await server.connect()
        try:
            # A server that looks through a mail may take its time to say "250": who gives up before sends it twice.
            await server.send_message(written, timeout=settings.send_seconds)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0], written["To"]) from None  # its words name the recipient
        except aiosmtplib.SMTPDataError as error:
            raise _refused(error, written["To"]) from None
        # It has the message. However the parting goes, even when the time for sending ends in it, it was sent.
        with suppress(aiosmtplib.SMTPException, OSError, asyncio.CancelledError):
            await server.quit(timeout=_PARTING_SECONDS)
    finally:
        server.close()


def _refused(error: aiosmtplib.SMTPResponseException, address: str) -> Refused:
    """What the server said, without the address that it may repeat."""
    words = " ".join(error.message.split())
    for part in (address, address.partition("@")[0]):
        words = re.sub(rf"(?<![\w.@-]){re.escape(part)}(?![\w.@-])", MASK, words, flags=re.IGNORECASE)
    return Refused(error.code, mask_personal(words)[:_MAX_WORDS])


async def _written(settings: Settings, batch: Batch) -> EmailMessage:
    message, said = batch.head, await batch.said(settings)
    text = said.text
    mail = EmailMessage()
    if message.unsubscribe:
        address = settings.base_url.rstrip("/") + message.unsubscribe
        mail["List-Unsubscribe"] = f"<{address}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
        text = f"{text}\n\n-- \n{said_in(message.locale, END_BY)} {address}"
    mail["From"] = settings.mail_from
    if reply_to := message.values.get("reply_to"):
        mail["Reply-To"] = reply_to  # an answer finds what it answers
    mail["To"] = crypto.decrypt(message.address)
    mail["Subject"] = said.subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = message_id(message.dedupe_key)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    for one in chain.from_iterable(map(attached, (message, *batch.others))):
        maintype, _, subtype = one.kind.partition("/")
        mail.add_attachment(one.content, maintype=maintype, subtype=subtype, filename=one.filename)
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
        "timeout": _CONNECT_SECONDS,
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

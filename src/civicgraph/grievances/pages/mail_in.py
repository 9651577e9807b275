"""E-mail that comes in: the mail server or the provider passes each letter on, signed as our own webhooks are."""

from __future__ import annotations

import asyncio
import binascii
import hmac
from dataclasses import replace
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tortoise.exceptions import OperationalError, TransactionManagementError

from civicgraph import budgets, clock, crypto, i18n, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.grievances.letters.letter import Letter
from civicgraph.grievances.letters.reading import Unreadable, read_json, read_raw
from civicgraph.grievances.operations.take_in_letter import take_in_letter
from civicgraph.notifications.sending.webhooks import signature
from civicgraph.operations import OperationError, TooMany
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.web import read

log = structlog.get_logger()

OLDEST_SECONDS = 300
"""A signature is good for so long, before and after its time."""
_RAW = ("message/rfc822", "application/octet-stream", "text/plain")


async def mail_in(request: Request) -> Response:
    """Take a letter in. 2xx: it need not be sent again; 429 and 503: it should be, later."""
    found = settings.current()
    secret = found.mail_in_secret.get_secret_value()
    if not secret:
        return _told(404, "off")
    body = await _body(request, found.mail_in_megabytes * 1_000_000)
    if body is None:
        return _told(413, "too_large")
    if not is_signed(request, secret, body):
        return _told(401, "bad_signature")
    try:
        budgets.shared.spend("mail in", 1, found.mails_per_minute)
        letter = await asyncio.to_thread(_read, request.headers.get("content-type", ""), body)
        return await _taken(request, letter)
    except Unreadable:
        return _told(400, "unreadable")
    except BudgetExceeded as error:
        return _told(429, "too_many", str(error.retry_after))
    except TooMany:
        return _told(429, "too_many", "60")
    except OperationError as error:
        log.warning("letter.refused", codes=[one.code for one in error.errors])
        return _told(422, "refused")
    except (OperationalError, TransactionManagementError) as error:
        log.error("letter.not_saved", reason=type(error).__name__)
        return _told(503, "unavailable", "60")


async def _taken(request: Request, letter: Letter) -> Response:
    found = settings.current()
    is_own = letter.sender.lower() in (found.mail_from.lower(), found.mail_in_address.lower())
    if machine := "own" if is_own else letter.machine:
        log.info("letter.ignored", by=machine)
        return _told(200, "ignored")
    locale = letter.language
    i18n.current.set(locale)
    asked: Actor = request.state.actor
    sender = crypto.keyed_hash("sender of a letter", letter.sender.lower())
    actor = replace(ANONYMOUS, locale=locale, address_key=sender, request_id=asked.request_id, _prefixes={})
    taken = await take_in_letter(actor, letter, partial(_alike, request))
    return JSONResponse(taken, 200, {"cache-control": "no-store"})


async def _alike(request: Request, community: str, text: str, category: str) -> list[str]:
    """What everybody may read of the community that may be of the same problem."""
    found = await read(request, "grievances/alike", {"community": community, "text": text, "category": category})
    return [str(one["number"]) for one in found["grievancesAlike"]]


def _read(kind: str, body: bytes) -> Letter:
    kind = kind.partition(";")[0].strip().lower()
    if kind == "application/json":
        return read_json(body)
    if kind in _RAW:
        return read_raw(body)
    raise Unreadable


async def _body(request: Request, most: int) -> bytes | None:
    """The body; None as soon as it is larger than that."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            return None
    return bytes(found)


def is_signed(request: Request, secret: str, body: bytes) -> bool:
    """Whether one of the signatures is ours for this id, time and body, and the time is now (Standard Webhooks)."""
    event_id, time = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not (event_id and time.isascii() and time.isdigit() and len(time) < 12):
        return False
    if abs(clock.now().timestamp() - int(time)) > OLDEST_SECONDS:
        return False
    try:
        wanted = f"v1,{signature(secret, event_id, int(time), body)}".encode()
    except (binascii.Error, ValueError):
        log.error("mail_in.secret_unusable")  # it is whsec_ and base64
        return False
    given = request.headers.get("webhook-signature", "").split()[:10]
    return any(hmac.compare_digest(one.encode(), wanted) for one in given)


def _told(status: int, result: str, retry_after: str = "") -> Response:
    headers = {"cache-control": "no-store", **({"retry-after": retry_after} if retry_after else {})}
    return JSONResponse({"result": result}, status, headers)


ROUTES = [Route("/inbound/mail", mail_in, name="mail_in", methods=["POST"])]

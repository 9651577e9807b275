"""A letter becomes a report, or the reporter's words to one."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import Field
from tortoise.transactions import in_transaction

from civicgraph import crypto, settings
from civicgraph.grievances.intake.danger import in_a_sentence
from civicgraph.grievances.letters.letter import Letter
from civicgraph.grievances.letters.references import answered
from civicgraph.grievances.models import Channel, Grievance, GrievanceCategory
from civicgraph.grievances.operations.add_words import add_words
from civicgraph.grievances.operations.file_grievance import file_grievance
from civicgraph.grievances.operations.heed_danger import lock_lead
from civicgraph.grievances.operations.inputs import Given, Words
from civicgraph.grievances.operations.named import place_in
from civicgraph.grievances.operations.report_input import LONGEST, MAX_PHOTOS
from civicgraph.grievances.rules import typed_secret
from civicgraph.i18n import N_, gettext
from civicgraph.notifications.operations import notify_address
from civicgraph.operations import Input, NotFound, OperationError, operation
from civicgraph.permissions import Actor
from civicgraph.text import bigrams
from civicgraph.uploads.operations import receive

MOST_ANSWERED = 1_000
_ADDRESS = re.compile(r"[^@\s<>\"',;:\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


Alike = Callable[[str, str, str], Awaitable[list[str]]]
"""Numbers of public reports that may be of the same problem, by community, text and category."""


async def take_in_letter(actor: Actor, letter: Letter, alike: Alike) -> dict[str, Any]:
    """Take a letter in; the same letter again is taken in once. Answers what became of it and its number.

    Its sender is told of what others reported alike. Raises `OperationError` when it cannot be taken in now (too many) or at all.
    """
    if row := await answered(letter.headers.get("to", ""), letter.headers.get("cc", ""), *_delivered(letter)):
        return await _answer(actor, letter, row)
    return await _file(actor, letter, alike)


def _delivered(letter: Letter) -> list[str]:
    """Where the servers on the way say that it was delivered to."""
    return [letter.headers.get(name, "") for name in ("delivered-to", "x-original-to", "envelope-to")]


class AnswerByLetter(Input):
    """The reporter's words to their report."""

    id: int = Field(title=N_("Number"), ge=1)
    words: Words = Field(title=N_("Your answer"), min_length=1, max_length=MOST_ANSWERED)
    idempotency_key: Given = Field(None, title=N_("Key of the step"), max_length=80)


async def _answer(actor: Actor, letter: Letter, row: Grievance) -> dict[str, Any]:
    words = (letter.own_words or letter.title)[:MOST_ANSWERED]
    done = await answer_by_letter(actor, {"id": row.id, "words": words, "idempotency_key": _key(letter)})
    return {"result": "answered", "number": done.number}


@operation()
async def answer_by_letter(actor: Actor, data: AnswerByLetter) -> Grievance:
    """Add the reporter's words: the answer to a question sends it again, all else its staff read and are told of."""
    await lock_lead(id=data.id)
    row = await Grievance.select_for_update().get_or_none(id=data.id)
    if row is None:
        raise NotFound
    return await add_words(actor, row, data.words)


async def _file(actor: Actor, letter: Letter, alike: Alike) -> dict[str, Any]:
    text = "\n".join(one for one in (letter.title, letter.own_words) if one)
    text = text if len(text) >= 5 else gettext(N_("By e-mail: %(text)s"), text=text or "…")
    sender = letter.sender if _ADDRESS.fullmatch(letter.sender) and len(letter.sender) <= 120 else ""
    photos, lost = await _photos(actor, letter)
    category, community = await _category(text), await place_in(text, settings.current().city_code)
    others = await alike(community, text[:LONGEST], category) if community and sender else []
    filed = await file_grievance(
        actor,
        {
            "category": category,
            "division_code": community or settings.current().city_code,
            "description": text[:LONGEST],
            "contact_name": letter.sender_name[:60],
            "contact_email": sender,
            "photos": photos,
            "channel": Channel.EMAIL,
            "idempotency_key": _key(letter),
        },
    )
    if sender:
        await _confirm(
            actor, sender, filed, is_cut=len(text) > LONGEST, is_placeless=not community, lost=lost, alike=others
        )
    return {"result": "held" if filed["is_held"] else "filed", "number": filed["number"]}


async def _confirm(
    actor: Actor, sender: str, filed: dict[str, Any], *, is_cut: bool, is_placeless: bool, lost: int, alike: list[str]
) -> None:
    """Tell the sender the number and the way to follow it, once. The secret lies sealed until the mail leaves."""
    number, row = filed["number"], filed["grievance"]
    link = f"/track/{number}/{typed_secret(filed['tracking_secret'])}"
    values = {
        "number": number,
        "sealed_link": crypto.encrypt(link),
        "response_due_at": row.response_due_at.isoformat() if row else "",
        "danger": in_a_sentence(filed["emergency_calls"]),
        "asks_where": row is None and is_placeless,
        "alike": [one for one in alike if one != number],
        "is_cut": is_cut,
        "lost": lost,
    }
    async with in_transaction():
        await notify_address(
            crypto.encrypt(sender),
            actor.locale,
            "mail_received",
            values,
            dedupe=f"letter:{number}",
            division_code=row.division_id if row else settings.current().city_code,
        )


async def _photos(actor: Actor, letter: Letter) -> tuple[list[str], int]:
    """The names of the pictures that came along, and how many could not be taken."""
    most = settings.current().upload_megabytes * 1_000_000
    names: list[str] = []
    for one in letter.files[:MAX_PHOTOS]:
        if len(one.data) > most:
            continue
        try:
            names.append((await receive(actor, one.filename, one.data)).name)
        except OperationError:
            continue  # no picture, or none that may be taken; the sender is told how many are missing
    return names, len(letter.files) - len(names)


async def _category(text: str) -> str:
    """The category whose name shares most with the text, else the one of the settings: staff put it right."""
    words = frozenset(bigrams(text))
    rows = await GrievanceCategory.filter(is_active=True).order_by("position", "code")
    common = {one.code: len(words & frozenset(bigrams(one.name))) for one in rows}
    best = [code for code, count in common.items() if count and count == max(common.values())]
    return best[0] if len(best) == 1 else settings.current().mail_in_category


def _key(letter: Letter) -> str:
    return crypto.keyed_hash("letter", letter.message_id)[:60]

"""Reports that a person looks at first: let one through, or drop it."""

from __future__ import annotations

import hmac
from dataclasses import replace

import orjson
from pydantic import Field

from civicgraph import clock, crypto
from civicgraph.grievances import waiting
from civicgraph.grievances.forgetting import POINT
from civicgraph.grievances.intake.models import HeldReport, HeldState, HoldCause
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.file_grievance import file
from civicgraph.grievances.operations.follow_grievance import count_asking
from civicgraph.grievances.operations.inputs import Given, Number, PublicWords, Tracked, Words
from civicgraph.grievances.operations.report_input import FileGrievance
from civicgraph.grievances.rules import typed_secret
from civicgraph.i18n import N_
from civicgraph.notifications.operations import notify_address
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, Unavailable, audit, changed, operation
from civicgraph.permissions import DISPATCH_GRIEVANCES, SYSTEM, Actor
from civicgraph.uploads.operations import give_up, of, pass_on

_UNWANTED = (HoldCause.SPAM, HoldCause.FLOOD)
"""What is held for this is taken for advertising, or a machine's, unless staff say otherwise."""
_SENT = ("content", "address", "contact_name_masked", "contact_phone_masked", "contact_email_masked")
"""What goes when it is decided, with its point: a grievance has it then, or nobody needs it."""


class ReleaseReport(Input):
    """A held report is one after all."""

    number: Number
    division_code: Given = Field(
        None, title=N_("Community"), pattern=r"^\d{12}$", description=N_("Where the problem is, if it was not known.")
    )
    category: Given = Field(None, title=N_("Category"), max_length=40)


class DropReport(Input):
    """A held report is none."""

    number: Number
    reason: PublicWords = Field(
        title=N_("Why?"), min_length=2, max_length=300, description=N_("Its sender reads this.")
    )
    is_advertising: bool | None = Field(
        None,
        title=N_("It is advertising, or a machine’s"),
        description=N_("Nobody is written to then. Left out: if it was held as such, or came in a flood."),
    )


async def _held(actor: Actor, number: str) -> HeldReport:
    row = await HeldReport.select_for_update().get_or_none(number=number)
    if row is None:
        raise NotFound
    if not actor.may(DISPATCH_GRIEVANCES, row.division_code):
        raise Forbidden
    return _waiting(row)


def _waiting(row: HeldReport) -> HeldReport:
    if row.state is not HeldState.WAITING:
        raise Unavailable(N_("This was decided already."))
    return row


@operation()
async def release_report(actor: Actor, data: ReleaseReport) -> Grievance:
    """Let a held report through: it becomes a grievance with the number and the secret that it has. Its times begin now."""
    row = await _held(actor, data.number)
    content = orjson.loads(crypto.decrypt(row.content))
    locale, came_under = content.pop("locale"), content["category"]
    chosen = {
        key: value for key, value in (("division_code", data.division_code), ("category", data.category)) if value
    }
    if not actor.may(DISPATCH_GRIEVANCES, chosen.get("division_code", row.division_code)):
        raise Forbidden
    report = FileGrievance.model_validate({**content, **chosen, "photos": [], "documents": [], "proof": None})
    filed = await file(
        replace(SYSTEM, locale=locale), report, row.number, row.secret_hash, is_asked=False, answered=came_under
    )
    await pass_on(row, filed, division_code=filed.division_id)
    await _decide(actor, row, HeldState.RELEASED)
    return filed


class RevealHeldContact(Input):
    """Whose contact is needed to find the place."""

    number: Number


@operation()
async def reveal_held_contact(actor: Actor, data: RevealHeldContact) -> dict[str, str]:
    """Name, telephone and e-mail of who sent a held report, for those who decide on it. Recorded each time."""
    row = await _held(actor, data.number)
    content = orjson.loads(crypto.decrypt(row.content))
    looked = ("contact_name", "contact_phone", "contact_email")
    await audit(actor, row, {what: ["", ""] for what in looked}, division_code=row.division_code)
    return {what.removeprefix("contact_"): str(content[what]) for what in looked}


@operation()
async def drop_report(actor: Actor, data: DropReport) -> HeldReport:
    """Drop a held report: advertising, or nothing. What was sent is erased, that it was there is kept for a while.

    Who left an e-mail address is told, unless it is advertising: that an address is read helps whoever sends such, and
    the one that they give is mostly a stranger's. Their own page says why it was dropped in either case.
    """
    row = await _held(actor, data.number)
    is_advertising = row.cause in _UNWANTED if data.is_advertising is None else data.is_advertising
    if not is_advertising:
        await _tell_dropped(row, data.reason)
    await _decide(actor, row, HeldState.DROPPED, data.reason)
    return row


async def _tell_dropped(row: HeldReport, reason: str) -> None:
    content = orjson.loads(crypto.decrypt(row.content))
    if content["contact_email"]:
        await notify_address(
            crypto.encrypt(content["contact_email"]),
            content["locale"],
            "report_dropped",
            {"number": row.number, "reason": reason, "link": f"/track?number={row.number}"},
            dedupe=f"dropped:{row.number}",
            division_code=row.division_code,
        )


class EraseHeldReport(Tracked):
    """That nothing is kept of a report that waits to be looked at."""

    is_sure: bool = Field(
        title=N_("I know that nobody will deal with it any more"),
        description=N_("Everything that was sent is erased at once and cannot come back."),
    )


class TellWhere(Tracked):
    """Where the problem is, by whoever sent a report that did not say so."""

    address: Words = Field(
        title=N_("Where is it?"),
        min_length=2,
        max_length=120,
        json_schema_extra={"autocomplete": "street-address"},
        description=N_("The community or village, compound and building. Only the staff who deal with it see this."),
    )


async def _own(number: str, secret: str) -> HeldReport:
    """One's own report while it waits to be looked at, locked."""
    row = await HeldReport.select_for_update().get_or_none(number=number)
    given = crypto.token_hash(typed_secret(secret))
    if not hmac.compare_digest(given, row.secret_hash if row else "") or row is None:
        raise NotFound
    return _waiting(row)


@operation()
async def tell_where(actor: Actor, data: TellWhere) -> HeldReport:
    """Say as its sender where the problem of a held report is: who places it reads that, and what it names is offered."""
    count_asking(actor)
    row = await _own(data.number, data.secret)
    content = orjson.loads(crypto.decrypt(row.content))
    content["address"] = " ".join(filter(None, (data.address, content["address"])))[:200]
    row.content = crypto.encrypt(orjson.dumps(content).decode())
    row.address = " ".join(filter(None, (data.address, row.address)))[:250]
    await row.save(update_fields=["content", "address", "updated_at"])
    await audit(actor, row, {"address": ["", ""]}, division_code=row.division_code)
    return row


@operation()
async def erase_held_report(actor: Actor, data: EraseHeldReport) -> HeldReport:
    """Erase as its sender a report that waits to be looked at, by its number and tracking secret."""
    row = await _own(data.number, data.secret)
    if not data.is_sure:
        raise InvalidInput.at("is_sure", "missing", N_("Please tick this first: it cannot be undone."))
    row.summary = ""
    await _decide(actor, row, HeldState.DROPPED)
    return row


async def _decide(actor: Actor, row: HeldReport, state: HeldState, reason: str = "") -> None:
    before = {"state": row.state}
    decided = {"state": state, "decided_by_id": actor.person_id, "decided_at": clock.now()}
    row.update_from_dict({**decided, "reason": reason, **dict.fromkeys(_SENT, ""), **dict.fromkeys(POINT)})
    await row.save()
    await waiting.end(row)
    await give_up(of(HeldReport, [row.id]))
    facts = {"state": state, **({"reason": reason} if reason else {})}
    await audit(actor, row, changed(before, facts), division_code=row.division_code)

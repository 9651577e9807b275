"""Report a problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from civicgraph import budgets, clock, crypto, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.divisions.operations import place_of
from civicgraph.enterprises.models import Enterprise
from civicgraph.grievances import attachments, deadlines, notices, rules, waiting
from civicgraph.grievances.desk import orders
from civicgraph.grievances.desk.orders import Holder
from civicgraph.grievances.intake import proof
from civicgraph.grievances.intake.danger import Danger, calls, danger_in
from civicgraph.grievances.intake.models import BY_STAFF, PLACED_LATER, HeldReport, HoldCause
from civicgraph.grievances.intake.placing import point_of
from civicgraph.grievances.intake.spam import spam_in
from civicgraph.grievances.models import Channel, Grievance, GrievanceCategory, GrievanceUpdate, ReporterKind, Urgency
from civicgraph.grievances.operations import named
from civicgraph.grievances.operations.answers import keep_answers
from civicgraph.grievances.operations.history import office
from civicgraph.grievances.operations.report_input import FileGrievance
from civicgraph.grievances.operations.reporter import Called
from civicgraph.grievances.operations.tally import count_in
from civicgraph.grievances.operations.timing import promised
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, InvalidInput, TooMany, audit, changed, operation
from civicgraph.operations.kernel import fingerprint, first_answer, keep_answer
from civicgraph.permissions import READ_GRIEVANCES, Actor
from civicgraph.text import mask_email, mask_name, mask_personal, mask_phone, search_terms
from civicgraph.uploads.models import Purpose
from civicgraph.uploads.operations import claim
from civicgraph.uploads.private import send

_NAME = "file_grievance"
_TRIES = 3
COMMUNITY_DIGITS = 12
_CHOSEN_LATER = (HoldCause.PLACE, HoldCause.CATEGORY)
"""Held until a person has said where it belongs."""
_APART = ("proof",)
"""What a retry may have another of."""


@dataclass(frozen=True)
class Identity:
    """Number and secret of a report."""

    number: str
    secret: str

    @classmethod
    async def new(cls) -> Identity:
        """A free number and a fresh secret."""
        return cls(await named.free_number(), crypto.random_code(rules.SECRET_LENGTH))


@operation(is_audited=False)  # a retry writes nothing, so it audits nothing; the first submission does, below
async def file_grievance(actor: Actor, data: FileGrievance) -> dict[str, Any]:
    """Report a problem; no account is needed. The tracking secret is answered here and nowhere else.

    What looks like advertising is held: a person looks at it first, number and secret are its own all the same.
    """
    if earlier := await _earlier(actor, data):
        return earlier
    _count(actor)
    # Here and not where the grievance is made: who lets a held report through is another person than its reporter.
    enterprise = await named.enterprise_of(data.enterprise_code)
    await named.check_speaks_for(actor, enterprise, data.division_code)
    attachments.check_documents(data.documents, enterprise is not None)
    sent, data = data, data.model_copy(update={"channel": await named.channel_of(actor, data.channel, enterprise)})
    await _check_reachable(data)
    cause, rule = await _hold_cause(actor, data)
    for tries_left in reversed(range(_TRIES)):
        try:
            async with in_transaction():
                return await _take_in(actor, data, cause, rule, fingerprint(sent, *_APART))
        except IntegrityError:
            # The same submission at the same moment was first; or, once in ages, the number was taken.
            if earlier := await _earlier(actor, sent):
                return earlier
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


async def _check_reachable(data: FileGrievance) -> None:
    """What somebody asks for themselves cannot be done where nobody knows for whom, or whom to call.

    A letter is never refused: its words may say so, and staff read them.
    """
    if data.channel is Channel.EMAIL:
        return
    is_known = data.contact_phone or data.contact_email or (data.contact_name and (data.address or data.building))
    if not is_known and await GrievanceCategory.exists(code=data.category, is_personal=True):
        words = N_(
            "Please leave a telephone or an e-mail, or a name with an address: somebody is to come or to call you."
        )
        raise InvalidInput.at("contact_phone", "missing", words)


def _count(actor: Actor) -> None:
    """Bound what strangers at one address report in a minute; a retry was answered before it comes here."""
    if actor.has_office or not actor.address_key:
        return
    try:
        budgets.shared.spend(f"report:{actor.address_key}", 1, settings.current().reports_per_minute)
    except BudgetExceeded as error:
        message = N_(
            "Many reports came from your connection just now. Please send it again in %(seconds)s seconds; what you wrote is still here."
        )
        raise TooMany(message, seconds=error.retry_after) from error


async def _hold_cause(actor: Actor, data: FileGrievance) -> tuple[HoldCause | None, str]:
    """Why a person has to look at a stranger's report first, and by which rule; under load a form has to prove itself."""
    if data.channel is Channel.EMAIL and not await GrievanceCategory.exists(code=data.category, is_active=True):
        return HoldCause.CATEGORY, ""
    if data.channel in PLACED_LATER and len(data.division_code) < COMMUNITY_DIGITS:
        return HoldCause.PLACE, ""
    if (actor.has_office and data.channel is not Channel.OPEN311) or actor.kind == "system" or _danger_of(data):
        return None, ""  # whoever tells of danger is not asked anything first
    if rule := spam_in(data.description):
        return HoldCause.SPAM, rule
    if data.channel is Channel.BUSINESS:
        return None, ""  # an account is no machine among strangers
    if not proof.is_busy() or (data.proof and proof.is_proof(data.proof)):
        return None, ""
    if data.channel is Channel.WEB:
        message = N_("Very many reports are coming in just now. Please answer this small question, and send it again.")
        raise InvalidInput.at("proof", "proof_needed", message)
    return HoldCause.FLOOD, ""


async def _earlier(actor: Actor, data: FileGrievance) -> dict[str, Any] | None:
    """What the first submission with this key was answered."""
    if not data.idempotency_key:
        return None
    answer = await first_answer(actor, _NAME, data.idempotency_key)
    if answer is None:
        return None
    if answer["fingerprint"] != fingerprint(data, *_APART):
        raise InvalidInput.at(
            "idempotency_key",
            "key_reused",
            N_(
                "A report with other words was already sent from this form. Please check, and send again if this is a new problem."
            ),
        )
    row = await Grievance.get_or_none(number=answer["number"])
    return _answer(data, row, Identity(answer["number"], crypto.decrypt(answer["secret"])))


def _public(data: FileGrievance, enterprise: Enterprise | None = None) -> str:
    """What everybody may read of a report's words: who reports is known, and their names go wherever they stand."""
    return Called.of(data.contact_name, enterprise).out_of(mask_personal(data.description))


def _danger_of(data: FileGrievance) -> Danger | None:
    return danger_in(data.description, *(one.answer for one in data.answers))


def _answer(data: FileGrievance, row: Grievance | None, given: Identity) -> dict[str, Any]:
    danger = _danger_of(data)
    return {
        "emergency_calls": calls(danger, settings.current().gas_phone) if danger else [],
        "grievance": row,
        "number": given.number,
        "tracking_secret": rules.grouped(given.secret),
        "is_held": row is None,
    }


async def _take_in(
    actor: Actor, data: FileGrievance, cause: HoldCause | None, rule: str, told_by: str
) -> dict[str, Any]:
    """File the report, or hold it."""
    given = await Identity.new()
    if data.idempotency_key:
        # First of all, so that a second one waits here and finds the answer.
        answer = {
            "number": given.number,
            "secret": crypto.encrypt(given.secret),
            "fingerprint": told_by,
        }
        await keep_answer(actor, _NAME, data.idempotency_key, answer)
    if cause is None:
        row = await file(actor, data, given.number, crypto.token_hash(given.secret))
        return _answer(data, row, given)
    if cause is not HoldCause.CATEGORY:
        await named.offered_category(data.category)
    is_placed = cause not in _CHOSEN_LATER
    place = await named.community_of(data.division_code) if is_placed else (await place_of(data.division_code)).code
    await hold(actor, data, given, cause, rule, place)
    return _answer(data, None, given)


async def hold(
    actor: Actor, data: FileGrievance, given: Identity, cause: HoldCause, rule: str, division_code: str
) -> HeldReport:
    """Keep a report for a person to look at. It has its number and its secret already."""
    content = {**data.model_dump(mode="json"), "locale": actor.locale}
    danger, point, now = _danger_of(data), point_of(data.point) or (None, None), clock.now()
    row = await HeldReport.create(
        division_code=division_code,
        number=given.number,
        secret_hash=crypto.token_hash(given.secret),
        channel=data.channel,
        cause=cause,
        rule=rule,
        content=crypto.encrypt(orjson.dumps(content).decode()),
        summary=_public(data)[:300],
        danger=danger.code if danger else "",
        rank=0 if danger else 1,
        due_at=await _looked_at_by(now, data.category, division_code, is_dangerous=danger is not None),
        address=" ".join(filter(None, (data.address, data.building))),
        latitude_micro=point[0],
        longitude_micro=point[1],
        **masked_contact(data),
        created_at=now,
    )
    await claim(data.photos, row, purpose=Purpose.REPORT, division_code=division_code, capability=READ_GRIEVANCES)
    await send(data.documents, row, division_code=division_code)
    await audit(actor, row, changed({}, {"number": row.number, "cause": cause}), division_code=division_code)
    await waiting.begin(row)
    if cause in _CHOSEN_LATER:
        await notices.call_for_choice(row)
    return row


async def _looked_at_by(now: datetime, category: str, division_code: str, *, is_dangerous: bool) -> datetime:
    """By when somebody has looked: danger as soon as the four-level list promises a first response to it, else in a working day."""
    if is_dangerous:
        return (await named.promise_of(Urgency.CRITICAL, category, division_code)).times(now)[0]
    return await named.working_day_after(now, division_code)


def masked_contact(data: FileGrievance) -> dict[str, Any]:
    """What staff see of the reporter's name, telephone and e-mail before they look at them."""
    return {
        "contact_name_masked": mask_name(data.contact_name),
        "contact_phone_masked": mask_phone(data.contact_phone) if data.contact_phone else "",
        "contact_email_masked": mask_email(data.contact_email) if data.contact_email else "",
    }


async def file(
    actor: Actor, data: FileGrievance, number: str, secret_hash: str, *, is_asked: bool = True, answered: str = ""
) -> Grievance:
    """Make a grievance of a report, with all that follows from it, in the transaction of the operation.

    `is_asked` is false where nobody could be shown the category's questions; `answered` is the category whose
    questions were, if it is another.
    """
    category = await named.offered_category(data.category)
    division_code = await named.community_of(data.division_code)
    if data.channel in BY_STAFF and not rules.may_report(actor, data.channel, division_code):
        raise Forbidden
    enterprise = await named.enterprise_of(data.enterprise_code)
    event = await named.event_of(data.event)
    compound = await named.compound_of(data.compound_number, division_code)
    is_enterprise = enterprise is not None or category.group_code == "enterprise"
    danger = _danger_of(data)
    urgency = Urgency.CRITICAL if danger else category.urgency
    point = point_of(data.point) or (None, None)
    now = clock.now()
    public_text = _public(data, enterprise)
    promise = await named.promise_of(urgency, category.code, division_code)
    row = await Grievance.create(
        number=number,
        secret_hash=secret_hash,
        category_id=category.code,
        urgency=urgency,
        channel=data.channel,
        reporter_kind=ReporterKind.ENTERPRISE if is_enterprise else ReporterKind.RESIDENT,
        division_id=division_code,
        grid_id=await named.grid_of(data.grid_code, division_code, compound, f"{data.building} {data.address}"),
        compound_id=compound.id if compound else None,
        enterprise_id=enterprise.id if enterprise else None,
        event_id=event.id if event else None,
        public_text=public_text,
        description=data.description,
        address=data.address,
        building=data.building,
        latitude_micro=point[0],
        longitude_micro=point[1],
        danger=danger.code if danger else "",
        contact_name=crypto.encrypt(data.contact_name),
        contact_phone=crypto.encrypt(data.contact_phone),
        contact_email=crypto.encrypt(data.contact_email),
        **masked_contact(data),
        phone_index=crypto.blind_index("phone", data.contact_phone),
        email_index=crypto.blind_index("email", data.contact_email),
        locale=actor.locale,
        is_public=data.is_public and not category.is_personal,
        submitted_at=now,
        **promised(promise, now),
        search_terms=search_terms(public_text, category.name),
    )
    is_shown = is_asked and data.channel is not Channel.EMAIL
    await keep_answers(row, answered or category.code, data.answers, is_asked=is_shown)
    await claim(data.photos, row, purpose=Purpose.REPORT, division_code=division_code, capability=READ_GRIEVANCES)
    await send(data.documents, row, division_code=division_code)
    line = await office(actor, row) if data.channel in BY_STAFF else rules.REPORTERS[row.reporter_kind]
    update = await GrievanceUpdate.create(
        grievance_id=row.id, at=now, verb="submit", status=row.status, by_line=line, person_id=actor.person_id
    )
    await deadlines.keep(row, {})
    # Who wrote a letter is answered with the way to follow it; one that was held has that answer already.
    await notices.tell_reporter(row, update, is_written=not (data.channel is Channel.EMAIL and is_asked))
    await notices.call_dispatchers(row)
    await _give_out(row, category)
    await count_in(row)
    facts = {"number": number, "category": category.code, "channel": data.channel, "status": row.status}
    await audit(
        actor,
        row,
        changed({}, {**facts, "danger": row.danger, "photos": len(data.photos), "documents": len(data.documents)}),
    )
    return row


async def _give_out(row: Grievance, category: GrievanceCategory) -> None:
    """Hand it at once to the department that owns such matters, where it has a team for the place.

    Else to the worker of its grid, where the settings say so. Accepting it stays a person's step.
    """
    owner = await named.owner_of(category, row.division_id)
    is_for_worker = owner is None and settings.current().is_given_to_grid_worker
    worker = await named.worker_of(row.grid_id) if is_for_worker else None
    if owner is None and worker is None:
        return
    row.assignee_id, row.team = worker.id if worker else None, owner.name if owner else ""
    fresh = await orders.give(row, [Holder(row.assignee_id, owner.id if owner else None, is_lead=True)])
    await row.save(update_fields=["assignee_id", "team", "led_kind", "led_by"])
    await notices.tell_holders(row, fresh, but=None)

"""A resident applies for work: no account is needed, be it for one vacancy or for any work that fits."""

from __future__ import annotations

from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from civicgraph import budgets, clock, crypto, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.divisions.operations import place_of
from civicgraph.enterprises.models import Enterprise
from civicgraph.i18n import N_
from civicgraph.jobs import counting, notices, reminders, rules
from civicgraph.jobs.models import Referral, ReferralStage, ReferralStep, Vacancy, VacancyStatus
from civicgraph.jobs.operations.inputs import ApplyForJob
from civicgraph.masking import mask_email, mask_phone
from civicgraph.operations import InvalidInput, NotFound, TooMany, Unavailable, audit, operation
from civicgraph.operations.kernel import fingerprint, first_answer, keep_answer
from civicgraph.permissions import Actor

_NAME = "apply_for_job"


@operation(is_audited=False)  # a retry writes nothing, so it audits nothing; the first submission does, below
async def apply_for_job(actor: Actor, data: ApplyForJob) -> dict[str, Any]:
    """Apply for work. Staff of the place follow it to the first working day; the secret makes the link to it one's own."""
    if earlier := await _earlier(actor, data):
        return earlier
    _count(actor)
    try:
        async with in_transaction():
            return await _apply(actor, data)
    except IntegrityError:
        if earlier := await _earlier(actor, data):  # the same submission at the same moment was first
            return earlier
        raise


def _count(actor: Actor) -> None:
    """Bound what strangers at one address send in a minute, as of registrations."""
    if actor.has_office or not actor.address_key:
        return
    try:
        budgets.shared.spend(f"job:{actor.address_key}", 1, settings.current().bookings_per_minute)
    except BudgetExceeded as error:
        message = N_(
            "Many applications came from your connection just now. Please send it again in %(seconds)s seconds; what you wrote is still here."
        )
        raise TooMany(message, seconds=error.retry_after) from error


async def _earlier(actor: Actor, data: ApplyForJob) -> dict[str, Any] | None:
    """What the first submission with this key was answered."""
    answer = await first_answer(actor, _NAME, data.idempotency_key) if data.idempotency_key else None
    if answer is None:
        return None
    if answer["fingerprint"] != fingerprint(data):
        message = N_("An application with other words was already sent from this form. Please check, and send again.")
        raise InvalidInput.at("idempotency_key", "key_reused", message)
    return _answer(await Referral.get(number=answer["number"]))


def _answer(row: Referral) -> dict[str, Any]:
    return {"referral": row, "secret": rules.secret_of(row.number)}


async def _apply(actor: Actor, data: ApplyForJob) -> dict[str, Any]:
    number = crypto.random_code(rules.NUMBER_LENGTH)
    if data.idempotency_key:
        await keep_answer(actor, _NAME, data.idempotency_key, {"number": number, "fingerprint": fingerprint(data)})
    await place_of(data.division_code)
    vacancy = await _wanted(data.vacancy_id) if data.vacancy_id else None
    now = clock.now()
    row = await Referral.create(
        number=number,
        division_id=data.division_code,
        wanted_id=vacancy.id if vacancy else None,
        stage_at=now,
        applied_at=now,
        due_at=now + rules.PROMISE,
        contact_name=data.contact_name,
        contact_phone=crypto.encrypt(data.contact_phone),
        contact_phone_masked=mask_phone(data.contact_phone),
        contact_email=crypto.encrypt(data.contact_email),
        contact_email_masked=mask_email(data.contact_email) if data.contact_email else "",
        wish=crypto.encrypt(data.wish),
        locale=actor.locale,
        is_generated=actor.kind == "system",
    )
    await ReferralStep.create(referral_id=row.id, stage=row.stage, at=now)
    await counting.count(counting.applied(row))
    await reminders.keep(row)
    await notices.tell_applicant(row)
    await notices.tell_staff(row, "new")
    await audit(actor, row, {"number": [None, number], "stage": [None, ReferralStage.APPLIED]})
    return _answer(row)


async def _wanted(number: int) -> Vacancy:
    row = await Vacancy.get_or_none(id=number)
    is_shown = row is not None and row.status in (VacancyStatus.OPEN, VacancyStatus.CLOSED)
    if row is None or not is_shown or not await Enterprise.exists(id=row.enterprise_id, is_published=True):
        raise NotFound
    if refusal := refusal_of(row):
        raise Unavailable(refusal)
    return row


def refusal_of(row: Vacancy) -> str:
    """Why nobody can come to this vacancy today, in words; empty when one can (`rules.is_open` in Python)."""
    if row.status is not VacancyStatus.OPEN:
        return N_("This work is no longer offered.")
    if row.valid_until < clock.today():
        return N_("The last day for this work is over.")
    if row.hired >= row.places:
        return N_("All places of this work are taken.")
    return ""

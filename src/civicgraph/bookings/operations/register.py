"""Take places, or a turn on the waiting list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import Field
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from civicgraph import budgets, clock, crypto, settings
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import AnswerKind, Quota, QuotaQuestion, Registration, RegistrationState
from civicgraph.bookings.operations.inputs import AnswerGiven, Email, Given, Phone, QuotaCode, Words
from civicgraph.bookings.operations.places import lock_quota, take
from civicgraph.budgets import BudgetExceeded
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError, Input, InvalidInput, NotFound, TooMany, Unavailable, audit, operation
from civicgraph.operations.kernel import first_answer, keep_answer
from civicgraph.permissions import MANAGE_BOOKINGS, Actor
from civicgraph.text import mask_email, mask_phone, search_terms


class Register(Input):
    """Who comes, and how many."""

    quota_code: QuotaCode
    contact_name: Words = Field(
        title=N_("Your name"), min_length=1, max_length=60, json_schema_extra={"autocomplete": "name"}
    )
    contact_phone: Phone = Field(
        "",
        title=N_("Your telephone"),
        max_length=30,
        json_schema_extra={"widget": "tel", "autocomplete": "tel"},
        description=N_("So that staff can reach you if something changes. Never shown to others."),
    )
    contact_email: Email = Field(
        "",
        title=N_("Your e-mail"),
        max_length=120,
        json_schema_extra={"widget": "email", "autocomplete": "email"},
        description=N_("For the confirmation and a reminder. Without it, the next page is your confirmation."),
    )
    people: int = Field(1, title=N_("How many people?"), ge=1, le=1_000)
    ages: Words = Field(
        "",
        title=N_("Age of each who comes"),
        max_length=200,
        description=N_("In full years, of several people one after another: 34, 8. It is looked at now and not kept."),
        json_schema_extra={"inputmode": "numeric"},
    )
    answers: list[AnswerGiven] = Field(default_factory=list, title=N_("Questions of the organiser"), max_length=30)
    is_listed: bool = Field(
        False,
        title=N_("Others may read that I come"),
        description=N_("Your name then stands on the public page. Leave it empty if you are not sure."),
    )
    idempotency_key: Given = Field(
        None,
        title=N_("Key of the submission"),
        min_length=16,
        max_length=80,
        description=N_("A random text, the same in each retry: a retry is the same registration."),
    )


_NAME = "register"
_TRIES = 3


@operation(is_audited=False)  # a retry writes nothing, so it audits nothing; the first submission does, below
async def register(actor: Actor, data: Register) -> dict[str, Any]:
    """Register for an event, enrol, or book a time; no account is needed. The secret makes the link to it one's own."""
    if earlier := await _earlier(actor, data):
        return earlier
    _count(actor)
    for tries_left in reversed(range(_TRIES)):
        try:
            async with in_transaction():
                return await _register(actor, data)
        except IntegrityError:
            # The same submission at the same moment was first; or, once in ages, the number was taken.
            if earlier := await _earlier(actor, data):
                return earlier
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def _count(actor: Actor) -> None:
    """Bound what strangers at one address take in a minute; a retry was answered before it comes here."""
    if actor.has_office or not actor.address_key:
        return
    try:
        budgets.shared.spend(f"booking:{actor.address_key}", 1, settings.current().bookings_per_minute)
    except BudgetExceeded as error:
        message = N_(
            "Many registrations came from your connection just now. Please send it again in %(seconds)s seconds; what you wrote is still here."
        )
        raise TooMany(message, seconds=error.retry_after) from error


async def _earlier(actor: Actor, data: Register) -> dict[str, Any] | None:
    """What the first submission with this key was answered."""
    if not data.idempotency_key:
        return None
    answer = await first_answer(actor, _NAME, data.idempotency_key)
    if answer is None:
        return None
    if answer["fingerprint"] != _fingerprint(data):
        message = N_("A registration with other words was already sent from this form. Please check, and send again.")
        raise InvalidInput.at("idempotency_key", "key_reused", message)
    return _answer(await Registration.get(number=answer["number"]))


def _answer(row: Registration) -> dict[str, Any]:
    return {"registration": row, "secret": rules.secret_of(row.number)}


def _fingerprint(data: Register) -> str:
    """Tells a retry from another registration under the same key, without keeping what was written."""
    plain = data.model_dump(mode="json", exclude={"idempotency_key"})
    return crypto.keyed_hash("submission", orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode())


async def _register(actor: Actor, data: Register) -> dict[str, Any]:
    quota = await lock_quota(code=data.quota_code)
    number = crypto.random_code(rules.NUMBER_LENGTH)
    if data.idempotency_key:
        await keep_answer(actor, _NAME, data.idempotency_key, {"number": number, "fingerprint": _fingerprint(data)})
    errors, answers = _wrong(actor, quota, data), list[dict[str, Any]]()
    try:
        answers = answered(await QuotaQuestion.filter(quota_id=quota.id).order_by("position"), data.answers)
    except InvalidInput as error:
        errors += error.errors
    if errors:
        raise InvalidInput(errors)
    state = await take(quota, data.people)
    if state is None:
        left = rules.places_left(quota)
        is_for_others = bool(quota.waiting) and (left is None or left > 0)
        if is_for_others:
            raise Unavailable(N_("What is free goes to those who wait, and nobody else is put on the list."))
        raise Unavailable(N_("All places are taken."))
    now = clock.now()
    row = await Registration.create(
        number=number,
        quota_id=quota.id,
        division_id=quota.division_id,  # type: ignore[attr-defined]
        state=state,
        people=data.people,
        rank=quota.issued,
        contact_name=data.contact_name,
        search_terms=search_terms(data.contact_name),
        contact_phone=crypto.encrypt(data.contact_phone),
        contact_phone_masked=mask_phone(data.contact_phone) if data.contact_phone else "",
        phone_index=crypto.blind_index("phone", data.contact_phone),
        contact_email=crypto.encrypt(data.contact_email),
        contact_email_masked=mask_email(data.contact_email) if data.contact_email else "",
        answers=crypto.encrypt(orjson.dumps(answers).decode()) if answers else "",
        is_listed=data.is_listed,
        locale=actor.locale,
        confirmed_at=now if state is RegistrationState.CONFIRMED else None,
        is_generated=actor.kind == "system",
    )
    await notices.tell_step(row, quota, position=quota.waiting)
    await audit(actor, row, {"number": [None, number], "state": [None, state], "people": [None, data.people]})
    return _answer(row)


def _wrong(actor: Actor, quota: Quota, data: Register) -> list[FieldError]:
    """What speaks against it, beside the field where it can be put right. Raises where no place is given out."""
    manages = actor.may(MANAGE_BOOKINGS, quota.division_id)  # type: ignore[attr-defined]
    if not quota.is_public and not manages:
        raise NotFound
    refusal = rules.refusal(quota, clock.now())
    if refusal and (not manages or quota.status.value == "called_off"):
        raise Unavailable(refusal)
    errors: list[FieldError] = []
    if data.people > quota.max_people:
        message = N_("One registration is for at most %(most)s.")
        errors += InvalidInput.at("people", "too_many", message, most=quota.max_people).errors
    elif quota.capacity is not None and data.people > quota.capacity:
        message = N_("There are only %(most)s places in all.")
        errors += InvalidInput.at("people", "too_many", message, most=quota.capacity).errors
    if quota.is_phone_required and not data.contact_phone:
        errors += InvalidInput.at("contact_phone", "missing", N_("Please fill this in.")).errors
    return errors + _unfit(quota, data)


def _unfit(quota: Quota, data: Register) -> list[FieldError]:
    """The ages of all who come, where it is for some ages only."""
    if quota.min_age is None and quota.max_age is None:
        return []
    ages = rules.typed_ages(data.ages)
    if len(ages) != data.people:
        message = N_("Please give the age of each person: %(people)s in all.")
        return InvalidInput.at("ages", "count", message, people=data.people).errors
    if (age := rules.unfit_age(quota, ages)) is None:
        return []
    if quota.max_age is None:
        message = N_("It is for people of %(youngest)s years and more; you gave %(age)s.")
    elif quota.min_age is None:
        message = N_("It is for people of up to %(oldest)s years; you gave %(age)s.")
    else:
        message = N_("It is for people between %(youngest)s and %(oldest)s years; you gave %(age)s.")
    return InvalidInput.at("ages", "age", message, youngest=quota.min_age, oldest=quota.max_age, age=age).errors


def answered(questions: Sequence[QuotaQuestion], given: Sequence[AnswerGiven]) -> list[dict[str, Any]]:
    """The answers with their questions, in the organiser's order. Raises for what is missing or was not offered."""
    texts = {one.question: one.text for one in given}
    errors: list[FieldError] = []
    found = []
    for index, question in enumerate(questions):
        text = texts.get(question.position, "")
        if question.kind is AnswerKind.YES:
            text = "yes" if text in ("yes", "true", "on") else ""
        elif question.kind is AnswerKind.CHOICE and text and text not in question.choices:
            errors.append(FieldError(f"answers.{index}.text", "enum", gettext(N_("Please choose one of the list."))))
        if question.is_required and not text:
            errors.append(FieldError(f"answers.{index}.text", "missing", gettext(N_("Please fill this in."))))
        if text:
            found.append({"question": question.label, "answer": text})
    if errors:
        raise InvalidInput(errors)
    return found

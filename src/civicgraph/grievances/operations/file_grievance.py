"""Report a problem."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from civicgraph import budgets, clock, crypto, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.divisions.operations import DivisionCode
from civicgraph.grievances import deadlines, notices, rules
from civicgraph.grievances.models import (
    Channel,
    Grievance,
    GrievanceUpdate,
    ReporterKind,
)
from civicgraph.grievances.operations import named
from civicgraph.grievances.operations.history import office
from civicgraph.grievances.operations.inputs import Email, Given, Phone, Words
from civicgraph.grievances.operations.tally import count_in
from civicgraph.grievances.operations.timing import promised
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, InvalidInput, TooMany, audit, changed, operation
from civicgraph.operations.kernel import fingerprint, first_answer, keep_answer
from civicgraph.permissions import DISPATCH_GRIEVANCES, Actor
from civicgraph.text import mask_email, mask_personal, mask_phone, search_terms


class FileGrievance(Input):
    """A problem as somebody reports it."""

    category: str = Field(
        title=N_("What is it about?"),
        min_length=1,
        max_length=40,
        description=N_("Choose what fits best; the office will put it right if need be."),
    )
    division_code: Annotated[DivisionCode, Field(description=N_("The community or village where the problem is."))]
    description: Words = Field(
        title=N_("What is the matter?"),
        min_length=5,
        max_length=2000,
        json_schema_extra={"widget": "textarea"},
        description=N_(
            "What you see, where, and since when. Telephone and identity numbers in it are hidden from others."
        ),
    )
    address: Words = Field(
        "",
        title=N_("Where exactly?"),
        max_length=200,
        json_schema_extra={"autocomplete": "street-address"},
        description=N_("Compound, building, unit, door. Only the staff who deal with it see this."),
    )
    grid_code: Given = Field(
        None,
        title=N_("Grid"),
        pattern=r"^(\d{15}|\d{17})$",
        description=N_("Only if you know it; we find it by the community otherwise."),
    )
    contact_name: Words = Field(
        "", title=N_("Name of the reporter"), max_length=60, json_schema_extra={"autocomplete": "name"}
    )
    contact_phone: Phone = Field(
        "",
        title=N_("Telephone of the reporter"),
        max_length=30,
        json_schema_extra={"widget": "tel", "autocomplete": "tel"},
        description=N_("So that staff can ask or come by. Never shown to others."),
    )
    contact_email: Email = Field(
        "",
        title=N_("E-mail of the reporter"),
        max_length=120,
        json_schema_extra={"widget": "email", "autocomplete": "email"},
        description=N_("We write at each step. Never shown to others."),
    )
    enterprise_code: Given = Field(
        None,
        title=N_("Credit code of the enterprise"),
        max_length=30,
        description=N_("If you report for an enterprise: its unified social credit code of 18 characters."),
    )
    is_public: bool = Field(
        True,
        title=N_("Others may read it"),
        description=N_("Without name, address and contact. Neighbours see that it is being dealt with."),
    )
    channel: Channel = Field(Channel.API, title=N_("How it came in"))
    idempotency_key: Given = Field(
        None,
        title=N_("Key of the submission"),
        min_length=16,
        max_length=80,
        description=N_(
            "A random text, the same in each retry: a retried report is one grievance and gets the same answer."
        ),
    )


_NAME = "file_grievance"
_TRIES = 3


@operation(is_audited=False)  # a retry writes nothing, so it audits nothing; the first submission does, below
async def file_grievance(actor: Actor, data: FileGrievance) -> dict[str, Any]:
    """Report a problem; no account is needed. The tracking secret is answered here and nowhere else."""
    if earlier := await _earlier(actor, data):
        return earlier
    _count(actor)
    for tries_left in reversed(range(_TRIES)):
        try:
            async with in_transaction():
                return await _file(actor, data)
        except IntegrityError:
            # The same submission at the same moment was first; or, once in ages, the number was taken.
            if earlier := await _earlier(actor, data):
                return earlier
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def _count(actor: Actor) -> None:
    """Bound what strangers at one address report in a minute; a retry was answered before it comes here."""
    if actor.is_staff or not actor.address_key:
        return
    try:
        budgets.shared.spend(f"report:{actor.address_key}", 1, settings.current().reports_per_minute)
    except BudgetExceeded as error:
        message = N_(
            "Many reports came from your connection just now. Please send it again in %(seconds)s seconds; what you wrote is still here."
        )
        raise TooMany(message, seconds=error.retry_after) from error


async def _earlier(actor: Actor, data: FileGrievance) -> dict[str, Any] | None:
    """What the first submission with this key was answered."""
    if not data.idempotency_key:
        return None
    answer = await first_answer(actor, _NAME, data.idempotency_key)
    if answer is None:
        return None
    if answer["fingerprint"] != fingerprint(data):
        raise InvalidInput.at(
            "idempotency_key",
            "key_reused",
            N_(
                "A report with other words was already sent from this form. Please check, and send again if this is a new problem."
            ),
        )
    return {
        "grievance": await Grievance.get(number=answer["number"]),
        "tracking_secret": rules.grouped(crypto.decrypt(answer["secret"])),
    }


async def _file(actor: Actor, data: FileGrievance) -> dict[str, Any]:
    category = await named.category_of(data.category)
    division_code = await named.community_of(data.division_code)
    if data.channel is Channel.STAFF and not actor.may(DISPATCH_GRIEVANCES, division_code):
        raise Forbidden
    enterprise = await named.enterprise_of(data.enterprise_code)
    is_enterprise = enterprise is not None or category.group_code == "enterprise"
    now = clock.now()
    number, secret = await named.free_number(), crypto.random_code(rules.SECRET_LENGTH)
    if data.idempotency_key:
        # First of all, so that a second one waits here and finds the answer.
        answer = {"number": number, "secret": crypto.encrypt(secret), "fingerprint": fingerprint(data)}
        await keep_answer(actor, _NAME, data.idempotency_key, answer)
    public_text = mask_personal(data.description)
    promise = await named.promise_of(category.urgency, category.code, division_code)
    row = await Grievance.create(
        number=number,
        secret_hash=crypto.token_hash(secret),
        category_id=category.code,
        urgency=category.urgency,
        channel=data.channel,
        reporter_kind=ReporterKind.ENTERPRISE if is_enterprise else ReporterKind.RESIDENT,
        division_id=division_code,
        grid_id=await named.grid_of(data.grid_code, division_code),
        enterprise_id=enterprise.id if enterprise else None,
        public_text=public_text,
        description=data.description,
        address=data.address,
        contact_name=data.contact_name,
        contact_phone=crypto.encrypt(data.contact_phone),
        contact_phone_masked=mask_phone(data.contact_phone) if data.contact_phone else "",
        contact_email=crypto.encrypt(data.contact_email),
        contact_email_masked=mask_email(data.contact_email) if data.contact_email else "",
        phone_index=crypto.blind_index("phone", data.contact_phone),
        email_index=crypto.blind_index("email", data.contact_email),
        locale=actor.locale,
        is_public=data.is_public,
        submitted_at=now,
        **promised(promise, now),
        search_terms=search_terms(public_text, category.name),
    )
    line = await office(actor, row) if data.channel is Channel.STAFF else rules.REPORTERS[row.reporter_kind]
    update = await GrievanceUpdate.create(
        grievance_id=row.id, at=now, verb="submit", status=row.status, by_line=line, person_id=actor.person_id
    )
    await deadlines.keep(row, {})
    await notices.tell_reporter(row, update)
    await notices.call_dispatchers(row)
    await count_in(row)
    await audit(
        actor,
        row,
        changed({}, {"number": number, "category": category.code, "channel": data.channel, "status": row.status}),
    )
    return {"grievance": row, "tracking_secret": rules.grouped(secret)}

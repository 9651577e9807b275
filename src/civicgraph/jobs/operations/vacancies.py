"""Vacancies as staff and the enterprises themselves keep them."""

from __future__ import annotations

from typing import Any

from civicgraph import clock
from civicgraph.divisions.operations import place_of
from civicgraph.enterprises.claims.acting import acts_for
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.rules import may_see
from civicgraph.i18n import N_
from civicgraph.jobs import rules
from civicgraph.jobs.models import Vacancy, VacancyStatus
from civicgraph.jobs.operations.inputs import (
    CreateVacancy,
    StopVacancy,
    UpdateVacancy,
    VacancyFields,
    VacancyVersion,
)
from civicgraph.operations import (
    Forbidden,
    InvalidInput,
    NotFound,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_VACANCIES, Actor
from civicgraph.text import search_terms

_CONTACT = ("contact_name", "contact_phone", "contact_agreed_on")
_OWN = [name for name in VacancyFields.model_fields if name not in ("division_code", *_CONTACT)]


def vacancy_values(row: Vacancy) -> dict[str, Any]:
    """The editable values of a vacancy, by input field."""
    return {"division_code": row.division_id, **{name: getattr(row, name) for name in (*_OWN, *_CONTACT)}}


async def _columns(data: VacancyFields, enterprise: Enterprise) -> dict[str, Any]:
    await place_of(data.division_code)
    own = {name: getattr(data, name) for name in _OWN}
    words = search_terms(data.title, data.requirement, data.benefits, data.address, enterprise.name, enterprise.brand)
    return {**own, "division_id": data.division_code, "search_terms": words}


def _contact(data: VacancyFields, before: Vacancy | None, *, is_own: bool) -> dict[str, Any]:
    """The public contact and the day of the agreement to it. An enterprise that enters one agrees by that; staff say when."""
    given = {"contact_name": data.contact_name, "contact_phone": data.contact_phone}
    if not any(given.values()):
        return {**given, "contact_agreed_on": None}
    if is_own:
        known = before is not None and all(getattr(before, name) == value for name, value in given.items())
        day = before.contact_agreed_on if before and known else None
        return {**given, "contact_agreed_on": day or clock.today()}
    if data.contact_agreed_on is None:
        message = N_("Please enter the day on which the enterprise agreed, or leave the contact out.")
        raise InvalidInput.at("contact_agreed_on", "missing", message)
    return {**given, "contact_agreed_on": data.contact_agreed_on}


@operation()
async def create_vacancy(actor: Actor, data: CreateVacancy) -> Vacancy:
    """Enter work that an enterprise offers: by its own account, or as staff of its place and of that of the work."""
    enterprise = await Enterprise.get_or_none(credit_code=data.credit_code.upper())
    is_own = enterprise is not None and await acts_for(actor, enterprise.id)
    if enterprise is None or not (is_own or may_see(actor, enterprise)):
        raise InvalidInput.at("credit_code", "unknown", N_("No enterprise of the register has this code."))
    if not is_own:
        if not actor.may(EDIT_VACANCIES, data.division_code):
            raise Forbidden
        if not actor.may(EDIT_VACANCIES, str(enterprise.division_id)):  # type: ignore[attr-defined]
            raise InvalidInput.at("credit_code", "elsewhere", N_("This enterprise lies outside your grants."))
    columns = {**await _columns(data, enterprise), **_contact(data, None, is_own=is_own)}
    row = await Vacancy.create(enterprise_id=enterprise.id, **columns)
    await audit(actor, row, changed({}, vacancy_values(row)))
    return row


async def _kept(actor: Actor, number: int) -> tuple[Vacancy, bool]:
    """A vacancy, locked, for somebody who keeps it, and whether that is the enterprise itself."""
    row = await Vacancy.select_for_update().get_or_none(id=number)
    if row is None:
        raise NotFound
    if await acts_for(actor, row.enterprise_id):
        return row, True
    if not actor.may(EDIT_VACANCIES, row.division_id):
        is_shown = row.status in (VacancyStatus.OPEN, VacancyStatus.CLOSED)
        raise Forbidden if is_shown and await _is_listed(row) else NotFound
    return row, False


async def _is_listed(row: Vacancy) -> bool:
    return await Enterprise.exists(id=row.enterprise_id, is_published=True)


@operation()
async def update_vacancy(actor: Actor, data: UpdateVacancy) -> Vacancy:
    """Change a vacancy. Fewer people than began to work there by a referral cannot be wanted."""
    row, is_own = await _kept(actor, data.id)
    if not is_own and not actor.may(EDIT_VACANCIES, data.division_code):
        raise Forbidden
    before = vacancy_values(row)
    check_version(row, data.version, lambda: before)
    if data.places < row.hired:
        message = N_("%(hired)s people began to work there already: this must be at least %(hired)s.")
        raise InvalidInput.at("places", "below_hired", message, hired=row.hired)
    enterprise = await Enterprise.get(id=row.enterprise_id)
    columns = {**await _columns(data, enterprise), **_contact(data, row, is_own=is_own)}
    row.update_from_dict({**columns, "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, vacancy_values(row)))
    return row


async def _to(actor: Actor, row: Vacancy, status: VacancyStatus, reason: str = "") -> Vacancy:
    before = row.status
    row.update_from_dict({"status": status, "stop_reason": reason, "version": row.version + 1})
    await row.save()
    await audit(actor, row, {"status": [before, status], **({"reason": ["", reason]} if reason else {})})
    return row


@operation()
async def publish_vacancy(actor: Actor, data: VacancyVersion) -> Vacancy:
    """Offer a vacancy to everyone until its last day. What staff took off only staff offer again."""
    row, is_own = await _kept(actor, data.id)
    check_version(row, data.version, dict)
    if row.status is VacancyStatus.OPEN:
        raise Unavailable(N_("It is offered already."))
    if row.status is VacancyStatus.STOPPED and not actor.may(EDIT_VACANCIES, row.division_id):
        raise Unavailable(N_("Staff took it off: %(reason)s Please ask them."), reason=row.stop_reason)
    if row.valid_until < clock.today():
        raise Unavailable(N_("Its last day is over. Please give a later one first."))
    if not await _is_listed(row):
        raise Unavailable(N_("The entry of this enterprise in the register is not public yet."))
    if (
        is_own
        and await Vacancy.filter(enterprise_id=row.enterprise_id, status=VacancyStatus.OPEN).count() >= rules.MAX_OPEN
    ):
        raise Unavailable(N_("You offer %(count)s vacancies already. Please close one first."), count=rules.MAX_OPEN)
    return await _to(actor, row, VacancyStatus.OPEN)


@operation()
async def close_vacancy(actor: Actor, data: VacancyVersion) -> Vacancy:
    """Offer a vacancy no longer; referrals that were matched to it go on."""
    row, _ = await _kept(actor, data.id)
    check_version(row, data.version, dict)
    if row.status is not VacancyStatus.OPEN:
        raise Unavailable(N_("It is not offered as it is."))
    return await _to(actor, row, VacancyStatus.CLOSED)


@operation()
async def stop_vacancy(actor: Actor, data: StopVacancy) -> Vacancy:
    """Take a vacancy off as staff, with the reason: nobody but staff reads it any more, and the enterprise."""
    row, _ = await _kept(actor, data.id)
    if not actor.may(EDIT_VACANCIES, row.division_id):
        raise Forbidden
    check_version(row, data.version, dict)
    if row.status is VacancyStatus.STOPPED:
        raise Unavailable(N_("It is taken off already."))
    return await _to(actor, row, VacancyStatus.STOPPED, data.reason)

"""A referral as staff follow it: each step with its time and who made it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from civicgraph import clock, crypto, settings
from civicgraph.i18n import N_
from civicgraph.jobs import counting, notices, reminders
from civicgraph.jobs.models import Referral, ReferralStage, ReferralStep, Vacancy
from civicgraph.jobs.operations.applying import refusal_of
from civicgraph.jobs.operations.inputs import MoveReferral, ReferralNumber
from civicgraph.jobs.stages import MOVES, NEEDS_REASON, RUNNING
from civicgraph.operations import InvalidInput, NotFound, Unavailable, audit, check_version, operation
from civicgraph.permissions import HANDLE_REFERRALS, Actor


async def handled(actor: Actor, number: str) -> Referral:
    """A referral, locked, for those who follow referrals of its place; there is none for anybody else."""
    row = await Referral.select_for_update().get_or_none(number=number)
    if row is None or not actor.may(HANDLE_REFERRALS, row.division_id):
        raise NotFound
    return row


@operation()
async def move_referral(actor: Actor, data: MoveReferral) -> Referral:
    """Record how far a referral has come: taken on, matched to a vacancy, an interview, the first working day, or its end."""
    row = await handled(actor, data.number)
    check_version(row, data.version, dict)
    if data.stage not in MOVES[row.stage]:
        raise Unavailable(N_("This step cannot follow the one where it stands."))
    _check(data)
    at = _moment(row, data.at)
    vacancy = await _vacancy_of(row, data)
    if data.stage is ReferralStage.TAKEN:
        row.responsible_id = actor.person_id
    row.vacancy_id = vacancy.id if vacancy else row.vacancy_id
    row.interview_at = data.interview_at if data.stage is ReferralStage.INTERVIEW else None
    if data.stage is ReferralStage.STARTED:
        await _begin(row, at)
    await reach(actor, row, data.stage, at, data.note)
    await notices.tell_applicant(row, data.note)
    return row


def _check(data: MoveReferral) -> None:
    """What a step needs of its own."""
    if data.stage in NEEDS_REASON and not data.note:
        raise InvalidInput.at("note", "missing", N_("Please say why, in words for the person."))
    if data.stage is ReferralStage.MATCHED and data.vacancy_id is None:
        raise InvalidInput.at("vacancy_id", "missing", N_("Please choose the vacancy."))
    if data.stage is ReferralStage.INTERVIEW and data.interview_at is None:
        raise InvalidInput.at("interview_at", "missing", N_("Please give the day and time of the interview."))


def _moment(row: Referral, at: datetime | None) -> datetime:
    """When a step was: not in the future, not before the last one. A form gives minutes, so those are compared."""
    if at is None:
        return clock.now()
    if at > clock.now():
        raise InvalidInput.at("at", "not_yet", N_("This time has not come yet."))
    if at < row.stage_at.replace(second=0, microsecond=0):
        raise InvalidInput.at("at", "too_early", N_("The step before it was later. Please check the time."))
    return max(at, row.stage_at)


async def _vacancy_of(row: Referral, data: MoveReferral) -> Vacancy | None:
    """The vacancy that a step matches to, which has to be offered and to have a place left."""
    if data.stage is not ReferralStage.MATCHED:
        return None
    vacancy = await Vacancy.get_or_none(id=data.vacancy_id)
    if vacancy is None:
        raise InvalidInput.at("vacancy_id", "unknown", N_("There is no such vacancy."))
    if vacancy.id == row.vacancy_id:
        raise InvalidInput.at("vacancy_id", "same", N_("The person is matched to it already."))
    if refusal := refusal_of(vacancy):
        raise InvalidInput.at("vacancy_id", "taken", refusal)
    return vacancy


async def _begin(row: Referral, at: datetime) -> None:
    """The person takes a place of the vacancy."""
    vacancy = await Vacancy.select_for_update().get_or_none(id=row.vacancy_id)
    if vacancy is None:
        raise Unavailable(N_("The vacancy is gone. Please match the person to another one."))
    if vacancy.hired >= vacancy.places:
        raise Unavailable(N_("All places of this work are taken. Please match the person to another one."))
    vacancy.update_from_dict({"hired": vacancy.hired + 1, "version": vacancy.version + 1})
    await vacancy.save()
    row.started_at = at
    await counting.count(counting.started(row))


async def reach(actor: Actor, row: Referral, stage: ReferralStage, at: datetime, note: str) -> None:
    """Keep a step of a referral, and what follows from it."""
    before = row.stage
    row.update_from_dict({"stage": stage, "stage_at": at, "version": row.version + 1})
    if stage not in RUNNING:
        row.ended_at = at
        row.erase_at = clock.now() + timedelta(days=settings.current().keep_contact_days)
        row.reason = note if stage is not ReferralStage.STARTED else ""
    await row.save()
    person = actor.person_id if stage is not ReferralStage.WITHDRAWN else None
    vacancy = row.vacancy_id if stage is ReferralStage.MATCHED else None
    await ReferralStep.create(
        referral_id=row.id, before=before, stage=stage, at=at, note=note, vacancy_id=vacancy, person_id=person
    )
    await reminders.keep(row)
    trace: dict[str, Any] = {"stage": [before, stage], "on": [None, at]}
    await audit(actor, row, trace | ({"vacancy": [None, vacancy]} if vacancy else {}))


@operation()
async def reveal_referral(actor: Actor, data: ReferralNumber) -> dict[str, str]:
    """Telephone, e-mail and words of somebody who looks for work, in full. Each look is recorded."""
    row = await handled(actor, data.number)
    await audit(actor, row, {"contact_phone": ["", ""], "contact_email": ["", ""], "wish": ["", ""]})
    return {name: crypto.decrypt(getattr(row, f"contact_{name}")) for name in ("phone", "email")} | {
        "wish": crypto.decrypt(row.wish)
    }

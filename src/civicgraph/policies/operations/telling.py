"""Telling enterprises of their grants: by e-mail, by telephone, or they open the page; then the days for objections begin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.enterprises.claims.acting import acts_for
from civicgraph.enterprises.models import Enterprise, EnterpriseAccount
from civicgraph.i18n import N_
from civicgraph.notifications.operations import gets_e_mail, notify_address, notify_person
from civicgraph.operations import Forbidden, Input, NotFound, Unavailable, audit, operation
from civicgraph.permissions import GRANT_POLICIES, READ_ENTERPRISE_CONTACTS, Actor
from civicgraph.policies.models import GrantState, Policy, PolicyGrant
from civicgraph.policies.operations.rows import of

BATCH = 200
_TOLD = N_("It was told already, or is being written to.")


class HowMany(Input):
    """How many at most."""

    most: int = Field(BATCH, title=N_("Number"), ge=1, le=1_000)


@operation(is_audited=False)
async def tell_enterprises(actor: Actor, data: HowMany) -> int:
    """Write to enterprises about grants that were made or taken back, and about answers to their objections; each once.

    Told is who was sent an e-mail. A message that waits in an inbox tells nobody before it is read: who has no e-mail is
    called, or opens the page of the grant (`open_grant`).
    """
    if actor.kind != "system":
        raise Forbidden
    found = await PolicyGrant.filter(notice_due=True).order_by("id").limit(data.most).select_for_update()
    if not found:
        return 0
    numbers = [one.enterprise_id for one in found]  # type: ignore[attr-defined]
    enterprises = {one.id: one for one in await Enterprise.filter(id__in=numbers)}
    policies = {one.id: one for one in await Policy.filter(id__in={one.policy_id for one in found})}  # type: ignore[attr-defined]
    people = await _people(numbers)
    for grant in found:
        enterprise, policy = enterprises[grant.enterprise_id], policies[grant.policy_id]  # type: ignore[attr-defined]
        own = people.get(enterprise.id, [])
        is_by_person = any([await gets_e_mail(one) for one in own])
        grant.notified_at, grant.notice_due, grant.is_told_by_phone = None, False, False
        if is_by_person or enterprise.contact_email:
            count_as_told(grant, policy)
        await _tell(grant, policy, enterprise, own, is_by_person=is_by_person)
        names = ("notified_at", "notice_due", "objection_until", "is_told_by_phone", "updated_at")
        await grant.save(update_fields=names)
    return len(found)


async def _people(enterprises: list[int]) -> dict[int, list[Person]]:
    """Who acts for each of the enterprises."""
    accounts = await EnterpriseAccount.filter(enterprise_id__in=enterprises, ended_at=None).order_by("id")
    kept = {one.id: one for one in await Person.filter(id__in={one.person_id for one in accounts}, is_active=True)}
    found: dict[int, list[Person]] = {}
    for one in accounts:
        if one.person_id in kept:
            found.setdefault(one.enterprise_id, []).append(kept[one.person_id])
    return found


async def _tell(
    grant: PolicyGrant, policy: Policy, enterprise: Enterprise, people: list[Person], *, is_by_person: bool
) -> None:
    """Tell who acts for it, in their languages, and its registered address where none of them gets e-mail."""
    stage = _stage(grant)
    values = {
        **{"title": policy.title, "title_en": policy.title_en or policy.title, "owner": policy.owner},
        **{"amount_fen": grant.amount_fen, "phone": policy.phone, "enterprise": enterprise.name, "state": stage},
        "until": str(grant.objection_until or ""),
        "days": policy.objection_days,
        "before_fen": grant.amount_before_fen,
        "reason": grant.objection_answer if stage == "answered" else grant.reason,
    }
    told: dict[str, Any] = {"dedupe": f"grant {grant.id} {stage}", "division_code": grant.division_id}  # type: ignore[attr-defined]
    link = f"/my/enterprises/{enterprise.credit_code}/grants/{grant.id}"
    for person in people:
        await notify_person(person, "policy_grant", values, link=link, **told)
    if not is_by_person:
        values["link"] = f"/policies/{policy.id}"
        await notify_address(enterprise.contact_email, "zh", "policy_grant", values, **told)  # the register is Chinese


def _stage(grant: PolicyGrant) -> str:
    """What an enterprise is told of its grant now: that it has it, that its objection is answered, that it is taken back."""
    is_answered = grant.objection_answered_at is not None and grant.state is not GrantState.WITHDRAWN
    return "answered" if is_answered else grant.state.value


def count_as_told(grant: PolicyGrant, policy: Policy) -> None:
    """Its enterprise knows of it as it stands: from now on, and only from now on, the days for objections run."""
    grant.notified_at = clock.now()
    if grant.state is GrantState.OBJECTION and grant.objection_until is None:
        grant.objection_until = clock.today() + timedelta(days=policy.objection_days)


def waits_to_be_told(grant: PolicyGrant) -> bool:
    """Whether an enterprise is neither told of a grant nor about to be written to: it is called, or comes by itself."""
    return grant.state is not GrantState.PROPOSED and not grant.notice_due and grant.notified_at is None


class GrantNumber(Input):
    """Which grant."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def tell_by_phone(actor: Actor, data: GrantNumber) -> PolicyGrant:
    """Record that an enterprise that cannot be written to was told of its grant, or of its end, by telephone. Its days
    for objections begin today."""
    found = await PolicyGrant.get_or_none(id=data.id)
    if found is None:
        raise NotFound
    policy = await of(actor, found.policy_id, GRANT_POLICIES)  # type: ignore[attr-defined]
    grant = await PolicyGrant.get(id=data.id)  # as it is now that the policy is locked
    if not actor.may(READ_ENTERPRISE_CONTACTS, grant.division_id):  # type: ignore[attr-defined]
        raise Forbidden
    if not waits_to_be_told(grant):
        raise Unavailable(_TOLD)
    count_as_told(grant, policy)
    grant.is_told_by_phone = True
    await grant.save(update_fields=["notified_at", "is_told_by_phone", "objection_until", "updated_at"])
    await audit(actor, grant, {"is_told_by_phone": [False, True]})
    return grant


@operation()
async def open_grant(actor: Actor, data: GrantNumber) -> PolicyGrant:
    """Record that somebody who acts for an enterprise opened the page of its grant, of which it could not be written to:
    now it is told. Its days for objections begin today."""
    grant = await PolicyGrant.filter(id=data.id).select_for_update().first()
    if grant is None or not await acts_for(actor, grant.enterprise_id):  # type: ignore[attr-defined]
        raise NotFound
    if not waits_to_be_told(grant):
        raise Unavailable(_TOLD)
    count_as_told(grant, await Policy.get(id=grant.policy_id))  # type: ignore[attr-defined]
    await grant.save(update_fields=["notified_at", "objection_until", "updated_at"])
    await audit(actor, grant, {"notified_at": [None, grant.notified_at]}, division_code=grant.division_id)  # type: ignore[attr-defined]
    return grant

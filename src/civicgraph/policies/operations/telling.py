"""Telling enterprises of their grants: the days for objections begin when that is done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.enterprises.models import Enterprise, EnterpriseAccount
from civicgraph.i18n import N_
from civicgraph.notifications.operations import notify_address, notify_person
from civicgraph.operations import Forbidden, Input, NotFound, Unavailable, audit, operation
from civicgraph.permissions import GRANT_POLICIES, READ_ENTERPRISE_CONTACTS, Actor
from civicgraph.policies.models import GrantState, Policy, PolicyGrant
from civicgraph.policies.operations.catalogue import of

BATCH = 200


class HowMany(Input):
    """How many at most."""

    most: int = Field(BATCH, title=N_("Number"), ge=1, le=1_000)


@operation(is_audited=False)
async def tell_enterprises(actor: Actor, data: HowMany) -> int:
    """Write to enterprises about grants that were made or taken back; each once. Who cannot be written to is left to the
    telephone."""
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
        is_told = bool(people.get(enterprise.id) or enterprise.contact_email)
        _begin_objections(grant, policy, is_told=is_told)
        await _tell(grant, policy, enterprise, people.get(enterprise.id, []))
        grant.notified_at, grant.notice_due = clock.now() if is_told else None, False
        grant.is_told_by_phone = False
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


async def _tell(grant: PolicyGrant, policy: Policy, enterprise: Enterprise, people: list[Person]) -> None:
    """Tell who acts for it, in their languages, and its registered address where none of them has one."""
    values = {
        **{"title": policy.title, "title_en": policy.title_en or policy.title, "owner": policy.owner},
        **{"amount_fen": grant.amount_fen, "phone": policy.phone, "reason": grant.reason},
        **{"until": str(grant.objection_until), "enterprise": enterprise.name, "state": grant.state.value},
    }
    told: dict[str, Any] = {"dedupe": f"grant {grant.id} {grant.state.value}", "division_code": grant.division_id}  # type: ignore[attr-defined]
    for person in people:
        await notify_person(person, "policy_grant", values, link=f"/my/enterprises/{enterprise.credit_code}", **told)
    if not any(person.email for person in people):
        values["link"] = f"/policies/{policy.id}"
        await notify_address(enterprise.contact_email, "zh", "policy_grant", values, **told)  # the register is Chinese


def _begin_objections(grant: PolicyGrant, policy: Policy, *, is_told: bool) -> None:
    if is_told and grant.state is GrantState.OBJECTION and grant.objection_until is None:
        grant.objection_until = clock.today() + timedelta(days=policy.objection_days)


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
    if grant.state is GrantState.PROPOSED or grant.notice_due or grant.notified_at is not None:
        raise Unavailable(N_("It was told already, or is being written to."))
    _begin_objections(grant, policy, is_told=True)
    grant.notified_at, grant.is_told_by_phone = clock.now(), True
    await grant.save(update_fields=["notified_at", "is_told_by_phone", "objection_until", "updated_at"])
    await audit(actor, grant, {"is_told_by_phone": [False, True]})
    return grant

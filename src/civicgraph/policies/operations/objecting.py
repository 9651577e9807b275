"""Objecting to a grant as the enterprise, and the office's answer."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.accounts.keepers import keepers_of
from civicgraph.enterprises.claims.acting import acts_for
from civicgraph.enterprises.models import Enterprise
from civicgraph.i18n import N_
from civicgraph.notifications.operations import notify_person
from civicgraph.operations import MONEY, Forbidden, Input, InvalidInput, NotFound, Unavailable, audit, operation
from civicgraph.permissions import GRANT_POLICIES, READ_ENTERPRISE_CONTACTS, Actor
from civicgraph.policies.matching import add_cells, left_of
from civicgraph.policies.models import GrantState, Policy, PolicyGrant
from civicgraph.policies.operations.budget import settle_budget
from civicgraph.policies.operations.explaining import judged, known_of_entry
from civicgraph.policies.operations.rows import of
from civicgraph.policies.operations.telling import count_as_told
from civicgraph.policies.rules import amount_of

_AREA: dict[str, Any] = {"widget": "textarea"}


class ObjectToGrant(Input):
    """Which grant, and what is wrong with it."""

    id: int = Field(title=N_("Number"), ge=1)
    objection: str = Field(
        title=N_("What is wrong with it"), min_length=2, max_length=600, json_schema_extra=_AREA,
        description=N_("For instance how many people the insurance really knows. The office reads it."),
    )  # fmt: skip


class AnswerObjection(Input):
    """What the office answers to an objection that it does not follow."""

    id: int = Field(title=N_("Number"), ge=1)
    answer: str = Field(title=N_("Answer"), min_length=2, max_length=300, json_schema_extra=_AREA)


@operation()
async def object_to_grant(actor: Actor, data: ObjectToGrant) -> PolicyGrant:
    """Object to a grant as its enterprise, within the days for objections. It is not paid before the office has answered."""
    grant = await PolicyGrant.filter(id=data.id).select_for_update().first()
    if grant is None or not await acts_for(actor, grant.enterprise_id):  # type: ignore[attr-defined]
        raise NotFound
    is_open = grant.state is GrantState.OBJECTION and (grant.objection_until or clock.today()) >= clock.today()
    if not is_open or grant.objected_at is not None:
        raise Unavailable(N_("This grant is not open to objections, or you objected already."))
    policy = await Policy.get(id=grant.policy_id)  # type: ignore[attr-defined]
    if grant.notified_at is None:  # who objects knows of it
        count_as_told(grant, policy)
    grant.objection, grant.objected_at, grant.notice_due = data.objection, clock.now(), False
    names = ("objection", "objected_at", "notice_due", "notified_at", "objection_until", "updated_at")
    await grant.save(update_fields=names)
    await _tell_office(grant, policy)
    await audit(actor, grant, {"objection": [None, None]}, division_code=grant.division_id)  # type: ignore[attr-defined]
    return grant


async def _tell_office(grant: PolicyGrant, policy: Policy) -> None:
    """Tell those nearest to the policy who may answer. What the enterprise wrote is on the page alone."""
    enterprise = await Enterprise.get(id=grant.enterprise_id)  # type: ignore[attr-defined]
    place = str(policy.division_id)  # type: ignore[attr-defined]
    values = {"title": policy.title, "title_en": policy.title_en or policy.title, "enterprise": enterprise.name}
    for person in await keepers_of(place, GRANT_POLICIES):
        await notify_person(
            person, "policy_objection", {**values, "amount_fen": grant.amount_fen},
            dedupe=f"objection {grant.id}", division_code=place,
            link=f"/staff/policies/{policy.id}/grants?due=objection",
        )  # fmt: skip


async def _objected(actor: Actor, number: int) -> tuple[Policy, PolicyGrant]:
    """A grant whose objection waits for the actor's answer, with its policy, which is locked."""
    found = await PolicyGrant.get_or_none(id=number)
    if found is None:
        raise NotFound
    policy = await of(actor, found.policy_id, GRANT_POLICIES)  # type: ignore[attr-defined]
    grant = await PolicyGrant.get(id=number)  # as it is now that the policy is locked
    if not actor.may(READ_ENTERPRISE_CONTACTS, grant.division_id):  # type: ignore[attr-defined]
        raise Forbidden
    if grant.objected_at is None or grant.objection_answered_at is not None or grant.state is not GrantState.OBJECTION:
        raise Unavailable(N_("There is no objection that waits for an answer."))
    return policy, grant


_ANSWERED = ("objection_answer", "objection_answered_at", "notice_due", "updated_at")


def _answer(grant: PolicyGrant, words: str) -> None:
    grant.objection_answer, grant.objection_answered_at, grant.notice_due = words, clock.now(), True


@operation()
async def answer_objection(actor: Actor, data: AnswerObjection) -> PolicyGrant:
    """Leave a grant as it is in spite of an objection, and say why; the enterprise is told. (To follow it, correct the grant,
    or take it back.)"""
    _, grant = await _objected(actor, data.id)
    _answer(grant, data.answer)
    await grant.save(update_fields=_ANSWERED)
    await audit(actor, grant, {"objection_answer": [None, data.answer]})
    return grant


class CorrectGrant(AnswerObjection):
    """Which grant, what it is to be by the register as it stands corrected, and what the enterprise reads."""

    amount_fen: int = Field(
        title=N_("Amount by the corrected register, CNY"), ge=1, le=10**13, json_schema_extra=MONEY,
        description=N_("Correct the register first. It is compared with what the rule gives there today."),
    )  # fmt: skip


@operation()
async def correct_grant(actor: Actor, data: CorrectGrant) -> PolicyGrant:
    """Follow an objection: the grant becomes what the rule gives by the register of today, and the enterprise is told. Where
    it would not qualify any more, the grant is taken back instead."""
    policy, grant = await _objected(actor, data.id)
    await _check_amount(policy, grant, data.amount_fen)
    before, grant.amount_before_fen, grant.amount_fen = grant.amount_fen, grant.amount_fen, data.amount_fen
    _answer(grant, data.answer)
    await grant.save(update_fields=(*_ANSWERED, "amount_fen", "amount_before_fen"))
    policy.granted_fen += grant.amount_fen - before
    await policy.save(update_fields=["granted_fen", "updated_at"])
    await settle_budget(policy)
    year, place = (grant.granted_on or clock.today()).year, str(grant.division_id)  # type: ignore[attr-defined]
    await add_cells(policy, "granted", year, [(place, before)], -1)
    await add_cells(policy, "granted", year, [(place, grant.amount_fen)])
    await audit(actor, grant, {"amount_fen": [before, grant.amount_fen], "objection_answer": [None, data.answer]})
    return grant


async def _check_amount(policy: Policy, grant: PolicyGrant, amount_fen: int) -> None:
    """Nobody is given what the register does not say, nor more than is left of the budget."""
    known = await known_of_entry(await Enterprise.get(id=grant.enterprise_id))  # type: ignore[attr-defined]
    due = amount_of(policy, known) if judged(policy, known)[0] else None
    if due is None:
        raise Unavailable(
            N_("By the register it does not qualify today. Correct the register first, or take the grant back.")
        )
    if due == grant.amount_fen:
        raise Unavailable(
            N_("The register says the same amount as the grant. Correct it first, or answer the objection.")
        )
    if due != amount_fen:
        words = N_("By the register it would be %(amount)s CNY today.")
        raise InvalidInput.at("amount_fen", "other", words, amount=f"{due / 100:,.2f}".removesuffix(".00"))
    left = left_of(policy)
    if left is not None and due - grant.amount_fen > left:
        raise Unavailable(N_("The budget does not reach so far: please raise it first."))

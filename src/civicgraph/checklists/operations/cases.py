"""Cases: opened by an enterprise or at the window for it, corrected, withdrawn; looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from civicgraph import clock, crypto, settings
from civicgraph.checklists import notices, reminders, rules
from civicgraph.checklists.models import (
    CaseState,
    Checklist,
    ChecklistField,
    ChecklistStatus,
    ChecklistStep,
    OneThingAnswer,
    OneThingCase,
    OneThingStep,
    StepState,
)
from civicgraph.checklists.operations import answers, papers
from civicgraph.checklists.operations.answers import OneThingFilled
from civicgraph.checklists.operations.papers import OneThingDocument
from civicgraph.enterprises.claims.acting import acts_for, reads_for
from civicgraph.enterprises.models import Enterprise
from civicgraph.grievances.models import TeamMember
from civicgraph.grievances.operations.inputs import Given, Words
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, NotFound, Unavailable, audit, changed, check_version, operation
from civicgraph.permissions import HANDLE_CASES, Actor


class OneThingNumber(Input):
    """Which case."""

    number: str = Field(title=N_("Number of the case"), min_length=6, max_length=16)


class OneThingVersion(OneThingNumber):
    """Which case, as it was seen."""

    version: int = Field(title=N_("Version"), ge=1)


class OpenCase(Input):
    """What is asked for, for which enterprise, with the one form."""

    checklist_id: int = Field(title=N_("Number of the checklist"), ge=1)
    credit_code: str = Field(title=N_("Unified social credit code"), min_length=18, max_length=18)
    yes: list[int] = Field(
        default_factory=list, title=N_("Questions that are answered with yes"), max_length=rules.MAX_QUESTIONS
    )
    answers: list[OneThingFilled] = Field(default_factory=list, title=N_("The one form"), max_length=rules.MAX_FIELDS)
    documents: list[OneThingDocument] = papers.field()
    idempotency_key: Given = Field(
        None, title=N_("Key of the case"), min_length=16, max_length=80,
        description=N_("A random text, the same in each retry: a retried case is opened once and gets the same answer."),
    )  # fmt: skip


@operation()
async def open_case(actor: Actor, data: OpenCase) -> OneThingCase:
    """Open a case for an enterprise: by its own account, or at the window of its place. Its first steps begin at once."""
    enterprise = await Enterprise.get_or_none(credit_code=data.credit_code.upper())
    checklist = await Checklist.get_or_none(id=data.checklist_id)
    if enterprise is None or checklist is None or checklist.status is ChecklistStatus.DRAFT:
        raise NotFound
    place = str(enterprise.division_id)  # type: ignore[attr-defined]
    is_own = await acts_for(actor, enterprise.id)
    if not (is_own or actor.may(HANDLE_CASES, place)):
        raise Forbidden
    if checklist.status is ChecklistStatus.CLOSED:
        raise Unavailable(N_("This is no longer offered."))
    if not place.startswith(checklist.division_id):  # type: ignore[attr-defined]
        raise Unavailable(N_("This is not offered where the enterprise is registered."))
    if await OneThingCase.filter(enterprise_id=enterprise.id, closed_at=None).count() >= rules.MAX_OPEN:
        raise Unavailable(
            N_("This enterprise has %(count)s open cases. Please finish one first."), count=rules.MAX_OPEN
        )
    fields = await ChecklistField.filter(checklist_id=checklist.id).order_by("position")
    found = answers.filled(fields, data.answers, {})
    case = await _new_case(actor, enterprise, checklist, is_by_staff=not is_own)
    await answers.write(case, fields, found)
    await _lay_out(case, await ChecklistStep.filter(checklist_id=checklist.id).order_by("position"), set(data.yes))
    await papers.give(case, data.documents)
    facts = {"checklist": checklist.title, "enterprise": enterprise.name, "documents": len(data.documents)}
    await audit(actor, case, changed({}, facts))
    await notices.tell_enterprise(case, "opened", "opened")
    await go_on(case)
    return case


async def _new_case(actor: Actor, enterprise: Enterprise, checklist: Checklist, *, is_by_staff: bool) -> OneThingCase:
    now = clock.now()
    due_at = rules.promised(now, checklist.working_days)
    return await OneThingCase.create(
        number=f"YJS-{now.astimezone(clock.CITY_ZONE):%m%d}-{crypto.random_code(5)}",
        checklist_id=checklist.id,
        enterprise_id=enterprise.id,
        division_id=enterprise.division_id,  # type: ignore[attr-defined]
        due_at=due_at,
        next_due_at=due_at,
        is_by_staff=is_by_staff,
        locale="zh" if is_by_staff else actor.locale,
    )


async def _lay_out(case: OneThingCase, steps: list[ChecklistStep], yes: set[int]) -> None:
    """The checklist's steps as they are now, those that the answers make needless among them."""
    kept = ("position", "title", "title_en", "department", "team_id", "materials", "working_days", "after", "result")
    for one in steps:
        state = StepState.WAITING if rules.is_needed(one, yes) else StepState.NOT_NEEDED
        await OneThingStep.create(case_id=case.id, state=state, **{name: getattr(one, name) for name in kept})


async def go_on(case: OneThingCase) -> None:
    """Hand the steps that can begin to their departments; close the case when all are over; keep its state in step."""
    steps = await OneThingStep.filter(case_id=case.id).order_by("position")
    now, begun = clock.now(), set(rules.ready(steps))
    for step in steps:
        if step.position in begun and case.closed_at is None:
            await hand_over(case, step, step.working_days)
    if case.closed_at is None:
        if all(step.state in rules.OVER for step in steps):
            end(case, CaseState.DONE)
            await notices.tell_enterprise(case, "done", "done")
        else:
            is_returned = any(step.state is StepState.RETURNED for step in steps)
            case.state = CaseState.RETURNED if is_returned else CaseState.OPEN
            # Time in which the enterprise corrects something is not the offices' own.
            last = max((step.due_at for step in steps if step.state is StepState.WORKING and step.due_at), default=now)
            case.due_at = max(case.due_at, last)
    case.next_due_at = rules.urgent([(step.state, step.due_at) for step in steps], case.due_at)
    await case.save()


async def hand_over(case: OneThingCase, step: OneThingStep, days: int) -> None:
    """A step comes to its department, which has so many working days from now."""
    step.state, step.started_at, step.days_left = StepState.WORKING, clock.now(), None
    step.due_at = rules.promised(step.started_at, days)
    await step.save()
    await reminders.keep(step)
    await notices.tell_department(case, step, "given")


def end(case: OneThingCase, state: CaseState) -> None:
    """The case is over: what was filled in is kept as long as contacts are."""
    case.state, case.closed_at = state, clock.now()
    case.erase_at = case.closed_at + timedelta(days=settings.current().keep_contact_days)


# Who -------------------------------------------------------------------------------------------


async def taken(actor: Actor, number: str, *, own: bool = False, window: bool = False) -> OneThingCase:
    """A case, locked, of somebody who may take part in it. Raises `NotFound` for all others."""
    case = await OneThingCase.select_for_update().get_or_none(number=number.strip().upper())
    if case is None:
        raise NotFound
    is_window = actor.may(HANDLE_CASES, case.division_id)
    if (own and await acts_for(actor, case.enterprise_id)) or (window and is_window):
        return case
    if await takes_part(actor, case) or is_window:
        raise Forbidden
    raise NotFound


async def takes_part(actor: Actor, case: OneThingCase) -> bool:
    """Whether the actor acts for the enterprise of a case, or belongs to the department of one of its steps."""
    person = rules.worker(actor)
    teams = await TeamMember.filter(person_id=person).values_list("team_id", flat=True) if person else []
    has_part = bool(teams) and await OneThingStep.exists(case_id=case.id, team_id__in=list(teams))
    return has_part or await reads_for(actor, case.enterprise_id)


class CorrectCase(OneThingVersion):
    """The form again; what is personal and left empty stays as it is."""

    answers: list[OneThingFilled] = Field(default_factory=list, title=N_("The one form"), max_length=rules.MAX_FIELDS)
    documents: list[OneThingDocument] = papers.field()


@operation()
async def correct_case(actor: Actor, data: CorrectCase) -> OneThingCase:
    """Correct what was returned, as its enterprise or at the window; the steps go on with the time that was left."""
    case = await taken(actor, data.number, own=True, window=True)
    check_version(case, data.version, dict)
    if case.state is not CaseState.RETURNED:
        raise Unavailable(N_("There is nothing to be corrected."))
    before = {one.position: text for one, text in await answers.in_full(case)}
    rows = await OneThingAnswer.filter(case_id=case.id).order_by("position")
    found = answers.filled(rows, data.answers, before)
    for row in rows:
        await OneThingAnswer.filter(id=row.id).update(**answers.sealed_columns(row, found[row.position]))
    await papers.give(case, data.documents)
    for step in await OneThingStep.filter(case_id=case.id, state=StepState.RETURNED).order_by("position"):
        step.turn += 1
        await hand_over(case, step, step.days_left or 1)
    case.version += 1
    names = [row.label for row in rows if found[row.position] != before.get(row.position)]
    await audit(actor, case, {"corrected": [None, names], "documents": [None, len(data.documents)]})
    await go_on(case)
    return case


class WithdrawCase(OneThingVersion):
    """That the enterprise no longer wants it."""

    reason: Words = Field("", title=N_("Why?"), max_length=300)


@operation()
async def withdraw_case(actor: Actor, data: WithdrawCase) -> OneThingCase:
    """Withdraw a case as its enterprise, or at the window for it; what is done stays done."""
    case = await taken(actor, data.number, own=True, window=True)
    check_version(case, data.version, dict)
    if case.closed_at is not None:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=case.state.words)
    for step in await OneThingStep.filter(case_id=case.id).exclude(state__in=list(rules.OVER)):
        was_working, step.state = step.state is StepState.WORKING, StepState.CALLED_OFF
        await step.save(update_fields=["state"])
        await reminders.keep(step)
        if was_working:
            await notices.tell_department(case, step, "withdrawn")
    before = case.state
    end(case, CaseState.WITHDRAWN)
    case.version, case.next_due_at = case.version + 1, case.due_at
    await case.save()
    await audit(actor, case, {"state": [before, case.state], "reason": ["", data.reason]})
    await notices.tell_enterprise(case, "withdrawn", "withdrawn")
    return case


@operation()
async def reveal_case(actor: Actor, data: OneThingNumber) -> dict[str, Any]:
    """What was filled into the one form, in full: for its enterprise, and for staff who work on it. Each look is recorded."""
    case = await OneThingCase.get_or_none(number=data.number.strip().upper())
    if case is None or not (actor.may(HANDLE_CASES, case.division_id) or await takes_part(actor, case)):
        raise NotFound
    await audit(actor, case, {"answers": ["", ""]})
    opened = [(one, text) for one, text in await answers.in_full(case) if text]
    return {"labels": [one.label for one, _ in opened], "values": [text for _, text in opened]}

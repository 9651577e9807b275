"""Who is told what: the enterprise of each step that it sees, departments of what is theirs to do.

Messages name the thing, the step and the number, never what was filled in: the page decides who sees that.
"""

from __future__ import annotations

from typing import Any

from civicgraph.accounts.keepers import keepers_of
from civicgraph.accounts.models import Person
from civicgraph.checklists.models import Checklist, OneThingCase, OneThingStep
from civicgraph.enterprises.models import Enterprise, EnterpriseAccount
from civicgraph.grievances.models import TeamMember
from civicgraph.notifications.operations import notify_address, notify_person
from civicgraph.permissions import HANDLE_CASES


async def tell_enterprise(case: OneThingCase, stage: str, what: str, step: OneThingStep | None = None) -> None:
    """Tell who acts for the enterprise, and write to its registered address where none of them has one. `what` is told once."""
    enterprise = await Enterprise.get(id=case.enterprise_id)
    values = {**await _values(case, step), "enterprise": enterprise.name, "stage": stage}
    told: dict[str, Any] = {"dedupe": f"one thing {case.id} {what}", "division_code": case.division_id}
    accounts = await EnterpriseAccount.filter(enterprise_id=case.enterprise_id, ended_at=None)
    people = await Person.filter(id__in=[one.person_id for one in accounts], is_active=True).order_by("id")
    for person in people:
        await notify_person(person, "one_thing_step", values, link=own_link(enterprise.credit_code, case), **told)
    if not any(person.email for person in people):
        link = own_link(enterprise.credit_code, case)
        await notify_address(enterprise.contact_email, case.locale, "one_thing_step", {**values, "link": link}, **told)


def own_link(credit_code: str, case: OneThingCase) -> str:
    """The path of a case for its enterprise."""
    return f"/my/enterprises/{credit_code}/one-thing/{case.number}"


async def tell_department(case: OneThingCase, step: OneThingStep, stage: str) -> None:
    """Tell the members of the step's team, or without any the nearest staff who look after cases of the place: once a turn."""
    values = {**await _values(case, step), "stage": stage}
    for person in await _working_on(case, step):
        await notify_person(
            person,
            "one_thing_work",
            values,
            dedupe=f"one thing step {step.id} {stage} {step.turn}",
            division_code=case.division_id,
            link=f"/staff/one-thing/{case.number}",
        )


async def _working_on(case: OneThingCase, step: OneThingStep) -> list[Person]:
    if step.team_id is not None:
        members = await TeamMember.filter(team_id=step.team_id).values_list("person_id", flat=True)
        if found := await Person.filter(id__in=list(members), is_active=True).order_by("id"):
            return found
    return await keepers_of(case.division_id, HANDLE_CASES)


async def _values(case: OneThingCase, step: OneThingStep | None) -> dict[str, Any]:
    checklist = await Checklist.get(id=case.checklist_id)  # type: ignore[attr-defined]
    values: dict[str, Any] = {
        **{"number": case.number, "title": checklist.title, "title_en": checklist.title_en or checklist.title},
        **{"window": checklist.window_name, "phone": checklist.phone, "due_at": case.due_at.isoformat()},
        **{"step": "", "step_en": "", "department": "", "note": "", "got": ""},
    }
    if step is not None:
        values |= {"step": step.title, "step_en": step.title_en or step.title, "department": step.department}
        values |= {"note": step.reason, "got": step.result, "due_at": (step.due_at or case.due_at).isoformat()}
    return values

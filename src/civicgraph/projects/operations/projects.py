"""Keeping investment projects: entered, changed, shown to the public or not."""

from __future__ import annotations

from typing import Any

from civicgraph import clock
from civicgraph.accounts.models import Grant
from civicgraph.divisions.operations import place_of
from civicgraph.enterprises.figures import closing
from civicgraph.enterprises.models import Enterprise, Industry
from civicgraph.grievances.models import Team
from civicgraph.i18n import N_
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
from civicgraph.permissions import EDIT_PROJECTS, Actor
from civicgraph.projects.counting import counted_from
from civicgraph.projects.keeping import counting
from civicgraph.projects.models import (
    AmountOf,
    InvestmentAmount,
    InvestmentProject,
    InvestmentStageChange,
    ProjectStage,
)
from civicgraph.projects.operations.inputs import (
    CreateInvestmentProject,
    ProjectFields,
    ProjectVersion,
    UpdateInvestmentProject,
)
from civicgraph.projects.rules import KEEPING
from civicgraph.text import search_terms

NOT_YET = N_("This day has not come yet.")
_APART = ("division_code", "industry_code", "enterprise_code")
_OWN = [name for name in ProjectFields.model_fields if name not in _APART]


async def project_of(actor: Actor, number: int) -> InvestmentProject:
    """A project, locked, that the actor may change."""
    row = await InvestmentProject.select_for_update().get_or_none(id=number)
    if row is None:
        raise NotFound
    if not actor.may(EDIT_PROJECTS, row.division_id):
        raise Forbidden if row.is_published else NotFound
    return row


async def values_of(row: InvestmentProject) -> dict[str, Any]:
    """The editable values by input field."""
    investor = await Enterprise.get_or_none(id=row.enterprise_id) if row.enterprise_id else None
    codes = {"division_code": row.division_id, "industry_code": row.industry_id}
    values = {name: getattr(row, name) for name in _OWN}
    return {**values, **codes, "enterprise_code": investor.credit_code if investor else ""}


async def _columns(actor: Actor, data: ProjectFields) -> dict[str, Any]:
    await place_of(data.division_code)
    if not actor.may(EDIT_PROJECTS, data.division_code):
        raise Forbidden
    if not await Industry.filter(code=data.industry_code).exists():
        message = N_("There is no industry with this code. Please choose one of the list.")
        raise InvalidInput.at("industry_code", "unknown", message)
    if data.signed_on > clock.today():
        raise InvalidInput.at("signed_on", "not_yet", NOT_YET)
    investor = await _investor(data.enterprise_code.upper())
    await _check_responsible(data)
    await _check_team(data)
    said = investor.name if investor else data.investor
    return {
        **{name: getattr(data, name) for name in _OWN},
        **{"division_id": data.division_code, "industry_id": data.industry_code},
        "enterprise_id": investor.id if investor else None,
        "search_terms": search_terms(data.name, data.name_en, data.summary, said, data.investor, data.body),
    }


async def _investor(code: str) -> Enterprise | None:
    """The enterprise of the register that invests; drafts of the register are nobody's to name."""
    if not code:
        return None
    found = await Enterprise.get_or_none(credit_code=code, is_published=True)
    if found is None:
        message = N_("No enterprise of the public register has this code.")
        raise InvalidInput.at("enterprise_code", "unknown", message)
    return found


async def _check_responsible(data: ProjectFields) -> None:
    """Whoever sees to a project may keep it: else their reminders would lead to a page that they cannot use."""
    if data.responsible_id is None:
        return
    grants = await Grant.filter(person_id=data.responsible_id, person__is_active=True, role__in=KEEPING)
    if not any(data.division_code.startswith(str(one.division_id)) for one in grants):  # type: ignore[attr-defined]
        message = N_("This colleague keeps no projects there. Please choose one of the list.")
        raise InvalidInput.at("responsible_id", "unknown", message)


async def _check_team(data: ProjectFields) -> None:
    """A team sees to what lies in its place."""
    if data.team_id is None:
        return
    found = await Team.get_or_none(id=data.team_id, is_active=True)
    if found is None or not data.division_code.startswith(found.division_id):
        message = N_("This team is not one of the place. Please choose one of the list.")
        raise InvalidInput.at("team_id", "unknown", message)


@operation()
async def create_investment_project(actor: Actor, data: CreateInvestmentProject) -> InvestmentProject:
    """Enter a project that was signed, as a draft. Who enters it sees to it, unless somebody else or a team is named."""
    columns = {**await _columns(actor, data), "contracted_fen": data.contracted_fen, "stage_on": data.signed_on}
    if data.team_id is None:
        columns["responsible_id"] = data.responsible_id or actor.person_id
    row = await InvestmentProject.create(**columns)
    await InvestmentStageChange.create(
        project_id=row.id, stage=ProjectStage.SIGNED, on=row.signed_on, person_id=actor.person_id
    )
    await InvestmentAmount.create(
        project_id=row.id, of=AmountOf.CONTRACTED, on=row.signed_on, amount_fen=row.contracted_fen
    )
    await audit(actor, row, changed({}, {**await values_of(row), "contracted_fen": row.contracted_fen}))
    return row


@operation()
async def update_investment_project(actor: Actor, data: UpdateInvestmentProject) -> InvestmentProject:
    """Change what is known of a project. Moving it needs the grant over both places."""
    row = await project_of(actor, data.id)
    before = await values_of(row)
    check_version(row, data.version, lambda: before)
    columns = await _columns(actor, data)
    async with counting(row):
        if data.signed_on != row.signed_on:
            await _sign_anew(row, data)
        row.update_from_dict({**columns, "version": row.version + 1})
        await row.save()
    await audit(actor, row, changed(before, await values_of(row)))
    return row


async def _sign_anew(row: InvestmentProject, data: UpdateInvestmentProject) -> None:
    """It was signed on another day: so its first stage and its first amount are of that day."""
    signing, *later = await InvestmentStageChange.filter(project_id=row.id).order_by("on", "id")
    first, *others = await InvestmentAmount.filter(project_id=row.id).order_by("on", "id")
    if any(one.on < data.signed_on for one in later) or any(one.on <= data.signed_on for one in others):
        message = N_("Something is recorded of it before this day. Please give an earlier one.")
        raise InvalidInput.at("signed_on", "too_late", message)
    signing.on = first.on = data.signed_on
    await signing.save(update_fields=["on", "updated_at"])
    await first.save(update_fields=["on", "updated_at"])
    if row.stage is ProjectStage.SIGNED:
        row.stage_on = data.signed_on
    if row.counted_from == row.signed_on:
        row.counted_from = data.signed_on


@operation()
async def publish_investment_project(actor: Actor, data: ProjectVersion) -> InvestmentProject:
    """Show a project to the public and count it. Where the quarter of its signing is closed, it counts from today."""
    row = await _switched(actor, data, is_published=True)
    async with counting(row):
        if row.counted_from is None:
            first_open = closing.first_open_day(await closing.closed_quarter())
            row.counted_from = counted_from(row.signed_on, clock.today(), first_open)
        row.is_published, row.version = True, row.version + 1
        await row.save()
    await audit(actor, row, {"is_published": [False, True]})
    return row


@operation()
async def withdraw_investment_project(actor: Actor, data: ProjectVersion) -> InvestmentProject:
    """Take a project from the public and out of the figures: not one that a closed quarter counts, which is stopped."""
    row = await _switched(actor, data, is_published=False)
    async with counting(row):
        row.is_published, row.counted_from, row.version = False, None, row.version + 1
        await row.save()
    await audit(actor, row, {"is_published": [True, False]})
    return row


async def _switched(actor: Actor, data: ProjectVersion, *, is_published: bool) -> InvestmentProject:
    row = await project_of(actor, data.id)
    check_version(row, data.version, dict)
    if row.is_published is is_published:
        raise Unavailable(N_("It is so already."))
    return row

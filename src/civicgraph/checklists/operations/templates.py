"""Keeping checklists: their steps, the one form, the questions; offered, and offered no longer."""

from __future__ import annotations

import re
from typing import Any, Self

from pydantic import Field, model_validator
from tortoise.models import Model

from civicgraph.checklists import rules
from civicgraph.checklists.models import (
    AskedKind,
    Checklist,
    ChecklistField,
    ChecklistQuestion,
    ChecklistStatus,
    ChecklistStep,
)
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.grievances.models import Team
from civicgraph.grievances.operations.inputs import Words
from civicgraph.i18n import N_
from civicgraph.operations import (
    FieldError,
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_CHECKLISTS, Actor

_AREA: Any = {"widget": "textarea"}


class ChecklistQuestionFields(Input):
    """A question that is answered with yes or no."""

    text: Words = Field(title=N_("Question"), min_length=2, max_length=200)
    text_en: Words = Field("", title=N_("The same in English"), max_length=300)


class ChecklistStepFields(Input):
    """A step and its department."""

    title: Words = Field(title=N_("What is done"), min_length=2, max_length=80)
    title_en: Words = Field("", title=N_("The same in English"), max_length=120)
    department: Words = Field(title=N_("Department in charge"), min_length=2, max_length=80)
    team: int | None = Field(
        None, title=N_("Number of its team"), ge=1,
        description=N_("Its members work on the step. Empty: whoever looks after cases of the place."),
    )  # fmt: skip
    materials: Words = Field(
        "", title=N_("What is needed"), max_length=600, description=N_("One a line."), json_schema_extra=_AREA
    )
    result: Words = Field("", title=N_("What one gets"), max_length=120)
    working_days: int = Field(title=N_("Promised working days"), ge=1, le=120)
    after: str = Field(
        "", title=N_("After the steps"), max_length=40, pattern=r"^[\d,，、\s]*$",
        description=N_("Numbers of earlier steps that have to be done first, for instance 1, 2."),
    )  # fmt: skip
    question: int | None = Field(
        None, title=N_("Only by the question"), ge=1, le=rules.MAX_QUESTIONS,
        description=N_("The number of the question that decides. Empty: always needed."),
    )  # fmt: skip
    needed_when_no: bool = Field(False, title=N_("needed when the answer is no"))


class ChecklistFieldFields(Input):
    """A field of the one form."""

    label: Words = Field(title=N_("What is asked"), min_length=2, max_length=80)
    label_en: Words = Field("", title=N_("The same in English"), max_length=120)
    help: Words = Field("", title=N_("Help"), max_length=200)
    kind: AskedKind = Field(title=N_("How it is filled in"))
    choices: str = Field(
        "", title=N_("Choices"), max_length=400, description=N_("Parted by commas."), json_schema_extra=None
    )
    is_optional: bool = Field(False, title=N_("may be left empty"))
    is_personal: bool = Field(False, title=N_("says something of a person: kept encrypted"))


class ChecklistFields(Input):
    """What is known of a checklist."""

    title: Words = Field(title=N_("What it is called"), min_length=2, max_length=80)
    title_en: Words = Field("", title=N_("Title in English"), max_length=120)
    summary: Words = Field(
        title=N_("What it is, in plain words"), min_length=5, max_length=600, json_schema_extra=_AREA
    )
    summary_en: Words = Field("", title=N_("The same in English"), max_length=900, json_schema_extra=_AREA)
    audience: Words = Field(title=N_("Whom it is for"), min_length=2, max_length=200)
    audience_en: Words = Field("", title=N_("The same in English"), max_length=300)
    division_code: DivisionCode
    lead: Words = Field(title=N_("Body that leads"), min_length=2, max_length=80)
    window_name: Words = Field(title=N_("The one window"), min_length=2, max_length=120)
    window_hours: Words = Field("", title=N_("When the window is open"), max_length=120)
    phone: str = Field("", title=N_("Telephone"), max_length=40, json_schema_extra={"widget": "tel"})
    working_days: int = Field(title=N_("All of it within working days"), ge=1, le=250)
    legal_source: Words = Field("", title=N_("The document that it rests on"), max_length=200)
    questions: list[ChecklistQuestionFields] = Field(
        default_factory=list, title=N_("Questions that decide which steps are needed"), max_length=rules.MAX_QUESTIONS
    )
    steps: list[ChecklistStepFields] = Field(
        default_factory=list, title=N_("Steps in their order"), max_length=rules.MAX_STEPS
    )
    form_fields: list[ChecklistFieldFields] = Field(
        default_factory=list, title=N_("Fields of the one form"), max_length=rules.MAX_FIELDS
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        errors: list[FieldError] = []
        for index in rules.wrong_orders([numbers(one.after) for one in self.steps]):
            words = N_("A step can only wait for steps that stand before it.")
            errors += InvalidInput.at(f"steps.{index}.after", "not_before", words).errors
        for index, step in enumerate(self.steps):
            if step.question is not None and step.question > len(self.questions):
                words = N_("There is no question of this number.")
                errors += InvalidInput.at(f"steps.{index}.question", "unknown", words).errors
        for index, one in enumerate(self.form_fields):
            if one.kind is AskedKind.CHOICE and len(choices(one.choices)) < 2:
                words = N_("Please give at least two choices, parted by commas.")
                errors += InvalidInput.at(f"form_fields.{index}.choices", "missing", words).errors
        if errors:
            raise InvalidInput(errors)
        return self


def numbers(text: str) -> list[int]:
    """The numbers in a text: 1, 2."""
    return sorted({int(one) for one in re.findall(r"\d{1,3}", text)})


def choices(text: str) -> list[str]:
    """The choices in a text, parted by commas."""
    return list(dict.fromkeys(part.strip() for part in re.split(r"[,，、;；\n]+", text) if part.strip()))


class CreateChecklist(ChecklistFields):
    """A new checklist, a draft at first."""


class ChecklistVersion(Input):
    """Which checklist, as the editor saw it."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class UpdateChecklist(ChecklistFields):
    """A change of a checklist; cases that are open go on as they began."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


_OWN = [
    name for name in ChecklistFields.model_fields if name not in ("division_code", "questions", "steps", "form_fields")
]


async def _columns(actor: Actor, data: ChecklistFields) -> dict[str, Any]:
    await place_of(data.division_code)
    if not actor.may(EDIT_CHECKLISTS, data.division_code):
        raise Forbidden
    teams = {one.team for one in data.steps if one.team}
    known = {one.id for one in await Team.filter(id__in=list(teams), is_active=True)} if teams else set[int]()
    wrong = [
        error
        for index, one in enumerate(data.steps)
        if one.team and one.team not in known
        for error in InvalidInput.at(f"steps.{index}.team", "unknown", N_("There is no team of this number.")).errors
    ]
    if wrong:
        raise InvalidInput(wrong)
    return {**{name: getattr(data, name) for name in _OWN}, "division_id": data.division_code}


async def _write_parts(row: Checklist, data: ChecklistFields) -> None:
    for model in (ChecklistQuestion, ChecklistStep, ChecklistField):
        await model.filter(checklist_id=row.id).delete()
    for position, question in enumerate(data.questions, 1):
        await ChecklistQuestion.create(checklist_id=row.id, position=position, **question.model_dump())
    for position, step in enumerate(data.steps, 1):
        given = step.model_dump(exclude={"team", "after", "needed_when_no"})
        more: dict[str, Any] = {
            "team_id": step.team,
            "after": numbers(step.after),
            "needed_when": not step.needed_when_no,
        }
        await ChecklistStep.create(checklist_id=row.id, position=position, **given, **more)
    for position, one in enumerate(data.form_fields, 1):
        given = one.model_dump(exclude={"choices", "is_optional"})
        kept = choices(one.choices) if one.kind is AskedKind.CHOICE else []
        await ChecklistField.create(
            checklist_id=row.id, position=position, **given, choices=kept, is_required=not one.is_optional
        )


async def _values(row: Checklist) -> dict[str, Any]:
    """The editable values by input field, for the trail and for a conflict."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _OWN}
    values["division_code"] = row.division_id  # type: ignore[attr-defined]
    for name, model in (("questions", ChecklistQuestion), ("steps", ChecklistStep), ("form_fields", ChecklistField)):
        values[name] = [_line(one) for one in await model.filter(checklist_id=row.id).order_by("position")]
    return values


def _line(part: Model) -> str:
    """All of a part in one line, so that the trail shows whatever changed."""
    hidden = ("id", "checklist_id", "position")
    kept = {name: getattr(part, name) for name in part._meta.fields_db_projection if name not in hidden}
    return "; ".join(f"{name}: {value}" for name, value in kept.items() if value not in ("", None, []))


async def _locked(actor: Actor, number: int) -> Checklist:
    row = await Checklist.select_for_update().get_or_none(id=number)
    if row is None:
        raise NotFound
    if not actor.may(EDIT_CHECKLISTS, row.division_id):  # type: ignore[attr-defined]
        raise NotFound if row.status is ChecklistStatus.DRAFT else Forbidden
    return row


@operation()
async def create_checklist(actor: Actor, data: CreateChecklist) -> Checklist:
    """Enter a checklist as a draft."""
    row = await Checklist.create(**await _columns(actor, data))
    await _write_parts(row, data)
    await audit(actor, row, changed({}, await _values(row)))
    return row


@operation()
async def update_checklist(actor: Actor, data: UpdateChecklist) -> Checklist:
    """Change a checklist. Cases that are open keep the steps and the form that they began with."""
    row = await _locked(actor, data.id)
    before = await _values(row)
    check_version(row, data.version, lambda: {key: before[key] for key in (*_OWN, "division_code")})
    if row.status is ChecklistStatus.PUBLISHED and not data.steps:
        raise InvalidInput.at("steps", "missing", N_("Please enter its steps first."))
    row.update_from_dict({**await _columns(actor, data), "version": row.version + 1})
    await row.save()
    await _write_parts(row, data)
    await audit(actor, row, changed(before, await _values(row)))
    return row


async def _move(actor: Actor, data: ChecklistVersion, target: ChecklistStatus) -> Checklist:
    row = await _locked(actor, data.id)
    if row.status is target:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    check_version(row, data.version, dict)
    if target is ChecklistStatus.PUBLISHED and not await ChecklistStep.exists(checklist_id=row.id):
        raise InvalidInput.at("", "missing", N_("Please enter its steps first."))
    before, row.status, row.version = row.status, target, row.version + 1
    await row.save(update_fields=["status", "version", "updated_at"])
    await audit(actor, row, {"status": [before, target]})
    return row


@operation()
async def publish_checklist(actor: Actor, data: ChecklistVersion) -> Checklist:
    """Offer a checklist to the enterprises of its place."""
    return await _move(actor, data, ChecklistStatus.PUBLISHED)


@operation()
async def close_checklist(actor: Actor, data: ChecklistVersion) -> Checklist:
    """Offer a checklist no longer; open cases go on."""
    return await _move(actor, data, ChecklistStatus.CLOSED)

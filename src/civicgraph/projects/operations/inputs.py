"""What is given of an investment project, its steps, amounts and milestones."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import Field, model_validator

from civicgraph.divisions.operations import DivisionCode
from civicgraph.i18n import N_
from civicgraph.operations import MONEY, Input, InvalidInput
from civicgraph.projects.models import AmountOf, ProjectStage

_TEXT: dict[str, Any] = {"widget": "textarea"}
MOST_FEN = 10**14
"""A million million CNY would be more than the city makes in three years."""


class ProjectFields(Input):
    """What is known of an investment project."""

    name: str = Field(title=N_("Name of the project"), min_length=2, max_length=120)
    name_en: str = Field("", title=N_("Name of the project in English"), max_length=160)
    summary: str = Field(
        title=N_("What is built, in plain words"), min_length=5, max_length=1000, json_schema_extra=_TEXT
    )
    division_code: DivisionCode
    industry_code: str = Field(title=N_("Industry"), max_length=4)
    enterprise_code: str = Field(
        "", title=N_("Credit code of the investor"), max_length=18, pattern=r"^$|^[0-9A-Za-z]{18}$",
        description=N_("Where the investor is in the register."),
    )  # fmt: skip
    investor: str = Field(
        "", title=N_("Investor"), max_length=120, description=N_("Who invests, where it is not in the register.")
    )
    body: str = Field(title=N_("The body in charge"), min_length=2, max_length=80)
    phone: str = Field("", title=N_("Telephone"), max_length=40, json_schema_extra={"widget": "tel"})
    responsible_id: int | None = Field(
        None, title=N_("Who sees to it"), ge=1,
        description=N_("A colleague, who is reminded of milestones. The public sees the body alone."),
    )  # fmt: skip
    team_id: int | None = Field(
        None, title=N_("Team that sees to it"), ge=1,
        description=N_("Where no colleague does alone: those of its members who keep projects there are reminded."),
    )  # fmt: skip
    signed_on: date = Field(title=N_("Signed on"))

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not (self.enterprise_code or self.investor):
            message = N_("Please say who invests, or give the credit code.")
            raise InvalidInput.at("investor", "missing", message)
        return self


class CreateInvestmentProject(ProjectFields):
    """A project that was signed: a draft at first."""

    contracted_fen: int = Field(title=N_("Contracted, CNY"), ge=1, le=MOST_FEN, json_schema_extra=MONEY)


class ProjectVersion(Input):
    """Which project, as the editor saw it."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class UpdateInvestmentProject(ProjectFields):
    """A change of what is known of a project. Its stage and its amounts have their days, and forms of their own."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class MoveInvestmentProject(ProjectVersion):
    """A step to another stage."""

    stage: ProjectStage = Field(title=N_("New stage"))
    on: date | None = Field(None, title=N_("Since when"), description=N_("Empty: today."))
    reason: str = Field(
        "", title=N_("Reason"), max_length=300, json_schema_extra=_TEXT,
        description=N_("Needed to stop it or to let it go on again. The public reads it: please name no persons."),
    )  # fmt: skip


class StepBackInvestmentProject(ProjectVersion):
    """A step back, where a stage was recorded that had not come."""

    on: date | None = Field(None, title=N_("Since when"), description=N_("Empty: today."))
    reason: str = Field(
        title=N_("Reason"), min_length=2, max_length=300, json_schema_extra=_TEXT,
        description=N_("The public reads it: please name no persons."),
    )  # fmt: skip


class RecordInvestmentAmount(ProjectVersion):
    """What is contracted, or invested so far, as of a day."""

    of: AmountOf = Field(AmountOf.INVESTED, title=N_("Which amount"))
    amount_fen: int = Field(
        title=N_("Amount, CNY"), ge=0, le=MOST_FEN, json_schema_extra=MONEY,
        description=N_("The whole up to that day, not what was added."),
    )  # fmt: skip
    on: date | None = Field(None, title=N_("As of"), description=N_("Empty: today."))
    note: str = Field("", title=N_("What it rests on"), max_length=200)


class MilestoneFields(Input):
    """What is known of a milestone."""

    name: str = Field(title=N_("What is to be done"), min_length=2, max_length=80)
    due_on: date = Field(title=N_("By which day"))
    done_on: date | None = Field(None, title=N_("Done on"), description=N_("Empty while it is open."))
    note: str = Field("", title=N_("Note"), max_length=300, description=N_("The public reads it."))


class AddInvestmentMilestone(MilestoneFields):
    """Another milestone of a project."""

    project_id: int = Field(title=N_("Number"), ge=1)


class MilestoneVersion(Input):
    """Which milestone, as the editor saw it."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class ChangeInvestmentMilestone(MilestoneFields):
    """A change of a milestone: another day moves its reminders."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class FinishInvestmentMilestone(MilestoneVersion):
    """A milestone that is done."""

    done_on: date | None = Field(None, title=N_("Done on"), description=N_("Empty: today."))

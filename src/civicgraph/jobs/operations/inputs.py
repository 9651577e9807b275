"""What is entered of vacancies and referrals, and what of it does not fit together."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from civicgraph import clock
from civicgraph.divisions.operations import DivisionCode
from civicgraph.grievances.operations.inputs import Email, Given, Phone, Words
from civicgraph.i18n import N_
from civicgraph.jobs.models import ReferralStage, WagePer, WorkKind
from civicgraph.jobs.rules import typed_number
from civicgraph.operations import MONEY, FieldError, Input, InvalidInput
from civicgraph.operations.inputs import CityTime

_AREA: Any = {"widget": "textarea"}
_PUBLIC = N_("Everyone reads it. Only what the enterprise has agreed to make public.")


class VacancyFields(Input):
    """What an enterprise says of work that it offers."""

    title: Words = Field(title=N_("What is the work?"), min_length=2, max_length=60)
    kind: WorkKind = Field(title=N_("Sort of work"))
    division_code: DivisionCode
    address: Words = Field("", title=N_("Where one goes"), max_length=120)
    places: int = Field(title=N_("How many people are wanted"), ge=1, le=10_000)
    wage_from_fen: int | None = Field(
        None,
        title=N_("Wage from, CNY"),
        ge=1,
        le=100_000_000,
        description=N_("Empty: to be agreed."),
        json_schema_extra=MONEY,
    )
    wage_to_fen: int | None = Field(None, title=N_("Wage to, CNY"), ge=1, le=100_000_000, json_schema_extra=MONEY)
    wage_per: WagePer = Field(WagePer.MONTH, title=N_("The wage is for"))
    hours: Words = Field("", title=N_("Working hours"), max_length=120)
    requirement: Words = Field("", title=N_("Who can do it"), max_length=400, json_schema_extra=_AREA)
    benefits: Words = Field(
        "", title=N_("What comes with it"), max_length=200, description=N_("Meals, lodging, insurance and the like.")
    )
    valid_until: date = Field(title=N_("One can apply until"))
    contact_name: Words = Field(
        "",
        title=N_("Whom one asks for"),
        max_length=60,
        description=_PUBLIC,
        json_schema_extra={"autocomplete": "off"},
    )
    contact_phone: Words = Field(
        "",
        title=N_("Telephone for questions"),
        max_length=40,
        description=_PUBLIC,
        json_schema_extra={"widget": "tel", "autocomplete": "off"},
    )
    contact_agreed_on: date | None = Field(
        None,
        title=N_("The enterprise agreed to that on"),
        description=N_("Without this day no contact is kept. An enterprise that enters it itself agrees by that."),
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        errors: list[FieldError] = []
        if self.wage_to_fen is not None and self.wage_from_fen is None:
            errors += InvalidInput.at("wage_from_fen", "missing", N_("Please give the lowest wage as well.")).errors
        elif self.wage_to_fen is not None and self.wage_from_fen is not None and self.wage_to_fen < self.wage_from_fen:
            message = N_("The highest wage is lower than the lowest. Please check both.")
            errors += InvalidInput.at("wage_to_fen", "too_low", message).errors
        if self.contact_agreed_on is not None and self.contact_agreed_on > clock.today():
            errors += InvalidInput.at("contact_agreed_on", "future", N_("This day has not come yet.")).errors
        if errors:
            raise InvalidInput(errors)
        return self


class CreateVacancy(VacancyFields):
    """Work that an enterprise offers; only staff and the enterprise see it at first."""

    credit_code: str = Field(
        title=N_("Unified social credit code"),
        min_length=18,
        max_length=18,
        description=N_("Of the enterprise that offers it, as in the register."),
    )


class VacancyVersion(Input):
    """Which vacancy, as it was seen."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class UpdateVacancy(VacancyFields, VacancyVersion):
    """A change of a vacancy."""


class StopVacancy(VacancyVersion):
    """Why a vacancy is taken off."""

    reason: Words = Field(
        title=N_("Why is it taken off?"), min_length=2, max_length=200,
        description=N_("The enterprise reads it. It cannot offer the work again by itself."),
    )  # fmt: skip


Number = Annotated[
    str, AfterValidator(typed_number), Field(title=N_("Number of the referral"), min_length=4, max_length=24)
]


class ApplyForJob(Input):
    """Who looks for work, and how staff reach them."""

    vacancy_id: int | None = Field(
        None, title=N_("Number of the vacancy"), ge=1, description=N_("Empty: any work that fits.")
    )
    division_code: DivisionCode
    contact_name: Words = Field(
        title=N_("Your name"), min_length=1, max_length=60, json_schema_extra={"autocomplete": "name"}
    )
    contact_phone: Phone = Field(
        title=N_("Your telephone"),
        min_length=1,
        max_length=30,
        description=N_("Staff call you on this number. Nobody else sees it, not the enterprise either."),
        json_schema_extra={"widget": "tel", "autocomplete": "tel"},
    )
    contact_email: Email = Field(
        "",
        title=N_("Your e-mail"),
        max_length=120,
        description=N_("For news of each step. Without it, the next page tells you."),
        json_schema_extra={"widget": "email", "autocomplete": "email"},
    )
    wish: Words = Field(
        "",
        title=N_("What can you do, and what are you looking for?"),
        max_length=500,
        description=N_("For instance: sewed for three years, can work in the daytime, near home."),
        json_schema_extra=_AREA,
    )
    idempotency_key: Given = Field(
        None,
        title=N_("Key of the submission"),
        min_length=16,
        max_length=80,
        description=N_("A random text, the same in each retry: a retry is the same application."),
    )


class MoveReferral(Input):
    """How far a referral has come."""

    number: Number
    version: int = Field(title=N_("Version"), ge=1)
    stage: ReferralStage = Field(title=N_("What has been reached"))
    vacancy_id: int | None = Field(
        None, title=N_("Vacancy"), ge=1, description=N_("To which the person is matched; needed for that step alone.")
    )
    interview_at: CityTime | None = Field(
        None, title=N_("The interview is at"), description=N_("Needed for that step alone.")
    )
    at: CityTime | None = Field(
        None, title=N_("When was that?"), description=N_("Empty: now. For the first working day, when it began.")
    )
    note: Words = Field(
        "",
        title=N_("Words to the person"),
        max_length=300,
        description=N_("What to bring, where to go; why it ended, if it did."),
        json_schema_extra=_AREA,
    )


class ReferralNumber(Input):
    """Which referral."""

    number: Number


class Own(ReferralNumber):
    """What applicants do with their own referral: its number and signature are enough."""

    secret: str = Field(title=N_("Signature of the link"), min_length=1, max_length=80)


class WithdrawApplication(Own):
    """That one no longer looks for work by it."""

    reason: Words = Field("", title=N_("Why?"), max_length=300, description=N_("You need not say why."))


class ExportApplication(Own):
    """Whose data it is."""


class EraseApplication(Own):
    """That nothing of oneself is kept any more."""

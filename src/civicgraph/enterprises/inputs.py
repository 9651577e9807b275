"""What the register takes of an enterprise."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from civicgraph import clock
from civicgraph.divisions.operations import DivisionCode
from civicgraph.enterprises import rules
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseList, EnterpriseScale, EnterpriseStatus
from civicgraph.i18n import N_
from civicgraph.operations import MONEY, FieldError, Input, InvalidInput

NOT_YET = N_("This day has not come yet.")
YEAR_NOT_YET = N_("This year has not come yet.")
NOT_A_CODE = N_("This is not a credit code: a character is mistyped. Please compare it with the licence.")


class EnterpriseListingFields(Input):
    """A place on a list."""

    list: EnterpriseList = Field(title=N_("List of offices"))
    listed_on: date = Field(title=N_("On the list since"))
    delisted_on: date | None = Field(None, title=N_("Taken off on"))

    def overlaps(self, other: EnterpriseListingFields) -> bool:
        """Whether both say that it is on the same list on the same day; the day it is taken off is its last."""
        ends, other_ends = self.delisted_on or date.max, other.delisted_on or date.max
        return self.list is other.list and self.listed_on <= other_ends and other.listed_on <= ends


class EnterpriseFields(Input):
    """What the register holds of an enterprise."""

    credit_code: str = Field(
        title=N_("Unified social credit code"),
        min_length=18,
        max_length=18,
        description=N_("18 characters, as on the licence."),
    )
    name: str = Field(title=N_("Registered name"), min_length=2, max_length=120)
    brand: str = Field("", title=N_("Brand"), max_length=60)
    kind: EnterpriseKind = Field(title=N_("Legal kind"))
    status: EnterpriseStatus = Field(EnterpriseStatus.ACTIVE, title=N_("Status"))
    industry_code: str = Field(title=N_("Industry"), min_length=1, max_length=4)
    division_code: DivisionCode
    address: str = Field("", title=N_("Registered address"), max_length=200)
    established_on: date | None = Field(None, title=N_("Founded on"))
    scale: EnterpriseScale | None = Field(
        None,
        title=N_("Scale"),
        description=N_(
            "It follows from the industry, the people, the revenue and the assets (statistical standard of 2017). Choose it"
            " only where these are not known."
        ),
    )
    employees: int | None = Field(
        None,
        title=N_("People insured through it"),
        ge=0,
        le=2_000_000,
        description=N_("Never public. Left empty, nothing changes."),
    )
    revenue_fen: int | None = Field(
        None,
        title=N_("Revenue of its last year, CNY"),
        ge=0,
        le=2**53,
        description=N_("Never public. Left empty, nothing changes."),
        json_schema_extra=MONEY,
    )
    assets_fen: int | None = Field(
        None,
        title=N_("Total assets of its last year, CNY"),
        ge=0,
        le=2**53,
        description=N_("Never public. Left empty, nothing changes."),
        json_schema_extra=MONEY,
    )
    figures_year: int | None = Field(
        None,
        title=N_("The year of these figures"),
        ge=1949,
        le=2200,
        description=N_("Never public. Left empty, nothing changes."),
    )
    summary: str = Field("", title=N_("About the enterprise"), max_length=2000)
    contact_name: str = Field(
        "",
        title=N_("Whom to ask for"),
        max_length=60,
        description=N_("Never public. Leave it empty to keep the name that is there."),
        json_schema_extra={"autocomplete": "off"},
    )
    contact_phone: str = Field(
        "",
        title=N_("Telephone of the contact"),
        max_length=40,
        description=N_("Never public. Leave it empty to keep the number that is there."),
        json_schema_extra={"widget": "tel", "autocomplete": "off"},
    )
    contact_email: str = Field(
        "",
        title=N_("E-mail of the contact"),
        max_length=120,
        pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$",
        description=N_("Never public. Leave it empty to keep the address that is there."),
        json_schema_extra={"widget": "email", "autocomplete": "off"},
    )
    listings: list[EnterpriseListingFields] = Field(default_factory=list, title=N_("Lists"), max_length=50)

    @field_validator("credit_code")
    @classmethod
    def _is_credit_code(cls, code: str) -> str:
        code = code.upper()
        if not rules.is_credit_code(code):
            raise PydanticCustomError("civic_credit_code", NOT_A_CODE)
        return code

    @field_validator("established_on")
    @classmethod
    def _has_begun(cls, day: date | None) -> date | None:
        if day and day > clock.today():
            raise PydanticCustomError("civic_future", NOT_YET)
        return day

    @field_validator("figures_year")
    @classmethod
    def _year_has_begun(cls, year: int | None) -> int | None:
        if year and year > clock.today().year:
            raise PydanticCustomError("civic_future", YEAR_NOT_YET)
        return year

    @model_validator(mode="after")
    def _lists_fit(self) -> Self:
        errors: list[FieldError] = []
        for index, one in enumerate(self.listings):
            for name in ("listed_on", "delisted_on"):
                if (getattr(one, name) or date.min) > clock.today():
                    errors += InvalidInput.at(f"listings.{index}.{name}", "future", NOT_YET).errors
            if one.delisted_on and one.delisted_on < one.listed_on:
                path = f"listings.{index}.delisted_on"
                errors += InvalidInput.at(path, "end_before_start", N_("This is before it came on the list.")).errors
            if any(one.overlaps(earlier) for earlier in self.listings[:index]):
                path = f"listings.{index}.list"
                errors += InvalidInput.at(path, "twice", N_("It is on this list already at that time.")).errors
        if errors:
            raise InvalidInput(errors)
        return self


class CreateEnterprise(EnterpriseFields):
    """A new entry of the register."""

    is_published: bool = Field(True, title=N_("Shown to the public"))


class UpdateEnterprise(EnterpriseFields):
    """A change of an entry of the register."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)
    changed_on: date | None = Field(
        None,
        title=N_("The change holds since"),
        description=N_("For another place, industry or status. Empty: since today."),
    )

    @field_validator("changed_on")
    @classmethod
    def _has_come(cls, day: date | None) -> date | None:
        if day and day > clock.today():
            raise PydanticCustomError("civic_future", NOT_YET)
        return day

"""A row of an import: what is given of an enterprise, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from civicgraph import clock
from civicgraph.enterprises import rules
from civicgraph.enterprises.inputs import NOT_A_CODE, NOT_YET, YEAR_NOT_YET, EnterpriseListingFields
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseScale, EnterpriseStatus
from civicgraph.i18n import N_
from civicgraph.operations import FieldError, Input, InvalidInput
from civicgraph.operations.inputs import validate


class EnterpriseRow(Input):
    """An enterprise of an import, known by its code. What is not given stays as it is."""

    credit_code: str = Field(title=N_("Unified social credit code"), min_length=18, max_length=18)
    name: str | None = Field(None, title=N_("Registered name"), min_length=2, max_length=120)
    brand: str | None = Field(None, title=N_("Brand"), max_length=60)
    kind: EnterpriseKind | None = Field(None, title=N_("Legal kind"))
    status: EnterpriseStatus | None = Field(None, title=N_("Status"))
    status_on: date | None = Field(None, title=N_("Status since"), description=N_("Empty: since today."))
    industry_code: str | None = Field(None, title=N_("Industry"), min_length=1, max_length=4)
    division_code: str | None = Field(None, title=N_("Place"), min_length=4, max_length=12)
    address: str | None = Field(None, title=N_("Registered address"), max_length=200)
    established_on: date | None = Field(None, title=N_("Founded on"))
    scale: EnterpriseScale | None = Field(None, title=N_("Scale"))
    employees: int | None = Field(None, title=N_("People insured through it"), ge=0, le=2_000_000)
    revenue_fen: int | None = Field(None, title=N_("Revenue of its last year, 1/100 CNY"), ge=0, le=2**53)
    assets_fen: int | None = Field(None, title=N_("Total assets of its last year, 1/100 CNY"), ge=0, le=2**53)
    figures_year: int | None = Field(None, title=N_("The year of these figures"), ge=1949, le=2200)
    summary: str | None = Field(None, title=N_("About the enterprise"), max_length=2000)
    contact_name: str | None = Field(None, title=N_("Whom to ask for"), max_length=60)
    contact_phone: str | None = Field(None, title=N_("Telephone of the contact"), max_length=40)
    contact_email: str | None = Field(
        None, title=N_("E-mail of the contact"), max_length=120, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$"
    )
    lists: list[EnterpriseListingFields] | None = Field(
        None, title=N_("Lists"), max_length=50, description=N_("They are added or given an end; none is taken away.")
    )

    @field_validator("credit_code")
    @classmethod
    def _is_credit_code(cls, code: str) -> str:
        code = code.upper()
        if not rules.is_credit_code(code):
            raise PydanticCustomError("civic_credit_code", NOT_A_CODE)
        return code

    @field_validator("established_on", "status_on")
    @classmethod
    def _has_come(cls, day: date | None) -> date | None:
        if day and day > clock.today():
            raise PydanticCustomError("civic_future", NOT_YET)
        return day

    @field_validator("figures_year")
    @classmethod
    def _year_has_begun(cls, year: int | None) -> int | None:
        if year and year > clock.today().year:
            raise PydanticCustomError("civic_future", YEAR_NOT_YET)
        return year

    @property
    def given(self) -> dict[str, Any]:
        """What it says, by field."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def read_row(raw: Mapping[str, Any]) -> tuple[EnterpriseRow | None, list[FieldError]]:
    """What of a row can be read, and what is wrong with the rest of it. Nothing can be without a code: then no row."""
    try:
        return validate(EnterpriseRow, raw), []
    except InvalidInput as error:
        wrong = names_of(error.errors)
        if "credit_code" in wrong:
            return None, error.errors
        return validate(EnterpriseRow, {name: value for name, value in raw.items() if name not in wrong}), error.errors


def names_of(errors: list[FieldError]) -> set[str]:
    """The fields of a row that errors are about."""
    return {one.field.partition(".")[0] for one in errors}

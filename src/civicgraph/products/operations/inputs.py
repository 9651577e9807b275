"""What is entered of a product, and what of it does not fit together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from civicgraph import clock
from civicgraph.divisions.operations import DivisionCode
from civicgraph.i18n import N_
from civicgraph.operations import MONEY, FieldError, Input, InvalidInput
from civicgraph.products import rules, units
from civicgraph.products.models import Month, ProductKind
from civicgraph.products.units import Dimension, Unit

_DECIMAL: dict[str, Any] = {"inputmode": "decimal"}
_AREA_UNITS = tuple(one for one in Unit if units.dimension(one) is Dimension.AREA)


def _amount(text: str) -> str:
    try:
        return units.parsed(text) if text else ""
    except units.BadAmount as error:
        raise PydanticCustomError("civic_amount", str(error)) from None  # type: ignore[arg-type]


Amount = Annotated[str, AfterValidator(_amount)]
_PLACE: Any = Field(
    "",
    title=N_("Place in the city"),
    max_length=12,
    pattern=r"^$|^\d{4,12}$",
    description=N_("Or write beside it which place outside the city it is."),
)


class ProductOutputFields(Input):
    """How much was made in a year."""

    year: int = Field(title=N_("Year"), ge=rules.YEARS.start, le=rules.YEARS.stop - 1)
    amount: Amount = Field(title=N_("Quantity"), min_length=1, max_length=24, json_schema_extra=_DECIMAL)
    unit: Unit = Field(title=N_("Unit"))

    @property
    def base_amount(self) -> int:
        """The amount in its kind's smallest measure. Raises `BadAmount`."""
        return units.base(self.amount, self.unit)


class ProductionBaseFields(Input):
    """Where it is grown or made."""

    name: str = Field(title=N_("What the base is called"), min_length=1, max_length=80)
    kind: str = Field("", title=N_("What sort of base"), max_length=40, description=N_("For instance 林地加大棚."))
    place_code: str = _PLACE
    elsewhere: str = Field("", title=N_("Place outside the city"), max_length=40)
    area: Amount = Field("", title=N_("How large"), max_length=24, json_schema_extra=_DECIMAL)
    area_unit: Unit | None = Field(None, title=N_("Unit of the area"))
    capacity: Amount = Field("", title=N_("How much it holds"), max_length=24, json_schema_extra=_DECIMAL)
    capacity_unit: Unit | None = Field(None, title=N_("Unit of what it holds"))

    def troubles(self) -> Iterator[tuple[str, str, str]]:
        """Field, code and words of each thing that is wrong."""
        yield from _one_place(self.place_code, self.elsewhere, "elsewhere")
        for name in ("area", "capacity"):
            amount, unit = getattr(self, name), getattr(self, f"{name}_unit")
            if bool(amount) != (unit is not None):
                missing = f"{name}_unit" if amount else name
                yield missing, "missing", N_("Give the amount and its unit, or neither.")
            elif unit is not None:
                yield from _unfit(name, amount, unit)
        if self.area_unit is not None and self.area_unit not in _AREA_UNITS:
            yield "area_unit", "other_kind", N_("An area is in mu, hectares or square metres.")


class SupplyLinkFields(Input):
    """Whom it is sold to, and where."""

    source: str = Field("", title=N_("From which base or place"), max_length=80)
    buyer_name: str = Field("", title=N_("Buyer"), max_length=80)
    buyer_credit_code: str = Field(
        "",
        title=N_("Credit code of the buyer"),
        max_length=18,
        description=N_("Where it is an enterprise of the city’s register."),
    )
    place_code: str = _PLACE
    market: str = Field("", title=N_("Place outside the city"), max_length=40)
    year: int = Field(title=N_("Year"), ge=rules.YEARS.start, le=rules.YEARS.stop - 1)
    amount: Amount = Field(title=N_("Quantity"), min_length=1, max_length=24, json_schema_extra=_DECIMAL)
    unit: Unit = Field(title=N_("Unit"))
    since_on: date | None = Field(None, title=N_("Sold there since"))

    @property
    def base_amount(self) -> int:
        """The amount in its kind's smallest measure. Raises `BadAmount`."""
        return units.base(self.amount, self.unit)


class SupportReceivedFields(Input):
    """Help that its makers got from elsewhere."""

    giver: str = Field(title=N_("From whom"), min_length=1, max_length=80)
    amount_fen: int = Field(title=N_("Amount, CNY"), ge=1, le=10**13, json_schema_extra=MONEY)
    year: int | None = Field(None, title=N_("Year"), ge=rules.YEARS.start, le=rules.YEARS.stop - 1)


class RecognitionFields(Input):
    """A title that it was given."""

    title: str = Field(title=N_("Which recognition"), min_length=1, max_length=120)
    giver: str = Field("", title=N_("Given by"), max_length=80)
    year: int | None = Field(None, title=N_("Year"), ge=rules.YEARS.start, le=rules.YEARS.stop - 1)
    until_on: date | None = Field(None, title=N_("Holds until"))


class ProductItself(Input):
    """Which product it is."""

    kind: ProductKind = Field(title=N_("Kind"))
    name: str = Field(title=N_("What it is called"), min_length=1, max_length=80)
    name_en: str = Field("", title=N_("What it is called in English"), max_length=120)
    division_code: DivisionCode


class MakersWords(Input):
    """What a product's maker can say of it as well as the staff."""

    brand: str = Field("", title=N_("Brand"), max_length=60)
    summary: str = Field(
        "", title=N_("In one or two sentences"), max_length=300, json_schema_extra={"widget": "textarea"}
    )
    description: str = Field("", title=N_("Everything worth knowing"), max_length=5000)
    months: list[Month] = Field(
        default_factory=list,
        title=N_("Months in which it is on sale"),
        max_length=len(Month),
        description=N_("None: all year."),
    )
    standards: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(
        default_factory=list,
        title=N_("Standards and certificates"),
        max_length=20,
        description=N_("One in each line."),
        json_schema_extra={"widget": "lines"},
    )
    contact_name: str = Field(
        "",
        title=N_("Whom buyers ask for"),
        max_length=60,
        description=N_("Everyone reads it. Only what the enterprise has agreed to make public."),
        json_schema_extra={"autocomplete": "off"},
    )
    contact_phone: str = Field(
        "",
        title=N_("Telephone for buyers"),
        max_length=40,
        description=N_("Everyone reads it. Only what the enterprise has agreed to make public."),
        json_schema_extra={"widget": "tel", "autocomplete": "off"},
    )

    @field_validator("months")
    @classmethod
    def _in_order(cls, months: list[Month]) -> list[Month]:
        return [one for one in Month if one in months]


class OwnWords(MakersWords):
    """The same of the maker's own product."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class ProductFields(MakersWords, ProductItself):
    """What is known of a product. Fields of the last base stand first in the form."""

    contact_agreed_on: date | None = Field(
        None,
        title=N_("The enterprise agreed to that on"),
        description=N_("Without this day no contact is kept. To withdraw it, empty all three."),
    )
    outputs: list[ProductOutputFields] = Field(default_factory=list, title=N_("Output by year"), max_length=60)
    bases: list[ProductionBaseFields] = Field(default_factory=list, title=N_("Production bases"), max_length=30)
    links: list[SupplyLinkFields] = Field(
        default_factory=list,
        title=N_("Where it is sold"),
        max_length=100,
        description=N_("Of each year at most what was made in it."),
    )
    supports: list[SupportReceivedFields] = Field(default_factory=list, title=N_("Support received"), max_length=30)
    recognitions: list[RecognitionFields] = Field(default_factory=list, title=N_("Recognitions"), max_length=30)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        errors = [*_contact_errors(self), *_output_errors(self), *_base_errors(self), *_link_errors(self)]
        errors = errors or _sold_errors(self)
        if errors:
            raise InvalidInput(errors)
        return self


def _unfit(name: str, amount: str, unit: Unit) -> Iterator[tuple[str, str, str]]:
    try:
        units.base(amount, unit)
    except units.BadAmount as error:
        yield name, "amount", str(error)


def _one_place(code: str, words: str, field: str) -> Iterator[tuple[str, str, str]]:
    if not code and not words:
        yield field, "missing", N_("Choose a place in the city, or write which one outside it.")
    if code and words:
        yield field, "both", N_("Give either a place in the city or one outside it.")


def _at(path: str, troubles: Iterator[tuple[str, str, str]]) -> list[FieldError]:
    return [error for name, code, words in troubles for error in InvalidInput.at(f"{path}.{name}", code, words).errors]


def _contact_errors(data: ProductFields) -> list[FieldError]:
    given = data.contact_name or data.contact_phone
    if given and data.contact_agreed_on is None:
        words = N_("Please enter the day on which the enterprise agreed, or leave the contact out.")
        return InvalidInput.at("contact_agreed_on", "missing", words).errors
    if data.contact_agreed_on is not None and not given:
        return InvalidInput.at("contact_phone", "missing", N_("There is no contact that it agreed to.")).errors
    if data.contact_agreed_on is not None and data.contact_agreed_on > clock.today():
        return InvalidInput.at("contact_agreed_on", "future", N_("This day has not come yet.")).errors
    return []


def _output_errors(data: ProductFields) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, one in enumerate(data.outputs):
        errors += _at(f"outputs.{index}", _unfit("amount", one.amount, one.unit))
        if any(one.year == other.year for other in data.outputs[:index]):
            words = N_("This year stands above already.")
            errors += InvalidInput.at(f"outputs.{index}.year", "twice", words).errors
    return errors


def _base_errors(data: ProductFields) -> list[FieldError]:
    return [error for index, one in enumerate(data.bases) for error in _at(f"bases.{index}", one.troubles())]


def _link_errors(data: ProductFields) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, one in enumerate(data.links):
        errors += _at(f"links.{index}", _one_place(one.place_code, one.market, "market"))
        errors += _at(f"links.{index}", _unfit("amount", one.amount, one.unit))
    return errors


_EXCESS = {
    "no_output": ("year", N_("Please enter the output of this year first: nothing is sold that was not made.")),
    "other_kind": ("unit", N_("The output of this year is in another kind of unit; the two cannot be compared.")),
    "too_much": ("amount", N_("Together with the others this is more than was made in that year.")),
}


def _sold_errors(data: ProductFields) -> list[FieldError]:
    found = rules.excess(data.outputs, data.links)
    if found is None:
        return []
    name, words = _EXCESS[found.reason]
    return InvalidInput.at(f"links.{found.index}.{name}", found.reason, words).errors


class CreateProduct(ProductFields):
    """A new product; only staff and its maker see it at first."""

    credit_code: str = Field(
        title=N_("Unified social credit code"),
        min_length=18,
        max_length=18,
        description=N_("Of the enterprise that makes it, as in the register."),
    )


class UpdateProduct(ProductFields):
    """A change of a product."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class ProductVersion(Input):
    """Which product, as the editor saw it."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class SetProductPicture(ProductVersion):
    """The picture of a product."""

    picture: str = Field(
        title=N_("Picture"),
        min_length=1,
        max_length=40,
        description=N_("Sent to /uploads before, by its name there."),
        json_schema_extra={"widget": "file"},
    )
    picture_alt: str = Field(
        title=N_("What it shows"),
        min_length=2,
        max_length=120,
        description=N_("For those who do not see it."),
    )

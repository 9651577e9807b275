"""Input models: written once with Pydantic, used as GraphQL input, HTML form and import row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from civicgraph import clock
from civicgraph.i18n import N_, gettext
from civicgraph.operations.errors import FieldError, InvalidInput

MONEY: dict[str, Any] = {"widget": "money"}
"""What a field in fen says besides, so that its form asks for yuan (`json_schema_extra`)."""


class Input(BaseModel):
    """The base of every input model: text is trimmed, unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, use_enum_values=False)
    sent_anew: ClassVar[tuple[str, ...]] = ("photos", "files")
    """Fields that differ in a retry: whoever sends a form again sends its files again, which get names of their own."""

    @model_validator(mode="before")
    @classmethod
    def _days_are_no_numbers(cls, given: Any) -> Any:
        """A number is no day: Pydantic counts it as seconds since 1970, where a sheet means days since 1900."""
        names = _temporal(cls)
        if not names or not isinstance(given, dict):
            return given
        wrong = {name: f"{one}?" for name in names if _is_number(one := given.get(name))}  # no parser takes that
        return {**given, **wrong} if wrong else given


@cache
def _temporal(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model that hold a day or a time."""
    return tuple(name for name, one in model.model_fields.items() if _is_temporal(one.annotation))


def _is_temporal(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return issubclass(annotation, date | time)
    return any(_is_temporal(one) for one in get_args(annotation))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (
        isinstance(value, str) and re.fullmatch(r"[+-]?[\d.]+", value.strip()) is not None
    )


def _in_city(moment: datetime) -> datetime:
    """A time without a zone, as a form sends it, is meant in the city; seconds are dropped."""
    if not 1900 <= moment.year <= 2200:
        raise PydanticCustomError("civic_year", N_("Please give a year between 1900 and 2200."))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=clock.CITY_ZONE)
    return aware.astimezone(UTC).replace(microsecond=0)


CityTime = Annotated[datetime, AfterValidator(_in_city)]
"""A moment: with a zone as it is, without one in the city's time."""


MISSING = N_("Please fill this in.")
"""What is said where nothing was given."""
_BLANK = ("string_too_short", "string_pattern_mismatch")
"""Codes of a text that is too little of one: where nothing was given, that is what is wrong with it."""
MESSAGES = {
    "missing": MISSING,
    "string_too_short": N_("Please write at least %(min_length)s characters."),
    "string_too_long": N_("Please write at most %(max_length)s characters."),
    "too_short": N_("Please give at least %(min_length)s."),
    "too_long": N_("Please give at most %(max_length)s."),
    "greater_than": N_("This must be more than %(gt)s."),
    "greater_than_equal": N_("This must be at least %(ge)s."),
    "less_than": N_("This must be less than %(lt)s."),
    "less_than_equal": N_("This must be at most %(le)s."),
    "int_parsing": N_("Please write a whole number."),
    "int_from_float": N_("Please write a whole number."),
    "date_from_datetime_parsing": N_("Please give a date, for instance 2026-05-22."),
    "date_parsing": N_("Please give a date, for instance 2026-05-22."),
    "datetime_parsing": N_("Please give a date and a time, for instance 2026-05-22 19:00."),
    "datetime_from_date_parsing": N_("Please give a date and a time, for instance 2026-05-22 19:00."),
    "time_parsing": N_("Please give a time, for instance 19:00."),
    "enum": N_("Please choose one of the list."),
    "literal_error": N_("Please choose one of the list."),
    "string_pattern_mismatch": N_("This does not have the expected form."),
    "string_unicode": N_("This text holds characters that cannot be read. Please type it again."),
    "extra_forbidden": N_("This field is not known here."),
}
"""Words for Pydantic's own error codes; a rule of ours raises `PydanticCustomError` with a message."""

_NO_NUMBER = ("int_parsing", "int_from_float", "int_type")
NO_AMOUNT = N_("Please write an amount in yuan, for instance 12.50.")
"""What is said of an amount that is none, which forms and tables write in yuan."""
_TYPED = {"money": NO_AMOUNT, "clock": MESSAGES["time_parsing"]}
"""What is said of a number that people type as something else, by its control."""

T = TypeVar("T", bound=Input)
_FALLBACK = N_("Please check this value.")


def _message(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"].startswith("civic_"):
        ours = error["msg"]
        return gettext(ours, **context) if context else gettext(ours)
    if _is_missing(error):
        return gettext(MISSING)
    words = gettext(MESSAGES.get(error["type"], _FALLBACK))
    return words % context if "%(" in words else words


def _is_missing(error: ErrorDetails) -> bool:
    return error["type"] == "missing" or (error["type"] in _BLANK and not str(error["input"]).strip())


def _code(error: ErrorDetails) -> str:
    if _is_missing(error):
        return "missing"
    return error["type"].removeprefix("civic_")


def validate(model: type[T], raw: Any) -> T:
    """The validated input, or `InvalidInput` with an error for each wrong field."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise InvalidInput([_told(model, detail) for detail in error.errors(include_url=False)]) from None


def _told(model: type[Input], found: ErrorDetails) -> FieldError:
    """An error at its field: that which it names in `at`, if it was found at another one."""
    detail = _of_text(found)
    *above, last = detail["loc"] or ("",)
    path = ".".join(str(part) for part in (*above, detail.get("ctx", {}).get("at", last)))
    if detail["type"] in _NO_NUMBER and (widget := _widget(model, detail["loc"])) in _TYPED:
        return FieldError(path, widget, gettext(_TYPED[widget]))
    return FieldError(path, _code(detail), _message(detail))


def _of_text(detail: ErrorDetails) -> ErrorDetails:
    """The error as that of a text, where it is one.

    After a rule of ours Pydantic measures a text as it does a list: by its "items".
    """
    if detail["type"] in ("too_short", "too_long") and isinstance(detail["input"], str):
        return {**detail, "type": f"string_{detail['type']}"}
    return detail


def _widget(model: type[Input], loc: Sequence[int | str]) -> str:
    """By which control a path's field is typed, where its number is typed as something else."""
    extra: Any = None
    for part in loc:
        declared = model.model_fields.get(str(part))
        if declared is not None:
            extra = declared.json_schema_extra
            model = next((one for one in models_in(declared.annotation)), model)
    return str(extra.get("widget", "")) if isinstance(extra, dict) else ""


def models_in(annotation: Any) -> Iterator[type[Input]]:
    """The input models that a field takes: one, a list of them, or either with None."""
    if isinstance(annotation, type) and issubclass(annotation, Input):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)

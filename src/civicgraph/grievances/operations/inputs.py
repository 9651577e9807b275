"""What the inputs of this room's operations have in common."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from civicgraph.grievances.rules import typed_number
from civicgraph.i18n import N_
from civicgraph.operations import Input
from civicgraph.text import mask_numbers, mask_personal

_NO_PHONE: Any = N_("Please give a mobile number of 11 digits, or a fixed line with its area code: 0851-12345678.")
_NO_EMAIL: Any = N_("Please give an e-mail address, for instance name@example.cn.")


def _written(text: str) -> str:
    """Text without control characters: PostgreSQL refuses NUL, and no reader gains by the others."""
    return "".join(
        char for char in text.replace("\r\n", "\n") if char in "\n\t" or unicodedata.category(char) != "Cc"
    ).strip()


def _phone(text: str) -> str:
    """A mobile (1xx xxxx xxxx) or fixed-line number with its area code, as digits."""
    digits = re.sub(r"[\s()（）\-－—]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(?:\+|00)?86(?=1[3-9]\d{9}$|0?\d{9,11}$)", "", digits)
    if digits and not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", digits, re.ASCII):
        raise PydanticCustomError("civic_phone", _NO_PHONE)
    return digits


def _email(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s<>\"',;:\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text):
        raise PydanticCustomError("civic_email", _NO_EMAIL)
    return text


def none_given(text: Any) -> Any:
    """An empty control of a form gives nothing."""
    return None if text == "" else text


Given = Annotated[str | None, BeforeValidator(none_given)]
Words = Annotated[str, AfterValidator(_written)]
PublicWords = Annotated[Words, AfterValidator(mask_personal)]
"""Words of staff that everyone reads: what points at a person is masked at the door, as in reporters' words."""
PublicName = Annotated[Words, AfterValidator(mask_numbers)]
"""What names a body or a team to everyone."""
Phone = Annotated[str, AfterValidator(_phone)]
Email = Annotated[str, AfterValidator(_email)]
Number = Annotated[
    str, AfterValidator(typed_number), Field(title=N_("Number of the grievance"), min_length=6, max_length=24)
]


class Step(Input):
    """A step that staff take with a grievance."""

    number: Number
    version: int = Field(title=N_("Version"), ge=1)
    idempotency_key: Given = Field(
        None,
        title=N_("Key of the step"),
        min_length=16,
        max_length=80,
        description=N_("A random text, the same in each retry: a retried step is taken once and gets the same answer."),
    )


class Tracked(Input):
    """What a reporter does with their own report: its number and tracking secret are enough."""

    number: Number
    secret: str = Field(title=N_("Tracking secret"), min_length=1, max_length=80)


_AREA: Any = {"widget": "textarea"}
PUBLIC = N_("Everyone can read this. Names, telephone numbers and the like are masked.")

PublicNote = Annotated[
    PublicWords, Field(title=N_("Words to the reporter"), max_length=1000, json_schema_extra=_AREA, description=PUBLIC)
]
InternalNote = Annotated[
    Words,
    Field(title=N_("Note among staff"), max_length=1000, json_schema_extra=_AREA, description=N_("Never public.")),
]
Reason = Annotated[
    PublicWords, Field(title=N_("Why?"), min_length=2, max_length=1000, json_schema_extra=_AREA, description=PUBLIC)
]
BodyName = Annotated[
    PublicName,
    Field(
        title=N_("Body in charge"),
        min_length=2,
        max_length=80,
        description=N_("Everyone can read this, for instance 区住房和城乡建设局."),
    ),
]

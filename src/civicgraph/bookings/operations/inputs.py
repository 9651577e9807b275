"""What the inputs of this room's operations have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from civicgraph.bookings.rules import typed_number
from civicgraph.grievances.operations.inputs import Email, Given, Phone, Words
from civicgraph.i18n import N_
from civicgraph.operations import Input

__all__ = ["AnswerGiven", "Email", "Given", "Number", "Own", "Phone", "QuotaCode", "Reason", "Words"]

_AREA: Any = {"widget": "textarea"}

QuotaCode = Annotated[str, Field(title=N_("Code of the quota"), min_length=4, max_length=12)]
Number = Annotated[
    str, AfterValidator(typed_number), Field(title=N_("Number of the registration"), min_length=4, max_length=24)
]
Reason = Annotated[Words, Field(title=N_("Why?"), min_length=2, max_length=300, json_schema_extra=_AREA)]


class Own(Input):
    """What holders do with their own registration: its number and signature are enough."""

    number: Number
    secret: str = Field(title=N_("Signature of the link"), min_length=1, max_length=80)


class AnswerGiven(Input):
    """An answer to a question of the organiser's."""

    question: int = Field(title=N_("Number of the question"), ge=1, le=100)
    text: Words = Field("", title=N_("Answer"), max_length=500)

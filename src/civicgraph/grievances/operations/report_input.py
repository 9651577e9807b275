"""What a report holds: form, GraphQL input and what other channels are read into."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError, PydanticKnownError

from civicgraph import settings
from civicgraph.divisions.operations import DivisionCode
from civicgraph.grievances.intake.danger import danger_in
from civicgraph.grievances.intake.placing import is_in_city, point_of
from civicgraph.grievances.models import Channel
from civicgraph.grievances.operations.inputs import Email, Given, Phone, Words, none_given
from civicgraph.i18n import N_
from civicgraph.operations import Input
from civicgraph.uploads.private import UploadName, documents_field

MAX_PHOTOS = 5
_NO_POINT: Any = N_("Please give two numbers, latitude first: 27.6912, 106.9153. Or leave it empty.")
_ELSEWHERE: Any = N_(
    "This point does not lie in the city. Please look at both numbers, latitude first, or leave it empty."
)


class GivenAnswer(Input):
    """The answer to a question of the category."""

    question: str = Field(title=N_("Code of the question"), min_length=1, max_length=40)
    answer: Words = Field("", title=N_("Your answer"), max_length=300)


SHORTEST, LONGEST = 5, 2_000
"""Characters that it takes to say what is the matter, and that it may take."""


class FileGrievance(Input):
    """A problem as somebody reports it."""

    category: str = Field(
        title=N_("What is it about?"),
        min_length=1,
        max_length=40,
        description=N_("Choose what fits best; the office will put it right if need be."),
    )
    division_code: Annotated[DivisionCode, Field(description=N_("The community or village where the problem is."))]
    description: Words = Field(
        title=N_("What is the matter?"),
        min_length=1,
        max_length=LONGEST,
        json_schema_extra={"widget": "textarea"},
        description=N_(
            "What you see, where, and since when. Telephone and identity numbers in it are hidden from others."
        ),
    )
    address: Words = Field(
        "",
        title=N_("Where exactly?"),
        max_length=200,
        json_schema_extra={"autocomplete": "street-address"},
        description=N_("Compound, building, unit, door. Only the staff who deal with it see this."),
    )
    compound_number: Annotated[int | None, BeforeValidator(none_given)] = Field(
        None, title=N_("Compound"), description=N_("If the problem is in one of these.")
    )
    building: Words = Field(
        "",
        title=N_("Building"),
        max_length=40,
        description=N_("For instance 3栋2单元. By it we find the grid worker. Only staff see it."),
    )
    point: Words = Field(
        "",
        title=N_("Point on the map"),
        max_length=60,
        json_schema_extra={"inputmode": "text", "placeholder": "27.6912, 106.9153"},
        description=N_(
            "Latitude and longitude (WGS-84), if you know them. Only staff see it; everybody sees the square of about a kilometre around."
        ),
    )
    answers: list[GivenAnswer] = Field(
        default_factory=list,
        title=N_("Questions of the category"),
        max_length=20,
        description=N_("The answers to the questions that the category asks."),
    )
    photos: list[UploadName] = Field(
        default_factory=list,
        title=N_("Photos"),
        max_length=MAX_PHOTOS,
        json_schema_extra={"widget": "photos"},
        description=N_(
            "Up to 5. Where and when they were taken is removed from them. Others see them only after the office has looked."
        ),
    )
    documents: list[UploadName] = documents_field()
    grid_code: Given = Field(
        None,
        title=N_("Grid"),
        pattern=r"^(\d{15}|\d{17})$",
        description=N_("Only if you know it; we find it by the community otherwise."),
    )
    contact_name: Words = Field(
        "", title=N_("Name of the reporter"), max_length=60, json_schema_extra={"autocomplete": "name"}
    )
    contact_phone: Phone = Field(
        "",
        title=N_("Telephone of the reporter"),
        max_length=30,
        json_schema_extra={"widget": "tel", "autocomplete": "tel"},
        description=N_("So that staff can ask or come by. Never shown to others."),
    )
    contact_email: Email = Field(
        "",
        title=N_("E-mail of the reporter"),
        max_length=120,
        json_schema_extra={"widget": "email", "autocomplete": "email"},
        description=N_("We write at each step. Never shown to others."),
    )
    enterprise_code: Given = Field(
        None,
        title=N_("Credit code of the enterprise"),
        max_length=30,
        description=N_("If you report for an enterprise: its unified social credit code of 18 characters."),
    )
    event: Given = Field(
        None,
        title=N_("Asked at an event"),
        max_length=40,
        description=N_("If it was asked at an event, for instance a forum for enterprises: its name in addresses."),
    )
    is_public: bool = Field(
        True,
        title=N_("Others may read it"),
        description=N_("Without name, address and contact. Neighbours see that it is being dealt with."),
    )
    channel: Channel = Field(Channel.API, title=N_("How it came in"))
    proof: Given = Field(
        None,
        title=N_("A small question"),
        max_length=120,
        description=N_("Asked when very many reports come in at once: so that machines do not keep you waiting."),
    )
    idempotency_key: Given = Field(
        None,
        title=N_("Key of the submission"),
        min_length=16,
        max_length=80,
        description=N_(
            "A random text, the same in each retry: a retried report is one grievance and gets the same answer."
        ),
    )

    @field_validator("description")
    @classmethod
    def says_enough(cls, text: str) -> str:
        """A few words, but for a cry for help, which may be as short as it is."""
        if len(text) < SHORTEST and danger_in(text) is None:
            raise PydanticKnownError("string_too_short", {"min_length": SHORTEST})
        return text

    @field_validator("point")
    @classmethod
    def is_in_the_city(cls, text: str) -> str:
        """A point is two numbers that lie in the city, or nothing."""
        if not text:
            return text
        if (point := point_of(text)) is None:
            raise PydanticCustomError("civic_point", _NO_POINT)
        known = settings.current()
        if not is_in_city(point, known.city_code, known.city_bounds):
            raise PydanticCustomError("civic_point_elsewhere", _ELSEWHERE)
        return text

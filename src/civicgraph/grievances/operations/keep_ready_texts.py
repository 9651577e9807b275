"""Ready words 常用语 of a place, for it and everything below it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.grievances.desk.models import ReadyText, TextPurpose
from civicgraph.grievances.desk.rules import unknown_placeholders
from civicgraph.grievances.operations.inputs import Words
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, audit, changed, check_version, operation
from civicgraph.permissions import DISPATCH_GRIEVANCES, Actor

_UNKNOWN: Any = N_("There is no placeholder {%(name)s}. There are {number}, {category}, {place}, {office} and {due}.")


def _known(text: str) -> str:
    if unknown := unknown_placeholders(text):
        raise PydanticCustomError("civic_placeholder", _UNKNOWN, {"name": unknown[0][:40]})
    return text


class ReadyTextFacts(Input):
    """Words that are often needed."""

    title: Words = Field(title=N_("What are they for?"), min_length=2, max_length=40)
    purpose: TextPurpose = Field(title=N_("Who reads them"))
    text: Annotated[Words, AfterValidator(_known)] = Field(
        title=N_("The words"),
        min_length=2,
        max_length=900,
        json_schema_extra={"widget": "textarea"},
        description=N_(
            "{number}, {category}, {place}, {office} and {due} are filled in from the grievance. No names, no telephone numbers of residents."
        ),
    )
    is_active: bool = Field(True, title=N_("Is offered"))


class CreateReadyText(ReadyTextFacts):
    """Ready words for a place and everything below it."""

    division_code: Annotated[
        DivisionCode, Field(title=N_("Place"), description=N_("Offered there and everywhere below it."))
    ]


class UpdateReadyText(ReadyTextFacts):
    """Ready words as they are from now on."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


@operation()
async def create_ready_text(actor: Actor, data: CreateReadyText) -> ReadyText:
    """Keep ready words for a place and everything below it."""
    division = await place_of(data.division_code)
    if not actor.may(DISPATCH_GRIEVANCES, division.code):
        raise Forbidden
    await _check_title(division.code, data.title, None)
    row = await ReadyText.create(division_id=division.code, **_columns(data))
    await audit(actor, row, changed({}, _columns(data)))
    return row


@operation()
async def update_ready_text(actor: Actor, data: UpdateReadyText) -> ReadyText:
    """Change ready words, or offer them no longer."""
    row = await ReadyText.filter(id=data.id).select_for_update().first()
    if row is None:
        raise NotFound
    if not actor.may(DISPATCH_GRIEVANCES, row.division_id):
        raise Forbidden
    check_version(row, data.version, lambda: _columns(row))
    await _check_title(row.division_id, data.title, row.id)
    before = _columns(row)
    row.update_from_dict({**_columns(data), "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, _columns(row)))
    return row


def _columns(one: ReadyTextFacts | ReadyText) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("title", "purpose", "text", "is_active")}


async def _check_title(code: str, title: str, own: int | None) -> None:
    found = await ReadyText.get_or_none(division_id=code, title=title)
    if found is not None and found.id != own:
        raise InvalidInput.at("title", "taken", N_("There is one of this name in this place already."))

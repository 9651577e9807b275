"""The four-level list 四级清单 of a division: its own entries, for every category or for one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from civicgraph.divisions.models import Division
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.grievances.kinds import PAUSING, names_of
from civicgraph.grievances.models import Counting, HoldReason, Urgency, UrgencyPolicy
from civicgraph.grievances.operations.named import category_of
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, audit, changed, check_version, operation
from civicgraph.permissions import SET_PROMISES, Actor

_YEAR = 365 * 24 * 60


class PromiseKey(Input):
    """Which entry of whose list."""

    division_code: Annotated[DivisionCode, Field(title=N_("Division"))]
    urgency: Urgency = Field(title=N_("Level"))
    category: str = Field(
        "",
        title=N_("Only for this category"),
        max_length=40,
        description=N_("Empty: for every category that has no entry of its own here."),
    )


class SetUrgencyPolicy(PromiseKey):
    """The times that a division promises for a level."""

    response_minutes: int = Field(title=N_("Minutes to the first response"), ge=1, le=_YEAR)
    resolution_minutes: int = Field(title=N_("Minutes to the resolution"), ge=1, le=_YEAR)
    counting: Counting = Field(Counting.ROUND_THE_CLOCK, title=N_("How they are counted"))
    pausing: list[HoldReason] = Field(
        default_factory=lambda: [one for one in HoldReason if one in PAUSING],
        title=N_("The time stands still while work rests for"),
        description=N_("What is not ticked lets the promised time of the resolution run on."),
    )
    version: int = Field(0, title=N_("Version"), ge=0, description=N_("0 where nothing is set yet."))


class RemoveUrgencyPolicy(PromiseKey):
    """An entry that falls away, so that what holds above it holds here again."""

    version: int = Field(title=N_("Version"), ge=1)


_TIMES = ("response_minutes", "resolution_minutes", "counting")
_VALUES = (*_TIMES, "pausing")


def policy_values(row: UrgencyPolicy | None) -> dict[str, Any]:
    """What an entry promises, by input field."""
    if row is None or not row.version:
        return {}
    reasons = [HoldReason[name].value for name in row.pausing]
    return {**{name: getattr(row, name) for name in _TIMES}, "pausing": reasons}


@operation()
async def set_urgency_policy(actor: Actor, data: SetUrgencyPolicy) -> Division:
    """Set an entry of a division's four-level list. It holds for what is reported from now on, there and below."""
    if data.resolution_minutes < data.response_minutes:
        message = N_("The resolution cannot be promised before the first response.")
        raise InvalidInput.at("resolution_minutes", "too_short", message)
    division, row = await _entry(actor, data)
    key = {"division_id": division.code, "urgency": data.urgency, "category": data.category}
    row = row or UrgencyPolicy(**key, version=0)
    before = policy_values(row)
    check_version(row, data.version, lambda: before)
    row.update_from_dict({name: getattr(data, name) for name in _TIMES} | {"pausing": names_of(data.pausing)})
    row.version += 1
    await row.save()
    named = {"urgency": [data.urgency, data.urgency], "category": [data.category, data.category]}
    await audit(actor, row, {**named, **changed(before, policy_values(row))})
    return division


@operation()
async def remove_urgency_policy(actor: Actor, data: RemoveUrgencyPolicy) -> Division:
    """Remove an entry of a division's four-level list. What holds above it holds for what is reported from now on."""
    division, row = await _entry(actor, data)
    if row is None:
        raise NotFound
    before = policy_values(row)
    check_version(row, data.version, lambda: before)
    named = {"urgency": [data.urgency, data.urgency], "category": [data.category, data.category]}
    await audit(actor, row, {**named, **changed(before, dict.fromkeys(_VALUES))})
    await row.delete()
    return division


async def _entry(actor: Actor, data: PromiseKey) -> tuple[Division, UrgencyPolicy | None]:
    division = await place_of(data.division_code)
    if not actor.may(SET_PROMISES, division.code):
        raise Forbidden
    if data.category:
        await category_of(data.category)
    rows = UrgencyPolicy.select_for_update()
    return division, await rows.get_or_none(division_id=division.code, urgency=data.urgency, category=data.category)

"""The shortfall list 短板清单: what cannot be done now, with who is in charge and when it is looked at again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pydantic import Field

from civicgraph import clock
from civicgraph.grievances import clocks
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import BodyName, Reason, Step
from civicgraph.grievances.workflow import MAX_REVIEW
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, operation
from civicgraph.permissions import Actor


class ListShortfall(Step):
    """It cannot be done now."""

    body: BodyName
    reason: Reason
    review_on: date = Field(title=N_("Looked at again on"), description=N_("Within a quarter of a year."))


@operation()
async def list_shortfall(actor: Actor, data: ListShortfall) -> Grievance:
    """Put a grievance on the public shortfall list 短板清单, with body, reason and the date of the next look."""
    taken = await take(actor, "list_shortfall", data)
    review_at = _review_time(data.review_on)
    taken.row.update_from_dict(
        {
            "body_in_charge": data.body,
            "reason": data.reason,
            "review_at": review_at,
            "hold_reason": None,
            "hold_until": None,
        }
    )
    return await taken.done(note=data.reason, until=review_at)


class ReviewShortfall(Step):
    """How a shortfall stands."""

    body: BodyName
    reason: Reason
    review_on: date = Field(title=N_("Looked at again on"), description=N_("Within a quarter of a year."))


@operation()
async def review_shortfall(actor: Actor, data: ReviewShortfall) -> Grievance:
    """Say how a shortfall stands 短板复核, and when it is looked at again."""
    taken = await take(actor, "review", data, lambda row: {"body": row.body_in_charge, "reason": row.reason})
    review_at = _review_time(data.review_on)
    taken.row.update_from_dict({"body_in_charge": data.body, "reason": data.reason, "review_at": review_at})
    return await taken.done(note=data.reason, until=review_at)


def _review_time(day: date) -> datetime:
    """The morning of the day, when it is neither past nor too far."""
    at = clocks.morning(day)
    if not timedelta(0) < day - clock.today() <= MAX_REVIEW:
        raise InvalidInput.at(
            "review_on",
            "out_of_range",
            N_("Please choose a day from tomorrow on, %(days)s days ahead at most."),
            days=MAX_REVIEW.days,
        )
    return at

"""Closing a quarter of the register's figures."""

from __future__ import annotations

from pydantic import Field

from civicgraph import clock, settings
from civicgraph.enterprises.figures.counting import before, last_day, quarter_of
from civicgraph.enterprises.models import ClosedQuarter
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, InvalidInput, Unavailable, audit, operation
from civicgraph.permissions import CLOSE_QUARTERS, Actor


class CloseQuarter(Input):
    """Which quarter."""

    quarter: str = Field(title=N_("Quarter"), pattern=r"^20[0-9]{2}Q[1-4]$", description=N_("For instance 2026Q1."))


@operation()
async def close_quarter(actor: Actor, data: CloseQuarter) -> dict[str, str]:
    """Publish the figures of a quarter that is over, and of all before: later facts no longer change them."""
    city = settings.current().city_code
    if not actor.may(CLOSE_QUARTERS, city):
        raise Forbidden
    if last_day(data.quarter) >= clock.today():
        latest = before(quarter_of(clock.today()), 1)
        raise InvalidInput.at(
            "quarter", "not_over", N_("This quarter is not over. The last one is %(quarter)s."), quarter=latest
        )
    if await ClosedQuarter.filter(quarter__gte=data.quarter).exists():
        raise Unavailable(N_("It is closed already."))
    row = await ClosedQuarter.create(quarter=data.quarter, closed_at=clock.now(), person_id=actor.person_id)
    await audit(actor, row, {"quarter": [None, data.quarter]}, division_code=city)
    return {"quarter": row.quarter}

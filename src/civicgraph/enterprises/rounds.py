"""What the leading process does for the register: closes the quarter that is over."""

from __future__ import annotations

from datetime import timedelta

from civicgraph import clock, settings
from civicgraph.enterprises.figures.closing import closed_quarter
from civicgraph.enterprises.figures.counting import before, last_day, quarter_of
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.operations.close_quarter import close_quarter
from civicgraph.permissions import SYSTEM


async def close_when_settled() -> str:
    """Close the latest quarter whose days for late facts are over, with all before; which it was, empty for none.

    What ended before the register was begun stays open: files of it may still have to be entered, and their facts
    would otherwise count in the quarter of the files.
    """
    days = settings.current().close_quarter_after_days
    if not days:
        return ""
    settled = clock.today() - timedelta(days=days)
    quarter = quarter_of(settled)
    if last_day(quarter) >= settled:
        quarter = before(quarter, 1)
    if await closed_quarter() >= quarter:
        return ""
    first = await Enterprise.all().order_by("id").first().only("id", "created_at")
    if first is None or first.created_at.astimezone(clock.CITY_ZONE).date() > last_day(quarter):
        return ""
    await close_quarter(SYSTEM, {"quarter": quarter})
    return quarter

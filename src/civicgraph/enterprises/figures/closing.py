"""Closing a quarter: its figures are published, and no fact that would change them is taken any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from civicgraph import clock
from civicgraph.enterprises.figures.counting import Listed, last_day
from civicgraph.enterprises.models import ClosedQuarter
from civicgraph.i18n import N_
from civicgraph.operations import FieldError, InvalidInput

CLOSED = N_("The figures of %(quarter)s are closed. Please give a day after %(day)s.")


async def closed_quarter() -> str:
    """The last quarter that is closed; empty for none."""
    row = await ClosedQuarter.all().order_by("-quarter").first()
    return row.quarter if row else ""


def first_open_day(quarter: str) -> date:
    """The first day whose facts are still taken when this quarter is closed."""
    return last_day(quarter) + timedelta(days=1) if quarter else date.min


def day_error(path: str, day: date | None, quarter: str) -> list[FieldError]:
    """Whether a fact of this day comes too late."""
    if day is None or not quarter or day > last_day(quarter):
        return []
    return InvalidInput.at(path, "closed", CLOSED, quarter=quarter, day=last_day(quarter)).errors


def listing_errors(path: str, before: Iterable[Listed], after: Iterable[Listed], quarter: str) -> list[FieldError]:
    """Whether other places on lists would change what was counted by the end of the closed quarter."""
    if not quarter or _until(before, last_day(quarter)) == _until(after, last_day(quarter)):
        return []
    return InvalidInput.at(path, "closed", CLOSED, quarter=quarter, day=last_day(quarter)).errors


def _until(listings: Iterable[Listed], day: date) -> set[Listed]:
    """The places on lists as they were known by a day: what ended later had no end."""
    return {
        one._replace(delisted_on=one.delisted_on if one.delisted_on and one.delisted_on < day else None)
        for one in listings
        if one.listed_on <= day
    }


def counted_from(established_on: date | None, quarter: str) -> date:
    """From which day on a new entry counts: its founding, unless that is closed; then from today."""
    today = clock.today()
    return established_on if established_on and established_on >= first_open_day(quarter) else today

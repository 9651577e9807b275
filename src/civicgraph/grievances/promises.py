"""Promised times 四级清单: what holds where, and the promise that a grievance keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from civicgraph import calendars
from civicgraph.calendars import Calendar
from civicgraph.grievances.kinds import PAUSING
from civicgraph.grievances.models import Counting, HoldReason, Urgency

SOON = 0.75
"""The share of the counted time after which those who work on it are told that a promise is near its end."""


@dataclass(frozen=True)
class Promise:
    """Minutes until the first response and until the resolution, in the office hours of `calendar` or round the clock."""

    response_minutes: int
    resolution_minutes: int
    calendar: str = ""
    """As `calendars.parse` reads it; empty: round the clock."""
    pausing: frozenset[HoldReason] = PAUSING
    """What the clock of the resolution stands still for; a rest that began keeps what held then."""

    @property
    def counts(self) -> Calendar:
        """The way in which both are counted."""
        return calendars.parse(self.calendar)

    def times(self, since: datetime) -> tuple[datetime, datetime]:
        """When the response and the resolution are due for what was reported then."""
        return self.counts.after(since, self.response_minutes), self.counts.after(since, self.resolution_minutes)


@dataclass(frozen=True)
class Entry:
    """An entry of a four-level list: the times of a level, for every category or for one."""

    response_minutes: int
    resolution_minutes: int
    counting: Counting = Counting.ROUND_THE_CLOCK
    pausing: frozenset[HoldReason] = PAUSING

    def promise(self, hours: str) -> Promise:
        """What is promised where offices work in these hours."""
        calendar = hours if self.counting is Counting.WORKING_HOURS else ""
        return Promise(self.response_minutes, self.resolution_minutes, calendar, self.pausing)


OFFICE_HOURS = "09:00-12:00 13:00-17:00"
"""When offices work where no division has said otherwise: the hours of Guizhou's public offices, seven a day."""
_WORKING_DAY = 7 * 60

PROMISES: Mapping[Urgency, Entry] = {
    Urgency.CRITICAL: Entry(30, 4 * 60),
    Urgency.URGENT: Entry(2 * 60, 24 * 60),
    Urgency.GENERAL: Entry(24 * 60, 72 * 60),
    Urgency.PLANNED: Entry(72 * 60, 15 * _WORKING_DAY, Counting.WORKING_HOURS),
}
"""The four-level list 四级清单 where no division has set its own.

The response times are the city's (凤凰社区: 2 hours and 24 hours, the other two from the common list, which
counts those of the last level in working hours: 72 of them are a little over ten working days, two weeks).
The city publishes no resolution times; ours are: critical 4 h, since danger must be over within the
shift that was called out; urgent 24 h, one night without water or lift and no second; general 72 h,
what 白云社区 keeps; planned 15 working days, three weeks, well within the 60 days of 信访工作条例 (2022).
A row of `UrgencyPolicy` overrides them for its subtree.
"""


@dataclass(frozen=True)
class Override:
    """An entry that a division has set, for a level and one category or all (empty)."""

    division_code: str
    urgency: Urgency
    category: str
    entry: Entry

    def covers(self, urgency: Urgency, category: str, division_code: str) -> bool:
        """Whether it speaks of this level and category in this division."""
        is_of_category = self.category in ("", category)
        return self.urgency is urgency and is_of_category and division_code.startswith(self.division_code)


def holding(urgency: Urgency, category: str, division_code: str, overrides: Iterable[Override]) -> Override | None:
    """The override in force: the nearest division's, and of one division the category's own before the one for all."""
    found = [one for one in overrides if one.covers(urgency, category, division_code)]
    return max(found, key=lambda one: (len(one.division_code), one.category != ""), default=None)


def entry_of(urgency: Urgency, category: str, division_code: str, overrides: Iterable[Override]) -> Entry:
    """The entry in force for a level and category in a division: an override, else the common list."""
    found = holding(urgency, category, division_code, overrides)
    return found.entry if found else PROMISES[urgency]

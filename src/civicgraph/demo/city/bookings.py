"""Places at the city's events, and who registered for them: nobody that there is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from civicgraph.bookings.models import Quota, QuotaKind, QuotaStatus, Registration, RegistrationState
from civicgraph.bookings.rules import KEEP_CONTACT, REMINDERS
from civicgraph.demo.city.codes import registration_number
from civicgraph.demo.city.events import Planned, planned
from civicgraph.demo.city.grievances import DEADLINE
from civicgraph.demo.city.ground import Ground
from civicgraph.demo.city.tables import SIZE, Batch, Row, table
from civicgraph.events.models import EventStatus
from civicgraph.scheduler.models import DeadlineState
from civicgraph.text import search_terms

QUOTA = table(
    Quota,
    *("id", "created_at", "updated_at", "version", "is_generated", "code", "kind", "event_id", "service_id"),
    *("division_id", "subject", "title", "note", "venue", "phone", "subject_starts_at", "link", "starts_at", "ends_at"),
    *("weekdays", "capacity", "taken", "waiting", "attended", "issued", "opens_at", "closes_at", "max_people"),
    *("has_waiting_list", "hold_minutes", "min_age", "max_age", "is_phone_required", "status", "is_public"),
    *("is_planned", "is_on_hold", "off_reason", "status_before", "is_off_alone"),
)
REGISTRATION = table(
    Registration,
    *("created_at", "updated_at", "number", "quota_id", "division_id", "state", "people", "rank", "contact_name"),
    *(
        "contact_phone",
        "contact_phone_masked",
        "phone_index",
        "contact_email",
        "contact_email_masked",
        "answers",
        "is_listed",
    ),
    *("locale", "confirmed_at", "offered_until", "moved_up_at", "ended_at", "reason", "checked_in_at", "attended"),
    *("check_in_key", "is_generated", "version", "search_terms", "call_about", "called_at"),
)
_CAME = 0.85
_SIZES = (8, 12, 16, 20, 30, 40)


def count(ground: Ground) -> int:
    """Rows to come."""
    return max(0, ground.scale.registrations - ground.counts["registration"])


def rows(ground: Ground) -> Iterator[Batch]:
    """A quota for each event that is published, its registrations in the order in which they came."""
    random, total = ground.random("registration").random, count(ground)
    held = [one for one in planned(ground) if one.status in (EventStatus.PUBLISHED, EventStatus.FINISHED)]
    shares = list(accumulate(1 + one.number * 7_919 % 19 for one in held))
    quotas: list[Row] = []
    found: list[Row] = []
    deadlines: list[Row] = []
    numbers, before = _numbers(ground), 0
    for index, (one, share) in enumerate(zip(held, shares, strict=True), 1):
        until = total * share // shares[-1]
        party = [(next(numbers), 1 + int(random() * 3), random(), random()) for _ in range(until - before)]
        before = until
        number = ground.last["quota"] + index
        capacity = _SIZES[int(random() * len(_SIZES))]
        registered = _Desk(ground, one, number, capacity).register(party)
        quotas.append(_quota(ground, one, number, capacity, registered))
        found += registered.rows
        deadlines += _reminders(ground, one, number)
        if len(found) >= SIZE:
            yield QUOTA, quotas
            yield REGISTRATION, found
            yield DEADLINE, deadlines
            quotas, found, deadlines = [], [], []
    yield QUOTA, quotas
    yield REGISTRATION, found
    yield DEADLINE, deadlines


def _numbers(ground: Ground) -> Iterator[str]:
    """Numbers that nobody has, without end."""
    serial = 0
    while True:
        serial += 1
        if (number := registration_number(serial)) not in ground.booked:
            yield number


class _Desk:
    """Where people register for one event: those who no longer fit wait, and who comes later waits behind them."""

    def __init__(self, ground: Ground, event: Planned, quota: int, capacity: int) -> None:
        self.now, self.event, self.quota, self.capacity = ground.now, event, quota, capacity
        self.rows: list[Row] = []
        self.taken = self.waiting = self.attended = 0
        self._opens = event.published or event.starts
        self._closes = min(ground.now, event.starts)
        self._is_forgotten = event.ends + KEEP_CONTACT.total_seconds() < ground.now

    def register(self, party: list[tuple[str, int, float, float]]) -> _Desk:
        """One after another: a number, for how many, at which part of the time, and the chance that they came."""
        moments = sorted(self._opens + int((self._closes - self._opens) * when) for _, _, when, _ in party)
        for rank, ((number, people, _, chance), at) in enumerate(zip(party, moments, strict=True), 1):
            self._add(rank, number, people, at, is_coming=chance < _CAME)
        return self

    def _add(self, rank: int, number: str, people: int, at: int, *, is_coming: bool) -> None:
        fits = not self.waiting and self.taken + people <= self.capacity
        came = fits and is_coming and self.event.ends < self.now
        self.taken += people if fits else 0
        self.waiting += 0 if fits else 1
        self.attended += people if came else 0
        state = RegistrationState.CONFIRMED if fits else RegistrationState.WAITING
        name = "" if self._is_forgotten else f"居民{rank}"
        self.rows.append(
            (
                *(at, at, number, self.quota, self.event.community.code, state.value, people, rank, name),
                *("", "", "", "", "", "", False, "zh", at if fits else None, None, None, None, ""),
                *(self.event.starts if came else None, people if came else 0, "", True, 1),
                *(search_terms(name), None, None),
            )
        )


def _quota(ground: Ground, one: Planned, number: int, capacity: int, desk: _Desk) -> Row:
    return (
        *(number, ground.now, ground.now, 1, True, f"g{number:07d}", QuotaKind.REGISTRATION.value, one.number, None),
        *(one.community.code, one.title, "", "", one.plan["venue"], "", one.starts, f"/events/{one.slug}"),
        *(one.starts, one.ends, "[]", capacity, desk.taken, desk.waiting, desk.attended, len(desk.rows), None, None),
        *(3, True, None, None, None, False, QuotaStatus.OPEN.value, True, False, False, "", None, False),
    )


def _reminders(ground: Ground, one: Planned, quota: int) -> list[Row]:
    """The reminders that are to come."""
    due = [(kind, one.starts - int(ahead.total_seconds())) for kind, ahead in REMINDERS.items()]
    return [
        (ground.now, ground.now, "Quota", quota, kind, at, DeadlineState.PENDING.value, None, None)
        for kind, at in due
        if at > ground.now
    ]

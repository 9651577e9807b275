"""A step of the workflow: the grievance looked up and locked, checked, changed, and written into its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from civicgraph import clock, settings
from civicgraph.accounts.models import Person
from civicgraph.divisions.models import Division
from civicgraph.grievances import deadlines, notices, rules
from civicgraph.grievances.desk import orders
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.operations.inputs import Step
from civicgraph.grievances.operations.reporter import called_by, is_reporter
from civicgraph.grievances.operations.tally import recount
from civicgraph.grievances.operations.timing import keep_time
from civicgraph.grievances.rules import REPORTER_LINE as REPORTER_LINE
from civicgraph.grievances.workflow import DONE, NEEDING_CONTACT, TOLD_TO_JOINED, TRANSITIONS, Clock, Needs
from civicgraph.operations import Forbidden, NotFound, Unavailable, audit, changed, check_version
from civicgraph.permissions import SYSTEM, Actor
from civicgraph.text import mask_personal

OF_THE_PERSON = ("export_data", "erase_data")
"""What a reporter does with what is kept of them: no colleague of theirs may."""

_AUDITED = (
    "status", "division_id", "assignee_id", "team", "outcome", "is_public", "reason", "body_in_charge",
    "duplicate_of_id", "hold_until", "review_at", "urgency", "category_id", "response_due_at", "resolution_due_at", "is_solved", "stars", "version",
)  # fmt: skip
"""The values whose change the audit trail shows."""

_MOVING = (Clock.RESTART, Clock.PAUSE, Clock.RUN, Clock.MORE, Clock.RECOUNT)
"""What moves a promised time."""

_READ_BY_ALL = ("reason", "outcome", "rating_text")
"""Words of a grievance in which its reporter's name has no place."""

_MOVES = {"urgency": ("level_before", "level"), "category_id": ("category_before", "category")}
"""The columns of a step that hold what it changed, before and after."""


@dataclass
class Taken:
    """A step being taken with a grievance that is locked; `done` ends it."""

    actor: Actor
    verb: str
    row: Grievance
    by_line: str
    at: datetime = field(default_factory=clock.now)
    """The one moment of the step, after whatever waited for the lock: its row, its history and what follows share it."""

    def __post_init__(self) -> None:
        self.written: list[GrievanceUpdate] = []
        """What `done` wrote into the history: the step, and the note among staff."""
        self._before = _audited(self.row)
        self._is_resting = self.row.status is GrievanceStatus.ON_HOLD
        self._deadlines = deadlines.wanted(self.row)
        self._resolved_at, self._promised_at = self.row.resolved_at, self.row.resolution_due_at
        self._led = self.row.led_kind, self.row.led_by
        self._rating = (self.row.is_solved, self.row.stars) if self.row.status in DONE else (None, None)

    async def done(
        self,
        status: GrievanceStatus | None = None,
        *,
        by_way_of: GrievanceStatus | None = None,
        note: str = "",
        internal_note: str = "",
        also: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> Grievance:
        """Save the grievance with the step in its history, its clocks and counts; tell whom it concerns.

        `by_way_of` is where the step itself leads when the rules lead further at once: that is a step of theirs.
        `facts` are those of the history's row: `minutes`, `until`, `is_pausing`, `changes`. Notes among staff are
        entries of their own. `also` is what changed beside the grievance's row, for the audit trail.
        """
        row, transition = self.row, TRANSITIONS[self.verb]
        row.status = status or transition.target or row.status
        row.version += 1
        keep_contact(row)
        called = await called_by(row)
        row.update_from_dict({column: called.out_of(getattr(row, column)) for column in _READ_BY_ALL})
        common = {"grievance_id": row.id, "at": self.at, "status": row.status, "person_id": self.actor.person_id}
        entry = GrievanceUpdate(
            verb=self.verb, by_line=self.by_line, public_note=called.out_of(mask_personal(note)), **common, **facts
        )
        if transition.response is Clock.STOP:
            _responded(row, entry.at)
        if transition.resolution is Clock.RESTART:
            await self._end_course(entry)
        if transition.resolution in _MOVING or (self._is_resting and transition.target is not None):
            await keep_time(row, entry)
        await recount(row, entry)
        self._keep_moves(entry)
        await row.save()
        if transition.target is not None or note:
            if by_way_of is not None:
                entry.status = by_way_of
            await entry.save()
            self.written.append(entry)
            await notices.tell_reporter(row, entry)
        if transition.target is not None and row.status in TOLD_TO_JOINED:
            await notices.tell_duplicates(row)
        if self._before["is_public"] and not row.is_public:
            await notices.tell_hidden(row)
        if internal_note:
            verb = "comment" if transition.target else self.verb
            note_row = GrievanceUpdate(verb=verb, by_line=self.by_line, internal_note=internal_note, **common)
            await note_row.save()
            self.written.append(note_row)
        for call in await deadlines.keep(row, self._deadlines):
            await notices.tell_called(row, call, "grievance_called", f"called:{call.called_at:%Y%m%d%H%M%S}")
        private = {"internal_note": ["", called.out_of(internal_note)]} if internal_note else {}
        words = {"public_note": ["", entry.public_note]} if note and transition.target is None else {}
        values = await in_words(changed(self._before, _audited(row)))
        if self.verb in ("redact", "restore"):  # the words that were taken out would stay in the trail
            values = {name: pair for name, pair in values.items() if name not in ("outcome", "reason")}
        await audit(self.actor, row, {**values, **words, **private, **(also or {})})
        return row

    def rated(self, is_solved: bool | None, stars: int | None) -> None:
        """Say that this step brings a rating of its own of what was resolved."""
        self._rating = is_solved, stars

    def _keep_moves(self, entry: GrievanceUpdate) -> None:
        """Keep in the history what the step changed of what people were told: nothing is promised anew in silence."""
        moved = changed(self._before, _audited(self.row))
        for name, columns in _MOVES.items():
            entry.update_from_dict(dict(zip(columns, moved.get(name, ()), strict=False)))
        if "division_id" in moved:
            entry.moved_to = moved["division_id"][1]
        if self.row.resolution_due_at != self._promised_at:
            entry.promised_before, entry.promised = self._promised_at, self.row.resolution_due_at

    async def _end_course(self, entry: GrievanceUpdate) -> None:
        """Keep in the history what the row forgets: how the resolution was rated, whether it was late, and who led it.

        What ended without a resolution ran until the step that stopped its clock.
        """
        ended_at = self._resolved_at
        if ended_at is None:
            stopping = [verb for verb, one in TRANSITIONS.items() if one.resolution is Clock.STOP]
            last = await GrievanceUpdate.filter(grievance_id=self.row.id, verb__in=stopping).order_by("-id").first()
            ended_at = last.at if last else entry.at
        entry.is_solved, entry.stars = self._rating
        entry.led_kind, entry.led_by = self._led
        entry.broke_promise = ended_at > self._promised_at


async def take(
    actor: Actor, verb: str, data: Step, shown: Callable[[Grievance], dict[str, Any]] = lambda row: {}
) -> Taken:
    """Begin a step of the staff at the version that the actor saw; `shown` is what a conflict puts beside theirs."""
    row = await opened(actor, verb, data.number)
    check_version(row, data.version, lambda: shown(row))
    return Taken(actor, verb, row, await office(actor, row))


async def opened(actor: Actor, verb: str, number: str) -> Grievance:
    """The grievance, locked, for a step that the actor may take and its state allows."""
    row = await _locked(number=number)
    if row is None or not rules.may_know(actor, row):
        raise NotFound
    transition = TRANSITIONS[verb]
    is_called = transition.needs is Needs.CALLED and await orders.is_called(actor, row)
    if not rules.may_take(actor, transition, row, await orders.part_of(actor, row), is_called=is_called):
        raise Forbidden
    check_source(row, verb)
    return row


async def take_as_reporter(actor: Actor, verb: str, number: str, secret: str) -> Taken:
    """Begin a step of the reporter: the number and the tracking secret are enough, or an account of the enterprise.

    An unknown number and a wrong secret are the same to a stranger. What is kept of the person who reported it is
    theirs alone, by the secret.
    """
    row = await _locked(number=number)
    if not await is_reporter(actor, row, secret, by_account=verb not in OF_THE_PERSON) or row is None:
        raise NotFound
    check_source(row, verb)
    return Taken(actor, verb, row, rules.REPORTER_LINE)


async def take_by_clock(verb: str, grievance_id: int) -> Taken | None:
    """Begin a step that the clock takes by itself; None when the grievance no longer stands where it could.

    A tick holds the deadline's row when it comes here, a step takes the grievance's first and the deadline's
    after it. Who finds the grievance locked therefore does not wait: the deadline stays due for the next tick.
    """
    found = await Grievance.select_for_update(nowait=True).get_or_none(id=grievance_id)
    if found is None or found.status not in TRANSITIONS[verb].sources:
        return None
    return Taken(SYSTEM, verb, found, rules.SYSTEM_LINE)


def check_source(row: Grievance, verb: str) -> None:
    """Raise `Unavailable` when the grievance does not stand where this step begins."""
    if row.status not in TRANSITIONS[verb].sources:
        raise Unavailable(TRANSITIONS[verb].refusal)


def keep_contact(row: Grievance) -> None:
    """Say until when the reporter's contact is kept: for a time after the end, open end before it."""
    row.erase_at = (
        None
        if row.status in NEEDING_CONTACT
        else row.erase_at or clock.now() + timedelta(days=settings.current().keep_contact_days)
    )


def begin_anew(row: Grievance) -> None:
    """Forget how far it came: it is opened again, or sent again. The history keeps it."""
    row.update_from_dict(dict.fromkeys(("accepted_at", "resolved_at", "verified_at", "closed_at")))


async def _locked(**named: Any) -> Grievance | None:
    return await Grievance.select_for_update().get_or_none(**named)


async def office(actor: Actor, row: Grievance) -> str:
    """The by-line of the actor's office for this grievance."""
    held = rules.acting_grant(actor, row.division_id)
    if held is None:
        return rules.SYSTEM_LINE
    division = await Division.get(code=held.division_code).only("short_name")
    return rules.by_line(held, division.short_name)


def _responded(row: Grievance, now: datetime) -> None:
    """Note the first response, if there was none before."""
    if row.accepted_at is not None:
        return
    row.accepted_at = now
    if row.first_response_at is None:
        row.first_response_at, row.first_response_in_time = now, now <= row.response_due_at


async def in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """What changed, with people by their names and grievances by their numbers: who reads the trail knows no keys."""
    found = dict(values)
    if "assignee_id" in found:
        names = {one.id: one.name for one in await Person.filter(id__in=[*filter(None, found["assignee_id"])])}
        found["assignee_id"] = [names.get(one) for one in found["assignee_id"]]
    if "duplicate_of_id" in found:
        rows = await Grievance.filter(id__in=[*filter(None, found["duplicate_of_id"])])
        numbers = {one.id: one.number for one in rows}
        found["duplicate_of_id"] = [numbers.get(one) for one in found["duplicate_of_id"]]
    return found


def _audited(row: Grievance) -> Mapping[str, Any]:
    values = {name: getattr(row, name) for name in _AUDITED}
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in values.items()}

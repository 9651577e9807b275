"""Quotas: make one, change it, close it; keep it in step with its event or service."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from civicgraph.bookings import rules
from civicgraph.bookings.models import (
    AnswerKind,
    Quota,
    QuotaKind,
    QuotaQuestion,
    QuotaStatus,
    Registration,
)
from civicgraph.bookings.operations.following import keep_deadlines, shared_columns, tell_change
from civicgraph.bookings.operations.inputs import QuotaCode
from civicgraph.bookings.operations.places import lock_quota, most_waiting, move_up
from civicgraph.bookings.operations.reinstating import shorten_offers
from civicgraph.bookings.operations.room import check_room
from civicgraph.bookings.subjects import FINDERS, Subject, SubjectKind
from civicgraph.i18n import N_
from civicgraph.operations import (
    FieldError,
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.operations.inputs import CityTime
from civicgraph.permissions import MANAGE_BOOKINGS, Actor

_LINES: dict[str, Any] = {"widget": "lines"}


class QuestionFields(Input):
    """What everybody who takes a place is asked."""

    label: str = Field(title=N_("Question"), min_length=1, max_length=120)
    kind: AnswerKind = Field(title=N_("How it is answered"))
    choices: list[str] = Field(
        default_factory=list,
        title=N_("Answers to choose from"),
        max_length=20,
        description=N_("One a line."),
        json_schema_extra=_LINES,
    )
    is_required: bool = Field(False, title=N_("Has to be answered"))


class QuotaFields(Input):
    """What is known of a quota."""

    kind: QuotaKind = Field(QuotaKind.REGISTRATION, title=N_("What taking a place is called"))
    title: str = Field(
        "", title=N_("Session, course or term"), max_length=120, description=N_("Empty when it is for the whole.")
    )
    note: str = Field("", title=N_("What people should know before"), max_length=300)
    starts_at: CityTime | None = Field(
        None, title=N_("Start"), description=N_("Empty: that of the event, or no time at all for a service.")
    )
    ends_at: CityTime | None = Field(None, title=N_("End"))
    weekdays: list[int] = Field(
        default_factory=list,
        title=N_("Weekdays"),
        max_length=7,
        description=N_("Of a course, between start and end; 1 is Monday."),
    )
    capacity: int | None = Field(
        None, title=N_("Number of places"), ge=1, le=1_000_000, description=N_("Empty when there is no bound.")
    )
    max_people: int = Field(1, title=N_("People in one registration, at most"), ge=1, le=1_000)
    has_waiting_list: bool = Field(True, title=N_("People may wait when all is taken"))
    hold_minutes: int | None = Field(
        None,
        title=N_("Minutes that a free place is kept for a yes"),
        ge=10,
        le=20_160,
        description=N_("Empty: whoever moves up has the place at once."),
    )
    opens_at: CityTime | None = Field(None, title=N_("Registration begins"))
    closes_at: CityTime | None = Field(None, title=N_("Registration ends"), description=N_("Empty: at the start."))
    min_age: int | None = Field(None, title=N_("From age"), ge=0, le=150)
    max_age: int | None = Field(None, title=N_("To age"), ge=0, le=150)
    is_phone_required: bool = Field(False, title=N_("A telephone number has to be given"))
    questions: list[QuestionFields] = Field(default_factory=list, title=N_("Questions"), max_length=30)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        errors: list[FieldError] = []
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            errors += InvalidInput.at("ends_at", "end_before_start", N_("The end must be after the start.")).errors
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            errors += InvalidInput.at("closes_at", "end_before_start", N_("The end must be after the start.")).errors
        if self.min_age is not None and self.max_age is not None and self.max_age < self.min_age:
            message = N_("The older age must not be the smaller one.")
            errors += InvalidInput.at("max_age", "end_before_start", message).errors
        if any(not 1 <= one <= 7 for one in self.weekdays):
            errors += InvalidInput.at("weekdays", "weekday", N_("Weekdays are numbers from 1 to 7.")).errors
        for index, one in enumerate(self.questions):
            if one.kind is AnswerKind.CHOICE and len(one.choices) < 2:
                message = N_("Please give at least two answers to choose from.")
                errors += InvalidInput.at(f"questions.{index}.choices", "too_short", message).errors
        if errors:
            raise InvalidInput(errors)
        self.weekdays = sorted(set(self.weekdays))
        return self


class CreateQuota(QuotaFields):
    """New places."""

    subject_kind: SubjectKind = Field(title=N_("What the places are for"))
    subject_slug: str = Field(title=N_("Name in addresses"), max_length=40)


class UpdateQuota(QuotaFields):
    """A change of places."""

    code: QuotaCode
    version: int = Field(title=N_("Version"), ge=1)


class QuotaVersion(Input):
    """Which quota, as the editor saw it."""

    code: QuotaCode
    version: int = Field(title=N_("Version"), ge=1)


async def quota_values(row: Quota) -> dict[str, Any]:
    """The editable values of a quota, by input field."""
    questions = await QuotaQuestion.filter(quota_id=row.id).order_by("position")
    values = {name: getattr(row, name) for name in QuotaFields.model_fields if name != "questions"}
    own = QuestionFields.model_fields
    return {**values, "questions": [{name: getattr(one, name) for name in own} for one in questions]}


@operation()
async def create_quota(actor: Actor, data: CreateQuota) -> Quota:
    """Offer places of an event or a service; they can be taken as soon as it is published."""
    subject = await FINDERS[data.subject_kind](data.subject_slug)
    if subject is None:
        raise NotFound
    if not actor.may(MANAGE_BOOKINGS, subject.division_code):
        raise Forbidden
    _check_within(subject, data)
    check_room(subject, data)
    columns = _columns(data)
    if subject.kind is SubjectKind.EVENT:
        columns["starts_at"] = columns["starts_at"] or subject.starts_at
        columns["ends_at"] = columns["ends_at"] or (None if data.starts_at else subject.ends_at)
    row = await Quota.create(code=rules.new_code(), **subject.key, **shared_columns(subject), **columns)
    await _replace_questions(row, data)
    await keep_deadlines(row)
    await audit(actor, row, changed({}, await quota_values(row)))
    return row


@operation()
async def update_quota(actor: Actor, data: UpdateQuota) -> Quota:
    """Change places. More of them go to those who wait; fewer than are taken is refused."""
    known = await Quota.get_or_none(code=data.code)
    # The event is locked before its places, as it is where the event is changed.
    is_events = known is not None and known.event_id is not None  # type: ignore[attr-defined]
    event = await FINDERS[SubjectKind.EVENT](known.link.rpartition("/")[2]) if known and is_events else None
    row = await editable_quota(actor, data.code)
    before = await quota_values(row)
    check_version(row, data.version, lambda: before)
    if event is not None and (data.starts_at, data.ends_at) != (row.starts_at, row.ends_at):
        _check_within(event, data)
    if event is not None:
        check_room(event, data, row)
    if data.capacity is not None and data.capacity < row.taken:
        message = N_("%(taken)s places are taken already: take registrations off first, or leave at least %(taken)s.")
        raise InvalidInput.at("capacity", "below_taken", message, taken=row.taken)
    await _check_waiting(row, data)
    await _check_questions(row, before, data)
    columns = _columns(data)
    if row.event_id is not None:  # type: ignore[attr-defined]
        columns["starts_at"] = columns["starts_at"] or row.starts_at
        columns["ends_at"] = columns["ends_at"] or row.ends_at
    is_moved = columns["starts_at"] != row.starts_at or columns["weekdays"] != row.weekdays
    row.update_from_dict({**columns, "version": row.version + 1})
    await row.save(update_fields=[*columns, "version", "updated_at"])
    await _replace_questions(row, data)
    await audit(actor, row, changed(before, await quota_values(row)))
    if is_moved and row.status is not QuotaStatus.CALLED_OFF:
        await tell_change(row)
    else:
        await shorten_offers(row)  # registration may end earlier
    await move_up(row)
    return await Quota.get(id=row.id)


def _check_within(subject: Subject, data: QuotaFields) -> None:
    """A session of an event takes place while the event does; a course that grows out of it has its own weeks."""
    starts, ends = subject.starts_at, subject.ends_at
    if starts is None or ends is None or data.weekdays:
        return
    errors: list[FieldError] = []
    for name in ("starts_at", "ends_at"):
        moment = getattr(data, name)
        if moment is not None and not starts <= moment <= ends:
            errors += InvalidInput.at(name, "outside", N_("This must lie within the event’s time.")).errors
    if errors:
        raise InvalidInput(errors)


async def _check_waiting(row: Quota, data: QuotaFields) -> None:
    """More people than all the places would wait for ever, and everybody behind them."""
    most = await most_waiting(row)
    if data.capacity is not None and data.capacity < most:
        message = N_(
            "A registration on the waiting list is for %(people)s people and could never have places: take it off first, with a reason that they read, or leave at least %(people)s."
        )
        raise InvalidInput.at("capacity", "below_waiting", message, people=most)


async def _check_questions(row: Quota, before: dict[str, Any], data: QuotaFields) -> None:
    """Questions stay as they are once they were answered: answers would no longer say to what."""
    if [one.model_dump() for one in data.questions] == before["questions"]:
        return
    if await Registration.filter(quota_id=row.id).exists():
        message = N_("People have answered these questions already, so they can no longer be changed.")
        raise InvalidInput.at("questions", "answered", message)


async def editable_quota(actor: Actor, code: str) -> Quota:
    row = await lock_quota(code=code)
    if not actor.may(MANAGE_BOOKINGS, row.division_id):  # type: ignore[attr-defined]
        raise Forbidden if row.is_public else NotFound
    return row


@operation()
async def close_quota(actor: Actor, data: QuotaVersion) -> Quota:
    """Give out no more places; whoever waits still moves up."""
    return await _set_status(actor, data, QuotaStatus.OPEN, QuotaStatus.CLOSED)


@operation()
async def open_quota(actor: Actor, data: QuotaVersion) -> Quota:
    """Give out places again."""
    return await _set_status(actor, data, QuotaStatus.CLOSED, QuotaStatus.OPEN)


async def _set_status(actor: Actor, data: QuotaVersion, source: QuotaStatus, target: QuotaStatus) -> Quota:
    row = await editable_quota(actor, data.code)
    if row.status is not source:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    check_version(row, data.version, dict)
    row.update_from_dict({"status": target, "version": row.version + 1})
    await row.save(update_fields=["status", "version", "updated_at"])
    await audit(actor, row, {"status": [source, target]})
    return row


def _columns(data: QuotaFields) -> dict[str, Any]:
    return {name: getattr(data, name) for name in QuotaFields.model_fields if name != "questions"}


async def _replace_questions(row: Quota, data: QuotaFields) -> None:
    await QuotaQuestion.filter(quota_id=row.id).delete()
    for position, one in enumerate(data.questions, 1):
        await QuotaQuestion.create(quota_id=row.id, position=position, **one.model_dump())

"""Tables of the bookings room: quotas of places 名额, and who takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place


class QuotaKind(Labelled):
    """What taking a place of a quota is called."""

    REGISTRATION = "registration", N_("Registration")  # 报名: an event, or a session of it
    ENROLMENT = "enrolment", N_("Enrolment")  # 入托、租用: a term, a course, a parking space
    SLOT = "slot", N_("Time slot")  # 预约: a stretch of a day


class QuotaStatus(Labelled):
    """Whether places are given out."""

    OPEN = "open", N_("Open")
    CLOSED = "closed", N_("Closed")
    CALLED_OFF = "called_off", N_("Called off")


class AnswerKind(Labelled):
    """How a question of the organiser's is answered."""

    TEXT = "text", N_("In words")
    CHOICE = "choice", N_("One of several")
    YES = "yes", N_("A tick")


class RegistrationState(Labelled):
    """Where a registration stands. Confirmed and offered ones hold places, nobody else does."""

    CONFIRMED = "confirmed", N_("Confirmed")
    OFFERED = "offered", N_("Place kept for you")
    WAITING = "waiting", N_("On the waiting list")
    CANCELLED = "cancelled", N_("Cancelled")
    EXPIRED = "expired", N_("Not taken up in time")
    NO_SHOW = "no_show", N_("Did not come")


class CallReason(Labelled):
    """What somebody who left no e-mail is to be called about."""

    MOVED_UP = "moved_up", N_("Moved up from the waiting list")
    FEWER = "fewer", N_("Places are free, but fewer than they wait for")
    CHANGED = "changed", N_("Time or place has changed")
    POSTPONED = "postponed", N_("Postponed")
    SUSPENDED = "suspended", N_("The service rests for a while")
    RESUMED = "resumed", N_("The service is there again")
    CALLED_OFF = "called_off", N_("Does not take place")
    REINSTATED = "reinstated", N_("Takes place after all")
    ENDED = "ended", N_("The place is no longer theirs")
    MESSAGE = "message", N_("Words to everybody")


class Quota(Listing):
    """Places that people can take: of an event, of a session of it, of a service, of one of its terms or slots."""

    code = fields.CharField(12, unique=True, description="Its name in addresses.")
    kind = fields.CharEnumField(QuotaKind, max_length=12, description="What taking a place is called.")
    event: Any = fields.ForeignKeyField(
        "civicgraph.Event", related_name="quotas", null=True, on_delete=fields.RESTRICT, description="The event."
    )
    service: Any = fields.ForeignKeyField(
        "civicgraph.Service", related_name="quotas", null=True, on_delete=fields.RESTRICT, description="The service."
    )
    division = place("quotas")
    subject = fields.CharField(120, description="What it is for: the title of the event, the name of the service.")
    title = fields.CharField(120, default="", description="The session, course or term, empty for the whole.")
    note = fields.CharField(300, default="", description="What people should know before they take a place.")
    venue = fields.CharField(200, default="", description="Where one goes.")
    phone = fields.CharField(40, default="", description="Public telephone for questions.")
    subject_starts_at = fields.DatetimeField(
        null=True, description="Start of the event with which it is in step, to go along when the event moves."
    )
    link = fields.CharField(120, default="", description="The page of the event or service.")
    starts_at = fields.DatetimeField(null=True, description="Start, empty where a place is not for a time.")
    ends_at = fields.DatetimeField(null=True, description="End.")
    weekdays: fields.Field[list[int]] = fields.JSONField(
        default=list, description="Weekdays on which it takes place between start and end, 1 is Monday."
    )
    capacity = fields.IntField(null=True, description="Number of places, empty when there is no bound.")
    taken = fields.IntField(default=0, db_default=0, description="Places that are taken or kept for somebody.")
    waiting = fields.IntField(default=0, db_default=0, description="Registrations on the waiting list.")
    attended = fields.IntField(default=0, db_default=0, description="People who were checked in.")
    issued = fields.BigIntField(default=0, db_default=0, description="Number of the latest registration.")
    opens_at = fields.DatetimeField(null=True, description="When places begin to be given out.")
    closes_at = fields.DatetimeField(null=True, description="When they no longer are, empty until the start.")
    max_people = fields.IntField(default=1, description="How many people one registration may be for.")
    has_waiting_list = fields.BooleanField(default=True, description="Whether people may wait when all is taken.")
    hold_minutes = fields.IntField(
        null=True,
        description="How long a place that became free is kept until its holder says yes. Empty when it is theirs at once.",
    )
    min_age = fields.IntField(null=True, description="Youngest age, in full years.")
    max_age = fields.IntField(null=True, description="Oldest age, in full years.")
    is_phone_required = fields.BooleanField(default=False, description="Whether a telephone number has to be given.")
    status = fields.CharEnumField(
        QuotaStatus, max_length=10, default=QuotaStatus.OPEN, description="Whether places are given out."
    )
    status_before = fields.CharEnumField(
        QuotaStatus, max_length=10, null=True, description="Whether places were given out when it was called off."
    )
    is_public = fields.BooleanField(default=False, description="Whether the event or service is published.")
    is_on_hold = fields.BooleanField(
        default=False, db_default=False, description="Whether the event is postponed, its new date not known yet."
    )
    off_reason = fields.CharField(
        300, default="", db_default="", description="Why it is on hold or does not take place, as everybody reads it."
    )
    is_off_alone = fields.BooleanField(
        default=False,
        db_default=False,
        description="Whether it was called off by itself, while its event or service goes on.",
    )
    is_planned = fields.BooleanField(
        default=False, db_default=False, description="Whether it was laid out from the hours that a service gives out."
    )

    class Meta:
        # The database itself refuses more taken than there are (migration 0014, `NEVER`): Tortoise makes no checks on SQLite.
        table = "quota"
        indexes = (("event_id", "id"), ("service_id", "id"), ("service_id", "starts_at"), ("division_id", "id"))


class QuotaQuestion(Record):
    """What the organiser wants to know of everybody who takes a place."""

    quota: fields.ForeignKeyRelation[Quota] = fields.ForeignKeyField(
        "civicgraph.Quota", related_name="questions", on_delete=fields.CASCADE, description="The quota."
    )
    position = fields.IntField(description="Its turn, from 1.")
    label = fields.CharField(120, description="The question.")
    kind = fields.CharEnumField(AnswerKind, max_length=8, description="How it is answered.")
    choices: fields.Field[list[str]] = fields.JSONField(default=list, description="The answers to choose from.")
    is_required = fields.BooleanField(default=False, description="Whether it has to be answered.")

    class Meta:
        table = "quota_question"
        indexes = (("quota_id", "position", "id"),)


class Registration(Record):
    """Somebody who takes places of a quota, or waits for them."""

    number = fields.CharField(12, unique=True, description="Its number, short enough to be typed at the door.")
    quota: fields.ForeignKeyRelation[Quota] = fields.ForeignKeyField(
        "civicgraph.Quota", related_name="registrations", on_delete=fields.RESTRICT, description="What for."
    )
    division = place()
    state = fields.CharEnumField(RegistrationState, max_length=10, description="Where it stands.")
    people = fields.IntField(description="How many people it is for.")
    rank = fields.BigIntField(description="Its turn on the waiting list: the order in which registrations were taken.")
    contact_name = fields.CharField(60, description="Name.")
    contact_phone = fields.TextField(default="", description="Telephone, encrypted.")
    contact_phone_masked = fields.CharField(30, default="", description="Telephone, masked.")
    phone_index = fields.CharField(
        60, default="", db_default="", description="Keyed hash of the telephone, to find who registered by it."
    )
    contact_email = fields.TextField(default="", description="E-mail, encrypted.")
    contact_email_masked = fields.CharField(120, default="", description="E-mail, masked.")
    answers = fields.TextField(default="", description="Answers to the organiser’s questions, encrypted.")
    is_listed = fields.BooleanField(default=False, description="Whether others may read that the person comes.")
    locale = fields.CharField(5, default="zh", description="The person’s language.")
    confirmed_at = fields.DatetimeField(null=True, description="When the places became theirs.")
    offered_until = fields.DatetimeField(null=True, description="Until when the places are kept for a yes.")
    moved_up_at = fields.DatetimeField(null=True, description="When it came off the waiting list.")
    ended_at = fields.DatetimeField(null=True, description="When it was cancelled or given up.")
    reason = fields.CharField(300, default="", description="Why staff moved it up or took it off.")
    checked_in_at = fields.DatetimeField(null=True, description="When they came.")
    attended = fields.IntField(default=0, description="How many of them came.")
    check_in_key = fields.CharField(80, default="", description="Key of the scan, so that one sent again is one.")
    call_about = fields.CharEnumField(
        CallReason, max_length=10, null=True, description="What they are still to be called about, who left no e-mail."
    )
    called_at = fields.DatetimeField(null=True, description="When they were last called.")
    is_generated = fields.BooleanField(default=False, description="Made up for the demo city.")
    version = fields.IntField(default=1, description="Grows by one with each change.")
    search_terms = fields.TextField(default="", db_default="", description="Bigrams of the name, while it is known.")

    class Meta:
        table = "registration"
        indexes = (("quota_id", "id"), ("quota_id", "state", "rank"), ("division_id", "id"), ("phone_index", "id"))

    sql_indexes: ClassVar[SqlIndexes] = {
        **{"registration_listed": (), "registration_call": ()},
        **by_place("registration", "division_id", "id"),
    }

"""Tables of the events room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from tortoise import fields

from civicgraph.events.rescue.models import DrillCell as DrillCell
from civicgraph.events.rescue.models import EventTeam as EventTeam
from civicgraph.events.rescue.models import RescueCell as RescueCell
from civicgraph.events.rescue.models import RescueTeam as RescueTeam
from civicgraph.i18n import N_, Labelled
from civicgraph.model import Drafted, Listing, Record, SqlIndexes, by_place, place

if TYPE_CHECKING:
    from civicgraph.grievances.models import Grievance


class EventKind(Labelled):
    """What sort of event it is."""

    CULTURE_NIGHT = "culture_night", N_("Culture night")
    SAFETY_DRILL = "safety_drill", N_("Safety drill")
    POLICY_CLASS = "policy_class", N_("Policy class")
    ENTERPRISE_FORUM = "enterprise_forum", N_("Enterprise forum")
    CONSULTATION = "consultation", N_("Consultation")
    ACTIVITY = "activity", N_("Activity")


class EventStatus(Labelled):
    """Where an event stands, the public sees all but drafts."""

    DRAFT = "draft", N_("Draft")
    PUBLISHED = "published", N_("Published")
    POSTPONED = "postponed", N_("Postponed")
    CANCELLED = "cancelled", N_("Cancelled")
    FINISHED = "finished", N_("Finished")


class EditScope(Labelled):
    """How far a change of an event that comes again reaches."""

    THIS = "this", N_("Only this one")
    FOLLOWING = "following", N_("This one and those after it")
    ALL = "all", N_("All that are still to come")


class MonthlyOn(Labelled):
    """On which day of its month an event comes again."""

    DATE = "date", N_("On the same date")
    WEEKDAY = "weekday", N_("On the same weekday, counted from the start of the month")
    LAST_WEEKDAY = "last_weekday", N_("On the last such weekday of the month")
    LAST_DAY = "last_day", N_("On the last day of the month")


class ProgrammeKind(Labelled):
    """What sort of programme item it is."""

    EXHIBITION = "exhibition", N_("Exhibition")
    PERFORMANCE = "performance", N_("Performance")
    WORKSHOP = "workshop", N_("Workshop")
    MARKET = "market", N_("Market")
    TALK = "talk", N_("Talk")
    DRILL = "drill", N_("Drill")
    CHECK_IN = "check_in", N_("Check-in spot")
    DISCUSSION = "discussion", N_("Discussion")
    ACTIVITY = "activity", N_("Activity")


class Hazard(Labelled):
    """The hazard that a drill prepares for."""

    EARTHQUAKE = "earthquake", N_("Earthquake")
    FLOOD = "flood", N_("Flood")
    FIRE = "fire", N_("Fire")
    LANDSLIDE = "landslide", N_("Landslide")
    GAS = "gas", N_("Gas")
    DROWNING = "drowning", N_("Drowning")
    TRAFFIC = "traffic", N_("Traffic")


class AudienceGroup(Labelled):
    """Whom an event is made for in particular; nobody else is kept away by it."""

    CHILDREN = "children", N_("Children")
    TEENAGERS = "teenagers", N_("Teenagers")
    FAMILIES = "families", N_("Families with children")
    OLDER_PEOPLE = "older_people", N_("Older people")
    WOMEN = "women", N_("Women")
    DISABLED_PEOPLE = "disabled_people", N_("People with disabilities")
    JOB_SEEKERS = "job_seekers", N_("Who looks for work")
    ENTERPRISES = "enterprises", N_("Enterprises and their owners")


class Accessibility(Labelled):
    """What the venue and the organiser do so that everybody can take part 无障碍."""

    STEP_FREE = "step_free", N_("Without steps")
    ACCESSIBLE_TOILET = "accessible_toilet", N_("Accessible toilet")
    SIGN_LANGUAGE = "sign_language", N_("Sign language")
    CAPTIONS = "captions", N_("Captions")
    LARGE_PRINT = "large_print", N_("Large print")


class EntryKind(Labelled):
    """What sort of entry of an event's record it is."""

    AGENDA = "agenda", N_("Point of the agenda")
    MATERIAL = "material", N_("Material to read")
    QUESTION = "question", N_("Question that was asked")
    OPINION = "opinion", N_("Opinion that was given")
    FINDING = "finding", N_("What the drill found")


class EventSeries(Listing):
    """An event that comes again: its rule, and what the next of its events is made from.

    Each time that it takes place is an event of its own, so that lists, calendars, search and places are the same
    for all events. They are made as far ahead as lists reach, and further each night (`rounds`).
    """

    division = place("event_series")
    rule = fields.CharField(200, description="When it comes again, as an RRULE of RFC 5545.")
    starts_at = fields.DatetimeField(description="The start that the rule counts from.")
    template: fields.Field[dict[str, Any]] = fields.JSONField(
        default=dict, description="The values of its next events, at the time of the start."
    )
    made_until = fields.DatetimeField(null=True, description="Its events are made up to here, empty when no more come.")

    class Meta:
        table = "event_series"
        indexes = (("made_until",),)


class MovedKind(Labelled):
    """What moved along with the start of an event."""

    END = "end", N_("End")
    PROGRAMME_ITEM = "programme_item", N_("Item of the programme")
    SESSION = "session", N_("Session of the event")


@dataclass(frozen=True)
class Move:
    """What had times and has others, since the start of its event was changed."""

    kind: MovedKind
    title: str
    before: tuple[datetime | None, datetime | None]
    after: tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Along:
    """What moved with the start of an event: its end, items of its programme, its sessions."""

    moves: tuple[Move, ...] = ()
    stays: bool = False
    """There is something that could have moved, and it would no longer have been within the event."""

    def of(self, kind: MovedKind) -> list[Move]:
        """What moved, of one kind."""
        return [one for one in self.moves if one.kind is kind]


class Event(Drafted):
    """Something that takes place at a time, for people to come to."""

    moved_along: Along = Along()
    """By the change that was just made to it; kept nowhere."""
    also_changed: int | None = None
    """How many others of its series that change reached, where it was to reach others; kept nowhere."""
    slug = fields.CharField(40, unique=True, description="Its name in addresses.")
    kind = fields.CharEnumField(EventKind, max_length=20, description="What sort of event it is.")
    title = fields.CharField(120, description="Its title.")
    summary = fields.CharField(300, default="", description="In one or two sentences.")
    description = fields.TextField(default="", description="Everything worth knowing.")
    division = place("events")
    venue = fields.CharField(120, default="", description="The venue’s name.")
    address = fields.CharField(200, default="", description="Where the venue is.")
    organiser = fields.CharField(120, default="", description="Who holds it.")
    contact_phone = fields.CharField(40, default="", description="Public telephone for questions.")
    starts_at = fields.DatetimeField(description="Start.")
    ends_at = fields.DatetimeField(description="End.")
    is_all_day = fields.BooleanField(default=False, description="The days matter, not the hours.")
    capacity = fields.IntField(null=True, description="Number of places, empty when there is no bound.")
    price_fen = fields.IntField(default=0, description="Price in fen (1/100 CNY), 0 is free.")
    audiences: fields.Field[list[str]] = fields.JSONField(default=list, description="Whom it is for.")
    groups: fields.Field[list[str]] = fields.JSONField(
        default=list, db_default="[]", description="The groups that it is made for in particular."
    )
    accessibility: fields.Field[list[str]] = fields.JSONField(
        default=list, db_default="[]", description="What is done so that everybody can take part."
    )
    topics: fields.Field[list[str]] = fields.JSONField(default=list, description="What it is about.")
    hazards: fields.Field[list[str]] = fields.JSONField(
        default=list, description="The hazards that a drill prepares for."
    )
    scenario = fields.TextField(default="", db_default="", description="What a drill pretends has happened.")
    planned_participants = fields.IntField(null=True, description="How many people a drill is planned for.")
    actual_participants = fields.IntField(null=True, description="How many people took part in a drill.")
    minutes = fields.TextField(default="", db_default="", description="What was said and agreed at a consultation.")
    status = fields.CharEnumField(EventStatus, max_length=12, default=EventStatus.DRAFT, description="Where it stands.")
    status_reason = fields.CharField(300, default="", description="Why it was cancelled.")
    status_before = fields.CharEnumField(
        EventStatus, max_length=12, null=True, description="Where it stood when it was cancelled, to be so again."
    )
    reinstated_at = fields.DatetimeField(
        null=True, description="When its cancellation or postponement was taken back, empty when it never was."
    )
    published_at = fields.DatetimeField(null=True, description="When it was published.")
    previous_starts_at = fields.DatetimeField(
        null=True, description="The start that was announced before it was moved, empty when it never was."
    )
    series: fields.ForeignKeyNullableRelation[EventSeries] = fields.ForeignKeyField(
        "civicgraph.EventSeries",
        related_name="events",
        null=True,
        on_delete=fields.RESTRICT,
        description="The series that it belongs to, null for an event that comes once.",
    )
    recurs_at = fields.DatetimeField(null=True, description="Its start by the rule of its series.")
    is_exception = fields.BooleanField(
        default=False,
        db_default=False,
        description="Whether it was changed by itself and no longer follows its series.",
    )
    search_terms = fields.TextField(default="", description="Bigrams of its texts.")
    is_over = fields.BooleanField(
        default=False,
        db_default=False,
        description="Marked as over by the clock, a moment after its end: lists pass it over without looking.",
    )

    class Meta:
        table = "event"
        # After the order of lists comes what decides whether an event is over: what is over is passed over in the index.
        indexes = (
            ("starts_at", "id", "ends_at", "status"),
            ("kind", "starts_at", "id", "ends_at", "status"),
            ("division_id", "starts_at", "id", "ends_at", "status"),
            ("status", "starts_at", "id"),
            ("ends_at", "id"),
            ("series_id", "starts_at", "id"),
            ("venue", "starts_at", "id"),
            ("organiser", "starts_at", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = {
        **by_place("event", "division_id", "starts_at", "id"),
        "event_coming": (),
        "event_paid": (),
        "event_long": (),
        "event_slot": ("series_id", "recurs_at"),
        "event_import_key": ("import_key",),
        "event_submitted": (),
    }


class ProgrammeItem(Record):
    """One item of an event's programme."""

    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "civicgraph.Event", related_name="programme", on_delete=fields.CASCADE, description="The event."
    )
    position = fields.IntField(description="Its place in the programme, from 1.")
    kind = fields.CharEnumField(ProgrammeKind, max_length=16, description="What sort of item it is.")
    title = fields.CharField(120, description="Its title.")
    stage = fields.CharField(60, default="", db_default="", description="The stage, hall or table where it is.")
    note = fields.CharField(300, default="", description="What to expect, who performs, what to bring.")
    starts_at = fields.DatetimeField(null=True, description="Start, where it differs from the event’s.")
    ends_at = fields.DatetimeField(null=True, description="End, where it differs from the event’s.")
    quantity = fields.IntField(null=True, description="Number of works, stalls or places.")

    class Meta:
        table = "programme_item"
        indexes = (("event_id", "position", "id"),)


class EventEntry(Record):
    """An entry of an event's record: what was on the agenda, asked, said or found, and what becomes of it."""

    event_id: int
    grievance_id: int | None
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "civicgraph.Event", related_name="entries", on_delete=fields.CASCADE, description="The event."
    )
    kind = fields.CharEnumField(EntryKind, max_length=8, description="What sort of entry it is.")
    position = fields.IntField(description="Its place among those of its kind, from 1.")
    text = fields.CharField(600, description="What it says.")
    said_by = fields.CharField(80, default="", description="Who said it: an enterprise or a group, never a resident.")
    link = fields.CharField(300, default="", description="Where the material is to be had.")
    answer = fields.CharField(1000, default="", description="What was answered, or what is done about it.")
    owner = fields.CharField(80, default="", description="The office that sees to it.")
    due_on = fields.DateField(null=True, description="By when.")
    done_on = fields.DateField(null=True, description="When it was answered or done, empty while it is open.")
    grievance: fields.ForeignKeyNullableRelation[Grievance] = fields.ForeignKeyField(
        "civicgraph.Grievance",
        related_name="event_entries",
        null=True,
        on_delete=fields.RESTRICT,
        description="The grievance that it was turned into.",
    )
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when editing.")

    class Meta:
        table = "event_entry"
        indexes = (("event_id", "kind", "position", "id"), ("grievance_id", "id"))

    sql_indexes: ClassVar[SqlIndexes] = {"event_entry_open": ()}

"""Tables of the events room."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place


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
    CANCELLED = "cancelled", N_("Cancelled")
    FINISHED = "finished", N_("Finished")


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


class Event(Listing):
    """Something that takes place at a time, for people to come to."""

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
    topics: fields.Field[list[str]] = fields.JSONField(default=list, description="What it is about.")
    hazards: fields.Field[list[str]] = fields.JSONField(
        default=list, description="The hazards that a drill prepares for."
    )
    status = fields.CharEnumField(EventStatus, max_length=12, default=EventStatus.DRAFT, description="Where it stands.")
    status_reason = fields.CharField(300, default="", description="Why it was cancelled.")
    published_at = fields.DatetimeField(null=True, description="When it was published.")
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
        )

    sql_indexes: ClassVar[SqlIndexes] = {
        **by_place("event", "division_id", "starts_at", "id"),
        "event_coming": (),
        "event_paid": (),
    }


class ProgrammeItem(Record):
    """One item of an event's programme."""

    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "civicgraph.Event", related_name="programme", on_delete=fields.CASCADE, description="The event."
    )
    position = fields.IntField(description="Its place in the programme, from 1.")
    kind = fields.CharEnumField(ProgrammeKind, max_length=16, description="What sort of item it is.")
    title = fields.CharField(120, description="Its title.")
    note = fields.CharField(300, default="", description="What to expect, who performs, what to bring.")
    starts_at = fields.DatetimeField(null=True, description="Start, where it differs from the event’s.")
    ends_at = fields.DatetimeField(null=True, description="End, where it differs from the event’s.")
    quantity = fields.IntField(null=True, description="Number of works, stalls or places.")

    class Meta:
        table = "programme_item"
        indexes = (("event_id", "position", "id"),)

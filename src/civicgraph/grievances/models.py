"""Tables of the grievances room."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from json import dumps
from typing import Any, ClassVar

from tortoise import fields
from tortoise.fields.db_defaults import SqlDefault
from tortoise.models import Model

from civicgraph.grievances.desk import models as desk
from civicgraph.grievances.figures.models import GrievanceCell as GrievanceCell  # a table of the room
from civicgraph.grievances.intake import models as intake
from civicgraph.grievances.intake.models import Channel as Channel
from civicgraph.grievances.kinds import PAUSING, names_of
from civicgraph.grievances.kinds import Body as Body
from civicgraph.grievances.kinds import Counting as Counting
from civicgraph.grievances.kinds import HoldReason as HoldReason
from civicgraph.grievances.kinds import LedKind as LedKind
from civicgraph.grievances.kinds import ReporterKind as ReporterKind
from civicgraph.grievances.kinds import Urgency as Urgency
from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record, SqlIndexes, by_place, place

CategoryQuestion, GrievanceAnswer = intake.CategoryQuestion, intake.GrievanceAnswer
GrievanceSupporter, HeldReport = intake.GrievanceSupporter, intake.HeldReport
Team, TeamMember, WorkOrder, GrievanceCall = desk.Team, desk.TeamMember, desk.WorkOrder, desk.GrievanceCall
GrievanceTag, ReadyText, SavedFilter = desk.GrievanceTag, desk.ReadyText, desk.SavedFilter
GrievanceRedaction = desk.GrievanceRedaction
_LED_KIND = partial(fields.CharEnumField, LedKind, max_length=12, default=LedKind.OFFICE, db_default="office")
_USUALLY_PAUSING = SqlDefault(f"'{dumps(names_of(PAUSING))}'")


class GrievanceStatus(Labelled):
    """Where a grievance stands. What leads from one to another is declared in `workflow`."""

    SUBMITTED = "submitted", N_("Submitted")
    RETURNED = "returned", N_("Returned with questions")
    REDIRECTED = "redirected", N_("Passed to another body")
    MERGED = "merged", N_("Joined with an earlier one")
    ACCEPTED = "accepted", N_("Accepted")
    ASSIGNED = "assigned", N_("Assigned")
    IN_PROGRESS = "in_progress", N_("Being worked on")
    ON_HOLD = "on_hold", N_("On hold")
    RESOLVED = "resolved", N_("Resolved")
    VERIFIED = "verified", N_("Checked on the spot")
    CLOSED = "closed", N_("Case closed")
    REOPENED = "reopened", N_("Opened again")
    SHORTFALL = "shortfall", N_("On the shortfall list")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class GrievanceCategory(Model):
    """A category of grievance: the common words of forms, figures and the API."""

    code = fields.CharField(40, primary_key=True, description="Stable code.")
    group_code = fields.CharField(20, description="Code of its group.")
    group_name = fields.CharField(40, description="Its group in Chinese.")
    group_name_en = fields.CharField(60, description="Its group in English.")
    name = fields.CharField(40, description="Its name in Chinese.")
    name_en = fields.CharField(60, description="Its name in English.")
    urgency = fields.CharEnumField(Urgency, max_length=10, description="The urgency it starts with.")
    body = fields.CharEnumField(Body, max_length=12, description="Who normally leads.")
    is_verified = fields.BooleanField(
        default=False, db_default=False, description="Whether somebody else checks on the spot what was resolved."
    )
    is_personal = fields.BooleanField(default=False, db_default=False, description="Of one person 私事: never public.")
    department = fields.CharField(
        80,
        default="",
        db_default="",
        description="The department that owns it, for instance 自然资源局, empty where none does.",
    )
    position = fields.IntField(description="Its place in lists.")
    is_active = fields.BooleanField(
        default=True, db_default=True, description="Offered to new reports, otherwise kept for those of before."
    )
    version = fields.IntField(default=1, db_default=1, description="Grows by one with each change.")

    class Meta:
        table = "grievance_category"
        indexes = (("position", "code"),)


class UrgencyPolicy(Record):
    """An entry of the four-level list of a division: overrides its ancestors' for new grievances."""

    division_id: str
    division = place(False)
    urgency = fields.CharEnumField(Urgency, max_length=10, description="The level.")
    category = fields.CharField(
        40, default="", db_default="", description="Code of the only category that it holds for, empty for all."
    )
    response_minutes = fields.IntField(description="Time to the first response, in minutes.")
    resolution_minutes = fields.IntField(description="Time to the resolution, in minutes.")
    counting = fields.CharEnumField(
        Counting,
        max_length=16,
        default=Counting.ROUND_THE_CLOCK,
        db_default="round_the_clock",
        description="How both are counted.",
    )
    pausing: fields.Field[list[str]] = fields.JSONField(
        db_default=_USUALLY_PAUSING,
        description="The reasons for a rest that stop the clock of the resolution.",
    )
    version = fields.IntField(default=1, db_default=1, description="Grows by one with each change.")

    class Meta:
        table = "urgency_policy"
        unique_together = (("division", "urgency", "category"),)


class Grievance(Record):
    """A grievance 诉求 from a resident or an enterprise."""

    division_id: str
    category_id: str
    grid_id: str | None
    assignee_id: int | None
    number = fields.CharField(20, unique=True, description="Its public number, for instance ZY-1123-7F3K.")
    secret_hash = fields.CharField(64, description="SHA-256 of the tracking secret.")
    category: fields.ForeignKeyRelation[GrievanceCategory] = fields.ForeignKeyField(
        "civicgraph.GrievanceCategory", related_name=False, on_delete=fields.RESTRICT, description="What it is about."
    )
    urgency = fields.CharEnumField(Urgency, max_length=10, description="Its level on the four-level list.")
    channel = fields.CharEnumField(Channel, max_length=8, description="How it came in.")
    reporter_kind = fields.CharEnumField(
        ReporterKind, max_length=10, default=ReporterKind.RESIDENT, description="Who reports."
    )
    division = place("grievances")
    grid: Any = fields.ForeignKeyField(
        "civicgraph.Grid", related_name="grievances", null=True, on_delete=fields.RESTRICT, description="The grid."
    )
    compound: Any = fields.ForeignKeyField(
        "civicgraph.Compound",
        related_name="grievances",
        null=True,
        on_delete=fields.RESTRICT,
        description="The compound.",
    )
    enterprise: Any = fields.ForeignKeyField(
        "civicgraph.Enterprise",
        related_name="grievances",
        null=True,
        on_delete=fields.RESTRICT,
        description="The enterprise that reports.",
    )
    event: Any = fields.ForeignKeyField(
        "civicgraph.Event",
        related_name="grievances",
        null=True,
        on_delete=fields.RESTRICT,
        description="The event at which it was asked, for instance a forum for enterprises.",
    )
    public_text = fields.TextField(description="What is reported, with personal data masked.")
    description = fields.TextField(description="What is reported, in the reporter’s own words. Never public.")
    address = fields.CharField(200, default="", description="Building, unit and door. Never public.")
    building = fields.CharField(
        40, default="", db_default="", description="Building or stairway within the compound. Never public."
    )
    latitude_micro = fields.IntField(
        null=True, description="Latitude by WGS-84 in millionths of a degree. Never public."
    )
    longitude_micro = fields.IntField(
        null=True, description="Longitude by WGS-84 in millionths of a degree. Never public."
    )
    danger = fields.CharField(
        20, default="", db_default="", description="What danger its words tell of, by its code, mostly none."
    )
    supporter_count = fields.IntField(default=0, db_default=0, description="How many others have the same problem.")
    nudged_count = fields.IntField(default=0, db_default=0, description="How many asked when a level was told of it.")
    contact_name = fields.TextField(default="", description="The reporter’s name, encrypted. Never public.")
    contact_name_masked = fields.CharField(
        40, default="", db_default="", description="The name, masked: its first character."
    )
    contact_phone = fields.TextField(default="", description="Telephone, encrypted. Never public.")
    contact_phone_masked = fields.CharField(40, default="", description="The telephone, masked.")
    contact_email = fields.TextField(default="", description="E-mail, encrypted. Never public.")
    contact_email_masked = fields.CharField(80, default="", description="The e-mail, masked.")
    is_reporter_written_to = fields.BooleanField(
        default=True, db_default=True, description="Whether the reporter’s address is written to, until they end it."
    )
    phone_index = fields.CharField(
        60, default="", db_default="", description="Keyed hash of the telephone, to find the same person by."
    )
    email_index = fields.CharField(
        60, default="", db_default="", description="Keyed hash of the e-mail, to find the same person by."
    )
    erase_at = fields.DatetimeField(
        null=True, description="When name, contact, address and own words are erased, empty while it is open or done."
    )
    locale = fields.CharField(5, default="zh", description="The reporter’s language: zh or en.")
    status = fields.CharEnumField(
        GrievanceStatus, max_length=12, default=GrievanceStatus.SUBMITTED, description="Where it stands."
    )
    is_public = fields.BooleanField(default=True, description="Shown, anonymised, to everyone.")
    assignee: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name="assigned_grievances",
        null=True,
        on_delete=fields.RESTRICT,
        description="Who works on it.",
    )
    team = fields.CharField(80, default="", description="The team or company that helps.")
    led_kind = _LED_KIND(description="What sort of body leads it.")
    led_by = fields.CharField(40, default="", db_default="", description="The code of the body that leads it.")
    outcome = fields.TextField(default="", description="What was done, in public words.")
    submitted_at = fields.DatetimeField(description="When it was reported.")
    accepted_at = fields.DatetimeField(null=True, description="When it was accepted: the first response.")
    first_response_at = fields.DatetimeField(null=True, description="When it had its very first response.")
    first_response_in_time = fields.BooleanField(null=True, description="Whether that came in time.")
    assigned_at = fields.DatetimeField(null=True, description="When it was assigned.")
    resolved_at = fields.DatetimeField(null=True, description="When it was resolved.")
    closed_at = fields.DatetimeField(null=True, description="When it was closed.")
    response_due_at = fields.DatetimeField(description="Promised time of the first response.")
    resolution_due_at = fields.DatetimeField(description="Promised time of the resolution.")
    due_at = fields.DatetimeField(
        db_default=datetime(1970, 1, 1, tzinfo=UTC),
        description="When what is promised next is due: the first response until there is one, then the resolution.",
    )
    response_minutes = fields.IntField(
        default=0, db_default=0, description="Minutes to the first response, as promised when it was reported."
    )
    resolution_minutes = fields.IntField(
        default=0, db_default=0, description="Minutes to the resolution, as promised when it was reported."
    )
    calendar = fields.TextField(
        default="",
        db_default="",
        description="The office hours, and the days closed, in which the promised times count, empty: round the clock.",
    )
    pausing: fields.Field[list[str]] = fields.JSONField(
        db_default=_USUALLY_PAUSING,
        description="The reasons for a rest that stop the clock of the resolution, as promised when it was reported.",
    )
    response_soon_at = fields.DatetimeField(
        null=True, description="When three quarters of the time to the first response have passed."
    )
    resolution_soon_at = fields.DatetimeField(
        null=True, description="When three quarters of the time to the resolution have passed."
    )
    reason = fields.TextField(
        default="", db_default="", description="Why it was returned, passed on, rests or cannot be done now. Public."
    )
    body_in_charge = fields.CharField(
        80,
        default="",
        db_default="",
        description="The body that it was passed to, or that is in charge of a shortfall.",
    )
    duplicate_of: Any = fields.ForeignKeyField(
        "civicgraph.Grievance",
        related_name="duplicates",
        null=True,
        on_delete=fields.RESTRICT,
        description="The earlier grievance that it was joined with.",
    )
    hold_reason = fields.CharEnumField(HoldReason, max_length=12, null=True, description="Why work on it rests.")
    hold_until = fields.DatetimeField(null=True, description="Until when work on it rests.")
    review_at = fields.DatetimeField(null=True, description="When a shortfall is looked at again.")
    reopened_count = fields.IntField(default=0, db_default=0, description="How often it was opened again.")
    verified_at = fields.DatetimeField(null=True, description="When somebody else checked on the spot that it is done.")
    rated_at = fields.DatetimeField(null=True, description="When its reporter rated how it was dealt with.")
    stars = fields.SmallIntField(null=True, description="The reporter’s rating, from 1 to 5 stars.")
    is_solved = fields.BooleanField(null=True, description="Whether the reporter says that it is solved.")
    rating_text = fields.TextField(
        default="", db_default="", description="The reporter’s words to the rating, with personal data masked."
    )
    is_response_late = fields.BooleanField(default=False, db_default=False, description="Late, still to be answered.")
    is_resolution_late = fields.BooleanField(default=False, db_default=False, description="Late, still to be resolved.")
    is_generated = fields.BooleanField(default=False, description="Made up for the demo city.")
    search_terms = fields.TextField(default="", description="Bigrams of the public text.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when working on it.")

    class Meta:
        table = "grievance"
        indexes = (
            ("division_id", "id"),
            ("grid_id", "id"),
            ("compound_id", "id"),
            ("enterprise_id", "id"),
            ("event_id", "id"),
            ("category_id", "id"),
            ("assignee_id", "status", "resolution_due_at", "id"),
            ("assignee_id", "resolved_at"),
            ("status", "id"),
            ("due_at", "id"),
            ("submitted_at", "id"),
            ("duplicate_of_id", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = {
        **by_place("grievance", "division_id", "id"),
        **{f"grievance_standing_{one}": (f"substr(division_id, 1, {one})", "status", "id") for one in (6, 9)},
        "grievance_submitted_6": ("substr(division_id, 1, 6)", "submitted_at", "id"),
        **dict.fromkeys(("grievance_open", "grievance_phone", "grievance_email", "grievance_to_erase"), ()),
    }


class GrievanceUpdate(Model):
    """One step of a grievance's history, never changed afterwards."""

    person_id: int | None
    id = fields.BigIntField(primary_key=True)
    grievance: fields.ForeignKeyRelation[Grievance] = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="updates", on_delete=fields.CASCADE, description="The grievance."
    )
    at = fields.DatetimeField(description="When it happened.")
    status = fields.CharEnumField(GrievanceStatus, max_length=12, description="Where the grievance stood after it.")
    verb = fields.CharField(
        24, default="", db_default="", description="What was done, by its name in the workflow, empty where unknown."
    )
    minutes = fields.IntField(null=True, description="Minutes that it adds to the time for the resolution.")
    until = fields.DatetimeField(
        null=True, description="Until when work rests, or when a shortfall is looked at again."
    )
    is_pausing = fields.BooleanField(
        default=False, db_default=False, description="Whether the clock of the resolution stands still from here on."
    )
    changes: Any = fields.JSONField(
        null=True, description="What of level, category and promise became something else, before and after."
    )
    level_before = fields.CharEnumField(Urgency, max_length=10, null=True, description="The level that it changed.")
    level = fields.CharEnumField(Urgency, max_length=10, null=True, description="The level from there on.")
    category_before = fields.CharField(40, null=True, description="The code of the category that it changed.")
    category = fields.CharField(40, null=True, description="The code of the category from there on.")
    moved_to = fields.CharField(20, null=True, description="The code of the community that it was handed to.")
    promised_before = fields.DatetimeField(null=True, description="The promised time of the resolution that it moved.")
    promised = fields.DatetimeField(null=True, description="Until when the resolution is promised from there on.")
    is_solved = fields.BooleanField(
        null=True, description="How its reporter had rated the resolution that this step undid, empty if they had not."
    )
    stars = fields.SmallIntField(null=True, description="The stars of that rating, from 1 to 5.")
    broke_promise = fields.BooleanField(
        default=False,
        db_default=False,
        description="Whether the resolution was late by the promise that this step replaced with a fresh one.",
    )
    led_kind = _LED_KIND(description="Who led what it ended, by sort.")
    led_by = fields.CharField(40, default="", db_default="", description="The code of the body that led what it ended.")
    by_line = fields.CharField(120, default="", description="Who did it, by office: 金台社区联络点.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name="grievance_updates",
        null=True,
        on_delete=fields.RESTRICT,
        description="Who did it.",
    )
    public_note = fields.TextField(default="", description="Words to the public.")
    internal_note = fields.TextField(default="", description="Words among staff. Never public.")

    class Meta:
        table = "grievance_update"
        indexes = (("grievance_id", "id"), ("person_id",))


class GrievanceFollower(Record):
    """Somebody who is written to at each public step of a grievance, once they have confirmed their address."""

    grievance_id: int
    grievance: fields.ForeignKeyRelation[Grievance] = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="followers", on_delete=fields.CASCADE, description="What is followed."
    )
    address_key = fields.CharField(64, description="Keyed hash of the address, to find it by.")
    address = fields.TextField(description="The e-mail address, encrypted. Never shown.")
    locale = fields.CharField(5, default="zh", description="The language of messages: zh or en.")
    is_reporter = fields.BooleanField(
        default=False, description="Whether they came with the tracking secret: they follow it when it is hidden, too."
    )
    asked_at = fields.DatetimeField(description="When the one message that asks them to confirm was written.")
    confirmed_at = fields.DatetimeField(null=True, description="When they confirmed, nothing is told to them before.")

    class Meta:
        table = "grievance_follower"
        unique_together = (("grievance", "address_key"),)
        indexes = (("address_key", "asked_at"), ("confirmed_at", "asked_at"))

"""Tables of what comes in: channels, the categories' questions and their answers, supporters, held reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record

if TYPE_CHECKING:
    from civicgraph.grievances.models import Grievance, GrievanceCategory


class Channel(Labelled):
    """How a grievance came in."""

    WEB = "web", N_("Web")
    PHONE = "phone", N_("Telephone")
    VISIT = "visit", N_("Visit or at the counter")
    CHAT = "chat", N_("Chat group")
    STAFF = "staff", N_("Taken by staff")
    API = "api", N_("Partner app")
    OPEN311 = "open311", N_("Open311")
    EMAIL = "email", N_("Letter by e-mail")
    BUSINESS = "business", N_("Enterprise account")
    FORUM = "forum", N_("Question at an event")


BY_STAFF = frozenset({Channel.PHONE, Channel.VISIT, Channel.CHAT, Channel.STAFF, Channel.FORUM})
"""Channels on which staff report for somebody else."""


PLACED_LATER = frozenset({Channel.OPEN311, Channel.EMAIL})
"""Channels on which a place may come as words alone: a person finds the community where they are not clear."""


BY_OUR_DOORS = frozenset({Channel.WEB, Channel.OPEN311, Channel.EMAIL})
"""Channels that a report has because it came through our own form, our Open311 or our mailbox: nobody else can say so."""


class QuestionKind(Labelled):
    """How a category's question is answered."""

    CHOICE = "choice", N_("One of a list")
    TEXT = "text", N_("In words")
    NUMBER = "number", N_("A number")
    YES_NO = "yes_no", N_("Yes or no")


class HoldCause(Labelled):
    """Why a report is looked at by a person before it is one."""

    SPAM = "spam", N_("Looks like advertising or a machine")
    FLOOD = "flood", N_("Came in a flood")
    PLACE = "place", N_("Its place is not known")
    CATEGORY = "category", N_("Its category is not known")


class HeldState(Labelled):
    """What became of a report that was held."""

    WAITING = "waiting", N_("To be looked at")
    RELEASED = "released", N_("Let through")
    DROPPED = "dropped", N_("Not a report")


class CategoryQuestion(Record):
    """What is asked of those who report something of a category."""

    category_id: str
    category: fields.ForeignKeyRelation[GrievanceCategory] = fields.ForeignKeyField(
        "civicgraph.GrievanceCategory", related_name="questions", on_delete=fields.CASCADE, description="Its category."
    )
    code = fields.CharField(40, description="Stable code, one of its own within the category.")
    name = fields.CharField(120, description="The question in Chinese.")
    name_en = fields.CharField(160, description="The question in English.")
    kind = fields.CharEnumField(QuestionKind, max_length=8, description="How it is answered.")
    choices: fields.Field[list[str]] = fields.JSONField(
        default=list, description="What can be chosen, in Chinese: these words are the answer."
    )
    choices_en: fields.Field[list[str]] = fields.JSONField(default=list, description="The same in English, in order.")
    is_required = fields.BooleanField(default=False, description="Whether it has to be answered.")
    is_public = fields.BooleanField(default=False, description="Whether everyone may read the answer.")
    is_active = fields.BooleanField(default=True, description="Asked now, otherwise kept for the answers of before.")
    position = fields.IntField(default=0, description="Its place among the category’s questions.")

    class Meta:
        table = "category_question"
        unique_together = (("category", "code"),)
        indexes = (("category_id", "position", "id"),)


class GrievanceAnswer(Record):
    """The answer to one of its category's questions."""

    grievance_id: int
    question_id: int
    grievance: fields.ForeignKeyRelation[Grievance] = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="answers", on_delete=fields.CASCADE, description="The grievance."
    )
    question: fields.ForeignKeyRelation[CategoryQuestion] = fields.ForeignKeyField(
        "civicgraph.CategoryQuestion", related_name=False, on_delete=fields.RESTRICT, description="What was asked."
    )
    answer = fields.TextField(description="The answer as it was given. Never public.")
    public_answer = fields.TextField(default="", description="The answer with personal data masked, if it is public.")

    class Meta:
        table = "grievance_answer"
        unique_together = (("grievance", "question"),)
        indexes = (("grievance_id", "id"),)


class GrievanceSupporter(Record):
    """Somebody who has the same problem and said so, once a browser or contact."""

    grievance: fields.ForeignKeyRelation[Grievance] = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="supporters", on_delete=fields.CASCADE, description="The grievance."
    )
    supporter_key = fields.CharField(64, description="Keyed hash of what tells them from others.")
    address_key = fields.CharField(
        64,
        default="",
        db_default="",
        description="Keyed hash of the address by which they follow it, so that they count once, empty where unknown.",
    )

    class Meta:
        table = "grievance_supporter"
        unique_together = (("grievance", "supporter_key"),)


class HeldReport(Record):
    """A report that a person looks at before it becomes a grievance: held rather than lost."""

    division_code = fields.CharField(17, description="The community that it is for, else the city.")
    number = fields.CharField(20, unique=True, description="The number that it was given, and keeps.")
    secret_hash = fields.CharField(64, description="SHA-256 of the tracking secret.")
    channel = fields.CharEnumField(Channel, max_length=8, description="How it came in.")
    cause = fields.CharEnumField(HoldCause, max_length=8, description="Why it is held.")
    rule = fields.CharField(60, default="", description="The rule of the spam list that it met.")
    content = fields.TextField(description="All that was sent, encrypted. Never public.")
    summary = fields.CharField(300, description="Its first words, with personal data masked.")
    danger = fields.CharField(
        20, default="", db_default="", description="What danger its words tell of, by its code, mostly none."
    )
    rank = fields.IntField(
        default=1, db_default=1, description="Its place among those that wait: 0 where it tells of danger, else 1."
    )
    due_at = fields.DatetimeField(null=True, description="By when somebody is promised to have looked at it.")
    address = fields.CharField(250, default="", db_default="", description="Where it is, as it was sent. Never public.")
    latitude_micro = fields.IntField(
        null=True, description="Latitude by WGS-84 in millionths of a degree, as it was sent. Never public."
    )
    longitude_micro = fields.IntField(
        null=True, description="Longitude by WGS-84 in millionths of a degree, as it was sent. Never public."
    )
    contact_name_masked = fields.CharField(60, default="", db_default="", description="The reporter’s name, masked.")
    contact_phone_masked = fields.CharField(40, default="", db_default="", description="The telephone, masked.")
    contact_email_masked = fields.CharField(80, default="", db_default="", description="The e-mail, masked.")
    state = fields.CharEnumField(HeldState, max_length=8, default=HeldState.WAITING, description="What became of it.")
    decided_by: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name=False, null=True, on_delete=fields.RESTRICT, description="Who decided."
    )
    decided_at = fields.DatetimeField(null=True, description="When it was decided.")
    reason = fields.CharField(300, default="", db_default="", description="Why it was dropped, as its sender reads it.")

    class Meta:
        table = "held_report"
        indexes = (
            *(("state", "division_code", "id"), ("state", "id")),
            *(("state", "division_code", "rank", "id"), ("state", "rank", "id"), ("rank", "id")),
        )

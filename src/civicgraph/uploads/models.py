"""Tables of the uploads room."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record


class Purpose(Labelled):
    """What a file is there for."""

    REPORT = "report", N_("Shows the problem")
    PROOF = "proof", N_("Shows what was done")
    ATTACHMENT = "attachment", N_("Attached to a note")
    PICTURE = "picture", N_("Picture of a listing")
    MATERIAL = "material", N_("To read for an event")
    DOCUMENT = "document", N_("Document of an enterprise")


class FocalPoint(Labelled):
    """Which of nine parts of a picture stays in view where it is cut to fit."""

    TOP_LEFT = "top_left", N_("Top left")
    TOP = "top", N_("Top")
    TOP_RIGHT = "top_right", N_("Top right")
    LEFT = "left", N_("Left")
    CENTRE = "centre", N_("Centre")
    RIGHT = "right", N_("Right")
    BOTTOM_LEFT = "bottom_left", N_("Bottom left")
    BOTTOM = "bottom", N_("Bottom")
    BOTTOM_RIGHT = "bottom_right", N_("Bottom right")


class Upload(Record):
    """A file that somebody sent in. Until something claims it, only who knows its name can see it, for a day."""

    uploaded_by_id: int | None
    name = fields.CharField(40, unique=True, description="Its random name in addresses, a changed file has another.")
    subject_type = fields.CharField(40, default="", description="Type of what it belongs to, empty until claimed.")
    subject_id = fields.BigIntField(null=True, description="Key of what it belongs to.")
    purpose = fields.CharEnumField(
        Purpose, max_length=12, default=Purpose.ATTACHMENT, description="What it is there for."
    )
    position = fields.IntField(default=0, description="Its place among the others.")
    alt = fields.CharField(
        200,
        default="",
        db_default="",
        description="What a listing’s image shows, for those who do not see it, or which of what was asked for a document is.",
    )
    focal_point = fields.CharEnumField(
        FocalPoint,
        max_length=12,
        default=FocalPoint.CENTRE,
        db_default=FocalPoint.CENTRE.value,
        description="The part of a listing’s image that stays in view where it is cut to fit.",
    )
    division_code = fields.CharField(17, default="", description="Where it belongs.")
    capability = fields.CharField(40, default="", description="What one must be able to do there to see it.")
    is_public = fields.BooleanField(default=False, description="Whether everyone may see it.")
    is_hidden = fields.BooleanField(default=False, description="Taken from the public for good, with a reason.")
    reason = fields.CharField(200, default="", description="Why it was hidden.")
    is_blurred = fields.BooleanField(default=False, description="Whether parts of it were made unrecognisable.")
    media_type = fields.CharField(100, description="Its type by its content, for instance image/jpeg.")
    filename = fields.CharField(120, default="", description="What its sender called it.")
    size_bytes = fields.IntField(description="Its size in bytes, as it is kept.")
    width = fields.IntField(null=True, description="Width in pixels, of a picture.")
    height = fields.IntField(null=True, description="Height in pixels, of a picture.")
    taken_back_at = fields.DatetimeField(
        null=True,
        description="When the enterprise took its document back: its content is gone, that it was here stays.",
    )
    content_hash = fields.CharField(64, description="SHA-256 of what is shown.")
    original_hash = fields.CharField(64, description="SHA-256 of what was sent, cleaned: before anything was blurred.")
    uploaded_by: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name=False,
        null=True,
        on_delete=fields.RESTRICT,
        description="The member of staff who sent it.",
    )

    class Meta:
        table = "upload"
        indexes = (
            ("subject_type", "subject_id", "position", "id"),
            ("subject_type", "created_at"),
            ("content_hash",),
            ("original_hash",),
        )

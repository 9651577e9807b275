"""What the models of all rooms share."""

from __future__ import annotations

from typing import Any, Literal

from tortoise import fields
from tortoise.models import Model

CODE = 17  # characters of the longest division code: a micro-grid's

SqlIndexes = dict[str, tuple[str, ...]]
"""A model's `sql_indexes`: those that migrations make in SQL, by name, with the columns that they begin with.

None for those that serve only who names them: partial ones, and those over an expression of their own.
"""


class Record(Model):
    """A row with a number of its own and the times of its making and last change."""

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(auto_now_add=True, description="When it was entered.")
    updated_at = fields.DatetimeField(auto_now=True, description="When it was last changed.")

    class Meta:
        abstract = True


class Listing(Record):
    """A record that staff keep and the public reads."""

    version = fields.IntField(default=1, description="Grows by one with each change, send it back when editing.")
    is_generated = fields.BooleanField(
        default=False, description="Made up for the demo city rather than taken from a published fact."
    )

    class Meta:
        abstract = True


class Drafted(Listing):
    """A listing that is written as a draft, looked over, and published, now or at a time that was set."""

    is_looked_over_again = False
    """Whether the change that was just made to it took back the time at which it was to be published; kept nowhere."""
    publish_at = fields.DatetimeField(null=True, description="When it is published by itself, empty when by hand.")
    submitted_at = fields.DatetimeField(
        null=True, description="When its author asked somebody to look it over, empty when nobody is to."
    )
    submitted_by: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="Who asked, to be told what becomes of it.",
    )
    review_note = fields.CharField(
        300, default="", db_default="", description="What has to change before it is published, for its author."
    )
    import_key = fields.CharField(
        60, null=True, description="What a table calls it, so that the same table sent again changes it."
    )

    class Meta:
        abstract = True


def by_place(table: str, column: str, *order: str) -> SqlIndexes:
    """The indexes of a table's places, for counties and subdistricts, each followed by an order."""
    return {f"{table}_place_{digits}": (f"substr({column}, 1, {digits})", *order) for digits in (6, 9)}


def place(related_name: str | Literal[False] = False, **options: Any) -> Any:
    """A foreign key to the division (by its code) that a row belongs to."""
    options.setdefault("description", "The community or other division it belongs to.")
    return fields.ForeignKeyField(
        "civicgraph.Division", related_name=related_name, on_delete=fields.RESTRICT, **options
    )

"""Tables of those who act for an enterprise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record

if TYPE_CHECKING:
    from civicgraph.enterprises.models import Enterprise


class ClaimWay(Labelled):
    """How an account came to act for an enterprise."""

    CODE = "code", N_("By a code sent to its registered e-mail address")
    STAFF = "staff", N_("Given by staff")


class EnterpriseAccount(Record):
    """A person's account that acts for an enterprise: it reads what is private to it, and speaks for it."""

    enterprise_id: int
    person_id: int
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="accounts", on_delete=fields.CASCADE, description="The enterprise."
    )
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name=False, on_delete=fields.CASCADE, description="Whose account it is."
    )
    way = fields.CharEnumField(ClaimWay, max_length=5, description="How it came about.")
    ended_at = fields.DatetimeField(null=True, description="When it ended, empty while it lasts.")

    class Meta:
        table = "enterprise_account"
        unique_together = (("enterprise", "person"),)
        indexes = (("person_id", "enterprise_id"), ("enterprise_id", "id"))


class ClaimCode(Record):
    """A code that was sent to the registered contact of an enterprise. It is kept hashed."""

    enterprise_id: int
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name=False, on_delete=fields.CASCADE, description="The enterprise."
    )
    code_hash = fields.CharField(64, description="Keyed hash of the code.")
    expires_at = fields.DatetimeField(description="Until when it can be used.")
    tries = fields.IntField(default=0, description="Wrong codes that were tried since it was sent.")
    used_at = fields.DatetimeField(null=True, description="When it was used.")

    class Meta:
        table = "claim_code"
        indexes = (("enterprise_id", "id"), ("created_at", "id"))

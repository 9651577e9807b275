"""Tables of the accounts room."""

from __future__ import annotations

from tortoise import fields

from civicgraph.model import Record, place
from civicgraph.permissions import Role


class Person(Record):
    """A member of staff."""

    username = fields.CharField(60, unique=True, description="The name to sign in with.")
    name = fields.CharField(60, description="The person’s name.")
    title = fields.CharField(60, default="", description="The person’s office, shown in public beside the name.")
    email = fields.CharField(120, default="", description="Where reminders go. Never public.")
    work_phone = fields.CharField(40, default="", description="Work telephone, shown with the grid.")
    locale = fields.CharField(5, default="zh", description="The language of messages: zh or en.")
    password_hash = fields.CharField(160, default="", description="Argon2id, empty: cannot sign in.")
    is_active = fields.BooleanField(default=True, description="May sign in.")
    is_generated = fields.BooleanField(default=False, description="Made up for the demo city.")
    version = fields.IntField(default=1, description="Grows by one with each change.")

    class Meta:
        table = "person"


class Grant(Record):
    """A role over a division and its whole subtree."""

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civicgraph.Person", related_name="grants", on_delete=fields.CASCADE, description="Who holds it."
    )
    role = fields.CharEnumField(Role, max_length=16, description="The role.")
    division = place("grants")

    class Meta:
        table = "role_grant"
        unique_together = (("person", "role", "division"),)
        indexes = (("division_id", "role", "person_id"), ("person_id", "id"))


class Session(Record):
    """A signed-in browser. The cookie's value is stored hashed."""

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civicgraph.Person", related_name="sessions", on_delete=fields.CASCADE, description="Who signed in."
    )
    token_hash = fields.CharField(64, unique=True, description="SHA-256 of the cookie’s value.")
    device = fields.CharField(160, default="", description="The browser, as it called itself.")
    last_seen_at = fields.DatetimeField(description="Last use.")
    expires_at = fields.DatetimeField(description="End, whatever the use.")
    revoked_at = fields.DatetimeField(null=True, description="When it was ended.")

    class Meta:
        table = "session"
        indexes = (("person_id", "id"),)


class ApiToken(Record):
    """A partner app's or a script's key to the API, with the rights of its person within its scopes."""

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "civicgraph.Person", related_name="tokens", on_delete=fields.CASCADE, description="Whose rights it carries."
    )
    name = fields.CharField(80, description="What it is for.")
    prefix = fields.CharField(12, description="The first characters, to recognise it by.")
    token_hash = fields.CharField(64, unique=True, description="SHA-256 of the token.")
    scopes: fields.Field[list[str]] = fields.JSONField(default=list, description="What it may be used for.")
    expires_at = fields.DatetimeField(description="End of its validity.")
    last_used_at = fields.DatetimeField(null=True, description="Last use, to the minute.")
    revoked_at = fields.DatetimeField(null=True, description="When it was revoked.")
    documents_version = fields.IntField(
        default=0, db_default=0, description="Grows with each list of trusted documents, 0: it may send any document."
    )

    class Meta:
        table = "api_token"
        indexes = (("person_id", "id"),)


class TrustedDocument(Record):
    """A GraphQL document that a token may run, a token with such a list runs nothing else."""

    token: fields.ForeignKeyRelation[ApiToken] = fields.ForeignKeyField(
        "civicgraph.ApiToken", related_name="documents", on_delete=fields.CASCADE, description="Whose list it is on."
    )
    digest = fields.CharField(64, description="The hash that clients name it by.")
    text = fields.TextField(description="The document.")

    class Meta:
        table = "trusted_document"
        unique_together = (("token", "digest"),)


class SignInAttempt(Record):
    """A failed sign-in, kept for throttling, holds keyed hashes, no names or addresses."""

    subject = fields.CharField(64, description="Keyed hash of the account name or of the address.")

    class Meta:
        table = "sign_in_attempt"
        indexes = (("subject", "created_at"),)

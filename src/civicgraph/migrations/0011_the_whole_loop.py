"""Grievances: every state of the workflow, what each step did to the clocks, the reporter's rating.

What was open before stays open; the indexes of what is open gain the new open states.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.grievances.models import HoldReason

OPEN = "status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened')"
PROMISED = "resolution_due_at, id, accepted_at, response_due_at, is_public"

ADDED: dict[str, dict[str, Any]] = {
    "GrievanceCategory": {
        "is_verified": fields.BooleanField(
            default=False, db_default=False, description="Whether somebody else checks on the spot what was resolved."
        ),
    },
    "Grievance": {
        "first_response_at": fields.DatetimeField(null=True, description="When it had its very first response."),
        "first_response_in_time": fields.BooleanField(null=True, description="Whether that came in time."),
        "response_minutes": fields.IntField(
            default=0, db_default=0, description="Minutes to the first response, as promised when it was reported."
        ),
        "resolution_minutes": fields.IntField(
            default=0, db_default=0, description="Minutes to the resolution, as promised when it was reported."
        ),
        "reason": fields.TextField(
            default="",
            db_default="",
            description="Why it was returned, passed on, rests or cannot be done now. Public.",
        ),
        "body_in_charge": fields.CharField(
            max_length=80,
            default="",
            db_default="",
            description="The body that it was passed to, or that is in charge of a shortfall.",
        ),
        "duplicate_of": fields.ForeignKeyField(
            "civicgraph.Grievance",
            source_field="duplicate_of_id",
            to_field="id",
            db_constraint=True,
            related_name="duplicates",
            null=True,
            on_delete=OnDelete.RESTRICT,
            description="The earlier grievance that it was joined with.",
        ),
        "hold_reason": fields.CharEnumField(
            HoldReason, max_length=12, null=True, description="Why work on it rests."
        ),
        "hold_until": fields.DatetimeField(null=True, description="Until when work on it rests."),
        "review_at": fields.DatetimeField(null=True, description="When a shortfall is looked at again."),
        "reopened_count": fields.IntField(default=0, db_default=0, description="How often it was opened again."),
        "verified_at": fields.DatetimeField(
            null=True, description="When somebody else checked on the spot that it is done."
        ),
        "rated_at": fields.DatetimeField(null=True, description="When its reporter rated how it was dealt with."),
        "stars": fields.SmallIntField(null=True, description="The reporter’s rating, from 1 to 5 stars."),
        "is_solved": fields.BooleanField(null=True, description="Whether the reporter says that it is solved."),
        "rating_text": fields.TextField(
            default="", db_default="", description="The reporter’s words to the rating, with personal data masked."
        ),
    },
    "GrievanceUpdate": {
        "verb": fields.CharField(
            max_length=24,
            default="",
            db_default="",
            description="What was done, by its name in the workflow, empty where unknown.",
        ),
        "minutes": fields.IntField(null=True, description="Minutes that it adds to the time for the resolution."),
        "until": fields.DatetimeField(
            null=True, description="Until when work rests, or when a shortfall is looked at again."
        ),
        "is_pausing": fields.BooleanField(
            default=False, db_default=False, description="Whether the clock of the resolution stands still from here on."
        ),
    },
}  # fmt: skip

VERBS = {
    "submitted": "submit",
    "accepted": "accept",
    "assigned": "assign",
    "in_progress": "start",
    "resolved": "resolve",
    "closed": "close",
}


def _minutes(since: str, until: str, is_postgres: bool) -> str:
    if is_postgres:
        return f"CAST(round(extract(epoch FROM {until} - {since}) / 60) AS int)"
    return f"CAST(round((julianday({until}) - julianday({since})) * 1440) AS INTEGER)"


def _statements(is_postgres: bool) -> list[str]:
    response = _minutes("submitted_at", "response_due_at", is_postgres)
    resolution = _minutes("submitted_at", "resolution_due_at", is_postgres)
    named = " ".join(f"WHEN '{status}' THEN '{verb}'" for status, verb in VERBS.items())
    places = {
        "grid": "grid_id, id",
        "place": f"division_id, {PROMISED}",
        "due": f"{PROMISED}, division_id",
        "place_6": f"substr(division_id, 1, 6), {PROMISED}",
        "place_9": f"substr(division_id, 1, 9), {PROMISED}",
    }
    rebuilt = {f"grievance_open_{name}": key for name, key in places.items()}
    rebuilt["grievance_open"] = "id, resolution_due_at, accepted_at, response_due_at, is_public, division_id"
    statements = [f"DROP INDEX {name}" for name in rebuilt]
    statements += [
        "UPDATE grievance SET first_response_at = accepted_at, first_response_in_time = accepted_at <= response_due_at,"
        f" response_minutes = {response}, resolution_minutes = {resolution}",
        # The first step to a status is the step that leads there; later rows of the same status are words.
        f"UPDATE grievance_update SET verb = CASE status {named} ELSE '' END WHERE internal_note = '' AND id IN"
        " (SELECT min(id) FROM grievance_update WHERE internal_note = '' GROUP BY grievance_id, status)",
        "UPDATE grievance_update SET verb = 'comment' WHERE verb = ''",
        "UPDATE grievance_category SET is_verified = (group_code = 'safety')",
    ]
    return statements + [f"CREATE INDEX {name} ON grievance ({key}) WHERE {OPEN}" for name, key in rebuilt.items()]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    for statement in _statements(client.capabilities.dialect == "postgres"):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0010_indexes_of_filters")]

    operations = [
        *(
            ops.AddField(model_name=model, name=name, field=field)
            for model, added in ADDED.items()
            for name, field in added.items()
        ),
        ops.AddIndex("Grievance", Index(fields=("duplicate_of_id", "id"))),
        ops.RunPython(forwards),
    ]

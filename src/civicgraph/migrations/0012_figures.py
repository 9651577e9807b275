"""The cells of the figures, by place, month, category and channel, instead of the monthly tallies.

They are filled from the grievances: communities from the rows, the divisions above from those below them.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

TABLE = "grievance_cell"
BOUNDS = (10, 30, 60, 120, 240, 480, 720, 1440, 2160, 2880, 4320, 7200, 10080, 21600, 43200)
COUNTS = {
    "received": ("Reported.", "submitted_at IS NOT NULL"),
    "responded": ("With a first response.", "first_response_at IS NOT NULL"),
    "responded_in_time": ("First response within its time.", "first_response_in_time"),
    "resolved": ("Resolved.", "resolved_at IS NOT NULL"),
    "resolved_in_time": ("Resolved within their time.", "resolved_at <= resolution_due_at"),
    "closed": ("Closed.", "closed_at IS NOT NULL"),
    "open": (
        "Still to be resolved.",
        "status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened')",
    ),
    "reopened": ("Opened again at least once.", "reopened_count > 0"),
    "shortfalls": ("On the shortfall list.", "status = 'shortfall'"),
    "rated": ("Rated by their reporters.", "is_solved IS NOT NULL"),
    "satisfied": (
        "Rated as solved, with four stars or more if any were given.",
        "is_solved AND coalesce(stars, 5) >= 4",
    ),
    **{f"responded_{b}": (f"First response within {b} minutes.", f"response <= {b * 60}") for b in BOUNDS},
    **{f"resolved_{b}": (f"Resolved within {b} minutes.", f"resolution <= {b * 60}") for b in BOUNDS},
}
NAMES = ", ".join(f'"{name}"' for name in COUNTS)
KEYS = "division_id, month, category, channel"


def filling(is_postgres: bool) -> list[str]:
    """The statements that make all cells of an empty table. The tests compare them with what the steps make."""
    month = (
        "to_char(submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
        if is_postgres
        else "substr(datetime(submitted_at, '+8 hours'), 1, 7)"
    )
    counted = ", ".join(f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)" for _, condition in COUNTS.values())
    rows = f"""(SELECT division_id, {month} AS month, category_id, channel, status, submitted_at, resolved_at,
        closed_at, resolution_due_at, first_response_at, first_response_in_time, reopened_count, is_solved, stars,
        {_seconds(is_postgres, "first_response_at")} AS response,
        {_seconds(is_postgres, "resolved_at")} AS resolution FROM grievance
        WHERE status NOT IN ('redirected', 'merged', 'withdrawn')) g"""
    summed = ", ".join(f'sum("{name}")' for name in COUNTS)
    into = f"INSERT INTO {TABLE} ({KEYS}, {NAMES})"
    communities = [
        f"{into} SELECT division_id, month, {of}, {counted} FROM {rows} GROUP BY division_id, month, {group}"
        for of, group in (("category_id, ''", "category_id"), ("'', channel", "channel"))
    ]
    every = f"""{into} SELECT division_id, month, '', '', {summed} FROM {TABLE} WHERE channel <> ''
        GROUP BY division_id, month"""
    above = [
        f"""{into} SELECT substr(division_id, 1, {digits}), month, category, channel, {summed} FROM {TABLE}
        WHERE length(division_id) = {below} GROUP BY substr(division_id, 1, {digits}), month, category, channel"""
        for digits, below in ((9, 12), (6, 9), (4, 6))
    ]
    return [*communities, every, *above]


def _seconds(is_postgres: bool, until: str) -> str:
    if is_postgres:
        return f"extract(epoch FROM {until} - submitted_at)"
    return f"CAST(strftime('%s', {until}) AS INTEGER) - CAST(strftime('%s', submitted_at) AS INTEGER)"


def _watched(is_postgres: bool) -> list[str]:
    """The table's version, as 0006 began it: pages are kept until it changes."""
    if is_postgres:
        return [
            f"CREATE TRIGGER {TABLE}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ]
    raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{TABLE}'"
    return [
        f"INSERT INTO table_version VALUES ('{TABLE}', 1)",
        "DELETE FROM table_version WHERE name = 'grievance_tally'",
        *(
            f"CREATE TRIGGER {TABLE}_changed_{verb} AFTER {verb} ON {TABLE} BEGIN {raised}; END"
            for verb in ("insert", "update", "delete")
        ),
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    for statement in (*filling(is_postgres), *_watched(is_postgres)):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0011_the_whole_loop")]

    operations = [
        ops.CreateModel(
            name="GrievanceCell",
            fields=[
                *(
                    (name, fields.IntField(default=0, db_default=0, description=description))
                    for name, (description, _) in COUNTS.items()
                ),
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The community or other division it belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name="cells",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "month",
                    fields.CharField(
                        description="Month of the report by the city's calendar, for instance 2026-05.", max_length=7
                    ),
                ),
                (
                    "category",
                    fields.CharField(
                        default="", description="Code of the category, empty for all of them.", max_length=40
                    ),
                ),
                (
                    "channel",
                    fields.CharField(default="", description="How they came in, empty for any way.", max_length=8),
                ),
            ],
            options={
                "table": "grievance_cell",
                "app": "civicgraph",
                "unique_together": (("division", "channel", "category", "month"),),
                "pk_attr": "id",
                "table_description": "What was reported in a division and below it in a month: all of it, of one category or by one channel.",
            },
            bases=["Model"],
        ),
        ops.RunPython(forwards),
        ops.DeleteModel("GrievanceTally"),
    ]

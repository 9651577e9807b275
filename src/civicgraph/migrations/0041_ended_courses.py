"""What a course of a grievance leaves behind when it is opened again: its rating and whether its promise was broken.

The ratings that later attempts took off the rows are found in the history again, and counted; their stars are lost.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

NOT_SOLVED = "反映人"
"""The by-line of reporters, who open again what they rate as not solved."""
DONE = "('resolved', 'verified', 'closed')"


def remembering(is_postgres: bool) -> list[str]:
    """The statements that write ratings into the history, and count those that the rows no longer had."""
    false = "false" if is_postgres else "0"
    latest = (
        "grievance_update.id = (SELECT max(one.id) FROM grievance_update one"
        " WHERE one.grievance_id = grievance_update.grievance_id AND one.verb = 'reopen')"
    )
    standing = (
        "UPDATE grievance_update SET is_solved = row.is_solved, stars = row.stars FROM grievance AS row"
        " WHERE row.id = grievance_update.grievance_id AND grievance_update.verb = 'reopen'"
        f" AND row.is_solved IS NOT NULL AND row.status NOT IN {DONE} AND {latest}"
    )
    lost = (
        f"UPDATE grievance_update SET is_solved = {false} WHERE verb = 'reopen' AND by_line = '{NOT_SOLVED}'"
        " AND is_solved IS NULL"
    )
    month = (
        "to_char(row.submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
        if is_postgres
        else "substr(datetime(row.submitted_at, '+8 hours'), 1, 7)"
    )
    satisfied = "is_solved AND coalesce({0}stars, 5) >= 4"
    uncounted = f"""(SELECT row.division_id, {month} AS month, row.category_id, row.channel,
        count(*) - max(CASE WHEN row.status NOT IN {DONE} AND row.is_solved IS NOT NULL THEN 1 ELSE 0 END) AS rated,
        sum(CASE WHEN step.{satisfied.format("step.")} THEN 1 ELSE 0 END)
        - max(CASE WHEN row.status NOT IN {DONE} AND row.{satisfied.format("row.")} THEN 1 ELSE 0 END) AS satisfied
        FROM grievance row JOIN grievance_update step ON step.grievance_id = row.id AND step.is_solved IS NOT NULL
        WHERE row.status NOT IN ('redirected', 'merged', 'withdrawn') GROUP BY row.id) found"""
    counted = [
        "INSERT INTO grievance_cell (division_id, month, category, channel, rated, satisfied)"
        f" SELECT substr(division_id, 1, {digits}), month, {of}, sum(rated), sum(satisfied) FROM {uncounted}"
        f" WHERE rated <> 0 OR satisfied <> 0 GROUP BY 1, 2, 3, 4"
        " ON CONFLICT (division_id, channel, category, month) DO UPDATE SET rated = grievance_cell.rated + excluded.rated,"
        " satisfied = grievance_cell.satisfied + excluded.satisfied"
        for digits in (12, 9, 6, 4)
        for of in ("'', ''", "category_id, ''", "'', channel")
    ]
    return [standing, lost, *counted]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    for statement in remembering(client.capabilities.dialect == "postgres"):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0040_events_for_everybody")]

    initial = False

    operations = [
        ops.AddField(
            model_name="GrievanceUpdate",
            name="is_solved",
            field=fields.BooleanField(
                null=True,
                description="How its reporter had rated the resolution that this step undid, empty if they had not.",
            ),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="stars",
            field=fields.SmallIntField(null=True, description="The stars of that rating, from 1 to 5."),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="broke_promise",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="Whether the resolution was late by the promise that this step replaced with a fresh one.",
            ),
        ),
        ops.AddField(
            model_name="GrievanceCell",
            name="broken_before",
            field=fields.IntField(
                default=0,
                db_default=0,
                description="Promised times of a resolution that had been broken when it was opened or sent again.",
            ),
        ),
        ops.RunPython(forwards),
    ]

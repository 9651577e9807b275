"""Events that are over are marked, so that what is to come stands in indexes of its own.

Without, a list of what is to come passed over the events of sixty days, since that long one may last.
The other indexes gain the kind, and grievances one of a category's state.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

ORDER = "starts_at, id, ends_at, status, kind"


def _statements() -> list[str]:
    places = {"": "", "division": "division_id, ", "kind": "kind, "}
    places |= {f"place_{digits}": f"substr(division_id, 1, {digits}), " for digits in (6, 9)}
    statements = [
        f"CREATE INDEX event_coming{'_' if name else ''}{name} ON event ({first}{ORDER}) WHERE NOT is_over"
        for name, first in places.items()
    ]
    statements += [
        "CREATE INDEX event_ending ON event (ends_at) WHERE NOT is_over",
        "CREATE INDEX grievance_category_state ON grievance (category_id, status, id)",
    ]
    for digits in (6, 9):
        statements += [
            f"DROP INDEX event_place_{digits}",
            f"CREATE INDEX event_place_{digits} ON event (substr(division_id, 1, {digits}), {ORDER})",
        ]
    return statements


async def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in _statements():
        await schema_editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0007_trusted_documents")]

    operations = [
        ops.AddField(
            model_name="Event",
            name="is_over",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="Marked as over by the clock, a moment after its end: lists pass it over without looking.",
            ),
        ),
        ops.RunPython(forwards),
    ]

"""Who was in charge of a grievance, and figures by it; figures by category and channel together.

The cells are made anew, since SQLite cannot drop a constraint of a table, and filled from the grievances and their
histories: communities from the rows, the divisions above from those below them.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from civicgraph.grievances.kinds import LedKind

TABLE = "grievance_cell"
FINE = "grievance_cell_fine"
BOUNDS = (10, 30, 60, 120, 240, 480, 720, 1440, 2160, 2880, 4320, 7200, 10080, 21600, 43200)
OPEN = "status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened')"
DONE = "status IN ('resolved', 'verified', 'closed')"
ENDING = "step.verb IN ('reopen', 'resubmit', 'take_place')"
COUNTS = {
    "received": ("Reported.", "submitted_at IS NOT NULL"),
    "responded": ("With a first response.", "first_response_at IS NOT NULL"),
    "responded_in_time": ("First response within its time.", "first_response_in_time"),
    "resolved": ("Resolved.", "resolved_at IS NOT NULL"),
    "resolved_in_time": ("Resolved within their time.", "resolved_at <= resolution_due_at"),
    "closed": ("Closed.", "closed_at IS NOT NULL"),
    "open": ("Still to be resolved.", OPEN),
    "reopened": ("Opened again at least once.", "reopened_count > 0"),
    "shortfalls": ("On the shortfall list.", "status = 'shortfall'"),
    "rated": ("Rated by their reporters.", f"{DONE} AND is_solved IS NOT NULL"),
    "satisfied": (
        "Rated as solved, with four stars or more if any were given.",
        f"{DONE} AND is_solved AND coalesce(stars, 5) >= 4",
    ),
    "unanswered_late": (
        "Open and without a first response though its time has passed.",
        f"{OPEN} AND is_response_late",
    ),
    "open_late": ("Open though the time for the resolution has passed.", f"{OPEN} AND is_resolution_late"),
    "broken_before": (
        "Promised times of a resolution that had been broken when it was opened or sent again.",
        "status IS NULL",
    ),
    **{f"responded_{b}": (f"First response within {b} minutes.", f"response <= {b * 60}") for b in BOUNDS},
    **{f"resolved_{b}": (f"Resolved within {b} minutes.", f"resolution <= {b * 60}") for b in BOUNDS},
}
NAMES = ", ".join(f'"{name}"' for name in COUNTS)
SUMS = ", ".join(f'sum("{name}")' for name in COUNTS)
KEYS = "division_id, month, category, channel, led_kind, led_by"


def leading(is_postgres: bool) -> list[str]:
    """The statements that find who leads each grievance, and who led the attempts that were undone."""
    team = "substr(team.division_id || '____________', 1, 12) || 'T' || team.id"
    kind, by = (
        "CASE WHEN team.id IS NOT NULL THEN team.kind WHEN {0} IS NOT NULL THEN 'grid' ELSE 'office' END",
        f"CASE WHEN team.id IS NOT NULL THEN {team} ELSE coalesce({{0}}, '') END",
    )
    now, then = (_grid(is_postgres, of) for of in (" AND grid.division_id = row.division_id", ""))
    orders = "work_order lead JOIN grievance row ON row.id = lead.grievance_id LEFT JOIN team ON team.id = lead.team_id"
    at = "one.ordered_at <= step.at AND (one.ended_at IS NULL OR one.ended_at > step.at)"
    return [
        f"""UPDATE grievance SET led_kind = found.kind, led_by = found.code FROM (SELECT row.id, {kind.format(now)} AS kind, {by.format(now)} AS code
        FROM {orders} WHERE lead.is_lead AND lead.ended_at IS NULL) found WHERE found.id = grievance.id""",
        f"""UPDATE grievance_update SET led_kind = found.kind, led_by = found.code FROM
        (SELECT step.id, {kind.format(then)} AS kind, {by.format(then)} AS code FROM grievance_update step JOIN work_order lead ON lead.id =
        (SELECT max(one.id) FROM work_order one WHERE one.grievance_id = step.grievance_id AND one.is_lead AND {at})
        JOIN grievance row ON row.id = lead.grievance_id LEFT JOIN team ON team.id = lead.team_id
        WHERE {ENDING}) found WHERE found.id = grievance_update.id""",
    ]


def _grid(is_postgres: bool, place: str) -> str:
    """The grid for which the person worked who was given the leading work order."""
    day = (
        "CAST(lead.ordered_at AT TIME ZONE 'Asia/Shanghai' AS date)"
        if is_postgres
        else "date(lead.ordered_at, '+8 hours')"
    )
    own = "substr(work.grid_id, 1, 15) = substr(row.grid_id, 1, 15)"  # the grievance's own before any other
    return f"""(SELECT substr(min(CASE WHEN {own} THEN '0' ELSE '1' END || substr(work.grid_id, 1, 15)), 2)
        FROM grid_assignment work JOIN grid ON grid.code = work.grid_id WHERE work.person_id = lead.person_id{place}
        AND work.from_on <= {day} AND (work.to_on IS NULL OR work.to_on >= {day}))"""


def filling(is_postgres: bool) -> list[str]:
    """The statements that make all cells of an empty table. The tests compare them with what the steps make."""
    counted = ", ".join(f'sum(CASE WHEN {rule} THEN 1 ELSE 0 END) AS "{name}"' for name, (_, rule) in COUNTS.items())
    rows = f"""(SELECT grievance.*, {_month(is_postgres)} AS month, {_seconds(is_postgres, "first_response_at")} AS response,
        {_seconds(is_postgres, "resolved_at")} AS resolution FROM grievance
        WHERE status NOT IN ('redirected', 'merged', 'withdrawn')) g"""
    fine = f"""CREATE TABLE {FINE} AS SELECT division_id, month, category_id AS category, channel, led_kind, led_by, {counted}
        FROM {rows} GROUP BY division_id, month, category_id, channel, led_kind, led_by"""
    undone = {
        "rated": "step.is_solved IS NOT NULL",
        "satisfied": "step.is_solved AND coalesce(step.stars, 5) >= 4",
        "broken_before": "step.broke_promise",
    }
    numbers = ", ".join(f"CASE WHEN {undone[name]} THEN 1 ELSE 0 END" if name in undone else "0" for name in COUNTS)
    earlier = f"""INSERT INTO {FINE} ({KEYS}, {NAMES}) SELECT g.division_id, {_month(is_postgres)}, g.category_id, g.channel,
        step.led_kind, step.led_by, {numbers} FROM grievance g JOIN grievance_update step ON step.grievance_id = g.id
        WHERE {ENDING} AND g.status NOT IN ('redirected', 'merged', 'withdrawn')"""
    return [fine, earlier, *_cells(), f"DROP TABLE {FINE}"]


def _cells() -> list[str]:
    into = f"INSERT INTO {TABLE} ({KEYS}, {NAMES})"
    slices = (
        *(f"{category}, {channel}, '', ''" for category in ("''", "category") for channel in ("''", "channel")),
        "'', '', led_kind, ''",
    )
    communities = [
        f"{into} SELECT division_id, month, {of}, {SUMS} FROM {FINE} GROUP BY division_id, month, {_grouped(of)}"
        for of in slices
    ]
    named = f"""{into} SELECT division_id, month, '', '', led_kind, led_by, {SUMS} FROM {FINE} WHERE led_by <> ''
        GROUP BY division_id, month, led_kind, led_by"""
    owner = "length(rtrim(substr(led_by, 1, 12), '_'))"
    above = [
        f"""{into} SELECT substr(division_id, 1, {digits}), month, category, channel, led_kind, led_by, {SUMS} FROM {TABLE}
        WHERE length(division_id) = {below} AND (led_by = '' OR substr(led_by, 13, 1) = 'T' AND {owner} <= {below})
        GROUP BY substr(division_id, 1, {digits}), month, category, channel, led_kind, led_by"""
        for digits, below in ((9, 12), (6, 9), (4, 6))
    ]
    return [*communities, named, *above]


def _grouped(of: str) -> str:
    return ", ".join([one for one in of.split(", ") if one != "''"] or ["division_id"])


def _month(is_postgres: bool) -> str:
    if is_postgres:
        return "to_char(submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
    return "substr(datetime(submitted_at, '+8 hours'), 1, 7)"


def _seconds(is_postgres: bool, until: str) -> str:
    if is_postgres:
        return f"extract(epoch FROM {until} - submitted_at)"
    return f"CAST(strftime('%s', {until}) AS INTEGER) - CAST(strftime('%s', submitted_at) AS INTEGER)"


def _watched(is_postgres: bool) -> list[str]:
    """What raises the table's version, which went with the old table."""
    if is_postgres:
        return [
            f"CREATE TRIGGER {TABLE}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ]
    raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{TABLE}'"
    return [
        f"CREATE TRIGGER {TABLE}_changed_{verb} AFTER {verb} ON {TABLE} BEGIN {raised}; END"
        for verb in ("insert", "update", "delete")
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    for statement in (*leading(is_postgres), *filling(is_postgres), *_watched(is_postgres)):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0060_english_names_and_assets")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Grievance",
            name="led_kind",
            field=fields.CharEnumField(
                default=LedKind.OFFICE,
                db_default="office",
                description="What sort of body leads it.",
                enum_type=LedKind,
                max_length=12,
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="led_by",
            field=fields.CharField(
                default="",
                db_default="",
                description="The code of the body that leads it.",
                max_length=40,
            ),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="led_kind",
            field=fields.CharEnumField(
                default=LedKind.OFFICE,
                db_default="office",
                description="Who led what it ended, by sort.",
                enum_type=LedKind,
                max_length=12,
            ),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="led_by",
            field=fields.CharField(
                default="",
                db_default="",
                description="The code of the body that led what it ended.",
                max_length=40,
            ),
        ),
        ops.DeleteModel("GrievanceCell"),
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
                (
                    "led_kind",
                    fields.CharField(
                        default="", description="What sort of body led them, empty for any.", max_length=12
                    ),
                ),
                (
                    "led_by",
                    fields.CharField(
                        default="", description="Which body led them, empty for all of its sort.", max_length=40
                    ),
                ),
            ],
            options={
                "table": "grievance_cell",
                "app": "civicgraph",
                "unique_together": (("division", "channel", "category", "led_kind", "led_by", "month"),),
                "pk_attr": "id",
                "table_description": "What was reported in a division and below it in a month: all of it, of one category, by one channel, or both.",
            },
            bases=["Model"],
        ),
        ops.RunPython(forwards),
    ]

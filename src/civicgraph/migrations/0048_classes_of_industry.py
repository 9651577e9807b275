"""The register's industries down to the class: each level of GB/T 4754-2017 above it has an index of its own.

The sections of 0004 and 0031 were worded for codes of two digits; those of four sort behind them. The industries of a
place are found by their division, which holds its groups and classes.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.migrating import Reworded

FOLLOWING = (
    ("A", "06"), ("B", "13"), ("C", "44"), ("D", "47"), ("E", "51"), ("F", "53"), ("G", "61"), ("H", "63"), ("I", "66"),
    ("J", "70"), ("K", "71"), ("L", "73"), ("M", "76"), ("N", "80"), ("O", "83"), ("P", "84"), ("Q", "86"), ("R", "91"),
    ("S", "97"), ("T", "98"),
)  # fmt: skip
"""Sections of industry and the division after their last."""


def section() -> str:
    """What the index is over, letter for letter the expression of `enterprises.rules.section`."""
    cases = " ".join(f"WHEN industry_id < '{following}' THEN '{letter}'" for letter, following in FOLLOWING)
    return f"CASE WHEN industry_id >= 'A' THEN industry_id {cases} END"


async def forwards(apps: Any, schema_editor: Any) -> None:
    """What models cannot declare."""
    division = "substr(industry_id, 1, 2)"
    places = {6: "substr(division_id, 1, 6)", 9: "substr(division_id, 1, 9)", 12: "division_id"}
    old = ["enterprise_section", "enterprise_section_6", "investment_project_section"]
    new = [
        f"CREATE INDEX enterprise_section ON enterprise (({section()}), id)",
        f"CREATE INDEX enterprise_section_6 ON enterprise ({places[6]}, ({section()}), id)",
        f"CREATE INDEX investment_project_section ON investment_project (({section()}), id)",
    ]
    for digits, place in places.items():
        old.append(f"enterprise_trade_{digits}")
        new.append(f"CREATE INDEX enterprise_trade_{digits} ON enterprise ({place}, ({division}), id)")
    for table in ("enterprise", "investment_project"):
        for digits in (2, 3):
            new.append(f"CREATE INDEX {table}_industry_{digits} ON {table} (substr(industry_id, 1, {digits}), id)")
    for statement in (*(f"DROP INDEX {name}" for name in old), *new):
        await schema_editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0047_courses_by_weekday")]

    operations = [
        ops.AlterModelOptions(
            name="Industry",
            options={
                "table": "industry",
                "app": "civicgraph",
                "indexes": [Index(fields=["parent_id", "code"])],
                "pk_attr": "code",
                "table_description": "An industry of GB/T 4754-2017: a section (letter), a division, a group or a class"
                " (two to four digits).",
            },
        ),
        Reworded(
            model_name="Industry",
            name="code",
            field=fields.CharField(
                primary_key=True,
                unique=True,
                db_index=True,
                description="Letter of the section, or the digits.",
                max_length=4,
            ),
        ),
        Reworded(
            model_name="Industry",
            name="parent",
            field=fields.ForeignKeyField(
                "civicgraph.Industry",
                source_field="parent_id",
                null=True,
                description="What it is directly part of.",
                db_constraint=True,
                to_field="code",
                related_name="children",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.RunPython(forwards),
    ]

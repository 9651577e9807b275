"""The sections of the register's industries: the index that `enterprises.rules.section` is worded for.

A section is no column but what its two-digit divisions fall into. Without the index a rare section
walked all of a register of 830,000, three and a half seconds. The ends are those of GB/T 4754-2017,
written out because a migration does not change when a rule does; a test holds the two together.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

ENDS = {
    "A": "05",
    "B": "12",
    "C": "43",
    "D": "46",
    "E": "50",
    "F": "52",
    "G": "60",
    "H": "62",
    "I": "65",
    "J": "69",
    "K": "70",
    "L": "72",
    "M": "75",
    "N": "79",
    "O": "82",
    "P": "83",
    "Q": "85",
    "R": "90",
    "S": "96",
    "T": "97",
}


def section() -> str:
    """What the index is over, letter for letter the rule's expression."""
    cases = " ".join(f"WHEN industry_id <= '{last}' THEN '{letter}'" for letter, last in ENDS.items())
    return f"CASE WHEN industry_id >= 'A' THEN industry_id {cases} END"


async def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in (
        f"CREATE INDEX enterprise_section ON enterprise (({section()}), id)",
        f"CREATE INDEX enterprise_section_6 ON enterprise (substr(division_id, 1, 6), ({section()}), id)",
    ):
        await schema_editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0003_trades_of_places")]

    operations = [ops.RunPython(forwards)]

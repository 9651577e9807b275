"""What was before is kept: the amount of a grant that was corrected after an objection, the first day of a milestone that was
moved. A condition of a policy that must not be so is one line."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

_OF_TWO = "words = '不能是这样：' AND is_group"
_BELOW = "CASE WHEN above.path = '' THEN '0' ELSE above.path || '.0' END"


async def say_denied_in_one_line(apps: Any, schema_editor: Any) -> None:
    """The condition takes the place of the line above it, which said that it must not be so."""
    client = schema_editor.client
    await client.execute_query(
        "UPDATE policy_rule_line SET depth = depth - 1, words = '不符合“' || words || '”', words_en = 'Not “' || words_en || '”',"
        " path = CASE WHEN path = '0' THEN '' ELSE substr(path, 1, length(path) - 2) END WHERE EXISTS (SELECT 1"
        f" FROM policy_rule_line above WHERE above.{_OF_TWO} AND above.policy_id = policy_rule_line.policy_id"
        f" AND policy_rule_line.path = {_BELOW})"
    )
    await client.execute_query(f"DELETE FROM policy_rule_line WHERE {_OF_TWO}")


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0070_withdrawn_without_reason")]

    initial = False

    operations = [
        ops.AddField(
            model_name="PolicyGrant",
            name="amount_before_fen",
            field=fields.BigIntField(
                null=True, description="What it was before an objection was followed, in 1/100 CNY."
            ),
        ),
        ops.AddField(
            model_name="InvestmentMilestone",
            name="promised_on",
            field=fields.DateField(
                null=True, description="The day that the public read first, where it is another now."
            ),
        ),
        ops.RunPython(say_denied_in_one_line),
    ]

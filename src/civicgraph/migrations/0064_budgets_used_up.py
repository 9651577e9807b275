"""Since when the budget of a policy is used up; the words of rules that did not say that they are for enterprises in
business alone."""

import json
from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

LINES = "policy_rule_line (policy_id, position, path, depth, is_group, words, words_en)"


async def say_who(apps: Any, schema_editor: Any) -> None:
    """The line “Status: In business” below the rules that name no status."""
    client = schema_editor.client
    yes, no = ("true", "false") if client.capabilities.dialect == "postgres" else ("1", "0")
    for row in await client.execute_query_dict("SELECT id, eligibility FROM policy ORDER BY id"):
        tree = json.loads(row["eligibility"]) if isinstance(row["eligibility"], str) else row["eligibility"]
        if not tree or _names_status(tree):
            continue
        policy, turn = int(row["id"]), len(tree.get("all", [tree]))
        if "all" not in tree:
            await client.execute_query(
                "UPDATE policy_rule_line SET path = CASE WHEN path = '' THEN '0' ELSE '0.' || path END,"
                f" depth = depth + 1, position = position + 1 WHERE policy_id = {policy}"
            )
            await client.execute_query(
                f"INSERT INTO {LINES} VALUES ({policy}, 1, '', 0, {yes}, '以下条件都要满足：', 'All of this:')"
            )
        await client.execute_query(
            f"INSERT INTO {LINES} SELECT {policy}, max(position) + 1, '{turn}', 1, {no}, '状态：在业', 'Status: In business'"
            f" FROM policy_rule_line WHERE policy_id = {policy} HAVING count(*) > 0"
        )


def _names_status(tree: dict[str, Any]) -> bool:
    below = [tree["not"]] if "not" in tree else [*tree.get("all", []), *tree.get("any", [])]
    return tree.get("fact") == "status" or any(_names_status(one) for one in below)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0063_documents_taken_back")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Policy",
            name="used_up_at",
            field=fields.DatetimeField(
                null=True,
                description="When its budget no longer reached the next enterprise in turn, empty while it does.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.RunPython(say_who),
    ]

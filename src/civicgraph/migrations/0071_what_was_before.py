"""What was before is kept: the amount of a grant that was corrected after an objection, the first day of a milestone that was
moved. A condition of a policy that must not be so is one line. Who reported a problem for an enterprise is named no more."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from civicgraph.enterprises.rules import called
from civicgraph.text import mask_known, mask_words, search_terms

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


SIZE = 1_000
"""Rows that are looked at together."""
_OF_ENTERPRISE = "JOIN enterprise e ON e.id = g.enterprise_id"
_NAMES = "e.name, e.brand, e.credit_code, e.contact_name"
_REPORT = ("public_text", "outcome", "reason", "rating_text")


async def name_no_enterprise(apps: Any, schema_editor: Any) -> None:
    """What others read of reports of before loses the names of the enterprises that sent them, as new ones do."""
    client = schema_editor.client
    reports = (
        f"SELECT g.id, {', '.join(f'g.{name}' for name in _REPORT)}, c.name AS category, {_NAMES} FROM grievance g"
        f" {_OF_ENTERPRISE} JOIN grievance_category c ON c.code = g.category_id"
    )
    async for row in _each(client, reports, "g.id"):
        before = {name: row[name] for name in _REPORT}
        after = {name: _hidden(text, row) for name, text in before.items()}
        if after != before:
            terms = {"search_terms": search_terms(after["public_text"], row["category"])}
            await _write(client, "grievance", row["id"], {**after, **terms})
    steps = (
        f"SELECT u.id, u.public_note, {_NAMES} FROM grievance_update u JOIN grievance g ON g.id = u.grievance_id"
        f" {_OF_ENTERPRISE}"
    )
    async for row in _each(client, steps, "u.id"):
        if (note := _hidden(row["public_note"], row)) != row["public_note"]:
            await _write(client, "grievance_update", row["id"], {"public_note": note})


def _hidden(text: str, row: Any) -> str:
    return mask_words(mask_known(text, row["contact_name"]), called(row["name"], row["brand"], row["credit_code"]))


async def _each(client: Any, select: str, key: str) -> Any:
    after = 0
    while rows := await client.execute_query_dict(f"{select} WHERE {key} > {after} ORDER BY {key} LIMIT {SIZE}"):
        for row in rows:
            yield row
        after = int(rows[-1]["id"])


async def _write(client: Any, table: str, number: int, values: dict[str, str]) -> None:
    is_postgres = client.capabilities.dialect == "postgres"
    marks = (f"{name} = {f'${place}' if is_postgres else '?'}" for place, name in enumerate(values, 1))
    await client.execute_query(f"UPDATE {table} SET {', '.join(marks)} WHERE id = {number}", list(values.values()))


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
        ops.RunPython(name_no_enterprise),
    ]

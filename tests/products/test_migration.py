"""What the register knew of products before they had a room of their own."""

from __future__ import annotations

import importlib
import pkgutil

from tortoise.connection import get_connection

from civicgraph import migrations
from civicgraph.enterprises.models import Enterprise
from civicgraph.permissions import Actor
from civicgraph.products import operations
from civicgraph.products.models import Product, ProductOutput
from tests.products.conftest import MUSHROOMS, version

OLD = [
    (4, "食用菌", 1_000_000, "斤", "销往珠海"),
    (7, "书包", 300, "打", ""),
    (9, "礼盒", None, "", ""),
    (11, "沙", 2**53, "吨", ""),
]


async def test_the_migration_keeps_names_notes_and_outputs_under_the_same_numbers(
    grower: Enterprise, editor: Actor
) -> None:
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    kind, moment = ("timestamptz", "bigint") if is_postgres else ("timestamp", "integer")
    await connection.execute_script(
        f"CREATE TABLE product_before (id {moment}, created_at {kind}, updated_at {kind}, position int, name text,"
        f" annual_output {moment}, unit text, note text, enterprise_id {moment})"
    )
    for number, name, output, unit, note in OLD:
        known = f"{number}, '2025-12-01 10:00:00+00:00', '2026-03-01 10:00:00+00:00', 1, '{name}'"
        await connection.execute_script(
            f"INSERT INTO product_before VALUES ({known}, {output or 'NULL'}, '{unit}', '{note}', {grower.id})"
        )
    name = next(one.name for one in pkgutil.iter_modules(migrations.__path__) if one.name.endswith("_markets"))
    migration = importlib.import_module(f"civicgraph.migrations.{name}")
    for statement in migration.moved(is_postgres):
        await connection.execute_query(statement)
    found = await Product.all().order_by("id").values_list("id", "name", "summary", "description", "is_published")
    assert found == [
        (4, "食用菌", "销往珠海", "", True),
        (7, "书包", "", "年产 300 打", True),
        (9, "礼盒", "", "", True),
        (11, "沙", "", f"年产 {2**53} 吨", True),
    ]
    (output,) = await ProductOutput.all()
    kept = (output.product_id, output.year, output.amount, output.unit, output.base_amount)  # type: ignore[attr-defined]
    assert kept == (4, 2026, "1000000", "jin", 500_000_000)
    row = await operations.create_product(editor, MUSHROOMS)
    assert row.id == 12
    assert (await operations.publish_product(editor, version(row))).is_published

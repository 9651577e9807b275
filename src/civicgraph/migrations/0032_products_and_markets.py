"""Products are a room of their own: with outputs by year, bases, sales, support and recognitions.

What the register knew of them stays, under the same numbers: a name and a note, and where it had an output in a unit
that is known now, that as the output of the year in which it was last changed; any other is kept in words.
"""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.products.models import ProductKind
from civicgraph.products.units import Unit
from civicgraph.text import search_terms

WATCHED = ("product", "product_output", "production_base", "supply_link", "support_received", "recognition")
UNITS = {
    "斤": ("jin", 500), "公斤": ("kilogram", 1_000), "千克": ("kilogram", 1_000), "吨": ("tonne", 1_000_000),
    "升": ("litre", 1_000), "千升": ("kilolitre", 1_000_000), "棒": ("stick", 1), "个": ("piece", 1),
    "只": ("piece", 1), "件": ("piece", 1), "箱": ("box", 1), "瓶": ("bottle", 1), "头": ("head", 1), "株": ("plant", 1),
}  # fmt: skip
MOST = 10**13
KINDS = "CASE substr(e.industry_id, 1, 2) WHEN '01' THEN 'produce' WHEN '03' THEN 'livestock' WHEN '04' THEN 'livestock' WHEN '13' THEN 'food' WHEN '14' THEN 'food' WHEN '15' THEN 'drink' ELSE 'industrial' END"


async def keep(apps: Any, schema_editor: Any) -> None:
    """What the register knew, aside for the moment."""
    await schema_editor.client.execute_query("CREATE TABLE product_before AS SELECT * FROM product")


def moved(is_postgres: bool) -> list[str]:
    """What the register knew as rows of the new tables."""
    unit = " ".join(f"WHEN '{old}' THEN '{new}'" for old, (new, _) in UNITS.items())
    size = " ".join(f"WHEN '{old}' THEN {factor}" for old, (_, factor) in UNITS.items())
    base = f"b.annual_output * CASE b.unit {size} END"
    listed = ", ".join(f"'{old}'" for old in UNITS)
    bounded = f"b.annual_output <= {MOST} / CASE b.unit {size} ELSE 1 END"
    is_known = f"(b.annual_output > 0 AND b.unit IN ({listed}) AND {bounded})"
    year = "extract(year FROM b.updated_at)::int" if is_postgres else "CAST(substr(b.updated_at, 1, 4) AS INTEGER)"
    words = (
        f"CASE WHEN b.annual_output IS NULL OR {is_known} THEN '' ELSE '年产 ' || b.annual_output || ' ' || b.unit END"
    )
    true, false = ("true", "false") if is_postgres else ("1", "0")
    found = [
        "INSERT INTO product (id, created_at, updated_at, version, is_generated, enterprise_id, division_id, kind, name,"
        " brand, summary, description, months, standards, picture_alt, contact_name, contact_phone, is_published,"
        " search_terms)"
        f" SELECT b.id, b.created_at, b.updated_at, 1, {false}, b.enterprise_id, e.division_id, {KINDS}, b.name, e.brand,"
        f" b.note, {words}, '[]', '[]', '', '', '', {true}, ''"
        " FROM product_before b JOIN enterprise e ON e.id = b.enterprise_id ORDER BY b.id",
        "INSERT INTO product_output (created_at, updated_at, product_id, year, amount, unit, base_amount)"
        f" SELECT b.created_at, b.updated_at, b.id, {year}, CAST(b.annual_output AS TEXT), CASE b.unit {unit} END, {base}"
        f" FROM product_before b WHERE {is_known} ORDER BY b.id",
    ]
    if is_postgres:
        found.append(
            "SELECT setval(pg_get_serial_sequence('product', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM product), false)"
        )
    return found


def _searched(is_postgres: bool) -> list[str]:
    """Products are found by their words, as 0002 began it."""
    if is_postgres:
        return ["CREATE INDEX product_terms ON product USING gin (string_to_array(search_terms, ' '))"]
    gone = "INSERT INTO product_fts (product_fts, rowid, search_terms) VALUES ('delete', old.id, old.search_terms);"
    new = "INSERT INTO product_fts (rowid, search_terms) VALUES (new.id, new.search_terms);"
    return [
        "CREATE VIRTUAL TABLE product_fts USING fts5(search_terms, content='')",
        f"CREATE TRIGGER product_fts_insert AFTER INSERT ON product BEGIN {new} END",
        f"CREATE TRIGGER product_fts_delete AFTER DELETE ON product BEGIN {gone} END",
        f"CREATE TRIGGER product_fts_update AFTER UPDATE OF search_terms ON product"
        f" WHEN old.search_terms <> new.search_terms BEGIN {gone} {new} END",
    ]


def _watched(table: str, is_postgres: bool) -> list[str]:
    """The table's version, as 0006 began it: pages are kept until it changes."""
    if is_postgres:
        return [
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ]
    raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{table}'"
    begun = [] if table == "product" else [f"INSERT INTO table_version VALUES ('{table}', 1)"]
    return [
        *begun,
        *(
            f"CREATE TRIGGER {table}_changed_{verb} AFTER {verb} ON {table} BEGIN {raised}; END"
            for verb in ("insert", "update", "delete")
        ),
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    """What models cannot declare, and what the register knew."""
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    placed = [
        f"CREATE INDEX product_place_{digits} ON product (substr(division_id, 1, {digits}), id)" for digits in (6, 9)
    ]
    watched = [statement for table in WATCHED for statement in _watched(table, is_postgres)]
    for statement in (*moved(is_postgres), *_searched(is_postgres), *placed, *watched):
        await client.execute_query(statement)
    _, rows = await client.execute_query("SELECT id, name, brand, summary FROM product")
    found = [(search_terms(row["name"], row["brand"], row["summary"]), row["id"]) for row in rows]
    first, second = ("$1", "$2") if is_postgres else ("?", "?")
    if found:
        await client.execute_many(f"UPDATE product SET search_terms = {first} WHERE id = {second}", found)
    await client.execute_query("DROP TABLE product_before")


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0031_investment_projects")]

    operations = [
        ops.RunPython(keep),
        ops.DeleteModel(name="Product"),
        ops.CreateModel(
            name="Product",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back when editing."),
                ),
                (
                    "is_generated",
                    fields.BooleanField(
                        default=False, description="Made up for the demo city rather than taken from a published fact."
                    ),
                ),
                (
                    "enterprise",
                    fields.ForeignKeyField(
                        "civicgraph.Enterprise",
                        source_field="enterprise_id",
                        description="Who makes it.",
                        db_constraint=True,
                        to_field="id",
                        related_name="products",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="Where it is made.",
                        db_constraint=True,
                        to_field="code",
                        related_name="products",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="What sort of product it is.", enum_type=ProductKind, max_length=12
                    ),
                ),
                ("name", fields.CharField(description="Its name.", max_length=80)),
                ("brand", fields.CharField(default="", description="The brand that it is sold under.", max_length=60)),
                ("summary", fields.CharField(default="", description="In one or two sentences.", max_length=300)),
                ("description", fields.TextField(default="", description="Everything worth knowing.", unique=False)),
                (
                    "months",
                    fields.JSONField(
                        default=list,
                        description="The months in which it is on sale, empty: all year.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "standards",
                    fields.JSONField(
                        default=list,
                        description="Standards that it keeps and certificates that it has.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "picture_alt",
                    fields.CharField(
                        default="", description="What its picture shows, for those who do not see it.", max_length=120
                    ),
                ),
                (
                    "contact_name",
                    fields.CharField(
                        default="",
                        description="Whom buyers ask for, as the enterprise agreed to make public.",
                        max_length=60,
                    ),
                ),
                (
                    "contact_phone",
                    fields.CharField(
                        default="", description="Telephone for buyers, public by the same agreement.", max_length=40
                    ),
                ),
                (
                    "contact_agreed_on",
                    fields.DateField(
                        null=True,
                        description="The day on which the enterprise agreed to that, empty when there is no public contact.",
                    ),
                ),
                ("is_published", fields.BooleanField(default=False, description="Shown to the public.")),
                ("search_terms", fields.TextField(default="", description="Bigrams of its texts.", unique=False)),
            ],
            options={
                "table": "product",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["enterprise_id", "id"]),
                    Index(fields=["kind", "id"]),
                    Index(fields=["division_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "What an enterprise makes and sells.",
            },
            bases=["Listing"],
        ),
        ops.CreateModel(
            name="ProductOutput",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "civicgraph.Product",
                        source_field="product_id",
                        description="The product.",
                        db_constraint=True,
                        to_field="id",
                        related_name="outputs",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("year", fields.IntField(description="The year.")),
                ("amount", fields.CharField(description="How much, in the unit, as it was typed.", max_length=24)),
                ("unit", fields.CharEnumField(description="The unit of the amount.", enum_type=Unit, max_length=12)),
                (
                    "base_amount",
                    fields.BigIntField(
                        description="The same exactly, in grams, millilitres or 1/300 m², and what is counted by number."
                    ),
                ),
            ],
            options={
                "table": "product_output",
                "app": "civicgraph",
                "unique_together": (("product", "year"),),
                "pk_attr": "id",
                "table_description": "How much of a product was made in a year.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="ProductionBase",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "civicgraph.Product",
                        source_field="product_id",
                        description="The product.",
                        db_constraint=True,
                        to_field="id",
                        related_name="bases",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its place in the list, from 1.")),
                ("name", fields.CharField(description="Its name.", max_length=80)),
                (
                    "kind",
                    fields.CharField(default="", description="What it is, for instance 林地加大棚.", max_length=40),
                ),
                (
                    "place",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="place_id",
                        null=True,
                        description="Where it lies in the city.",
                        db_constraint=True,
                        to_field="code",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "elsewhere",
                    fields.CharField(
                        default="", description="Where it lies outside the city, in words.", max_length=40
                    ),
                ),
                (
                    "area",
                    fields.CharField(
                        default="", description="How large it is, in its unit, as it was typed.", max_length=24
                    ),
                ),
                (
                    "area_unit",
                    fields.CharEnumField(null=True, description="The unit of the area.", enum_type=Unit, max_length=12),
                ),
                ("area_base", fields.BigIntField(null=True, description="The area exactly, in 1/300 m².")),
                (
                    "capacity",
                    fields.CharField(
                        default="", description="How much it holds, in its unit, as it was typed.", max_length=24
                    ),
                ),
                (
                    "capacity_unit",
                    fields.CharEnumField(
                        null=True, description="The unit of what it holds.", enum_type=Unit, max_length=12
                    ),
                ),
            ],
            options={
                "table": "production_base",
                "app": "civicgraph",
                "indexes": [Index(fields=["product_id", "position", "id"])],
                "pk_attr": "id",
                "table_description": "Where a product is grown or made 生产基地.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Recognition",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "civicgraph.Product",
                        source_field="product_id",
                        description="The product.",
                        db_constraint=True,
                        to_field="id",
                        related_name="recognitions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its place in the list, from 1.")),
                ("title", fields.CharField(description="The title.", max_length=120)),
                ("giver", fields.CharField(default="", description="Who gave it.", max_length=80)),
                (
                    "year",
                    fields.IntField(
                        null=True, description="The year in which it was given, empty when it is not known."
                    ),
                ),
                (
                    "until_on",
                    fields.DateField(
                        null=True, description="The last day on which it holds, empty when it has no end."
                    ),
                ),
            ],
            options={
                "table": "recognition",
                "app": "civicgraph",
                "indexes": [Index(fields=["product_id", "position", "id"])],
                "pk_attr": "id",
                "table_description": "A title that a product was given 认定.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="SupplyLink",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "civicgraph.Product",
                        source_field="product_id",
                        description="The product.",
                        db_constraint=True,
                        to_field="id",
                        related_name="links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its place in the list, from 1.")),
                (
                    "source",
                    fields.CharField(
                        default="", description="The base or place that it comes from, in words.", max_length=80
                    ),
                ),
                ("buyer_name", fields.CharField(default="", description="Who buys it.", max_length=80)),
                (
                    "buyer",
                    fields.ForeignKeyField(
                        "civicgraph.Enterprise",
                        source_field="buyer_id",
                        null=True,
                        description="The buyer’s entry in the city’s register.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "place",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="place_id",
                        null=True,
                        description="Where it is sold in the city.",
                        db_constraint=True,
                        to_field="code",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("market", fields.CharField(description="The name of the place where it is sold.", max_length=40)),
                ("year", fields.IntField(description="The year.")),
                ("amount", fields.CharField(description="How much, in the unit, as it was typed.", max_length=24)),
                ("unit", fields.CharEnumField(description="The unit of the amount.", enum_type=Unit, max_length=12)),
                (
                    "base_amount",
                    fields.BigIntField(
                        description="The same exactly, in grams, millilitres or 1/300 m², and what is counted by number."
                    ),
                ),
                ("mass_grams", fields.BigIntField(null=True, description="The same in grams, of what is weighed.")),
                ("since_on", fields.DateField(null=True, description="Since when it is sold there.")),
            ],
            options={
                "table": "supply_link",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["product_id", "position", "id"]),
                    Index(fields=["year", "market", "id"]),
                    Index(fields=["market", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Whom a product is sold to in a year, and where 产销对接.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="SupportReceived",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "civicgraph.Product",
                        source_field="product_id",
                        description="The product.",
                        db_constraint=True,
                        to_field="id",
                        related_name="supports",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its place in the list, from 1.")),
                ("giver", fields.CharField(description="Who gave it.", max_length=80)),
                ("amount_fen", fields.BigIntField(description="How much, in 1/100 CNY.")),
                ("year", fields.IntField(null=True, description="The year, empty when it is not known.")),
            ],
            options={
                "table": "support_received",
                "app": "civicgraph",
                "indexes": [Index(fields=["product_id", "position", "id"])],
                "pk_attr": "id",
                "table_description": "Help that a product's makers got from elsewhere 帮扶.",
            },
            bases=["Record"],
        ),
        ops.RunPython(forwards),
    ]

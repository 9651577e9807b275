"""Teams with their members and work orders, tags, ready words, saved filters; what a person resolved is found by its time."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.grievances.desk.models import TeamKind, TextPurpose


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0014_uploads")]

    operations = [
        ops.CreateModel(
            name="GrievanceTag",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "grievance",
                    fields.ForeignKeyField(
                        "civicgraph.Grievance",
                        source_field="grievance_id",
                        description="The grievance.",
                        db_constraint=True,
                        to_field="id",
                        related_name="tags",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(description="The word.", max_length=20)),
            ],
            options={
                "table": "grievance_tag",
                "app": "civicgraph",
                "unique_together": (("grievance", "name"),),
                "indexes": [Index(fields=["name", "grievance_id"])],
                "pk_attr": "id",
                "table_description": "A word by which the staff of a place find grievances again. Never public.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReadyText",
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
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The community or other division it belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name="ready_texts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("title", fields.CharField(description="What they are for, as lists show them.", max_length=40)),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="To the reporter, or among staff.", enum_type=TextPurpose, max_length=10
                    ),
                ),
                ("text", fields.TextField(description="The words, with placeholders.", unique=False)),
                ("is_active", fields.BooleanField(default=True, description="Is offered.")),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back when editing."),
                ),
            ],
            options={
                "table": "ready_text",
                "app": "civicgraph",
                "unique_together": (("division", "title"),),
                "pk_attr": "id",
                "table_description": "Ready words 常用语 for a place and everything below it.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="SavedFilter",
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
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        description="Who keeps it.",
                        db_constraint=True,
                        to_field="id",
                        related_name="saved_filters",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The office that it may be shared with.",
                        db_constraint=True,
                        to_field="code",
                        related_name="saved_filters",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(description="What it is called.", max_length=30)),
                (
                    "query",
                    fields.CharField(
                        description="The filters, as the address of the queue holds them.", max_length=400
                    ),
                ),
                ("is_shared", fields.BooleanField(default=False, description="Colleagues of the same office see it.")),
            ],
            options={
                "table": "saved_filter",
                "app": "civicgraph",
                "unique_together": (("person", "name"),),
                "indexes": [Index(fields=["division_id", "is_shared", "id"]), Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": "A way of looking at the queue that somebody keeps, for themselves or for their office.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Team",
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
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The community or other division it belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name="teams",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(description="Its name, which the public reads.", max_length=80)),
                (
                    "kind",
                    fields.CharEnumField(description="What sort of body it is.", enum_type=TeamKind, max_length=12),
                ),
                (
                    "contact_office",
                    fields.CharField(
                        default="", description="Who takes its work, where it has no members here.", max_length=80
                    ),
                ),
                (
                    "contact_phone",
                    fields.CharField(default="", description="Telephone of that office, for staff.", max_length=40),
                ),
                ("is_active", fields.BooleanField(default=True, description="Is given work.")),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back when editing."),
                ),
            ],
            options={
                "table": "team",
                "app": "civicgraph",
                "unique_together": (("division", "name"),),
                "pk_attr": "id",
                "table_description": "A body that work is given to: for its place and everything below it.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="TeamMember",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "team",
                    fields.ForeignKeyField(
                        "civicgraph.Team",
                        source_field="team_id",
                        description="The team.",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        description="Who belongs to it.",
                        db_constraint=True,
                        to_field="id",
                        related_name="teams",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "team_member",
                "app": "civicgraph",
                "unique_together": (("team", "person"),),
                "indexes": [Index(fields=["person_id", "team_id"])],
                "pk_attr": "id",
                "table_description": "Who belongs to a team.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WorkOrder",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "grievance",
                    fields.ForeignKeyField(
                        "civicgraph.Grievance",
                        source_field="grievance_id",
                        description="The grievance.",
                        db_constraint=True,
                        to_field="id",
                        related_name="work_orders",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        null=True,
                        description="The person who has it, null: a team has.",
                        db_constraint=True,
                        to_field="id",
                        related_name="work_orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "team",
                    fields.ForeignKeyField(
                        "civicgraph.Team",
                        source_field="team_id",
                        null=True,
                        description="The team that has it, null: a person has.",
                        db_constraint=True,
                        to_field="id",
                        related_name="work_orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "is_lead",
                    fields.BooleanField(default=False, description="Leads, and says when the whole is resolved."),
                ),
                (
                    "ordered_at",
                    fields.DatetimeField(description="When it was given.", auto_now=False, auto_now_add=False),
                ),
                (
                    "done_at",
                    fields.DatetimeField(
                        null=True,
                        description="When its holder said that their part is done.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True,
                        description="When it was taken back, null: it counts.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "work_order",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["grievance_id", "id"]),
                    Index(fields=["person_id", "ended_at", "grievance_id"]),
                    Index(fields=["team_id", "ended_at", "grievance_id"]),
                ],
                "pk_attr": "id",
                "table_description": "What one person or one team has to do with a grievance 工单. One leads, the others help.",
            },
            bases=["Model"],
        ),
        ops.AddIndex(
            model_name="Grievance",
            index=Index(fields=["assignee_id", "resolved_at"]),
        ),
    ]

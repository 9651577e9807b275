"""The register holds the total assets of an enterprise, and the year of its figures: by these its scale is derived."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0049_what_stops_the_clock")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Enterprise",
            name="assets_fen",
            field=fields.BigIntField(
                null=True, description="Total assets of its last year, in 1/100 CNY. Never public."
            ),
        ),
        ops.AddField(
            model_name="Enterprise",
            name="figures_year",
            field=fields.SmallIntField(
                null=True, description="The year that its people, revenue and assets are of. Never public."
            ),
        ),
    ]

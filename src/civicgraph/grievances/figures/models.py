"""The cells of the figures."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from civicgraph.model import place

BOUNDS = (10, 30, 60, 120, 240, 480, 720, 1440, 2160, 2880, 4320, 7200, 10080, 21600, 43200)
"""Minutes within which responses and resolutions are counted; the promises of the four-level list are among them.

A median is told by interpolation between the two bounds that it lies between. It is wrong by less than their
distance: 20 minutes below half an hour, a factor of 2.2 above in the worst case, a few per cent where times
are spread as in a city.
"""
LONGEST = 129_600
"""Minutes (90 days) that what took longer than the last bound is taken to have taken at most."""

COUNTS = {
    "received": "Reported.",
    "responded": "With a first response.",
    "responded_in_time": "First response within its time.",
    "resolved": "Resolved.",
    "resolved_in_time": "Resolved within their time.",
    "closed": "Closed.",
    "open": "Still to be resolved.",
    "reopened": "Opened again at least once.",
    "shortfalls": "On the shortfall list.",
    "rated": "Rated by their reporters.",
    "satisfied": "Rated as solved, with four stars or more if any were given.",
    "unanswered_late": "Open and without a first response though its time has passed.",
    "open_late": "Open though the time for the resolution has passed.",
    "broken_before": "Promised times of a resolution that had been broken when it was opened or sent again.",
}
RESPONDED = {f"responded_{bound}": f"First response within {bound} minutes." for bound in BOUNDS}
RESOLVED = {f"resolved_{bound}": f"Resolved within {bound} minutes." for bound in BOUNDS}
COLUMNS = {**COUNTS, **RESPONDED, **RESOLVED}
"""What is counted, with descriptions. A time counts in every bound that it keeps, so that sums of cells stay such."""


_Counters = type(
    "_Counters",
    (),
    {name: fields.IntField(default=0, db_default=0, description=description) for name, description in COLUMNS.items()},
)


class GrievanceCell(_Counters, Model):  # type: ignore[misc, valid-type]
    """What was reported in a division and below it in a month: all of it, of one category, by one channel, or both.

    Beside them stands what each sort of body led, and each body of the place itself or of one directly below.
    Written in the transaction that changes a grievance, compared with the grievances at night.
    """

    division_id: str
    id = fields.BigIntField(primary_key=True)
    division = place("cells")
    month = fields.CharField(7, description="Month of the report by the city's calendar, for instance 2026-05.")
    category = fields.CharField(40, default="", description="Code of the category, empty for all of them.")
    channel = fields.CharField(8, default="", description="How they came in, empty for any way.")
    led_kind = fields.CharField(12, default="", description="What sort of body led them, empty for any.")
    led_by = fields.CharField(40, default="", description="Which body led them, empty for all of its sort.")

    class Meta:
        table = "grievance_cell"
        unique_together = (("division", "channel", "category", "led_kind", "led_by", "month"),)

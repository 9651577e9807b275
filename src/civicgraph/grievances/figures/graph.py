"""GraphQL of the figures: one type for a slice of them, however fine."""

from __future__ import annotations

from typing import Any

from civicgraph.graph import MAX_DIVISIONS, column, computed, split, to_one, type_
from civicgraph.grievances import rules
from civicgraph.grievances.figures import slices
from civicgraph.grievances.figures.models import RESOLVED, RESPONDED
from civicgraph.grievances.models import Body, Channel, GrievanceCell, LedKind


def share(part: str, whole: str, description: str) -> Any:
    """A part of a count, from 0 to 1 and to four places; null where there is nothing to take a part of."""
    return computed(
        float | None,
        lambda c, row: c.dialect.share(row[part], row[whole]),
        f"{description} From 0 to 1; null where there is none to count.",
    )


def _on_time(kept: str, *due: str, description: str) -> Any:
    """A part of all that fell due, whether it was kept or not; null where nothing did."""
    return computed(
        float | None,
        lambda c, row: c.dialect.share(row[kept], f"({' + '.join(row[name] for name in due)})"),
        f"{description} From 0 to 1; null where nothing fell due.",
    )


def _median(names: dict[str, str], done: str, description: str) -> Any:
    return computed(
        float | None,
        slices.median_hours(tuple(names), done),
        f"{description} Told by interpolation between the bounds by which times are counted (10 and 30 minutes, 1, 2, 4,"
        " 8 and 12 hours, 1, 1.5, 2, 3, 5, 7, 15, 30 and 90 days), between which it lies. Null where there is none.",
    )


@type_(GrievanceCell)
class GrievanceFigures:
    """How grievances fared: those of a division and everything below it, and of what the fields beside say.

    The counts follow the month of the report: a grievance of May that is resolved in June counts for May.
    What is not public is counted as well.
    """

    division = to_one(
        "divisions.Division",
        link=lambda c, row, child: f"{child['code']} = {row.slice.division}",
        is_nullable=False,
        description="Where.",
    )
    month = computed(str | None, lambda c, row: row.slice.month, "The month of the reports; null if there are several.")
    category = to_one(
        "grievances.GrievanceCategory",
        link=lambda c, row, child: f"{child['code']} = {row.slice.category}",
        is_nullable=True,
        description="Of this category alone; null: of all.",
    )
    body = computed(
        Body | None, lambda c, row: row.slice.body or "NULL", "Of the categories that this body leads on; null: of all."
    )
    channel = computed(
        Channel | None, lambda c, row: f"nullif({row.slice.channel}, '')", "That came in this way; null: any way."
    )
    led_kind = computed(
        LedKind | None,
        lambda c, row: f"nullif({row.slice.led_kind}, '')",
        "That such a body led: at the resolution of what is resolved, last of a shortfall, now of what is open; null: any.",
    )
    led_by = computed(str | None, slices.name_of_led, "The name of the body that led them; null: whichever.")
    led_by_code = computed(
        str | None,
        lambda c, row: f"nullif({row.slice.led_by}, '')",
        "The code of that body: a grid's own; of a team that of its place, then its number.",
    )
    received = column()
    responded = column()
    responded_in_time = column()
    resolved = column()
    resolved_in_time = column()
    closed = column()
    open = column()
    reopened = column()
    shortfalls = column()
    rated = column()
    satisfied = column()
    unanswered_late = column()
    open_late = column()
    broken_before = column()
    open_in_time = computed(
        int,
        lambda c, row: f"({row['open']} - {row['open_late']})",
        "Still to be resolved, and the time for it has not passed: in progress by their dates.",
    )
    response_rate = share("responded", "received", "Share of what was reported that has a first response.")
    response_in_time_rate = share("responded_in_time", "responded", "Share of the first responses that came in time.")
    resolution_rate = share("resolved", "received", "Share of what was reported that is resolved.")
    resolution_in_time_rate = share("resolved_in_time", "resolved", "Share of what is resolved that was so in time.")
    response_on_time_rate = _on_time(
        "responded_in_time",
        *("responded", "unanswered_late"),
        description="Share of the first responses that came by the promised time, of all that came or should have:"
        " what is late and still awaited counts as not kept, what has time left is left out.",
    )
    resolution_on_time_rate = _on_time(
        "resolved_in_time",
        *("resolved", "open_late", "shortfalls", "broken_before"),
        description="Share that was resolved by the promised time, of all that is resolved or should be: what is late and"
        " still open, what stands on the shortfall list, and each promise that had been broken when it was opened again,"
        " counts as not kept, what has time left is left out.",
    )
    satisfaction_rate = share(
        "satisfied",
        "rated",
        "Share of the ratings that say solved, with four stars or more if any were given; one of each resolution, also of those undone later.",
    )
    median_response_hours = _median(RESPONDED, "responded", "Hours within which half of the first responses came.")
    median_resolution_hours = _median(RESOLVED, "resolved", "Hours within which half of what is resolved was so.")
    by_month = split(
        "GrievanceFigures",
        slices.by_month,
        size=24,
        description=f"In parts by month, the oldest first: the latest {slices.MAX_MONTHS} in which anything was reported.",
    )
    by_division = split(
        "GrievanceFigures",
        slices.by_division,
        size=20,
        description=f"In parts by the divisions directly below, at most {MAX_DIVISIONS}.",
    )
    by_category = split(
        "GrievanceFigures",
        slices.by_category,
        size=40,
        is_nullable=True,
        description="In parts by category; null of what some body led or leads on, which is not kept by category.",
    )
    by_body = split(
        "GrievanceFigures",
        slices.by_body,
        size=5,
        is_nullable=True,
        description="In parts by the body that normally leads on the category; null for a category, or of what some body led.",
    )
    by_channel = split(
        "GrievanceFigures",
        slices.by_channel,
        size=len(Channel),
        is_nullable=True,
        description="In parts by how they came in; null of what some body led, which is not kept by channel.",
    )
    by_led_kind = split(
        "GrievanceFigures",
        slices.by_led_kind,
        size=len(LedKind),
        is_nullable=True,
        description="In parts by the sort of body that was in charge: who leads now what is open, who led last what stands on"
        " the shortfall list, who led at the resolution what is resolved. What was rated or broken in an attempt that was"
        " undone counts for who led that. Null for a category, group or channel.",
    )
    by_led = split(
        "GrievanceFigures",
        slices.by_led,
        size=slices.MAX_LED_BY,
        is_nullable=True,
        description=f"By the bodies in charge with the most grievances, at most {slices.MAX_LED_BY}: the teams of the"
        " division, of those above and of those directly below it, and the grids of a community. Null for a category, group or channel.",
    )


@type_(GrievanceCell, visible=rules.counts_all)
class GrievancePerformance:
    """How a division and everything below it fared with what was reported in a month.

    The counts follow the month of the report: a grievance of May that is resolved in June counts for May.
    """

    month = column()
    received = column()
    responded = column()
    responded_in_time = column()
    resolved = column()
    resolved_in_time = column()
    response_rate = share("responded", "received", "Share of what was reported that has a first response.")
    response_in_time_rate = share("responded_in_time", "responded", "Share of the first responses that came in time.")
    resolution_rate = share("resolved", "received", "Share of what was reported that is resolved.")
    resolution_in_time_rate = share("resolved_in_time", "resolved", "Share of what is resolved that was so in time.")
    division = to_one("divisions.Division")

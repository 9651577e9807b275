"""Which grievances are listed, and in what order."""

from __future__ import annotations

from datetime import datetime

from civicgraph.graph import (
    DivisionCode,
    Order,
    any_of,
    at_least,
    before,
    equals,
    filter_type,
    flag,
    matches,
    order_type,
    places,
    where,
)
from civicgraph.grievances import rules
from civicgraph.grievances.desk import rules as desk_rules
from civicgraph.grievances.models import Channel, GrievanceStatus, ReporterKind, Urgency

_LATEST = (
    "Lists go by number, which grows with the time: what is passed over was reported later than what is asked for."
)


@filter_type
class GrievanceFilter:
    """Which grievances."""

    within = where(
        DivisionCode, "In this division or anywhere below it.", rules.lies_within, columns=places("division_id")
    )
    number = equals("number", str, "With this number.")
    numbers = any_of("number", str, "With one of these numbers.")
    category = equals("category_id", str, "Of the category with this code.")
    categories = any_of("category_id", str, "Of one of the categories with these codes.")
    group = where(
        str,
        "Of a category of the group with this code, for instance enterprise.",
        rules.is_of_group,
        reason="Something of each group comes in every day; a group has but a handful of categories.",
    )
    is_verified = flag(
        "Only those of categories of which somebody else checks on the spot what was resolved.",
        rules.is_verified,
        reason="It narrows what stands at one status; a handful of categories is so.",
    )
    event = where(
        str,
        "Asked at the event with this name in addresses.",
        rules.was_asked_at,
        reason="They are found by the index of events, and sorted.",
    )
    urgency = equals("urgency", Urgency, "Of this level.", reason="Each of the four levels occurs every day.")
    status = where(GrievanceStatus, "Standing there.", rules.has_status, columns=("status",))
    statuses = any_of("status", GrievanceStatus, "Standing at one of these.")
    submitted_from = at_least("submitted_at", datetime, "Reported at this time or later.", reason=_LATEST)
    submitted_before = before("submitted_at", datetime, "Reported before this time.", reason=_LATEST)
    is_open = flag(
        "Only those that are (not) still to be resolved.", rules.is_open, rules.is_not_open, index="grievance_open"
    )
    is_unfinished = flag(
        "Only those that are (not) done yet: open, on the shortfall list, or returned with questions.",
        rules.is_unfinished,
        rules.is_finished,
        reason="What was reported lately is mostly so, and a list by number begins with that.",
    )
    is_overdue = flag(
        "Only those past a promised time (or in time).", rules.are_overdue, rules.is_in_time, index="grievance_open"
    )
    assigned_to_me = flag(
        "Only those that you work on.",
        rules.is_mine,
        reason="One person's are hundreds, read by the index of assignees and sorted.",
    )
    has_my_part = flag(
        "Only those in which you or a team of yours has a part.",
        desk_rules.with_my_part,
        reason="They are found by the work orders of one person and of a few teams, and sorted.",
    )
    helped_by_me = flag(
        "Only those in which you or a team of yours has a part and that somebody else leads.",
        desk_rules.helped_by_me,
        reason="They are found by the work orders of one person and of a few teams, and sorted.",
    )
    waits_for_my_answer = flag(
        "Only those that a team of yours is called to and has not answered.",
        desk_rules.with_my_call,
        reason="They are found by the calls of a few teams, and sorted.",
    )
    waits_for_my_check = flag(
        "Only those resolved by others that somebody has to look at on the spot, where you may.",
        desk_rules.waits_for_check,
        columns=("status",),
    )
    tag = where(
        str,
        "With this tag, for staff.",
        desk_rules.has_tag,
        reason="They are found by the index of tags, and sorted.",
    )
    assignee = where(
        int,
        "Led by the person with this number, for staff.",
        desk_rules.is_led_by,
        reason="One person's are hundreds, read by the index of assignees and sorted.",
    )
    team = where(
        int,
        "In which the team with this number has a part, for staff.",
        desk_rules.with_part_of,
        reason="They are found by the work orders of one team, and sorted.",
    )
    compound = equals("compound_id", int, "Of the compound with this number.")
    reporter_kind = equals(
        "reporter_kind", ReporterKind, "From residents, or from enterprises.", reason="Both report every day."
    )
    channel = equals("channel", Channel, "That came in this way.", reason="Some come in by each of them every day.")
    text = matches("grievance")


@order_type
class GrievanceOrder:
    """The order of grievances."""

    NEWEST = Order(("id",), "Latest reported first.", is_descending=True)
    OLDEST = Order(("id",), "Earliest reported first.")
    LATEST = Order(
        ("submitted_at", "id"),
        "Latest reported first, by the time: for what was reported between two times, however long ago.",
        is_descending=True,
        reason="It is asked with a window of times, which an index of these finds; what else is asked narrows the window.",
    )
    EARLIEST = Order(
        ("submitted_at", "id"),
        "Earliest reported first, by the time: for what was reported between two times.",
        reason="The same as of LATEST, read from the other end.",
    )
    DUE_FIRST = Order(
        ("due_at", "id"),
        "By what is promised next, see `dueAt`: first answers that are awaited, and resolutions; ask it of those that are open.",
        reason="Those that are open have indexes in this order for each place. Of all, a filter's own index finds what is"
        " then sorted: 44 ms for a county's 45,000 of a million.",
    )

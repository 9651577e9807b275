"""GraphQL of the events room."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

import strawberry

from civicgraph.accounts.rules import keepers
from civicgraph.bookings.rules import CALLS_DUE, calls_of
from civicgraph.divisions.rules import concerns, is_above, place_below
from civicgraph.events import models, operations, rules
from civicgraph.events.models import Accessibility, AudienceGroup, EventKind, EventStatus, Hazard, MovedKind
from civicgraph.graph import (
    By,
    DivisionCode,
    Order,
    any_of,
    at_least,
    before,
    column,
    computed,
    connection,
    door,
    equals,
    filter_type,
    flag,
    followable,
    json_column,
    matches,
    mutations,
    node,
    order_type,
    places,
    root,
    root_connection,
    root_facets,
    root_one,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.permissions import EDIT_EVENTS
from civicgraph.uploads.image import image_of, material_of

_WALKED = "Lists go by date and are of what is to come, or of some days: a walk passes over the events of these."


@filter_type
class EventFilter:
    """Which events."""

    kind = any_of("kind", EventKind, "Of any of these kinds.")
    within = within("division_id")
    above = where(
        DivisionCode,
        "For all of a division above this one: of its subdistrict, its county or the city.",
        lambda c, row, given: is_above(c, row["division_id"], given),
        columns=("division_id",),
    )
    concerns = where(
        DivisionCode,
        "In this division or anywhere below it, or for all of one above it: what its residents look for.",
        lambda c, row, given: concerns(c, row["division_id"], given),
        columns=places("division_id"),
    )
    starts_from = at_least("starts_at", date, "Starts on this day or later.")
    starts_before = before("starts_at", date, "Starts before this day.")
    text = matches("event")
    statuses = any_of("status", EventStatus, "In any of these states.")
    is_upcoming = flag(
        "Not over yet (or over).", rules.is_upcoming, rules.is_past, columns=("starts_at",), index="event_coming"
    )
    ends_from = where(date, "Still on when this day begins, or later.", rules.ends_from, columns=("starts_at",))
    spans_days = flag(
        "Lasts longer than a day.",
        rules.spans_days,
        index="event_long",
    )
    is_free = flag(
        "Costs nothing (or something).",
        lambda c, row: f"{row['price_fen']} = 0",
        lambda c, row: f"{row['price_fen']} > 0",
        index="event_paid",
    )
    max_price_fen = where(
        int,
        "Costs nothing, or at most this much, in fen (1/100 CNY).",
        lambda c, row, most: f"{row['price_fen']} <= {most.sql(c)}",
        reason=_WALKED,
    )
    group = where(
        AudienceGroup,
        "Made for this group in particular.",
        partial(rules.holds_one, column="groups", kind=AudienceGroup),
        reason=_WALKED,
    )
    accessibility = where(
        Accessibility,
        "Does this so that everybody can take part.",
        partial(rules.holds_one, column="accessibility", kind=Accessibility),
        reason=_WALKED,
    )
    is_exception = flag(
        "Changed by itself, apart from the series that it belongs to (or not).",
        lambda c, row: f"{row['is_exception']}",
        lambda c, row: f"NOT {row['is_exception']}",
        reason="Asked of the events of a series, of which there are half a year’s; lists go by date.",
    )
    venue = equals("venue", str, "At the venue of this name.")
    organiser = equals("organiser", str, "Held by the organiser of this name.")
    is_editable = flag(
        "You may write it, or change it.",
        rules.writes,
        reason="Editors ask for a place of theirs by `within`; without, the walk ends with the time of a statement.",
    )
    has_open_findings = flag(
        "A finding or an opinion in its record is still to be seen to.", rules.has_open, index="event_entry_open"
    )
    has_overdue_findings = flag(
        "One of them was to be seen to before today.", rules.has_overdue, index="event_entry_open"
    )
    is_submitted = flag("Waits to be looked over.", rules.is_submitted, index="event_submitted")


@order_type
class EventOrder:
    """The order of events."""

    SOONEST = Order(("starts_at", "id"), "By their start.")
    LATEST = Order(("starts_at", "id"), "By their start, latest first.", is_descending=True)


@node(models.Event, visible=rules.visible, is_big=True)
class Event:
    """Something that takes place at a time, for people to come to."""

    slug = column()
    number = computed(int, lambda c, row: row["id"], "Its number, as the audit trail names it.")
    kind = column()
    title = column()
    summary = column()
    description = column()
    venue = column()
    address = column()
    organiser = column()
    contact_phone = column()
    starts_at = column()
    ends_at = column()
    is_all_day = column()
    capacity = column()
    price_fen = column()
    audiences = json_column(str, description="Whom it is for.")
    topics = json_column(str, description="What it is about.")
    groups = json_column(AudienceGroup, description="The groups that it is made for in particular.")
    accessibility = json_column(Accessibility, description="What is done so that everybody can take part.")
    hazards = json_column(Hazard, description="The hazards that a drill prepares for.")
    scenario = column()
    planned_participants = column()
    actual_participants = column()
    minutes = column()
    status = column()
    status_reason = column(description="Why it was cancelled, postponed or moved.")
    previous_starts_at = column()
    reinstated_at = column()
    is_exception = column()
    recurs_at = column()
    published_at = column()
    is_generated = column()
    version = column()
    updated_at = column()
    division = to_one("divisions.Division")
    series = to_one("EventSeries")
    programme = to_many(
        "ProgrammeItem", key="event_id", order=("position", "id"), description="Its programme, in order."
    )
    entries = to_many(
        "EventEntry",
        key="event_id",
        order=("kind", "position", "id"),
        description="Its record: the agenda, materials, questions, opinions and findings, each in order.",
    )
    teams = to_many(
        "events.rescue.EventTeam", key="event_id", order=("id",), description="Rescue teams that take part in a drill."
    )
    quotas = to_many(
        "bookings.Quota",
        key="event_id",
        order=("id",),
        description="Places that one can take: of the whole, or of its sessions.",
    )
    calls_due = computed(int, calls_of("event_id"), CALLS_DUE)
    image = to_one(
        "uploads.Upload",
        link=image_of("Event"),
        is_nullable=True,
        description="Its image, with words for those who do not see it; null when it has none.",
    )
    is_over = computed(bool, lambda c, row: f"{row['ends_at']} < {c.now()}", "Whether it has ended.")
    may_edit = computed(bool, rules.may_edit, "Whether you may change it.")
    may_publish = computed(bool, rules.publishes, "Whether you may publish it, and change it once it is public.")
    may_copy = computed(bool, rules.writes, "Whether you may write listings there, be it as a copy of this one.")
    editors = computed(
        list[str],
        keepers(EDIT_EVENTS),
        "Whom to ask who may write drafts there alone: those nearest to its place who publish there, by name.",
        guard=rules.writes,
    )
    publish_at = column(guard=rules.writes)
    submitted_at = column(guard=rules.writes)
    submitted_by = computed(str | None, rules.submitter, "Who asked for it to be looked over.", guard=rules.writes)
    review_note = column(guard=rules.writes)
    import_key = column(guard=rules.writes)


@type_(models.EventSeries)
class EventSeries:
    """An event that comes again; each time is an event of its own, made half a year ahead."""

    number = computed(int, lambda c, row: row["id"], "Its number.")
    rule = column()
    starts_at = column()
    version = column()
    updated_at = column()
    is_ended = computed(bool, lambda c, row: f"{row['made_until']} IS NULL", "Whether no more events come of it.")
    events = connection("Event", key="series_id", description="Its events.")


@type_(models.ProgrammeItem)
class ProgrammeItem:
    """An item of an event's programme."""

    position = column()
    kind = column()
    title = column()
    stage = column()
    note = column()
    starts_at = column()
    ends_at = column()
    quantity = column()


@type_(models.EventEntry)
class EventEntry:
    """An entry of an event's record."""

    number = computed(int, lambda c, row: row["id"], "Its number.")
    kind = column()
    position = column()
    text = column()
    said_by = column()
    link = column()
    answer = column()
    owner = column()
    due_on = column()
    done_on = column()
    version = column()
    file = to_one(
        "uploads.Upload",
        link=material_of,
        is_nullable=True,
        description="The material itself, where it was sent in as a file; at /uploads/NAME/file.",
    )
    grievance = to_one("grievances.Grievance")


@strawberry.type(description="What moved along with the start of an event, without being changed by itself.")
class MovedAlong:
    """Its times before and after."""

    kind: MovedKind = strawberry.field(description="What it is.")
    title: str = strawberry.field(description="What it is called; of an end the title of its event.")
    previous_starts_at: datetime | None = strawberry.field(description="Start before; null where it has none.")
    previous_ends_at: datetime | None = strawberry.field(description="End before; null where it has none.")
    starts_at: datetime | None = strawberry.field(description="Start from now on; null where it has none.")
    ends_at: datetime | None = strawberry.field(description="End from now on; null where it has none.")


def _with_moves(row: models.Event) -> dict[str, Any]:
    return {"event": row, "moved_along": [_told(one) for one in row.moved_along.moves]}


def _told(one: models.Move) -> MovedAlong:
    return MovedAlong(
        kind=one.kind,
        title=one.title,
        previous_starts_at=one.before[0],
        previous_ends_at=one.before[1],
        starts_at=one.after[0],
        ends_at=one.after[1],
    )


@root
class Query:
    """Reads of the events room."""

    event = root_one(
        "Event",
        arguments={"slug": (str, "Its name in addresses.")},
        where=lambda c, row, slug: f"{row['slug']} = {slug.sql(c)}",
        description="An event by its name in addresses.",
    )
    events = root_connection("Event", description="Events of the city.")
    event_facets = root_facets(
        "Event",
        list="events",
        facets={"divisions": By(place_below)},
        description="How many of the events that a filter finds are in each division directly below the one that is asked"
        " for, counted over a thousand of them at most; what is for all of it stands under its own code.",
    )


Subscription = followable(Query, "event", "events")
Mutation = mutations(
    "Mutation",
    door(operations.create_event, {"event": "Event"}),
    door(operations.update_event, {"event": "Event", "moved_along": list[MovedAlong]}, answer=_with_moves),
    door(operations.duplicate_event, {"event": "Event"}),
    door(operations.submit_event, {"event": "Event"}),
    door(operations.return_event, {"event": "Event"}),
    door(operations.schedule_event, {"event": "Event"}),
    door(operations.unschedule_event, {"event": "Event"}),
    door(operations.publish_event, {"event": "Event"}),
    door(operations.withdraw_event, {"event": "Event"}),
    door(operations.set_event_image, {"event": "Event"}),
    door(operations.remove_event_image, {"event": "Event"}),
    door(operations.set_event_contact, {"event": "Event"}),
    door(operations.repeat_event, {"event": "Event"}),
    door(operations.change_repetition, {"event": "Event"}),
    door(operations.repeat_places, {"event": "Event"}),
    door(operations.repeat_plan, {"event": "Event"}),
    door(operations.postpone_event, {"event": "Event"}),
    door(operations.cancel_event, {"event": "Event"}),
    door(operations.reinstate_event, {"event": "Event"}),
    door(operations.finish_event, {"event": "Event"}),
    door(operations.add_event_entry, {"entry": "EventEntry"}),
    door(operations.change_event_entry, {"entry": "EventEntry"}),
    door(operations.remove_event_entry, {"event": "Event"}),
    door(operations.hand_on_question, {"entry": "EventEntry", "number": str, "tracking_secret": str}),
)
TYPES = (Event, EventSeries, ProgrammeItem, EventEntry)

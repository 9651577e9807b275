"""GraphQL of the services room."""

from __future__ import annotations

from datetime import date

from civicgraph.accounts.rules import keepers
from civicgraph.bookings.rules import CALLS_DUE, calls_of
from civicgraph.graph import (
    Order,
    any_of,
    column,
    computed,
    connection,
    door,
    filter_type,
    flag,
    followable,
    json_column,
    matches,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.permissions import EDIT_SERVICES
from civicgraph.services import models, operations, rules
from civicgraph.services.models import Allergen, Diet, Household, ServiceKind, ServiceStatus
from civicgraph.uploads.image import image_of


@filter_type
class ServiceFilter:
    """Which services."""

    kind = any_of("kind", ServiceKind, "Of any of these kinds.")
    within = within("division_id")
    text = matches("service")
    statuses = any_of("status", ServiceStatus, "In any of these states.")
    is_offered = flag("Neither a draft nor closed for good (or one of them).", rules.is_offered, rules.is_not_offered)
    is_open_now = flag("Open at this moment.", rules.is_open_now)
    is_round_the_clock = flag(
        "Open (or not) day and night, every day.",
        lambda c, row: row["is_round_the_clock"],
        lambda c, row: f"NOT {row['is_round_the_clock']}",
    )
    is_free = flag("Nothing of it costs anything (or something does).", rules.is_free, rules.costs)
    max_price_fen = where(
        int,
        "Free, or one of its prices or goods costs at most this much, in fen (1/100 CNY), whoever pays it.",
        rules.costs_at_most,
    )
    is_editable = flag("You may write it, or change it.", rules.writes)
    is_submitted = flag("Waits to be looked over.", rules.is_submitted, index="service_submitted")


@order_type
class ServiceOrder:
    """The order of services."""

    NEWEST = Order(("id",), "Latest listed first.", is_descending=True)


@filter_type
class MenuDayFilter:
    """Which days' menus."""

    served_from = where(
        date, "Of this day or a later one.", lambda c, row, day: f"{row['served_on']} >= {day.sql(c, 'day')}"
    )
    served_until = where(
        date, "Of this day or an earlier one.", lambda c, row, day: f"{row['served_on']} <= {day.sql(c, 'day')}"
    )


@order_type
class MenuDayOrder:
    """The order of days' menus."""

    SOONEST = Order(("served_on", "id"), "By their day.")
    LATEST = Order(("served_on", "id"), "By their day, latest first.", is_descending=True)


@node(models.Service, visible=rules.visible)
class Service:
    """Something that a community offers day by day."""

    slug = column()
    number = computed(int, lambda c, row: row["id"], "Its number, as the audit trail names it.")
    kind = column()
    name = column()
    summary = column()
    description = column()
    address = column()
    phone = column()
    capacity = column()
    staff_count = column()
    is_round_the_clock = column()
    hours_note = column()
    holiday_hours = column()
    status = column()
    status_reason = column()
    is_generated = column()
    version = column()
    updated_at = column()
    compound_number = computed(int | None, lambda c, row: row["compound_id"], "Number of the compound it serves.")
    division = to_one("divisions.Division")
    compound = to_one("divisions.Compound")
    hours = to_many(
        "OpeningHours", key="service_id", order=("weekday", "opens_minute", "id"), description="When it is open."
    )
    special_days = to_many(
        "SpecialDay",
        key="service_id",
        order=("first_day", "id"),
        description="Days with other hours, or none.",
    )
    slot_plans = to_many(
        "SlotPlan",
        key="service_id",
        order=("weekday", "opens_minute", "id"),
        description="Times of the week that are given out in slots.",
    )
    stewards = to_many(
        "Steward",
        key="service_id",
        order=("position", "id"),
        description="Who looks after which buildings.",
    )
    price_rules = to_many(
        "PriceRule",
        key="service_id",
        order=("position", "id"),
        description="Who pays what; the first rule that fits gives the price.",
    )
    price_for = to_one(
        "PriceRule",
        link=rules.fitting_price,
        arguments={
            "age": (int | None, "In full years; without it no rule that names ages fits."),
            "is_resident": (bool, "Whether the person lives in the community."),
            "household": (Household | None, "The kind of household that the person lives in."),
            "floor": (int | None, "The floor that the person lives on; without it no rule that names floors fits."),
        },
        is_nullable=True,
        description="The rule that gives a person's price; null when none fits.",
    )
    offers = to_many("Offer", key="service_id", order=("position", "id"), description="What it offers.")
    menus = connection("MenuDay", key="service_id", description="What it serves, day by day.")
    quotas = to_many(
        "bookings.Quota",
        link=lambda c, row, child: f"{child['service_id']} = {row['id']} AND NOT {child['is_planned']}",
        order=("id",),
        description="Places that one can take: for good, of a term, of a time entered by itself.",
    )
    slots = connection(
        "bookings.Quota",
        link=rules.coming_slots,
        description="Time slots to come, as laid out from the times that can be booked.",
    )
    held_slots = connection(
        "bookings.Quota",
        link=rules.held_slots,
        description="Time slots that have begun or are over; those that nobody booked are forgotten.",
    )
    calls_due = computed(int, calls_of("service_id"), CALLS_DUE)
    image = to_one(
        "uploads.Upload",
        link=image_of("Service"),
        is_nullable=True,
        description="Its image, with words for those who do not see it; null when it has none.",
    )
    is_open_now = computed(bool, rules.is_open_now, "Whether it is open at this moment.")
    may_edit = computed(bool, rules.may_edit, "Whether you may change it.")
    may_publish = computed(bool, rules.publishes, "Whether you may publish it, and change it once it is public.")
    may_copy = computed(bool, rules.writes, "Whether you may write listings there, be it as a copy of this one.")
    editors = computed(
        list[str],
        keepers(EDIT_SERVICES),
        "Whom to ask who may write drafts there alone: those nearest to its place who publish there, by name.",
        guard=rules.writes,
    )
    publish_at = column(guard=rules.writes)
    submitted_at = column(guard=rules.writes)
    submitted_by = computed(str | None, rules.submitter, "Who asked for it to be looked over.", guard=rules.writes)
    review_note = column(guard=rules.writes)
    import_key = column(guard=rules.writes)


@type_(models.OpeningHours)
class OpeningHours:
    """A stretch of a weekday on which a service is open."""

    weekday = column()
    opens_minute = column()
    closes_minute = column()


@type_(models.SpecialDay)
class SpecialDay:
    """A stretch of days on which a service has other hours, or none."""

    first_day = column()
    last_day = column()
    opens_minute = column()
    closes_minute = column()
    note = column()


@type_(models.SlotPlan)
class SlotPlan:
    """A stretch of a weekday that is given out in time slots."""

    title = column()
    weekday = column()
    opens_minute = column()
    closes_minute = column()
    slot_minutes = column()
    places = column()


@type_(models.Steward)
class Steward:
    """Who looks after which buildings of a compound."""

    buildings = column()
    name = column(guard=rules.knows_steward)
    phone = column(guard=rules.knows_steward)
    is_public = column()


@type_(models.PriceRule)
class PriceRule:
    """Who pays what."""

    label = column()
    min_age = column()
    max_age = column()
    is_residents_only = column()
    household = column()
    min_floor = column()
    max_floor = column()
    amount_fen = column()
    unit = column()


@type_(models.Offer)
class Offer:
    """An item of what a service offers."""

    kind = column()
    name = column()
    note = column()
    amount_fen = column()
    unit = column()
    weekday = column()
    starts_minute = column()
    ends_minute = column()


@node(models.MenuDay, visible=rules.visible_menus)
class MenuDay:
    """What a canteen serves on one day."""

    served_on = column()
    note = column()
    version = column()
    dishes = to_many("Dish", key="menu_id", order=("position", "id"), description="The dishes, breakfast first.")


@type_(models.Dish)
class Dish:
    """A dish on a day's menu."""

    meal = column()
    name = column()
    allergens = json_column(Allergen, description="What it may hold that some must not eat.")
    diets = json_column(Diet, description="Whom it suits.")
    note = column()


@root
class Query:
    """Reads of the services room."""

    service = root_one(
        "Service",
        arguments={"slug": (str, "Its name in addresses.")},
        where=lambda c, row, slug: f"{row['slug']} = {slug.sql(c)}",
        description="A service by its name in addresses.",
    )
    services = root_connection("Service", description="Services of the city.")


Subscription = followable(Query, "service")
Mutation = mutations(
    "Mutation",
    door(operations.create_service, {"service": "Service"}),
    door(operations.update_service, {"service": "Service"}),
    door(operations.duplicate_service, {"service": "Service"}),
    door(operations.submit_service, {"service": "Service"}),
    door(operations.return_service, {"service": "Service"}),
    door(operations.schedule_service, {"service": "Service"}),
    door(operations.unschedule_service, {"service": "Service"}),
    door(operations.publish_service, {"service": "Service"}),
    door(operations.withdraw_service, {"service": "Service"}),
    door(operations.set_service_image, {"service": "Service"}),
    door(operations.remove_service_image, {"service": "Service"}),
    door(operations.set_service_contact, {"service": "Service"}),
    door(operations.suspend_service, {"service": "Service"}),
    door(operations.resume_service, {"service": "Service"}),
    door(operations.close_service, {"service": "Service"}),
    door(operations.set_menu, {"service": "Service"}),
)
TYPES = (Service, OpeningHours, SpecialDay, SlotPlan, Steward, PriceRule, Offer, MenuDay, Dish)

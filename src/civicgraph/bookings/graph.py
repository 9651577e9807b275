"""GraphQL of the bookings room: places, and who takes them."""

from __future__ import annotations

from datetime import date, datetime

from civicgraph.bookings import models, operations, rules
from civicgraph.bookings.models import RegistrationState
from civicgraph.bookings.subjects import SubjectKind
from civicgraph.graph import (
    Order,
    any_of,
    at_least,
    before,
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

_PASSED_OVER = "Lists are those of one quota or of a place, read by its index: what else is there is passed over."


@node(models.Quota, visible=rules.visible_quotas)
class Quota:
    """Places 名额 that people can take: of an event, a session of it, a service, one of its terms or time slots."""

    code = column()
    kind = column()
    subject = column()
    title = column()
    note = column()
    venue = column()
    phone = column()
    link = column()
    starts_at = column()
    ends_at = column()
    weekdays = json_column(int, description="Weekdays on which it takes place between start and end, 1 is Monday.")
    capacity = column()
    taken = column()
    is_on_hold = column(description="Whether the event is postponed, its new date not known yet, or the service rests.")
    is_suspended = computed(bool, rules.is_suspended, "Whether it is on hold since the service rests.")
    off_reason = column()
    left = computed(int | None, rules.left, "Places that are free; null when there is no bound.")
    waiting = column()
    opens_at = column()
    closes_at = column()
    registration_ends_at = computed(
        datetime | None,
        rules.closes,
        "When places are no longer given out, as set or by the start; null when that is open.",
    )
    max_people = column()
    has_waiting_list = column()
    hold_minutes = column()
    min_age = column()
    max_age = column()
    is_phone_required = column()
    status = column()
    is_taking = computed(bool, rules.is_taking, "Whether one can register at this moment, be it for the waiting list.")
    is_public = column()
    is_planned = column()
    is_off_alone = column()
    attended = column(guard=rules.manages)
    no_shows = computed(
        int,
        rules.no_shows,
        "People of whom it was noted that they did not come: their places are free again.",
        guard=rules.manages,
    )
    calls_due = computed(int, rules.calls_of("id"), rules.CALLS_DUE)
    version = column()
    updated_at = column()
    division = to_one("divisions.Division")
    event = to_one("events.Event", is_nullable=True)
    service = to_one("services.Service", is_nullable=True)
    questions = to_many("QuotaQuestion", key="quota_id", order=("position", "id"), description="What is asked.")
    registrations = connection(
        "Registration",
        key="quota_id",
        description="Who comes: for the public those alone who said that others may read it.",
    )
    may_manage = computed(bool, rules.manages, "Whether you look after who comes.")


@type_(models.QuotaQuestion)
class QuotaQuestion:
    """What the organiser wants to know of everybody who takes a place."""

    position = column()
    label = column()
    kind = column()
    choices = json_column(str, description="The answers to choose from.")
    is_required = column()


@filter_type
class QuotaFilter:
    """Which time slots."""

    starts_from = at_least("starts_at", date, "Starts on this day or later.")
    starts_before = before("starts_at", date, "Starts before this day.")


@order_type
class QuotaOrder:
    """The order of time slots."""

    SOONEST = Order(("starts_at", "id"), "By their start.")


@filter_type
class RegistrationFilter:
    """Which registrations."""

    within = within("division_id")
    states = any_of("state", RegistrationState, "In any of these states.", reason=_PASSED_OVER)
    has_come = flag("Checked in (or not).", rules.has_come, rules.has_not_come, reason=_PASSED_OVER)
    is_to_be_called = flag(
        "Left no e-mail and is still to be called (or not).",
        rules.is_to_be_called,
        rules.is_not_to_be_called,
        index="registration_call",
    )
    page = where(str, "For what has this page, as `link` of its places says.", rules.is_of, reason=_PASSED_OVER)
    is_listed = flag(
        "Has a place, and said that others may read it (or not).",
        rules.is_open,
        rules.is_not_open,
        index="registration_listed",
    )
    text = where(
        str, "The name holds this, or the number is this: for lists of one quota.", rules.called, reason=_PASSED_OVER
    )
    numbers = where(
        list[str],
        "Have these numbers; known to those who look after them.",
        rules.numbered,
        columns=("number",),
    )
    named = matches(
        "registration", "The name holds these words, found by their index; `registration` finds one by its number."
    )
    subject = where(SubjectKind, "For an event, or for a service.", rules.is_for, reason=_PASSED_OVER)
    starts_from = where(date, "For what starts on this day or later.", rules.starts_from, reason=_PASSED_OVER)
    starts_before = where(date, "For what starts before this day.", rules.starts_before, reason=_PASSED_OVER)


@order_type
class RegistrationOrder:
    """The order of registrations."""

    OLDEST = Order(("id",), "Earliest first.")
    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@node(models.Registration, visible=rules.visible_registrations, is_big=True)
class Registration:
    """Somebody who takes places, or waits. For those who look after it; of those who said so the name is public."""

    number = column(guard=rules.manages)
    contact_name = column()
    people = column()
    state = column()
    position = computed(int | None, rules.position, "Its turn on the waiting list, from 1.", guard=rules.manages)
    contact_phone_masked = column(guard=rules.manages)
    contact_email_masked = column(guard=rules.manages)
    is_listed = column()
    created_at = column()
    confirmed_at = column(guard=rules.manages)
    offered_until = column(guard=rules.manages)
    moved_up_at = column(guard=rules.manages)
    ended_at = column(guard=rules.manages)
    reason = column(guard=rules.manages)
    checked_in_at = column(guard=rules.manages)
    attended = column(guard=rules.manages)
    call_about = column(guard=rules.manages)
    called_at = column(guard=rules.manages)
    is_generated = column(guard=rules.manages)
    quota = to_one("Quota", is_nullable=True)


@type_(models.Registration)
class TrackedRegistration:
    """A registration as its holder sees it, by its number and the secret of its link. It never shows the contact."""

    number = column()
    people = column()
    state = column()
    position = computed(int | None, rules.position, "Your turn on the waiting list, from 1; null when you do not wait.")
    places_for_fewer = computed(
        int | None,
        rules.for_fewer,
        "Places that are yours at once if only so many of you come, who wait for more; null when it changes nothing.",
    )
    created_at = column()
    confirmed_at = column()
    offered_until = column()
    moved_up_at = column()
    ended_at = column()
    reason = column()
    checked_in_at = column()
    is_listed = column()
    version = column()
    may_cancel = computed(bool, rules.may_cancel, "Whether you may still give it back.")
    quota = to_one("Quota", is_nullable=True)


@root
class Query:
    """Reads of the bookings room."""

    quota = root_one(
        "Quota",
        arguments={"code": (str, "Its name in addresses.")},
        where=lambda c, row, code: f"{row['code']} = {code.sql(c)}",
        description="Places by their name in addresses.",
    )
    registration = root_one(
        "Registration",
        arguments={"number": (str, "Its number, as it is typed at the door.")},
        where=lambda c, row, number: (
            f"{row['number']} = {number.sql(c, 'text', rules.typed_number)} AND {rules.manages(c, row)}"
        ),
        description="A registration by its number, for those who look after it.",
    )
    registrations = root_connection(
        "Registration",
        where=rules.manages,
        description="Everybody who registered for something, for those who look after it.",
    )
    tracked_registration = root_one(
        "TrackedRegistration",
        arguments={"number": (str, "Its number."), "secret": (str, "The secret of its link.")},
        where=rules.own,
        description="One's own registration; null when number and secret do not belong together.",
        is_secret=True,
    )


Subscription = followable(Query, "quota", "tracked_registration")
Mutation = mutations(
    "Mutation",
    door(operations.register, {"registration": "TrackedRegistration", "secret": str}),
    door(operations.cancel_registration, {"registration": "TrackedRegistration"}),
    door(operations.accept_places, {"registration": "TrackedRegistration"}),
    door(operations.take_fewer_places, {"registration": "TrackedRegistration"}),
    door(operations.list_registration, {"registration": "TrackedRegistration"}),
    door(operations.export_registration, {"data": str}),
    door(operations.erase_registration, {"registration": "TrackedRegistration"}),
    door(operations.create_quota, {"quota": "Quota"}),
    door(operations.update_quota, {"quota": "Quota"}),
    door(operations.close_quota, {"quota": "Quota"}),
    door(operations.open_quota, {"quota": "Quota"}),
    door(operations.call_off_quota, {"quota": "Quota"}),
    door(operations.reinstate_quota, {"quota": "Quota"}),
    door(operations.remove_quota, {"code": str}),
    door(operations.move_up_registration, {"registration": "Registration"}),
    door(operations.remove_registration, {"registration": "Registration"}),
    door(operations.note_call, {"registration": "Registration"}),
    door(operations.mark_no_show, {"registration": "Registration"}),
    door(operations.check_in, {"registration": "Registration", "is_repeated": bool}),
    door(operations.undo_check_in, {"registration": "Registration"}),
    door(operations.message_registrants, {"told": int, "without_address": int, "unreached": int}),
    door(operations.reveal_registration_contact, {"phone": str, "email": str}),
    door(operations.find_registrations_by_phone, {"numbers": list[str]}),
)
TYPES = (Quota, QuotaQuestion, Registration, TrackedRegistration)

"""Rules of the bookings room: when places are given out, to whom, who sees what; links and tickets. Pure."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from civicgraph import clock, crypto
from civicgraph.bookings.models import Quota, QuotaStatus, Registration, RegistrationState
from civicgraph.calendars import are_whole_days
from civicgraph.i18n import N_
from civicgraph.permissions import MANAGE_BOOKINGS

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

HOLDING = (RegistrationState.CONFIRMED, RegistrationState.OFFERED)
"""Whoever stands here has the places; they count as taken."""
ALIVE = (*HOLDING, RegistrationState.WAITING)
"""Whoever stands here may still come."""
REMINDERS = {"reminder_day": timedelta(days=1), "reminder_hours": timedelta(hours=2)}
"""When those who come are reminded: a day and two hours before it begins."""
BEFORE_DAYS = {"reminder_day": timedelta(hours=15), "reminder_hours": timedelta(hours=6)}
"""The same for what is for whole days, which begin at midnight: at nine in the morning and at six in the evening before."""
GOVERNMENT_LINE = "12345"
"""The government's telephone 政务服务便民热线, day and night: of a person, where none of the place itself is named."""
KEEP_CONTACT = timedelta(days=30)
"""So long after its end is known who registered: to ask and to settle what is left. 个人信息保护法 art. 19."""
NUMBER_LENGTH = 6
"""Characters of a registration's number, read out or typed at the door: 7 × 10^8 of them."""
SECRET_LENGTH = 22
"""Characters of the signature in a link: 88 bits."""
TICKET = "CG"
"""What the code on a ticket begins with."""


# Numbers, links, tickets -----------------------------------------------------------------------


def new_code() -> str:
    """A name for a quota's addresses."""
    return crypto.random_code(8).lower()


def typed_number(text: str) -> str:
    """A registration's number as people type it: in any case, with spaces and dashes."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())[:12]


def secret_of(number: str) -> str:
    """The signature that makes a link to a registration its holder's: kept nowhere, made again when it is needed."""
    return crypto.keyed_hash("registration", number)[:SECRET_LENGTH].upper()


def own_link(number: str) -> str:
    """The path of a registration's own page, for its holder alone."""
    return f"/my-booking/{number}/{secret_of(number)}"


def is_secret(number: str, secret: str) -> bool:
    """Whether number and signature belong together."""
    return hmac.compare_digest(secret_of(number).encode(), secret.strip().upper().encode("utf-8", "replace"))


def ticket_of(number: str) -> str:
    """What the QR code of a ticket says. It opens nothing: only staff can do something with it."""
    return f"{TICKET}-{number}-{_ticket_mark(number)}"


def scanned_number(text: str) -> str:
    """The number on a ticket (the address in its square code, or the end of it) or one that was typed.

    Empty when a ticket's mark is not ours.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper().rpartition("/")[2]
    if not plain.startswith(f"{TICKET}-"):
        return typed_number(plain)
    _, _, rest = plain.partition("-")
    number, _, mark = rest.partition("-")
    return number if hmac.compare_digest(_ticket_mark(number).encode(), mark.encode("utf-8", "replace")) else ""


def _ticket_mark(number: str) -> str:
    return crypto.keyed_hash("ticket", number)[:10].upper()


# When and to whom places are given -------------------------------------------------------------


def refusal(quota: Quota, now: datetime) -> str:
    """Why no place is given out at this moment, in words; empty when places are."""
    if quota.status is QuotaStatus.CALLED_OFF:
        return N_("It does not take place.")
    if quota.is_on_hold and is_of_service(quota):
        return N_("The service rests. Places are given out again when it is there again.")
    if quota.is_on_hold:
        return N_("It is postponed. Registration goes on when the new date is known.")
    if quota.status is QuotaStatus.CLOSED:
        return N_("Registration is closed.")
    if quota.opens_at is not None and now < quota.opens_at:
        return N_("Registration has not begun yet.")
    if (ends := closing(quota)) is not None and now >= ends:
        return N_("Registration has ended.")
    return ""


def closing(quota: Quota) -> datetime | None:
    """When registration ends: at its closing time; without one, a time slot or session at its start, a term at its end."""
    return quota.closes_at or (quota.ends_at if quota.weekdays else quota.starts_at)


def is_of_service(quota: Quota) -> bool:
    """Whether the places are those of a service: its times stand while it rests, those of a postponed event do not."""
    return quota.service_id is not None  # type: ignore[attr-defined,no-any-return]


def is_over(quota: Quota, now: datetime) -> bool:
    """Whether nobody comes to it any more."""
    ends = quota.ends_at or quota.starts_at
    return ends is not None and ends <= now


def _is_dated(quota: Quota) -> bool:
    """Whether its times are to be relied on: of what is postponed they are the old ones."""
    return is_of_service(quota) or not quota.is_on_hold


def is_past(quota: Quota, now: datetime) -> bool:
    """Whether it is over; what is postponed is not, whatever its old day was."""
    return _is_dated(quota) and is_over(quota, now)


def is_too_late(quota: Quota, now: datetime) -> bool:
    """Whether places are neither given back nor passed on any more: it has begun, or, a course, it is over."""
    ends = quota.ends_at if quota.weekdays else quota.starts_at
    return _is_dated(quota) and ends is not None and now >= ends


def has_begun(quota: Quota, now: datetime) -> bool:
    """Whether somebody can have been missed: it has begun, a course with its first meeting; what has no time always has."""
    return _is_dated(quota) and (quota.starts_at is None or now >= first_on(quota.starts_at, quota.weekdays))


def kept_until(quota: Quota, now: datetime, minutes: int) -> datetime:
    """Until when places that are free from now on are kept for a yes: no longer than there is something to say yes to."""
    until = now + timedelta(minutes=minutes)
    if not _is_dated(quota):
        return until
    first = first_on(quota.starts_at, quota.weekdays) if quota.starts_at else None
    return min([until, *(one for one in (quota.closes_at, first, quota.ends_at) if one is not None and one > now)])


def typed_ages(text: str) -> list[int]:
    """The ages in a text, whatever stands between them."""
    return [int(one) for one in re.findall(r"\d{1,3}", unicodedata.normalize("NFKC", text))]


def unfit_age(quota: Quota, ages: Sequence[int]) -> int | None:
    """An age that is not of those whom it is for."""
    youngest = quota.min_age if quota.min_age is not None else 0
    oldest = quota.max_age if quota.max_age is not None else 150
    return next((age for age in ages if not youngest <= age <= oldest), None)


def places_left(quota: Quota) -> int | None:
    """Places that are free; None when there is no bound."""
    return None if quota.capacity is None else quota.capacity - quota.taken


def places_for_fewer(row: Registration, quota: Quota, turn: int) -> int:
    """Places that the first in turn, who waits for more, would have at once by coming with fewer; 0 when it changes nothing."""
    free = places_left(quota) or 0
    is_first = row.state is RegistrationState.WAITING and turn == 1
    return free if is_first and 0 < free < row.people else 0


def first_on(starts_at: datetime, weekdays: Sequence[int]) -> datetime:
    """When it first takes place: at its start or, of a course, on the first of its weekdays from then on."""
    found = starts_at.astimezone(clock.CITY_ZONE)
    while weekdays and found.isoweekday() not in weekdays:
        found += timedelta(days=1)
    return found


def deadlines(quota: Quota, now: datetime) -> dict[str, datetime]:
    """When those who come are reminded; what has passed is not caught up on.

    Of a course on weekdays they are reminded of its first meeting alone. What comes every week is a habit: two letters
    before each of the ninety afternoons of a term would bury the one that matters, that the course is moved or called
    off. Who wants a sign each time has it in their calendar: the file repeats on the course's weekdays, with an alarm
    before each.
    """
    if quota.starts_at is None or quota.is_on_hold or quota.status is QuotaStatus.CALLED_OFF:
        return {}
    first = first_on(quota.starts_at, quota.weekdays)
    of_days = not quota.weekdays and are_whole_days(quota.starts_at, quota.ends_at)
    due = {kind: first - before for kind, before in (BEFORE_DAYS if of_days else REMINDERS).items()}
    return {kind: at for kind, at in due.items() if at > now}


def name_of(quota: Quota) -> str:
    """What it is for, with its session where it has one."""
    return f"{quota.subject} · {quota.title}" if quota.title else quota.subject


# Who sees what ---------------------------------------------------------------------------------


def visible_quotas(c: Compiler, row: Row) -> str:
    """Those of what is published; all of them for those who look after the place."""
    return f"({row['is_public']} OR {manages(c, row)})"


def manages(c: Compiler, row: Row) -> str:
    """Who looks after bookings where the row belongs."""
    return c.covers(row["division_id"], MANAGE_BOOKINGS)


def visible_registrations(c: Compiler, row: Row) -> str:
    """For those who look after them; those who have a place and said that others may know are public.

    Who waits is never listed as coming.
    """
    return f"({is_open(c, row)} OR {manages(c, row)})"


def is_open(c: Compiler, row: Row) -> str:
    """Comes, and said that others may know."""
    return f"({row['is_listed']} AND {row['state']} = 'confirmed')"


def is_not_open(c: Compiler, row: Row) -> str:
    """Does not come, or did not say so."""
    return f"NOT {is_open(c, row)}"


def called(c: Compiler, row: Row, text: Given) -> str:
    """The name holds it, or, for those who look after it, the number is this."""
    number = text.sql(c, "text", typed_number)
    return f"({c.holds(row['contact_name'], text)} OR ({row['number']} = {number} AND {manages(c, row)}))"


def numbered(c: Compiler, row: Row, numbers: Given) -> str:
    """Has one of these numbers; known to those who look after it."""
    return f"({c.is_in(row['number'], numbers)} AND {manages(c, row)})"


def has_come(c: Compiler, row: Row) -> str:
    """Was checked in; known to those who look after it."""
    return f"({row['checked_in_at']} IS NOT NULL AND {manages(c, row)})"


def has_not_come(c: Compiler, row: Row) -> str:
    """Was not checked in; known to those who look after it."""
    return f"({row['checked_in_at']} IS NULL AND {manages(c, row)})"


def is_to_be_called(c: Compiler, row: Row) -> str:
    """Left no e-mail, and has not heard yet; known to those who look after it."""
    return f"({row['call_about']} IS NOT NULL AND {manages(c, row)})"


def is_not_to_be_called(c: Compiler, row: Row) -> str:
    """Has nothing to be called about; known to those who look after it."""
    return f"({row['call_about']} IS NULL AND {manages(c, row)})"


def is_of(c: Compiler, row: Row, link: Given) -> str:
    """Whether the places are those of the event or service that has this page."""
    return _of_quota(c, row, lambda one: f"{one['link']} = {link.sql(c)}")


def is_for(c: Compiler, row: Row, subject: Given) -> str:
    """Whether the places are those of an event, or of a service."""
    return _of_quota(
        c, row, lambda one: f"CASE WHEN {one['event_id']} IS NULL THEN 'service' ELSE 'event' END = {subject.sql(c)}"
    )


def starts_from(c: Compiler, row: Row, day: Given) -> str:
    """What it is for starts on a day or later."""
    return _of_quota(c, row, lambda one: f"{one['starts_at']} >= {day.sql(c, 'moment')}")


def starts_before(c: Compiler, row: Row, day: Given) -> str:
    """What it is for starts before a day."""
    return _of_quota(c, row, lambda one: f"{one['starts_at']} < {day.sql(c, 'moment')}")


def _of_quota(c: Compiler, row: Row, holds: Callable[[Row], str]) -> str:
    _, source = c.find("Quota", lambda one: f"{one['id']} = {row['quota_id']} AND {holds(one)}")
    return f"EXISTS (SELECT 1 {source})"


def is_suspended(c: Compiler, row: Row) -> str:
    """The service rests: the times stand, and are not to be relied on."""
    return f"({row['is_on_hold']} AND {row['service_id']} IS NOT NULL)"


def left(c: Compiler, row: Row) -> str:
    """`places_left` in SQL."""
    return f"({row['capacity']} - {row['taken']})"


def no_shows(c: Compiler, row: Row) -> str:
    """How many people were noted as not having come."""
    one, source = c.find("Registration", lambda one: f"{one['quota_id']} = {row['id']} AND {one['state']} = 'no_show'")
    return f"(SELECT coalesce(sum({one['people']}), 0) {source})"


def calls_of(column: str) -> Callable[[Compiler, Row], str]:
    """How many are still to be called of the quotas that point to the row by this column (of the quota itself by `id`)."""

    def counted(c: Compiler, row: Row) -> str:
        quota, quotas = c.find("Quota", lambda one: f"{one[column]} = {row['id']} AND {manages(c, one)}")
        _, source = c.find(
            "Registration",
            lambda one: f"{one['call_about']} IS NOT NULL AND {one['quota_id']} IN (SELECT {quota['id']} {quotas})",
        )
        return f"(SELECT count(*) {source})"

    return counted


CALLS_DUE = "How many who left no e-mail are still to be called; 0 for those who do not look after them."


def closes(c: Compiler, row: Row) -> str:
    """`closing` in SQL."""
    is_course = f"{c.dialect.text(row['weekdays'])} <> '[]'"
    return f"coalesce({row['closes_at']}, CASE WHEN {is_course} THEN {row['ends_at']} ELSE {row['starts_at']} END)"


def is_taking(c: Compiler, row: Row) -> str:
    """`refusal` in SQL: whether places are given out at this moment, be it on the waiting list."""
    ends = closes(c, row)
    return (
        f"({row['status']} = 'open' AND NOT {row['is_on_hold']} AND ({row['opens_at']} IS NULL OR {row['opens_at']} <= {c.now()})"
        f" AND ({ends} IS NULL OR {ends} > {c.now()})"
        f" AND ({row['has_waiting_list']} OR {row['capacity']} IS NULL"
        f" OR ({row['taken']} < {row['capacity']} AND {row['waiting']} = 0)))"
    )


def position(c: Compiler, row: Row) -> str:
    """How many stand on the waiting list up to and with this one; null when it does not wait."""
    _, source = c.find(
        "Registration",
        lambda one: (
            f"{one['quota_id']} = {row['quota_id']} AND {one['state']} = 'waiting' AND {one['rank']} <= {row['rank']}"
        ),
    )
    return f"CASE WHEN {row['state']} = 'waiting' THEN (SELECT count(*) {source}) END"


def for_fewer(c: Compiler, row: Row) -> str:
    """`places_for_fewer` in SQL, while places are still to be had; null when it changes nothing."""
    quota, source = c.find(
        "Quota",
        lambda one: (
            f"{one['id']} = {row['quota_id']} AND {one['status']} <> 'called_off' AND {_is_ahead(c, one)}"
            f" AND {left(c, one)} > 0 AND {left(c, one)} < {row['people']}"
        ),
    )
    return f"CASE WHEN {position(c, row)} = 1 THEN (SELECT {left(c, quota)} {source}) END"


def own(c: Compiler, row: Row, number: Given, secret: Given) -> str:
    """The registration of this number, when the signature is its own."""

    def checked(run: object) -> str:
        typed = typed_number(number.find(run))  # type: ignore[arg-type]
        return typed if is_secret(typed, secret.find(run)) else ""  # type: ignore[arg-type]

    return f"{row['number']} = {c.value(checked, 'text')}"


def may_cancel(c: Compiler, row: Row) -> str:
    """Whether its holder may still give it back."""
    _, source = c.find("Quota", lambda one: f"{one['id']} = {row['quota_id']} AND {_is_ahead(c, one)}")
    stands = f"{row['state']} IN ('confirmed', 'offered', 'waiting') AND {row['checked_in_at']} IS NULL"
    return f"({stands} AND EXISTS (SELECT 1 {source}))"


def _is_ahead(c: Compiler, quota: Row) -> str:
    """`is_too_late` in SQL, the other way round."""
    is_course = f"{c.dialect.text(quota['weekdays'])} <> '[]'"
    ends = f"CASE WHEN {is_course} THEN {quota['ends_at']} ELSE {quota['starts_at']} END"
    return f"(({ends}) IS NULL OR ({ends}) > {c.now()} OR ({quota['is_on_hold']} AND {quota['service_id']} IS NULL))"

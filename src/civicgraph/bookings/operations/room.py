"""No more people have a place of an event than it has room for, whichever of the two numbers is changed.

A session is held against it by itself, since sessions may follow one another. A course that grows out of an event has
weeks, and rooms, of its own; and what is let or handed out (enrolment) is not counted in people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from civicgraph.bookings.models import Quota, QuotaKind, QuotaStatus
from civicgraph.bookings.subjects import FINDERS, Subject, SubjectKind
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput

if TYPE_CHECKING:
    from civicgraph.bookings.operations.quotas import QuotaFields

Q = TypeVar("Q", bound="QuotaFields")
_MORE = N_("All of the event has room for %(room)s. Please offer at most as many places, or change the event first.")
_FEWER = N_(
    "%(places)s places of “%(called)s” are offered (%(taken)s taken). Please offer fewer of them first, or leave at least %(places)s here."
)


def check_room(subject: Subject, data: QuotaFields, before: Quota | None = None) -> None:
    """Refuse more places than the event has room for. What was offered before this was asked stays until it is changed."""
    is_same = before is not None and (before.capacity, before.kind) == (data.capacity, data.kind)
    if not is_same and data.capacity != (room := _within(subject, data)):
        raise InvalidInput.at("capacity", "above_room", _MORE, room=room)


async def fitting(slug: str, data: Q) -> Q:
    """Places that are copied to an event, no more than it has room for: what is copied may be from before this was asked."""
    subject = await FINDERS[SubjectKind.EVENT](slug)
    return data.model_copy(update={"capacity": _within(subject, data)}) if subject else data


def _within(subject: Subject, data: QuotaFields) -> int | None:
    """The places that are asked for, or as many as there is room for, if that is less."""
    if subject.capacity is None or data.weekdays or data.kind is QuotaKind.ENROLMENT:
        return data.capacity
    return subject.capacity if data.capacity is None else min(data.capacity, subject.capacity)


async def check_places_fit(event_id: int, capacity: int | None) -> None:
    """Refuse room for fewer people than places of the event are offered, or taken where there is no bound."""
    if capacity is None:
        return
    offered = Quota.filter(event_id=event_id).exclude(kind=QuotaKind.ENROLMENT).exclude(status=QuotaStatus.CALLED_OFF)
    for one in await offered.order_by("id"):
        places = one.taken if one.capacity is None else one.capacity
        if places > capacity and not one.weekdays:
            called = one.title or one.subject
            raise InvalidInput.at("capacity", "below_places", _FEWER, places=places, taken=one.taken, called=called)

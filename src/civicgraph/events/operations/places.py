"""Places of events that come again: what one of them offers, the others do too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from civicgraph.bookings.models import Quota
from civicgraph.bookings.operations import copy_quotas
from civicgraph.events import rules
from civicgraph.events.models import Event
from civicgraph.events.operations.inputs import EventVersion
from civicgraph.events.operations.rows import editable, following
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Unavailable, audit, check_version, operation
from civicgraph.permissions import MANAGE_BOOKINGS, SYSTEM, Actor


async def give_places(model: Event, others: Sequence[Event]) -> int:
    """Offer at each of the others what an event offers and they lack, at their own times; how many events got some.

    The city does it, whoever asked for the repetition: places of a series are kept alike by its rule.
    """
    if not await Quota.filter(event_id=model.id).exists():
        return 0
    there: dict[int, list[Quota]] = {}
    for quota in await Quota.filter(event_id__in=[one.id for one in others]).order_by("id"):
        there.setdefault(quota.event_id, []).append(quota)  # type: ignore[attr-defined]
    given = 0
    for one in others:
        move = partial(rules.moved, before=model.starts_at, after=one.starts_at)
        given += bool(await copy_quotas(SYSTEM, model.id, one.slug, move, there.get(one.id, ())))
    return given


@operation()
async def repeat_places(actor: Actor, data: EventVersion) -> Event:
    """Offer an event's places at those of its series that follow, each of them where they lack it."""
    row = await editable(actor, data.slug)
    check_version(row, data.version, dict)
    if not actor.may(MANAGE_BOOKINGS, row.division_id):  # type: ignore[attr-defined]
        raise Forbidden
    if not (given := await give_places(row, await following(row))):
        raise Unavailable(N_("Those that follow have all of these places, or this one has none itself."))
    await audit(actor, row, {"events_given_places": [None, given]})
    return row

"""A small city with a workshop of few places, and people who want to come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from civicgraph.bookings import enclosures as enclosures  # what goes with messages
from civicgraph.bookings import operations
from civicgraph.bookings import reminders as reminders  # what the clock does
from civicgraph.bookings.models import Quota, Registration, RegistrationState
from civicgraph.events import operations as events
from civicgraph.events import quotas as quotas  # events are in step with their quotas
from civicgraph.events.models import Event
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from tests.events.conftest import NIGHT
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

LATER: dict[str, Any] = {**NIGHT, "starts_at": "2031-05-22T19:00", "ends_at": "2031-05-22T21:30", "programme": []}

Offer = Callable[..., Awaitable[Quota]]
Come = Callable[..., Awaitable[Registration]]


@pytest.fixture
async def city(connected: Settings) -> None:
    """Two counties down to a community each."""
    await place.build()


@pytest.fixture
async def editor(city: None) -> Actor:
    """Who keeps the listings of Fenggang county."""
    return await place.person("editor", Role.EDITOR, FENGGANG)


@pytest.fixture
async def dispatcher(city: None) -> Actor:
    """Who stands at the door in Fengquan."""
    return await place.person("point", Role.DISPATCHER, FENGQUAN)


@pytest.fixture
async def neighbour(city: None) -> Actor:
    """Who keeps those of the other county."""
    return await place.person("neighbour", Role.EDITOR, SUIYANG)


@pytest.fixture
async def night(editor: Actor) -> Event:
    """The culture night, published and still to come."""
    row = await events.create_event(editor, LATER)
    return await events.publish_event(editor, {"slug": row.slug, "version": row.version})


@pytest.fixture
def offer(editor: Actor, night: Event) -> Offer:
    """Offers places of the night: two of them, unless told otherwise."""

    async def work(**values: Any) -> Quota:
        given = {"subject_kind": "event", "subject_slug": night.slug, "capacity": 2, **values}
        return await operations.create_quota(editor, given)

    return work


async def come(quota: Quota, name: str = "张三", actor: Actor = ANONYMOUS, **values: Any) -> Registration:
    """Somebody registers."""
    answer = await operations.register(actor, {"quota_code": quota.code, "contact_name": name, **values})
    found: Registration = answer["registration"]
    return found


async def states(quota: Quota) -> dict[str, str]:
    """Where everybody stands, by name."""
    return {one.contact_name: one.state.value for one in await Registration.filter(quota_id=quota.id).order_by("id")}


async def counted(quota: Quota) -> tuple[int, int]:
    """What the counters say; they must be what the registrations are."""
    found = await Quota.get(id=quota.id)
    rows = await Registration.filter(quota_id=quota.id)
    holding = (RegistrationState.CONFIRMED, RegistrationState.OFFERED)
    assert found.taken == sum(one.people for one in rows if one.state in holding)
    assert found.waiting == sum(one.state is RegistrationState.WAITING for one in rows)
    assert found.attended == sum(one.attended for one in rows)
    return found.taken, found.waiting

"""Services before the public sees them: the same steps as with events."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from civicgraph import clock
from civicgraph.operations import Forbidden
from civicgraph.permissions import Actor, Role
from civicgraph.scheduler.deadlines import claim_due
from civicgraph.scheduler.lease import take
from civicgraph.services import operations
from civicgraph.services.models import Service, ServiceStatus
from tests.services.conftest import CANTEEN, List
from tests.support import city as place
from tests.support.city import FENGGANG

APRIL, MAY = datetime(2026, 4, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, 1, tzinfo=UTC)


async def test_a_copy_of_a_service_has_its_hours_prices_and_offers(editor: Actor, list_service: List) -> None:
    row = await list_service()
    copy = await operations.duplicate_service(editor, {"slug": row.slug})
    assert (copy.status, copy.slug != row.slug) == (ServiceStatus.DRAFT, True)
    assert await operations.service_values(copy) == await operations.service_values(row)


async def test_a_service_of_an_author_goes_by_review_to_the_time_that_was_set(editor: Actor) -> None:
    author = await place.person("author", Role.AUTHOR, FENGGANG)
    row = await operations.create_service(author, CANTEEN)
    with pytest.raises(Forbidden):
        await operations.publish_service(author, {"slug": row.slug, "version": row.version})
    row = await operations.submit_service(author, {"slug": row.slug, "version": row.version})
    row = await operations.return_service(editor, {"slug": row.slug, "version": row.version, "note": "请写电话"})
    row = await operations.set_service_contact(author, {"slug": row.slug, "version": row.version, "phone": "12345"})
    assert (row.phone, row.review_note) == ("12345", "请写电话")
    with clock.override(APRIL):
        given = {"slug": row.slug, "version": row.version, "publish_at": "2026-05-01T09:00"}
        await operations.schedule_service(editor, given)
    with clock.override(MAY):
        term = await take("a", 60)
        assert term is not None
        await claim_due(term)
    row = await Service.get(id=row.id)
    assert (row.status, row.publish_at, row.review_note) == (ServiceStatus.PUBLISHED, None, "")
    row = await operations.withdraw_service(editor, {"slug": row.slug, "version": row.version})
    assert row.status is ServiceStatus.DRAFT

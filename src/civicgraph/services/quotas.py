"""Services as their quotas know them: found by slug, followed whenever a service is saved."""

from __future__ import annotations

from typing import Any

from tortoise.signals import post_save

from civicgraph.bookings.models import Quota
from civicgraph.bookings.operations import keep_in_step
from civicgraph.bookings.subjects import Subject, SubjectKind, finds
from civicgraph.services.models import Service, ServiceStatus


@finds(SubjectKind.SERVICE)
async def find_service(slug: str) -> Subject | None:
    """The service of this name, locked."""
    row = await Service.select_for_update().get_or_none(slug=slug)
    return subject_of(row) if row else None


def subject_of(row: Service) -> Subject:
    """A service as its quotas know it. One that rests keeps its places on hold; one that closes gives none any more."""
    is_off = row.status in (ServiceStatus.SUSPENDED, ServiceStatus.CLOSED)
    return Subject(
        kind=SubjectKind.SERVICE,
        id=row.id,
        slug=row.slug,
        name=row.name,
        division_code=row.division_id,  # type: ignore[attr-defined]
        venue=row.address,
        phone=row.phone,
        link=f"/services/{row.slug}",
        is_public=row.status is not ServiceStatus.DRAFT,
        is_called_off=row.status is ServiceStatus.CLOSED,
        is_on_hold=row.status is ServiceStatus.SUSPENDED,
        reason=row.status_reason if is_off else "",
        capacity=row.capacity,
    )


@post_save(Service)  # whichever operation publishes or closes a service: none can forget its quotas
async def follow(_model: type[Service], row: Service, is_new: bool, _connection: Any, _fields: Any) -> None:
    """The quotas of a service go with it, in the transaction that changes it."""
    if not is_new and await Quota.filter(service_id=row.id).exists():
        await keep_in_step(subject_of(row))

"""Where the resolvers get their rows: a query for each field of each row, or data loaders that batch them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Protocol

from strawberry.dataloader import DataLoader
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from civicgraph import clock
from civicgraph.divisions.models import Division
from civicgraph.enterprises.models import Enterprise, EnterpriseListing, Industry
from civicgraph.events.models import Event, EventStatus, ProgrammeItem
from civicgraph.grids.models import Grid
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.grievances.rules import OPEN

CAP = 100


class Source(Protocol):
    """The rows behind the relations."""

    async def division(self, code: str) -> Division | None: ...
    async def programme(self, event: int) -> list[ProgrammeItem]: ...
    async def open_count(self, code: str) -> int: ...
    async def enterprise_count(self, code: str) -> int: ...
    async def grids(self, code: str, first: int) -> list[Grid]: ...
    async def open_grievances(self, grid: str, first: int) -> list[Grievance]: ...
    async def latest_update(self, grievance: int) -> GrievanceUpdate | None: ...
    async def industry(self, code: str) -> Industry: ...
    async def listings(self, enterprise: int) -> list[EnterpriseListing]: ...


def upcoming(first: int) -> QuerySet[Event]:
    """Events that are not over yet."""
    found = Event.filter(is_over=False, ends_at__gte=clock.now())
    return found.exclude(status__in=[EventStatus.FINISHED, EventStatus.DRAFT]).order_by("starts_at", "id").limit(first)


def open_of(**where: Any) -> QuerySet[Grievance]:
    """Open grievances that the public sees."""
    return Grievance.filter(status__in=OPEN, is_public=True, **where)


class Naive:
    """One query for each field."""

    async def division(self, code: str) -> Division | None:
        return await Division.get_or_none(code=code)

    async def programme(self, event: int) -> list[ProgrammeItem]:
        return await ProgrammeItem.filter(event_id=event).order_by("position", "id")

    async def open_count(self, code: str) -> int:
        return min(await open_of(division_id=code).count(), CAP)

    async def enterprise_count(self, code: str) -> int:
        return min(await Enterprise.filter(division_id=code, is_published=True).count(), CAP)

    async def grids(self, code: str, first: int) -> list[Grid]:
        return await Grid.filter(division_id=code).order_by("code").limit(first)

    async def open_grievances(self, grid: str, first: int) -> list[Grievance]:
        return await open_of(grid_id=grid).order_by("-id").limit(first)

    async def latest_update(self, grievance: int) -> GrievanceUpdate | None:
        return await GrievanceUpdate.filter(grievance_id=grievance, internal_note="").order_by("-id").first()

    async def industry(self, code: str) -> Industry:
        return await Industry.get(code=code)

    async def listings(self, enterprise: int) -> list[EnterpriseListing]:
        return await EnterpriseListing.filter(enterprise_id=enterprise).order_by("listed_on", "id")


class Loaded:
    """One query for each field of a document: rows are asked for together. Lives as long as a request."""

    def __init__(self) -> None:
        self._divisions = DataLoader(_by_key(Division, "code"))
        self._industries = DataLoader(_by_key(Industry, "code"))
        self._programmes = DataLoader(
            _grouped(lambda ids: ProgrammeItem.filter(event_id__in=ids).order_by("position", "id"), "event_id")
        )
        self._listings = DataLoader(
            _grouped(
                lambda ids: EnterpriseListing.filter(enterprise_id__in=ids).order_by("listed_on", "id"), "enterprise_id"
            )
        )
        self._grids = DataLoader(
            _grouped(lambda codes: Grid.filter(division_id__in=codes).order_by("code"), "division_id")
        )
        self._open = DataLoader(_grouped(lambda grids: open_of(grid_id__in=grids).order_by("-id"), "grid_id"))
        self._updates = DataLoader(
            _grouped(
                lambda ids: GrievanceUpdate.filter(grievance_id__in=ids, internal_note="").order_by("-id"),
                "grievance_id",
            )
        )
        self._open_counts = DataLoader(_counted(lambda codes: open_of(division_id__in=codes)))
        self._enterprise_counts = DataLoader(
            _counted(lambda codes: Enterprise.filter(division_id__in=codes, is_published=True))
        )

    async def division(self, code: str) -> Division | None:
        return await self._divisions.load(code)

    async def programme(self, event: int) -> list[ProgrammeItem]:
        return await self._programmes.load(event)

    async def open_count(self, code: str) -> int:
        return await self._open_counts.load(code)

    async def enterprise_count(self, code: str) -> int:
        return await self._enterprise_counts.load(code)

    async def grids(self, code: str, first: int) -> list[Grid]:
        return (await self._grids.load(code))[:first]

    async def open_grievances(self, grid: str, first: int) -> list[Grievance]:
        return (await self._open.load(grid))[:first]

    async def latest_update(self, grievance: int) -> GrievanceUpdate | None:
        return next(iter(await self._updates.load(grievance)), None)

    async def industry(self, code: str) -> Industry:
        return await self._industries.load(code)

    async def listings(self, enterprise: int) -> list[EnterpriseListing]:
        return await self._listings.load(enterprise)


Load = Callable[[list[Any]], Coroutine[Any, Any, Sequence[Any]]]


def _by_key(model: Any, key: str) -> Load:
    async def load(keys: list[Any]) -> list[Any]:
        found = {getattr(row, key): row for row in await model.filter(**{f"{key}__in": keys})}
        return [found.get(one) for one in keys]

    return load


def _grouped(rows: Callable[[Iterable[Any]], QuerySet[Any]], key: str) -> Load:
    async def load(keys: list[Any]) -> list[list[Any]]:
        found: defaultdict[Any, list[Any]] = defaultdict(list)
        for row in await rows(keys):
            found[getattr(row, key)].append(row)
        return [found[one] for one in keys]

    return load


def _counted(rows: Callable[[Iterable[Any]], QuerySet[Any]]) -> Load:
    async def load(codes: list[Any]) -> list[int]:
        counts = await rows(codes).annotate(n=Count("id")).group_by("division_id").values_list("division_id", "n")
        found = dict(counts)
        return [min(found.get(code, 0), CAP) for code in codes]

    return load

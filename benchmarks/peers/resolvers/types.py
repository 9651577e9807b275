"""The part of the schema that the reads need, under the names that our own has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import partial
from typing import Any, NewType

import strawberry
from strawberry.types import Info

from benchmarks.peers.resolvers.sources import Source, upcoming
from civicgraph.divisions import models as places
from civicgraph.enterprises import models as register
from civicgraph.events import models as happenings
from civicgraph.grids import models as areas
from civicgraph.grievances import models as complaints

EventKind = strawberry.enum(happenings.EventKind)
EventStatus = strawberry.enum(happenings.EventStatus)
ProgrammeKind = strawberry.enum(happenings.ProgrammeKind)
GrievanceStatus = strawberry.enum(complaints.GrievanceStatus)
EnterpriseKind = strawberry.enum(register.EnterpriseKind)
EnterpriseStatus = strawberry.enum(register.EnterpriseStatus)
EnterpriseList = strawberry.enum(register.EnterpriseList)
DivisionCode = strawberry.scalar(NewType("DivisionCode", str), name="DivisionCode")
IndustryCode = strawberry.scalar(NewType("IndustryCode", str), name="IndustryCode")

Of = Info[Source, None]
Rows = strawberry.Private[Callable[[], Awaitable[Any]]]
"""How a connection gets its rows, or their number, once somebody asks."""


async def _none() -> Any:
    return None


@strawberry.input
class EventFilter:
    is_upcoming: bool = True


@strawberry.input
class GrievanceFilter:
    is_open: bool = True


@strawberry.input
class DivisionFilter:
    codes: list[str]


@strawberry.input
class EnterpriseFilter:
    within: DivisionCode
    industry: IndustryCode


@strawberry.type
class ProgrammeItem:
    position: int
    kind: ProgrammeKind
    title: str


@strawberry.type
class GrievanceUpdate:
    at: datetime
    status: GrievanceStatus
    by_line: str
    public_note: str


@strawberry.type
class Grievance:
    number: str
    status: GrievanceStatus
    submitted_at: datetime
    public_text: str

    @strawberry.field
    async def latest_update(self: complaints.Grievance, info: Of) -> GrievanceUpdate | None:
        return await info.context.latest_update(self.id)


@strawberry.type
class GrievanceConnection:
    rows: Rows = _none
    count: Rows = _none

    @strawberry.field
    async def nodes(self) -> list[Grievance]:
        return await self.rows()

    @strawberry.field
    async def total_count(self) -> int:
        return await self.count()


@strawberry.type
class Grid:
    code: str
    name: str
    households: int | None

    @strawberry.field
    async def grievances(self: areas.Grid, info: Of, filter: GrievanceFilter, first: int = 20) -> GrievanceConnection:
        return GrievanceConnection(rows=partial(info.context.open_grievances, self.code, first))


@strawberry.type
class GridConnection:
    nodes: list[Grid]


@strawberry.type
class Industry:
    code: str
    name: str


@strawberry.type
class EnterpriseListing:
    list: EnterpriseList
    listed_on: date


@strawberry.type
class Enterprise:
    credit_code: str
    name: str
    kind: EnterpriseKind
    status: EnterpriseStatus
    established_on: date | None
    address: str

    @strawberry.field
    async def division(self: register.Enterprise, info: Of) -> Division:
        return await info.context.division(self.division_id)

    @strawberry.field
    async def industry(self: register.Enterprise, info: Of) -> Industry:
        return await info.context.industry(self.industry_id)

    @strawberry.field
    async def listings(self: register.Enterprise, info: Of) -> list[EnterpriseListing]:
        return await info.context.listings(self.id)


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class EnterpriseConnection:
    nodes: list[Enterprise] = strawberry.field(default_factory=list)
    page_info: PageInfo | None = None
    count: Rows = _none

    @strawberry.field
    async def total_count(self) -> int:
        return await self.count()


@strawberry.type
class Division:
    code: str
    short_name: str

    @strawberry.field
    async def parent(self: places.Division, info: Of) -> Division | None:
        return await info.context.division(self.parent_id) if self.parent_id else None

    @strawberry.field
    async def grievances(self: places.Division, info: Of, filter: GrievanceFilter) -> GrievanceConnection:
        return GrievanceConnection(count=partial(info.context.open_count, self.code))

    @strawberry.field
    async def enterprises(self: places.Division, info: Of) -> EnterpriseConnection:
        return EnterpriseConnection(count=partial(info.context.enterprise_count, self.code))

    @strawberry.field
    async def grids(self: places.Division, info: Of, first: int = 20) -> GridConnection:
        return GridConnection(nodes=await info.context.grids(self.code, first))


@strawberry.type
class DivisionConnection:
    nodes: list[Division]


@strawberry.type
class Event:
    slug: str
    title: str
    summary: str
    kind: EventKind
    status: EventStatus
    starts_at: datetime
    ends_at: datetime
    venue: str
    price_fen: int

    @strawberry.field
    async def division(self: happenings.Event, info: Of) -> Division:
        return await info.context.division(self.division_id)

    @strawberry.field
    async def programme(self: happenings.Event, info: Of) -> list[ProgrammeItem]:
        return await info.context.programme(self.id)


@strawberry.type
class EventConnection:
    nodes: list[Event]


@strawberry.type
class Query:
    @strawberry.field
    async def events(self, filter: EventFilter, first: int = 20) -> EventConnection:
        return EventConnection(nodes=await upcoming(first))

    @strawberry.field
    async def divisions(self, filter: DivisionFilter, first: int = 20) -> DivisionConnection:
        found = places.Division.filter(code__in=filter.codes).order_by("code").limit(first)
        return DivisionConnection(nodes=await found)

    @strawberry.field
    async def enterprises(
        self, filter: EnterpriseFilter, first: int = 20, after: str | None = None
    ) -> EnterpriseConnection:
        found = register.Enterprise.filter(industry_id=filter.industry, is_published=True)
        found = found.filter(division_id__gte=filter.within, division_id__lt=str(int(filter.within) + 1))
        if after:
            found = found.filter(id__lt=int(after))
        rows = await found.order_by("-id").limit(first + 1)
        page = rows[:first]
        info = PageInfo(has_next_page=len(rows) > first, end_cursor=str(page[-1].id) if page else None)
        return EnterpriseConnection(nodes=page, page_info=info)

"""What stands before the city is generated: communities, their grids and people, the numbers in use."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tortoise.functions import Max
from tortoise.models import Model

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.bookings.models import Quota, Registration
from civicgraph.demo.city.scale import Scale
from civicgraph.divisions.models import Compound, Division, DivisionLevel
from civicgraph.enterprises.models import Enterprise, EnterpriseList, EnterpriseListing
from civicgraph.events.models import Event, ProgrammeItem
from civicgraph.grids.models import Grid, GridAssignment, GridLevel, GridRole
from civicgraph.grievances.figures.counting import Key, Vector
from civicgraph.grievances.figures.models import COLUMNS
from civicgraph.grievances.models import Grievance, GrievanceCell, GrievanceUpdate
from civicgraph.products.models import Product
from civicgraph.scheduler.models import Deadline
from civicgraph.services.models import Service

_NUMBERED: tuple[type[Model], ...] = (
    Person,
    Compound,
    Enterprise,
    EnterpriseListing,
    Product,
    Event,
    ProgrammeItem,
    Quota,
    Registration,
    Service,
    GridAssignment,
    Grievance,
    GrievanceUpdate,
    GrievanceCell,
    Deadline,
)
_TOWN_WEIGHT = 3
"""A community of the town reports and trades as much as so many villages."""

OFFSET = 8 * 3600
"""The city's clock is ahead of UTC by so many seconds, all year."""


@dataclass
class Community:
    """A community or village, with what the generators add to it."""

    code: str
    name: str
    county: str
    weight: int
    grids: list[str] = field(default_factory=list)
    leads: list[int] = field(default_factory=list)
    """Person in charge of each of `grids`."""
    compounds: list[int] = field(default_factory=list)
    enterprises: list[int] = field(default_factory=list)
    """A few of its enterprises, for problems that they report."""


@dataclass
class Ground:
    """What the generators build on. `now` is when the city is loaded: every time is counted back from it."""

    seed: int
    scale: Scale
    now: int
    communities: list[Community]
    last: dict[str, int]
    """The highest number in use, by table."""
    counts: dict[str, int]
    leads: dict[str, int]
    """Who is in charge of a grid already, by its code."""
    numbers: set[str]
    booked: set[str]
    """Numbers of registrations in use."""
    credit_codes: set[str]
    listed: dict[EnterpriseList, int]
    cells: dict[str, dict[Key, Vector]]
    """What the figures' cells held before, by month."""
    slots: list[Community] = field(default_factory=list)

    def random(self, what: str) -> Random:
        """The generator of random numbers for one table: the same seed gives the same rows."""
        return Random(f"{self.seed}:{what}")

    @property
    def today(self) -> int:
        """The city's day, in days since 1970."""
        return (self.now + OFFSET) // 86_400


async def survey(seed: int, scale: Scale) -> Ground:
    """Read the ground from the connected database."""
    counties = {row.code: row.short_name for row in await Division.filter(level=DivisionLevel.COUNTY)}
    found = await Division.filter(level=DivisionLevel.COMMUNITY).order_by("code")
    if scale.communities is not None:
        found = found[: scale.communities]
    communities = [
        Community(
            code=row.code,
            name=row.short_name,
            county=counties[row.code[:6]],
            weight=_TOWN_WEIGHT if row.short_name.endswith("社区") else 1,
        )
        for row in found
    ]
    by_code = {one.code: one for one in communities}
    for code, division_id in (
        await Grid.filter(level=GridLevel.GRID).order_by("code").values_list("code", "division_id")
    ):
        if division_id in by_code:
            by_code[division_id].grids.append(code)
    leads = GridAssignment.filter(role=GridRole.LEAD, to_on=None).order_by("id").values_list("grid_id", "person_id")
    return Ground(
        seed=seed,
        scale=scale,
        now=int(clock.now().timestamp()),
        communities=communities,
        last={model._meta.db_table: await _last(model) for model in _NUMBERED},
        counts={model._meta.db_table: await model.all().count() for model in _NUMBERED},
        leads={str(grid): person for grid, person in await leads},
        numbers={str(number) for number in await Grievance.all().values_list("number", flat=True)},
        booked={str(number) for number in await Registration.all().values_list("number", flat=True)},
        credit_codes={str(code) for code in await Enterprise.all().values_list("credit_code", flat=True)},
        listed={one: await EnterpriseListing.filter(list=one, delisted_on=None).count() for one, _ in scale.lists},
        cells=await _cells(),
        slots=[one for one in communities for _ in range(one.weight)],
    )


async def _cells() -> dict[str, dict[Key, Vector]]:
    found: dict[str, dict[Key, Vector]] = {}
    for row in await GrievanceCell.all().values_list(*Key._fields, *COLUMNS):
        key = Key(*row[: len(Key._fields)])
        found.setdefault(key.month, {})[key] = row[len(Key._fields) :]
    return found


async def _last(model: type[Model]) -> int:
    found = await model.annotate(last=Max("id")).first().values("last")
    return int((found or {}).get("last") or 0)

"""What a report names, looked up: its category, community, grid and enterprise, and what is promised there."""

from __future__ import annotations

from civicgraph import clock, crypto
from civicgraph.divisions.models import DivisionLevel
from civicgraph.divisions.operations import place_of
from civicgraph.enterprises.models import Enterprise
from civicgraph.grids.models import Grid, GridLevel
from civicgraph.grievances import rules
from civicgraph.grievances.models import Grievance, GrievanceCategory, UrgencyPolicy
from civicgraph.grievances.rules import Promise
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput


async def category_of(code: str) -> GrievanceCategory:
    """The category with this code."""
    found = await GrievanceCategory.get_or_none(code=code)
    if found is None:
        raise InvalidInput.at("category", "unknown_category", N_("Please choose one of the list."))
    return found


async def community_of(division_code: str) -> str:
    """The code, if it is a community's or village's."""
    division = await place_of(division_code)
    if division.level != DivisionLevel.COMMUNITY:
        raise InvalidInput.at(
            "division_code",
            "not_a_community",
            N_("Please choose a community or village within %(place)s."),
            place=division.short_name,
        )
    return division.code


async def enterprise_of(credit_code: str | None) -> Enterprise | None:
    """The enterprise of the register that reports, if one does."""
    code = "".join((credit_code or "").split()).upper()
    if not code:
        return None
    found = await Enterprise.get_or_none(credit_code=code)
    if found is None:
        raise InvalidInput.at(
            "enterprise_code",
            "unknown_enterprise",
            N_("No enterprise in the register has this code. Please check it, or leave it empty."),
        )
    return found


async def grid_of(code: str | None, division_code: str) -> str | None:
    """The grid that was named, or the community's only one."""
    if code:
        if not await Grid.exists(code=code, division_id=division_code, is_active=True):
            raise InvalidInput.at("grid_code", "unknown_grid", N_("This grid does not belong to the community."))
        return code
    grids = (
        await Grid.filter(division_id=division_code, is_active=True, level=GridLevel.GRID)
        .limit(2)
        .values_list("code", flat=True)
    )
    return str(grids[0]) if len(grids) == 1 else None


async def promise_of(category: GrievanceCategory, division_code: str) -> Promise:
    """The four-level list in force for the category's level in the community."""
    prefixes = [division_code[:digits] for digits in (4, 6, 9, 12)]
    policies = await UrgencyPolicy.filter(division_id__in=prefixes, urgency=category.urgency)
    overrides = [(str(one.division_id), Promise(one.response_minutes, one.resolution_minutes)) for one in policies]
    return rules.promise(category.urgency, division_code, overrides)


async def free_number() -> str:
    """A number that no grievance has."""
    now = clock.now()
    for length in rules.SUFFIX_LENGTHS:
        number = rules.number_of(now, crypto.random_code(length))
        if not await Grievance.exists(number=number):
            return number
    raise RuntimeError("no free grievance number was found")

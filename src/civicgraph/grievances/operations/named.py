"""What a report names, looked up: its category, community, grid and enterprise, and what is promised there."""

from __future__ import annotations

from datetime import datetime

from civicgraph import calendars, clock, crypto
from civicgraph.accounts.models import Person
from civicgraph.divisions.models import Compound, DivisionLevel
from civicgraph.divisions.operations import office_hours_of, place_of
from civicgraph.divisions.rules import ancestors
from civicgraph.enterprises.claims.acting import acts_for
from civicgraph.enterprises.models import Enterprise
from civicgraph.events.models import Event, EventStatus
from civicgraph.grids.models import Grid, GridAssignment, GridLevel, GridRole
from civicgraph.grievances import promises, rules
from civicgraph.grievances.desk.models import Team, TeamKind
from civicgraph.grievances.gazetteer import Gazetteer
from civicgraph.grievances.intake.models import HeldReport
from civicgraph.grievances.intake.placing import Candidate, grid_for
from civicgraph.grievances.kinds import Body, reasons_of
from civicgraph.grievances.models import Channel, Grievance, GrievanceCategory, Urgency, UrgencyPolicy
from civicgraph.grievances.promises import Entry, Override, Promise
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput
from civicgraph.permissions import Actor


async def category_of(code: str) -> GrievanceCategory:
    """The category with this code."""
    found = await GrievanceCategory.get_or_none(code=code)
    if found is None:
        raise InvalidInput.at("category", "unknown_category", N_("Please choose one of the list."))
    return found


async def offered_category(code: str) -> GrievanceCategory:
    """The same for what is new: one that is closed takes nothing more."""
    found = await category_of(code)
    if not found.is_active:
        words = N_("Nothing new is taken under this category. Please choose another.")
        raise InvalidInput.at("category", "closed_category", words)
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


async def place_in(text: str, within: str) -> str | None:
    """The code of the community below a division that the words of a place name; None where that is not clear."""
    return (await Gazetteer.below(within)).only_in(text)


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


async def check_speaks_for(actor: Actor, enterprise: Enterprise | None, division_code: str) -> None:
    """Only who acts for an enterprise, and staff who take reports in at the place, report in its name."""
    if enterprise is None or actor.kind == "system":
        return
    if rules.may_name_enterprise(actor, division_code) or await acts_for(actor, enterprise.id):
        return
    raise InvalidInput.at(
        "enterprise_code",
        "not_claimed",
        N_(
            "Only an account that acts for this enterprise reports in its name. Please sign in with it, or leave this empty and say in your words who you are."
        ),
    )


async def channel_of(actor: Actor, channel: Channel, enterprise: Enterprise | None) -> Channel:
    """How a report came in: over the web or an app from an account that acts for the enterprise, as that enterprise's.

    Nobody can say so of themselves: it follows from the account.
    """
    if actor.kind == "system" or channel not in (Channel.WEB, Channel.API, Channel.BUSINESS):
        return channel
    if enterprise is not None and await acts_for(actor, enterprise.id):
        return Channel.BUSINESS
    if channel is Channel.BUSINESS:
        message = N_(
            "Only what an account reports that acts for the enterprise comes in that way. Please leave it out."
        )
        raise InvalidInput.at("channel", "not_claimed", message)
    return channel


async def event_of(slug: str | None) -> Event | None:
    """The event at which it was asked, if it was asked at one that everybody knows of."""
    if not slug:
        return None
    found = await Event.get_or_none(slug=slug)
    if found is None or found.status is EventStatus.DRAFT:
        raise InvalidInput.at("event", "unknown_event", N_("There is no such event. Please leave it empty."))
    return found


async def compound_of(number: int | None, division_code: str) -> Compound | None:
    """The compound of the community that was chosen, if one was."""
    if number is None:
        return None
    found = await Compound.get_or_none(id=number, division_id=division_code, is_active=True)
    if found is None:
        raise InvalidInput.at("compound_number", "unknown_compound", N_("This compound is not in the community."))
    return found


async def grid_of(
    code: str | None, division_code: str, compound: Compound | None = None, place: str = ""
) -> str | None:
    """The grid that was named, the community's only one, or the one that fits the words of the place."""
    if code:
        if not await Grid.exists(code=code, division_id=division_code, is_active=True):
            raise InvalidInput.at("grid_code", "unknown_grid", N_("This grid does not belong to the community."))
        return code
    grids = await Grid.filter(division_id=division_code, is_active=True, level=GridLevel.GRID).order_by("code")
    if len(grids) == 1:
        return grids[0].code
    candidates = [Candidate(one.code, one.name, one.area) for one in grids]
    return grid_for(place, compound.name if compound else "", candidates)


async def worker_of(grid_code: str | None) -> Person | None:
    """Who works for a grid at present, if anybody does."""
    if grid_code is None:
        return None
    found = (
        await GridAssignment.filter(grid_id=grid_code, role=GridRole.LEAD, to_on=None, person__is_active=True)
        .order_by("-id")
        .first()
        .select_related("person")
    )
    return found.person if found else None


async def owner_of(category: GrievanceCategory, division_code: str) -> Team | None:
    """The team of the department 归口部门 that owns such matters, the nearest over the place; none where it has no people here.

    A county's department is called after it: 凤冈县自然资源局 is the 自然资源局 of a category.
    """
    if category.body is not Body.DEPARTMENT or not category.department:
        return None
    places = [*ancestors(division_code), division_code]
    found = Team.filter(division_id__in=places, kind=TeamKind.DEPARTMENT, is_active=True)
    teams = await found.filter(name__endswith=category.department, members__person__is_active=True).distinct()
    return max(teams, key=lambda one: (len(one.division_id), -len(one.name), -one.id), default=None)


async def promise_of(urgency: Urgency, category: str, division_code: str) -> Promise:
    """What is promised for a level and category in a community, from the four-level list in force there."""
    entry = promises.entry_of(urgency, category, division_code, await overrides_for(division_code))
    return entry.promise(await office_hours_of(division_code, promises.OFFICE_HOURS))


async def working_day_after(moment: datetime, division_code: str) -> datetime:
    """When a working day of a division's office has passed since a moment."""
    hours = await office_hours_of(division_code, promises.OFFICE_HOURS)
    return calendars.parse(hours).after(moment, calendars.minutes_of_a_day(hours))


async def overrides_for(division_code: str) -> list[Override]:
    """What a division and those above it have set."""
    rows = await UrgencyPolicy.filter(division_id__in=[*ancestors(division_code), division_code])
    return [
        Override(
            row.division_id,
            row.urgency,
            row.category,
            Entry(row.response_minutes, row.resolution_minutes, row.counting, reasons_of(row.pausing)),
        )
        for row in rows
    ]


async def free_number() -> str:
    """A number that no grievance has."""
    now = clock.now()
    for length in rules.SUFFIX_LENGTHS:
        number = rules.number_of(now, crypto.random_code(length))
        if not (await Grievance.exists(number=number) or await HeldReport.exists(number=number)):
            return number
    raise RuntimeError("no free grievance number was found")

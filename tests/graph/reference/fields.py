"""Fields that are more than a column: what is computed, and which other rows a row leads to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from fractions import Fraction
from math import floor
from typing import Any

from civicgraph import calendars
from civicgraph.clock import CITY_ZONE
from civicgraph.grievances.clocks import next_due
from civicgraph.permissions import CAPABILITIES, EDIT_EVENTS, EDIT_SERVICES
from tests.graph.reference import bookings, checklists, desk, intake, jobs, products, rules
from tests.graph.reference.values import json_text
from tests.graph.reference.world import Thing, World

OPEN = ("SUBMITTED", "ACCEPTED", "ASSIGNED", "IN_PROGRESS", "ON_HOLD", "REOPENED")


# Grievances ------------------------------------------------------------------------------------


def middle_of_square(column: str) -> Callable[[World, Any], int | None]:
    """The middle of a hundredth of a degree, for whoever may not know where in it."""

    def told(world: World, row: Any) -> int | None:
        number = getattr(row, column)
        return None if number is None else number // 10_000 * 10_000 + 5_000

    return told


def is_overdue(world: World, row: Any) -> bool:
    """Until it is accepted the response is promised, after that the resolution; once resolved nothing is due."""
    due = next_due(row.accepted_at, row.response_due_at, row.resolution_due_at)
    return row.status.name in OPEN and due < world.now


def in_time(done: str, due: str) -> Callable[[World, Any], bool | None]:
    """Whether it was done by then; null until it is done."""

    def compare(world: World, row: Any) -> bool | None:
        moment = getattr(row, done)
        return None if moment is None else moment <= getattr(row, due)

    return compare


def named_by(kind: str, column: str) -> Callable[[World, Any], Thing | None]:
    """The thing whose key a column holds."""

    def find(world: World, row: Any) -> Thing | None:
        found = world.rows.one(kind, getattr(row, column))
        return Thing(kind, found) if found is not None else None

    return find


def latest_update(world: World, row: Any) -> Thing | None:
    """The last step that is no note among staff."""
    public = [one for one in world.rows.having("GrievanceUpdate", "grievance_id", row.id) if not one.internal_note]
    return Thing("GrievanceUpdate", max(public, key=lambda one: one.id)) if public else None


def by_number(world: World, kind: str, number: str) -> Any:
    """A grievance by its number as people type it: in any case, with spaces, with other dashes."""
    wanted = re.sub("[－—–_]", "-", number.upper()).replace(" ", "")
    return next((row for row in world.rows.tables[kind] if row.number == wanted), None)


def grievance(world: World, row: Any, number: str) -> Thing | None:
    return world.thing("Grievance", by_number(world, "Grievance", number))


def tracked(world: World, row: Any, number: str, secret: str) -> Thing | None:
    """Whoever has number and secret sees it, hidden or not, and who acts for the enterprise that reported it."""
    found = by_number(world, "TrackedGrievance", number)
    typed = re.sub("[^A-Z0-9]", "", secret.upper())
    if found is None:
        return None
    fits = found.secret_hash == hashlib.sha256(typed.encode()).hexdigest()
    by_account = typed == "MINE" and rules.acts_for(world, found.enterprise_id)
    return Thing("TrackedGrievance", found) if fits or by_account else None


def performance(world: World, code: str, month: str) -> Thing | None:
    """What was counted of a place in a month, whatever its category and channel."""
    found = [one for one in performances(world, code) if one.row.month == month]
    return found[0] if found else None


def performances(world: World, code: str) -> list[Thing]:
    """The same of all months, the earliest first."""
    rows = world.rows.having("GrievancePerformance", "division_id", code)
    return world.things("GrievancePerformance", sorted(rows, key=lambda one: one.month))


def share(part: str, whole: str) -> Callable[[World, Any], float | None]:
    """A part of a count to four places, half a place counting up; null where there is nothing to take a part of."""

    def take(world: World, row: Any) -> float | None:
        if getattr(row, whole) == 0:
            return None
        exact = Fraction(10_000 * getattr(row, part), getattr(row, whole))
        return floor(exact + Fraction(1, 2)) / 10_000

    return take


def policies(world: World, row: Any) -> list[Thing]:
    """What it and the divisions above it have set."""
    found = [one for one in world.rows.tables["UrgencyPolicy"] if row.code.startswith(one.division_id)]
    order = sorted(found, key=lambda one: (one.division_id, one.category, one.urgency.value, one.id))
    return world.things("UrgencyPolicy", order)


def office_hours(world: World, row: Any) -> Thing | None:
    """Its own hours, or those of the nearest above."""
    found = [one for one in world.rows.tables["OfficeHours"] if row.code.startswith(one.division_id)]
    return world.thing("OfficeHours", max(found, key=lambda one: len(one.division_id))) if found else None


# Services --------------------------------------------------------------------------------------


def price_for(
    world: World, row: Any, is_resident: bool, age: int | None = None, household: Any = None, floor: int | None = None
) -> Thing | None:
    """The first rule that fits."""
    for rule in owned("PriceRule", "service_id", "position")(world, row):
        one = rule.row
        fits = True
        if one.min_age is not None or one.max_age is not None:
            fits = age is not None
            fits = fits and (one.min_age is None or one.min_age <= age) and (one.max_age is None or age <= one.max_age)
        fits = fits and (is_resident or not one.is_residents_only)
        fits = fits and (one.household is None or one.household.name == household)
        if one.min_floor is not None or one.max_floor is not None:
            lowest, highest = one.min_floor, one.max_floor
            fits = fits and floor is not None
            fits = fits and (lowest is None or floor >= lowest) and (highest is None or floor <= highest)
        if fits:
            return rule
    return None


def is_open_now(world: World, row: Any) -> bool:
    """In service, and round the clock or within today's hours by the city's clock."""
    now = world.now.astimezone(CITY_ZONE)
    minute = now.hour * 60 + now.minute
    today = [
        one
        for one in world.rows.having("SpecialDay", "service_id", row.id)
        if one.first_day <= now.date() <= one.last_day
    ]
    if today:
        is_within = any(
            one.opens_minute is not None and one.opens_minute <= minute < one.closes_minute for one in today
        )
        return row.status.name == "PUBLISHED" and is_within
    weekday = now.isoweekday()
    if row.holiday_hours.name == "LIKE_OFFICES" and calendars.is_makeup_day(now.date()):
        weekday = 1
    elif row.holiday_hours.name == "LIKE_OFFICES" and calendars.holiday_name(now.date()):
        weekday = 0
    hours = world.rows.having("OpeningHours", "service_id", row.id)
    is_within = any(one.weekday == weekday and one.opens_minute <= minute < one.closes_minute for one in hours)
    return row.status.name == "PUBLISHED" and (row.is_round_the_clock or is_within)


# Grids -----------------------------------------------------------------------------------------


def current_worker(world: World, row: Any) -> Thing | None:
    """The last of those who lead it and have not ended."""
    leads = [
        one
        for one in world.rows.having("GridAssignment", "grid_id", row.code)
        if one.to_on is None and one.role.name == "LEAD"
    ]
    return world.thing("GridAssignment", max(leads, key=lambda one: one.id)) if leads else None


# What belongs to a row, and single rows at the root --------------------------------------------


def owned(kind: str, column: str, *order: str) -> Callable[[World, Any], list[Thing]]:
    """The short list that a row owns, in order."""

    def find(world: World, row: Any) -> list[Thing]:
        found = world.rows.having(kind, column, row.pk)
        return world.things(kind, sorted(found, key=lambda one: (*(getattr(one, name) for name in order), one.id)))

    return find


def figures_of_division(world: World, row: Any) -> list[Thing]:
    """Its own figures, without those about its compounds."""
    return [one for one in owned("Figure", "division_id", "position")(world, row) if one.row.compound_id is None]


def root(kind: str, column: str) -> Callable[..., Thing | None]:
    """A root field that finds one row by its one argument."""

    def find(world: World, row: Any, **arguments: Any) -> Thing | None:
        (value,) = arguments.values()
        found = world.rows.having(kind, column, value)
        return world.thing(kind, found[0]) if found else None

    return find


def own_words(world: World, row: Any, name: str, locale: str) -> Thing | None:
    """The city's own words of a message."""
    found = [one for one in world.rows.having("MessageTemplate", "name", name) if one.locale == locale]
    return world.thing("MessageTemplate", found[0]) if found else None


def own_preference(world: World) -> Thing | None:
    """What one chose about notices."""
    found = world.rows.having("NoticePreference", "person_id", world.actor.person_id)
    return world.thing("NoticePreference", found[0]) if found else None


def colleague(world: World, row: Any, number: int) -> Thing | None:
    found = world.rows.one("Person", number)
    return Thing("Person", found) if found is not None and rules.is_colleague(world, found) else None


def node(world: World, row: Any, id: str) -> Thing | None:
    """Anything that has a global id: `Type:key`."""
    kind, _, key = id.partition(":")
    if kind not in NODES:
        return None
    found = next((one for one in world.rows.tables[kind] if str(one.pk) == key), None)
    return world.thing(kind, found)


NODES = (
    *("ApiToken", "AuditEntry", "Compound", "Division", "Enterprise", "Event", "Grid", "GridAssignment", "Grievance"),
    *(
        "GrievanceCategory",
        "ChatRobot",
        "InboxMessage",
        "Industry",
        "MessageTemplate",
        "NoticePreference",
        "OutboxMessage",
        "Webhook",
        "Person",
        "ReadyText",
        "SavedFilter",
    ),
    *("EnterpriseAccount", "EnterpriseImport", "HeldReport", "MenuDay", "Quota", "Registration", "Service"),
    *("InvestmentProject", "Policy", "PolicyGrant", "Product", "RescueTeam", "Session", "SupplyLink", "Team"),
    *("Checklist", "OneThingCase", "Referral", "Vacancy"),
)


def editors(capability: str) -> Callable[[World, Any], list[str]]:
    """The names of the active people with a role that publishes, of the nearest place that has any."""

    def find(world: World, row: Any) -> list[str]:
        held = [
            (len(grant.division_id), person)
            for person in world.rows.tables["Person"]
            if person.is_active
            for grant in world.rows.having("Grant", "person_id", person.id)
            if row.division_id.startswith(grant.division_id) and capability in CAPABILITIES[grant.role]
        ]
        nearest = max((length for length, _ in held), default=0)
        found = {person.id: person.name for length, person in held if length == nearest}
        return [found[number] for number in sorted(found)]

    return find


FIELDS: dict[str, Callable[..., Any]] = {
    **rules.MAY,
    **bookings.FIELDS,
    **desk.FIELDS,
    **intake.FIELDS,
    **jobs.FIELDS,
    **jobs.MAY,
    **products.FIELDS,
    "ApiToken.documentCount": lambda world, row: len(world.rows.having("TrustedDocument", "token_id", row.id)),
    "AuditEntry.changedFields": lambda world, row: json_text(world.rows.database, row.changes),
    "AuditEntry.division": lambda world, row: world.find("Division", row.division_code),
    "Compound.figures": owned("Figure", "compound_id", "position"),
    "Division.figures": figures_of_division,
    "Division.officeHours": office_hours,
    "Division.urgencyPolicies": policies,
    "Division.performance": lambda world, row, month: performance(world, row.code, month),
    "Division.performances": lambda world, row: performances(world, row.code),
    "Enterprise.changes": owned("EnterpriseChange", "enterprise_id", "on"),
    "Enterprise.industryCode": lambda world, row: row.industry_id,
    "Enterprise.listings": owned("EnterpriseListing", "enterprise_id", "listed_on"),
    "Enterprise.products": owned("Product", "enterprise_id"),
    "EnterpriseImport.errors": lambda world, row: json_text(world.rows.database, row.errors),
    **dict.fromkeys(
        ("Event.submittedBy", "Service.submittedBy"),
        lambda world, row: row.submitted_by_id and world.rows.one("Person", row.submitted_by_id).name,
    ),
    "Event.editors": editors(EDIT_EVENTS),
    "Service.editors": editors(EDIT_SERVICES),
    "Event.isOver": lambda world, row: row.ends_at < world.now,
    "EventSeries.isEnded": lambda world, row: row.made_until is None,
    "Event.entries": lambda world, row: world.things(
        "EventEntry",
        sorted(
            world.rows.having("EventEntry", "event_id", row.id), key=lambda one: (one.kind.value, one.position, one.id)
        ),
    ),
    "EventTeam.number": lambda world, row: row.team_id,
    "Event.teams": owned("EventTeam", "event_id"),
    "RescueTeam.drills": owned("EventTeam", "team_id"),
    "Query.rescueTeam": root("RescueTeam", "id"),
    "Event.programme": owned("ProgrammeItem", "event_id", "position"),
    "Grid.assignments": owned("GridAssignment", "grid_id"),
    "Grid.currentWorker": current_worker,
    "Grievance.calls": owned("GrievanceCall", "grievance_id"),
    "Grievance.isOverdue": is_overdue,
    "Grievance.squareLatitudeMicro": middle_of_square("latitude_micro"),
    "Grievance.squareLongitudeMicro": middle_of_square("longitude_micro"),
    "Grievance.latestUpdate": latest_update,
    "Grievance.resolvedInTime": in_time("resolved_at", "resolution_due_at"),
    "Grievance.respondedInTime": in_time("accepted_at", "response_due_at"),
    "Grievance.redactions": owned("GrievanceRedaction", "grievance_id", "position"),
    "TrackedGrievance.joinedWith": lambda world, row: world.find("JoinedGrievance", row.duplicate_of_id),
    "TrackedGrievance.redactions": owned("GrievanceRedaction", "grievance_id", "position"),
    "GrievanceCall.isLate": lambda world, row: (
        row.answered_at is None
        and row.answer_due_at < world.now
        and (world.rows.one("Grievance", row.grievance_id).status.name in (*OPEN, "SHORTFALL"))
    ),
    "GrievancePerformance.resolutionInTimeRate": share("resolved_in_time", "resolved"),
    "GrievancePerformance.resolutionRate": share("resolved", "received"),
    "GrievancePerformance.responseInTimeRate": share("responded_in_time", "responded"),
    "GrievancePerformance.responseRate": share("responded", "received"),
    "GrievanceUpdate.category": named_by("GrievanceCategory", "category"),
    "GrievanceUpdate.categoryBefore": named_by("GrievanceCategory", "category_before"),
    "GrievanceUpdate.movedTo": named_by("Division", "moved_to"),
    "GrievanceUpdate.isInternal": lambda world, row: row.internal_note != "",
    "OutboxMessage.eventId": lambda world, row: row.dedupe_key[6:42] if row.channel.name == "WEBHOOK" else None,
    "Person.grants": owned("Grant", "person_id"),
    "InvestmentProject.amounts": owned("InvestmentAmount", "project_id", "on"),
    "InvestmentProject.milestones": owned("InvestmentMilestone", "project_id", "due_on"),
    "InvestmentProject.stageChanges": owned("InvestmentStageChange", "project_id", "on"),
    "Query.investmentProject": root("InvestmentProject", "id"),
    "Policy.eligibility": lambda world, row: json_text(world.rows.database, row.eligibility),
    "Policy.budgetLeftFen": lambda world, row: None if row.budget_fen is None else row.budget_fen - row.granted_fen,
    "Policy.isUsedUp": lambda world, row: row.used_up_at is not None,
    "Policy.examples": owned("PolicyExample", "policy_id"),
    "Policy.ruleLines": owned("PolicyRuleLine", "policy_id", "position"),
    "Checklist.questions": owned("ChecklistQuestion", "checklist_id", "position"),
    "Checklist.steps": owned("ChecklistStep", "checklist_id", "position"),
    "Checklist.formFields": owned("ChecklistField", "checklist_id", "position"),
    "ChecklistStep.teamNumber": lambda world, row: row.team_id,
    "OneThingCase.steps": owned("OneThingStep", "case_id", "position"),
    "OneThingCase.answers": owned("OneThingAnswer", "case_id", "position"),
    "OneThingCase.isLate": checklists.is_late,
    "OneThingStep.isLate": checklists.step_is_late,
    "OneThingStep.mayTake": checklists.may_take,
    "Query.checklist": root("Checklist", "id"),
    "Query.oneThingCase": checklists.by_number,
    "Query.policy": root("Policy", "id"),
    "Query.product": root("Product", "id"),
    "Query.compound": root("Compound", "id"),
    "Query.division": root("Division", "code"),
    "Query.enterprise": root("Enterprise", "credit_code"),
    "Query.enterpriseImport": root("EnterpriseImport", "id"),
    "Query.event": root("Event", "slug"),
    "Query.grid": root("Grid", "code"),
    "Query.grievance": grievance,
    "Query.grievanceCategory": root("GrievanceCategory", "code"),
    "Query.industry": root("Industry", "code"),
    "Query.readyText": root("ReadyText", "id"),
    "Query.team": root("Team", "id"),
    "Query.me": lambda world, row: world.find("Person", world.actor.person_id),
    "Query.myToken": root("ApiToken", "id"),
    "Query.messageTemplate": own_words,
    "Query.myNoticePreference": lambda world, row: own_preference(world),
    "Query.node": node,
    "Query.nodes": lambda world, row, ids: [node(world, row, id=one) for one in ids],
    "Query.performance": lambda world, row, within, month: performance(world, within, month),
    "Query.person": colleague,
    "Query.service": root("Service", "slug"),
    "Query.trackedGrievance": tracked,
    "Service.compoundNumber": lambda world, row: row.compound_id,
    "Service.hours": owned("OpeningHours", "service_id", "weekday", "opens_minute"),
    "Service.isOpenNow": is_open_now,
    "Service.specialDays": owned("SpecialDay", "service_id", "first_day"),
    "MenuDay.dishes": owned("Dish", "menu_id", "position"),
    "Service.stewards": owned("Steward", "service_id", "position"),
    "Service.slotPlans": owned("SlotPlan", "service_id", "weekday", "opens_minute"),
    "Service.offers": owned("Offer", "service_id", "position"),
    "Service.priceFor": price_for,
    "Service.priceRules": owned("PriceRule", "service_id", "position"),
    "TrackedGrievance.calls": owned("GrievanceCall", "grievance_id"),
    "TrackedGrievance.isOverdue": is_overdue,
    "TrackedGrievance.latestUpdate": latest_update,
    "UrgencyPolicy.category": lambda world, row: world.find("GrievanceCategory", row.category),
}
"""What is neither a column, nor the row that a key leads to, nor a page of a list."""
NUMBERED = (
    "AuditEntry",
    "ChatRobot",
    "Webhook",
    "ApiToken",
    "Compound",
    "Enterprise",
    "Event",
    "GridAssignment",
    "GrievanceCall",
    "InboxMessage",
)
for _kind in (
    *NUMBERED,
    "OutboxMessage",
    "Person",
    "ReadyText",
    "SavedFilter",
    "Service",
    "Session",
    "Team",
    "WorkOrder",
    "EnterpriseAccount",
    "EnterpriseImport",
    *("InvestmentMilestone", "InvestmentProject", "Policy", "PolicyExample", "PolicyGrant"),
    *("EventEntry", "EventSeries", "RescueTeam"),
    "Checklist",
):
    FIELDS[f"{_kind}.number"] = lambda world, row: row.id

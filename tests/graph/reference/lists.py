"""Lists: which rows they hold, how they are ordered and cut into pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from civicgraph.permissions import CAPABILITIES, EDIT_PROJECTS, WORK_GRIEVANCES
from tests.graph.reference import bookings, rules
from tests.graph.reference.filters import FILTERS
from tests.graph.reference.values import cursor_of, keys_of, stored
from tests.graph.reference.world import Rows, Thing, World

DEFAULT_SIZE = 20
CAP = 100
"""Totals are counted this far."""


def under(kind: str, column: str) -> Callable[[World, Any], list[Any]]:
    """The rows that belong to one."""
    return lambda world, row: world.rows.having(kind, column, row.pk)


def all_of(kind: str) -> Callable[[World, Any], list[Any]]:
    """All there are; their type says who sees which."""
    return lambda world, row: world.rows.tables[kind]


def workers(world: World, row: Any) -> list[Any]:
    """Active people with a role that works on grievances, over its place or one above."""
    return [
        person
        for person in world.rows.tables["Person"]
        if person.is_active
        and any(
            row.division_id.startswith(grant.division_id) and WORK_GRIEVANCES in CAPABILITIES[grant.role]
            for grant in world.rows.having("Grant", "person_id", person.id)
        )
    ]


def keepers(world: World, row: Any) -> list[Any]:
    """Active people with a role that keeps investment projects, over its place or one above."""
    return [
        person
        for person in world.rows.tables["Person"]
        if person.is_active
        and any(
            row.division_id.startswith(grant.division_id) and EDIT_PROJECTS in CAPABILITIES[grant.role]
            for grant in world.rows.having("Grant", "person_id", person.id)
        )
    ]


def reported_by(world: World, row: Any) -> list[Any]:
    """What an enterprise reported, for those who may read who reported it, and for who acts for it."""
    found = under("Grievance", "enterprise_id")(world, row)
    return [one for one in found if rules.reads_private(world, one) or rules.acts_for(world, row.id)]


def colleagues(world: World, row: Any) -> list[Any]:
    return [person for person in world.rows.tables["Person"] if rules.is_colleague(world, person)]


LISTS: dict[str, Callable[[World, Any], list[Any]]] = {
    "Division.children": under("Division", "parent_id"),
    "Division.compounds": under("Compound", "division_id"),
    "Division.enterprises": under("Enterprise", "division_id"),
    "Division.events": under("Event", "division_id"),
    "Division.grids": under("Grid", "division_id"),
    "Division.grievances": under("Grievance", "division_id"),
    "Division.services": under("Service", "division_id"),
    "Enterprise.accounts": under("EnterpriseAccount", "enterprise_id"),
    "Enterprise.grievances": reported_by,
    "Enterprise.investmentProjects": under("InvestmentProject", "enterprise_id"),
    "Enterprise.oneThingCases": under("OneThingCase", "enterprise_id"),
    "Enterprise.policyGrants": under("PolicyGrant", "enterprise_id"),
    "EventSeries.events": under("Event", "series_id"),
    "Grid.grievances": under("Grievance", "grid_id"),
    "Grid.microGrids": under("Grid", "parent_id"),
    "Grievance.duplicates": under("Grievance", "duplicate_of_id"),
    "Grievance.updates": under("GrievanceUpdate", "grievance_id"),
    "Grievance.workers": workers,
    "Policy.grants": under("PolicyGrant", "policy_id"),
    "InvestmentProject.keepers": keepers,
    "Query.investmentProjects": all_of("InvestmentProject"),
    "Query.checklists": all_of("Checklist"),
    "Query.oneThingCases": all_of("OneThingCase"),
    "Query.vacancies": all_of("Vacancy"),
    "Query.referrals": all_of("Referral"),
    "Query.policies": all_of("Policy"),
    "Query.policyGrants": all_of("PolicyGrant"),
    "Query.products": all_of("Product"),
    "Query.supplyLinks": all_of("SupplyLink"),
    "Query.auditEntries": all_of("AuditEntry"),
    "Query.chatRobots": all_of("ChatRobot"),
    "Query.webhooks": all_of("Webhook"),
    "Query.messageTemplates": all_of("MessageTemplate"),
    "Query.compounds": all_of("Compound"),
    "Query.divisions": all_of("Division"),
    "Query.enterpriseAccounts": all_of("EnterpriseAccount"),
    "Query.enterpriseImports": all_of("EnterpriseImport"),
    "Query.enterprises": all_of("Enterprise"),
    "Query.events": all_of("Event"),
    "Query.grids": all_of("Grid"),
    "Query.grievanceCategories": all_of("GrievanceCategory"),
    "Query.grievances": all_of("Grievance"),
    "Query.heldReports": all_of("HeldReport"),
    "Query.inbox": all_of("InboxMessage"),
    "Query.industries": all_of("Industry"),
    "Query.mySessions": all_of("Session"),
    "Query.myTokens": all_of("ApiToken"),
    "Query.outbox": all_of("OutboxMessage"),
    "Query.people": colleagues,
    "Query.readyTexts": all_of("ReadyText"),
    "Query.registrations": bookings.looked_after,
    "Query.rescueTeams": all_of("RescueTeam"),
    "Query.savedFilters": all_of("SavedFilter"),
    "Query.services": all_of("Service"),
    "Query.teams": all_of("Team"),
    "Quota.registrations": under("Registration", "quota_id"),
    "Service.heldSlots": bookings.held_slots,
    "Service.slots": bookings.coming_slots,
    "Service.menus": under("MenuDay", "service_id"),
    "TrackedGrievance.updates": under("GrievanceUpdate", "grievance_id"),
}


# Orders and pages ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """The columns that a list is sorted by, all in one direction."""

    columns: tuple[str, ...]
    is_descending: bool = False
    is_private: bool = False
    """Whether the columns are not for everybody who reads the list: cursors hold the row's key instead."""

    def cursor(self, database: str, row: Any) -> str:
        """Where a row stands, as the API says it."""
        return cursor_of(database, row, ("id",) if self.is_private else self.columns)

    def keys(self, row: Any) -> list[Any]:
        """What a row is sorted by."""
        return [stored(getattr(row, column)) for column in self.columns]

    def keys_at(self, rows: Rows, kind: str, cursor: str) -> list[Any]:
        """What the row of a cursor is sorted by."""
        values = keys_of(cursor)
        return self.keys(rows.one(kind, values[0])) if self.is_private else values


NEWEST = {"NEWEST": Order(("id",), is_descending=True)}
BOTH = {**NEWEST, "OLDEST": Order(("id",))}
BY_CODE = {"CODE": Order(("code",))}
ORDERS: dict[str, dict[str, Order]] = {
    **dict.fromkeys(("ApiToken", "AuditEntry", "Compound", "InboxMessage", "OutboxMessage", "Service"), NEWEST),
    **dict.fromkeys(("EnterpriseAccount", "EnterpriseImport", "PolicyGrant", "Product"), NEWEST),
    **dict.fromkeys(("Session", "SupplyLink"), NEWEST),
    **dict.fromkeys(("ChatRobot", "MessageTemplate", "ReadyText", "Team", "Webhook"), NEWEST),
    "HeldReport": {"OLDEST": Order(("id",)), **NEWEST, "DANGER": Order(("rank", "id"))},
    "Registration": {"OLDEST": Order(("id",)), **NEWEST},
    "SavedFilter": {"OLDEST": Order(("id",))},
    "RescueTeam": {"OLDEST": Order(("id",))},
    **dict.fromkeys(("Enterprise", "GrievanceUpdate"), BOTH),
    **dict.fromkeys(("Division", "Grid", "Industry"), BY_CODE),
    "Event": {
        "SOONEST": Order(("starts_at", "id")),
        "LATEST": Order(("starts_at", "id"), is_descending=True),
    },
    "Policy": {**NEWEST, "CATEGORY": Order(("category", "id"))},
    "Checklist": {"OLDEST": Order(("id",)), **NEWEST},
    "Vacancy": NEWEST,
    "Referral": {"NEWEST": Order(("due_at", "id"), is_descending=True), "DUE_FIRST": Order(("due_at", "id"))},
    "OneThingCase": {**NEWEST, "DUE_FIRST": Order(("next_due_at", "id"))},
    "Quota": {"SOONEST": Order(("starts_at", "id"))},
    "MenuDay": {
        "SOONEST": Order(("served_on", "id")),
        "LATEST": Order(("served_on", "id"), is_descending=True),
    },
    "InvestmentProject": {**NEWEST, "LARGEST": Order(("contracted_fen", "id"), is_descending=True)},
    "Grievance": {
        **BOTH,
        "DUE_FIRST": Order(("due_at", "id")),
        "LATEST": Order(("submitted_at", "id"), is_descending=True),
        "EARLIEST": Order(("submitted_at", "id")),
    },
    "GrievanceCategory": {"POSITION": Order(("position", "code"))},
    "Person": {"USERNAME": Order(("username",), is_private=True)},
}
"""The orders of each type's lists; the first is the one when none is asked for."""


def page(world: World, path: str, kind: str, row: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """A page of a list, after Relay's algorithm; `first` counts where `last` is given as well."""
    given = {name: value for name, value in arguments.items() if value is not None}
    wanted = {name: value for name, value in given.get("filter", {}).items() if value is not None}
    kept = [
        thing
        for thing in world.things(kind, LISTS[path](world, row))
        if all(FILTERS[f"{kind}Filter.{name}"](world, thing.row, value) for name, value in wanted.items())
    ]
    order = ORDERS[kind][given["orderBy"]] if "orderBy" in given else next(iter(ORDERS[kind].values()))

    def keys(thing: Any) -> list[Any]:
        return order.keys(thing.row)

    kept.sort(key=keys, reverse=order.is_descending)
    between = kept
    if "after" in given:
        after = order.keys_at(world.rows, kind, given["after"])
        between = [one for one in between if (keys(one) < after if order.is_descending else keys(one) > after)]
    if "before" in given:
        before = order.keys_at(world.rows, kind, given["before"])
        between = [one for one in between if (keys(one) > before if order.is_descending else keys(one) < before)]
    is_backward = "last" in given and "first" not in given
    size = given["last"] if is_backward else given.get("first", DEFAULT_SIZE)
    cut = between[max(len(between) - size, 0) :] if is_backward else between[:size]
    is_cut = len(between) > size
    edges = [{"cursor": order.cursor(world.rows.database, one.row), "node": one} for one in cut]
    return {
        "nodes": cut,
        "edges": edges,
        "totalCount": min(len(kept), CAP),
        "totalCountIsCapped": len(kept) > CAP,
        "pageInfo": {
            "hasNextPage": "before" in given if is_backward else is_cut,
            "hasPreviousPage": is_cut if is_backward else "after" in given,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def search(world: World, row: Any, text: str, kinds: list[str] | None = None, first: int = 5) -> list[Thing]:
    """What each of the searched lists gives first for the words, list by list."""
    searched = {
        **{"divisions": "Division", "services": "Service", "events": "Event"},
        **{"grievances": "Grievance", "enterprises": "Enterprise", "products": "Product"},
        **{"vacancies": "Vacancy"},
    }
    wanted = {"filter": {"text": text}, "first": first}
    return [
        thing
        for name, kind in searched.items()
        if kinds is None or name.upper() in kinds
        for thing in page(world, f"Query.{name}", kind, None, wanted)["nodes"]
    ]

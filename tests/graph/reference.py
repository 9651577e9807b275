"""A slow, obvious reading of the schema: all rows in memory, plain Python, graphql-core field by field.

It knows what is meant, not how the planner does it: who sees which rows, what a filter lets through, how a
page is cut. `documents` makes random reads over the part of the schema that it covers.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_schema, execute_sync, parse
from graphql.type import get_named_type, is_object_type

from civicgraph.clock import CITY_ZONE
from civicgraph.divisions.models import Division
from civicgraph.events.models import Event, EventStatus, ProgrammeItem
from civicgraph.grids.models import Grid
from civicgraph.grievances.models import Grievance, GrievanceCategory, GrievanceStatus, GrievanceUpdate
from civicgraph.permissions import (
    DISPATCH_GRIEVANCES,
    EDIT_DIVISIONS,
    EDIT_EVENTS,
    EDIT_GRIDS,
    READ_GRIEVANCES,
    WORK_GRIEVANCES,
    Actor,
)

SDL = (Path(__file__).parent.parent.parent / "schema.graphql").read_text(encoding="utf-8")
MODELS: dict[str, Any] = {
    one.__name__: one for one in (Division, Grid, Event, ProgrammeItem, Grievance, GrievanceCategory, GrievanceUpdate)
}
OPEN = {"SUBMITTED", "ACCEPTED", "ASSIGNED", "IN_PROGRESS", "ON_HOLD", "REOPENED"}


@dataclass
class World:
    """Every row there is, and who asks when."""

    rows: dict[str, list[Any]]
    actor: Actor
    now: datetime

    def find(self, kind: str, key: Any) -> Thing | None:
        """The row with a primary key, if the actor may see it."""
        found = next((row for row in self.rows[kind] if row.pk == key), None) if key is not None else None
        return Thing(kind, found) if found is not None and sees(self, kind, found) else None

    def grievance_of(self, update: Any) -> Any:
        return next(row for row in self.rows["Grievance"] if row.id == update.grievance_id)


@dataclass
class Thing:
    """A row as an object of a type."""

    kind: str
    row: Any


async def load() -> dict[str, list[Any]]:
    """All rows of the database."""
    return {name: await model.all() for name, model in MODELS.items()}


# What is meant ---------------------------------------------------------------------------------


def sees(world: World, kind: str, row: Any) -> bool:
    """Whether the row exists for who asks."""
    if kind == "Grievance":
        return row.is_public or world.actor.may(READ_GRIEVANCES, row.division_id)
    if kind == "Event":
        return row.status is not EventStatus.DRAFT or world.actor.may(EDIT_EVENTS, row.division_id)
    if kind == "GrievanceUpdate":
        return not row.internal_note or world.actor.may(READ_GRIEVANCES, world.grievance_of(row).division_id)
    return True


def next_due(row: Any) -> datetime:
    return row.response_due_at if row.accepted_at is None else row.resolution_due_at


def overdue(world: World, row: Any) -> bool:
    return row.status.name in OPEN and next_due(row) < world.now


def private(name: str) -> Callable[[World, Any], Any]:
    return lambda world, row: getattr(row, name) if world.actor.may(READ_GRIEVANCES, row.division_id) else None


def latest(world: World, row: Any) -> Thing | None:
    public = [one for one in world.rows["GrievanceUpdate"] if one.grievance_id == row.id and not one.internal_note]
    return Thing("GrievanceUpdate", max(public, key=lambda one: one.id)) if public else None


def works(world: World, row: Any) -> bool:
    mine = row.assignee_id is not None and row.assignee_id == world.actor.person_id
    return (mine and world.actor.may(WORK_GRIEVANCES, row.division_id)) or world.actor.may(
        DISPATCH_GRIEVANCES, row.division_id
    )


FIELDS: dict[str, Callable[[World, Any], Any]] = {
    "Division.parent": lambda world, row: world.find("Division", row.parent_id),
    "Division.mayEdit": lambda world, row: world.actor.may(EDIT_DIVISIONS, row.code),
    "Grid.division": lambda world, row: world.find("Division", row.division_id),
    "Grid.parent": lambda world, row: world.find("Grid", row.parent_id),
    "Grid.mayEdit": lambda world, row: world.actor.may(EDIT_GRIDS, row.division_id),
    "Event.number": lambda world, row: row.id,
    "Event.division": lambda world, row: world.find("Division", row.division_id),
    "Event.programme": lambda world, row: [
        Thing("ProgrammeItem", one)
        for one in sorted(world.rows["ProgrammeItem"], key=lambda one: (one.position, one.id))
        if one.event_id == row.id
    ],
    "Event.isOver": lambda world, row: row.ends_at < world.now,
    "Event.mayEdit": lambda world, row: world.actor.may(EDIT_EVENTS, row.division_id),
    "Grievance.category": lambda world, row: world.find("GrievanceCategory", row.category_id),
    "Grievance.division": lambda world, row: world.find("Division", row.division_id),
    "Grievance.grid": lambda world, row: world.find("Grid", row.grid_id),
    "Grievance.latestUpdate": latest,
    "Grievance.isOverdue": overdue,
    "Grievance.respondedInTime": lambda _, row: row.accepted_at and row.accepted_at <= row.response_due_at,
    "Grievance.resolvedInTime": lambda _, row: row.resolved_at and row.resolved_at <= row.resolution_due_at,
    "Grievance.description": private("description"),
    "Grievance.address": private("address"),
    "Grievance.contactName": private("contact_name"),
    "Grievance.contactPhoneMasked": private("contact_phone_masked"),
    "Grievance.contactEmailMasked": private("contact_email_masked"),
    "Grievance.locale": private("locale"),
    "Grievance.mayReadPrivate": lambda world, row: world.actor.may(READ_GRIEVANCES, row.division_id),
    "Grievance.mayWork": works,
    "Grievance.mayDispatch": lambda world, row: world.actor.may(DISPATCH_GRIEVANCES, row.division_id),
    "GrievanceUpdate.isInternal": lambda _, row: bool(row.internal_note),
    "GrievanceUpdate.internalNote": lambda world, row: (
        row.internal_note if world.actor.may(READ_GRIEVANCES, world.grievance_of(row).division_id) else None
    ),
}
LISTS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "Division.children": ("Division", lambda row, child: child.parent_id == row.code),
    "Division.grids": ("Grid", lambda row, child: child.division_id == row.code),
    "Division.events": ("Event", lambda row, child: child.division_id == row.code),
    "Division.grievances": ("Grievance", lambda row, child: child.division_id == row.code),
    "Grid.microGrids": ("Grid", lambda row, child: child.parent_id == row.code),
    "Grid.grievances": ("Grievance", lambda row, child: child.grid_id == row.code),
    "Grievance.updates": ("GrievanceUpdate", lambda row, child: child.grievance_id == row.id),
    "Query.divisions": ("Division", lambda row, child: True),
    "Query.grids": ("Grid", lambda row, child: True),
    "Query.events": ("Event", lambda row, child: True),
    "Query.grievances": ("Grievance", lambda row, child: True),
}
ORDERS: dict[str, dict[str, tuple[Callable[[Any], Any], bool]]] = {
    "Division": {"CODE": (lambda row: row.code, False)},
    "Grid": {"CODE": (lambda row: row.code, False)},
    "Event": {
        "SOONEST": (lambda row: (row.starts_at, row.id), False),
        "LATEST": (lambda row: (row.starts_at, row.id), True),
    },
    "Grievance": {
        "NEWEST": (lambda row: row.id, True),
        "OLDEST": (lambda row: row.id, False),
        "DUE_FIRST": (lambda row: (row.resolution_due_at, row.id), False),
    },
    "GrievanceUpdate": {"NEWEST": (lambda row: row.id, True), "OLDEST": (lambda row: row.id, False)},
}


def day(value: str) -> datetime:
    return datetime.combine(date.fromisoformat(value), datetime.min.time(), CITY_ZONE)


def place(row: Any) -> str:
    return str(getattr(row, "division_id", None) or row.code)


FILTERS: dict[str, Callable[[World, Any, Any], bool]] = {
    "within": lambda _, row, value: (row.code if isinstance(row, Grid) else place(row)).startswith(value),
    "Division.level": lambda _, row, value: row.level.name in value,
    "Division.codes": lambda _, row, value: row.code in value,
    "Grid.level": lambda _, row, value: row.level.name in value,
    "Grid.isActive": lambda _, row, value: row.is_active == value,
    "Event.kind": lambda _, row, value: row.kind.name in value,
    "Event.statuses": lambda _, row, value: row.status.name in value,
    "Event.startsFrom": lambda _, row, value: row.starts_at >= day(value),
    "Event.startsBefore": lambda _, row, value: row.starts_at < day(value),
    "Event.isUpcoming": lambda world, row, value: (
        value != (row.ends_at < world.now or row.status is EventStatus.FINISHED)
    ),
    "Grievance.category": lambda _, row, value: row.category_id == value,
    "Grievance.urgency": lambda _, row, value: row.urgency.name == value,
    "Grievance.status": lambda _, row, value: row.status.name == value,
    "Grievance.channel": lambda _, row, value: row.channel.name == value,
    "Grievance.isOpen": lambda _, row, value: (row.status.name in OPEN) == value,
    "Grievance.isOverdue": lambda world, row, value: overdue(world, row) == value,
    "Grievance.assignedToMe": lambda world, row, value: (
        not value or (row.assignee_id is not None and row.assignee_id == world.actor.person_id)
    ),
    "GrievanceUpdate.status": lambda _, row, value: row.status.name == value,
}


# graphql-core over it --------------------------------------------------------------------------


def schema() -> GraphQLSchema:
    """The published schema, without a line of the engine's."""
    return build_schema(SDL)


def answer(built: GraphQLSchema, text: str, variables: dict[str, Any], world: World) -> Any:
    """What the document means. Raises when graphql-core finds an error."""
    result = execute_sync(built, parse(text), context_value=world, variable_values=variables, field_resolver=_resolve)
    assert not result.errors, result.errors
    return result.data


def _resolve(source: Any, info: Any, **arguments: Any) -> Any:
    world: World = info.context
    path = f"{info.parent_type.name}.{info.field_name}"
    if isinstance(source, dict):
        return source[info.field_name]
    row = source.row if isinstance(source, Thing) else None
    if path in LISTS:
        kind, belongs = LISTS[path]
        return _page(world, kind, [one for one in world.rows[kind] if belongs(row, one)], arguments)
    if path == "Query.division":
        return world.find("Division", arguments["code"])
    if path == "Query.grievance":
        found = next((one for one in world.rows["Grievance"] if one.number == arguments["number"]), None)
        return world.find("Grievance", found.id) if found else None
    if path in FIELDS:
        return FIELDS[path](world, row)
    if info.field_name == "id":
        return f"{source.kind}:{row.pk}"
    return _plain(getattr(row, re.sub(r"([A-Z])", lambda m: f"_{m[1].lower()}", info.field_name)))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value


def _page(world: World, kind: str, rows: list[Any], arguments: dict[str, Any]) -> dict[str, Any]:
    wanted = arguments.get("filter") or {}
    kept = [
        row
        for row in rows
        if sees(world, kind, row)
        and all(FILTERS.get(f"{kind}.{name}", FILTERS.get(name))(world, row, value) for name, value in wanted.items())  # type: ignore[misc]
    ]
    orders = ORDERS[kind]
    key, is_descending = orders[arguments.get("orderBy") or next(iter(orders))]
    kept.sort(key=key, reverse=is_descending)
    is_backward = arguments.get("last") is not None and arguments.get("first") is None
    given = arguments.get("last" if is_backward else "first")
    size = 20 if given is None else given
    page = (kept[-size:] if size else []) if is_backward else kept[:size]
    nodes = [Thing(kind, row) for row in page]
    return {
        "nodes": nodes,
        "edges": [{"node": one} for one in nodes],
        "totalCount": min(len(kept), 100),
        "totalCountIsCapped": len(kept) > 100,
        "pageInfo": {
            "hasNextPage": not is_backward and len(kept) > size,
            "hasPreviousPage": is_backward and len(kept) > size,
        },
    }


# Random reads ----------------------------------------------------------------------------------


class Documents:
    """Random documents over the types above; `values` gives each filter something that occurs."""

    def __init__(self, built: GraphQLSchema, seed: int, values: dict[str, Sequence[Any]]) -> None:
        self._random = random.Random(seed)
        self._schema = built
        self._values = values
        self._aliases = 0

    def one(self) -> str:
        """A query with a few root fields."""
        roots = self._random.choices(["divisions", "grids", "events", "grievances", "division"], k=2)
        fields = " ".join(self._list("Query", name, 0) if name != "division" else self._division() for name in roots)
        return f"query Random($yes: Boolean = true, $no: Boolean = false, $n: Int = 3) {{ {fields} ...@skip(if: $no) {{ __typename }} a: __typename @include(if: $yes) b: divisions(first: $n) {{ totalCount }} }}"

    def _division(self) -> str:
        code = self._random.choice([*self._values["codes"], "520399"])
        return f'{self._alias()}: division(code: "{code}") {self._object("Division", 1)}'

    def _alias(self) -> str:
        self._aliases += 1
        return f"x{self._aliases}"

    def _object(self, kind: str, depth: int) -> str:
        fields = self._schema.type_map[kind].fields  # type: ignore[union-attr]
        known = [name for name in fields if self._is_known(kind, name, depth)]
        chosen = self._random.sample(known, min(len(known), self._random.randint(1, 6)))
        parts = [self._field(kind, name, depth) for name in chosen]
        if self._random.random() < 0.3:
            parts.append("__typename")
        if self._random.random() < 0.2:
            parts = [f"... on {kind} {{ {' '.join(parts)} }}"]
        if self._random.random() < 0.1:
            parts.append("... @include(if: $no) { __typename } ")
        return f"{{ {' '.join(parts)} }}"

    def _is_known(self, kind: str, name: str, depth: int) -> bool:
        path, named = f"{kind}.{name}", get_named_type(self._schema.type_map[kind].fields[name].type)  # type: ignore[union-attr]
        if path in LISTS or (path in FIELDS and is_object_type(named)):
            return depth < 3
        if is_object_type(named):
            return False
        return path in FIELDS or name == "id" or _column(name) in MODELS[kind]._meta.fields_map

    def _field(self, kind: str, name: str, depth: int) -> str:
        path = f"{kind}.{name}"
        if path in LISTS:
            return self._list(kind, name, depth)
        named = get_named_type(self._schema.type_map[kind].fields[name].type)  # type: ignore[union-attr]
        if is_object_type(named):
            return f"{self._alias()}: {name} {self._object(named.name, depth + 1)}"
        return name

    def _list(self, kind: str, name: str, depth: int) -> str:
        target = LISTS[f"{kind}.{name}"][0]
        arguments = [self._random.choice(["first: 2", "last: 2", "first: 5", "first: 0", "last: 100", "first: $n", ""])]
        if self._random.random() < 0.5:
            arguments.append(f"orderBy: {self._random.choice(list(ORDERS[target]))}")
        if self._random.random() < 0.7:
            arguments.append(self._filter(target))
        given = ", ".join(one for one in arguments if one)
        parts = [
            f"nodes {self._object(target, depth + 1)}",
            f"edges {{ node {self._object(target, depth + 1)} }}",
            "totalCount totalCountIsCapped",
            "pageInfo { hasNextPage hasPreviousPage }",
        ]
        chosen = " ".join(self._random.sample(parts, self._random.randint(1, 3)))
        return f"{self._alias()}: {name}{f'({given})' if given else ''} {{ {chosen} }}"

    def _filter(self, target: str) -> str:
        names = [name.partition(".")[2] for name in FILTERS if name.startswith(f"{target}.")]
        names += ["within"] if target != "GrievanceUpdate" else []
        chosen = self._random.sample(names, min(len(names), self._random.randint(1, 2)))
        return "filter: {" + ", ".join(f"{name}: {self._value(target, name)}" for name in chosen) + "}"

    def _value(self, target: str, name: str) -> str:
        pool = self._values.get(f"{target}.{name}") or self._values[name]
        return str(self._random.choice(list(pool)))


def _column(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name)


DONE = (GrievanceStatus.RESOLVED, GrievanceStatus.VERIFIED, GrievanceStatus.CLOSED)

"""The whole schema, put together from the rooms."""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType

import strawberry

from civicgraph.db import ROOMS
from civicgraph.graph.schema import build

PARTS = ("bookings", "events.rescue", "grievances.desk", "front")
"""What events and services share, parts of rooms, and the front, that declare types and root fields of their own."""


def rooms() -> list[ModuleType]:
    """The `graph` module of each room and of each part that has one."""
    return [importlib.import_module(f"civicgraph.{room}.graph") for room in (*ROOMS, *PARTS)]


@cache
def schema() -> strawberry.Schema:
    """The schema, built once."""
    modules = rooms()
    queries, mutations, subscriptions = (
        [getattr(module, name) for module in modules if hasattr(module, name)]
        for name in ("Query", "Mutation", "Subscription")
    )
    return build(queries, mutations, subscriptions, [one for module in modules for one in module.TYPES])

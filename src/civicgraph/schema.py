"""The whole schema, put together from the rooms."""

from __future__ import annotations

import importlib
from functools import cache
from types import ModuleType

import strawberry

from civicgraph.db import ROOMS
from civicgraph.graph.schema import build


def rooms() -> list[ModuleType]:
    """The `graph` module of each room that has one."""
    return [importlib.import_module(f"civicgraph.{room}.graph") for room in ROOMS]


@cache
def schema() -> strawberry.Schema:
    """The schema, built once."""
    modules = rooms()
    types = [one for module in modules for one in module.TYPES]
    mutations = [module.Mutation for module in modules if hasattr(module, "Mutation")]
    return build([module.Query for module in modules if hasattr(module, "Query")], mutations, types)

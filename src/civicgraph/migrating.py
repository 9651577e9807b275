"""Migrations are Tortoise's own; here they only run without what none of ours asks for.

Before each operation Tortoise draws every model anew, in case the operation compares before and after, and prepares
queries and the two dozen filters of each field for all of them. With a hundred tables a fresh database took half a
minute, nearly all of it that. Here the state before an operation is copied and drawn when an operation asks for it, and
neither queries nor filters are prepared: what moves data in a migration is a statement, not a model.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

from tortoise import models
from tortoise.connection import ConnectionHandler
from tortoise.migrations import operations
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps


class WidenText(operations.AlterField):
    """Let a text be longer. SQLite does not bound texts: making the table anew would lose its triggers and indexes."""

    async def database_forward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        """Alter the column where its type has a length."""
        if state_editor is not None and state_editor.client.capabilities.dialect == "postgres":
            await super().database_forward(app_label, old_state, new_state, state_editor)


class Reworded(operations.AlterField):
    """A field is described in other words: the column stays as it is."""

    async def database_forward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        """Nothing to do: no statement reads the words."""


class Before(State):
    """The tables before an operation; the models are drawn at the first look."""

    def __init__(self, models: dict[tuple[str, str], ModelState], source: StateApps) -> None:
        self.models = models
        self._source = source

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return self._source.clone(model_states={key: model.clone() for key, model in self.models.items()})


class Tables(State):
    """The tables as the migrations so far leave them."""

    def clone(self) -> State:
        return Before({key: _kept(model) for key, model in self.models.items()}, self.apps)


def _kept(model: ModelState) -> ModelState:
    """The model as it is now: operations take fields away and put new ones there, and change none in place."""
    return replace(model, options=dict(model.options), fields=dict(model.fields))


@contextmanager
def without_filters() -> Iterator[None]:
    """Models drawn in this block cannot be filtered by their fields."""
    names = vars(models)
    drawn, names["get_filters_for_field"] = names["get_filters_for_field"], lambda **_: {}
    try:
        yield
    finally:
        names["get_filters_for_field"] = drawn


class Executor(MigrationExecutor):
    """Tortoise's executor over `Tables`."""

    async def migrate(self, *targets: Any, **how: Any) -> None:
        with without_filters():
            await super().migrate(*targets, **how)

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        found = await super()._project_state(applied, upto=upto)
        connections = {label: app["default_connection"] for label, app in self.loader.apps_config.items()}
        unconnected = StateApps(connections, ConnectionHandler())  # without a configuration it prepares no queries
        return Tables(models=found.models, apps=unconnected.clone(model_states=found.models))

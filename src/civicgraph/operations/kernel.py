"""How an operation runs: validated input, one transaction, an audit entry, a retried one only once."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

from tortoise.models import Model
from tortoise.transactions import in_transaction

from civicgraph import crypto
from civicgraph.operations.audit import entries_written, operation_name
from civicgraph.operations.errors import Conflict
from civicgraph.operations.inputs import Input, validate
from civicgraph.operations.models import IdempotencyKey
from civicgraph.permissions import Actor

I = TypeVar("I", bound=Input)  # noqa: E741 - the input
R = TypeVar("R")  # the result


after_commit: list[Callable[[], None]] = []
"""Called after every operation that was committed, before its result is given."""


@dataclass(frozen=True)
class Operation(Generic[I, R]):
    """A write that people, partner apps and the command line can ask for."""

    name: str
    input: type[I]
    work: Callable[[Actor, I], Awaitable[R]]
    is_audited: bool

    @property
    def description(self) -> str:
        """What it does, from its docstring."""
        return inspect.cleandoc(self.work.__doc__ or "")

    async def __call__(self, actor: Actor, data: I | Mapping[str, Any]) -> R:
        """Validate `data`, do the work in one transaction, and return when it is durable.

        Raises `OperationError` when nothing was done. A client that hangs up does not interrupt it:
        a task cancelled inside a transaction would leave SQLite's connection broken (tortoise-orm #1757).
        """
        valid = data if isinstance(data, self.input) else validate(self.input, dict(data))
        return await asyncio.shield(asyncio.create_task(self._transact(actor, valid)))

    async def _transact(self, actor: Actor, data: I) -> R:
        operation_name.set(self.name)
        written: list[int] = []
        entries_written.set(written)
        async with in_transaction():
            result = await self.work(actor, data)
            if self.is_audited and actor.kind != "system" and not written:
                raise RuntimeError(f"{self.name} wrote without an audit entry")
        for told in after_commit:
            told()
        return result


REGISTRY: dict[str, Operation[Any, Any]] = {}


def operation(*, is_audited: bool = True) -> Callable[[Callable[[Actor, I], Awaitable[R]]], Operation[I, R]]:
    """Make an operation of `async def verb_noun(actor, data: Model) -> result`."""

    def decorate(work: Callable[[Actor, I], Awaitable[R]]) -> Operation[I, R]:
        name = work.__name__
        if name in REGISTRY:
            raise ValueError(f"two operations are named {name}")
        REGISTRY[name] = Operation(name, get_type_hints(work)["data"], work, is_audited)
        return REGISTRY[name]

    return decorate


def check_version(row: Model, version: int, current: Callable[[], dict[str, Any]]) -> None:
    """Raise `Conflict` when `row` has changed since the version that the editor saw.

    `current` gives the row's present values by input field, to be shown beside the editor's own.
    """
    if row.version != version:  # type: ignore[attr-defined]
        raise Conflict(current(), row.version)  # type: ignore[attr-defined]


async def first_answer(actor: Actor, name: str, key: str) -> dict[str, Any] | None:
    """The answer of the first submission with this key, for a retry to give again."""
    found = await IdempotencyKey.get_or_none(key=_scoped(actor, name, key))
    return found.answer if found else None


async def keep_answer(actor: Actor, name: str, key: str, answer: dict[str, Any]) -> None:
    """Keep the first answer under the submission's key, in the transaction of the submission.

    Two at once meet at the unique key: the second rolls back with the database's integrity error.
    """
    await IdempotencyKey.create(key=_scoped(actor, name, key), answer=answer)


def _scoped(actor: Actor, name: str, key: str) -> str:
    return crypto.keyed_hash("idempotency", f"{actor.person_id or actor.kind}|{name}|{key}")

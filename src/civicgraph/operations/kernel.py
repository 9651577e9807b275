"""How an operation runs: validated input, one transaction, an audit entry, a retried one only once."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, get_type_hints

import orjson
from tortoise.exceptions import IntegrityError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from civicgraph import crypto
from civicgraph.i18n import N_
from civicgraph.operations.audit import entries_written, operation_name
from civicgraph.operations.errors import Conflict, InvalidInput
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
    answers: type[Model] | None = None
    """The model whose row it answers, if it does so: then a retry with the same `idempotency_key` gets it again."""
    beforehand: Callable[[Actor, Any], Awaitable[Any]] | None = None
    """What takes too long for a transaction: it gives the input, with what came of it, that the work is done with."""

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
        if self.beforehand is not None:
            valid = await self.beforehand(actor, valid)
        return await asyncio.shield(asyncio.create_task(self._transact(actor, valid)))

    async def _transact(self, actor: Actor, data: I) -> R:
        operation_name.set(self.name)
        key = getattr(data, "idempotency_key", None) if self.answers else None
        try:
            result = await self._committed(actor, data, key)
        except IntegrityError:
            if key is None or await first_answer(actor, self.name, key) is None:
                raise
            result = await self._committed(actor, data, key)  # the same at the same moment was first
        for told in after_commit:
            told()
        return result

    async def _committed(self, actor: Actor, data: I, key: str | None) -> R:
        written: list[int] = []
        entries_written.set(written)
        async with in_transaction():
            if key is not None and (earlier := await self._earlier(actor, data, key)) is not None:
                return earlier
            result = await self.work(actor, data)
            if key is not None:
                assert isinstance(result, Model)
                await IdempotencyKey.filter(key=_scoped(actor, self.name, key)).update(
                    answer={"fingerprint": fingerprint(data), "subject": result.pk}
                )
            if self.is_audited and actor.kind != "system" and not written:
                raise RuntimeError(f"{self.name} wrote without an audit entry")
        return result

    async def _earlier(self, actor: Actor, data: I, key: str) -> R | None:
        """The row that the first try with this key answered; None when this is the first, whose key is now kept.

        The key is kept before the work: a second try at the same moment waits for it, or meets it as it commits.
        """
        answer = await first_answer(actor, self.name, key)
        if answer is None:
            await keep_answer(actor, self.name, key, {"fingerprint": fingerprint(data)})
            return None
        if answer["fingerprint"] != fingerprint(data):
            message = N_("Other words were sent with this key before. Please load the page again and send it anew.")
            raise InvalidInput.at("idempotency_key", "key_reused", message)
        assert self.answers is not None
        found: Any = await self.answers.get(pk=answer["subject"])
        return cast("R", found)


def fingerprint(data: Input, *apart: str) -> str:
    """Tells a retry from another submission under the same key, without keeping what was written.

    Fields `apart` may differ between the two, and so do the names of files.
    """
    plain = data.model_dump(mode="json", exclude={"idempotency_key", *data.sent_anew, *apart})
    return crypto.keyed_hash("submission", orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode())


REGISTRY: dict[str, Operation[Any, Any]] = {}


def operation(
    *, is_audited: bool = True, beforehand: Callable[[Actor, Any], Awaitable[Any]] | None = None
) -> Callable[[Callable[[Actor, I], Awaitable[R]]], Operation[I, R]]:
    """Make an operation of `async def verb_noun(actor, data: Model) -> result`."""

    def decorate(work: Callable[[Actor, I], Awaitable[R]]) -> Operation[I, R]:
        name = work.__name__
        if name in REGISTRY:
            raise ValueError(f"two operations are named {name}")
        hints = get_type_hints(work)
        is_row = isinstance(hints["return"], type) and issubclass(hints["return"], Model)
        answers = hints["return"] if is_row and "idempotency_key" in hints["data"].model_fields else None
        REGISTRY[name] = Operation(name, hints["data"], work, is_audited, answers, beforehand)
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

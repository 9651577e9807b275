"""Messages that are written together: of many people told in one transaction, each table gets one statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from civicgraph.notifications.models import InboxMessage, OutboxMessage

T = TypeVar("T")


@dataclass
class Gathered:
    """Messages in the order in which they were told, and what was looked up for them."""

    inbox: list[InboxMessage] = field(default_factory=list)
    outbox: list[OutboxMessage] = field(default_factory=list)
    known: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    async def write(self) -> None:
        """Write them. One with the same key is there already: then it is the same message."""
        if self.inbox:
            await InboxMessage.bulk_create(self.inbox, batch_size=200, ignore_conflicts=True)
        if self.outbox:
            await OutboxMessage.bulk_create(self.outbox, batch_size=200, ignore_conflicts=True)
        self.inbox, self.outbox = [], []


_gathered: ContextVar[Gathered | None] = ContextVar("gathered", default=None)


@contextmanager
def together() -> Iterator[Gathered]:
    """Gather what is told within; whoever opened it calls `write` in the same transaction."""
    found = Gathered()
    token = _gathered.set(found)
    try:
        yield found
    finally:
        _gathered.reset(token)


async def keep(message: InboxMessage | OutboxMessage) -> None:
    """Write a message now, or with the others that are being gathered."""
    gathered = _gathered.get()
    into = gathered or Gathered()
    if isinstance(message, InboxMessage):
        into.inbox.append(message)
    else:
        into.outbox.append(message)
    if gathered is None:
        await into.write()


async def once(key: tuple[Any, ...], find: Callable[[], Awaitable[T]]) -> T:
    """What `find` finds; looked up once under its key while messages are gathered."""
    gathered = _gathered.get()
    if gathered is None:
        return await find()
    if key not in gathered.known:
        gathered.known[key] = await find()
    found: T = gathered.known[key]
    return found

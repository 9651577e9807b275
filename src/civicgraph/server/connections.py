"""Who is connected, bounded for each address and in all."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Protocol as Interface

from civicgraph.addresses import line

LOOKED_AT = 100
"""Connections looked through for an idle one when all places are taken."""


class Connection(Interface):
    """What is counted."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered."""

    def drop(self) -> None:
        """Close it at once."""


class Connections:
    """The open connections, the oldest first.

    When all places are taken, the oldest idle connection makes room: a flood of idle ones pushes out
    itself, and who asks for something is answered.
    """

    def __init__(self, total: int, per_address: int, exempt: frozenset[str]) -> None:
        self._total, self._per_address, self._exempt = total, per_address, exempt
        self._open: OrderedDict[Connection, str] = OrderedDict()
        self._lines: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, connection: Connection, address: str) -> bool:
        """Take a connection in; False when there is no place for it."""
        name = "" if address in self._exempt else line(address)
        if name and self._lines[name] >= self._per_address:
            return False
        if len(self._open) >= self._total and not self._make_room():
            return False
        self._open[connection] = name
        if name:
            self._lines[name] += 1
        return True

    def leave(self, connection: Connection) -> None:
        """Forget a connection; one that was never taken in is no matter."""
        name = self._open.pop(connection, "")
        if name:
            self._lines[name] -= 1
            if not self._lines[name]:
                del self._lines[name]

    def _make_room(self) -> bool:
        for _ in range(min(LOOKED_AT, len(self._open))):
            oldest = next(iter(self._open))
            if oldest.is_idle:
                oldest.drop()
                self.leave(oldest)
                return True
            self._open.move_to_end(oldest)
        return False

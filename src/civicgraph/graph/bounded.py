"""A cache that cannot grow without end."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """The most recently used values, bounded by their number and by the length of the texts behind them."""

    def __init__(self, size: int, length: int) -> None:
        self._size, self._length, self._used = size, length, 0
        self._items: OrderedDict[Any, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Any) -> V | None:
        found = self._items.get(key)
        if found is None:
            return None
        self._items.move_to_end(key)
        return found[0]

    def put(self, key: Any, value: V, length: int) -> V:
        """Keep a value that stands for a text of this length."""
        if key in self._items:
            self._used -= self._items.pop(key)[1]
        self._items[key] = value, length
        self._used += length
        while len(self._items) > self._size or self._used > self._length:
            self._used -= self._items.popitem(last=False)[1][1]
        return value

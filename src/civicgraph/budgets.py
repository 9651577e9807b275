"""Budgets: how much a person or an address may ask for in a minute, so that a flood slows only itself.

A sliding window over two fixed ones: what was spent in the minute before counts for as much of it as
still lies within the last 60 seconds. Kept in memory, each process for itself, and bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from civicgraph import clock

WINDOW_SECONDS = 60
MAX_KEYS = 20_000


@dataclass(frozen=True)
class Balance:
    """What is left of a limit after spending, and in how many seconds the present window ends."""

    limit: int
    remaining: int
    resets_in: int

    @property
    def headers(self) -> dict[str, str]:
        """The same as HTTP says it (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "ratelimit-policy": f'"cost";q={self.limit};w={WINDOW_SECONDS}',
            "ratelimit": f'"cost";r={self.remaining};t={self.resets_in}',
        }


class BudgetExceeded(Exception):
    """The budget of `limit` a minute is used up; try again after `retry_after` seconds."""

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(f"The budget of {limit} a minute is used up. Try again in {retry_after} seconds.")
        self.retry_after = retry_after
        self.headers = {**Balance(limit, 0, retry_after).headers, "retry-after": str(retry_after)}


@dataclass
class _Spent:
    window: int
    now: float = 0
    before: float = 0


class Budgets:
    """The spending of every key, the longest silent forgotten first."""

    def __init__(self) -> None:
        self._spent: OrderedDict[str, _Spent] = OrderedDict()

    def spend(self, key: str, amount: int, limit: int) -> Balance:
        """Take `amount` from the budget of `key`. Raises `BudgetExceeded`, and then nothing is taken."""
        moment = clock.monotonic()
        window, into = int(moment // WINDOW_SECONDS), moment % WINDOW_SECONDS
        spent = self._of(key, window)
        share = 1 - into / WINDOW_SECONDS
        used = spent.now + spent.before * share
        if used + amount > limit:
            raise BudgetExceeded(limit, self._wait(spent, amount, limit, into))
        spent.now += amount
        return Balance(limit, int(limit - used - amount), ceil(WINDOW_SECONDS - into))

    def give_back(self, key: str, amount: int) -> None:
        """Undo a `spend` of this minute."""
        if (spent := self._spent.get(key)) is not None:
            spent.now = max(0, spent.now - amount)

    def _of(self, key: str, window: int) -> _Spent:
        spent = self._spent.get(key)
        if spent is None:
            spent = self._spent[key] = _Spent(window)
            if len(self._spent) > MAX_KEYS:
                self._spent.popitem(last=False)
        elif spent.window != window:
            before = spent.now if spent.window == window - 1 else 0
            spent.window, spent.now, spent.before = window, 0, before
        self._spent.move_to_end(key)
        return spent

    def _wait(self, spent: _Spent, amount: int, limit: int, into: float) -> int:
        """Seconds until `amount` fits, at most until both windows are over."""
        room = limit - amount - spent.now
        if room >= 0 and spent.before > 0:
            share = room / spent.before
            return max(1, ceil(WINDOW_SECONDS * (1 - share) - into))
        share = max(0.0, (limit - amount) / spent.now) if spent.now else 0.0
        return max(1, ceil(WINDOW_SECONDS - into + WINDOW_SECONDS * (1 - min(share, 1.0))))


shared = Budgets()
"""Those of this process for what people do on pages and by operations: reports, tries of a secret, searches."""

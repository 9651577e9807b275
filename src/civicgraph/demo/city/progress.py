"""How loading says how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich import progress as rich_progress
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Progress(Protocol):
    """Told of each step by those who do the work."""

    def step(self, what: str, total: int | None = None) -> None:
        """The next step begins; `total` is how much it is, if that is known."""

    def advance(self, by: int = 1) -> None:
        """So much more of the step is done."""


class Silent:
    """Says nothing."""

    def step(self, what: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, by: int = 1) -> None:
        """Nothing."""


@contextmanager
def shown_on(console: Console) -> Iterator[Progress]:
    """Bars on a console: what is done stands with its time, what runs moves."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with rich_progress.Progress(*columns, console=console) as bars:
        shown = _Bars(bars)
        yield shown
        shown.end()


class _Bars:
    """Progress as bars, one for each step."""

    def __init__(self, bars: rich_progress.Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def step(self, what: str, total: int | None = None) -> None:
        self.end()
        self._task = self._bars.add_task(what, total=total)

    def advance(self, by: int = 1) -> None:
        if self._task is not None:
            self._bars.advance(self._task, by)

    def end(self) -> None:
        """The running step is done, whatever it was estimated at."""
        if self._task is None:
            return
        done = max(1, int(self._bars.tasks[self._task].completed))
        self._bars.update(self._task, total=done, completed=done)
        self._bars.stop_task(self._task)

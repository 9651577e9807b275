"""Reports as Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    return [_line(head), "|" + "---|" * len(head), *(_line(row) for row in rows)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write(report: Path, lines: Iterable[str], console: Console) -> None:
    """Write a report. `{load}` in it becomes the load average of this moment, the end of the measuring."""
    text = "\n".join(lines).replace("{load}", f"{os.getloadavg()[0]:.1f}") + "\n"
    report.write_text(text, encoding="utf-8")
    console.print(f"{report} was written.")

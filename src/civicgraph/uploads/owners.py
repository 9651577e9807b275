"""Whether what a file belongs to is shown to everyone: each room says it of what it keeps, and it is asked at each serving.

A file's own mark says that staff published it. What it belongs to may be hidden or withdrawn afterwards, in ways that
no file hears of: nobody can forget a file then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from civicgraph.uploads.models import Upload
from civicgraph.uploads.rules import is_shown

Shown = Callable[[int], Awaitable[bool]]
_OWNERS: dict[str, Shown] = {}


def owner(subject_type: str) -> Callable[[Shown], Shown]:
    """Says of a type, by the key of its row, whether everyone sees that row."""

    def register(shown: Shown) -> Shown:
        _OWNERS[subject_type] = shown
        return shown

    return register


async def is_shown_to_all(row: Upload) -> bool:
    """Whether everyone may see the file: it is published, and so is what it belongs to."""
    shown = _OWNERS.get(row.subject_type)
    return is_shown(row) and (shown is None or (row.subject_id is not None and await shown(row.subject_id)))

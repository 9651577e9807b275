"""Files that go with a message by e-mail: rooms say here which of their messages have some, and how they are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from civicgraph.notifications.models import OutboxMessage


@dataclass(frozen=True)
class Attachment:
    """A file, as the message carries it."""

    filename: str
    kind: str
    """Its media type: text/calendar, image/png."""
    content: bytes


Maker = Callable[[Mapping[str, Any]], Sequence[Attachment]]
MAKERS: dict[str, Maker] = {}
"""How the files of a message are made of its values, by the message's template."""


def attached(message: OutboxMessage) -> Sequence[Attachment]:
    """The files that go with a message."""
    make = MAKERS.get(message.template)
    return make(message.values) if make else ()

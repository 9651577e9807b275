"""Files that go with a message by e-mail: rooms say here which of their messages have one, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from civicgraph.notifications.models import OutboxMessage


@dataclass(frozen=True)
class Attachment:
    """A file of text, as the message carries it."""

    filename: str
    subtype: str
    """After `text/`: calendar."""
    content: bytes


Maker = Callable[[Mapping[str, Any]], Attachment | None]
MAKERS: dict[str, Maker] = {}
"""How the file of a message is made of its values, by the message's template."""


def attached(message: OutboxMessage) -> Attachment | None:
    """The file that goes with a message."""
    make = MAKERS.get(message.template)
    return make(message.values) if make else None

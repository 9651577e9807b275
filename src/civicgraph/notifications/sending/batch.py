"""What leaves at once for one recipient: a message, or several that were gathered behind the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from civicgraph import crypto
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import Said, said_by, said_together
from civicgraph.settings import Settings

SEALED = "sealed_"


class Unwritable(Exception):
    """The message itself is at fault: its template, or what fills it. Staff see it among the parked."""


class Refused(Exception):
    """The mail server refused the recipient or the mail: its code and words, without anything personal."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"SMTP {code}: {words}")
        self.is_final = code >= 500
        """Whether the same would be refused again (RFC 5321, 4.2.1); 4xx passes by itself."""


@dataclass(frozen=True)
class Batch:
    """The first message, whose id it goes by, and those that leave with it."""

    head: OutboxMessage
    others: list[OutboxMessage]

    @property
    def ids(self) -> list[int]:
        """The numbers of all its messages."""
        return [self.head.id, *(one.id for one in self.others)]

    async def said(self, settings: Settings) -> Said:
        """What it says: the message alone, or one that holds them all in order."""
        try:
            parts = [await said_by(one.template, opened(one.values), one.locale) for one in (self.head, *self.others)]
            return parts[0] if len(parts) == 1 else await said_together(parts, self.head.locale)
        except Exception as error:
            raise Unwritable from error


def opened(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a message; those that lie sealed (`sealed_link`) are opened as it leaves (`link`)."""
    sealed = {name: value for name, value in values.items() if name.startswith(SEALED)}
    return {**values, **{name.removeprefix(SEALED): crypto.decrypt(value) for name, value in sealed.items()}}

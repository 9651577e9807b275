"""What quotas belong to. Events and services say who they are here; this room knows neither of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from civicgraph.i18n import N_, Labelled


class SubjectKind(Labelled):
    """What a quota belongs to."""

    EVENT = "event", N_("Event")
    SERVICE = "service", N_("Service")


@dataclass(frozen=True)
class Subject:
    """An event or a service as its quotas know it."""

    kind: SubjectKind
    id: int
    slug: str
    name: str
    division_code: str
    venue: str
    phone: str
    link: str
    is_public: bool
    is_called_off: bool
    is_on_hold: bool = False
    """An event that is postponed, without a new date yet; a service that rests."""
    reason: str = ""
    """Why it is on hold or does not take place; empty while it does."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    capacity: int | None = None
    """What a new quota is offered as its capacity."""

    @property
    def key(self) -> dict[str, Any]:
        """The column of a quota that points to it."""
        return {f"{self.kind.value}_id": self.id}


Finder = Callable[[str], Awaitable[Subject | None]]
FINDERS: dict[SubjectKind, Finder] = {}


def finds(kind: SubjectKind) -> Callable[[Finder], Finder]:
    """Register how a subject of this kind is found by its slug, locked."""

    def register(finder: Finder) -> Finder:
        FINDERS[kind] = finder
        return finder

    return register

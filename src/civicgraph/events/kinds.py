"""What each kind of event has of its own: the one place that says it. Pure.

Forms, the check of what is entered, the record's pages and the public page all go by this table; a kind that needs
something new gets a line here, and no code of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from civicgraph.events.models import EntryKind, EventKind
from civicgraph.i18n import N_


@dataclass(frozen=True)
class Entries:
    """A part of an event's record: its heading, what an entry of it holds, and whether one can become a grievance."""

    heading: str
    add: str
    fields: tuple[str, ...]
    becomes_grievance: bool = False
    is_planned: bool = False
    """It is written down before the event: who copies the event plans the same again."""
    empty: str = ""
    """What the public page says where there is none yet; nothing is shown there if this is empty."""


ENTRIES: dict[EntryKind, Entries] = {
    EntryKind.AGENDA: Entries(N_("Agenda"), N_("Add a point to the agenda"), ("text", "said_by"), is_planned=True),
    EntryKind.MATERIAL: Entries(N_("Materials"), N_("Add material"), ("text", "file", "link"), is_planned=True),
    EntryKind.QUESTION: Entries(
        N_("Questions and sore points"),
        N_("Add a question"),
        ("text", "said_by", "answer", "done_on"),
        becomes_grievance=True,
        empty=N_("What is asked here is listed with its answer, or with who sees to it and by when."),
    ),
    EntryKind.OPINION: Entries(
        N_("Opinions collected"), N_("Add an opinion"), ("text", "said_by", "answer", "owner", "due_on", "done_on")
    ),
    EntryKind.FINDING: Entries(
        N_("What the drill found"), N_("Add a finding"), ("text", "answer", "owner", "due_on", "done_on")
    ),
}


DUE = tuple(kind for kind, one in ENTRIES.items() if "due_on" in one.fields)
"""Entries that an office sees to by a day: they are reminded of, and listed while they are open."""

PLANNED = tuple(kind for kind, one in ENTRIES.items() if one.is_planned)
"""Entries that a copy of an event and the others of its series have too; the rest is what came of one of them."""


@dataclass(frozen=True)
class Own:
    """What a kind of event has that others have not."""

    about: str
    fields: tuple[str, ...] = ()
    entries: tuple[EntryKind, ...] = ()


KINDS: dict[EventKind, Own] = {
    EventKind.CULTURE_NIGHT: Own(
        N_("An evening with a programme: exhibitions, performances, workshops, markets, check-in spots.")
    ),
    EventKind.SAFETY_DRILL: Own(
        N_("What is practised and for which hazard, which rescue teams come, who took part, what was found."),
        ("hazards", "scenario", "team_ids", "planned_participants", "actual_participants"),
        (EntryKind.FINDING,),
    ),
    EventKind.POLICY_CLASS: Own(
        N_("Topics, and materials to read before or afterwards."), ("hazards",), (EntryKind.MATERIAL,)
    ),
    EventKind.ENTERPRISE_FORUM: Own(
        N_("Enterprises ask; each question is answered on the spot or becomes a grievance with a deadline."),
        (),
        (EntryKind.QUESTION, EntryKind.MATERIAL),
    ),
    EventKind.CONSULTATION: Own(
        N_("An agenda, the opinions that were given and what becomes of them, and the minutes."),
        ("minutes",),
        (EntryKind.AGENDA, EntryKind.OPINION, EntryKind.MATERIAL),
    ),
    EventKind.ACTIVITY: Own(N_("Anything else that neighbours do together.")),
}
OWN_FIELDS = tuple(dict.fromkeys(name for one in KINDS.values() for name in one.fields))
RECORD_FIELDS = ("actual_participants", "minutes")
"""What is known of one event alone, afterwards: the others of its series do not get it."""


def foreign_fields(kind: EventKind) -> list[str]:
    """The fields that events of this kind do not have."""
    return [name for name in OWN_FIELDS if name not in KINDS[kind].fields]

"""The record of an event: its agenda and materials, what was asked, said and found, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from tortoise.expressions import Q

from civicgraph import clock, crypto
from civicgraph.divisions.operations import DivisionCode
from civicgraph.events.kinds import ENTRIES, KINDS
from civicgraph.events.models import EntryKind, Event, EventEntry, EventStatus
from civicgraph.events.operations.materials import drop_file, keep_file
from civicgraph.events.operations.rows import changing
from civicgraph.events.reminders import arm, disarm
from civicgraph.grievances.models import Channel
from civicgraph.grievances.operations.file_grievance import Identity, file
from civicgraph.grievances.operations.report_input import FileGrievance
from civicgraph.grievances.rules import grouped
from civicgraph.i18n import N_, gettext
from civicgraph.operations import (
    FieldError,
    Input,
    InvalidInput,
    NotFound,
    OperationError,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.operations.inputs import validate
from civicgraph.permissions import Actor

MAX_ENTRIES = 200


def _checked_link(link: str) -> str:
    if re.match(r"[\w-]+(\.[\w-]+)+(/|$)", link):  # as it stands in a browser's line: www.zunyi.gov.cn/…
        link = f"https://{link}"
    if link and not link.startswith(("https://", "http://")):
        raise PydanticCustomError("civic_link", N_("Please give an address that begins with https://."))
    return link


class EventEntryFields(Input):
    """What an entry says."""

    text: str = Field(title=N_("What it says"), min_length=2, max_length=600, json_schema_extra={"widget": "textarea"})
    said_by: str = Field(
        "", title=N_("Who said it"), max_length=80, description=N_("An enterprise or a group; no names of residents.")
    )
    file: str = Field(
        "",
        title=N_("File"),
        max_length=40,
        description=N_(
            "PDF, Word, Excel, PowerPoint or a picture; everybody can read it. Empty keeps the one there is."
        ),
        json_schema_extra={"widget": "file", "accept": ".pdf,.docx,.xlsx,.pptx,image/jpeg,image/png,image/webp"},
    )
    link: Annotated[str, AfterValidator(_checked_link)] = Field(
        "", title=N_("Where it is to be had"), max_length=300, description=N_("An address on the web.")
    )
    answer: str = Field(
        "",
        title=N_("What was answered, or is done about it"),
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
    )
    owner: str = Field("", title=N_("Which office sees to it"), max_length=80)
    due_on: date | None = Field(None, title=N_("By when"))
    done_on: date | None = Field(None, title=N_("Answered or done on"))


class AddEventEntry(EventEntryFields):
    """A new entry of an event's record."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    kind: EntryKind = Field(title=N_("Kind"))


class EventEntryVersion(Input):
    """Which entry, as the editor saw it."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class ChangeEventEntry(EventEntryFields, EventEntryVersion):
    """An entry as it is from now on."""

    takes_file_away: bool = Field(False, title=N_("Take its file away"))


class HandOnQuestion(EventEntryVersion):
    """A question that was not answered on the spot."""

    category: str = Field(title=N_("What is it about?"), min_length=1, max_length=40)
    division_code: Annotated[DivisionCode, Field(title=N_("Community that sees to it"))]
    enterprise_code: str = Field(
        "", title=N_("Credit code of the enterprise"), max_length=18, description=N_("If it is in the register.")
    )
    owner: str = Field("", title=N_("Which office sees to it"), max_length=80)


class Unsettled(OperationError):
    """What was asked waits for an answer, so the event is not done with."""

    code = "CONFLICT"


_NOT_YET = N_("This day is still to come. Please say on which day it was answered or done, or leave it empty.")
_UNSAID = N_(
    "Please say what was answered, or what was done about it. Without that it stays open: leave the day empty."
)
_NAMES = [name for name in EventEntryFields.model_fields if name != "file"]


@operation()
async def add_event_entry(actor: Actor, data: AddEventEntry) -> EventEntry:
    """Add an entry to an event's record."""
    event = await changing(actor, data.slug)
    if data.kind not in KINDS[event.kind].entries:
        raise InvalidInput.at("kind", "foreign", N_("Events of this kind have no such record."))
    _check_fields(ENTRIES[data.kind].fields, data)
    same = EventEntry.filter(event_id=event.id, kind=data.kind)
    if await same.count() >= MAX_ENTRIES:
        raise Unavailable(N_("The record is full: it holds 200 entries of a kind."))
    last = await same.order_by("-position").first()
    values = _settled(event, data.kind, data)
    row = await EventEntry.create(
        event_id=event.id, kind=data.kind, position=last.position + 1 if last else 1, **values
    )
    await arm(row)
    filed = await keep_file(event, row, data.file)
    await _note(actor, event, row, {**changed({}, {name: value for name, value in values.items() if value}), **filed})
    return row


@operation()
async def change_event_entry(actor: Actor, data: ChangeEventEntry) -> EventEntry:
    """Change an entry: what it says, what was answered, who sees to it and by when, whether it is done."""
    event, row = await _of(actor, data)
    before = {name: getattr(row, name) for name in _NAMES}
    check_version(row, data.version, lambda: before)
    fields = fields_of(row.kind, is_grievance=row.grievance_id is not None)
    _check_fields(fields, data)
    values = _settled(event, row.kind, data)
    if row.grievance_id is not None and "owner" not in data.model_fields_set:
        values["owner"] = row.owner  # who sees to it was said when it became a grievance
    row.update_from_dict({**values, "version": row.version + 1})
    await row.save()
    await arm(row)
    filed = await keep_file(event, row, data.file, is_taken_away=data.takes_file_away)
    await _note(actor, event, row, {**changed(before, {name: getattr(row, name) for name in _NAMES}), **filed})
    return row


@operation()
async def remove_event_entry(actor: Actor, data: EventEntryVersion) -> Event:
    """Take an entry out of the record; one that became a grievance stays."""
    event, row = await _of(actor, data)
    check_version(row, data.version, dict)
    if row.grievance_id is not None:
        raise Unavailable(N_("This became a grievance, so it stays in the record."))
    await _note(actor, event, row, {"text": [row.text, None]})
    await disarm(row)
    await drop_file(row)
    await row.delete()
    return event


@operation()
async def hand_on_question(actor: Actor, data: HandOnQuestion) -> dict[str, Any]:
    """Turn a question into a grievance: it has an office and promised times from then on, and the list shows how it goes.

    The tracking secret is answered here and nowhere else: who asked follows it, rates it or withdraws it with that.
    """
    event, row = await _of(actor, data)
    check_version(row, data.version, dict)
    if not ENTRIES[row.kind].becomes_grievance or row.grievance_id is not None or row.done_on is not None:
        raise Unavailable(N_("Only a question that is still open can become a grievance, and only once."))
    report = validate(
        FileGrievance,
        {
            "category": data.category,
            "division_code": data.division_code,
            "enterprise_code": data.enterprise_code or None,
            "description": f"{row.text}\n({event.title})",  # who asked, the record says; lists of problems do not
            "channel": Channel.FORUM,
            "event": None if event.status is EventStatus.DRAFT else event.slug,
        },
    )
    given = await Identity.new()
    grievance = await file(actor, report, given.number, crypto.token_hash(given.secret), is_asked=False)
    row.update_from_dict({"grievance_id": grievance.id, "owner": data.owner, "version": row.version + 1})
    await row.save()
    await _note(actor, event, row, {"grievance": [None, grievance.number]})
    return {"entry": row, "number": grievance.number, "tracking_secret": grouped(given.secret)}


async def check_settled(event: Event) -> None:
    """Refuse while a question of the event is neither answered nor a grievance, and name each.

    They are not made grievances by themselves: what each is about and which community it is counted for is nowhere
    said, and the tracking secret is shown once, to somebody who hands it to whoever asked.
    """
    asked = [kind for kind in KINDS[event.kind].entries if ENTRIES[kind].becomes_grievance]
    waits = Q(done_on__isnull=True) | Q(answer="")
    still_open = EventEntry.filter(waits, event_id=event.id, kind__in=asked, grievance_id__isnull=True)
    words = N_("Still open: “%(text)s”%(said_by)s. Say when it was answered, or make it a grievance, in the record.")
    errors = [
        FieldError("", "open_question", gettext(words, text=row.text, said_by=row.said_by and f" ({row.said_by})"))
        for row in await still_open.order_by("position")
    ]
    if errors:
        raise Unsettled(errors)


async def _of(actor: Actor, data: EventEntryVersion) -> tuple[Event, EventEntry]:
    """The event and its entry, for somebody who may change them."""
    row = await EventEntry.filter(id=data.id).select_for_update().first()
    found = await Event.get_or_none(id=row.event_id) if row else None
    if row is None or found is None:
        raise NotFound
    return await changing(actor, found.slug), row


def fields_of(kind: EntryKind, *, is_grievance: bool) -> tuple[str, ...]:
    """What an entry of a kind has; once it is a grievance also the office that sees to it."""
    fields = ENTRIES[kind].fields
    return (*fields, "owner") if is_grievance and "owner" not in fields else fields


def _check_fields(fields: Sequence[str], data: EventEntryFields) -> None:
    for name in EventEntryFields.model_fields:
        if name not in fields and getattr(data, name) not in ("", None):
            raise InvalidInput.at(name, "foreign", N_("Entries of this kind do not have this."))
    if data.done_on is None:
        return
    if data.done_on > clock.today():
        raise InvalidInput.at("done_on", "not_yet", _NOT_YET)
    if not data.answer:
        raise InvalidInput.at("answer", "missing", _UNSAID)


def _settled(event: Event, kind: EntryKind, data: EventEntryFields) -> dict[str, Any]:
    """The entry's values. A question that comes with its answer was answered on the spot."""
    values = {name: getattr(data, name) for name in _NAMES}
    if ENTRIES[kind].becomes_grievance and data.answer and data.done_on is None:
        values["done_on"] = min(clock.today(), event.ends_at.astimezone(clock.CITY_ZONE).date())
    return values


async def _note(actor: Actor, event: Event, row: EventEntry, changes: dict[str, Any]) -> None:
    """The trail of the event shows its record as well, and who saw a draft without the change does not publish it."""
    if event.status is EventStatus.DRAFT and changes:
        event.version += 1
        await event.save(update_fields=["version", "updated_at"])
    await audit(actor, event, {f"{row.kind}.{row.position}.{name}": value for name, value in changes.items()})

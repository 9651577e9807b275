"""Writes of the events room."""

from civicgraph.events.operations.drafts import (
    DuplicateEvent,
    SetEventContact,
    duplicate_event,
    return_event,
    schedule_event,
    set_event_contact,
    submit_event,
    unschedule_event,
)
from civicgraph.events.operations.entries import (
    AddEventEntry,
    ChangeEventEntry,
    EventEntryVersion,
    HandOnQuestion,
    add_event_entry,
    change_event_entry,
    hand_on_question,
    remove_event_entry,
)
from civicgraph.events.operations.image import remove_event_image, set_event_image
from civicgraph.events.operations.importing import import_events
from civicgraph.events.operations.inputs import (
    CancelEvent,
    ChangeRepetition,
    CreateEvent,
    EventFields,
    EventVersion,
    PostponeEvent,
    ProgrammeItemFields,
    ReinstateEvent,
    RepeatEvent,
    UpdateEvent,
)
from civicgraph.events.operations.keeping import create_event, update_event
from civicgraph.events.operations.places import repeat_places
from civicgraph.events.operations.planned import repeat_plan
from civicgraph.events.operations.reinstate import reinstate_event
from civicgraph.events.operations.rule import change_repetition
from civicgraph.events.operations.series import extend, repeat_event
from civicgraph.events.operations.states import (
    cancel_event,
    finish_event,
    postpone_event,
    publish_event,
    withdraw_event,
)

__all__ = [
    "AddEventEntry",
    "CancelEvent",
    "ChangeEventEntry",
    "ChangeRepetition",
    "CreateEvent",
    "DuplicateEvent",
    "EventEntryVersion",
    "EventFields",
    "EventVersion",
    "HandOnQuestion",
    "PostponeEvent",
    "ProgrammeItemFields",
    "ReinstateEvent",
    "RepeatEvent",
    "SetEventContact",
    "UpdateEvent",
    "add_event_entry",
    "cancel_event",
    "change_event_entry",
    "change_repetition",
    "create_event",
    "duplicate_event",
    "extend",
    "finish_event",
    "hand_on_question",
    "import_events",
    "postpone_event",
    "publish_event",
    "reinstate_event",
    "remove_event_entry",
    "remove_event_image",
    "repeat_event",
    "repeat_places",
    "repeat_plan",
    "return_event",
    "schedule_event",
    "set_event_contact",
    "set_event_image",
    "submit_event",
    "unschedule_event",
    "update_event",
    "withdraw_event",
]

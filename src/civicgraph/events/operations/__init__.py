"""Writes of the events room."""

from civicgraph.events.operations.inputs import (
    CancelEvent,
    CreateEvent,
    EventFields,
    EventVersion,
    PostponeEvent,
    ProgrammeItemFields,
    RepeatEvent,
    UpdateEvent,
)
from civicgraph.events.operations.keeping import create_event, update_event
from civicgraph.events.operations.series import extend, repeat_event
from civicgraph.events.operations.states import cancel_event, finish_event, postpone_event, publish_event

__all__ = [
    "CancelEvent",
    "CreateEvent",
    "EventFields",
    "EventVersion",
    "PostponeEvent",
    "ProgrammeItemFields",
    "RepeatEvent",
    "UpdateEvent",
    "cancel_event",
    "create_event",
    "extend",
    "finish_event",
    "postpone_event",
    "publish_event",
    "repeat_event",
    "update_event",
]

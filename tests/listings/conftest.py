"""A small city with editors of two counties."""

from __future__ import annotations

from tests.events.conftest import city as city
from tests.events.conftest import editor as editor
from tests.events.conftest import list_event as list_event
from tests.events.conftest import neighbour as neighbour

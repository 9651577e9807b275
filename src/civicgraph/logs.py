"""Logs: one line an event, with request ids and no personal data."""

from __future__ import annotations

import asyncio
import atexit
import logging
import sys
from collections import Counter
from random import Random
from typing import Any

import orjson
import structlog

from civicgraph import clock
from civicgraph.settings import Settings

log = structlog.get_logger()

FLUSH_SECONDS = 0.2


def configure(settings: Settings) -> None:
    """Send our own and the libraries' lines to standard error in the settings' form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Any = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    tail: list[Any] = [structlog.processors.format_exc_info] if settings.log_format == "json" else []
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    structlog.configure(
        processors=[*shared, *tail, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True
    )
    _requests.configure(settings, level)


_ids = Random()
"""Ids are to be found by and no secret: asking the system for each would cost as much as a good part of a read."""


def new_request_id() -> str:
    """An id to find a request's lines by."""
    return f"{_ids.getrandbits(64):016x}"


answered: Counter[int] = Counter()
"""Requests of this process by the status that they were answered with."""


def request(method: str, route: str, status: int, began: float, request_id: str) -> None:
    """One line a request: what, how long, how it ended; no query, no address, no person.

    `began` is `clock.monotonic` at its beginning, `route` the pattern of its address.
    """
    answered[status] += 1
    milliseconds = round((clock.monotonic() - began) * 1000, 1)
    _requests.add({"method": method, "route": route, "status": status, "ms": milliseconds, "request_id": request_id})


class _Requests:
    """The lines of requests. As JSON they are gathered for a moment and written together.

    A line by itself costs as much as a kept page's whole answer.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._is_json = self._is_silent = False

    def configure(self, settings: Settings, level: int) -> None:
        self._is_json = settings.log_format == "json"
        self._is_silent = level > logging.INFO

    def add(self, line: dict[str, Any]) -> None:
        if self._is_silent:
            return
        if not self._is_json:
            log.info("request", **line)
            return
        line["event"], line["level"], line["timestamp"] = "request", "info", clock.wall()
        self._lines.append(orjson.dumps(line, option=orjson.OPT_UTC_Z))
        if len(self._lines) == 1:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        if self._lines:
            sys.stderr.buffer.write(b"\n".join(self._lines) + b"\n")
            sys.stderr.buffer.flush()
            self._lines = []


_requests = _Requests()
atexit.register(_requests.flush)

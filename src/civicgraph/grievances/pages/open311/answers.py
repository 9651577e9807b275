"""Answers in JSON and in XML, errors among them; an address ends in the format that is asked for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from xml.etree import ElementTree

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise.exceptions import OperationalError, TransactionManagementError

from civicgraph import clock, i18n
from civicgraph.graph.cursors import BadPage
from civicgraph.graph.engine import BadVariables
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError, Forbidden, NotFound, OperationError, TooMany
from civicgraph.operations.errors import NOT_SAVED

log = structlog.get_logger()

MEDIA = {"json": "application/json", "xml": "text/xml"}
ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""The element of one in a list of many: in JSON a list needs no name for them."""
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STATUSES: Mapping[type[OperationError], int] = {Forbidden: 403, NotFound: 404, TooMany: 429}


class Refused(Exception):
    """What was asked for cannot be answered: an HTTP status, with words."""

    def __init__(self, status: int, *messages: str, **headers: str) -> None:
        super().__init__(status)
        self.status, self.messages, self.headers = status, messages, headers


@dataclass(frozen=True)
class Told:
    """What is answered: the name of the whole, and what it holds."""

    root: str
    content: Sequence[Mapping[str, Any]] | Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Awaitable[Told]]


def both(path: str, handler: Handler, *, name: str, methods: Sequence[str] = ("GET",)) -> list[Route]:
    """The routes of an address, one for each format."""
    return [
        Route(f"{path}.{ending}", partial(_answered, handler, ending), name=f"{name}_{ending}", methods=list(methods))
        for ending in MEDIA
    ]


async def _answered(handler: Handler, ending: str, request: Request) -> Response:
    if (language := request.query_params.get("lang", "")) in i18n.LOCALES:
        i18n.current.set(language)
    try:
        told = await handler(request)
    except Refused as error:
        told = refusal(error.status, error.messages, error.headers)
    except OperationError as error:
        told = refusal(_STATUSES.get(type(error), 400), [_words(one) for one in error.errors])
    except (BadVariables, BadPage):
        told = refusal(400, [gettext(N_("Please check this value."))])
    except HTTPException as error:
        told = refusal(error.status_code, [error.detail], error.headers)
    except (OperationalError, TransactionManagementError) as error:
        log.error("open311.not_saved", reason=type(error).__name__)
        told = refusal(503, [gettext(NOT_SAVED)], {"retry-after": "60"})
    body = as_json(told) if ending == "json" else as_xml(told)
    headers = {"cache-control": "no-store", "access-control-allow-origin": "*", **told.headers}
    return Response(body, told.status, headers, f"{MEDIA[ending]}; charset=utf-8")


def refusal(status: int, messages: Sequence[str], headers: Mapping[str, str] | None = None) -> Told:
    """Errors as GeoReport writes them: the code, and what is wrong."""
    found = [{"code": status, "description": message} for message in messages]
    return Told("errors", found, status, headers or {})


def _words(error: FieldError) -> str:
    return f"{_NAMES.get(error.field, error.field)}: {error.message}" if error.field else error.message


_NAMES = {
    "category": "service_code",
    "division_code": "address_id",
    "address": "address_string",
    "contact_phone": "phone",
    "contact_email": "email",
    "contact_name": "first_name, last_name",
    "point": "lat, long",
    "photos": "media",
}
"""What GeoReport calls the fields of a report."""


def as_json(told: Told) -> bytes:
    """The answer in JSON; the name of the whole is told by the address."""
    return orjson.dumps(told.content)


def as_xml(told: Told) -> bytes:
    """The answer in XML."""
    root = ElementTree.Element(told.root)
    _fill(root, told.content)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _fill(element: ElementTree.Element, content: Any) -> None:
    if isinstance(content, Mapping):
        for name, value in content.items():
            _fill(ElementTree.SubElement(element, name), value)
    elif isinstance(content, list | tuple):
        for one in content:
            _fill(ElementTree.SubElement(element, ITEMS[element.tag]), one)
    elif content is not None:
        plain = str(content).lower() if isinstance(content, bool) else str(content)
        element.text = _NO_XML.sub("", plain)


def moment(text: str | None) -> str | None:
    """A time of ours as W3C writes it, with the city's offset."""
    found = datetime.fromisoformat(text) if text else None
    return found.astimezone(clock.CITY_ZONE).isoformat(timespec="seconds") if found else None

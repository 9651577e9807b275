"""The register as the staff's filter leaves it, as CSV: read and sent a hundred entries at a time, without contacts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from civicgraph.enterprises.pages.register import staff_filter
from civicgraph.enterprises.rules import closer
from civicgraph.i18n import N_, current, gettext, label_of
from civicgraph.web import read, staff_only
from civicgraph.web.sheets import lines

SIZE = 100
"""Entries of one read: what is held in memory at a time, however large the register is."""
NAMED = (
    *(N_("Credit code"), N_("Registered name"), N_("Brand"), N_("Legal kind"), N_("Status")),
    *(N_("Industry"), N_("Scale"), N_("Founded on"), N_("Code of the place"), N_("Place"), N_("Public")),
    N_("Lists of offices"),
)
"""Its columns, which a file that is sent back may have in either language. The place's name follows from its code; whether
the public sees an entry is decided at the entry alone."""


async def sheet(request: Request) -> Response:
    """A download that begins at once and grows as it is read."""
    chosen = staff_filter(request)["filter"]
    headers = {"content-disposition": 'attachment; filename="enterprises.csv"', "cache-control": "private, no-store"}
    sent = _sent(request, chosen, current.get())
    return StreamingResponse(sent, headers=headers, media_type="text/csv; charset=utf-8")


async def _sent(request: Request, chosen: Mapping[str, Any], locale: str) -> AsyncIterator[str]:
    """The lines, in the language of the request, which is over while they are sent."""
    current.set(locale)
    yield "".join(lines([_head()]))
    after = None
    while True:
        variables = {"filter": chosen, "first": SIZE, "after": after}
        found = (await read(request, "staff/enterprises/results", variables))["enterprises"]
        if after is None and not found["nodes"] and (close := closer(chosen)):
            chosen = close
            continue
        _, *rows = lines(_row(one) for one in found["nodes"])  # the mark of the byte order was sent
        yield "".join(rows)
        if not found["pageInfo"]["hasNextPage"]:
            return
        after = found["pageInfo"]["endCursor"]


def _head() -> list[str]:
    return [gettext(one) for one in NAMED]


def _row(one: Mapping[str, Any]) -> list[Any]:
    lists = "; ".join(
        f"{label_of('EnterpriseList', each['list'])}:{each['listedOn']}~{each['delistedOn'] or ''}"
        for each in one["listings"]
    )
    labels = {"kind": "EnterpriseKind", "status": "EnterpriseStatus", "scale": "EnterpriseScale"}
    kind, status, scale = (label_of(of, one[name]) if one[name] else "" for name, of in labels.items())
    place, is_public = one["division"], gettext("yes") if one["isPublished"] else gettext("no")
    return [
        *(one["creditCode"], one["name"], one["brand"], kind, status, one["industryCode"], scale),
        *(one["establishedOn"], place["code"], place["shortName"], is_public, lists),
    ]


ROUTES = [Route("/staff/enterprises.csv", staff_only(sheet), name="staff_enterprises_sheet")]

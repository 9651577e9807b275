"""Is it one of these? An extension of GeoReport: what a report would say finds those of the same problem, before it is filed."""

from __future__ import annotations

from starlette.requests import Request

from civicgraph.divisions.models import DivisionLevel
from civicgraph.divisions.rules import DIGITS
from civicgraph.grievances.pages.open311.answers import Told
from civicgraph.grievances.pages.open311.asking import all_read, jurisdiction, public
from civicgraph.grievances.pages.open311.filing import where_of
from civicgraph.grievances.pages.open311.requests import told_of
from civicgraph.web import throttle
from civicgraph.web.forms import read_pairs

SHORTEST, LONGEST = 4, 2_000
"""Characters of a description that tell something, and of those that are compared."""


async def similar(request: Request) -> Told:
    """Public reports of the community that may be of the same problem, the likest first; each is followed on its own page.

    The words are sent in the body, as those of a report are, and kept nowhere. No key is needed: everyone may read this.
    """
    throttle.count_search(request)
    given = all_read(await read_pairs(request))
    where = await where_of(given, jurisdiction(given))
    text = given.get("description", "").strip()[:LONGEST]
    if len(where["division_code"]) != DIGITS[DivisionLevel.COMMUNITY] or len(text) < SHORTEST:
        return Told("service_requests", [])
    variables = {
        "community": where["division_code"],
        "text": text,
        "category": given.get("service_code") or None,
        "point": where["point"] or None,
    }
    found = await public(request, "similar", variables)
    return Told("service_requests", [told_of(request, one) for one in found["grievancesAlike"]])

"""What became of the places: booked, came, did not come, waited; of an event by session, of a service by month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock
from civicgraph.bookings.subjects import SubjectKind
from civicgraph.i18n import N_, gettext
from civicgraph.web import page, read, require, staff_only

_DOCUMENT = "staff/bookings/figures"
_COUNTED = ("booked", "came", "missed", "waited")


async def figures(request: Request) -> Response:
    """The figures of one event or service, for those who look after who comes."""
    kind = next((one for one in SubjectKind if one.value == request.path_params["kind"]), None)
    if kind is None:
        raise HTTPException(404)
    since = f"{clock.today().replace(day=1, year=clock.today().year - 1)}"
    variables = {"slug": request.path_params["slug"], "isEvent": kind is SubjectKind.EVENT, "since": since}
    found = await read(request, _DOCUMENT, variables)
    row = require(found, kind.value)
    quotas = [*row["quotas"], *await _slots(request, row, variables)]
    if not any(one["mayManage"] for one in quotas):
        raise HTTPException(403)
    rows = _by_session(quotas) if kind is SubjectKind.EVENT else _by_month(quotas)
    total = {name: sum(one[name] for one in rows) for name in _COUNTED}
    values = {"kind": kind.value, "row": row, "rows": rows, "total": total, "since": since}
    return await page(request, _DOCUMENT, variables, values, data=found)


async def _slots(request: Request, row: Mapping[str, Any], variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The time slots of a service in the last year, all pages of them."""
    if "heldSlots" not in row:
        return []
    slots = row["heldSlots"]
    found = list(slots["nodes"])
    while slots["pageInfo"]["hasNextPage"]:
        more = await read(request, _DOCUMENT, {**variables, "after": slots["pageInfo"]["endCursor"]})
        slots = more["service"]["heldSlots"]
        found += slots["nodes"]
    return found


def _counted(quota: Mapping[str, Any]) -> dict[str, int]:
    """Whoever is noted as not having come has given the places back; once it is over, who was not checked in did not come."""
    absent, came = quota["noShows"] or 0, quota["attended"] or 0
    ends = quota["endsAt"] or quota["startsAt"]
    is_over = bool(ends) and datetime.fromisoformat(ends) < clock.now()
    left = max(quota["taken"] - came, 0) if is_over else 0
    return {"booked": quota["taken"] + absent, "came": came, "missed": absent + left, "waited": quota["waiting"]}


def _by_session(quotas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"quota": one, "name": one["title"] or gettext(N_("The whole")), **_counted(one)} for one in quotas]


def _by_month(quotas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Slots by the month in which they took place; terms and what has no time by themselves, as sessions are."""
    months: dict[str, dict[str, Any]] = {}
    for one in quotas:
        if not one["isPlanned"]:
            continue
        month = f"{datetime.fromisoformat(one['startsAt']).astimezone(clock.CITY_ZONE):%Y-%m}"
        sums = months.setdefault(month, {"quota": None, "name": month, **dict.fromkeys(_COUNTED, 0)})
        for name, count in _counted(one).items():
            sums[name] += count
    return [*_by_session([one for one in quotas if not one["isPlanned"]]), *(months[one] for one in sorted(months))]


ROUTES = [Route("/staff/bookings/figures/{kind}/{slug}", staff_only(figures), name="staff_bookings_figures")]

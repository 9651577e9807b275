"""Reports and what became of them: as everyone may read them, no point, no address, no words that are not public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from civicgraph import clock, settings
from civicgraph.grievances.pages.open311.answers import Refused, Told, moment
from civicgraph.grievances.pages.open311.asking import jurisdiction, named, public
from civicgraph.grievances.rules import OFFICES, typed_number
from civicgraph.grievances.workflow import UNFINISHED
from civicgraph.i18n import N_, gettext
from civicgraph.web import throttle
from civicgraph.web.shell import address

_OPEN = [one.name for one in UNFINISHED]
MOST_DAYS = 90
MOST = 100
"""Reports of one answer, and numbers that can be asked for at once."""


async def requests(request: Request) -> Told:
    """Reports, the latest first: by number, service, state and time; without a time those of the last 90 days."""
    throttle.count_search(request)
    given = request.query_params
    place = jurisdiction(given)
    numbers = [typed_number(one) for one in _several(given, "service_request_id")]
    filters: dict[str, Any] = {"within": place}
    filters |= {"numbers": numbers} if numbers else _narrowed(given)
    variables = {"place": place, "filter": filters, "first": _page_size(given), "after": given.get("after") or None}
    variables = {key: value for key, value in variables.items() if value is not None}
    found = await public(request, "requests", variables)
    page = found["grievances"]["pageInfo"]
    headers = {}
    if page["hasNextPage"]:
        following = request.url.include_query_params(after=page["endCursor"])
        headers["link"] = f'<{_base()}{following.path}?{following.query}>; rel="next"'
    return Told("service_requests", [told_of(request, one) for one in found["grievances"]["nodes"]], headers=headers)


async def request_(request: Request) -> Told:
    """One report by its number."""
    place = jurisdiction(request.query_params)
    number = typed_number(request.path_params["number"])
    variables = {"place": place, "filter": {"numbers": [number], "within": place}, "first": 1}
    found = (await public(request, "requests", variables))["grievances"]["nodes"]
    if not found:
        raise Refused(404, gettext(N_("service_request_id: there is no such report, or it is not public.")))
    return Told("service_requests", [told_of(request, one) for one in found])


def _narrowed(given: Mapping[str, str]) -> dict[str, Any]:
    start, end = _time(given, "start_date"), _time(given, "end_date")
    longest = timedelta(days=MOST_DAYS)
    end = end or (start + longest if start else None)
    start = start or (end or clock.now()) - longest
    if end and not timedelta() <= end - start <= longest:
        words = N_("end_date: please ask for at most %(days)s days, from start_date on.")
        raise Refused(400, gettext(words, days=MOST_DAYS))
    found: dict[str, Any] = {"submittedFrom": start.isoformat()}
    if end:
        found["submittedBefore"] = (end + timedelta(seconds=1)).isoformat()  # the end itself counts
    if codes := _several(given, "service_code"):
        found["categories"] = codes
    if asked := set(_several(given, "status")):
        if not asked <= {"open", "closed"}:
            raise Refused(400, gettext(N_("status: please ask for open, closed, or both.")))
        if len(asked) == 1:
            found["isUnfinished"] = asked == {"open"}
    return found


def _several(given: Mapping[str, str], name: str) -> list[str]:
    """Values that stand in a row, parted by commas."""
    found = list(dict.fromkeys(one.strip()[:60] for one in given.get(name, "").split(",") if one.strip()))
    if len(found) > MOST:
        raise Refused(400, gettext(N_("%(name)s: please ask for at most %(most)s at once."), name=name, most=MOST))
    return found


def _time(given: Mapping[str, str], name: str) -> datetime | None:
    text = given.get(name, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that was not escaped
        if not 1900 <= found.year <= 2200:
            raise ValueError(name)
    except ValueError as error:
        words = N_("%(name)s: please write the time like 2026-05-22T00:00:00+08:00.")
        raise Refused(400, gettext(words, name=name)) from error
    return found if found.tzinfo else found.replace(tzinfo=clock.CITY_ZONE)


def _page_size(given: Mapping[str, str]) -> int:
    text = given.get("page_size", "")
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 9 else MOST


def told_of(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """A report as GeoReport tells it."""
    latest = row["latestUpdate"] or {}
    shown = next((one["name"] for one in row["photos"] if one["isPublic"]), None)
    return {
        "service_request_id": row["number"],
        "status": "open" if row["status"] in _OPEN else "closed",
        "status_notes": latest.get("publicNote") or row["outcome"] or row["reason"] or None,
        "service_name": named(row["category"]),
        "service_code": row["category"]["code"],
        "description": row["publicText"],
        "agency_responsible": row["bodyInCharge"] or row["team"] or row["division"]["name"] + OFFICES[12],
        "service_notice": f"{_base()}{address(request, 'grievance', number=row['number'])}",
        "requested_datetime": moment(row["submittedAt"]),
        "updated_datetime": moment(latest.get("at") or row["submittedAt"]),
        "expected_datetime": moment(row["resolutionDueAt"]),
        "address": _place(row),
        "address_id": row["division"]["code"],
        "zipcode": None,
        "lat": _degrees(row["squareLatitudeMicro"]),
        "long": _degrees(row["squareLongitudeMicro"]),
        "media_url": f"{_base()}{address(request, 'upload', file=shown, size='large')}" if shown else None,
    }


def _degrees(micro: int | None) -> float | None:
    """The middle of the square of about a kilometre that the point lies in: where exactly is for staff alone."""
    return None if micro is None else micro / 1_000_000


def _place(row: Mapping[str, Any]) -> str:
    """Down to the compound: the building and the door are not public."""
    parent = row["division"]["parent"] or {}
    parts = [(parent.get("parent") or {}).get("name"), parent.get("name"), row["division"]["name"]]
    return "".join(one for one in (*parts, (row["compound"] or {}).get("name")) if one)


def _base() -> str:
    return settings.current().base_url.rstrip("/")

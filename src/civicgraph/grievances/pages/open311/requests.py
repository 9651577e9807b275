"""Reports and what became of them: as everyone may read them, no point, no address, no words that are not public."""

from __future__ import annotations

import re
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
DEEPEST = 1_000
"""Reports that are reached by the number of a page; what lies further, by the header `Link`."""


async def requests(request: Request) -> Told:
    """Reports, the latest first: by number, service, state and time; without a time those of the last 90 days."""
    throttle.count_search(request)
    given = request.query_params
    place = jurisdiction(given)
    numbers = [typed_number(one) for one in _several(given, "service_request_id")]
    filters: dict[str, Any] = {"within": place}
    filters |= {"numbers": numbers} if numbers else _narrowed(given)
    asked = {"place": place, "filter": filters}
    asked |= {"after": given["after"]} if given.get("after") else {}
    size = _page_size(given)
    begin = await _begin(request, asked, (_page(given, size) - 1) * size)
    if begin is None:
        return Told("service_requests", [])
    found = await public(request, "requests", {**asked, **begin, "first": size})
    shown = found["grievances"]["pageInfo"]
    headers = {}
    if shown["hasNextPage"]:
        following = request.url.remove_query_params("page").include_query_params(after=shown["endCursor"])
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


async def _begin(request: Request, asked: Mapping[str, Any], count: int) -> dict[str, str] | None:
    """Behind which report a page begins, `count` from the first; None where there are not so many."""
    begin: dict[str, str] = {}
    while count:
        step = min(count, MOST)
        found = await public(request, "ends", {**asked, **begin, "first": step})
        passed = found["grievances"]["pageInfo"]
        if not passed["hasNextPage"]:
            return None
        begin, count = {"after": passed["endCursor"]}, count - step
    return begin


def _page_size(given: Mapping[str, str]) -> int:
    size = _whole(given, "page_size", MOST)
    if size > MOST:
        raise Refused(
            400, gettext(N_("%(name)s: please ask for at most %(most)s at once."), name="page_size", most=MOST)
        )
    return size


def _page(given: Mapping[str, str], size: int) -> int:
    """Which page is asked for. Each before it is walked through, so only so many reports are reached like this."""
    page = _whole(given, "page", 1)
    if page * size > DEEPEST:
        words = N_("page: only the first %(most)s reports are told by page. The address in the header Link leads on.")
        raise Refused(400, gettext(words, most=DEEPEST))
    return page


def _whole(given: Mapping[str, str], name: str, default: int) -> int:
    """A whole number from one on."""
    text = given.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"0*[1-9]\d{0,8}", text, re.ASCII):
        raise Refused(400, gettext(N_("%(name)s: please give a whole number from 1 on."), name=name))
    return int(text)


def told_of(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """A report as GeoReport tells it."""
    latest = row["latestUpdate"] or {}
    shown = next((one["name"] for one in row["photos"] if one["isPublic"]), None)
    return {
        "service_request_id": row["number"],
        "status": "open" if row["status"] in _OPEN else "closed",
        "status_notes": _notes(request, row),
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


def _notes(request: Request, row: Mapping[str, Any]) -> str | None:
    """What the office said last; of a joined report also with which one, as far as that is public."""
    said = (row["latestUpdate"] or {}).get("publicNote") or row["outcome"] or row["reason"]
    if row["status"] != "MERGED":
        return said or None
    joined = gettext(N_("It was joined with an earlier report of the same problem."))
    if row["duplicateOf"]:
        number = row["duplicateOf"]["number"]
        url = f"{_base()}{address(request, 'grievance', number=number)}"
        joined = gettext(N_("It was joined with %(number)s: %(url)s"), number=number, url=url)
    return f"{said} {joined}" if said else joined


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

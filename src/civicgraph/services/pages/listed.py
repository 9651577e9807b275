"""The list of services, a service; the staff's listings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import calendars, clock, settings
from civicgraph.bookings.known import own_states
from civicgraph.divisions.choosing import editable, granted, place_field, staff_choices
from civicgraph.events.feeds.linked import image_of, script
from civicgraph.events.feeds.texts import absolute
from civicgraph.grievances.intake import placing
from civicgraph.i18n import N_, gettext, ngettext
from civicgraph.listings.review import told_again
from civicgraph.permissions import DRAFT_SERVICES
from civicgraph.services import operations, rules
from civicgraph.services.kinds import KINDS, left_out
from civicgraph.services.linked import service_of
from civicgraph.services.models import HolidayHours, Household, Service, ServiceKind, ServiceStatus
from civicgraph.services.operations.importing import WEEKDAYS
from civicgraph.services.pages.many import bulk_of
from civicgraph.services.pages.price import payer_of
from civicgraph.uploads.image_page import ImagePage
from civicgraph.web import listing, page, read, require
from civicgraph.web.query import (
    fen,
    is_free_asked,
    kinds,
    one_of,
    paging,
    place,
    price_fields,
    review_field,
    search_field,
    select_field,
    text,
    yuan,
)


async def services(request: Request) -> Response:
    """The list: by kind, place, words, and whether it is open now."""
    asked = {
        "q": text(request) or "",
        "kind": one_of(request, "kind", ServiceKind) or "",
        "within": place(request) or "",
        "open": "true" if request.query_params.get("open") == "true" else "",
        "free": "true" if is_free_asked(request) else "",
        "price": yuan(request) or "",
    }
    filters = {
        "kind": [asked["kind"]] if asked["kind"] else None,
        "within": asked["within"],
        "text": asked["q"],
        "isOpenNow": True if asked["open"] else None,
        "isFree": True if asked["free"] else None,
        "maxPriceFen": fen(asked["price"]),
        "isOffered": True,
    }
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": {key: value for key, value in filters.items() if value not in (None, "")},
        **paging(request, 24),
    }
    found = await read(request, "services/list", variables)
    fields = [
        *_search(request),
        place_field(request, require(found, "division"), asked["within"]),
        {"name": "open", "kind": "checkbox", "label": gettext("open now"), "value": bool(asked["open"])},
        *price_fields(request),
    ]
    values = {"asked": asked, "fields": fields}
    return await page(request, "services/list", variables, values, fragment="services/_results", data=found)


def _search(request: Request) -> list[dict[str, Any]]:
    return [search_field(request), select_field(request, "kind", gettext("Kind"), ServiceKind)]


async def service(request: Request) -> Response:
    """One service: when it is open, what it costs whom, what it offers, how to reach it."""
    payer = await payer_of(request)
    variables = {
        "slug": request.path_params["slug"],
        **payer.variables(),
        "today": f"{clock.today()}",
        "after": request.query_params.get("after"),
    }
    found = await read(request, "services/service", variables)
    row = require(found, "service")
    kind = KINDS[ServiceKind[row["kind"]]]
    slots = row["slots"]["nodes"]
    own = {
        "kind": kind,
        "today": variables["today"],
        "slot_days": _slot_days(slots),
        "is_later": bool(variables["after"]),
        "building": _building(request, row["stewards"]),
    }
    hours = _hours(row)
    is_listed = row["status"] in ("PUBLISHED", "SUSPENDED")
    values = {
        **hours,
        **own,
        "linked": script(service_of(row, hours["special_days"])) if is_listed else "",
        "mine": await own_states(request, [*row["quotas"], *slots]),
        "asked": payer.shown(row["priceRules"]),
        **_price_choices(),
        "graph": _graph(row),
    }
    answer = await page(request, "services/service", variables, values, fragment="services/_price", data=found)
    if request.method == "POST":
        answer.headers["cache-control"] = "no-store"
    return answer


def _graph(row: dict[str, Any]) -> dict[str, str]:
    """The Open Graph properties of a service."""
    return {
        "og:type": "website",
        "og:title": row["name"],
        "og:description": row["summary"] or row["name"],
        "og:url": absolute(f"/services/{row['slug']}"),
        **(image_of(row["image"]) if row["image"] else {}),
        "og:locale": "zh_CN",
    }


def _building(request: Request, stewards: list[dict[str, Any]]) -> dict[str, Any]:
    """The building that somebody asks about, and who looks after it."""
    asked = request.query_params.get("building", "").strip()[:20]
    named = re.search(r"\d{1,3}|[一二三四五六七八九十百]{1,5}", unicodedata.normalize("NFKC", asked))
    number = placing.number(named[0]) if named else None
    return {"asked": asked, "stewards": [one for one in stewards if number in placing.buildings(one["buildings"])]}


def _slot_days(slots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Time slots by day, and within a day by what or whom one books."""
    days: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for one in slots:
        day = f"{datetime.fromisoformat(one['startsAt']).astimezone(clock.CITY_ZONE).date()}"
        days.setdefault(day, {}).setdefault(one["title"], []).append(one)
    return [
        {"day": day, "groups": [{"title": title, "slots": found} for title, found in groups.items()]}
        for day, groups in days.items()
    ]


def _price_choices() -> dict[str, Any]:
    return {
        "households": [("", gettext("Any other household")), *((one.name, gettext(one.label)) for one in Household)]
    }


def _hours(row: dict[str, Any]) -> dict[str, Any]:
    """The week with the day whose hours count today, what holds today, and the special days that are not over."""
    today, how = clock.today(), HolidayHours[row["holidayHours"]]
    coming = [one for one in row["specialDays"] if one["lastDay"] >= f"{today}"]
    is_special = any(one["firstDay"] <= f"{today}" for one in coming)
    counts = 0 if is_special else rules.weekday_of(today, how)
    week = [
        {
            "name": gettext(name),
            "is_today": number == counts,
            "hours": [one for one in row["hours"] if one["weekday"] == number],
        }
        for number, name in enumerate(WEEKDAYS, 1)
    ]
    goes_by_holidays = how is HolidayHours.LIKE_OFFICES and not is_special
    return {
        "week": week,
        "special_days": coming,
        "holiday": calendars.holiday_name(today) if goes_by_holidays and not counts else "",
        "is_makeup_day": goes_by_holidays and calendars.is_makeup_day(today),
    }


def _staff_filter(request: Request) -> dict[str, Any]:
    filters = {
        **editable(request, DRAFT_SERVICES),
        "text": text(request),
        "kind": kinds(request, "kind", ServiceKind),
        "statuses": kinds(request, "status", ServiceStatus),
        "isSubmitted": request.query_params.get("review") == "true",
    }
    return {
        "filter": {key: value for key, value in filters.items() if value},
        "granted": granted(request, DRAFT_SERVICES),
        **paging(request, 30),
    }


def _staff_values(request: Request) -> dict[str, Any]:
    asked = {
        "q": text(request) or "",
        "kind": one_of(request, "kind", ServiceKind) or "",
        "status": one_of(request, "status", ServiceStatus) or "",
        "review": "true" if request.query_params.get("review") == "true" else "",
        **editable(request, DRAFT_SERVICES),
    }
    state = select_field(request, "status", gettext("Status"), ServiceStatus)
    fields = [*_search(request), state, review_field(request)]
    return {
        "fields": fields,
        "asked": asked,
        "kinds": _KINDS,
        "sorts": [(one.value, one.words, gettext(own.about)) for one, own in KINDS.items()],
        "chosen_kind": asked["kind"],
        "forms": listing.forms(STAFF),
        "bulk": BULK.buttons(request),
    }


def _left_out(row: Mapping[str, Any]) -> list[str]:
    return left_out(ServiceKind[row["kind"]], listing.from_graphql(operations.UpdateService, row))


def _left_out_new(request: Request) -> list[str]:
    return left_out(ServiceKind[chosen], {}) if (chosen := one_of(request, "kind", ServiceKind)) else []


def _starts_with(request: Request) -> dict[str, Any]:
    """What the form of a new service of the chosen kind is filled in with."""
    chosen = one_of(request, "kind", ServiceKind)
    return {"kind": ServiceKind[chosen], **_said(KINDS[ServiceKind[chosen]].starts_with)} if chosen else {}


def _said(given: Any) -> Any:
    """A template with its texts in the language of the request."""
    if isinstance(given, Mapping):
        return {name: _said(one) for name, one in given.items()}
    if isinstance(given, list):
        return [_said(one) for one in given]
    return gettext(given) if isinstance(given, str) and not isinstance(given, Enum) else given


async def _choices(request: Request) -> dict[str, Any]:
    """The places that the actor may edit, the compounds there, the days of the week."""
    found: dict[str, Any] = {
        "division_code": await staff_choices(request, DRAFT_SERVICES),
        "weekday": [(str(number), gettext(name)) for number, name in enumerate(WEEKDAYS, 1)],
    }
    compounds = await _compounds(request)
    if compounds is not None:
        found["compound_number"] = compounds
    return found


async def _compounds(request: Request) -> list[tuple[str, ...]] | None:
    """The compounds where the actor edits; None when they are more than a list can offer: then by number."""
    prefixes = request.state.actor.prefixes(DRAFT_SERVICES)
    if len(prefixes) != 1:
        return None
    compounds = (await read(request, "staff/services/choices", {"within": prefixes[0]}))["compounds"]
    if compounds["pageInfo"]["hasNextPage"]:
        return None
    return [(str(one["number"]), one["name"], one["division"]["shortName"]) for one in compounds["nodes"]]


_KINDS = {kind.name: own for kind, own in KINDS.items()}


def _saved(row: Service) -> str:
    """That it is saved, that it is looked over again where it is, and what became of bookings."""
    parts = [one for one in (gettext("Saved."), told_again(row)) if one]
    if row.called_off:
        words = ngettext(
            "One booking is called off: whoever left an e-mail is written to, whoever left a telephone alone is to be called.",
            "%(num)s bookings are called off: whoever left an e-mail is written to, whoever left a telephone alone is to be called.",
            row.called_off,
        )
        parts.append(words)
    if row.brought_back:
        words = ngettext(
            "One booking that was called off holds again, and is told so.",
            "%(num)s bookings that were called off hold again, and are told so.",
            row.brought_back,
        )
        parts.append(words)
    return " ".join(parts)


STAFF = listing.Listing(
    name="staff_services",
    folder="staff/services",
    root="service",
    key="slug",
    subject="Service",
    create=operations.create_service,
    drafter=DRAFT_SERVICES,
    update=operations.update_service,
    variables=_staff_filter,
    choices=_choices,
    values=_staff_values,
    left_out=_left_out,
    left_out_new=_left_out_new,
    starts_with=_starts_with,
    said=_saved,
    verbs=(
        *listing.drafting(
            publish=operations.publish_service,
            withdraw=operations.withdraw_service,
            submit=operations.submit_service,
            give_back=operations.return_service,
            schedule=operations.schedule_service,
            unschedule=operations.unschedule_service,
            duplicate=operations.duplicate_service,
        ),
        listing.Verb("suspension", operations.suspend_service, N_("Suspend"), N_("It is suspended.")),
        listing.Verb("resumption", operations.resume_service, N_("It is there again"), N_("It is published.")),
        listing.Verb("closure", operations.close_service, N_("Close for good"), N_("It is closed.")),
    ),
)
BULK = bulk_of(STAFF)
IMAGE = ImagePage(
    STAFF, operations.set_service_image, operations.remove_service_image, called="name", words=N_("Services")
)

ROUTES = [
    Route("/services", services, name="services"),
    Route("/services/{slug}", service, name="service", methods=["GET", "POST"]),
]

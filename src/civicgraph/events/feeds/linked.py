"""An event for search engines: schema.org as JSON-LD, and Open Graph for chat programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from markupsafe import Markup

from civicgraph import clock
from civicgraph.events.feeds.texts import absolute, moment, news_of, title_of
from civicgraph.web.formats import day

_TYPES = {"ENTERPRISE_FORUM": "BusinessEvent", "POLICY_CLASS": "EducationEvent", "CULTURE_NIGHT": "Festival"}
_STATUS = {"CANCELLED": "EventCancelled", "POSTPONED": "EventPostponed"}
_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&'\u2028\u2029"}
"""What could end the element, or begin another, is written by its number: JSON reads it the same."""


def script(data: Mapping[str, Any]) -> Markup:
    """A block of data for a page. Browsers do not run it, so the content security policy does not stand against it."""
    text = orjson.dumps(data).decode().translate(_UNSAFE)
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 - no sign of markup is left in it


def event_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The event as schema.org describes events; only what is known of it."""
    path = f"/events/{row['slug']}"
    status = _STATUS.get(row["status"]) or ("EventRescheduled" if row["previousStartsAt"] else "EventScheduled")
    found = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(row["kind"], "Event"),
        "@id": absolute(path),
        "url": absolute(path),
        "name": row["title"],
        "description": row["summary"] or row["description"],
        "image": absolute(row["image"]["url"] if row["image"] else f"{path}/picture.png"),
        "inLanguage": "zh-CN",
        "startDate": _time(row["startsAt"], row),
        "endDate": _time(row["endsAt"], row),
        "previousStartDate": _time(row["previousStartsAt"], row) if row["previousStartsAt"] else "",
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": _place(row),
        "organizer": {"@type": "Organization", "name": row["organiser"]} if row["organiser"] else "",
        "audience": [{"@type": "Audience", "audienceType": one} for one in row["audiences"]],
        "keywords": row["topics"],
        "isAccessibleForFree": not row["priceFen"],
        "maximumAttendeeCapacity": row["capacity"],
        "offers": _offer(row, absolute(path)),
        "subEvent": [_item(item, row) for item in row["programme"] if item["startsAt"]],
    }
    return {name: value for name, value in found.items() if value not in ("", None, [])}


def _time(text: str, row: Mapping[str, Any]) -> str:
    at = moment(text)
    return at.date().isoformat() if row["isAllDay"] else at.isoformat()


def _place(row: Mapping[str, Any]) -> dict[str, Any]:
    above, names = row["division"], []
    while above:
        names.append(above["shortName"])
        above = above.get("parent")
    address = {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressLocality": " ".join(reversed(names)),
        "streetAddress": row["address"],
    }
    known = {name: value for name, value in address.items() if value}
    return {"@type": "Place", "name": row["venue"] or row["division"]["shortName"], "address": known}


def _offer(row: Mapping[str, Any], url: str) -> dict[str, Any]:
    price = f"{row['priceFen'] / 100:.2f}"
    availability = f"https://schema.org/{_availability(row)}"
    return {"@type": "Offer", "price": price, "priceCurrency": "CNY", "url": url, "availability": availability}


def _availability(row: Mapping[str, Any]) -> str:
    """Whether one can still come, in schema.org's words. Where only sessions want a place, all can come to the rest."""
    if row["status"] in ("CANCELLED", "FINISHED") or row["isOver"]:
        return "Discontinued"
    if row["status"] == "POSTPONED":
        return "OutOfStock"
    whole = [one for one in row["quotas"] if not one["title"]]
    if not whole or any(one["isTaking"] and one["left"] != 0 and not one["waiting"] for one in whole):
        return "InStock"
    if any(one["status"] == "OPEN" and one["opensAt"] and moment(one["opensAt"]) > clock.now() for one in whole):
        return "PreOrder"
    return "SoldOut"


def _item(item: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    found = {"@type": "Event", "name": item["title"], "startDate": moment(item["startsAt"]).isoformat()}
    if item["endsAt"]:
        found["endDate"] = moment(item["endsAt"]).isoformat()
    return {**found, "location": {"@type": "Place", "name": item["stage"] or row["venue"] or row["title"]}}


def graph_of(row: Mapping[str, Any], when: str) -> dict[str, str]:
    """The Open Graph properties of an event."""
    path = f"/events/{row['slug']}"
    where = row["venue"] or row["division"]["shortName"]
    return {
        "og:type": "website",
        "og:title": title_of(row),
        "og:description": " · ".join(filter(None, (news_of(row), when, where, row["summary"]))),
        "og:url": absolute(path),
        **(image_of(row["image"]) if row["image"] else _drawn(row, path)),
        "og:locale": "zh_CN",
    }


def image_of(image: Mapping[str, Any]) -> dict[str, str]:
    """The Open Graph properties of a listing's image."""
    return {
        "og:image": absolute(image["url"]),
        "og:image:type": "image/jpeg",
        "og:image:width": f"{image['width']}",
        "og:image:height": f"{image['height']}",
        "og:image:alt": image["alt"],
    }


def _drawn(row: Mapping[str, Any], path: str) -> dict[str, str]:
    """The same of the picture that is drawn for an event without one."""
    return {
        "og:image": absolute(f"{path}/picture.png"),
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": f"{title_of(row)}, {day(row['startsAt'])}",
    }

"""A service for search engines and maps: schema.org as JSON-LD. Rows are those of the service's page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from civicgraph.events.feeds.texts import absolute
from civicgraph.i18n import gettext
from civicgraph.services.kinds import KINDS
from civicgraph.services.models import OfferKind, ServiceKind
from civicgraph.web.formats import minute_of_day

_TYPES: dict[ServiceKind, Any] = {
    ServiceKind.CANTEEN: "Restaurant",
    ServiceKind.AFTER_SCHOOL_CARE: "ChildCare",
    ServiceKind.CONVENIENCE_STORE: "Store",
    ServiceKind.REPAIR: "HomeAndConstructionBusiness",
    ServiceKind.PARKING: ["LocalBusiness", "ParkingFacility"],
    ServiceKind.ERRAND: "GovernmentOffice",
    ServiceKind.JOB_REFERRAL: "EmploymentAgency",
}
"""What schema.org calls a kind; all are sorts of `LocalBusiness`, which alone has hours, an address and offers together."""
_ITEMS = {OfferKind.DISH: "MenuItem", OfferKind.GOODS: "Product"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CLOSED = {"opens": "00:00", "closes": "00:00"}
_LAST = "23:59"
"""The end of a day: 24:00 is no time of the standard."""


def service_of(row: Mapping[str, Any], special_days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The service as schema.org describes what has a door and hours; only what is known of it.

    `special_days` are those that are not over. What is suspended is described without hours.
    """
    kind = ServiceKind[row["kind"]]
    path = absolute(f"/services/{row['slug']}")
    is_there = row["status"] == "PUBLISHED"
    found = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(kind, "LocalBusiness"),
        "@id": path,
        "url": path,
        "name": row["name"],
        "description": row["summary"] or row["description"],
        "image": absolute(row["image"]["url"]) if row["image"] else "",
        "telephone": row["phone"],
        "address": _address(row),
        "openingHoursSpecification": _hours(row) if is_there else [],
        "specialOpeningHoursSpecification": [_special(one) for one in special_days] if is_there else [],
        "maximumAttendeeCapacity": row["capacity"],
        "makesOffer": [_price(one) for one in row["priceRules"]],
        "hasOfferCatalog": _catalog(row, gettext(KINDS[kind].offers)),
    }
    return _known(found)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, [])}


def _address(row: Mapping[str, Any]) -> dict[str, Any]:
    above, names = row["division"], []
    while above:
        names.append(above["shortName"])
        above = above.get("parent")
    street = " ".join(filter(None, (row["compound"]["name"] if row["compound"] else "", row["address"])))
    locality = " ".join(reversed(names))
    address = {"addressCountry": "CN", "addressLocality": locality, "streetAddress": street}
    return {"@type": "PostalAddress", **_known(address)}


def _hours(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The week as on the page. Days with the same hours stand together."""
    if row["isRoundTheClock"]:
        found = [_stretch(_DAYS, 0, 1440)]
    else:
        days: dict[tuple[int, int], list[str]] = {}
        for one in row["hours"]:
            days.setdefault((one["opensMinute"], one["closesMinute"]), []).append(_DAYS[one["weekday"] - 1])
        found = [_stretch(names, *minutes) for minutes, names in days.items()]
    if found and row["holidayHours"] == "LIKE_OFFICES" and not row["isRoundTheClock"]:
        found.append({"@type": "OpeningHoursSpecification", "dayOfWeek": "PublicHolidays", **_CLOSED})
    return found


def _stretch(days: Sequence[str], opens: int, closes: int | None) -> dict[str, Any]:
    found = {"@type": "OpeningHoursSpecification", "dayOfWeek": list(days), "opens": minute_of_day(opens)}
    return {**found, "closes": _end(closes)} if closes is not None else found


def _end(minute: int) -> str:
    return _LAST if minute == 1440 else minute_of_day(minute)


def _special(one: Mapping[str, Any]) -> dict[str, Any]:
    open_then = _CLOSED
    if one["opensMinute"] is not None:
        open_then = {"opens": minute_of_day(one["opensMinute"]), "closes": _end(one["closesMinute"])}
    days = {"validFrom": one["firstDay"], "validThrough": one["lastDay"]}
    return {"@type": "OpeningHoursSpecification", **days, **open_then, **_known({"description": one["note"]})}


def _money(fen: int, unit: str) -> dict[str, Any]:
    price = {"price": f"{fen / 100:.2f}", "priceCurrency": "CNY"}
    if unit:
        price["priceSpecification"] = {"@type": "UnitPriceSpecification", **price, "unitText": unit}  # type: ignore[assignment]
    return price


def _price(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {"@type": "Offer", "name": rule["label"], **_money(rule["amountFen"], rule["unit"])}


def _catalog(row: Mapping[str, Any], heading: str) -> dict[str, Any] | None:
    if not row["offers"]:
        return None
    return {"@type": "OfferCatalog", "name": heading, "itemListElement": [_offer(one) for one in row["offers"]]}


def _offer(one: Mapping[str, Any]) -> dict[str, Any]:
    """An item of the offer: goods with their price, a course with its weekday and times."""
    item = {"@type": _ITEMS.get(OfferKind[one["kind"]], "Service"), "name": one["name"], "description": one["note"]}
    if one["weekday"] and one["startsMinute"] is not None and item["@type"] == "Service":
        item["hoursAvailable"] = _stretch([_DAYS[one["weekday"] - 1]], one["startsMinute"], one["endsMinute"])
    price = _money(one["amountFen"], one["unit"]) if one["amountFen"] is not None else {}
    return {"@type": "Offer", "itemOffered": _known(item), **price}

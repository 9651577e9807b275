"""What all feeds say of an event alike. Rows are those of `templates/events/feeds`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from civicgraph import clock, settings
from civicgraph.i18n import gettext, label_of
from civicgraph.web.formats import day, time

_UNPRINTABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def absolute(path: str) -> str:
    """A path of this site as an address that works anywhere."""
    return settings.current().base_url.rstrip("/") + path


def plain(text: str) -> str:
    """A text without characters that neither XML nor a calendar can hold."""
    return _UNPRINTABLE.sub("", text)


def moment(text: str) -> datetime:
    """A moment of an answer, by the clock on the city's walls."""
    return datetime.fromisoformat(text).astimezone(clock.CITY_ZONE)


def title_of(row: Mapping[str, Any]) -> str:
    """The title; in front of it what nobody may overlook."""
    marks = {"CANCELLED": gettext("[cancelled]"), "POSTPONED": gettext("[postponed, new date to come]")}
    return " ".join(filter(None, (marks.get(row["status"]), row["title"])))


def when_of(row: Mapping[str, Any]) -> str:
    """5月22日 周五 19:00–21:30; of several days from the first to the last."""
    begins, ends = row["startsAt"], row["endsAt"]
    if row["isAllDay"]:
        return day(begins) if day(begins) == day(ends) else f"{day(begins)} – {day(ends)}"
    if day(begins) == day(ends):
        return f"{day(begins)} {time(begins)}–{time(ends)}"
    return f"{day(begins)} {time(begins)} – {day(ends)} {time(ends)}"


def where_of(row: Mapping[str, Any]) -> str:
    """Venue and address; the place where neither is known."""
    return plain(", ".join(filter(None, (row["venue"], row["address"]))) or row["division"]["shortName"])


def news_of(row: Mapping[str, Any]) -> str:
    """Why it was cancelled or postponed, or takes place after all, or when it was to be; empty when nothing happened."""
    parts = []
    if row["status"] in ("CANCELLED", "POSTPONED"):
        parts.append(label_of("EventStatus", row["status"]))
    elif row["reinstatedAt"]:
        parts.append(gettext("This event takes place after all."))
    elif row["previousStartsAt"]:
        at = f"{day(row['previousStartsAt'])} {time(row['previousStartsAt'])}"
        parts.append(gettext("This event was moved: it was announced for %(when)s.", when=at))
    return " ".join(filter(None, (*parts, row["statusReason"]))) if parts else ""

"""Events as an iCalendar file (RFC 5545) that phones subscribe to.

An event keeps its UID for good and raises its SEQUENCE with each change, so that a calendar knows it again. A series is
one entry with its rule; what differs from the rule is said by EXDATE and RECURRENCE-ID. Nothing in the file depends on
the moment at which it is fetched, so that it stays the same until an event changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import icalendar
import orjson

from civicgraph import clock
from civicgraph.events import recurrence
from civicgraph.events.feeds.texts import absolute, moment, news_of, plain, title_of, where_of
from civicgraph.i18n import current, label_of

Row = Mapping[str, Any]
_STATUS = {"CANCELLED": "CANCELLED", "POSTPONED": "TENTATIVE"}
_ALIKE = ("title", "summary", "description", "venue", "address", "organiser", "contactPhone", "isAllDay", "kind")
REFRESH = timedelta(hours=6)


@dataclass(frozen=True)
class Known:
    """The events of a feed, and between which starts all that there are stand in it."""

    rows: Sequence[Row]
    spans: Sequence[tuple[datetime, datetime]]

    def holds(self, at: datetime) -> bool:
        """Whether an event of this start would stand in the feed."""
        return any(first <= at < last for first, last in self.spans)


def written(known: Known, name: str, about: str) -> bytes:
    """The file of a feed."""
    found = icalendar.Calendar()
    found.add("prodid", "-//CivicGraph//Events//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    for key, value in (("name", name), ("x-wr-calname", name), ("description", about), ("x-wr-caldesc", about)):
        found.add(key, value)
    found.add("x-wr-timezone", clock.CITY_ZONE.key)
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "PT6H")
    head, end, _ = bytes(found.to_ical()).partition(b"END:VCALENDAR")
    return b"".join((head, _zone(), *_entries(known), end, b"\r\n"))


@cache
def _zone() -> bytes:
    """The city's time zone with its history, as calendars want it beside a time."""
    return bytes(icalendar.Timezone.from_tzinfo(clock.CITY_ZONE).to_ical())


def one(row: Row) -> bytes:
    """The file of a single event, whether it comes again or not."""
    return written(Known([{**row, "series": None}], []), row["title"], row["summary"])


def _entries(known: Known) -> Iterator[bytes]:
    series: dict[int, list[Row]] = {}
    for row in known.rows:
        if row["series"]:
            series.setdefault(row["series"]["number"], []).append(row)
        else:
            yield _single(orjson.dumps(row), current.get(), absolute(""))
    for rows in series.values():
        yield from (entry.to_ical() for entry in _repeated(known, rows))


@lru_cache(4_096)
def _single(row: bytes, _locale: str, _base: str) -> bytes:
    """An event that comes once: writing it takes a millisecond, and a feed has hundreds that have not changed."""
    found = orjson.loads(row)
    return bytes(_entry(found, _uid(found)).to_ical())


def _uid(row: Row) -> str:
    return f"{row['slug']}@civicgraph"


def _entry(row: Row, uid: str, path: str = "") -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", uid)
    _add_times(event, row)
    event.add("summary", plain(title_of(row)))
    parts = (news_of(row), row["summary"], row["description"], row["organiser"], row["contactPhone"])
    address = absolute(path or f"/events/{row['slug']}")
    event.add("description", plain("\n".join(filter(None, (*parts, address)))))
    event.add("location", where_of(row))
    event.add("url", address)
    event.add("categories", [label_of("EventKind", row["kind"])])
    event.add("status", _STATUS.get(row["status"], "CONFIRMED"))
    _add_version(event, row["version"], row["updatedAt"])
    return event


def _add_times(event: icalendar.Event, row: Row) -> None:
    starts, ends = moment(row["startsAt"]), moment(row["endsAt"])
    if row["isAllDay"]:
        event.add("dtstart", starts.date())
        event.add("dtend", ends.date() + timedelta(days=1))
    else:
        event.add("dtstart", starts)
        event.add("dtend", ends)


def _add_version(event: icalendar.Event, version: int, updated_at: str) -> None:
    at = moment(updated_at).astimezone(UTC).replace(microsecond=0)
    event.add("dtstamp", at)
    event.add("last-modified", at)
    event.add("sequence", version - 1)


def _repeated(known: Known, rows: list[Row]) -> Iterator[icalendar.Event]:
    """A series: its rule, and each of its events that does not follow it."""
    series = rows[0]["series"]
    rule = recurrence.parse(series["rule"])
    by_slot = {moment(row["recursAt"]): row for row in rows if row["recursAt"]}
    ordinary = [row for row in rows if _is_ordinary(row)]
    slots = _slots(known, rule, series, by_slot) if ordinary else []
    if not slots:
        yield from (_entry(row, _uid(row)) for row in rows)
        return
    uid = f"series-{series['number']}@civicgraph"
    pattern = max(ordinary, key=lambda row: str(row["startsAt"]))
    yield _whole(known, uid, pattern, series, rule, slots, by_slot)
    for row in rows:
        slot = moment(row["recursAt"]) if row["recursAt"] else None
        if slot not in slots:
            yield _entry(row, _uid(row))
        elif not _follows(row, pattern):
            changed = _entry(row, uid)
            changed.add("recurrence-id", slot.date() if pattern["isAllDay"] else slot)
            yield changed


def _is_ordinary(row: Row) -> bool:
    is_there = row["status"] in ("PUBLISHED", "FINISHED") and not row["isException"]
    return is_there and row["recursAt"] is not None and moment(row["recursAt"]) == moment(row["startsAt"])


def _follows(row: Row, pattern: Row) -> bool:
    """Whether an event is what the rule says by itself."""
    length, usual = (moment(one["endsAt"]) - moment(one["startsAt"]) for one in (row, pattern))
    is_on_time = moment(row["startsAt"]) == moment(row["recursAt"]) and length == usual
    alike = all(row[name] == pattern[name] for name in _ALIKE)
    return is_on_time and alike and row["status"] not in _STATUS and not row["previousStartsAt"]


def _slots(known: Known, rule: recurrence.Rule, series: Row, by_slot: Mapping[datetime, Row]) -> list[datetime]:
    """The starts by the rule from the first event that is known to the last."""
    if not by_slot:
        return []
    first, last = min(by_slot), max(by_slot)
    walked = recurrence.starts(rule, moment(series["startsAt"]), last + timedelta(seconds=1))
    return [slot.astimezone(clock.CITY_ZONE) for slot in walked if slot >= first]


def _whole(
    known: Known,
    uid: str,
    pattern: Row,
    series: Row,
    rule: recurrence.Rule,
    slots: list[datetime],
    by_slot: Mapping[datetime, Row],
) -> icalendar.Event:
    length = moment(pattern["endsAt"]) - moment(pattern["startsAt"])
    first = {**pattern, "startsAt": slots[0].isoformat(), "endsAt": (slots[0] + length).isoformat()}
    changed = {"version": series["version"], "updatedAt": series["updatedAt"]}
    event = _entry({**first, **changed}, uid, f"/events/{pattern['slug']}/next")  # whoever taps any of them wants that
    if series["isEnded"]:  # nothing comes after the last that was made, whatever the rule allows
        rule = replace(rule, count=None, until=slots[-1].replace(tzinfo=None))
    elif rule.count is not None:
        rule = replace(rule, count=None, until=_end(rule, series).replace(tzinfo=None))
    if pattern["isAllDay"] and rule.until:
        text = replace(rule, until=None).text() + f";UNTIL={rule.until:%Y%m%d}"
    else:
        text = rule.text()
    event.add("rrule", icalendar.vRecur.from_ical(text))
    missing = [slot for slot in slots if slot not in by_slot and known.holds(slot)]
    if missing:
        event.add("exdate", [slot.date() for slot in missing] if pattern["isAllDay"] else missing)
    return event


def _end(rule: recurrence.Rule, series: Row) -> datetime:
    """The last start of a rule that counts: how far off it is, its numbers bound."""
    start = moment(series["startsAt"])
    *_, last = recurrence.starts(rule, start, start + timedelta(days=366 * 200))
    return last.astimezone(clock.CITY_ZONE)

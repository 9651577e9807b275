"""What the queue is asked for: by its address, or by a saved filter."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from civicgraph import clock, settings
from civicgraph.grievances.desk.rules import NARROWING
from civicgraph.grievances.models import Channel, GrievanceStatus, Urgency
from civicgraph.grievances.pages.choices import number_in, state_filter, states
from civicgraph.grievances.workflow import OPEN
from civicgraph.i18n import gettext
from civicgraph.permissions import DISPATCH_GRIEVANCES, READ_GRIEVANCES, Actor
from civicgraph.web.forms import Choices
from civicgraph.web.query import iso_day

VIEW_FILTERS: Mapping[str, Mapping[str, Any]] = {
    "mine": {"assignedToMe": True, "isOpen": True},
    "helping": {"helpedByMe": True, "isOpen": True},
    "new": {"status": "SUBMITTED"},
    "open": {"isOpen": True},
    "overdue": {"isOverdue": True},
    "called": {"waitsForMyAnswer": True, "isUnfinished": True},
    "check": {"status": "RESOLVED", "isVerified": True},
    "shortfalls": {"status": "SHORTFALL"},
    "all": {},
}
SPLIT_VIEWS = ("mine", "open")
"""Where what is overdue stands first, by itself."""
_CLOSED_VIEWS = ("check", "shortfalls", "all")
"""Whose promised times are no more to be kept."""
_OPEN_VIEWS = ("mine", "helping", "open", "overdue")
"""Which hold what is to be resolved, wherever that stands."""
COUNTED = ("mine", "helping", "new", "overdue", "called", "check", "shortfalls")
"""Views that say how much waits there."""
_ORDERS = {"due": "DUE_FIRST", "newest": "NEWEST", "oldest": "OLDEST"}
_BY_TIME = {"NEWEST": "LATEST", "OLDEST": "EARLIEST"}
"""The same order, read by the index that holds what was reported between two times."""


def _one_of(enum: type[GrievanceStatus] | type[Urgency] | type[Channel]) -> Callable[[str], str]:
    values = {one.value for one in enum}
    return lambda text: text if text in values else ""


def _holder(text: str) -> str:
    return text if re.fullmatch(r"(person|team):[1-9]\d{0,8}", text, re.ASCII) else ""


_FITTING: Mapping[str, Callable[[str], str]] = {
    "level": _one_of(Urgency),
    "channel": _one_of(Channel),
    "holder": _holder,
    "from": iso_day,
    "until": iso_day,
}
"""What does not fit is as if it were not there."""


def kept(actor: Actor, given: Mapping[str, str]) -> dict[str, str]:
    """What links and saved filters keep of an address; an unknown view is the one that the actor begins with."""
    first = "open" if actor.may_anywhere(DISPATCH_GRIEVANCES) else "mine"
    view = given.get("view", "")
    found = {name: _FITTING.get(name, str)(given.get(name, "")) for name in NARROWING}
    sort = given.get("sort", "")
    return {"view": view if view in VIEW_FILTERS else first, **found, "sort": sort if sort in _ORDERS else ""}


def place(actor: Actor, wanted: str) -> str:
    """The place asked for where the actor's grants cover it, else the first that they do."""
    if wanted.isdigit() and actor.may(READ_GRIEVANCES, wanted):
        return wanted
    return next(iter(actor.prefixes(READ_GRIEVANCES)), settings.current().city_code)


def filters(actor: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """The GraphQL filter for what is kept."""
    view = asked["view"]
    if number := number_in(asked["q"]):
        return {"within": place(actor, asked["within"]), "number": number}
    found = {"within": place(actor, asked["within"]), **VIEW_FILTERS[view]}
    found |= state_filter(asked["state"]) if asked["state"] in {one[0] for one in states_of(view)} else {}
    named = {
        "text": asked["q"],
        "category": asked["category"],
        "tag": asked["tag"],
        "urgency": asked["level"].upper(),
        "channel": asked["channel"].upper(),
        "submittedFrom": _start(asked["from"], 0),
        "submittedBefore": _start(asked["until"], 1),
        **_held_by(asked["holder"]),
    }
    return {**found, **{key: value for key, value in named.items() if value}}


def _held_by(holder: str) -> dict[str, int]:
    kind, _, number = holder.partition(":")
    return {"assignee" if kind == "person" else "team": int(number)} if number else {}


def _start(day: str, more: int) -> str:
    """When a day begins in the city, or one so many days after it."""
    if not day:
        return ""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=more), time(), clock.CITY_ZONE).isoformat()


def states_of(view: str) -> Choices:
    """What a view can be narrowed to by where things stand: nothing where it says so itself."""
    if view == "all":
        return states()
    return [("", gettext("All")), *((one.value, one.words) for one in OPEN)] if view in _OPEN_VIEWS else []


def is_narrowed(asked: Mapping[str, str]) -> bool:
    """Whether anything was asked for besides a view."""
    return any(asked[name] for name in (*NARROWING, "sort"))


def order(asked: Mapping[str, str]) -> str:
    """The order that was asked for, else what suits the view."""
    found = _ORDERS.get(asked["sort"]) or ("NEWEST" if asked["view"] in _CLOSED_VIEWS else "DUE_FIRST")
    return _BY_TIME.get(found, found) if asked["from"] or asked["until"] else found


def sort_choices(asked: Mapping[str, str]) -> dict[str, Any]:
    """The filter's field for the order."""
    words = {"": gettext("As usual"), "due": gettext("What is due first"), "newest": gettext("Newest first")}
    words["oldest"] = gettext("Oldest first")
    label = gettext("Order")
    return {"name": "sort", "kind": "select", "label": label, "value": asked["sort"], "choices": list(words.items())}


def view_words() -> dict[str, str]:
    """What the views are called."""
    words = (
        gettext("My work"),
        gettext("Where I help"),
        gettext("To be accepted"),
        gettext("Not done yet"),
        gettext("Overdue"),
        gettext("To be answered"),
        gettext("To be checked"),
        gettext("Shortfalls"),
        gettext("All grievances"),
    )
    return dict(zip(VIEW_FILTERS, words, strict=True))

"""What the queue is asked for: by its address, or by a saved filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civicgraph import settings
from civicgraph.grievances.pages.choices import state_filter
from civicgraph.i18n import gettext
from civicgraph.permissions import DISPATCH_GRIEVANCES, READ_GRIEVANCES, Actor

VIEW_FILTERS: Mapping[str, Mapping[str, Any]] = {
    "mine": {"assignedToMe": True, "isOpen": True},
    "helping": {"hasMyPart": True, "isOpen": True},
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
COUNTED = ("mine", "helping", "new", "overdue", "called", "check", "shortfalls")
"""Views that say how much waits there."""
_ORDERS = {"due": "DUE_FIRST", "newest": "NEWEST", "oldest": "OLDEST"}


def kept(actor: Actor, given: Mapping[str, str]) -> dict[str, str]:
    """What links and saved filters keep of an address; an unknown view is the one that the actor begins with."""
    first = "open" if actor.may_anywhere(DISPATCH_GRIEVANCES) else "mine"
    view = given.get("view", "")
    found = {name: given.get(name, "") for name in ("q", "category", "state", "within", "tag")}
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
    found = {"within": place(actor, asked["within"]), **VIEW_FILTERS[view]}
    found |= state_filter(asked["state"]) if view == "all" else {}
    named = (("text", asked["q"]), ("category", asked["category"]), ("tag", asked["tag"]))
    return {**found, **{key: value for key, value in named if value}}


def order(asked: Mapping[str, str]) -> str:
    """The order that was asked for, else what suits the view."""
    return _ORDERS.get(asked["sort"]) or ("NEWEST" if asked["view"] in _CLOSED_VIEWS else "DUE_FIRST")


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

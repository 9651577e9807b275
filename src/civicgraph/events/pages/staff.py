"""The staff's pages of events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from starlette.requests import Request

from civicgraph import settings
from civicgraph.divisions.choosing import editable, granted, staff_choices
from civicgraph.events import operations, recurrence
from civicgraph.events.feeds.texts import moment
from civicgraph.events.kinds import KINDS, OWN_FIELDS, RECORD_FIELDS, foreign_fields
from civicgraph.events.models import Along, Event, EventKind, EventStatus, MovedKind
from civicgraph.events.operations.inputs import as_asked
from civicgraph.events.pages.many import bulk_of
from civicgraph.events.rule_words import words_of
from civicgraph.i18n import N_, gettext, ngettext
from civicgraph.listings.review import told_again
from civicgraph.permissions import DRAFT_EVENTS
from civicgraph.uploads.image_page import ImagePage
from civicgraph.web import listing, read
from civicgraph.web.formats import datetime_
from civicgraph.web.forms import Choices, Form
from civicgraph.web.query import kinds, one_of, paging, review_field, search_field, select_field, text


def _staff_filter(request: Request) -> dict[str, Any]:
    filters = {
        **editable(request, DRAFT_EVENTS),
        "text": text(request),
        "kind": kinds(request, "kind", EventKind),
        "statuses": kinds(request, "status", EventStatus),
        "isSubmitted": request.query_params.get("review") == "true",
    }
    return {
        "filter": {key: value for key, value in filters.items() if value},
        "granted": granted(request, DRAFT_EVENTS),
        **paging(request, 30),
    }


def _staff_values(request: Request) -> dict[str, Any]:
    kind, status = one_of(request, "kind", EventKind) or "", one_of(request, "status", EventStatus) or ""
    fields = [
        search_field(request),
        select_field(request, "kind", gettext("Kind"), EventKind),
        select_field(request, "status", gettext("Status"), EventStatus),
        review_field(request),
    ]
    return {
        "fields": fields,
        "forms": listing.forms(STAFF),
        "bulk": BULK.buttons(request),
        "words_of": words_of,
        "rule_form": _rule_form,
        "kinds": [(one.value, one.words, gettext(own.about)) for one, own in KINDS.items()],
        "chosen_kind": kind,
        "has_record": {one.name for one, own in KINDS.items() if own.entries},
        "asked": {
            "q": text(request) or "",
            "kind": kind,
            "status": status,
            "review": "true" if request.query_params.get("review") == "true" else "",
            **editable(request, DRAFT_EVENTS),
        },
    }


LAST = time(23, 59, 59)


def _rule_form(event: Mapping[str, Any]) -> Form:
    """The form of another rule, filled with the one that holds; it counts from this event on."""
    rule, at = recurrence.parse(event["series"]["rule"]), moment(event["startsAt"])
    if rule.count is not None:
        earlier = len(list(recurrence.starts(rule, moment(event["series"]["startsAt"]), at)))
        left = rule.count - earlier
        rule = replace(rule, count=left) if left > 1 else replace(rule, count=None, until=datetime.combine(at, LAST))
    values = as_asked(rule, at.date())
    return Form(operations.ChangeRepetition, values, leave_out=["slug"], prefix="rule")


def _left_out(row: Mapping[str, Any]) -> list[str]:
    return [*foreign_fields(EventKind[row["kind"]]), *([] if row["series"] else ["scope"])]


def _left_out_new(request: Request) -> list[str]:
    """What a new event of the chosen kind has not, and what is known only afterwards."""
    chosen = one_of(request, "kind", EventKind)
    return [*(foreign_fields(EventKind[chosen]) if chosen else OWN_FIELDS), *RECORD_FIELDS]


async def _choices(request: Request) -> dict[str, Any]:
    return {
        "division_code": await staff_choices(request, DRAFT_EVENTS),
        "team_ids": await _team_choices(request),
    }


async def _team_choices(request: Request) -> Choices:
    """The teams of the event's county, and those that take part already; of a new one those of the editor's place."""
    slug, prefixes = request.path_params.get("slug"), request.state.actor.prefixes(DRAFT_EVENTS)
    within = prefixes[0] if prefixes else settings.current().city_code
    if slug:
        event = (await read(request, "staff/events/edit", {"slug": slug}))["event"]
        within = event["division"]["code"][:6] if event else within
    taken: list[dict[str, Any]] = []
    teams: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:  # all of them, a hundred at a time: whoever is not listed could not be chosen
        variables = {"within": within, "slug": slug or "-", "after": after or None}
        found = await read(request, "staff/events/choices", variables)
        taken = [one["team"] for one in found["event"]["teams"] if one["team"]] if found["event"] else []
        teams += found["rescueTeams"]["nodes"]
        pages = found["rescueTeams"]["pageInfo"]
        after = pages["endCursor"] if pages["hasNextPage"] else None
    return list({str(one["number"]): one["name"] for one in [*taken, *teams]}.items())


def _said(row: Event) -> str:
    """That it is saved, how many others were changed, what moved with its start, whether it is looked over again."""
    said = (gettext("Saved."), _others(row), *_told(row.moved_along), told_again(row))
    return " ".join(one for one in said if one)


def _others(row: Event) -> str:
    if row.also_changed is None:
        return ""
    if not row.also_changed:
        return gettext("No other event of its series was changed.")
    return ngettext(
        "One other event of its series was changed, too.",
        "%(num)s other events of its series were changed, too.",
        row.also_changed,
    )


def _told(along: Along) -> Iterator[str]:
    items, sessions = len(along.of(MovedKind.PROGRAMME_ITEM)), len(along.of(MovedKind.SESSION))
    ends = [gettext("its end, to %(time)s", time=datetime_(one.after[1])) for one in along.of(MovedKind.END)]
    parts = [
        *ends,
        items and ngettext("one item of the programme", "%(num)s items of the programme", items),
        sessions and ngettext("one session", "%(num)s sessions", sessions),
    ]
    if any(parts):
        yield gettext("Moved along by as much: %(what)s.", what=" · ".join(one for one in parts if one))
    if along.stays:
        words = N_(
            "Programme and sessions stand as they were: moved along, they would end up outside the event’s time."
        )
        yield gettext(words)


STAFF = listing.Listing(
    name="staff_events",
    folder="staff/events",
    root="event",
    key="slug",
    subject="Event",
    create=operations.create_event,
    drafter=DRAFT_EVENTS,
    update=operations.update_event,
    variables=_staff_filter,
    choices=_choices,
    values=_staff_values,
    left_out=_left_out,
    left_out_new=_left_out_new,
    said=_said,
    verbs=(
        *listing.drafting(
            publish=operations.publish_event,
            withdraw=operations.withdraw_event,
            submit=operations.submit_event,
            give_back=operations.return_event,
            schedule=operations.schedule_event,
            unschedule=operations.unschedule_event,
            duplicate=operations.duplicate_event,
        ),
        listing.Verb(
            *("repetition", operations.repeat_event, N_("Let it come again"), N_("It comes again now.")),
            prefix="repetition",
        ),
        listing.Verb(
            *(
                "rule",
                operations.change_repetition,
                N_("Change how it comes again"),
                N_("It comes again like this now."),
            ),
            prefix="rule",
        ),
        listing.Verb(
            *(
                "postponement",
                operations.postpone_event,
                N_("Postpone or move the event"),
                N_("Everybody sees it now."),
            ),
            prefix="postponement",
        ),
        listing.Verb(
            *("cancellation", operations.cancel_event, N_("Cancel the event"), N_("It is cancelled.")),
            prefix="cancellation",
        ),
        listing.Verb(
            *(
                "reinstatement",
                operations.reinstate_event,
                N_("It takes place after all"),
                N_("It takes place after all; whoever has a place is told."),
            ),
            prefix="reinstatement",
        ),
        listing.Verb(
            *(
                "places",
                operations.repeat_places,
                N_("Offer these places at those that follow"),
                N_("They have places now."),
            ),
        ),
        listing.Verb(
            *(
                "plan",
                operations.repeat_plan,
                N_("Give its agenda, materials and image to those that follow"),
                N_("They have them now."),
            ),
        ),
        listing.Verb("finish", operations.finish_event, N_("It has taken place"), N_("Saved.")),
    ),
)
BULK = bulk_of(STAFF)
IMAGE = ImagePage(STAFF, operations.set_event_image, operations.remove_event_image, called="title", words=N_("Events"))

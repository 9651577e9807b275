"""The delivery log of the places that one oversees: what left, what waits, what is parked and sent again."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.notifications import operations
from civicgraph.notifications.catalogue import MESSAGES
from civicgraph.notifications.models import MessageChannel
from civicgraph.notifications.operations.events import EVENTS
from civicgraph.notifications.operations.outbox import MessageNumber, ResendMessages
from civicgraph.permissions import READ_OUTBOX
from civicgraph.web import Form, flash, page, redirect, staff_only, submit
from civicgraph.web.query import paging, place

VIEWS: dict[str, tuple[str, dict[str, Any]]] = {
    "parked": (N_("Parked"), {"isParked": True}),
    "waiting": (N_("Waiting"), {"isWaiting": True}),
    "": (N_("All"), {}),
}
"""What the outbox shows by the address's `view`: its words and its filter."""
CHANNELS = [one for one in MessageChannel if one is not MessageChannel.INBOX]


async def outbox(request: Request) -> Response:
    """Messages on their way; those that keep failing are parked here."""
    view, asked = _view(request), _asked(request)
    prefixes = request.state.actor.prefixes(READ_OUTBOX)
    # Named for speed: the index of places answers at once.
    own = prefixes[0] if len(prefixes) == 1 and not view and not asked["webhook"] else ""
    filters: dict[str, Any] = {**VIEWS[view][1]}
    filters |= {"within": asked["within"] or own} if asked["within"] or own else {}
    filters |= {"channels": [asked["channel"].upper()]} if asked["channel"] else {}
    filters |= {"template": asked["template"]} if asked["template"] else {}
    filters |= {"webhook": int(asked["webhook"])} if asked["webhook"] else {}
    variables = {"filter": filters, **paging(request, 30)}
    values = {
        "view": view,
        "asked": asked,
        "views": [(key, gettext(words)) for key, (words, _) in VIEWS.items()],
        "about": about,
        "fields": _fields(asked),
    }
    return await page(request, "staff/notifications/outbox", variables, values, fragment="staff/notifications/_outbox")


def _view(request: Request) -> str:
    view = request.query_params.get("view", "")
    return view if view in VIEWS else ""


def _asked(request: Request) -> dict[str, str]:
    """The filter of the address, as far as it names what there is."""
    given = request.query_params
    channel, template, webhook = (given.get(key, "") for key in ("channel", "template", "webhook"))
    return {
        "within": place(request) or "",
        "channel": channel if channel in [one.value for one in CHANNELS] else "",
        "template": template if template in {**MESSAGES, **EVENTS} else "",
        "webhook": webhook if webhook.isascii() and webhook.isdigit() and len(webhook) < 10 else "",
    }


def _fields(asked: dict[str, str]) -> list[dict[str, Any]]:
    channels = [(one.value, one.words) for one in CHANNELS]
    named = [(key, gettext(words)) for key, words in {**MESSAGES, **EVENTS}.items()]
    return [
        _select("channel", gettext("Channel"), [("", gettext("All")), *channels], asked["channel"]),
        _select("template", gettext("Message"), [("", gettext("All")), *named], asked["template"]),
    ]


def _select(name: str, label: str, choices: list[tuple[str, str]], value: str) -> dict[str, Any]:
    return {"name": name, "kind": "select", "label": label, "value": value, "choices": choices}


def about(template: str) -> str:
    words = {**MESSAGES, **EVENTS}.get(template)
    return gettext(words) if words else template


async def resend(request: Request) -> Response:
    """Send a parked message again."""
    form = Form(MessageNumber)
    response = redirect(request, "staff_outbox", view="parked")
    if await submit(request, form, operations.resend_message, id=request.path_params["number"]) is None:
        return flash(response, " ".join(error.message for error in form.found), "late")
    return flash(response, gettext("It will be sent again."))


async def resend_all(request: Request) -> Response:
    """Send all parked messages of the page's filter again."""
    form = Form(ResendMessages)
    done = await submit(request, form, operations.resend_messages)
    response = redirect(request, "staff_outbox", view="parked")
    if done is None:
        return flash(response, " ".join(error.message for error in form.found), "late")
    return flash(response, gettext("%(count)s messages will be sent again.", count=done["count"]))


ROUTES = [
    Route("/staff/outbox", staff_only(outbox), name="staff_outbox"),
    Route("/staff/outbox/resending", staff_only(resend_all), name="staff_outbox_resend_all", methods=["POST"]),
    Route("/staff/outbox/{number:int}/resending", staff_only(resend), name="staff_outbox_resend", methods=["POST"]),
]

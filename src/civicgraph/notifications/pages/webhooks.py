"""The webhooks of partners."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.divisions.choosing import staff_choices
from civicgraph.i18n import N_, gettext
from civicgraph.notifications import operations
from civicgraph.notifications.operations.events import EVENTS
from civicgraph.notifications.operations.webhooks import WebhookNumber
from civicgraph.notifications.pages.robots import act
from civicgraph.operations import Operation
from civicgraph.permissions import MANAGE_WEBHOOKS
from civicgraph.web import Form, page, redirect, staff_only, submit
from civicgraph.web.query import paging

ACTS: dict[str, tuple[Operation[Any, Any], str]] = {
    "test": (operations.test_webhook, N_("An event is on its way. The deliveries show what became of it.")),
    "pause": (operations.pause_webhook, N_("It is sent no events now.")),
    "resumption": (operations.resume_webhook, N_("It is sent events again.")),
    "removal": (operations.remove_webhook, N_("The webhook is removed; its address and secret were deleted.")),
}


async def webhooks(request: Request) -> Response:
    """The webhooks, and a new one; its secret is shown once."""
    choices = {
        "division_code": await staff_choices(request, MANAGE_WEBHOOKS),
        "types": [(key, gettext(words)) for key, words in EVENTS.items()],
    }
    form, secret = Form(operations.create_webhook.input, choices=choices), ""
    if request.method == "POST":
        made = await submit(request, form, operations.create_webhook)
        if made is not None:
            secret, form = made["secret"], Form(operations.create_webhook.input, choices=choices)
    values = {"form": form, "secret": secret, "about": lambda key: gettext(EVENTS[key]) if key in EVENTS else key}
    status = 422 if form.is_refused else 200
    return await page(request, "staff/notifications/webhooks", paging(request, 20), values, status=status)


async def replay(request: Request) -> Response:
    """Send a webhook's events again: one by its id, or all since a time."""
    number = request.path_params["number"]
    form = Form(operations.replay_webhook.input, leave_out=["id"])
    if request.method == "POST":
        done = await submit(request, form, operations.replay_webhook, id=number)
        if done is not None:
            said = gettext("%(count)s events will be sent again.", count=done["count"])
            return redirect(request, "staff_webhooks", said=said)
    status = 422 if form.is_refused else 200
    values = {"form": form, "number": number}
    return await page(request, "staff/notifications/replay", values=values, data={}, status=status)


ROUTES = [
    Route("/staff/webhooks", staff_only(webhooks), name="staff_webhooks", methods=["GET", "POST"]),
    Route(
        "/staff/webhooks/{number:int}/replay", staff_only(replay), name="staff_webhooks_replay", methods=["GET", "POST"]
    ),
    *(
        Route(
            f"/staff/webhooks/{{number:int}}/{noun}",
            act("staff_webhooks", WebhookNumber, operation, said),
            name=f"staff_webhooks_{noun}",
            methods=["POST"],
        )
        for noun, (operation, said) in ACTS.items()
    ),
]

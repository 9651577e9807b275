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
from civicgraph.notifications.pages.outbox import about
from civicgraph.notifications.pages.robots import act
from civicgraph.operations import Operation
from civicgraph.permissions import MANAGE_WEBHOOKS
from civicgraph.web import Form, page, read, redirect, require, staff_only, submit
from civicgraph.web.query import paging

ACTS: dict[str, tuple[Operation[Any, Any], str]] = {
    "test": (operations.test_webhook, N_("An event is on its way. Below stands what became of it.")),
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


async def webhook(request: Request) -> Response:
    """One webhook: its name, address and types of event, and what became of the last deliveries."""
    return await _webhook(request)


async def _webhook(request: Request, secret: str = "") -> Response:
    number = request.path_params["number"]
    variables = {"id": f"Webhook:{number}", "number": number}
    found = await read(request, "staff/notifications/webhook", variables)
    row = require(found, "webhook")
    given = {name: row[name] for name in ("name", "types", "version")}
    choices = {"types": [(key, gettext(words)) for key, words in EVENTS.items()]}
    form = Form(operations.update_webhook.input, given, choices=choices, leave_out=["id"])
    if (
        request.method == "POST"
        and not secret
        and await submit(request, form, operations.update_webhook, id=number) is not None
    ):
        return redirect(request, "staff_webhook", said=gettext("Saved."), number=number)
    status = 422 if form.is_refused else 200
    values = {"form": form, "secret": secret, "about": about}
    response = await page(request, "staff/notifications/webhook", variables, values, data=found, status=status)
    if secret:
        response.headers["cache-control"] = "no-store"
    return response


async def new_secret(request: Request) -> Response:
    """Another signing secret, shown once on this one page."""
    form, number = Form(WebhookNumber), request.path_params["number"]
    made = await submit(request, form, operations.rotate_webhook_secret, id=number)
    return await _webhook(request, made["secret"])


async def replay(request: Request) -> Response:
    """Send a webhook's events again: one by its id, or all since a time."""
    number = request.path_params["number"]
    form = Form(operations.replay_webhook.input, leave_out=["id"])
    if request.method == "POST":
        done = await submit(request, form, operations.replay_webhook, id=number)
        if done is not None:
            said = gettext("%(count)s events will be sent again.", count=done["count"])
            return redirect(request, "staff_webhook", said=said, number=number)
    status = 422 if form.is_refused else 200
    values = {"form": form, "number": number}
    return await page(request, "staff/notifications/replay", values=values, data={}, status=status)


ROUTES = [
    Route("/staff/webhooks", staff_only(webhooks), name="staff_webhooks", methods=["GET", "POST"]),
    Route("/staff/webhooks/{number:int}", staff_only(webhook), name="staff_webhook", methods=["GET", "POST"]),
    Route("/staff/webhooks/{number:int}/secret", staff_only(new_secret), name="staff_webhook_secret", methods=["POST"]),
    Route(
        "/staff/webhooks/{number:int}/replay", staff_only(replay), name="staff_webhooks_replay", methods=["GET", "POST"]
    ),
    *(
        Route(
            f"/staff/webhooks/{{number:int}}/{noun}",
            act("staff_webhooks", WebhookNumber, operation, said, "staff_webhook" if noun == "test" else ""),
            name=f"staff_webhooks_{noun}",
            methods=["POST"],
        )
        for noun, (operation, said) in ACTS.items()
    ),
]

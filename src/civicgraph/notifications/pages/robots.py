"""The chat robots of the places whose robots one manages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.divisions.choosing import staff_choices
from civicgraph.i18n import N_, gettext
from civicgraph.notifications import operations
from civicgraph.notifications.catalogue import STAFF_MESSAGES
from civicgraph.notifications.operations.robots import RobotNumber, notice_choices
from civicgraph.notifications.pages.outbox import about
from civicgraph.operations import Operation
from civicgraph.permissions import MANAGE_ROBOTS
from civicgraph.web import Form, flash, page, read, redirect, require, staff_only, submit
from civicgraph.web.query import paging

LANGUAGES = [("zh", "中文"), ("en", "English")]
ACTS: dict[str, tuple[Operation[Any, Any], str]] = {
    "test": (operations.test_robot, N_("The robot speaks in a moment. Below stands what became of it.")),
    "pause": (operations.pause_robot, N_("The robot is silent now.")),
    "resumption": (operations.resume_robot, N_("The robot speaks again.")),
    "removal": (operations.remove_robot, N_("The robot is removed; its address was deleted.")),
}


async def robots(request: Request) -> Response:
    """The robots, and a new one."""
    choices = {
        "division_code": await staff_choices(request, MANAGE_ROBOTS),
        "notices": notice_choices(),
        "locale": LANGUAGES,
    }
    form = Form(operations.add_robot.input, {"locale": "zh", "digest_minutes": 1}, choices=choices)
    if request.method == "POST" and await submit(request, form, operations.add_robot) is not None:
        return redirect(
            request, "staff_robots", said=gettext("The robot is added. Let it speak once to see that it works.")
        )
    values = {"form": form, "about": lambda name: gettext(STAFF_MESSAGES[name]) if name in STAFF_MESSAGES else name}
    status = 422 if form.is_refused else 200
    return await page(request, "staff/notifications/robots", paging(request, 20), values, status=status)


async def robot(request: Request) -> Response:
    """One robot: what it tells and where to, and what became of what it said last."""
    number = request.path_params["number"]
    variables = {"id": f"ChatRobot:{number}", "number": number}
    found = await read(request, "staff/notifications/robot", variables)
    row = require(found, "chatRobot")
    given = {
        **{name: row[name] for name in ("name", "notices", "locale", "version")},
        "digest_minutes": row["digestMinutes"],
        "quiet_from": row["quietFrom"],
        "quiet_until": row["quietUntil"],
    }
    choices = {"notices": notice_choices(), "locale": LANGUAGES}
    form = Form(operations.change_robot.input, given, choices=choices, leave_out=["id"])
    if request.method == "POST" and await submit(request, form, operations.change_robot, id=number) is not None:
        return redirect(request, "staff_robot", said=gettext("Saved."), number=number)
    status = 422 if form.is_refused else 200
    return await page(
        request,
        "staff/notifications/robot",
        {"number": number},
        {"form": form, "about": about},
        data=found,
        status=status,
    )


def act(
    route: str, number: type[Any], operation: Operation[Any, Any], said: str, shown: str = ""
) -> Callable[..., Awaitable[Response]]:
    """A button: does it with the row of the address, and goes back to the list, or to the row's own page `shown`."""

    async def handle(request: Request) -> Response:
        form = Form(number)
        own = {"number": request.path_params["number"]} if shown else {}
        response = redirect(request, shown or route, **own)
        if await submit(request, form, operation, id=request.path_params["number"]) is None:
            return flash(response, " ".join(error.message for error in form.found), "late")
        return flash(response, gettext(said))

    return staff_only(handle)


ROUTES = [
    Route("/staff/robots", staff_only(robots), name="staff_robots", methods=["GET", "POST"]),
    Route("/staff/robots/{number:int}", staff_only(robot), name="staff_robot", methods=["GET", "POST"]),
    *(
        Route(
            f"/staff/robots/{{number:int}}/{noun}",
            act("staff_robots", RobotNumber, operation, said, "staff_robot" if noun == "test" else ""),
            name=f"staff_robots_{noun}",
            methods=["POST"],
        )
        for noun, (operation, said) in ACTS.items()
    ),
]

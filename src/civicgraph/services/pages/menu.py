"""The staff's page of a canteen's menus: a day at a time, with the days around it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock
from civicgraph.i18n import gettext
from civicgraph.services import operations
from civicgraph.services.kinds import KINDS
from civicgraph.services.models import ServiceKind
from civicgraph.services.operations.menu import AHEAD
from civicgraph.web import page, read, redirect, require, staff_only, submit
from civicgraph.web.forms import Form
from civicgraph.web.listing import from_graphql

_DOCUMENT = "staff/services/menu"
_BEFORE, _AFTER = timedelta(days=7), timedelta(days=13)


async def menu(request: Request) -> Response:
    """What is served on a day, to be entered and changed; another day's dishes can be taken over."""
    today = clock.today()
    day = _day(request, "day") or today
    variables = {
        "slug": request.path_params["slug"],
        "day": f"{day}",
        "like": f"{_day(request, 'like') or day}",
        "from": f"{today - _BEFORE}",
        "until": f"{today + _AFTER}",
    }
    found = await read(request, _DOCUMENT, variables)
    service = require(found, "service")
    if not KINDS[ServiceKind[service["kind"]]].has_menu:
        raise HTTPException(404)
    if not service["mayEdit"]:
        raise HTTPException(403)
    form = _form(service)
    if request.method == "POST":
        fixed = {"slug": service["slug"], "served_on": day}
        if await submit(request, form, operations.set_menu, **fixed) is not None:
            said = gettext("Saved.")
            return redirect(request, "staff_services_menu", said=said, slug=service["slug"], day=f"{day}")
    values = {"form": form, "day": f"{day}", "days": _days(service, today, day)}
    status = 409 if form.conflict else 422 if form.is_refused else 200
    return await page(request, _DOCUMENT, variables, values, data=found, status=status)


def _day(request: Request, name: str) -> date | None:
    try:
        found = date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= clock.today() + AHEAD else None


def _form(service: dict[str, Any]) -> Form:
    """The day's form: with its own menu, or for a day without one with that of the day that it is to be like."""
    entered = next(iter(service["menus"]["nodes"]), None)
    shown = entered or next(iter(service["like"]["nodes"]), None) or {}
    values = {**from_graphql(operations.SetMenu, shown), "version": entered["version"] if entered else 0}
    return Form(operations.SetMenu, values, leave_out=("slug", "served_on"))


def _days(service: dict[str, Any], today: date, chosen: date) -> list[dict[str, Any]]:
    """Today and the two weeks from it, with how many dishes each has; the days before it that have any."""
    counts = {one["servedOn"]: len(one["dishes"]) for one in service["around"]["nodes"]}
    coming = [f"{today + timedelta(days=ahead)}" for ahead in range(_AFTER.days + 1)]
    past = [one for one in counts if one < f"{today}"]
    shown = [*past, *coming] if f"{chosen}" in (*past, *coming) else [f"{chosen}", *past, *coming]
    return [{"day": one, "dishes": counts.get(one, 0), "is_chosen": one == f"{chosen}"} for one in shown]


ROUTES = [
    Route("/staff/services/{slug}/menu", staff_only(menu), name="staff_services_menu", methods=["GET", "POST"]),
]

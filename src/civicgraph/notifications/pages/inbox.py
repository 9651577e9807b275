"""One's inbox, as staff and as an enterprise's person, and how one wants to be told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.i18n import gettext
from civicgraph.notifications import operations
from civicgraph.notifications.operations.inbox import UpTo
from civicgraph.notifications.operations.outbox import MessageNumber
from civicgraph.notifications.rules import minutes_of
from civicgraph.web import Form, page, read, redirect, signed_in, staff_only, submit
from civicgraph.web.query import paging


@dataclass(frozen=True)
class Pages:
    """One reader's pages of their inbox: its template, and the names of the list, of opening a message, of reading all."""

    template: str
    list: str
    opening: str
    reading: str


STAFF = Pages("staff/notifications/inbox", "staff_inbox", "staff_inbox_open", "staff_inbox_read")
OWN = Pages("notifications/my/inbox", "my_inbox", "my_inbox_open", "my_inbox_read")
"""Of those who only act for an enterprise: they hold no role, and no page of the staff is theirs."""


def _inbox(pages: Pages) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        """What one was told, latest first."""
        if pages is OWN and request.state.actor.has_office:
            return redirect(request, STAFF.list)
        is_unread = request.query_params.get("unread") == "1"
        variables = {"filter": {"isUnread": True} if is_unread else {}, **paging(request, 20)}
        found = await read(request, pages.template, variables)
        values = {"is_unread": is_unread, "unread": found["unreadMessages"]["totalCount"], "pages": pages}
        return await page(request, pages.template, variables, values, data=found)

    return handle


def _opening(pages: Pages) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        """Mark a message as read and go where it points."""
        form = Form(MessageNumber)
        row = await submit(request, form, operations.read_message, id=request.path_params["number"])
        is_local = row is not None and row.link.startswith("/") and not row.link.startswith(("//", "/\\"))
        return RedirectResponse(row.link, 303) if is_local else redirect(request, pages.list)

    return handle


def _reading(pages: Pages) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        """Mark as read what the page showed and all before it."""
        form = Form(UpTo)
        await submit(request, form, operations.read_all_messages, id=request.path_params["number"])
        return redirect(request, pages.list, said=gettext("All are marked as read."))

    return handle


async def preference(request: Request) -> Response:
    """How one wants to be told: by e-mail or not, collected, and when not."""
    found = await read(request, "staff/notifications/preference", {})
    form = Form(operations.set_notice_preference.input, _chosen(found["myNoticePreference"]))
    if request.method == "POST" and await submit(request, form, operations.set_notice_preference) is not None:
        return redirect(request, "staff_notices", said=gettext("Saved. It holds for what waits, too."))
    status = 422 if form.is_refused else 200
    return await page(request, "staff/notifications/preference", values={"form": form}, data=found, status=status)


def _chosen(row: dict[str, Any] | None) -> dict[str, Any]:
    """What was chosen; else what the city's settings say."""
    if row is not None and row["digestMinutes"] is not None:
        minutes = {"digest_minutes": row["digestMinutes"], "by_email": row["byEmail"]}
        return {**minutes, "quiet_from": row["quietFrom"], "quiet_until": row["quietUntil"]}
    city = settings.current()
    begin, end = minutes_of(city.quiet_hours)
    return {"by_email": True, "digest_minutes": city.digest_minutes, "quiet_from": begin, "quiet_until": end}


def _routes(pages: Pages, path: str, guarded: Callable[..., Any]) -> list[Route]:
    one = path + "/{number:int}"
    return [
        Route(path, guarded(_inbox(pages)), name=pages.list),
        Route(f"{one}/opening", guarded(_opening(pages)), name=pages.opening, methods=["POST"]),
        Route(f"{one}/reading", guarded(_reading(pages)), name=pages.reading, methods=["POST"]),
    ]


ROUTES = [
    *_routes(STAFF, "/staff/inbox", staff_only),
    *_routes(OWN, "/my/messages", signed_in),
    Route("/staff/notices", staff_only(preference), name="staff_notices", methods=["GET", "POST"]),
]

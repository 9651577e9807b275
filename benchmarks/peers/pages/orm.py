"""The events list by Tortoise's rows and stock Jinja behind stock Starlette: `uvicorn …:app`.

The templates are ours, so that the pages are equal; what they are given and the functions that they call are
what Starlette, Babel and Jinja offer by themselves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from civicgraph import clock, db, settings
from civicgraph.app import routes
from civicgraph.divisions.models import Division
from civicgraph.events.models import Event, EventStatus
from civicgraph.events.pages.asked import asked_of, date_fields, fields_of
from civicgraph.events.pages.feeds import subscriptions
from civicgraph.i18n import LOCALES, gettext
from civicgraph.permissions import ANONYMOUS
from civicgraph.settings import Settings
from civicgraph.web.formats import FILTERS
from civicgraph.web.shell import current_request
from civicgraph.web.templating import environment

FIRST, CAP = 20, 100
LOCALE = LOCALES["zh"]


def url(name: str, **params: Any) -> str:
    """A path as Starlette finds it; what is no part of it becomes the query."""
    in_path = {key: params.pop(key) for key in ("slug", "code") if key in params}
    query = urlencode({key: value for key, value in params.items() if value})
    return f"{app.url_path_for(name, **in_path)}{query and '?'}{query}"


def day(value: str) -> str:
    """A date by Babel."""
    found = datetime.fromisoformat(value).astimezone(clock.CITY_ZONE).date()
    year = "" if found.year == clock.today().year else "y年"
    return format_date(found, f"{year}M月d日 EEE", locale=LOCALE)


def money(fen: int) -> str:
    """A price by Babel."""
    return gettext("%(yuan)s yuan", yuan=format_decimal(fen / 100, "#,##0.##", locale=LOCALE))


def drawn(macro: Callable[..., str], *args: Any, **kwargs: Any) -> str:
    """A macro's answer, drawn each time."""
    return macro(*args, **kwargs)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(settings.folder("templates")),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.globals.update(environment().globals)  # what rooms give to all pages; what costs something is as it comes:
    made.globals.update(url=url, drawn=drawn)
    made.filters.update({**FILTERS, "day": day, "money": money})
    return made


TEMPLATES = Jinja2Templates(env=_environment())


async def events(request: Request) -> Response:
    """What is on."""
    current_request.set(request)
    now = clock.now()
    coming = Event.filter(is_over=False, ends_at__gte=now).exclude(status__in=[EventStatus.FINISHED, EventStatus.DRAFT])
    rows = await coming.order_by("starts_at", "id").limit(FIRST + 1).select_related("division")
    total = await coming.limit(CAP + 1).count()
    city = await Division.get(code=settings.current().city_code)
    below = await Division.filter(parent_id=city.code).order_by("code").limit(100)
    asked = asked_of(request)
    found = [_shown(row, now) for row in rows[:FIRST]]
    values = {
        "events": {
            "nodes": found,
            "totalCount": min(total, CAP),
            "totalCountIsCapped": total > CAP,
            "pageInfo": {"hasPreviousPage": False, "hasNextPage": len(rows) > FIRST, "endCursor": str(rows[-1].id)},
        },
        "asked": asked,
        "fields": _fields(request, city, below, asked),
        "subscribed": subscriptions(request, asked),
        "for_all": None,
        "actor": ANONYMOUS,
        "place": None,
        "flashes": [],
        "locale": "zh",
        "here": request.url.path,
        "page_graphql_url": "/graphql",
    }
    return TEMPLATES.TemplateResponse(request, "events/list.html", values)


def _shown(row: Event, now: Any) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "title": row.title,
        "summary": row.summary,
        "kind": row.kind.name,
        "status": row.status.name,
        "startsAt": row.starts_at.isoformat(),
        "endsAt": row.ends_at.isoformat(),
        "isAllDay": row.is_all_day,
        "isOver": row.ends_at < now,
        "venue": row.venue,
        "priceFen": row.price_fen,
        "image": None,
        "division": {"code": row.division.code, "shortName": row.division.short_name, "pinyin": row.division.pinyin},
    }


def _fields(request: Request, city: Division, below: list[Division], asked: dict[str, str]) -> list[dict[str, Any]]:
    """The form, by the page's own functions: it is drawn from the same rows."""
    children = [{"code": one.code, "shortName": one.short_name, "pinyin": one.pinyin} for one in below]
    division = {"code": city.code, "shortName": city.short_name, "pinyin": city.pinyin, "parent": None}
    found = {"division": {**division, "children": {"nodes": children}}}
    *fields, price, is_free = fields_of(request, found, asked)
    return [*fields, *date_fields(asked), price, is_free]


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Tortoise's connections."""
    made = Settings()
    settings.use(made)
    async with db.connected(made):
        yield


app = Starlette(routes=[Route("/events", events, name="events"), *routes()], lifespan=lifespan)

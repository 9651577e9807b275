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
from civicgraph.events.models import Event, EventKind, EventStatus
from civicgraph.i18n import LOCALES, gettext, ngettext
from civicgraph.permissions import ANONYMOUS
from civicgraph.settings import Settings
from civicgraph.web.formats import FILTERS
from civicgraph.web.templating import static

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
    made.globals.update(url=url, static=static, _=gettext, ngettext=lambda a, b, n, **v: ngettext(a, b, n, **v))
    made.globals["drawn"] = drawn
    made.filters.update({**FILTERS, "day": day, "money": money})
    return made


TEMPLATES = Jinja2Templates(env=_environment())


async def events(request: Request) -> Response:
    """What is on."""
    now = clock.now()
    coming = Event.filter(is_over=False, ends_at__gte=now).exclude(status__in=[EventStatus.FINISHED, EventStatus.DRAFT])
    rows = await coming.order_by("starts_at", "id").limit(FIRST + 1).select_related("division")
    total = await coming.limit(CAP + 1).count()
    city = await Division.get(code=settings.current().city_code)
    below = await Division.filter(parent_id=city.code).order_by("code").limit(100)
    found = [_shown(row, now) for row in rows[:FIRST]]
    values = {
        "events": {
            "nodes": found,
            "totalCount": min(total, CAP),
            "totalCountIsCapped": total > CAP,
            "pageInfo": {"hasPreviousPage": False, "hasNextPage": len(rows) > FIRST, "endCursor": str(rows[-1].id)},
        },
        "asked": {"q": "", "kind": "", "within": "", "from": "", "until": "", "past": ""},
        "fields": _fields(city, below),
        "actor": ANONYMOUS,
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
        "division": {"code": row.division.code, "shortName": row.division.short_name},
    }


def _fields(city: Division, below: list[Division]) -> list[dict[str, Any]]:
    kinds = [("", gettext("all")), *((kind.name, kind.words) for kind in EventKind)]
    inside = gettext("Inside %(place)s", place=city.short_name)
    places = [("", gettext("The whole city")), *((one.code, one.short_name, inside) for one in below)]
    return [
        {"name": "q", "kind": "search", "label": gettext("Words"), "value": "", "attrs": {"maxlength": 60}},
        {"name": "kind", "kind": "select", "label": gettext("Kind"), "value": "", "choices": kinds},
        {"name": "within", "kind": "select", "label": gettext("Place"), "value": "", "choices": places},
        {"name": "from", "kind": "date", "label": gettext("From"), "value": ""},
        {"name": "until", "kind": "date", "label": gettext("Until"), "value": ""},
    ]


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Tortoise's connections."""
    made = Settings()
    settings.use(made)
    async with db.connected(made):
        yield


app = Starlette(routes=[Route("/events", events, name="events"), *routes()], lifespan=lifespan)

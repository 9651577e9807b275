"""Pages that belong to no one room: home, search, the chosen place, language, the staff's desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import editable
from civicgraph.enterprises.rules import closer, sought
from civicgraph.front import plans
from civicgraph.i18n import LOCALES, gettext
from civicgraph.jobs.wording import wage
from civicgraph.permissions import DISPATCH_GRIEVANCES, EDIT_EVENTS, EDIT_SERVICES, READ_GRIEVANCES
from civicgraph.web import flash, page, read, redirect, staff_only, throttle
from civicgraph.web.csrf import is_secure
from civicgraph.web.forms import read_body
from civicgraph.web.shell import chosen_place

_SECTIONS = ("services", "coming", "past", "divisions", "grievances", "vacancies", "enterprises", "products")
_ON = 5  # events on the home page
YEAR = 365 * 24 * 3600


async def home(request: Request) -> Response:
    """What is on, the services near the chosen community, and how the city is doing."""
    city = settings.current().city_code
    near = chosen_place(request)
    code = near["code"] if near else city
    variables = {
        "city": city,
        "near": code,
        "county": code[:6],
        "isNear": near is not None,
        "month": f"{clock.today():%Y-%m}",
    }
    found = await read(request, "front/home", variables)
    return await page(request, "front/home", variables, {"events": _nearest_first(found)}, data=found)


def _nearest_first(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is on in the chosen community, then what is for all of a place above it, then its county, then the city."""
    lists = (found[name]["nodes"] for name in ("near", "forAll", "county", "city") if name in found)
    rows = {row["slug"]: row for nodes in lists for row in nodes}
    return list(rows.values())[:_ON]


async def search(request: Request) -> Response:
    """One search over places, events, services, vacancies, enterprises, products and grievances."""
    text = request.query_params.get("q", "").strip()[:60]
    if not text:
        return await page(request, "front/search", values={"q": "", "sections": []}, data={}, fragment="front/_found")
    throttle.count_search(request)
    variables: dict[str, Any] = {"text": text, "enterprises": sought(text)}
    found = await read(request, "front/search", variables)
    close = None if any(found[name]["nodes"] for name in _SECTIONS) else closer(variables["enterprises"])
    if close:
        found = {**found, **await read(request, "front/found", {"near": close})}
    sections = [name for name in _SECTIONS if found[name]["nodes"]]
    values = {"q": text, "sections": sections, "wage": wage, "is_near": close is not None}
    return await page(request, "front/search", variables, values, data=found, fragment="front/_found")


async def place(request: Request) -> Response:
    """Choose one's community: step by step through the divisions, or by its name."""
    if request.method == "POST":
        return await _choose(request)
    text = request.query_params.get("q", "").strip()[:40]
    code = request.query_params.get("code") or settings.current().city_code
    filters: dict[str, Any] = {"text": text, "level": ["COMMUNITY"]} if text else {}
    variables = {"code": code, "filter": filters, "isSearch": bool(text)}
    return await page(request, "front/place", variables, {"q": text}, fragment="front/_places")


async def _choose(request: Request) -> Response:
    given = dict(await read_body(request))
    code = given.get("code", "")
    if not code:
        response = redirect(request, "home", said=gettext("Your choice was forgotten."))
        response.delete_cookie("place", path="/")
        return response
    found = await read(request, "front/chosen", {"code": code})
    if found["division"] is None:
        return redirect(request, "place")
    division = found["division"]
    response = RedirectResponse(request.app.url_path_for("home"), 303)
    value = quote(f"{division['code']}|{division['shortName']}")
    response.set_cookie("place", value, max_age=YEAR, path="/", secure=is_secure(), httponly=True, samesite="lax")
    return flash(response, gettext("Your community is now %(name)s.", name=division["shortName"]))


async def language(request: Request) -> Response:
    """Change the language and go back to where one was."""
    wanted = request.query_params.get("to", "")
    onward = request.query_params.get("next", "/")
    is_local = onward.startswith("/") and not onward.startswith(("//", "/\\"))
    response = RedirectResponse(onward if is_local else "/", 303)
    if wanted in LOCALES:
        response.set_cookie("lang", wanted, max_age=YEAR, path="/", secure=is_secure(), samesite="lax")
    return response


async def desk(request: Request) -> Response:
    """A member of staff's desk: overdue work first, then what is due next, and what came in."""
    actor = request.state.actor
    prefixes = actor.prefixes(READ_GRIEVANCES)
    reviewed = {"events": EDIT_EVENTS, "services": EDIT_SERVICES}
    variables = {
        "within": prefixes[0] if prefixes else settings.current().city_code,
        **{name: {**editable(request, one), "isSubmitted": True} for name, one in reviewed.items()},
    }
    values = {
        "publishes": {name: actor.may_anywhere(one) for name, one in reviewed.items()},
        "is_dispatcher": actor.may_anywhere(DISPATCH_GRIEVANCES),
        "is_reader": bool(prefixes),
    }
    return await page(request, "staff/desk", variables, values)


ROUTES = [
    Route("/", home, name="home"),
    Route("/search", search, name="search"),
    Route("/place", place, name="place", methods=["GET", "POST"]),
    Route("/language", language, name="language"),
    Route("/staff", staff_only(desk), name="staff"),
    *plans.ROUTES,
]

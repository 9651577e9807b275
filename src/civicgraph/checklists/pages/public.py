"""What can be done at once, for everybody: what it is, how long it takes, which steps one needs."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.checklists import rules
from civicgraph.divisions.choosing import place_field
from civicgraph.web import page, read, require, signed_in
from civicgraph.web.query import paging, place, search_field, text
from civicgraph.web.shell import address


async def checklists(request: Request) -> Response:
    """What is offered, by place and words."""
    chosen = {"q": text(request) or "", "within": place(request) or ""}
    filters = {"text": chosen["q"], "within": chosen["within"], "statuses": ["PUBLISHED"]}
    variables = {
        "place": chosen["within"] or settings.current().city_code,
        "filter": {key: value for key, value in filters.items() if value},
        **paging(request, 30),
    }
    found = await read(request, "checklists/list", variables)
    fields = [search_field(request), place_field(request, require(found, "division"), chosen["within"])]
    values = {"asked": chosen, "fields": fields}
    return await page(request, "checklists/list", variables, values, fragment="checklists/_results", data=found)


async def checklist(request: Request) -> Response:
    """One of them. "Which steps do we need?" is answered from the address; nobody keeps it."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, "checklists/checklist", variables)
    row = require(found, "checklist")
    yes = _yes(request)
    is_answered = bool(request.query_params.get("asked"))
    values = {
        "yes": yes,
        "is_answered": is_answered,
        "needed": [one["position"] for one in row["steps"] if not is_answered or rules.is_needed(_Step(one), yes)],
    }
    return await page(request, "checklists/checklist", variables, values, data=found)


class _Step:
    """A step as GraphQL answered it, with what the rule asks of one."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.question: int | None = row["question"]
        self.needed_when: bool = row["neededWhen"]


def _yes(request: Request) -> list[int]:
    """The questions that the address answers with yes."""
    return [int(one) for one in request.query_params.getlist("yes") if one.isascii() and one.isdigit() and len(one) < 4]


async def start(request: Request) -> Response:
    """To the one form of one's enterprise; where there are several, to a choice; the window, to its own page."""
    number, yes = request.path_params["number"], _yes(request)
    if request.state.actor.has_office:
        return RedirectResponse(address(request, "staff_one_thing_new", checklist=number, yes=yes), 303)
    variables = {"number": number}
    found = await read(request, "checklists/my/start", variables)
    require(found, "checklist")
    nodes = [one["enterprise"] for one in found["enterpriseAccounts"]["nodes"] if one["enterprise"]]
    if len(nodes) == 1:
        code = nodes[0]["creditCode"]
        return RedirectResponse(address(request, "my_one_thing_new", credit_code=code, checklist=number, yes=yes), 303)
    values = {"enterprises": nodes, "yes": yes}
    return await page(request, "checklists/my/start", variables, values, data=found)


ROUTES = [
    Route("/one-thing", checklists, name="checklists"),
    Route("/one-thing/{number:int}", checklist, name="checklist"),
    Route("/one-thing/{number:int}/start", signed_in(start), name="one_thing_start"),
]

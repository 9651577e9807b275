"""Pages of the enterprises room: the register's search, an entry; the staff's register."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.divisions.choosing import staff_choices
from civicgraph.enterprises import operations
from civicgraph.enterprises.models import EnterpriseList
from civicgraph.i18n import current
from civicgraph.permissions import EDIT_ENTERPRISES
from civicgraph.web import Form, listing, page, read, require, staff_only, submit
from civicgraph.web.query import one_of, place, text


async def enterprises(request: Request) -> Response:
    """The register: by name, industry, list and place."""
    industry = request.query_params.get("industry", "").upper()[:4]
    filters = {
        "text": text(request),
        "within": place(request),
        "industry": industry,
        "list": one_of(request, "list", EnterpriseList),
    }
    variables = {
        "filter": {key: value for key, value in filters.items() if value},
        "after": request.query_params.get("after"),
    }
    values = {"q": request.query_params, "lists": EnterpriseList}
    return await page(request, "enterprises/list", variables, values, fragment="enterprises/_results")


async def enterprise(request: Request) -> Response:
    """One entry: what it does, what it makes, which lists it is on."""
    variables = {"code": request.path_params["code"].upper()}
    found = await read(request, "enterprises/enterprise", variables)
    require(found, "enterprise")
    return await page(request, "enterprises/enterprise", variables, data=found)


async def contact(request: Request) -> Response:
    """Show the contact's telephone, once, and record the look."""
    code = request.path_params["credit_code"]
    found = await read(request, "staff/enterprises/edit", {"creditCode": code})
    row = require(found, "enterprise")
    form = Form(operations.EnterpriseNumber)
    result = await submit(request, form, operations.reveal_enterprise_contact, id=row["number"])
    edit = Form(operations.UpdateEnterprise, listing.from_graphql(operations.UpdateEnterprise, row), choices=await _choices(request))
    values = {"listing": STAFF, "form": edit, "is_new": False, "phone": result["phone"] if result else ""}
    return await page(request, "staff/enterprises/edit", {"creditCode": code}, values, data=found)


def _staff_filter(request: Request) -> dict[str, Any]:
    filters = {"text": text(request), "isEditable": True}
    prefixes = request.state.actor.prefixes(EDIT_ENTERPRISES)
    if prefixes:
        # The index of the place answers; the editor's other places are reached by searching.
        filters["within"] = place(request) or prefixes[0]
    return {"filter": {k: v for k, v in filters.items() if v}, "after": request.query_params.get("after")}


async def _choices(request: Request) -> dict[str, Any]:
    found = await read(request, "enterprises/industries", {})
    name = "name" if current.get() == "zh" else "nameEn"
    sections = {one["code"]: f"{one['code']} {one[name]}" for one in found["industries"]["nodes"]}
    industries = [
        (one["code"], f"{one['code']} {one[name]}", sections[one["parent"]["code"]])
        for one in found["divisions"]["nodes"]
    ]
    return {
        "division_code": await staff_choices(request, EDIT_ENTERPRISES),
        "industry_code": [*((code, words, words) for code, words in sections.items()), *industries],
    }


STAFF = listing.Listing(
    name="staff_enterprises",
    folder="staff/enterprises",
    root="enterprise",
    key="credit_code",
    subject="Enterprise",
    create=operations.create_enterprise,
    update=operations.update_enterprise,
    variables=_staff_filter,
    choices=_choices,
    row_key="credit_code",
    number_key="id",
)

ROUTES = [
    Route("/enterprises", enterprises, name="enterprises"),
    Route("/enterprises/{code}", enterprise, name="enterprise"),
    *listing.routes(STAFF, "/staff/enterprises"),
    Route("/staff/enterprises/{credit_code}/contact", staff_only(contact), name="staff_enterprises_contact", methods=["POST"]),
]

"""Pages of the enterprises room: the register's search, an entry; the staff's register."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import editable, place_field, staff_choices
from civicgraph.enterprises import industries, operations
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseList, EnterpriseScale, EnterpriseStatus
from civicgraph.enterprises.pages.facets import Asked, groups, is_beyond_figures
from civicgraph.enterprises.rules import closer, sought
from civicgraph.i18n import N_, current, gettext
from civicgraph.permissions import EDIT_ENTERPRISES
from civicgraph.products.wording import quantity
from civicgraph.web import Form, listing, page, read, require, shell, staff_only, submit
from civicgraph.web.query import one_of, paging, place, text

NARROWED = {"kind": EnterpriseKind, "status": EnterpriseStatus, "scale": EnterpriseScale}
"""What only the facets narrow the register by: the form keeps it."""
PAGE = 30


async def enterprises(request: Request) -> Response:
    """The register: by name, industry, list and place."""
    asked = {
        "q": text(request) or "",
        "industry": _industry(request),
        "list": one_of(request, "list", EnterpriseList) or "",
        "within": place(request) or "",
        **{name: one_of(request, name, enum) or "" for name, enum in NARROWED.items()},
    }
    variables = {**variables_of(asked), **paging(request, PAGE)}
    found = await read(request, "enterprises/list", variables)
    is_near = False
    if not found["enterprises"]["nodes"] and (close := closer(variables["filter"])):
        other = await read(request, "enterprises/list", {**variables, "filter": close})
        if is_near := bool(other["enterprises"]["nodes"]):
            variables["filter"], found = close, other
    fields = [
        {
            "name": "q",
            "kind": "search",
            "label": gettext("Name, brand or credit code"),
            "value": asked["q"],
            "attrs": {"maxlength": 60, "data-instant": True},
        },
        {**_industry_field(found), "value": asked["industry"]},
        {
            "name": "list",
            "kind": "select",
            "label": gettext("List of offices"),
            "value": asked["list"],
            "choices": [("", gettext("all")), *((one.name, one.words) for one in EnterpriseList)],
        },
        place_field(request, require(found, "division"), asked["within"]),
    ]
    facets = groups(found, asked, lambda **chosen: shell.address(request, "enterprises", **chosen))
    kept = {name: asked[name] for name in NARROWED if asked[name]}
    values = {"asked": asked, "fields": fields, "facets": facets, "kept": kept, "is_near": is_near}
    return await page(request, "enterprises/list", variables, values, fragment="enterprises/_results", data=found)


def variables_of(asked: Asked) -> dict[str, Any]:
    """What the register's page reads for what is asked, on whichever page of it."""
    filters = {**sought(asked["q"]), **{key: asked[key] for key in ("industry", "list", "within", *NARROWED)}}
    return {
        "place": asked["within"] or settings.current().city_code,
        "industry": asked["industry"] or "none",
        "of": asked["industry"][:2] or None,
        "list": asked["list"] or None,
        "isInside": bool(asked["industry"]),
        "isBeyond": is_beyond_figures(asked),
        "filter": {key: value for key, value in filters.items() if value},
    }


def _industry(request: Request) -> str:
    code = request.query_params.get("industry", "").upper()
    return code if re.fullmatch(r"[A-T]|[0-9]{2,4}", code) else ""


def _industry_field(found: dict[str, Any]) -> dict[str, Any]:
    """The sections, and what an enterprise's page or that of the industries led to."""
    chosen = found["industry"]
    choices = [(one["code"], _name(one)) for one in found["industries"]["nodes"]]
    if chosen and chosen["code"].isdigit():
        choices.insert(0, (chosen["code"], _name(chosen)))
    return {
        "name": "industry",
        "kind": "select",
        "label": gettext("Industry"),
        "choices": [("", gettext("all")), *choices],
    }


def _name(industry: dict[str, Any]) -> str:
    return str(industry["name" if current.get() == "zh" else "nameEn"])


async def enterprise(request: Request) -> Response:
    """One entry: what it does, what it makes, which lists it is on."""
    variables = {"code": request.path_params["code"].upper()}
    found = await read(request, "enterprises/enterprise", variables)
    require(found, "enterprise")
    return await page(request, "enterprises/enterprise", variables, {"quantity": quantity}, data=found)


async def contact(request: Request) -> Response:
    """Show the contact's telephone and e-mail, once, and record the look."""
    code = request.path_params["credit_code"]
    found = await read(request, "staff/enterprises/edit", {"creditCode": code})
    row = require(found, "enterprise")
    form = Form(operations.EnterpriseNumber)
    result = await submit(request, form, operations.reveal_enterprise_contact, id=row["number"])
    edit = Form(
        operations.UpdateEnterprise,
        listing.from_graphql(operations.UpdateEnterprise, row),
        choices=await _choices(request),
        leave_out=["id"],
    )
    values = {
        **_staff_values(request),
        "listing": STAFF,
        "form": edit,
        "is_new": False,
        "shown": result,
    }
    return await page(request, "staff/enterprises/edit", {"creditCode": code}, values, data=found)


def staff_filter(request: Request) -> dict[str, Any]:
    """What the filter of the register asks for, within what the actor keeps."""
    filters = {
        **editable(request, EDIT_ENTERPRISES),
        **sought(text(request) or ""),
        "industry": _industry(request),
        "list": one_of(request, "list", EnterpriseList),
        **{name: one_of(request, name, enum) for name, enum in NARROWED.items()},
    }
    return {
        "filter": {key: value for key, value in filters.items() if value},
        "place": filters.get("within") or settings.current().city_code,
        "granted": list(request.state.actor.prefixes(EDIT_ENTERPRISES)) or ["none"],
        "industry": _industry(request) or "none",
        **paging(request, 30),
    }


def _closer(variables: Mapping[str, Any], found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    close = None if found["enterprises"]["nodes"] else closer(variables["filter"])
    return {**variables, "filter": close} if close else None


def _staff_values(request: Request) -> dict[str, Any]:
    asked = {
        "q": text(request) or "",
        "industry": _industry(request),
        "list": one_of(request, "list", EnterpriseList) or "",
        **{name: one_of(request, name, enum) or "" for name, enum in NARROWED.items()},
    }
    fields: list[dict[str, Any]] = [
        {
            "name": "q",
            "kind": "search",
            "label": gettext("Name, brand or credit code"),
            "value": asked["q"],
            "attrs": {"maxlength": 60, "data-instant": True},
        }
    ]
    kinds = (
        *(("status", gettext("Status"), EnterpriseStatus), ("list", gettext("List of offices"), EnterpriseList)),
        *(("kind", gettext("Legal kind"), EnterpriseKind), ("scale", gettext("Scale"), EnterpriseScale)),
    )
    for name, label, kind in kinds:
        choices = [("", gettext("all")), *((one.name, one.words) for one in kind)]
        fields.append({"name": name, "kind": "select", "label": label, "value": asked[name], "choices": choices})
    return {"fields": fields, "asked": {**asked, **editable(request, EDIT_ENTERPRISES)}}


async def _choices(request: Request) -> dict[str, Any]:
    places = await staff_choices(request, EDIT_ENTERPRISES)
    return {"division_code": places, "industry_code": industries.choices()}


STAFF = listing.Listing(
    name="staff_enterprises",
    folder="staff/enterprises",
    root="enterprise",
    key="credit_code",
    subject="Enterprise",
    create=operations.create_enterprise,
    drafter=EDIT_ENTERPRISES,
    update=operations.update_enterprise,
    variables=staff_filter,
    values=_staff_values,
    closer=_closer,
    choices=_choices,
    verbs=(
        listing.Verb("publication", operations.publish_enterprise, N_("Show to the public"), N_("Everyone sees it.")),
        listing.Verb(
            "withdrawal", operations.withdraw_enterprise, N_("Take off the public register"), N_("Only staff see it.")
        ),
        listing.Verb(
            "forgetting", operations.forget_enterprise_contact, N_("Delete the contact"), N_("The contact is deleted.")
        ),
        listing.Verb(
            "clearing",
            operations.forget_enterprise_figures,
            N_("Delete the figures"),
            N_("The figures are deleted."),
        ),
    ),
    row_key="credit_code",
    number_key="id",
)

ROUTES = [
    Route("/enterprises", enterprises, name="enterprises"),
    Route("/enterprises/{code}", enterprise, name="enterprise"),
    *listing.routes(STAFF, "/staff/enterprises"),
    Route(
        "/staff/enterprises/{credit_code}/contact",
        staff_only(contact),
        name="staff_enterprises_contact",
        methods=["POST"],
    ),
]

"""The staff's list and form of investment projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph.divisions.choosing import editable, granted, staff_choices
from civicgraph.enterprises import industries
from civicgraph.i18n import N_, gettext
from civicgraph.permissions import EDIT_PROJECTS
from civicgraph.projects import operations
from civicgraph.projects.models import ProjectStage
from civicgraph.web import listing, read
from civicgraph.web.query import one_of, paging, search_field, select_field, text

VIEWS: Mapping[str, tuple[str, Mapping[str, bool]]] = {
    "": (N_("all"), {}),
    "mine": (N_("those that I see to"), {"isMine": True}),
    "late": (N_("those with a late milestone"), {"hasLateMilestone": True}),
    "drafts": (N_("those that are not shown"), {"isPublished": False}),
}


def _view(request: Request) -> str:
    asked = request.query_params.get("view", "")
    return asked if asked in VIEWS else ""


def _variables(request: Request) -> dict[str, Any]:
    stage = one_of(request, "stage", ProjectStage)
    filters = {
        **editable(request, EDIT_PROJECTS),
        "text": text(request),
        "stages": [stage] if stage else None,
        **VIEWS[_view(request)][1],
    }
    return {
        "filter": {key: value for key, value in filters.items() if value is not None},
        "granted": granted(request, EDIT_PROJECTS),
        **paging(request, 30),
    }


def _values(request: Request) -> dict[str, Any]:
    view = {
        "name": "view",
        "kind": "select",
        "label": gettext("Show"),
        "value": _view(request),
        "choices": [(key, gettext(words)) for key, (words, _) in VIEWS.items()],
    }
    asked = {
        "q": text(request) or "",
        "stage": one_of(request, "stage", ProjectStage) or "",
        "view": _view(request),
        **editable(request, EDIT_PROJECTS),
    }
    return {
        "fields": [search_field(request), view, select_field(request, "stage", gettext("Stage"), ProjectStage)],
        "asked": asked,
    }


async def _choices(request: Request) -> dict[str, Any]:
    return {
        "division_code": await staff_choices(request, EDIT_PROJECTS),
        "industry_code": industries.choices(),
        **await _owners(request),
    }


async def _owners(request: Request) -> dict[str, list[tuple[str, str]]]:
    """Who may see to the project of this form, people and teams; of a new one that is whoever enters it."""
    number = request.path_params.get("number", "")
    if not number.isdigit() or len(number) > 9:
        return {"responsible_id": [], "team_id": []}
    found = await read(request, "staff/projects/choices", {"number": int(number)})
    row = found["investmentProject"]
    nodes = row["keepers"]["nodes"] if row and row["keepers"] else []
    people = [(str(one["number"]), " · ".join(filter(None, (one["name"], one["title"])))) for one in nodes]
    return {
        "responsible_id": people,
        "team_id": [(str(one["number"]), one["name"]) for one in row["teams"]] if row else [],
    }


def _of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    pairs = (("responsible_id", row["responsible"]), ("team_id", row["team"]))
    return {name: one["number"] if one else None for name, one in pairs}


STAFF = listing.Listing(
    name="staff_projects",
    folder="staff/projects",
    root="investmentProject",
    key="number",
    key_type=int,
    input_key="id",
    subject="InvestmentProject",
    create=operations.create_investment_project,
    drafter=EDIT_PROJECTS,
    update=operations.update_investment_project,
    variables=_variables,
    values=_values,
    choices=_choices,
    verbs=(
        listing.Verb(
            "publication",
            operations.publish_investment_project,
            N_("Show to the public"),
            N_("Everyone sees it, and it counts."),
        ),
        listing.Verb(
            "withdrawal",
            operations.withdraw_investment_project,
            N_("Take from the public"),
            N_("Only staff see it, and it counts no more."),
        ),
    ),
    row_key="id",
    left_out_new=lambda request: ["responsible_id", "team_id"],
    more=_of_row,
)
ROUTES = listing.routes(STAFF, "/staff/projects")

"""The staff's pages of vacancies: list, editor, what is offered and what is taken off."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from civicgraph.divisions.choosing import editable, granted, staff_choices
from civicgraph.i18n import N_, gettext
from civicgraph.jobs import operations
from civicgraph.jobs.models import VacancyStatus, WorkKind
from civicgraph.jobs.pages.public import search
from civicgraph.jobs.wording import wage
from civicgraph.permissions import EDIT_VACANCIES
from civicgraph.web import listing
from civicgraph.web.query import kinds, one_of, paging, select_field, text


def _filter(request: Request) -> dict[str, Any]:
    filters = {
        **editable(request, EDIT_VACANCIES),
        "text": text(request),
        "kind": kinds(request, "kind", WorkKind),
        "statuses": kinds(request, "status", VacancyStatus),
    }
    return {
        "filter": {key: value for key, value in filters.items() if value},
        "granted": granted(request, EDIT_VACANCIES),
        **paging(request, 30),
    }


def _values(request: Request) -> dict[str, Any]:
    asked = {
        "q": text(request) or "",
        "kind": one_of(request, "kind", WorkKind) or "",
        "status": one_of(request, "status", VacancyStatus) or "",
        **editable(request, EDIT_VACANCIES),
    }
    states = select_field(request, "status", gettext("Status"), VacancyStatus)
    return {"fields": [*search(request), states], "asked": asked, "wage": wage}


async def _choices(request: Request) -> dict[str, Any]:
    return {"division_code": await staff_choices(request, EDIT_VACANCIES)}


STAFF = listing.Listing(
    name="staff_vacancies",
    folder="staff/vacancies",
    root="vacancy",
    key="number",
    key_type=int,
    subject="Vacancy",
    create=operations.create_vacancy,
    update=operations.update_vacancy,
    variables=_filter,
    values=_values,
    choices=_choices,
    verbs=(
        listing.Verb("publication", operations.publish_vacancy, N_("Offer the work"), N_("Everyone can apply now.")),
        listing.Verb(
            "closing", operations.close_vacancy, N_("Offer the work no longer"), N_("Nobody can apply any more.")
        ),
        listing.Verb(
            "stop", operations.stop_vacancy, N_("Take it off"), N_("It is taken off. The enterprise reads why."), "stop"
        ),
    ),
    row_key="id",
    number_key="id",
)
ROUTES = listing.routes(STAFF, "/staff/vacancies")

"""The staff's pages for the categories of grievances: the common list by group, and what each of them asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph.grievances import operations
from civicgraph.grievances.operations.change_category import CategoryQuestionFields
from civicgraph.i18n import N_, current
from civicgraph.web import listing, read
from civicgraph.web.forms import Choices


def _more(row: Mapping[str, Any]) -> dict[str, Any]:
    """The questions with their places, which are those of the list."""
    questions = [listing.from_graphql(CategoryQuestionFields, one) for one in row["questions"]]
    return {"questions": [{**one, "position": place} for place, one in enumerate(questions, 1)]}


async def _groups(request: Request) -> dict[str, Choices]:
    """The groups that there are, in their order."""
    found = await read(request, "staff/categories/list", {})
    name = "groupName" if current.get() == "zh" else "groupNameEn"
    return {"group_code": list({one["groupCode"]: one[name] for one in found["grievanceCategories"]["nodes"]}.items())}


CATEGORIES = listing.Listing(
    name="staff_categories",
    folder="staff/categories",
    root="grievanceCategory",
    key="code",
    subject="GrievanceCategory",
    create=operations.add_category,
    update=operations.change_category,
    verbs=(
        listing.Verb(
            "closing", operations.close_category, N_("Close it for new reports"), N_("Nothing new is taken under it.")
        ),
        listing.Verb(
            "opening", operations.open_category, N_("Let it be reported again"), N_("It can be reported again.")
        ),
    ),
    choices=_groups,
    row_key="code",
    more=_more,
)
ROUTES = listing.routes(CATEGORIES, "/staff/categories")

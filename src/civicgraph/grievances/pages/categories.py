"""The staff's pages for the categories of grievances: the common list by group, and what each of them asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civicgraph.grievances import operations
from civicgraph.grievances.operations.change_category import CategoryQuestionFields
from civicgraph.web import listing


def _more(row: Mapping[str, Any]) -> dict[str, Any]:
    """The questions with their places, which are those of the list."""
    questions = [listing.from_graphql(CategoryQuestionFields, one) for one in row["questions"]]
    return {"questions": [{**one, "position": place} for place, one in enumerate(questions, 1)]}


CATEGORIES = listing.Listing(
    name="staff_categories",
    folder="staff/categories",
    root="grievanceCategory",
    key="code",
    subject="GrievanceCategory",
    update=operations.change_category,
    row_key="code",
    more=_more,
)
ROUTES = listing.routes(CATEGORIES, "/staff/categories")

"""The scalar for industries, and the filter by one with all below it: for whatever table has an `industry_id`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NewType

import strawberry
from graphql import GraphQLError

from civicgraph.enterprises import rules
from civicgraph.graph.types import Place

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given


def _parse_industry(value: object) -> Place:
    if isinstance(value, str) and re.fullmatch(r"[A-T]|[0-9]{2,4}", value):
        return Place(value)
    raise GraphQLError("An industry is a section's letter (A to T) or the two to four digits below it.")


IndustryCode = strawberry.scalar(
    NewType("IndustryCode", str),
    name="IndustryCode",
    description="An industry of GB/T 4754-2017: the letter of a section, the two digits of a division, the three of a group"
    " or the four of a class.",
    serialize=str,
    parse_value=_parse_industry,
)


def of_industry(c: Compiler, row: Row, given: Given) -> str:
    """Each level has an index of its own, so that rare industries are found as quickly as frequent ones."""
    return f"{rules.level(row['industry_id'], len(given.value))} = {given.sql(c)}"


def levels(column: str) -> tuple[str, ...]:
    """What the filter compares in a column of industries below the section, one for each level."""
    return f"substr({column}, 1, 2)", f"substr({column}, 1, 3)", column

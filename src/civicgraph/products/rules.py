"""Rules of the products room: who sees what, how much of an output is sold where. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from civicgraph.enterprises.claims.rules import is_own
from civicgraph.permissions import EDIT_PRODUCTS
from civicgraph.products.units import Unit, factor, is_alike

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

YEARS = range(1950, 2101)
"""Years that an output or a sale may be of."""


class Measured(Protocol):
    """An amount of a year."""

    year: int
    unit: Unit

    @property
    def base_amount(self) -> int:
        """The amount in its kind's smallest measure."""


@dataclass(frozen=True)
class Excess:
    """The first link, by its place from 0, that cannot be: of a year without output, in another kind, or too much."""

    index: int
    reason: str


def excess(outputs: Iterable[Measured], links: Iterable[Measured]) -> Excess | None:
    """Whether more would be sold than was made. None when all is well."""
    left = {one.year: one.base_amount for one in outputs}
    made = {one.year: one.unit for one in outputs}
    for index, link in enumerate(links):
        if link.year not in left:
            return Excess(index, "no_output")
        if not is_alike(made[link.year], link.unit):
            return Excess(index, "other_kind")
        left[link.year] -= link.base_amount
        if left[link.year] < 0:
            return Excess(index, "too_much")
    return None


# Reading ----------------------------------------------------------------------------------------------------------


def visible(c: Compiler, row: Row) -> str:
    """Published products of published entries of the register; others for those who may edit there, and the maker."""
    return f"({is_public(c, row)} OR {may_edit(c, row)} OR {is_own(c, row['enterprise_id'])})"


def is_public(c: Compiler, row: Row) -> str:
    """Whether everyone sees it: its maker's entry has to be public as well."""
    _, source = c.find("Enterprise", lambda one: f"{one['id']} = {row['enterprise_id']} AND {one['is_published']}")
    return f"({row['is_published']} AND EXISTS (SELECT 1 {source}))"


def may_be_asked(c: Compiler, row: Row) -> str:
    """Whether everyone sees it and the register has an address to write to."""
    _, source = c.find(
        "Enterprise",
        lambda one: f"{one['id']} = {row['enterprise_id']} AND {one['is_published']} AND {one['contact_email']} <> ''",
    )
    return f"({row['is_published']} AND EXISTS (SELECT 1 {source}))"


def may_edit(c: Compiler, row: Row) -> str:
    """Whether the actor keeps the products of the place."""
    return c.covers(row["division_id"], EDIT_PRODUCTS)


def visible_part(c: Compiler, row: Row) -> str:
    """Parts of products that one sees: for lists that do not begin at the product."""
    _, source = c.find("Product", lambda one: f"{one['id']} = {row['product_id']} AND {visible(c, one)}")
    return f"EXISTS (SELECT 1 {source})"


def made_within(c: Compiler, row: Row, given: Given) -> str:
    """Whether the link's product is made in this division or below it."""
    _, source = c.find(
        "Product", lambda one: f"{one['id']} = {row['product_id']} AND {c.within(one['division_id'], given)}"
    )
    return f"EXISTS (SELECT 1 {source})"


def is_on_sale(c: Compiler, row: Row, month: Given) -> str:
    """Whether it is on sale in a month; a product that names none is so all year."""
    months = c.dialect.text(row["months"])
    named = c.dialect.holds(months, f"'\"' || {month.sql(c)} || '\"'")
    return f"({months} = '[]' OR {named})"


def pictures_of(c: Compiler, row: Row, upload: Row) -> str:
    """The picture that belongs to a product."""
    return f"{upload['subject_type']} = 'Product' AND {upload['subject_id']} = {row['id']}"


def amount_in(c: Compiler, row: Row, unit: Given) -> str:
    """The amount in another unit to four decimals (`units.converted`); null in one that no conversion leads to."""
    to = Unit(unit.value.value)
    alike = ", ".join(f"'{one.value}'" for one in Unit if is_alike(one, to))
    return f"CASE WHEN {row['unit']} IN ({alike}) THEN {c.dialect.share(row['base_amount'], str(factor(to)))} END"

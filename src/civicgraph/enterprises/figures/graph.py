"""GraphQL of the register's figures."""

from __future__ import annotations

from civicgraph.enterprises.figures import slices
from civicgraph.enterprises.figures.counting import OLDEST
from civicgraph.enterprises.models import EnterpriseCell, EnterpriseList
from civicgraph.graph import MAX_DIVISIONS, computed, split, to_many, to_one, type_

_NOT_KEPT = "null in quarters below the county, whose history by industry is kept for lists alone."


@type_(EnterpriseCell)
class EnterpriseFigures:
    """How many enterprises there are in a division and below it: all, of an industry, or on a list.

    They follow the days of facts: what is entered today with the day of today changes no figure of before.
    """

    division = to_one(
        "divisions.Division",
        link=lambda c, row, child: f"{child['code']} = {row.slice.division}",
        is_nullable=False,
        description="Where.",
    )
    industry = to_one(
        "enterprises.Industry",
        link=lambda c, row, child: f"{child['code']} = {row.slice.industry}",
        is_nullable=True,
        description="Of this section or division of industry alone; null: of all.",
    )
    list = computed(
        EnterpriseList | None,
        lambda c, row: f"nullif({row.slice.of}, '')",
        "On this list alone; null: the whole register.",
    )
    quarter = computed(str | None, lambda c, row: row.slice.last or "NULL", "Until the end of this quarter; null: now.")
    count = computed(
        int,
        lambda c, row: f"({row['joined']} - {row['departed']})",
        "How many there are that are not deregistered; with a first quarter, by how many there are more than before it.",
    )
    joined = computed(int, lambda c, row: row["joined"], "How many came; now: how many there are.")
    departed = computed(int, lambda c, row: row["departed"], "How many went; now: none.")
    shown = computed(
        int,
        lambda c, row: row["shown"],
        "Public entries of now, whatever their status: as many as the list of enterprises has. 0 for quarters.",
    )
    filled = computed(
        int | None,
        lambda c, row: row.slice.filled(),
        "Two-digit divisions of the services in which there is some at the end of the last quarter and was none a year"
        f" before it; null: now, and where they are not known: {_NOT_KEPT}",
    )
    newly_filled = to_many(
        "enterprises.Industry",
        link=lambda c, row, child: (
            f"{child['code']} IN ({row.slice.filled_codes()})" if row.slice.last else c.dialect.false
        ),
        order=("code",),
        description="Those divisions themselves; now: none.",
    )
    is_closed = computed(
        bool | None,
        lambda c, row: (
            f"(EXISTS (SELECT 1 FROM closed_quarter WHERE closed_quarter.quarter >= {row.slice.last}))"
            if row.slice.last
            else "NULL"
        ),
        "Whether the last quarter is closed, so that nothing that is entered later changes it; null: now.",
    )
    by_quarter = split(
        "EnterpriseFigures",
        slices.by_quarter,
        size=12,
        description=f"As they stood at the end of each quarter, one after another: the latest {slices.MAX_QUARTERS} from"
        f" {OLDEST} on, whether anything changed in them or not.",
    )
    by_division = split(
        "EnterpriseFigures",
        slices.by_division,
        size=20,
        is_nullable=True,
        description=f"In parts by the divisions directly below, at most {MAX_DIVISIONS}; of an industry {_NOT_KEPT}",
    )
    by_section = split(
        "EnterpriseFigures",
        slices.by_section,
        size=20,
        is_nullable=True,
        description=f"In parts by section of industry; {_NOT_KEPT}",
    )
    by_industry = split(
        "EnterpriseFigures",
        slices.by_industry,
        size=97,
        is_nullable=True,
        description=f"In parts by two-digit division of industry, of the section if one is asked for; {_NOT_KEPT}",
    )
    by_list = split("EnterpriseFigures", slices.by_list, size=8, description="In parts by list.")

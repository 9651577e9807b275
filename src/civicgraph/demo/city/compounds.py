"""A few compounds in each community."""

from __future__ import annotations

from collections.abc import Iterator

from civicgraph.demo.city.cases import pick
from civicgraph.demo.city.ground import Ground
from civicgraph.demo.city.tables import SIZE, Batch, Row, table
from civicgraph.demo.city.words import words
from civicgraph.divisions.models import Compound, Management
from civicgraph.text import search_terms

COMPOUND = table(
    Compound,
    *("id", "created_at", "updated_at", "version", "is_generated", "division_id", "name", "address", "households"),
    *("residents", "management", "manager_name", "fee_fen", "summary", "is_active", "search_terms"),
)
_MANAGED = (Management.PROPERTY_COMPANY,) * 6 + (Management.OWNERS_COMMITTEE,) * 2 + (Management.UNMANAGED,)


def count(ground: Ground) -> int:
    """Rows to come."""
    return ground.scale.compounds_per_community * sum(one.weight > 1 for one in ground.communities)


def rows(ground: Ground) -> Iterator[Batch]:
    """Villages have none."""
    random = ground.random("compound").random
    spoken = words()
    number, now = ground.last["compound"], ground.now
    found: list[Row] = []
    for community in ground.communities:
        if community.weight == 1:
            continue
        for _ in range(ground.scale.compounds_per_community):
            number += 1
            name = pick(random, spoken["compounds"]) + pick(random, spoken["compound_kinds"])
            households = 120 + int(random() * 1800)
            management = _MANAGED[int(random() * len(_MANAGED))]
            fee = 30 + int(random() * 170) if management is not Management.UNMANAGED else None
            found.append(
                (
                    *(number, now, now, 1, True, community.code, name, "", households, int(households * 3.1)),
                    *(management.value, "", fee * 100 if fee else None, "", True, search_terms(name)),
                )
            )
            community.compounds.append(number)
        if len(found) >= SIZE:
            yield COMPOUND, found
            found = []
    yield COMPOUND, found

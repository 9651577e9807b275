"""“Would my enterprise qualify?”: the register's public facts by code, and one's own answers, which nobody keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field

from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseList, EnterpriseScale, EnterpriseStatus
from civicgraph.i18n import N_
from civicgraph.operations import MONEY, Input
from civicgraph.policies.eligibility import FACTS, Known, Tree, conditions, whole


class OwnAnswers(Input):
    """What somebody says of their enterprise."""

    credit_code: str = Field(
        "", title=N_("Unified social credit code"), max_length=18,
        description=N_("With it we take what the public register says. What is asked below and left empty is not known."),
    )  # fmt: skip
    kind: EnterpriseKind | None = Field(None, title=N_("Legal kind"))
    status: EnterpriseStatus | None = Field(None, title=N_("Status"))
    scale: EnterpriseScale | None = Field(None, title=N_("Scale"))
    industry_code: str = Field("", title=N_("Industry"), max_length=60)
    division_code: str = Field("", title=N_("Place"), max_length=60)
    established_on: date | None = Field(None, title=N_("Founded on"))
    employees: int | None = Field(None, title=N_("People insured through it"), ge=0, le=2_000_000)
    revenue_fen: int | None = Field(
        None, title=N_("Revenue of its last year, CNY"), ge=0, le=2**53, json_schema_extra=MONEY
    )
    assets_fen: int | None = Field(
        None, title=N_("Total assets of its last year, CNY"), ge=0, le=2**53, json_schema_extra=MONEY
    )
    lists: list[EnterpriseList] = Field(default_factory=list, title=N_("Lists"), max_length=8)
    listed_on: date | None = Field(None, title=N_("On the lists since"))


_FIELDS = {
    **{"industry": "industry_code", "place": "division_code", "age": "established_on"},
    **{"revenue": "revenue_fen", "assets": "assets_fen"},
}


def asked(tree: Tree, amount_kind: str, *, is_of_part: bool) -> set[str]:
    """The fields that a rule and its amount need; the place also where the policy is for a part of the city."""
    found = {"credit_code"} | ({"division_code"} if is_of_part else set())
    for one in conditions(whole(tree)) if tree else []:
        fact = FACTS[one["fact"]]
        if fact.of_list or fact.name == "list":
            found |= {"lists", "listed_on"} if fact.of_list else {"lists"}
        else:
            found.add(_FIELDS.get(fact.name, fact.name))
    amounts = {"PER_EMPLOYEE": {"employees"}, "SHARE_OF_REVENUE": {"revenue_fen"}}
    return found | amounts.get(amount_kind, set())


def known_by(own: OwnAnswers, row: Mapping[str, Any] | None) -> Known:
    """What is known together: one's own answers, then what the register (as GraphQL answers) tells its reader."""
    row = row or {}
    since = own.listed_on or date(2000, 1, 1)
    listings = tuple(Listed(one.value, since, None) for one in own.lists)
    listings += tuple(
        Listed(one["list"].lower(), _day(one["listedOn"]) or since, _day(one["delistedOn"]))
        for one in row.get("listings", [])
    )
    return Known(
        kind=own.kind or _lower(row.get("kind")),
        status=own.status or _lower(row.get("status")),
        scale=own.scale or _lower(row.get("scale")),
        industry=own.industry_code or row.get("industryCode"),
        division=own.division_code or (row.get("division") or {}).get("code"),
        established_on=own.established_on or _day(row.get("establishedOn")),
        employees=own.employees if own.employees is not None else row.get("employees"),
        revenue_fen=own.revenue_fen if own.revenue_fen is not None else _whole(row.get("revenueFen")),
        assets_fen=own.assets_fen if own.assets_fen is not None else _whole(row.get("assetsFen")),
        listings=listings,
    )


def _lower(value: str | None) -> str | None:
    return value.lower() if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)

"""The made-up measures of the demo's catalogue, from `data/policies.yaml`: with them it holds the city's 95 in six categories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import yaml

from civicgraph import clock
from civicgraph.demo.facts import DATA
from civicgraph.policies.eligibility import FACTS, FactKind, Tree, conditions, years_before
from civicgraph.policies.models import AmountKind, Policy, PolicyCategory, PolicyCycle, PolicyExample, PolicyStatus
from civicgraph.policies.operations.ruling import write_words
from civicgraph.text import search_terms

ACTIVE: dict[str, Any] = {"fact": "status", "is": "one_of", "value": ["active"]}
_FIGURES: dict[str, Any] = {"kind": "company", "status": "active", "division_code": "520302"}
_AMOUNTS = {"once": AmountKind.FIXED, "each": AmountKind.PER_EMPLOYEE, "share": AmountKind.SHARE_OF_REVENUE}
Example = tuple[str, Mapping[str, Any], bool, int | None]
"""The case that it stands for, its facts, whether it qualifies, what it gets in 1/100 CNY."""


async def load_measures() -> None:
    """Enter every measure of the file, each with a case that just fits and one that does not."""
    source = yaml.safe_load((DATA / "policies.yaml").read_text(encoding="utf-8"))
    for category, measures in source["measures"].items():
        for one in measures:
            tree = {"all": [ACTIVE, *_conditions(one["who"])]}
            fitting = _fitting(tree)
            pays = one.get("pays", {})
            amount = pays["once"] * 100 if "once" in pays else None
            await enter(
                PolicyCategory(category),
                one["title"],
                one["summary"],
                source["owners"][one["owner"]],
                tree,
                {**_amount(pays), "cycle": PolicyCycle(one.get("every", "once"))},
                starts_on=one["from"],
                ends_on=one.get("to"),
                budget=one["budget"] * 100 if "budget" in one else None,
                is_generated=True,
                examples=[
                    ("刚好达到条件的企业", fitting, True, amount),
                    ("已注销的企业", {**fitting, "status": "closed"}, False, None),
                ],
            )


def _conditions(who: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The branches of a rule as the file writes it."""
    found: list[dict[str, Any]] = []
    for name, said in who.items():
        if name == "any":
            found.append({"any": [_group(one) for one in said]})
        elif name == "not":
            found.append({"not": _group(said)})
        elif isinstance(said, list):
            found.append({"fact": name, "is": "one_of", "value": said})
        else:
            scale = 100 if FACTS[name].kind is FactKind.MONEY else 1
            found += [{"fact": name, "is": is_, "value": value * scale} for is_, value in said.items()]
    return found


def _group(who: Mapping[str, Any]) -> dict[str, Any]:
    found = _conditions(who)
    return found[0] if len(found) == 1 else {"all": found}


def _amount(pays: Mapping[str, int]) -> dict[str, Any]:
    """The columns of an amount."""
    for name, kind in _AMOUNTS.items():
        if name in pays:
            given = (
                {"share_bp": pays[name]} if kind is AmountKind.SHARE_OF_REVENUE else {"amount_fen": pays[name] * 100}
            )
            return {"amount_kind": kind, **given, "cap_fen": pays["most"] * 100 if "most" in pays else None}
    return {"amount_kind": AmountKind.NONE}


def _fitting(tree: Tree) -> dict[str, Any]:
    """The facts of an enterprise that just fulfils a rule, by the first of its alternatives."""
    found: dict[str, Any] = {}
    for leaf in _needed(tree):
        fact, value = FACTS[leaf["fact"]], leaf["value"]
        if leaf["is"] == "one_of":
            value = value if fact.kind is FactKind.LIST else value[0]
        if fact.of_list:
            found["listed_on"] = date.fromisoformat(value)
        elif fact.kind is FactKind.YEARS:
            founded = years_before(clock.today(), value + (leaf["is"] == "at_most"))
            found["established_on"] = founded + timedelta(days=leaf["is"] == "at_most")
        elif fact.kind is FactKind.DATE:
            found[fact.name] = date.fromisoformat(value)
        elif _COLUMNS.get(fact.name, fact.name) not in found:  # of two bounds the first
            found[_COLUMNS.get(fact.name, fact.name)] = [value[0].upper()] if fact.kind is FactKind.LIST else value
    return found


_COLUMNS = {
    "industry": "industry_code",
    "place": "division_code",
    "revenue": "revenue_fen",
    "assets": "assets_fen",
    "list": "lists",
}


def _needed(tree: Tree) -> list[Tree]:
    if "not" in tree:
        return []
    if "any" in tree:
        return conditions(tree["any"][0])
    return [tree] if "fact" in tree else [leaf for one in tree["all"] for leaf in _needed(one)]


async def enter(
    category: PolicyCategory,
    title: tuple[str, str],
    summary: tuple[str, str],
    owner: str,
    tree: dict[str, Any],
    amount: dict[str, Any],
    *,
    starts_on: date = date(2026, 1, 1),
    ends_on: date | None = None,
    budget: int | None = None,
    is_generated: bool = False,
    examples: list[Example] | None = None,
) -> Policy:
    """Enter a published policy of the city with its rule in words and the cases that it is tried by."""
    row = await Policy.create(
        category=category,
        title=title[0],
        title_en=title[1],
        summary=summary[0],
        summary_en=summary[1],
        division_id="5203",
        owner=owner,
        status=PolicyStatus.PUBLISHED,
        starts_on=starts_on,
        ends_on=ends_on,
        budget_fen=budget,
        eligibility=tree,
        is_generated=is_generated,
        search_terms=search_terms(*title, *summary, owner),
        **amount,
    )
    await write_words(row)
    for name, given, qualifies, fen in examples or []:
        wanted: dict[str, Any] = {"qualifies": qualifies, "amount_fen": fen}
        await PolicyExample.create(policy_id=row.id, title=name, on=clock.today(), **{**_FIGURES, **given}, **wanted)
    return row

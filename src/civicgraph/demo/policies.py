"""The catalogue of the demo city: the policies that the facts file names, and one of each other category, made up and said so.

The job-stabilisation subsidy of the first quarter of 2026, 128 million CNY, is held as the grants that it is the sum of.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from civicgraph.demo.facts import facts
from civicgraph.divisions.models import Division
from civicgraph.enterprises.models import Enterprise, EnterpriseKind, EnterpriseScale
from civicgraph.enterprises.rules import ALPHABET, complete, search_terms_of
from civicgraph.policies import matching
from civicgraph.policies.models import (
    AmountKind,
    GrantState,
    Policy,
    PolicyCategory,
    PolicyCycle,
    PolicyExample,
    PolicyGrant,
    PolicyStatus,
)
from civicgraph.policies.operations.catalogue import write_words
from civicgraph.text import search_terms

EMPLOYERS = 280
"""Made-up employers whose staff the subsidy was paid for."""
PER_PERSON_FEN = 1_000_00
_ACTIVE = {"fact": "status", "is": "one_of", "value": ["active"]}
_EMPLOYING = {"all": [_ACTIVE, {"fact": "employees", "is": "at_least", "value": 20}]}
_DAY = date(2026, 3, 20)
_FIGURES: dict[str, Any] = {"kind": "company", "status": "active", "division_code": "520302"}


def _on(name: str, since: str = "") -> dict[str, Any]:
    listed: dict[str, Any] = {"fact": "list", "is": "one_of", "value": [name]}
    late = [{"fact": f"since_{name}", "is": "at_least", "value": since}] if since else []
    return {"all": [_ACTIVE, listed, *late]}


async def load_policies(random: Random) -> None:
    """The catalogue, with examples, and the subsidy with its grants."""
    await _load_employers(random)
    subsidy = await _policy(
        PolicyCategory.EMPLOYMENT,
        ("稳岗补贴", "Job-stabilisation subsidy"),
        (
            "企业在营业、参保人数不少于 20 人，就按参保人数补贴，帮企业稳住岗位。",
            "For employers in business: so much for each person insured, so that jobs stay.",
        ),
        "遵义市人力资源和社会保障局",
        _EMPLOYING,
        {"amount_kind": AmountKind.PER_EMPLOYEE, "amount_fen": PER_PERSON_FEN, "cycle": PolicyCycle.YEAR},
        budget=facts()["enterprise_figures"]["job_stabilisation_subsidy_cny"] * 100,
        examples=[("20 人的企业", {"employees": 20}, 20 * PER_PERSON_FEN), ("19 人的企业", {"employees": 19}, None)],
    )
    await _pay(subsidy)
    await _policy(
        PolicyCategory.FINANCE,
        ("普惠贷款", "Inclusive loans"),
        ("小微企业和个体工商户的普惠贷款，由银行办理。", "Loans for small firms and sole traders, made by the banks."),
        "遵义市金融工作部门",
        {},
        {"amount_kind": AmountKind.NONE},
    )
    made: list[tuple[PolicyCategory, tuple[str, str], tuple[str, str], dict[str, Any], str]] = [
        (PolicyCategory.GROWTH, ("新进“四上”奖励", "Newly four above"), ("2025 年 4 月以后进入“四上”名单的企业，给一次奖励。", "A reward for those that came on the list since April 2025."), _on("four_above", "2025-04-01"), "four_above"),
        (PolicyCategory.INNOVATION, ("专精特新企业奖励", "Specialised and innovative SMEs"), ("专精特新名单上的企业，给一次奖励。", "A reward for those on the list."), _on("specialised_sme"), "specialised_sme"),
        (PolicyCategory.DIGITAL, ("软件企业奖励", "Software firms"), ("收入 500 万元以上名单上的软件企业，给一次奖励。", "A reward for software firms over 5 million."), _on("software_over_5m"), "software_over_5m"),
        (PolicyCategory.MARKET, ("链主企业市场开拓支持", "Chain leaders going to market"), ("链主企业开拓市场，给一次支持。", "Support for chain leaders that look for markets."), _on("chain_leader"), "chain_leader"),
    ]  # fmt: skip
    for category, title, summary, tree, name in made:
        listed = {"lists": [name.upper()], "listed_on": date(2026, 1, 1)}
        await _policy(
            category, title, summary, "遵义市工业和信息化局", tree,
            {"amount_kind": AmountKind.FIXED, "amount_fen": 100_000_00}, budget=20_000_000_00, is_generated=True,
            examples=[("名单上的企业", listed, 100_000_00), ("不在名单上的企业", {}, None)],
        )  # fmt: skip


async def _policy(
    category: PolicyCategory,
    title: tuple[str, str],
    summary: tuple[str, str],
    owner: str,
    tree: dict[str, Any],
    amount: dict[str, Any],
    *,
    budget: int | None = None,
    is_generated: bool = False,
    examples: list[tuple[str, dict[str, Any], int | None]] | None = None,
) -> Policy:
    row = await Policy.create(
        category=category,
        title=title[0],
        title_en=title[1],
        summary=summary[0],
        summary_en=summary[1],
        division_id="5203",
        owner=owner,
        status=PolicyStatus.PUBLISHED,
        starts_on=date(2026, 1, 1),
        budget_fen=budget,
        eligibility=tree,
        is_generated=is_generated,
        search_terms=search_terms(*title, *summary, owner),
        **amount,
    )
    await write_words(row)
    for name, given, fen in examples or []:
        wanted: dict[str, Any] = {"qualifies": fen is not None, "amount_fen": fen}
        await PolicyExample.create(policy_id=row.id, title=name, **{**_FIGURES, **given}, **wanted)
    return row


async def _load_employers(random: Random) -> None:
    """Employers in every county, whose insured people are as many as the subsidy paid for."""
    counties = await Division.filter(level="county").order_by("code")
    people = facts()["enterprise_figures"]["job_stabilisation_subsidy_cny"] * 100 // PER_PERSON_FEN
    weights = [random.randint(20, 900) for _ in range(EMPLOYERS)]
    staff = [max(20, people * one // sum(weights)) for one in weights]
    staff[0] += people - sum(staff)
    rows = []
    for number, count in enumerate(staff, 1):
        code = counties[number % len(counties)].code
        first17 = "91" + code + "MB" + "".join(random.choice(ALPHABET) for _ in range(7))
        name = f"演示用人单位 {number:03d} 号"
        rows.append(
            Enterprise(
                credit_code=complete(first17),
                name=name,
                summary="用人单位和它的统一社会信用代码都是演示生成的。",
                kind=EnterpriseKind.COMPANY,
                industry_id=("13", "19", "33", "51", "61", "70")[number % 6],
                division_id=code,
                employees=count,
                scale=EnterpriseScale.MEDIUM if count >= 300 else EnterpriseScale.SMALL,
                established_on=date(2010 + number % 14, 1 + number % 12, 1),
                counted_from=date(2010 + number % 14, 1 + number % 12, 1),
                search_terms=search_terms_of(name, ""),
                is_generated=True,
            )
        )
    await Enterprise.bulk_create(rows)


async def _pay(subsidy: Policy) -> None:
    """The grants of March 2026, paid in that month: by the same matching as any grant."""
    await matching.match(subsidy, _DAY)
    _, total = await matching.grant(subsidy, _DAY)
    grants = PolicyGrant.filter(policy_id=subsidy.id, state=GrantState.OBJECTION)
    amounts = [(str(place), int(str(fen))) for place, fen in await grants.values_list("division_id", "amount_fen")]
    await grants.update(state=GrantState.PAID, paid_on=date(2026, 3, 31), notice_due=False)
    await matching.add_cells(subsidy, "paid", 2026, amounts)
    subsidy.granted_fen = total
    await subsidy.save()

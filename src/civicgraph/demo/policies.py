"""The catalogue of the demo city: the policies that the facts file names, and the made-up measures beside them.

The job-stabilisation subsidy of the first quarter of 2026, 128 million CNY, is held as the grants that it is the sum of.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from civicgraph import clock
from civicgraph.demo.facts import facts
from civicgraph.demo.measures import ACTIVE, enter, load_measures
from civicgraph.divisions.models import Division
from civicgraph.enterprises.models import Enterprise, EnterpriseKind
from civicgraph.enterprises.rules import ALPHABET, complete, search_terms_of
from civicgraph.enterprises.scale import Figures, scale_of
from civicgraph.policies import matching
from civicgraph.policies.models import (
    AmountKind,
    GrantState,
    Policy,
    PolicyCategory,
    PolicyCycle,
    PolicyGrant,
)

EMPLOYERS = 280
"""Made-up employers whose staff the subsidy was paid for."""
PER_PERSON_FEN = 1_000_00
_REVENUE_FEN = 400_000_00
"""Of a made-up employer, for each of its people."""
_EMPLOYING = {"all": [ACTIVE, {"fact": "employees", "is": "at_least", "value": 20}]}
_DAY = date(2026, 3, 20)


async def load_policies(random: Random) -> None:
    """The catalogue, with examples, and the subsidy with its grants."""
    await _load_employers(random)
    subsidy = await enter(
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
        examples=[
            ("20 人的企业", {"employees": 20}, True, 20 * PER_PERSON_FEN),
            ("19 人的企业", {"employees": 19}, False, None),
        ],
    )
    await _pay(subsidy)
    await enter(
        PolicyCategory.FINANCE,
        ("普惠贷款", "Inclusive loans"),
        ("小微企业和个体工商户的普惠贷款，由银行办理。", "Loans for small firms and sole traders, made by the banks."),
        "遵义市金融工作部门",
        {},
        {"amount_kind": AmountKind.NONE},
    )
    await load_measures()


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
        industry = ("13", "19", "33", "51", "61", "702")[number % 6]
        figures = Figures(count, count * _REVENUE_FEN, count * _REVENUE_FEN * 3 // 2)
        rows.append(
            Enterprise(
                credit_code=complete(first17),
                name=name,
                summary="用人单位和它的统一社会信用代码都是演示生成的。",
                kind=EnterpriseKind.COMPANY,
                industry_id=industry,
                division_id=code,
                **figures._asdict(),
                figures_year=2025,
                scale=scale_of(industry, figures),
                established_on=date(2010 + number % 14, 1 + number % 12, 1),
                counted_from=date(2010 + number % 14, 1 + number % 12, 1),
                search_terms=search_terms_of(name, ""),
                is_generated=True,
            )
        )
    await Enterprise.bulk_create(rows)


async def _pay(subsidy: Policy) -> None:
    """The grants of March 2026, told and paid in that month: by the same matching as any grant."""
    await matching.match(subsidy, _DAY)
    _, total = await matching.grant(subsidy, _DAY)
    grants = PolicyGrant.filter(policy_id=subsidy.id, state=GrantState.OBJECTION)
    amounts = [(str(place), int(str(fen))) for place, fen in await grants.values_list("division_id", "amount_fen")]
    moment = datetime.combine(_DAY, time(10), clock.CITY_ZONE)
    told = {"notified_at": moment, "is_told_by_phone": True}
    days = {"objection_until": _DAY + timedelta(days=subsidy.objection_days), "paid_on": date(2026, 3, 31)}
    await grants.update(state=GrantState.PAID, notice_due=False, **told, **days)
    await matching.add_cells(subsidy, "paid", 2026, amounts)
    subsidy.granted_fen = total
    if await matching.is_used_up(subsidy, clock.today()):
        subsidy.used_up_at = moment
    await subsidy.save()

"""A small city with a register, and who keeps its policies."""

from __future__ import annotations

from typing import Any

import pytest

from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise
from civicgraph.permissions import Actor, Role
from civicgraph.policies import operations
from civicgraph.policies.models import Policy
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO

ACTIVE = {"fact": "status", "comparison": "one_of", "value": "active"}
POLICY: dict[str, Any] = {
    "category": "employment",
    "title": "稳岗补贴",
    "title_en": "Keeping jobs",
    "summary": "不裁员的企业，按参保人数补贴。",
    "division_code": FENGGANG,
    "owner": "凤冈县人力资源和社会保障局",
    "starts_on": "2020-01-01",
    "cycle": "year",
    "amount_kind": "per_employee",
    "amount_fen": 100_00,
    "budget_fen": 10_000_00,
    "conditions": [ACTIVE, {"fact": "employees", "comparison": "at_least", "value": "5"}],
}
FITS = {"title": "十个人", "employees": 10, "qualifies": True, "amount_fen": 1_000_00, "status": "active"}


async def enter(count: int, employees: int = 10, code: str = FENGQUAN, first: int = 1) -> None:
    """So many enterprises."""
    await Enterprise.bulk_create(
        [
            Enterprise(
                credit_code=f"{number:018}", name=f"第{number}家", kind="company", industry_id="19", division_id=code,
                employees=employees,
            )
            for number in range(first, first + count)
        ]
    )  # fmt: skip


async def published(actor: Actor, **values: Any) -> Policy:
    """A policy that went the whole way."""
    row = await operations.create_policy(actor, {**POLICY, **values})
    await operations.add_policy_example(actor, {"policy_id": row.id, **FITS})
    row = await operations.test_policy(actor, {"id": row.id, "version": row.version})
    return await operations.publish_policy(actor, {"id": row.id, "version": row.version})


async def granted_to_all(actor: Actor, number: int) -> dict[str, Any]:
    """Granted as one does it: by what a dry run says."""
    trial = await operations.try_policy(actor, {"id": number})
    expected = {"expected_count": trial["within_budget"], "expected_fen": int(trial["within_budget_fen"])}
    found: dict[str, Any] = await operations.grant_policy(
        actor, {"id": number, "rule_version": trial["rule_version"], **expected}
    )
    return found


@pytest.fixture
async def supervisor(connected: Settings) -> Actor:
    """Who oversees Fenggang county; its neighbour county has an enterprise too."""
    await place.build()
    await load_industries()
    await enter(1, code=HONGQIAO, first=900)
    return await place.person("supervisor", Role.SUPERVISOR, FENGGANG)

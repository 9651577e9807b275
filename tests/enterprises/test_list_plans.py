"""What the lists of enterprises, products, projects, policies and grants ask for is found by indexes, on both databases."""

from __future__ import annotations

import re
from typing import Any

from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor, Held, Role
from civicgraph.web.templating import document
from tests.enterprises.conftest import CASES, Enter
from tests.support.city import CITY, FENGGANG
from tests.support.plans import gone_through

BIG = (
    *("enterprise", "enterprise_listing", "enterprise_change", "enterprise_account", "enterprise_cell", "grievance"),
    *("product", "product_output", "production_base", "supply_link", "recognition", "policy_grant", "policy_cell"),
    *("investment_project", "investment_stage_change", "investment_amount", "investment_milestone", "investment_cell"),
    *("policy_rule_line", "policy_example"),
)
CODE = {"code": CASES["credit_code"]}
PLACE, FIRST = {"place": CITY}, {"first": 30}
GRANTS: tuple[dict[str, Any], ...] = ({}, {"state": "OBJECTION"}, {"hasOpenObjection": True}, {"isToBeCalled": True})
STAFF: dict[str, Any] = {"granted": [FENGGANG], **FIRST}
HERE = {"within": FENGGANG}
ASKED: dict[str, list[dict[str, Any]]] = {
    "enterprises/my/list": [{}],
    "enterprises/my/one": [CODE],
    "staff/enterprises/accounts": [CODE],
    "staff/enterprises/imports": [FIRST],
    "staff/enterprises/list": [
        {**STAFF, "place": FENGGANG, "industry": "19", "filter": {**HERE, **more}}
        for more in (
            {},
            {"industry": "C"},
            {"list": "FOUR_ABOVE"},
            {"text": "箱包"},
            {"industry": "1922", "status": "ACTIVE"},
            {"codeStart": "91520327MA"},
        )
    ],
    "staff/enterprises/results": [{**FIRST, "filter": {**HERE, "industry": "1922"}}],
    "products/list": [
        {**PLACE, **FIRST, "filter": {"isPublished": True, **more}}
        for more in ({}, HERE, {"kind": ["TEA", "FOOD"]}, {"text": "食用菌"}, {**HERE, "month": "MAY"})
    ],
    "staff/products/list": [
        {**STAFF, "filter": {**HERE, **more}} for more in ({}, {"text": "食用菌"}, {"isPublished": False})
    ],
    "projects/list": [
        {**PLACE, **FIRST, "filter": {"isPublished": True, **more}, "order": order}
        for order in ("NEWEST", "LARGEST")
        for more in ({}, HERE, {"text": "茶业"}, {"industry": "C"})
    ],
    "staff/projects/list": [
        {**STAFF, "filter": {**HERE, **more}} for more in ({}, {"isMine": True}, {"hasLateMilestone": True})
    ],
    "policies/list": [
        {"city": CITY, **FIRST, "filter": more, "counted": {"statuses": ["PUBLISHED"]}}
        for more in ({"statuses": ["PUBLISHED"]}, {"statuses": ["PUBLISHED"], "category": "MARKET"}, {"text": "补贴"})
    ],
    "policies/paid": [
        {"within": code, **more} for code in (CITY, FENGGANG) for more in ({}, {"category": "MARKET", "year": "2026"})
    ],
    "policies/policy": [{"number": 1, "city": CITY}],
    "policies/my/list": [CODE],
    "policies/my/objection": [CODE],
    "staff/policies/list": [
        {**STAFF, "filter": {**HERE, **more}} for more in ({"statuses": ["DRAFT"]}, {"hasOpenObjection": True})
    ],
    "staff/policies/examples": [{"number": 1}],
    "staff/policies/grants": [{"number": 1, "city": CITY, "first": 50, "filter": more} for more in GRANTS],
    "staff/policies/chosen": [{"number": 1, "first": 100}],
    "policies/my/grant": [CODE],
    "staff/policies/of_enterprise": [CODE],
}
"""Each list's document, with variables as its page gives them."""
WALKED = {
    "products/list": "product",
    "projects/list": "investment_project",
}
"""What is walked in its own order until a page is full, where nothing else is asked for or the order is not that of any
index of words: databases call that a scan, and count no further than the cap. A city signs some hundred projects a year."""


def may_be_walked(name: str, variables: dict[str, Any], line: str) -> bool:
    """Whether a list walks its own table as it should."""
    is_plain = set(variables.get("filter", ())) == {"isPublished"} or variables.get("order") == "LARGEST"
    return is_plain and bool(re.search(rf"\b{WALKED.get(name, 'nothing')}\b", line))


async def test_no_list_goes_through_a_big_table(engine: Engine, enter: Enter) -> None:
    await enter()
    staff = Actor(kind="person", person_id=1, grants=(Held(Role.SUPERVISOR, FENGGANG),))
    troubles = {}
    for name, given in ASKED.items():
        for actor in (staff,) if name.startswith("staff/") or "/my/" in name else (ANONYMOUS, staff):
            for variables in given:
                plan, values = engine.prepared(document(name), variables, actor)
                parameters = engine.parameters(plan.slots, values, actor)
                lines = await gone_through(plan.statement, parameters, BIG)
                if found := [one for one in lines if not may_be_walked(name, variables, one)]:
                    troubles[f"{name} {variables} {actor.kind}"] = found
    assert not troubles, "\n".join(f"{k}: {v}" for k, v in troubles.items())
    assert await gone_through("SELECT e.id FROM enterprise e WHERE e.brand = 'x'", [], BIG), "a scan would be seen"

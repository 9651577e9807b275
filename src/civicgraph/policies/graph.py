"""GraphQL of the policies room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from civicgraph.enterprises.models import EnterpriseList
from civicgraph.graph import (
    BigInt,
    By,
    DivisionCode,
    Order,
    any_of,
    column,
    computed,
    connection,
    door,
    equals,
    filter_type,
    flag,
    json_column,
    matches,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_facets,
    root_one,
    split,
    summed,
    to_many,
    to_one,
    type_,
    within,
)
from civicgraph.permissions import EDIT_POLICIES, GRANT_POLICIES
from civicgraph.policies import models, operations, rules
from civicgraph.policies.models import GrantState, PolicyCategory, PolicyStatus

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

MAX_PARTS = 100


@filter_type
class PolicyFilter:
    """Which policies."""

    category = equals("category", PolicyCategory, "Of this category.")
    statuses = any_of("status", PolicyStatus, "In any of these states.")
    within = within("division_id")
    text = matches("policy")
    has_open_objection = flag(
        "An objection to one of its grants that you may see waits for an answer.", rules.has_open_objection
    )
    is_editable = flag("You may change it.", lambda c, row: c.covers(row["division_id"], EDIT_POLICIES))


@order_type
class PolicyOrder:
    """The order of policies."""

    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)
    CATEGORY = Order(("category", "id"), "By category, first entered first.")


@filter_type
class PolicyGrantFilter:
    """Which grants."""

    state = equals("state", GrantState, "In this state.")
    within = within("division_id")
    has_open_objection = flag(
        "The enterprise objected, and the office has not answered.",
        lambda c, row: rules.is_objected(row),
        reason="What is open to objections is found by an index of states, and is paid within weeks.",
    )
    waits_for_my_answer = flag(
        "The enterprise objected, and you may answer.",
        rules.waits_for_my_answer,
        reason="What is open to objections is found by an index of states, and is paid within weeks.",
    )
    is_to_be_called = flag(
        "The enterprise is not told yet and has no e-mail.",
        lambda c, row: f"{row['state']} <> 'proposed' AND NOT {row['notice_due']} AND {row['notified_at']} IS NULL",
        reason="It is asked of the grants of one policy.",
    )
    period = equals("period", str, "Of this period.", reason="A policy has few periods: most grants are of the latest.")


@order_type
class PolicyGrantOrder:
    """The order of grants."""

    NEWEST = Order(("id",), "Latest found first.", is_descending=True)


@node(models.Policy, visible=rules.visible)
class Policy:
    """A measure that helps enterprises."""

    number = computed(int, lambda c, row: row["id"], "Its number.")
    category = column()
    title = column()
    title_en = column()
    summary = column()
    summary_en = column()
    legal_source = column()
    owner = column()
    phone = column()
    status = column()
    starts_on = column()
    ends_on = column()
    ended_on = column()
    cycle = column()
    amount_kind = column()
    amount_fen = column()
    share_bp = column()
    cap_fen = column()
    budget_fen = column()
    granted_fen = column(guard=lambda c, row: c.covers(row["division_id"], EDIT_POLICIES))
    budget_left_fen = computed(
        BigInt | None,
        lambda c, row: f"{row['budget_fen']} - {row['granted_fen']}",
        "What is left of the budget, in 1/100 CNY; null when it has no bound, or for the public while only one or two"
        " have it.",
        guard=rules.may_read_left,
    )
    is_used_up = computed(
        bool,
        lambda c, row: f"{row['used_up_at']} IS NOT NULL",
        "The budget does not reach the next enterprise in turn.",
    )
    objection_days = column()
    matched_at = column()
    is_generated = column()
    version = column()
    updated_at = column()
    eligibility = computed(
        str, lambda c, row: c.dialect.text(row["eligibility"]), "Who qualifies, as a tree of conditions in JSON."
    )
    division = to_one("divisions.Division")
    rule_lines = to_many(
        "PolicyRuleLine", key="policy_id", order=("position", "id"), description="Who qualifies, line by line in words."
    )
    examples = to_many("PolicyExample", key="policy_id", order=("id",), description="Cases that the rule is tried by.")
    grants = connection("PolicyGrant", key="policy_id", description="Its grants and what is proposed, one by one.")
    may_edit = computed(bool, lambda c, row: c.covers(row["division_id"], EDIT_POLICIES), "Whether you may change it.")
    may_grant = computed(
        bool, lambda c, row: c.covers(row["division_id"], GRANT_POLICIES), "Whether you may publish it and grant."
    )


@type_(models.PolicyRuleLine)
class PolicyRuleLine:
    """A line of who qualifies."""

    path = column()
    depth = column()
    is_group = column()
    words = column()
    words_en = column()


@type_(models.PolicyExample, visible=rules.visible_example)
class PolicyExample:
    """A case that a rule is tried by."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    title = column()
    kind = column()
    status = column()
    scale = column()
    industry_code = column()
    division_code = column()
    established_on = column()
    employees = column()
    revenue_fen = column()
    assets_fen = column()
    lists = json_column(EnterpriseList, description="The lists that it is on.")
    listed_on = column()
    on = column()
    qualifies = column()
    amount_fen = column()


@node(models.PolicyGrant, visible=rules.visible_grant, is_big=True)
class PolicyGrant:
    """What an enterprise gets of a policy in a period; for those who may read its private facts, and for who acts for it."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    period = column()
    amount_fen = column()
    amount_before_fen = column()
    state = column()
    granted_on = column()
    objection_until = column()
    paid_on = column()
    reason = column()
    objection = column()
    objected_at = column()
    objection_answer = column()
    objection_answered_at = column()
    notice_due = column()
    notified_at = column(
        description="When it was told as it stands: by e-mail, by telephone, or somebody who acts for it opened it."
    )
    is_told_by_phone = column()
    enterprise = to_one("enterprises.Enterprise", is_nullable=True)
    policy = to_one("Policy", is_nullable=True)
    division = to_one("divisions.Division")


# Sums -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cells:
    """A slice of the cells: SQL for its division, policy, category and year; empty for all of them."""

    division: str
    policy: str = ""
    category: str = ""
    year: str = ""
    premise: str = ""

    def condition(self, row: Row) -> str:
        """Chooses the cells, by the index (division_id, category, year)."""
        found = [f"{row['division_id']} = {self.division}"]
        pairs = (("policy_id", self.policy), ("category", self.category), ("year", self.year))
        return " AND ".join([*found, *(f"{row[name]} = {value}" for name, value in pairs if value)])


def _pick(
    c: Compiler,
    row: Row | None,
    *,
    within: Given,
    policy: Given | None = None,
    category: Given | None = None,
    year: Given | None = None,
) -> Cells:
    division = within.sql(c)
    return Cells(
        division=division,
        policy=policy.sql(c, "int") if policy else "",
        category=category.sql(c) if category else "",
        year=year.sql(c) if year else "",
        premise=f"EXISTS (SELECT 1 FROM division place WHERE place.code = {division})",
    )


def _by(name: str) -> Any:
    """In parts by the values that the slice's cells have in a column."""

    def parts(c: Compiler, whole: Cells) -> tuple[str, str, Cells]:
        kind, column_ = c.alias(), {"policy": "policy_id", "division": "division_id"}.get(name, name)
        if name == "division":
            inner = f"SELECT code AS value FROM division WHERE parent_id = {whole.division} ORDER BY code"
        else:
            kept = [f"k.division_id = {whole.division}"]
            pairs = (("policy_id", whole.policy), ("category", whole.category), ("year", whole.year))
            kept += [f"k.{key} = {value}" for key, value in pairs if value]
            inner = f"SELECT DISTINCT k.{column_} AS value FROM policy_cell k WHERE {' AND '.join(kept)} ORDER BY 1"
        source = f"FROM ({inner} LIMIT {MAX_PARTS}) {kind}"
        return source, f"{kind}.value", replace(whole, premise="", **{name: f"{kind}.value"})

    return parts


@type_(models.PolicyCell)
class PolicyFigures:
    """What policies granted and paid in a county or the whole city. Sums of one or two grants are null for the public:
    they would tell what the register keeps private. So are those of more grants from which, with the others, they follow."""

    division = to_one(
        "divisions.Division",
        link=lambda c, row, child: f"{child['code']} = {row.slice.division}",
        is_nullable=False,
        description="Where.",
    )
    policy = to_one(
        "Policy",
        link=lambda c, row, child: f"{child['id']} = {row.slice.policy or 'NULL'}",
        is_nullable=True,
        description="Of this policy alone; null: of all.",
    )
    category = computed(
        PolicyCategory | None, lambda c, row: row.slice.category or "NULL", "Of this category; null: all."
    )
    year = computed(str | None, lambda c, row: row.slice.year or "NULL", "Of this year; null: all.")
    granted = computed(int, lambda c, row: row["granted"], "Grants made, without those taken back.")
    granted_fen = computed(
        BigInt,
        lambda c, row: row["granted_fen"],
        "Their sum, in 1/100 CNY.",
        guard=lambda c, row: rules.may_read_sums(c, row, "granted"),
    )
    paid = computed(int, lambda c, row: row["paid"], "Grants paid.")
    paid_fen = computed(
        BigInt,
        lambda c, row: row["paid_fen"],
        "Their sum, in 1/100 CNY.",
        guard=lambda c, row: rules.may_read_sums(c, row, "paid"),
    )
    by_category = split("PolicyFigures", _by("category"), size=6, description="In parts by category.")
    by_policy = split("PolicyFigures", _by("policy"), size=20, description="In parts by policy.")
    by_year = split("PolicyFigures", _by("year"), size=5, description="In parts by year.")
    by_division = split("PolicyFigures", _by("division"), size=20, description="In parts by the counties of the city.")


@root
class Query:
    """Reads of the policies room."""

    policy = root_one(
        "Policy",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="A policy by its number.",
    )
    policies = root_connection("Policy", description="The catalogue of policies for enterprises.")
    policy_facets = root_facets(
        "Policy",
        list="policies",
        facets={"categories": By(lambda c, row, _: f"upper({row['category']})")},
        description="How many of the policies that a filter finds are of which category.",
    )
    policy_grants = root_connection("PolicyGrant", description="Grants, one by one, as far as you may read them.")
    policy_figures = summed(
        "PolicyFigures",
        _pick,
        arguments={
            "within": (DivisionCode, "The city or a county."),
            "policy": (int | None, "Of the policy with this number alone."),
            "category": (PolicyCategory | None, "Of this category alone."),
            "year": (str | None, "Of this year alone, for instance 2026."),
        },
        is_nullable=True,
        description="What was granted and paid; null when there is no such division. Kept for counties and the city.",
    )


Mutation = mutations(
    "Mutation",
    door(operations.create_policy, {"policy": "Policy"}),
    door(operations.update_policy, {"policy": "Policy"}),
    door(operations.test_policy, {"policy": "Policy"}),
    door(operations.publish_policy, {"policy": "Policy"}),
    door(operations.end_policy, {"policy": "Policy"}),
    door(operations.add_policy_example, {"policy": "Policy"}),
    door(operations.remove_policy_example, {"policy": "Policy"}),
    door(
        operations.try_policy,
        {
            **{"qualifying": int, "amount_unknown": int, "amount_fen": str, "already": int, "taken_back": int},
            **{"within_budget": int, "within_budget_fen": str, "budget_left_fen": str, "rule_version": int},
        },
    ),
    door(operations.match_policy, {"policy": "Policy"}),
    door(operations.grant_policy, {"policy": "Policy", "count": int, "amount_fen": str}),
    door(operations.pay_grants, {"policy": "Policy", "count": int, "amount_fen": str}),
    door(operations.withdraw_grant, {"grant": "PolicyGrant"}),
    door(operations.object_to_grant, {"grant": "PolicyGrant"}),
    door(operations.answer_objection, {"grant": "PolicyGrant"}),
    door(operations.correct_grant, {"grant": "PolicyGrant"}),
    door(operations.tell_by_phone, {"grant": "PolicyGrant"}),
    door(operations.open_grant, {"grant": "PolicyGrant"}),
    door(
        operations.explain_policy,
        {
            **{"qualifies": bool, "amount_fen": str},
            **{"met": list[str], "unmet": list[str], "unknown": list[str], "register_says": list[str]},
        },
    ),
    door(
        operations.explain_policies,
        {
            "qualifies_for": list[int],
            "not_for": list[int],
            "not_known_for": list[int],
            "ask_for": list[int],
            "amounts_fen": list[str],
        },
    ),
)
TYPES = (Policy, PolicyRuleLine, PolicyExample, PolicyGrant, PolicyFigures)

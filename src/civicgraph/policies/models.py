"""Tables of the policies room."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.enterprises.models import Enterprise, EnterpriseKind, EnterpriseScale, EnterpriseStatus
from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place


class PolicyCategory(Labelled):
    """The six categories of the catalogue."""

    EMPLOYMENT = "employment", N_("Keeping jobs")  # 稳岗用工
    GROWTH = "growth", N_("Growing")  # 培育升规
    INNOVATION = "innovation", N_("Innovation")  # 创新与专精特新
    DIGITAL = "digital", N_("Going digital")  # 数字化转型
    FINANCE = "finance", N_("Loans and finance")  # 融资支持
    MARKET = "market", N_("Markets and brands")  # 市场与品牌


class PolicyStatus(Labelled):
    """Where a policy stands; the public sees it once it was published."""

    DRAFT = "draft", N_("Draft")
    TESTED = "tested", N_("Tested")
    PUBLISHED = "published", N_("Open now")
    ENDED = "ended", N_("Over")


class AmountKind(Labelled):
    """How the amount of a grant is found."""

    FIXED = "fixed", N_("A fixed amount")
    PER_EMPLOYEE = "per_employee", N_("So much for each person insured")
    SHARE_OF_REVENUE = "share_of_revenue", N_("A share of the revenue of the last year")
    NONE = "none", N_("No money from the budget")


class PolicyCycle(Labelled):
    """How often an enterprise can get it."""

    ONCE = "once", N_("Once")
    YEAR = "year", N_("Once a year")
    QUARTER = "quarter", N_("Once a quarter")


class GrantState(Labelled):
    """Where a grant stands."""

    PROPOSED = "proposed", N_("Found, not granted yet")
    OBJECTION = "objection", N_("Granted, open to objections")
    PAID = "paid", N_("Paid")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Policy(Listing):
    """A measure that helps enterprises. The database itself refuses a row that granted more than its budget."""

    category = fields.CharEnumField(PolicyCategory, max_length=12, description="Which part of the catalogue.")
    title = fields.CharField(80, description="What it is called.")
    title_en = fields.CharField(120, default="", description="What it is called in English.")
    summary = fields.CharField(600, description="What it gives and why, in plain words.")
    summary_en = fields.CharField(900, default="", description="The same in English.")
    legal_source = fields.CharField(200, default="", description="The document that it rests on.")
    division = place("policies", description="Where it holds: for enterprises of this division and below it.")
    owner = fields.CharField(80, description="The office in charge.")
    phone = fields.CharField(40, default="", description="Public telephone for questions.")
    status = fields.CharEnumField(
        PolicyStatus, max_length=9, default=PolicyStatus.DRAFT, description="Where it stands."
    )
    starts_on = fields.DateField(description="First day.")
    ends_on = fields.DateField(null=True, description="Last day, empty while it is not known.")
    cycle = fields.CharEnumField(
        PolicyCycle, max_length=7, default=PolicyCycle.ONCE, description="How often an enterprise can get it."
    )
    amount_kind = fields.CharEnumField(AmountKind, max_length=16, description="How the amount is found.")
    amount_fen = fields.BigIntField(null=True, description="The amount, or that for each person, in 1/100 CNY.")
    share_bp = fields.IntField(null=True, description="The share of the revenue, in 1/100 of a per cent.")
    cap_fen = fields.BigIntField(null=True, description="The most that an enterprise gets at once, in 1/100 CNY.")
    budget_fen = fields.BigIntField(null=True, description="The whole budget in 1/100 CNY, empty when it has no bound.")
    granted_fen = fields.BigIntField(
        default=0, db_default=0, description="What is granted of the budget, without what was withdrawn, in 1/100 CNY."
    )
    used_up_at = fields.DatetimeField(
        null=True, description="When its budget no longer reached the next enterprise in turn, empty while it does."
    )
    objection_days = fields.IntField(default=7, description="Days during which a grant is open to objections.")
    eligibility: fields.Field[dict[str, Any]] = fields.JSONField(
        default=dict, description="Who qualifies, as a tree of conditions, empty while nothing is said."
    )
    rule_version = fields.IntField(default=1, description="Grows with each change of who gets how much.")
    matched_on = fields.DateField(null=True, description="The day of the last look for enterprises that qualify.")
    matched_at = fields.DatetimeField(null=True, description="When enterprises that qualify were last looked for.")
    matched_rule = fields.IntField(default=0, description="The version of the rule by which that was.")
    matched_entry = fields.BigIntField(
        default=0, description="The newest entry of the audit trail then: later ones may have changed the register."
    )
    ended_on = fields.DateField(null=True, description="The day on which it was ended.")
    search_terms = fields.TextField(default="", description="Bigrams of its texts.")

    class Meta:
        table = "policy"
        indexes = (("category", "id"), ("division_id", "id"), ("status", "id"))


class PolicyRuleLine(Model):
    """A line of who qualifies, in words: made from the tree whenever it is saved."""

    id = fields.BigIntField(primary_key=True)
    policy: fields.ForeignKeyRelation[Policy] = fields.ForeignKeyField(
        "civicgraph.Policy", related_name="rule_lines", on_delete=fields.CASCADE, description="The policy."
    )
    position = fields.IntField(description="Its place from the top, from 1.")
    path = fields.CharField(40, description="Its place in the tree: numbers of branches, from 0, empty for the whole.")
    depth = fields.IntField(description="How deep it stands, 0 is the whole.")
    is_group = fields.BooleanField(description="Whether it says how the lines below it count.")
    words = fields.TextField(description="The words in Chinese.")
    words_en = fields.TextField(description="The words in English.")

    class Meta:
        table = "policy_rule_line"
        indexes = (("policy_id", "position", "id"),)


class PolicyExample(Record):
    """A made-up or real enterprise with what a policy should say of it: tried before it is published."""

    policy: fields.ForeignKeyRelation[Policy] = fields.ForeignKeyField(
        "civicgraph.Policy", related_name="examples", on_delete=fields.CASCADE, description="The policy."
    )
    title = fields.CharField(120, description="Which case it stands for.")
    kind = fields.CharEnumField(EnterpriseKind, max_length=12, null=True, description="Legal kind.")
    status = fields.CharEnumField(EnterpriseStatus, max_length=10, null=True, description="Whether it does business.")
    scale = fields.CharEnumField(EnterpriseScale, max_length=8, null=True, description="Scale.")
    industry_code = fields.CharField(4, default="", description="Industry.")
    division_code = fields.CharField(17, default="", description="Where it is registered.")
    established_on = fields.DateField(null=True, description="Day of its founding.")
    employees = fields.IntField(null=True, description="People insured through it.")
    revenue_fen = fields.BigIntField(null=True, description="Revenue of its last year, in 1/100 CNY.")
    assets_fen = fields.BigIntField(null=True, description="Total assets at the end of its last year, in 1/100 CNY.")
    lists: fields.Field[list[str]] = fields.JSONField(default=list, description="The lists that it is on.")
    listed_on = fields.DateField(null=True, description="Since when it is on them.")
    on = fields.DateField(null=True, description="The day that is asked about, empty for today.")
    qualifies = fields.BooleanField(description="Whether it should qualify.")
    amount_fen = fields.BigIntField(null=True, description="What it should get, in 1/100 CNY, empty: not compared.")

    class Meta:
        table = "policy_example"
        indexes = (("policy_id", "id"),)


class PolicyGrant(Record):
    """What an enterprise gets of a policy in a period: once."""

    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="policy_grants", on_delete=fields.RESTRICT, description="The enterprise."
    )
    policy: fields.ForeignKeyRelation[Policy] = fields.ForeignKeyField(
        "civicgraph.Policy", related_name="grants", on_delete=fields.RESTRICT, description="The policy."
    )
    period = fields.CharField(6, description="The period: `once`, a year (2026) or a quarter (2026Q1).")
    division = place("policy_grants", description="Where the enterprise was registered when it was granted.")
    amount_fen = fields.BigIntField(description="The amount, in 1/100 CNY.")
    amount_before_fen = fields.BigIntField(
        null=True, description="What it was before an objection was followed, in 1/100 CNY."
    )
    state = fields.CharEnumField(GrantState, max_length=9, description="Where it stands.")
    granted_on = fields.DateField(null=True, description="The day on which it was granted.")
    objection_until = fields.DateField(null=True, description="The last day for objections.")
    paid_on = fields.DateField(null=True, description="The day on which it was paid.")
    reason = fields.CharField(300, default="", description="Why it was withdrawn.")
    objection = fields.CharField(600, default="", db_default="", description="What the enterprise objects to it.")
    objected_at = fields.DatetimeField(null=True, description="When the enterprise objected.")
    objection_answer = fields.CharField(
        300, default="", db_default="", description="What the office answered to the objection."
    )
    objection_answered_at = fields.DatetimeField(null=True, description="When the office answered it.")
    notice_due = fields.BooleanField(default=False, description="Whether the enterprise is still to be told.")
    notified_at = fields.DatetimeField(null=True, description="When its contact was written to, empty: has no e-mail.")
    is_told_by_phone = fields.BooleanField(
        default=False, db_default=False, description="Told by telephone, as there was no way to write to it."
    )

    class Meta:
        table = "policy_grant"
        unique_together = (("enterprise", "policy", "period"),)
        indexes = (
            ("policy_id", "id"),
            ("policy_id", "state", "id"),
            ("policy_id", "period", "state", "enterprise_id"),
            ("enterprise_id", "id"),
            ("division_id", "id"),
            ("state", "id"),
            ("notice_due", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = by_place("policy_grant", "division_id", "id")


class PolicyCell(Model):
    """What a policy granted and paid in a county or the whole city in a year: changed together with the grants."""

    division_id: str
    id = fields.BigIntField(primary_key=True)
    division = place(False)
    policy: fields.ForeignKeyRelation[Policy] = fields.ForeignKeyField(
        "civicgraph.Policy", related_name="cells", on_delete=fields.RESTRICT, description="The policy."
    )
    category = fields.CharField(12, description="Its category.")
    year = fields.CharField(4, description="The year in which it was granted, for what is paid, in which it was paid.")
    granted = fields.IntField(default=0, db_default=0, description="Grants made, without those withdrawn.")
    granted_fen = fields.BigIntField(default=0, db_default=0, description="Their sum, in 1/100 CNY.")
    paid = fields.IntField(default=0, db_default=0, description="Grants paid.")
    paid_fen = fields.BigIntField(default=0, db_default=0, description="Their sum, in 1/100 CNY.")

    class Meta:
        table = "policy_cell"
        unique_together = (("division", "policy", "year"),)
        indexes = (("division_id", "category", "year"),)


class WithheldSum(Model):
    """A sum that the public does not see: it rests on one or two grants, or would tell such a sum by subtraction."""

    id = fields.BigIntField(primary_key=True)
    division = place(False)
    policy_number = fields.BigIntField(default=0, db_default=0, description="Of this policy, 0 for all.")
    category = fields.CharField(
        12, default="", description="Of this category, empty for all, or where the policy says it."
    )
    year = fields.CharField(4, default="", description="Of this year, empty for all.")
    figure = fields.CharField(7, description="Of what was `granted`, or `paid`.")

    class Meta:
        table = "withheld_sum"
        unique_together = (("division", "policy_number", "category", "year", "figure"),)

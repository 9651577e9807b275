"""What lists of big tables offer has an index, or says why it needs none: a schema that does not is not built."""

from __future__ import annotations

import re
from typing import Any

import pytest
from graphql import GraphQLObjectType
from tortoise.connection import get_connection

from civicgraph.graph import Order, at_least, equals, flag, indexes, where
from civicgraph.graph.filters import FILTERS, ORDERS
from civicgraph.graph.mapped import MAPPED, Paged
from civicgraph.graph.plan import declared_of
from civicgraph.schema import schema
from civicgraph.settings import Settings

BIG = {
    *("AuditEntry", "Enterprise", "Event", "Grid", "Grievance", "GrievanceUpdate", "InboxMessage", "OutboxMessage"),
    *("InvestmentProject", "PolicyGrant", "Product", "Referral", "Registration", "Vacancy"),
    "Upload",
}
EXCEPTIONS = {
    "AuditEntryFilter.subject_type",
    "EnterpriseFilter.is_editable",
    "EnterpriseFilter.kind",
    "EnterpriseFilter.status",
    "EventFilter.accessibility",
    "EventFilter.group",
    "EventFilter.is_editable",
    "EventFilter.is_exception",
    "EventFilter.max_price_fen",
    "GridFilter.is_active",
    "GridFilter.level",
    "GrievanceFilter.assigned_to_me",
    "GrievanceFilter.assignee",
    "GrievanceFilter.channel",
    "GrievanceFilter.event",
    "GrievanceFilter.group",
    "GrievanceFilter.has_my_part",
    "GrievanceFilter.helped_by_me",
    "GrievanceFilter.is_unfinished",
    "GrievanceFilter.is_verified",
    "GrievanceFilter.reporter_kind",
    "GrievanceFilter.submitted_before",
    "GrievanceFilter.submitted_from",
    "GrievanceFilter.tag",
    "GrievanceFilter.team",
    "GrievanceFilter.urgency",
    "GrievanceFilter.waits_for_my_answer",
    "GrievanceOrder.DUE_FIRST",
    "GrievanceOrder.EARLIEST",
    "GrievanceOrder.LATEST",
    "GrievanceUpdateFilter.status",
    "InboxMessageFilter.is_unread",
    *(
        f"InvestmentProjectFilter.{name}"
        for name in ("has_late_milestone", "is_editable", "is_published", "signed_from", "signed_until")
    ),
    "InvestmentProjectOrder.LARGEST",
    "OutboxMessageFilter.channels",
    "OutboxMessageFilter.states",
    "OutboxMessageFilter.template",
    *(
        f"PolicyGrantFilter.{name}"
        for name in ("has_open_objection", "is_to_be_called", "period", "waits_for_my_answer")
    ),
    "ProductFilter.is_editable",
    "ProductFilter.is_published",
    "ProductFilter.month",
    *(
        f"RegistrationFilter.{name}"
        for name in ("has_come", "page", "starts_before", "starts_from", "states", "subject", "text")
    ),
}


def build() -> object:
    """The schema of all rooms, built anew."""
    return schema.__wrapped__()


schema()  # every room has declared its filters and orders, whichever test here comes first


def test_what_has_no_index_says_why() -> None:
    build()
    assert {name for name, one in MAPPED.items() if one.is_big} == BIG
    assert set(indexes.reasons()) == EXCEPTIONS
    assert all(len(reason) > 20 for reason in indexes.reasons().values())


def always(*_: Any) -> str:
    return "1 = 1"


@pytest.mark.parametrize(
    ("declared", "missing"),
    [
        (equals("team", str, "Of this team."), "grievance has no index (team, id)."),
        (at_least("submitted_at", str, "Since."), "grievance has no index (submitted_at, id)."),
        (at_least("category_id", str, "From this category on."), "grievance has no index (category_id, id)."),
        (where(str, "Of this team.", always, columns=("team",)), "grievance has no index (team, id)."),
        (where(str, "Of this team.", always), "say which columns it compares or which index serves it"),
        (flag("Curious.", always), "say which columns it compares or which index serves it"),
        (flag("Curious.", always, index="grievance_curious"), "no model declares the index `grievance_curious`."),
    ],
)
def test_a_filter_without_an_index_is_refused(monkeypatch: pytest.MonkeyPatch, declared: Any, missing: str) -> None:
    monkeypatch.setitem(FILTERS, "GrievanceFilter", {**FILTERS["GrievanceFilter"], "bad": declared})
    with pytest.raises(indexes.MissingIndex) as refused:
        build()
    assert str(refused.value).startswith(f"GrievanceFilter.bad: {missing}")


def test_an_order_without_an_index_is_refused_whatever_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Order(("updated_at", "id"), "Latest changed first.", is_descending=True, reason="Nobody will ask for it.")
    monkeypatch.setitem(ORDERS, "GrievanceOrder", {**ORDERS["GrievanceOrder"], "BAD": bad})
    with pytest.raises(indexes.MissingIndex, match=r"GrievanceOrder\.BAD: grievance has no index \(updated_at, id\)"):
        build()


def test_an_order_that_the_filters_have_no_index_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Order(("credit_code",), "By their code.")
    monkeypatch.setitem(ORDERS, "EnterpriseOrder", {**ORDERS["EnterpriseOrder"], "BAD": bad})
    with pytest.raises(indexes.MissingIndex) as refused:
        build()
    told = str(refused.value)
    assert "EnterpriseFilter.industry: enterprise has no index (industry_id, credit_code)." in told
    assert "Division.enterprises: enterprise has no index (division_id, credit_code)." in told


def test_a_list_below_a_row_needs_an_index_of_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    division = schema()._schema.type_map["Division"]
    assert isinstance(division, GraphQLObjectType)
    declared = declared_of(division, "grievances")
    assert isinstance(declared, Paged)
    monkeypatch.setattr(declared, "key", "assignee_id")
    with pytest.raises(indexes.MissingIndex, match=r"Division\.grievances: grievance has no index \(assignee_id, id\)"):
        build()


async def test_the_indexes_that_models_say_migrations_make_are_there(connected: Settings) -> None:
    connection = get_connection("default")
    is_sqlite = connection.capabilities.dialect == "sqlite"
    found = await connection.execute_query_dict(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if is_sqlite
        else "SELECT indexname AS name, indexdef AS sql FROM pg_indexes"
    )
    made = {row["name"]: re.sub(r"\((\w+)\)::text", r"\1", row["sql"]) for row in found}
    declared = {
        name: columns for one in MAPPED.values() for name, columns in getattr(one.model, "sql_indexes", {}).items()
    }
    assert len(declared) > 10
    for name, columns in declared.items():
        begins = f"({', '.join(columns)}"
        assert begins in made[name] if columns else re.search(r" WHERE |CASE", made[name]), made[name]

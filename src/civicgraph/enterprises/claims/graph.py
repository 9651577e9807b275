"""GraphQL of those who act for an enterprise."""

from __future__ import annotations

from civicgraph.enterprises.claims import models, rules
from civicgraph.graph import Order, column, computed, filter_type, flag, node, order_type, to_one


@filter_type
class EnterpriseAccountFilter:
    """Which accounts."""

    is_ended = flag(
        "Only those that (do not) act for it any more.",
        lambda c, row: f"{row['ended_at']} IS NOT NULL",
        lambda c, row: f"{row['ended_at']} IS NULL",
    )
    is_mine = flag("Your own.", lambda c, row: f"{row['person_id']} = {c.person()}")


@order_type
class EnterpriseAccountOrder:
    """The order of accounts."""

    NEWEST = Order(("id",), "The latest first.", is_descending=True)


@node(models.EnterpriseAccount, visible=rules.visible_account)
class EnterpriseAccount:
    """An account that acts for an enterprise; for its person, and for those who may read the enterprise's private facts."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    way = column()
    created_at = column()
    ended_at = column()
    enterprise = to_one("enterprises.Enterprise", is_nullable=True)
    person = to_one("accounts.Person", is_nullable=True)

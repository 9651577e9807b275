"""GraphQL of the accounts room."""

from __future__ import annotations

from civicgraph.accounts import models, operations, rules
from civicgraph.graph import (
    DivisionCode,
    Order,
    column,
    computed,
    door,
    equals,
    filter_type,
    flag,
    json_column,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.operations import models as trail


@filter_type
class PersonFilter:
    """Which people."""

    text = where(
        str,
        "The name holds this, or the sign-in name of an account that you may see.",
        lambda c, row, given: (
            f"({c.holds(row['name'], given)} OR ({rules.known_person(c, row)} AND {c.holds(row['username'], given)}))"
        ),
    )
    role_within = where(
        DivisionCode,
        "Holds a role over this division or a place below it.",
        lambda c, row, given: (
            f"{row['id']} IN (SELECT g.person_id FROM role_grant g WHERE {c.subtree('g.division_id', given)})"
        ),
    )
    is_active = flag("May (not) sign in.", lambda c, row: row["is_active"], lambda c, row: f"NOT {row['is_active']}")


@order_type
class PersonOrder:
    """The order of people."""

    USERNAME = Order(("username",), "By sign-in name.", is_private=True)


@node(models.Person, visible=rules.visible_person)
class Person:
    """A member of staff. Name, office and work telephone are public where the person is in charge of something."""

    name = column()
    title = column()
    work_phone = column()
    number = computed(int, lambda c, row: row["id"], "The person's number, for mutations.")
    username = column(guard=rules.known_person)
    email = column(guard=rules.known_person)
    locale = column(guard=rules.known_person)
    is_active = column(guard=rules.known_person)
    version = column(guard=rules.known_person)
    grants = to_many(
        "Grant", key="person_id", order=("id",), description="Roles over divisions, as far as you may know of them."
    )
    workload = to_one(
        "grievances.desk.Workload",
        link=lambda c, row, child: f"{child['id']} = {row['id']}",
        is_nullable=True,
        description="How much they have to do; null unless you give them work or manage them.",
    )
    may_edit = computed(bool, rules.managed_person, "Whether you may change it.")


@type_(models.Grant, visible=rules.visible_grant)
class Grant:
    """A role over a division and its whole subtree."""

    role = column()
    division = to_one("divisions.Division")


@order_type
class SessionOrder:
    """The order of sessions."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@filter_type
class SessionFilter:
    """Which sessions."""

    is_alive = flag(
        "Neither ended nor expired.",
        lambda c, row: f"({row['revoked_at']} IS NULL AND {row['expires_at']} > {c.now()})",
    )


@node(models.Session, visible=rules.own)
class Session:
    """A browser in which you are signed in."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    device = column()
    created_at = column()
    last_seen_at = column()
    expires_at = column()
    revoked_at = column()


@order_type
class ApiTokenOrder:
    """The order of tokens."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@filter_type
class ApiTokenFilter:
    """Which tokens."""

    is_alive = flag(
        "Neither revoked nor expired.",
        lambda c, row: f"({row['revoked_at']} IS NULL AND {row['expires_at']} > {c.now()})",
    )


@node(models.ApiToken, visible=rules.own)
class ApiToken:
    """One of your API tokens; its secret is kept hashed and never shown again."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    name = column()
    prefix = column()
    scopes = json_column(str, description="What it may be used for.")
    created_at = column()
    expires_at = column()
    last_used_at = column()
    revoked_at = column()
    document_count = computed(
        int,
        lambda c, row: f"(SELECT count(*) FROM trusted_document d WHERE d.token_id = {row['id']})",
        "How many trusted documents it may run; 0: it may send any document.",
    )


@filter_type
class AuditEntryFilter:
    """Which entries of the audit trail."""

    subject_type = equals(
        "subject_type",
        str,
        "About this type of thing, for instance Event.",
        reason="Of a rare type the index of subjects finds few, which are sorted; of a common one a page soon is full.",
    )
    subject_id = equals("subject_id", str, "About the thing with this key.")
    operation = equals("operation", str, "Done by this operation, for instance publish_event.")
    by_person = equals("person_id", int, "Done by the person with this number.")
    within = within("division_code")


@order_type
class AuditEntryOrder:
    """The order of the audit trail."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@node(trail.AuditEntry, visible=rules.visible_audit, is_big=True)
class AuditEntry:
    """A write by somebody, in a chain that shows tampering. Personal data is left out."""

    number = computed(int, lambda c, row: row["id"], "Its number in the chain.")
    at = column()
    actor_kind = column()
    operation = column()
    subject_type = column()
    subject_id = column()
    division_code = column()
    division = to_one(
        "divisions.Division", key="division_code", is_nullable=True, description="Where it belongs, unless to a grid."
    )
    changed_fields = computed(
        str, lambda c, row: c.dialect.text(row["changes"]), "The fields that changed, before and after, as JSON text."
    )
    request_id = column()
    hash = column()
    person = to_one("Person")


@root
class Query:
    """Reads of the accounts room."""

    me = root_one(
        "Person", arguments={}, where=lambda c, row: f"{row['id']} = {c.person()}", description="You, when signed in."
    )
    person = root_one(
        "Person",
        arguments={"number": (int, "The person's number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)} AND {rules.colleague(c, row)}",
        description="A colleague by number.",
    )
    people = root_connection(
        "Person", where=rules.colleague, description="Colleagues whom you manage or may give work to."
    )
    audit_entries = root_connection("AuditEntry", description="The audit trail of the places you oversee.")
    my_sessions = root_connection("Session", description="Where you are signed in.")
    my_tokens = root_connection("ApiToken", description="Your API tokens.")
    my_token = root_one(
        "ApiToken",
        arguments={"number": (int, "The token's number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="One of your API tokens by number.",
    )


Mutation = mutations(
    "Mutation",
    door(operations.create_person, {"person": "Person"}),
    door(operations.update_person, {"person": "Person"}),
    door(operations.set_password, {"person": "Person"}),
    door(operations.change_password, {"person": "Person"}),
    door(operations.grant_role, {"person": "Person"}),
    door(operations.revoke_role, {"person": "Person"}),
    door(operations.revoke_session, {"session": "Session"}),
    door(operations.create_token, {"token": "ApiToken", "secret": str}),
    door(operations.revoke_token, {"token": "ApiToken"}),
    door(operations.trust_documents, {"token": "ApiToken"}),
)
TYPES = (Person, Grant, Session, ApiToken, AuditEntry)

"""GraphQL of the enterprises room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civicgraph.divisions.rules import place_below
from civicgraph.enterprises import models, operations, rules
from civicgraph.enterprises.claims import rules as claims
from civicgraph.enterprises.claims.graph import EnterpriseAccount
from civicgraph.enterprises.claims.graph import EnterpriseAccountFilter as EnterpriseAccountFilter
from civicgraph.enterprises.claims.graph import EnterpriseAccountOrder as EnterpriseAccountOrder
from civicgraph.enterprises.figures import slices
from civicgraph.enterprises.figures.graph import EnterpriseFigures
from civicgraph.enterprises.industry_code import IndustryCode, levels, of_industry
from civicgraph.enterprises.models import (
    EnterpriseKind,
    EnterpriseList,
    EnterpriseScale,
    EnterpriseStatus,
    ImportState,
)
from civicgraph.graph import (
    By,
    DivisionCode,
    Order,
    column,
    computed,
    connection,
    door,
    equals,
    filter_type,
    flag,
    matches,
    mutations,
    nearly,
    node,
    order_type,
    root,
    root_connection,
    root_facets,
    root_one,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.grievances import rules as grievance_rules
from civicgraph.permissions import EDIT_ENTERPRISES

if TYPE_CHECKING:
    pass

_COMMON = "The rarest value is that of one or two in a hundred: a page is full after a few thousand at most."


@filter_type
class EnterpriseFilter:
    """Which enterprises."""

    within = within("division_id")
    industry = where(
        IndustryCode,
        "Of this industry or of one below it.",
        of_industry,
        columns=levels("industry_id"),
        index="enterprise_section",
    )
    list = where(EnterpriseList, "On this list today.", rules.is_listed, index="enterprise_on_list")
    kind = equals("kind", EnterpriseKind, "Of this legal kind.", reason=_COMMON)
    status = equals("status", EnterpriseStatus, "In this state.", reason=_COMMON)
    scale = equals("scale", EnterpriseScale, "Of this size by the statistical standard.")
    text = matches(
        "enterprise",
        "Holds these words; words of two or more characters are found anywhere, and by how they sound where few names hold"
        " them as they are written.",
        is_by_ear=True,
    )
    near = nearly(
        "enterprise",
        "Holds a Chinese word of three characters or more but for one: left out, too many, mistaken, or two swapped."
        " For where `text` finds nothing; at most three hundred.",
    )
    credit_code = equals("credit_code", str, "With this code.")
    code_start = where(
        str, "With a code that begins so; at most three hundred.", rules.begins_so, columns=("credit_code",)
    )
    is_editable = flag(
        "You may change it.",
        lambda c, row: c.covers(row["division_id"], EDIT_ENTERPRISES),
        reason="Editors ask for a place of theirs by `within`; without, the walk ends with the time of a statement.",
    )


FACETS = {
    "divisions": By(place_below),
    "sections": By(lambda c, row, _: rules.section(row["industry_id"])),
    "industries": By(lambda c, row, _: rules.level(row["industry_id"], rules.DIVISION_DIGITS)),
    "kinds": By(lambda c, row, _: f"upper({row['kind']})"),
    "statuses": By(lambda c, row, _: f"upper({row['status']})"),
    "scales": By(lambda c, row, _: f"upper({row['scale']})"),
    "lists": By(
        joined=("enterprise_listing l ON l.enterprise_id = {hit}.id AND l.delisted_on IS NULL", "upper(l.list)")
    ),
}
"""What the register is narrowed by, each with how many there are. Places: the divisions directly below; industries: by
two digits, since nobody reads through fourteen hundred classes."""


@order_type
class EnterpriseOrder:
    """The order of enterprises."""

    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)
    OLDEST = Order(("id",), "First entered first.")


@filter_type
class IndustryFilter:
    """Which industries."""

    is_section = flag(
        "Only sections (or only what is below them).",
        lambda c, row: f"{row['parent_id']} IS NULL",
        lambda c, row: f"{row['parent_id']} IS NOT NULL",
    )
    is_division = flag("Only divisions, of two digits.", lambda c, row: f"length({row['code']}) = 2")
    parent = equals("parent_id", str, "Directly below this one.")
    text = where(
        str,
        "Holds this in its name, or has a code that begins so.",
        lambda c, row, given: (
            f"({c.holds(row['name'], given)} OR {c.holds(row['name_en'], given)}"
            f" OR substr({row['code']}, 1, length({given.sql(c, 'text')})) = upper({given.sql(c, 'text')}))"
        ),
    )


@order_type
class IndustryOrder:
    """The order of industries."""

    CODE = Order(("code",), "By code.")


@node(models.Enterprise, visible=rules.visible, is_big=True)
class Enterprise:
    """An entry of the register of market entities."""

    credit_code = column()
    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    name = column()
    brand = column()
    kind = column()
    status = column()
    industry_code = column("industry_id", description="Code of what it does.", python_type=str)
    address = column()
    established_on = column()
    summary = column()
    is_published = column()
    is_generated = column()
    version = column()
    updated_at = column()
    scale = column()
    employees = column(guard=rules.may_read_contact)
    revenue_fen = column(guard=rules.may_read_contact)
    assets_fen = column(guard=rules.may_read_contact)
    figures_year = column(guard=rules.may_read_contact)
    contact_name = column(guard=rules.may_read_contact)
    contact_email_masked = column(guard=rules.may_read_contact)
    contact_phone_masked = column(guard=rules.may_read_contact)
    industry = to_one("Industry")
    division = to_one("divisions.Division")
    listings = to_many(
        "EnterpriseListing", key="enterprise_id", order=("listed_on", "id"), description="The lists it is or was on."
    )
    changes = to_many(
        "EnterpriseChange",
        key="enterprise_id",
        order=("on", "id"),
        description="When its place, industry or status became others.",
    )
    products = to_many("products.Product", key="enterprise_id", order=("id",), description="What it makes.")
    grievances = connection(
        "grievances.Grievance",
        link=grievance_rules.reported_by,
        description="Problems that it reported, as far as you may read who reported them.",
    )
    accounts = connection(
        "EnterpriseAccount", key="enterprise_id", description="Who acts for it, as far as you may know."
    )
    one_thing_cases = connection(
        "checklists.OneThingCase",
        key="enterprise_id",
        description="Its cases of what is done once, as far as you may read them.",
    )
    policy_grants = connection(
        "policies.PolicyGrant",
        key="enterprise_id",
        description="What it was granted, and what it was found to qualify for, as far as you may read it.",
    )
    investment_projects = connection(
        "projects.InvestmentProject", key="enterprise_id", description="What it has signed to invest in."
    )
    may_edit = computed(
        bool, lambda c, row: c.covers(row["division_id"], EDIT_ENTERPRISES), "Whether you may change it."
    )
    may_read_private = computed(bool, rules.may_read_contact, "Whether you may read what is private to it.")
    is_mine = computed(bool, lambda c, row: claims.is_own(c, row["id"]), "Whether your account acts for it.")


@type_(models.EnterpriseListing)
class EnterpriseListing:
    """An enterprise's place on a list."""

    list = column()
    listed_on = column()
    delisted_on = column()


@type_(models.EnterpriseChange)
class EnterpriseChange:
    """A change of a fact of the register, with the day from which it holds."""

    on = column()
    fact = column()
    before = column()
    after = column()


@node(models.Industry)
class Industry:
    """An industry of GB/T 4754-2017: a section, a division, a group or a class."""

    code = column()
    name = column()
    name_en = column()
    parent = to_one("Industry")


@filter_type
class EnterpriseImportFilter:
    """Which files."""

    state = equals("state", ImportState, "In this state.")


@order_type
class EnterpriseImportOrder:
    """The order of files."""

    NEWEST = Order(("id",), "The latest first.", is_descending=True)


@node(models.EnterpriseImport, visible=rules.visible_import)
class EnterpriseImport:
    """A file of enterprises on its way into the register; for those who keep the register of its place."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    name = column()
    state = column()
    total = column()
    position = column()
    created_count = column()
    updated_count = column()
    unchanged_count = column()
    refused_count = column()
    errors = computed(str, lambda c, row: c.dialect.text(row["errors"]), "What is wrong with its first rows, as JSON.")
    created_at = column()
    finished_at = column()


@root
class Query:
    """Reads of the enterprises room."""

    enterprise = root_one(
        "Enterprise",
        arguments={"credit_code": (str, "Its unified social credit code.")},
        where=lambda c, row, credit_code: f"{row['credit_code']} = {credit_code.sql(c)}",
        description="An enterprise by its code.",
    )
    enterprises = root_connection("Enterprise", description="Enterprises of the city.")
    enterprise_facets = root_facets(
        "Enterprise",
        list="enterprises",
        facets=FACETS,
        description="How many of the enterprises that a filter finds have which values, counted over a thousand of them"
        " at most. Exact counts of places, industries and lists whatever their size: `enterpriseFigures`.",
    )
    enterprise_accounts = root_connection(
        "EnterpriseAccount",
        description="Accounts that act for enterprises: your own, and those whose enterprises you oversee.",
    )
    enterprise_figures = slices.figures("EnterpriseFigures", IndustryCode, DivisionCode)
    enterprise_imports = root_connection("EnterpriseImport", description="Files of enterprises that were sent.")
    enterprise_import = root_one(
        "EnterpriseImport",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="A file of enterprises.",
    )
    industry = root_one(
        "Industry",
        arguments={"code": (str, "The letter of a section, or the digits of what is below it.")},
        where=lambda c, row, code: f"{row['code']} = {code.sql(c)}",
        description="An industry by its code.",
    )
    industries = root_connection("Industry", description="Industries, by GB/T 4754-2017.")


Mutation = mutations(
    "Mutation",
    door(operations.create_enterprise, {"enterprise": "Enterprise"}),
    door(operations.update_enterprise, {"enterprise": "Enterprise"}),
    door(operations.publish_enterprise, {"enterprise": "Enterprise"}),
    door(operations.withdraw_enterprise, {"enterprise": "Enterprise"}),
    door(operations.set_enterprise_status, {"enterprise": "Enterprise"}),
    door(operations.forget_enterprise_contact, {"enterprise": "Enterprise"}),
    door(operations.forget_enterprise_figures, {"enterprise": "Enterprise"}),
    door(
        operations.import_enterprises,
        {"created": int, "updated": int, "unchanged": int, "refused": int, "row_errors": list[str]},
    ),
    door(operations.close_quarter, {"quarter": str}),
    door(operations.reveal_enterprise_contact, {"phone": str, "email": str}),
    door(operations.ask_claim_code, {"is_asked": bool}),
    door(operations.claim_enterprise, {"account": "EnterpriseAccount", "is_claimed": bool}),
    door(operations.give_enterprise_account, {"account": "EnterpriseAccount"}),
    door(operations.end_enterprise_account, {"account": "EnterpriseAccount"}),
)
TYPES = (
    *(Enterprise, EnterpriseAccount, EnterpriseListing, EnterpriseChange, EnterpriseImport, EnterpriseFigures),
    Industry,
)

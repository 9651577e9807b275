"""Tables of the enterprises room."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.enterprises.claims.models import ClaimCode as ClaimCode
from civicgraph.enterprises.claims.models import EnterpriseAccount as EnterpriseAccount
from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place


class EnterpriseKind(Labelled):
    """The legal kind of a market entity."""

    COMPANY = "company", N_("Company")
    SOLE_TRADER = "sole_trader", N_("Sole trader")
    COOPERATIVE = "cooperative", N_("Farmers' co-operative")
    FARM = "farm", N_("Family farm")


class EnterpriseStatus(Labelled):
    """Whether it does business."""

    ACTIVE = "active", N_("In business")
    SUSPENDED = "suspended", N_("Dormant")  # 歇业
    CLOSED = "closed", N_("Deregistered")  # 注销


class EnterpriseList(Labelled):
    """The lists that offices keep of enterprises."""

    FOUR_ABOVE = "four_above", N_("Four above")  # 四上
    DESIGNATED_SIZE = "designated_size", N_("Above designated size")  # 规上
    SIZE_WATCHLIST = "size_watchlist", N_("Watchlist of designated size")  # 规上企业清单
    SPECIALISED_SME = "specialised_sme", N_("Specialised and innovative SME")  # 专精特新
    INNOVATIVE_SME = "innovative_sme", N_("Innovative SME")  # 创新型中小企业
    CHAIN_LEADER = "chain_leader", N_("Chain leader")  # 链主
    PROVINCIAL_PLATFORM = "provincial_platform", N_("Provincial platform")  # 省级平台
    SOFTWARE_OVER_5M = "software_over_5m", N_("Software firm over 5 million")  # 500万以上软件企业


class EnterpriseScale(Labelled):
    """How big it is by the statistical standard (统计上大中小微型企业划分办法, 2017)."""

    LARGE = "large", N_("Large")
    MEDIUM = "medium", N_("Medium-sized")
    SMALL = "small", N_("Small-sized")
    MICRO = "micro", N_("Micro")


class ChangedFact(Labelled):
    """A fact of the register whose changes are kept with their day, since figures follow them."""

    DIVISION = "division", N_("Place")
    INDUSTRY = "industry", N_("Industry")
    STATUS = "status", N_("Status")


class ImportState(Labelled):
    """Where a file of enterprises stands on its way into the register."""

    CHECKING = "checking", N_("Being checked")
    CHECKED = "checked", N_("Checked, nothing entered yet")
    RUNNING = "running", N_("Being entered")
    DONE = "done", N_("Entered")
    STOPPED = "stopped", N_("Put aside")


class Industry(Model):
    """An industry of GB/T 4754-2017: a section (letter), a division, a group or a class (two to four digits)."""

    code = fields.CharField(4, primary_key=True, description="Letter of the section, or the digits.")
    name = fields.CharField(80, description="Its name.")
    name_en = fields.CharField(120, description="Its name in English.")
    parent: fields.ForeignKeyNullableRelation[Industry] = fields.ForeignKeyField(
        "civicgraph.Industry",
        related_name="children",
        null=True,
        on_delete=fields.RESTRICT,
        description="What it is directly part of.",
    )

    class Meta:
        table = "industry"
        indexes = (("parent_id", "code"),)


class Enterprise(Listing):
    """An entry of the register of market entities 经营主体."""

    credit_code = fields.CharField(18, unique=True, description="Unified social credit code (GB 32100-2015).")
    name = fields.CharField(120, description="Registered name.")
    brand = fields.CharField(60, default="", description="The brand it is known by.")
    kind = fields.CharEnumField(EnterpriseKind, max_length=12, description="Its legal kind.")
    status = fields.CharEnumField(
        EnterpriseStatus, max_length=10, default=EnterpriseStatus.ACTIVE, description="Whether it does business."
    )
    industry: fields.ForeignKeyRelation[Industry] = fields.ForeignKeyField(
        "civicgraph.Industry", related_name="enterprises", on_delete=fields.RESTRICT, description="What it does."
    )
    division = place("enterprises")
    address = fields.CharField(200, default="", description="Registered address.")
    established_on = fields.DateField(null=True, description="Day of its founding.")
    counted_from = fields.DateField(
        null=True,
        description="First day that it counts in figures: its founding, or when it was entered if that was over.",
    )
    scale = fields.CharEnumField(
        EnterpriseScale, max_length=8, null=True, description="How big it is by the statistical standard."
    )
    employees = fields.IntField(null=True, description="People who are insured through it. Never public.")
    revenue_fen = fields.BigIntField(null=True, description="Revenue of its last year, in 1/100 CNY. Never public.")
    assets_fen = fields.BigIntField(null=True, description="Total assets of its last year, in 1/100 CNY. Never public.")
    figures_year = fields.SmallIntField(
        null=True, description="The year that its people, revenue and assets are of. Never public."
    )
    summary = fields.TextField(default="", description="What is worth knowing about it.")
    is_published = fields.BooleanField(default=True, description="Shown to the public.")
    contact_name = fields.CharField(60, default="", description="Whom to ask for. Never public.")
    contact_phone = fields.TextField(default="", description="Telephone, encrypted. Never public.")
    contact_phone_masked = fields.CharField(40, default="", description="The telephone, masked.")
    contact_email = fields.TextField(default="", db_default="", description="E-mail, encrypted. Never public.")
    contact_email_masked = fields.CharField(60, default="", db_default="", description="The e-mail, masked.")
    search_terms = fields.TextField(default="", description="Bigrams of its names.")

    class Meta:
        table = "enterprise"
        indexes = (("division_id", "id"), ("industry_id", "id"), ("division_id", "is_published"), ("scale", "id"))

    sql_indexes: ClassVar[SqlIndexes] = {
        **by_place("enterprise", "division_id", "id"),
        "enterprise_section": (),
        **{f"enterprise_industry_{digits}": (f"substr(industry_id, 1, {digits})", "id") for digits in (2, 3)},
    }


class EnterpriseListing(Record):
    """An enterprise's place on a list, from a day to a day."""

    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="listings", on_delete=fields.CASCADE, description="The enterprise."
    )
    list = fields.CharEnumField(EnterpriseList, max_length=24, description="The list.")
    listed_on = fields.DateField(description="First day on it.")
    delisted_on = fields.DateField(null=True, description="Last day on it, empty while it lasts.")

    class Meta:
        table = "enterprise_listing"
        unique_together = (("enterprise", "list", "listed_on"),)
        indexes = (("list", "enterprise_id"), ("enterprise_id", "id"))

    sql_indexes: ClassVar[SqlIndexes] = {"enterprise_on_list": ()}


class EnterpriseChange(Record):
    """A change of a fact that figures follow, with the day from which it holds."""

    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="changes", on_delete=fields.CASCADE, description="The enterprise."
    )
    on = fields.DateField(description="First day on which it holds.")
    fact = fields.CharEnumField(ChangedFact, max_length=8, description="What changed.")
    before = fields.CharField(17, description="What it was before: a code, or the status.")
    after = fields.CharField(17, description="What it is from then on.")

    class Meta:
        table = "enterprise_change"
        indexes = (("enterprise_id", "id"),)


class ClosedQuarter(Model):
    """A quarter whose figures are published: facts that would change them are refused."""

    quarter = fields.CharField(6, primary_key=True, description="The quarter, for instance 2026Q1.")
    closed_at = fields.DatetimeField(description="When it was closed.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name=False, null=True, on_delete=fields.SET_NULL, description="Who closed it."
    )

    class Meta:
        table = "closed_quarter"


class EnterpriseCell(Model):
    """How many came and went in a division and below it in a quarter: of the whole register or of a list.

    The cell without a quarter holds how many there are now. Written in the transaction that changes the register.
    """

    division_id: str
    id = fields.BigIntField(primary_key=True)
    division = place("enterprise_cells")
    list = fields.CharField(24, default="", description="The list, empty for the whole register.")
    industry = fields.CharField(
        2, default="", description="A section or a division of industry, empty for all of them."
    )
    quarter = fields.CharField(6, default="", description="The quarter, for instance 2026Q1, empty for now.")
    joined = fields.IntField(default=0, db_default=0, description="Came on in the quarter, or are on now.")
    departed = fields.IntField(default=0, db_default=0, description="Went off in the quarter.")
    shown = fields.IntField(default=0, db_default=0, description="Public entries now, whatever their status.")

    class Meta:
        table = "enterprise_cell"
        unique_together = (("division", "list", "industry", "quarter"),)


class EnterpriseImport(Record):
    """A file of enterprises that is entered in batches: where it was interrupted, it goes on."""

    name = fields.CharField(120, description="Name of the file.")
    digest = fields.CharField(64, description="SHA-256 of the file.")
    state = fields.CharEnumField(ImportState, max_length=8, description="Where it stands.")
    total = fields.IntField(default=0, db_default=0, description="Rows of the file, 0 while that is not known.")
    position = fields.IntField(default=0, db_default=0, description="Rows that are done.")
    created_count = fields.IntField(default=0, db_default=0, description="New entries.")
    updated_count = fields.IntField(default=0, db_default=0, description="Entries that were changed.")
    unchanged_count = fields.IntField(default=0, db_default=0, description="Entries that were so already.")
    refused_count = fields.IntField(default=0, db_default=0, description="Rows that do not fit.")
    errors: fields.Field[list[dict[str, Any]]] = fields.JSONField(
        default=list, description="What is wrong with the first rows that do not fit."
    )
    division_code = fields.CharField(17, default="", description="The place for which it was entered.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name=False, null=True, on_delete=fields.SET_NULL, description="Who entered it."
    )
    finished_at = fields.DatetimeField(null=True, description="When it was done.")

    class Meta:
        table = "enterprise_import"
        indexes = (("digest", "id"), ("state", "id"), ("division_code", "id"))


class EnterpriseImportPart(Record):
    """Rows of a file that wait to be entered."""

    of: fields.ForeignKeyRelation[EnterpriseImport] = fields.ForeignKeyField(
        "civicgraph.EnterpriseImport", related_name="parts", on_delete=fields.CASCADE, description="The file."
    )
    number = fields.IntField(description="Its place among the parts, from 1.")
    count = fields.IntField(description="How many rows it holds.")
    rows = fields.TextField(description="The rows, encrypted. Gone when they are entered.")

    class Meta:
        table = "enterprise_import_part"
        unique_together = (("of", "number"),)


class EnterpriseImportCode(Model):
    """A code that a file has named so far, so that it counts once however long the file is. Gone when the file is done."""

    id = fields.BigIntField(primary_key=True)
    of: fields.ForeignKeyRelation[EnterpriseImport] = fields.ForeignKeyField(
        "civicgraph.EnterpriseImport", related_name="codes", on_delete=fields.CASCADE, description="The file."
    )
    credit_code = fields.CharField(18, description="The code.")
    line = fields.IntField(description="The line of the sheet that named it first.")

    class Meta:
        table = "enterprise_import_code"
        unique_together = (("of", "credit_code"),)

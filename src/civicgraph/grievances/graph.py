"""GraphQL of the grievances room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civicgraph.crypto import token_hash
from civicgraph.enterprises.claims.rules import is_own
from civicgraph.graph import (
    DivisionCode,
    column,
    computed,
    connection,
    followable,
    json_column,
    mutations,
    node,
    root,
    root_connection,
    root_one,
    to_many,
    to_one,
)
from civicgraph.grievances import models, rules
from civicgraph.grievances import reminders as reminders  # whoever builds the schema has the reminders registered
from civicgraph.grievances import waiting_reminders as waiting_reminders
from civicgraph.grievances.desk import rules as desk_rules
from civicgraph.grievances.doors import DOORS
from civicgraph.grievances.figures.graph import GrievanceFigures, GrievancePerformance
from civicgraph.grievances.figures.slices import figures_of
from civicgraph.grievances.finding import GrievanceFilter as GrievanceFilter
from civicgraph.grievances.finding import GrievanceOrder as GrievanceOrder
from civicgraph.grievances.intake import rules as intake
from civicgraph.grievances.intake.graph import CategoryQuestion, GrievanceAnswer, TrackedHeldReport, TrackedPhoto, alike
from civicgraph.grievances.intake.graph import GrievanceCategory as GrievanceCategory
from civicgraph.grievances.intake.graph import GrievanceCategoryFilter as GrievanceCategoryFilter
from civicgraph.grievances.intake.graph import GrievanceCategoryOrder as GrievanceCategoryOrder
from civicgraph.grievances.intake.graph import HeldReport as HeldReport
from civicgraph.grievances.intake.graph import HeldReportFilter as HeldReportFilter
from civicgraph.grievances.intake.graph import HeldReportOrder as HeldReportOrder
from civicgraph.grievances.intake.likeness import middle_of_square
from civicgraph.grievances.kept import GrievanceCall, UrgencyPolicy
from civicgraph.grievances.models import HoldReason
from civicgraph.grievances.steps import GrievanceRedaction as GrievanceRedaction
from civicgraph.grievances.steps import GrievanceUpdate as GrievanceUpdate
from civicgraph.grievances.steps import GrievanceUpdateFilter as GrievanceUpdateFilter
from civicgraph.grievances.steps import GrievanceUpdateOrder as GrievanceUpdateOrder
from civicgraph.grievances.tracked import JoinedGrievance, TrackedGrievance

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given


@node(models.Grievance, visible=rules.visible_grievances, is_big=True)
class Grievance:
    """A grievance 诉求 from a resident or an enterprise, anonymised.

    The reporter's own words, the address and the contact are null without a grant over its division.
    """

    number = column()
    urgency = column()
    channel = column()
    reporter_kind = column()
    public_text = column()
    status = column()
    team = column(description=desk_rules.TEAM_WORDS)
    is_led_by_team = computed(bool, desk_rules.is_led_by_team, "Whether a team leads: the first that `team` names.")
    outcome = column()
    is_public = column()
    is_generated = column()
    submitted_at = column()
    accepted_at = column()
    assigned_at = column()
    resolved_at = column()
    closed_at = column()
    due_at = column()
    response_due_at = column()
    resolution_due_at = column()
    response_minutes = column()
    resolution_minutes = column()
    calendar = column()
    pausing = json_column(
        HoldReason,
        description="The reasons for a rest that stop the clock of the resolution, as promised when it was reported.",
    )
    first_response_at = column()
    first_response_in_time = column()
    reason = column()
    body_in_charge = column()
    hold_reason = column()
    hold_until = column()
    review_at = column()
    reopened_count = column()
    verified_at = column()
    rated_at = column()
    stars = column()
    is_solved = column()
    rating_text = column()
    supporter_count = column()
    answers = to_many(
        "GrievanceAnswer", key="grievance_id", order=("id",), description="The answers to its category's questions."
    )
    photos = to_many(
        "uploads.Upload",
        link=intake.photos_of,
        order=("position", "id"),
        description="Photos of the problem, and of what was done.",
    )
    documents = to_many(
        "uploads.Document",
        link=intake.documents_of,
        order=("position", "id"),
        description="Documents of the enterprise that reported it; none without a grant over its division.",
    )
    duplicate_of = to_one("Grievance", description="The earlier grievance that it was joined with.")
    duplicates = connection(
        "Grievance", key="duplicate_of_id", description="Later ones of the same problem that were joined with it."
    )
    updated_at = column()
    version = column()
    is_overdue = computed(bool, rules.is_overdue, "A promised time has passed and what was promised is not done.")
    responded_in_time = computed(
        bool | None, rules.responded_in_time, "Whether the first response came in time; null before it."
    )
    resolved_in_time = computed(
        bool | None, rules.resolved_in_time, "Whether it was resolved in time; null before that."
    )
    category = to_one("GrievanceCategory")
    division = to_one("divisions.Division")
    grid = to_one("grids.Grid")
    compound = to_one("divisions.Compound")
    event = to_one("events.Event", description="The event at which it was asked, if everyone may see that.")
    updates = connection("GrievanceUpdate", key="grievance_id", description="What was done, step by step.")
    redactions = to_many(
        "GrievanceRedaction", key="grievance_id", order=("position",), description="Words that were taken out of it."
    )
    calls = to_many("GrievanceCall", key="grievance_id", order=("id",), description="The departments called to it.")
    latest_update = to_one(
        "GrievanceUpdate",
        link=rules.public_updates,
        last_by="id",
        is_nullable=True,
        description="The latest step that the public sees.",
    )
    description = column(guard=rules.reads_private)
    address = column(guard=rules.reads_private)
    building = column(guard=rules.reads_private)
    latitude_micro = column(guard=rules.reads_private)
    longitude_micro = column(guard=rules.reads_private)
    square_latitude_micro = computed(
        int | None,
        middle_of_square("latitude_micro"),
        "Latitude by WGS-84, in millionths of a degree, of the middle of the square of a hundredth of a degree that it"
        " lies in: all that everybody may know of its point. Null without one.",
    )
    square_longitude_micro = computed(
        int | None, middle_of_square("longitude_micro"), "Longitude of the middle of that square."
    )
    danger = column(guard=rules.reads_private)
    contact_name_masked = column(guard=rules.reads_private)
    contact_phone_masked = column(guard=rules.reads_private)
    contact_email_masked = column(guard=rules.reads_private)
    locale = column(guard=rules.reads_private)
    assignee = to_one("accounts.Person", guard=rules.reads_private)
    enterprise = to_one("enterprises.Enterprise", guard=rules.reads_private)
    workers = connection(
        "accounts.Person",
        link=rules.works_there,
        guard=rules.may_dispatch_row,
        description="Whom it may be assigned to; null unless you may assign it.",
    )
    work_orders = to_many(
        "grievances.desk.WorkOrder",
        link=desk_rules.counts_in,
        order=("id",),
        description="Who works on it: one leads, others help.",
    )
    tags = to_many(
        "grievances.desk.GrievanceTag", key="grievance_id", order=("name",), description="Words by which staff find it."
    )
    teams = to_many(
        "grievances.desk.Team",
        link=desk_rules.offered,
        order=("name", "id"),
        description="Teams that it may be given to, for staff.",
    )
    ready_texts = to_many(
        "grievances.desk.ReadyText",
        link=desk_rules.offered,
        order=("title", "id"),
        description="Ready words of its place, for staff.",
    )
    may_read_private = computed(
        bool, rules.reads_private, "Whether you may read the reporter's own words and the masked contact."
    )
    may_work = computed(bool, rules.may_work_row, "Whether you may start, comment on and resolve it.")
    may_help = computed(bool, rules.may_help_row, "Whether you have a part in it, and may comment on and tag it.")
    may_dispatch = computed(bool, rules.may_dispatch_row, "Whether you may accept, assign, pass on and hide it.")
    may_check = computed(bool, desk_rules.may_check_row, "Whether you may check on the spot what others resolved.")
    is_resolved_by_me = computed(
        bool, desk_rules.is_resolved_by_me, "Whether you resolved it last: somebody else has to check it then."
    )
    may_direct = computed(bool, rules.may_direct_row, "Whether you may give it more time, as the level above.")


def _is_own(c: Compiler, row: Row, number: Given, secret: Given) -> str:
    """Number and tracking secret belong together."""
    return (
        f"{row['number']} = {number.sql(c, 'text', rules.typed_number)}"
        f" AND {row['secret_hash']} = {secret.sql(c, 'text', lambda text: token_hash(rules.typed_secret(text)))}"
    )


def _is_own_grievance(c: Compiler, row: Row, number: Given, secret: Given) -> str:
    """The same, or the actor acts for the enterprise that reported it, and says so in the secret's place."""
    typed = secret.sql(c, "text", rules.typed_secret)
    by_account = f"{typed} = '{rules.BY_ACCOUNT}' AND {is_own(c, row['enterprise_id'])}"
    return (
        f"{row['number']} = {number.sql(c, 'text', rules.typed_number)}"
        f" AND ({row['secret_hash']} = {secret.sql(c, 'text', lambda text: token_hash(rules.typed_secret(text)))}"
        f" OR ({by_account}))"
    )


@root
class Query:
    """Reads of the grievances room."""

    grievance = root_one(
        "Grievance",
        arguments={"number": (str, "Its public number, for instance ZY-1123-7F3K.")},
        where=lambda c, row, number: f"{row['number']} = {number.sql(c, 'text', rules.typed_number)}",
        description="A grievance by its number.",
    )
    grievances = root_connection("Grievance", description="Grievances of the city, anonymised.")
    grievances_alike = alike("Grievance")
    grievance_categories = root_connection("GrievanceCategory", description="What a grievance can be about.")
    grievance_category = root_one(
        "GrievanceCategory",
        arguments={"code": (str, "Its code, for instance lighting.")},
        where=lambda c, row, code: f"{row['code']} = {code.sql(c)}",
        description="A category of grievance by its code.",
    )
    tracked_grievance = root_one(
        "TrackedGrievance",
        arguments={
            "number": (str, "Its public number."),
            "secret": (str, "The tracking secret given when it was reported; `mine` as an account of the enterprise."),
        },
        where=_is_own_grievance,
        description="One's own grievance; null when number and secret do not belong together.",
        is_secret=True,
    )
    held_reports = root_connection("HeldReport", description="Reports that a person looks at first.")
    tracked_held_report = root_one(
        "TrackedHeldReport",
        arguments={
            "number": (str, "Its number."),
            "secret": (str, "The tracking secret given when it was sent."),
        },
        where=_is_own,
        description="One's own report while a person looks at it first; null when number and secret do not belong together.",
        is_secret=True,
    )
    performance = root_one(
        "GrievancePerformance",
        arguments={
            "within": (
                DivisionCode,
                "The division with everything below it: the city, a county, a subdistrict or a community.",
            ),
            "month": (str, "The month of the report, for instance 2026-05."),
        },
        where=lambda c, row, within, month: (
            f"{row['division_id']} = {within.sql(c)} AND {row['month']} = {month.sql(c)}"
        ),
        description="How a division fared in a month; null when nothing was reported there in it.",
    )
    grievance_figures = figures_of(
        "GrievanceFigures",
        within=(
            DivisionCode,
            "The division with everything below it: the city, a county, a subdistrict or a community.",
        ),
    )


Subscription = followable(Query, "grievance", "grievances", "tracked_grievance", "performance", "grievance_figures")
Mutation = mutations("Mutation", *DOORS)
TYPES = (
    *(Grievance, TrackedGrievance, GrievanceUpdate, GrievanceCategory, UrgencyPolicy, GrievanceCall),
    *(GrievancePerformance, GrievanceFigures, CategoryQuestion, GrievanceAnswer, TrackedPhoto),
    *(HeldReport, TrackedHeldReport, JoinedGrievance),
)

"""What there is, and who asks: every row of every type, found by its key or by whom it belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from civicgraph.accounts.models import ApiToken, Grant, Person, Session, TrustedDocument
from civicgraph.bookings.models import Quota, QuotaQuestion, Registration
from civicgraph.checklists.models import (
    Checklist,
    ChecklistField,
    ChecklistQuestion,
    ChecklistStep,
    OneThingAnswer,
    OneThingCase,
    OneThingStep,
)
from civicgraph.divisions.models import Compound, Division, Figure, OfficeHours
from civicgraph.enterprises.models import (
    Enterprise,
    EnterpriseAccount,
    EnterpriseChange,
    EnterpriseImport,
    EnterpriseListing,
    Industry,
)
from civicgraph.events.models import Event, EventEntry, EventSeries, EventTeam, ProgrammeItem, RescueTeam
from civicgraph.grids.models import Grid, GridAssignment
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.intake.models import CategoryQuestion, GrievanceAnswer, HeldReport
from civicgraph.grievances.models import (
    Grievance,
    GrievanceCategory,
    GrievanceCell,
    GrievanceRedaction,
    GrievanceTag,
    GrievanceUpdate,
    ReadyText,
    SavedFilter,
    Team,
    TeamMember,
    UrgencyPolicy,
    WorkOrder,
)
from civicgraph.jobs.models import Referral, ReferralStep, Vacancy
from civicgraph.notifications.models import (
    ChatRobot,
    InboxMessage,
    MessageTemplate,
    NoticePreference,
    OutboxMessage,
    Webhook,
)
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor
from civicgraph.policies.models import Policy, PolicyExample, PolicyGrant, PolicyRuleLine, WithheldSum
from civicgraph.products.models import (
    Product,
    ProductionBase,
    ProductOutput,
    Recognition,
    SupplyLink,
    SupportReceived,
)
from civicgraph.projects.models import InvestmentAmount, InvestmentMilestone, InvestmentProject, InvestmentStageChange
from civicgraph.services.models import (
    Dish,
    MenuDay,
    Offer,
    OpeningHours,
    PriceRule,
    Service,
    SlotPlan,
    SpecialDay,
    Steward,
)
from civicgraph.uploads.models import Upload
from tests.graph.reference.rules import sees

OWN_NAME = (
    *(ApiToken, AuditEntry, Compound, Division, Enterprise, EnterpriseListing, Event, Figure, Grant, Grid),
    *(EnterpriseAccount, EnterpriseChange, EnterpriseImport, EventEntry, EventSeries, EventTeam, RescueTeam),
    *(InvestmentAmount, InvestmentMilestone, InvestmentProject, InvestmentStageChange),
    *(Policy, PolicyExample, PolicyGrant, PolicyRuleLine),
    *(ProductOutput, ProductionBase, Recognition, SupplyLink, SupportReceived),
    *(Referral, ReferralStep, Vacancy),
    *(Checklist, ChecklistField, ChecklistQuestion, ChecklistStep, OneThingAnswer, OneThingCase, OneThingStep),
    *(
        GridAssignment,
        Grievance,
        GrievanceCall,
        GrievanceCategory,
        GrievanceRedaction,
        GrievanceUpdate,
        InboxMessage,
        Industry,
        Offer,
        OfficeHours,
        OpeningHours,
        UrgencyPolicy,
    ),
    *(OutboxMessage, Person, PriceRule, Product, ProgrammeItem, Service, Session, SpecialDay),
    *(ChatRobot, MessageTemplate, NoticePreference, Webhook),
    *(GrievanceTag, ReadyText, SavedFilter, Team, WorkOrder),
    *(Dish, MenuDay, SlotPlan, Steward),
    *(Quota, QuotaQuestion, Registration),
    *(CategoryQuestion, GrievanceAnswer, HeldReport, Upload),
)
MODELS: dict[str, Any] = {
    **{model.__name__: model for model in OWN_NAME},
    "Backlog": Division,
    "TrackedGrievance": Grievance,
    "JoinedGrievance": Grievance,
    "TrackedHeldReport": HeldReport,
    "TrackedRegistration": Registration,
    "TrackedReferral": Referral,
    "TrackedReferralStep": ReferralStep,
    "TrackedPhoto": Upload,
    "Document": Upload,
    "TeamMember": TeamMember,  # no type of the schema; teams name theirs
    "Workload": Person,
    "GrievancePerformance": GrievanceCell,
    "WithheldSum": WithheldSum,  # no type of the schema; what is left of a budget is withheld with what was granted
    "TrustedDocument": TrustedDocument,  # no type of the schema; tokens count theirs
}
"""The table behind each type."""


class Rows:
    """All rows of the database, by type."""

    def __init__(self, tables: dict[str, list[Any]], database: str) -> None:
        self.tables = tables
        self.database = database
        """`sqlite` or `postgres`: cursors and stored JSON are opaque texts, and each writes them in its own way."""
        self._keys = {kind: {row.pk: row for row in rows} for kind, rows in tables.items()}
        self._groups: dict[tuple[str, str], dict[Any, list[Any]]] = {}

    def one(self, kind: str, key: Any) -> Any:
        """The row with this primary key, or None."""
        return self._keys[kind].get(key)

    def by_text(self, kind: str, key: str) -> Any:
        """The row whose primary key is written like this."""
        return next(row for row in self.tables[kind] if str(row.pk) == key)

    def having(self, kind: str, column: str, value: Any) -> list[Any]:
        """The rows with this value in a column."""
        if (kind, column) not in self._groups:
            groups = defaultdict(list)
            for row in self.tables[kind]:
                groups[getattr(row, column)].append(row)
            self._groups[kind, column] = groups
        return self._groups[kind, column].get(value, [])


async def load(database: str) -> Rows:
    """All rows of the database."""
    return Rows({kind: await model.all() for kind, model in MODELS.items()}, database)


@dataclass(frozen=True)
class Thing:
    """A row as an object of a type."""

    kind: str
    row: Any


@dataclass(frozen=True)
class World:
    """Every row there is, and who asks when."""

    rows: Rows
    actor: Actor
    now: datetime
    told: set[str] = field(default_factory=set, compare=False)
    """The fields that had something to say, as Type.field."""

    def things(self, kind: str, rows: Iterable[Any]) -> list[Thing]:
        """Those of the rows that exist for who asks, as objects."""
        return [Thing(kind, row) for row in rows if sees(self, kind, row)]

    def thing(self, kind: str, row: Any) -> Thing | None:
        """A row as an object; None when there is none or it does not exist for who asks."""
        return next(iter(self.things(kind, [row] if row is not None else [])), None)

    def find(self, kind: str, key: Any) -> Thing | None:
        """The object with a primary key."""
        return self.thing(kind, self.rows.one(kind, key))

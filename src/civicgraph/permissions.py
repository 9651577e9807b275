"""Who may see or do what: the one place that decides.

A grant is a role over a division and its whole subtree. A role holds capabilities. An actor may do
something to a row when one of its grants has the capability and covers the row's division code.
Reads turn the same answer into a SQL predicate (`graph.plan.Compiler.covers`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from civicgraph.i18n import N_, Labelled


class Role(Labelled):
    """What a person may do, always within a division and everything below it."""

    GRID_WORKER = "grid_worker", N_("Grid worker")  # 网格员
    DISPATCHER = "dispatcher", N_("Dispatcher")  # 联络点、联络站调度员
    AUTHOR = "author", N_("Junior editor")  # 信息员
    EDITOR = "editor", N_("Listing editor")  # 信息编辑
    SUPERVISOR = "supervisor", N_("Supervisor")  # 县级指挥中心
    ADMINISTRATOR = "administrator", N_("Administrator")  # 管理员


READ_GRIEVANCES = "grievance.read"  # unpublished ones, the reporter's own words, the address
WORK_GRIEVANCES = "grievance.work"  # start, comment, resolve what is assigned to oneself
DISPATCH_GRIEVANCES = "grievance.dispatch"  # take by phone, accept, assign, close, hide
SET_PROMISES = "promise.set"  # the four-level list and the office hours of a place
EDIT_CATEGORIES = "category.edit"  # the common list of categories and their questions, for the whole city
DRAFT_EVENTS = "event.draft"  # write, and ask for review
EDIT_EVENTS = "event.edit"  # publish, and change what is public
DRAFT_SERVICES = "service.draft"
EDIT_SERVICES = "service.edit"
EDIT_ENTERPRISES = "enterprise.edit"
READ_ENTERPRISE_CONTACTS = "enterprise.contact"
CLOSE_QUARTERS = "enterprise.close"  # publish the figures of a quarter of the register
EDIT_POLICIES = "policy.edit"  # the catalogue for enterprises, and who qualifies
GRANT_POLICIES = "policy.grant"  # publish, grant, pay; no token may
EDIT_PROJECTS = "project.edit"  # investment projects, their stages, money and milestones
EDIT_PRODUCTS = "product.edit"  # what enterprises make and sell
EDIT_CHECKLISTS = "checklist.edit"  # what is done once: steps, form, window
EDIT_VACANCIES = "vacancy.edit"  # work that enterprises offer
HANDLE_REFERRALS = "referral.handle"  # follow residents who look for work to their first working day
HANDLE_CASES = "onething.handle"  # the one window 综窗: open cases for enterprises, take their steps
EDIT_DIVISIONS = "division.edit"  # profiles and compounds
EDIT_GRIDS = "grid.edit"
ASSIGN_GRID_WORKERS = "grid.assign"
MANAGE_BOOKINGS = "booking.manage"  # places, who comes, who is there
MANAGE_PEOPLE = "people.manage"
READ_AUDIT = "audit.read"
READ_OUTBOX = "outbox.read"
MANAGE_ROBOTS = "robot.manage"  # chat robots 群机器人
MANAGE_WEBHOOKS = "webhook.manage"  # events to partners
EDIT_MESSAGES = "message.edit"  # the words of messages, for the whole city
READ_PLANS = "plan.read"  # what becomes of a GraphQL document inside

_DRAFTS = {DRAFT_EVENTS, DRAFT_SERVICES}
_LISTINGS = {
    *_DRAFTS,
    *(EDIT_EVENTS, EDIT_SERVICES, EDIT_ENTERPRISES, EDIT_POLICIES, EDIT_DIVISIONS, EDIT_GRIDS),
    *(EDIT_PRODUCTS, EDIT_PROJECTS, EDIT_CHECKLISTS, EDIT_VACANCIES, MANAGE_BOOKINGS),
}
_DISPATCH = {READ_GRIEVANCES, WORK_GRIEVANCES, DISPATCH_GRIEVANCES, HANDLE_CASES, HANDLE_REFERRALS}
_OVERSIGHT = {
    *(CLOSE_QUARTERS, GRANT_POLICIES),
    *(READ_ENTERPRISE_CONTACTS, ASSIGN_GRID_WORKERS, READ_AUDIT, READ_OUTBOX),
    *(MANAGE_ROBOTS, MANAGE_WEBHOOKS, SET_PROMISES),
}
CAPABILITIES: dict[Role, frozenset[str]] = {
    Role.GRID_WORKER: frozenset({READ_GRIEVANCES, WORK_GRIEVANCES}),
    Role.DISPATCHER: frozenset(_DISPATCH | {MANAGE_BOOKINGS, EDIT_VACANCIES}),
    Role.AUTHOR: frozenset(_DRAFTS),
    Role.EDITOR: frozenset(_LISTINGS),
    Role.SUPERVISOR: frozenset(_DISPATCH | _LISTINGS | _OVERSIGHT),
    Role.ADMINISTRATOR: frozenset(
        _DISPATCH | _LISTINGS | _OVERSIGHT | {READ_PLANS, MANAGE_PEOPLE, EDIT_MESSAGES, EDIT_CATEGORIES}
    ),
}

REPORTS = "reports"
"""The scope of those who only pass reports on (Open311): it opens nothing that strangers may not read."""
SCOPES = {
    "read": frozenset({READ_GRIEVANCES, READ_ENTERPRISE_CONTACTS, READ_AUDIT, READ_OUTBOX}),
    "grievances": frozenset(_DISPATCH | {SET_PROMISES, EDIT_CATEGORIES}),
    "listings": frozenset(_LISTINGS | {ASSIGN_GRID_WORKERS, CLOSE_QUARTERS}),
    "people": frozenset({MANAGE_PEOPLE}),
    "webhooks": frozenset({MANAGE_WEBHOOKS}),
    REPORTS: frozenset(),
}
"""What an API token may carry; it never carries more than its person's grants."""


@dataclass(frozen=True, slots=True)
class Held:
    """One grant as an actor holds it."""

    role: Role
    division_code: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. Built once per request; everything that decides takes it as an argument."""

    kind: Literal["anonymous", "person", "token", "system"] = "anonymous"
    person_id: int | None = None
    name: str = ""
    title: str = ""
    grants: tuple[Held, ...] = ()
    scopes: frozenset[str] | None = None
    session_id: int | None = None
    token_id: int | None = None
    documents_version: int = 0
    """The version of the token's list of trusted documents; 0: it has none."""
    locale: str = "zh"
    address_key: str = ""
    request_id: str = ""
    _prefixes: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_staff(self) -> bool:
        """Signed in as a person, by session or by token: not by that of the staff, see `has_office`."""
        return self.person_id is not None

    @property
    def has_office(self) -> bool:
        """Holds a role somewhere: staff in the word's own sense. Who only acts for an enterprise holds none."""
        return bool(self.grants)

    def prefixes(self, capability: str) -> tuple[str, ...]:
        """The division codes whose subtrees the capability covers, without those inside others."""
        if capability not in self._prefixes:
            allowed = self.scopes is None or any(capability in SCOPES[s] for s in self.scopes if s in SCOPES)
            codes = {g.division_code for g in self.grants if allowed and capability in CAPABILITIES[g.role]}
            self._prefixes[capability] = tuple(
                sorted(c for c in codes if not any(c != other and c.startswith(other) for other in codes))
            )
        return self._prefixes[capability]

    def may(self, capability: str, division_code: str) -> bool:
        """Whether a grant with the capability covers the division."""
        if self.kind == "system":
            return True
        return any(division_code.startswith(prefix) for prefix in self.prefixes(capability))

    def may_anywhere(self, capability: str) -> bool:
        """Whether the capability is held over any division at all."""
        return self.kind == "system" or bool(self.prefixes(capability))


ANONYMOUS = Actor()
SYSTEM = Actor(kind="system", name="CivicGraph")

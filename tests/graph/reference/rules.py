"""Who sees what: the city's rules in words and plain Python.

What nobody may see is no field of the schema: passwords, tokens, contacts as they were given.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from civicgraph.clock import CITY_ZONE
from civicgraph.events.models import EventStatus
from civicgraph.permissions import (
    ASSIGN_GRID_WORKERS,
    CAPABILITIES,
    DISPATCH_GRIEVANCES,
    DRAFT_EVENTS,
    DRAFT_SERVICES,
    EDIT_CATEGORIES,
    EDIT_CHECKLISTS,
    EDIT_DIVISIONS,
    EDIT_ENTERPRISES,
    EDIT_EVENTS,
    EDIT_GRIDS,
    EDIT_MESSAGES,
    EDIT_POLICIES,
    EDIT_PRODUCTS,
    EDIT_PROJECTS,
    EDIT_SERVICES,
    EDIT_VACANCIES,
    GRANT_POLICIES,
    HANDLE_CASES,
    HANDLE_REFERRALS,
    MANAGE_BOOKINGS,
    MANAGE_PEOPLE,
    MANAGE_ROBOTS,
    MANAGE_WEBHOOKS,
    READ_AUDIT,
    READ_ENTERPRISE_CONTACTS,
    READ_GRIEVANCES,
    READ_OUTBOX,
    SCOPES,
    SET_PROMISES,
    WORK_GRIEVANCES,
)
from civicgraph.services.models import ServiceStatus

if TYPE_CHECKING:
    from tests.graph.reference.world import World

Rule = Callable[["World", Any], bool]
CITY = "5203"


def may(world: World, capability: str, code: str) -> bool:
    """One of the actor's roles holds the capability over the place or one above it, and the token allows it."""
    scopes = world.actor.scopes
    if scopes is not None and not any(capability in SCOPES[scope] for scope in scopes):
        return False
    return any(
        capability in CAPABILITIES[held.role] and code.startswith(held.division_code) for held in world.actor.grants
    )


def over(capability: str, column: str = "division_id") -> Rule:
    """Who holds the capability where the row belongs."""
    return lambda world, row: may(world, capability, getattr(row, column))


def writes_or_publishes(write: str, publish: str) -> Rule:
    """Drafts by who writes where the row belongs, the rest by who publishes there."""

    def rule(world: World, row: Any) -> bool:
        return may(world, write if row.status.name == "DRAFT" else publish, row.division_id)

    return rule


def is_own(world: World, row: Any) -> bool:
    """It belongs to who asks."""
    return world.actor.person_id is not None and row.person_id == world.actor.person_id


# Grievances ------------------------------------------------------------------------------------

reads_private = over(READ_GRIEVANCES)
dispatches = over(DISPATCH_GRIEVANCES)


def works_on(world: World, row: Any) -> bool:
    """Who dispatches there, and who leads the work, alone or in a team, while a role over the place lasts."""
    is_mine = world.actor.person_id is not None and row.assignee_id == world.actor.person_id
    leads = is_mine or any(one.is_lead for one in orders_of(world, world.actor.person_id, row))
    return dispatches(world, row) or (leads and may(world, WORK_GRIEVANCES, row.division_id))


def orders_of(world: World, person_id: int | None, row: Any) -> list[Any]:
    """The work orders of a person and of their teams for a grievance, that were not taken back."""
    teams = {one.team_id for one in world.rows.having("TeamMember", "person_id", person_id)}
    return [
        one
        for one in world.rows.having("WorkOrder", "grievance_id", row.id)
        if one.ended_at is None and ((person_id is not None and one.person_id == person_id) or one.team_id in teams)
    ]


def helps_with(world: World, row: Any) -> bool:
    """Who works on it, and who has any part in it while a role over the place lasts."""
    has_part = bool(orders_of(world, world.actor.person_id, row))
    return works_on(world, row) or (has_part and may(world, WORK_GRIEVANCES, row.division_id))


def is_staff(world: World, row: Any) -> bool:
    """Everybody on the staff: who holds a role. An enterprise's own people hold none."""
    return bool(world.actor.grants)


def acts_for(world: World, enterprise_id: int | None) -> bool:
    """Who acts for the enterprise, by a session or by a token that reads what is private."""
    if world.actor.scopes is not None and "read" not in world.actor.scopes:
        return False
    return enterprise_id is not None and any(
        one.ended_at is None and one.enterprise_id == enterprise_id
        for one in world.rows.having("EnterpriseAccount", "person_id", world.actor.person_id)
    )


def reads_enterprise(world: World, row: Any) -> bool:
    """Who may read contacts where it lies, and who acts for it."""
    return may(world, READ_ENTERPRISE_CONTACTS, row.division_id) or acts_for(world, row.id)


def sees_account(world: World, row: Any) -> bool:
    """One's own, and those of enterprises that one oversees."""
    place = world.rows.one("Enterprise", row.enterprise_id).division_id
    return is_own(world, row) or may(world, READ_ENTERPRISE_CONTACTS, place)


def sees_filter(world: World, row: Any) -> bool:
    """One's own, and shared ones of a place over which one holds a role too."""
    own = {grant.division_id for grant in world.rows.having("Grant", "person_id", world.actor.person_id)}
    return is_own(world, row) or (row.is_shared and row.division_id in own)


def knows_load(world: World, person: Any) -> bool:
    """Oneself, and people whom one gives work to or manages."""
    return world.actor.person_id is not None and is_colleague(world, person)


def reads_internal(world: World, row: Any) -> bool:
    """Words among staff are for those who read the grievance's private part."""
    return reads_private(world, world.rows.one("Grievance", row.grievance_id))


def sees_file(world: World, row: Any) -> bool:
    """Who has the file's capability where it belongs; one that is none of those for files opens nothing."""
    known = (READ_GRIEVANCES, EDIT_EVENTS, EDIT_PRODUCTS, EDIT_SERVICES, EDIT_DIVISIONS, DRAFT_EVENTS, DRAFT_SERVICES)
    return row.capability in known and may(world, row.capability, row.division_code)


# Places ----------------------------------------------------------------------------------------

manages_bookings = over(MANAGE_BOOKINGS)


def sees_registration(world: World, row: Any) -> bool:
    """Who looks after it; everybody, where the person has a place and said so."""
    return (row.is_listed and row.state.name == "CONFIRMED") or manages_bookings(world, row)


# People ----------------------------------------------------------------------------------------


def places_of(world: World, person: Any) -> list[str]:
    """The places over which a person holds roles."""
    return [grant.division_id for grant in world.rows.having("Grant", "person_id", person.id)]


def manages(world: World, person: Any) -> bool:
    """All roles lie in one's own subtree; who has none belongs to the city's administrators."""
    return all(may(world, MANAGE_PEOPLE, code) for code in places_of(world, person) or [CITY])


def knows(world: World, person: Any) -> bool:
    """One's own account, and those of people with a role in the subtree that one manages."""
    if world.actor.person_id == person.id:
        return True
    return any(may(world, MANAGE_PEOPLE, code) for code in places_of(world, person) or [CITY])


def is_colleague(world: World, person: Any) -> bool:
    """Whose account one knows, and whom one gives work to."""
    return knows(world, person) or any(may(world, DISPATCH_GRIEVANCES, code) for code in places_of(world, person))


def is_named(world: World, person: Any) -> bool:
    """The public learns who is in charge of a grid; staff know the names of staff, everybody their own."""
    if is_staff(world, person) or world.actor.person_id == person.id:
        return True
    return any(one.to_on is None for one in world.rows.having("GridAssignment", "person_id", person.id))


def sees_assignment(world: World, row: Any) -> bool:
    """Who is in charge is public; who was, is for those who look after the place."""
    code = world.rows.one("Grid", row.grid_id).division_id
    return row.to_on is None or may(world, EDIT_GRIDS, code) or may(world, ASSIGN_GRID_WORKERS, code)


def sees_grant(world: World, row: Any) -> bool:
    """One's own roles, and those over places whose people one manages or gives work to."""
    code = row.division_id
    return is_own(world, row) or may(world, MANAGE_PEOPLE, code) or may(world, DISPATCH_GRIEVANCES, code)


def resolved(world: World, row: Any) -> bool:
    """Who took the last step of those that resolve."""
    steps = world.rows.having("GrievanceUpdate", "grievance_id", row.id)
    last = max((one for one in steps if one.verb == "resolve"), key=lambda one: one.id, default=None)
    return last is not None and last.person_id is not None and last.person_id == world.actor.person_id


def checks(world: World, row: Any) -> bool:
    """Who works on grievances of its place, and did not resolve it."""
    return may(world, WORK_GRIEVANCES, row.division_id) and not resolved(world, row)


def directs(world: World, row: Any) -> bool:
    """Who dispatches for its subdistrict."""
    return may(world, DISPATCH_GRIEVANCES, row.division_id[:9])


def stands(*states: str) -> Rule:
    """It stands there."""
    return lambda world, row: row.status.name in states


def is_led_by_team(world: World, row: Any) -> bool:
    """A team's code is kept as who leads it."""
    return str(row.led_by)[12:13] == "T"


def may_reopen(world: World, row: Any) -> bool:
    """Resolved within six weeks."""
    return is_done(world, row) and row.resolved_at is not None and world.now - row.resolved_at < timedelta(days=42)


is_done = stands("RESOLVED", "VERIFIED", "CLOSED")


def goes_to_own(world: World, row: Any) -> bool:
    """A message to a webhook that who asks set up."""
    return row.webhook_id is not None and is_own(world, world.rows.one("Webhook", row.webhook_id))


edits_policies = over(EDIT_POLICIES)


def tells_of_few(world: World, row: Any) -> bool:
    """Whether what a policy granted in all is withheld: what is left of its budget would tell it."""
    hidden = [one for one in world.rows.tables["WithheldSum"] if one.policy_number == row.id]
    told = {(one.division_id, one.category, one.year, one.figure) for one in hidden}
    return bool(row.granted_fen) and (row.division_id[:4], "", "", "granted") in told


keeps_projects = over(EDIT_PROJECTS)


def is_objected(world: World, row: Any) -> bool:
    """Whether the enterprise objected to the grant, and nobody has answered."""
    return bool(row.state.name == "OBJECTION" and row.objected_at and not row.objection_answered_at)


def waits_for_my_answer(world: World, row: Any) -> bool:
    """The same of a policy that is granted by who asks."""
    policy = world.rows.one("Policy", row.policy_id)
    return is_objected(world, row) and may(world, GRANT_POLICIES, policy.division_id)


def has_open_objection(world: World, row: Any) -> bool:
    """Whether some grant of the policy that exists for who asks is objected to."""
    grants = world.rows.having("PolicyGrant", "policy_id", row.id)
    return any(is_objected(world, one) and sees(world, "PolicyGrant", one) for one in grants)


RUNNING = ("SIGNED", "APPROVED", "BUILDING", "COMPLETED")


def sees_to(world: World, row: Any) -> bool:
    """It is theirs to see to: alone, or as a member of its team where nobody does."""
    person = world.actor.person_id
    if row.responsible_id is not None or person is None:
        return row.responsible_id is not None and row.responsible_id == person
    return row.team_id in {one.team_id for one in world.rows.having("TeamMember", "person_id", person)}


def is_late_milestone(world: World, row: Any) -> bool:
    """Not done, its day over, and its project goes on."""
    project = world.rows.one("InvestmentProject", row.project_id)
    today = world.now.astimezone(CITY_ZONE).date()
    return row.done_on is None and row.due_on < today and project.stage.name in RUNNING


def has_late_milestone(world: World, row: Any) -> bool:
    """One of its milestones is late."""
    return any(is_late_milestone(world, one) for one in world.rows.having("InvestmentMilestone", "project_id", row.id))


def keeps_part(world: World, row: Any) -> bool:
    """A part of a project that they keep."""
    return keeps_projects(world, world.rows.one("InvestmentProject", row.project_id))


def of_seen_project(world: World, row: Any) -> bool:
    """A part of a project that they see."""
    return sees(world, "InvestmentProject", world.rows.one("InvestmentProject", row.project_id))


def is_public_product(world: World, row: Any) -> bool:
    """Shown, and its maker's entry of the register as well."""
    return row.is_published and world.rows.one("Enterprise", row.enterprise_id).is_published


def may_be_asked(world: World, row: Any) -> bool:
    """Everyone sees it, and its maker has an address in the register."""
    return is_public_product(world, row) and world.rows.one("Enterprise", row.enterprise_id).contact_email != ""


def sees_product(world: World, row: Any) -> bool:
    """Everyone what is public; the rest who keeps products there, and who acts for the maker."""
    is_kept = may(world, EDIT_PRODUCTS, row.division_id)
    return is_public_product(world, row) or is_kept or acts_for(world, row.enterprise_id)


def _jobs() -> Any:
    from tests.graph.reference import jobs

    return jobs


def _sees_case(world: World, row: Any) -> bool:
    from tests.graph.reference.checklists import sees_case

    return sees_case(world, row)


KEPT_BY = {
    **{"Event": DRAFT_EVENTS, "RescueTeam": EDIT_EVENTS, "Service": DRAFT_SERVICES, "Enterprise": EDIT_ENTERPRISES},
    **{"Policy": EDIT_POLICIES, "InvestmentProject": EDIT_PROJECTS, "Product": EDIT_PRODUCTS},
    **{"Checklist": EDIT_CHECKLISTS, "Vacancy": EDIT_VACANCIES, "Compound": EDIT_DIVISIONS, "Division": EDIT_DIVISIONS},
}
"""Who keeps listings of a kind, and so reads their history."""

# Which rows exist for whom ---------------------------------------------------------------------

VISIBLE: dict[str, Rule] = {
    "ApiToken": is_own,
    "AuditEntry": lambda world, row: (
        may(world, READ_AUDIT, row.division_code)
        or (row.subject_type in KEPT_BY and may(world, KEPT_BY[row.subject_type], row.division_code))
    ),
    "Enterprise": lambda world, row: (
        row.is_published or may(world, EDIT_ENTERPRISES, row.division_id) or acts_for(world, row.id)
    ),
    "EnterpriseAccount": sees_account,
    "EnterpriseImport": over(EDIT_ENTERPRISES, "division_code"),
    "Event": lambda world, row: row.status is not EventStatus.DRAFT or may(world, DRAFT_EVENTS, row.division_id),
    "Grant": sees_grant,
    "Quota": lambda world, row: row.is_public or manages_bookings(world, row),
    "Registration": sees_registration,
    "GridAssignment": sees_assignment,
    "Grievance": lambda world, row: row.is_public or reads_private(world, row) or acts_for(world, row.enterprise_id),
    "GrievancePerformance": lambda world, row: row.category == row.channel == row.led_kind == "",
    "GrievanceAnswer": lambda world, row: row.public_answer != "" or reads_internal(world, row),
    "HeldReport": over(DISPATCH_GRIEVANCES, "division_code"),
    "Upload": lambda world, row: (row.is_public and not row.is_hidden) or sees_file(world, row),
    "GrievanceTag": reads_internal,
    "ReadyText": is_staff,
    "SavedFilter": sees_filter,
    "Team": is_staff,
    "WorkOrder": reads_internal,
    "Workload": knows_load,
    "GrievanceUpdate": lambda world, row: not row.internal_note or reads_internal(world, row),
    "InboxMessage": is_own,
    "ChatRobot": lambda world, row: row.state.name != "REMOVED" and may(world, MANAGE_ROBOTS, row.division_id),
    "MessageTemplate": lambda world, row: may(world, EDIT_MESSAGES, CITY),
    "NoticePreference": is_own,
    "OutboxMessage": lambda world, row: may(world, READ_OUTBOX, row.division_code) or goes_to_own(world, row),
    "Webhook": lambda world, row: (
        row.state.name != "REMOVED" and (may(world, MANAGE_WEBHOOKS, row.division_id) or is_own(world, row))
    ),
    "Person": is_named,
    "EventTeam": lambda world, row: sees(world, "Event", world.rows.one("Event", row.event_id)),
    "Policy": lambda world, row: row.status.name in ("PUBLISHED", "ENDED") or edits_policies(world, row),
    "PolicyExample": lambda world, row: edits_policies(world, world.rows.one("Policy", row.policy_id)),
    "InvestmentProject": lambda world, row: row.is_published or keeps_projects(world, row),
    **dict.fromkeys(("InvestmentStageChange", "InvestmentAmount", "InvestmentMilestone"), of_seen_project),
    "PolicyGrant": lambda world, row: (
        may(world, READ_ENTERPRISE_CONTACTS, row.division_id) or acts_for(world, row.enterprise_id)
    ),
    "Product": sees_product,
    "SupplyLink": lambda world, row: sees_product(world, world.rows.one("Product", row.product_id)),
    "Service": lambda world, row: row.status is not ServiceStatus.DRAFT or may(world, DRAFT_SERVICES, row.division_id),
    "MenuDay": lambda world, row: sees(world, "Service", world.rows.one("Service", row.service_id)),
    "Session": is_own,
    "Checklist": lambda world, row: row.status.name != "DRAFT" or may(world, EDIT_CHECKLISTS, row.division_id),
    "OneThingCase": lambda world, row: _sees_case(world, row),
    "Vacancy": lambda world, row: _jobs().sees_vacancy(world, row),
    "Referral": over(HANDLE_REFERRALS),
    "ReferralStep": lambda world, row: _jobs().of_referral(world, row),
}
"""Types that not everybody sees whole; the others are public."""


def sees(world: World, kind: str, row: Any) -> bool:
    """Whether the row exists for who asks."""
    return kind not in VISIBLE or VISIBLE[kind](world, row)


def knows_steward(world: World, row: Any) -> bool:
    """Who agreed to be named is public; the others are for those who keep the service."""
    return row.is_public or over(EDIT_SERVICES)(world, world.rows.one("Service", row.service_id))


GUARDS: dict[str, Rule] = {
    **{
        f"Enterprise.{name}": reads_enterprise
        for name in (
            "contactName",
            "contactPhoneMasked",
            "contactEmailMasked",
            "employees",
            "revenueFen",
            "assetsFen",
            "figuresYear",
        )
    },
    **dict.fromkeys(
        (
            *(
                "Grievance.description",
                "Grievance.address",
                "Grievance.contactNameMasked",
                "Grievance.contactPhoneMasked",
            ),
            *("Grievance.contactEmailMasked", "Grievance.locale", "Grievance.assignee", "Grievance.enterprise"),
        ),
        reads_private,
    ),
    **dict.fromkeys(
        ("Grievance.building", "Grievance.danger", "Grievance.latitudeMicro", "Grievance.longitudeMicro"), reads_private
    ),
    **{
        f"{kind}.{name}": over(capability)
        for kind, capability in (("Event", DRAFT_EVENTS), ("Service", DRAFT_SERVICES))
        for name in ("publishAt", "submittedAt", "submittedBy", "reviewNote", "importKey", "editors")
    },
    **dict.fromkeys(
        ("InvestmentProject.responsible", "InvestmentProject.keepers", "InvestmentProject.team"), keeps_projects
    ),
    "InvestmentStageChange.person": keeps_part,
    "Policy.grantedFen": edits_policies,
    "Policy.budgetLeftFen": lambda world, row: edits_policies(world, row) or not tells_of_few(world, row),
    "GrievanceAnswer.answer": reads_internal,
    **dict.fromkeys(("Upload.isHidden", "Upload.reason"), lambda world, row: sees_file(world, row)),
    "Upload.filename": lambda world, row: row.purpose.value == "material" or sees_file(world, row),
    "Grievance.workers": dispatches,
    **dict.fromkeys(("Steward.name", "Steward.phone"), knows_steward),
    **dict.fromkeys(("Quota.attended", "Quota.noShows"), manages_bookings),
    **{
        f"Registration.{name}": manages_bookings
        for name in (
            *("number", "position", "contactPhoneMasked", "contactEmailMasked", "confirmedAt", "offeredUntil"),
            *("movedUpAt", "endedAt", "reason", "checkedInAt", "attended", "isGenerated"),
            *("callAbout", "calledAt"),
        )
    },
    "GrievanceRedaction.words": reads_internal,
    "GrievanceUpdate.internalNote": reads_internal,
    "GrievanceUpdate.person": reads_internal,
    **dict.fromkeys(
        ("Person.username", "Person.email", "Person.locale", "Person.isActive", "Person.version"),
        knows,
    ),
}
"""Fields that are null for others."""

MAY: dict[str, Rule] = {
    "Checklist.mayEdit": over(EDIT_CHECKLISTS),
    "OneThingCase.isMine": lambda world, row: acts_for(world, row.enterprise_id),
    "OneThingCase.mayHandle": over(HANDLE_CASES),
    "Compound.mayEdit": over(EDIT_DIVISIONS),
    "Division.mayEdit": over(EDIT_DIVISIONS, "code"),
    "Division.maySetPromises": over(SET_PROMISES, "code"),
    "Enterprise.mayEdit": over(EDIT_ENTERPRISES),
    "Enterprise.mayReadPrivate": reads_enterprise,
    "Enterprise.isMine": lambda world, row: acts_for(world, row.id),
    "Event.mayEdit": writes_or_publishes(DRAFT_EVENTS, EDIT_EVENTS),
    "Event.mayCopy": over(DRAFT_EVENTS),
    "Event.mayPublish": over(EDIT_EVENTS),
    "RescueTeam.mayEdit": over(EDIT_EVENTS),
    "Grid.mayAssign": over(ASSIGN_GRID_WORKERS),
    "Grid.mayEdit": over(EDIT_GRIDS),
    "GrievanceCategory.mayEdit": lambda world, row: may(world, EDIT_CATEGORIES, CITY),
    "Grievance.mayDispatch": dispatches,
    "Grievance.mayHelp": helps_with,
    "Quota.mayManage": manages_bookings,
    "ReadyText.mayEdit": dispatches,
    "Team.mayEdit": dispatches,
    "Grievance.mayReadPrivate": reads_private,
    "Grievance.mayWork": works_on,
    "Person.mayEdit": manages,
    "InvestmentProject.hasLateMilestone": has_late_milestone,
    "InvestmentProject.isMine": sees_to,
    "InvestmentProject.mayEdit": keeps_projects,
    "InvestmentMilestone.isLate": is_late_milestone,
    "Policy.mayEdit": edits_policies,
    "Policy.mayGrant": over(GRANT_POLICIES),
    "Product.mayBeAsked": may_be_asked,
    "Product.mayEdit": over(EDIT_PRODUCTS),
    "Service.mayEdit": writes_or_publishes(DRAFT_SERVICES, EDIT_SERVICES),
    "Service.mayCopy": over(DRAFT_SERVICES),
    "Service.mayPublish": over(EDIT_SERVICES),
    "Grievance.mayCheck": checks,
    "Grievance.isResolvedByMe": resolved,
    "Grievance.mayDirect": directs,
    "Grievance.isLedByTeam": is_led_by_team,
    "TrackedGrievance.isLedByTeam": is_led_by_team,
    "TrackedGrievance.mayAnswer": stands("RETURNED"),
    "TrackedGrievance.mayRate": is_done,
    "TrackedGrievance.mayReopen": may_reopen,
    "TrackedGrievance.mayWithdraw": stands(
        *("SUBMITTED", "ACCEPTED", "ASSIGNED", "IN_PROGRESS", "ON_HOLD", "REOPENED", "RETURNED", "SHORTFALL")
    ),
}
"""Fields that say what one may do."""

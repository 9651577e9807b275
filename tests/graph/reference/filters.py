"""What the filters of lists let through."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from civicgraph.clock import CITY_ZONE
from civicgraph.permissions import (
    DRAFT_EVENTS,
    DRAFT_SERVICES,
    EDIT_CHECKLISTS,
    EDIT_ENTERPRISES,
    EDIT_POLICIES,
    EDIT_PRODUCTS,
    EDIT_PROJECTS,
)
from civicgraph.text import near_words, sound
from tests.graph.reference import bookings, checklists, desk, jobs, products, rules
from tests.graph.reference.fields import OPEN, is_open_now, is_overdue
from tests.graph.reference.values import plain
from tests.graph.reference.world import World


def day(text: str) -> datetime:
    """The beginning of a day in the city."""
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), CITY_ZONE)


def moment(text: str) -> datetime:
    """A time, without a zone the city's."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CITY_ZONE)


def lies_in(column: str) -> Callable[[World, Any, str], bool]:
    """In the place or anywhere below it: codes of a subtree begin alike."""
    return lambda world, row, code: getattr(row, column).startswith(code)


def is_(column: str) -> Callable[[World, Any, Any], bool]:
    return lambda world, row, value: plain(getattr(row, column)) == value


def one_of(column: str) -> Callable[[World, Any, Any], bool]:
    return lambda world, row, values: plain(getattr(row, column)) in values


def only(fits: Callable[[World, Any], bool]) -> Callable[[World, Any, bool], bool]:
    """A switch that asks for nothing when it is off."""
    return lambda world, row, value: not value or fits(world, row)


def either(fits: Callable[[World, Any], bool]) -> Callable[[World, Any, bool], bool]:
    """A switch that asks for the others when it is off."""
    return lambda world, row, value: fits(world, row) == value


def holds(*columns: str) -> Callable[[World, Any, str], bool]:
    """One of the columns holds the text, whatever the case of A to Z."""
    return lambda world, row, text: any(text.lower() in getattr(row, column).lower() for column in columns)


def runs(text: str) -> list[str]:
    """The Chinese words and the words of Latin letters and digits in a text."""
    return re.findall(r"[㐀-鿿豈-﫿]+|[a-z0-9]+", unicodedata.normalize("NFKC", text).lower())


def found_in(texts: Callable[[World, Any], list[str]]) -> Callable[[World, Any, str], bool]:
    """Full-text search: two or more Chinese characters are found anywhere, other words as wholes.

    A single character is found where a word begins with it, or goes on after it. Without any word nothing is found.
    """

    def fits(world: World, row: Any, words: str) -> bool:
        there = [run for text in texts(world, row) for run in runs(text)]
        wanted = runs(words)
        return bool(wanted) and all(any(_holds(run, word) for run in there) for word in wanted)

    return fits


def _holds(run: str, word: str) -> bool:
    if len(word) > 1:
        return run == word if word.isascii() else word in run
    return run.startswith(word) if word.isascii() else run == word or word in run[:-1]


def found_by_ear(kind: str, texts: Callable[[World, Any], list[str]]) -> Callable[[World, Any, str], bool]:
    """As it is written; where fewer than three rows hold it so, as it sounds (single characters stay themselves)."""
    written = found_in(texts)

    def fits(world: World, row: Any, words: str) -> bool:
        if sum(written(world, one, words) for one in world.rows.tables[kind]) >= 3:
            return written(world, row, words)
        there = [run for text in texts(world, row) for run in runs(text)]
        wanted = runs(words)
        return bool(wanted) and all(any(_sounds_in(run, word) for run in there) for word in wanted)

    return fits


def found_nearly(texts: Callable[[World, Any], list[str]]) -> Callable[[World, Any, str], bool]:
    """As one of the words that a word may have been meant for."""
    written = found_in(texts)
    return lambda world, row, words: any(written(world, row, one) for one in near_words(words))


def _sounds_in(run: str, word: str) -> bool:
    if len(word) == 1 or word.isascii() or run.isascii():
        return _holds(run, word)
    heard, sought = [sound(char) for char in run], [sound(char) for char in word]
    return any(heard[start : start + len(sought)] == sought for start in range(len(heard)))


def texts(*columns: str) -> Callable[[World, Any], list[str]]:
    return lambda world, row: [getattr(row, column) for column in columns]


def texts_of_event(world: World, row: Any) -> list[str]:
    """Its own words, its topics, and the titles of its programme."""
    items = (item.title for item in world.rows.having("ProgrammeItem", "event_id", row.id))
    return [row.title, row.summary, row.venue, row.organiser, *row.topics, *items]


def prices(world: World, row: Any) -> list[int]:
    """What its prices and goods cost."""
    found = [one for name in ("PriceRule", "Offer") for one in world.rows.having(name, "service_id", row.id)]
    return [one.amount_fen for one in found if one.amount_fen is not None]


def texts_of_service(world: World, row: Any) -> list[str]:
    """Its name and summary, and what it offers."""
    return [row.name, row.summary, *(one.name for one in world.rows.having("Offer", "service_id", row.id))]


def texts_of_grievance(world: World, row: Any) -> list[str]:
    """What the public reads of it, and its category."""
    return [row.public_text, world.rows.one("GrievanceCategory", row.category_id).name]


def of_industry(world: World, row: Any, code: str) -> bool:
    """Of the industry, or of one anywhere below it."""
    above = row.industry_id
    while above and above != code:
        above = world.rows.one("Industry", above).parent_id
    return bool(above)


def industry_named(world: World, row: Any, text: str) -> bool:
    return holds("name", "name_en")(world, row, text) or row.code.startswith(text.upper())


def is_listed(world: World, row: Any, name: str) -> bool:
    return any(
        one.list.name == name and one.delisted_on is None
        for one in world.rows.having("EnterpriseListing", "enterprise_id", row.id)
    )


def has_role_in(world: World, row: Any, code: str) -> bool:
    return any(place.startswith(code) for place in rules.places_of(world, row))


def named(world: World, row: Any, text: str) -> bool:
    """The name holds the text, or the sign-in name of an account that one knows."""
    return holds("name")(world, row, text) or (rules.knows(world, row) and holds("username")(world, row, text))


def is_alive(world: World, row: Any) -> bool:
    return row.revoked_at is None and row.expires_at > world.now


def open_entries(world: World, row: Any) -> list[Any]:
    """The findings and opinions of an event that are still to be seen to."""
    found = world.rows.having("EventEntry", "event_id", row.id)
    return [one for one in found if one.kind.name in ("FINDING", "OPINION") and one.done_on is None]


FILTERS: dict[str, Callable[[World, Any, Any], bool]] = {
    "ApiTokenFilter.isAlive": only(is_alive),
    "AuditEntryFilter.byPerson": is_("person_id"),
    "AuditEntryFilter.operation": is_("operation"),
    "AuditEntryFilter.subjectId": is_("subject_id"),
    "AuditEntryFilter.subjectType": is_("subject_type"),
    "HeldReportFilter.state": is_("state"),
    "HeldReportFilter.within": lies_in("division_code"),
    "AuditEntryFilter.within": lies_in("division_code"),
    "CompoundFilter.isActive": is_("is_active"),
    "CompoundFilter.text": found_in(texts("name", "address")),
    "CompoundFilter.within": lies_in("division_id"),
    "DivisionFilter.codes": one_of("code"),
    "DivisionFilter.isProvisional": is_("is_provisional"),
    "DivisionFilter.level": one_of("level"),
    "DivisionFilter.text": holds("name", "pinyin"),
    "DivisionFilter.within": lies_in("code"),
    "EnterpriseAccountFilter.isEnded": either(lambda world, row: row.ended_at is not None),
    "EnterpriseAccountFilter.isMine": only(rules.is_own),
    "EnterpriseFilter.codeStart": lambda world, row, value: row.credit_code.startswith("".join(value.split()).upper()),
    "EnterpriseFilter.creditCode": is_("credit_code"),
    "EnterpriseFilter.industry": of_industry,
    "EnterpriseFilter.isEditable": only(rules.over(EDIT_ENTERPRISES)),
    "EnterpriseFilter.kind": is_("kind"),
    "EnterpriseFilter.list": is_listed,
    "EnterpriseFilter.scale": is_("scale"),
    "EnterpriseFilter.status": is_("status"),
    "EnterpriseFilter.near": found_nearly(texts("name", "brand")),
    "EnterpriseFilter.text": found_by_ear("Enterprise", texts("name", "brand")),
    "EnterpriseFilter.within": lies_in("division_id"),
    "EnterpriseImportFilter.state": is_("state"),
    "ChecklistFilter.isEditable": only(rules.over(EDIT_CHECKLISTS)),
    "ChecklistFilter.statuses": one_of("status"),
    "ChecklistFilter.text": holds("title", "title_en", "summary"),
    "ChecklistFilter.within": lies_in("division_id"),
    "OneThingCaseFilter.states": one_of("state"),
    "OneThingCaseFilter.within": lies_in("division_id"),
    "OneThingCaseFilter.enterprise": lambda world, row, code: (
        world.rows.one("Enterprise", row.enterprise_id).credit_code == code
    ),
    "OneThingCaseFilter.checklist": is_("checklist_id"),
    "OneThingCaseFilter.isMine": only(lambda world, row: rules.acts_for(world, row.enterprise_id)),
    "OneThingCaseFilter.withMe": only(checklists.with_me),
    "OneThingCaseFilter.isLate": either(checklists.is_late),
    "VacancyFilter.enterprise": lambda world, row, code: (
        world.rows.one("Enterprise", row.enterprise_id).credit_code == code
    ),
    "VacancyFilter.isEditable": only(jobs.keeps),
    "VacancyFilter.isOpen": either(jobs.is_open),
    "VacancyFilter.kind": one_of("kind"),
    "VacancyFilter.statuses": one_of("status"),
    "VacancyFilter.text": found_in(texts("title", "requirement", "address")),
    "VacancyFilter.within": lies_in("division_id"),
    "ReferralFilter.isLate": either(jobs.is_late),
    "ReferralFilter.isMine": only(jobs.follows),
    "ReferralFilter.isRunning": either(jobs.is_running),
    "ReferralFilter.stages": one_of("stage"),
    "ReferralFilter.vacancy": is_("vacancy_id"),
    "ReferralFilter.within": lies_in("division_id"),
    "PolicyFilter.category": is_("category"),
    "PolicyFilter.hasOpenObjection": only(rules.has_open_objection),
    "PolicyFilter.isEditable": only(rules.over(EDIT_POLICIES)),
    "PolicyFilter.statuses": one_of("status"),
    "PolicyFilter.text": found_in(texts("title", "summary", "owner", "title_en")),
    "PolicyFilter.within": lies_in("division_id"),
    "InvestmentProjectFilter.hasLateMilestone": only(rules.has_late_milestone),
    "InvestmentProjectFilter.industry": of_industry,
    "InvestmentProjectFilter.isEditable": only(rules.over(EDIT_PROJECTS)),
    "InvestmentProjectFilter.isMine": only(rules.sees_to),
    "InvestmentProjectFilter.isPublished": is_("is_published"),
    "InvestmentProjectFilter.signedFrom": lambda world, row, value: row.signed_on >= date.fromisoformat(value),
    "InvestmentProjectFilter.signedUntil": lambda world, row, value: row.signed_on <= date.fromisoformat(value),
    "InvestmentProjectFilter.stages": one_of("stage"),
    "InvestmentProjectFilter.text": found_in(texts("name", "summary", "investor", "body")),
    "InvestmentProjectFilter.within": lies_in("division_id"),
    "PolicyGrantFilter.hasOpenObjection": only(rules.is_objected),
    "PolicyGrantFilter.isToBeCalled": only(
        lambda world, row: row.state.name != "PROPOSED" and not row.notice_due and row.notified_at is None
    ),
    "PolicyGrantFilter.waitsForMyAnswer": only(rules.waits_for_my_answer),
    "PolicyGrantFilter.period": is_("period"),
    "PolicyGrantFilter.state": is_("state"),
    "PolicyGrantFilter.within": lies_in("division_id"),
    "ProductFilter.isEditable": only(rules.over(EDIT_PRODUCTS)),
    "ProductFilter.isPublished": either(rules.is_public_product),
    "ProductFilter.kind": one_of("kind"),
    "ProductFilter.month": lambda world, row, month: not row.months or month in row.months,
    "ProductFilter.text": found_in(products.texts),
    "ProductFilter.within": lies_in("division_id"),
    "SupplyLinkFilter.madeWithin": lambda world, row, code: world.rows.one(
        "Product", row.product_id
    ).division_id.startswith(code),
    "SupplyLinkFilter.market": is_("market"),
    "SupplyLinkFilter.year": is_("year"),
    "EventFilter.endsFrom": lambda world, row, value: row.ends_at >= day(value),
    "EventFilter.accessibility": lambda world, row, value: value in row.accessibility,
    "EventFilter.group": lambda world, row, value: value in row.groups,
    "EventFilter.isEditable": only(rules.over(DRAFT_EVENTS)),
    "EventFilter.hasOpenFindings": only(lambda world, row: bool(open_entries(world, row))),
    "EventFilter.hasOverdueFindings": only(
        lambda world, row: any(
            one.due_on is not None and one.due_on < world.now.astimezone(CITY_ZONE).date()
            for one in open_entries(world, row)
        )
    ),
    "EventFilter.isSubmitted": only(lambda world, row: row.submitted_at is not None),
    "EventFilter.isException": either(lambda world, row: row.is_exception),
    "EventFilter.isFree": either(lambda world, row: row.price_fen == 0),
    "EventFilter.maxPriceFen": lambda world, row, value: row.price_fen <= value,
    "EventFilter.isUpcoming": either(lambda world, row: row.ends_at >= world.now and row.status.name != "FINISHED"),
    "EventFilter.kind": one_of("kind"),
    "EventFilter.spansDays": only(lambda world, row: (row.ends_at - row.starts_at).total_seconds() > 86_400),
    "EventFilter.startsBefore": lambda world, row, value: row.starts_at < day(value),
    "EventFilter.startsFrom": lambda world, row, value: row.starts_at >= day(value),
    "EventFilter.statuses": one_of("status"),
    "EventFilter.text": found_in(texts_of_event),
    "EventFilter.above": lambda world, row, code: code != row.division_id and code.startswith(row.division_id),
    "EventFilter.concerns": lambda world, row, code: (
        row.division_id.startswith(code) or code.startswith(row.division_id)
    ),
    "EventFilter.within": lies_in("division_id"),
    "EventFilter.venue": is_("venue"),
    "EventFilter.organiser": is_("organiser"),
    "RescueTeamFilter.kind": one_of("kind"),
    "RescueTeamFilter.within": lies_in("division_id"),
    "RescueTeamFilter.isActive": is_("is_active"),
    "RescueTeamFilter.name": holds("name"),
    "GridFilter.isActive": is_("is_active"),
    "GridFilter.level": one_of("level"),
    "GridFilter.within": lies_in("code"),
    "GrievanceCategoryFilter.groupCode": is_("group_code"),
    "GrievanceCategoryFilter.isActive": is_("is_active"),
    "GrievanceFilter.assignedToMe": only(
        lambda world, row: world.actor.person_id is not None and row.assignee_id == world.actor.person_id
    ),
    "GrievanceFilter.categories": one_of("category_id"),
    "GrievanceFilter.category": is_("category_id"),
    "GrievanceFilter.channel": is_("channel"),
    "GrievanceFilter.compound": is_("compound_id"),
    "GrievanceFilter.hasMyPart": only(desk.has_my_part),
    "GrievanceFilter.helpedByMe": only(
        lambda world, row: desk.has_my_part(world, row) and row.assignee_id != world.actor.person_id
    ),
    "GrievanceFilter.waitsForMyCheck": only(desk.waits_for_my_check),
    "GrievanceFilter.tag": desk.has_tag,
    "GrievanceFilter.assignee": desk.is_led_by,
    "GrievanceFilter.team": desk.with_part_of,
    "GrievanceFilter.waitsForMyAnswer": only(desk.waits_for_my_answer),
    "GrievanceFilter.event": lambda world, row, slug: any(
        one.slug == slug and one.id == row.event_id for one in world.rows.tables["Event"]
    ),
    "GrievanceFilter.group": lambda world, row, code: any(
        one.group_code == code and one.code == row.category_id for one in world.rows.tables["GrievanceCategory"]
    ),
    "GrievanceFilter.isVerified": only(
        lambda world, row: any(
            one.code == row.category_id and one.is_verified for one in world.rows.tables["GrievanceCategory"]
        )
    ),
    "GrievanceFilter.isUnfinished": either(lambda world, row: row.status.name in (*OPEN, "RETURNED", "SHORTFALL")),
    "GrievanceFilter.isOpen": either(lambda world, row: row.status.name in OPEN),
    "GrievanceFilter.isOverdue": either(is_overdue),
    "GrievanceFilter.number": is_("number"),
    "GrievanceFilter.numbers": one_of("number"),
    "GrievanceFilter.reporterKind": is_("reporter_kind"),
    "GrievanceFilter.status": is_("status"),
    "GrievanceFilter.statuses": one_of("status"),
    "GrievanceFilter.submittedBefore": lambda world, row, text: row.submitted_at < moment(text),
    "GrievanceFilter.submittedFrom": lambda world, row, text: row.submitted_at >= moment(text),
    "GrievanceFilter.text": found_in(texts_of_grievance),
    "GrievanceFilter.urgency": is_("urgency"),
    "GrievanceFilter.within": lies_in("division_id"),
    "GrievanceUpdateFilter.status": is_("status"),
    "InboxMessageFilter.isUnread": either(lambda world, row: row.read_at is None),
    "IndustryFilter.isDivision": only(lambda world, row: len(row.code) == 2),
    "IndustryFilter.isSection": either(lambda world, row: row.parent_id is None),
    "IndustryFilter.parent": is_("parent_id"),
    "IndustryFilter.text": industry_named,
    "ChatRobotFilter.within": lies_in("division_id"),
    "MessageTemplateFilter.locale": is_("locale"),
    "OutboxMessageFilter.channels": one_of("channel"),
    "OutboxMessageFilter.template": is_("template"),
    "OutboxMessageFilter.robot": is_("robot_id"),
    "OutboxMessageFilter.webhook": is_("webhook_id"),
    "WebhookFilter.within": lies_in("division_id"),
    "OutboxMessageFilter.isParked": either(lambda world, row: row.state.name == "PARKED"),
    "OutboxMessageFilter.isWaiting": either(lambda world, row: row.state.name == "PENDING"),
    "OutboxMessageFilter.states": one_of("state"),
    "OutboxMessageFilter.within": lies_in("division_code"),
    "PersonFilter.isActive": is_("is_active"),
    "PersonFilter.roleWithin": has_role_in,
    "PersonFilter.text": named,
    "ReadyTextFilter.isActive": is_("is_active"),
    "ReadyTextFilter.purpose": is_("purpose"),
    "ReadyTextFilter.within": lies_in("division_id"),
    "QuotaFilter.startsBefore": lambda world, row, value: row.starts_at < day(value),
    "QuotaFilter.startsFrom": lambda world, row, value: row.starts_at >= day(value),
    "RegistrationFilter.hasCome": bookings.has_come,
    "RegistrationFilter.isToBeCalled": bookings.is_to_be_called,
    "RegistrationFilter.page": bookings.is_of,
    "RegistrationFilter.isListed": either(lambda world, row: row.is_listed and row.state.name == "CONFIRMED"),
    "RegistrationFilter.named": found_in(texts("contact_name")),
    "RegistrationFilter.numbers": bookings.has_number,
    "RegistrationFilter.states": one_of("state"),
    "RegistrationFilter.startsBefore": lambda world, row, value: (
        (starts := bookings.starts_at(world, row)) is not None and starts < day(value)
    ),
    "RegistrationFilter.startsFrom": lambda world, row, value: (
        (starts := bookings.starts_at(world, row)) is not None and starts >= day(value)
    ),
    "RegistrationFilter.subject": bookings.is_for,
    "RegistrationFilter.text": bookings.called,
    "RegistrationFilter.within": lies_in("division_id"),
    "SavedFilterFilter.isShared": is_("is_shared"),
    "TeamFilter.isActive": is_("is_active"),
    "TeamFilter.within": lies_in("division_id"),
    "MenuDayFilter.servedFrom": lambda world, row, value: row.served_on >= date.fromisoformat(value),
    "MenuDayFilter.servedUntil": lambda world, row, value: row.served_on <= date.fromisoformat(value),
    "SessionFilter.isAlive": only(is_alive),
    "ServiceFilter.isEditable": only(rules.over(DRAFT_SERVICES)),
    "ServiceFilter.isSubmitted": only(lambda world, row: row.submitted_at is not None),
    "ServiceFilter.isFree": either(lambda world, row: not any(prices(world, row))),
    "ServiceFilter.maxPriceFen": lambda world, row, value: (
        min(prices(world, row), default=0) <= value or not any(prices(world, row))
    ),
    "ServiceFilter.isOffered": either(lambda world, row: row.status.name not in ("DRAFT", "CLOSED")),
    "ServiceFilter.isOpenNow": only(is_open_now),
    "ServiceFilter.isRoundTheClock": is_("is_round_the_clock"),
    "ServiceFilter.kind": one_of("kind"),
    "ServiceFilter.statuses": one_of("status"),
    "ServiceFilter.text": found_in(texts_of_service),
    "ServiceFilter.within": lies_in("division_id"),
}

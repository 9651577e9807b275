"""Values that occur in the database, for the arguments of random documents."""

from __future__ import annotations

from typing import Any

from tests.graph.reference import jobs
from tests.graph.reference.bookings import secret
from tests.graph.reference.fields import NODES
from tests.graph.reference.grievances import SECRET
from tests.graph.reference.lists import ORDERS
from tests.graph.reference.world import Rows
from tests.support import city

SOUGHT = (
    "录灯",
    "楼水",
    "路灯",
    "灯",
    "漏水",
    "养老服务",
    "漏水管",
    "楼道 wifi",
    "WIFI",
    "w",
    "卡",
    "，",
    "100%",
    "消防，演练",
    "不",
    "亮",
)


def pools(rows: Rows) -> dict[str, list[Any]]:
    """What to ask for: mostly what there is, sometimes what there is not."""

    def column(kind: str, name: str, *others: Any) -> list[Any]:
        return [*sorted({getattr(row, name) for row in rows.tables[kind]}), *others]

    places = column("Division", "code", "520399", "9999", "0520", "520327001901001", "52032700190100101")
    found: dict[str, list[Any]] = {
        "Boolean": [True, False],
        "DivisionCode": places,
        "IndustryCode": ["C", "19", "I", "65", "B", "97", "192", "1922", "651"],
        "Date": ["2026-05-22", "2026-05-21", "2026-05-23", "2026-04-30", "2026-06-10", "0001-01-01", "9999-12-31"],
        "ID": [f"{kind}:{row.pk}" for kind in NODES for row in rows.tables[kind][:12]] + ["Event:99", "Event:x", "?"],
        "AuditEntryFilter.byPerson": column("Person", "id", 99),
        "AuditEntryFilter.operation": column("AuditEntry", "operation", ""),
        "AuditEntryFilter.subjectId": column("AuditEntry", "subject_id", "99"),
        "AuditEntryFilter.subjectType": column("AuditEntry", "subject_type"),
        "DivisionFilter.codes": column("Division", "code", ""),
        "DivisionFilter.text": ["社区", "FENG", "jiu zhen", "%", "_江", "100%", "\\", ""],
        "EnterpriseFilter.near": [*SOUGHT, *(name[:2] + name[3:6] for name in column("Enterprise", "name"))],
        "EnterpriseFilter.creditCode": column("Enterprise", "credit_code", ""),
        "GrievanceCategoryFilter.groupCode": ["g0", "g1", "g2"],
        "GrievanceFilter.category": column("GrievanceCategory", "code", "none"),
        "GrievanceFilter.number": column("Grievance", "number")[:5],
        "GrievanceFilter.numbers": column("Grievance", "number", "?")[:9],
        "GrievanceFilter.categories": column("GrievanceCategory", "code", "none"),
        "DateTime": [
            "2026-05-20T12:30:00+08:00",
            "2026-05-21T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ],
        "PersonFilter.text": ["人员", "li", "LI", "_zz", "%", "person.username.3", ""],
        "MessageTemplateFilter.locale": ["zh", "en", "?"],
        "Query.messageTemplate.locale": ["zh", "zh", "en"],
        "Query.messageTemplate.name": ["grievance_step", "grievance_overdue"],
        "OutboxMessageFilter.template": ["t", "grievance.step", ""],
        "OutboxMessageFilter.webhook": column("Webhook", "id", 99),
        "Query.compound.number": column("Compound", "id", 0, -1, 2_147_483_647),
        "Query.enterprise.creditCode": column("Enterprise", "credit_code", "?"),
        "Query.enterpriseImport.number": column("EnterpriseImport", "id", 99),
        "EventFilter.venue": [*column("Event", "venue")[:3], ""],
        "EventFilter.organiser": [*column("Event", "organiser")[:3], "?"],
        "RescueTeamFilter.name": ["队", "1", "%"],
        "Query.rescueTeam.number": column("RescueTeam", "id", 99),
        "Query.event.slug": column("Event", "slug", "?"),
        "Query.grievancesAlike.community": [*column("Grievance", "division_id"), city.FENGQUAN, "520327"],
        "Query.grievancesAlike.text": [
            "楼道路灯不亮",
            "路灯坏了，楼道路灯",
            "楼上噪声太大，漏水了",
            "gas wifi 路灯",
            "",
        ],
        "Query.grievancesAlike.category": column("GrievanceCategory", "code", "none"),
        "Query.grievancesAlike.compound": column("Compound", "id", 0),
        "Query.grievancesAlike.point": ["27.69, 106.91", "27.6904，106.9105", "27.72, 106.91", "-91, 0", "?"],
        "Query.grid.code": column("Grid", "code", ""),
        "Query.grievance.number": [*column("Grievance", "number"), " zy－0522—0003 ", "?"],
        "Query.industry.code": ["C", "19", "?", "192", "1922"],
        "IndustryFilter.parent": ["C", "19", "192", "1922", ""],
        "IndustryFilter.text": ["茶", "leather", "c", "19", "192", "%", "_", "\\", ""],
        "Query.myToken.number": column("ApiToken", "id", 99),
        "PolicyGrantFilter.period": ["2026", "2026Q1", "once", ""],
        "Query.investmentProject.number": column("InvestmentProject", "id", 99),
        "Query.checklist.number": column("Checklist", "id", 99),
        "Query.oneThingCase.number": [*column("OneThingCase", "number"), " yjs-0522-00003 ", "?"],
        "OneThingCaseFilter.enterprise": column("Enterprise", "credit_code", "?"),
        "OneThingCaseFilter.checklist": column("Checklist", "id", 99),
        "ChecklistFilter.text": ["灯", "WIFI", "%", "_", ""],
        "Query.policy.number": column("Policy", "id", 99),
        "Query.product.number": column("Product", "id", 99),
        "Product.output.year": [2023, 2024, 2025, 1],
        "SupplyLinkFilter.market": ["珠海", "重庆", "%", ""],
        "SupplyLinkFilter.year": [2024, 2025, 1],
        "Query.person.number": column("Person", "id", 99),
        "GrievanceFilter.compound": column("Compound", "id", 0),
        "GrievanceFilter.assignee": column("Person", "id", 0),
        "GrievanceFilter.team": column("Team", "id", 0),
        "GrievanceFilter.tag": ["汛期", "高空坠物", "老旧小区", "没有"],
        "Query.grievanceCategory.code": column("GrievanceCategory", "code", "none"),
        "Query.readyText.number": column("ReadyText", "id", 99),
        "Query.team.number": column("Team", "id", 99),
        "Query.service.slug": column("Service", "slug", "?"),
        "Query.trackedGrievance.number": column("Grievance", "number"),
        "Query.trackedGrievance.secret": [SECRET, SECRET.lower().replace("-", " "), "WRONG", "mine"],
        "Query.quota.code": column("Quota", "code", "?"),
        "Query.registration.number": [*column("Registration", "number")[::7], "r00003", "?"],
        "Query.trackedRegistration.number": column("Registration", "number"),
        "Query.trackedRegistration.secret": [secret(one) for one in column("Registration", "number")],
        "RegistrationFilter.named": ["来客", "客", "王", "没有的人"],
        "RegistrationFilter.text": ["来客", "R00003", "r00007", "3", "%"],
        "Query.trackedHeldReport.number": column("HeldReport", "number"),
        "Query.vacancy.number": column("Vacancy", "id", 99),
        "VacancyFilter.enterprise": column("Enterprise", "credit_code", "?"),
        "Query.referral.number": [*column("Referral", "number"), " w0000003 ", "?"],
        "ReferralFilter.vacancy": column("Vacancy", "id", 99),
        "Query.trackedReferral.number": column("Referral", "number"),
        "Query.trackedReferral.secret": [jobs.secret(one) for one in column("Referral", "number")],
        "Query.trackedHeldReport.secret": [SECRET, SECRET.lower().replace("-", " "), "WRONG"],
        "Service.priceFor.age": [0, 59, 60, 80, 81, -1],
        "Service.priceFor.floor": [1, 5, 9, 10, -1],
    }
    months = ["2026-03", "2025-12", "2026-04", "2026-05"]
    texts = (
        "CompoundFilter",
        "EnterpriseFilter",
        "EventFilter",
        "GrievanceFilter",
        "InvestmentProjectFilter",
        "PolicyFilter",
        "ProductFilter",
        "ServiceFilter",
        "VacancyFilter",
    )
    return {
        **found,
        **dict.fromkeys(("Division.performance.month", "Query.performance.month"), months),
        **{f"{name}.text": list(SOUGHT) for name in texts},
        "Query.search.text": [*SOUGHT, "社区"],
        "Query.search.first": [2, 5, 0],
        "String": ["", "?", "灯"],
        "Int": [0, 1, 3],
    }


def cursors(rows: Rows) -> dict[tuple[str, str], list[str]]:
    """Cursors of each type's lists in each of their orders, as answers hold them: a row without a key stands in none of them."""
    return {
        (kind, name): [
            order.cursor(rows.database, row) for row in rows.tables[kind][:30] if None not in order.keys(row)
        ]
        for kind, orders in ORDERS.items()
        for name, order in orders.items()
    }

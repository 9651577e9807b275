"""The listings of the small city: enterprises, services, events."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from civicgraph import crypto
from civicgraph.enterprises.claims.models import ClaimWay
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import (
    ChangedFact,
    Enterprise,
    EnterpriseAccount,
    EnterpriseChange,
    EnterpriseImport,
    EnterpriseImportPart,
    EnterpriseKind,
    EnterpriseList,
    EnterpriseListing,
    EnterpriseScale,
    EnterpriseStatus,
    ImportState,
)
from civicgraph.enterprises.rules import search_terms_of
from civicgraph.events.models import (
    Accessibility,
    AudienceGroup,
    EntryKind,
    Event,
    EventEntry,
    EventKind,
    EventSeries,
    EventStatus,
    EventTeam,
    Hazard,
    ProgrammeItem,
    ProgrammeKind,
    RescueTeam,
)
from civicgraph.events.rescue.models import RescueKind
from civicgraph.services.models import (
    Dish,
    HolidayHours,
    Household,
    Meal,
    MenuDay,
    Offer,
    OfferKind,
    OpeningHours,
    PriceRule,
    Service,
    ServiceKind,
    ServiceStatus,
    SlotPlan,
    SpecialDay,
    Steward,
)
from civicgraph.text import search_terms
from tests.graph.reference.words import NOW, ODD, WORDS, mark, sentence


def in_review(table: str, number: int, *, is_draft: bool) -> dict[str, Any]:
    """A third of the drafts wait for review, a third were given back with words, a third have a time to be published."""
    if not is_draft:
        return {"import_key": f"{table}-{number}"}
    return {
        "submitted_at": NOW if number % 3 == 0 else None,
        "submitted_by_id": 1 if number % 2 == 0 else None,
        "review_note": mark(table, "review_note", number) if number % 3 == 1 else "",
        "publish_at": NOW + timedelta(days=3) if number % 3 == 2 else None,
    }


async def build_accounts(people: list[int]) -> None:
    """Who acts for enterprises: people without a role and with one, some no longer."""
    for number in range(1, 13):
        await EnterpriseAccount.create(
            enterprise_id=number * 2,
            person_id=people[(0, 0, 4, 7)[number % 4]],
            way=list(ClaimWay)[number % 2],
            ended_at=NOW if number % 5 == 0 else None,
        )


async def build_enterprises(dice: Random, places: list[str]) -> None:
    """Entries of the register, published or not, on lists and off them."""
    await load_industries()
    for number in range(1, 26):
        is_published = dice.random() < 0.7
        hidden = "" if is_published else mark("enterprise", "name", number)
        name, brand = sentence(dice)[:80] + hidden, dice.choice(WORDS)
        await Enterprise.create(
            credit_code=f"91520327MA{number:08}",
            name=name,
            brand=brand,
            kind=dice.choice(list(EnterpriseKind)),
            status=dice.choice(list(EnterpriseStatus)),
            industry_id=dice.choice(["19", "1922", "651", "97", "01", "C"]),
            division_id=dice.choice(places),
            established_on=dice.choice([None, date(1949, 10, 1), date(2026, 2, 28)]),
            is_published=is_published,
            contact_name=mark("enterprise", "contact_name", number),
            contact_phone=mark("enterprise", "contact_phone", number),
            contact_phone_masked=mark("enterprise", "contact_phone_masked", number),
            contact_email=mark("enterprise", "contact_email", number),
            contact_email_masked=mark("enterprise", "contact_email_masked", number),
            scale=dice.choice([None, *EnterpriseScale]),
            employees=dice.choice([None, 0, 300]),
            revenue_fen=dice.choice([None, 0, 2**53]),
            assets_fen=dice.choice([None, 0, 2**53]),
            figures_year=dice.choice([None, 2025]),
            search_terms=search_terms_of(name, brand),
        )
        if number % 3 == 0:
            change = {"on": date(2026, 1, number), "fact": dice.choice(list(ChangedFact)), "before": "19", "after": "C"}
            await EnterpriseChange.create(enterprise_id=number, **change)
        if number % 5 == 0:
            of = await EnterpriseImport.create(
                name="名单.csv",
                digest="0" * 64,
                state=dice.choice(list(ImportState)),
                total=dice.choice([0, 5]),
                errors=dice.choice([[], [{"row": 2, "field": "name", "message": "，"}]]),
                division_code=dice.choice(places),
                finished_at=dice.choice([None, NOW]),
            )
            rows = crypto.encrypt("[]")  # what waits has its rows: the rounds of a server go on with it
            await EnterpriseImportPart.create(of_id=of.id, number=1, count=0, rows=rows)
        for name_of_list in dice.sample(list(EnterpriseList), dice.randint(0, 2)):
            day = date(2025, dice.randint(1, 2), 1)
            ended = dice.choice([None, date(2026, 1, 1)])
            await EnterpriseListing.create(enterprise_id=number, list=name_of_list, listed_on=day, delisted_on=ended)
        for _ in range(dice.randint(0, 3)):  # for products once, which have dice of their own now
            dice.choice([None, 0, 2**53])


async def build_services(dice: Random, places: list[str]) -> None:
    """Services of every state, with hours, prices and offers."""
    for number in range(1, 26):
        status = dice.choice(list(ServiceStatus))
        hidden = mark("service", "name", number) if status is ServiceStatus.DRAFT else ""
        name, summary = sentence(dice)[:40] + hidden, sentence(dice)[:250] + hidden
        service = await Service.create(
            slug=f"s{number}",
            kind=dice.choice(list(ServiceKind)),
            name=name,
            summary=summary,
            division_id=dice.choice(places),
            compound_id=dice.choice([None, dice.randint(1, 9)]),
            capacity=dice.choice([None, 0, 2_000_000_000]),
            is_round_the_clock=dice.random() < 0.2,
            holiday_hours=dice.choice(list(HolidayHours)),
            status=status,
            **in_review("service", number, is_draft=status is ServiceStatus.DRAFT),
        )
        titles = dice.sample(WORDS, dice.randint(0, 2))
        for position, title in enumerate(titles):
            await Offer.create(
                service_id=number,
                position=position // 2,
                kind=dice.choice(list(OfferKind)),
                name=title,
                amount_fen=dice.choice([None, 0, 1250]),
                unit=dice.choice(["", "斤"]),
                weekday=dice.choice([None, 1, 7]),
                starts_minute=dice.choice([None, 0, 1000]),
                ends_minute=dice.choice([None, 1440]),
            )
        for position in range(dice.choice([0, 0, 2])):
            is_public = dice.random() < 0.5
            await Steward.create(
                service_id=number,
                position=position // 2,
                buildings=f"{position + 1}栋",
                name="管家",
                phone="0851-1",
                is_public=is_public,
            )
        for _ in range(dice.choice([0, 0, 1, 2])):
            opens, weekday = dice.choice([540, 600]), dice.choice([1, 5])
            await SlotPlan.create(
                service_id=number,
                title=dice.choice(["", "门诊"]),
                weekday=weekday,
                opens_minute=opens,
                closes_minute=720,
                slot_minutes=30,
                places=2,
            )
        for ahead in dice.sample(range(-1, 4), dice.randint(0, 3)):
            menu = await MenuDay.create(service_id=number, served_on=NOW.date() + timedelta(days=ahead))
            for position in range(dice.randint(0, 2)):
                await Dish.create(
                    menu_id=menu.id,
                    position=position // 2,
                    meal=dice.choice(list(Meal)),
                    name=dice.choice(WORDS),
                    allergens=dice.choice([[], ["FISH", "SOY"]]),
                    diets=dice.choice([[], ["VEGETARIAN"]]),
                )
        for _ in range(dice.randint(0, 3)):
            opens = dice.choice([0, 600, 750])
            closes = opens + dice.choice([0, 150, 690])
            weekday = dice.choice([5, 5, 6])
            await OpeningHours.create(service_id=number, weekday=weekday, opens_minute=opens, closes_minute=closes)
        for _ in range(dice.choice([0, 0, 1, 2])):
            first = NOW.date() + timedelta(days=dice.choice([-3, 0, 0, 5]))
            times = dice.choice([(None, None), (0, 1440), (600, 750)])
            await SpecialDay.create(
                service_id=number,
                first_day=first,
                last_day=first + timedelta(days=dice.choice([0, 3])),
                opens_minute=times[0],
                closes_minute=times[1],
            )
        for position in range(dice.randint(0, 3)):
            await PriceRule.create(
                service_id=number,
                position=position // 2,
                label="价",
                min_age=dice.choice([None, 60]),
                max_age=dice.choice([None, 80]),
                is_residents_only=dice.random() < 0.5,
                household=dice.choice([*[None] * 12, *Household]),
                min_floor=dice.choice([*[None] * 5, 5]),
                max_floor=dice.choice([*[None] * 5, 9]),
                amount_fen=position,
            )
        service.search_terms = search_terms(name, summary, *titles)
        await service.save()


async def build_events(dice: Random, places: list[str]) -> None:
    """Events before, around and after the moment, with a programme or without."""
    series = [
        await EventSeries.create(division_id=dice.choice(places), rule="FREQ=DAILY", starts_at=NOW, made_until=until)
        for until in (None, NOW + timedelta(days=36_500))
    ]
    for number in range(1, 41):
        starts = NOW + timedelta(days=dice.randint(-30, 30), hours=dice.choice([0, 0, -5, 11]))
        ends = starts + timedelta(hours=dice.choice([0, 1, 24, 25, 200]))
        status = dice.choice(list(EventStatus))
        if status is EventStatus.FINISHED and starts > NOW:
            status = EventStatus.DRAFT  # what has not begun is not finished
        hidden = mark("event", "title", number) if status is EventStatus.DRAFT else ""
        title, summary, topics = sentence(dice)[:80] + hidden, sentence(dice)[:250] + hidden, dice.sample(WORDS, 2)
        titles, venue, organiser = dice.sample(WORDS, dice.randint(0, 3)), dice.choice(WORDS), dice.choice(WORDS)
        await Event.create(
            slug=f"e{number}",
            kind=dice.choice(list(EventKind)),
            title=title,
            summary=summary,
            description=dice.choice(ODD),
            division_id=dice.choice(places),
            venue=venue,
            organiser=organiser,
            starts_at=starts,
            ends_at=ends,
            capacity=dice.choice([None, 0, 30]),
            price_fen=dice.choice([0, 800]),
            topics=topics,
            audiences=dice.choice([[], [ODD[0], ""]]),
            groups=[one.name for one in dice.sample(list(AudienceGroup), dice.randint(0, 2))],
            accessibility=[one.name for one in dice.sample(list(Accessibility), dice.randint(0, 2))],
            hazards=[hazard.name for hazard in dice.sample(list(Hazard), dice.randint(0, 2))],
            status=status,
            status_reason=dice.choice(["", dice.choice(ODD)[:300]]),
            status_before=EventStatus.PUBLISHED if number % 2 else None,
            previous_starts_at=dice.choice([None, NOW]),
            series=dice.choice([None, *series]),
            recurs_at=dice.choice([None, starts + timedelta(seconds=number)]),
            is_exception=dice.random() < 0.3,
            published_at=None if status is EventStatus.DRAFT else NOW,
            **in_review("event", number, is_draft=status is EventStatus.DRAFT),
            is_over=ends < NOW and dice.random() < 0.5,  # the rest the clock has not marked yet
            search_terms=search_terms(title, summary, venue, organiser, *topics, *titles),
        )
        for position, item in enumerate(titles):
            kind = dice.choice(list(ProgrammeKind))
            moment = dice.choice([None, starts])
            await ProgrammeItem.create(
                event_id=number, position=position // 2, kind=kind, title=item, stage=venue, starts_at=moment
            )


async def build_records(dice: Random, places: list[str]) -> None:
    """Entries of events' records, some of them grievances now; rescue teams and their part in drills."""
    for number in range(1, 31):
        await EventEntry.create(
            event_id=dice.randint(1, 40),
            kind=dice.choice(list(EntryKind)),
            position=number // 3,
            text=sentence(dice)[:200],
            answer=dice.choice(["", dice.choice(ODD)[:1000]]),
            due_on=dice.choice([None, date(2026, 6, 30)]),
            done_on=dice.choice([None, date(2026, 6, 1)]),
            grievance_id=dice.choice([None, dice.randint(1, 9)]),
        )
    for number in range(1, 8):
        await RescueTeam.create(
            name=f"救援{number}队",
            kind=dice.choice(list(RescueKind)),
            division_id=dice.choice(places),
            members=number,
            equipment=dice.choice([[], ["冲锋舟 2 艘", ODD[0][:60]]]),
            is_active=number % 3 != 0,
            founded_on=dice.choice([None, date(2020, 1, 31)]),
        )
        for event in dice.sample(range(1, 41), 4):
            await EventTeam.create(event_id=event, team_id=number)

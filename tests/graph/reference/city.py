"""A small city that holds what is rare: drafts, hidden rows, empty options, equal keys, long and odd texts.

Every column that not everybody may read holds a mark that says where it stands, so that a leak shows itself.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tortoise.transactions import in_transaction

from civicgraph.accounts.models import ApiToken, Grant, Person, Session, TrustedDocument
from civicgraph.divisions.models import Compound, Division, DivisionLevel, Figure, Management, Qualifier
from civicgraph.events.models import Event
from civicgraph.grids.models import Grid, GridAssignment, GridLevel, GridRole, Net
from civicgraph.permissions import ANONYMOUS, Actor, Held, Role
from civicgraph.services.models import Service
from civicgraph.text import search_terms
from tests.graph.reference.blanks import fill_blanks
from tests.graph.reference.bookings import build_bookings
from tests.graph.reference.checklists import build_checklists
from tests.graph.reference.desk import build_desk
from tests.graph.reference.grievances import build_grievances
from tests.graph.reference.intake import build_documents, build_intake
from tests.graph.reference.jobs import build_jobs
from tests.graph.reference.listings import (
    build_accounts,
    build_enterprises,
    build_events,
    build_records,
    build_services,
)
from tests.graph.reference.messages import build_messages, build_trail
from tests.graph.reference.policies import build_policies
from tests.graph.reference.products import build_products
from tests.graph.reference.projects import build_projects, give_to_teams
from tests.graph.reference.words import NOW, ODD, mark, sentence
from tests.support import city


async def build(seed: int = 5) -> None:
    """All of it, the same for each seed."""
    dice = Random(seed)
    async with in_transaction():
        places = await _places(dice)
        people = await _people()
        await _grids(dice, people)
        await build_enterprises(dice, places)
        await build_accounts(people)
        await build_policies(places)
        await build_projects(places, people)
        await build_services(dice, places)
        await build_events(dice, places)
        await build_bookings(Random(seed), await Event.all().order_by("id"), await Service.all().order_by("id"))
        await build_grievances(dice, places, people)
        await build_records(Random(seed), places)
        await build_intake(dice, places)
        await build_products(places)
        await build_desk(dice, people)
        await give_to_teams()
        await build_checklists(places)
        await build_documents(places)
        await build_jobs(places, people)
        await build_messages(dice, places, people)
        await build_trail(dice, places, people)
        await fill_blanks()


async def _places(dice: Random) -> list[str]:
    await city.build()
    more = {"520327002": "进化镇", "520327002201": "临江村", "520327002202": "Li_江 100%村", "520327999": "旧镇"}
    for code, name in more.items():
        levels = {9: DivisionLevel.SUBDISTRICT, 12: DivisionLevel.COMMUNITY}
        parent = code[: {9: 6, 12: 9}[len(code)]]
        await Division.create(code=code, name=name, short_name=name, level=levels[len(code)], parent_id=parent)
    await Division.filter(code=city.FENGQUAN).update(
        pinyin="Fengquan", founded_year=1998, is_resettlement=True, summary=ODD[1], phone="0851-1"
    )
    await Division.filter(code="520327999").update(is_provisional=True, successor_id="520327002", pinyin="Jiu Zhen")
    for number in range(9):
        code = dice.choice([city.FENGQUAN, city.HONGQIAO, "520327002201"])
        name, address = sentence(dice)[:80], dice.choice(ODD)[:160]
        compound = await Compound.create(
            division_id=code,
            name=name,
            address=address,
            management=dice.choice(list(Management)),
            households=dice.choice([None, 0, 120]),
            fee_fen=dice.choice([None, 0, 180]),
            is_active=number % 4 != 0,
            search_terms=search_terms(name, address),
        )
        for key in ("households", "area")[: number % 3]:
            await Figure.create(
                division_id=code,
                compound_id=compound.id,
                key=key,
                name=key,
                amount=dice.choice([0, 2**53, -5, 1_500]),
                qualifier=dice.choice(list(Qualifier)),
            )
    for position, key in enumerate(("population", "roads", "lamps")):
        await Figure.create(division_id=city.FENGQUAN, key=key, name=key, amount=2**40, position=position // 2)
    return [*city.NAMES, *more]


ROLES = (
    (),
    ((Role.GRID_WORKER, city.FENGQUAN),),
    ((Role.DISPATCHER, city.FENGQUAN),),
    ((Role.DISPATCHER, city.LONGQUAN), (Role.EDITOR, city.HONGQIAO), (Role.AUTHOR, city.FENGGANG)),
    ((Role.EDITOR, city.FENGGANG),),
    ((Role.SUPERVISOR, city.FENGGANG),),
    ((Role.SUPERVISOR, city.SUIYANG), (Role.GRID_WORKER, city.FENGQUAN)),
    ((Role.ADMINISTRATOR, city.FENGGANG),),
    ((Role.ADMINISTRATOR, city.CITY),),
    ((Role.GRID_WORKER, "520327002"),),
)
SCOPES = (frozenset(), frozenset({"read"}), frozenset({"grievances", "listings"}), frozenset({"people", "webhooks"}))


async def _people() -> list[int]:
    found = []
    for number, roles in enumerate(ROLES, 1):
        person = await Person.create(
            username=f"{'_Zz.-a9'[number % 7]}{mark('person', 'username', number)}",
            name=f"Li人员{number}" if number % 2 else mark("person", "name", number),
            title="网格长" if number % 2 else "",
            email=mark("person", "email", number),
            work_phone=mark("person", "work_phone", number),
            password_hash=mark("person", "password_hash", number),
            is_active=number != 4,
        )
        assert person.id == number, "marks name rows by their number"
        for role, place in roles:
            await Grant.create(person_id=number, role=role, division_id=place)
        for turn in range(number % 3):
            await Session.create(
                person_id=number,
                token_hash=mark("session", "token_hash", number) + str(turn),
                device=mark("session", "device", number),
                last_seen_at=NOW,
                expires_at=NOW + timedelta(hours=turn),
                revoked_at=None if turn else NOW - timedelta(minutes=1),
            )
            token = await ApiToken.create(
                person_id=number,
                name=mark("api_token", "name", number),
                prefix="cg_",
                token_hash=mark("api_token", "token_hash", number) + str(turn),
                scopes=["READ"] * turn,
                expires_at=NOW + timedelta(days=turn),
            )
            text = mark("trusted_document", "text", number)
            await TrustedDocument.create(token_id=token.id, digest="0" * 64, text=text)
        found.append(number)
    return found


async def actors() -> list[Actor]:
    """A stranger, everybody on the staff, and tokens of theirs with each set of scopes."""
    found = [ANONYMOUS]
    for person in await Person.all().order_by("id"):
        grants = tuple(
            Held(grant.role, grant.division_id)  # type: ignore[attr-defined]
            for grant in await Grant.filter(person_id=person.id)
        )
        found.append(Actor(kind="person", person_id=person.id, name=person.name, grants=grants))
        for scopes in SCOPES if len(grants) else ():
            found.append(
                Actor(kind="token", person_id=person.id, name=person.name, grants=grants, scopes=scopes, token_id=1)
            )
    return found


async def _grids(dice: Random, people: list[int]) -> None:
    first = f"{city.FENGQUAN}001"
    for code in (f"{city.FENGQUAN}002", f"{first}01", f"{first}02", "520327002201001"):
        is_micro = len(code) == 17
        await Grid.create(
            code=code,
            division_id=code[:12],
            name=f"网格{code[-3:]}",
            level=GridLevel.MICRO_GRID if is_micro else GridLevel.GRID,
            parent_id=first if is_micro else None,
            households=dice.choice([None, 0, 77]),
            nets=[net.name for net in dice.sample(list(Net), dice.randint(0, 3))],
            is_active=not code.endswith("02"),
        )
    for code in (first, first, first, f"{city.FENGQUAN}002", f"{city.HONGQIAO}001", "520327002201001"):
        await GridAssignment.create(
            grid_id=code,
            person_id=dice.choice(people[:5]),
            role=dice.choice(list(GridRole)),
            from_on=date(2025, 1, 1),
            to_on=dice.choice([None, date(2026, 1, 31)]),
        )

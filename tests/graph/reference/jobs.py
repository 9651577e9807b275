"""Vacancies and referrals of the small city: rows at every stage, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from civicgraph.clock import CITY_ZONE
from civicgraph.crypto import keyed_hash
from civicgraph.jobs.models import (
    Referral,
    ReferralStage,
    ReferralStep,
    Vacancy,
    VacancyStatus,
    WagePer,
    WorkKind,
)
from civicgraph.permissions import EDIT_VACANCIES, HANDLE_REFERRALS
from civicgraph.text import search_terms
from tests.graph.reference import rules
from tests.graph.reference.words import NOW, WORDS, mark, sentence

if TYPE_CHECKING:
    from tests.graph.reference.world import World

RUNNING = {"APPLIED", "TAKEN", "MATCHED", "INTERVIEW"}
keeps = rules.over(EDIT_VACANCIES)
handles = rules.over(HANDLE_REFERRALS)


def sees_vacancy(world: World, row: Any) -> bool:
    """What an enterprise of the public register offers or offered; else those who keep it, and the enterprise."""
    is_listed = world.rows.one("Enterprise", row.enterprise_id).is_published
    is_public = row.status in (VacancyStatus.OPEN, VacancyStatus.CLOSED) and is_listed
    return is_public or keeps(world, row) or rules.acts_for(world, row.enterprise_id)


def is_open(world: World, row: Any) -> bool:
    today = world.now.astimezone(CITY_ZONE).date()
    return row.status is VacancyStatus.OPEN and row.valid_until >= today and row.hired < row.places


def of_referral(world: World, row: Any) -> bool:
    return handles(world, world.rows.one("Referral", row.referral_id))


def is_running(world: World, row: Any) -> bool:
    return row.stage.name in RUNNING


def is_late(world: World, row: Any) -> bool:
    return is_running(world, row) and row.due_at < world.now


def follows(world: World, row: Any) -> bool:
    return row.responsible_id is not None and row.responsible_id == world.actor.person_id


def _typed(number: str) -> str:
    return "".join(one for one in number.upper() if one.isascii() and one.isalnum())[:12]


def by_number(world: World, row: Any, number: str) -> Any:
    found = world.rows.having("Referral", "number", _typed(number))
    return world.thing("Referral", found[0]) if found else None


def secret(number: str) -> str:
    """The signature of a referral's link."""
    return keyed_hash("referral", number)[:22].upper()


def tracked(world: World, row: Any, number: str, secret: str) -> Any:
    """Whoever has number and secret, typed in any case."""
    found = world.rows.having("TrackedReferral", "number", _typed(number))
    fits = found and keyed_hash("referral", _typed(number))[:22].upper() == secret.strip().upper()
    return world.thing("TrackedReferral", found[0]) if fits else None


def steps(kind: str) -> Callable[[World, Any], Any]:
    """The steps of a referral, the first first."""
    return lambda world, row: world.things(
        kind, sorted(world.rows.having("ReferralStep", "referral_id", row.id), key=lambda one: one.id)
    )


FIELDS: dict[str, Callable[..., Any]] = {
    "Query.vacancy": lambda world, row, number: world.find("Vacancy", number),
    "Query.referral": by_number,
    "Query.trackedReferral": tracked,
    "Vacancy.number": lambda world, row: row.id,
    "Vacancy.left": lambda world, row: row.places - row.hired,
    "Vacancy.isOpen": is_open,
    "Referral.isLate": is_late,
    "Referral.steps": steps("ReferralStep"),
    "TrackedReferral.isLate": is_late,
    "TrackedReferral.mayWithdraw": is_running,
    "TrackedReferral.steps": steps("TrackedReferralStep"),
}
MAY: dict[str, Any] = {
    "Vacancy.isMine": lambda world, row: rules.acts_for(world, row.enterprise_id),
    "Vacancy.mayEdit": keeps,
    "Referral.isMine": follows,
}


async def build_jobs(places: list[str], people: list[int]) -> None:
    """All of it; thrown with dice of their own, so that the rest of the city stays as it is."""
    dice = Random(35)
    for number in range(1, 19):
        title, requirement, address = dice.choice(WORDS), sentence(dice)[:200], dice.choice(WORDS)
        row = await Vacancy.create(
            enterprise_id=dice.randint(1, 25),
            division_id=dice.choice(places),
            kind=dice.choice(list(WorkKind)),
            title=title,
            places=3,
            hired=dice.choice([0, 1, 3]),
            wage_from_fen=dice.choice([None, 1, 300_000]),
            wage_to_fen=dice.choice([None, 500_000]),
            wage_per=dice.choice(list(WagePer)),
            address=address,
            hours="白天",
            requirement=requirement,
            benefits=dice.choice(["", "包吃"]),
            valid_until=NOW.astimezone(CITY_ZONE).date() + timedelta(days=dice.choice([-1, 0, 1, 30])),
            status=list(VacancyStatus)[number % 4],
            stop_reason=dice.choice(["", "收押金"]),
            contact_name=dice.choice(["", "韩厂长"]),
            contact_phone=dice.choice(["", "0851-1"]),
            contact_agreed_on=dice.choice([None, NOW.date()]),
            is_generated=number % 2 == 0,
            search_terms=search_terms(title, requirement, address),
        )
        stage = list(ReferralStage)[number % 7]
        referral = await Referral.create(
            number=f"W{number:07d}",
            division_id=dice.choice(places),
            wanted_id=dice.choice([None, row.id]),
            vacancy_id=dice.choice([None, row.id]),
            stage=stage,
            stage_at=NOW,
            applied_at=NOW - timedelta(hours=72),
            due_at=NOW + timedelta(hours=dice.choice([-30, 0, 30])),
            interview_at=dice.choice([None, NOW]),
            started_at=NOW if stage is ReferralStage.STARTED else None,
            ended_at=NOW if stage.name not in RUNNING else None,
            reason=dice.choice(["", "没有合适的"]),
            responsible_id=dice.choice([None, *people]),
            erase_at=dice.choice([None, NOW]),
            is_generated=number % 2 == 0,
            **{
                name: mark("referral", name, number)
                for name in ("contact_name", "contact_phone", "contact_email", "contact_email_masked", "wish")
            },
            contact_phone_masked="139****5678",
        )
        for turn in range(1 + number % 3):
            await ReferralStep.create(
                referral_id=referral.id,
                before=list(ReferralStage)[turn - 1] if turn else None,
                stage=list(ReferralStage)[turn],
                at=NOW,
                note=dice.choice(["", "带身份证"]),
                vacancy_id=dice.choice([None, row.id]),
                person_id=dice.choice([None, *people]),
            )

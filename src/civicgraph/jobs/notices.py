"""Who is told what: the applicant of each step, staff of what is theirs to do, the level above of what is late.

Messages to staff name the number and the work, never the person: the page decides who sees that. The link in a message
to the applicant is made when it is written out.
"""

from __future__ import annotations

from typing import Any

from civicgraph.accounts.models import Grant, Person
from civicgraph.divisions.models import Division
from civicgraph.divisions.rules import ancestors
from civicgraph.jobs.models import Referral, Vacancy
from civicgraph.notifications.operations import notify_address, notify_person
from civicgraph.permissions import CAPABILITIES, HANDLE_REFERRALS, Role

FOLLOWING = [role for role in Role if HANDLE_REFERRALS in CAPABILITIES[role]]
"""The roles that follow referrals."""


async def tell_applicant(row: Referral, note: str = "") -> None:
    """Write to the applicant who left an e-mail how far it is; the version tells one step from the next."""
    values = {**await _values(row), "stage": row.stage.value, "note": note}
    await notify_address(
        row.contact_email, row.locale, "job_step", values,
        dedupe=f"referral:{row.id}:{row.version}", division_code=row.division_id,
    )  # fmt: skip


async def tell_staff(row: Referral, what: str, levels: tuple[int, ...] = (0,)) -> None:
    """Tell who follows a referral (level 0), the level above them (1), and that above it (2): each once of each thing."""
    values = {**await _values(row), "stage": what}
    found = await _levels(row)
    for level in levels:
        for person in found[level] if level < len(found) else []:
            await notify_person(
                person, "job_referral", {**values, "is_above": level > 0},
                dedupe=f"referral work {row.id} {what}", division_code=row.division_id,
                link=f"/staff/referrals/{row.number}",
            )  # fmt: skip


async def _levels(row: Referral) -> list[list[Person]]:
    """Those who follow referrals of the place, from the nearest level up. Who has taken it on is the first by themselves."""
    codes = [row.division_id, *reversed(ancestors(row.division_id))]
    grants = await Grant.filter(division_id__in=codes, role__in=FOLLOWING, person__is_active=True).select_related(
        "person"
    )
    found: dict[str, dict[int, Person]] = {}
    for one in grants:
        found.setdefault(str(one.division_id), {})[one.person_id] = one.person  # type: ignore[attr-defined]
    levels = [(code, [found[code][key] for key in sorted(found[code])]) for code in codes if code in found]
    for place, (_, people) in enumerate(levels):
        if own := [one for one in people if one.id == row.responsible_id]:
            return [own, *(people for _, people in levels[place + 1 :])]
    return [people for _, people in levels]


async def _values(row: Referral) -> dict[str, Any]:
    vacancy = await Vacancy.get_or_none(id=row.vacancy_id or row.wanted_id).select_related("enterprise")
    place = await Division.get(code=row.division_id)
    return {
        "number": row.number,
        "work": vacancy.title if vacancy else "",
        "enterprise": vacancy.enterprise.name if vacancy else "",
        "address": vacancy.address if vacancy else "",
        "place": place.short_name,
        "phone": place.phone,
        "due_at": row.due_at.isoformat(),
        "interview_at": row.interview_at.isoformat() if row.interview_at else "",
    }

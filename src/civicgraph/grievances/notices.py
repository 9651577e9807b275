"""Who is told what: the reporter and who follows it of each public step, staff of what is theirs to do.

Messages carry the number, never personal data: the page that they link to decides who sees what.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from civicgraph import clock, settings
from civicgraph.accounts.models import Grant, Person
from civicgraph.divisions.models import Division
from civicgraph.divisions.rules import parent_code
from civicgraph.grievances import calling, following, rules
from civicgraph.grievances.desk import orders
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.desk.orders import Holder
from civicgraph.grievances.desk.rules import DISPATCHING
from civicgraph.grievances.escalation import Rung
from civicgraph.grievances.intake.models import HeldReport, HeldState
from civicgraph.grievances.kinds import StepKind
from civicgraph.grievances.letters.references import reply_address
from civicgraph.grievances.models import (
    Grievance,
    GrievanceCategory,
    GrievanceFollower,
    GrievanceStatus,
    GrievanceUpdate,
    Urgency,
)
from civicgraph.grievances.workflow import OPEN, REOPEN_WITHIN
from civicgraph.notifications.gathering import Gathered, once
from civicgraph.notifications.models import ChatRobot, EndpointState, NoticePreference
from civicgraph.notifications.operations import notify_address, notify_person, notify_robots, tell_partners

_OWN_WORDS = frozenset(one.value for one in StepKind)


async def look_up(gathered: Gathered, rows: Sequence[Grievance]) -> None:
    """Look up at once what telling of these grievances together needs."""
    known = gathered.known
    people = {row.assignee_id for row in rows if row.assignee_id}
    found = {one.id: one for one in await Person.filter(id__in=list(people), is_active=True)}
    known.update({("person", key): found.get(key) for key in people})
    categories = await GrievanceCategory.filter(code__in=list({row.category_id for row in rows}))
    known.update({("category", one.code): one for one in categories})
    places = {_place(row) for row in rows}
    divisions = await Division.filter(code__in=list(places))
    known.update({("division", one.code): one for one in divisions})
    robots = await ChatRobot.filter(state=EndpointState.ACTIVE)
    known.update({("robots", code): [one for one in robots if code.startswith(one.division_id)] for code in places})
    declined = await NoticePreference.filter(person_id__in=list(people), by_email=False)
    no_email = {one.person_id for one in declined}
    known.update({("no e-mail", key): key in no_email for key in people})


async def tell_reporter(row: Grievance, update: GrievanceUpdate, *, is_written: bool = True) -> None:
    """Write to the reporter who left an e-mail, to who follows it, and to partners. The tracking secret is not sent.

    `is_written` is false where the reporter is told in another way.
    """
    await publish_step(row, update)
    followers = await following.followers_of([row.id], is_public=row.is_public)
    if not ((is_written and _is_written_to(row)) or followers):
        return
    values = {
        **await _values(row),
        "status": row.status.value,
        "act": update.verb if update.verb in _OWN_WORDS else "",
        "is_silent": update.verb == "close",
        "reopen_until": (row.resolved_at + REOPEN_WITHIN).isoformat() if row.resolved_at else "",
        "by_line": update.by_line,
        "note": update.public_note,
        "response_due_at": row.response_due_at.isoformat(),
        "resolution_due_at": row.resolution_due_at.isoformat(),
        "hold_until": row.hold_until.isoformat() if row.hold_until else "",
        "review_at": row.review_at.isoformat() if row.review_at else "",
        "body": row.body_in_charge,
        "danger": calling.said_in(row.locale, row.danger) if _is_of_danger(update) else "",
    }
    what = f"step:{update.id}"
    if is_written:
        await _write(row, "grievance_step", what, values)
    for one in followers:
        await _write_to_follower(one, row, "grievance_followed", what, values)


def _is_of_danger(update: GrievanceUpdate) -> bool:
    """Whether the rules took the step because its reporter told of danger."""
    return update.by_line == rules.SYSTEM_LINE and update.verb in ("alarm", "change_level")


async def publish_step(row: Grievance, update: GrievanceUpdate) -> None:
    """The event of a public step of a public grievance: no words of anybody, which may be hidden later."""
    if not row.is_public:
        return
    kind = {"submit": "grievance.submitted", "rate": "grievance.rated", "list_shortfall": "grievance.shortfall"}
    kinds = [kind.get(update.verb, "grievance.step")]
    if update.verb == "reopen" and update.by_line == rules.REPORTER_LINE:  # a rating too: not solved
        kinds.insert(0, "grievance.rated")
    data: dict[str, Any] = {
        "number": row.number,
        "verb": update.verb,
        "status": row.status.name,
        "category": row.category_id,
        "divisionCode": _place(row),
        "urgency": row.urgency.name,
        "responseDueAt": row.response_due_at.isoformat(),
        "resolutionDueAt": row.resolution_due_at.isoformat(),
        "url": f"{settings.current().base_url.rstrip('/')}/grievances/{row.number}",
    }
    for name in kinds:
        is_rating = name == "grievance.rated"
        more = {"stars": row.stars, "isSolved": row.is_solved} if is_rating else {}
        key = f"grievance:{row.id}:step:{update.id}" + (":rated" if is_rating and update.verb != "rate" else "")
        await tell_partners(name, f"grievances/{row.number}", _place(row), {**data, **more}, dedupe=key)


async def tell_duplicates(row: Grievance) -> None:
    """Write to those whose reports were joined with this one, and who follow those, what became of it."""
    joined = {one.id: one for one in await Grievance.filter(duplicate_of_id=row.id, status=GrievanceStatus.MERGED)}
    values = {"earlier": row.number, "status": row.status.value, "is_public": row.is_public}
    what = f"joined:{row.id}:{row.version}"  # two that it was joined with may come to the same version
    for one in joined.values():
        await _write(one, "grievance_joined", what, {**await _values(one), **values})
    for follower in await following.followers_of(list(joined), is_public=row.is_public) if joined else ():
        one = joined[follower.grievance_id]
        await _write_to_follower(follower, one, "grievance_joined", what, {**await _values(one), **values})


async def tell_hidden(row: Grievance) -> None:
    """Write to who follows it that the public does not see it any more, and nothing of what it is about.

    Who came with its tracking secret sees it as before, and is told nothing.
    """
    for one in await following.followers_of([row.id], is_public=True):
        if not one.is_reporter:
            await _write_to_follower(one, row, "grievance_hidden", f"hidden:{row.version}", {"number": row.number})


async def ask_reporter(row: Grievance, template: str) -> None:
    """Ask the reporter who left an e-mail how it was, or whether it is lastingly solved: once each time that it was resolved."""
    await _write(row, template, f"{template}:{row.resolved_at:%Y%m%d%H%M%S}", await _values(row))


async def tell_how_to_reopen(row: Grievance) -> None:
    """Tell the reporter who left an e-mail that words alone do not open it again: once each time that it was resolved."""
    await _write(row, "grievance_heard", f"heard:{row.resolved_at:%Y%m%d%H%M%S}", await _values(row))


def _is_written_to(row: Grievance) -> bool:
    return bool(row.contact_email) and row.is_reporter_written_to


async def _write(row: Grievance, template: str, what: str, values: dict[str, Any]) -> None:
    """A message to the reporter, unless they left no address or ended the messages."""
    if _is_written_to(row):
        await notify_address(
            row.contact_email,
            row.locale,
            template,
            {**values, "link": f"/track?number={row.number}", "reply_to": reply_address(row)},
            dedupe=f"grievance:{row.id}:{what}",
            division_code=_place(row),
            unsubscribe=f"/unfollow/{following.reporter_token(row)}",
        )


async def _write_to_follower(
    one: GrievanceFollower, row: Grievance, template: str, what: str, values: dict[str, Any]
) -> None:
    is_own = one.is_reporter
    await notify_address(
        one.address,
        one.locale,
        template,
        {**values, "link": f"/track?number={row.number}" if is_own else f"/grievances/{row.number}"},
        dedupe=f"follower:{one.id}:{one.address_key[:8]}:{what}:{row.id}",
        division_code=_place(row),
        unsubscribe=f"/unfollow/{following.token_of(one, 'end')}",
    )


async def tell_holders(row: Grievance, holders: Sequence[Holder], *, but: int | None) -> None:
    """Tell people, and the members of teams, of the work that is newly theirs: to lead or to help with."""
    told: set[int | None] = {but}
    for is_lead, template in ((True, "grievance_assigned"), (False, "grievance_helping")):
        found = await orders.people_of([one for one in holders if one.is_lead is is_lead])
        people = [one for one in found if one.id not in told]
        told |= {one.id for one in people}
        await tell(people, row, template, f"assigned:{row.version}", due_at=row.resolution_due_at)


async def tell_mentioned(row: Grievance, people: Sequence[Person]) -> None:
    """Tell colleagues that a note names them. What it says, the page shows to those who may read it."""
    await tell(people, row, "grievance_mentioned", f"mentioned:{row.version}")


async def call_dispatchers(row: Grievance) -> None:
    """Tell the nearest dispatchers at once of what cannot wait for their next look at the queue."""
    if row.urgency in (Urgency.CRITICAL, Urgency.URGENT):
        people = await nearest_dispatchers(_place(row))
        await tell(people, row, "grievance_received", "received", due_at=row.response_due_at)


async def call_for_danger(row: Grievance) -> None:
    """Tell the dispatchers of what its reporter said later: there is danger."""
    people = await nearest_dispatchers(_place(row))
    await tell(people, row, "grievance_danger", f"danger:{row.version}", due_at=row.due_at)


async def call_for_choice(row: HeldReport) -> None:
    """Tell the nearest dispatchers that a report waits for somebody to say where it belongs; words of danger wait for nothing."""
    await _tell_of_held(row, row.division_code, "report_held", f"held:{row.id}", {"is_dangerous": bool(row.danger)})


async def call_for_danger_unplaced(row: HeldReport, place: str, rung: Rung, due_at: datetime) -> None:
    """Tell a level that danger is reported and nobody has said where it belongs: before its time, at it, and long after."""
    stage = "soon" if rung.steps is None else "above" if rung.steps else "late"
    what = f"held:{row.id}:{stage}:{due_at:%Y%m%d%H%M}"
    await _tell_of_held(row, place, "report_unplaced", what, {"stage": stage})


async def _tell_of_held(row: HeldReport, place: str, template: str, what: str, values: dict[str, Any]) -> None:
    told = {"number": row.number, "due_at": row.due_at.isoformat() if row.due_at else "", **values}
    said: dict[str, Any] = {
        "dedupe": what,
        "division_code": row.division_code,
        "link": "/staff/held",
        "is_critical": bool(row.danger),
    }
    for person in await nearest_dispatchers(place):
        await notify_person(person, template, told, **said)
    if row.danger:
        await notify_robots(template, told, **said)


async def remind_of_waiting(code: str) -> None:
    """Tell the nearest dispatchers, once a day, how many reports of a division wait longer than a working day."""
    late = HeldReport.filter(division_code=code, state=HeldState.WAITING, rank=1, due_at__lte=clock.now())
    values = {"count": await late.count()}
    for person in await nearest_dispatchers(code):
        await notify_person(
            person,
            "reports_waiting",
            values,
            dedupe=f"held late:{code}:{clock.today():%Y%m%d}",
            division_code=code,
            link="/staff/held",
        )


async def call_for_transfer(row: Grievance) -> None:
    """Tell the dispatchers of the community that it was handed to."""
    people = await nearest_dispatchers(_place(row))
    await tell(people, row, "grievance_received", f"transferred:{row.version}", due_at=row.resolution_due_at)


async def call_for_reopened(row: Grievance) -> None:
    """Tell the dispatchers that it is not done after all."""
    people = await nearest_dispatchers(_place(row))
    await tell(people, row, "grievance_reopened", f"reopened:{row.reopened_count}", due_at=row.response_due_at)


async def call_for_listed(row: Grievance) -> None:
    """Tell the dispatchers that it stands on the shortfall list: nobody works on it by itself from here."""
    people = await nearest_dispatchers(_place(row))
    await tell(people, row, "grievance_listed", f"listed:{row.reopened_count}", due_at=row.review_at)


async def tell_workers(row: Grievance, template: str, what: str, due_at: datetime) -> None:
    """Tell who works on it, or the nearest dispatchers while nobody does."""
    await tell(await workers(row), row, template, what, due_at=due_at, status=row.status.value)


async def workers(row: Grievance) -> list[Person]:
    """Who leads it, a person or the members of a team; while nobody does, the nearest dispatchers."""
    key = row.assignee_id
    assignee = await once(("person", key), lambda: Person.get_or_none(id=key, is_active=True)) if key else None
    led = [assignee] if assignee else await orders.people_of(await orders.leading(row))
    return led or await nearest_dispatchers(_place(row))


async def remind(row: Grievance, promise: str, template: str, due_at: datetime) -> None:
    """Tell the assignee, or the community's dispatchers while there is none, that a promised time is near or past."""
    what = f"{promise}:{template.removeprefix('grievance_')}:{due_at:%Y%m%d%H%M}"
    await tell(await workers(row), row, template, what, promise=promise, due_at=due_at)


async def tell_called(row: Grievance, call: GrievanceCall, template: str, what: str) -> None:
    """Tell a called department that it is wanted: the members of its team, or those who dispatch for its level.

    That it is late they are told both.
    """
    people = await called_by(call, is_late=template == "grievance_unanswered")
    values = {"department": call.department, "due_at": call.answer_due_at}
    await tell(people, row, template, f"call:{call.id}:{what}", **values)


async def called_by(call: GrievanceCall, *, is_late: bool = False) -> list[Person]:
    """Who speaks for a called department: the members of its team, or those who dispatch for its level; both when it is late."""
    members = await orders.people_of([Holder(None, call.team_id, False)]) if call.team_id else []
    above = await nearest_dispatchers(call.division_id) if is_late or not members else []
    return list({one.id: one for one in (*members, *above)}.values())


async def escalate(row: Grievance, promise: str, due_at: datetime, level: str) -> str:
    """Tell a level above the community that a promised time passed long ago.

    Answers the code of the division whose dispatchers were told: a higher one where that level has nobody.
    """
    code, people = await _nearest(level)
    what = f"{promise}:escalated:{due_at:%Y%m%d%H%M}"
    await tell(people, row, "grievance_escalated", what, promise=promise, due_at=due_at)
    return code


async def nudge(row: Grievance) -> None:
    """Tell a level above the community, once, that so many ask for it: who has the problem too, reported it again, follows it.

    What stands on the shortfall list is not done either. The highest number that was told is remembered.
    """
    if row.status not in (*OPEN, GrievanceStatus.SHORTFALL):
        return
    count = await following.persons(row)
    for most, level in following.nudges(count, row.nudged_count, row.division_id).items():
        _, people = await _nearest(level)
        await tell(people, row, "grievance_shared", f"supporters:{most}", count=count, due_at=row.resolution_due_at)
        row.nudged_count = most
    await Grievance.filter(id=row.id, nudged_count__lt=row.nudged_count).update(nudged_count=row.nudged_count)


async def nearest_dispatchers(code: str) -> list[Person]:
    """Those who dispatch for a division; where it has nobody, those of the level above, and so on."""
    return (await _nearest(code))[1]


async def _nearest(code: str) -> tuple[str, list[Person]]:
    return await once(("nearest", code), lambda: _find_nearest(code))


async def _find_nearest(code: str) -> tuple[str, list[Person]]:
    while code:
        grants = await Grant.filter(division_id=code, role__in=DISPATCHING, person__is_active=True).select_related(
            "person"
        )
        if people := {grant.person.id: grant.person for grant in grants}:
            return code, [people[key] for key in sorted(people)]
        code = parent_code(code)
    return "", []


async def tell(people: Sequence[Person], row: Grievance, template: str, what: str, **values: Any) -> None:
    """Tell people of a grievance, once of each `what`."""
    common = await _values(row)
    common |= {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}
    said: dict[str, Any] = {
        "dedupe": f"grievance:{row.id}:{what}",
        "division_code": _place(row),
        "link": f"/staff/grievances/{row.number}",
        "is_critical": row.urgency is Urgency.CRITICAL or template == "grievance_danger",
    }
    for person in people:
        await notify_person(person, template, common, **said)
    await notify_robots(template, common, **said)


async def _values(row: Grievance) -> dict[str, Any]:
    category = await once(("category", row.category_id), lambda: GrievanceCategory.get(code=row.category_id))
    division = await once(("division", _place(row)), lambda: Division.get(code=_place(row)))
    return {
        "number": row.number,
        "category": category.name,
        "category_en": category.name_en,
        "place": division.short_name,
        "place_en": division.pinyin or division.short_name,
        "urgency": row.urgency.value,
    }


def _place(row: Grievance) -> str:
    return row.division_id

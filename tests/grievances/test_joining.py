"""Reports of one problem, joined: what they bring along, what they may be joined with, and that none is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civicgraph import clock, crypto
from civicgraph.grievances import following
from civicgraph.grievances.figures.checking import check_all
from civicgraph.grievances.models import Grievance, GrievanceCell, GrievanceFollower, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.operations import support_grievance
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.operations import InvalidInput
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from tests.grievances.conftest import CONTACT, Report
from tests.grievances.steps import know_secret, lead_to, take
from tests.support.city import CITY

S = GrievanceStatus
BROWSER = "browser number {:04}"


async def told() -> list[tuple[str, str, str]]:
    """Who of those who were joined was told of which report that it stands where."""
    rows = await OutboxMessage.filter(template="grievance_joined").order_by("id")
    return [(one.values["number"], one.values["earlier"], one.values["status"]) for one in rows]


async def follower(row: Grievance, name: str, *, is_reporter: bool = False, confirmed: bool = True) -> None:
    email = f"{name}@example.cn"
    await GrievanceFollower.create(
        grievance_id=row.id,
        address_key=following.key_of(email),
        address=crypto.encrypt(email),
        asked_at=clock.now(),
        confirmed_at=clock.now() if confirmed else None,
        is_reporter=is_reporter,
    )


async def support(row: Grievance, number: int, email: str = "") -> bool:
    given = {"number": row.number, "supporter": BROWSER.format(number), "email": email}
    return bool((await support_grievance(ANONYMOUS, given))["is_new"])


@pytest.mark.parametrize("status", [S.WITHDRAWN, S.REDIRECTED, S.RETURNED, S.RESOLVED, S.CLOSED, S.MERGED])
async def test_nothing_is_joined_with_what_nobody_works_on(report: Report, dispatcher: Actor, status: S) -> None:
    ended = await lead_to(dispatcher, await report(), status)
    row = await report()
    with pytest.raises(InvalidInput) as refused:
        await take(dispatcher, "merge", row, into=ended.number)
    assert refused.value.errors[0].field == "into"
    assert (await Grievance.get(id=row.id)).status is S.SUBMITTED


async def test_what_can_be_joined_with_is_open_or_a_shortfall(report: Report, dispatcher: Actor) -> None:
    for status in (S.SUBMITTED, S.IN_PROGRESS, S.ON_HOLD, S.SHORTFALL):
        first = await lead_to(dispatcher, await report(), status)
        assert (await take(dispatcher, "merge", await report(), into=first.number)).duplicate_of_id == first.id


async def test_what_was_joined_with_the_middle_one_follows_the_first(report: Report, dispatcher: Actor) -> None:
    first, middle, last = await report(), await report(), await report(**CONTACT)
    await take(dispatcher, "merge", last, into=middle.number)
    await take(dispatcher, "merge", middle, into=first.number)
    assert (await Grievance.get(id=last.id)).duplicate_of_id == first.id
    assert await AuditEntry.filter(operation="merge_grievance", subject_id=str(last.id)).count() == 2
    await lead_to(dispatcher, first, S.RESOLVED)
    assert (last.number, first.number, "resolved") in await told()


async def test_who_has_the_problem_too_and_who_follows_it_come_along_and_count_once(
    report: Report, dispatcher: Actor
) -> None:
    first, later = await report(), await report()
    await support(first, 1, "one@example.cn")
    await support(later, 2, "one@example.cn")  # the same person by another browser
    await support(later, 3)
    for name in ("two", "both"):
        await follower(later, name)
    await follower(later, "own", is_reporter=True)
    await follower(first, "both", confirmed=False)
    await take(dispatcher, "merge", later, into=first.number)
    rows = {one.id: one.supporter_count for one in await Grievance.all()}
    assert rows == {first.id: 2, later.id: 0}
    assert not await support(first, 3)  # they said so of the later one
    assert await support(first, 4)
    kept = await GrievanceFollower.filter(confirmed_at__not_isnull=True).order_by("id")
    assert [(one.grievance_id, crypto.decrypt(one.address).partition("@")[0]) for one in kept] == [
        (first.id, "two"),
        (later.id, "own"),
        (first.id, "both"),
    ]


async def test_when_the_first_is_withdrawn_the_oldest_that_was_joined_takes_its_place_afresh(
    report: Report, dispatcher: Actor
) -> None:
    first = await know_secret(await report())
    second, third = await report(**CONTACT), await report(**CONTACT)
    for row in (second, third):
        await take(dispatcher, "merge", row, into=first.number)
    await support(first, 1)
    await follower(first, "two")
    await InboxMessage.all().delete()
    with clock.override(clock.now() + timedelta(days=2)):
        await take(dispatcher, "withdraw", first)
        now = clock.now()
    heir = await Grievance.get(id=second.id)
    assert (heir.status, heir.duplicate_of_id, heir.accepted_at) == (S.SUBMITTED, None, None)
    assert heir.resolution_due_at == now + timedelta(hours=72)
    assert (heir.supporter_count, await heir.followers.all().count()) == (1, 1)
    assert (await Grievance.get(id=third.id)).duplicate_of_id == heir.id
    last = await GrievanceUpdate.filter(grievance_id=heir.id).order_by("-id").first()
    assert last is not None
    assert (last.verb, last.by_line, first.number in last.public_note) == ("take_place", "系统", True)
    entries = AuditEntry.filter(operation="withdraw_tracked_grievance")
    assert sorted(await entries.values_list("subject_id", flat=True)) == [str(one.id) for one in (first, second, third)]
    assert await InboxMessage.all().count() == 1  # the dispatcher has work again
    assert await told() == [(third.number, heir.number, "submitted")]
    steps = await OutboxMessage.filter(template="grievance_step").order_by("-id").first()
    assert steps is not None
    assert (steps.values["number"], steps.values["status"]) == (heir.number, "submitted")
    cell = await GrievanceCell.get(division_id=CITY, category="", channel="", led_kind="")
    assert (cell.received, cell.open) == (1, 1)
    assert await check_all() == 0
    assert (await take(dispatcher, "accept", heir)).status is S.ACCEPTED


async def test_who_was_joined_may_withdraw_and_is_told_nothing_more(report: Report, dispatcher: Actor) -> None:
    first, second = await report(), await know_secret(await report(**CONTACT))
    await take(dispatcher, "merge", second, into=first.number)
    gone = await take(dispatcher, "withdraw", second)
    assert (gone.status, gone.duplicate_of_id) == (S.WITHDRAWN, None)
    await take(dispatcher, "withdraw", await know_secret(first))
    assert (await Grievance.get(id=second.id)).status is S.WITHDRAWN
    assert await told() == []


@pytest.mark.parametrize("verb", ["redirect", "return"])
async def test_who_was_joined_hears_that_the_first_was_passed_on_or_asked_back(
    report: Report, dispatcher: Actor, verb: str
) -> None:
    first, second = await report(), await report(**CONTACT)
    await take(dispatcher, "merge", second, into=first.number)
    done = await take(dispatcher, verb, first)
    assert await told() == [(second.number, first.number, done.status.value)]


async def test_who_was_joined_hears_that_the_first_is_open_again_or_cannot_be_done(
    report: Report, dispatcher: Actor
) -> None:
    first, second = await know_secret(await report()), await report(**CONTACT)
    await take(dispatcher, "merge", second, into=first.number)
    for _ in range(2):
        for verb in ("assign", "resolve", "reopen"):
            await take(dispatcher, verb, first)
    assert [state for _, _, state in await told()] == ["resolved", "reopened", "resolved", "shortfall"]

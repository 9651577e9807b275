"""The reporter adds words of their own accord; many who ask for the same are heard by the level above."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import budgets, clock
from civicgraph.grievances import following, operations
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.notifications.models import InboxMessage
from civicgraph.operations import NotFound, TooMany
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.grievances.conftest import WORDS, Report, words
from tests.support import city as place
from tests.support.browser import visit
from tests.support.city import FENGQUAN, LONGQUAN


@pytest.fixture
async def own(city: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Number and secret of a report."""
    monkeypatch.setattr(budgets, "shared", budgets.Budgets())
    filed = await operations.file_grievance(ANONYMOUS, words())
    return {"number": filed["number"], "secret": filed["tracking_secret"]}


async def shared(number: str) -> int:
    return await InboxMessage.filter(dedupe_key__contains=":supporters:", link__endswith=number).count()


async def support(row: Grievance, first: int, last: int) -> None:
    for number in range(first, last):
        given = {"number": row.number, "supporter": f"a supporter of the tests {number}"}
        await operations.support_grievance(ANONYMOUS, given)


async def test_added_words_reach_who_works_on_it_and_stay_among_staff(
    app: Starlette, own: dict[str, str], dispatcher: Actor
) -> None:
    page = visit(app)
    tracked = f"/track/{own['number']}/{own['secret'].replace('-', '')}"
    await page.open(tracked)
    await page.send(f"{tracked}/words", words="晚上更黑，电话 13800001234")
    assert "您补充的话已收到" in page.text
    assert "晚上更黑" not in await page.open(f"/grievances/{own['number']}")
    note = await GrievanceUpdate.get(verb="comment")
    assert (note.by_line, note.internal_note, note.public_note) == ("反映人", "晚上更黑，电话 13800001234", "")
    assert await InboxMessage.filter(person_id=dispatcher.person_id, subject__startswith="反映人").count() == 1


async def test_a_partner_app_adds_words_once_and_with_the_secret_alone(
    client: httpx.AsyncClient, own: dict[str, str]
) -> None:
    document = """mutation ($input: AddToTrackedGrievanceInput!) { addToTrackedGrievance(input: $input) {
      grievance { number } errors { code } } }"""
    given = {**own, "words": "还是黑的", "idempotencyKey": "the same key in each retry"}
    for _ in range(2):
        answer = await client.post(
            "/graphql",
            json={"query": document, "variables": {"input": given}},
            headers={"accept": "application/json"},
        )
        assert answer.json()["data"]["addToTrackedGrievance"]["grievance"] == {"number": own["number"]}
    assert await GrievanceUpdate.filter(verb="comment").count() == 1
    with pytest.raises(NotFound):
        await operations.add_to_tracked_grievance(ANONYMOUS, {**own, "secret": "WRONG", "words": "还是黑的"})


async def test_ten_times_a_day_are_enough(own: dict[str, str]) -> None:
    for number in range(10):
        await operations.add_to_tracked_grievance(ANONYMOUS, {**own, "words": f"第 {number} 次"})
    with pytest.raises(TooMany):
        await operations.add_to_tracked_grievance(ANONYMOUS, {**own, "words": "再一次"})
    with clock.override(clock.now() + timedelta(days=1, minutes=1)):
        await operations.add_to_tracked_grievance(ANONYMOUS, {**own, "words": "再一次"})


async def test_what_the_office_asked_is_answered_by_it(own: dict[str, str], dispatcher: Actor) -> None:
    await operations.return_grievance(dispatcher, {"number": own["number"], "version": 1, "reason": "在哪一栋？"})
    await operations.add_to_tracked_grievance(ANONYMOUS, {**own, "words": "三栋"})
    assert (await Grievance.get()).status == "submitted"


async def test_who_writes_on_several_days_asks_for_it(own: dict[str, str]) -> None:
    row = await Grievance.get()
    now = clock.now()
    for days, expected in ((0, 0), (0, 0), (1, 1), (3, 2)):
        with clock.override(now + timedelta(days=days)):
            await operations.add_to_tracked_grievance(ANONYMOUS, {**own, "words": "还没有修好"})
        assert await following.persons(row) == expected


async def test_a_number_reached_while_nobody_could_be_told_is_told_later_once(report: Report) -> None:
    await place.person("station", Role.DISPATCHER, LONGQUAN)
    row = await report()
    await support(row, 0, 4)
    await Grievance.filter(id=row.id).update(supporter_count=8)  # what came while it was resolved
    assert await shared(row.number) == 0
    await support(row, 4, 6)
    assert await shared(row.number) == 1
    assert (await Grievance.get(id=row.id)).nudged_count == 5


async def test_many_who_ask_for_a_shortfall_are_heard(app: Starlette, report: Report) -> None:
    await place.person("station", Role.DISPATCHER, LONGQUAN)
    row = await report()
    now = clock.now()
    await Grievance.filter(id=row.id).update(status=GrievanceStatus.SHORTFALL, accepted_at=now, review_at=now)
    page = visit(app)
    assert f"/grievances/{row.number}/support" in await page.open(f"/grievances/{row.number}")
    form = f"/report?division={FENGQUAN}"
    await page.open(form)
    csrf = dict(page.form(form).pairs)["csrf"]
    hints = await page.http.post(f"/report/hints?division={FENGQUAN}", data={"csrf": csrf, "description": WORDS})
    assert f"/grievances/{row.number}/support" in hints.text
    await support(row, 0, 5)
    assert await shared(row.number) == 1

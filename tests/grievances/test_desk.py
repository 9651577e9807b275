"""Working together on a grievance: teams, parts, tags, mentions, ready words, filters, steps that are sent twice."""

from __future__ import annotations

import asyncio

import pytest

from civicgraph.grievances import operations
from civicgraph.grievances.desk.rules import filled, kept_query
from civicgraph.grievances.models import Grievance, GrievanceTag, GrievanceUpdate, Team, WorkOrder
from civicgraph.notifications.models import InboxMessage
from civicgraph.operations import Conflict, Forbidden, InvalidInput, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from tests.grievances.conftest import Report
from tests.support import city as place

KEY = "a key of the phone, 1"


@pytest.fixture
async def helper(city: None) -> Actor:
    """Another grid worker of the community."""
    return await place.person("helper", Role.GRID_WORKER, place.FENGQUAN)


@pytest.fixture
async def team(dispatcher: Actor, helper: Actor) -> Team:
    """A team of the community with the helper in it."""
    made: Team = await operations.create_team(
        dispatcher,
        {
            "name": "水电维修志愿服务队",
            "kind": "volunteers",
            "division_code": place.FENGQUAN,
            "member_ids": [helper.person_id],
        },
    )
    return made


def at(row: Grievance, **values: object) -> dict[str, object]:
    return {"number": row.number, "version": row.version, **values}


async def told(actor: Actor) -> list[str]:
    """The subjects of the inbox, in Chinese."""
    return [one.subject for one in await InboxMessage.filter(person_id=actor.person_id).order_by("id")]


async def test_one_leads_and_others_help(
    report: Report, dispatcher: Actor, worker: Actor, helper: Actor, team: Team
) -> None:
    row = await operations.assign_grievance(
        dispatcher, at(await report(), assignee_id=worker.person_id, helper_team_ids=[team.id])
    )
    assert row.team == "水电维修志愿服务队", "the public reads which team helps"
    assert [one.startswith("请您协办") for one in await told(helper)] == [True]
    row = await operations.comment_on_grievance(helper, at(row, note="灯座也坏了"))
    with pytest.raises(Forbidden):
        await operations.resolve_grievance(helper, at(row, outcome="好了"))
    row = await operations.finish_grievance_part(helper, at(row, words="线路查过了"))
    assert (await WorkOrder.get(team_id=team.id)).done_at is not None
    assert any("协办已完成" in one for one in await told(worker))
    with pytest.raises(Unavailable):
        await operations.finish_grievance_part(helper, at(row, words="再说一次"))
    row = await operations.resolve_grievance(worker, at(row, outcome="换了灯座和灯泡"))
    notes = (
        await GrievanceUpdate.filter(grievance_id=row.id)
        .exclude(internal_note="")
        .values_list("internal_note", flat=True)
    )
    assert list(notes) == ["灯座也坏了", "线路查过了"]


async def test_any_member_of_the_team_that_leads_may_resolve(
    report: Report, dispatcher: Actor, helper: Actor, worker: Actor, team: Team
) -> None:
    row = await operations.assign_grievance(dispatcher, at(await report(), lead_team_id=team.id))
    with pytest.raises(Forbidden):
        await operations.start_grievance(worker, at(row))
    row = await operations.start_grievance(helper, at(row))
    row = await operations.resolve_grievance(helper, at(row, outcome="修好了"))
    assert row.resolved_at is not None


async def test_two_cannot_lead_and_strangers_cannot_help(
    report: Report, dispatcher: Actor, worker: Actor, stranger: Actor, team: Team
) -> None:
    row = await report()
    for values in (
        {"assignee_id": worker.person_id, "lead_team_id": team.id},
        {"assignee_id": worker.person_id, "helper_ids": [stranger.person_id]},
        {"lead_team_id": team.id + 99},
    ):
        with pytest.raises(InvalidInput):
            await operations.assign_grievance(dispatcher, at(row, **values))


async def test_who_is_left_out_when_it_is_assigned_anew_has_no_part_any_more(
    report: Report, dispatcher: Actor, worker: Actor, helper: Actor
) -> None:
    row = await operations.assign_grievance(
        dispatcher, at(await report(), assignee_id=worker.person_id, helper_ids=[helper.person_id])
    )
    row = await operations.assign_grievance(dispatcher, at(row, assignee_id=worker.person_id))
    assert await told(worker) == (await told(worker))[:1], "the lead is not told twice"
    with pytest.raises(Forbidden):
        await operations.comment_on_grievance(helper, at(row, note="我还在"))


async def test_a_step_that_is_sent_twice_is_taken_once(report: Report, dispatcher: Actor, worker: Actor) -> None:
    row = await operations.assign_grievance(dispatcher, at(await report(), assignee_id=worker.person_id))
    given = at(row, note="已到现场", idempotency_key=KEY)
    first, *others = await asyncio.gather(*(operations.comment_on_grievance(worker, given) for _ in range(4)))
    assert {one.id for one in others} == {first.id}
    assert await GrievanceUpdate.filter(grievance_id=row.id, internal_note="已到现场").count() == 1
    with pytest.raises(InvalidInput):
        await operations.comment_on_grievance(worker, {**given, "note": "另一句话"})
    with pytest.raises(Conflict):
        await operations.comment_on_grievance(worker, {**given, "idempotency_key": f"{KEY}2"})


async def test_a_step_that_was_refused_may_be_sent_again_with_its_key(report: Report, dispatcher: Actor) -> None:
    row = await report()
    with pytest.raises(InvalidInput):
        await operations.assign_grievance(dispatcher, at(row, idempotency_key=KEY))
    row = await operations.assign_grievance(dispatcher, at(row, team="物业", idempotency_key=KEY))
    assert row.team == "物业"


async def test_colleagues_who_are_named_are_told_once(
    report: Report, dispatcher: Actor, worker: Actor, helper: Actor
) -> None:
    row = await operations.comment_on_grievance(
        dispatcher, at(await report(), note="@worker 看一下", mention_ids=[helper.person_id, worker.person_id])
    )
    for one in (worker, helper):
        assert len([subject for subject in await told(one) if "提到了您" in subject]) == 1
    note = await GrievanceUpdate.get(grievance_id=row.id, verb="comment")
    assert note.internal_note == "@worker 看一下 @helper"


async def test_tags_are_for_staff_and_audited(report: Report, dispatcher: Actor, stranger: Actor) -> None:
    row = await operations.tag_grievance(dispatcher, at(await report(), add="#汛期 老旧小区"))
    row = await operations.tag_grievance(dispatcher, at(row, remove="汛期"))
    assert await GrievanceTag.filter(grievance_id=row.id).values_list("name", flat=True) == ["老旧小区"]
    entry = await AuditEntry.filter(operation="tag_grievance").order_by("-id").first()
    assert entry is not None
    assert entry.changes["tags"] == [["汛期", "老旧小区"], ["老旧小区"]]
    with pytest.raises(Forbidden):
        await operations.tag_grievance(stranger, at(row, add="看看"))


async def test_ready_words_take_no_placeholder_that_is_not_known(dispatcher: Actor, worker: Actor) -> None:
    words = {
        "title": "收到",
        "purpose": "public",
        "division_code": place.FENGQUAN,
        "text": "您好，{number}已受理，{due}前办结。",
    }
    made = await operations.create_ready_text(dispatcher, words)
    assert filled(made.text, {"number": "ZY-1", "due": "周五"}) == "您好，ZY-1已受理，周五前办结。"
    with pytest.raises(InvalidInput):
        await operations.update_ready_text(
            dispatcher, {"id": made.id, "version": 1, "title": "收到", "purpose": "public", "text": "{phone}"}
        )
    with pytest.raises(Forbidden):
        await operations.create_ready_text(worker, {**words, "title": "别的"})


async def test_a_filter_keeps_what_the_queue_knows_and_nothing_else(dispatcher: Actor) -> None:
    assert kept_query("/staff/grievances?view=open&csrf=x&q=%E7%81%AF&after=ab") == "view=open&q=%E7%81%AF"
    with pytest.raises(InvalidInput):
        await operations.save_grievance_filter(dispatcher, {"name": "全部", "query": "?after=ab"})
    first = await operations.save_grievance_filter(dispatcher, {"name": "灯", "query": "q=灯"})
    again = await operations.save_grievance_filter(dispatcher, {"name": "灯", "query": "q=路灯", "is_shared": True})
    assert (again.id, again.query) == (first.id, "q=%E8%B7%AF%E7%81%AF")

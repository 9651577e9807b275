"""Projects are entered, go from stage to stage by the table, and are changed by those alone who keep them."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest

from civicgraph.enterprises.models import Enterprise
from civicgraph.operations import Forbidden, InvalidInput, NotFound, OperationError, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.projects import operations
from civicgraph.projects.models import (
    InvestmentAmount,
    InvestmentMilestone,
    InvestmentProject,
    InvestmentStageChange,
    ProjectStage,
)
from civicgraph.projects.stages import MOVES, TRACK, moves
from tests.projects.conftest import PROJECT, YI, at, back, move, record, signed
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, HONGQIAO, SUIYANG

TABLE = {
    "signed": {"approved", "stopped"},
    "approved": {"building", "stopped"},
    "building": {"completed", "stopped"},
    "completed": {"producing", "stopped"},
    "producing": set(),
    "stopped": {"signed", "approved", "building", "completed"},
}
"""The stages as the issue has them, written once more by hand."""


def test_the_table_of_stages_says_what_it_should() -> None:
    assert {stage.value: {one.value for one in after} for stage, after in MOVES.items()} == TABLE
    for stopped_at in TRACK[:-1]:
        assert moves(ProjectStage.STOPPED, stopped_at) == (stopped_at,)


async def test_every_move_of_the_table_is_taken_and_every_other_is_refused(editor: Actor) -> None:
    for begins, ends in itertools.product(ProjectStage, ProjectStage):
        row = await signed(editor, is_published=False)
        way = TRACK[1 : TRACK.index(begins) + 1] if begins in TRACK else (ProjectStage.APPROVED, ProjectStage.STOPPED)
        for stage in way:
            row = await move(editor, row, stage.value, reason="资金没有到位")
        allowed = {"approved"} if begins is ProjectStage.STOPPED else TABLE[begins.value]
        if ends.value not in allowed:
            with pytest.raises(Unavailable):
                await move(editor, row, ends.value, reason="再试一次")
            assert (await InvestmentProject.get(id=row.id)).stage is begins
            continue
        row = await move(editor, row, ends.value, reason="再试一次")
        steps = await InvestmentStageChange.filter(project_id=row.id).order_by("id")
        assert [one.stage for one in steps] == [ProjectStage.SIGNED, *way, ends]
        assert [one.before for one in steps] == [None, *[one.stage for one in steps][:-1]]
        assert {one.person_id for one in steps} == {editor.person_id}  # type: ignore[attr-defined]


async def test_what_stops_says_why_and_what_goes_on_again_says_it_too(editor: Actor) -> None:
    row = await signed(editor)
    with pytest.raises(InvalidInput, match="missing"):
        await move(editor, row, "stopped")
    row = await move(editor, row, "stopped", reason="土地没有批下来")
    assert row.stop_reason == "土地没有批下来"
    with pytest.raises(InvalidInput, match="missing"):
        await move(editor, row, "signed")
    row = await move(editor, row, "signed", reason="土地批下来了")
    assert (row.stage, row.stop_reason) == (ProjectStage.SIGNED, "")


async def test_a_stage_that_had_not_come_is_stepped_back_from_with_a_reason_and_both_stay_in_the_history(
    editor: Actor,
) -> None:
    row = await signed(editor)
    for stage in ("approved", "building"):
        row = await move(editor, row, stage)
    with pytest.raises(InvalidInput, match="missing"):
        await back(editor, row, reason="")
    row = await back(editor, row)
    assert row.stage is ProjectStage.APPROVED
    entry = await AuditEntry.filter(operation="step_back_investment_project").get()
    assert (entry.changes["stage"], entry.changes["reason"]) == (["building", "approved"], ["", "登记早了"])
    row = await move(editor, row, "building")  # and on again, when it has come
    row = await move(editor, row, "stopped", reason="资金没有到位")
    with pytest.raises(Unavailable):
        await back(editor, row)  # what stopped goes on
    row = await move(editor, row, "building", reason="资金到位")
    row = await back(editor, await back(editor, row))
    assert row.stage is ProjectStage.SIGNED
    with pytest.raises(Unavailable):
        await back(editor, row)
    steps = await InvestmentStageChange.filter(project_id=row.id).order_by("id").values_list("stage", flat=True)
    assert [str(one) for one in steps] == [
        *("signed", "approved", "building", "approved", "building", "stopped", "building", "approved", "signed"),
    ]


async def test_a_step_back_is_for_who_keeps_the_project_and_overwrites_nobody(
    editor: Actor,
) -> None:
    neighbour = await place.person("neighbour", Role.EDITOR, SUIYANG)
    row = await move(editor, await signed(editor), "approved")
    for actor in (neighbour, ANONYMOUS):
        with pytest.raises(Forbidden):
            await back(actor, row)
    stale = await InvestmentProject.get(id=row.id)
    await move(editor, row, "building")
    with pytest.raises(OperationError, match="conflict"):
        await back(editor, stale)


async def test_steps_and_amounts_have_days_that_have_come_and_follow_each_other(editor: Actor) -> None:
    with at("2026-05-01"):
        row = await move(editor, await signed(editor), "approved", "2026-03-10")
        for day, code in (("2026-05-02", "not_yet"), ("2026-03-09", "too_early")):
            with pytest.raises(InvalidInput, match=code):
                await move(editor, row, "building", day)
        for day, code in (("2026-05-02", "not_yet"), ("2026-01-19", "too_early")):
            with pytest.raises(InvalidInput, match=code):
                await record(editor, row, YI, day)
        with pytest.raises(InvalidInput, match="not_yet"):
            await signed(editor, signed_on="2026-05-02")
        given = {**PROJECT, "id": row.id, "version": row.version, "signed_on": "2026-03-11"}
        with pytest.raises(InvalidInput, match="too_late"):
            await operations.update_investment_project(editor, _changed(given))
    assert (row.stage_on, row.version) == (date(2026, 3, 10), 3)


def _changed(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key != "contracted_fen"}


async def test_the_amounts_of_a_project_are_those_of_the_latest_day_whenever_they_were_recorded(editor: Actor) -> None:
    with at("2026-05-01"):
        row = await record(editor, await signed(editor), YI, "2026-04-20")
        row = await record(editor, row, YI // 2, "2026-03-20")
        assert row.invested_fen == YI
        row = await record(editor, row, YI + 1, "2026-04-20")
        row = await record(editor, row, 3 * YI, "2026-04-01", "contracted")
    assert (row.contracted_fen, row.invested_fen) == (3 * YI, YI + 1)
    assert await InvestmentAmount.filter(project_id=row.id).count() == 4


async def test_a_wrong_day_of_signing_is_put_right_with_what_hangs_on_it(editor: Actor) -> None:
    row = await signed(editor)
    given = _changed({**PROJECT, "id": row.id, "version": row.version, "signed_on": "2026-02-01"})
    row = await operations.update_investment_project(editor, given)
    day = date(2026, 2, 1)
    assert (row.signed_on, row.stage_on, row.counted_from) == (day, day, day)
    assert (await InvestmentStageChange.get()).on == (await InvestmentAmount.get()).on == day


async def test_only_those_who_keep_the_place_change_a_project_and_drafts_look_as_if_they_were_not(
    editor: Actor,
) -> None:
    draft, shown = await signed(editor, is_published=False), await signed(editor)
    neighbour = await place.person("neighbour", Role.EDITOR, SUIYANG)
    worker = await place.person("worker", Role.GRID_WORKER, FENGGANG)
    milestone = {"name": "办完用地手续", "due_on": "2026-06-30"}
    for row, refused in ((draft, NotFound), (shown, Forbidden)):
        for actor in (ANONYMOUS, neighbour, worker):
            for attempt in (
                lambda a=actor, r=row: move(a, r, "approved"),
                lambda a=actor, r=row: record(a, r, 1, "2026-03-01"),
                lambda a=actor, r=row: operations.add_investment_milestone(a, {"project_id": r.id, **milestone}),
                lambda a=actor, r=row: operations.withdraw_investment_project(a, {"id": r.id, "version": r.version}),
            ):
                with pytest.raises(refused):
                    await attempt()
    given = {**PROJECT, "id": shown.id, "version": shown.version, "division_code": HONGQIAO}
    with pytest.raises(Forbidden):  # moving it needs the grant over both places
        await operations.update_investment_project(editor, _changed(given))
    with pytest.raises(Forbidden):
        await signed(neighbour)


async def test_a_token_of_the_listings_keeps_projects_and_one_that_reads_does_not(editor: Actor) -> None:
    def token(scope: str) -> Actor:
        return Actor(
            kind="token", person_id=editor.person_id, grants=editor.grants, scopes=frozenset({scope}), token_id=1
        )

    assert (await signed(token("listings"))).is_published
    with pytest.raises(Forbidden):
        await signed(token("read"))


async def test_who_sees_to_a_project_may_keep_it_and_is_whoever_enters_it_at_first(editor: Actor) -> None:
    row = await signed(editor)
    assert row.responsible_id == editor.person_id
    neighbour = await place.person("neighbour", Role.EDITOR, SUIYANG)
    worker = await place.person("worker", Role.GRID_WORKER, FENGGANG)
    for other in (neighbour, worker):
        with pytest.raises(InvalidInput, match="unknown"):
            await signed(editor, responsible_id=other.person_id)
    above = await place.person("above", Role.SUPERVISOR, CITY)
    assert (await signed(editor, responsible_id=above.person_id)).responsible_id == above.person_id


async def test_the_investor_is_an_entry_of_the_public_register_or_a_name(editor: Actor) -> None:
    code = "91520327MAK8KAK65H"
    firm = await Enterprise.create(
        credit_code=code, name="某茶业公司", kind="company", industry_id="15", division_id=PROJECT["division_code"]
    )
    row = await signed(editor, investor="", enterprise_code=code.lower())
    assert row.enterprise_id == firm.id
    for wrong in ({"investor": ""}, {"enterprise_code": "91520327MAK8KAK650"}, {"industry_code": "ZZ"}):
        with pytest.raises(OperationError):
            await signed(editor, **wrong)


async def test_who_was_slower_overwrites_nothing_and_each_change_is_in_the_trail(editor: Actor) -> None:
    row = await signed(editor)
    await move(editor, row, "approved")
    with pytest.raises(OperationError, match="conflict"):
        await move(editor, row, "approved")
    with pytest.raises(OperationError, match="conflict"):
        await record(editor, row, 1, "2026-03-01")
    entries = await AuditEntry.filter(subject_type="InvestmentProject", subject_id=str(row.id)).order_by("id")
    assert [one.operation for one in entries] == [
        "create_investment_project",
        "publish_investment_project",
        "move_investment_project",
    ]
    assert entries[-1].changes["stage"] == ["signed", "approved"]


async def test_a_milestone_that_is_moved_says_which_day_was_promised_first(editor: Actor) -> None:
    async def moved(row: InvestmentMilestone, due_on: str) -> date | None:
        await row.refresh_from_db()
        given = {"id": row.id, "version": row.version, "name": row.name, "due_on": due_on}
        await operations.change_investment_milestone(editor, given)
        await row.refresh_from_db()
        return row.promised_on

    draft, project = await signed(editor, is_published=False), await signed(editor)
    for one in (draft, project):
        milestone = {"project_id": one.id, "name": "竣工验收", "due_on": "2026-03-01"}
        await operations.add_investment_milestone(editor, milestone)
    hidden, shown = await InvestmentMilestone.all().order_by("id")
    assert await moved(hidden, "2026-06-01") is None, "nobody has read another day"
    assert await moved(shown, "2026-06-01") == date(2026, 3, 1)
    assert await moved(shown, "2026-09-01") == date(2026, 3, 1), "the first of them stands"
    assert await moved(shown, "2026-03-01") is None

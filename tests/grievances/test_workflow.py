"""The table of the workflow: every step that it declares can be taken, every other is refused and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.workflow import DONE, ENDED, EVERY, OPEN, TRANSITIONS, Needs
from civicgraph.operations import Forbidden, NotFound, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.grievances.conftest import Report
from tests.grievances.steps import REPORTERS, STEPS, lead_to, take, ways
from tests.grievances.workflow_page import page
from tests.support import city as place
from tests.support.city import LONGQUAN

STAFF = [*STEPS, "merge"]
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
async def station(city: None) -> Actor:
    """Dispatches for the level above, 龙泉街道."""
    return await place.person("station", Role.DISPATCHER, LONGQUAN)


def test_every_status_is_of_one_kind_and_can_be_reached() -> None:
    assert sorted((*OPEN, *DONE, *ENDED, GrievanceStatus.SHORTFALL)) == sorted(EVERY)
    assert set(ways()) == set(EVERY)


def test_every_step_of_the_table_is_walked_here() -> None:
    internal = {"submit", "close", "reveal_contact", "restore", "take_place", "alarm", "export_data", "erase_data"}
    assert {*STAFF, *REPORTERS} | internal == set(TRANSITIONS)
    assert {verb for verb, one in TRANSITIONS.items() if one.needs is Needs.REPORTER} - {
        "export_data",
        "erase_data",
    } == set(REPORTERS)


def test_what_only_the_reporter_or_the_clock_may_do_is_closing() -> None:
    closing = {verb: one.needs for verb, one in TRANSITIONS.items() if one.target is GrievanceStatus.CLOSED}
    assert closing == {"rate": Needs.REPORTER, "close": Needs.CLOCK}


@pytest.mark.parametrize("status", EVERY)
async def test_only_the_declared_steps_can_be_taken_from_a_status(
    report: Report, dispatcher: Actor, station: Actor, status: GrievanceStatus
) -> None:
    for verb in (*STAFF, *REPORTERS, "close"):
        row = await lead_to(dispatcher, await report(), status, station)
        assert row.status is status
        transition = TRANSITIONS[verb]
        steps = await GrievanceUpdate.filter(grievance_id=row.id).count()
        if status in transition.sources:
            done = await take(station, verb, row)
            assert done.status == (transition.target or status), verb
            assert done.version == row.version + 1
            assert await GrievanceUpdate.filter(grievance_id=row.id).count() == steps + (verb != "tag")
        else:
            with pytest.raises(Unavailable) as refused:
                await take(station, verb, row)
            assert refused.value.errors[0].message or verb == "close"
            assert (await Grievance.get(id=row.id)).version == row.version
            assert await GrievanceUpdate.filter(grievance_id=row.id).count() == steps


@pytest.mark.parametrize("verb", STAFF)
async def test_strangers_and_neighbours_can_take_no_step(
    report: Report, dispatcher: Actor, worker: Actor, station: Actor, stranger: Actor, verb: str
) -> None:
    transition = TRANSITIONS[verb]
    row = await lead_to(dispatcher, await report(), transition.sources[0], station)
    may_not = [ANONYMOUS, stranger]
    may_not += [worker] if transition.needs is not Needs.CHECKER else []
    may_not += [dispatcher] if transition.needs in (Needs.SUPERIOR, Needs.CALLED) else []
    for other in may_not:
        with pytest.raises(Forbidden):
            await take(other, verb, row)
    await Grievance.filter(id=row.id).update(is_public=False)
    with pytest.raises(NotFound):
        await take(stranger, verb, row)
    with pytest.raises(NotFound):
        await take(dispatcher, verb, row, number="ZY-0101-ZZZZ")


def test_the_documentation_shows_the_table() -> None:
    written = (ROOT / "docs/grievance-workflow.md").read_text()
    assert written == page(), "run `python -m tests.grievances.workflow_page`"

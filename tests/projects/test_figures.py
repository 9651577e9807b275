"""What projects add up to: the same as a plain count, and of a past quarter the same whatever comes later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicgraph.enterprises.figures.counting import last_day, quarter_of
from civicgraph.enterprises.operations import close_quarter
from civicgraph.graph.engine import Engine
from civicgraph.operations import Unavailable
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.projects import operations
from civicgraph.projects.counting import NUMBERS, Cells, between, of_project
from civicgraph.projects.models import (
    AmountOf,
    InvestmentAmount,
    InvestmentCell,
    InvestmentProject,
    InvestmentStageChange,
    ProjectStage,
)
from tests.projects.conftest import YI, at, back, city, move, record, signed
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG

DAY = date(2025, 1, 1)
Drawn = tuple[Any, list[Any], list[Any]]
"""A project with its stage changes and amounts, without a database."""
days = st.integers(0, 700)


@st.composite
def projects(draw: st.DrawFn) -> Drawn:
    """A project with a history, published from its signing on, later, or not."""
    first = draw(days)
    stages = draw(st.lists(st.sampled_from(ProjectStage), max_size=3))
    row = SimpleNamespace(
        division_id=draw(st.sampled_from([FENGQUAN, LONGQUAN, HONGQIAO, SUIYANG])),
        signed_on=DAY + timedelta(days=first),
        is_published=draw(st.booleans()),
    )
    row.counted_from = row.signed_on + timedelta(days=draw(st.sampled_from([0, 0, 200])))
    later = sorted(first + draw(days) for _ in stages)
    changes = [SimpleNamespace(stage=ProjectStage.SIGNED, on=row.signed_on)]
    changes += [
        InvestmentStageChange(stage=one, on=DAY + timedelta(days=at)) for one, at in zip(stages, later, strict=True)
    ]
    amounts = [SimpleNamespace(of=AmountOf.CONTRACTED, on=row.signed_on, amount_fen=draw(st.integers(1, 9)))]
    for at_day in sorted(draw(st.sets(days, max_size=3))):
        of, fen = draw(st.sampled_from(AmountOf)), draw(st.integers(0, 9))
        amounts.append(SimpleNamespace(of=of, on=row.signed_on + timedelta(days=at_day + 1), amount_fen=fen))
    return row, changes, amounts


def plainly(rows: Sequence[Drawn], within: str, stage: ProjectStage, until: date) -> tuple[int, int, int]:
    """What stood at a stage at the end of a day, counted one by one."""
    found = [0, 0, 0]
    for row, changes, amounts in rows:
        is_counted = row.is_published and row.counted_from is not None and row.counted_from <= until
        if not (is_counted and row.division_id.startswith(within)):
            continue
        if [one for one in changes if one.on <= until][-1].stage is not stage:
            continue
        known: dict[AmountOf, int] = defaultdict(int, {one.of: one.amount_fen for one in amounts if one.on <= until})
        for index, number in enumerate((1, known[AmountOf.CONTRACTED], known[AmountOf.INVESTED])):
            found[index] += number
    return found[0], found[1], found[2]


@given(rows=st.lists(projects(), max_size=5), back=st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_the_cells_up_to_a_quarter_are_what_a_plain_count_of_its_last_day_finds(rows: list[Drawn], back: int) -> None:
    cells: Cells = Cells()
    for one in rows:
        cells.update(of_project(*one))
    quarter = quarter_of(DAY + timedelta(days=90 * back))
    for within in (CITY, FENGGANG, LONGQUAN, FENGQUAN, SUIYANG):
        for stage in ProjectStage:
            kept = tuple(
                sum(
                    number
                    for (key, at), number in cells.items()
                    if at == index and key[0] == within and key[1] == stage.value and key[3] <= quarter
                )
                for index in range(len(NUMBERS))
            )
            assert kept == plainly(rows, within, stage, last_day(quarter))


FIGURES = """query ($within: DivisionCode!, $to: String, $stage: ProjectStage, $signed: String) {
  figures: investmentFigures(within: $within, toQuarter: $to, stage: $stage, signed: $signed) {
    projects contractedFen investedFen
    byStage { stage projects contractedFen investedFen }
    byDivision { division { code } projects contractedFen }
    bySigning { signed projects contractedFen }
  }
}"""


async def figures(engine: Engine, **variables: Any) -> dict[str, Any]:
    """What a stranger is told."""
    answer = await engine.fetch(FIGURES, {"within": CITY, **variables}, ANONYMOUS)
    found: dict[str, Any] = orjson.loads(answer)["figures"]
    return found


async def recounted() -> Cells:
    """The cells as all projects would make them anew."""
    found: Cells = Cells()
    for row in await InvestmentProject.all():
        changes = await InvestmentStageChange.filter(project_id=row.id).order_by("on", "id")
        found.update(of_project(row, changes, await InvestmentAmount.filter(project_id=row.id).order_by("on", "id")))
    return found


async def kept() -> Cells:
    """The cells as they are kept."""
    return Cells(
        {
            ((one.division_id, one.stage, one.signed, one.quarter), index): getattr(one, name)
            for one in await InvestmentCell.all()
            for index, name in enumerate(NUMBERS)
        }
    )


async def test_every_change_of_a_project_changes_the_figures_from_its_day_on_and_none_before(engine: Engine) -> None:
    await city()
    keeper = await place.person("keeper", Role.EDITOR, CITY)
    with at("2026-05-01"):
        one = await signed(keeper)
        two = await signed(keeper, division_code=HONGQIAO, contracted_fen=YI, signed_on="2026-04-02")
        await signed(keeper, is_published=False)
        one = await move(keeper, one, "approved", "2026-02-10")
        spring = await figures(engine, to="2026Q1")
    assert (spring["projects"], spring["contractedFen"]) == (1, 2 * YI)
    with at("2026-11-20"):
        one = await record(keeper, one, YI // 2, "2026-06-30")
        one = await record(keeper, one, 5 * YI, "2026-08-01", "contracted")
        one = await move(keeper, one, "building", "2026-07-01")
        two = await move(keeper, two, "stopped", "2026-09-01", reason="资金没有到位")
        assert await figures(engine, to="2026Q1") == spring
        now, summer = await figures(engine), await figures(engine, to="2026Q2", within=FENGGANG)
    assert (now["projects"], now["contractedFen"], now["investedFen"]) == (2, 6 * YI, YI // 2)
    stages = {part["stage"]: part["projects"] for part in now["byStage"] if part["projects"]}
    assert stages == {"BUILDING": 1, "STOPPED": 1}
    assert [(part["signed"], part["contractedFen"]) for part in now["bySigning"]] == [
        ("2026Q1", 5 * YI),
        ("2026Q2", YI),
    ]
    places = {part["division"]["code"]: part["projects"] for part in now["byDivision"]}
    assert places == {FENGGANG: 1, SUIYANG: 1}
    assert (summer["contractedFen"], summer["investedFen"]) == (2 * YI, YI // 2)
    assert (await figures(engine, stage="STOPPED", signed="2026Q1"))["projects"] == 0
    with at("2026-11-21"):
        await operations.withdraw_investment_project(keeper, {"id": two.id, "version": two.version})
    assert (await figures(engine))["projects"] == 1
    assert between(await kept(), await recounted()) == Cells()


async def test_a_step_back_changes_the_figures_from_its_day_on_and_no_quarter_before(engine: Engine) -> None:
    await city()
    keeper = await place.person("keeper", Role.SUPERVISOR, CITY)
    with at("2026-05-10"):
        row = await move(keeper, await signed(keeper), "approved", "2026-02-10")
        row = await move(keeper, row, "building", "2026-03-10")
        await close_quarter(keeper, {"quarter": "2026Q1"})
        with pytest.raises(Unavailable):
            await back(keeper, row, "2026-03-20")
        spring = await figures(engine, to="2026Q1")
        row = await back(keeper, row, "2026-04-02")
        assert await figures(engine, to="2026Q1") == spring
        now = await figures(engine, to="2026Q2")
    assert [part["stage"] for part in spring["byStage"] if part["projects"]] == ["BUILDING"]
    assert [part["stage"] for part in now["byStage"] if part["projects"]] == ["APPROVED"]
    assert between(await kept(), await recounted()) == Cells()


async def test_a_closed_quarter_keeps_its_figures_and_a_late_project_counts_from_its_publication(
    engine: Engine,
) -> None:
    await city()
    keeper = await place.person("keeper", Role.SUPERVISOR, CITY)
    with at("2026-05-10"):
        row = await signed(keeper)
        draft = await signed(keeper, is_published=False)
        await close_quarter(keeper, {"quarter": "2026Q1"})
        for attempt in (
            lambda: record(keeper, row, YI, "2026-03-31"),
            lambda: move(keeper, row, "approved", "2026-03-31"),
            lambda: operations.withdraw_investment_project(keeper, {"id": row.id, "version": row.version}),
        ):
            with pytest.raises(Unavailable):
                await attempt()
        assert (await InvestmentProject.get(id=row.id)).version == row.version
        await operations.publish_investment_project(keeper, {"id": draft.id, "version": draft.version})
        row = await move(keeper, row, "approved", "2026-04-01")
        assert (await figures(engine, to="2026Q1"))["projects"] == 1
        late = await figures(engine, to="2026Q2", signed="2026Q1")
    assert late["projects"] == 2
    assert (await InvestmentProject.get(id=draft.id)).counted_from == date(2026, 5, 10)
    assert between(await kept(), await recounted()) == Cells()


async def test_there_are_no_figures_of_a_place_that_is_not_there(engine: Engine, editor: Actor) -> None:
    assert await figures(engine, within="520399") is None
    assert (await figures(engine, within=SUIYANG))["projects"] == 0

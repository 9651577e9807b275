"""The scale of an enterprise follows from its industry, people, revenue and assets, by the statistical standard of 2017."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from starlette.applications import Starlette

from civicgraph.enterprises import commands, operations
from civicgraph.enterprises.industries import classification
from civicgraph.enterprises.models import Enterprise, EnterpriseCell, EnterpriseScale
from civicgraph.enterprises.scale import Figures, scale_of
from civicgraph.operations import InvalidInput
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from tests.enterprises.conftest import CASES, Enter, another

LARGE, MEDIUM, SMALL, MICRO = EnterpriseScale
WAN = 10_000 * 100
"""10,000 CNY, in which the standard counts."""
MAKER = {"employees": 300, "revenue_fen": 2_000 * WAN}
"""Just medium-sized in manufacturing."""


@pytest.mark.parametrize(
    ("industry", "people", "revenue", "assets", "scale"),
    [
        ("0164", None, 20_000, None, LARGE),  # tea: revenue alone counts
        ("0164", 5_000, 499, None, SMALL),
        ("A", None, 49, None, MICRO),
        ("1922", 1_000, 40_000, None, LARGE),
        ("1922", 999, 40_000, None, MEDIUM),
        ("1922", 1_000, 39_999, None, MEDIUM),
        ("1922", 20, 300, None, SMALL),
        ("1922", 19, 40_000, None, MICRO),  # one figure below is enough
        ("1922", 19, None, None, MICRO),
        ("1922", 20, None, None, None),  # the other figure decides
        ("C", 300, 2_000, None, MEDIUM),
        ("4710", None, 80_000, 80_000, LARGE),
        ("4710", None, 80_000, 4_999, SMALL),
        ("51", 20, 5_000, None, MEDIUM),
        ("52", 20, 5_000, None, SMALL),
        ("F", 20, 5_000, None, None),  # wholesale or retail, that is not said
        ("53", 5_000, 90_000, None, None),  # railways are not covered
        ("5910", 100, 1_000, None, SMALL),  # handling counts as transport
        ("592", 100, 1_000, None, MEDIUM),  # and storage by itself
        ("59", 100, 1_000, None, None),
        ("60", 300, 2_000, None, MEDIUM),
        ("6110", 10, 100, None, SMALL),
        ("64", 2_000, 100_000, None, LARGE),
        ("6513", 300, 10_000, None, LARGE),
        ("6513", 10, 49, None, MICRO),
        ("7010", 3, 1_000, 5_000, MEDIUM),
        ("7020", 100, 500, None, SMALL),
        ("7030", 9, None, None, MICRO),
        ("7040", 900, 90_000, 90_000, None),
        ("72", 100, None, 8_000, MEDIUM),
        ("7510", 300, None, None, LARGE),
        ("77", 100, None, None, MEDIUM),
        ("85", 10, None, None, SMALL),
        ("84", 10, 10, 10, None),  # hospitals are not covered
        ("J", 10, 10, 10, None),
    ],
)
def test_the_scale_is_that_of_the_standard(
    industry: str, people: int | None, revenue: int | None, assets: int | None, scale: EnterpriseScale | None
) -> None:
    figures = Figures(people, None if revenue is None else revenue * WAN, None if assets is None else assets * WAN)
    assert scale_of(industry, figures) is scale


_FIGURE = st.none() | st.integers(0, 2_000) | st.integers(0, 300_000 * WAN)


@given(st.sampled_from([one.code for one in classification()]), _FIGURE, _FIGURE, _FIGURE, st.integers(0, 2))
def test_who_has_more_is_never_smaller_and_what_becomes_known_never_makes_larger(
    industry: str, people: int | None, revenue: int | None, assets: int | None, which: int
) -> None:
    order = list(EnterpriseScale)
    figures = [people, revenue, assets]
    before = scale_of(industry, Figures(*figures))
    value = figures[which]
    figures[which] = None if value is None else value * 2 + 1
    after = scale_of(industry, Figures(*figures))
    figures[which] = 0
    known = scale_of(industry, Figures(*figures))
    if before is not None and after is not None:
        assert order.index(after) <= order.index(before)
    if before is not None:
        assert known is not None
        assert order.index(known) >= order.index(before)


async def test_nobody_types_a_scale_that_the_figures_say(enter: Enter, editor: Actor) -> None:
    row = await enter(**MAKER, assets_fen=1, figures_year=2025)
    assert (row.scale, row.assets_fen, row.figures_year) == (MEDIUM, 1, 2025)
    small = await enter(credit_code=another(1), employees=20, revenue_fen=2_000 * WAN, scale="small")
    assert small.scale is SMALL
    with pytest.raises(InvalidInput) as refused:
        await enter(credit_code=another(2), **MAKER, scale="large")
    assert [(one.field, one.code) for one in refused.value.errors] == [("scale", "contradicts")]
    assert "中型" in refused.value.errors[0].message
    typed = await enter(credit_code=another(3), scale="large")  # nothing is known that speaks against it
    assert typed.scale is LARGE
    assert (await enter(credit_code=another(4))).scale is None


async def test_the_scale_follows_a_changed_figure_or_industry_though_the_form_still_holds_the_old_one(
    enter: Enter, editor: Actor
) -> None:
    row = await enter(**MAKER)
    form = {**CASES, "id": row.id, "scale": "medium"}
    row = await operations.update_enterprise(editor, {**form, "version": row.version, "employees": 19})
    assert row.scale is MICRO
    row = await operations.update_enterprise(
        editor, {**form, "version": row.version, "scale": "micro", "industry_code": "51"}
    )
    assert (row.scale, row.employees, row.revenue_fen) == (SMALL, 19, 2_000 * WAN)
    with pytest.raises(InvalidInput):
        await operations.update_enterprise(editor, {**form, "version": row.version, "scale": "large"})
    row = await operations.update_enterprise(
        editor, {**form, "version": row.version, "scale": "large", "industry_code": "84"}
    )
    assert row.scale is LARGE  # hospitals are not in the standard: what is typed stands


async def test_figures_of_an_earlier_year_do_not_replace_later_ones(enter: Enter, editor: Actor) -> None:
    row = await enter(**MAKER, figures_year=2025)
    form = {**CASES, "id": row.id, "version": row.version}
    for year, code in ((2024, "earlier"), (2999, "less_than_equal"), (2100, "future")):
        with pytest.raises(InvalidInput) as refused:
            await operations.update_enterprise(editor, {**form, "employees": 5, "figures_year": year})
        assert [(one.field, one.code) for one in refused.value.errors] == [("figures_year", code)]


async def test_an_import_derives_the_scale_and_names_the_row_that_says_otherwise(enter: Enter, editor: Actor) -> None:
    await enter(**MAKER, figures_year=2025)
    told: dict[str, Any] = {key: CASES[key] for key in ("name", "kind", "industry_code", "division_code")}
    rows = [
        {"credit_code": CASES["credit_code"], "employees": 1_000, "revenue_fen": 40_000 * WAN, "figures_year": 2026},
        {**told, "credit_code": another(1), "employees": 3, "scale": "large"},
        {**told, "credit_code": another(2), "employees": 3, "assets_fen": 7},
        {**told, "credit_code": another(3), "scale": "small"},
        {"credit_code": CASES["credit_code"], "employees": 1, "figures_year": 2024},
    ]
    found = await operations.import_enterprises(editor, {"rows": rows[:4]})
    assert (found["created"], found["updated"], found["refused"]) == (2, 1, 1)
    assert found["row_errors"][0].startswith("2 scale: ")
    scales = {row.credit_code: row.scale for row in await Enterprise.all()}
    assert scales == {CASES["credit_code"]: LARGE, another(2): MICRO, another(3): SMALL}
    again = await operations.import_enterprises(editor, {"rows": [rows[0], *rows[2:4]]})
    assert again["unchanged"] == 3
    late = await operations.import_enterprises(editor, {"rows": rows[4:]})
    assert (late["refused"], late["row_errors"][0][:15]) == (1, "1 figures_year:")
    assert (await Enterprise.get(credit_code=another(2))).assets_fen == 7


async def test_the_figures_of_every_quarter_stay_when_business_figures_and_scales_change(
    enter: Enter, editor: Actor
) -> None:
    row = await enter(**MAKER, figures_year=2025)
    cells = sorted(map(str, await EnterpriseCell.all().values()))
    changed = {**CASES, "id": row.id, "version": row.version, "employees": 2, "figures_year": 2026}
    assert (await operations.update_enterprise(editor, changed)).scale is MICRO
    assert sorted(map(str, await EnterpriseCell.all().values())) == cells


async def test_assets_and_their_year_are_private_and_the_scale_is_not(
    enter: Enter, app: Starlette, supervisor: Actor
) -> None:
    await enter(**MAKER, assets_fen=5, figures_year=2025)
    asked = "query X($code: String!) { enterprise(creditCode: $code) { scale assetsFen figuresYear } }"
    for actor, private in ((ANONYMOUS, (None, None)), (supervisor, (5, 2025))):
        answer = await app.state.engine.read(asked, {"code": CASES["credit_code"]}, actor)
        assert answer["enterprise"] == {"scale": "MEDIUM", "assetsFen": private[0], "figuresYear": private[1]}
    entry = await AuditEntry.filter(subject_type="Enterprise").order_by("-id").first()
    assert entry
    assert {name: entry.changes[name] for name in ("assets_fen", "figures_year")} == {
        "assets_fen": None,
        "figures_year": None,
    }


async def test_a_command_derives_the_scales_of_what_stood_in_the_register_before(
    enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["civicgraph.enterprises.operations.derive_scales"], "BATCH", 2)
    for number in range(5):
        await enter(credit_code=another(number), **(MAKER if number % 2 else {}), scale=None if number % 2 else "small")
    await Enterprise.all().update(scale="large")
    said = io.StringIO()
    await commands.derive_scales(Console(file=said))
    assert said.getvalue() == "2 scales became others.\n"
    rows = await Enterprise.all().order_by("id")
    assert [row.scale for row in rows] == [LARGE, MEDIUM, LARGE, MEDIUM, LARGE]
    assert [row.version for row in rows] == [1, 2, 1, 2, 1]
    entries = await AuditEntry.filter(operation="derive_scales")
    assert sorted(code for one in entries for code in one.changes["updated"][1]) == [another(1), another(3)]

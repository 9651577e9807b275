"""Entering services, their hours and prices, and saying whether they are there."""

from __future__ import annotations

from typing import Any

import pytest

from civicgraph.divisions.models import Compound
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.services import operations
from civicgraph.services.models import Offer, OpeningHours, PriceRule, Service, ServiceStatus
from tests.services.conftest import CANTEEN, EIGHT, NOON, SIX, TWO, List
from tests.support import city as place
from tests.support.city import FENGQUAN, HONGQIAO


def edit(row: Service, **values: Any) -> dict[str, Any]:
    """The whole form again, with some values changed."""
    return {**CANTEEN, "slug": row.slug, "version": row.version, **values}


def hours(*stretches: tuple[int, int, int]) -> dict[str, Any]:
    """Opening hours of (weekday, opens, closes)."""
    names = ("weekday", "opens_minute", "closes_minute")
    return {"hours": [dict(zip(names, stretch, strict=True)) for stretch in stretches]}


async def test_a_new_service_is_a_draft_with_hours_prices_and_offers(editor: Actor) -> None:
    row = await operations.create_service(editor, CANTEEN)
    assert (row.status, row.version) == (ServiceStatus.DRAFT, 1)
    assert await OpeningHours.filter(service=row).count() == 10
    assert list(await PriceRule.filter(service=row).order_by("position").values_list("position", "amount_fen")) == [
        (1, 800),
        (2, 1000),
        (3, 1500),
    ]
    assert list(await Offer.filter(service=row).order_by("position").values_list("name", flat=True)) == [
        "折耳根炒腊肉",
        "酸汤鱼",
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": ""}, {"name": "missing"}),
        ({"capacity": 0}, {"capacity": "greater_than_equal"}),
        ({"division_code": "1234"}, {"division_code": "unknown_division"}),
        ({"compound_number": 7}, {"compound_number": "elsewhere"}),
        (hours((1, TWO, NOON)), {"hours.0.closes_minute": "end_before_start"}),
        (hours((8, NOON, TWO)), {"hours.0.weekday": "less_than_equal"}),
        (hours((1, NOON, TWO), (1, TWO - 1, SIX)), {"hours.1.closes_minute": "overlap"}),
        (
            {"special_days": [{"first_day": "2026-10-03", "last_day": "2026-10-01"}]},
            {"special_days.0.last_day": "end_before_start"},
        ),
        (
            {"special_days": [{"first_day": "2026-10-03", "opens_minute": 600}]},
            {"special_days.0.closes_minute": "missing"},
        ),
        (
            {"special_days": [{"first_day": "2026-10-03", "opens_minute": 600, "closes_minute": 540}]},
            {"special_days.0.closes_minute": "end_before_start"},
        ),
        (
            {"price_rules": [{"label": "搬运", "min_floor": 9, "max_floor": 6, "amount_fen": 1}]},
            {"price_rules.0.max_floor": "end_before_start"},
        ),
        (
            {
                "price_rules": [
                    {"label": "楼上", "min_floor": 6, "amount_fen": 1},
                    {"label": "八楼", "min_floor": 8, "amount_fen": 2},
                ]
            },
            {"price_rules.1.label": "unreachable"},
        ),
        ({"price_rules": [{"label": "餐", "amount_fen": -1}]}, {"price_rules.0.amount_fen": "greater_than_equal"}),
        (
            {"price_rules": [{"label": "倒", "min_age": 80, "max_age": 60, "amount_fen": 1}]},
            {"price_rules.0.max_age": "end_before_start"},
        ),
        (
            {"price_rules": [{"label": "人人", "amount_fen": 1}, {"label": "老人", "min_age": 60, "amount_fen": 0}]},
            {"price_rules.1.label": "unreachable"},
        ),
        ({"offers": [{"kind": "dish", "name": ""}]}, {"offers.0.name": "missing"}),
        ({"offers": [{"name": "美术", "weekday": 8}]}, {"offers.0.weekday": "less_than_equal"}),
        ({"offers": [{"name": "美术", "weekday": 3, "ends_minute": TWO}]}, {"offers.0.starts_minute": "missing"}),
        (
            {"offers": [{"name": "美术", "starts_minute": TWO, "ends_minute": NOON}]},
            {"offers.0.ends_minute": "end_before_start"},
        ),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field(
    editor: Actor, values: dict[str, Any], expected: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await operations.create_service(editor, {**CANTEEN, **values})
    assert {error.field: error.code for error in caught.value.errors} == expected
    assert not await Service.all().count()


async def test_hours_may_touch_and_end_at_midnight(editor: Actor) -> None:
    row = await operations.create_service(editor, {**CANTEEN, **hours((1, NOON, TWO), (1, TWO, 0), (2, NOON, TWO))})
    kept = await OpeningHours.filter(service=row).order_by("id").values_list("weekday", "closes_minute")
    assert list(kept) == [(1, TWO), (1, 1440), (2, TWO)]


async def test_a_service_of_a_compound_lies_where_the_compound_lies(editor: Actor) -> None:
    here = await Compound.create(name="君澜小区", division_id=FENGQUAN)
    there = await Compound.create(name="天居小区", division_id=HONGQIAO)
    row = await operations.create_service(editor, {**CANTEEN, "compound_number": here.id})
    assert row.compound_id == here.id
    with pytest.raises(InvalidInput):
        await operations.update_service(editor, edit(row, compound_number=there.id))


async def test_a_change_replaces_the_rows_and_is_in_the_trail(editor: Actor, list_service: List) -> None:
    row = await list_service()
    changed = await operations.update_service(editor, edit(row, **hours((6, NOON, EIGHT)), offers=[]))
    assert changed.version == row.version + 1
    assert await OpeningHours.filter(service=row).count() == 1
    assert not await Offer.filter(service=row).count()
    entry = await AuditEntry.all().order_by("-id").first()
    assert entry is not None
    assert set(entry.changes) == {"hours", "offers"}


async def test_the_second_editor_is_told_and_changes_nothing(editor: Actor, list_service: List) -> None:
    row = await list_service()
    await operations.update_service(editor, edit(row, name="幸福食堂"))
    with pytest.raises(Conflict) as caught:
        await operations.update_service(editor, edit(row, name="长者食堂"))
    assert caught.value.current["name"] == "幸福食堂"
    assert (await Service.get(id=row.id)).name == "幸福食堂"


async def test_a_service_rests_comes_back_and_closes_for_good(editor: Actor, list_service: List) -> None:
    row = await list_service()
    row = await operations.suspend_service(editor, {"slug": row.slug, "version": row.version, "reason": "装修"})
    assert (row.status, row.status_reason) == (ServiceStatus.SUSPENDED, "装修")
    row = await operations.resume_service(editor, {"slug": row.slug, "version": row.version})
    assert (row.status, row.status_reason) == (ServiceStatus.PUBLISHED, "")
    row = await operations.close_service(editor, {"slug": row.slug, "version": row.version, "reason": "搬走了"})
    with pytest.raises(Unavailable):
        await operations.resume_service(editor, {"slug": row.slug, "version": row.version})


async def test_nobody_changes_services_outside_their_grants(
    editor: Actor, neighbour: Actor, list_service: List
) -> None:
    worker = await place.person("worker", Role.GRID_WORKER, FENGQUAN)
    for actor in (ANONYMOUS, neighbour, worker):
        with pytest.raises(Forbidden):
            await operations.create_service(actor, CANTEEN)
    draft, shown = await list_service(publish=False), await list_service()
    with pytest.raises(NotFound):
        await operations.publish_service(neighbour, {"slug": draft.slug, "version": draft.version})
    with pytest.raises(Forbidden):
        await operations.update_service(neighbour, edit(shown))
    with pytest.raises(Forbidden):
        await operations.update_service(editor, edit(shown, division_code=HONGQIAO))

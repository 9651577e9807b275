"""Who looks after which building, and what becomes a grievance: repairs and errands."""

from __future__ import annotations

from typing import Any

import pytest

from civicgraph.grievances.models import Body, Grievance, GrievanceCategory, Urgency
from civicgraph.operations import InvalidInput
from civicgraph.permissions import Actor
from civicgraph.services import operations
from tests.services.conftest import CANTEEN
from tests.services.test_pages import Site, publish, site
from tests.support.city import FENGQUAN

__all__ = ["site"]
STEWARDS: dict[str, Any] = {
    "kind": "steward",
    "name": "楼栋管家",
    "offers": [],
    "stewards": [
        {"buildings": "1至3栋、5栋", "name": "王大姐", "phone": "0851-11110001", "is_public": True},
        {"buildings": "四栋", "name": "罗大姐", "phone": "0851-11110002"},
    ],
}


@pytest.mark.parametrize(
    ("building", "found"),
    [
        ("2", "0851-11110001"),
        ("5栋", "0851-11110001"),
        ("３号楼", "0851-11110001"),
        ("四栋", "没有公开姓名"),
        ("9", "还没有登记管家"),
    ],
)
async def test_residents_find_the_steward_of_their_building(site: Site, building: str, found: str) -> None:
    row = await publish(site, **STEWARDS)
    text = await site.stranger.open(f"/services/{row.slug}?building={building}")
    answer = text.partition('role="status">')[2].partition("</p>")[0]
    assert found in answer


async def test_a_steward_who_has_not_agreed_is_named_to_nobody_but_those_who_keep_the_service(site: Site) -> None:
    row = await publish(site, **STEWARDS)
    text = await site.stranger.open(f"/services/{row.slug}")
    assert "王大姐" in text
    assert "罗大姐" not in text
    assert "11110002" not in text
    assert "姓名未公开" in text
    assert "罗大姐" in await site.editor.open(f"/staff/services/{row.slug}")


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"stewards": [{"buildings": "东边那栋", "name": "王大姐"}]}, "stewards.0.buildings"),
        ({"kind": "canteen"}, "stewards"),
    ],
)
async def test_buildings_have_numbers_and_only_stewards_have_them(
    editor: Actor, values: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await operations.create_service(editor, {**CANTEEN, **STEWARDS, **values})
    assert [one.field for one in refused.value.errors] == [wrong]


async def test_an_errand_is_asked_for_as_a_grievance_that_is_never_public_and_says_whom_to_reach(site: Site) -> None:
    await GrievanceCategory.create(
        **{"code": "errand", "name": "上门代办", "name_en": "Proxy errands", "position": 1, "is_personal": True},
        **{"group_code": "care", "group_name": "照料", "group_name_en": "Care"},
        urgency=Urgency.GENERAL,
        body=Body.GRID_WORKER,
    )
    row = await publish(site, kind="errand", name="网格员代办", offers=[{"kind": "task", "name": "代取药品"}])
    text = await site.stranger.open(f"/services/{row.slug}")
    link = f"division={FENGQUAN}&amp;category=errand&amp;public=no"
    assert link in text
    assert "请人上门或视频代办" in text
    path = text.partition("请人上门")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    form = await site.stranger.open(path)
    assert site.stranger.status == 200
    assert "<h1>上门代办</h1>" in form
    assert "要办什么事，给谁办？" in form
    assert 'name="is_public"' not in form
    sent = {"description": "给母亲办社保认证，请上门。", "category": "errand"}
    refused = await site.stranger.send(f"/report?division={FENGQUAN}", **sent)
    assert site.stranger.status == 422
    assert "请留电话或电子邮箱，或者姓名和住址" in refused
    await site.stranger.send(f"/report?division={FENGQUAN}", **sent, contact_phone="13800001111")
    assert site.stranger.status == 200
    assert await Grievance.filter(category_id="errand", is_public=False).count() == await Grievance.all().count() == 1

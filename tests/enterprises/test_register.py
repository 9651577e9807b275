"""Entering enterprises, changing them, showing them, and who is told whom to ask for."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from civicgraph.accounts.operations import create_token
from civicgraph.enterprises import operations
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import (
    Enterprise,
    EnterpriseList,
    EnterpriseListing,
    EnterpriseScale,
    EnterpriseStatus,
    Industry,
)
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, SCOPES, Actor
from tests.enterprises.conftest import CASES, Enter, another
from tests.support.city import HONGQIAO


def edit(row: Enterprise, **values: Any) -> dict[str, Any]:
    """The whole form again, with some values changed."""
    return {**CASES, "id": row.id, "version": row.version, **values}


def key(row: Enterprise) -> dict[str, int]:
    """Which entry, as it is now."""
    return {"id": row.id, "version": row.version}


async def test_a_new_entry_holds_its_lists_and_only_a_sealed_telephone(enter: Enter) -> None:
    row = await enter()
    assert (row.version, row.status, row.is_published) == (1, EnterpriseStatus.ACTIVE, True)
    listing = await EnterpriseListing.get(enterprise=row)
    assert (listing.list, listing.listed_on) == (EnterpriseList.DESIGNATED_SIZE, date(2024, 1, 1))
    assert row.contact_phone_masked == "139****5678"
    assert "5678" not in row.contact_phone


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": ""}, {"name": "missing"}),
        ({"name": "包" * 121}, {"name": "string_too_long"}),
        ({"credit_code": CASES["credit_code"][:-1]}, {"credit_code": "string_too_short"}),
        ({"credit_code": "0" * 17 + "1"}, {"credit_code": "credit_code"}),
        ({"credit_code": "信" * 18}, {"credit_code": "credit_code"}),
        ({"kind": "bank"}, {"kind": "enum"}),
        ({"industry_code": "99"}, {"industry_code": "unknown"}),
        ({"division_code": "520399999999"}, {"division_code": "unknown_division"}),
        ({"established_on": "2999-01-01"}, {"established_on": "future"}),
        ({"established_on": "昨天"}, {"established_on": "date_from_datetime_parsing"}),
        (
            {"listings": [{"list": "four_above", "listed_on": "2024-01-01", "delisted_on": "2023-12-31"}]},
            {"listings.0.delisted_on": "end_before_start"},
        ),
        ({"listings": [{"list": "four_above", "listed_on": "2024-01-01"}] * 2}, {"listings.1.list": "twice"}),
        (
            {
                "listings": [
                    {"list": "four_above", "listed_on": "2025-01-01"},
                    {"list": "four_above", "listed_on": "2024-01-01", "delisted_on": "2025-01-01"},
                ]
            },
            {"listings.1.list": "twice"},
        ),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field(
    editor: Actor, values: dict[str, Any], expected: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await operations.create_enterprise(editor, {**CASES, **values})
    assert {error.field: error.code for error in caught.value.errors} == expected
    assert not await Enterprise.all().count()


async def test_small_letters_of_a_code_are_taken_as_capitals(enter: Enter) -> None:
    assert (await enter(credit_code=CASES["credit_code"].lower())).credit_code == CASES["credit_code"]


async def test_a_code_is_entered_once(enter: Enter, editor: Actor) -> None:
    row = await enter()
    other = await enter(credit_code=another(2))
    for write in (enter(), operations.update_enterprise(editor, edit(other))):
        with pytest.raises(InvalidInput) as caught:
            await write
        assert [(error.field, error.code) for error in caught.value.errors] == [("credit_code", "taken")]
    assert (await operations.update_enterprise(editor, edit(row, name="箱包厂"))).name == "箱包厂"


async def test_a_change_replaces_lists(enter: Enter, editor: Actor) -> None:
    row = await enter()
    row = await operations.update_enterprise(editor, edit(row, industry_code="C", listings=[]))
    assert (row.version, row.industry_id) == (2, "C")  # type: ignore[attr-defined]
    assert not await EnterpriseListing.all().count()
    entry = await AuditEntry.filter(operation="update_enterprise").get()
    assert entry.changes["industry_code"] == ["19", "C"]
    assert entry.changes["listings"] == [["designated_size 2024-01-01"], []]


async def test_the_second_editor_is_told_and_changes_nothing(enter: Enter, editor: Actor) -> None:
    row = await enter()
    await operations.update_enterprise(editor, edit(row, brand="第一"))
    with pytest.raises(Conflict) as caught:
        await operations.update_enterprise(editor, edit(row, brand="第二"))
    assert (caught.value.version, caught.value.current["brand"]) == (2, "第一")
    assert not {"contact_name", "contact_phone"} & caught.value.current.keys()
    assert (await Enterprise.get(id=row.id)).brand == "第一"


async def test_nobody_writes_outside_their_county_or_moves_an_entry_there(
    enter: Enter, editor: Actor, neighbour: Actor
) -> None:
    row = await enter()
    for actor in (ANONYMOUS, neighbour):
        for write in (
            operations.update_enterprise(actor, edit(row)),
            operations.withdraw_enterprise(actor, key(row)),
            operations.forget_enterprise_contact(actor, key(row)),
            operations.forget_enterprise_figures(actor, key(row)),
            operations.reveal_enterprise_contact(actor, {"id": row.id}),
            operations.create_enterprise(actor, {**CASES, "credit_code": another(3)}),
        ):
            with pytest.raises(Forbidden):
                await write
    with pytest.raises(Forbidden):
        await operations.update_enterprise(editor, edit(row, division_code=HONGQIAO))
    assert await Enterprise.filter(version=1).count() == await Enterprise.all().count() == 1


async def test_what_is_withdrawn_is_not_there_for_strangers_until_it_is_shown_again(
    enter: Enter, editor: Actor, neighbour: Actor
) -> None:
    row = await operations.withdraw_enterprise(editor, key(await enter()))
    for write in (
        operations.update_enterprise(neighbour, edit(row)),
        operations.update_enterprise(neighbour, edit(row, id=row.id + 1)),
    ):
        with pytest.raises(NotFound):
            await write
    with pytest.raises(Unavailable):
        await operations.withdraw_enterprise(editor, key(row))
    row = await operations.publish_enterprise(editor, key(row))
    assert (row.is_published, row.version) == (True, 3)


async def test_a_status_is_set_without_the_whole_form(enter: Enter, editor: Actor) -> None:
    row = await enter()
    row = await operations.set_enterprise_status(editor, {**key(row), "status": "closed"})
    assert row.status is EnterpriseStatus.CLOSED
    with pytest.raises(Unavailable):
        await operations.set_enterprise_status(editor, {**key(row), "status": "closed"})
    with pytest.raises(Conflict):
        await operations.set_enterprise_status(editor, {"id": row.id, "version": 1, "status": "active"})


async def test_an_editor_who_may_not_read_the_contact_does_not_wipe_it(enter: Enter, editor: Actor) -> None:
    row = await enter()
    row = await operations.update_enterprise(editor, edit(row, contact_name="", contact_phone=""))
    assert (row.contact_name, row.contact_phone_masked) == ("李厂长", "139****5678")
    row = await operations.update_enterprise(editor, edit(row, contact_name="王厂长", contact_phone=""))
    assert (row.contact_name, row.contact_phone_masked) == ("王厂长", "139****5678")


async def test_a_contact_is_forgotten_wholly(enter: Enter, editor: Actor, supervisor: Actor) -> None:
    row = await operations.forget_enterprise_contact(editor, key(await enter()))
    assert (row.contact_name, row.contact_phone, row.contact_phone_masked) == ("", "", "")
    assert await operations.reveal_enterprise_contact(supervisor, {"id": row.id}) == {"phone": "", "email": ""}
    with pytest.raises(Unavailable):
        await operations.forget_enterprise_contact(editor, key(row))


async def test_figures_are_deleted_wholly_and_the_scale_that_follows_from_them(enter: Enter, editor: Actor) -> None:
    figures = {"employees": 12, "revenue_fen": 500_000_00, "figures_year": 2025}
    row = await enter(**figures)
    assert row.scale is EnterpriseScale.MICRO
    row = await operations.update_enterprise(editor, edit(row, **figures))
    trail = await AuditEntry.all().order_by("-id").first()
    assert trail is not None
    assert not figures.keys() & trail.changes.keys(), "what is sent as it was is no change"
    row = await operations.forget_enterprise_figures(editor, key(row))
    assert (row.employees, row.revenue_fen, row.assets_fen, row.figures_year, row.scale) == (None,) * 5
    row = await operations.update_enterprise(editor, edit(row, scale="medium", employees=400))
    row = await operations.forget_enterprise_figures(editor, key(row))
    assert row.scale is EnterpriseScale.MEDIUM, "what was typed stands"
    with pytest.raises(Unavailable):
        await operations.forget_enterprise_figures(editor, key(row))


async def test_each_look_at_a_contact_is_recorded_and_its_value_never(
    enter: Enter, editor: Actor, supervisor: Actor
) -> None:
    row = await enter()
    assert await operations.reveal_enterprise_contact(supervisor, {"id": row.id}) == {
        "phone": "13912345678",
        "email": "",
    }
    with pytest.raises(Forbidden):
        await operations.reveal_enterprise_contact(editor, {"id": row.id})
    entries = await AuditEntry.all().order_by("id")
    assert [(entry.operation, entry.person_id) for entry in entries] == [  # type: ignore[attr-defined]
        ("create_enterprise", editor.person_id),
        ("reveal_enterprise_contact", supervisor.person_id),
    ]
    assert entries[0].changes["contact_phone"] is None
    assert not any(word in str(entry.changes) for entry in entries for word in ("李厂长", "5678"))


async def test_a_contact_is_told_over_graphql_as_well(
    enter: Enter, supervisor: Actor, client: httpx.AsyncClient
) -> None:
    row = await enter()
    made = await create_token(supervisor, {"name": "register", "scopes": list(SCOPES), "days": 1})
    text = f"mutation {{ revealEnterpriseContact(input: {{id: {row.id}}}) {{ phone errors {{ message }} }} }}"
    headers = {"authorization": f"Bearer {made['secret']}", "accept": "application/json"}
    answer = await client.post("/graphql", json={"query": text}, headers=headers)
    assert answer.json()["data"] == {"revealEnterpriseContact": {"phone": "13912345678", "errors": []}}


async def test_the_industries_are_loaded_once_and_brought_up_to_date(city: None) -> None:
    assert await Industry.filter(parent_id=None).count() == 20
    await Industry.filter(code="19").update(name="皮子")
    await load_industries()
    assert await Industry.all().count() == 1971
    assert (await Industry.get(code="19")).name.startswith("皮革")

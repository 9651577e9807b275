"""Keeping products: what fits together, who may, what the trail says; pictures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.enterprises import operations as register
from civicgraph.enterprises.claims.models import ClaimWay, EnterpriseAccount
from civicgraph.enterprises.models import Enterprise
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.products import operations
from civicgraph.products.models import Product, ProductionBase, ProductOutput, SupplyLink
from civicgraph.uploads.models import Upload
from civicgraph.uploads.owners import is_shown_to_all
from tests.products.conftest import GROWER, MUSHROOMS, List, edit, version
from tests.support.city import HONGQIAO, SUIYANG


async def test_a_product_keeps_its_parts_with_exact_amounts(list_product: List) -> None:
    row = await list_product(publish=False)
    assert (row.is_published, row.months) == (False, ["SEPTEMBER", "OCTOBER"])
    output = await ProductOutput.get(product_id=row.id)
    assert (output.amount, output.unit, output.base_amount) == ("1000000", "jin", 500_000_000)
    link = await SupplyLink.get(product_id=row.id)
    assert (link.amount, link.base_amount, link.mass_grams, link.market) == ("200000", 10**8, 10**8, "珠海")
    bases = await ProductionBase.filter(product_id=row.id).order_by("position")
    assert [(one.elsewhere, one.area_base) for one in bases] == [("", 200_000_000), ("珠海", 80_000_000)]


LINK = {"market": "珠海", "year": 2025, "amount": "1", "unit": "tonne"}
BASE = {"name": "基地", "elsewhere": "珠海"}
OUTPUT = {"year": 2025, "amount": "1000000", "unit": "jin"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"links": [{**LINK, "amount": "500.01"}]}, ("links.0.amount", "too_much")),
        (
            {"links": [{**LINK, "amount": "300"}, {**LINK, "amount": "400001", "unit": "jin"}]},
            ("links.1.amount", "too_much"),
        ),
        ({"links": [{**LINK, "year": 2024}]}, ("links.0.year", "no_output")),
        ({"links": [{**LINK, "unit": "box"}]}, ("links.0.unit", "other_kind")),
        ({"links": [{**LINK, "market": ""}]}, ("links.0.market", "missing")),
        ({"links": [{**LINK, "place_code": HONGQIAO}]}, ("links.0.market", "both")),
        ({"links": [{**LINK, "market": "", "place_code": "520399"}]}, ("links.0.place_code", "unknown_division")),
        ({"links": [{**LINK, "buyer_credit_code": "nobody"}]}, ("links.0.buyer_credit_code", "unknown")),
        ({"outputs": [OUTPUT, OUTPUT], "links": []}, ("outputs.1.year", "twice")),
        ({"outputs": [{**OUTPUT, "amount": "some"}]}, ("outputs.0.amount", "amount")),
        ({"outputs": [{**OUTPUT, "amount": "1.5", "unit": "box"}], "links": []}, ("outputs.0.amount", "amount")),
        ({"bases": [{"name": "基地"}]}, ("bases.0.elsewhere", "missing")),
        ({"bases": [{**BASE, "area": "3"}]}, ("bases.0.area_unit", "missing")),
        ({"bases": [{**BASE, "area": "3", "area_unit": "jin"}]}, ("bases.0.area_unit", "other_kind")),
        ({"contact_phone": "0851-1"}, ("contact_agreed_on", "missing")),
        ({"contact_agreed_on": "2026-01-01"}, ("contact_phone", "missing")),
        (
            {"contact_name": "王", "contact_agreed_on": f"{clock.today() + timedelta(days=2)}"},
            ("contact_agreed_on", "future"),
        ),
        ({"credit_code": "x" * 18}, ("credit_code", "unknown")),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field(
    editor: Actor, grower: Enterprise, values: dict[str, Any], expected: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await operations.create_product(editor, {**MUSHROOMS, **values})
    assert expected in [(one.field, one.code) for one in caught.value.errors]
    assert not await Product.exists()


async def test_all_that_was_made_may_be_sold(list_product: List) -> None:
    links = [{**LINK, "amount": "499.99"}, {**LINK, "market": "重庆", "amount": "20", "unit": "jin"}]
    row = await list_product(links=links)
    assert await SupplyLink.filter(product_id=row.id).count() == 2


async def test_a_change_replaces_the_parts_and_the_trail_says_so(list_product: List, editor: Actor) -> None:
    row = await list_product(contact_name="王", contact_phone="0851-2", contact_agreed_on="2026-01-01")
    row = await operations.update_product(editor, edit(row, links=[], brand="新", contact_phone=""))
    assert (row.version, row.contact_agreed_on) == (3, None)
    assert not await SupplyLink.exists()
    entry = await AuditEntry.filter(operation="update_product").get()
    assert entry.changes["links"] == [["林下基地 珠海 2025 200000 jin"], []]
    assert entry.changes["brand"] == ["清菇娘", "新"]
    assert "0851-2" not in str(await AuditEntry.all().values_list("changes", flat=True))


async def test_the_second_editor_is_told_and_changes_nothing(list_product: List, editor: Actor) -> None:
    row = await list_product()
    stale = version(row)
    await operations.update_product(editor, edit(row, brand="第一"))
    with pytest.raises(Conflict) as caught:
        await operations.update_product(editor, edit(row, **stale, brand="第二"))
    assert caught.value.current["brand"] == "第一"


async def test_only_who_keeps_the_place_may(list_product: List, neighbour: Actor, editor: Actor) -> None:
    row = await list_product()
    for actor in (neighbour, ANONYMOUS):
        with pytest.raises(Forbidden):
            await operations.update_product(actor, edit(row))
    with pytest.raises(Forbidden):
        await operations.update_product(editor, edit(row, division_code=SUIYANG))
    hidden = await list_product(publish=False)
    with pytest.raises(NotFound):
        await operations.publish_product(neighbour, version(hidden))
    elsewhere = {**MUSHROOMS, "division_code": HONGQIAO}
    with pytest.raises(InvalidInput) as caught:
        await operations.create_product(neighbour, elsewhere)
    assert caught.value.errors[0].field == "credit_code"


async def test_a_change_of_the_register_leaves_the_products_alone(
    list_product: List, grower: Enterprise, editor: Actor
) -> None:
    row = await list_product()
    await register.update_enterprise(editor, {**GROWER, "id": grower.id, "version": grower.version, "brand": "新"})
    assert await Product.filter(enterprise_id=grower.id).values_list("id", flat=True) == [row.id]


async def test_the_maker_describes_its_own_product_and_agrees_to_its_contact_by_naming_it(
    list_product: List, grower: Enterprise, editor: Actor, neighbour: Actor
) -> None:
    row = await list_product()
    words = {**version(row), "summary": "自家林子里的", "contact_phone": "0851-3"}
    for actor in (ANONYMOUS, editor, neighbour):
        with pytest.raises(NotFound):
            await operations.describe_product(actor, words)
    maker = await Person.create(username="maker", name="韩厂长", password_hash="")
    await EnterpriseAccount.create(enterprise_id=grower.id, person_id=maker.id, way=ClaimWay.STAFF)
    own = Actor(kind="person", person_id=maker.id)
    row = await operations.describe_product(own, words)
    assert (row.summary, row.contact_agreed_on, row.brand) == ("自家林子里的", clock.today(), "")
    assert await SupplyLink.filter(product_id=row.id).count() == 1
    assert "林子" in row.search_terms
    row = await operations.describe_product(own, {**words, **version(row), "contact_phone": ""})
    assert (row.contact_phone, row.contact_agreed_on) == ("", None)
    assert "0851-3" not in str(await AuditEntry.all().values_list("changes", flat=True))


async def _upload(name: str = "photo") -> str:
    row = await Upload.create(
        name=name, media_type="image/jpeg", size_bytes=1, content_hash="0" * 64, original_hash="0" * 64
    )
    return row.name


async def test_a_picture_is_public_with_its_product_and_moves_with_it(list_product: List, editor: Actor) -> None:
    row = await list_product(publish=False)
    given = {**version(row), "picture": await _upload(), "picture_alt": "几朵菌"}
    row = await operations.set_product_picture(editor, given)
    picture = await Upload.get(subject_type="Product", subject_id=row.id)
    assert (row.picture_alt, picture.is_public) == ("几朵菌", False)
    row = await operations.publish_product(editor, version(row))
    await picture.refresh_from_db()
    assert picture.is_public
    row = await operations.withdraw_product(editor, version(row))
    shown = picture.name
    await picture.refresh_from_db()
    assert not picture.is_public
    assert picture.name != shown
    given = {**version(row), "picture": await _upload("second"), "picture_alt": "又几朵"}
    row = await operations.set_product_picture(editor, given)
    assert [one.name for one in await Upload.filter(subject_type="Product")] == ["second"]
    row = await operations.remove_product_picture(editor, version(row))
    assert not await Upload.exists(subject_type="Product")
    with pytest.raises(Unavailable):
        await operations.remove_product_picture(editor, version(row))


async def test_a_picture_is_withdrawn_with_its_makers_entry(
    list_product: List, editor: Actor, grower: Enterprise
) -> None:
    row = await list_product()
    await operations.set_product_picture(editor, {**version(row), "picture": await _upload(), "picture_alt": "几朵菌"})
    picture = await Upload.get(subject_type="Product", subject_id=row.id)
    assert await is_shown_to_all(picture)
    await Enterprise.filter(id=grower.id).update(is_published=False)
    assert not await is_shown_to_all(picture)

"""A buyer asks the maker of a product: the words reach its private contact, and who asks stands nowhere else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise import Tortoise

from civicgraph import budgets, clock
from civicgraph import settings as configuration
from civicgraph.enterprises.models import Enterprise
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import said_by
from civicgraph.notifications.sending.batch import opened
from civicgraph.operations import InvalidInput, NotFound, TooMany, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.privacy import retention
from civicgraph.products import operations
from civicgraph.products.models import Product
from tests.products.conftest import GROWER, List, version
from tests.support.browser import visit

BUYER: dict[str, Any] = {
    "quantity": "每月 500 斤",
    "inquiry": "请问价格和发货时间，能先寄样品吗？",
    "contact_name": "林小买",
    "contact_phone": "13911112222",
    "contact_email": "lin@example.cn",
}
ADDRESS = "grower@example.cn"


@pytest.fixture
async def grower(editor: Actor) -> Enterprise:
    """The grower, whose private contact has an e-mail address."""
    from civicgraph.enterprises import operations as register

    return await register.create_enterprise(editor, {**GROWER, "contact_email": ADDRESS})


async def letters() -> list[str]:
    """The inquiries that leave, as they are read."""
    sent = await OutboxMessage.filter(template="product_inquiry").order_by("id")
    return [(await said_by("product_inquiry", opened(one.values), one.locale)).text for one in sent]


async def test_the_maker_reads_who_asks_for_what_and_nothing_of_it_is_kept_in_the_clear(list_product: List) -> None:
    row = await list_product()
    await operations.inquire_product(ANONYMOUS, {"id": row.id, **BUYER})
    (letter,) = await letters()
    for words in (*BUYER.values(), row.name, "凤冈清菇农业公司", f"/products/{row.id}"):
        assert words in letter, words
    tables = [await model.all().values() for model in Tortoise.apps["civicgraph"].values()]  # type: ignore[index]
    kept = json.dumps(tables, default=str, ensure_ascii=False)
    assert not [words for words in (*BUYER.values(), ADDRESS) if words in kept]
    message = await OutboxMessage.get(template="product_inquiry")
    said = await said_by("product_inquiry", opened(message.values), "zh")
    assert not [words for words in BUYER.values() if words in said.subject]
    entry = await AuditEntry.filter(operation="inquire_product").get()
    assert entry.changes == {"inquiry": [None, None]}


async def test_a_month_after_it_left_what_was_sealed_is_gone(list_product: List) -> None:
    row = await list_product()
    await operations.inquire_product(ANONYMOUS, {"id": row.id, **BUYER})
    await OutboxMessage.all().update(state="sent", sent_at=clock.now())
    for days, is_kept in ((29, True), (31, False)):
        with clock.override(clock.now() + timedelta(days=days)):
            assert await retention.ERASERS["message"](100) == (0 if is_kept else 1)
        message = await OutboxMessage.get()
        assert (message.address != "", "sealed_buyer" in message.values) == (is_kept, is_kept)
    assert set(message.values) == {"title", "enterprise", "link"}


async def test_who_asks_says_where_to_answer_and_what_they_want(list_product: List) -> None:
    row = await list_product()
    for given, field in (
        ({"contact_phone": "", "contact_email": ""}, "contact_phone"),
        ({"contact_name": ""}, "contact_name"),
        ({"inquiry": "价"}, "inquiry"),
        ({"contact_email": "lin"}, "contact_email"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await operations.inquire_product(ANONYMOUS, {"id": row.id, **BUYER, **given})
        assert field in {one.field for one in refused.value.errors}, given
    assert await letters() == []
    await operations.inquire_product(ANONYMOUS, {"id": row.id, **BUYER, "contact_email": "", "quantity": ""})
    assert len(await letters()) == 1


async def test_only_what_is_public_can_be_asked_about_and_only_a_maker_with_an_address(
    list_product: List, grower: Enterprise
) -> None:
    hidden = await list_product(publish=False)
    with pytest.raises(NotFound):
        await operations.inquire_product(ANONYMOUS, {"id": hidden.id, **BUYER})
    row = await list_product(name="羊肚菌")
    await Enterprise.filter(id=grower.id).update(contact_email="")
    with pytest.raises(Unavailable):
        await operations.inquire_product(ANONYMOUS, {"id": row.id, **BUYER})
    await Enterprise.filter(id=grower.id).update(is_published=False)
    with pytest.raises(NotFound):
        await operations.inquire_product(ANONYMOUS, {"id": row.id, **BUYER})
    assert await letters() == []


async def test_an_inquiry_that_is_sent_again_is_one_inquiry(list_product: List) -> None:
    row = await list_product()
    for _ in range(3):
        await operations.inquire_product(ANONYMOUS, {"id": row.id, **BUYER, "idempotency_key": "k" * 20})
    assert len(await letters()) == 1


async def test_one_address_asks_a_few_times_in_a_minute_and_a_product_is_asked_for_so_often_in_a_day(
    list_product: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await list_product()
    given = {"id": row.id, **BUYER}
    monkeypatch.setattr(budgets, "shared", budgets.Budgets())
    configuration.use(configuration.current().model_copy(update={"inquiries_per_minute": 2}))
    near, far = (Actor(kind="anonymous", address_key=key) for key in ("near", "far"))
    for _ in range(2):
        await operations.inquire_product(near, given)
    with pytest.raises(TooMany):
        await operations.inquire_product(near, given)
    await operations.inquire_product(far, given)
    for _ in range(27):
        await operations.inquire_product(ANONYMOUS, given)
    with pytest.raises(TooMany):
        await operations.inquire_product(ANONYMOUS, given)
    assert len(await letters()) == 30
    other = await list_product(name="羊肚菌")
    await operations.inquire_product(ANONYMOUS, {**given, "id": other.id})


@pytest.mark.parametrize(("locale", "button"), [("zh", "我要买"), ("en", "I want to buy")])
async def test_a_stranger_asks_from_the_products_page_without_javascript(
    app: Starlette, list_product: List, grower: Enterprise, editor: Actor, locale: str, button: str
) -> None:
    row = await list_product()
    page = visit(app)
    page.http.cookies.set("lang", locale)
    assert button in await page.open(f"/products/{row.id}")
    action = f"/products/{row.id}/inquiry"
    await page.open(action)
    text = await page.send(action, **{**BUYER, "contact_phone": "", "contact_email": ""})
    assert page.status == 422
    assert 'id="f-contact_phone-error"' in text
    assert BUYER["inquiry"] in text
    await page.send(action, contact_phone=BUYER["contact_phone"])
    assert page.address.endswith(f"/products/{row.id}")
    assert len(await letters()) == 1
    await Enterprise.filter(id=grower.id).update(contact_email="")
    assert button not in await page.open(f"/products/{row.id}")
    assert f'action="{action}"' not in await page.open(action)
    await operations.withdraw_product(editor, version(await Product.get(id=row.id)))
    await page.open(action)
    assert page.status == 404
    await page.http.aclose()

"""A product as its editors keep it: texts, outputs, bases, sales, and whether everyone sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civicgraph.divisions.models import Division
from civicgraph.divisions.operations import place_of
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.rules import may_see
from civicgraph.i18n import N_
from civicgraph.operations import (
    Forbidden,
    InvalidInput,
    NotFound,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_PRODUCTS, Actor
from civicgraph.products.models import (
    Month,
    Product,
    ProductionBase,
    ProductOutput,
    Recognition,
    SupplyLink,
    SupportReceived,
)
from civicgraph.products.operations.inputs import (
    CreateProduct,
    ProductFields,
    ProductionBaseFields,
    ProductOutputFields,
    ProductVersion,
    RecognitionFields,
    SupplyLinkFields,
    SupportReceivedFields,
    UpdateProduct,
)
from civicgraph.products.units import Dimension, base, dimension
from civicgraph.text import search_terms
from civicgraph.uploads import operations as uploads

_ROWS: dict[str, tuple[type[Any], type[Any]]] = {
    "outputs": (ProductOutput, ProductOutputFields),
    "bases": (ProductionBase, ProductionBaseFields),
    "links": (SupplyLink, SupplyLinkFields),
    "supports": (SupportReceived, SupportReceivedFields),
    "recognitions": (Recognition, RecognitionFields),
}
_OWN = [name for name in ProductFields.model_fields if name not in (*_ROWS, "division_code", "months")]


async def product_values(row: Product) -> dict[str, Any]:
    """The editable values of a product, by input field."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _OWN}
    values |= {"division_code": row.division_id, "months": [Month[name] for name in row.months]}
    for name, (model, fields) in _ROWS.items():
        order = "year" if name == "outputs" else "position"
        found = await model.filter(product_id=row.id).order_by(order).prefetch_related(*_beside(model))
        values[name] = [{key: _value(one, key) for key in fields.model_fields} for one in found]
    return values


def _beside(model: type[Any]) -> list[str]:
    return ["buyer"] if model is SupplyLink else []


def _value(one: Any, key: str) -> Any:
    if key == "place_code":
        return one.place_id or ""
    if key == "buyer_credit_code":
        return one.buyer.credit_code if one.buyer else ""
    return "" if key == "market" and one.place_id else getattr(one, key)


def trace_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps of a change: a line for each part."""
    trace = changed(before, after)
    for name in _ROWS.keys() & trace.keys():
        trace[name] = [[_line(row) for row in rows or []] for rows in trace[name]]
    return trace


def _line(row: dict[str, Any]) -> str:
    return " ".join(str(getattr(value, "value", value)) for value in row.values() if value not in (None, ""))


def words_of(values: Mapping[str, Any]) -> str:
    """What a product is found by, of its values by input field."""
    return search_terms(
        *(values["name"], values["name_en"], values["brand"], values["summary"], *values["standards"]),
        *(one["name"] for one in values["bases"]),
        *(text for one in values["links"] for text in (one["buyer_name"], one["market"])),
        *(one["title"] for one in values["recognitions"]),
    )


def _columns(data: ProductFields) -> dict[str, Any]:
    own = {name: getattr(data, name) for name in _OWN}
    months = [one.name for one in data.months]  # kept by name, as lists of enumerations are that GraphQL reads
    words = words_of(data.model_dump())
    return {**own, "months": months, "division_id": data.division_code, "search_terms": words}


async def _replace_rows(row: Product, data: ProductFields) -> None:
    for model, _ in _ROWS.values():
        await model.filter(product_id=row.id).delete()
    for output in data.outputs:
        await ProductOutput.create(product_id=row.id, base_amount=output.base_amount, **output.model_dump())
    for position, one in enumerate(data.bases, 1):
        place = await _place(one.place_code, f"bases.{position - 1}.place_code")
        size = base(one.area, one.area_unit) if one.area and one.area_unit else None
        own = one.model_dump(exclude={"place_code"})
        await ProductionBase.create(product_id=row.id, position=position, place=place, area_base=size, **own)
    for position, link in enumerate(data.links, 1):
        await SupplyLink.create(product_id=row.id, position=position, **await _link_columns(link, position - 1))
    for name in ("supports", "recognitions"):
        for position, one in enumerate(getattr(data, name), 1):
            await _ROWS[name][0].create(product_id=row.id, position=position, **one.model_dump())


async def _place(code: str, field: str) -> Division | None:
    return await place_of(code, field) if code else None


async def _link_columns(link: SupplyLinkFields, index: int) -> dict[str, Any]:
    place = await _place(link.place_code, f"links.{index}.place_code")
    buyer = None
    if link.buyer_credit_code:
        buyer = await Enterprise.get_or_none(credit_code=link.buyer_credit_code.upper(), is_published=True)
        if buyer is None:
            words = N_("No enterprise of the public register has this code.")
            raise InvalidInput.at(f"links.{index}.buyer_credit_code", "unknown", words)
    is_weighed = dimension(link.unit) is Dimension.MASS
    return {
        **link.model_dump(exclude={"place_code", "buyer_credit_code", "market", "buyer_name"}),
        "market": place.short_name if place else link.market,
        "place": place,
        "buyer": buyer,
        "buyer_name": link.buyer_name or (buyer.name if buyer else ""),
        "base_amount": link.base_amount,
        "mass_grams": link.base_amount if is_weighed else None,
    }


@operation()
async def create_product(actor: Actor, data: CreateProduct) -> Product:
    """List a product of an enterprise; it is shown to everyone when it is published."""
    await place_of(data.division_code)
    if not actor.may(EDIT_PRODUCTS, data.division_code):
        raise Forbidden
    enterprise = await Enterprise.get_or_none(credit_code=data.credit_code.upper())
    if enterprise is None or not may_see(actor, enterprise):
        raise InvalidInput.at("credit_code", "unknown", N_("No enterprise of the register has this code."))
    if not actor.may(EDIT_PRODUCTS, str(enterprise.division_id)):  # type: ignore[attr-defined]
        raise InvalidInput.at("credit_code", "elsewhere", N_("This enterprise lies outside your grants."))
    row = await Product.create(enterprise_id=enterprise.id, **_columns(data))
    await _replace_rows(row, data)
    await audit(actor, row, trace_of({}, await product_values(row)))
    return row


async def editable(actor: Actor, number: int) -> Product:
    """The product, locked, for somebody who may change it."""
    row = await Product.select_for_update().get_or_none(id=number)
    if row is None:
        raise NotFound
    if not actor.may(EDIT_PRODUCTS, row.division_id):
        is_public = row.is_published and await Enterprise.exists(id=row.enterprise_id, is_published=True)
        raise Forbidden if is_public else NotFound
    return row


@operation()
async def update_product(actor: Actor, data: UpdateProduct) -> Product:
    """Change a product and its parts. Moving it needs the grant over both places."""
    row = await editable(actor, data.id)
    await place_of(data.division_code)
    if not actor.may(EDIT_PRODUCTS, data.division_code):
        raise Forbidden
    before = await product_values(row)
    check_version(row, data.version, lambda: before)
    row.update_from_dict({**_columns(data), "version": row.version + 1})
    await row.save()
    await _replace_rows(row, data)
    await uploads.move(Product, [row.id], data.division_code)
    await audit(actor, row, trace_of(before, await product_values(row)))
    return row


async def _show(actor: Actor, data: ProductVersion, refusal: str, *, is_published: bool) -> Product:
    row = await editable(actor, data.id)
    if row.is_published is is_published:
        raise Unavailable(refusal)
    check_version(row, data.version, dict)
    row.update_from_dict({"is_published": is_published, "version": row.version + 1})
    await row.save()
    for picture in await uploads.of(Product, [row.id]):
        picture.is_public, picture.name = is_published, uploads.new_name()
        await picture.save()
    await audit(actor, row, {"is_published": [not is_published, is_published]})
    return row


@operation()
async def publish_product(actor: Actor, data: ProductVersion) -> Product:
    """Show a product to everyone."""
    return await _show(actor, data, N_("Everyone can see it already."), is_published=True)


@operation()
async def withdraw_product(actor: Actor, data: ProductVersion) -> Product:
    """Take a product from the public; it stays for the staff and its maker."""
    return await _show(actor, data, N_("It is not public as it is."), is_published=False)

"""A buyer asks the maker of a product: the words go to its private contact by e-mail, and are kept nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from pydantic import Field, model_validator

from civicgraph import budgets, clock, crypto, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.enterprises.models import Enterprise
from civicgraph.grievances.operations.inputs import Email, Given, Phone, Words
from civicgraph.i18n import N_
from civicgraph.notifications.operations import notify_address
from civicgraph.operations import Input, InvalidInput, NotFound, TooMany, Unavailable, audit, operation
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor
from civicgraph.products.models import Product

_TEMPLATE = "product_inquiry"
MOST_A_DAY = 30
"""So many inquiries of a product in a day: whoever floods a mailbox is stopped, wherever they write from."""


class InquireProduct(Input):
    """What a buyer wants, and how the maker answers."""

    id: int = Field(title=N_("Number"), ge=1)
    quantity: Words = Field(
        "", title=N_("How much do you want?"), max_length=60, description=N_("For instance: 500 jin each month.")
    )
    inquiry: Words = Field(
        title=N_("What do you want to know?"),
        min_length=5,
        max_length=600,
        description=N_("For instance the price, the delivery, a sample."),
        json_schema_extra={"widget": "textarea"},
    )
    contact_name: Words = Field(
        title=N_("Your name"), min_length=1, max_length=60, json_schema_extra={"autocomplete": "name"}
    )
    contact_phone: Phone = Field(
        "",
        title=N_("Your telephone"),
        max_length=30,
        description=N_("A telephone or an e-mail, so that the maker can answer."),
        json_schema_extra={"widget": "tel", "autocomplete": "tel"},
    )
    contact_email: Email = Field(
        "", title=N_("Your e-mail"), max_length=120, json_schema_extra={"widget": "email", "autocomplete": "email"}
    )
    idempotency_key: Given = Field(
        None,
        title=N_("Key of the submission"),
        min_length=16,
        max_length=80,
        description=N_("A random text, the same in each retry: a retry is the same inquiry."),
    )

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        if not (self.contact_phone or self.contact_email):
            words = N_("Please give a telephone or an e-mail: the maker has to answer somewhere.")
            raise InvalidInput.at("contact_phone", "missing", words)
        return self


@operation()
async def inquire_product(actor: Actor, data: InquireProduct) -> Product:
    """Ask the maker of a product. The inquiry goes to its private contact, which nobody is told; who asks stands in the message
    alone, sealed until it leaves."""
    _count(actor)
    row = await Product.get_or_none(id=data.id, is_published=True)
    maker = await Enterprise.get_or_none(id=row.enterprise_id, is_published=True) if row else None
    if row is None or maker is None:
        raise NotFound
    if not maker.contact_email:
        raise Unavailable(N_("The maker cannot be written to from here."))
    await _count_of(row)
    told = {
        "quantity": data.quantity,
        "inquiry": data.inquiry,
        "buyer": data.contact_name,
        "answer_to": " ".join(filter(None, (data.contact_phone, data.contact_email))),
    }
    values: dict[str, Any] = {f"sealed_{name}": crypto.encrypt(words) for name, words in told.items()}
    values |= {"title": row.name, "enterprise": maker.name, "link": f"/products/{row.id}"}
    told_once = {"dedupe": f"inquiry {crypto.random_token()}", "division_code": row.division_id}
    await notify_address(maker.contact_email, "zh", _TEMPLATE, values, **told_once)  # the register is Chinese
    await audit(actor, row, {"inquiry": [None, None]})
    return row


def _count(actor: Actor) -> None:
    """Bound what one address asks in a minute."""
    if not actor.address_key:
        return
    try:
        budgets.shared.spend(f"inquiry:{actor.address_key}", 1, settings.current().inquiries_per_minute)
    except BudgetExceeded as error:
        message = N_(
            "Many inquiries came from your connection just now. Please send it again in %(seconds)s seconds; what you wrote is still here."
        )
        raise TooMany(message, seconds=error.retry_after) from error


async def _count_of(row: Product) -> None:
    """Bound what is asked of one product in a day, by the product's own trail."""
    trail = AuditEntry.filter(subject_type="Product", subject_id=str(row.id), operation="inquire_product")
    if await trail.filter(at__gt=clock.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise TooMany(N_("The maker was asked much about it today. Please try again tomorrow, or call."))

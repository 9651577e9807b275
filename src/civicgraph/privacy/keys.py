"""The keys of the contacts: what is still sealed under an older one, and sealing it anew.

Every column that holds something sealed is named here once; a test compares that with the models.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.transactions import in_transaction

from civicgraph import crypto
from civicgraph.bookings.models import Registration
from civicgraph.checklists.models import OneThingAnswer
from civicgraph.enterprises.models import Enterprise, EnterpriseImportPart
from civicgraph.grievances.intake.models import HeldReport
from civicgraph.grievances.models import Grievance, GrievanceFollower
from civicgraph.jobs.models import Referral
from civicgraph.notifications.models import ChatRobot, OutboxMessage, Webhook
from civicgraph.operations.models import IdempotencyKey

BATCH = 200
"""Rows sealed anew in one transaction: some ten milliseconds, so that nobody waits behind it."""


@dataclass(frozen=True)
class Sealed:
    """A column that holds something sealed, and the one that it is looked up by."""

    model: type[Model]
    column: str
    kind: str = ""
    index: str = ""

    @property
    def name(self) -> str:
        """As people say it: grievance.contact_phone."""
        return f"{self.model._meta.db_table}.{self.column}"

    def older(self) -> Any:
        """Rows that another key than the current one has sealed, or that lack their keyed hash."""
        current = crypto.sealed_prefix(crypto.current_key())
        wanted = ~Q(**{f"{self.column}__startswith": current})
        if self.index:
            wanted |= ~Q(**{f"{self.index}__startswith": current})
        return self.model.filter(~Q(**{self.column: ""}) & wanted)


SEALED = (
    Sealed(Grievance, "contact_name"),
    Sealed(Grievance, "contact_phone", "phone", "phone_index"),
    Sealed(Grievance, "contact_email", "email", "email_index"),
    Sealed(Enterprise, "contact_phone"),
    Sealed(Registration, "contact_phone", "phone", "phone_index"),
    Sealed(Registration, "contact_email"),
    Sealed(Registration, "answers"),
    Sealed(Enterprise, "contact_email"),
    Sealed(OneThingAnswer, "sealed"),
    Sealed(Referral, "contact_phone"),
    Sealed(Referral, "contact_email"),
    Sealed(Referral, "wish"),
    Sealed(EnterpriseImportPart, "rows"),
    Sealed(OutboxMessage, "address"),
    Sealed(GrievanceFollower, "address"),
    Sealed(HeldReport, "content"),
    Sealed(ChatRobot, "url"),
    Sealed(ChatRobot, "secret"),
    Sealed(Webhook, "url"),
    Sealed(Webhook, "secret"),
)


async def under_older_keys() -> dict[str, int]:
    """How many rows of each column are not under the current key yet; only columns that have some."""
    found = {one.name: await one.older().count() for one in SEALED}
    found[_ANSWERS] = len([key async for key in _older_answers()])
    return {name: count for name, count in found.items() if count}


async def rotate() -> AsyncIterator[tuple[str, int]]:
    """Seal everything anew that is under an older key: name of the column and rows done, after each batch.

    Stopped and begun again it goes on with what is left: the texts themselves say which key sealed them.
    Each text is opened again before it is written. `LookupError`: a key is missing, and nothing of that batch
    was changed.
    """
    for one in SEALED:
        after = 0
        while rows := await one.older().filter(id__gt=after).order_by("id").limit(BATCH).values("id", one.column):
            async with in_transaction():
                for row in rows:
                    await _seal(one, row["id"], row[one.column])
            after = rows[-1]["id"]
            yield one.name, len(rows)
    async for key in _older_answers():
        await IdempotencyKey.filter(id=key.id).update(
            answer={**key.answer, "secret": _sealed_anew(key.answer["secret"])[0]}
        )
        yield _ANSWERS, 1


async def _seal(column: Sealed, row_id: int, sealed: str) -> None:
    """One text, unless it was changed meanwhile; then it is under the current key already."""
    anew, plain = _sealed_anew(sealed)
    values = {column.column: anew}
    if column.index:
        values[column.index] = crypto.blind_index(column.kind, plain)
    await column.model.filter(**{"id": row_id, column.column: sealed}).update(**values)


def _sealed_anew(sealed: str) -> tuple[str, str]:
    plain = crypto.decrypt(sealed)
    anew = crypto.encrypt(plain)
    if crypto.decrypt(anew) != plain:
        raise RuntimeError("what was sealed anew does not open")
    return anew, plain


_ANSWERS = "idempotency_key.answer"
"""First answers of submissions hold the tracking secret, sealed, inside other values; they live for a month."""


async def _older_answers() -> AsyncIterator[IdempotencyKey]:
    after = 0
    while rows := await IdempotencyKey.filter(id__gt=after).order_by("id").limit(BATCH):
        for row in rows:
            sealed = row.answer.get("secret", "")
            if sealed and not sealed.startswith(crypto.sealed_prefix(crypto.current_key())):
                yield row
        after = rows[-1].id

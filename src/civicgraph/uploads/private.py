"""Documents that enterprises send with what offices work on: for few, and each look at one is recorded.

Who sees one is not said by the file: it is asked of the room that keeps what the file belongs to, at each look.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from tortoise.models import Model

from civicgraph.i18n import N_
from civicgraph.operations import Input, InvalidInput, NotFound, audit, operation
from civicgraph.permissions import Actor
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import Purpose, Upload

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

AT_ONCE = 5
"""Documents that one form takes."""
MOST = 40
"""Documents that belong to one thing."""
UploadName = Annotated[str, Field(max_length=60)]
Seen = Callable[[Actor, int], Awaitable[Model | None]]
_SEEN: dict[str, Seen] = {}
_OWN: dict[str, Seen] = {}


def documents_field(title: str = N_("Documents")) -> Any:
    """The field of an input model that takes documents, by the names that /uploads gave them."""
    return Field(
        default_factory=list,
        title=title,
        max_length=AT_ONCE,
        json_schema_extra={"widget": "files"},
        description=N_("Up to 5: photos, PDF, Word, Excel. Only your enterprise and the offices that deal with it see them."),
    )  # fmt: skip


def seen_by(subject_type: str) -> Callable[[Seen], Seen]:
    """Says of a type, by the key of its row, under what a look of the actor is recorded; None: they do not see it."""

    def register(seen: Seen) -> Seen:
        _SEEN[subject_type] = seen
        return seen

    return register


def taken_back_from(subject_type: str) -> Callable[[Seen], Seen]:
    """Says of a type, by the key of its row, from what the actor takes a document back, locked; None: it is not theirs.

    Raises `Unavailable` when it is too late.
    """

    def register(own: Seen) -> Seen:
        _OWN[subject_type] = own
        return own

    return register


async def send(
    names: Sequence[str], subject: Model, *, division_code: str, field: str = "documents", of_what: str = ""
) -> list[Upload]:
    """Give documents to what they belong to, in the transaction of the operation that does so; `of_what` names what was asked for."""
    if not names:
        return []
    here = uploads.of(type(subject), [subject.pk]).filter(purpose=Purpose.DOCUMENT, taken_back_at=None)
    if await here.count() + len(names) > MOST:
        message = N_("This holds %(count)s documents already. Please put several into one PDF.")
        raise InvalidInput.at(field, "too_many", message, count=MOST)
    sent = await uploads.claim(
        names,
        subject,
        purpose=Purpose.DOCUMENT,
        division_code=division_code,
        capability="",
        field=field,
        only_pictures=False,
    )
    if of_what:
        await Upload.filter(id__in=[one.id for one in sent]).update(alt=of_what)
    return sent


def sent_with(subject_type: str) -> Any:
    """Joins a row to the documents that were sent with it, for GraphQL; who sees the row's own is for the caller to say."""

    def joined(c: Compiler, row: Row, upload: Row) -> str:
        return (
            f"{upload['subject_type']} = '{subject_type}' AND {upload['subject_id']} = {row['id']}"
            f" AND {upload['purpose']} = '{Purpose.DOCUMENT.value}'"
        )

    return joined


class LookAtDocument(Input):
    """Which document."""

    name: str = Field(title=N_("Document"), min_length=1, max_length=60)


@operation()
async def look_at_document(actor: Actor, data: LookAtDocument) -> Upload:
    """Look at a document that an enterprise sent, as its account or as staff who may see what it came with. Recorded."""
    row = await Upload.get_or_none(name=data.name, purpose=Purpose.DOCUMENT, taken_back_at=None)
    seen = _SEEN.get(row.subject_type) if row else None
    if row is None or seen is None or row.subject_id is None:
        raise NotFound
    under = await seen(actor, row.subject_id)
    if under is None:
        raise NotFound
    await audit(actor, under, {"document": [None, row.content_hash[:12]]}, division_code=row.division_code)
    return row


class TakeBackDocument(Input):
    """Which document."""

    name: str = Field(title=N_("Document"), min_length=1, max_length=60)


@operation()
async def take_back_document(actor: Actor, data: TakeBackDocument) -> Upload:
    """Take back a document that one's enterprise sent by mistake, while what it came with is not ended. Its content is
    removed; who took it back and when stays in the audit trail, and its name stays with what it came with."""
    row = await Upload.get_or_none(name=data.name, purpose=Purpose.DOCUMENT)
    own = _OWN.get(row.subject_type) if row else None
    if row is None or own is None or row.subject_id is None:
        raise NotFound
    subject = await own(actor, row.subject_id)
    if subject is None:
        raise NotFound
    row = await Upload.get_or_none(name=data.name)  # as it is now that what it came with is locked
    if row is None or row.taken_back_at is not None:
        raise NotFound
    digest = row.content_hash[:12]
    await uploads.take_back(row)
    await audit(actor, subject, {"document": [digest, None]}, division_code=row.division_code)
    return row

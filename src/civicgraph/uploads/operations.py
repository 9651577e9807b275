"""Writes of the uploads room: take a file, give it to what it belongs to, show, hide and change it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import Field
from tortoise.models import Model
from tortoise.queryset import QuerySet

from civicgraph import budgets, clock, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError, Input, InvalidInput, TooMany, operation
from civicgraph.permissions import Actor
from civicgraph.uploads import store
from civicgraph.uploads.cleaning import Region, clean, redraw
from civicgraph.uploads.models import Purpose, Upload
from civicgraph.uploads.rules import IMAGE, safe_filename

_COPIED = (
    *("purpose", "position", "alt", "focal_point", "capability", "is_public", "media_type", "filename", "size_bytes"),
    *("width", "height", "is_hidden", "reason", "is_blurred", "content_hash", "original_hash", "uploaded_by_id"),
)
_SWEPT = 50
"""Files that one round of the clock removes."""
_PHOTO_GONE = N_("A photo is no longer here. Please choose it again.")
_FILE_GONE = N_("The file is no longer here. Please choose it again.")
_OF_FILE = N_("“%(name)s”: %(what)s")
_GIVEN_UP = datetime(2000, 1, 1, tzinfo=UTC)
"""When that was taken in which the next round removes."""


class _KeepUpload(Input):
    """A cleaned file whose content is stored."""

    filename: str = ""
    media_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


async def receive(actor: Actor, filename: str, data: bytes) -> Upload:
    """Take a file in: cleaned, stored, and kept for a day until something claims it by its name.

    Cleaning takes a while, so it is done before the transaction and not in it.
    """
    _count(actor)
    try:
        cleaned = await clean(data, takes_office=actor.is_staff)
    except InvalidInput as error:
        raise InvalidInput([_named(one, filename) for one in error.errors]) from error
    digest = await store.keep(cleaned)
    return await keep_upload(
        actor,
        {
            "filename": safe_filename(filename, cleaned.media_type),
            "media_type": cleaned.media_type,
            "size_bytes": len(cleaned.whole),
            "width": cleaned.width,
            "height": cleaned.height,
            "digest": digest,
        },
    )


def _named(error: FieldError, filename: str) -> FieldError:
    """What is wrong, of which file: several may have been chosen."""
    name = re.split(r"[\\/]", filename)[-1].strip()[-40:]
    return replace(error, message=gettext(_OF_FILE, name=name, what=error.message)) if name else error


@operation(is_audited=False)  # it belongs to nothing yet; what claims it writes the entry
async def keep_upload(actor: Actor, data: _KeepUpload) -> Upload:
    """Note a file whose content is stored."""
    return await Upload.create(
        name=new_name(),
        content_hash=data.digest,
        original_hash=data.digest,
        uploaded_by_id=actor.person_id,
        **data.model_dump(exclude={"digest"}),
    )


def new_name() -> str:
    """A name that cannot be guessed: 192 random bits."""
    return secrets.token_urlsafe(24)


def _count(actor: Actor) -> None:
    """Bound what strangers at one address send in a minute."""
    if actor.has_office or not actor.address_key:
        return
    try:
        budgets.shared.spend(f"upload:{actor.address_key}", 1, settings.current().uploads_per_minute)
    except BudgetExceeded as error:
        message = N_("Many files came from your connection just now. Please send it again in %(seconds)s seconds.")
        raise TooMany(message, seconds=error.retry_after) from error


async def claim(
    names: Sequence[str],
    subject: Model,
    *,
    purpose: Purpose,
    division_code: str,
    capability: str,
    is_public: bool = False,
    field: str = "photos",
    only_pictures: bool = True,
) -> list[Upload]:
    """Give files to what they belong to, in the transaction of the operation that does so.

    `capability` is what one must be able to do in the division to see them while they are not public.
    Whoever names a file that nothing has claimed yet is who sent it: its name cannot be guessed.
    """
    rows = {row.name: row for row in await Upload.filter(name__in=list(names), subject_type="").select_for_update()}
    before = await Upload.filter(subject_type=type(subject).__name__, subject_id=subject.pk).count()
    claimed = []
    for position, name in enumerate(dict.fromkeys(names), start=before):
        row = rows.get(name)
        if row is None:
            gone = _PHOTO_GONE if only_pictures else _FILE_GONE
            raise InvalidInput.at(field, "upload_unknown", gone)
        if only_pictures and row.media_type != IMAGE:
            raise InvalidInput.at(field, "upload_kind", N_("Only photos can stand here. Please take the document out."))
        row.update_from_dict(
            {
                "subject_type": type(subject).__name__,
                "subject_id": subject.pk,
                "purpose": purpose,
                "position": position,
                "division_code": division_code,
                "capability": capability,
                "is_public": is_public,
            }
        )
        await row.save()
        claimed.append(row)
    return claimed


def of(kind: type[Model], keys: Sequence[int]) -> QuerySet[Upload]:
    """What belongs to things of one kind."""
    return Upload.filter(subject_type=kind.__name__, subject_id__in=list(keys))


async def move(kind: type[Model], keys: Sequence[int], division_code: str) -> None:
    """What belongs to things follows them to another place: who may see it is decided there."""
    await of(kind, keys).update(division_code=division_code)


async def copy(kind: type[Model], given: Mapping[int, Sequence[int]], division_code: str) -> None:
    """The files of things for others of their kind, by their keys, under names of their own.

    What happens to one does not happen to the other. Nobody gives a file up while it is copied (the lock): its content
    would be gone for both.
    """
    made = [
        Upload(
            **{name: getattr(row, name) for name in _COPIED},
            name=new_name(),
            subject_type=kind.__name__,
            subject_id=key,
            division_code=division_code,
        )
        for row in await of(kind, list(given)).order_by("id").select_for_update()
        if row.subject_id is not None
        for key in given[row.subject_id]
    ]
    await Upload.bulk_create(made, batch_size=100)


async def give_up(rows: QuerySet[Upload]) -> int:
    """Let go of files in the transaction of what they belonged to; gives their number.

    Nobody sees them from then on, and `sweep` removes them with their contents: no file is gone when nothing was saved.
    """
    found = await rows
    for row in found:
        row.update_from_dict(
            {
                "subject_type": "",
                "subject_id": None,
                "is_public": False,
                "name": new_name(),
                "filename": "",
                "reason": "",
                "alt": "",
            }
        )
        row.created_at = _GIVEN_UP
        await row.save()
    return len(found)


async def forget_originals(rows: QuerySet[Upload]) -> None:
    """Of pictures whose parts were blurred keep what is shown alone."""
    for row in await rows.filter(is_blurred=True):
        if row.original_hash != row.content_hash:
            await _let_go(row.original_hash, row.original_hash, row.media_type)
            await Upload.filter(id=row.id).update(original_hash=row.content_hash)


async def take_back(row: Upload) -> None:
    """Let go of a file's content in the transaction of who takes it back; that it was here, and its name, stay.

    Nobody has it from then on, as its address is another; the next `sweep` removes the content.
    """
    await _let_go(row.content_hash, row.original_hash, row.media_type)
    row.update_from_dict({"taken_back_at": clock.now(), "content_hash": "", "original_hash": "", "name": new_name()})
    await row.save()


async def _let_go(content_hash: str, original_hash: str, media_type: str) -> None:
    """Leave a content to the next `sweep`: no content is gone when nothing was saved."""
    await Upload.create(
        name=new_name(),
        media_type=media_type,
        size_bytes=0,
        content_hash=content_hash,
        original_hash=original_hash,
        created_at=_GIVEN_UP,
    )


async def rename(rows: QuerySet[Upload]) -> None:
    """Give files other names, so that no address of before leads to them."""
    for row in await rows:
        row.name = new_name()
        await row.save()


async def pass_on(subject: Model, to: Model, *, division_code: str) -> None:
    """What belongs to one thing belongs to what became of it."""
    await Upload.filter(subject_type=type(subject).__name__, subject_id=subject.pk).update(
        subject_type=type(to).__name__, subject_id=to.pk, division_code=division_code
    )


async def publish(row: Upload) -> None:
    """Show a file to everyone."""
    row.update_from_dict({"is_public": True, "is_hidden": False, "reason": ""})
    await row.save()


async def hide(row: Upload, reason: str) -> None:
    """Take a file from the public. Its name changes, so that no address of before leads to it."""
    row.update_from_dict({"is_public": False, "is_hidden": True, "reason": reason, "name": new_name()})
    await row.save()


async def blurred(row: Upload, regions: Sequence[Region]) -> str:
    """The hash of a copy whose regions are unrecognisable, stored; `show_blurred` puts it in the place of the picture.

    Regions come on top of those blurred before. No part of a transaction: drawing takes a while.
    """
    data = await store.read(row.content_hash, row.media_type)
    return await store.keep(await redraw(data, regions))


async def show_blurred(row: Upload, digest: str) -> None:
    """Show the blurred copy in the picture's place, under a new name."""
    row.update_from_dict({"content_hash": digest, "is_blurred": True, "name": new_name()})
    await row.save()


async def remove(rows: Iterable[Upload]) -> int:
    """Remove files and, where no other names them, their contents; gives their number."""
    count = 0
    for row in rows:
        await row.delete()
        for digest in {row.content_hash, row.original_hash} - {""}:  # of what was taken back nothing is left
            if not await is_needed(digest):
                await store.drop(digest, row.media_type)
        count += 1
    return count


async def is_needed(digest: str) -> bool:
    """Whether a file still shows or keeps this content."""
    return await Upload.exists(content_hash=digest) or await Upload.exists(original_hash=digest)


async def sweep() -> int:
    """Remove what nothing has claimed for long enough, by the settings a day: forms that were left, senders who went away."""
    old = clock.now() - timedelta(days=settings.current().keep_unclaimed_upload_days)
    return await remove(await Upload.filter(subject_type="", created_at__lt=old).limit(_SWEPT))

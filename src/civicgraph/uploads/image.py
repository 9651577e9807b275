"""The image of a listing: one, with words for those who do not see it, and the part of it that stays in view.

Words and part are kept with the file, so they go with it. Whether everyone sees it is what its listing says at each
serving (`owners`): nothing has to be told to the file when a draft is published or taken back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import Field

from civicgraph.i18n import N_
from civicgraph.listings.review import ListingVersion
from civicgraph.model import Drafted
from civicgraph.operations import InvalidInput, Unavailable, audit, check_version
from civicgraph.permissions import Actor
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import FocalPoint, Purpose, Upload

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

D = TypeVar("D", bound=Drafted)


class SetListingImage(ListingVersion):
    """The image of a listing."""

    image: str = Field(
        "",
        title=N_("Image"),
        max_length=40,
        description=N_("Sent to /uploads before, by its name there; empty keeps the image that it has."),
        json_schema_extra={"widget": "file"},
    )
    alt: str = Field(
        title=N_("What the image shows"),
        min_length=2,
        max_length=200,
        description=N_("For those who do not see it: read out to them, and shown while it loads."),
    )
    focal_point: FocalPoint = Field(
        FocalPoint.CENTRE,
        title=N_("What must stay in view"),
        description=N_("Screens cut the image to fit; this part of it stays."),
        json_schema_extra={"widget": "radios"},
    )


def image_of(subject: str) -> Any:
    """The image of listings of a type, for GraphQL."""

    def joined(c: Compiler, row: Row, upload: Row) -> str:
        return (
            f"{upload['subject_type']} = '{subject}' AND {upload['subject_id']} = {row['id']}"
            f" AND {upload['purpose']} = '{Purpose.PICTURE.value}'"
        )

    return joined


def material_of(c: Compiler, row: Row, upload: Row) -> str:
    """The file of an entry of an event's record, for GraphQL."""
    return f"{upload['subject_type']} = 'EventEntry' AND {upload['subject_id']} = {row['id']}"


async def give(actor: Actor, row: D, data: SetListingImage, capability: str) -> D:
    """Give a listing its image in place of the one that it has, or that one other words and another part in view.

    `capability` is that of its drafts: who has it sees the image before everyone does.
    """
    kept = await _of(row).get_or_none()
    before = _values(kept)
    check_version(row, data.version, lambda: before)
    if data.image:
        await uploads.give_up(_of(row))
        claimed = await uploads.claim(
            [data.image],
            row,
            purpose=Purpose.PICTURE,
            division_code=row.division_id,  # type: ignore[attr-defined]
            capability=capability,
            is_public=True,
            field="image",
        )
        kept = claimed[0]
    if kept is None:
        raise InvalidInput.at("image", "missing", N_("Please choose an image."))
    kept.update_from_dict({"alt": data.alt, "focal_point": data.focal_point})
    await kept.save()
    return await _changed(actor, row, before, _values(kept))


async def take(actor: Actor, row: D, version: int) -> D:
    """Take a listing's image away."""
    check_version(row, version, dict)
    kept = await _of(row).get_or_none()
    if kept is None:
        raise Unavailable(N_("It has no image."))
    before = _values(kept)
    await uploads.give_up(_of(row))
    return await _changed(actor, row, before, {})


def _of(row: Drafted) -> Any:
    return uploads.of(type(row), [row.id]).filter(purpose=Purpose.PICTURE)


def _values(kept: Upload | None) -> dict[str, Any]:
    """What the trail keeps of an image: which one by the beginning of its hash, since its name opens it."""
    if kept is None:
        return {}
    return {"image": kept.content_hash[:12], "alt": kept.alt, "focal_point": kept.focal_point}


async def _changed(actor: Actor, row: D, before: dict[str, Any], after: dict[str, Any]) -> D:
    row.update_from_dict({"version": row.version + 1})
    await row.save(update_fields=["version", "updated_at"])
    trace = {name: [before.get(name), after.get(name)] for name in ("image", "alt", "focal_point")}
    await audit(actor, row, {name: pair for name, pair in trace.items() if pair[0] != pair[1]})
    return row

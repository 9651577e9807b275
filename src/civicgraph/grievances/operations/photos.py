"""Photos of a grievance: a resident's become public when staff have looked at them, not by themselves."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.inputs import Number, PublicWords
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, NotFound, audit, changed, operation
from civicgraph.permissions import DISPATCH_GRIEVANCES, READ_GRIEVANCES, Actor
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.cleaning import Region
from civicgraph.uploads.models import Purpose, Upload

_REGION = re.compile(r"(\d{1,4}),(\d{1,4}),(\d{1,4}),(\d{1,4})")
_NO_REGION: Any = N_("Please mark at least one part of the picture: left, top, width and height in thousandths.")


class _Photo(Input):
    """One photo of a grievance."""

    number: Number
    name: str = Field(title=N_("Photo"), min_length=1, max_length=60)


class PublishGrievancePhoto(_Photo):
    """Everyone may see it."""


class HideGrievancePhoto(_Photo):
    """Nobody but the staff sees it any more."""

    reason: PublicWords = Field(title=N_("Why?"), min_length=2, max_length=200, description=N_("For the audit trail."))


class BlurGrievancePhoto(_Photo):
    """Parts of it become unrecognisable: faces, number plates, door plates."""

    regions: str = Field(
        title=N_("Parts to blur"),
        min_length=7,
        max_length=600,
        description=N_("Left, top, width and height in thousandths of the picture, several parted by semicolons."),
    )

    @field_validator("regions")
    @classmethod
    def are_regions(cls, text: str) -> str:
        """Each is four numbers within the picture."""
        parts = [one.strip() for one in text.split(";") if one.strip()]
        found = [_REGION.fullmatch(one) for one in parts]
        if not parts or len(parts) > 30 or not all(one and int(one[3]) and int(one[4]) for one in found):
            raise PydanticCustomError("civic_regions", _NO_REGION)
        if any(int(part) > 1000 for one in found if one for part in one.groups()):
            raise PydanticCustomError("civic_regions", _NO_REGION)
        return ";".join(parts)

    def boxes(self) -> list[Region]:
        """The regions as numbers."""
        return [tuple(int(part) for part in one.split(",")) for one in self.regions.split(";")]  # type: ignore[misc]


class _Drawn(BlurGrievancePhoto):
    """The same with the blurred copy, drawn and stored."""

    digest: str


async def _photo(actor: Actor, data: _Photo) -> tuple[Grievance, Upload]:
    row = await Grievance.get_or_none(number=data.number)
    if row is None or not (row.is_public or actor.may(READ_GRIEVANCES, row.division_id)):
        raise NotFound
    if not actor.may(DISPATCH_GRIEVANCES, row.division_id):
        raise Forbidden
    found = await Upload.select_for_update().get_or_none(name=data.name, subject_type="Grievance", subject_id=row.id)
    if found is None or found.purpose is Purpose.DOCUMENT:
        raise NotFound
    return row, found


async def _note(actor: Actor, row: Grievance, photo: Upload, **facts: Any) -> Grievance:
    await audit(actor, row, changed({}, {"photo": photo.id, **facts}))
    return row


@operation()
async def publish_grievance_photo(actor: Actor, data: PublishGrievancePhoto) -> Grievance:
    """Show a photo to everyone, as it is shown now: with what was blurred."""
    row, photo = await _photo(actor, data)
    await uploads.publish(photo)
    return await _note(actor, row, photo, is_public=True)


@operation()
async def hide_grievance_photo(actor: Actor, data: HideGrievancePhoto) -> Grievance:
    """Take a photo from the public, with a reason in the audit trail. No address of before leads to it."""
    row, photo = await _photo(actor, data)
    await uploads.hide(photo, data.reason)
    return await _note(actor, row, photo, is_public=False, reason=data.reason)


async def _drawn(actor: Actor, data: BlurGrievancePhoto) -> BlurGrievancePhoto:
    """Drawing takes a while, so it is done between two looks at who may, in no transaction."""
    _, photo = await _photo(actor, data)
    return _Drawn(**data.model_dump(), digest=await uploads.blurred(photo, data.boxes()))


@operation(beforehand=_drawn)
async def blur_grievance_photo(actor: Actor, data: BlurGrievancePhoto) -> Grievance:
    """Blur parts of a photo, faces and plates, under a new name. What was there before is seen by grants alone."""
    assert isinstance(data, _Drawn)
    row, photo = await _photo(actor, data)
    await uploads.show_blurred(photo, data.digest)
    return await _note(actor, row, photo, is_blurred=True)

"""Rules of the uploads room: what may be sent, and who may see it. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from civicgraph.permissions import (
    DRAFT_EVENTS,
    DRAFT_SERVICES,
    EDIT_DIVISIONS,
    EDIT_EVENTS,
    EDIT_PRODUCTS,
    EDIT_SERVICES,
    READ_GRIEVANCES,
    Actor,
)
from civicgraph.uploads.documents import ENDINGS
from civicgraph.uploads.models import Purpose, Upload

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

CAPABILITIES = (
    *(READ_GRIEVANCES, EDIT_EVENTS, EDIT_SERVICES, EDIT_PRODUCTS, EDIT_DIVISIONS),
    *(DRAFT_EVENTS, DRAFT_SERVICES),
)
"""By which a file can be seen that is not public."""
IMAGE = "image/jpeg"
"""What every picture becomes."""
ACCEPTED = ",".join(("image/jpeg", "image/png", "image/webp", *(f".{one}" for one in ENDINGS.values())))
"""What a control of a form offers of what may be sent; its content decides."""
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")


def is_picture(data: bytes) -> bool:
    """Whether the content begins as a picture does, whatever it calls itself."""
    return data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def is_heic(data: bytes) -> bool:
    """Whether it is a photo as iPhones keep it (ISO/IEC 23008-12), by the brand in its first box."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC


def ending_of(media_type: str) -> str:
    """How the name of a file of this type ends. Raises `ValueError` for a type that is not kept."""
    if media_type == IMAGE:
        return "jpg"
    if media_type not in ENDINGS:
        raise ValueError("no such type")
    return ENDINGS[media_type]


def safe_filename(text: str, media_type: str) -> str:
    """What a sender called a file, ending as its content is.

    Without the way to it, and without what a file system or header reads its own way.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", text))[-1]
    kept = "".join(char for char in last if char.isalnum() or char in " ._-()（）·").strip(" .")[:100]
    ending = f".{ending_of(media_type)}"
    return kept if not kept or kept.lower().endswith((ending, ".jpeg")) or media_type == IMAGE else f"{kept}{ending}"


def is_shown(row: Upload) -> bool:
    """Whether everyone may see it who sees what it belongs to (`owners`)."""
    return row.is_public and not row.is_hidden


def may_see_private(actor: Actor, row: Upload) -> bool:
    """Whether the actor's grants cover the file: then also as it was before parts were blurred."""
    return row.subject_type != "" and row.capability in CAPABILITIES and actor.may(row.capability, row.division_code)


def may_know_name(c: Compiler, row: Row) -> str:
    """Staff name what they publish to be read; what others call their files says who they are."""
    return f"({row['purpose']} = '{Purpose.MATERIAL.value}' OR {covered(c, row)})"


def kind_of(media_type: str) -> str:
    """What people call a type of file: PDF, DOCX, JPEG."""
    return "JPEG" if media_type == IMAGE else ending_of(media_type).upper()


def visible(c: Compiler, row: Row) -> str:
    """What is shown or covered by the grants of the actor; it is read below what it belongs to, which they see."""
    shown = f"({row['is_public']} AND NOT {row['is_hidden']})"
    return f"({shown} OR {covered(c, row)})" if c.is_staff else shown


def covered(c: Compiler, row: Row) -> str:
    """The rule `may_see_private` as SQL."""
    ways = (f"({row['capability']} = '{one}' AND {c.covers(row['division_code'], one)})" for one in CAPABILITIES)
    return f"({' OR '.join(ways)})"

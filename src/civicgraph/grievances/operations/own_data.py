"""What a reporter may ask for at any time: everything that is kept of them, and that it is erased.

个人信息保护法 (2021) art. 45 (a copy) and art. 47 (erasure).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from pydantic import Field

from civicgraph import crypto
from civicgraph.grievances.forgetting import forget
from civicgraph.grievances.models import Grievance, GrievanceAnswer, GrievanceFollower, GrievanceUpdate
from civicgraph.grievances.operations.history import take_as_reporter
from civicgraph.grievances.operations.inputs import Tracked
from civicgraph.grievances.rules import typed_secret
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, audit, operation
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import Purpose


class ExportTrackedData(Tracked):
    """Whose report it is."""


@operation()
async def export_tracked_data(actor: Actor, data: ExportTrackedData) -> dict[str, str]:
    """Everything that is kept of a reporter with one report, as JSON: by its number and tracking secret."""
    row = (await take_as_reporter(actor, "export_data", data.number, data.secret)).row
    await audit(actor, row, {"contact_name": ["", ""], "contact_phone": ["", ""], "contact_email": ["", ""]})
    return {"data": orjson.dumps(await _kept(row, data.secret), option=orjson.OPT_INDENT_2).decode()}


async def _kept(row: Grievance, secret: str) -> dict[str, Any]:
    steps = await GrievanceUpdate.filter(grievance_id=row.id, internal_note="").order_by("id")
    answers = await GrievanceAnswer.filter(grievance_id=row.id).order_by("id").select_related("question")
    photos = await uploads.of(Grievance, [row.id]).filter(purpose=Purpose.REPORT).order_by("position", "id")
    documents = await uploads.of(Grievance, [row.id]).filter(purpose=Purpose.DOCUMENT).order_by("position", "id")
    own = f"/track/{row.number}/{typed_secret(secret)}"
    followers = await GrievanceFollower.filter(grievance_id=row.id, is_reporter=True)
    return {
        "number": row.number,
        "reported_at": row.submitted_at,
        "status": row.status.value,
        "category": row.category_id,
        "division": row.division_id,
        "your_words": row.description,
        "public_words": row.public_text,
        "address": row.address,
        "building": row.building,
        "point": None if row.latitude_micro is None else [row.latitude_micro / 1e6, (row.longitude_micro or 0) / 1e6],
        "answers": [{"question": one.question.name, "answer": one.answer} for one in answers],
        "photos": [
            {"sent_at": one.created_at, "is_public": one.is_public, "address": f"{own}/photos/{one.name}/large"}
            for one in photos
        ],
        "documents": [
            {"sent_at": one.created_at, "name": one.filename, "taken_back_at": one.taken_back_at} for one in documents
        ],
        "documents_were_looked_at": await _looks(row, "look_at_document"),
        "name": crypto.decrypt(row.contact_name),
        "telephone": crypto.decrypt(row.contact_phone),
        "email": crypto.decrypt(row.contact_email),
        "followed_by_email": [crypto.decrypt(one.address) for one in followers],
        "language": row.locale,
        "stars": row.stars,
        "is_solved": row.is_solved,
        "rating_words": row.rating_text,
        "erased_at": row.erase_at,
        "contact_was_looked_at": await _looks(row, "reveal_grievance_contact", "find_reports_of_same_person"),
        "history": [
            {"at": one.at, "step": one.verb, "status": one.status.value, "by": one.by_line, "words": one.public_note}
            for one in steps
        ],
    }


async def _looks(row: Grievance, *operations: str) -> list[datetime]:
    kept = AuditEntry.filter(subject_type="Grievance", subject_id=str(row.id), operation__in=operations)
    return [one.at for one in await kept.order_by("id")]


class EraseTrackedData(Tracked):
    """That nothing of oneself is kept any more."""

    is_sure: bool = Field(
        title=N_("I know that the office cannot reach me any more"),
        description=N_(
            "Name, telephone, e-mail, address, the point on the map, your photos and your own words are erased at once and cannot come back."
        ),
    )


@operation()
async def erase_tracked_data(actor: Actor, data: EraseTrackedData) -> Grievance:
    """Erase name, contact, address, map point, photos and own words of a report as its reporter.

    The masked public report stays.
    """
    row = (await take_as_reporter(actor, "erase_data", data.number, data.secret)).row
    if not data.is_sure:
        raise InvalidInput.at("is_sure", "missing", N_("Please tick this first: it cannot be undone."))
    await forget(row, with_photos=True)
    await audit(actor, row, {key: ["", ""] for key in ("contact_name", "contact_phone", "contact_email", "address")})
    return row

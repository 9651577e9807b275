"""What comes in: questions and their answers, photos, and what is looked at first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

from civicgraph.grievances.intake.models import (
    CategoryQuestion,
    Channel,
    GrievanceAnswer,
    HeldReport,
    HeldState,
    HoldCause,
    QuestionKind,
)
from civicgraph.permissions import DRAFT_EVENTS, DRAFT_SERVICES, EDIT_EVENTS, READ_GRIEVANCES
from civicgraph.uploads.models import FocalPoint, Purpose, Upload
from tests.graph.reference import likeness, rules
from tests.graph.reference.words import mark
from tests.graph.reference.world import Thing, World
from tests.support import city


def questions(world: World, row: Any) -> list[Thing]:
    """Those that are asked now, in order."""
    asked = [one for one in world.rows.having("CategoryQuestion", "category_id", row.code) if one.is_active]
    return world.things("CategoryQuestion", sorted(asked, key=lambda one: (one.position, one.id)))


def answers(world: World, row: Any) -> list[Thing]:
    found = world.rows.having("GrievanceAnswer", "grievance_id", row.id)
    return world.things("GrievanceAnswer", sorted(found, key=lambda one: one.id))


def files(kind: str, of: str = "Grievance") -> Callable[[World, Any], list[Thing]]:
    """The files of a grievance, or of a step of its history, in order, as one type or another."""

    def find(world: World, row: Any) -> list[Thing]:
        having = world.rows.having(kind, "subject_id", row.id)
        found = [one for one in having if one.subject_type == of and one.purpose is not Purpose.DOCUMENT]
        return world.things(kind, sorted(found, key=lambda one: (one.position, one.id)))

    return find


def documents(
    of: str, may: Callable[[World, Any], bool] = lambda world, row: True
) -> Callable[[World, Any], list[Thing]]:
    """The documents of an enterprise's problem or of a step of its case, for whom the room lets see them."""

    def find(world: World, row: Any) -> list[Thing]:
        found = [one for one in world.rows.having("Document", "subject_id", row.id) if one.subject_type == of]
        kept = [one for one in found if one.purpose is Purpose.DOCUMENT and may(world, row)]
        return world.things("Document", sorted(kept, key=lambda one: (one.position, one.id)))

    return find


def image(of: str, purpose: Purpose = Purpose.PICTURE) -> Callable[[World, Any], Thing | None]:
    """The picture of a listing, or the file of a line of its record, if one sees it."""

    def find(world: World, row: Any) -> Thing | None:
        found = [one for one in world.rows.having("Upload", "subject_id", row.id) if one.subject_type == of]
        pictures = [one for one in found if one.purpose is purpose]
        return next(iter(world.things("Upload", pictures)), None)

    return find


def tracked_held(world: World, row: Any, number: str, secret: str) -> Thing | None:
    """Whoever has number and secret sees how it stands."""
    typed, given = number.strip().upper(), "".join(char for char in secret.upper() if char.isalnum())
    found = next((one for one in world.rows.tables["TrackedHeldReport"] if one.number == typed), None)
    fits = found is not None and found.secret_hash == hashlib.sha256(given.encode()).hexdigest()
    return Thing("TrackedHeldReport", found) if fits else None


FIELDS: dict[str, Callable[..., Any]] = {
    "Grievance.answers": answers,
    "Grievance.photos": files("Upload"),
    "Event.image": image("Event"),
    "Service.image": image("Service"),
    "EventEntry.file": image("EventEntry", Purpose.MATERIAL),
    "Upload.url": lambda world, row: f"/uploads/{row.name}/large",
    "GrievanceCategory.questions": questions,
    "Query.trackedHeldReport": tracked_held,
    "Query.grievancesAlike": likeness.alike,
    "GrievanceUpdate.files": files("Upload", "GrievanceUpdate"),
    "TrackedGrievance.photos": files("TrackedPhoto"),
    "Grievance.documents": documents("Grievance", rules.reads_private),
    "TrackedGrievance.documents": documents("Grievance"),
    "TrackedGrievance.maySendDocuments": lambda world, row: row.enterprise_id is not None,
    "OneThingStep.documents": documents("OneThingStep"),
    "Document.url": lambda world, row: f"/uploads/{row.name}/file",
    "Document.ofWhat": lambda world, row: row.alt,
    "TrackedGrievance.emergencyNumbers": lambda world, row: ["119"] if row.danger else [],
    "TrackedHeldReport.asksWhere": lambda world, row: (row.cause.name, row.state.name) == ("PLACE", "WAITING"),
    "TrackedHeldReport.emergencyNumbers": lambda world, row: ["119", "120"] if row.danger else [],
}


async def build_documents(places: list[str]) -> None:
    """What enterprises sent with problems and with steps of cases; with dice of its own, so that the rest stays as it is."""
    dice = Random(58)
    for number in range(1, 60):
        await Upload.create(
            name=f"document-{number}",
            subject_type=dice.choice(["Grievance", "OneThingStep"]),
            subject_id=dice.randint(1, 14),
            purpose=Purpose.DOCUMENT,
            position=dice.randint(0, 2),
            division_code=dice.choice(places),
            alt=dice.choice(["", "身份证"]),
            filename=dice.choice(["合同.pdf", ""]),
            media_type="application/pdf",
            size_bytes=number * 1000,
            content_hash="0" * 64,
            original_hash="0" * 64,
        )


async def build_intake(dice: Random, places: list[str]) -> None:
    """Questions asked now and of before, answers public and not, files of every sort, held reports of every state."""
    kinds = list(QuestionKind)
    for number in range(1, 9):
        is_choice = kinds[number % 4] is QuestionKind.CHOICE
        await CategoryQuestion.create(
            category_id=dice.choice(["lighting", "noise"]),
            code=f"q{number}",
            name=f"第{number}问",
            name_en=f"Question {number}",
            kind=kinds[number % 4],
            choices=["灯不亮", "灯一直闪"] if is_choice else [],
            choices_en=["Dark", "Flickers"] if is_choice else [],
            is_required=number % 2 == 0,
            is_public=number % 3 == 0,
            is_active=number != 5,
            position=number // 3,
        )
    for number in range(1, 33):
        await GrievanceAnswer.create(
            grievance_id=number // 8 + 1,
            question_id=number % 8 + 1,
            answer=mark("grievance_answer", "answer", number),
            public_answer=dice.choice(["", "三楼"]),
        )
    pictured = set()
    for number in range(1, 90):
        is_public = dice.random() < 0.5
        row = await Upload.create(
            name=f"name-{number}" if is_public else mark("upload", "name", number),
            subject_type=dice.choice(["Grievance", "Grievance", "GrievanceUpdate", "GrievanceUpdate", "Event", ""]),
            subject_id=dice.randint(1, 12),
            purpose=dice.choice([one for one in Purpose if one not in (Purpose.MATERIAL, Purpose.DOCUMENT)]),
            position=dice.randint(0, 2),
            division_code=dice.choice(places),
            capability=dice.choice([READ_GRIEVANCES, READ_GRIEVANCES, EDIT_EVENTS, "unknown"]),
            is_public=is_public,
            is_hidden=not is_public and dice.random() < 0.3,
            alt="灯下" if is_public else mark("upload", "alt", number),
            focal_point=list(FocalPoint)[number % 9],
            reason=mark("upload", "reason", number),
            filename=mark("upload", "filename", number),
            media_type="image/jpeg",
            size_bytes=number * 1000,
            width=dice.choice([None, 640]),
            height=dice.choice([None, 480]),
            content_hash="0" * 64,
            original_hash="0" * 64,
        )
        if row.subject_type == "Event" and row.purpose is Purpose.PICTURE:
            if row.subject_id in pictured:  # a listing has one image
                await Upload.filter(id=row.id).update(purpose=Purpose.PROOF)
            pictured.add(row.subject_id)
    for number in range(90, 96):
        is_public = number % 3 > 0
        await Upload.create(
            name=f"name-{number}" if is_public else mark("upload", "name", number),
            subject_type="Service",
            subject_id=number - 89,
            purpose=Purpose.PICTURE,
            division_code=places[number % len(places)],
            capability=DRAFT_SERVICES,
            is_public=is_public,
            alt="食堂" if is_public else mark("upload", "alt", number),
            focal_point=list(FocalPoint)[number % 9],
            reason=mark("upload", "reason", number),
            filename=mark("upload", "filename", number),
            media_type="image/jpeg",
            size_bytes=number * 1000,
            content_hash="0" * 64,
            original_hash="0" * 64,
        )
    for number in range(96, 104):
        is_public = number % 3 > 0
        await Upload.create(
            name=f"name-{number}" if is_public else mark("upload", "name", number),
            subject_type="EventEntry",
            subject_id=number - 95,
            purpose=Purpose.MATERIAL,
            division_code=places[number % len(places)],
            capability=DRAFT_EVENTS,
            is_public=is_public,
            reason=mark("upload", "reason", number),
            filename="防溺水手册.pdf" if is_public else mark("upload", "filename", number),
            media_type="application/pdf",
            size_bytes=number * 1000,
            content_hash="0" * 64,
            original_hash="0" * 64,
        )
    for number in range(1, 20):
        await HeldReport.create(
            division_code=dice.choice([*places, city.CITY]),
            number=f"ZY-0523-{number:04}",
            secret_hash=hashlib.sha256(b"ABCDEFGHJKMNPQRSTV").hexdigest(),
            channel=dice.choice(list(Channel)),
            cause=dice.choice(list(HoldCause)),
            rule=dice.choice(["", "link"]),
            content=mark("held_report", "content", number),
            summary=mark("held_report", "summary", number),
            danger="fire" if number % 3 == 0 else "",
            rank=number % 3 and 1,
            due_at=datetime(2026, 5, 23, 4, number, tzinfo=UTC) if number % 5 else None,
            address=mark("held_report", "address", number),
            latitude_micro=27_690_000 + number if number % 2 else None,
            longitude_micro=106_910_000 + number if number % 2 else None,
            contact_name_masked=mark("held_report", "contact_name_masked", number),
            state=dice.choice(list(HeldState)),
            reason="与三天前的诉求重复",
        )

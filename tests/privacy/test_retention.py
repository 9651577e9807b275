"""The night erases what was kept long enough; reporters and staff get a copy of what is kept, and its erasure."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import clock, crypto
from civicgraph.accounts.models import SignInAttempt
from civicgraph.grievances import operations
from civicgraph.grievances.intake.models import QuestionKind
from civicgraph.grievances.models import (
    CategoryQuestion,
    Grievance,
    GrievanceAnswer,
    GrievanceStatus,
    GrievanceUpdate,
    HeldReport,
)
from civicgraph.notifications.models import InboxMessage, MessageState, OutboxMessage
from civicgraph.operations import InvalidInput, NotFound
from civicgraph.operations.audit import verify
from civicgraph.operations.models import AuditEntry, IdempotencyKey
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.privacy import retention
from civicgraph.privacy.models import RetentionRun
from civicgraph.privacy.rules import KEPT
from civicgraph.settings import Settings
from civicgraph.uploads.models import Upload
from civicgraph.uploads.operations import receive, sweep
from tests.grievances.conftest import CONTACT, Report, fill, words
from tests.grievances.steps import SECRET, know_secret, lead_to, take
from tests.uploads.pictures import photo

ROOT = Path(__file__).parent.parent.parent
S = GrievanceStatus
ERASED = (
    "contact_name",
    "contact_name_masked",
    "contact_phone",
    "contact_phone_masked",
    "contact_email",
    "contact_email_masked",
    "address",
)


def night(days: int) -> clock.datetime:  # type: ignore[name-defined]
    """Three o'clock in the city, so many days from now."""
    local = (clock.now() + timedelta(days=days)).astimezone(clock.CITY_ZONE)
    return local.replace(hour=3, minute=0)


async def test_what_ended_half_a_year_ago_is_erased_at_night_and_what_is_open_stays(
    report: Report, dispatcher: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "_night", retention._Night())
    ended = [await lead_to(dispatcher, await report(**CONTACT), S.CLOSED) for _ in range(3)]
    asked = await lead_to(dispatcher, await report(**CONTACT), S.RETURNED)  # never answered
    standing = await lead_to(dispatcher, await report(**CONTACT), S.ACCEPTED)
    again = await lead_to(dispatcher, await report(**CONTACT), S.CLOSED)
    await take(dispatcher, "comment", ended[0], note="打 13800001234 找陈阿婆")
    await OutboxMessage.all().update(state=MessageState.SENT, sent_at=clock.now())
    await SignInAttempt.create(subject="x")
    await IdempotencyKey.create(key="k", answer={})
    with clock.override(night(10)):
        assert (await take(dispatcher, "reopen", again)).erase_at is None
    with clock.override(night(179)):
        while await retention.erase_some():
            pass
        assert (await Grievance.get(id=ended[0].id)).contact_phone != ""
        assert await OutboxMessage.exclude(address="").count() <= 2  # of the reopening, 169 days ago: not sent
        assert await SignInAttempt.all().count() == await IdempotencyKey.all().count() == 0
        assert await InboxMessage.all().count() > 0
    with clock.override(night(181).replace(hour=12)):
        assert await retention.erase_some() == 0  # by day it rests
    with clock.override(night(181)):
        counts = [await retention.erase_some() for _ in range(4)]
        assert counts[:2] == [2, 2]
        assert sum(counts) == 4
        run = await RetentionRun.get(kind="contact", night=night(0).date())
        assert (run.erased, run.finished_at is None) == (4, False)
    for row in (*ended, asked):
        gone = await Grievance.get(id=row.id)
        assert {getattr(gone, name) for name in (*ERASED, "phone_index", "email_index")} == {""}
        assert gone.description == gone.public_text
        assert gone.erase_at is None
    for row in (standing, again):
        assert (await Grievance.get(id=row.id)).contact_name_masked == "陈＊＊"
    note = await GrievanceUpdate.filter(grievance_id=ended[0].id).exclude(internal_note="").get()
    assert note.internal_note == "打 ＊＊＊ 找＊＊＊阿婆"
    assert await verify() is None


async def test_a_reporter_gets_everything_and_has_it_erased_by_pages_of_their_own(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    await fill()
    row = await know_secret((await operations.file_grievance(ANONYMOUS, words(**CONTACT)))["grievance"])
    address = f"/track/{row.number}/{SECRET.replace('-', '')}"
    page = await client.get(address)
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    shown = await client.post(f"{address}/data", data={"csrf": csrf})
    assert all(one in shown.text for one in ("陈阿婆", "13800001234", "chen@example.cn", "斌鑫二期"))
    assert shown.headers["cache-control"] == "no-store"
    file = await client.post(f"{address}/data?as=file", data={"csrf": csrf})
    assert json.loads(file.text)["telephone"] == "13800001234"
    assert "attachment" in file.headers["content-disposition"]
    wrong = await client.post(f"/track/{row.number}/{'X' * 18}/data", data={"csrf": csrf})
    assert wrong.status_code == 404
    asked = await client.post(f"{address}/erasure", data={"csrf": csrf})
    assert asked.status_code == 422
    assert crypto.decrypt((await Grievance.get(id=row.id)).contact_name) == "陈阿婆"
    done = await client.post(f"{address}/erasure", data={"csrf": csrf, "is_sure": "true"})
    assert done.status_code == 303
    gone = await Grievance.get(id=row.id)
    assert {getattr(gone, name) for name in ERASED} == {""}
    assert await OutboxMessage.filter(state=MessageState.PENDING).count() == 0
    assert gone.public_text in (await client.get(f"/grievances/{row.number}")).text
    assert await AuditEntry.filter(operation="erase_tracked_data").count() == 1
    assert await verify() is None
    trail = str([entry.changes for entry in await AuditEntry.all()])
    assert not any(one in trail for one in ("陈阿婆", "1380000"))
    assert "13800001234" not in (await client.post(f"{address}/data", data={"csrf": csrf})).text
    assert (await client.get("/privacy")).status_code == 200


async def test_erasing_asks_whether_one_is_sure_and_later_steps_write_to_nobody(
    report: Report, dispatcher: Actor
) -> None:
    row = await know_secret(await report(**CONTACT))
    given = {"number": row.number, "secret": SECRET}
    with pytest.raises(InvalidInput):
        await operations.erase_tracked_data(ANONYMOUS, {**given, "is_sure": False})
    await operations.erase_tracked_data(ANONYMOUS, {**given, "is_sure": True})
    await take(dispatcher, "accept", row)
    assert not [one for one in await OutboxMessage.all() if one.person_id is None and crypto.decrypt(one.address)]  # type: ignore[attr-defined]
    found = await operations.reveal_grievance_contact(dispatcher, {"number": row.number})
    assert found == {"name": "", "phone": "", "email": ""}


def retention_table() -> str:
    """The table of `docs/privacy.md`, from the code."""
    head = ["| kind | what | what for | how long | who sees it | law |", "|---|---|---|---|---|---|"]
    rows = [
        f"| `{kind}` | {one.what} | {one.why} | {f'{one.days} days {one.since}' if one.days else one.since} |"
        f" {one.seen_by} | {one.law} |"
        for kind, one in KEPT.items()
    ]
    return "\n".join([*head, *rows])


def test_the_documentation_has_the_table_and_every_period_has_its_eraser() -> None:
    assert retention_table() in (ROOT / "docs/privacy.md").read_text(), (
        "print(retention_table()) is what it should hold"
    )
    assert {kind for kind, one in KEPT.items() if one.days} == {
        *retention.ERASERS,
        *("answers", "photos"),  # with the contact
        *("follower", "upload"),  # at any tick
    }


async def _with_everything(report: Report, dispatcher: Actor) -> Grievance:
    """A report with a point, answers, three photos (one public, one blurred and public, one not), a note with a file."""
    for code, is_public in (("floor", True), ("code", False)):
        facts = {"category_id": "lighting", "name": code, "name_en": code, "kind": QuestionKind.TEXT}
        await CategoryQuestion.get_or_create(code=code, defaults={**facts, "is_public": is_public})
    photos = [(await receive(dispatcher, "p.jpg", photo(colour=one))).name for one in ("red", "green", "blue")]
    answers = [{"question": "floor", "answer": "三楼"}, {"question": "code", "answer": "门禁 4711"}]
    row = await report(**CONTACT, photos=photos, answers=answers, point="27.69, 106.91", building="3 栋")
    given = {"number": row.number}
    await operations.publish_grievance_photo(dispatcher, {**given, "name": photos[0]})
    blurring = operations.photos.BlurGrievancePhoto(**given, name=photos[1], regions="0,0,300,300")
    await operations.blur_grievance_photo(dispatcher, blurring)
    blurred = await Upload.get(is_blurred=True, subject_id=row.id)
    await operations.publish_grievance_photo(dispatcher, {**given, "name": blurred.name})
    inside = await receive(dispatcher, "n.pdf", b"%PDF-1.7")
    await take(dispatcher, "comment", row, note="见附件", files=[inside.name])
    return row


async def test_with_the_contact_go_point_answers_and_photos_that_nobody_else_sees(
    report: Report, dispatcher: Actor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_night", retention._Night())
    ended = await lead_to(dispatcher, await _with_everything(report, dispatcher), S.CLOSED)
    withdrawn = await _with_everything(report, dispatcher)
    await know_secret(withdrawn)
    await take(dispatcher, "withdraw", withdrawn)
    exported = json.loads(
        (await operations.export_tracked_data(ANONYMOUS, {"number": ended.number, "secret": SECRET}))["data"]
    )
    assert (exported["point"], exported["building"], len(exported["photos"])) == ([27.69, 106.91], "3 栋", 3)
    assert {one["answer"] for one in exported["answers"]} == {"三楼", "门禁 4711"}
    with clock.override(night(181)):
        while await retention.erase_some():
            pass
        await sweep()
    gone = await Grievance.get(id=ended.id)
    assert (gone.latitude_micro, gone.longitude_micro, gone.building) == (None, None, "")
    assert [one.answer for one in await GrievanceAnswer.filter(grievance_id=ended.id)] == ["三楼"]
    assert await Upload.filter(subject_type="GrievanceUpdate").count() == 0
    kept = await Upload.all()
    assert {one.subject_id for one in kept} == {ended.id}
    assert [one.is_public for one in kept] == [True, True]
    names = {path.name.partition(".")[0] for path in Path(settings.uploads_folder).rglob("*.*")}
    assert names == {one.content_hash for one in kept}  # nothing that was there before it was blurred
    await operations.erase_tracked_data(ANONYMOUS, {"number": ended.number, "secret": SECRET, "is_sure": True})
    await sweep()
    assert await Upload.all().count() == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_held_report_is_erased_when_it_is_decided_by_its_sender_or_in_its_time(
    city: None, dispatcher: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_night", retention._Night())
    spam = "加微信 abc12345 办证，贷款秒批，刷单返利 https://spam.example https://spam.example"
    held = []
    for one in ("red", "green", "blue", "white"):
        sent = await receive(ANONYMOUS, "p.jpg", photo(colour=one))
        held.append(await operations.file_grievance(ANONYMOUS, words(description=spam, photos=[sent.name], **CONTACT)))
    assert all(one["is_held"] for one in held)
    dropped, released, own, waiting = held
    await operations.drop_report(dispatcher, {"number": dropped["number"], "reason": "广告"})
    await operations.release_report(dispatcher, {"number": released["number"]})
    given = {"number": own["number"], "secret": own["tracking_secret"]}
    with pytest.raises(NotFound):
        await operations.erase_held_report(ANONYMOUS, {**given, "secret": "X" * 18, "is_sure": True})
    with pytest.raises(InvalidInput):
        await operations.erase_held_report(ANONYMOUS, {**given, "is_sure": False})
    await operations.erase_held_report(ANONYMOUS, {**given, "is_sure": True})
    assert [bool(one.content) for one in await HeldReport.all().order_by("id")] == [False, False, False, True]
    await sweep()
    assert {one.subject_type for one in await Upload.all()} == {"Grievance", "HeldReport"}
    with clock.override(night(89)):
        await retention.erase_all()
        assert await HeldReport.all().count() == 4
    with clock.override(night(91)):
        await retention.erase_all()
        await sweep()
    assert await HeldReport.all().count() == 0
    assert {one.subject_type for one in await Upload.all()} == {"Grievance"}
    entry = await AuditEntry.filter(subject_type="HeldReport").order_by("-id").first()
    assert entry is not None
    assert entry.changes == {"state": ["waiting", "dropped"]}
    assert waiting["number"] not in str(await HeldReport.all().values())
    assert await verify() is None

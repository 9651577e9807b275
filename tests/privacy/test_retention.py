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
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.notifications.models import InboxMessage, MessageState, OutboxMessage
from civicgraph.operations import InvalidInput
from civicgraph.operations.audit import verify
from civicgraph.operations.models import AuditEntry, IdempotencyKey
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.privacy import retention
from civicgraph.privacy.models import RetentionRun
from civicgraph.privacy.rules import KEPT
from tests.grievances.conftest import CONTACT, Report, fill, words
from tests.grievances.steps import SECRET, know_secret, lead_to, take

ROOT = Path(__file__).parent.parent.parent
S = GrievanceStatus
ERASED = ("contact_name", "contact_phone", "contact_phone_masked", "contact_email", "contact_email_masked", "address")


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
        assert (await Grievance.get(id=row.id)).contact_name == CONTACT["contact_name"]
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
    assert (await Grievance.get(id=row.id)).contact_name == "陈阿婆"
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
    assert found == {"phone": "", "email": ""}


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
    assert {kind for kind, one in KEPT.items() if one.days} == {*retention.ERASERS, "follower"}

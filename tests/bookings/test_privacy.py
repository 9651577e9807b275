"""What people give when they register is seen by those who look after it alone, and forgotten when its time is over."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import segno
from PIL import Image, ImageOps
from starlette.applications import Starlette
from starlette.routing import Route

from civicgraph import clock, i18n
from civicgraph import settings as configuration
from civicgraph.bookings import operations, rules
from civicgraph.bookings.forgetting import CONTACT
from civicgraph.bookings.models import Quota, Registration
from civicgraph.events.models import Event
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations import NotFound
from civicgraph.operations.audit import verify
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.privacy import retention
from civicgraph.schema import schema
from civicgraph.settings import Settings
from tests.bookings.conftest import Offer, come, counted
from tests.privacy.test_planted_markers import MARK, documents
from tests.support.browser import signed_in, visit
from tests.support.mail import Mailbox

QUESTION = [{"label": "谁来接孩子？", "kind": "text"}]
PLANTED: dict[str, Any] = {
    "name": "赵小植",
    "contact_phone": "13900001234",
    "contact_email": "plant1@example.cn",
    "answers": [{"question": 1, "text": "赵小植 13900005678"}],
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_planted_contacts_are_in_no_page_answer_message_trail_or_log_for_those_without_a_grant(
    app: Starlette, offer: Offer, night: Event, neighbour: Actor, capfd: pytest.CaptureFixture[str]
) -> None:
    quota = await offer(capacity=1, questions=QUESTION)
    rows = [await come(quota, **PLANTED) for _ in range(2)]
    await operations.cancel_registration(ANONYMOUS, own(rows[0]))
    leaks: list[str] = []

    def look(where: str, text: str) -> None:
        if found := MARK.search(text):
            leaks.append(f"{where}: {text[max(0, found.start() - 60) : found.end() + 20]}")

    numbers = [row.number for row in rows]
    known = {
        "code": quota.code,
        "slug": night.slug,
        "number": rows[1].number,
        "secret": rules.secret_of(rows[1].number),
    }
    seen = 0
    for who, browser in (("a stranger", visit(app)), ("staff elsewhere", await signed_in(app, neighbour))):
        for path in addresses(app, known):
            look(f"{who} at {path}", await browser.open(path))
            assert browser.status < 500, path
            seen += browser.status == 200
        for document in documents(schema()._schema, numbers):
            filled = document.replace('code: "520327001901"', f'code: "{quota.code}"')
            answer = await browser.http.post("/graphql", json={"query": filled}, headers={"accept": "application/json"})
            look(f"{who} asks {document[:60]}", answer.text)
    assert seen > 10
    for entry in await AuditEntry.all():
        look(f"the trail of {entry.operation}", str(entry.changes))
    assert await OutboxMessage.all().count() > 2
    for message in await OutboxMessage.all():
        look("an outbox row", f"{message.address} {message.values} {message.dedupe_key}")
        for locale in i18n.LOCALES:
            look(f"the mail {message.template}", " ".join(render_message(message.template, message.values, locale)))
    out = capfd.readouterr()
    look("the log", out.out + out.err)
    assert leaks == []


def addresses(app: Starlette, known: dict[str, str]) -> list[str]:
    """Every page that names a code, an event or a registration."""
    paths = [one.path for one in app.routes if isinstance(one, Route) and "GET" in (one.methods or ())]
    named = [path for path in paths if re.search(r"\{(code|slug|number)\}", path)]
    return [re.sub(r"\{(\w+)(:int)?\}", lambda one: known.get(one[1], "1"), path) for path in named]


def own(row: Registration) -> dict[str, str]:
    return {"number": row.number, "secret": rules.secret_of(row.number)}


async def test_who_registered_is_forgotten_a_month_after_the_end_and_that_they_came_stays_counted(
    offer: Offer, editor: Actor, night: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_night", retention._Night())
    quota = await offer(capacity=2, questions=QUESTION)
    came, gone = await come(quota, **PLANTED), await come(quota, "李四", contact_phone="13900004321")
    await operations.check_in(editor, {"quota_code": quota.code, "ticket": came.number})
    at_three = night.ends_at.astimezone(clock.CITY_ZONE).replace(hour=3, minute=0)
    with clock.override(at_three + timedelta(days=29)):
        await retention.erase_all()
    assert (await Registration.get(id=came.id)).contact_name == "赵小植"
    with clock.override(at_three + timedelta(days=32)):
        assert (await retention.erase_all())["registration"] == 2
        assert (await retention.erase_all())["registration"] == 0
    for row in (came, gone):
        left = await Registration.get(id=row.id)
        assert {getattr(left, name) for name in CONTACT} == {""}
    assert await counted(quota) == (2, 0)
    assert (await Quota.get(id=quota.id)).attended == 1
    assert await verify() is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_holders_get_a_copy_of_what_is_kept_and_its_erasure_gives_the_place_back(
    app: Starlette, offer: Offer
) -> None:
    quota = await offer(capacity=1, questions=QUESTION)
    row, _ = await come(quota, **PLANTED), await come(quota, "李四")
    with pytest.raises(NotFound):
        await operations.export_registration(ANONYMOUS, {**own(row), "secret": "WRONG"})
    kept = json.loads((await operations.export_registration(ANONYMOUS, own(row)))["data"])
    assert (kept["name"], kept["telephone"], kept["answers"][0]["question"]) == (
        "赵小植",
        "13900001234",
        "谁来接孩子？",
    )
    browser, path = visit(app), f"/my-booking/{row.number}/{rules.secret_of(row.number)}"
    await browser.open(path)
    assert (await browser.send(f"{path}/data")).startswith("{")
    await browser.open(path)
    await browser.send(f"{path}/erasure")
    left = await Registration.get(id=row.id)
    assert ({getattr(left, name) for name in CONTACT}, left.state.value) == ({""}, "cancelled")
    assert (await Registration.get(contact_name="李四")).state.value == "confirmed"
    assert not await OutboxMessage.filter(state="pending", template="booking_step").exists()


def modules_of(code: segno.QRCode) -> list[list[int]]:
    """The dark and the light squares of a code, without the margin around it."""
    return [list(row) for row in code.matrix]


def squares_in(picture: bytes) -> list[list[int]]:
    """The same, looked up in a picture of it."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    left, top, right, _ = ImageOps.invert(image).getbbox()  # type: ignore[misc]
    first = next(x for x in range(left, right) if image.getpixel((x, top)) == 255)
    size = (first - left) // 7  # the corner's mark is seven squares wide
    assert min(left, top) >= 4 * size, "readers want four squares of quiet around it"
    middle = [size * at + size // 2 for at in range((right - left) // size)]
    return [[int(image.getpixel((left + x, top + y)) == 0) for x in middle] for y in middle]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_confirmation_comes_by_e_mail_with_the_link_and_a_file_for_the_calendar(
    connected: Settings, offer: Offer, mailbox: Mailbox, night: Event
) -> None:
    configuration.use(connected.model_copy(update={"smtp_url": mailbox.url}))
    quota = await offer(capacity=1)
    row, _ = await come(quota, contact_email="zhang@example.cn"), await come(quota, contact_email="li@example.cn")
    await deliver_due()
    (mail,) = mailbox.to("zhang@example.cn")
    body = mail.get_body()
    assert body is not None
    assert f"/my-booking/{row.number}/{rules.secret_of(row.number)}" in body.get_content()
    file, ticket = mail.iter_attachments()
    assert (ticket.get_content_type(), ticket.get_filename()) == ("image/png", "ticket.png")
    address = f"{connected.base_url.rstrip('/')}/staff/check-in/{rules.ticket_of(row.number)}"
    assert squares_in(ticket.get_content()) == modules_of(segno.make(address, error="m"))
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "booking.ics")
    event = icalendar.Calendar.from_ical(file.get_content()).walk("VEVENT")[0]
    assert (event.decoded("dtstart"), event["status"]) == (night.starts_at, "CONFIRMED")
    (waiting,) = mailbox.to("li@example.cn")
    assert list(waiting.iter_attachments()) == []

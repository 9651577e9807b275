"""Events for partners: CloudEvents, signed, again until they are taken, in order, and never inward."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from civicgraph import clock, crypto
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.graph.engine import Engine
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import accept_grievance, file_grievance, set_grievance_visibility
from civicgraph.notifications import operations
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import MessageState, OutboxMessage, Webhook
from civicgraph.notifications.operations.events import event_id
from civicgraph.notifications.sending.webhooks import signature
from civicgraph.operations import Forbidden, InvalidInput, NotFound
from civicgraph.permissions import ANONYMOUS, SYSTEM, Actor, Held, Role
from civicgraph.settings import Settings
from tests.grievances.conftest import CONTACT, fill, words
from tests.grievances.steps import know_secret, take
from tests.support import city as place
from tests.support.city import FENGGANG, SUIYANG
from tests.support.listener import Listener


@pytest.fixture
def partner(connected: Settings) -> Iterator[Listener]:
    """A partner's server that the settings let us reach."""
    with Listener(answer=b"") as made:
        values = {"outgoing_networks": "127.0.0.0/8", "outgoing_ports": str(made.port)}
        configuration.use(connected.model_copy(update=values))
        yield made


@pytest.fixture
async def keeper(connected: Settings) -> Actor:
    """Whoever keeps the webhooks of 凤冈县."""
    await fill()
    return await place.person("keeper", Role.SUPERVISOR, FENGGANG)


async def hook(actor: Actor, partner: Listener, **values: Any) -> tuple[Webhook, str]:
    """A webhook and its secret."""
    given = {"division_code": FENGGANG, "name": "社区小程序", "url": f"{partner.url}/events?key=k-1234", **values}
    made = await operations.create_webhook(actor, given)
    return made["webhook"], made["secret"]


async def test_a_step_reaches_the_partner_signed_and_without_anything_personal(
    keeper: Actor, partner: Listener
) -> None:
    webhook, secret = await hook(keeper, partner)
    row = (await file_grievance(ANONYMOUS, words(**CONTACT)))["grievance"]
    await accept_grievance(SYSTEM, {"number": row.number, "version": row.version})
    assert await deliver_due() == 2
    assert [one.json["type"] for one in partner.posted] == [
        "civicgraph.grievance.submitted",
        "civicgraph.grievance.step",
    ]
    posted = partner.posted[0]
    event, headers = posted.json, posted.headers
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"} == set(event)
    assert (event["specversion"], event["subject"], event["id"]) == (
        "1.0",
        f"grievances/{row.number}",
        headers["webhook-id"],
    )
    wanted = signature(secret, event["id"], int(headers["webhook-timestamp"]), posted.body)
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert not [mark for mark in ("1380000", "陈阿婆", "chen@", "斌鑫", "楼道灯") if mark.encode() in posted.body]
    assert crypto.decrypt(webhook.secret) == secret
    assert secret not in str(dict(webhook))
    assert "k-1234" not in webhook.url_masked + webhook.url


async def test_what_the_public_does_not_see_is_no_event(keeper: Actor, partner: Listener) -> None:
    await hook(keeper, partner)
    await hook(keeper, partner, types=["grievance.rated"])
    await file_grievance(ANONYMOUS, words(is_public=False))
    await file_grievance(ANONYMOUS, words(division_code="520323104001"))
    row = (await file_grievance(ANONYMOUS, words()))["grievance"]
    hidden = {"number": row.number, "version": row.version, "is_public": False, "reason": "含隐私"}
    row = await set_grievance_visibility(SYSTEM, hidden)
    await accept_grievance(SYSTEM, {"number": row.number, "version": row.version})
    assert [one.template for one in await OutboxMessage.all()] == ["grievance.submitted"]


async def test_a_rating_of_not_solved_leaves_as_a_rating_and_as_the_step_that_opens_it_again(
    keeper: Actor, partner: Listener
) -> None:
    row = (await file_grievance(ANONYMOUS, words()))["grievance"]
    for verb in ("accept", "resolve"):
        await take(SYSTEM, verb, row)
    await hook(keeper, partner)
    await take(SYSTEM, "rate", await know_secret(await Grievance.get(id=row.id)), is_solved=False, stars=2)
    rated, step = [one.values["data"] for one in await OutboxMessage.all().order_by("id")]
    assert (rated["isSolved"], rated["stars"], rated["status"]) == (False, 2, "REOPENED")
    assert (step["verb"], "isSolved" in step) == ("reopen", False)
    assert [one.template for one in await OutboxMessage.all().order_by("id")] == ["grievance.rated", "grievance.step"]


async def test_a_partner_that_fails_gets_all_again_in_order_with_the_same_ids(keeper: Actor, partner: Listener) -> None:
    await hook(keeper, partner)
    begin = clock.now()
    partner.status = 503
    for _ in range(3):
        await file_grievance(ANONYMOUS, words())
    assert await deliver_due() == 0
    assert len(partner.posted) == 1, "those behind it wait for their turn"
    partner.status, partner.is_dropping = 200, True
    with clock.override(begin + timedelta(minutes=5)):
        assert await deliver_due() == 0  # taken, perhaps, but not acknowledged
    partner.is_dropping = False
    with clock.override(begin + timedelta(hours=1)):
        assert await deliver_due() == 3
    ids = [one.json["id"] for one in partner.posted]
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids)) == 3
    assert ids[2:] == [row.values["id"] for row in await OutboxMessage.all().order_by("id")]


async def test_one_partner_that_stalls_holds_up_nobody_else(
    keeper: Actor, partner: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("civicgraph.notifications.sending.webhooks.SECONDS", 0.5)
    with Listener(stall=5) as slow:
        values = {"outgoing_ports": f"{partner.port},{slow.port}"}
        configuration.use(configuration.current().model_copy(update=values))
        await hook(keeper, slow)
        await hook(keeper, partner)
        await file_grievance(ANONYMOUS, words())
        began = clock.monotonic()
        assert await deliver_due() == 1
        assert clock.monotonic() - began < 3
    assert len(partner.posted) == 1


async def test_events_are_sent_again_by_id_or_since_a_time(keeper: Actor, partner: Listener) -> None:
    webhook, _ = await hook(keeper, partner)
    begin = clock.now()
    for minute in range(3):
        with clock.override(begin + timedelta(minutes=minute)):
            await file_grievance(ANONYMOUS, words())
    with clock.override(begin + timedelta(minutes=5)):
        assert await deliver_due() == 3
        ids = [one.json["id"] for one in partner.posted]
        answer = await operations.replay_webhook(keeper, {"id": webhook.id, "event_id": ids[1]})
        assert answer["count"] == 1
        assert await deliver_due() == 1
        since = (begin + timedelta(minutes=1)).isoformat()
        assert (await operations.replay_webhook(keeper, {"id": webhook.id, "since": since}))["count"] == 2
        assert await deliver_due() == 2
    assert [one.json["id"] for one in partner.posted][3:] == [ids[1], ids[1], ids[2]]
    for wrong in ({}, {"event_id": "none"}, {"since": "2031-01-01T00:00:00Z"}):
        with pytest.raises(InvalidInput):
            await operations.replay_webhook(keeper, {"id": webhook.id, **wrong})


async def test_a_webhook_never_reaches_inside(
    keeper: Actor, partner: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("http://127.0.0.1:1/", "http://10.0.0.1/", "http://[::1]/", "ftp://a.example/", "https://a@b.example/"):
        with pytest.raises(InvalidInput):
            await hook(keeper, partner, url=url)
    await hook(keeper, partner, url=f"http://localhost:{partner.port}/")
    configuration.use(configuration.current().model_copy(update={"outgoing_networks": ""}))
    await file_grievance(ANONYMOUS, words())
    assert await deliver_due() == 0
    assert (await OutboxMessage.get()).last_error == "Refused"
    assert partner.posted == []


async def test_a_webhook_is_tried_paused_given_another_secret_and_removed(keeper: Actor, partner: Listener) -> None:
    webhook, secret = await hook(keeper, partner)
    number = {"id": webhook.id}
    told = await operations.test_webhook(keeper, number)
    assert await deliver_due() == 1
    assert (partner.posted[0].json["id"], partner.posted[0].json["type"]) == (
        told["event_id"],
        "civicgraph.webhook.test",
    )
    assert (await operations.rotate_webhook_secret(keeper, number))["secret"] != secret
    await operations.pause_webhook(keeper, number)
    await file_grievance(ANONYMOUS, words())
    assert await OutboxMessage.filter(state=MessageState.PENDING).count() == 0
    await operations.resume_webhook(keeper, number)
    await operations.remove_webhook(keeper, number)
    assert (await Webhook.get(id=webhook.id)).url == ""
    with pytest.raises(NotFound):
        await operations.test_webhook(keeper, number)


async def test_a_partner_keeps_webhooks_by_its_token_s_scope(engine: Engine, keeper: Actor, partner: Listener) -> None:
    def token(*scopes: str) -> Actor:
        return Actor(
            kind="token",
            person_id=keeper.person_id,
            grants=(Held(Role.SUPERVISOR, FENGGANG),),
            scopes=frozenset(scopes),
        )

    webhook, _ = await hook(token("webhooks"), partner)
    for wrong in (token("read"), token("grievances", "listings", "people"), ANONYMOUS):
        with pytest.raises(Forbidden):
            await hook(wrong, partner)
    await file_grievance(ANONYMOUS, words())
    asked = "{ webhooks { nodes { number } } outbox { nodes { eventId template webhook { number } } } }"
    seen = await engine.read(asked, {}, token("webhooks"))
    assert [one["number"] for one in seen["webhooks"]["nodes"]] == [webhook.id]
    assert [one["template"] for one in seen["outbox"]["nodes"]] == ["grievance.submitted"]
    assert seen["outbox"]["nodes"][0]["eventId"] == (await OutboxMessage.get()).values["id"]
    stranger = await place.person("stranger", Role.SUPERVISOR, SUIYANG)
    assert (await engine.read(asked, {}, stranger)) == {"webhooks": {"nodes": []}, "outbox": {"nodes": []}}
    with pytest.raises(NotFound):
        await operations.pause_webhook(stranger, {"id": webhook.id})


def test_an_event_s_id_follows_from_what_happened() -> None:
    assert event_id("grievance:1:step:2") == event_id("grievance:1:step:2") != event_id("grievance:1:step:3")


async def test_all_parked_messages_of_a_filter_are_sent_again(keeper: Actor, partner: Listener) -> None:
    await hook(keeper, partner)
    for _ in range(3):
        await file_grievance(ANONYMOUS, words())
    lin = await Person.create(username="lin", name="林", email="lin@example.cn")
    await operations.notify_person(lin, "lamp", {"what": "灯"}, dedupe="1", division_code=SUIYANG)
    await OutboxMessage.all().update(state=MessageState.PARKED)
    with pytest.raises(InvalidInput):
        await operations.resend_messages(keeper, {"channel": "email"})
    with pytest.raises(InvalidInput):
        await operations.resend_messages(keeper, {"within": SUIYANG})
    assert (await operations.resend_messages(keeper, {"channel": "webhook", "within": "520327001"}))["count"] == 3
    assert await OutboxMessage.filter(state=MessageState.PENDING).count() == 3

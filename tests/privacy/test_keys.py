"""Contacts at rest: what seals them, how they are found without being opened, and another key for them."""

from __future__ import annotations

import importlib
from base64 import urlsafe_b64encode
from types import SimpleNamespace

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from tortoise.connection import get_connection
from tortoise.models import Model

from civicgraph import crypto, health
from civicgraph import settings as configuration
from civicgraph.db import MODELS
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import file_grievance, reveal_grievance_contact
from civicgraph.notifications.models import OutboxMessage
from civicgraph.operations.models import IdempotencyKey
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.privacy import keys
from civicgraph.settings import Settings
from tests.conftest import make_settings
from tests.grievances.conftest import CONTACT, Report, words

SECOND, THIRD = "b2:" + "s" * 40, "c3:" + "t" * 40


def use(named: str, url: str = "sqlite://unused") -> Settings:
    made = make_settings(url, contact_keys=SecretStr(named))
    configuration.use(made)
    return made


def test_what_is_sealed_opens_and_what_was_touched_does_not() -> None:
    use("")
    sealed = crypto.encrypt("13800001234")
    assert crypto.decrypt(sealed) == "13800001234"
    assert crypto.encrypt("13800001234") != sealed
    assert (crypto.encrypt(""), crypto.decrypt("")) == ("", "")
    at = len(sealed) // 2
    for touched in (sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :], sealed[:-8] + "AAAAAAA="):
        with pytest.raises(InvalidTag):
            crypto.decrypt(touched)


def test_the_name_of_the_key_is_sealed_too() -> None:
    """Else a text could be passed off as one of another key or version."""
    use(f"{SECOND},b3:{'s' * 40}")  # two names for the same secret
    sealed = crypto.encrypt("13800001234")
    with pytest.raises(InvalidTag):
        crypto.decrypt(sealed.replace("v2.b2.", "v2.b3."))


def test_what_earlier_releases_sealed_still_opens() -> None:
    use(SECOND)
    key = crypto.derived_key("contacts")
    old = urlsafe_b64encode(b"n" * 12 + AESGCM(key).encrypt(b"n" * 12, b"13800001234", None)).decode()
    assert crypto.decrypt(old) == "13800001234"


def test_a_contact_is_found_by_a_keyed_hash_however_it_was_typed() -> None:
    use("")
    assert crypto.blind_index("email", " Chen@Example.cn") == crypto.blind_index("email", "chen@example.cn")
    assert crypto.blind_index("phone", "13800001234") != crypto.blind_index("email", "13800001234")
    assert crypto.blind_index("phone", "") == ""
    assert crypto.blind_indexes("phone", "") == []
    before = crypto.blind_index("phone", "13800001234")
    use(SECOND)
    assert crypto.blind_index("phone", "13800001234") != before
    assert before in crypto.blind_indexes("phone", "13800001234")


@pytest.mark.parametrize(
    "wrong", ["short:abc", "b2" + "x" * 40, f"0:{'x' * 40}", f"{SECOND},{SECOND}", f"é:{'x' * 40}"]
)
def test_keys_that_cannot_be_read_are_named_by_the_check(wrong: str) -> None:
    found = health.settings_troubles(use(wrong))
    assert any("CIVICGRAPH_CONTACT_KEYS" in one for one in found)
    assert not any("x" * 10 in one for one in found)


def test_every_column_that_holds_something_sealed_is_rotated() -> None:
    models = {
        one
        for name in MODELS
        for one in vars(importlib.import_module(name)).values()
        if isinstance(one, type) and issubclass(one, Model) and one._meta.db_table
    }
    described = {
        f"{model._meta.db_table}.{name}"
        for model in models
        for name, column in model._meta.fields_map.items()
        if "encrypted" in (column.description or "")
    }
    assert {one.name for one in keys.SEALED} == described


async def test_after_a_rotation_the_older_key_may_go(connected: Settings, report: Report, dispatcher: Actor) -> None:
    row = await report(**CONTACT)
    again = {"idempotency_key": "k" * 20, "contact_phone": "13800001234"}
    first = await file_grievance(ANONYMOUS, words(**again))
    for named in (SECOND, f"{THIRD},{SECOND}"):
        use(named, connected.database_url)
        left = await keys.under_older_keys()
        assert left.pop("outbox_message.address") >= 1
        names = {f"grievance.contact_{what}": count for what, count in (("name", 1), ("phone", 2), ("email", 1))}
        assert left == {**names, "idempotency_key.answer": 1}
        found = await Grievance.filter(phone_index__in=crypto.blind_indexes("phone", "13800001234")).count()
        assert found == 2
        assert [name async for name, _ in keys.rotate()]
        assert await keys.under_older_keys() == {}
        assert await Grievance.filter(phone_index=crypto.blind_index("phone", "13800001234")).count() == 2
    use(THIRD, connected.database_url)
    assert (await reveal_grievance_contact(dispatcher, {"number": row.number})) == {
        "name": "陈阿婆",
        "phone": "13800001234",
        "email": "chen@example.cn",
    }
    assert crypto.decrypt((await OutboxMessage.all().order_by("id").first()).address)  # type: ignore[union-attr]
    repeated = await file_grievance(ANONYMOUS, words(**again))
    assert repeated["tracking_secret"] == first["tracking_secret"]
    configuration.use(connected)


async def test_names_that_were_kept_in_the_clear_are_sealed_by_the_migration(
    connected: Settings, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [await report(contact_name=name) for name in ("陈阿婆", "Li Wei", "")]
    for row, name in zip(rows, ("陈阿婆", "Li Wei", ""), strict=True):
        await Grievance.filter(id=row.id).update(contact_name=name, contact_name_masked="")
    migration = importlib.import_module("civicgraph.migrations.0045_names_sealed")
    monkeypatch.setattr(migration, "BATCH", 1)
    await migration.seal(None, SimpleNamespace(client=get_connection("default")))
    found = await Grievance.all().order_by("id").values_list("contact_name", "contact_name_masked")
    assert [(crypto.decrypt(name), masked) for name, masked in found] == [
        ("陈阿婆", "陈＊＊"),
        ("Li Wei", "L＊＊"),
        ("", ""),
    ]
    assert found[0][0].startswith(crypto.sealed_prefix(crypto.current_key()))


async def test_a_rotation_that_was_stopped_goes_on_and_one_without_the_key_changes_nothing(
    connected: Settings, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "BATCH", 2)
    rows = [await report(contact_phone=f"1380000123{number}") for number in range(5)]
    use(SECOND, connected.database_url)
    async for _ in keys.rotate():
        break  # stopped after the first batch
    assert await keys.under_older_keys() == {"grievance.contact_phone": 3}
    use(THIRD, connected.database_url)  # the second key was lost
    with pytest.raises(LookupError, match="b2"):
        async for _ in keys.rotate():
            pass
    use(f"{THIRD},{SECOND}", connected.database_url)
    counts = [count async for _, count in keys.rotate()]
    assert sum(counts) == 5
    assert await keys.under_older_keys() == {}
    for number, row in enumerate(rows):
        assert crypto.decrypt((await Grievance.get(id=row.id)).contact_phone) == f"1380000123{number}"
    assert await IdempotencyKey.all().count() == 0
    configuration.use(connected)

"""Signing in, staying signed in, and being signed out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import extract_parameters

from civicgraph import clock, db
from civicgraph.accounts import passwords
from civicgraph.accounts.models import Person, Session, SignInAttempt
from civicgraph.accounts.operations import (
    actor_from_session,
    change_password,
    revoke_session,
    set_password,
    sign_in,
    sign_out,
    update_person,
)
from civicgraph.operations import InvalidInput, NotFound, OperationError, TooMany
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Held, Role
from tests.accounts.conftest import PASSWORD
from tests.support.city import FENGQUAN

STRANGER = Actor(address_key="address of the phone")


def words(username: str = "lin", password: str = PASSWORD) -> dict[str, str]:
    """What is typed into the form."""
    return {"username": username, "password": password, "device": "Firefox"}


async def refusal(given: dict[str, str], actor: Actor = STRANGER) -> OperationError:
    """Why a sign-in was refused."""
    with pytest.raises(OperationError) as raised:
        await sign_in(actor, given)
    return raised.value


async def test_who_signs_in_acts_with_their_grants(lin: Person) -> None:
    actor = await actor_from_session(await sign_in(STRANGER, words()))
    assert actor is not None
    assert (actor.kind, actor.person_id, actor.name, actor.title) == ("person", lin.id, "林小红", "凤泉社区联络员")
    assert actor.grants == (Held(Role.DISPATCHER, FENGQUAN),)


async def test_a_name_may_be_typed_with_a_capital(lin: Person) -> None:
    assert await sign_in(STRANGER, words(" Lin "))


async def test_the_session_and_the_password_are_kept_hashed_alone(lin: Person) -> None:
    token = await sign_in(STRANGER, words())
    kept = await Session.get()
    assert token not in str(dict(kept))
    assert PASSWORD not in str(dict(await Person.get(id=lin.id)))
    assert (await Person.get(id=lin.id)).password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_each_sign_in_gives_a_new_session(lin: Person) -> None:
    first, second = await sign_in(STRANGER, words()), await sign_in(STRANGER, words())
    assert first != second
    assert await Session.all().count() == 2


async def test_a_wrong_password_an_unknown_name_and_a_closed_account_read_the_same(lin: Person) -> None:
    wrong = await refusal(words(password="not this one"))
    unknown = await refusal(words("nobody"))
    await Person.filter(id=lin.id).update(is_active=False)
    closed = await refusal(words())
    assert isinstance(wrong, InvalidInput)
    assert wrong.errors == unknown.errors == closed.errors


async def test_an_unknown_name_is_the_same_work_as_a_known_one(lin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    verify = passwords._verify

    def seen(kept: str, given: str) -> bool:
        looked_at.append(extract_parameters(kept))
        return verify(kept, given)

    monkeypatch.setattr(passwords, "_verify", seen)
    for username in ("lin", "nobody"):
        await refusal(words(username, "not this one"), Actor(address_key=username))
    known, unknown = looked_at
    assert known == unknown


async def test_ten_tries_at_an_account_are_enough_from_wherever_they_come(lin: Person) -> None:
    for number in range(10):
        await refusal(words(password="guess"), Actor(address_key=f"address {number}"))
    assert isinstance(await refusal(words(), Actor(address_key="another")), TooMany)
    with clock.override(clock.now() + timedelta(minutes=5, seconds=1)):
        assert await sign_in(STRANGER, words())


async def test_ten_tries_from_an_address_are_enough_whatever_the_names(lin: Person) -> None:
    for number in range(10):
        await refusal(words(f"guess{number}"))
    assert isinstance(await refusal(words()), TooMany)
    assert await sign_in(Actor(address_key="another"), words())


async def test_tries_at_the_same_instant_are_counted_too(lin: Person) -> None:
    tries = (refusal(words(password="guess"), Actor(address_key=f"a{number}")) for number in range(16))
    refusals = await asyncio.gather(*tries)
    assert sum(isinstance(one, InvalidInput) for one in refusals) <= 10


async def test_a_password_that_fits_wipes_the_tries_before_it(lin: Person) -> None:
    for _ in range(9):
        await refusal(words(password="typing mistake"))
    await sign_in(Actor(address_key="at home"), words())
    for _ in range(9):
        await refusal(words(password="typing mistake"), Actor(address_key="at work"))
    assert await sign_in(Actor(address_key="at home"), words())


async def test_what_is_kept_of_a_try_names_nobody(lin: Person) -> None:
    await refusal(words("somebody"))
    assert "somebody" not in str([dict(row) for row in await SignInAttempt.all()])


async def test_a_session_ends_after_twelve_idle_hours_and_after_a_week_of_use(lin: Person) -> None:
    token = await sign_in(STRANGER, words())
    began = clock.now()
    for hours in range(11, 24 * 7, 11):
        with clock.override(began + timedelta(hours=hours)):
            assert await actor_from_session(token)
    with clock.override(began + timedelta(days=7)):
        assert await actor_from_session(token) is None
    token = await sign_in(STRANGER, words())
    with clock.override(clock.now() + timedelta(hours=12)):
        assert await actor_from_session(token) is None


async def test_last_use_is_written_once_a_minute_at_most(lin: Person) -> None:
    token = await sign_in(STRANGER, words())
    began = (await Session.get()).last_seen_at
    with clock.override(began + timedelta(seconds=59)):
        await actor_from_session(token)
    assert (await Session.get()).last_seen_at == began
    with clock.override(began + timedelta(seconds=60)):
        await actor_from_session(token)
    assert (await Session.get()).last_seen_at == began + timedelta(seconds=60)


async def test_a_session_with_all_its_grants_is_found_by_one_read(lin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await sign_in(STRANGER, words())
    reads: list[str] = []
    connection = type(db.beside())
    ask = connection.execute_query

    async def counted(self: object, query: str, *rest: object) -> object:
        reads.append(query)
        return await ask(self, query, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(connection, "execute_query", counted)
    monkeypatch.setattr(connection, "execute_query_dict", counted_dict(connection, reads))
    assert await actor_from_session(token)
    assert len(reads) == 1


def counted_dict(connection: type, reads: list[str]) -> object:
    """The connection's other way to ask, counted too."""
    ask = connection.execute_query_dict  # type: ignore[attr-defined]

    async def counted(self: object, query: str, *rest: object) -> object:
        before = len(reads)
        found = await ask(self, query, *rest)
        if len(reads) == before:
            reads.append(query)
        return found

    return counted


async def test_signing_out_ends_the_session_at_once(lin: Person) -> None:
    token = await sign_in(STRANGER, words())
    actor = await actor_from_session(token)
    assert actor is not None
    await sign_out(actor)
    assert await actor_from_session(token) is None
    await sign_out(actor)
    assert [entry.operation for entry in await AuditEntry.all().order_by("id")][-2:] == ["sign_in", "sign_out"]


async def test_one_ends_ones_own_sessions_and_nobody_elses(lin: Person, administrator: Actor) -> None:
    here, lost = await sign_in(STRANGER, words()), await sign_in(STRANGER, words())
    actor = await actor_from_session(here)
    assert actor is not None
    other = await Session.exclude(id=actor.session_id).get()
    with pytest.raises(NotFound):
        await revoke_session(administrator, {"id": other.id})
    await revoke_session(actor, {"id": other.id})
    assert await actor_from_session(lost) is None
    assert await actor_from_session(here)


async def test_who_may_not_sign_in_any_more_is_out_everywhere(lin: Person, administrator: Actor) -> None:
    token = await sign_in(STRANGER, words())
    fields = {"id": lin.id, "name": lin.name, "is_active": False, "version": lin.version}
    await update_person(administrator, fields)
    assert await actor_from_session(token) is None
    assert isinstance(await refusal(words()), InvalidInput)


async def test_a_new_password_from_an_administrator_ends_all_sessions(lin: Person, administrator: Actor) -> None:
    token = await sign_in(STRANGER, words())
    await set_password(administrator, {"id": lin.id, "password": "a new password"})
    assert await actor_from_session(token) is None
    assert isinstance(await refusal(words()), InvalidInput)
    assert await sign_in(STRANGER, words(password="a new password"))


async def test_changing_ones_own_password_keeps_this_session_and_ends_the_others(lin: Person) -> None:
    here, elsewhere = await sign_in(STRANGER, words()), await sign_in(STRANGER, words())
    actor = await actor_from_session(here)
    assert actor is not None
    with pytest.raises(InvalidInput) as raised:
        await change_password(actor, {"current": "a guess", "password": "a new password"})
    assert raised.value.errors[0].field == "current"
    await change_password(actor, {"current": PASSWORD, "password": "a new password"})
    assert await actor_from_session(here)
    assert await actor_from_session(elsewhere) is None
    assert await sign_in(STRANGER, words(password="a new password"))


@pytest.mark.parametrize("token", ["", "x", "cg_x", "é" * 40, "\x00", "'; DROP TABLE session; --"])
async def test_a_made_up_cookie_is_nobody(lin: Person, token: str) -> None:
    assert await actor_from_session(token) is None

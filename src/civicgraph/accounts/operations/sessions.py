"""Signing in and out."""

from __future__ import annotations

from pydantic import Field
from tortoise.transactions import in_transaction

from civicgraph import clock, crypto
from civicgraph.accounts import rules
from civicgraph.accounts.models import Person, Session, SignInAttempt
from civicgraph.accounts.passwords import is_password
from civicgraph.i18n import N_
from civicgraph.operations import Input, InvalidInput, NotFound, TooMany, audit, operation
from civicgraph.operations.inputs import validate
from civicgraph.permissions import Actor


class SignIn(Input):
    """A name and a password."""

    username: str = Field(
        title=N_("Sign-in name"), min_length=1, max_length=60, json_schema_extra={"autocomplete": "username"}
    )
    password: str = Field(
        title=N_("Password"),
        min_length=1,
        max_length=200,
        json_schema_extra={"widget": "password", "autocomplete": "current-password"},
    )
    device: str = Field("", title=N_("Device"), max_length=160, json_schema_extra={"widget": "hidden"})


async def sign_in(actor: Actor, given: dict[str, str]) -> str:
    """Start a session and return its secret.

    Not an operation of the kernel: a refused try must be kept, and the password is checked outside
    the transaction. Raises `InvalidInput` with the same words and after the same time whether or not
    the account exists, and `TooMany` after ten tries in five minutes for an account or an address.
    """
    data = validate(SignIn, given)
    subjects = [crypto.keyed_hash("sign-in account", data.username.lower()), actor.address_key]
    await _check_tries(subjects)
    person = await Person.get_or_none(username=data.username)
    may = await is_password(person.password_hash if person and person.is_active else "", data.password)
    if not may or person is None:
        async with in_transaction():
            for subject in filter(None, subjects):
                await SignInAttempt.create(subject=subject, created_at=clock.now())
        raise InvalidInput.at("password", "wrong", N_("Name and password do not fit together. Please try again."))
    token = crypto.random_token()
    now = clock.now()
    async with in_transaction():
        await Session.create(
            person=person,
            token_hash=crypto.token_hash(token),
            device=data.device,
            last_seen_at=now,
            expires_at=now + rules.SESSION_LENGTH,
        )
        await SignInAttempt.filter(subject=subjects[0]).delete()
        await SignInAttempt.filter(created_at__lt=now - rules.TRIES_WITHIN).delete()
    return token


async def _check_tries(subjects: list[str]) -> None:
    since = clock.now() - rules.TRIES_WITHIN
    for subject in filter(None, subjects):
        if await SignInAttempt.filter(subject=subject, created_at__gte=since).count() >= rules.MAX_TRIES:
            raise TooMany(N_("Too many tries. Please wait five minutes, then try again."))


async def sign_out(actor: Actor) -> None:
    """End the actor's own session."""
    if actor.session_id:
        await Session.filter(id=actor.session_id).update(revoked_at=clock.now())


class RevokeSession(Input):
    """Which of one's sessions to end."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def revoke_session(actor: Actor, data: RevokeSession) -> Session:
    """End one of one's own sessions, for instance on a lost phone."""
    row = await Session.get_or_none(id=data.id, person_id=actor.person_id)
    if row is None or actor.person_id is None:
        raise NotFound
    row.revoked_at = row.revoked_at or clock.now()
    await row.save()
    await audit(actor, row, {"revoked_at": [None, row.revoked_at]})
    return row

"""Signing in and out."""

from __future__ import annotations

from pydantic import Field
from tortoise.transactions import in_transaction

from civicgraph import clock, crypto
from civicgraph.accounts import rules
from civicgraph.accounts.models import Grant, Person, Session, SignInAttempt
from civicgraph.accounts.passwords import is_strangers_password
from civicgraph.i18n import N_
from civicgraph.operations import Input, InvalidInput, NotFound, TooMany, audit, operation
from civicgraph.operations.audit import operation_name
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
    username = data.username.lower()
    tries = await begin_try([account_key(username), actor.address_key])
    person = await Person.get_or_none(username=username)
    fits = await is_strangers_password(person.password_hash if person and person.is_active else "", data.password)
    if not fits or person is None:
        raise InvalidInput.at("password", "wrong", N_("Name and password do not fit together. Please try again."))
    token, now = crypto.random_token(), clock.now()
    operation_name.set("sign_in")
    async with in_transaction():
        row = await Session.create(
            person=person,
            token_hash=crypto.token_hash(token),
            device=data.device,
            last_seen_at=now,
            expires_at=now + rules.SESSION_LENGTH,
            created_at=now,
        )
        await forget_tries(tries, account_key(username))
        await audit(_as(actor, person), row, division_code=await home_of(person.id))
    return token


def _as(actor: Actor, person: Person) -> Actor:
    return Actor(kind="person", person_id=person.id, name=person.name, request_id=actor.request_id)


def account_key(username: str) -> str:
    """What the tries at an account are counted by."""
    return crypto.keyed_hash("sign-in account", username)


async def begin_try(subjects: list[str]) -> list[int]:
    """Count a try before the password is looked at, so that many at once are counted too.

    Returns the numbers of the kept tries. Raises `TooMany` when they are used up.
    """
    since = clock.now() - rules.TRIES_WITHIN
    rows = [await SignInAttempt.create(subject=subject, created_at=clock.now()) for subject in subjects if subject]
    numbers = [row.id for row in rows]
    for row in rows:
        if await SignInAttempt.filter(subject=row.subject, created_at__gte=since).count() > rules.MAX_TRIES:
            await SignInAttempt.filter(id__in=numbers).delete()
            raise TooMany(N_("Too many tries. Please wait five minutes, then try again."))
    return numbers


async def forget_tries(numbers: list[int], account: str) -> None:
    """After a password that fits: this try and those at the account count no more; old ones are thrown away."""
    await SignInAttempt.filter(id__in=numbers).delete()
    await SignInAttempt.filter(subject=account).delete()
    await SignInAttempt.filter(created_at__lt=clock.now() - rules.TRIES_WITHIN).delete()


async def home_of(person_id: int) -> str:
    """The place that a person belongs to; entries of the audit trail about one's own keys are seen there."""
    codes = await Grant.filter(person_id=person_id).values_list("division_id", flat=True)
    return rules.home([str(code) for code in codes])


async def sign_out(actor: Actor) -> None:
    """End the actor's own session."""
    row = await Session.get_or_none(id=actor.session_id, revoked_at=None) if actor.session_id else None
    if row is None:
        return
    operation_name.set("sign_out")
    async with in_transaction():
        await _end(actor, row)


class RevokeSession(Input):
    """Which of one's sessions to end."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def revoke_session(actor: Actor, data: RevokeSession) -> Session:
    """End one of one's own sessions, for instance on a lost phone."""
    row = await Session.get_or_none(id=data.id, person_id=actor.person_id) if actor.person_id else None
    if row is None:
        raise NotFound
    return await _end(actor, row)


async def _end(actor: Actor, row: Session) -> Session:
    row.revoked_at = row.revoked_at or clock.now()
    await row.save(update_fields=["revoked_at"])
    code = await home_of(row.person_id)  # type: ignore[attr-defined]
    await audit(actor, row, {"revoked_at": [None, row.revoked_at]}, division_code=code)
    return row

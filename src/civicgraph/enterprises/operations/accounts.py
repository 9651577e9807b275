"""Acting for an enterprise: its entry claimed by a code sent to its registered address, or given by staff."""

from __future__ import annotations

import hmac
from typing import Any

from pydantic import Field, field_validator

from civicgraph import budgets, clock, crypto, settings
from civicgraph.accounts.models import Grant, Person
from civicgraph.accounts.operations.passwords import NEW_PASSWORD
from civicgraph.accounts.passwords import hash_password
from civicgraph.budgets import BudgetExceeded
from civicgraph.enterprises.claims import rules
from civicgraph.enterprises.claims.models import ClaimCode, ClaimWay, EnterpriseAccount
from civicgraph.enterprises.models import Enterprise
from civicgraph.i18n import N_
from civicgraph.notifications.operations import notify_address
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, TooMany, audit, operation
from civicgraph.permissions import READ_ENTERPRISE_CONTACTS, Actor

_USERNAME = r"^$|^[a-z][a-z0-9._-]{1,39}$"
_TAKEN = N_("This name is taken. Please choose another.")


class OfEnterprise(Input):
    """Which enterprise."""

    credit_code: str = Field(
        title=N_("Unified social credit code"), min_length=18, max_length=18,
        description=N_("18 characters, as on the licence."),
    )  # fmt: skip

    @field_validator("credit_code")
    @classmethod
    def _capitals(cls, code: str) -> str:
        return code.upper()


class WithCode(OfEnterprise):
    """The code of the message."""

    code: str = Field(
        title=N_("Code of the message"),
        min_length=1,
        max_length=20,
        json_schema_extra={"autocomplete": "one-time-code"},
    )

    @field_validator("code")
    @classmethod
    def _as_typed(cls, code: str) -> str:
        return "".join(char for char in code.upper() if char.isascii() and char.isalnum())


class NewAccount(OfEnterprise):
    """The account that is to act for it, a new one where there is none yet."""

    username: str = Field(
        "", title=N_("Sign-in name"), max_length=40, pattern=_USERNAME,
        description=N_("Small letters, digits, points and hyphens."), json_schema_extra={"autocomplete": "username"},
    )  # fmt: skip
    name: str = Field("", title=N_("Name"), max_length=60, json_schema_extra={"autocomplete": "name"})
    password: str = Field(
        "", title=N_("Password"), max_length=200, pattern=r"^$|^(?s:.{10,})$",
        description=N_("At least 10 characters."), json_schema_extra=NEW_PASSWORD,
    )  # fmt: skip


class ClaimEnterprise(NewAccount, WithCode):
    """The code of the message. Whoever is not signed in makes an account with it."""


class GiveEnterpriseAccount(NewAccount):
    """Whom staff let act for an enterprise, after looking at a licence and an identity card."""


class EndEnterpriseAccount(Input):
    """Which account acts for it no longer."""

    id: int = Field(title=N_("Number"), ge=1)


@operation(is_audited=False)
async def ask_claim_code(actor: Actor, data: OfEnterprise) -> dict[str, Any]:
    """Send a code to the registered e-mail address of an enterprise. The answer is the same whether there is one."""
    _count(actor)
    row = await Enterprise.filter(credit_code=data.credit_code).select_for_update().first()
    now = clock.now()
    await ClaimCode.filter(created_at__lt=now - rules.CODES_WITHIN).delete()
    if row is None or not row.contact_email or await ClaimCode.filter(enterprise_id=row.id).count() >= rules.MAX_CODES:
        return {"is_asked": True}
    code = crypto.random_code(rules.CODE_LENGTH)
    sent = await ClaimCode.create(
        enterprise_id=row.id, code_hash=_hash(row.id, code), expires_at=now + rules.CODE_LASTS, created_at=now
    )
    values = {
        **{"enterprise": row.name, "sealed_code": crypto.encrypt(code)},
        **{"minutes": rules.CODE_LASTS.seconds // 60, "link": f"/enterprises/{row.credit_code}/claim"},
    }
    dedupe, place = f"claim code {sent.id}", _place(row)
    await notify_address(row.contact_email, actor.locale, "claim_code", values, dedupe=dedupe, division_code=place)
    return {"is_asked": True}


def _hash(enterprise_id: int, code: str) -> str:
    return crypto.keyed_hash("claim code", f"{enterprise_id}|{code}")


def _place(row: Enterprise) -> str:
    return str(row.division_id)  # type: ignore[attr-defined]


def _count(actor: Actor) -> None:
    """Bound what one address asks for and tries in a minute."""
    if not actor.address_key:
        return
    try:
        budgets.shared.spend(f"claim:{actor.address_key}", 1, settings.current().reports_per_minute)
    except BudgetExceeded as error:
        message = N_("Many requests came from your connection just now. Please try again in %(seconds)s seconds.")
        raise TooMany(message, seconds=error.retry_after) from error


@operation(is_audited=False)  # a wrong code is counted, and no deed; the claim itself is audited below
async def claim_enterprise(actor: Actor, data: ClaimEnterprise) -> dict[str, Any]:
    """Act for an enterprise by the code that was sent to its registered address. Five wrong codes end a code."""
    _count(actor)
    row = await Enterprise.get_or_none(credit_code=data.credit_code)
    code = await _live_code(row.id) if row else None
    if row is None or code is None or not hmac.compare_digest(code.code_hash, _hash(row.id, data.code)):
        if code is not None:
            code.tries += 1
            await code.save(update_fields=["tries", "updated_at"])
        return {"is_claimed": False, "account": None}
    code.used_at = clock.now()
    await code.save(update_fields=["used_at", "updated_at"])
    person = await Person.get_or_none(id=actor.person_id) if actor.kind == "person" else await _new_person(actor, data)
    if person is None:
        raise Forbidden
    account = await _acting(row, person, ClaimWay.CODE)
    claimed = Actor(kind="person", person_id=person.id, name=person.name, request_id=actor.request_id)
    await audit(claimed, account, {"enterprise": [None, row.name]}, division_code=_place(row))
    return {"is_claimed": True, "account": account}


async def _live_code(enterprise_id: int) -> ClaimCode | None:
    """The last code that was sent, while it can be used. Only the last one can."""
    last = await ClaimCode.filter(enterprise_id=enterprise_id).order_by("-id").select_for_update().first()
    is_live = last and last.used_at is None and last.tries < rules.MAX_TRIES and clock.now() < last.expires_at
    return last if is_live else None


async def _new_person(actor: Actor, data: NewAccount) -> Person:
    """An account without any role: it reads what everybody reads, and what its enterprises may."""
    if actor.kind == "token":  # a key that leaked must not open accounts
        raise Forbidden
    missing = [
        error
        for name in ("username", "name", "password")
        if not getattr(data, name)
        for error in InvalidInput.at(name, "missing", N_("Please fill this in.")).errors
    ]
    if missing:
        raise InvalidInput(missing)
    if await Person.exists(username=data.username):
        raise InvalidInput.at("username", "taken", _TAKEN)
    password = await hash_password(data.password)
    return await Person.create(username=data.username, name=data.name, locale=actor.locale, password_hash=password)


async def _acting(row: Enterprise, person: Person, way: ClaimWay) -> EnterpriseAccount:
    account, is_new = await EnterpriseAccount.get_or_create(
        enterprise_id=row.id, person_id=person.id, defaults={"way": way}
    )
    if not is_new and account.ended_at is not None:
        account.way, account.ended_at = way, None
        await account.save(update_fields=["way", "ended_at", "updated_at"])
    return account


@operation()
async def give_enterprise_account(actor: Actor, data: GiveEnterpriseAccount) -> EnterpriseAccount:
    """Let an account act for an enterprise: that of the sign-in name, or a new one with a name and a first password."""
    row = await Enterprise.filter(credit_code=data.credit_code).select_for_update().first()
    if row is None:
        raise NotFound
    if actor.kind != "person" or not actor.may(READ_ENTERPRISE_CONTACTS, _place(row)):
        raise Forbidden
    person = await Person.get_or_none(username=data.username) if data.username else None
    if person is not None and data.password:
        raise InvalidInput.at("username", "taken", _TAKEN)
    if person is not None and await Grant.exists(person_id=person.id):
        message = N_("This is the account of a member of staff. Enterprises have accounts of their own.")
        raise InvalidInput.at("username", "of_staff", message)
    account = await _acting(row, person or await _new_person(actor, data), ClaimWay.STAFF)
    await audit(actor, account, {"enterprise": [None, row.name]}, division_code=_place(row))
    return account


@operation()
async def end_enterprise_account(actor: Actor, data: EndEnterpriseAccount) -> EnterpriseAccount:
    """Let an account act for an enterprise no longer: one's own, or one that staff end."""
    account = await EnterpriseAccount.filter(id=data.id, ended_at=None).select_for_update().first()
    row = await Enterprise.get_or_none(id=account.enterprise_id) if account else None
    if account is None or row is None:
        raise NotFound
    is_own = actor.kind == "person" and account.person_id == actor.person_id
    if not is_own and not actor.may(READ_ENTERPRISE_CONTACTS, _place(row)):
        raise NotFound
    account.ended_at = clock.now()
    await account.save(update_fields=["ended_at", "updated_at"])
    await audit(actor, account, {"enterprise": [row.name, None]}, division_code=_place(row))
    return account

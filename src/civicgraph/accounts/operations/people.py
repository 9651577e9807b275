"""People of the staff: who they are, what they may do where."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from civicgraph import clock
from civicgraph.accounts import rules
from civicgraph.accounts.models import Grant, Person, Session
from civicgraph.accounts.operations.passwords import NEW_PASSWORD
from civicgraph.accounts.passwords import hash_password
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.i18n import N_, Labelled
from civicgraph.operations import (
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import Actor, Role


class Language(Labelled):
    """The language of a person's messages."""

    ZH = "zh", N_("Chinese")
    EN = "en", N_("English")


class PersonFields(Input):
    """What is kept of a member of staff."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=60)
    title: str = Field("", title=N_("Office"), max_length=60, description=N_("Shown in public beside the name."))
    email: str = Field(
        "",
        title=N_("E-mail"),
        max_length=120,
        description=N_("Reminders go there. Never public."),
        json_schema_extra={"widget": "email"},
    )
    work_phone: str = Field(
        "",
        title=N_("Work telephone"),
        max_length=40,
        description=N_("Shown with the grids the person is in charge of."),
        json_schema_extra={"widget": "tel"},
    )
    locale: Language = Field(Language.ZH, title=N_("Language of messages"))

    @field_validator("email")
    @classmethod
    def _address(cls, email: str) -> str:
        name, at, host = email.partition("@")
        if email and (not name or not at or "." not in host or any(char.isspace() for char in email)):
            raise PydanticCustomError("civic_email", N_("This is not an e-mail address."))
        return email


class CreatePerson(PersonFields):
    """A new member of staff with a first role."""

    username: str = Field(
        title=N_("Sign-in name"),
        pattern=r"^[a-z][a-z0-9._-]{1,39}$",
        description=N_("Small letters, digits, points and hyphens."),
        json_schema_extra={"autocomplete": "off"},
    )
    password: str = Field(
        title=N_("First password"),
        min_length=10,
        max_length=200,
        description=N_("At least 10 characters."),
        json_schema_extra=NEW_PASSWORD,
    )
    role: Role = Field(title=N_("Role"))
    division_code: DivisionCode


@operation()
async def create_person(actor: Actor, data: CreatePerson) -> Person:
    """Enter a member of staff with a role over a division of one's own subtree."""
    await place_of(data.division_code)
    if not rules.may_give(actor, data.role, data.division_code):
        raise Forbidden
    if await Person.filter(username=data.username).exists():
        raise InvalidInput.at("username", "taken", N_("This name is taken. Please choose another."))
    row = await Person.create(
        username=data.username,
        name=data.name,
        title=data.title,
        email=data.email,
        work_phone=data.work_phone,
        locale=data.locale.value,
        password_hash=await hash_password(data.password),
    )
    await Grant.create(person=row, role=data.role, division_id=data.division_code)
    made = {"username": [None, row.username], **_given(data.role, data.division_code)}
    await audit(actor, row, made, division_code=data.division_code)
    return row


class UpdatePerson(PersonFields):
    """A change of what is kept of a member of staff."""

    id: int = Field(title=N_("Number"), ge=1)
    is_active: bool = Field(True, title=N_("May sign in"))
    version: int = Field(title=N_("Version"), ge=1)


def person_values(row: Person) -> dict[str, Any]:
    """The editable values of a person, by input field."""
    return {name: getattr(row, name) for name in (*PersonFields.model_fields, "is_active")}


@operation()
async def update_person(actor: Actor, data: UpdatePerson) -> Person:
    """Change a member of staff; one who may not sign in any more is signed out everywhere."""
    row, code = await _managed(actor, data.id)
    before = person_values(row)
    check_version(row, data.version, lambda: before)
    if row.id == actor.person_id and not data.is_active:
        raise InvalidInput.at("is_active", "oneself", N_("You cannot shut yourself out. Ask a colleague to do it."))
    after = {**data.model_dump(exclude={"id", "version"}), "locale": data.locale.value}
    row.update_from_dict({**after, "version": row.version + 1})
    await row.save()
    if not row.is_active:
        await Session.filter(person=row, revoked_at=None).update(revoked_at=clock.now())
    await audit(actor, row, changed(before, after), division_code=code)
    return row


class SetPassword(Input):
    """A new password for a member of staff."""

    id: int = Field(title=N_("Number"), ge=1)
    password: str = Field(title=N_("New password"), min_length=10, max_length=200, json_schema_extra=NEW_PASSWORD)


@operation()
async def set_password(actor: Actor, data: SetPassword) -> Person:
    """Give a member of staff a new password; all their sessions end."""
    if actor.kind == "token":  # a key that leaked must not open accounts
        raise Forbidden
    row, code = await _managed(actor, data.id)
    row.password_hash = await hash_password(data.password)
    await row.save(update_fields=["password_hash"])
    await Session.filter(person=row, revoked_at=None).update(revoked_at=clock.now())
    await audit(actor, row, {"password_hash": [None, None]}, division_code=code)
    return row


class RoleOver(Input):
    """A role over a division."""

    id: int = Field(title=N_("Number"), ge=1)
    role: Role = Field(title=N_("Role"))
    division_code: DivisionCode


@operation()
async def grant_role(actor: Actor, data: RoleOver) -> Person:
    """Give a member of staff a role over a division of one's own subtree."""
    await place_of(data.division_code)
    row, _ = await _managed(actor, data.id)
    if not rules.may_give(actor, data.role, data.division_code):
        raise Forbidden
    _, is_new = await Grant.get_or_create(person=row, role=data.role, division_id=data.division_code)
    if not is_new:
        raise InvalidInput.at("role", "held", N_("This role over this place is held already."))
    await audit(actor, row, _given(data.role, data.division_code), division_code=data.division_code)
    return row


@operation()
async def revoke_role(actor: Actor, data: RoleOver) -> Person:
    """Take a role over a division from a member of staff."""
    row, _ = await _managed(actor, data.id)
    if not rules.may_give(actor, data.role, data.division_code):
        raise Forbidden
    if row.id == actor.person_id:
        raise Unavailable(N_("Nobody takes a role from themselves. Ask a colleague to do it."))
    if not await Grant.filter(person=row, role=data.role, division_id=data.division_code).delete():
        raise NotFound
    taken = {"role": [data.role, None], "division_code": [data.division_code, None]}
    await audit(actor, row, taken, division_code=data.division_code)
    return row


def _given(role: Role, code: str) -> dict[str, Any]:
    return {"role": [None, role], "division_code": [None, code]}


async def _managed(actor: Actor, person_id: int) -> tuple[Person, str]:
    """A person whom the actor manages, and where that person belongs."""
    row = await Person.filter(id=person_id).select_for_update().first()
    codes = [str(code) for code in await Grant.filter(person_id=person_id).values_list("division_id", flat=True)]
    if row is None or not rules.may_know(actor, codes):
        raise NotFound
    if not rules.may_manage(actor, codes):
        raise Forbidden
    return row, rules.home(codes)

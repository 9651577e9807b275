"""Changing one's own password."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.accounts.models import Person, Session
from civicgraph.accounts.operations.sessions import home_of
from civicgraph.accounts.passwords import hash_password, is_password
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, InvalidInput, audit, operation
from civicgraph.permissions import Actor

NEW_PASSWORD: dict[str, Any] = {"widget": "password", "autocomplete": "new-password"}


class ChangePassword(Input):
    """One's password, and the one to have from now on."""

    current: str = Field(
        title=N_("Your password until now"),
        min_length=1,
        max_length=200,
        json_schema_extra={"widget": "password", "autocomplete": "current-password"},
    )
    password: str = Field(
        title=N_("New password"),
        min_length=10,
        max_length=200,
        description=N_("At least 10 characters."),
        json_schema_extra=NEW_PASSWORD,
    )


@operation()
async def change_password(actor: Actor, data: ChangePassword) -> Person:
    """Change one's own password; one's other sessions end."""
    person = await Person.get_or_none(id=actor.person_id) if actor.kind == "person" else None
    if person is None:
        raise Forbidden
    if not await is_password(person.password_hash, data.current):
        raise InvalidInput.at("current", "wrong", N_("This is not your password."))
    person.password_hash = await hash_password(data.password)
    await person.save(update_fields=["password_hash"])
    others = Session.filter(person=person, revoked_at=None).exclude(id=actor.session_id or 0)
    await others.update(revoked_at=clock.now())
    await audit(actor, person, {"password_hash": [None, None]}, division_code=await home_of(person.id))
    return person

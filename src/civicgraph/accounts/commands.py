"""What the command line does with accounts; passwords and tokens are told once."""

from __future__ import annotations

import secrets

from civicgraph.accounts.models import ApiToken, Grant, Person
from civicgraph.accounts.operations import create_person, create_token, set_password, trust_documents
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput
from civicgraph.permissions import SYSTEM, Actor


def new_password() -> str:
    """A random password of about 95 bits that can be typed."""
    return secrets.token_urlsafe(12)


async def add_person(username: str, name: str, role: str, division: str, email: str) -> str:
    """Enter a person; returns the words to print."""
    password = new_password()
    data = {"username": username, "name": name, "role": role, "division_code": division, "email": email}
    await create_person(SYSTEM, {**data, "password": password})
    return f"{username} may sign in with the password {password} (it is not shown again)."


async def list_people() -> list[tuple[str, str, str, str]]:
    """Rows for a table of the staff."""
    grants: dict[int, list[str]] = {}
    for person_id, role, code in (
        await Grant.all().order_by("division_id").values_list("person_id", "role", "division_id")
    ):
        grants.setdefault(person_id, []).append(f"{role.value} {code}")
    people = await Person.all().order_by("username").limit(500)
    return [
        (one.username, one.name, ", ".join(grants.get(one.id, [])), "yes" if one.is_active else "no") for one in people
    ]


async def reset_password(username: str) -> str:
    """Give a person a new password; returns the words to print."""
    password = new_password()
    await set_password(SYSTEM, {"id": (await _person(username)).id, "password": password})
    return f"The new password of {username} is {password} (it is not shown again)."


async def make_token(username: str, name: str, scopes: list[str], days: int) -> str:
    """Make a token for a person; returns the words to print."""
    person = await _person(username)
    actor = Actor(kind="person", person_id=person.id, name=person.name)
    made = await create_token(actor, {"name": name, "scopes": scopes, "days": days})
    return f"{made['secret']}\n(valid for {days} days; it is not shown again)"


async def trust(prefix: str, manifest: str) -> str:
    """Give the token that begins with `prefix` its list of documents; returns the words to print."""
    rows = await ApiToken.filter(prefix=prefix, revoked_at=None).limit(2)
    if len(rows) != 1:
        raise InvalidInput.at("prefix", "unknown", N_("No token, or more than one, begins like this."))
    actor = Actor(kind="person", person_id=rows[0].person_id)  # type: ignore[attr-defined]
    await trust_documents(actor, {"id": rows[0].id, "manifest": manifest})
    return f"{rows[0].name} runs the documents of this list, and nothing else."


async def _person(username: str) -> Person:
    found = await Person.get_or_none(username=username)
    if found is None:
        raise InvalidInput.at("username", "unknown", N_("Nobody has this sign-in name."))
    return found

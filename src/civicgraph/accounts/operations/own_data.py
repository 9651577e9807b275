"""What a member of the staff may ask for: everything that is kept of them (个人信息保护法 art. 45)."""

from __future__ import annotations

import orjson

from civicgraph.accounts.models import ApiToken, Grant, Person, Session
from civicgraph.operations import Forbidden, Input, audit, operation
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor


class ExportOwnAccount(Input):
    """Nothing is asked: it is one's own."""


@operation()
async def export_own_account(actor: Actor, data: ExportOwnAccount) -> dict[str, str]:
    """Everything that is kept of one's own account, as JSON: roles, sessions, tokens, what one did."""
    person = await Person.get_or_none(id=actor.person_id) if actor.person_id else None
    if person is None:
        raise Forbidden
    own = {"person_id": person.id}
    grants = await Grant.filter(**own).order_by("id").values("role", "division_id")
    sessions = await Session.filter(**own).order_by("id").values("created_at", "device", "last_seen_at", "revoked_at")
    tokens = await ApiToken.filter(**own).order_by("id").values("name", "prefix", "scopes", "created_at", "expires_at")
    deeds = AuditEntry.filter(**own).order_by("id").values("at", "operation", "subject_type", "subject_id", "changes")
    kept = {
        "sign_in_name": person.username,
        "name": person.name,
        "title": person.title,
        "email": person.email,
        "work_phone": person.work_phone,
        "language": person.locale,
        "is_active": person.is_active,
        "roles": grants,
        "sessions": sessions,
        "tokens": tokens,
        "done": await deeds,
    }
    await audit(actor, person, {"email": ["", ""]})
    return {"data": orjson.dumps(kept, option=orjson.OPT_INDENT_2, default=str).decode()}

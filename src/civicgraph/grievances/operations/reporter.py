"""Whether somebody is the reporter of a grievance: by its tracking secret, or by an account of the enterprise."""

from __future__ import annotations

import hmac

from civicgraph import crypto
from civicgraph.enterprises.claims.acting import acts_for
from civicgraph.grievances import rules
from civicgraph.grievances.models import Grievance
from civicgraph.permissions import Actor


async def is_reporter(actor: Actor, row: Grievance | None, secret: str, *, by_account: bool) -> bool:
    """Whether the secret is that of the grievance, or says that the actor acts for its enterprise.

    A grievance that is not there takes as long as a wrong secret.
    """
    typed = rules.typed_secret(secret)
    if hmac.compare_digest(crypto.token_hash(typed), row.secret_hash if row else ""):
        return True
    if row is None or not by_account or typed != rules.BY_ACCOUNT or row.enterprise_id is None:  # type: ignore[attr-defined]
        return False
    return await acts_for(actor, row.enterprise_id)  # type: ignore[attr-defined]


def name_of(row: Grievance) -> str:
    """The reporter's name, to take it out of what others read; empty where none was left, or the key to it is gone."""
    try:
        return crypto.decrypt(row.contact_name)
    except LookupError:
        return ""

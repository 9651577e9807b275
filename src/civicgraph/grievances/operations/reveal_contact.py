"""Look at the reporter's name, telephone and e-mail: every look is in the audit trail."""

from __future__ import annotations

from civicgraph import crypto
from civicgraph.grievances.operations.history import opened
from civicgraph.grievances.operations.inputs import Number
from civicgraph.operations import Input, audit, operation
from civicgraph.permissions import Actor


class RevealGrievanceContact(Input):
    """Whose contact is needed."""

    number: Number


@operation()
async def reveal_grievance_contact(actor: Actor, data: RevealGrievanceContact) -> dict[str, str]:
    """The reporter's name, telephone and e-mail, for those who work on the grievance. Recorded each time."""
    row = await opened(actor, "reveal_contact", data.number)
    await audit(actor, row, {"contact_name": ["", ""], "contact_phone": ["", ""], "contact_email": ["", ""]})
    sealed = {"name": row.contact_name, "phone": row.contact_phone, "email": row.contact_email}
    return {what: crypto.decrypt(text) for what, text in sealed.items()}

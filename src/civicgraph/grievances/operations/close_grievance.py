"""Close a grievance: by the dispatcher, or by the reporter who says that it is solved."""

from __future__ import annotations

import hmac

from pydantic import Field

from civicgraph import clock, crypto
from civicgraph.grievances import rules
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations.history import audited, found, office, opened_at, step
from civicgraph.grievances.operations.inputs import Number, Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import Input, NotFound, Unavailable, audit, changed, operation
from civicgraph.permissions import Actor

REPORTER_LINE = "反映人"


class CloseGrievance(Step):
    """Nothing more is to be done."""

    note: Words = Field(
        "",
        title=N_("Words to the reporter"),
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Everyone can read this. No names, no telephone numbers."),
    )


@operation()
async def close_grievance(actor: Actor, data: CloseGrievance) -> Grievance:
    """Close a resolved grievance."""
    row = await opened_at(actor, "close", data)
    before = audited(row)
    row.closed_at = clock.now()
    await step(actor, row, GrievanceStatus.CLOSED, by_line=await office(actor, row), public_note=data.note)
    await audit(actor, row, changed(before, audited(row)))
    return row


class CloseTrackedGrievance(Input):
    """Yes, it is solved."""

    number: Number
    secret: str = Field(title=N_("Tracking secret"), min_length=1, max_length=80)


@operation()
async def close_tracked_grievance(actor: Actor, data: CloseTrackedGrievance) -> Grievance:
    """Say as the reporter that it is solved; the number and the tracking secret are enough.

    An unknown number and a wrong secret are the same to a stranger.
    """
    row = await found(data.number)
    given = crypto.token_hash(rules.typed_secret(data.secret))
    if not hmac.compare_digest(given, row.secret_hash if row else "") or row is None:
        raise NotFound
    transition = rules.TRANSITIONS["confirm"]
    if row.status not in transition.sources:
        raise Unavailable(transition.refusal)
    before = audited(row)
    row.closed_at = clock.now()
    await step(actor, row, GrievanceStatus.CLOSED, by_line=REPORTER_LINE)
    await audit(actor, row, changed(before, audited(row)))
    return row

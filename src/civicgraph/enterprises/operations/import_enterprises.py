"""Entering many enterprises at once: a batch, as partner apps send it and as files are entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, SkipValidation

from civicgraph import settings
from civicgraph.enterprises.importing.rows import EnterpriseRow
from civicgraph.enterprises.importing.upsert import Batch, Outcome
from civicgraph.enterprises.models import Enterprise
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, audit, operation
from civicgraph.permissions import EDIT_ENTERPRISES, Actor

MAX_ROWS = 500

if TYPE_CHECKING:
    UncheckedRow = Mapping[str, Any]
else:
    UncheckedRow = Annotated[EnterpriseRow, SkipValidation]
    """A row as it was sent: each is checked for itself, so that one that does not fit leaves the others alone."""


class ImportEnterprises(Input):
    """Some enterprises, known by their codes."""

    rows: list[UncheckedRow] = Field(title=N_("Enterprises"), min_length=1, max_length=MAX_ROWS)
    is_dry_run: bool = Field(False, title=N_("Only check"), description=N_("Nothing is entered."))


@operation()
async def import_enterprises(actor: Actor, data: ImportEnterprises) -> dict[str, Any]:
    """Enter or change many enterprises; what fits is entered, and each row that does not is named. Sent again, it
    changes nothing."""
    if not actor.may_anywhere(EDIT_ENTERPRISES):
        raise Forbidden
    outcome = await Batch(actor, is_dry_run=data.is_dry_run).enter(list(enumerate(data.rows, 1)))
    await record(actor, outcome, "api")
    return {
        "created": outcome.created,
        "updated": len(outcome.updated),
        "unchanged": outcome.unchanged,
        "refused": outcome.refused,
        "row_errors": [f"{one['row']} {one['field']}: {one['message']}" for one in outcome.errors],
    }


async def record(actor: Actor, outcome: Outcome, name: str) -> None:
    """One entry of the audit trail for a batch: how many, and the codes of what was changed."""
    place = (actor.prefixes(EDIT_ENTERPRISES) or (settings.current().city_code,))[0]
    changes = {
        "created": [None, outcome.created],
        "updated": [None, outcome.updated],
        "unchanged": [None, outcome.unchanged],
        "refused": [None, outcome.refused],
    }
    await audit(actor, Enterprise(id=0), {**changes, "from": [None, name]}, division_code=place)

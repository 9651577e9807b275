"""How a member of staff wants to be told."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from civicgraph import clock
from civicgraph.accounts.operations.sessions import home_of
from civicgraph.i18n import N_
from civicgraph.notifications.models import MessageState, NoticePreference, OutboxMessage
from civicgraph.operations import Forbidden, Input, audit, changed, operation
from civicgraph.permissions import Actor

_BOTH: Any = N_("Please give both ends of the quiet hours, or neither.")


class Quiet(Input):
    """When nothing is sent but what is critical."""

    quiet_from: int | None = Field(
        None, title=N_("Quiet from"), ge=0, le=1439, json_schema_extra={"widget": "clock"},
        description=N_("From then on nothing is sent but what is critical."),
    )  # fmt: skip
    quiet_until: int | None = Field(
        None, title=N_("Quiet until"), ge=0, le=1439, json_schema_extra={"widget": "clock"},
        description=N_("What came in meanwhile is sent then."),
    )  # fmt: skip

    @model_validator(mode="after")
    def _both(self) -> Quiet:
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise PydanticCustomError("civic_quiet", _BOTH)
        return self


class SetNoticePreference(Quiet):
    """How one wants to be told; the inbox always has everything."""

    by_email: bool = Field(True, title=N_("Also by e-mail"))
    digest_minutes: int = Field(
        10,
        title=N_("At most one e-mail in so many minutes"),
        ge=0,
        le=1440,
        description=N_("What comes in meanwhile is collected in the next. With 0 each comes by itself."),
    )


@operation()
async def set_notice_preference(actor: Actor, data: SetNoticePreference) -> NoticePreference:
    """Choose how one is told: by e-mail or not, collected, and when not."""
    if actor.person_id is None:
        raise Forbidden
    row = await NoticePreference.get_or_none(person_id=actor.person_id) or NoticePreference(person_id=actor.person_id)
    after = data.model_dump()
    before = {key: getattr(row, key) for key in after}
    row.update_from_dict({**after, "version": row.version + 1 if row.pk else 1})
    await row.save()
    waiting = OutboxMessage.filter(person_id=actor.person_id, state=MessageState.PENDING, attempts=0)
    await waiting.update(next_attempt_at=clock.now())  # looked at by the new choice
    await audit(actor, row, changed(before, after), division_code=await home_of(actor.person_id))
    return row

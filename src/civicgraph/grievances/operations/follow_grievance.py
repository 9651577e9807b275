"""Follow a grievance by e-mail, and stop following it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph import budgets, clock, crypto, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.grievances import following, notices
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.inputs import Email, Number, Tracked
from civicgraph.grievances.operations.reporter import is_reporter
from civicgraph.i18n import N_
from civicgraph.operations import Input, NotFound, TooMany, operation
from civicgraph.permissions import Actor
from civicgraph.text import mask_email

_ADDRESS: Any = Field(
    title=N_("Your e-mail address"),
    min_length=3,
    max_length=120,
    json_schema_extra={"widget": "email", "autocomplete": "email"},
    description=N_("We first send a link by which you confirm it. Nobody else sees the address."),
)


class FollowGrievance(Input):
    """Who wants to hear of each public step of a grievance."""

    number: Number
    email: Email = _ADDRESS


class FollowTrackedGrievance(Tracked):
    """A reporter who left no e-mail address and wants to hear by e-mail after all."""

    email: Email = _ADDRESS


class FollowingLink(Input):
    """A link of a message."""

    token: str = Field(title=N_("End of the link"), min_length=1, max_length=80)


@operation(is_audited=False)
async def follow_grievance(actor: Actor, data: FollowGrievance) -> dict[str, Any]:
    """Ask for an e-mail at each public step. A link is sent first; until it is opened nothing else is."""
    count_asking(actor)
    row = await Grievance.get_or_none(number=data.number, is_public=True)
    if row is None:
        raise NotFound
    await following.begin_following(row, data.email, actor.locale)
    return {"number": row.number, "email": mask_email(data.email)}


@operation(is_audited=False)
async def follow_tracked_grievance(actor: Actor, data: FollowTrackedGrievance) -> dict[str, Any]:
    """Ask as the reporter for an e-mail at each public step, also of what the public does not see."""
    count_asking(actor)
    row = await Grievance.get_or_none(number=data.number)
    if not await is_reporter(actor, row, data.secret, by_account=True) or row is None:
        raise NotFound
    if row.contact_email and following.key_of(data.email) == following.key_of(crypto.decrypt(row.contact_email)):
        await Grievance.filter(id=row.id).update(is_reporter_written_to=True)  # the address that they had left
    else:
        await following.begin_following(row, data.email, actor.locale, is_reporter=True)
    return {"number": row.number, "email": mask_email(data.email)}


@operation(is_audited=False)
async def confirm_following(actor: Actor, data: FollowingLink) -> dict[str, Any]:
    """Confirm an address by the link that was sent to it: from now on it hears of each public step."""
    row = await following.followed_by(data.token, "confirm")
    if row is None:
        raise NotFound
    grievance = await Grievance.get(id=row.grievance_id)
    if row.confirmed_at is None:
        row.confirmed_at = clock.now()
        await row.save(update_fields=["confirmed_at"])
        await notices.nudge(grievance)
    return {"number": grievance.number}


@operation(is_audited=False)
async def unfollow_grievance(actor: Actor, data: FollowingLink) -> dict[str, Any]:
    """End by a message's link the messages like it; the address is deleted. A second time changes nothing."""
    if (row := await following.followed_by(data.token, "end")) is not None:
        await row.delete()
    elif (report := await following.reported_by(data.token)) is not None:
        await Grievance.filter(id=report.id).update(is_reporter_written_to=False)
    return {"is_ended": True}


def count_asking(actor: Actor) -> None:
    """Bound what strangers at one address ask for in a minute."""
    if actor.has_office or not actor.address_key:
        return
    try:
        budgets.shared.spend(f"follow:{actor.address_key}", 1, settings.current().reports_per_minute)
    except BudgetExceeded as error:
        message = N_("Many requests came from your connection just now. Please try again in %(seconds)s seconds.")
        raise TooMany(message, seconds=error.retry_after) from error

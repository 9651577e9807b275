"""From a draft to a page for everyone: looked over by a colleague, published by hand or at a time that was set.

An author who may not publish asks for review; an editor publishes, sets a time, or gives it back with words. The
version that is sent along is that which the editor saw: what was changed since then is not published unseen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import Field

from civicgraph import clock
from civicgraph.i18n import N_, gettext
from civicgraph.model import Drafted
from civicgraph.operations import Input, InvalidInput, Unavailable, audit, changed, check_version
from civicgraph.operations.audit import operation_name
from civicgraph.operations.inputs import CityTime
from civicgraph.permissions import SYSTEM, Actor
from civicgraph.scheduler.deadlines import on_missed, set_deadline, settle
from civicgraph.scheduler.models import Deadline

PUBLICATION = "publication"
"""The deadline at which a draft is published."""
FARTHEST = timedelta(days=730)
D = TypeVar("D", bound=Drafted)
Teller = Callable[..., Awaitable[None]]
"""Tells by `(actor, row, step, **values)` whom a step concerns; the steps are submitted, returned and published."""
_tellers: dict[str, Teller] = {}
_LOOKED_OVER_AGAIN = N_(
    "Since you changed it, it is not published by itself any more: the editors were asked to look it over again."
)


class ListingVersion(Input):
    """Which listing, as its editor saw it."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    version: int = Field(title=N_("Version"), ge=1)


class ScheduleListing(ListingVersion):
    """When a draft is published."""

    publish_at: CityTime = Field(title=N_("Publish at"), description=N_("Until then only editors of the place see it."))


class ReturnListing(ListingVersion):
    """What has to change before a draft is published."""

    note: str = Field(
        title=N_("What has to change"),
        min_length=2,
        max_length=300,
        description=N_("Its author reads it on the page of the draft."),
        json_schema_extra={"widget": "textarea"},
    )


PUBLISHED: dict[str, Any] = {"publish_at": None, "submitted_at": None, "review_note": ""}
"""What a listing that is published is no longer."""


def is_draft(row: Drafted) -> bool:
    """Whether the public does not see it yet."""
    return str(row.status) == "draft"  # type: ignore[attr-defined]


async def submit(actor: Actor, row: D, version: int) -> D:
    """Its author asks for review; the editors of the place are told."""
    _check(row, version)
    row.submitted_by_id = actor.person_id  # type: ignore[attr-defined]
    row = await _change(actor, row, submitted_at=clock.now(), review_note="")
    await _tellers[type(row).__name__](actor, row, "submitted")
    return row


async def give_back(actor: Actor, row: D, version: int, note: str) -> D:
    """An editor says what has to change, and its author is told; a publication that was planned is off."""
    _check(row, version)
    await settle(row, PUBLICATION)
    row = await _change(actor, row, submitted_at=None, publish_at=None, review_note=note)
    await _tellers[type(row).__name__](actor, row, "returned", note=note)
    return row


async def published(actor: Actor, row: Drafted) -> None:
    """Whoever asked is told that the public sees it now; with that the review is over."""
    if row.submitted_by_id is not None:  # type: ignore[attr-defined]
        await _tellers[type(row).__name__](actor, row, "published")
        row.submitted_by_id = None  # type: ignore[attr-defined]
        await row.save(update_fields=["submitted_by_id"])


async def schedule(actor: Actor, row: D, version: int, publish_at: Any) -> D:
    """Publish it at a time; another time takes the place of the one before."""
    _check(row, version)
    now = clock.now()
    if publish_at <= now:
        raise InvalidInput.at("publish_at", "past", N_("This time has passed. Publish it now, or give a later one."))
    if publish_at > now + FARTHEST:
        raise InvalidInput.at("publish_at", "far", N_("Please give a time within two years."))
    await set_deadline(row, PUBLICATION, publish_at)
    return await _change(actor, row, publish_at=publish_at, submitted_at=None, review_note="")


async def look_over_again(actor: Actor, row: D, others: Sequence[D], capability: str) -> None:
    """Ask for another review of what was approved and is changed by somebody who may not publish it.

    Without it the change would be published unseen at the time that was set. `others` are published together with it.
    """
    rows = [row, *others]
    if all(one.publish_at is None for one in rows) or actor.may(capability, row.division_id):  # type: ignore[attr-defined]
        return
    row.is_looked_over_again = True
    for one in rows:
        values = {"submitted_at": clock.now(), "publish_at": None, "review_note": ""}
        before = {name: getattr(one, name) for name in values}
        await settle(one, PUBLICATION)
        # The version of the one that is changed grows with the change itself.
        one.update_from_dict({**values, "version": one.version + (one is not row)})
        one.submitted_by_id = actor.person_id  # type: ignore[attr-defined]
        await one.save(update_fields=[*values, "version", "submitted_by_id", "updated_at"])
        await audit(actor, one, changed(before, values))
        await _tellers[type(one).__name__](actor, one, "submitted")


def told_again(row: Drafted) -> str:
    """What whoever changed it reads of that: empty where it goes on as it was."""
    return gettext(_LOOKED_OVER_AGAIN) if row.is_looked_over_again else ""


async def unschedule(actor: Actor, row: D, version: int) -> D:
    """It stays a draft until somebody publishes it."""
    _check(row, version)
    if row.publish_at is None:
        raise Unavailable(N_("No time was set."))
    await settle(row, PUBLICATION)
    return await _change(actor, row, publish_at=None)


def tells(model: type[Drafted], teller: Teller) -> None:
    """Say who tells of the review of a model's drafts."""
    _tellers[model.__name__] = teller


def publishes(model: type[D], name: str, publish: Callable[[Actor, D], Awaitable[None]]) -> None:
    """Let drafts of a model be published when their time comes, as the operation `name` does it by hand."""

    @on_missed(model.__name__, PUBLICATION)
    async def publish_planned(deadline: Deadline) -> None:
        # An operation holds the row first and its deadline after it, a tick the other way: who finds it locked tries again.
        row = await model.select_for_update(nowait=True).get_or_none(id=deadline.subject_id)
        if row is None or not is_draft(row) or row.publish_at is None or row.publish_at > clock.now():
            return
        token = operation_name.set(name)
        try:
            await publish(SYSTEM, row)
        finally:
            operation_name.reset(token)


def _check(row: Drafted, version: int) -> None:
    if not is_draft(row):
        words = N_("That is not possible any more: it is %(status)s.")
        raise Unavailable(words, status=row.status.words)  # type: ignore[attr-defined]
    check_version(row, version, dict)


async def _change(actor: Actor, row: D, **values: Any) -> D:
    before = {name: getattr(row, name) for name in values}
    row.update_from_dict({**values, "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, values))
    return row

"""Places of a listing that is copied, or no longer shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from civicgraph.bookings.models import Quota
from civicgraph.bookings.operations.quotas import CreateQuota, create_quota, quota_values
from civicgraph.bookings.operations.room import fitting
from civicgraph.bookings.subjects import SubjectKind
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable
from civicgraph.permissions import Actor

_TIMES = ("starts_at", "ends_at", "opens_at", "closes_at")


async def copy_quotas(
    actor: Actor,
    event_id: int,
    slug: str,
    moved: Callable[[datetime], datetime],
    there: Sequence[Quota] = (),
) -> int:
    """The places of an event with their questions for its copy, whose name in addresses is `slug`; nobody has one yet.

    What is `there` is not copied once more: the places of the whole, and sessions of the same name. How many were new.
    """
    quotas = await Quota.filter(event_id=event_id).order_by("id")
    lacking = _lacking(quotas, there, moved)
    for quota in lacking:
        values = await quota_values(quota)
        times = {name: values[name] and moved(values[name]) for name in _TIMES}
        data = CreateQuota.model_validate({**values, **times, "subject_kind": SubjectKind.EVENT, "subject_slug": slug})
        await create_quota.work(actor, await fitting(slug, data))
    return len(lacking)


def _lacking(quotas: Sequence[Quota], there: Sequence[Quota], moved: Callable[[datetime], datetime]) -> list[Quota]:
    """Those that are not there: each that is there stands for the one of its name whose time is nearest to its own."""
    lacking = list(quotas)
    for one in there:
        alike = [quota for quota in lacking if (quota.kind, quota.title) == (one.kind, one.title)]
        if alike:
            lacking.remove(
                min(alike, key=lambda quota: _apart(one.starts_at, quota.starts_at and moved(quota.starts_at)))
            )
    return lacking


def _apart(one: datetime | None, other: datetime | None) -> timedelta:
    return abs(one - other) if one and other else timedelta()


async def check_untaken(**subject: int) -> None:
    """Refuse to hide what people have a place of, or wait for."""
    for quota in await Quota.select_for_update().filter(**subject).order_by("id"):
        if quota.taken or quota.waiting:
            raise Unavailable(
                N_("People are registered, so it stays public. Cancel or close it instead: they are told then.")
            )

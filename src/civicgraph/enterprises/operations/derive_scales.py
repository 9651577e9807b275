"""Deriving the scales of what stands in the register: for entries from before they followed from the figures."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from tortoise.expressions import F

from civicgraph import settings
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.scale import Figures, scale_of
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, audit, operation
from civicgraph.permissions import EDIT_ENTERPRISES, Actor

BATCH = 5_000


class DeriveScales(Input):
    """Where to go on."""

    after: int = Field(0, title=N_("Number"), ge=0)


@operation()
async def derive_scales(actor: Actor, data: DeriveScales) -> dict[str, Any]:
    """Bring the scales of some entries to what their figures say. Says how many became others, and the last number looked
    at, 0 when there is none left."""
    city = settings.current().city_code
    if not actor.may(EDIT_ENTERPRISES, city):
        raise Forbidden
    found = Enterprise.filter(id__gt=data.after).order_by("id").limit(BATCH)
    rows = await found.values_list("id", "credit_code", "industry_id", "scale", *Figures._fields)
    others: dict[Any, list[tuple[int, str]]] = {}
    for number, code, industry, before, *figures in rows:
        derived = scale_of(str(industry), Figures(*figures))  # type: ignore[arg-type]
        if derived not in (None, before):
            others.setdefault(derived, []).append((int(str(number)), str(code)))
    for scale, entries in others.items():
        of = Enterprise.filter(id__in=[number for number, _ in entries])
        await of.update(scale=scale, version=F("version") + 1)
    changed = sorted(code for entries in others.values() for _, code in entries)
    if changed:
        await audit(actor, Enterprise(id=0), {"updated": [None, changed], "from": [None, "scales"]}, division_code=city)
    return {"changed": len(changed), "last": int(str(rows[-1][0])) if rows else 0}

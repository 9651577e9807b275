"""Add a category to the common list, close one for new reports, and open it again. What was reported keeps its own."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from tortoise.expressions import F

from civicgraph import settings
from civicgraph.grievances.models import GrievanceCategory
from civicgraph.grievances.operations.change_category import (
    CategoryBody,
    CategoryIsPersonal,
    CategoryIsVerified,
    CategoryName,
    CategoryNameEn,
    CategoryUrgency,
)
from civicgraph.grievances.operations.inputs import PublicName
from civicgraph.i18n import N_
from civicgraph.operations import (
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_CATEGORIES, Actor

MOST = 100
"""Categories, closed ones among them: forms and Open311 list them all on one page."""


class AddCategory(Input):
    """A category that people can report from now on. What it asks besides is set once it is there."""

    code: str = Field(
        title=N_("Code"),
        min_length=2,
        max_length=40,
        pattern=r"^[a-z][a-z0-9_]*$",
        description=N_(
            "By it partner apps and figures name it, and it never changes: small letters of a to z, digits and underscores."
        ),
    )
    group_code: str = Field(
        title=N_("Group of categories"),
        min_length=1,
        max_length=20,
        description=N_("It comes last among those of its group."),
    )
    name: CategoryName
    name_en: CategoryNameEn
    urgency: CategoryUrgency
    body: CategoryBody
    department: PublicName = Field(
        "",
        title=N_("Department that owns it"),
        max_length=80,
        description=N_("For instance 自然资源局; empty where none does."),
    )
    is_verified: CategoryIsVerified = False
    is_personal: CategoryIsPersonal = False


class _Category(Input):
    """A category as it was seen."""

    code: str = Field(title=N_("Code"), min_length=1, max_length=40)
    version: int = Field(title=N_("Version"), ge=1)


class CloseCategory(_Category):
    """Nothing new is reported under it."""


class OpenCategory(_Category):
    """It can be reported again."""


_FACTS = ("code", "group_code", "name", "name_en", "urgency", "body", "department", "is_verified", "is_personal")


@operation()
async def add_category(actor: Actor, data: AddCategory) -> GrievanceCategory:
    """Add a category at the end of a group that there is."""
    _check_may(actor)
    last = await GrievanceCategory.filter(group_code=data.group_code).order_by("-position", "-code").first()
    if last is None:
        raise InvalidInput.at("group_code", "unknown_group", N_("Please choose one of the list."))
    if await GrievanceCategory.exists(code=data.code):
        raise InvalidInput.at("code", "taken", N_("Another category has this code already."))
    if await GrievanceCategory.all().count() >= MOST:
        raise Unavailable(N_("There are as many categories as lists can show. Please change one of them instead."))
    await GrievanceCategory.filter(position__gt=last.position).update(position=F("position") + 1)
    facts: dict[str, Any] = {name: getattr(data, name) for name in _FACTS}
    row = GrievanceCategory(**facts, position=last.position + 1)
    row.update_from_dict({"group_name": last.group_name, "group_name_en": last.group_name_en})
    await row.save(force_create=True)
    await audit(actor, row, changed({}, facts), division_code=settings.current().city_code)
    return row


@operation()
async def close_category(actor: Actor, data: CloseCategory) -> GrievanceCategory:
    """Take nothing new under a category. Grievances of before stay as they are, and are found and counted under it."""
    row = await _locked(actor, data)
    if not row.is_active:
        raise Unavailable(N_("Nothing new is taken under it already."))
    if await GrievanceCategory.filter(is_active=True).count() == 1:
        raise Unavailable(N_("It is the last one that can be reported, and stays open."))
    return await _turn(actor, row, is_active=False)


@operation()
async def open_category(actor: Actor, data: OpenCategory) -> GrievanceCategory:
    """Let people report a closed category again."""
    row = await _locked(actor, data)
    if row.is_active:
        raise Unavailable(N_("It can be reported already."))
    return await _turn(actor, row, is_active=True)


def _check_may(actor: Actor) -> None:
    if not actor.may(EDIT_CATEGORIES, settings.current().city_code):
        raise Forbidden


async def _locked(actor: Actor, data: _Category) -> GrievanceCategory:
    _check_may(actor)
    row = await GrievanceCategory.select_for_update().get_or_none(code=data.code)
    if row is None:
        raise NotFound
    check_version(row, data.version, lambda: {"is_active": row.is_active})
    return row


async def _turn(actor: Actor, row: GrievanceCategory, **to: Any) -> GrievanceCategory:
    before = {name: getattr(row, name) for name in to}
    row.update_from_dict({**to, "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, to), division_code=settings.current().city_code)
    return row

"""The menu of a day: what a canteen serves, for whom it is good and who must beware."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.i18n import N_
from civicgraph.operations import Conflict, Input, InvalidInput, audit, changed, operation
from civicgraph.permissions import Actor
from civicgraph.services.kinds import KINDS
from civicgraph.services.models import Allergen, Diet, Dish, Meal, MenuDay, Service
from civicgraph.services.operations.keeping import editable

AHEAD = timedelta(days=60)
"""So far ahead menus are planned; a later day is a slip of the pen."""
_MEALS = list(Meal)


class DishFields(Input):
    """A dish of the day."""

    meal: Meal = Field(title=N_("Meal"))
    name: str = Field(title=N_("What it is called"), min_length=1, max_length=80)
    allergens: list[Allergen] = Field(
        default_factory=list, title=N_("Not for those who cannot eat"), max_length=len(Allergen)
    )
    diets: list[Diet] = Field(default_factory=list, title=N_("Good for"), max_length=len(Diet))
    note: str = Field("", title=N_("Note"), max_length=120)


class SetMenu(Input):
    """What a canteen serves on a day, all of it; without dishes the day has no menu."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    served_on: date = Field(title=N_("Day"))
    version: int = Field(
        0, title=N_("Version"), ge=0, description=N_("That of the day’s menu; 0 where none is entered yet.")
    )
    note: str = Field("", title=N_("What is worth knowing of that day"), max_length=120)
    dishes: list[DishFields] = Field(default_factory=list, title=N_("Dishes"), max_length=40)


@operation()
async def set_menu(actor: Actor, data: SetMenu) -> Service:
    """Enter what a canteen serves on a day, in place of what was entered for it."""
    service = await editable(actor, data.slug)
    if not KINDS[service.kind].has_menu:
        raise InvalidInput.at("slug", "foreign", N_("Services of this kind have no menu."))
    if data.served_on > clock.today() + AHEAD:
        raise InvalidInput.at("served_on", "too_late", N_("A menu is for one of the next 60 days."))
    row = await MenuDay.filter(service_id=service.id, served_on=data.served_on).first()
    before = await menu_values(row)
    if data.version != (row.version if row else 0):
        raise Conflict(before, row.version if row else 0)
    await _write(service, row, data)
    after = {"note": data.note, "dishes": [one.model_dump() for one in _in_order(data)]}
    names = {key: [_words(values) for values in pair] for key, pair in changed(before, after).items()}
    await audit(actor, service, {"served_on": [None, data.served_on], **names})
    return service


async def menu_values(row: MenuDay | None) -> dict[str, Any]:
    """The editable values of a day's menu, by input field."""
    if row is None:
        return {"note": "", "dishes": []}
    dishes = await Dish.filter(menu_id=row.id).order_by("position")
    for one in dishes:  # kept by name, as lists of enumerations are that GraphQL reads
        one.allergens = [Allergen[name] for name in one.allergens]
        one.diets = [Diet[name] for name in one.diets]
    return {
        "note": row.note,
        "dishes": [{name: getattr(one, name) for name in DishFields.model_fields} for one in dishes],
    }


async def _write(service: Service, row: MenuDay | None, data: SetMenu) -> None:
    if row is not None:
        await Dish.filter(menu_id=row.id).delete()
    if not data.dishes and not data.note:
        if row is not None:
            await row.delete()
        return
    if row is None:
        row = await MenuDay.create(service_id=service.id, served_on=data.served_on, note=data.note)
    else:
        row.update_from_dict({"note": data.note, "version": row.version + 1})
        await row.save()
    for position, one in enumerate(_in_order(data), 1):
        named = {"allergens": [each.name for each in one.allergens], "diets": [each.name for each in one.diets]}
        await Dish.create(menu_id=row.id, position=position, **{**one.model_dump(), **named})


def _in_order(data: SetMenu) -> list[DishFields]:
    """Breakfast first; the dishes of a meal as they were entered."""
    return sorted(data.dishes, key=lambda one: _MEALS.index(one.meal))


def _words(values: Any) -> Any:
    """What the trail says: the names of the dishes."""
    return [one["name"] for one in values] if isinstance(values, list) else values

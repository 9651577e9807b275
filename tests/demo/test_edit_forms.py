"""Every edit form of the staff, opened and sent as it is: what the form does not show must not be lost by it.

The forms are found by themselves, and so is what they may lose. Of each kind of row in the demo city some are saved that
together hold something in every column and every table that belongs to them; then the whole database is compared. A
field that a form takes but was given nothing to show for is named too, so that nothing passes because it was empty.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from tortoise import Tortoise
from tortoise.models import Model

from civicgraph import clock
from civicgraph.operations import Input
from civicgraph.permissions import Role
from civicgraph.services.models import Service, SpecialDay
from civicgraph.web import listing as pages
from civicgraph.web.fields import item_model
from civicgraph.web.forms import Form
from civicgraph.web.listing import Listing
from tests.demo.conftest import MOMENT
from tests.support import city as place
from tests.support.browser import signed_in

KEPT_BLANK = {
    "UpdateEnterprise": {
        "employees",
        "revenue_fen",
        "assets_fen",
        "figures_year",
        "contact_name",
        "contact_phone",
        "contact_email",
        "changed_on",
    },
    "UpdateEvent": {"scope"},
    "ChangeCategory": {"questions.is_dropped"},
}
"""What a form takes and never shows: left empty, it stays as it is, which the comparison holds."""
NO_CONTENT = {"id", "created_at", "updated_at", "version", "search_terms", "is_over"}
"""Columns that follow from others, and those of a row that is written anew."""
OF_THE_SAVE = {"audit_entry", "session"}
"""Tables that tell of the save itself."""
NUMBERED_ANEW = {"category_question": {"position"}}
"""Columns that only give an order, and begin with 1 again."""
CHOSEN_BY = ("kind", "body", "purpose")
"""Columns by whose values forms differ."""


def listings() -> Iterator[Listing]:
    """The staff's listings, as the modules of the pages declare them."""
    modules = [module for name, module in sys.modules.items() if name.startswith("civicgraph.")]
    found = {id(one): one for module in modules for one in vars(module).values() if isinstance(one, Listing)}
    yield from sorted(found.values(), key=lambda one: one.name)


async def rows_of(listing: Listing) -> list[Model]:
    """As few rows as hold something in every column and every table that belongs to them."""
    model = Tortoise.apps["civicgraph"][listing.subject]
    rows = await model.all().order_by(model._meta.pk_attr).limit(1500)
    wanted = {
        (name, getattr(one, name) if name in CHOSEN_BY else None)
        for one in rows
        for name in set(model._meta.fields_db_projection) - NO_CONTENT
        if getattr(one, name)
    }
    chosen: dict[Any, Model] = {}
    for name in (*model._meta.backward_fk_fields, *model._meta.m2m_fields):
        one = await model.filter(**{f"{name}__isnull": False}).order_by(model._meta.pk_attr).first()
        if one is not None:
            chosen[one.pk] = one
    while left := {one for one in wanted if not any(_holds(row, one) for row in chosen.values())}:
        best = max(rows, key=lambda row: sum(_holds(row, one) for one in left))
        chosen[best.pk] = best
    return list(chosen.values())


def _holds(row: Model, wanted: tuple[str, Any]) -> bool:
    name, value = wanted
    return bool(getattr(row, name)) and value in (None, getattr(row, name))


def fields(model: type[Input], left_out: frozenset[str] = frozenset()) -> set[str]:
    """What a form takes, with the fields of its rows."""
    found: set[str] = set()
    for name, declared in model.model_fields.items():
        inner = item_model(declared)
        found |= {f"{name}.{part}" for part in inner.model_fields} if inner else {name}
    return {name for name in found if name.partition(".")[0] not in left_out}


def given(values: Mapping[str, Any]) -> set[str]:
    """What a form was given to show, with the fields of its rows."""
    found = set(values)
    for name, value in values.items():
        if isinstance(value, list):
            found |= {f"{name}.{part}" for row in value if isinstance(row, Mapping) for part in row}
    return found


async def content() -> Counter[tuple[str, str]]:
    """All rows of the database without what a save may change."""
    found: Counter[tuple[str, str]] = Counter()
    for model in Tortoise.apps["civicgraph"].values():
        if model._meta.db_table not in OF_THE_SAVE:
            left_out = NO_CONTENT | NUMBERED_ANEW.get(model._meta.db_table, set())
            columns = set(model._meta.fields_db_projection) - left_out
            async for row in model.all().values(*sorted(columns)):
                found[model.__name__, orjson.dumps(row, default=str).decode()] += 1
    return found


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """What no edit form was given to show yet, by input: kept while pages are opened."""
    found: dict[str, set[str]] = {}

    class Watched(Form):
        def __init__(self, model: type[Input], values: Mapping[str, Any] | None = None, **more: Any) -> None:
            super().__init__(model, values, **more)
            if values:
                left = found.setdefault(model.__name__, fields(model) - KEPT_BLANK.get(model.__name__, set()))
                left -= given(self.values) | (fields(model) - fields(model, self.leave_out))

    monkeypatch.setattr(pages, "Form", Watched)
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what forms leave out is the same on both
async def test_a_form_that_is_opened_and_saved_as_it_is_changes_nothing(
    demo: str, app: Starlette, missing: dict[str, set[str]]
) -> None:
    day = date(2026, 12, 24)
    service = await Service.filter(hours__isnull=False).order_by("id").first()
    await SpecialDay.create(service=service, first_day=day, last_day=day, note="盘点")  # the demo has none
    keeper = await place.person("keeper", Role.ADMINISTRATOR, place.CITY)
    page, before, refused = await signed_in(app, keeper), await content(), []
    with clock.override(MOMENT):
        for listing in listings():
            for row in await rows_of(listing):
                key = getattr(row, listing.key) if listing.key in row._meta.fields_map else row.pk
                address = app.url_path_for(f"{listing.name}_edit", **{listing.key: key})
                await page.open(address)
                text = await page.send()
                if page.status != 200 or "已保存" not in text:
                    refused.append((address, page.status))
    after = await content()
    assert not refused
    assert not {name: left for name, left in missing.items() if left}
    assert (before - after, after - before) == (Counter(), Counter())

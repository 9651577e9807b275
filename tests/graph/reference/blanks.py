"""What is said in columns that the small city has no use for: so nothing can be read that is empty everywhere."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from tests.graph.reference.words import NOW, mark
from tests.graph.reference.world import MODELS


async def fill_blanks() -> None:
    """Wherever no row says anything in a column, every second one does."""
    for model in dict.fromkeys(MODELS.values()):
        rows = await model.all().order_by(model._meta.pk_attr)
        for name, column in model._meta.fields_map.items():
            if column.reference is None and all(getattr(row, name, "") in (None, "") for row in rows):
                for row in rows[::2]:
                    value = _said(column, mark(model._meta.db_table, name, row.pk), row.pk)
                    await model.filter(pk=row.pk).update(**{name: value} if value is not None else {})


def _said(column: Any, text: str, number: Any) -> Any:
    """A text says where it stands, a number whose it is."""
    if isinstance(column, fields.CharField | fields.TextField):
        return text
    if isinstance(column, fields.IntField):
        return number
    return NOW if isinstance(column, fields.DatetimeField) else None

"""What Tortoise works out of the models is worked out once for each kind of database, not for each test.

At every `init` it draws the filters and base queries of a hundred models anew: half of a small test's time. They
depend on the kind of database only.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from tortoise.apps import Apps
from tortoise.models import MetaInfo, Model

DRAWN = (
    "basequery",
    "basequery_all_fields",
    "basetable",
    "db_complex_fields",
    "db_default_fields",
    "db_fields",
    "db_native_fields",
    "fetch_fields",
    "fields",
    "fields_db_projection_reverse",
    "filters",
)
"""What `MetaInfo` holds of `Apps._build_initial_querysets`."""

_kept: dict[type, dict[type[Model], dict[str, Any]]] = {}
_draw = Apps._build_initial_querysets


def _build_initial_querysets(apps: Apps) -> None:
    models = [model for app in apps.apps.values() for model in app.values()]
    kept = _kept.setdefault(models[0]._meta.db.executor_class, {})
    if any(model not in kept for model in models):
        _draw(apps)
        kept.update({model: {name: copy(getattr(model._meta, name)) for name in DRAWN} for model in models})
        return
    for model in models:
        for name, value in kept[model].items():
            setattr(model._meta, name, copy(value))  # Tortoise empties and fills them in place


def remember_models() -> None:
    """From now on, in this process."""
    assert set(DRAWN) <= set(MetaInfo.__slots__)
    Apps._build_initial_querysets = _build_initial_querysets  # type: ignore[method-assign]

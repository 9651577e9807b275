"""The sentences and names that made-up rows are put together from."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from civicgraph.demo.facts import DATA


@cache
def words() -> dict[str, Any]:
    """`demo/data/words.yaml`."""
    found: dict[str, Any] = yaml.safe_load((DATA / "words.yaml").read_text(encoding="utf-8"))
    return found

"""The demo city's sources: divisions, categories and facts, as files beside this module."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"


@cache
def facts() -> dict[str, Any]:
    """The facts file."""
    found: dict[str, Any] = yaml.safe_load((DATA / "zunyi-facts.yaml").read_text())
    return found


@cache
def categories() -> dict[str, Any]:
    """Grievance categories and levels."""
    found: dict[str, Any] = yaml.safe_load((DATA / "categories.yaml").read_text())
    return found


@cache
def divisions() -> list[dict[str, str]]:
    """The register of divisions: code, name, level, parent_code."""
    with (DATA / "zunyi-divisions.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@cache
def places() -> dict[str, str]:
    """The code of each place of the facts file by its key; provisional ones get the free numbers from 901.

    A place named by its county only stands for the county's seat: a provisional subdistrict's worth of
    places is made under code `…901` of the county.
    """
    taken = {row["code"] for row in divisions()}
    names = {row["name"]: row["code"] for row in divisions() if row["level"] == "county"}
    found: dict[str, str] = {}
    for place in facts()["places"]:
        if "code" in place:
            found[place["key"]] = place["code"]
        elif "community" not in place:
            found[place["key"]] = names[place["county"]]
        else:
            above = place.get("subdistrict_code") or f"{names[place['county']]}901"
            number = next(n for n in range(901, 1000) if f"{above}{n}" not in taken)
            found[place["key"]] = f"{above}{number}"
            taken.add(found[place["key"]])
    return found

"""Amounts of a product in words, and what of a year's output goes where."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from civicgraph.i18n import N_, gettext
from civicgraph.products.units import Unit, in_unit, is_alike, shown
from civicgraph.web.formats import spelt


def quantity(row: Mapping[str, Any], name: str = "amount", unit: str = "unit") -> str:
    """An amount that GraphQL answered, with what it is in the other unit that people know; empty when it is not known."""
    return shown(row[name], Unit[row[unit]]) if row[name] and row[unit] else ""


def percent(part: int, whole: int) -> str:
    """A share in per cent, to one decimal."""
    share = (Decimal(100) * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{share:f}".removesuffix(".0") + "%"


def years(product: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each year's output, the latest first, with what of it is sold where: words and bars."""
    found = []
    for output in reversed(product["outputs"]):
        unit, whole = Unit[output["unit"]], output["baseAmount"]
        sold = [one for one in product["links"] if one["year"] == output["year"] and is_alike(unit, Unit[one["unit"]])]
        rows = [
            {"label": spelt(one["market"]), "value": one["baseAmount"], "text": _part(one["baseAmount"], whole, unit)}
            for one in sold
        ]
        rest = whole - sum(one["baseAmount"] for one in sold)
        if sold and rest:
            rows.append(
                {"label": gettext(N_("Elsewhere, or not told")), "value": rest, "text": _part(rest, whole, unit)}
            )
        said = [
            gettext(
                N_("%(part)s of %(whole)s go to %(place)s."),
                part=in_unit(one["baseAmount"], unit, unit),
                whole=in_unit(whole, unit, unit),
                place=spelt(one["market"]),
            )
            for one in sold
        ]
        found.append({"year": output["year"], "said": said, "rows": rows, "value": whole, "text": quantity(output)})
    return found


def _part(amount: int, whole: int, unit: Unit) -> str:
    return f"{in_unit(amount, unit, unit)} · {percent(amount, whole)}"


def is_one_kind(found: list[dict[str, Any]], product: Mapping[str, Any]) -> bool:
    """Whether the outputs can stand side by side as bars: several, of one kind."""
    kinds = [Unit[one["unit"]] for one in product["outputs"]]
    return len(found) > 1 and all(is_alike(kinds[0], one) for one in kinds)

"""Amounts with units, and what they are in other units. Pure and exact.

An amount is kept as a whole number of its kind's smallest measure (grams for what is weighed), so that amounts are
added and compared without rounding, whatever units they were typed in. At most two decimals are taken: then every
unit of weight, of ground and of volume gives a whole number. A mu 亩 is 2000/3 square metres (1/15 of a hectare), so
the smallest measure of ground is 1/300 of a square metre. What is counted (boxes, sticks) is not converted: nobody
knows how many pieces a box holds.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from civicgraph.i18n import N_, Labelled, gettext

MOST = 10**13
"""The largest base amount: ten million tonnes. Hundredths of it are still written exactly by both databases."""
_TYPED = re.compile(r"(\d{1,16})(?:\.(\d{1,2}))?(万|亿)?")
_TIMES = {"万": 10_000, "亿": 100_000_000}


class Dimension(Labelled):
    """What an amount measures. Only amounts of the same are compared, and none of what is counted in other units."""

    MASS = "mass", N_("Weight")
    AREA = "area", N_("Ground")
    VOLUME = "volume", N_("Volume")
    COUNT = "count", N_("Number")


class Unit(Labelled):
    """What an amount is given in."""

    JIN = "jin", N_("jin")  # 斤, half a kilogram
    KILOGRAM = "kilogram", N_("kilograms")
    TONNE = "tonne", N_("tonnes")
    MU = "mu", N_("mu")  # 亩, 1/15 of a hectare
    HECTARE = "hectare", N_("hectares")
    SQUARE_METRE = "square_metre", N_("square metres")
    LITRE = "litre", N_("litres")
    KILOLITRE = "kilolitre", N_("kilolitres")  # 千升
    STICK = "stick", N_("sticks")  # 棒, of mushrooms
    PIECE = "piece", N_("pieces")
    BOX = "box", N_("boxes")
    BOTTLE = "bottle", N_("bottles")
    HEAD = "head", N_("head")  # of animals
    PLANT = "plant", N_("plants")


FACTORS: dict[Unit, tuple[Dimension, int]] = {
    Unit.JIN: (Dimension.MASS, 500),
    Unit.KILOGRAM: (Dimension.MASS, 1_000),
    Unit.TONNE: (Dimension.MASS, 1_000_000),
    Unit.MU: (Dimension.AREA, 200_000),
    Unit.HECTARE: (Dimension.AREA, 3_000_000),
    Unit.SQUARE_METRE: (Dimension.AREA, 300),
    Unit.LITRE: (Dimension.VOLUME, 1_000),
    Unit.KILOLITRE: (Dimension.VOLUME, 1_000_000),
}
"""What a unit measures, and how many of the smallest measure it is: grams, 1/300 m², millilitres. Others are counted."""


class BadAmount(ValueError):
    """What was typed is no amount; the message says what to do, in words to be translated."""


class OtherKind(ValueError):
    """Two units that no conversion leads between."""


def dimension(unit: Unit) -> Dimension:
    """What a unit measures."""
    return FACTORS[unit][0] if unit in FACTORS else Dimension.COUNT


def factor(unit: Unit) -> int:
    """How many of its kind's smallest measure a unit is."""
    return FACTORS[unit][1] if unit in FACTORS else 1


def is_alike(unit: Unit, other: Unit) -> bool:
    """Whether amounts in these units can be compared."""
    return unit is other or (dimension(unit) is not Dimension.COUNT and dimension(unit) is dimension(other))


def parsed(text: str) -> str:
    """An amount as it was typed (1,000,000, １００万, 12.50) as plain digits. Raises `BadAmount`."""
    found = _TYPED.fullmatch(re.sub(r"[\s,_']", "", unicodedata.normalize("NFKC", text)))
    if found is None:
        raise BadAmount(N_("Please write a number of at most two decimals, like 1,000,000 or 12.5."))
    whole, decimals, times = found.groups()
    number = Decimal(f"{whole}.{decimals or 0}") * _TIMES.get(times, 1)
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def base(amount: str, unit: Unit) -> int:
    """An amount in its kind's smallest measure. Raises `BadAmount`."""
    number = Fraction(amount) * factor(unit)
    if number.denominator != 1:
        raise BadAmount(N_("What is counted is a whole number."))
    if number <= 0:
        raise BadAmount(N_("Please write an amount above 0."))
    if number > MOST:
        raise BadAmount(N_("This is more than we can keep. Is the unit right?"))
    return number.numerator


def converted(base_amount: int, unit: Unit, to: Unit) -> Fraction:
    """What an amount that was given in `unit` is in another unit, exactly. Raises `OtherKind`."""
    if not is_alike(unit, to):
        raise OtherKind(f"{unit} {to}")
    return Fraction(base_amount, factor(to))


# In words ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Beside:
    """The unit that people know as well, from how much of the first on, and the one below that."""

    large: Unit
    least: int
    small: Unit | None = None


_BESIDE = {
    Unit.JIN: _Beside(Unit.TONNE, 2_000, Unit.KILOGRAM),
    Unit.KILOGRAM: _Beside(Unit.TONNE, 1_000, Unit.JIN),
    Unit.TONNE: _Beside(Unit.JIN, 0),
    Unit.MU: _Beside(Unit.HECTARE, 15, Unit.SQUARE_METRE),
    Unit.HECTARE: _Beside(Unit.MU, 0),
    Unit.SQUARE_METRE: _Beside(Unit.MU, 667),
    Unit.LITRE: _Beside(Unit.KILOLITRE, 1_000),
    Unit.KILOLITRE: _Beside(Unit.LITRE, 0),
}


def shown(amount: str, unit: Unit) -> str:
    """An amount as it was typed, with what it is in the other unit that people know: 1,000,000 斤（500 吨）."""
    said = gettext(N_("%(amount)s %(unit)s"), amount=f"{Decimal(amount):,f}", unit=unit.words)
    beside = _BESIDE.get(unit)
    to = None if beside is None else beside.large if Decimal(amount) >= beside.least else beside.small
    if to is None:
        return said
    return gettext(N_("%(amount)s (%(other)s)"), amount=said, other=in_unit(base(amount, unit), unit, to))


def in_unit(base_amount: int, unit: Unit, to: Unit) -> str:
    """An amount in another unit in words, to two decimals; "about" where that is not exact."""
    exact = converted(base_amount, unit, to)
    near = Decimal((exact * 100).__round__()) / 100
    plain = f"{near:,.2f}".rstrip("0").rstrip(".")
    said = gettext(N_("%(amount)s %(unit)s"), amount=plain, unit=to.words)
    return said if Fraction(near) == exact else gettext(N_("about %(amount)s"), amount=said)

"""Amounts with units: exact, there and back, and never across what they measure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicgraph.i18n import current
from civicgraph.products import units
from civicgraph.products.units import Dimension, Unit

MEASURED = [one for one in Unit if units.dimension(one) is not Dimension.COUNT]
COUNTED = [one for one in Unit if units.dimension(one) is Dimension.COUNT]
AMOUNTS = st.decimals("0.01", "3333333", places=2)
PAIRS = st.sampled_from([(one, other) for one in MEASURED for other in MEASURED if units.is_alike(one, other)])


@given(AMOUNTS, st.sampled_from(MEASURED))
def test_what_two_decimals_say_is_kept_exactly(amount: Decimal, unit: Unit) -> None:
    kept = units.base(units.parsed(f"{amount}"), unit)
    assert units.converted(kept, unit, unit) == Fraction(amount)


@given(AMOUNTS, PAIRS)
def test_an_amount_comes_back_from_another_unit_as_it_went(amount: Decimal, pair: tuple[Unit, Unit]) -> None:
    unit, other = pair
    there = units.converted(units.base(f"{amount}", unit), unit, other)
    assert there * units.factor(other) / units.factor(unit) == Fraction(amount)


@given(AMOUNTS, AMOUNTS, PAIRS)
def test_more_is_more_in_every_unit(one: Decimal, two: Decimal, pair: tuple[Unit, Unit]) -> None:
    unit, other = pair
    converted = [units.converted(units.base(f"{amount}", unit), unit, other) for amount in (one, two)]
    assert (converted[0] < converted[1]) is (one < two)


@given(st.sampled_from(list(Unit)), st.sampled_from(list(Unit)))
def test_nothing_is_converted_into_what_measures_something_else(unit: Unit, other: Unit) -> None:
    is_same_kind = unit in MEASURED and units.dimension(unit) is units.dimension(other)
    if unit is other or is_same_kind:
        assert units.converted(100, unit, other) > 0
    else:
        with pytest.raises(units.OtherKind):
            units.converted(100, unit, other)


@pytest.mark.parametrize(
    ("amount", "unit", "other", "expected"),
    [
        ("1000000", Unit.JIN, Unit.TONNE, Fraction(500)),
        ("1", Unit.KILOGRAM, Unit.JIN, Fraction(2)),
        ("1", Unit.HECTARE, Unit.MU, Fraction(15)),
        ("1", Unit.MU, Unit.SQUARE_METRE, Fraction(2000, 3)),
        ("1", Unit.KILOLITRE, Unit.LITRE, Fraction(1000)),
    ],
)
def test_the_units_are_what_the_law_says(amount: str, unit: Unit, other: Unit, expected: Fraction) -> None:
    assert units.converted(units.base(amount, unit), unit, other) == expected


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("1,000,000", "1000000"), ("１００万", "1000000"), ("12.50", "12.5"), ("1.5亿", "150000000"), (" 7 ", "7")],
)
def test_numbers_are_read_as_people_write_them(typed: str, plain: str) -> None:
    assert units.parsed(typed) == plain


@pytest.mark.parametrize("typed", ["", "many", "-1", "1.234", "1e6", "1.2.3", "NaN", "万", "9" * 17])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(units.BadAmount):
        units.parsed(typed)


@pytest.mark.parametrize(("amount", "unit"), [("1.5", Unit.BOX), ("0", Unit.JIN), ("10000001", Unit.TONNE)])
def test_halves_of_boxes_nothing_and_too_much_are_refused(amount: str, unit: Unit) -> None:
    with pytest.raises(units.BadAmount):
        units.base(amount, unit)


def test_an_amount_is_said_as_typed_with_what_it_is_otherwise() -> None:
    assert units.shown("1000000", Unit.JIN) == "1,000,000 斤（500 吨）"
    assert units.shown("1000", Unit.MU) == "1,000 亩（约 66.67 公顷）"
    assert units.shown("10", Unit.JIN) == "10 斤（5 公斤）"
    assert units.shown("330000", Unit.STICK) == "330,000 棒"
    token = current.set("en")
    assert units.shown("1000000", Unit.JIN) == "1,000,000 jin (500 tonnes)"
    current.reset(token)

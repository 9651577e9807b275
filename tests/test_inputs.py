"""What is said of a value that breaks a rule."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from civicgraph.grievances.operations import extend_grievance, redirect_grievance
from civicgraph.operations.errors import InvalidInput
from civicgraph.operations.inputs import CityTime, Input, validate

STEP = {"number": "ZY-0522-ABCD", "version": 1}
REDIRECTED = {**STEP, "body": "县住建局", "reason": "那里管"}
EXTENDED = {**STEP, "hours": 5, "reason": "等配件"}
TEXTS = {
    "a short body": (redirect_grievance.input, {**REDIRECTED, "body": "x"}, "string_too_short", "请至少写 2 个字。"),
    "a short reason": (extend_grievance.input, {**EXTENDED, "reason": "x"}, "string_too_short", "请至少写 2 个字。"),
    "a long body": (
        redirect_grievance.input,
        {**REDIRECTED, "body": "局" * 81},
        "string_too_long",
        "请最多写 80 个字。",
    ),
    "a blank reason": (extend_grievance.input, {**EXTENDED, "reason": "  "}, "missing", "请填写这一项。"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_measured_in_characters_whatever_rules_it_went_through(name: str) -> None:
    model, given, code, words = TEXTS[name]
    assert issubclass(model, Input)
    with pytest.raises(InvalidInput) as refused:
        validate(model, given)
    assert [(one.code, one.message) for one in refused.value.errors] == [(code, words)]


class Planned(Input):
    """A day, a time of day and a moment."""

    day: date | None = None
    hour: time | None = None
    at: CityTime | None = None


@pytest.mark.parametrize("number", [46013, 46013.5, "46013", " 46013 ", "20260522", "+5", 900, True])
def test_a_number_is_neither_a_day_nor_a_time(number: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate(Planned, {"day": number, "hour": number, "at": number})
    assert [one.field for one in refused.value.errors] == ["day", "hour", "at"]
    assert {one.message.partition("，")[0] for one in refused.value.errors} == {
        "请填写日期",
        "请填写时间",
        "请填写日期和时间",
    }
    assert validate(Planned, {"day": "2026-05-22", "hour": "19:00", "at": datetime(2026, 5, 22, 19)}).day

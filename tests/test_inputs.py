"""What is said of a value that breaks a rule."""

from __future__ import annotations

import pytest

from civicgraph.grievances.operations import extend_grievance, redirect_grievance
from civicgraph.operations.errors import InvalidInput
from civicgraph.operations.inputs import Input, validate

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

"""What differs between two texts, against the texts themselves."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as some

from civicgraph.web.difference import Part, difference

TEXTS = some.text(alphabet="甲乙。，; ab\n", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_it(before: str, after: str) -> None:
    parts = difference(before, after)
    for text, without in ((before, Part.NEW), (after, Part.OUT)):
        shown = [re.escape(one) if kind is not Part.GAP else ".*" for kind, one in parts if kind is not without]
        assert re.fullmatch("".join(shown), text, re.DOTALL), parts
    if before != after:
        assert any(kind in (Part.OUT, Part.NEW) for kind, _ in parts)


def test_texts_that_have_nothing_in_common_stand_one_for_the_other() -> None:
    assert difference("甲乙丙丁", "一二三") == [(Part.OUT, "甲乙丙丁"), (Part.NEW, "一二三")]


def test_a_text_of_ten_thousand_signs_that_is_written_anew_is_not_compared_sign_by_sign() -> None:
    before, after = "山水" * 5_000, "水山" * 5_000 + "。"
    assert difference(before, after) == [(Part.OUT, before), (Part.NEW, after)]


def test_a_word_of_a_script_with_spaces_is_one_and_not_its_letters() -> None:
    assert difference("We open at seven", "We open at eleven") == [
        (Part.SAME, "We open at "),
        (Part.OUT, "seven"),
        (Part.NEW, "eleven"),
    ]

"""The unified social credit code of GB 32100-2015."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from civicgraph.enterprises.rules import ALPHABET, SECTION_ENDS, check_character, complete, is_credit_code

FIRST_17 = some.text(ALPHABET, min_size=17, max_size=17)
KNOWN = ["914403001922038216", "91330100799655058B", "9144030071526726XG", "91110108551385082Q"]
"""Codes that big companies print on their pages."""


@pytest.mark.parametrize("code", KNOWN)
def test_the_codes_of_known_companies_are_right(code: str) -> None:
    assert is_credit_code(code)


@given(FIRST_17)
def test_a_completed_code_is_right_and_no_other_last_character_is(first17: str) -> None:
    assert is_credit_code(complete(first17))
    assert [char for char in ALPHABET if is_credit_code(first17 + char)] == [check_character(first17)]


@given(FIRST_17, some.integers(0, 16), some.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_found(first17: str, position: int, char: str) -> None:
    code = complete(first17)
    mistyped = code[:position] + char + code[position + 1 :]
    assert is_credit_code(mistyped) is (mistyped == code)


@given(FIRST_17, some.integers(0, 15))
def test_two_neighbours_that_changed_places_are_always_found(first17: str, position: int) -> None:
    code = complete(first17)
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert is_credit_code(swapped) is (swapped == code)


@given(some.text(max_size=20))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert is_credit_code(text) in (True, False)


@pytest.mark.parametrize("code", ["", KNOWN[0][:-1], KNOWN[0] + "0", KNOWN[2].lower(), "I" + KNOWN[0][1:]])
def test_other_lengths_small_letters_and_characters_outside_the_alphabet_are_wrong(code: str) -> None:
    assert not is_credit_code(code)


def test_the_sections_follow_each_other_up_to_the_last_division() -> None:
    assert "".join(SECTION_ENDS) == "ABCDEFGHIJKLMNOPQRST"
    assert list(SECTION_ENDS.values()) == sorted(SECTION_ENDS.values())
    assert SECTION_ENDS["T"] == "97"

"""The place's grid, points, and what is no report: the pure rules of intake."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.grievances.intake import proof
from civicgraph.grievances.intake.placing import Candidate, buildings, grid_for, number, point_of
from civicgraph.grievances.intake.spam import SAID, _list, spam_in
from tests.conftest import make_settings

GRIDS = (
    Candidate("001", "第一网格", "斌鑫二期 1栋至4栋"),
    Candidate("002", "第二网格", "斌鑫二期 5、6、8栋"),
    Candidate("003", "第三网格", "老街，河滨路"),
)


@pytest.mark.parametrize(
    ("place", "compound", "code"),
    [
        ("3栋2单元", "斌鑫二期", "001"),
        ("三栋二单元", "斌鑫二期", "001"),
        ("８ 栋", "斌鑫二期", "002"),
        ("6幢", "", "002"),
        ("7栋", "斌鑫二期", None),
        ("", "斌鑫二期", None),
        ("第三网格，河滨路 12 号", "", "003"),
        ("不知道", "", None),
    ],
)
def test_the_grid_is_found_from_compound_and_building(place: str, compound: str, code: str | None) -> None:
    assert grid_for(place, compound, GRIDS) == code


@given(st.integers(1, 120), st.integers(0, 40))
def test_a_range_of_buildings_holds_each_of_them(first: int, more: int) -> None:
    assert buildings(f"{first}栋至{first + more}栋") == frozenset(range(first, first + more + 1))


def test_chinese_numbers_are_numbers() -> None:
    assert [number(one) for one in ("三", "十", "十二", "二十", "三十五", "一百零三", "47")] == [
        3,
        10,
        12,
        20,
        35,
        103,
        47,
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("27.6912, 106.9153", (27_691_200, 106_915_300)),
        ("27.6912，106.9153", (27_691_200, 106_915_300)),
        (" -33.5 151 ", (-33_500_000, 151_000_000)),
        ("127.6, 106.9", None),
        ("遵义市", None),
        ("27.6912", None),
    ],
)
def test_a_point_is_two_numbers_on_earth(text: str, found: tuple[int, int] | None) -> None:
    assert point_of(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "代开各类发票，加微信 abc123456",
        "澳门皇冠棋牌 https://a.example 注册送彩金",
        "贷款秒批无抵押，加我微信 vx8888",
        "best SEO service http://a.example http://b.example",
        "啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊啊",
        "楼道灯坏了楼道灯坏了楼道灯坏了楼道灯坏了楼道灯坏了楼道灯坏了楼道灯坏了",
        "asdkjhqwekjhasdkjhqwekjhasdkj",
    ],
)
def test_advertising_is_looked_at_first(text: str) -> None:
    assert spam_in(text)


def test_every_rule_that_counts_against_a_text_is_told_in_words() -> None:
    _, rules = _list()
    assert {rule.code for rule in rules if rule.weight > 0} == set(SAID)


@pytest.mark.parametrize(
    "text",
    [
        "楼道里贴满了办证、代开发票的小广告，请清理",
        "有人在小区门口发贷款传单，说秒批无抵押",
        "网格员，请加我微信 13800001234 联系",
        "照片在 https://a.example/1.jpg，请看",
        "我老伴被骗子骗了，说兼职日结，联系微信",
        "灯坏了！！！！！！！",
        "The lamp in the corridor has been broken for two days.",
        "3栋2单元 101 102 201 202 都没水",
    ],
)
def test_what_residents_write_is_not_advertising(text: str) -> None:
    assert spam_in(text) == ""


@pytest.fixture
def settings() -> None:
    configuration.use(make_settings("sqlite://unused.sqlite3"))


def solved(challenge: str) -> str:
    """What a browser finds."""
    for answer in range(1_000_000):
        digest = hashlib.sha256(f"{challenge}:{answer}".encode()).digest()
        if int.from_bytes(digest[:4], "big") >> (32 - proof.BITS) == 0:
            return f"{challenge}:{answer}"
    raise AssertionError("no answer")


def test_a_challenge_is_proven_by_computing_or_by_a_small_question_and_serves_once(settings: None) -> None:
    given = solved(proof.challenge())
    assert proof.is_proof(given)
    assert not proof.is_proof(given)
    asked = proof.challenge()
    words = proof.question(asked)
    first, second = ("零一二三四五六七八九".index(sign) for sign in (words[0], words[2]))
    assert not proof.is_proof(f"{asked}:99")
    assert proof.is_proof(f"{asked}:{first + second}")


def test_a_challenge_of_somebody_else_or_of_yesterday_proves_nothing(settings: None) -> None:
    mine = proof.challenge()
    assert proof.age_of(mine) == 0
    assert proof.age_of(mine[:-1] + ("0" if mine[-1] != "0" else "1")) is None
    assert not proof.is_proof("1.abc.def:1")
    with clock.override(clock.now() + timedelta(hours=7)):
        assert proof.age_of(mine) is None

"""What the small city is written with: its moment, its words, odd texts, and marks of what is private."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

NOW = datetime(2026, 5, 22, 4, 30, tzinfo=UTC)  # a Friday, half past noon in the city
MARK = r"«(\w+\.\w+)\.(\w+)»"
WORDS = ("路灯", "不亮", "楼道", "食堂", "养老服务站", "演练", "消防演练", "漏水管", "wifi", "A栋", "卡")
ODD = (
    '他说 "你好" \\ 再见',
    "第一行\n第二行\t制表",
    "😀 emoji 😀",
    "<b>&amp;</b>",
    "",
    "%_%",
    "long " * 300,
    "'; DROP TABLE",
)


def mark(table: str, column: str, key: Any) -> str:
    """A text that says where it was put."""
    return f"«{table}.{column}.{key}»"


def sentence(dice: Random) -> str:
    """A few of the words, sometimes odd signs."""
    return "，".join(dice.sample(WORDS, dice.randint(1, 3))) + (dice.choice(ODD) if dice.random() < 0.2 else "")

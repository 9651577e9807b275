"""That a person sends a form, or a machine that pays for it: without a third party, and without JavaScript.

A form carries a **challenge**: its time, a random part and a seal of ours. Under load a report is only taken with
a proof of it: either a number that makes the challenge's SHA-256 begin with `BITS` zeros (a browser finds it in a
moment, a flood pays for each report), or the answer to a small question in plain words, for people whose browser
runs no scripts. A challenge serves once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict

from civicgraph import budgets, clock, crypto, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.i18n import N_, current, gettext

BITS = 15
"""About 33,000 hashes: a fifth of a second on a phone."""
LASTS_SECONDS = 6 * 3600
"""A form may lie open for long before it is sent."""
_KEPT = 20_000
_NUMERALS = "零一二三四五六七八九"
_used: OrderedDict[str, None] = OrderedDict()


def challenge() -> str:
    """A new challenge."""
    body = f"{int(clock.now().timestamp())}.{secrets.token_hex(8)}"
    return f"{body}.{_seal(body)}"


def age_of(given: str) -> int | None:
    """Seconds since a challenge of ours was made; None for what is none or has run out."""
    made, _, rest = given.partition(".")
    body, _, seal = given.rpartition(".")
    if not made.isdigit() or not rest or not hmac.compare_digest(seal.encode(), _seal(body).encode()):
        return None
    age = int(clock.now().timestamp()) - int(made)
    return age if 0 <= age <= LASTS_SECONDS else None


def question(given: str) -> str:
    """The small question of a challenge, in words."""
    first, second = _numbers(given)
    if current.get() == "zh":
        return gettext(_QUESTION, first=_NUMERALS[first], second=_NUMERALS[second])
    return gettext(_QUESTION, first=first, second=second)


_QUESTION = N_("How much is %(first)s plus %(second)s? Please write the number.")


def is_proof(text: str) -> bool:
    """Whether `challenge:answer` proves it: by the hash or by the question's answer. True once for a challenge."""
    given, _, answer = text.partition(":")
    if age_of(given) is None or given in _used:
        return False
    if not (_is_solved(given, answer) or _is_answered(given, answer)):
        return False
    _used[given] = None
    if len(_used) > _KEPT:
        _used.popitem(last=False)
    return True


def is_busy() -> bool:
    """Whether strangers send more reports in a minute than are taken without a proof; counts one more."""
    try:
        budgets.shared.spend("reports:strangers", 1, settings.current().unproven_reports_per_minute)
    except BudgetExceeded:
        return True
    return False


def _is_solved(given: str, answer: str) -> bool:
    if not re.fullmatch(r"\d{1,12}", answer, re.ASCII):
        return False
    digest = hashlib.sha256(f"{given}:{answer}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0


def _is_answered(given: str, answer: str) -> bool:
    first, second = _numbers(given)
    total = first + second
    in_words = ("十" + _NUMERALS[total - 10] if total > 10 else "十") if total >= 10 else _NUMERALS[total]
    return answer.strip() in (str(total), in_words)


def _numbers(given: str) -> tuple[int, int]:
    """Two numbers from 1 to 9, from the seal: who makes up a challenge cannot choose them."""
    found = hashlib.sha256(f"question:{given}".encode()).digest()
    return found[0] % 9 + 1, found[1] % 9 + 1


def _seal(body: str) -> str:
    return crypto.keyed_hash("form-challenge", body)[:32]

"""Whom to call at once, in the language of who is written to."""

from __future__ import annotations

from civicgraph import i18n, settings
from civicgraph.grievances.intake.danger import by_code, calls, in_a_sentence


def said_in(locale: str, code: str) -> str:
    """The sentence that says whom to call in a danger, by its code; empty for none."""
    danger = by_code().get(code)
    if danger is None:
        return ""
    before = i18n.current.set(locale)
    try:
        return in_a_sentence(calls(danger, settings.current().gas_phone))
    finally:
        i18n.current.reset(before)

"""The period that a page of figures is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from civicgraph.i18n import LOCALES, current, gettext
from civicgraph.web.forms import Choices

MONTHS_BACK = 24
"""Months that one can choose by themselves; earlier ones can be named in the address."""


@dataclass(frozen=True)
class Period:
    """Months of reports, the last one included; `value` is how an address names it, nothing for the last twelve."""

    value: str
    first: str
    last: str
    words: str

    @property
    def is_month(self) -> bool:
        """Whether it is a single month."""
        return self.first == self.last


def period_of(text: str, today: date) -> Period:
    """The period that an address names: a year, a month, or the last twelve months."""
    if re.fullmatch(r"20\d\d", text):
        return Period(text, f"{text}-01", f"{text}-12", month_words(date(int(text), 1, 1), is_year=True))
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        return Period(text, text, text, month_words(date.fromisoformat(f"{text}-01")))
    return Period("", back(today, 11), f"{today:%Y-%m}", gettext("The last 12 months"))


def periods(today: date) -> Choices:
    """What a form offers, the nearest first."""
    years = [str(today.year), str(today.year - 1)]
    months = [back(today, number) for number in range(MONTHS_BACK)]
    return [("", gettext("The last 12 months")), *((one, period_of(one, today).words) for one in (*years, *months))]


def back(day: date, months: int) -> str:
    """The month so many months before a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return f"{year:04d}-{month + 1:02d}"


def month_words(first: date, *, is_year: bool = False) -> str:
    """2026年5月, May 2026; the year alone: 2026年, 2026."""
    is_chinese = current.get() == "zh"
    pattern = ("y年" if is_chinese else "y") if is_year else ("y年M月" if is_chinese else "MMM y")
    return format_date(first, pattern, locale=LOCALES[current.get()])

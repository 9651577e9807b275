"""A rule of a series in words, as people say it."""

from __future__ import annotations

from babel.dates import format_date, get_day_names, get_month_names

from civicgraph.events.recurrence import Frequency, Rule, parse
from civicgraph.i18n import LOCALES, current, gettext, list_comma, ngettext

_ORDINALS = {"zh": ("第{}个", "最后一个", "倒数第{}个"), "en": ("{}. ", "last ", "{}. from last ")}


def words_of(text: str) -> str:
    """Every second Thursday until 30 June; 每 2 周的周四，到 6 月 30 日。"""
    rule = parse(text)
    parts = [_every(rule), *_on(rule)]
    if rule.count is not None:
        parts.append(ngettext("once in all", "%(num)s times in all", rule.count))
    if rule.until is not None:
        pattern = "y年M月d日" if current.get() == "zh" else "d MMMM y"
        day = format_date(rule.until.date(), pattern, locale=LOCALES[current.get()])
        parts.append(gettext("until %(day)s", day=day))
    return ("，" if current.get() == "zh" else ", ").join(parts)


def _every(rule: Rule) -> str:
    if rule.interval == 1:
        return rule.frequency.words
    return {
        Frequency.DAILY: gettext("Every %(n)s days", n=rule.interval),
        Frequency.WEEKLY: gettext("Every %(n)s weeks", n=rule.interval),
        Frequency.MONTHLY: gettext("Every %(n)s months", n=rule.interval),
        Frequency.YEARLY: gettext("Every %(n)s years", n=rule.interval),
    }[rule.frequency]


def _on(rule: Rule) -> list[str]:
    """The days that it names; the event's own day says the rest."""
    locale, comma = LOCALES[current.get()], list_comma()
    found = []
    if rule.by_month:
        names = get_month_names(locale=locale)
        found.append(comma.join(names[month] for month in rule.by_month))
    if rule.by_month_day:
        found.append(comma.join(_date(day) for day in rule.by_month_day))
    if rule.by_day:
        days = get_day_names(locale=locale)
        found.append(comma.join(_nth(n) + days[day] for n, day in rule.by_day))
    if rule.by_position:
        found.append(gettext("of these %(which)s", which=comma.join(_nth(n).strip() for n in rule.by_position)))
    return found


def _date(day: int) -> str:
    if day == -1:
        return gettext("the last day of the month")
    if day < 0:
        return gettext("day %(n)s from the end of the month", n=-day)
    return gettext("day %(n)s of the month", n=day)


def _nth(n: int) -> str:
    plain, last, from_last = _ORDINALS[current.get()]
    return "" if n == 0 else last if n == -1 else plain.format(n) if n > 0 else from_last.format(-n)

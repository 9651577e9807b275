"""How values are written for people: Jinja filters. Values come from GraphQL's JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal
from markupsafe import Markup, escape
from pypinyin import lazy_pinyin

from civicgraph import calendars, clock
from civicgraph.i18n import LOCALES, current, gettext, label_of, listed, ngettext

_SOFT_HYPHEN = "\u00ad"


def _moment(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(clock.CITY_ZONE)


def _date(value: str | date | datetime) -> date:
    if isinstance(value, datetime) or (isinstance(value, str) and len(value) > 10):
        return _moment(value).date()
    return date.fromisoformat(value) if isinstance(value, str) else value


def _locale() -> str:
    return LOCALES[current.get()]


@lru_cache(4_096)
def _as_date(value: date, pattern: str, locale: str) -> str:
    return format_date(value, pattern, locale=locale)


@lru_cache(4_096)
def _as_decimal(value: Any, pattern: str | None, locale: str) -> str:
    return format_decimal(value, pattern, locale=locale)


def day(value: Any) -> str:
    """5月22日 周五, Fri 22 May; the year where it is not this one."""
    if not value:
        return ""
    found = _date(value)
    year = "" if found.year == clock.today().year else {"zh": "y年", "en": " y"}[current.get()]
    pattern = f"{year}M月d日 EEE" if current.get() == "zh" else f"EEE d MMM{year}"
    return _as_date(found, pattern, _locale())


def are_whole_days(starts_at: str, ends_at: str | None) -> bool:
    """Whether something is for days as a whole: its hours are not told then."""
    return calendars.are_whole_days(_moment(starts_at), _moment(ends_at) if ends_at else None)


def begins(starts_at: str, ends_at: str | None) -> str:
    """When something begins: 今天 19:00, of whole days the day alone."""
    return day(starts_at) if are_whole_days(starts_at, ends_at) else datetime_(starts_at)


def lasting_begins(starts_at: str, ends_at: str | None) -> str:
    """The same for what is read later: 5月22日 周五 19:00."""
    return day(starts_at) if are_whole_days(starts_at, ends_at) else lasting(starts_at)


def time(value: Any) -> str:
    """19:00 in the city."""
    return _moment(value).strftime("%H:%M") if value else ""


def datetime_(value: Any) -> str:
    """今天 08:02, 5月22日 周五 19:00."""
    if not value:
        return ""
    found, today = _date(value), clock.today()
    near = {
        today: gettext("today"),
        today - timedelta(days=1): gettext("yesterday"),
        today + timedelta(days=1): gettext("tomorrow"),
    }
    return f"{near.get(found) or day(value)} {time(value)}"


def lasting(value: Any) -> str:
    """5月22日 周五 19:00: of what is read later, when tomorrow is another day."""
    return f"{day(value)} {time(value)}" if value else ""


def span(minutes: int) -> str:
    """A length of time in its one or two largest units: 1 小时 20 分."""
    days, rest = divmod(minutes, 1440)
    hours, mins = divmod(rest, 60)
    parts = []
    if days:
        parts.append(ngettext("%(num)s day", "%(num)s days", days))
    if hours and days < 3:
        parts.append(ngettext("%(num)s hour", "%(num)s hours", hours))
    if (mins and not days) or not parts:
        parts.append(ngettext("%(num)s minute", "%(num)s minutes", mins))
    return " ".join(parts)


def ago(value: Any) -> str:
    """3 小时前."""
    minutes = int((clock.now() - _moment(value)).total_seconds() // 60) if value else 0
    return gettext("just now") if minutes < 1 else gettext("%(span)s ago", span=span(minutes))


def due(value: Any) -> str:
    """In 1 hour 20 minutes 还有 1 小时 20 分, 40 minutes late 已超时 40 分钟."""
    if not value:
        return ""
    minutes = int((_moment(value) - clock.now()).total_seconds() // 60)
    return gettext("in %(span)s", span=span(minutes)) if minutes >= 0 else gettext("%(span)s late", span=span(-minutes))


def is_past(value: Any) -> bool:
    """Whether a time lies behind us."""
    return bool(value) and _moment(value) < clock.now()


def money(fen: int | None) -> str:
    """8 元 from 800 fen; free where it is nothing."""
    if fen is None:
        return ""
    yuan = _as_decimal(fen / 100, "#,##0.##", _locale())
    return gettext("%(yuan)s yuan", yuan=yuan)


def round_money(fen: int | None) -> str:
    """1.28亿 元 from 12,800,000,000 fen: a great sum on a narrow screen."""
    if fen is None:
        return ""
    return gettext("%(yuan)s yuan", yuan=format_compact_decimal(fen / 100, fraction_digits=2, locale=_locale()))


def titled(row: Mapping[str, Any]) -> str:
    """The title of what has one in both languages, in the reader's; in Chinese where there is no other."""
    return str((current.get() != "zh" and row.get("titleEn")) or row["title"])


def named(row: Mapping[str, Any]) -> str:
    """The name of what may have one in both languages, in the reader's; in Chinese where there is no other."""
    return str((current.get() != "zh" and row.get("nameEn")) or row["name"])


def number(value: Any) -> str:
    """1,284"""
    return "" if value is None else _as_decimal(value, None, _locale())


def file_size(size_bytes: int) -> str:
    """A file's size, as people compare it: 340 KB, 2.1 MB."""
    if size_bytes < 1_000_000:
        return f"{_as_decimal(max(1, round(size_bytes / 1000)), None, _locale())} KB"
    return f"{_as_decimal(round(size_bytes / 1_000_000, 1), None, _locale())} MB"


def thousandths(value: int | None) -> str:
    """A figure kept in thousandths of its unit: 2,089; 220亿 where a great one is as exact in short."""
    if value is None:
        return ""
    if value >= _GREAT and value % _GREAT_STEP == 0:
        return format_compact_decimal(value // 1000, fraction_digits=3, locale=_locale())
    return _as_decimal(value / 1000, "#,##0.###", _locale())


_GREAT, _GREAT_STEP = 100_000_000_000, 1_000_000_000
"""In thousandths: one 亿, and a million; three places of 亿 and of an English billion tell each million."""


def percent(part: Any, whole: Any = None) -> str:
    """97.0 of a share (0.97), or of part and whole; a dash where there is nothing to share."""
    if whole is not None:
        if not whole:
            return "—"
        part = part / whole
    return "—" if part is None else f"{part * 100:.1f}"


def office_hours(calendar: str) -> str:
    """09:00-12:00, 13:00-17:00 of a calendar, without the days on which the office is closed."""
    return gettext(", ").join(part for part in calendar.split() if ":" in part)


def working_span(minutes: int) -> str:
    """A length of time in office hours: 72 hours."""
    hours, rest = divmod(minutes, 60)
    parts = [ngettext("%(num)s hour", "%(num)s hours", hours)] if hours else []
    return " ".join([*parts, ngettext("%(num)s minute", "%(num)s minutes", rest)] if rest or not parts else parts)


def minute_of_day(value: int) -> str:
    """11:30 from 690 minutes after midnight."""
    return f"{value // 60:02d}:{value % 60:02d}"


def label(member: str | None, enum: str) -> str:
    """The words for an enumeration's member as GraphQL writes it."""
    return label_of(enum, member) if member else ""


def nl(text: str | None) -> Markup:
    """Text with its line breaks."""
    return Markup("<br>").join(escape(line) for line in (text or "").splitlines())


def place_name(division: dict[str, Any] | None) -> str:
    """A division's short name; with its pinyin for readers of English, where the document asked for it."""
    if not division:
        return ""
    name = division.get("shortName") or division.get("name") or ""
    pinyin = division.get("pinyin")
    return f"{name} {pinyin}" if pinyin and current.get() == "en" else str(name)


def spelt(name: str) -> str:
    """A name of a place that is kept in Chinese alone: with its pinyin for readers of English."""
    is_foreign = current.get() == "en" and not name.isascii()
    return f"{name} {''.join(lazy_pinyin(name)).capitalize()}" if is_foreign else name


def tile_name(name: str) -> str:
    """A county's name where there is little room: 凤冈县 → 凤冈, 道真仡佬族苗族自治县 → 道真; in English Fenggang, Daozhen.

    Between its syllables it may break: Honghuagang is wider than a tile on a phone.
    """
    stem = name.partition("仡佬族")[0]
    stem = stem[:-1] if len(stem) > 2 and stem[-1] in "区县市" else stem
    return _SOFT_HYPHEN.join(lazy_pinyin(stem)).capitalize() if current.get() == "en" else stem


FILTERS: dict[str, Callable[..., Any]] = {
    "file_size": file_size,
    "ago": ago,
    "are_whole_days": are_whole_days,
    "begins": begins,
    "datetime": datetime_,
    "day": day,
    "due": due,
    "is_past": is_past,
    "label": label,
    "listed": listed,
    "minute_of_day": minute_of_day,
    "money": money,
    "nl": nl,
    "number": number,
    "office_hours": office_hours,
    "percent": percent,
    "place_name": place_name,
    "round_money": round_money,
    "span": span,
    "spelt": spelt,
    "tile_name": tile_name,
    "thousandths": thousandths,
    "time": time,
    "titled": titled,
    "named": named,
    "working_span": working_span,
}

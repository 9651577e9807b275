"""Columns of a file and how their cells are meant. Pure.

Headings are those of the API (`credit_code`), the Chinese ones of the registration office's sheets, or those of the
register's own table in either language, so that what was taken out can be sent back. A column that
is not there changes nothing; a cell that is empty empties the field, but for contacts and business figures, which stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from civicgraph.enterprises.industries import classification
from civicgraph.enterprises.models import EnterpriseKind, EnterpriseList, EnterpriseScale, EnterpriseStatus
from civicgraph.i18n import N_, Labelled, current, gettext, listed
from civicgraph.web.cells import heading_of, iso_day, text_of, words_of

HEADINGS: dict[str, tuple[str, ...]] = {
    "credit_code": ("统一社会信用代码", "信用代码", "Credit code"),
    "name": ("名称", "企业名称", "主体名称", "登记名称", "Registered name"),
    "brand": ("品牌", "字号", "Brand"),
    "kind": ("类型", "主体类型", "企业类型", "市场主体类型", "Legal kind"),
    "status": ("状态", "经营状态", "登记状态", "Status"),
    "status_on": ("状态日期",),
    "industry_code": ("行业代码", "行业", "Industry"),
    "division_code": ("区划代码", "行政区划代码", "所在社区代码", "Code of the place"),
    "address": ("地址", "住所", "经营场所"),
    "established_on": ("成立日期", "注册日期", "Founded on"),
    "scale": ("规模", "企业规模", "Scale"),
    "employees": ("从业人数", "参保人数"),
    "revenue": ("营业收入", "营业收入（元）"),
    "revenue_wan": ("营业收入（万元）",),
    "assets": ("资产总额", "资产总计", "资产总额（元）"),
    "assets_wan": ("资产总额（万元）", "资产总计（万元）"),
    "figures_year": ("数据年度", "年度"),
    "summary": ("简介",),
    "contact_name": ("联系人",),
    "contact_phone": ("联系电话", "电话"),
    "contact_email": ("电子邮箱", "邮箱"),
    "lists": ("名单", "入选名录", "Lists of offices"),
}
REQUIRED = ("credit_code",)
_LEFT = ("地方", "Place", "公开", "Public")
"""Columns of the register's own table that a file that is sent back need not lose."""


def _plain(title: str) -> str:
    return unicodedata.normalize("NFKC", heading_of(title))


_FIELDS = {_plain(title): name for name, titles in HEADINGS.items() for title in (name, *titles)}
_UNREAD = {"", *map(_plain, _LEFT)}
_MORE_WORDS: dict[type[Labelled], dict[str, str]] = {
    EnterpriseKind: {
        "企业": "company",
        "有限责任公司": "company",
        "个体": "sole_trader",
        "合作社": "cooperative",
        "农民专业合作社": "cooperative",
    },
    EnterpriseStatus: {
        **dict.fromkeys(("存续", "在营", "开业", "存续（在营、开业、在册）"), "active"),
        **dict.fromkeys(("停业", "歇业"), "suspended"),
        **dict.fromkeys(("注销", "吊销", "吊销，未注销", "吊销，已注销"), "closed"),
    },
    EnterpriseScale: {
        **dict.fromkeys(("大", "大型"), "large"),
        **dict.fromkeys(("中", "中型"), "medium"),
        **dict.fromkeys(("小", "小型"), "small"),
        **dict.fromkeys(("微", "微型"), "micro"),
    },
    EnterpriseList: {
        "四上": "four_above",
        "专精特新": "specialised_sme",
        "规上": "designated_size",
        "链主": "chain_leader",
    },
}


_KINDS = (
    ("合作社", "cooperative"),
    ("个体", "sole_trader"),
    ("农场", "farm"),
    *((one, "company") for one in ("公司", "企业", "分支机构", "所有制")),
)
"""What the register of the market supervision calls a kind has one of these in it: 有限责任公司（自然人独资）."""


class UnknownHeadings(ValueError):
    """A file without the columns that it needs, or with the same twice."""


def fields_of(headings: Sequence[str]) -> list[str]:
    """The field of each column, empty for those that are not read. Raises `UnknownHeadings`."""
    found = [_FIELDS.get(_plain(one), "") for one in headings]
    if missing := [HEADINGS[name][0] for name in REQUIRED if name not in found]:
        raise UnknownHeadings(f"{missing[0]} ({REQUIRED[0]})")
    targets = [_MONEY[name][0] if name in _MONEY else name for name in found]
    if twice := [one for one, name in zip(headings, targets, strict=True) if name and targets.count(name) > 1]:
        raise UnknownHeadings(gettext(N_("%(columns)s are the same column"), columns=listed(twice)))
    return found


def unread(headings: Sequence[str]) -> list[str]:
    """How the columns are headed that nobody here knows: what they hold is lost, and whoever sends a file is told so."""
    known = (_plain(one) in _FIELDS or _plain(one) in _UNREAD for one in headings)
    return [one.strip() for one, is_known in zip(headings, known, strict=True) if not is_known]


def typed(headings: Sequence[str]) -> dict[str, str]:
    """How a file heads the column of each field. Raises `UnknownHeadings`."""
    return {name: one.strip() for name, one in zip(fields_of(headings), headings, strict=True) if name}


def heading(path: str, headings: Mapping[str, str]) -> str:
    """How the column is headed that a row's error is about: as the file does, or as it might."""
    name = path.partition(".")[0]
    columns = [column for column, (field, _) in _MONEY.items() if field == name]
    column = next((one for one in columns if one in headings), columns[0] if columns else name)
    if column in headings or column not in HEADINGS:
        return headings.get(column, "")
    return HEADINGS[column][0] if current.get() == "zh" else column


def _member(enum: type[Labelled], text: str) -> str:
    """A member's value for any of the words by which offices call it; other words as they are."""
    said = text.strip().lower()
    return _MORE_WORDS.get(enum, {}).get(said) or words_of(enum).get(said) or text.strip()


def meant(field: str, cell: Any) -> Any:
    """What a cell means: enumerations by their words, money in yuan as fen, days however sheets write them."""
    if isinstance(cell, datetime | date):
        return cell.date() if isinstance(cell, datetime) else cell
    text = text_of(cell)
    if field == "kind":
        return _kind(text)
    if field == "status":
        return _member(EnterpriseStatus, text)
    if field == "scale":
        return _member(EnterpriseScale, text)
    if field in ("established_on", "status_on"):
        return iso_day(text)
    if field == "industry_code":
        return _industry(text)
    if field in _MONEY:
        return _fen(text, _MONEY[field][1])
    return [_listing(one) for one in re.split(r"[;；]", text) if one.strip()] if field == "lists" else text


def _kind(text: str) -> str:
    found = _member(EnterpriseKind, text)
    return next((kind for part, kind in _KINDS if part in found), found)


def _industry(text: str) -> str:
    """Offices write the letter of the section before the digits, the name after them, or the name alone."""
    match = re.fullmatch(r"[A-Ta-t]?(\d{2,4})(?:\D.*)?", text)
    return match[1] if match else _industries_by_name().get(unicodedata.normalize("NFKC", text), text.upper())


@cache
def _industries_by_name() -> dict[str, str]:
    """The code of each name; where several bear it, that of the smallest."""
    ordered = sorted(classification(), key=lambda one: len(one.code))
    return {unicodedata.normalize("NFKC", one.name): one.code for one in ordered}


def _fen(text: str, fen: int) -> Any:
    try:
        return int(Decimal(text.replace(",", "").replace("，", "")) * fen)
    except (InvalidOperation, ValueError):
        return text


def _listing(text: str) -> dict[str, str]:
    """`四上:2024-01-01` or, with its last day, `四上:2024-01-01~2025-06-30`."""
    name, _, days = re.sub(r"[：]", ":", text).strip().partition(":")
    begins, _, ends = days.partition("~")
    return {
        "list": _member(EnterpriseList, name),
        "listed_on": iso_day(begins.strip()),
        **({"delisted_on": iso_day(ends.strip())} if ends.strip() else {}),
    }


_YUAN, _TEN_THOUSAND_YUAN = 100, 10_000 * 100
_MONEY = {
    **{"revenue": ("revenue_fen", _YUAN), "revenue_wan": ("revenue_fen", _TEN_THOUSAND_YUAN)},
    **{"assets": ("assets_fen", _YUAN), "assets_wan": ("assets_fen", _TEN_THOUSAND_YUAN)},
}
"""The field of each column of money, and how many fen its numbers are in."""
_KEPT_WHEN_EMPTY = (
    *("contact_name", "contact_phone", "contact_email", "employees", *_MONEY, "figures_year", "name", "kind", "status"),
)
_EMPTIED: dict[str, Any] = {"established_on": None, "scale": None, "lists": [], "status_on": None}


def row_of(fields: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """A row as the input of the API."""
    found: dict[str, Any] = {}
    for field, cell in zip(fields, cells, strict=False):
        if not field:
            continue
        if cell is None or str(cell).strip() == "":
            if field not in _KEPT_WHEN_EMPTY and field not in ("industry_code", "division_code"):
                found[field] = _EMPTIED.get(field, "")
            continue
        found[_MONEY[field][0] if field in _MONEY else field] = meant(field, cell)
    return found


def is_empty(row: Mapping[str, Any]) -> bool:
    """Whether a row holds nothing at all."""
    return not any(value not in (None, "", []) for value in row.values())

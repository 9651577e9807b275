"""Rules of the enterprises room: the unified social credit code, who sees what. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from civicgraph.enterprises.claims.rules import is_own
from civicgraph.permissions import EDIT_ENTERPRISES, READ_ENTERPRISE_CONTACTS, Actor
from civicgraph.text import near_words, search_terms, sound_terms

if TYPE_CHECKING:
    from civicgraph.enterprises.models import Enterprise
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of the code: digits and capitals without I, O, S, V, Z (GB 32100-2015, 5.2)."""
_WEIGHTS = [3**i % 31 for i in range(17)]


def check_character(first17: str) -> str:
    """The 18th character: 31 minus the weighted sum of the others modulo 31, 31 counting as 0.

    Source: GB 32100-2015, the coding rule of the unified social credit identifier for legal entities and
    other organizations, appendix A. Raises `ValueError` for a character outside the alphabet.
    """
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def complete(first17: str) -> str:
    """The whole code for its first 17 characters."""
    return first17 + check_character(first17)


def is_credit_code(code: str) -> bool:
    """Whether a code has 18 characters of the alphabet and the right check character."""
    return len(code) == 18 and all(char in ALPHABET for char in code) and check_character(code[:17]) == code[17]


_CODE = re.compile(f"[1-9A-GY][1-59]\\d{{6}}[{ALPHABET}]{{10}}")
"""Office, kind, place, body, check character (GB 32100-2015, 5.1): names do not look so."""
_CODE_LENGTH = 18
_START = re.compile(f"[1-9A-GY][1-59]\\d{{4,6}}[{ALPHABET}]{{0,9}}")
"""The beginning of one, from where it says more than the city."""
MOST_BEGUN = 300
"""So many entries are found by the beginning of a code: a county has sixty thousand that begin alike."""


def _typed_code(words: str) -> str:
    """A code in capitals and without the spaces of a licence."""
    return "".join(words.split()).upper()


def code_in(words: str) -> str:
    """The credit code that somebody searches for; empty where the words are none."""
    code = _typed_code(words)
    return code if _CODE.fullmatch(code) else ""


def sought(words: str) -> dict[str, str]:
    """What words ask of the register, by filter: a code, or what begins like one, is looked up as such, anything else is
    searched for."""
    if code := code_in(words):
        return {"creditCode": code}
    return {"codeStart": _typed_code(words)} if _START.fullmatch(_typed_code(words)) else {"text": words}


def begins_so(c: Compiler, row: Row, given: Given) -> str:
    """Whether the code begins so, by the index of the codes."""
    first = given.sql(c, "text", _typed_code)
    last = given.sql(c, "text", lambda words: _typed_code(words).ljust(_CODE_LENGTH, ALPHABET[-1]))
    begun = f"one.credit_code BETWEEN {first} AND {last} AND substr(one.credit_code, 1, length({first})) = {first}"
    hits = f"SELECT one.id FROM enterprise one WHERE {begun} ORDER BY one.credit_code LIMIT {MOST_BEGUN}"
    return f"{row['id']} IN (SELECT id FROM ({hits}) begun)"


def closer(filters: Mapping[str, Any]) -> dict[str, Any] | None:
    """The filter that finds names but for a slip of the hand, for where one by words found nothing; None for words that are
    too short or too long for that."""
    words = filters.get("text")
    return (
        {"near": words, **{key: value for key, value in filters.items() if key != "text"}}
        if near_words(words or "")
        else None
    )


SECTION_ENDS = {
    "A": "05", "B": "12", "C": "43", "D": "46", "E": "50", "F": "52", "G": "60", "H": "62", "I": "65", "J": "69",
    "K": "70", "L": "72", "M": "75", "N": "79", "O": "82", "P": "83", "Q": "85", "R": "90", "S": "96", "T": "97",
}  # fmt: skip
"""The last two-digit division of each section of GB/T 4754-2017; the divisions of a section stand together."""


FIRST_SERVICE = "51"
"""Section F, wholesale and retail, is the first of the services (三次产业划分规定)."""


def is_service(industry: str) -> bool:
    """Whether an industry, two digits or more, is one of the services."""
    return industry >= FIRST_SERVICE


def section_of(industry: str) -> str:
    """The letter of an industry's section."""
    if industry >= "A":
        return industry
    return next(letter for letter, last in SECTION_ENDS.items() if industry[:2] <= last)


def is_part(industry: str, of: str) -> bool:
    """Whether an industry is another, or below it."""
    return of == section_of(industry) if of >= "A" else industry.startswith(of)


def section(industry: str) -> str:
    """SQL of the section of an industry's code, in the words of the index `enterprise_section`."""
    cases = " ".join(f"WHEN {industry} < '{int(last) + 1:02}' THEN '{letter}'" for letter, last in SECTION_ENDS.items())
    return f"CASE WHEN {industry} >= 'A' THEN {industry} {cases} END"


DIVISION_DIGITS = 2
CLASS_DIGITS = 4


def level(industry: str, digits: int) -> str:
    """SQL of what an industry's code is part of, on the level whose codes have so many characters."""
    if digits == 1:
        return section(industry)
    return f"substr({industry}, 1, {digits})" if digits < CLASS_DIGITS else industry


def search_terms_of(name: str, brand: str) -> str:
    """What the register is searched by: pairs of characters of its names, and how those pairs sound."""
    return " ".join(filter(None, (search_terms(name, brand), sound_terms(name, brand))))


_LEGAL_FORM = re.compile("(集团)?(股份|有限|责任)*公司$|(农民)?专业合作社$")
_LEAST_CALLED = 2
"""What is shorter is called so by everybody."""


def called(name: str, brand: str, credit_code: str) -> tuple[str, ...]:
    """What tells who an enterprise is: its code, its name with and without the legal form, its brand."""
    names = (name, _LEGAL_FORM.sub("", name), brand)
    return (credit_code, *dict.fromkeys(one for one in names if len(one) >= _LEAST_CALLED))


def is_listed(c: Compiler, row: Row, given: Given) -> str:
    """On a list today. In the order of ids the list's own index drives: there are 830,000 entries, few of them listed."""
    on_list = f"l.list = {given.sql(c)} AND l.delisted_on IS NULL"
    if row.drive("enterprise", "enterprise_listing l", "l.enterprise_id"):
        return f"{row.alias}.id = l.enterprise_id AND {on_list}"
    return f"{row['id']} IN (SELECT l.enterprise_id FROM enterprise_listing l WHERE {on_list})"


def visible(c: Compiler, row: Row) -> str:
    """Published entries; the others for those who may edit there (`may_see`), and for who acts for them."""
    return f"{row['is_published']} OR {c.covers(row['division_id'], EDIT_ENTERPRISES)} OR {is_own(c, row['id'])}"


def may_see(actor: Actor, row: Enterprise) -> bool:
    """The same for one entry."""
    return row.is_published or actor.may(EDIT_ENTERPRISES, row.division_id)  # type: ignore[attr-defined]


def may_read_contact(c: Compiler, row: Row) -> str:
    """Contacts are for those whose grants cover the place, and for who acts for the enterprise."""
    return f"{c.covers(row['division_id'], READ_ENTERPRISE_CONTACTS)} OR {is_own(c, row['id'])}"


def visible_import(c: Compiler, row: Row) -> str:
    """Files for a place are for those who keep its register."""
    return c.covers(row["division_code"], EDIT_ENTERPRISES)

"""Languages: Chinese by default, English second.

Messages are written in English in the code; `locales/zh/*.po` (one catalogue a room) hold the
Chinese that people read. Catalogues are read at start: there is no build step to forget.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
DEFAULT_LOCALE = "zh"
_CATALOGUES = Path(__file__).parent / "locales"

current: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


def N_(message: str) -> str:  # noqa: N802 - the field's customary name
    """Mark a message for the catalogues without translating it yet."""
    return message


@cache
def translations(locale: str) -> NullTranslations:
    """All catalogues of `locale` as one; English is the source and has none."""
    folder = _CATALOGUES / locale
    if not folder.is_dir():
        return NullTranslations()
    merged = Catalog(locale=LOCALES[locale])
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=LOCALES[locale]):
                if message.id:
                    merged[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext(message: str, **values: Any) -> str:
    """`message` in the language of the request, with `%(name)s` filled in."""
    text = translations(current.get()).gettext(message) if message else ""
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: Any) -> str:
    """The form of a message that fits the number `n`."""
    text = translations(current.get()).ngettext(singular, plural, n)
    return text % {"num": n, **values}


def list_comma() -> str:
    """What stands between the words of a list: 、 in Chinese, a comma in English."""
    return "、" if current.get() == "zh" else ", "


def listed(words: Iterable[str]) -> str:
    """Words one after the other, as the reader's language parts them."""
    return list_comma().join(words)


class Labelled(StrEnum):
    """An enumeration whose members carry the words that people read.

    Members are written `NAME = "name", N_("Words")`: the value is the name in lower case (the
    database holds it), GraphQL shows the name.
    """

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    def __str__(self) -> str:
        return str(self.value)

    @property
    def words(self) -> str:
        """The label in the language of the request."""
        return gettext(self.label)


def label_of(enum_name: str, member: str) -> str:
    """The words for a member that GraphQL answered (`CULTURE_NIGHT`) of an enumeration by name."""
    return _enum(enum_name)[member.upper()].words


@cache
def _enum(name: str) -> type[Labelled]:
    return next(enum for enum in Labelled.__subclasses__() if enum.__name__ == name)

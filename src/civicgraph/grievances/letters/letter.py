"""A letter as it came: who wrote what, with which pictures, and whether a machine wrote it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

MAX_TEXT = 100_000
"""Characters of a letter that are looked at."""
_QUOTED = re.compile(
    r"^(?:>.*"
    r"|-{2,}\s*(?:原始邮件|Original Message|Forwarded message|转发邮件).*"
    r"|(?:发件人|From)\s*[:：].*"
    r"|.{0,120}(?:写道|wrote)\s*[:：]\s*)$",
    re.IGNORECASE | re.MULTILINE,
)
"""Where what is quoted begins: below it stand our own words, or others'."""
_SIGNED = re.compile(r"^-- ?$", re.MULTILINE)  # RFC 3676, 4.3
_MACHINES = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|.*-bounces|.*-request|listserv|majordomo)(?:\+.*)?@",
    re.I,
)
_HAN = re.compile("[㐀-鿿]")
_LATIN = re.compile(r"[A-Za-z]{2,}\s+[A-Za-z]{2,}")
"""Two words: a single one may be the name of a file or of a phone."""
_HEADS = re.compile(r"^(?:(?:re|fwd?|aw|答复|回复|转发)\s*[:：]\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Attached:
    """A file that came with a letter."""

    filename: str
    data: bytes


@dataclass(frozen=True)
class Letter:
    """A letter. `headers` are by their names in lower case."""

    headers: Mapping[str, str]
    sender: str
    sender_name: str
    subject: str
    text: str
    message_id: str
    files: Sequence[Attached] = ()
    kind: str = "text/plain"

    @property
    def own_words(self) -> str:
        """What the sender wrote, without what is quoted and without the signature."""
        text = self.text.replace("\r\n", "\n")[:MAX_TEXT]
        for end in (_QUOTED, _SIGNED):
            if found := end.search(text):
                text = text[: found.start()]
        return text.strip()

    @property
    def title(self) -> str:
        """The subject, without the marks of answers."""
        return _HEADS.sub("", " ".join(self.subject.split()))

    @property
    def language(self) -> str:
        """In which language its sender is answered: their own words', else the subject's, else as their name and mail program say.

        Of who says nothing at all nothing is known: then it is the city's own.
        """
        for said in (self.own_words, self.title):
            if _HAN.search(said):
                return "zh"
            if _LATIN.search(said):
                return "en"
        known = self.head("content-language") or self.head("accept-language")
        return "en" if known and not known.startswith("zh") and not _HAN.search(self.sender_name) else "zh"

    @property
    def machine(self) -> str:
        """By what one sees that nobody wrote it to us (RFC 3834, section 2); empty where somebody did."""
        return next((name for name, is_so in _SIGNS.items() if is_so(self)), "")

    def head(self, name: str) -> str:
        """A header's value in lower case, empty where there is none."""
        return self.headers.get(name, "").strip().lower()


_SIGNS: Mapping[str, Callable[[Letter], bool]] = {
    "auto-submitted": lambda one: one.head("auto-submitted").partition(";")[0].strip() not in ("", "no"),
    "precedence": lambda one: one.head("precedence") in ("bulk", "junk", "list", "auto_reply"),
    "list": lambda one: bool(one.head("list-id") or one.head("list-unsubscribe")),
    "auto-response": lambda one: bool(one.head("x-autoreply") or one.head("x-autorespond")),
    "loop": lambda one: bool(one.head("x-loop")) or one.message_id.endswith("@civicgraph>"),
    "return-path": lambda one: one.head("return-path") == "<>",
    "report": lambda one: one.kind in ("multipart/report", "message/delivery-status"),
    "sender": lambda one: bool(_MACHINES.match(one.sender)),
}


class _Words(HTMLParser):
    """The text of HTML: blocks are lines, scripts and styles are nothing."""

    _BLOCKS = frozenset(("p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote"))
    _SILENT = frozenset(("script", "style", "head", "title"))

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in self._SILENT and not self._silent:
            self._silent = tag
        elif tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def words_of_html(html: str) -> str:
    """What a person reads of a letter in HTML."""
    reader = _Words()
    reader.feed(html[: MAX_TEXT * 4])
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip()

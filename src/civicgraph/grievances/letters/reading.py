"""Reading a letter: a raw message (RFC 5322), or the JSON in which mail providers pass one on. Pure.

Whoever writes to us may send anything. What cannot be read is refused; nothing here goes on for long.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Any

import orjson

from civicgraph.grievances.letters.letter import Attached, Letter, words_of_html

MAX_PARTS = 100
"""Parts that are looked at."""
MAX_DEPTH = 20
"""Parts inside parts."""
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp")


class Unreadable(Exception):
    """No letter that one could read."""


def read_raw(body: bytes) -> Letter:
    """The letter of a raw message."""
    if body.count(b"boundary=") > MAX_PARTS:
        raise Unreadable
    try:
        found = email.message_from_bytes(body, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return _letter(found, body)
    except Unreadable:
        raise
    except Exception as error:  # the parser of the library trusts headers; strangers write them
        raise Unreadable from error


def _letter(found: EmailMessage, body: bytes) -> Letter:
    headers = {name.lower(): _head(found, name) for name in list(dict.fromkeys(found.keys()))[:200]}
    name, sender = parseaddr(headers.get("from", ""))
    plain, html, files = "", "", []
    for part in _parts(found):
        kind = part.get_content_type()
        is_file = part.get_content_disposition() == "attachment" or bool(part.get_filename())
        if kind.startswith("image/") or (is_file and _is_picture(part.get_filename())):
            files.append(Attached(_clean(part.get_filename() or ""), _payload(part)))
        elif not is_file and kind == "text/plain" and not plain:
            plain = _text(part)
        elif not is_file and kind == "text/html" and not html:
            html = _text(part)
    given_id = headers.get("message-id", "").strip()
    return Letter(
        headers,
        _clean(sender),
        _clean(name),
        _clean(headers.get("subject", "")),
        plain or words_of_html(html),
        _clean(given_id) or f"<{hashlib.sha256(body).hexdigest()}>",
        files,
        found.get_content_type(),
    )


def _head(found: EmailMessage, name: str) -> str:
    try:
        return _clean(str(found[name]))
    except Exception:  # a header that the library cannot read is as if it were not there
        return ""


def _parts(message: Message, depth: int = 0, seen: list[int] | None = None) -> Iterator[Any]:
    """The parts that hold something, not those of letters inside the letter."""
    seen = seen if seen is not None else []
    seen.append(1)
    if len(seen) > MAX_PARTS or depth > MAX_DEPTH:
        raise Unreadable
    if message.get_content_type() == "message/rfc822":
        return
    if message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth + 1, seen)
    else:
        yield message


def _payload(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    data = _payload(part)
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "gb18030"):
        try:
            return _clean(data.decode(charset))
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return _clean(data.decode("utf-8", "replace"))


def read_json(body: bytes) -> Letter:
    """The letter in the form of Postmark's inbound webhook, which other providers and small scripts speak as well."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable from error
    if not isinstance(given, dict):
        raise Unreadable
    headers: dict[str, str] = {}
    for one in _list(given, "Headers")[:200]:
        if isinstance(one, dict):
            headers.setdefault(_string(one, "Name").lower(), _string(one, "Value"))
    for name, key in (("to", "To"), ("cc", "Cc"), ("subject", "Subject")):
        headers.setdefault(name, _string(given, key))
    full = given.get("FromFull")
    name, sender = parseaddr(_string(given, "From"))
    if isinstance(full, dict):
        name, sender = _string(full, "Name") or name, _string(full, "Email") or sender
    text = _string(given, "TextBody") or words_of_html(_string(given, "HtmlBody"))
    given_id = headers.get("message-id", "").strip() or _string(given, "MessageID").strip()
    message_id = given_id or f"<{hashlib.sha256(body).hexdigest()}>"
    kind = headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
    files = list(_attached(_list(given, "Attachments")[:MAX_PARTS]))
    return Letter(headers, sender, name, _string(given, "Subject"), text, message_id, files, kind)


def _attached(given: Sequence[Any]) -> Iterator[Attached]:
    for one in given:
        if not isinstance(one, dict):
            continue
        if not (_string(one, "ContentType").lower().startswith("image/") or _is_picture(_string(one, "Name"))):
            continue
        try:
            yield Attached(_string(one, "Name"), base64.b64decode(_string(one, "Content"), validate=True))
        except (binascii.Error, ValueError) as error:
            raise Unreadable from error


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    found = given.get(name)
    return found if isinstance(found, list) else []


def _string(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name)
    return _clean(found) if isinstance(found, str) else ""


def _is_picture(filename: str | None) -> bool:
    return bool(filename) and str(filename).lower().endswith(_PICTURES)


def _clean(text: str) -> str:
    """Text without what is half a character and without NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")

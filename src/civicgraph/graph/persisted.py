"""Documents known by their SHA-256: a client sends the hash instead of the text.

Apollo's protocol: a hash that is not known is answered PERSISTED_QUERY_NOT_FOUND, and the client sends
hash and text together once. The store is this process's own and bounded; forgetting costs one round.
The documents of the site's own pages are known from the start.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

MAX_DOCUMENTS = 1_000
MAX_BYTES = 4 * 1024 * 1024


class UnknownDocument(Exception):
    """No document with this hash is known here."""


class WrongHash(Exception):
    """The text that came with a hash has another one."""


def sha256(text: str) -> str:
    """The hash that a document is known by: hexadecimal, lower case."""
    return hashlib.sha256(text.encode()).hexdigest()


class Documents:
    """Texts by hash: those registered stay, those that clients send make room for newer ones."""

    def __init__(self) -> None:
        self._registered: dict[str, str] = {}
        self._sent: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0

    def register(self, text: str) -> None:
        """Know a document for good."""
        self._registered[sha256(text)] = text

    def find(self, digest: str) -> str:
        """The text with this hash. Raises `UnknownDocument`."""
        if digest in self._registered:
            return self._registered[digest]
        if digest not in self._sent:
            raise UnknownDocument
        self._sent.move_to_end(digest)
        return self._sent[digest]

    def keep(self, digest: str, text: str) -> None:
        """Know a document that a client sent, and forget the longest unused ones beyond the bounds.

        Raises `WrongHash`.
        """
        if sha256(text) != digest:
            raise WrongHash
        if digest in self._registered or digest in self._sent:
            return
        self._sent[digest] = text
        self._bytes += len(text)
        while len(self._sent) > MAX_DOCUMENTS or self._bytes > MAX_BYTES:
            _, dropped = self._sent.popitem(last=False)
            self._bytes -= len(dropped)

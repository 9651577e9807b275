"""Documents known by their hash: a client sends the hash instead of the text.

- Apollo's protocol, for everybody: a SHA-256 that is not known is answered PERSISTED_QUERY_NOT_FOUND, and
  the client sends hash and text together once. Forgetting costs one round. The documents of the site's own
  pages are known from the start.
- Trusted documents, for a token that has a list of them: nothing that is not on the list runs.

What is kept in memory is this process's own, and bounded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from civicgraph.graph.bounded import Cache

MAX_DOCUMENTS = 1_000
MAX_BYTES = 4 * 1024 * 1024


class UnknownDocument(Exception):
    """No document with this hash is known here."""


class UntrustedDocument(Exception):
    """The document is not on the list."""


class WrongHash(Exception):
    """The text that came with a hash has another one."""


@dataclass(frozen=True)
class TrustedList:
    """All the documents that somebody may run, and the way to look one up."""

    key: tuple[int, int]
    """Whose list, and which version of it; what is found under a key stays true."""
    find: Callable[[str], Awaitable[str | None]]
    """The text with this hash; None when it is not on the list."""


def sha256(text: str) -> str:
    """The hash that a document is known by: hexadecimal, lower case."""
    return hashlib.sha256(text.encode()).hexdigest()


class Documents:
    """Texts by hash: those registered stay, all others make room for newer ones."""

    def __init__(self) -> None:
        self._registered: dict[str, str] = {}
        self._sent: Cache[str] = Cache(MAX_DOCUMENTS, MAX_BYTES)
        self._trusted: Cache[str] = Cache(MAX_DOCUMENTS, MAX_BYTES)

    def register(self, text: str) -> None:
        """Know a document for good."""
        self._registered[sha256(text)] = text

    def find(self, digest: str) -> str:
        """The text with this hash. Raises `UnknownDocument`."""
        text = self._registered.get(digest) or self._sent.get(digest)
        if text is None:
            raise UnknownDocument
        return text

    def keep(self, digest: str, text: str) -> None:
        """Know a document that a client sent. Raises `WrongHash`."""
        if sha256(text) != digest:
            raise WrongHash
        if digest not in self._registered:
            self._sent.put(digest, text, len(text.encode()))

    async def find_trusted(self, trusted: TrustedList, digest: str, text: str) -> str:
        """The text on the list that is meant by a hash, by itself, or by both.

        Raises `UntrustedDocument`, and `WrongHash` when hash and text do not mean the same.
        """
        name = digest or sha256(text)
        key = (*trusted.key, name)
        found = self._trusted.get(key)
        if found is None:
            found = await trusted.find(name)
            if found is None:
                raise UntrustedDocument
            self._trusted.put(key, found, len(found.encode()))
        if text and text != found:
            raise WrongHash
        return found

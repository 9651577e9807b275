"""Keys, hashes and encryption: all derived from the one secret of the settings, but for the keys of contacts.

Contacts are sealed under a ring of keys, `contact_keys`: the first seals, all of them open. What is sealed
names its key, so that `civicgraph keys rotate` finds what is still under an older one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from civicgraph import settings

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: read out on the telephone


@lru_cache(maxsize=32)
def _derive(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()


def derived_key(purpose: str) -> bytes:
    """A key of 32 bytes for one purpose."""
    return _derive(settings.current().secret_key.get_secret_value(), purpose)


def keyed_hash(purpose: str, text: str) -> str:
    """A hash that only the holder of the secret can compute: for throttling and look-ups."""
    return hmac.new(derived_key(purpose), text.encode(), hashlib.sha256).hexdigest()


def token_hash(token: str) -> str:
    """How a random token is stored. It has 128 bits or more, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def random_token() -> str:
    """256 random bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def random_code(length: int) -> str:
    """A code for people, about 4.9 bits a character, without characters that look alike."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


# Contacts -------------------------------------------------------------------------------------

FIRST_KEY = "0"
"""The key that is derived from `secret_key`: in force as long as no other is named, and for what it has sealed."""
_VERSION = "v2"


@lru_cache(maxsize=32)
def _ring(secret: str, named: str) -> dict[str, str]:
    """The secrets of the contacts' keys by their ids, the newest first."""
    found: dict[str, str] = {}
    for entry in filter(None, (one.strip() for one in named.split(","))):
        key_id, colon, value = entry.partition(":")
        if not colon or not key_id.isalnum() or not key_id.isascii() or key_id == FIRST_KEY or key_id in found:
            raise ValueError("CIVICGRAPH_CONTACT_KEYS: ID:SECRET, ID:SECRET; each id once, of letters and digits.")
        if len(value) < 32:
            raise ValueError(f"CIVICGRAPH_CONTACT_KEYS: give key {key_id} at least 32 characters.")
        found[key_id] = value
    return {**found, FIRST_KEY: secret}


def check_keys(found: settings.Settings) -> dict[str, str]:
    """The ring of these settings, by key id; `ValueError` in words when it cannot be read."""
    return _ring(found.secret_key.get_secret_value(), found.contact_keys.get_secret_value())


def _keys() -> dict[str, str]:
    return check_keys(settings.current())


def current_key() -> str:
    """The id of the key that seals."""
    return next(iter(_keys()))


def sealed_prefix(key_id: str) -> str:
    """How everything begins that this key has sealed."""
    return f"{_VERSION}.{key_id}."


def encrypt(text: str) -> str:
    """`text` under AES-256-GCM with the current key, which its associated data name; empty stays empty.

    What was sealed is bound to its key and version and not to its row: a message's address is the
    grievance's, copied without being opened.
    """
    if not text:
        return ""
    key_id, nonce = current_key(), os.urandom(12)
    prefix = sealed_prefix(key_id)
    sealed = AESGCM(_derive(_keys()[key_id], "contacts")).encrypt(nonce, text.encode(), _associated(prefix))
    return prefix + urlsafe_b64encode(nonce + sealed).decode()


def decrypt(sealed: str) -> str:
    """What `encrypt` sealed.

    Raises `cryptography.exceptions.InvalidTag` when it was tampered with, `LookupError` when its key is gone.
    What releases before the ring of keys sealed has no prefix: it opens with the first key.
    """
    if not sealed:
        return ""
    version, _, rest = sealed.partition(".")
    key_id, _, body = rest.partition(".") if version == _VERSION else (FIRST_KEY, "", sealed)
    if key_id not in _keys():
        raise LookupError(f"key {key_id} of the contacts is not in CIVICGRAPH_CONTACT_KEYS")
    raw = urlsafe_b64decode(body)
    associated = _associated(sealed_prefix(key_id)) if version == _VERSION else None
    return AESGCM(_derive(_keys()[key_id], "contacts")).decrypt(raw[:12], raw[12:], associated).decode()


def _associated(prefix: str) -> bytes:
    return f"civicgraph contact {prefix}".encode()


def blind_index(kind: str, text: str) -> str:
    """By what a contact is looked up without being opened: a keyed hash of it, under the current key.

    `kind` is phone or email: the same text of another kind has another hash. Empty stays empty.
    """
    return _blind(current_key(), kind, text) if text.strip() else ""


def blind_indexes(kind: str, text: str) -> list[str]:
    """The same under each key of the ring: while keys are rotated, rows stand under one or another."""
    return [_blind(key_id, kind, text) for key_id in _keys()] if text.strip() else []


def _blind(key_id: str, kind: str, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    digest = hmac.new(_derive(_keys()[key_id], f"look-up of {kind}"), plain.encode(), hashlib.sha256).hexdigest()
    return f"{sealed_prefix(key_id)}{digest[:32]}"

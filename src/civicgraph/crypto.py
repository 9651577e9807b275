"""Keys, hashes and encryption, all derived from the one secret of the settings."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
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


def encrypt(text: str) -> str:
    """`text` under AES-256-GCM; empty stays empty."""
    if not text:
        return ""
    nonce = os.urandom(12)
    return urlsafe_b64encode(nonce + AESGCM(derived_key("contacts")).encrypt(nonce, text.encode(), None)).decode()


def decrypt(sealed: str) -> str:
    """What `encrypt` sealed; `cryptography.exceptions.InvalidTag` when key or text is not the right one."""
    if not sealed:
        return ""
    raw = urlsafe_b64decode(sealed)
    return AESGCM(derived_key("contacts")).decrypt(raw[:12], raw[12:], None).decode()

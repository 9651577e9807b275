"""Passwords: Argon2id after OWASP's figures (19 MiB, two passes), in a thread."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = 2


@cache
def _gate(_loop: int) -> asyncio.Semaphore:
    return asyncio.Semaphore(_AT_ONCE)


@cache
def _nobody() -> str:
    """The hash that an unknown account is compared with, so that it takes as long as a known one."""
    return _HASHER.hash("nobody signs in with this")


async def hash_password(password: str) -> str:
    """The hash to keep."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def is_password(kept: str, given: str) -> bool:
    """Whether `given` is the password behind `kept`; an empty `kept` never fits, and takes as long."""
    return await asyncio.to_thread(_verify, kept or _nobody(), given) and bool(kept)


async def is_strangers_password(kept: str, given: str) -> bool:
    """The same for sign-ins, two at once: a flood of them takes neither all memory nor all processors."""
    async with _gate(id(asyncio.get_running_loop())):
        return await is_password(kept, given)


def _verify(kept: str, given: str) -> bool:
    try:
        return _HASHER.verify(kept, given)
    except (VerificationError, InvalidHashError):
        return False

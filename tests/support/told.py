"""What a test writes by hand counts at once, as what an operation writes does.

The application hears on PostgreSQL of what others commit from the database, a moment later (`graph.versions`). A test
that puts a row right outside any operation and opens the page again is faster than that on some days.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper

from civicgraph.operations import after_commit

_WRITES = ("UPDATE", "DELETE", "INSERT")


def _telling(write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(write)
    async def told(client: AsyncpgDBClient, query: str, *values: Any) -> Any:
        done = await write(client, query, *values)
        if not isinstance(client, TransactionWrapper) and query.lstrip().upper().startswith(_WRITES):
            for tell in after_commit:
                tell()
        return done

    return told


def tell_of_writes() -> None:
    """From now on, in this process."""
    for name in ("execute_insert", "execute_many", "execute_query"):
        setattr(AsyncpgDBClient, name, _telling(getattr(AsyncpgDBClient, name)))

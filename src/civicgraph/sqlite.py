"""Tortoise's SQLite backend with transactions that take the write lock when they begin.

With a plain BEGIN a transaction that reads before it writes fails at once ("database is locked")
when another process has written in between; BEGIN IMMEDIATE waits for its turn instead.
"""

from __future__ import annotations

import sqlite3

from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.exceptions import OperationalError, TransactionManagementError


class _ImmediateTransaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise OperationalError(error) from error
            raise TransactionManagementError(error) from error


class Client(SqliteClient):
    """One file, one writing connection."""

    def _in_transaction(self) -> SqliteTransactionContext:
        return SqliteTransactionContext(_ImmediateTransaction(self), self._lock)


client_class = Client

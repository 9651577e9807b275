"""Tortoise's SQLite backend with transactions that take the write lock when they begin.

With a plain BEGIN a transaction that reads before it writes fails at once ("database is locked")
when another process has written in between; BEGIN IMMEDIATE waits for its turn instead. Where it waits
in vain, Tortoise would keep its own lock for ever, and with it everything else.
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import UTC, datetime
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError, TransactionManagementError

BESIDE_MILLISECONDS = 50


def _written(moment: datetime) -> str:
    """A moment as the file keeps it: in UTC, since SQLite compares moments as the texts that they are."""
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).isoformat(" ")


sqlite3.register_adapter(datetime, _written)  # in the place of Tortoise's, which keeps each in its own zone


class _ImmediateTransaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise OperationalError(error) from error
            raise TransactionManagementError(error) from error


class _Transaction(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        try:
            await self.connection.begin()
        except BaseException:  # a cancelled BEGIN may still come to be: it is rolled back as well
            await self.__aexit__(*sys.exc_info())
            raise
        transaction: TransactionalDBClient = self.connection
        return transaction


class Client(SqliteClient):
    """One file and one writing connection; `beside` is one that waits for no write."""

    def __init__(self, file_path: str, **pragmas: Any) -> None:
        super().__init__(file_path, **pragmas)
        self.beside = SqliteClient(file_path, **{**pragmas, "busy_timeout": BESIDE_MILLISECONDS})

    async def close(self) -> None:
        """Close both."""
        await self.beside.close()
        await super().close()

    def _in_transaction(self) -> SqliteTransactionContext:
        return _Transaction(_ImmediateTransaction(self), self._lock)


client_class = Client

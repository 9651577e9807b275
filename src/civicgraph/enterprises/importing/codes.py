"""The codes that a file has named so far: one that comes again is refused, in whatever batch it stands.

They are kept in tables and not in memory, since a file may have 830,000 of them; those of an import become durable
with their batch, so that a run that goes on knows them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Protocol

from tortoise.connection import get_connection

from civicgraph.enterprises.models import EnterpriseImportCode


class Codes(Protocol):
    """What is known of the codes of earlier batches."""

    async def earlier(self, codes: list[str]) -> dict[str, int]:
        """Those among these that stood in the file before, each with its line."""
        ...

    async def keep(self, lines: Mapping[str, int]) -> None:
        """Remember the codes of a batch, each with its line."""
        ...


class NoCodes:
    """Of rows that are sent by the API, which are one batch."""

    async def earlier(self, codes: list[str]) -> dict[str, int]:
        """None."""
        return {}

    async def keep(self, lines: Mapping[str, int]) -> None:
        """There is no later batch."""


class ImportCodes:
    """Of a file that is checked or entered in batches, in the transaction of each of them."""

    def __init__(self, number: int) -> None:
        self._number = number

    async def earlier(self, codes: list[str]) -> dict[str, int]:
        """By the index of the file's codes."""
        kept = EnterpriseImportCode.filter(of_id=self._number, credit_code__in=codes)
        return {str(code): int(line) for code, line in await kept.values_list("credit_code", "line")}

    async def keep(self, lines: Mapping[str, int]) -> None:
        """Durable with the batch."""
        connection = get_connection("default")
        marks = "$1, $2, $3" if connection.capabilities.dialect == "postgres" else "?, ?, ?"
        statement = f"INSERT INTO enterprise_import_code (of_id, credit_code, line) VALUES ({marks})"
        await connection.execute_many(statement, [[self._number, code, line] for code, line in lines.items()])

    async def forget(self) -> None:
        """All of them: the file is checked, entered, or put aside."""
        await EnterpriseImportCode.filter(of_id=self._number).delete()


class PassingCodes:
    """Of a file that is only checked and leaves nothing behind: in a file that the system throws away by itself."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("")  # SQLite's own temporary file: in memory as long as it is small
        self._kept.execute("CREATE TABLE code (credit_code TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")

    async def earlier(self, codes: list[str]) -> dict[str, int]:
        """By the table's key."""
        marks = ", ".join("?" * len(codes))
        return dict(self._kept.execute(f"SELECT credit_code, line FROM code WHERE credit_code IN ({marks})", codes))

    async def keep(self, lines: Mapping[str, int]) -> None:
        """Until it is closed."""
        self._kept.executemany("INSERT INTO code VALUES (?, ?)", lines.items())

    def close(self) -> None:
        """Throw them away."""
        self._kept.close()

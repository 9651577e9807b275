"""How a value is written: what every type's scalars look like, and what the databases write in their own ways."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any


@cache
def snake(name: str) -> str:
    """The column's name of a field's: startsAt, starts_at."""
    return re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name)


def plain(value: Any) -> Any:
    """A column's value as JSON has it: enumerations by name, times in UTC to the second."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def stored(value: Any) -> Any:
    """The same as the database sorts by it: enumerations as they are kept."""
    return value.value if isinstance(value, Enum) else plain(value)


def cursor_of(database: str, row: Any, columns: tuple[str, ...]) -> str:
    """A row's cursor: its order's values as JSON, in hexadecimal digits. PostgreSQL spaces its JSON."""
    values = [stored(getattr(row, column)) for column in columns]
    if database == "sqlite":
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode().hex().upper()
    return json.dumps(values, ensure_ascii=False, separators=(", ", ":")).encode().hex()


def keys_of(cursor: str) -> list[Any]:
    """The values in a cursor."""
    found: list[Any] = json.loads(bytes.fromhex(cursor))
    return found


def json_text(database: str, value: Any) -> str:
    """Stored JSON as text: SQLite keeps it as it was written, PostgreSQL shorter keys first, and spaced."""
    if database == "sqlite":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(_by_length(value), ensure_ascii=False, separators=(", ", ": "))


def _by_length(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _by_length(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key))}
    return [_by_length(one) for one in value] if isinstance(value, list) else value

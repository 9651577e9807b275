"""What a client sends to say which page: sizes, ids and cursors, checked before a statement runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import orjson
from graphql import GraphQLError

from civicgraph.graph.limits import bounded

if TYPE_CHECKING:
    from civicgraph.graph.rows import Run
    from civicgraph.graph.selection import Given

MAX_PAGE = 100


class BadPage(GraphQLError):
    """Arguments of a list that do not make a page."""

    code = "BAD_USER_INPUT"


def checked_ids(ids: Any) -> list[str]:
    """Ids of a request, as many as a page holds. Raises `BadPage` and `LimitExceeded`."""
    if len(ids) > MAX_PAGE:
        raise BadPage(f"`ids` holds {len(ids)}; it must be at most {MAX_PAGE}.")
    return [str(one) for one in bounded(ids)]


def key_of(global_id: Any, sql_type: str) -> Any:
    """The key in a global id; what is none is the key of no row."""
    key = str(global_id).partition(":")[2]
    if sql_type == "int":
        return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else -1
    return key


def checked_size(name: str, size: Any) -> int:
    """How many items are asked for. Raises `BadPage`."""
    if not isinstance(size, int) or not 0 <= size <= MAX_PAGE:
        raise BadPage(f"`{name}` is {size}; it must be between 0 and {MAX_PAGE}.")
    return size


def cursor_part(given: Given, index: int, columns: tuple[str, ...], sql_type: str) -> Callable[[Run], Any]:
    """The value of one of an order's columns in a cursor, found when a plan runs. That raises `BadPage`."""

    def find(run: Run) -> Any:
        return _decoded(bounded(given.find(run)), columns, index, sql_type)

    return find


def _decoded(cursor: Any, columns: tuple[str, ...], index: int, sql_type: str) -> Any:
    try:
        values = orjson.loads(bytes.fromhex(cursor))
        if not isinstance(values, list) or len(values) != len(columns):
            raise ValueError("wrong length")
        value = values[index]
        if sql_type == "moment":
            return datetime.fromisoformat(value)
        if sql_type == "day":
            return date.fromisoformat(value)
        if not isinstance(value, int if sql_type == "int" else str) or isinstance(value, bool):
            raise ValueError("wrong type")
        return value
    except (ValueError, TypeError):
        raise BadPage("This cursor does not belong to this list and order. Start from the first page.") from None

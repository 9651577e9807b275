"""What differs between SQLite's and PostgreSQL's SQL, and nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

MAX_PAIRS = 48  # PostgreSQL's functions take 100 arguments, SQLite's 127: key and value for each field


class Dialect(ABC):
    """SQL fragments that both databases have in their own words."""

    name: str
    true: str
    false: str

    @abstractmethod
    def placeholder(self, number: int, sql_type: str) -> str:
        """The `number`th parameter (from 1) of a type: text, int, moment, day or texts."""

    @abstractmethod
    def parameter(self, value: Any, sql_type: str) -> Any:
        """A Python value as the driver takes it."""

    @abstractmethod
    def json_object(self, pairs: Sequence[tuple[str, str]]) -> str:
        """A JSON object of names (GraphQL names: letters, digits, _) and SQL values."""

    def json_item(self, pairs: Sequence[tuple[str, str]]) -> str:
        """The same of each row of a list; no value is an aggregate."""
        return self.json_object(pairs)

    def json_one(self, pairs: Sequence[tuple[str, str]], rows: str) -> str:
        """The same of the first of some rows (`FROM …` and what follows); null when there are none."""
        return f"(SELECT {self.json_object(pairs)} {rows} LIMIT 1)"

    def json_list(self, pairs: Sequence[tuple[str, str]], rows: str) -> tuple[str, str]:
        """JSON objects of all of some rows (what stands behind `FROM`) as an array, and what to select it from."""
        return self.json_array(self.json_object(pairs)), rows

    @abstractmethod
    def json_array(self, item: str, condition: str = "", order: str = "") -> str:
        """The rows' items as a JSON array, empty when there are none."""

    @abstractmethod
    def joined(self, arrays: Sequence[str]) -> str:
        """JSON arrays one behind the other as one; null counts as empty."""

    @abstractmethod
    def first(self, value: str, condition: str) -> str:
        """The value of the first row of those that a condition lets through, as they come; all of them without one."""

    @abstractmethod
    def last(self, value: str, condition: str) -> str:
        """The same of the last row."""

    @abstractmethod
    def boolean(self, sql: str) -> str:
        """A truth value as JSON; null stays null."""

    def sure(self, sql: str) -> str:
        """The same of one that is never null."""
        return self.boolean(sql)

    @abstractmethod
    def moment(self, sql: str) -> str:
        """A time as GraphQL's DateTime: ISO 8601, whole seconds, UTC."""

    @abstractmethod
    def day(self, sql: str) -> str:
        """A date as ISO 8601."""

    def name_of_enum(self, sql: str) -> str:
        """A stored value of an enumeration as GraphQL names it."""
        return f"upper({sql})"

    @abstractmethod
    def stored_json(self, sql: str) -> str:
        """A JSON column as JSON."""

    @abstractmethod
    def text(self, sql: str) -> str:
        """Anything as text."""

    @abstractmethod
    def least(self, sql: str, bound: int) -> str:
        """A number, bounded above."""

    @abstractmethod
    def share(self, part: str, whole: str) -> str:
        """A part of a count as a Float to four places, half of the last counting up; null of nothing."""

    @abstractmethod
    def is_in(self, sql: str, values: str) -> str:
        """Membership in a parameter of type `texts`."""

    @abstractmethod
    def holds(self, sql: str, text: str) -> str:
        """Whether a text holds another, whatever the case of A to Z."""

    @abstractmethod
    def each_word(self, sql: str, alias: str) -> str:
        """Words of letters and digits, parted by spaces, as rows with a `value`: what stands behind `FROM`."""

    @abstractmethod
    def each_id(self, values: str) -> tuple[str, str, str]:
        """Global ids of a parameter of type `texts` as rows `i` with `ordinal`: source, type name, key."""

    @abstractmethod
    def number(self, sql: str) -> str:
        """A text as the number of a row; what is none is the number of no row."""

    @abstractmethod
    def plain_json(self, sql: str) -> str:
        """JSON of a scalar subquery inside a CASE, where some databases forget that it is JSON."""

    @abstractmethod
    def covered(self, sql: str, prefixes: str) -> str:
        """Whether a code begins with one of a parameter's prefixes."""

    @abstractmethod
    def cursor(self, values: Sequence[str]) -> str:
        """An opaque cursor of the order columns' values."""

    @abstractmethod
    def looked_at(self, sql: str) -> str:
        """A value that is only looked at in the rows that something else finds: no index is taken for it."""

    def mostly(self, sql: str) -> str:
        """A condition that most rows fulfil."""
        return sql

    @abstractmethod
    def merged(self, selects: Sequence[str], order: str, most: int) -> str:
        """Selects as one in an order (`ORDER BY …`, or none), of which no more than `most` rows are wanted."""

    @abstractmethod
    def limited(self, select: str, count: str, most: int) -> str:
        """The first `count` rows of a select; the count, a parameter or a sum with one, is never above `most`."""

    @abstractmethod
    def statement(self, sql: str) -> str:
        """The whole statement: one row, one column, JSON in UTF-8."""


class SQLite(Dialect):
    """SQLite 3.40 or newer."""

    name = "sqlite"
    true = "1"
    false = "0"

    def placeholder(self, number: int, sql_type: str) -> str:
        return f"?{number}"

    def parameter(self, value: Any, sql_type: str) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(" ", "seconds")
        if sql_type == "texts":
            return orjson.dumps(value).decode()
        return int(value) if isinstance(value, bool) else value

    def json_object(self, pairs: Sequence[tuple[str, str]]) -> str:
        if len(pairs) <= MAX_PAIRS:
            return f"json_object({', '.join(f'{chr(39)}{name}{chr(39)}, {value}' for name, value in pairs)})"
        head, tail = self.json_object(pairs[:MAX_PAIRS]), self.json_object(pairs[MAX_PAIRS:])
        return f"json(substr({head}, 1, length({head}) - 1) || ',' || substr({tail}, 2))"

    def json_array(self, item: str, condition: str = "", order: str = "") -> str:
        return f"json_group_array({item})" + (f" FILTER (WHERE {condition})" if condition else "")

    def joined(self, arrays: Sequence[str]) -> str:
        each = " UNION ALL ".join(f"SELECT value FROM json_each({array})" for array in arrays)
        return f"(SELECT json_group_array(json(e.value)) FROM ({each}) e)"

    def first(self, value: str, condition: str) -> str:
        return f"({self.json_array(value, condition)} ->> '$[0]')"

    def last(self, value: str, condition: str) -> str:
        return f"({self.json_array(value, condition)} ->> '$[#-1]')"

    def boolean(self, sql: str) -> str:
        return f"json(CASE WHEN {sql} THEN 'true' WHEN NOT ({sql}) THEN 'false' END)"

    def sure(self, sql: str) -> str:
        return f"json(CASE WHEN {sql} THEN 'true' ELSE 'false' END)"

    def moment(self, sql: str) -> str:
        return f"(substr({sql}, 1, 10) || 'T' || substr({sql}, 12, 8) || '+00:00')"

    def day(self, sql: str) -> str:
        return f"substr({sql}, 1, 10)"

    def stored_json(self, sql: str) -> str:
        return f"json({sql})"

    def text(self, sql: str) -> str:
        return f"CAST({sql} AS TEXT)"

    def least(self, sql: str, bound: int) -> str:
        return f"min({sql}, {bound})"

    def share(self, part: str, whole: str) -> str:
        # In whole numbers: `round` would see 0.01875 as the little less that a binary fraction keeps of it.
        return f"((20000 * {part} + {whole}) / (2 * nullif({whole}, 0)) / 10000.0)"

    def is_in(self, sql: str, values: str) -> str:
        return f"{sql} IN (SELECT value FROM json_each({values}))"

    def holds(self, sql: str, text: str) -> str:
        return f"instr(lower({sql}), lower({text})) > 0"

    def each_word(self, sql: str, alias: str) -> str:
        return f"""json_each('["' || replace({sql}, ' ', '","') || '"]') {alias}"""

    def each_id(self, values: str) -> tuple[str, str, str]:
        rows = f"(SELECT key AS ordinal, value AS id, instr(value || ':', ':') AS colon FROM json_each({values}))"
        return f"{rows} i", "substr(i.id, 1, i.colon - 1)", "substr(i.id, i.colon + 1)"

    def number(self, sql: str) -> str:
        return f"(CASE WHEN {sql} <> '' AND {sql} NOT GLOB '*[^0-9]*' AND length({sql}) < 19 THEN CAST({sql} AS INTEGER) ELSE -1 END)"

    def plain_json(self, sql: str) -> str:
        return f"json({sql})"

    def covered(self, sql: str, prefixes: str) -> str:
        return f"EXISTS (SELECT 1 FROM json_each({prefixes}) p WHERE substr({sql}, 1, length(p.value)) = p.value)"

    def cursor(self, values: Sequence[str]) -> str:
        return f"hex(json_array({', '.join(values)}))"

    def looked_at(self, sql: str) -> str:
        return f"+{sql}"

    def merged(self, selects: Sequence[str], order: str, most: int) -> str:
        return f"{' UNION ALL '.join(selects)}{order}"

    def limited(self, select: str, count: str, most: int) -> str:
        # A bare parameter would make SQLite prepare the statement anew at each run, to look at its value.
        return f"{select} LIMIT {count}"

    def statement(self, sql: str) -> str:
        return f"SELECT CAST({sql} AS BLOB)"


MAX_NAME = 63
_ROW = '"{}"'  # no response name looks like this, which would stand before the row
_AS_JSON = f"row_to_json({_ROW})"


def _columns(pairs: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f'{value} AS "{name}"' for name, value in pairs)


class PostgreSQL(Dialect):
    """PostgreSQL 14 or newer.

    Objects of rows are made from rows of their own, which costs a tenth less than functions of names and values.
    """

    name = "postgres"
    true = "true"
    false = "false"
    _types = {
        "text": "text",
        "code": "text",
        "int": "bigint",
        "moment": "timestamptz",
        "texts": "text[]",
        "day": "date",
    }

    def placeholder(self, number: int, sql_type: str) -> str:
        return f"${number}::{self._types[sql_type]}"

    def parameter(self, value: Any, sql_type: str) -> Any:
        if sql_type == "text" and value is not None:
            return str(value).replace("\x00", "")  # PostgreSQL's text holds no NUL
        return [str(one).replace("\x00", "") for one in value] if sql_type == "texts" else value

    def json_object(self, pairs: Sequence[tuple[str, str]]) -> str:
        if len(pairs) <= MAX_PAIRS:
            return f"json_build_object({', '.join(f'{chr(39)}{name}{chr(39)}, {value}' for name, value in pairs)})"
        head, tail = self.json_object(pairs[:MAX_PAIRS]), self.json_object(pairs[MAX_PAIRS:])
        return f"(left({head}::text, -1) || ',' || substr({tail}::text, 2))::json"

    def json_item(self, pairs: Sequence[tuple[str, str]]) -> str:
        if self._fit_a_row(pairs):
            return f"(SELECT {_AS_JSON} FROM (SELECT {_columns(pairs)}) {_ROW})"
        return self.json_object(pairs)

    def json_one(self, pairs: Sequence[tuple[str, str]], rows: str) -> str:
        if self._fit_a_row(pairs):
            return f"(SELECT {_AS_JSON} FROM (SELECT {_columns(pairs)} {rows} LIMIT 1) {_ROW})"
        return super().json_one(pairs, rows)

    def json_list(self, pairs: Sequence[tuple[str, str]], rows: str) -> tuple[str, str]:
        if self._fit_a_row(pairs):
            return self.json_array(_AS_JSON), f"(SELECT {_columns(pairs)} FROM {rows}) {_ROW}"
        return super().json_list(pairs, rows)

    @staticmethod
    def _fit_a_row(pairs: Sequence[tuple[str, str]]) -> bool:
        """Whether names are no longer than PostgreSQL's: it would cut off what is longer."""
        return all(len(name) <= MAX_NAME for name, _ in pairs)

    def json_array(self, item: str, condition: str = "", order: str = "") -> str:
        ordered = f" ORDER BY {order}" if order else ""
        filtered = f" FILTER (WHERE {condition})" if condition else ""
        return f"coalesce(json_agg({item}{ordered}){filtered}, '[]'::json)"

    def joined(self, arrays: Sequence[str]) -> str:
        each = " UNION ALL ".join(f"SELECT json_array_elements({array}) AS value" for array in arrays)
        return f"(SELECT {self.json_array('e.value')} FROM ({each}) e)"

    def first(self, value: str, condition: str) -> str:
        filtered = f" FILTER (WHERE {condition})" if condition else ""
        return f"(array_agg({value}){filtered})[1]"

    def last(self, value: str, condition: str) -> str:
        filtered = f" FILTER (WHERE {condition})" if condition else ""
        return f"(array_agg({value}){filtered})[count(*){filtered}]"

    def boolean(self, sql: str) -> str:
        return f"({sql})"

    def moment(self, sql: str) -> str:
        return f"date_trunc('second', {sql})"  # in JSON it is ISO 8601 by itself, and readers keep to UTC

    def day(self, sql: str) -> str:
        return f"({sql})::date"

    def name_of_enum(self, sql: str) -> str:
        return f"""upper({sql} COLLATE "C")"""  # A to Z alone: in another order it would look at each sign's case

    def stored_json(self, sql: str) -> str:
        return f"({sql})::json"

    def text(self, sql: str) -> str:
        return f"({sql})::text"

    def least(self, sql: str, bound: int) -> str:
        return f"least({sql}, {bound})"

    def share(self, part: str, whole: str) -> str:
        return f"(trim_scale(round(1.0 * {part} / nullif({whole}, 0), 4)) + 0.0)"

    def is_in(self, sql: str, values: str) -> str:
        return f"{sql} = ANY({values})"

    def holds(self, sql: str, text: str) -> str:
        return f"strpos(lower({sql}), lower({text})) > 0"

    def each_word(self, sql: str, alias: str) -> str:
        return f"unnest(string_to_array({sql}, ' ')) {alias} (value)"

    def each_id(self, values: str) -> tuple[str, str, str]:
        rows = f"unnest({values}) WITH ORDINALITY AS i (id, ordinal)"
        return rows, "split_part(i.id, ':', 1)", "substr(i.id, strpos(i.id || ':', ':') + 1)"

    def number(self, sql: str) -> str:
        return f"(CASE WHEN {sql} ~ '^[0-9]{{1,18}}$' THEN ({sql})::bigint ELSE -1 END)"

    def plain_json(self, sql: str) -> str:
        return sql

    def covered(self, sql: str, prefixes: str) -> str:
        return f"EXISTS (SELECT 1 FROM unnest({prefixes}) p WHERE starts_with({sql}, p))"

    def cursor(self, values: Sequence[str]) -> str:
        return f"encode(convert_to(json_build_array({', '.join(values)})::text, 'UTF8'), 'hex')"

    def looked_at(self, sql: str) -> str:
        return sql

    def mostly(self, sql: str) -> str:
        # PostgreSQL takes what it has no statistics of for one row of two hundred, but a CASE for one of two.
        return f"CASE WHEN {sql} THEN true ELSE false END"

    def merged(self, selects: Sequence[str], order: str, most: int) -> str:
        # It merges what comes in order, and would sort all that does not say so.
        each = " UNION ALL ".join(f"({select}{order} LIMIT {most})" for select in selects)
        return f"SELECT * FROM ({each}) ways{order}"

    def limited(self, select: str, count: str, most: int) -> str:
        # A limit that it does not know makes PostgreSQL plan for a tenth of the table, and plan anew at each run.
        return f"SELECT * FROM ({select} LIMIT {most}) p LIMIT {count}"

    def statement(self, sql: str) -> str:
        return f"SELECT {sql}"

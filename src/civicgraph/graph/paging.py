"""Connections: bounded pages by keyset, capped totals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, get_named_type

from civicgraph.graph import cost
from civicgraph.graph.cursors import MAX_PAGE, checked_size
from civicgraph.graph.listed import Listed
from civicgraph.graph.mapped import Mapped, Paged
from civicgraph.graph.rows import Row, Run, columns
from civicgraph.graph.selection import Given, collect

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler

DEFAULT_PAGE = 20
MAX_OWNED = 200
COUNT_CAP = 100
"""Totals are counted this far: what is beyond costs more than anybody learns from it."""


def connection(
    compiler: Compiler,
    parent_type: GraphQLObjectType,
    nodes: list[FieldNode],
    declared: Paged,
    parent: tuple[Mapped, Row] | None,
) -> str:
    """SQL for the JSON of a connection field."""
    return _Page(compiler, parent_type, nodes, declared, parent).sql()


def items(compiler: Compiler, parent_type: GraphQLObjectType, nodes: list[FieldNode]) -> str:
    """SQL for the JSON array of a root list's `nodes` alone."""
    declared = compiler.declared(parent_type, nodes[0].name.value)
    assert isinstance(declared, Paged)
    return _Page(compiler, parent_type, nodes, declared, None).items()


class _Page(Listed):
    """One connection as JSON."""

    is_numbered = True
    """Whether each row has its number, by which those of the page are known."""
    is_counted = False
    """Whether the document asks for the total."""

    @property
    def _counted(self) -> str:
        """The name of the total in the statement."""
        return f"n{self.row.alias}"

    def sql(self) -> str:
        """`(SELECT json …)` for what the document selects of the connection."""
        sets = [node.selection_set for node in self.nodes if node.selection_set]
        selected = collect(self.c.selection, self.type, sets)  # type: ignore[arg-type]
        wanted = {fields[0].name.value for fields in selected.values()}
        self.is_counted = not wanted.isdisjoint(("totalCount", "totalCountIsCapped"))
        asks_info = any(self._needs_rows(fields) for fields in selected.values())
        has_rows = asks_info or not wanted.isdisjoint(("nodes", "edges"))
        self.is_numbered = self.is_backward or (asks_info and not (self._total_tells or self._is_asked_apart))
        # Counts alone need no size, and PostgreSQL cannot tell the type of a parameter that is not used.
        is_compared = has_rows or any(self._asks_for_more(fields) for fields in selected.values())
        size = self._size() if is_compared else ""
        listed = [name for name, fields in selected.items() if fields[0].name.value == "nodes"]
        if asks_info or self.is_backward or "edges" in wanted or len(listed) != 1:
            listed = []  # then the rows themselves are looked at, or more than once
        items = [(name, self._item(selected[name], name)) for name in listed]
        parts = {name: self._part(fields, size, name) for name, fields in selected.items() if name not in listed}
        source = self._rows(size) if has_rows else ""
        for name, item in items:
            parts[name], source = self.c.dialect.json_list(item, source)
        body = self.c.dialect.json_object([(name, parts[name]) for name in selected])
        counted = f"({self._count()}) {self._counted}" if self.is_counted else ""
        if source and counted:
            return f"(SELECT (SELECT {body} FROM {source}) FROM {counted})"
        return f"(SELECT {body} FROM {source or counted})" if source or counted else f"(SELECT {body})"

    def items(self) -> str:
        """`(SELECT array …)` of the items."""
        sets = [node.selection_set for node in self.nodes if node.selection_set]
        (fields,) = collect(self.c.selection, self.type, sets).values()  # type: ignore[arg-type]
        self.is_numbered, size = False, self._size()
        item = self._item(fields, fields[0].name.value)
        array, source = self.c.dialect.json_list(item, self._rows(size))
        return f"(SELECT {array} FROM {source})"

    @property
    def _total_tells(self) -> bool:
        """Whether the total, counted anyway and further than a page goes, tells if there is more after this page."""
        return self._is_plain and self.is_counted and self.given.keys().isdisjoint(("after", "before"))

    @property
    def _is_asked_apart(self) -> bool:
        """Whether it is asked apart if there is more after this page: where indexes lead to the rows, that is cheap."""
        return self._is_plain and not self._total_tells and self.is_led_by_indexes()

    @property
    def _is_plain(self) -> bool:
        """Whether rows are better not numbered: SQLite copies them for that, which costs a quarter of a page.

        PostgreSQL takes the last of the rows by their numbers; there they cost little.
        """
        return self.c.dialect.name == "sqlite" and not self.is_backward

    def _has_more(self, size: str) -> str:
        """SQL: whether there are more rows than the page has."""
        if self._total_tells:
            return f"({self._counted}.n > {size})"
        if not self._is_asked_apart:
            return f"(count(*) > {size})"
        row = self.c.row(self.mapped)
        asked = self.asked(row, [*self.conditions(row), *self.after(row)], size, MAX_PAGE)
        rows = self.selected(row, replace(asked, columns="1"))
        return (
            f"(count(*) = {size} AND EXISTS ({rows} LIMIT 1 OFFSET {size} + 0))"  # a page that is not full is the last
        )

    def _needs_rows(self, fields: list[FieldNode]) -> bool:
        """Whether it is a `pageInfo` that only rows can give.

        Without an aggregate over the rows the answer would be one for each of them, or none.
        """
        if fields[0].name.value != "pageInfo":
            return False
        known = {"__typename", self._known_side[0], *(["hasNextPage"] if self._total_tells else [])}
        return any(inner[0].name.value not in known for inner in self._info(fields).values())

    def _asks_for_more(self, fields: list[FieldNode]) -> bool:
        """Whether it is a `pageInfo` that asks if there is more after this page (before it, where one goes backward)."""
        more = "hasPreviousPage" if self.is_backward else "hasNextPage"
        is_info = fields[0].name.value == "pageInfo"
        return is_info and any(inner[0].name.value == more for inner in self._info(fields).values())

    def _info(self, fields: list[FieldNode]) -> dict[str, list[FieldNode]]:
        sets = [node.selection_set for node in fields if node.selection_set]
        return collect(self.c.selection, self.c.schema.type_map["PageInfo"], sets)  # type: ignore[arg-type]

    @property
    def _known_side(self) -> tuple[str, bool]:
        """The field of `pageInfo` that the arguments tell, by Relay's rule: what a cursor was taken from stands there."""
        return (
            ("hasNextPage", "before" in self.given) if self.is_backward else ("hasPreviousPage", "after" in self.given)
        )

    def _item(self, fields: list[FieldNode], response_name: str) -> list[tuple[str, str]]:
        with self.c.inside(response_name, self._items):
            return self.c.pairs(self.mapped, self.row, fields)

    def _part(self, fields: list[FieldNode], size: str, response_name: str) -> str:
        with self.c.inside(response_name, self._items if fields[0].name.value in ("nodes", "edges") else None):
            return self._field(fields, size)

    def _field(self, fields: list[FieldNode], size: str) -> str:
        name = fields[0].name.value
        inside = f"{self.row.alias}.rn <= {size}" if self.is_numbered else ""
        order = f"{self.row.alias}.rn DESC" if self.is_backward else ""
        if name == "nodes":
            return self.c.dialect.json_array(self.c.item(self.mapped, self.row, fields), inside, order)
        if name == "edges":
            return self.c.dialect.json_array(self._edge(fields), inside, order)
        if name == "pageInfo":
            return self._page_info(fields, size)
        if name == "totalCount":
            self.c.charge(cost.TOTAL)
            return self.c.dialect.least(f"{self._counted}.n", COUNT_CAP)
        if name == "totalCountIsCapped":
            return self.c.dialect.boolean(f"{self._counted}.n > {COUNT_CAP}")
        return f"'{self.type.name}'"

    def _edge(self, fields: list[FieldNode]) -> str:
        edge_type = get_named_type(self.type.fields["edges"].type)  # type: ignore[union-attr]
        sets = [node.selection_set for node in fields if node.selection_set]
        pairs = []
        for name, inner in collect(self.c.selection, edge_type, sets).items():  # type: ignore[arg-type]
            wanted = inner[0].name.value
            if wanted == "node":
                pairs.append((name, self.c.item(self.mapped, self.row, inner)))
            else:
                pairs.append((name, self._cursor() if wanted == "cursor" else f"'{edge_type.name}'"))
        return self.c.dialect.json_object(pairs)

    def _page_info(self, fields: list[FieldNode], size: str) -> str:
        dialect = self.c.dialect
        known, is_there = self._known_side
        more = "hasPreviousPage" if self.is_backward else "hasNextPage"
        asks_for_more = self._asks_for_more(fields)  # else it would bind values for nothing
        values = {
            more: dialect.sure(self._has_more(size)) if asks_for_more else "",
            known: dialect.boolean(dialect.true if is_there else dialect.false),
            "startCursor": self._cursor_at(size, is_end=False),
            "endCursor": self._cursor_at(size, is_end=True),
            "__typename": "'PageInfo'",
        }
        return dialect.json_object([(name, values[inner[0].name.value]) for name, inner in self._info(fields).items()])

    def _cursor_at(self, size: str, *, is_end: bool) -> str:
        """The cursor at an end of the page: made once, of the values that the row there has."""
        dialect = self.c.dialect
        inside = f"{self.row.alias}.rn <= {size}" if self.is_numbered else ""
        # PostgreSQL's rows come as they are numbered, backwards too.
        is_last = is_end != (self.is_backward and dialect.name == "postgres")
        at = dialect.last if is_last else dialect.first
        cursor = dialect.cursor([at(self._key_text(name), inside) for name in self.cursor_columns])
        filtered = f" FILTER (WHERE {inside})" if inside else ""
        return f"CASE WHEN count(*){filtered} > 0 THEN {cursor} END"

    def _cursor(self) -> str:
        return self.c.dialect.cursor([self._key_text(name) for name in self.cursor_columns])

    def _key_text(self, name: str) -> str:
        return self.c.dialect.moment(self.row[name]) if self.is_moment(name) else self.row[name]

    def _rows(self, size: str) -> str:
        """The page's rows in their order; numbered, and one more than asked for, where that is to be told."""
        conditions = self.conditions(self.row)
        conditions += self.after(self.row)
        is_descending = self.order.is_descending != self.is_backward
        alias, limit, most = self.row.alias, f"{size} + {int(self.is_numbered)}", MAX_PAGE + 1
        asked = self.asked(self.row, conditions, limit, most)
        wanted = columns(self.row) or "1"
        found = self.selected(self.row, replace(asked, columns=wanted, is_descending=is_descending, is_ordered=True))
        inner = self.c.dialect.limited(found, limit, most)
        if not self.is_numbered:
            return f"({inner}) {alias}"
        # The rows come in order: a window that is told so would sort them again.
        rows = f"SELECT row_number() OVER () AS rn, d.* FROM ({inner}) d"
        if self.is_backward and self.c.dialect.name == "sqlite":
            rows = f"SELECT * FROM ({rows}) ORDER BY rn DESC"
        return f"({rows}) {alias}"

    def _count(self) -> str:
        return f"SELECT count(*) AS n FROM ({self.found(lambda _row: '1', COUNT_CAP + 1, is_count=True)}) l"

    def _size(self) -> str:
        return self.c.value(self._items, "int", share=None if self._asked_size else "default page")

    @property
    def _asked_size(self) -> Given | None:
        return self.given.get("last" if self.is_backward else "first")

    def _items(self, run: Run) -> int:
        """The page's size in a run. Raises `BadPage`."""
        name = "last" if self.is_backward else "first"
        return checked_size(name, self._asked_size.find(run)) if self._asked_size else DEFAULT_PAGE

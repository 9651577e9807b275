"""Connections: bounded pages by keyset, capped totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, get_named_type

from civicgraph.graph import cost
from civicgraph.graph.cursors import MAX_PAGE, checked_size, cursor_part
from civicgraph.graph.filters import FILTERS, ORDERS, Order
from civicgraph.graph.hits import Asked
from civicgraph.graph.mapped import MAPPED, Mapped, Paged
from civicgraph.graph.rows import Row, Run, columns
from civicgraph.graph.selection import Given, arguments_of, collect, fields_of

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


def first_rows(
    compiler: Compiler,
    parent_type: GraphQLObjectType,
    node: FieldNode,
    wanted: Callable[[Row, Mapping[str, Given]], str],
    most: int,
) -> tuple[str, str]:
    """SQL for some of the rows that a root list finds, in the columns that are `wanted`. `most` rows are looked at.

    Where words or a filter without an index are given beside others, one that has an index finds the rows that are looked
    at, and the others choose among them. Then SQL of those comes first, and the rest reads them as `looked`.
    """
    declared = compiler.declared(parent_type, node.name.value)
    assert isinstance(declared, Paged)
    page = _Page(compiler, parent_type, [node], declared, None)
    given = page.filters_given()
    driving = page.driving()
    if len(given) <= len(driving) or page.is_led_by_indexes():
        return "", page.found(lambda row: wanted(row, given), most)
    return page.looked_through(lambda row: wanted(row, given), driving, most)


class _Page:
    """One connection while it is compiled."""

    def __init__(
        self,
        compiler: Compiler,
        parent_type: GraphQLObjectType,
        nodes: list[FieldNode],
        declared: Paged,
        parent: tuple[Mapped, Row] | None,
    ) -> None:
        self.c = compiler
        self.declared = declared
        self.definition = parent_type.fields[nodes[0].name.value]
        self.type = get_named_type(self.definition.type)
        self.mapped = MAPPED[get_named_type(self.type.fields["nodes"].type).name]  # type: ignore[union-attr]
        self.nodes = nodes
        self.given = arguments_of(compiler.selection, self.definition, nodes[0])
        self.parent = parent
        self.is_backward = "last" in self.given and "first" not in self.given
        self.order = self._order()
        self.row = compiler.row(self.mapped)
        self._counted = f"n{self.row.alias}"
        self.is_numbered = True

    def _order(self) -> Order:
        orders = ORDERS[f"{self.mapped.name}Order"]
        chosen = self.given.get("order_by")
        return orders[chosen.value.name] if chosen else next(iter(orders.values()))

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
        pairs = [(name, self._part(fields, size, name)) for name, fields in selected.items()]
        body = self.c.dialect.json_object(pairs)
        page = f"(SELECT {body} FROM {self._rows(size)})" if has_rows else f"(SELECT {body})"
        if self.is_counted:
            return f"(SELECT {page} FROM ({self._count()}) {self._counted})"
        return page

    def items(self) -> str:
        """`(SELECT array …)` of the items."""
        sets = [node.selection_set for node in self.nodes if node.selection_set]
        (fields,) = collect(self.c.selection, self.type, sets).values()  # type: ignore[arg-type]
        self.is_numbered, size = False, self._size()
        array = self._part(fields, size, fields[0].name.value)
        return f"(SELECT {array} FROM {self._rows(size)})"

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
        asked = self._asked(row, [*self._conditions(row), *self._after(row)], size, MAX_PAGE)
        rows = self._selected(row, replace(asked, columns="1"))
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

    def _part(self, fields: list[FieldNode], size: str, response_name: str) -> str:
        with self.c.inside(response_name, self._items if fields[0].name.value in ("nodes", "edges") else None):
            return self._field(fields, size)

    def _field(self, fields: list[FieldNode], size: str) -> str:
        name = fields[0].name.value
        inside = f"{self.row.alias}.rn <= {size}" if self.is_numbered else ""
        order = f"{self.row.alias}.rn DESC" if self.is_backward else ""
        if name == "nodes":
            return self.c.dialect.json_array(self.c.object(self.mapped, self.row, fields), inside, order)
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
                pairs.append((name, self.c.object(self.mapped, self.row, inner)))
            else:
                pairs.append((name, self._cursor() if wanted == "cursor" else f"'{edge_type.name}'"))
        return self.c.dialect.json_object(pairs)

    def _page_info(self, fields: list[FieldNode], size: str) -> str:
        dialect, rn = self.c.dialect, f"{self.row.alias}.rn"
        known, is_there = self._known_side
        inside = f"{rn} <= {size}" if self.is_numbered else ""
        first = dialect.nearest(self._cursor(), inside, rn, is_reversed=self.is_backward)
        last = dialect.furthest(self._cursor(), inside, rn, is_reversed=self.is_backward)
        more = "hasPreviousPage" if self.is_backward else "hasNextPage"
        asks_for_more = self._asks_for_more(fields)  # else it would bind values for nothing
        values = {
            more: dialect.sure(self._has_more(size)) if asks_for_more else "",
            known: dialect.boolean(dialect.true if is_there else dialect.false),
            "startCursor": last if self.is_backward else first,
            "endCursor": first if self.is_backward else last,
            "__typename": "'PageInfo'",
        }
        return dialect.json_object([(name, values[inner[0].name.value]) for name, inner in self._info(fields).items()])

    def _cursor(self) -> str:
        return self.c.dialect.cursor([self._key_text(name) for name in self._cursor_columns])

    @property
    def _cursor_columns(self) -> tuple[str, ...]:
        return (self.mapped.key,) if self.order.is_private else self.order.columns

    def _key_text(self, name: str) -> str:
        return self.c.dialect.moment(self.row[name]) if self._is_moment(name) else self.row[name]

    def _is_moment(self, name: str) -> bool:
        source = self.mapped.model._meta.fields_map.get(name)
        return type(source).__name__ == "DatetimeField"

    def _key_type(self, name: str) -> str:
        source = type(self.mapped.model._meta.fields_map.get(name)).__name__
        return {"DatetimeField": "moment", "BigIntField": "int", "IntField": "int", "DateField": "day"}.get(
            source, "text"
        )

    def _rows(self, size: str) -> str:
        """The page's rows in their order; numbered, and one more than asked for, where that is to be told."""
        conditions = self._conditions(self.row)
        conditions += self._after(self.row)
        is_descending = self.order.is_descending != self.is_backward
        alias, limit, most = self.row.alias, f"{size} + {int(self.is_numbered)}", MAX_PAGE + 1
        asked = self._asked(self.row, conditions, limit, most)
        wanted = columns(self.row) or "1"
        found = self._selected(self.row, replace(asked, columns=wanted, is_descending=is_descending, is_ordered=True))
        inner = self.c.dialect.limited(found, limit, most)
        if not self.is_numbered:
            return f"({inner}) {alias}"
        # The rows come in order: a window that is told so would sort them again.
        rows = f"SELECT row_number() OVER () AS rn, d.* FROM ({inner}) d"
        if self.is_backward and self.c.dialect.name == "sqlite":
            rows = f"SELECT * FROM ({rows}) ORDER BY rn DESC"
        return f"({rows}) {alias}"

    def _sort_key(self, name: str, row: Row) -> str:
        return row.driving_key if name == "id" and row.driving_key else row[name]

    def _conditions(self, row: Row) -> list[str]:
        row.is_by_id = self.order.columns == ("id",)
        conditions = []
        if self.parent is not None:
            parent, parent_row = self.parent
            conditions.append(
                self.c.joined(self.declared.link, self.declared.key, parent, parent_row, self.mapped, row, is_many=True)
            )
        if self.declared.where is not None:
            conditions.append(self.declared.where(self.c, row))
        conditions += self._filters(row)
        return [c for c in conditions if c] + self.c.visibility(self.mapped, row)

    def _filters(self, row: Row) -> list[str]:
        return self._of_filters(row, self.filters_given())

    def _of_filters(self, row: Row, given: Mapping[str, Given]) -> list[str]:
        declared = FILTERS[f"{self.mapped.name}Filter"]
        return [declared[name].condition(self.c, row, one) for name, one in given.items()]

    def driving(self) -> dict[str, Given]:
        """The filter whose index leads to the rows, if one that has an index is given: words before all others."""
        declared = FILTERS[f"{self.mapped.name}Filter"]
        served = {name: given for name, given in self.filters_given().items() if not declared[name].reason}
        first = sorted(served, key=lambda name: not declared[name].search_table)[:1]
        return {name: served[name] for name in first}

    def filters_given(self) -> dict[str, Given]:
        """The filters that are given, by their names."""
        if "filter" not in self.given:
            return {}
        node = next(argument.value for argument in self.nodes[0].arguments or () if argument.name.value == "filter")
        return fields_of(self.c.selection, node, self.given["filter"], self.definition.args["filter"].type)

    def _count(self) -> str:
        return f"SELECT count(*) AS n FROM ({self.found(lambda _row: '1', COUNT_CAP + 1, is_count=True)}) l"

    def found(self, wanted: Callable[[Row], str], most: int, *, is_count: bool = False) -> str:
        """The first rows, `most` at most and in no order, in columns of SQL.

        All that lies in a place (or an industry) with others below it is counted on PostgreSQL by the index that gives the
        page: without an order it would read one of all places, from its start to this place, since it believes them mixed.
        """
        row = self.c.row(self.mapped)
        conditions = self._conditions(row)
        names = wanted(row)
        asked = replace(self._asked(row, conditions, str(most), most), columns=names)
        is_placed = len(self.filters_given()) == 1 and any("substr(" in one for one in conditions)
        is_ordered = is_count and is_placed and self.c.dialect.name == "postgres" and not row.hits
        return f"{self._selected(row, replace(asked, is_ordered=is_ordered))} LIMIT {most}"

    def _asked(self, row: Row, conditions: list[str], limit: str, most: int) -> Asked:
        """A list of as many rows as the limit says, which is `most` at most; any will do."""
        source = row.source or f'"{self.mapped.table}" {row.alias}'
        keys, is_driven = [self._sort_key(name, row) for name in self.order.columns], bool(row.source)
        return Asked("", source, row.alias, conditions, keys, self.order.is_descending, False, limit, most, is_driven)

    def _selected(self, row: Row, asked: Asked) -> str:
        """The rows of a list, to which its limit is put."""
        if row.hits and row.hits.condition in asked.conditions:
            return row.hits.rows(asked)
        if row.ways and row.ways.condition in asked.conditions:
            return row.ways.rows(asked, self.c.dialect)
        return asked.select(asked.conditions)

    def is_led_by_indexes(self) -> bool:
        """Whether the database itself may choose which of the filters leads, since each has an index like the others."""
        declared = FILTERS[f"{self.mapped.name}Filter"]
        return not any(declared[name].reason or declared[name].search_table for name in self.filters_given())

    def looked_through(self, wanted: Callable[[Row], str], driving: Mapping[str, Given], most: int) -> tuple[str, str]:
        """The first rows that `driving` lets through, and those of them that fit all that is given."""
        row = self.c.row(self.mapped)
        row.is_by_id = self.order.columns == ("id",)
        first = [one for one in self._of_filters(row, driving) if one]
        row.is_by_id = False  # the others choose among these rows and lead to none
        others = {name: given for name, given in self.filters_given().items() if name not in driving}
        conditions = [one for one in self._of_filters(row, others) if one] + self.c.visibility(self.mapped, row)
        names = wanted(row)
        asked = self._asked(row, first, str(most), most)
        is_ordered = self.c.dialect.name == "sqlite" or not row.hits
        looked = self._selected(row, replace(asked, columns=columns(row), is_ordered=is_ordered))
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"{looked} LIMIT {most}", f"SELECT {names} FROM looked {row.alias}{where}"

    def _size(self) -> str:
        return self.c.value(self._items, "int", share=None if self._asked_size else "default page")

    @property
    def _asked_size(self) -> Given | None:
        return self.given.get("last" if self.is_backward else "first")

    def _items(self, run: Run) -> int:
        """The page's size in a run. Raises `BadPage`."""
        name = "last" if self.is_backward else "first"
        return checked_size(name, self._asked_size.find(run)) if self._asked_size else DEFAULT_PAGE

    def _after(self, row: Row) -> list[str]:
        """What keeps rows behind the cursors that are given."""
        found = []
        for argument, is_after in (("after", True), ("before", False)):
            given = self.given.get(argument)
            if given is None:
                continue
            comparison = ">" if is_after != self.order.is_descending else "<"
            keys = [self._sort_key(name, row) for name in self.order.columns]
            values = [
                self.c.value(
                    cursor_part(given, index, self._cursor_columns, self._key_type(name)), self._key_type(name)
                )
                for index, name in enumerate(self._cursor_columns)
            ]
            found.append(f"({', '.join(keys)}) {comparison} ({self._cursor_values(values)})")
        return found

    def _cursor_values(self, values: list[str]) -> str:
        """The order's values of a cursor's row: in the cursor, or found by the key that it holds."""
        if not self.order.is_private:
            return ", ".join(values)
        row = self.c.row(self.mapped)
        wanted = ", ".join(row[name] for name in self.order.columns)
        return f'SELECT {wanted} FROM "{self.mapped.table}" {row.alias} WHERE {row[self.mapped.key]} = {values[0]}'

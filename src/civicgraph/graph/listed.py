"""Which rows a list has: its filters, its order, what its cursors say, as SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, get_named_type

from civicgraph.graph.cursors import cursor_part
from civicgraph.graph.filters import FILTERS, ORDERS, Order
from civicgraph.graph.hits import Asked
from civicgraph.graph.mapped import MAPPED, Mapped, Paged
from civicgraph.graph.rows import Row, columns
from civicgraph.graph.selection import Given, arguments_of, fields_of

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler


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
    rows = Listed(compiler, parent_type, [node], declared, None)
    given = rows.filters_given()
    driving = rows.driving()
    if len(given) <= len(driving) or rows.is_led_by_indexes():
        return "", rows.found(lambda row: wanted(row, given), most)
    return rows.looked_through(lambda row: wanted(row, given), driving, most)


class Listed:
    """The rows of one connection while it is compiled."""

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

    def _order(self) -> Order:
        orders = ORDERS[f"{self.mapped.name}Order"]
        chosen = self.given.get("order_by")
        return orders[chosen.value.name] if chosen else next(iter(orders.values()))

    def _sort_key(self, name: str, row: Row) -> str:
        return row.driving_key if name == "id" and row.driving_key else row[name]

    def conditions(self, row: Row) -> list[str]:
        """What the rows of the list fulfil, wherever in it a page begins."""
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

    def found(self, wanted: Callable[[Row], str], most: int, *, is_count: bool = False) -> str:
        """The first rows, `most` at most and in no order, in columns of SQL.

        All that lies in a place (or an industry) with others below it is counted on PostgreSQL by the index that gives the
        page: without an order it would read one of all places, from its start to this place, since it believes them mixed.
        """
        row = self.c.row(self.mapped)
        conditions = self.conditions(row)
        names = wanted(row)
        asked = replace(self.asked(row, conditions, str(most), most), columns=names)
        is_placed = len(self.filters_given()) == 1 and any("substr(" in one for one in conditions)
        is_ordered = is_count and is_placed and self.c.dialect.name == "postgres" and not row.hits
        return f"{self.selected(row, replace(asked, is_ordered=is_ordered))} LIMIT {most}"

    def asked(self, row: Row, conditions: list[str], limit: str, most: int) -> Asked:
        """A list of as many rows as the limit says, which is `most` at most; any will do."""
        source = row.source or f'"{self.mapped.table}" {row.alias}'
        keys, is_driven = [self._sort_key(name, row) for name in self.order.columns], bool(row.source)
        return Asked("", source, row.alias, conditions, keys, self.order.is_descending, False, limit, most, is_driven)

    def selected(self, row: Row, asked: Asked) -> str:
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
        asked = self.asked(row, first, str(most), most)
        is_ordered = self.c.dialect.name == "sqlite" or not row.hits
        looked = self.selected(row, replace(asked, columns=columns(row), is_ordered=is_ordered))
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"{looked} LIMIT {most}", f"SELECT {names} FROM looked {row.alias}{where}"

    def after(self, row: Row) -> list[str]:
        """What keeps rows behind the cursors that are given."""
        found = []
        for argument, is_after in (("after", True), ("before", False)):
            given = self.given.get(argument)
            if given is None:
                continue
            comparison = ">" if is_after != self.order.is_descending else "<"
            keys = [self._sort_key(name, row) for name in self.order.columns]
            values = [
                self.c.value(cursor_part(given, index, self.cursor_columns, self._key_type(name)), self._key_type(name))
                for index, name in enumerate(self.cursor_columns)
            ]
            found.append(f"({', '.join(keys)}) {comparison} ({self._cursor_values(values)})")
        return found

    @property
    def cursor_columns(self) -> tuple[str, ...]:
        """What of a row stands in its cursor."""
        return (self.mapped.key,) if self.order.is_private else self.order.columns

    def is_moment(self, name: str) -> bool:
        """Whether a column holds a time."""
        source = self.mapped.model._meta.fields_map.get(name)
        return type(source).__name__ == "DatetimeField"

    def _key_type(self, name: str) -> str:
        source = type(self.mapped.model._meta.fields_map.get(name)).__name__
        return {"DatetimeField": "moment", "BigIntField": "int", "IntField": "int", "DateField": "day"}.get(
            source, "text"
        )

    def _cursor_values(self, values: list[str]) -> str:
        """The order's values of a cursor's row: in the cursor, or found by the key that it holds."""
        if not self.order.is_private:
            return ", ".join(values)
        row = self.c.row(self.mapped)
        wanted = ", ".join(row[name] for name in self.order.columns)
        return f'SELECT {wanted} FROM "{self.mapped.table}" {row.alias} WHERE {row[self.mapped.key]} = {values[0]}'

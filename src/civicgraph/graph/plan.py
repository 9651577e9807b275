"""Compile the selection of a document to SQL. Pure: it reads declarations and builds text.

Shape of the SQL: a JSON object of scalar subqueries; relations are correlated scalar subqueries; a
connection is an inner select with condition, order and limit, and the JSON around it. Values only
ever travel as parameters, each known by how to find it in the variables or the actor at run time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    SelectionSetNode,
    get_named_type,
    is_enum_type,
    is_list_type,
)

from civicgraph.graph import cost, cursors, facets, found, paging, ranked, search, sums
from civicgraph.graph.cost import Size, Term
from civicgraph.graph.dialects import Dialect
from civicgraph.graph.mapped import (
    MAPPED,
    META,
    Column,
    Declared,
    Faceted,
    Found,
    Link,
    Mapped,
    Paged,
    Ranked,
    Related,
    RootOne,
    Split,
    Summed,
)
from civicgraph.graph.rows import Row, Run, Slot, columns
from civicgraph.graph.selection import Given, Selection, arguments_of, collect, stored

__all__ = ["Compiler", "Row", "Run", "Slot", "Unplannable", "columns", "declared_of"]


_OF_LISTS: dict[type, Callable[..., str]] = {Faceted: facets.counted, Found: found.results, Ranked: ranked.items}
TYPE = "@type"
"""Where an object that graphql-core walks through says its type: no response name looks like this."""


class Unplannable(Exception):
    """The planner does not take this operation; graphql-core runs it."""


def declared_of(parent: GraphQLObjectType, name: str) -> Any:
    """The mapping behind a field of the schema, or None."""
    definition = parent.fields[name].extensions.get("strawberry-definition")
    return definition.metadata.get(META) if definition is not None else None


@dataclass
class Compiler:
    """Compiles one operation for one class of viewer in one dialect."""

    schema: GraphQLSchema
    dialect: Dialect
    selection: Selection
    is_staff: bool
    is_walked: bool = False
    """Whether graphql-core walks through the answer: then each object says of which type it is."""
    slots: list[Slot] = field(default_factory=list)
    is_secret: bool = False
    costs: list[Term] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _sizes: list[Size] = field(default_factory=list)
    _aliases: int = 0
    _shared: dict[Any, str] = field(default_factory=dict)

    # What rules and declarations may use -------------------------------------------------

    def value(self, find: Callable[[Run], Any], sql_type: str = "text", share: Any = None) -> str:
        """A placeholder for what `find` gives at run time; the same `share` key is bound once."""
        if share is not None and share in self._shared:
            return self._shared[share]
        self.slots.append((find, sql_type))
        placeholder = self.dialect.placeholder(len(self.slots), sql_type)
        if share is not None:
            self._shared[share] = placeholder
        return placeholder

    def now(self) -> str:
        """The present moment."""
        return self.value(lambda run: run.now, "moment", share="now")

    def ago(self, time: timedelta) -> str:
        """The moment so long before the present one."""
        return self.value(lambda run: run.now - time, "moment", share=("ago", time))

    def person(self) -> str:
        """The actor's number, null for strangers."""
        return self.value(lambda run: run.actor.person_id, "int", share="person")

    def is_of_office(self) -> str:
        """Whether the actor holds any role; who acts for an enterprise holds none."""
        if not self.is_staff:
            return self.dialect.false
        return f"({self.value(lambda run: int(run.actor.has_office), 'int', share='office')} = 1)"

    def covers(self, code: str, capability: str) -> str:
        """Whether the actor holds `capability` over the division of SQL `code`."""
        if not self.is_staff:
            return self.dialect.false
        prefixes = self.value(lambda run: list(run.actor.prefixes(capability)), "texts", share=("covers", capability))
        return self.dialect.covered(code, prefixes)

    def within(self, code: str, given: Given) -> str:
        """Whether SQL `code` lies in the subtree of the given division, in the words of an index."""
        digits = len(given.value)
        if digits == 4:
            return self.dialect.mostly(f"substr({code}, 1, 4) = {given.sql(self)}")
        return f"{code} = {given.sql(self)}" if digits >= 12 else f"substr({code}, 1, {digits}) = {given.sql(self)}"

    def subtree(self, code: str, given: Given) -> str:
        """The same for an indexed code itself: a range, since the codes of a subtree share a prefix.

        It ends before the prefix and a letter: a letter stands after all digits, whatever order of texts a database keeps.
        """
        return f"({code} >= {given.sql(self)} AND {code} < {given.sql(self, 'text', lambda prefix: f'{prefix}a')})"

    def is_in(self, sql: str, given: Given) -> str:
        """Whether SQL `sql` is one of the given values; a single one is compared, so that its index gives the order."""
        if len(given.value) == 1:
            return f"{sql} = {given.sql(self, 'text', lambda values: stored(values[0]))}"
        return self.dialect.is_in(sql, given.sql(self, "texts"))

    def holds(self, sql: str, given: Given) -> str:
        """Whether SQL `sql` holds the given text, whatever the case of A to Z; no sign in it means more than itself."""
        return self.dialect.holds(sql, given.sql(self, "text"))

    def matches(self, table: str, row: Row, given: Given, *, is_by_ear: bool = False) -> str:
        """Whether the row's search terms hold the given words."""
        self.charge(cost.SEARCH)
        return search.condition(self, table, row, given, is_by_ear=is_by_ear)

    def find(self, target: str, link: Callable[[Row], str]) -> tuple[Row, str]:
        """A row of another mapped type for use in a condition: the row and `FROM … WHERE …`."""
        mapped = MAPPED[target]
        row = self.row(mapped)
        return row, f'FROM "{mapped.table}" {row.alias} WHERE {link(row)}'

    def row(self, mapped: Mapped) -> Row:
        """A fresh row of a type's table."""
        return Row(self.alias(), {**mapped.model._meta.fields_db_projection, **_keys(mapped)})

    def alias(self) -> str:
        """A fresh name for a source of rows."""
        self._aliases += 1
        return f"t{self._aliases}"

    def declared(self, parent: GraphQLObjectType, name: str) -> Any:
        """The mapping behind a field of the schema, or None."""
        return declared_of(parent, name)

    # Costs -------------------------------------------------------------------------------

    def charge(self, weight: int) -> None:
        """Add to the cost what is compiled now, as often as the lists around it are long."""
        self.costs.append(Term(".".join(self._path), weight, tuple(self._sizes)))

    @contextmanager
    def inside(self, name: str, size: Size | None = None) -> Iterator[None]:
        """While a field of this response name is compiled; with a size it is a list."""
        self._path.append(name)
        if size:
            self._sizes.append(size)
        try:
            yield
        finally:
            self._path.pop()
            if size:
                self._sizes.pop()

    # Selections --------------------------------------------------------------------------

    def root(self, root_type: GraphQLObjectType, selections: SelectionSetNode) -> str:
        """The statement for the root selection of a query."""
        pairs = []
        for name, nodes in collect(self.selection, root_type, [selections]).items():
            with self.inside(name):
                pairs.append((name, self.root_field(root_type, nodes)))
        return self.dialect.statement(self.dialect.json_object(pairs))

    def root_field(self, root_type: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        """SQL for one root field."""
        field_name = nodes[0].name.value
        if field_name == "__typename":
            return f"'{root_type.name}'"
        declared = declared_of(root_type, field_name) if field_name in root_type.fields else None
        if isinstance(declared, Paged):
            return paging.connection(self, root_type, nodes, declared, None)
        if isinstance(declared, Summed):
            return sums.whole(self, root_type, nodes, declared, None)
        if isinstance(declared, RootOne):
            self.is_secret = self.is_secret or declared.is_secret
            return self._root_one(root_type, nodes, declared)
        if type(declared) in _OF_LISTS:
            return _OF_LISTS[type(declared)](self, root_type, nodes, declared)
        if field_name == "node":
            return self._node(root_type, nodes)
        if field_name == "nodes":
            return self._nodes(root_type, nodes)
        raise Unplannable(field_name)

    def one_by_key(self, type_name: str, key: Any, nodes: list[FieldNode]) -> str:
        """The statement for the selection below `nodes` of the row with this key."""
        mapped = MAPPED[type_name]
        sql_type = "int" if mapped.model._meta.pk_attr == mapped.key == "id" else "text"
        placeholder = self.value(lambda run: key, sql_type)
        sql = self._single(mapped, nodes, lambda row: f"{row[mapped.key]} = {placeholder}")
        return self.dialect.statement(sql)

    def _root_one(self, root_type: GraphQLObjectType, nodes: list[FieldNode], declared: RootOne) -> str:
        definition = root_type.fields[nodes[0].name.value]
        given = arguments_of(self.selection, definition, nodes[0])
        mapped = MAPPED[get_named_type(definition.type).name]
        return self._single(mapped, nodes, lambda row: declared.where(self, row, **given))

    def _node(self, root_type: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        given = arguments_of(self.selection, root_type.fields["node"], nodes[0])["id"]
        wanted = given.sql(self, "text", lambda text: str(text).partition(":")[0])
        branches = []
        for mapped in (one for one in MAPPED.values() if one.is_node):
            sql_type = "int" if mapped.key == "id" else "text"
            key = given.sql(self, sql_type, partial(cursors.key_of, sql_type=sql_type))
            one = self._single(mapped, nodes, _has_key(mapped.key, key))
            branches.append(f"WHEN '{mapped.name}' THEN {one}")
        return f"(CASE {wanted} {' '.join(branches)} END)"

    def _nodes(self, root_type: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        """The same for a list of ids, which the statement goes through in its order."""
        given = arguments_of(self.selection, root_type.fields["nodes"], nodes[0])["ids"]

        def ids(run: Run) -> list[str]:
            return cursors.checked_ids(given.find(run))

        source, name, key = self.dialect.each_id(self.value(ids, "texts"))
        branches = []
        with self.inside("[]", lambda run: len(ids(run))):
            for mapped in (one for one in MAPPED.values() if one.is_node):
                is_number = mapped.key == "id"
                own = self.dialect.number(key) if is_number else key
                one = self._single(mapped, nodes, _has_key(mapped.key, own))
                branches.append(f"WHEN '{mapped.name}' THEN {one}")
        item = self.dialect.plain_json(f"(CASE {name} {' '.join(branches)} END)")
        return f"(SELECT {self.dialect.json_array(item, order='i.ordinal')} FROM {source})"

    def _single(
        self,
        mapped: Mapped,
        nodes: Iterable[FieldNode],
        condition: Callable[[Row], str],
        *,
        last_by: str = "",
        shown: str = "",
    ) -> str:
        row = self.row(mapped)
        where = " AND ".join([condition(row), *self.visibility(mapped, row, shown)])
        order = f" ORDER BY {row[last_by]} DESC" if last_by else ""
        rows = f'FROM "{mapped.table}" {row.alias} WHERE {where}{order}'
        return self.dialect.json_one(self.pairs(mapped, row, nodes), rows)

    def visibility(self, mapped: Mapped, row: Row, shown: str = "") -> list[str]:
        """The type's own predicate, applied at every edge that leads to it; not looked at where `shown` holds."""
        if not mapped.visible:
            return []
        visible = mapped.visible(self, row)
        return [f"({shown} OR {visible})" if shown else f"({visible})"]

    def item(self, mapped: Mapped, row: Row, nodes: Iterable[FieldNode]) -> str:
        """The JSON object of each row of a list for the merged selections of `nodes`."""
        return self.dialect.json_item(self.pairs(mapped, row, nodes))

    def pairs(self, mapped: Mapped, row: Row, nodes: Iterable[FieldNode]) -> list[tuple[str, str]]:
        """Names and values of a row's object for the merged selections of `nodes`."""
        graphql_type = self.schema.type_map[mapped.name]
        assert isinstance(graphql_type, GraphQLObjectType)
        self.charge(cost.OBJECT)
        sets = [node.selection_set for node in nodes if node.selection_set]
        pairs = [(TYPE, f"'{mapped.name}'")] if self.is_walked else []
        for name, fields in collect(self.selection, graphql_type, sets).items():
            with self.inside(name):
                pairs.append((name, self.field(graphql_type, mapped, row, fields)))
        return pairs

    def field(self, parent: GraphQLObjectType, mapped: Mapped, row: Row, nodes: list[FieldNode]) -> str:
        """SQL for one field of a row."""
        name = nodes[0].name.value
        if name == "__typename":
            return f"'{parent.name}'"
        declared = declared_of(parent, name)
        condition = declared.guard(self, row) if isinstance(declared, Declared) and declared.guard else ""
        if condition == self.dialect.false:
            return "NULL"  # and nothing below it is compiled: a parameter that stands nowhere is an error
        if isinstance(declared, Column):
            sql = self._column(parent.fields[name], mapped, row, declared, nodes[0])
        elif isinstance(declared, Related):
            sql = self._related(parent, mapped, row, nodes, declared)
        elif isinstance(declared, Paged):
            sql = paging.connection(self, parent, nodes, declared, (mapped, row))
        elif isinstance(declared, Summed):
            sql = sums.whole(self, parent, nodes, declared, row)
        elif isinstance(declared, Split):
            sql = sums.parts(self, mapped, row, nodes, declared)
        else:
            raise Unplannable(f"{parent.name}.{name}")
        return f"CASE WHEN {condition} THEN {sql} END" if condition else sql

    def _column(self, definition: GraphQLField, mapped: Mapped, row: Row, declared: Column, node: FieldNode) -> str:
        if declared.name == "@id":
            return f"('{mapped.name}:' || {self.dialect.text(row[mapped.key])})"
        given = arguments_of(self.selection, definition, node) if declared.arguments else {}
        sql = declared.sql(self, row, **given) if declared.sql else row[declared.name]
        return self.formatted(definition.type, sql)

    def formatted(self, graphql_type: GraphQLOutputType, sql: str) -> str:
        """A value in the exact form of its GraphQL type."""
        inner = graphql_type.of_type if isinstance(graphql_type, GraphQLNonNull) else graphql_type
        if is_list_type(inner):
            return self.dialect.stored_json(sql)
        if is_enum_type(inner):
            return self.dialect.name_of_enum(sql)
        name = get_named_type(inner).name
        if name == "Boolean":
            return self.dialect.boolean(sql)
        if name == "DateTime":
            return self.dialect.moment(sql)
        return self.dialect.day(sql) if name == "Date" else sql

    def _related(
        self, parent: GraphQLObjectType, mapped: Mapped, row: Row, nodes: list[FieldNode], declared: Related
    ) -> str:
        definition = parent.fields[nodes[0].name.value]
        target = MAPPED[get_named_type(definition.type).name]
        link = declared.link
        if link is not None and declared.arguments:
            link = partial(link, **arguments_of(self.selection, definition, nodes[0]))
        if not declared.is_many:
            return self._single(
                target,
                nodes,
                lambda child: self.joined(link, declared.key, mapped, row, target, child, is_many=False),
                last_by=declared.last_by,
                shown=declared.shows(self, row) if declared.shows else "",
            )
        child = self.row(target)
        with self.inside("[]", _owned):
            pairs = self.pairs(target, child, nodes)
        conditions = [
            self.joined(declared.link, declared.key, mapped, row, target, child, is_many=True),
            *self.visibility(target, child),
        ]
        keys = ", ".join(child[name] for name in declared.order)
        inner = f'SELECT {columns(child)} FROM "{target.table}" {child.alias} WHERE {" AND ".join(conditions)} ORDER BY {keys} LIMIT {paging.MAX_OWNED}'
        array, rows = self.dialect.json_list(pairs, f"({inner}) {child.alias}")
        return f"(SELECT {array} FROM {rows})"

    def joined(
        self, link: Link | None, key: str, parent: Mapped, row: Row, target: Mapped, child: Row, *, is_many: bool
    ) -> str:
        """The condition that joins a child row to its parent."""
        if link is not None:
            return link(self, row, child)
        if is_many:
            return f"{child[key]} = {row[parent.model._meta.pk_attr]}"
        return f"{child[target.model._meta.pk_attr]} = {row[key]}"


def _owned(_run: Run) -> int:
    return cost.OWNED


def _keys(mapped: Mapped) -> dict[str, str]:
    return {name: name for name in mapped.model._meta.fields_db_projection.values()}


def _has_key(name: str, key: str) -> Callable[[Row], str]:
    return lambda row: f"{row[name]} = {key}"

"""What lists of big tables offer has an index, or a reason to need none: checked when the schema is built.

Indexes are known from the models: keys, unique columns, `Meta.indexes`, and `sql_indexes` for those that
migrations make in SQL (`model.SqlIndexes`; a test compares them with the migrated databases). What is
joined by SQL of its own (`link`), and what visibility passes over, only the plans of statements can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from civicgraph.graph.filters import FILTERS, ORDERS, Filter, Order
from civicgraph.graph.mapped import MAPPED, Mapped, Paged, Related
from civicgraph.graph.plan import declared_of


class MissingIndex(Exception):
    """A list would read a big table from end to end; the message says where, and which index would help."""


def check(schema: GraphQLSchema) -> None:
    """Raises `MissingIndex`, which names everything that the schema offers and no index serves."""
    found = [*_relations(schema)]
    for mapped in MAPPED.values():
        if mapped.is_big:
            found += [*_orders(mapped), *_filters(mapped)]
    if found:
        raise MissingIndex("\n".join(dict.fromkeys(found)))


def reasons() -> dict[str, str]:
    """Why each filter or order that no index serves may be offered all the same, by its name."""
    found: dict[str, str] = {}
    for mapped in (one for one in MAPPED.values() if one.is_big):
        for kind, offered in ((f"{mapped.name}Filter", FILTERS), (f"{mapped.name}Order", ORDERS)):
            declared: Mapping[str, Filter | Order] = offered.get(kind, {})
            found |= {f"{kind}.{name}": one.reason for name, one in declared.items() if one.reason}
    return found


def _relations(schema: GraphQLSchema) -> Iterator[str]:
    """Lists below a row: in each of their orders, whatever their size, since foreign keys have no index by themselves."""
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType):
            continue
        for name, field in kind.fields.items():
            declared = declared_of(kind, name)
            if isinstance(declared, (Paged, Related)) and declared.key:
                target = get_named_type(field.type).name.removesuffix("Connection")
                model = MAPPED[target].model
                for order in _orders_of(declared, target):
                    if not _has(model, (declared.key, *order)):
                        yield _missing(f"{kind.name}.{name}", model, (declared.key, *order))


def _orders_of(declared: Paged | Related, target: str) -> list[tuple[str, ...]]:
    if isinstance(declared, Related):
        return [()] if declared.is_many else []  # short lists, sorted when they are read
    return [order.columns for order in ORDERS[f"{target}Order"].values() if not order.reason]


def _orders(mapped: Mapped) -> Iterator[str]:
    for name, order in ORDERS.get(f"{mapped.name}Order", {}).items():
        if not _has(mapped.model, order.columns):
            yield _missing(f"{mapped.name}Order.{name}", mapped.model, order.columns)


def _filters(mapped: Mapped) -> Iterator[str]:
    orders = [one for one in ORDERS.get(f"{mapped.name}Order", {}).values() if not one.reason]
    for name, declared in FILTERS.get(f"{mapped.name}Filter", {}).items():
        where = f"{mapped.name}Filter.{name}"
        if declared.index and not any(declared.index in _named(one.model) for one in MAPPED.values()):
            yield f"{where}: no model declares the index `{declared.index}`."
        if declared.reason or declared.search_table:
            continue
        if not (declared.columns or declared.index):
            yield f"{where}: say which columns it compares or which index serves it, or give the reason to need none."
        for column in declared.columns:
            for order in orders:
                if not _serves(mapped.model, declared, column, order):
                    yield _missing(where, mapped.model, (column, *order.columns))


def _serves(model: type[Model], declared: Filter, column: str, order: Order) -> bool:
    """Whether an index holds the filtered rows side by side and in the order; one row needs no order."""
    if column == order.columns[0]:
        return _has(model, order.columns)
    return not declared.is_range and ((column,) in _unique(model) or _has(model, (column, *order.columns)))


def _has(model: type[Model], columns: tuple[str, ...]) -> bool:
    """Whether an index of the model begins with these columns."""
    listed = [*_unique(model), *_declared(model, model._meta.indexes), *_named(model).values()]
    return any(index[: len(columns)] == columns for index in listed)


def _unique(model: type[Model]) -> list[tuple[str, ...]]:
    single = [(name,) for name, field in model._meta.fields_map.items() if field.unique or field.pk]
    return [*single, *_declared(model, model._meta.unique_together)]


def _declared(model: type[Model], indexes: Any) -> list[tuple[str, ...]]:
    """Indexes of the model's `Meta`, by columns."""
    fields = model._meta.fields_map
    found = [tuple(getattr(one, "fields", one)) for one in indexes]
    return [tuple(f"{n}_id" if isinstance(fields.get(n), ForeignKeyFieldInstance) else n for n in one) for one in found]


def _named(model: type[Model]) -> dict[str, tuple[str, ...]]:
    return getattr(model, "sql_indexes", {})


def _missing(where: str, model: type[Model], columns: tuple[str, ...]) -> str:
    return f"{where}: {model._meta.db_table} has no index ({', '.join(columns)}). Declare it, or give a reason."

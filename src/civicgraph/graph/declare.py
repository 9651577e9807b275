"""How a GraphQL type is declared over a table.

    @node(models.Event, visible=rules.visible_events)
    class Event:
        '''Something that takes place at a time.'''

        title = column()
        division = to_one("divisions.Division")
        programme = to_many("ProgrammeItem", key="event_id", order=("position", "id"))

Type, nullability and description of a column come from the model, where they are written once. The
planner reads the same declarations to build SQL; resolvers of graph-core read the planner's answer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Union

import strawberry
from strawberry.types.field import StrawberryField
from tortoise import fields as orm
from tortoise.models import Model

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
    Predicate,
    Ranked,
    Related,
    RootOne,
    Split,
    Summed,
)
from civicgraph.graph.types import MOST_COUNTED, BigInt, Connection, Facet, Node

if TYPE_CHECKING:
    from civicgraph.graph.facets import By

SCALARS: dict[type[orm.Field[Any]], type] = {
    orm.CharField: str,
    orm.TextField: str,
    orm.IntField: int,
    orm.SmallIntField: int,
    orm.BooleanField: bool,
    orm.DatetimeField: datetime,
    orm.DateField: date,
}


def column(name: str = "", *, description: str = "", guard: Predicate | None = None, python_type: Any = None) -> Any:
    """A column of the model, under its own name unless `name` says which; a key's type has to be said."""
    return Column(name=name, description=description, guard=guard, python_type=python_type)


def json_column(item: Any, *, description: str = "", guard: Predicate | None = None) -> Any:
    """A JSON column that holds a list of `item` (enumerations by their GraphQL names)."""
    return Column(python_type=list[item], is_json=True, description=description, guard=guard)


def computed(
    python_type: Any,
    sql: Callable[..., str],
    description: str,
    *,
    arguments: Mapping[str, Any] | None = None,
    guard: Predicate | None = None,
) -> Any:
    """A value computed by SQL over the row, with `arguments` by `sql(compiler, row, **arguments)`."""
    return Column(python_type=python_type, sql=sql, description=description, arguments=arguments, guard=guard)


def to_one(
    target: str,
    *,
    key: str = "",
    link: Callable[..., str] | None = None,
    arguments: Mapping[str, Any] | None = None,
    last_by: str = "",
    shows: Predicate | None = None,
    is_nullable: bool | None = None,
    description: str = "",
    guard: Predicate | None = None,
) -> Any:
    """One row of another type (`"room.Type"`, or `"Type"` of this room); see `Related`.

    With `arguments` the link is `link(compiler, row, child, **arguments)`.
    """
    return Related(
        target=target,
        key=key,
        link=link,
        last_by=last_by,
        shows=shows,
        arguments=arguments,
        is_nullable=is_nullable,
        description=description,
        guard=guard,
    )


def to_many(target: str, *, order: tuple[str, ...], key: str = "", link: Link | None = None, description: str) -> Any:
    """A short list owned by the row; long lists are connections."""
    return Related(target=target, key=key, link=link, is_many=True, order=order, description=description)


def connection(
    target: str, *, key: str = "", link: Link | None = None, description: str, guard: Predicate | None = None
) -> Any:
    """A list of any length under a row, paged by cursors."""
    return Paged(target=target, key=key, link=link, description=description, guard=guard)


def root_connection(target: str, *, where: Predicate | None = None, description: str) -> Any:
    """A list of any length at the root, paged by cursors; `where` narrows it beyond the type's visibility."""
    return Paged(target=target, where=where, description=description)


def root_one(
    target: str,
    *,
    arguments: Mapping[str, Any],
    where: Callable[..., str],
    description: str,
    is_secret: bool = False,
) -> Any:
    """One row at the root. `where(compiler, row, **arguments)` gets each argument as a placeholder maker.

    `is_secret` says that an argument is a secret: nobody on the way keeps the answer.
    """
    return RootOne(target=target, arguments=arguments, where=where, description=description, is_secret=is_secret)


def root_found(lists: Mapping[str, str], *, union: str, kinds: type[Enum], description: str) -> Any:
    """Rows of several types that hold the words, each list's by its filter `text`; `kinds` names the lists."""
    return Found(lists=lists, union=union, kinds=kinds, description=description)


def root_ranked(
    target: str, pick: Callable[..., str], *, arguments: Mapping[str, Any], most: int, cost: int, description: str
) -> Any:
    """The rows that fit best what the arguments say, the best first: see `graph.ranked`.

    `pick(compiler, **arguments)` gives SQL of their `id` and `place`, `most` at most; looking for them costs `cost`.
    """
    return Ranked(target=target, pick=pick, arguments=arguments, most=most, cost=cost, description=description)


def root_facets(target: str, *, list: str, facets: Mapping[str, By], description: str) -> Any:
    """How many of what a root list of `target` holds have which values: see `graph.facets`."""
    return Faceted(target=target, list=list, facets=facets, description=description)


def Ref(target: str, module: str) -> Any:  # noqa: N802 - stands where a type stands
    """The GraphQL type `target` by name: rooms refer to each other's types without importing them."""
    room, _, name = target.rpartition(".")
    return Annotated[name, strawberry.lazy(f"civicgraph.{room}.graph" if room else module)]


def node(
    model: type[Model], *, key: str = "", visible: Predicate | None = None, is_big: bool = False
) -> Callable[[type], type]:
    """Declare a type with a global id over `model`; rows where `visible` fails do not exist for the actor."""
    return _declare(model, key, visible, is_node=True, is_big=is_big)


def type_(model: type[Model], *, visible: Predicate | None = None, is_big: bool = False) -> Callable[[type], type]:
    """Declare a type without a global id: a part of another."""
    return _declare(model, "", visible, is_node=False, is_big=is_big)


def _declare(
    model: type[Model], key: str, visible: Predicate | None, *, is_node: bool, is_big: bool
) -> Callable[[type], type]:
    def decorate(cls: type) -> type:
        key_column = key or model._meta.pk_attr
        MAPPED[cls.__name__] = Mapped(cls.__name__, model, model._meta.db_table, key_column, visible, is_node, is_big)
        return strawberry.type(_with_fields(cls, model, (Node,) if is_node else ()), description=_doc(cls))

    return decorate


def root(cls: type) -> type:
    """Declare a room's root fields."""
    return strawberry.type(_with_fields(cls, None, ()), description=_doc(cls))


def followable(queries: type, *names: str) -> type:
    """The root fields of a room that can be followed: reads of these names, told again when they change."""
    definition: Any = queries.__strawberry_definition__  # type: ignore[attr-defined]
    fields = {one.python_name: one.metadata[META] for one in definition.fields}
    told = "Told now, and again each time that it has become another answer."
    followed = {name: replace(fields[name], description=f"{fields[name].description} {told}") for name in names}
    return root(type("Subscription", (), {"__module__": queries.__module__, "__doc__": queries.__doc__, **followed}))


def _doc(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split())


def _with_fields(cls: type, model: type[Model] | None, bases: tuple[type, ...]) -> type:
    namespace: dict[str, Any] = {"__doc__": cls.__doc__, "__module__": cls.__module__, "__annotations__": {}}
    if bases:
        namespace["__annotations__"]["id"] = strawberry.ID
        namespace["id"] = strawberry.field(
            description="Global id, opaque to clients.", metadata={META: Column(name="@id")}
        )
    for name, declared in vars(cls).items():
        if isinstance(declared, Declared):
            annotation, made = _field(name, declared, model, cls.__module__)
            namespace["__annotations__"][name] = annotation
            namespace[name] = made
    return type(cls.__name__, bases, namespace)


def _field(name: str, declared: Declared, model: type[Model] | None, module: str) -> tuple[Any, StrawberryField]:
    if isinstance(declared, Column):
        annotation = _column_type(name, declared, model)
        if declared.arguments:
            return annotation, _with_arguments(declared, annotation, declared.arguments)
    elif isinstance(declared, Related):
        annotation = _related_type(name, declared, model, module)
        if declared.arguments:
            return annotation, _with_arguments(declared, annotation, declared.arguments)
    elif isinstance(declared, Split):
        annotation = list[Ref(declared.target, module)]  # type: ignore[misc]
        annotation = annotation | None if declared.is_nullable else annotation
    elif isinstance(declared, Found):
        annotation = list[_union(declared, module)]  # type: ignore[misc]
        return annotation, _with_arguments(declared, annotation, _search_arguments(declared))
    elif isinstance(declared, Ranked):
        annotation = list[Ref(declared.target, module)]  # type: ignore[misc]
        return annotation, _with_arguments(declared, annotation, declared.arguments)
    elif isinstance(declared, (RootOne, Summed)):
        annotation = Ref(declared.target, module)
        if isinstance(declared, RootOne) or declared.is_nullable:
            annotation = annotation | None
        return annotation, _with_arguments(declared, annotation, declared.arguments)
    elif isinstance(declared, Faceted):
        annotation = _facets_type(declared)
        return annotation, _with_arguments(declared, annotation, _filter_argument(declared.target, module))
    else:
        assert isinstance(declared, Paged)
        annotation = Connection[Ref(declared.target, module)]  # type: ignore[misc]
        if declared.guard is not None:
            annotation = annotation | None
        return annotation, _with_arguments(declared, annotation, _paging_arguments(declared, module))
    return annotation, strawberry.field(
        description=declared.description, metadata={META: declared}, deprecation_reason=declared.deprecation
    )


def _column_type(name: str, declared: Column, model: type[Model] | None) -> Any:
    declared.name = declared.name or name
    if declared.python_type is None:
        assert model is not None
        source = model._meta.fields_map[declared.name]
        declared.description = declared.description or source.description or ""
        declared.python_type = _type_of(source)
    if declared.guard is not None:
        declared.python_type = declared.python_type | None
    return declared.python_type


def _type_of(source: orm.Field[Any]) -> Any:
    if isinstance(source, orm.data.CharEnumFieldInstance):
        found: Any = source.enum_type
    elif isinstance(source, orm.BigIntField):
        found = BigInt
    else:
        found = next(value for kind, value in SCALARS.items() if isinstance(source, kind))
    return found | None if source.null else found


def _related_type(name: str, declared: Related, model: type[Model] | None, module: str) -> Any:
    target = Ref(declared.target, module)
    if declared.is_many:
        return list[target]  # type: ignore[valid-type]
    if declared.link is None and not declared.key:
        declared.key = f"{name}_id"
    source = model._meta.fields_map.get(name) if model else None
    if declared.is_nullable is None:
        declared.is_nullable = source is None or source.null
    declared.description = declared.description or (source.description if source else "") or ""
    return target | None if declared.is_nullable or declared.guard else target


def _union(declared: Found, module: str) -> Any:
    members = tuple(Ref(target, module) for target in declared.lists.values())
    return Annotated[Union[members], strawberry.union(declared.union, description="Something that a search finds.")]  # type: ignore[valid-type]  # noqa: UP007


def _facets_type(declared: Faceted) -> type:
    """`<Target>Facets`: a list of values and counts for each facet, with how far was counted."""
    namespace: dict[str, Any] = {"__annotations__": {"counted": int, "is_capped": bool}}
    namespace["counted"] = strawberry.field(description=f"How many were counted, at most {MOST_COUNTED}.")
    namespace["is_capped"] = strawberry.field(
        description="Whether there may be more: then counts are at least so high. Of several filters one finds what is looked"
        f" at, {MOST_COUNTED} at most, and the others choose among that."
    )
    for name in declared.facets:
        namespace["__annotations__"][name] = list[Facet]
        said = f"By {name.removeprefix('by_').replace('_', ' ')}, the most frequent first."
        namespace[name] = strawberry.field(description=said)
    made = type(f"{declared.target}Facets", (), namespace)
    return strawberry.type(made, description=declared.description)


def _filter_argument(target: str, module: str) -> dict[str, Any]:
    return {"filter": (Ref(f"{target}Filter", module) | None, "Only items that fit all of these.")}


def _search_arguments(declared: Found) -> dict[str, Any]:
    return {
        "text": (str, "The words to look for."),
        "kinds": (list[declared.kinds] | None, "Only these kinds; all when it is not given."),  # type: ignore[name-defined]
        "first": (int | None, "How many of each kind, at most 100; 5 when it is not given."),
    }


def _paging_arguments(declared: Paged, module: str) -> dict[str, Any]:
    target = declared.target
    return {
        "first": (int | None, "How many items from the start, at most 100; 20 when neither is given."),
        "after": (str | None, "Continue after this cursor."),
        "last": (int | None, "How many items from the end, at most 100."),
        "before": (str | None, "Continue before this cursor."),
        **_filter_argument(target, module),
        "order_by": (Ref(f"{target}Order", module) | None, "The order of the list."),
    }


def _with_arguments(declared: Declared, annotation: Any, arguments: Mapping[str, Any]) -> StrawberryField:
    """A field with arguments; graphql-core's resolver is set when the schema is built (`graph.schema`)."""

    def resolve(self: Any, **_values: Any) -> Any:
        raise AssertionError("replaced when the schema is built")

    import inspect

    parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    for name, (kind, description) in arguments.items():
        is_optional = type(None) in getattr(kind, "__args__", ())
        parameters.append(
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=Annotated[kind, strawberry.argument(description=description)],
                default=None if is_optional else inspect.Parameter.empty,
            )
        )
    resolve.__signature__ = inspect.Signature(parameters, return_annotation=annotation)  # type: ignore[attr-defined]
    resolve.__annotations__ = {p.name: p.annotation for p in parameters[1:]} | {"return": annotation}
    resolve.__module__ = sys.modules[__name__].__name__
    return strawberry.field(resolver=resolve, description=declared.description, metadata={META: declared})

"""Mutations: a thin door to each operation.

    mutations(door(file_grievance, {"grievance": "Grievance", "tracking_secret": str}), ...)

The operation's input model becomes the GraphQL input, field by field with its descriptions. The
payload holds what the operation made, read back by the planner, or `errors` that say what is wrong.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import strawberry
import structlog
from pydantic.fields import FieldInfo
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from civicgraph.graph.declare import Ref
from civicgraph.graph.mapped import MAPPED
from civicgraph.graph.types import BigInt
from civicgraph.i18n import gettext
from civicgraph.operations import Conflict, Input, Operation, OperationError
from civicgraph.operations.errors import NOT_SAVED
from civicgraph.operations.inputs import models_in

log = structlog.get_logger()

_INPUTS: dict[type[Input], type] = {}


@strawberry.enum(description="What sort of trouble it is.")
class UserErrorCode(Enum):
    """The code of an error that the person can mend."""

    BAD_USER_INPUT = strawberry.enum_value("BAD_USER_INPUT", description="A value breaks a rule.")
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="Your grants do not cover it.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="There is no such thing, or you may not see it.")
    CONFLICT = strawberry.enum_value(
        "CONFLICT", description="Somebody else changed it, or its state does not allow it."
    )
    LIMIT_EXCEEDED = strawberry.enum_value("LIMIT_EXCEEDED", description="Too many requests of this kind.")
    UNAVAILABLE = strawberry.enum_value(
        "UNAVAILABLE", description="Nothing can be saved just now, and nothing was; send it again in a few minutes."
    )


@strawberry.type(description="Why nothing was done, in the person's language.")
class UserError:
    """An error that the person can mend."""

    field: str | None = strawberry.field(description="Dotted path of the input field; null when it is about the whole.")
    code: UserErrorCode = strawberry.field(description="What sort of trouble it is.")
    reason: str = strawberry.field(description="The rule that was broken, as a stable word, for instance `missing`.")
    message: str = strawberry.field(description="What is wrong and what to do.")


@dataclass(frozen=True)
class Door:
    """An operation with the shape of its payload: results by name, a mapped type's name or a Python type."""

    operation: Operation[Any, Any]
    payload: Mapping[str, Any]
    description: str = ""
    check: Callable[[Mapping[str, Any]], None] | None = None
    answer: Callable[[Any], Mapping[str, Any]] | None = None


def door(
    operation: Operation[Any, Any],
    payload: Mapping[str, Any],
    description: str = "",
    *,
    check: Callable[[Mapping[str, Any]], None] | None = None,
    answer: Callable[[Any], Mapping[str, Any]] | None = None,
) -> Door:
    """Open `operation` as a mutation. Its result is a mapping of payload fields, or the row of the only one.

    `check` raises for input that other doors may give and this one may not; `answer` makes the payload of a result that
    other doors take as it is.
    """
    return Door(operation, payload, description, check, answer)


def mutations(name: str, *doors: Door) -> type:
    """A room's mutations as a Strawberry type."""
    module = inspect.currentframe().f_back.f_globals["__name__"]  # type: ignore[union-attr]
    namespace: dict[str, Any] = {"__module__": module, "__annotations__": {}}
    for opened in doors:
        namespace[opened.operation.name] = _field(opened, module)
    return strawberry.type(type(name, (), namespace), description="Everything that can be changed.")


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _payload_type(opened: Door, module: str) -> type:
    name = _camel(opened.operation.name) + "Payload"
    namespace: dict[str, Any] = {"__module__": module, "__annotations__": {}}
    for key, kind in opened.payload.items():
        if isinstance(kind, str):
            namespace["__annotations__"][key] = Ref(kind, module) | None
            type_name = kind.rpartition(".")[2]
            namespace[key] = strawberry.field(
                resolver=_row_resolver(key, type_name, Ref(kind, module) | None),
                description=f"The {type_name} after the change; null when nothing was done.",
            )
        else:
            namespace["__annotations__"][key] = kind | None
            namespace[key] = strawberry.field(description="Null when nothing was done.", default=None)
    namespace["__annotations__"]["errors"] = list[UserError]
    namespace["errors"] = strawberry.field(
        description="Why nothing was done; empty when it was done.", default_factory=list
    )
    namespace["__annotations__"]["rows"] = strawberry.Private[object]
    namespace["rows"] = None
    made = strawberry.type(type(name, (), namespace), description=f"What `{opened.operation.name}` answers.")
    setattr(sys.modules[module], name, made)
    return made


def _row_resolver(key: str, type_name: str, annotation: Any) -> Any:
    async def resolve(self: Any, info: strawberry.Info) -> Any:
        row = (self.rows or {}).get(key)
        if row is None:
            return None
        raw = info._raw_info
        return await raw.context.engine.resolve_key(raw, type_name, getattr(row, MAPPED[type_name].key))

    resolve.__annotations__ = {"info": strawberry.Info, "return": annotation}
    return resolve


def _field(opened: Door, module: str) -> Any:
    payload = _payload_type(opened, module)
    input_type = input_of(opened.operation.input)
    operation = opened.operation
    single = next(iter(opened.payload)) if len(opened.payload) == 1 else ""

    async def resolve(self: Any, info: strawberry.Info, input: Any) -> Any:
        actor = info.context.actor
        info.context.is_write = True
        try:
            given = to_plain(input, operation.input)
            if opened.check:
                opened.check(given)
            result = await operation(actor, given)
        except OperationError as error:
            return payload(errors=user_errors(error))
        except IntegrityError:
            return payload(errors=user_errors(Conflict({}, 0)))
        except (OperationalError, TransactionManagementError) as error:  # full, read-only or locked: nothing was saved
            log.error("mutation.not_saved", operation=operation.name, reason=type(error).__name__)
            return payload(errors=[_unsaved()])
        if opened.answer:
            result = opened.answer(result)
        found = dict(result) if isinstance(result, Mapping) else {single: result}
        plain = {key: value for key, value in found.items() if not isinstance(opened.payload.get(key), str)}
        return payload(rows=found, errors=[], **{k: v for k, v in plain.items() if k in opened.payload})

    description = opened.description or operation.description
    resolve.__annotations__ = {
        "info": strawberry.Info,
        "input": Annotated[input_type, strawberry.argument(description="What to do it with.")],
        "return": payload,
    }
    return strawberry.mutation(resolver=resolve, description=" ".join(description.split()))


def _unsaved() -> UserError:
    return UserError(field=None, code=UserErrorCode.UNAVAILABLE, reason="unavailable", message=gettext(NOT_SAVED))


def user_errors(error: OperationError) -> list[UserError]:
    """An operation's errors as GraphQL shows them."""
    return [
        UserError(
            field=_camel_path(one.field) or None, code=UserErrorCode[error.code], reason=one.code, message=one.message
        )
        for one in error.errors
    ]


def _camel_path(path: str) -> str:
    return ".".join(part[:1] + _camel(part)[1:] if part else part for part in path.split("."))


def input_of(model: type[Input]) -> type:
    """The GraphQL input of an input model; a description is the label, and the help where there is one."""
    if model not in _INPUTS:
        name = model.__name__ + "Input"
        namespace: dict[str, Any] = {"__module__": __name__, "__annotations__": {}, "__doc__": model.__doc__}
        for key, declared in model.model_fields.items():
            namespace["__annotations__"][key] = _input_type(declared.annotation, declared)
            optional = {} if declared.is_required() else {"default": strawberry.UNSET}
            namespace[key] = strawberry.field(description=_words(declared), **optional)
        made = type(name, (), namespace)
        _INPUTS[model] = strawberry.input(made, description=" ".join((model.__doc__ or "").split()))
    return _INPUTS[model]


def _words(declared: FieldInfo) -> str:
    parts = [str(part).rstrip(".") + "." for part in (declared.title, declared.description) if part]
    return " ".join(parts)


def _input_type(annotation: Any, declared: FieldInfo | None = None) -> Any:
    found = _plain_type(annotation)
    if declared is not None and _is_big(declared):
        found = BigInt | None if NoneType in get_args(found) else BigInt
    is_optional = declared is not None and not declared.is_required()
    return found | None if is_optional and NoneType not in get_args(found) else found


def _is_big(declared: FieldInfo) -> bool:
    """Whether its rule lets it be larger than GraphQL's Int: then the scalar is another."""
    return any(isinstance(bound := getattr(rule, "le", None), int) and bound >= 2**31 for rule in declared.metadata)


def _plain_type(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain_type(get_args(annotation)[0])
    if origin in (Union, UnionType):
        inner = [_plain_type(one) for one in get_args(annotation) if one is not NoneType]
        return inner[0] | None if NoneType in get_args(annotation) else inner[0]
    if origin in (list, tuple):
        return list[_plain_type(get_args(annotation)[0])]  # type: ignore[misc]
    if isinstance(annotation, type) and issubclass(annotation, Input):
        return input_of(annotation)
    if isinstance(annotation, type) and (
        issubclass(annotation, Enum) or annotation in (str, int, bool, date, datetime)
    ):
        return annotation
    raise TypeError(f"{annotation} has no GraphQL input type")


def to_plain(value: Any, model: type[Input]) -> dict[str, Any]:
    """A Strawberry input as the mapping that its model validates; what was not given stays out.

    So does null, which many clients send for what they leave unset, but where the model itself knows None:
    there it says that something is to be empty.
    """
    given = ((name, declared, getattr(value, name)) for name, declared in model.model_fields.items())
    return {
        name: _plain(one, declared.annotation)
        for name, declared, one in given
        if one is not strawberry.UNSET and (one is not None or NoneType in get_args(declared.annotation))
    }


def _plain(value: Any, annotation: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one, annotation) for one in value]
    if hasattr(value, "__strawberry_definition__") and not isinstance(value, Enum):
        return to_plain(value, next(one for one in models_in(annotation) if _INPUTS.get(one) is type(value)))
    return value


def unexpected(reference: str) -> str:
    """What a stranger is told of an error inside."""
    return gettext(
        "Something went wrong on our side. Nothing was changed. Reference: %(reference)s", reference=reference
    )

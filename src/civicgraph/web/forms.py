"""Forms: drawn from an input model, read back into it, errors beside the fields, nothing typed is lost.

An input model's field gives its label (title), help (description) and rule (constraints). The control
follows from its type; `json_schema_extra={"widget": …}` says otherwise: textarea, money (yuan on the
page, fen inside), clock (HH:MM, minutes after midnight inside), lines (a list, one a line), email,
tel, hidden, password, radios, several (text, or several choices that become one text, as a `RowControl` says).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Any, get_args
from urllib.parse import parse_qsl

import structlog
from pydantic.fields import FieldInfo
from starlette.exceptions import HTTPException
from starlette.requests import Request
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from civicgraph import clock
from civicgraph.i18n import N_, Labelled, gettext
from civicgraph.operations import Conflict, FieldError, Input, Operation, OperationError
from civicgraph.operations.inputs import MISSING
from civicgraph.permissions import Actor
from civicgraph.web import narrowing
from civicgraph.web.csrf import Token, is_same_origin, is_surely_ours
from civicgraph.web.fields import (
    as_shown,
    attributes,
    converted,
    for_model,
    item_model,
    max_length,
    min_length,
    type_of,
    widget_of,
)
from civicgraph.web.multipart import Body, is_multipart, read_parts

log = structlog.get_logger()

_NOT_SAVED = N_(
    "We cannot save anything just now, so this is not sent yet. What you wrote is still here: please send it again in a few minutes. If it cannot wait, call your community."
)
MAX_BYTES = 1_000_000
SPARE_ROWS = 1
Choices = Sequence[tuple[str, ...]]
RowControl = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""How a field of a row is drawn by what else the row says: what differs from the plain control, None for nothing."""
_HIDDEN = frozenset({"version", "id", "slug", "number", "idempotency_key"})


class StaleForm(HTTPException):
    """A form of our own pages whose cookie the browser has dropped since: a phone closes what stood open for long.

    Nothing may be done with it but to show it again. Whoever forgives it closes its `body`.
    """

    def __init__(self, body: Body) -> None:
        super().__init__(403)
        self.body = body


async def read_body(request: Request, *, forgives: bool = False) -> list[tuple[str, str]]:
    """The fields of a form that takes no files; see `read_form`."""
    try:
        body = await read_form(request, forgives=forgives)
    except StaleForm as stale:
        await stale.body.close()
        raise
    await body.close()
    return body.pairs


async def read_form(request: Request, *, forgives: bool = False) -> Body:
    """The form's fields in order, with its files. Refuses what is too large and what another site made the browser send.

    Who `forgives` gets `StaleForm` for one of ours without its cookie. Bytes that are no UTF-8 stay in the text as lone
    surrogates, so that the field's own check names them.
    """
    if not is_same_origin(request):
        raise HTTPException(403)
    body = await read_parts(request) if is_multipart(request) else Body(await read_pairs(request))
    given = next((value for name, value in body.pairs if name == "csrf"), "")
    body.pairs = [(name, value) for name, value in body.pairs if name != "csrf"]
    if not Token(request).matches(given):
        if forgives and is_surely_ours(request):
            raise StaleForm(body)
        await body.close()
        raise HTTPException(403)
    return body


async def read_pairs(request: Request) -> list[tuple[str, str]]:
    """The fields of a body as forms send them, at most 1 MB; UTF-8 that a client did not encode is taken as it comes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise HTTPException(413)
    return parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")


class Form:
    """One form: a model, the values shown, and what is wrong with them.

    `prefix` begins the ids of its controls: forms of one page need different ones.
    """

    def __init__(
        self,
        model: type[Input],
        values: Mapping[str, Any] | None = None,
        *,
        choices: Mapping[str, Choices] | None = None,
        controls: Mapping[str, RowControl] | None = None,
        leave_out: Sequence[str] = (),
        prefix: str = "f",
    ) -> None:
        self.model = model
        self.prefix = prefix
        self.values: dict[str, Any] = dict(values or {})
        self.choices = dict(choices or {})
        self.controls = dict(controls or {})
        self.leave_out = frozenset(leave_out)
        self.found: list[FieldError] = []
        self.conflict: list[dict[str, Any]] = []
        self.is_refused = False
        self.narrowed: dict[str, str] = {}

    # Reading ------------------------------------------------------------------------------

    def bind(self, pairs: list[tuple[str, str]]) -> None:
        """Take the values that were typed."""
        self.values = _typed(self.model, pairs, "", self.leave_out)
        self.narrowed = narrowing.asked(pairs)

    def ask_again(self, stale: StaleForm) -> None:
        """Nothing was done; what was typed stands there, to be sent once more."""
        self.bind(stale.body.pairs)
        words = N_("This page had stood open for long. Nothing is lost: please look at it and send it once more.")
        self.found, self.is_refused = [FieldError("", "stale", gettext(words))], True

    async def run(self, operation: Operation[Any, Any], actor: Actor, **fixed: Any) -> Any:
        """The operation's result, or None with the errors beside the fields."""
        try:
            return await operation(actor, {**for_model(self.model, self.values), **fixed})
        except Conflict as error:
            self._compare(error)
        except OperationError as error:
            if error.code in ("FORBIDDEN", "NOT_FOUND"):
                raise
            self.found = [self._said(one) for one in error.errors]
        except IntegrityError:
            self.found = Conflict({}, 0).errors
        except (
            OperationalError,
            TransactionManagementError,
        ) as error:  # the disk is full, the database is read-only or locked: nothing was saved
            log.error("form.not_saved", operation=operation.name, reason=type(error).__name__)
            self.found = [FieldError("", "unavailable", gettext(_NOT_SAVED))]
        self.is_refused = True
        return None

    def _compare(self, error: Conflict) -> None:
        """Somebody saved first: show their values beside mine; saving again is then a decision."""
        for name, declared in self.model.model_fields.items():
            if name in error.current and name not in self.leave_out:
                theirs, mine = (
                    _words(error.current[name], declared),
                    _words(_mine(self.values.get(name), declared), declared),
                )
                if theirs != mine:
                    self.conflict.append({"label": gettext(declared.title or name), "theirs": theirs, "mine": mine})
        if self.conflict:
            self.values["version"] = error.version
        else:
            self.found = error.errors

    # Drawing ------------------------------------------------------------------------------

    @property
    def fields(self) -> list[dict[str, Any]]:
        """All fields, in the model's order, as the `field` macro draws them."""
        return [self[name] for name in self.model.model_fields if name not in self.leave_out]

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self._field(name, self.model.model_fields[name], self.values.get(name), name)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The summary above the form."""
        return [
            {"id": self._id(e.field) if e.field else None, "label": self._label(e.field), "message": e.message}
            for e in self.found
        ]

    def _id(self, path: str) -> str:
        return f"{self.prefix}-{path.replace('.', '-')}"

    def _label(self, path: str) -> str:
        """What a field is called; in a row, which one it is: by the row's control, or by its number and name."""
        name, declared = self._declared(path)
        label = gettext(declared.title or name) if declared else ""
        top, _, rest = path.partition(".")
        number, _, inner = rest.partition(".")
        rows = self.values.get(top)
        if not inner or not number.isdigit() or not isinstance(rows, list) or int(number) >= len(rows):
            return label
        row = rows[int(number)] if isinstance(rows[int(number)], Mapping) else rows[int(number)].__dict__
        control = self.controls.get(f"{top}.{inner}")
        if control and (own := (control(row) or {}).get("label")):
            return str(own)
        called = next((f" “{row[one]}”" for one in ("title", "label", "name") if row.get(one)), "")
        words = N_("%(rows)s, no. %(number)s%(called)s, %(field)s")
        return gettext(
            words, rows=self._label(top), number=int(number) + 1, called=called if inner != "title" else "", field=label
        )

    def _declared(self, path: str) -> tuple[str, FieldInfo | None]:
        """The innermost field that a path leads to."""
        model: type[Input] = self.model
        found: tuple[str, FieldInfo | None] = ("", None)
        for part in path.split("."):
            if part.isdigit() or part not in model.model_fields:
                continue
            declared = model.model_fields[part]
            found = (part, declared)
            if inner := item_model(declared):
                model = inner
        return found

    def _said(self, error: FieldError) -> FieldError:
        """An error in the words of its control: nothing can be filled in where one chooses."""
        name, declared = self._declared(error.field)
        is_chosen = declared is not None and self._kind(name, declared) in ("select", "radios", "checkboxes")
        if is_chosen and error.code == "missing" and error.message == gettext(MISSING):
            return FieldError(error.field, error.code, gettext(N_("Please choose one.")))
        return error

    def _field(self, name: str, declared: FieldInfo, value: Any, path: str) -> dict[str, Any]:
        inner = item_model(declared)
        found = {
            "name": path,
            "id": self._id(path),
            "label": gettext(declared.title or name),
            "help": gettext(declared.description) if declared.description else None,
            "kind": "rows" if inner else self._kind(name, declared),
            "value": as_shown(value, declared),
            "error": " ".join(e.message for e in self.found if e.field == path) or None,
            "required": declared.is_required() or min_length(declared) > 0,
            "choices": self._choices(name, declared),
            "attrs": attributes(declared),
        }
        found |= narrowing.narrowed(found, self.narrowed.get(path), self.choices.get(name))
        if inner:
            rows = [row if isinstance(row, Mapping) else row.__dict__ for row in value or []]
            rows += [{}] * (SPARE_ROWS if rows else 2)
            found["rows"] = [
                [self._row_field(inner, part, row, f"{path}.{index}") for part in inner.model_fields]
                for index, row in enumerate(rows)
            ]
        return found

    def _row_field(self, model: type[Input], name: str, row: Mapping[str, Any], path: str) -> dict[str, Any]:
        made = self._field(name, model.model_fields[name], row.get(name), f"{path}.{name}")
        if control := self.controls.get(f"{path.partition('.')[0]}.{name}"):
            made |= control(row) or {}
            made |= narrowing.narrowed(made, self.narrowed.get(made["name"]), made["choices"])
        # A spare row may stay empty, so the browser must not insist; the server does, for rows in use.
        return {**made, "required": made["required"] and bool(row)}

    def _kind(self, name: str, declared: FieldInfo) -> str:
        widget = widget_of(declared)
        if name in _HIDDEN and name not in self.choices:
            return "hidden"
        if widget:
            plain_widgets = {"money": "text", "clock": "time", "lines": "textarea", "several": "text"}
            return plain_widgets.get(widget, widget)
        kind, is_list = type_of(declared)
        if name in self.choices or (isinstance(kind, type) and issubclass(kind, Enum)):
            return "checkboxes" if is_list else "select"
        plain = {bool: "checkbox", int: "number", date: "date", datetime: "datetime-local"}
        return plain.get(kind, "textarea" if max_length(declared) > 300 else "text")

    def _choices(self, name: str, declared: FieldInfo) -> list[tuple[str, ...]]:
        kind, is_list = type_of(declared)
        empty = [] if is_list or widget_of(declared) == "radios" else [("", gettext(N_("Please choose")))]
        if name in self.choices:
            return [*empty, *self.choices[name]]
        if isinstance(kind, type) and issubclass(kind, Labelled):
            if NoneType in get_args(declared.annotation):
                empty = [("", "—")]
            elif not declared.is_required():
                empty = []
            return [*empty, *((m.value, m.words) for m in kind)]
        return []


def _typed(
    model: type[Input], pairs: list[tuple[str, str]], prefix: str, leave_out: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The pairs of a form as nested values, still as typed. Rows that are wholly empty are left out."""
    values: dict[str, Any] = {}
    for name, declared in model.model_fields.items():
        if name in leave_out:
            continue
        path = f"{prefix}{name}"
        kind, is_list = type_of(declared)
        if inner := item_model(declared):
            numbers = sorted(
                {int(n) for key, _ in pairs for n in re.findall(rf"^{re.escape(path)}\.(\d{{1,4}})\.", key)}
            )
            rows = [_typed(inner, pairs, f"{path}.{number}.") for number in numbers]
            values[name] = [row for row in rows if any(v not in ("", [], False) for v in row.values())]
        elif is_list and widget_of(declared) != "lines":
            values[name] = [value for key, value in pairs if key == path and value]
        elif kind is bool:
            values[name] = any(key == path and value in ("true", "on", "1") for key, value in pairs)
        else:
            given = [value for key, value in pairs if key == path]
            if widget_of(declared) == "several":
                values[name] = "、".join(filter(None, given))
            elif given:
                values[name] = given[-1].replace("\r\n", "\n")
    return values


def _mine(value: Any, declared: FieldInfo) -> Any:
    return converted(value, declared) if isinstance(value, str) else value


def _words(value: Any, declared: FieldInfo) -> str:
    """A value in words, for comparing two editors' versions."""
    kind, _ = type_of(declared)
    if isinstance(value, str) and isinstance(kind, type) and issubclass(kind, Labelled) and value:
        value = next((member for member in kind if member.value == value), value)
    if isinstance(value, Labelled):
        return value.words
    if isinstance(value, bool):
        return gettext(N_("yes")) if value else gettext(N_("no"))
    if isinstance(value, list) and (inner := item_model(declared)):
        return "\n".join(_row_words(one, inner) for one in value)
    if isinstance(value, list):
        return "\n".join(str(_plain(one)) for one in value)
    return "" if value is None else str(as_shown(value, declared)).replace("T", " ")


def _row_words(row: Mapping[str, Any], model: type[Input]) -> str:
    given = [(row.get(name), declared) for name, declared in model.model_fields.items()]
    return " · ".join(_words(_mine(one, declared), declared) for one, declared in given if one not in (None, "", False))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.astimezone(clock.CITY_ZONE).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value

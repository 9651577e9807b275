"""The staff pages of a kind of listing: list, create, edit, publish and the like, history.

A room says which documents and operations there are; the pages are the same for all, and so are
optimistic locking, kept input and the trail of who changed what.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.operations import Input, Operation
from civicgraph.web.earlier import Earlier, earlier
from civicgraph.web.fields import item_model, type_of
from civicgraph.web.forms import Choices, Form, RowControl
from civicgraph.web.pages import page, read, redirect, require, staff_only, submit
from civicgraph.web.places_named import places_named
from civicgraph.web.shell import address

ChoicesOf = Callable[[Request], Awaitable[Mapping[str, Choices]]]


@dataclass(frozen=True)
class Verb:
    """A change of state as a noun in the address: POST …/publication. `words` is on its button.

    `prefix` begins the ids of its form's controls, where the page has more forms than that.
    """

    noun: str
    operation: Operation[Any, Any]
    words: str
    said: str
    prefix: str = "f"


@dataclass(frozen=True)
class Listing:
    """What the staff pages of a kind of listing need to know.

    `name` is the list's route (`staff_events`), `folder` that of its templates (`staff/events`: list
    and edit, each with its document), `root` the edit document's root field, `key` the route's
    parameter and (in camel case) that document's variable, `subject` the model's name in the audit
    trail. The key is the operations' input field, unless `input_key` names another, or `number_key`
    one that takes the row's number instead (where the key itself may be edited).
    """

    name: str
    folder: str
    root: str
    key: str
    subject: str
    update: Operation[Any, Any]
    create: Operation[Any, Any] | None = None
    drafter: str = ""
    """The capability of those who may enter a new one; empty where the form is for all who see the list."""
    key_type: type = str
    input_key: str = ""
    verbs: Sequence[Verb] = ()
    variables: Callable[[Request], Mapping[str, Any]] = field(default=lambda request: {})
    values: Callable[[Request], Mapping[str, Any]] = field(default=lambda request: {})
    closer: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any] | None] | None = None
    """Other variables for the list, by those that were asked for and what they found: where that was nothing."""
    choices: ChoicesOf | None = None
    controls: Callable[[Mapping[str, Choices]], Mapping[str, RowControl]] = field(default=lambda choices: {})
    """Fields of rows that are drawn by what else the row says, by `<rows>.<field>`; made from the choices."""
    row_key: str = "slug"
    number_key: str = ""
    left_out: Callable[[Mapping[str, Any]], Sequence[str]] = field(default=lambda row: ())
    """Fields of the update's input that make no sense for a row."""
    left_out_new: Callable[[Request], Sequence[str]] = field(default=lambda request: ())
    """The same of the input of a new one, by the address of its form."""
    starts_with: Callable[[Request], Mapping[str, Any]] = field(default=lambda request: {})
    """What the form of a new one is filled in with, beside what its address says."""
    said: Callable[[Any], str] = field(default=lambda row: gettext("Saved."))
    """What is said when a change was saved, by the row that it answered."""
    more: Callable[[Mapping[str, Any]], Mapping[str, Any]] = field(default=lambda row: {})
    """Values of the form that are made of the row rather than read as they are."""


def routes(listing: Listing, path: str) -> list[Route]:
    """The routes of a listing's staff pages under `path`."""
    pages = _Pages(listing)
    one = f"{path}/{{{listing.key}}}"
    found = [Route(path, staff_only(pages.list), name=listing.name)]
    if listing.create:
        found.append(
            Route(f"{path}/new", staff_only(pages.create), name=f"{listing.name}_new", methods=["GET", "POST"])
        )
    found += [
        Route(one, staff_only(pages.edit), name=f"{listing.name}_edit", methods=["GET", "POST"]),
        Route(f"{one}/history", staff_only(pages.history), name=f"{listing.name}_history"),
    ]
    for verb in listing.verbs:
        found.append(
            Route(
                f"{one}/{verb.noun}", staff_only(pages.verb(verb)), name=f"{listing.name}_{verb.noun}", methods=["POST"]
            )
        )
    return found


class _Pages:
    """The handlers of one listing."""

    def __init__(self, listing: Listing) -> None:
        self.it = listing

    async def list(self, request: Request) -> Response:
        folder = self.it.folder
        values = {"listing": self.it, "q": request.query_params, **self.it.values(request)}
        values["may_enter"] = self._may_enter(request)
        variables, found = self.it.variables(request), None
        if self.it.closer:
            found = await read(request, f"{folder}/list", variables)
            close = self.it.closer(variables, found)
            values["is_near"] = close is not None
            if close is not None:
                variables, found = close, await read(request, f"{folder}/list", close)
        return await page(request, f"{folder}/list", variables, values, fragment=f"{folder}/_results", data=found)

    async def create(self, request: Request) -> Response:
        assert self.it.create is not None
        if not self._may_enter(request):
            raise HTTPException(403)
        choices = await self._choices(request)
        form = Form(
            self.it.create.input,
            {**request.query_params, **self.it.starts_with(request)},
            choices=choices,
            controls=self.it.controls(choices),
            leave_out=self.it.left_out_new(request),
        )
        if request.method == "POST":
            row = await submit(request, form, self.it.create)
            if row is not None:
                return redirect(
                    request,
                    f"{self.it.name}_edit",
                    said=gettext("Saved."),
                    **{self.it.key: getattr(row, self.it.row_key)},
                )
        values = {**self.it.values(request), "listing": self.it, "form": form, "is_new": True, self.it.root: None}
        return await page(
            request, f"{self.it.folder}/edit", values=values, data={}, status=422 if form.is_refused else 200
        )

    async def edit(self, request: Request) -> Response:
        key = request.path_params[self.it.key]
        found = await read(request, f"{self.it.folder}/edit", self._variables(key))
        row = require(found, self.it.root)
        before = await self._earlier(request, row, key)
        form = await self._edit_form(request, row, before.values if before else {})
        if request.method == "POST":
            before = None  # what was typed is shown
            result = await submit(request, form, self.it.update, **self._fixed(key, row))
            if result is not None:
                there = {self.it.key: self._new_key(result, key)}
                return redirect(request, f"{self.it.name}_edit", said=self.it.said(result), **there)
        values = {**self.it.values(request), "listing": self.it, "form": form, "is_new": False, "earlier": before}
        status = 409 if form.conflict else 422 if form.is_refused else 200
        return await page(request, f"{self.it.folder}/edit", self._variables(key), values, data=found, status=status)

    def _may_enter(self, request: Request) -> bool:
        return not self.it.drafter or bool(request.state.actor.may_anywhere(self.it.drafter))

    def verb(self, verb: Verb) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            key = request.path_params[self.it.key]
            found = await read(request, f"{self.it.folder}/edit", self._variables(key))
            row = require(found, self.it.root)
            form = Form(verb.operation.input, leave_out=[self.it.input_key or self.it.key], prefix=verb.prefix)
            result = await submit(request, form, verb.operation, **self._fixed(key, row))
            if result is not None:
                there = {self.it.key: self._new_key(result, key)}
                return redirect(request, f"{self.it.name}_edit", said=gettext(verb.said), **there)
            edit = await self._edit_form(request, row)
            values = {
                **self.it.values(request),
                "listing": self.it,
                "form": edit,
                "is_new": False,
                "refused": form,
                "refused_noun": verb.noun,
            }
            return await page(request, f"{self.it.folder}/edit", self._variables(key), values, data=found, status=422)

        return handle

    async def history(self, request: Request) -> Response:
        key = request.path_params[self.it.key]
        found = await read(request, f"{self.it.folder}/edit", self._variables(key))
        row = require(found, self.it.root)
        variables = {**self._subject(row, key), "after": request.query_params.get("after")}
        back = address(request, f"{self.it.name}_edit", **{self.it.key: key})
        entries = await read(request, "staff/history", variables)
        names = await places_named(request, entries["auditEntries"]["nodes"])
        values = {"row": row, "back": back, "place_names": names}
        return await page(request, "staff/history", variables, values, fragment="staff/_history", data=entries)

    def _subject(self, row: Mapping[str, Any], key: str) -> dict[str, str]:
        """How the audit trail names the row."""
        has_code = self.it.subject in ("Division", "Grid")
        subject_id = row["id"].partition(":")[2] if has_code else str(row.get("number", key))
        return {"subjectType": self.it.subject, "subjectId": subject_id}

    async def _earlier(self, request: Request, row: Mapping[str, Any], key: str) -> Earlier | None:
        """What the row was after the entry of its history that the address names."""
        number = request.query_params.get("as_of", "")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            return None
        return await earlier(request, self.it.update.input, self._subject(row, key), int(number))

    def _variables(self, key: str) -> dict[str, Any]:
        value = int(key) if self.it.key_type is int and key.isdigit() and len(key) < 10 else key
        return {_camel(self.it.key): value}

    def _new_key(self, result: Any, key: str) -> Any:
        return getattr(result, self.it.row_key, key)

    def _fixed(self, key: str, row: Mapping[str, Any]) -> dict[str, Any]:
        if self.it.number_key:
            return {self.it.number_key: row["number"]}
        return {self.it.input_key or self.it.key: key}

    async def _edit_form(
        self, request: Request, row: Mapping[str, Any], before: Mapping[str, Any] = MappingProxyType({})
    ) -> Form:
        fixed = self.it.number_key or self.it.input_key or self.it.key
        model = self.it.update.input
        choices = await self._choices(request)
        return Form(
            model,
            {**from_graphql(model, row), **self.it.more(row), **before},
            choices=choices,
            controls=self.it.controls(choices),
            leave_out=[fixed, *(name for name in self.it.left_out(row) if not before.get(name))],
        )

    async def _choices(self, request: Request) -> Mapping[str, Choices]:
        return await self.it.choices(request) if self.it.choices else {}


def forms(listing: Listing) -> dict[str, Form]:
    """An empty form of each change of state, by its noun; the row itself is known from the address."""
    key = listing.input_key or listing.key
    return {one.noun: Form(one.operation.input, leave_out=[key], prefix=one.prefix) for one in listing.verbs}


def drafting(**operations: Operation[Any, Any]) -> tuple[Verb, ...]:
    """What is done with drafts of any listing, and with copies of it."""
    words = {
        "publish": ("publication", N_("Publish"), N_("It is published.")),
        "withdraw": (
            "withdrawal",
            N_("Make it a draft again"),
            N_("It is a draft again; the public no longer sees it."),
        ),
        "submit": ("submission", N_("Ask for it to be published"), N_("The editors see that it waits for them.")),
        "give_back": ("return", N_("Give it back to its author"), N_("Its author sees what has to change.")),
        "schedule": ("planning", N_("Publish it later"), N_("It is published by itself at that time.")),
        "unschedule": ("unplanning", N_("Do not publish it then"), N_("It stays a draft until somebody publishes it.")),
        "duplicate": (
            "copy",
            N_("Make a copy"),
            N_("This is the copy, a draft. Look it through before you publish it."),
        ),
    }
    return tuple(Verb(words[name][0], one, *words[name][1:], prefix=words[name][0]) for name, one in operations.items())


def from_graphql(model: type[Input], row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that GraphQL answered as the values of an input model: the same names, enumerations by value."""
    values: dict[str, Any] = {}
    for name, declared in model.model_fields.items():
        if name.endswith("_code") and isinstance(of := row.get(_camel(name[:-5]), ""), Mapping | None):
            values[name] = (of["creditCode"] if "creditCode" in of else of["code"]) if of else None
            continue
        if name.endswith("_ids") and isinstance(row.get(f"{_camel(name[:-4])}s"), list):
            values[name] = [one["number"] for one in row[f"{_camel(name[:-4])}s"]]
            continue
        key = "number" if name == "id" else _camel(name)
        if key not in row:
            continue
        kind, is_list = type_of(declared)
        value = row[key]
        if inner := item_model(declared):
            values[name] = [from_graphql(inner, one) for one in value]
        elif isinstance(kind, type) and issubclass(kind, Enum) and value is not None:
            values[name] = [one.lower() for one in value] if is_list else value.lower()
        elif kind is datetime and value:
            values[name] = datetime.fromisoformat(value)
        else:
            values[name] = value
    return values


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)

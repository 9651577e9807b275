"""Forms with photos: what was chosen is taken in first, so that no error elsewhere loses it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from starlette.requests import Request

from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError, Operation, OperationError
from civicgraph.permissions import Actor
from civicgraph.uploads.operations import receive
from civicgraph.uploads.private import take_back_document
from civicgraph.web import submit
from civicgraph.web.forms import Form, StaleForm, read_form
from civicgraph.web.multipart import Body, bytes_of


async def take_files(actor: Actor, body: Body, *fields: str) -> list[FieldError]:
    """Take the files of some fields in: their names join the form's pairs. Answers what was wrong with those refused.

    `documents.*.file` stands for a field in each row of a table.
    """
    errors: list[FieldError] = []
    try:
        for name, sent in body.files:
            if not any(fnmatchcase(name, one) for one in fields):
                continue
            try:
                row = await receive(actor, sent.filename or "", await bytes_of(sent))
            except OperationError as error:
                errors += [FieldError(name, one.code, one.message) for one in error.errors]
            else:
                body.pairs.append((name, row.name))
    finally:
        await body.close()
    return list(dict.fromkeys(errors))


async def submit_with_files(
    request: Request, form: Form, operation: Operation[Any, Any], *fields: str, **fixed: Any
) -> Any:
    """`web.submit` for a form with files in `fields`."""
    await bind_with_files(request, form, *fields)
    if form.is_refused:
        return None
    return await form.run(operation, request.state.actor, **fixed)


async def taking_back(request: Request) -> tuple[str, str]:
    """Take back the document that the address names; what is said of it, and how."""
    form = Form(take_back_document.input, leave_out=["name"])
    if await submit(request, form, take_back_document, name=request.path_params["file"]) is None:
        return form.errors[0]["message"] if form.errors else "", "warning"
    return gettext(N_("The document is taken back. Its content is removed.")), "done"


async def bind_with_files(request: Request, form: Form, *fields: str) -> dict[str, str]:
    """Take a form that came, with its files, and answer everything it said; `is_refused` if it must be shown again first."""
    stale: StaleForm | None = None
    try:
        body = await read_form(request, forgives=True)
    except StaleForm as found:
        stale, body = found, found.body
    errors = await take_files(request.state.actor, body, *fields)
    if stale:
        form.ask_again(stale)
    else:
        form.bind(body.pairs)
    if errors:
        form.found, form.is_refused = [*form.found, *errors], True
    return dict(body.pairs)

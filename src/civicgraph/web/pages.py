"""A page is a GraphQL document plus a template; a form posts to an operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from civicgraph import settings
from civicgraph.graph.engine import BadVariables, Engine
from civicgraph.operations import Operation
from civicgraph.web import shell
from civicgraph.web.forms import Form, StaleForm, read_body
from civicgraph.web.news import is_stream_wanted, mark_of, news
from civicgraph.web.shell import flash
from civicgraph.web.templating import document, has_document

__all__ = ["flash", "page", "read", "redirect", "require", "seen", "staff_only", "submit"]


async def read(request: Request, name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a page's document, as the request's actor may see it.

    An address that does not fit the document's variables is a page that does not exist; a city that is not
    there has no pages yet (`health.city_troubles` says what to do).
    """
    engine: Engine = request.app.state.engine
    given = _given(variables)
    try:
        answer = await engine.fetch(document(name), given, request.state.actor)
    except BadVariables as error:
        raise HTTPException(404) from error
    _marks(request)[name] = mark_of(answer)
    found: dict[str, Any] = orjson.loads(answer)
    if settings.current().city_code in given.values() and found.get("division", found) is None:
        raise HTTPException(503)
    return found


def _marks(request: Request) -> dict[str, str]:
    """The marks of the answers that a request has read, by their documents."""
    if not hasattr(request.state, "marks"):
        request.state.marks = {}
    marks: dict[str, str] = request.state.marks
    return marks


def seen(request: Request, name: str) -> str:
    """The mark of the answer that a page shows, by its document: it follows its own alone, whatever else was read."""
    return _marks(request).get(name, "")


async def page(
    request: Request,
    name: str,
    variables: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int = 200,
    data: Mapping[str, Any] | None = None,
) -> Response:
    """Answer with `templates/<name>.html` over the data of `templates/<name>.graphql`.

    `fragment` is the template that HTMX gets instead of the whole page. `data` is given by those
    who had to look at it before (`read`). The document's root fields are the template's variables.
    """
    variables = variables or {}
    if is_stream_wanted(request) and has_document(name):
        return await news(request, name, _given(variables))
    link = graphql_address(request, name, variables) if has_document(name) else None
    if data is None:
        data = await read(request, name, variables) if link else {}
    template = f"{fragment}.html" if fragment and shell.is_htmx(request) else f"{name}.html"
    context = {"page_graphql_url": link, "seen": seen(request, name), **data, **(values or {})}
    return shell.html(request, template, context, status=status)


def graphql_address(request: Request, name: str, variables: Mapping[str, Any]) -> str:
    """The explorer, opened with this page's document and variables."""
    text = orjson.dumps(_given(variables), option=orjson.OPT_INDENT_2).decode()
    return f"{shell.address(request, 'graphql')}?{_encoded_document(name)}&{urlencode({'variables': text})}"


@cache
def _encoded_document(name: str) -> str:
    return urlencode({"query": document(name)})


def _given(variables: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in variables.items() if value not in (None, "", [])}


def require(data: Mapping[str, Any], key: str) -> Any:
    """The row that the page is about. No such row, or none that the actor may see: 404."""
    if data.get(key) is None:
        raise HTTPException(404)
    return data[key]


def redirect(request: Request, name: str, *, said: str = "", level: str = "done", **params: Any) -> Response:
    """After a write: to another page, which says `said`."""
    response = RedirectResponse(shell.address(request, name, **params), 303)
    return flash(response, said, level) if said else response


def signed_in(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Send strangers to the sign-in page and back afterwards."""

    @wraps(handler)
    async def guarded(request: Request, *args: Any, **kwargs: Any) -> Response:
        if not request.state.actor.is_staff:
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(
                shell.address(request, "sign_in", next=here if request.method == "GET" else None), 303
            )
        response: Response = await handler(request, *args, **kwargs)
        return response

    return guarded


def staff_only(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The same for pages of the staff; who has no role there is led to the enterprises that their account acts for."""

    @wraps(handler)
    async def guarded(request: Request, *args: Any, **kwargs: Any) -> Response:
        if request.state.actor.is_staff and not request.state.actor.has_office:
            return redirect(request, "my_enterprises")
        response: Response = await handler(request, *args, **kwargs)
        return response

    return signed_in(guarded)


async def pressed(request: Request, form: Form, operation: Operation[Any, Any], **fixed: Any) -> Any:
    """What the operation of a button answers; 403 where it was not taken, as after its cookie is gone.

    Nothing was typed that could be shown again.
    """
    result = await submit(request, form, operation, **fixed)
    if result is None:
        raise HTTPException(403)
    return result


async def submit(request: Request, form: Form, operation: Operation[Any, Any], **fixed: Any) -> Any:
    """Read the form's body and run the operation. None when it was refused, or sent to be narrowed: draw the form again.

    `fixed` are input fields that the address decides (a number, a slug).
    """
    try:
        form.bind(await read_body(request, forgives=True))
    except StaleForm as stale:
        form.ask_again(stale)
        return None
    if form.narrowed:
        return None
    return await form.run(operation, request.state.actor, **fixed)

"""Jinja: one environment, strict about what is undefined, with our filters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context, Macro

from civicgraph import clock, settings
from civicgraph.graph.bounded import Cache
from civicgraph.i18n import current, gettext, list_comma, ngettext
from civicgraph.web import bundles
from civicgraph.web.formats import FILTERS


@cache
def environment() -> Environment:
    """The environment of all templates."""
    made = Environment(
        loader=FileSystemLoader(settings.folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=False)  # type: ignore[attr-defined]
    made.globals["_"] = gettext
    made.globals["ngettext"] = lambda one, many, n, **values: ngettext(one, many, n, **values)
    made.globals["list_comma"] = list_comma
    made.globals["static"] = static
    made.globals["drawn"] = drawn
    made.filters.update({name: unfolded(function) for name, function in FILTERS.items()})
    return made


def unfolded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose answer depends on the reader's language and the time, even of a constant.

    Jinja draws a filter of a constant, `"DISPATCHER"|label("Role")`, once, when it compiles the template: in whichever
    language came first. What asks for the context it draws anew each time.
    """

    @pass_context
    @wraps(function)
    def asked(_context: Context, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return asked


def drawn(macro: Macro, *args: Any, **kwargs: Any) -> str:
    """What a macro draws of these values; the same as before, where it drew them before.

    For rows and forms that many pages have alike: macros whose answer depends on their values, the language and
    the day, and on nothing else.
    """
    given = orjson.dumps((args, kwargs))
    key = (macro, current.get(), clock.today(), given)
    found = _drawn.get(key)
    return found if found is not None else _drawn.put(key, macro(*args, **kwargs), len(given))


_drawn: Cache[str] = Cache(4_096, 8_000_000)


@cache
def static(path: str) -> str:
    """The address of a static file with its content's hash, so that browsers keep it for good."""
    return f"/static/{path}?v={hashlib.sha256(bundles.body(path)).hexdigest()[:10]}"


@cache
def has_document(name: str) -> bool:
    """Whether a page reads anything; a form that stands alone does not."""
    return (settings.folder("templates") / f"{name}.graphql").is_file()


@cache
def document(name: str) -> str:
    """The GraphQL document of a page: `templates/<name>.graphql`."""
    return (settings.folder("templates") / f"{name}.graphql").read_text()


def render(template: str, **context: Any) -> str:
    """A template as text."""
    return environment().get_template(template).render(**context)

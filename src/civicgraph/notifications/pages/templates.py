"""The words of messages: those that CivicGraph brings, and the city's own instead, tried on an example."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.i18n import gettext
from civicgraph.notifications import operations, rendering
from civicgraph.notifications.catalogue import BLOCKS, MESSAGES, PLACEHOLDERS, examples
from civicgraph.notifications.operations.templates import SetMessageTemplate, TemplateName, check_placeholders
from civicgraph.notifications.pages.robots import LANGUAGES
from civicgraph.operations import OperationError
from civicgraph.operations.inputs import validate
from civicgraph.permissions import EDIT_MESSAGES
from civicgraph.web import Form, page, read, redirect, staff_only, submit
from civicgraph.web.forms import read_body


async def templates(request: Request) -> Response:
    """Every message in every language, and whether the city wrote its own words."""
    _allow(request)
    found = await read(request, "staff/notifications/templates", {})
    own = {(one["name"], one["locale"]) for one in found["messageTemplates"]["nodes"]}
    rows = [
        {"name": name, "words": gettext(words), "locales": [(*one, (name, one[0]) in own) for one in LANGUAGES]}
        for name, words in MESSAGES.items()
    ]
    return await page(request, "staff/notifications/templates", values={"rows": rows}, data=found)


async def template(request: Request) -> Response:
    """The words of one message in one language: written, tried, or given back."""
    _allow(request)
    name, locale = request.path_params["message"], request.path_params["locale"]
    if name not in MESSAGES or locale not in dict(LANGUAGES):
        raise HTTPException(404)
    found = await read(request, "staff/notifications/template", {"name": name, "locale": locale})
    row = found["messageTemplate"]
    form = Form(SetMessageTemplate, row or _original(name, locale), leave_out=["name", "locale"])
    if request.method == "POST":
        form.bind(await read_body(request))
        is_trial = request.path_params.get("noun") == "preview"
        if not is_trial and await form.run(
            operations.set_message_template, request.state.actor, name=name, locale=locale
        ):
            return redirect(request, "staff_messages", said=gettext("Saved. It holds from the next message on."))
        if is_trial:
            _check(form, name, locale)
    values = {
        "form": form,
        "name": name,
        "locale_of": locale,
        "words": gettext(MESSAGES[name]),
        "language": dict(LANGUAGES)[locale],
        "is_own": row is not None,
        "placeholders": _placeholders(name),
        "preview": None if form.found else _preview(form, name, locale),
    }
    status = 422 if form.found or form.conflict else 200
    return await page(request, "staff/notifications/template", values=values, data=found, status=status)


async def reset(request: Request) -> Response:
    """Back to the words that CivicGraph brings."""
    given = {"name": request.path_params["message"], "locale": request.path_params["locale"]}
    await submit(request, Form(TemplateName), operations.reset_message_template, **given)
    return redirect(request, "staff_messages", said=gettext("The original words are back."))


def _allow(request: Request) -> None:
    if not request.state.actor.may(EDIT_MESSAGES, settings.current().city_code):
        raise HTTPException(404)


def _check(form: Form, name: str, locale: str) -> None:
    """What is wrong with the words as they were typed, beside the fields."""
    try:
        check_placeholders(validate(SetMessageTemplate, {**form.values, "name": name, "locale": locale}))
    except OperationError as error:
        form.found = error.errors


def _original(name: str, locale: str) -> dict[str, Any]:
    """To begin with: the original's words on the example would be of one case, so the placeholders are named instead."""
    given = examples(name)
    subject, text = rendering.render_message(name, given, locale)
    for key, value in sorted(rendering.shown(name, given, locale).items(), key=lambda one: -len(one[1])):
        if value:
            subject, text = (part.replace(value, f"{{{{ {key} }}}}") for part in (subject, text))
    return {"subject": subject, "text": text, "version": 0}


def _preview(form: Form, name: str, locale: str) -> dict[str, str]:
    subject, text = (str(form.values.get(key, "")) for key in ("subject", "text"))
    subject, text = rendering.fill(name, subject, text, examples(name), locale)
    return {"subject": subject, "text": text}


def _placeholders(name: str) -> list[dict[str, str]]:
    words = {**BLOCKS, **{key: one.words for key, one in PLACEHOLDERS.items()}}
    return [{"name": f"{{{{ {key} }}}}", "words": gettext(words[key])} for key in rendering.offered(name)]


ROUTES = [
    Route("/staff/messages", staff_only(templates), name="staff_messages"),
    Route("/staff/messages/{message}/{locale}", staff_only(template), name="staff_message", methods=["GET", "POST"]),
    Route(
        "/staff/messages/{message}/{locale}/original", staff_only(reset), name="staff_message_reset", methods=["POST"]
    ),
    Route(
        "/staff/messages/{message}/{locale}/{noun}",
        staff_only(template),
        name="staff_message_preview",
        methods=["POST"],
    ),
]

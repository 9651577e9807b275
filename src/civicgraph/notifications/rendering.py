"""A message's words: `templates/messages/<name>.txt` in the person's language, the subject on its first line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment

from civicgraph import i18n, settings
from civicgraph.web.templating import environment

MAX_SUBJECT = 200


@cache
def _plain() -> Environment:
    """The pages' environment for plain text, where `&` stays `&`."""
    return environment().overlay(autoescape=False)


def render_message(template: str, values: Mapping[str, Any], locale: str) -> tuple[str, str]:
    """Subject and text. A line break in the subject would start a header of a stranger's making: it is dropped."""
    token = i18n.current.set(locale if locale in i18n.LOCALES else i18n.DEFAULT_LOCALE)
    try:
        base = settings.current().base_url.rstrip("/")
        whole = _plain().get_template(f"messages/{template}.txt").render(base_url=base, **values)
    finally:
        i18n.current.reset(token)
    subject, _, text = whole.strip().partition("\n")
    return " ".join(subject.split())[:MAX_SUBJECT], text.strip()


def said_in(locale: str, message: str) -> str:
    """One message of the catalogues in a language."""
    token = i18n.current.set(locale if locale in i18n.LOCALES else i18n.DEFAULT_LOCALE)
    try:
        return i18n.gettext(message)
    finally:
        i18n.current.reset(token)


def without_link(text: str, link: str) -> str:
    """A text for the inbox, where a button leads to `link`: without the line that ends with its address."""
    lines = [line for line in text.splitlines() if not (link and line.endswith(link))]
    return "\n".join(lines).strip()

"""A message's words: the city's own where it wrote them, else `templates/messages/<name>.txt`.

The subject stands on a file's first line. The city's own words know placeholders, `{{ number }}`, and nothing
else: they are filled in one pass, so that neither a template nor a value can run anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, meta

from civicgraph import i18n, settings
from civicgraph.bookings import rules as bookings
from civicgraph.grievances import models as models  # messages say urgency and status by their words
from civicgraph.jobs import rules as jobs
from civicgraph.notifications.catalogue import PLACEHOLDERS
from civicgraph.notifications.gathering import once
from civicgraph.notifications.models import MessageTemplate
from civicgraph.web.formats import lasting, lasting_begins
from civicgraph.web.templating import environment

MAX_SUBJECT = 200
LINKS = {"own_link": bookings.own_link, "job_link": jobs.own_link}
"""Filters of messages: paths of pages that are for the reader of a message alone, made when it is written out."""
_LASTING = {"datetime": lasting, "begins": lasting_begins}
"""A message that is written today is read tomorrow: its times name their days."""
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True)
class Said:
    """A message as it is read: subject, text, and the address of the page that it leads to."""

    subject: str
    text: str
    link: str = ""

    @property
    def plain(self) -> str:
        """The text without the line that ends with the link, for places that show the link by itself."""
        return without_link(self.text, self.link)


async def said_by(template: str, values: Mapping[str, Any], locale: str) -> Said:
    """The message in a language, in the city's own words where it has some."""

    async def find() -> MessageTemplate | None:
        return await MessageTemplate.get_or_none(name=template, locale=locale)

    own = await once(("template", template, locale), find)
    subject, text = (
        fill(template, own.subject, own.text, values, locale) if own else render_message(template, values, locale)
    )
    link = str(values.get("link") or "")
    return Said(subject, text, _base() + link if link else "")


def render_message(template: str, values: Mapping[str, Any], locale: str) -> tuple[str, str]:
    """Subject and text of the words that CivicGraph brings."""
    with _language(locale):
        whole = _plain().get_template(f"messages/{template}.txt").render(base_url=_base(), **values)
    subject, _, text = whole.strip().partition("\n")
    return one_line(subject), text.strip()


async def said_together(parts: Sequence[Said], locale: str) -> Said:
    """Several messages as one, in order."""
    items = [{"subject": one.subject, "text": one.plain, "link": one.link} for one in parts]
    return await said_by("digest", {"items": items, "link": "/staff/inbox"}, locale)


def fill(template: str, subject: str, text: str, values: Mapping[str, Any], locale: str) -> tuple[str, str]:
    """The city's own words with their placeholders filled in. A name that is not offered stays as it is written."""
    found = shown(template, values, locale)

    def put(match: re.Match[str]) -> str:
        return found.get(match[1], match[0])

    whole = re.sub(r"\n{3,}", "\n\n", PLACEHOLDER.sub(put, text))
    return one_line(PLACEHOLDER.sub(put, subject)), whole.strip()


def offered(template: str) -> list[str]:
    """The placeholders of a message: its sentences that depend on the case, and the values that it has."""
    names = _names(template)
    return [*_plain().get_template(f"messages/{template}.txt").blocks, *(key for key in PLACEHOLDERS if key in names)]


def shown(template: str, values: Mapping[str, Any], locale: str) -> dict[str, str]:
    """What stands for each placeholder."""
    source = _plain().get_template(f"messages/{template}.txt")
    with _language(locale):
        known = {key: _shown(key, values, locale) for key in PLACEHOLDERS if key in _names(template)}
        context = source.new_context({"base_url": _base(), **values})
        return {**known, **{name: "".join(block(context)).strip() for name, block in source.blocks.items()}}


def _shown(key: str, values: Mapping[str, Any], locale: str) -> str:
    value = values.get(f"{key}_en" if locale == "en" and f"{key}_en" in values else key)
    return PLACEHOLDERS[key].show(value) if value not in (None, "") else ""


@cache
def _names(template: str) -> frozenset[str]:
    """The values that the words which CivicGraph brings use."""
    engine = _plain()
    assert engine.loader is not None
    source, _, _ = engine.loader.get_source(engine, f"messages/{template}.txt")
    return frozenset(meta.find_undeclared_variables(engine.parse(source)))


def one_line(subject: str) -> str:
    """A subject. A line break in it would start a header of a stranger's making: it is dropped."""
    return " ".join(subject.split())[:MAX_SUBJECT]


def said_in(locale: str, message: str) -> str:
    """One message of the catalogues in a language."""
    with _language(locale):
        return i18n.gettext(message)


def without_link(text: str, link: str) -> str:
    """A text for the inbox, where a button leads to `link`: without the line that ends with its address."""
    lines = [line for line in text.splitlines() if not (link and line.endswith(link))]
    return "\n".join(lines).strip()


@cache
def _plain() -> Environment:
    """The pages' environment for plain text, where `&` stays `&`."""
    made = environment().overlay(autoescape=False)
    made.filters = {**made.filters, **LINKS, **_LASTING}
    return made


@contextmanager
def _language(locale: str) -> Iterator[None]:
    token = i18n.current.set(locale if locale in i18n.LOCALES else i18n.DEFAULT_LOCALE)
    try:
        yield
    finally:
        i18n.current.reset(token)


def _base() -> str:
    return settings.current().base_url.rstrip("/")

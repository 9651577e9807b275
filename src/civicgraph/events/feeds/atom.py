"""Events as an Atom feed (RFC 4287): what was announced or changed last stands first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

from civicgraph.events.feeds.texts import absolute, moment, news_of, plain, title_of, when_of, where_of
from civicgraph.i18n import current, label_of

NAMESPACE = "http://www.w3.org/2005/Atom"
MAX_ENTRIES = 50
_BEGAN = "2026-01-01T00:00:00Z"
"""When a feed without entries was changed last: the standard wants a time, and it may not be a new one each minute."""

Xml.register_namespace("", NAMESPACE)


def written(rows: Sequence[Mapping[str, Any]], name: str, about: str, own: str, page: str) -> bytes:
    """The feed; `own` and `page` are its own path and that of the list that it follows."""
    newest = sorted(rows, key=lambda row: (row["updatedAt"], row["slug"]), reverse=True)[:MAX_ENTRIES]
    feed = Xml.Element(f"{{{NAMESPACE}}}feed", {"xml:lang": "zh-CN" if current.get() == "zh" else "en"})
    _add(feed, "title", plain(name))
    _add(feed, "subtitle", plain(about))
    _add(feed, "id", _tag(own))
    _add(feed, "updated", _at(newest[0]["updatedAt"]) if newest else _BEGAN)
    _link(feed, "self", own, "application/atom+xml")
    _link(feed, "alternate", page, "text/html")
    _add(_add(feed, "author"), "name", plain(name))
    _add(feed, "generator", "CivicGraph")
    for row in newest:
        _entry(feed, row)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(feed, encoding="utf-8")


def _entry(feed: Xml.Element, row: Mapping[str, Any]) -> None:
    path = f"/events/{row['slug']}"
    entry = _add(feed, "entry")
    _add(entry, "title", plain(title_of(row)))
    _add(entry, "id", _tag(path))
    _add(entry, "updated", _at(row["updatedAt"]))
    if row["publishedAt"]:
        _add(entry, "published", _at(row["publishedAt"]))
    _link(entry, "alternate", path, "text/html")
    if row["organiser"]:
        _add(_add(entry, "author"), "name", plain(row["organiser"]))
    _add(entry, "category").attrib.update(term=row["kind"].lower(), label=label_of("EventKind", row["kind"]))
    lines = (news_of(row), f"{when_of(row)} · {where_of(row)}", row["summary"])
    _add(entry, "summary", plain("\n".join(filter(None, lines))))


def _add(parent: Xml.Element, name: str, text: str = "") -> Xml.Element:
    found = Xml.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    found.text = text or None
    return found


def _link(parent: Xml.Element, rel: str, path: str, media: str) -> None:
    _add(parent, "link").attrib.update(rel=rel, href=absolute(path), type=media)


def _tag(path: str) -> str:
    """An id that stays when the site moves to another path or to https (RFC 4151)."""
    host = urlsplit(absolute("/")).hostname or "localhost"
    return f"tag:{host},2026:{path}"


def _at(text: str) -> str:
    return moment(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

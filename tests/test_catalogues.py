"""Every word that people read stands in exactly one Chinese catalogue, and no catalogue holds more."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
CATALOGUES = sorted((ROOT / "src/civicgraph/locales/zh").glob("*.po"))
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


@cache  # a whole extraction each time: some seconds
def places() -> dict[str, list[str]]:
    """Every message in the code and the templates, with all places where it stands."""
    found: dict[str, list[str]] = {}
    python = [("**.py", "python")]
    jinja = [("**.html", "jinja2"), ("**.txt", "jinja2")]
    options = {"**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
    for folder, methods in ((ROOT / "src/civicgraph", python), (ROOT / "templates", jinja)):
        for path, line, message, _, _ in extract_from_dir(folder, methods, options, keywords=KEYWORDS):
            singular = message[0] if isinstance(message, tuple) else message
            if singular:
                found.setdefault(singular, []).append(f"{folder.name}/{path}:{line}")
    return found


def used() -> dict[str, str]:
    """Every message, with the first place where it stands."""
    return {message: where[0] for message, where in places().items()}


@cache
def translated() -> list[tuple[str, str, object]]:
    """Every entry of every catalogue: message, catalogue, translation."""
    found = []
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans_CN"):
                if message.id:
                    key = message.id[0] if isinstance(message.id, tuple) else message.id
                    found.append((key, path.name, "" if message.fuzzy else message.string))
    return found


def test_every_message_is_translated() -> None:
    known = {key for key, _, text in translated() if (text if isinstance(text, str) else all(text))}
    missing = {message: where for message, where in used().items() if message not in known}
    assert not missing, "\n".join(f"{where}: {message}" for message, where in missing.items())


def written() -> list[str]:
    """The messages as the files have them, one a line: reading a file keeps only the last of those that are alike."""
    lines = [line for path in CATALOGUES for line in path.read_text().splitlines()]
    return [line.removeprefix("msgid ") for line in lines if line.startswith("msgid ") and line != 'msgid ""']


def test_no_message_is_translated_twice_or_for_nothing() -> None:
    twice = {
        key
        for found in (Counter(key for key, _, _ in translated()), Counter(written()))
        for key, count in found.items()
        if count > 1
    }
    dead = {f"{name}: {key}" for key, name, _ in translated() if key not in used()}
    assert not twice, f"translated twice: {sorted(twice)}"
    assert not dead, f"nobody says: {sorted(dead)}"


@cache
def templates() -> list[str]:
    return [path.read_text() for path in (ROOT / "templates").rglob("*.*")]


def given(message: str) -> set[str]:
    """The values that a template hands to a message."""
    found: set[str] = set()
    for text in templates():
        if (start := text.find(f'_("{message}"')) >= 0:
            found |= set(re.findall(r"(\w+)=", text[start : text.index("}}", start)]))
    return found


def test_placeholders_survive_translation() -> None:
    """Each language names the same values; a value that comes in both (`place`, `place_en`) in its own."""

    def names(text: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)", text)) - {"num"}

    for key, catalogue, text in translated():
        for one in [text] if isinstance(text, str) else list(text):
            told = f"{catalogue}: {key!r} became {one!r}"
            assert {name if name in names(key) else f"{name}_en" for name in names(one)} == names(key), told
            assert names(one) <= names(key) | given(key), told


def rooms_of(message: str) -> set[str]:
    """The rooms that say it, in code or on their pages."""
    return {re.sub(r"^(civicgraph|templates)/(staff/|demo/)?", "", place).split("/")[0] for place in places()[message]}


def test_what_several_rooms_say_is_not_explained_for_one_of_them() -> None:
    """A translation that adds what its room needs is of that room alone: others would show it for something else."""
    general = {"元", "%", "文件", "市、区"}
    for key, catalogue, text in translated():
        added = re.findall(r"（([^）]*)）", text if isinstance(text, str) else "".join(text)) if "(" not in key else []
        assert set(added) <= general or len(rooms_of(key)) == 1, f"{catalogue}: {key!r} became {text!r}"

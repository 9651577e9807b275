"""The one form: what was typed against what is asked, in words where it does not fit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from pydantic import Field

from civicgraph import crypto
from civicgraph.checklists.models import AskedKind, OneThingAnswer, OneThingCase
from civicgraph.grievances.operations.inputs import Words
from civicgraph.i18n import N_
from civicgraph.operations import FieldError, Input, InvalidInput


class OneThingFilled(Input):
    """A field of the one form, filled in."""

    field: int = Field(title=N_("Number of the field"), ge=1, le=100)
    text: Words = Field("", title=N_("Answer"), max_length=500)


class FormField(Protocol):
    """A field of the one form, of the checklist or of a case."""

    position: int
    label: str
    kind: AskedKind
    choices: list[str]
    is_required: bool
    is_personal: bool


def filled(fields: Sequence[FormField], given: Sequence[OneThingFilled], kept: Mapping[int, str]) -> dict[int, str]:
    """What is filled in, by the field's number; `kept` stands where a personal field is left empty. Raises `InvalidInput`."""
    texts = {one.field: one.text.strip() for one in given}
    places = {one.field: index for index, one in enumerate(given)}
    errors: list[FieldError] = []
    found: dict[int, str] = {}
    for one in fields:
        text = texts.get(one.position, "")
        if not text and one.is_personal:
            text = kept.get(one.position, "")
        at = f"answers.{places[one.position]}.text" if one.position in places else "answers"
        code, words = _wrong(one, text)
        if code:
            errors += InvalidInput.at(at, code, words, label=one.label).errors
        found[one.position] = _plain(one, text)
    if errors:
        raise InvalidInput(errors)
    return found


def _wrong(one: FormField, text: str) -> tuple[str, str]:
    if not text:
        return ("missing", N_("%(label)s: please fill this in.")) if one.is_required else ("", "")
    if one.kind is AskedKind.NUMBER and not re.fullmatch(r"\d{1,12}", _plain(one, text)):
        return "number", N_("%(label)s: please write a whole number.")
    if one.kind is AskedKind.CHOICE and text not in one.choices:
        return "enum", N_("%(label)s: please choose one of the list.")
    if one.kind is AskedKind.DATE and not _is_day(text):
        return "date", N_("%(label)s: please give a date, for instance 2026-05-22.")
    return "", ""


def _is_day(text: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(text).year <= 2200
    except ValueError:
        return False


def _plain(one: FormField, text: str) -> str:
    return re.sub(r"[,，\s]", "", text) if one.kind is AskedKind.NUMBER else text


def masked(text: str) -> str:
    """What is shown of something personal: its first and last two signs of a long one, the first of a short one."""
    if len(text) > 8:
        return f"{text[:2]}****{text[-2:]}"
    return f"{text[:1]}**" if text else ""


def sealed_columns(one: FormField, text: str) -> dict[str, Any]:
    """An answer as it is kept."""
    if one.is_personal:
        return {"value": masked(text), "sealed": crypto.encrypt(text)}
    return {"value": text, "sealed": ""}


async def in_full(case: OneThingCase) -> list[tuple[OneThingAnswer, str]]:
    """The answers of a case in the form's order, opened."""
    rows = await OneThingAnswer.filter(case_id=case.id).order_by("position")
    return [(one, crypto.decrypt(one.sealed) if one.is_personal else one.value) for one in rows]


async def write(case: OneThingCase, fields: Sequence[Any], found: Mapping[int, str]) -> None:
    """Keep what was filled in when the case is opened, each with the field as it is then."""
    for one in fields:
        asked = {name: getattr(one, name) for name in ("position", "label", "label_en", "kind", "choices", "help")}
        rules = {"is_required": one.is_required, "is_personal": one.is_personal}
        await OneThingAnswer.create(case_id=case.id, **asked, **rules, **sealed_columns(one, found[one.position]))

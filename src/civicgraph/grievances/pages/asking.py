"""What the report form asks besides: the category's questions, and whether the same was reported already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from civicgraph import settings
from civicgraph.grievances.intake.danger import by_code, calls, danger_in
from civicgraph.grievances.operations.report_input import LONGEST
from civicgraph.i18n import current, gettext
from civicgraph.web import read
from civicgraph.web.forms import Choices, Form

_KINDS = {"CHOICE": "radios", "YES_NO": "radios", "NUMBER": "text", "TEXT": "text"}


def questions_of(found: Mapping[str, Any], category: str) -> list[dict[str, Any]]:
    """The questions of a category, of those that the form's document read."""
    return next((one["questions"] for one in found["grievanceCategories"]["nodes"] if one["code"] == category), [])


def personal(found: Mapping[str, Any], category: str) -> dict[str, Any] | None:
    """The chosen category, where it is of what one asks for oneself: never public, and somebody has to be reached."""
    nodes = found["grievanceCategories"]["nodes"]
    return next((one for one in nodes if one["code"] == category and one["isPersonal"]), None)


def question_fields(questions: Sequence[Mapping[str, Any]], form: Form) -> list[dict[str, Any]]:
    """The questions as the `field` macro draws them: each a row of `answers`, with what was answered."""
    given = {str(one.get("question")): str(one.get("answer") or "") for one in form.values.get("answers") or []}
    wrong = {error.field: error.message for error in form.found}
    names = {one["code"]: one["name"] if current.get() == "zh" else one["nameEn"] for one in questions}
    form.controls["answers.answer"] = lambda row: {"label": names.get(row.get("question"), "")}
    fields = []
    for index, one in enumerate(questions):
        path = f"answers.{index}.answer"
        fields.append(
            {
                "name": path,
                "id": "f-" + path.replace(".", "-"),
                "label": names[one["code"]],
                "help": gettext("Everyone can read the answer.") if one["isPublic"] else None,
                "kind": _KINDS[one["kind"]],
                "value": given.get(one["code"], ""),
                "error": wrong.get(path),
                "required": one["isRequired"],
                "choices": _choices(one),
                "attrs": {"maxlength": 300, "inputmode": "decimal" if one["kind"] == "NUMBER" else None},
                "code": one["code"],
                "index": index,
            }
        )
    return fields


def _choices(question: Mapping[str, Any]) -> Choices:
    if question["kind"] == "YES_NO":
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    words = question["choices"] if current.get() == "zh" else question["choicesEn"] or question["choices"]
    return list(zip(question["choices"], words, strict=False))


def are_unanswered(questions: Sequence[Mapping[str, Any]], form: Form) -> bool:
    """Whether something is asked that the form did not answer."""
    given = {one.get("question") for one in form.values.get("answers") or [] if one.get("answer")}
    return any(one["code"] not in given for one in questions)


async def same_nearby(
    request: Request, division_code: str, form: Form, *, is_public: bool = True
) -> list[dict[str, Any]]:
    """Reports of the community that may be of the same problem: the public ones, for staff all that they see."""
    text = str(form.values.get("description") or "")[:LONGEST]
    if len(text) < 4:
        return []
    compound = str(form.values.get("compound_number") or "")
    variables = {
        "community": division_code,
        "text": text,
        "category": str(form.values.get("category") or "") or None,
        "compound": int(compound) if compound.isdigit() else None,
        "point": str(form.values.get("point") or "") or None,
        "publicOnly": is_public,
    }
    found = await read(request, "grievances/alike", variables)
    return list(found["grievancesAlike"])


def danger_of(form: Form) -> dict[str, Any] | None:
    """The danger that the words tell of, with whom to call."""
    answers = [str(one.get("answer") or "") for one in form.values.get("answers") or []]
    danger = danger_in(str(form.values.get("description") or ""), *answers)
    return {"calls": calls(danger, settings.current().gas_phone)} if danger else None


def danger_named(code: str) -> dict[str, Any] | None:
    """The danger with this code, with whom to call."""
    danger = by_code().get(code)
    return {"calls": calls(danger, settings.current().gas_phone)} if danger else None

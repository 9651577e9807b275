"""The one form and the track of a case, as pages draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from civicgraph.i18n import current, gettext
from civicgraph.uploads.rules import ACCEPTED
from civicgraph.web import Form
from civicgraph.web.formats import datetime_

_KINDS = {"TEXT": "text", "NUMBER": "text", "CHOICE": "select", "DATE": "date"}
_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "TEXT": {"maxlength": 500},
    "NUMBER": {"inputmode": "numeric", "maxlength": 16},
}


def said(row: Mapping[str, Any], name: str = "title") -> str:
    """A text in the reader's language, in Chinese where there is no other."""
    return str((row.get(f"{name}En") if current.get() == "en" else "") or row[name])


def form_fields(asked: Sequence[Mapping[str, Any]], form: Form, *, is_kept: bool = False) -> list[dict[str, Any]]:
    """The fields of the one form, each with the hidden number of its field; what was typed stays.

    `is_kept`: they are filled in already, so the answers stand there; what is personal may be left empty.
    """
    given = {str(one.get("field")): one.get("text", "") for one in form.values.get("answers") or []}
    errors = {one.field: one.message for one in form.found}
    found = []
    for index, one in enumerate(asked):
        is_hidden = is_kept and one["isPersonal"]
        kept = "" if is_hidden or not is_kept else one["value"]
        help_ = one["help"]
        if is_hidden and one["value"]:
            help_ = gettext("Leave it empty to keep what is there: %(value)s", value=one["value"])
        elif one["isPersonal"]:
            help_ = " ".join(filter(None, (help_, gettext("Kept encrypted; offices see it masked."))))
        choices = [("", gettext("Please choose")), *((word, word) for word in one["choices"])]
        found.append(
            {
                "number": one["position"],
                "number_name": f"answers.{index}.field",
                "name": f"answers.{index}.text",
                "id": f"f-answers-{index}-text",
                "label": said(one, "label"),
                "help": help_ or None,
                "kind": _KINDS[one["kind"]],
                "choices": choices if one["kind"] == "CHOICE" else [],
                "value": given.get(str(one["position"]), kept),
                "required": one["isRequired"] and not is_hidden,
                "error": errors.get(f"answers.{index}.text"),
                "attrs": _ATTRIBUTES.get(one["kind"], {}),
            }
        )
    return found


def form_errors(form: Form, fields: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The summary above the one form: words name the field themselves."""
    known = {one["name"]: one["id"] for one in fields}
    return [{"id": known.get(one.field), "label": "", "message": one.message} for one in form.found]


DOCUMENT_ROWS = 3
DOCUMENTS = "documents.*.file"
"""The fields of a form that take files."""


def document_rows(steps: Sequence[Mapping[str, Any]], form: Form | None) -> list[dict[str, Any]]:
    """The rows in which documents are chosen, each with what it is for; what was sent with a form that came back stays.

    None where no step needs anything any more.
    """
    choices = [("", gettext("Please choose"))]
    for one in steps:
        if one.get("state") in ("DONE", "NOT_NEEDED", "CALLED_OFF"):
            continue
        lines = one["materials"].split("\n") if one["materials"] else []
        choices += [
            (f"{one['position']}.{number}", gettext("%(step)s: %(material)s", step=said(one), material=line))
            for number, line in enumerate(lines, start=1)
        ]
        choices.append((f"{one['position']}.0", gettext("%(step)s: something else", step=said(one))))
    if len(choices) == 1:
        return []
    given = (form.values.get("documents") if form else None) or []
    errors = {one.field: one.message for one in form.found} if form else {}
    rows = [one if isinstance(one, Mapping) else one.__dict__ for one in given]
    rows += [{}] * max(DOCUMENT_ROWS - len(rows), 0)
    return [_document_row(number, row, choices, errors) for number, row in enumerate(rows)]


def _document_row(
    number: int, row: Mapping[str, Any], choices: Sequence[tuple[str, str]], errors: Mapping[str, str]
) -> dict[str, Any]:
    name, kept = f"documents.{number}", row.get("file") or ""
    is_here = gettext("The file that you chose is here; choose another to replace it.")
    return {
        "kept": kept,
        "needed": {
            "name": f"{name}.needed",
            "id": f"f-documents-{number}-needed",
            "label": gettext("What it is for"),
            "kind": "select",
            "choices": choices,
            "value": row.get("needed") or "",
            "error": errors.get(f"{name}.needed"),
        },
        "file": {
            "name": f"{name}.file",
            "id": f"f-documents-{number}-file",
            "label": gettext("File"),
            "kind": "file",
            "help": is_here if kept else None,
            "error": errors.get(f"{name}.file"),
            "attrs": {"accept": ACCEPTED},
        },
    }


def document_fields(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The controls of those rows, for the summary of what is wrong above the form."""
    return [one for row in rows for one in (row["needed"], row["file"])]


def sending(steps: Sequence[Mapping[str, Any]], form: Form | None) -> dict[str, Any]:
    """What the page of a case draws of documents that can still be sent; `form` is one that was refused."""
    rows = document_rows(steps, form)
    return {"document_rows": rows, "sending_errors": form_errors(form, document_fields(rows)) if form else []}


_STATES = {"DONE": "past", "WORKING": "now", "RETURNED": "late"}


def track(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps of a case as a line; those that are not needed are left out."""
    found = []
    for one in steps:
        if one["state"] in ("NOT_NEEDED",):
            continue
        state = "late" if one["isLate"] else _STATES.get(one["state"], "next")
        expected = ""
        if one["state"] == "WORKING":
            words = gettext("late, promised by %(when)s") if one["isLate"] else gettext("promised by %(when)s")
            expected = words % {"when": datetime_(one["dueAt"])} if one["dueAt"] else ""
        elif one["state"] == "RETURNED":
            expected = gettext("returned, please correct")
        elif one["state"] == "WAITING":
            expected = gettext("waits for an earlier step; %(days)s working days", days=one["workingDays"])
        elif one["state"] == "CALLED_OFF":
            expected = gettext("called off")
        note = one["reason"] if one["state"] == "RETURNED" else ""
        if one["state"] == "DONE" and one["result"]:
            note = gettext("You got: %(what)s", what=one["result"])
        found.append(
            {
                "title": said(one),
                "at": one["doneAt"],
                "by": one["department"],
                "note": note,
                "state": state,
                "expected": expected,
            }
        )
    return found
